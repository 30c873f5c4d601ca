"""Why a net needs nonlinear activations: a stack of linear layers collapses into one.

You will see three linear layers multiplied out into a single one that gives the same outputs,
and how little that stack learns of a ring around a disc, beside the same net with tanh. Takes
about 4 seconds.

    python demos/06_why_nonlinear.py --out out
"""

import argparse
import math
import random
from pathlib import Path

import micrograd_tut as mg
from micrograd_tut.errors import MissingPartError
from micrograd_tut.train.history import figure_class, save_figure

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the picture goes")
parser.add_argument("--quick", action="store_true", help="fewer points and epochs")
args = parser.parse_args()
args.out.mkdir(parents=True, exist_ok=True)
points, epochs, grid = (40, 10, 12) if args.quick else (160, 60, 40)


def multiplied_out(model: mg.MLP) -> tuple[list[list[float]], list[float]]:
    """The one matrix W and bias b of a stack of linear layers: W' W x + (W' b + b')."""
    W = [[float(i == j) for j in range(model.nin)] for i in range(model.nin)]
    b = [0.0] * model.nin
    for layer in model.layers:
        rows = [[w.data for w in neuron.w] for neuron in layer.neurons]
        b = [mg.dot(row, b, neuron.b.data) for row, neuron in zip(rows, layer.neurons, strict=True)]
        W = [[mg.dot(row, column) for column in zip(*W, strict=True)] for row in rows]
    return W, b


# Inside or outside of a circle.
rng = random.Random(0)
X, y = [], []
for i in range(points):
    angle, radius = 2 * math.pi * rng.random(), rng.uniform(0.0, 0.8) + 1.2 * (i % 2)
    X.append([radius * math.cos(angle), radius * math.sin(angle)])
    y.append(i % 2)

nets = {}
for activation in ("linear", "tanh"):
    nets[activation] = net = mg.MLP(
        2, [8, 8, 1], activation=activation, output="sigmoid", init="xavier", seed=1
    )
    mg.fit(net, X, y, optimizer=mg.Adam(0.02), epochs=epochs, batch_size=16, progress=False)
    found = mg.evaluate(net, X, y)
    print(f"{activation:6} layers:  loss {found['loss']:.4f}   accuracy {found['accuracy']:.0%}")

linear = nets["linear"]
(w,), (b,) = multiplied_out(linear)
print(f"\nThe {len(linear.parameters())} parameters of the linear stack, multiplied out, are 3:")
print(f"logit = {w[0]:.6f} x1 {w[1]:+.6f} x2 {b:+.6f}\n")
print("point              through the stack   through the one layer")
for x in X[:5]:
    stack, one = linear.logits(x)[0].data, mg.dot(w, x, b)
    print(f"({x[0]:+.3f}, {x[1]:+.3f}) {stack:21.15f} {one:23.15f}")
worst = max(abs(linear.logits(x)[0].data - mg.dot(w, x, b)) for x in X)
print(f"largest difference over all {points} points: {worst:.1e}")


def picture() -> None:
    figure = figure_class()(figsize=(8.6, 4.2), layout="constrained")
    bands = [i / 20 for i in range(21)]
    across = [-2.4 + 4.8 * i / grid for i in range(grid + 1)]
    for axes, (activation, net) in zip(figure.subplots(1, 2), nets.items(), strict=True):
        p = [[net([a, b]).data for a in across] for b in across]
        shade = axes.contourf(across, across, p, bands, cmap="RdBu", vmin=-0.3, vmax=1.3)
        axes.contour(across, across, p, [0.5], colors="black", linewidths=1.4)
        for label, name, colour in ((0, "disc: 0", "#7f0000"), (1, "ring: 1", "#08306b")):
            chosen = [x for x, t in zip(X, y, strict=True) if t == label]
            axes.scatter(
                *zip(*chosen, strict=True), c=colour, s=24, edgecolors="white", linewidths=0.8,
                label=name,
            )  # fmt: skip
        axes.set_title(f"{activation}: accuracy {mg.evaluate(net, X, y)['accuracy']:.0%}")
        axes.set(xlabel="x1", ylabel="x2", aspect="equal")
    figure.axes[0].legend(loc="upper left", fontsize=9)
    figure.colorbar(shade, label="output", ticks=[0, 0.5, 1])
    save_figure(figure, args.out / "why_nonlinear.png")
    print(f"\nBoth nets over the plane: {args.out / 'why_nonlinear.png'}")


try:
    picture()
except MissingPartError as error:
    print(f"\nNo picture: {error}")
