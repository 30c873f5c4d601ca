"""tanh in one piece and in pieces: the same gradients, at every granularity.

You will see the neuron of a well-known lecture stepped twice: with tanh as one operation, whose
local derivative is 1 - o**2, and expanded into exp, -, + and /, where the same number is the
sum of two paths. The gradients at the leaves agree. It writes a page for each. Takes about two
seconds.

    python demos/12_expand_tanh.py --out out
"""

import argparse
from pathlib import Path

import micrograd_tut as mg

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the pages go")
out = parser.parse_args().out
out.mkdir(parents=True, exist_ok=True)

x1, x2 = mg.Value(2.0, label="x1"), mg.Value(0.0, label="x2")
w1, w2 = mg.Value(-3.0, label="w1"), mg.Value(1.0, label="w2")
b = mg.Value(6.8813735870195432, label="b")
leaves = [x1, x2, w1, w2, b]
n = x1 * w1 + x2 * w2 + b
o = n.tanh()

found = {}
for granularity in ("functions", "ops"):
    s = mg.step(o, granularity=granularity)
    forward = [step for step in s if step.kind == "forward"]
    print(f"With {granularity}: o is computed in {len(forward)} operations.\n")
    s.run_to(o)
    while s.here.input is None or s.names.of(s.here.input) != "n":
        print(s.next(), end="\n\n")
    s.run()
    found[granularity] = [v.grad for v in leaves]
    s.page(out / f"tanh_{granularity}.html")
    s.reset()

print("leaf   tanh in one piece   in pieces")
for v, one, pieces in zip(leaves, *found.values(), strict=True):
    print(f"{v.label:4}   {one:17.12f}   {pieces:.12f}")

print(f"\nPages: {out / 'tanh_functions.html'}, {out / 'tanh_ops.html'}")
