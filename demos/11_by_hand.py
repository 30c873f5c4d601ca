"""Backprop by hand: the neuron of a well-known lecture, one product at a time.

You will see the gradient of the neuron found three ways: by nudging a number, by calling
`_backward()` node by node, and by stepping, where each product is shown with where it comes from.
It writes the page to step on, `backprop.html`. Takes about two seconds.

    python demos/11_by_hand.py --out out
"""

import argparse
from pathlib import Path

import micrograd_tut as mg

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the page goes")
out = parser.parse_args().out
out.mkdir(parents=True, exist_ok=True)

x1, x2 = mg.Value(2.0, label="x1"), mg.Value(0.0, label="x2")
w1, w2 = mg.Value(-3.0, label="w1"), mg.Value(1.0, label="w2")
b = mg.Value(6.8813735870195432, label="b")
x1w1, x2w2 = x1 * w1, x2 * w2
total = x1w1 + x2w2
n = total + b
o = n.tanh()

print("1. Nudge x1 a little, and see how much o changes.\n")
print(mg.nudge(o, x1, h=0.001))

print("\n2. The chain rule node by node, from the output back.\n")
o.grad = 1.0
for node in (o, n, total, x1w1, x2w2):
    node._backward()
print("   ".join(f"{v.label}.grad = {v.grad:.4f}" for v in (x1, w1, x2, w2, b)))

print("\n3. The same, one product at a time.\n")
mg.zero_grad(o)
s = mg.step(o)
s.run_to(o)
while not s.done:
    print(s.next(), end="\n\n")

print("Back again: the gradients go as they came.\n")
while s.position:
    s.back()
print("   ".join(f"{v.label}.grad = {v.grad:.4f}" for v in (x1, w1, x2, w2, b)))

s.page(out / "backprop.html")
print(f"\nA page to step on: {out / 'backprop.html'}")
