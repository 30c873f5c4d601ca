"""The forward pass of one neuron in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from micrograd_tut import ops
from micrograd_tut.tables import Text


def six_steps(
    xs: Sequence[float], ws: Sequence[float], bias: float, z: float, activation: str, out: float
) -> Text:
    """What a neuron does, from its inputs to its output, one line a step.

    Args:
        xs, ws: The inputs and as many weights.
        bias: The bias.
        z: The weighted sum with the bias.
        activation: The name of the activation.
        out: The output.
    """
    products = [w * x for w, x in zip(ws, xs, strict=True)]
    total = ops.sum(products)
    each = zip(ws, xs, products, strict=True)
    steps = {
        "inputs": ", ".join(map(short, xs)),
        "products": ";  ".join(f"{short(w)} × {short(x)} = {short(p)}" for w, x, p in each),
        "sum": f"{_signed(products)} = {short(total)}",
        "bias": f"{_signed([total, bias])} = {short(z)}",
        "activation": f"{activation}({short(z)})",
        "output": short(out),
    }
    lines = [f"{i} {step:10}  {text}" for i, (step, text) in enumerate(steps.items(), 1)]
    return Text("\n".join(lines))


def short(x: float) -> str:
    """A number with six digits, as one reads it.

    >>> short(0.00001), short(80000.0), short(2 / 3)
    ('0.00001', '80000', '0.666667')
    """
    text = f"{x:.6g}"
    return f"{Decimal(text):f}" if "e" in text and 1e-9 < abs(x) < 1e16 else text


def _signed(terms: Sequence[float]) -> str:
    """A sum as one writes it: ``2 + 1.5 - 0.5``."""
    first, *others = terms
    signs = [f" {'-' if t < 0 else '+'} {short(abs(t))}" for t in others]
    return short(first) + "".join(signs)
