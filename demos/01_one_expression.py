"""One expression, forward and backward: what a Value is.

You will see the value of an expression, the gradient of each of its inputs beside the slope
that a small nudge shows, and the drawing of the graph. Takes about a second.

    python demos/01_one_expression.py --out out
"""

import argparse
from pathlib import Path

import micrograd_tut as mg

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the drawing goes")
parser.add_argument("--quick", action="store_true", help="no difference: it is quick")
out = parser.parse_args().out
out.mkdir(parents=True, exist_ok=True)


def expression(a: mg.Value, b: mg.Value, c: mg.Value) -> mg.Value:
    return (a * b + c) * mg.tanh(a)


a = mg.Value(2.0, label="a")
b = mg.Value(-3.0, label="b")
c = mg.Value(10.0, label="c")
y = expression(a, b, c)
y.label = "y"
y.backward()

print("y = (a * b + c) * tanh(a)")
print(f"at a = {a.data}, b = {b.data}, c = {c.data}:  y = {y.data:.6f}\n")
print("input   gradient   slope seen when the input moves by 0.000001")
for v in (a, b, c):
    v.data += 1e-6
    slope = (expression(a, b, c).data - y.data) / 1e-6
    v.data -= 1e-6
    print(f"{v.label:5} {v.grad:10.6f} {slope:10.6f}")

path = out / "one_expression.svg"
mg.draw(y).save(path)
print(f"\nThe graph, with the data and the gradient of every node: {path}")
