"""The forward pass of a neuron and of a network in numbers, and a table of the layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.support.html import html_table
from micrograd_tut.support.numbers import decimal
from micrograd_tut.support.text import RichText, Text, table

T = TypeVar("T")


def explain_neuron(neuron: Any, inputs: Sequence[Value]) -> RichText:
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
    rows = [(str(i), step, text) for i, (step, text) in enumerate(steps.items(), 1)]
    return RichText("\n".join(lines), html_table([], rows))


_MAX_NEURONS = 8  # of a layer, up to which all are shown
_MAX_TERMS = 4  # of a sum, likewise
_MAX_NUMBERS = 8  # of a list, likewise
_DIGITS = 4


def explain_layers(layers: Sequence[Any], inputs: Sequence[Value]) -> RichText:
    """The forward pass through layers: the weighted sum and the output of each neuron.

    The middle of a wide layer and of a long sum is left out.

    Args:
        layers: One or more `Layer`.
        inputs: As many Values as the first one takes.

    >>> from micrograd_tut.nn.layers import MLP
    >>> model = MLP(2, [2, 1], output="sigmoid", init="zeros")
    >>> for p, number in zip(model.parameters(), [1, 2, -3, 0.5, 0, 1, 2, -1, 1], strict=True):
    ...     p.data = number
    >>> model.explain([1.0, -2.0])
    inputs      1, -2
    layer 1: 2 neurons, relu
      neuron 1  1 × 1 + 2 × -2 - 3 = -6;  relu(-6) = 0
      neuron 2  0.5 × 1 + 0 × -2 + 1 = 1.5;  relu(1.5) = 1.5
      outputs   0, 1.5
    layer 2: 1 neuron, sigmoid
      neuron 1  2 × 0 - 1 × 1.5 + 1 = -0.5;  sigmoid(-0.5) = 0.3775
      output    0.3775
    """
    values = [v.data for v in inputs]
    rows: list[Row] = [(_words("input", values), _numbers(values))]
    for i, layer in enumerate(layers, 1):
        rows += _layer_rows(f"layer {i}" if len(layers) > 1 else "layer", layer, inputs)
        inputs = layer.compute(inputs)
    return RichText("\n".join(map(_line, rows, [0, *[2] * len(rows)])), html_table([], rows))


Row = tuple[str, str] | tuple[str]
"""A name and its numbers, or a heading."""


def _layer_rows(title: str, layer: Any, inputs: Sequence[Value]) -> Iterator[Row]:
    """A heading, and a row for each neuron and for the outputs."""
    size = len(layer.neurons)
    yield (f"{title}: {size:,} neuron{'s' * (size > 1)}, {layer.activation}",)
    shown = _shortened(range(size), _MAX_NEURONS)
    for n in shown:
        if n is None:
            yield f"… {size - len(shown) + 1:,} more neurons", ""
        else:
            yield f"neuron {n + 1}", _neuron(layer.neurons[n], inputs)
    values = [v.data for v in layer.compute(inputs)]
    name = "softmax" if layer.activation == "softmax" else _words("output", values)
    yield name, _numbers(values)


def _line(row: Row, indent: int) -> str:
    """A row as a line of text; headings are not indented."""
    if len(row) == 1:
        return row[0]
    return f"{'':{indent}}{row[0]:{10 - indent}}  {row[1]}".rstrip()


def _neuron(neuron: Any, inputs: Sequence[Value]) -> str:
    """``2 × 1 + 1.5 × 1 - 1 = 2.5;  relu(2.5) = 2.5``."""
    z = neuron.weighted_sum(inputs)
    pairs = _shortened(list(zip(neuron.w, inputs, strict=True)), _MAX_TERMS)
    text = ""
    for pair in pairs:
        text += " + …" if pair is None else _signed(pair[0].data, f" × {_rounded(pair[1].data)}")
    text = text.removeprefix(" + ").replace(" - ", "-", text.startswith(" - "))
    text += f"{_signed(neuron.b.data)} = {_rounded(z.data)}"
    if neuron.activation == "linear":
        return text
    output = neuron.activate(z).data
    return f"{text};  {neuron.activation}({_rounded(z.data)}) = {_rounded(output)}"


def _rounded(x: float) -> str:
    return decimal(x, _DIGITS)


def _signed(x: float, rest: str = "") -> str:
    return f" {'-' if x < 0 else '+'} {_rounded(abs(x))}{rest}"


def _words(noun: str, values: Sequence[float]) -> str:
    return noun if len(values) == 1 else f"{noun}s"


def _numbers(numbers: Sequence[float]) -> str:
    """``1, 2, 3``; of a long list the start, the end and how many."""
    texts = ["…" if x is None else _rounded(x) for x in _shortened(numbers, _MAX_NUMBERS)]
    count = f" ({len(numbers):,} numbers)" if len(numbers) > _MAX_NUMBERS else ""
    return ", ".join(texts) + count


def _shortened(items: Sequence[T], most: int) -> list[T | None]:
    """All items if they are at most `most`; else that many, with None for those left out."""
    return list(items) if len(items) <= most else [*items[: most - 2], None, items[-1]]


class LayerOutputs(list[list[Value]]):
    """The inputs of a network, then the outputs of each layer; its repr shows their numbers.

    >>> LayerOutputs([[Value(1.0), Value(2.0)], [Value(0.5)]])
    inputs   1, 2
    layer 1  0.5
    """

    def __repr__(self) -> str:
        width = max(len(name) for name, _ in self._rows())
        return Text("\n".join(f"{name:{width}}  {numbers}" for name, numbers in self._rows()))

    def _repr_html_(self) -> str:
        return html_table([], self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        names = ["inputs", *(f"layer {i}" for i in range(1, len(self)))]
        numbers = [_numbers([v.data for v in values]) for values in self]
        return list(zip(names, numbers, strict=False))


def _signed_sum(terms: Sequence[float]) -> str:
    """A sum as it is usually written: ``2 + 1.5 - 0.5``."""
    first, *others = terms
    signs = [f" {'-' if t < 0 else '+'} {decimal(abs(t))}" for t in others]
    return decimal(first) + "".join(signs)


def summarize(model: Any) -> RichText:
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
    parts = head, rows, total, ">>><<>"
    return RichText(table(*parts), html_table(*parts))
