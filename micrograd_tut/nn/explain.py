"""A neuron's forward pass in words and numbers, and a table of the layers of a net."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.support.numbers import decimal
from micrograd_tut.support.text import Text, table


def explain_neuron(neuron: Any, inputs: Sequence[Value]) -> Text:
    """What a neuron computes, from its inputs to its output, in six lines.

    Args:
        neuron: A `Neuron`.
        inputs: As many Values as it has weights.

    >>> from micrograd_tut.nn.layers import Neuron
    >>> Neuron.of([2.0, 1.5, -0.5], -1.0, "sigmoid").explain([1.0, 1.0, 3.0])
    1 inputs      1, 1, 3
    2 products    2 × 1 = 2;  1.5 × 1 = 1.5;  -0.5 × 3 = -1.5
    3 sum         2 + 1.5 - 1.5 = 2
    4 bias        2 - 1 = 1
    5 activation  sigmoid(1)
    6 output      0.731059
    """
    xs, ws = [v.data for v in inputs], [w.data for w in neuron.w]
    bias, z = neuron.b.data, neuron.weighted_sum(inputs)
    products = [w * x for w, x in zip(ws, xs, strict=True)]
    terms = [
        f"{decimal(w)} × {decimal(x)} = {decimal(p)}"
        for w, x, p in zip(ws, xs, products, strict=True)
    ]
    total = ops.sum(products)
    steps = {
        "inputs": ", ".join(map(decimal, xs)),
        "products": ";  ".join(terms),
        "sum": f"{_signed_sum(products)} = {decimal(total)}",
        "bias": f"{_signed_sum([total, bias])} = {decimal(z.data)}",
        "activation": f"{neuron.activation}({decimal(z.data)})",
        "output": decimal(neuron.activate(z).data),
    }
    lines = [f"{i} {step:10}  {text}" for i, (step, text) in enumerate(steps.items(), 1)]
    return Text("\n".join(lines))


def _signed_sum(terms: Sequence[float]) -> str:
    """A sum as it is usually written: ``2 + 1.5 - 0.5``."""
    first, *others = terms
    signs = [f" {'-' if t < 0 else '+'} {decimal(abs(t))}" for t in others]
    return decimal(first) + "".join(signs)


def summarize(model: Any) -> Text:
    """A table of the layers of an `MLP` and how many parameters each has.

    >>> from micrograd_tut.nn.layers import MLP
    >>> print(MLP(10, [64, 32, 16, 1], activation="tanh", init="xavier").summary())
    layer  inputs  neurons  activation  init    parameters
    ─────  ──────  ───────  ──────────  ──────  ──────────
        1      10       64  tanh        xavier         704
        2      64       32  tanh        xavier       2,080
        3      32       16  tanh        xavier         528
        4      16        1  linear      xavier          17
    ─────  ──────  ───────  ──────────  ──────  ──────────
    total                                            3,329
    """
    rows = [
        [
            str(i + 1),
            f"{layer.nin:,}",
            f"{len(layer.neurons):,}",
            layer.activation,
            layer.init,
            f"{len(layer.parameters()):,}",
        ]
        for i, layer in enumerate(model.layers)
    ]
    total = ["total", "", "", "", "", f"{len(model.parameters()):,}"]
    head = ["layer", "inputs", "neurons", "activation", "init", "parameters"]
    return Text(table(head, rows, total, align=">>><<>"))
