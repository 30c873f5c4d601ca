"""One neuron, by hand: weights, bias, weighted sum, activation, and the four gradients.

You will see the neuron of a well-known lecture: two inputs, two weights and a bias through
tanh, once as one operation and once with tanh expanded, with the same gradients; then a few
steps of gradient descent towards a target. Takes about a second.

    python demos/02_one_neuron.py --out out
"""

import argparse
from pathlib import Path

import micrograd_tut as mg

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the drawings go")
parser.add_argument("--quick", action="store_true", help="no difference: it is quick")
out = parser.parse_args().out
out.mkdir(parents=True, exist_ok=True)

x1, x2 = mg.Value(2.0, label="x1"), mg.Value(0.0, label="x2")
w1, w2 = mg.Value(-3.0, label="w1"), mg.Value(1.0, label="w2")
b = mg.Value(6.8813735870195432, label="b")
leaves = [x1, x2, w1, w2, b]


def neuron() -> mg.Value:
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


o = neuron()
o.backward()
whole = [v.grad for v in leaves]
mg.draw(o).save(out / "neuron.svg")

mg.zero_grad(o)
pieces = mg.expand(o, ["tanh"])  # (exp(2n) - 1) / (exp(2n) + 1), on the same leaves
pieces.backward()
mg.draw(pieces).save(out / "neuron_in_pieces.svg")

print(f"o = tanh(x1 * w1 + x2 * w2 + b) = {o.data:.8f}; with tanh in pieces {pieces.data:.8f}\n")
print("input   gradient   with tanh in pieces")
for v, grad in zip(leaves, whole, strict=True):
    print(f"{v.label:5} {grad:10.6f} {v.grad:10.6f}")

print("\nGradient descent on w1, w2, b towards o = -0.5:")
for step in range(8):
    loss = (neuron() + 0.5) ** 2
    mg.zero_grad(loss)
    loss.backward()
    print(f"step {step}   loss {loss.data:.6f}")
    for v in (w1, w2, b):
        v.data -= 0.2 * v.grad

print(f"\nDrawings: {out / 'neuron.svg'}, {out / 'neuron_in_pieces.svg'}")
