"""Why networks need nonlinear activations: linear layers merge into a single one.

You will see three linear layers merged into one with the same outputs, and how little they learn
of a ring around a disc, compared with the same network with tanh. Takes about 4 seconds.

    python demos/06_why_nonlinear.py --out out
"""

import math
import random
from typing import Any

from _setup import options, save_picture

import micrograd_tut as mg

args = options(__doc__, quick="fewer points and epochs")
points, epochs, grid = (40, 10, 12) if args.quick else (160, 60, 40)


def merged(model: mg.MLP) -> tuple[list[list[float]], list[float]]:
    """The matrix W and bias b that linear layers merge into: W' W x + (W' b + b')."""
    W = [[float(i == j) for j in range(model.nin)] for i in range(model.nin)]
    b = [0.0] * model.nin
    for layer in model.layers:
        rows = [[w.data for w in neuron.w] for neuron in layer.neurons]
        b = [mg.dot(row, b, neuron.b.data) for row, neuron in zip(rows, layer.neurons, strict=True)]
        W = [[mg.dot(row, column) for column in zip(*W, strict=True)] for row in rows]
    return W, b


# A disc (0), and a ring around it (1).
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
    scores = mg.evaluate(net, X, y)
    print(f"{activation:6} layers:  loss {scores['loss']:.4f}   accuracy {scores['accuracy']:.0%}")

linear = nets["linear"]
(w,), (b,) = merged(linear)
print(f"\nThe {len(linear.parameters())} parameters of the linear layers merge into 3:")
print(f"logit = {w[0]:.6f} x1 {w[1]:+.6f} x2 {b:+.6f}\n")
print("point             three linear layers        one merged layer")
for x in X[:5]:
    layers, layer = linear.logits(x)[0].data, mg.dot(w, x, b)
    print(f"({x[0]:+.3f}, {x[1]:+.3f}) {layers:21.15f} {layer:23.15f}")
worst = max(abs(linear.logits(x)[0].data - mg.dot(w, x, b)) for x in X)
print(f"largest difference over all {points} points: {worst:.1e}")


def picture(figure: Any) -> None:
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


save_picture(picture, args.out / "why_nonlinear.png", (8.6, 4.2), "Outputs of both networks")
