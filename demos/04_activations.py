"""The activation functions: formula, derivative, use, and weakness.

You will see a table of the activations, their outputs and derivatives at a few points as the engine
computes them, and a plot of each with its derivative. Takes about 3 seconds.

    python demos/04_activations.py --out out
"""

import math
from typing import Any

from _setup import options, save_picture

import micrograd_tut as mg

args = options(__doc__, quick="fewer points")


def at(activation: str, x: float) -> tuple[float, float]:
    """The output and its derivative; for softmax, of the first of (x, 0, 0)."""
    v = mg.Value(x)
    if activation == "softmax":
        out = mg.softmax([v, mg.Value(0.0), mg.Value(0.0)])[0]
    else:
        out = mg.Neuron.of([1.0], 0.0, activation)([v])
    out.backward()
    return out.data, v.grad


print(mg.activations())

points = [-5.0, -1.0, 0.0, 1.0, 5.0]
print("\nOutput and derivative at x =" + "".join(f"{x:17g}" for x in points))
for row in mg.activations():
    pairs = [at(row.name, x) for x in points]
    print(f"{row.name:23}" + "".join(f"{out:9.4f} {slope:7.4f}" for out, slope in pairs))

probabilities = mg.softmax([2.0, 1.0, 0.1])
print("\nsoftmax(2, 1, 0.1) =", *(f"{p:.3f}" for p in probabilities), " sum", sum(probabilities))
print("with 1,000 added   =", *(f"{p:.3f}" for p in mg.softmax([1002.0, 1001.0, 1000.1])))


def with_gaps(ys: tuple[float, ...]) -> list[float]:
    """The numbers, with nan before each jump, so that the plot has no vertical line."""
    return [math.nan if abs(b - a) > 0.5 else a for a, b in zip(ys, (*ys[1:], ys[-1]), strict=True)]


def picture(figure: Any) -> None:
    n = 20 if args.quick else 400
    xs = [-5 + 10 * i / n for i in range(n + 1)]
    for axes, row in zip(figure.subplots(3, 5, sharex=True).flat, mg.activations(), strict=True):
        outs, slopes = zip(*(at(row.name, x) for x in xs), strict=True)
        axes.axhline(0, color="#bbbbbb", linewidth=0.8)
        axes.axvline(0, color="#bbbbbb", linewidth=0.8)
        axes.plot(xs, outs, color="#1f5fa8", linewidth=2, label="out")
        axes.plot(xs, with_gaps(slopes), "--", color="#c2431f", linewidth=1.8, label="derivative")
        axes.set(ylim=(-1.3, 2.3), xticks=range(-4, 5, 2), yticks=range(-1, 3))
        axes.set_title(row.name if row.name != "softmax" else "softmax: first of (x, 0, 0)")
        axes.set_xlabel(row.formula, fontsize=8)
    figure.axes[1].legend(loc="upper left", fontsize=9)


save_picture(picture, args.out / "activations.png", (13.5, 8.4), "Activations and derivatives")
