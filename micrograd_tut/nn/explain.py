"""The forward pass of one neuron in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence

from micrograd_tut import ops
from micrograd_tut.support.numbers import decimal
from micrograd_tut.support.text import Text


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
        "inputs": ", ".join(map(decimal, xs)),
        "products": ";  ".join(f"{decimal(w)} × {decimal(x)} = {decimal(p)}" for w, x, p in each),
        "sum": f"{_signed(products)} = {decimal(total)}",
        "bias": f"{_signed([total, bias])} = {decimal(z)}",
        "activation": f"{activation}({decimal(z)})",
        "output": decimal(out),
    }
    lines = [f"{i} {step:10}  {text}" for i, (step, text) in enumerate(steps.items(), 1)]
    return Text("\n".join(lines))


def _signed(terms: Sequence[float]) -> str:
    """A sum as one writes it: ``2 + 1.5 - 0.5``."""
    first, *others = terms
    signs = [f" {'-' if t < 0 else '+'} {decimal(abs(t))}" for t in others]
    return decimal(first) + "".join(signs)
