"""Vanishing gradients: how much of the gradient reaches the first layer of a deep net.

You will see the size of the gradient in the first layer for nets of 2 to 20 hidden layers with
sigmoid, tanh and relu, what mg.diagnose says of the deepest, and curves layer by layer. Takes
about 10 seconds.

    python demos/08_vanishing_gradients.py --out out
"""

import argparse
import random
from pathlib import Path

import micrograd_tut as mg
from micrograd_tut.errors import MissingPartError
from micrograd_tut.train.history import figure_class, save_figure

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the picture goes")
parser.add_argument("--quick", action="store_true", help="fewer examples and depths")
args = parser.parse_args()
args.out.mkdir(parents=True, exist_ok=True)
depths = (2, 5, 10) if args.quick else (2, 5, 10, 15, 20)
WIDTH, INPUTS = 12, 8
STARTS = {"sigmoid": "xavier", "tanh": "xavier", "relu": "he"}  # the init made for each

rng = random.Random(0)
X = [[rng.gauss(0, 1) for _ in range(INPUTS)] for _ in range(5 if args.quick else 40)]
y = [x[0] - x[1] for x in X]

found = {
    (activation, depth): mg.diagnose(
        mg.MLP(INPUTS, [WIDTH] * depth + [1], activation=activation, init=init, seed=1), X, y
    )
    for activation, init in STARTS.items()
    for depth in depths
}

print("Size (root mean square) of the gradient by the first layer's weights")
print("hidden layers" + "".join(f"{f'{a}, {init}':>18}" for a, init in STARTS.items()))
for depth in depths:
    sizes = [found[activation, depth].layers[0].gradients for activation in STARTS]
    print(f"{depth:13}" + "".join(f"{size:18.2e}" for size in sizes))
for activation in STARTS:
    print(f"\n{activation}, {depths[-1]} hidden layers:")
    for line in found[activation, depths[-1]].problems or ["nothing stands out"]:
        print(f"- {line}")


def picture() -> None:
    figure = figure_class()(figsize=(9.6, 3.8), layout="constrained")
    by_layer, by_depth = figure.subplots(1, 2, sharey=True)
    for activation, marker in zip(STARTS, "os^", strict=True):
        deepest = found[activation, depths[-1]].layers
        label = f"{activation}, {STARTS[activation]}"
        sizes = [layer.gradients for layer in deepest]
        by_layer.semilogy(range(1, len(sizes) + 1), sizes, marker=marker, markersize=4, label=label)
        first = [found[activation, depth].layers[0].gradients for depth in depths]
        by_depth.semilogy(depths, first, marker=marker, label=label)
    by_layer.set_title(f"{depths[-1]} hidden layers: gradient by layer")
    by_layer.set_xticks(range(1, depths[-1] + 2, 4))
    by_layer.set_xlabel("layer, from the input to the output")
    by_layer.set_ylabel("size of the gradient")
    by_depth.set_title("gradient in the first layer, by depth")
    by_depth.set_xticks(depths)
    by_depth.set_xlabel("hidden layers")
    by_depth.legend()
    for axes in (by_layer, by_depth):
        axes.grid(alpha=0.3)
    save_figure(figure, args.out / "vanishing_gradients.png")
    print(f"\nThe curves: {args.out / 'vanishing_gradients.png'}")


try:
    picture()
except MissingPartError as error:
    print(f"\nNo picture: {error}")
