"""Random graphs over the whole table, with reused Values, constants and gradients already held."""

from __future__ import annotations

import random
import struct

import micrograd_tut as mg
from micrograd_tut.engine import Value, topological
from micrograd_tut.errors import MicrogradError
from micrograd_tut.ops import OPS

SIZES = {"wide": (1280, 900), "phone": (390, 844)}
"""Of windows, in pixels."""


def random_graph(seed: int, size: int = 14) -> Value:
    """A graph of about `size` operations whose backward pass is possible."""
    rng = random.Random(f"graph {seed}")
    while True:
        values = [Value(rng.uniform(-2, 2), label=f"a{i}") for i in range(rng.randint(1, 4))]
        for v in values:
            v.grad = rng.choice([0.0, 0.0, rng.uniform(-3, 3)])
        for _ in range(rng.randint(1, size)):
            made = _operation(rng, values)
            if made is not None and abs(made.data) < 1e6:
                values.append(made)
        y = values[-1]
        for v in topological(y):  # as an earlier pass over another graph may have left it
            v.grad = rng.choice([v.grad, rng.uniform(-3, 3)]) if v.op else v.grad
        before = gradients(y)
        try:
            y.backward()
        except MicrogradError:  # a gradient too large for a float
            continue
        finally:
            restore(y, before)
        return y


def _operation(rng: random.Random, values: list[Value]) -> Value | None:
    op = rng.choice(list(OPS.values()))
    count = op.arity or rng.randint(1, 5)
    if op.name == "dot":
        count = 2 * rng.randint(1, 3) + rng.randint(0, 1)
    inputs = [
        mg.Constant(rng.choice([-1.0, 0.0, 1.0, 2.0, 0.5])) if rng.random() < 0.2
        else rng.choice(values[-4:] if rng.random() < 0.7 else values)
        for _ in range(count)
    ]  # fmt: skip
    try:
        made = op(*inputs)
        made.op.partials_at([v.data for v in made.inputs], made.data)
    except (MicrogradError, ArithmeticError, ValueError):
        return None
    return made


def gradients(y: Value) -> dict[Value, float]:
    return {v: v.grad for v in topological(y)}


def restore(y: Value, held: dict[Value, float]) -> None:
    for v, grad in held.items():
        v.grad = grad


def bits(y: Value) -> list[bytes]:
    """Every gradient of a graph, to the last bit and the sign of zero."""
    return [struct.pack("<d", v.grad) for v in topological(y)]


def lecture() -> Value:
    """The neuron of the well-known lecture."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


def named(y: Value) -> dict[str, Value]:
    return {v.label: v for v in topological(y) if v.label}
