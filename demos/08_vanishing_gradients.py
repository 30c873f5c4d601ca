"""Vanishing gradients: how much of the gradient reaches the first layer of a deep network.

You will see the RMS of the gradient in the first layer for 2 to 20 hidden layers with sigmoid, tanh
and relu, what mg.diagnose reports for the deepest network, and curves over the layers. Takes about
10 seconds.

    python demos/08_vanishing_gradients.py --out out
"""

import random
from typing import Any

from _setup import options, save_picture

import micrograd_tut as mg

args = options(__doc__, quick="fewer examples and depths")
depths = (2, 5, 10) if args.quick else (2, 5, 10, 15, 20)
WIDTH, INPUTS = 12, 8
INITS = {"sigmoid": "xavier", "tanh": "xavier", "relu": "he"}  # recommended for each

rng = random.Random(0)
X = [[rng.gauss(0, 1) for _ in range(INPUTS)] for _ in range(5 if args.quick else 40)]
y = [x[0] - x[1] for x in X]

reports = {
    (activation, depth): mg.diagnose(
        mg.MLP(INPUTS, [WIDTH] * depth + [1], activation=activation, init=init, seed=1), X, y
    )
    for activation, init in INITS.items()
    for depth in depths
}

print("RMS of the gradient with respect to the first layer's weights")
print("hidden layers" + "".join(f"{f'{a}, {init}':>18}" for a, init in INITS.items()))
for depth in depths:
    sizes = [reports[activation, depth].layers[0].gradients for activation in INITS]
    print(f"{depth:13}" + "".join(f"{size:18.2e}" for size in sizes))
for activation in INITS:
    print(f"\n{activation}, {depths[-1]} hidden layers:")
    for line in reports[activation, depths[-1]].problems or ["no problems found"]:
        print(f"- {line}")


def picture(figure: Any) -> None:
    by_layer, by_depth = figure.subplots(1, 2, sharey=True)
    for activation, marker in zip(INITS, "os^", strict=True):
        deepest = reports[activation, depths[-1]].layers
        label = f"{activation}, {INITS[activation]}"
        sizes = [layer.gradients for layer in deepest]
        by_layer.semilogy(range(1, len(sizes) + 1), sizes, marker=marker, markersize=4, label=label)
        first = [reports[activation, depth].layers[0].gradients for depth in depths]
        by_depth.semilogy(depths, first, marker=marker, label=label)
    by_layer.set_title(f"{depths[-1]} hidden layers: gradient by layer")
    by_layer.set_xticks(range(1, depths[-1] + 2, 4))
    by_layer.set_xlabel("layer, from the input to the output")
    by_layer.set_ylabel("RMS of the gradient")
    by_depth.set_title("gradient in the first layer, by depth")
    by_depth.set_xticks(depths)
    by_depth.set_xlabel("hidden layers")
    by_depth.legend()
    for axes in (by_layer, by_depth):
        axes.grid(alpha=0.3)


save_picture(picture, args.out / "vanishing_gradients.png", (9.6, 3.8), "RMS of the gradients")
