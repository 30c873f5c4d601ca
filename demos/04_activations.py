"""The activations: formula, derivative, what each is for, and what to beware of.

You will see the table of activations, their values and slopes at a few points as the engine
computes them, and a picture of each with its derivative. Takes about 3 seconds.

    python demos/04_activations.py --out out
"""

import argparse
import math
from pathlib import Path

import micrograd_tut as mg
from micrograd_tut.errors import MissingPartError
from micrograd_tut.train.history import figure_class, save_figure

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the picture goes")
parser.add_argument("--quick", action="store_true", help="fewer points")
args = parser.parse_args()
args.out.mkdir(parents=True, exist_ok=True)


def at(activation: str, x: float) -> tuple[float, float]:
    """The output and its slope; softmax is that of x beside two zeros."""
    v = mg.Value(x)
    if activation == "softmax":
        out = mg.softmax([v, mg.Value(0.0), mg.Value(0.0)])[0]
    else:
        out = mg.Neuron.of([1.0], 0.0, activation)([v])
    out.backward()
    return out.data, v.grad


print(mg.activations())

points = [-5.0, -1.0, 0.0, 1.0, 5.0]
print("\nOutput and slope at x =" + "".join(f"{x:17g}" for x in points))
for row in mg.activations():
    pairs = [at(row.name, x) for x in points]
    print(f"{row.name:23}" + "".join(f"{out:9.4f} {slope:7.4f}" for out, slope in pairs))

shares = mg.softmax([2.0, 1.0, 0.1])
print("\nsoftmax(2, 1, 0.1) =", *(f"{share:.3f}" for share in shares), " sum", sum(shares))
print("with 1,000 added   =", *(f"{share:.3f}" for share in mg.softmax([1002.0, 1001.0, 1000.1])))


def parted_at_a_jump(ys: tuple[float, ...]) -> list[float]:
    """The heights, with a gap before one that jumps, so that no line is drawn up it."""
    return [math.nan if abs(b - a) > 0.5 else a for a, b in zip(ys, (*ys[1:], ys[-1]), strict=True)]


def picture() -> None:
    figure = figure_class()(figsize=(12, 5.6), layout="constrained")
    n = 20 if args.quick else 400
    xs = [-5 + 10 * i / n for i in range(n + 1)]
    for axes, row in zip(figure.subplots(2, 5, sharex=True).flat, mg.activations(), strict=True):
        outs, slopes = zip(*(at(row.name, x) for x in xs), strict=True)
        axes.axhline(0, color="#bbbbbb", linewidth=0.8)
        axes.axvline(0, color="#bbbbbb", linewidth=0.8)
        axes.plot(xs, outs, color="#1f5fa8", linewidth=2, label="out")
        axes.plot(
            xs, parted_at_a_jump(slopes), "--", color="#c2431f", linewidth=1.8, label="derivative"
        )
        axes.set(ylim=(-1.3, 2.3), xticks=range(-4, 5, 2), yticks=range(-1, 3))
        axes.set_title(row.name if row.name != "softmax" else "softmax: first of (x, 0, 0)")
        axes.set_xlabel(row.formula, fontsize=9)
    figure.axes[1].legend(loc="upper left", fontsize=9)
    save_figure(figure, args.out / "activations.png")
    print(f"\nEach activation with its derivative: {args.out / 'activations.png'}")


try:
    picture()
except MissingPartError as error:
    print(f"\nNo picture: {error}")
