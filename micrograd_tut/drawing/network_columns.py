"""The columns of a drawn network: its inputs and its layers, with names and outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from micrograd_tut.drawing.pixels import Pixels
from micrograd_tut.drawing.text import count
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import Layer, Module, Neuron, as_values

MAX_CIRCLES = 16  # circles in a column; a larger layer is folded


@dataclass
class Column:
    """One column of circles: the inputs or a layer.

    Attributes:
        title: The text above the column.
        size: The number of circles, visible or not.
        neurons: The neurons; none for the inputs.
        names: The names of the inputs or of the classes; else empty.
        outputs: The outputs of each neuron for every example, or None.
        planes: The output of each neuron over the plane of two inputs, or None.
        weights: The weights of each neuron as a picture, or None.
        image: The rows and columns of the one picture that stands for all inputs, or None.
    """

    title: str
    size: int
    neurons: list[Neuron]
    names: Sequence[str] = ()
    outputs: list[list[float]] | None = None
    planes: list[Pixels] | None = None
    weights: list[Pixels] | None = None
    image: tuple[int, int] | None = None

    def rows(self) -> list[int | None]:
        """The index of the neuron in each row, from the top; None is the ellipsis."""
        if self.image:
            return []
        if self.size <= MAX_CIRCLES:
            return list(range(self.size))
        return [*range(MAX_CIRCLES - 2), None, self.size - 1]

    @property
    def hidden(self) -> int:
        """The number of neurons that are not drawn."""
        return max(0, self.size - MAX_CIRCLES + 1)

    def mean(self, i: int) -> float | None:
        """The output of the i-th neuron, averaged over the examples."""
        if self.outputs is None:
            return None
        return sum(self.outputs[i]) / len(self.outputs[i])


def layers_of(model: Module) -> list[Layer]:
    """The layers of a network; a Layer or a Neuron is one.

    Raises:
        InputError: it has none.
    """
    if isinstance(model, Neuron):
        layer = object.__new__(Layer)
        layer.neurons, layer.activation = [model], model.activation
        return [layer]
    layers = [model] if isinstance(model, Layer) else list(getattr(model, "layers", []))
    if not layers or not all(isinstance(layer, Layer) for layer in layers):
        raise InputError(
            f"draw_network needs an MLP, a Layer or a Neuron; got {type(model).__name__}"
        )
    return layers


def examples_of(x: Iterable[Any]) -> list[list[Any]]:
    """A list of examples, given one example or several."""
    rows = list(x)
    several = rows and not isinstance(rows[0], Value) and hasattr(rows[0], "__len__")
    return [list(row) for row in rows] if several else [rows]


def columns_of(layers: list[Layer], examples: list[list[Any]] | None) -> list[Column]:
    """The inputs and the layers, with their outputs for the examples."""
    columns = [Column(f"inputs\n{layers[0].nin}", layers[0].nin, [])]
    for n, layer in enumerate(layers, 1):
        size = len(layer.neurons)
        columns.append(Column(f"layer {n}\n{size} × {layer.activation}", size, layer.neurons))
    if examples is not None:
        for column, outputs in zip(columns, outputs_of(layers, examples), strict=True):
            column.outputs = outputs
    return columns


def outputs_of(layers: list[Layer], examples: list[list[Any]]) -> list[list[list[float]]]:
    """The inputs and the outputs of every neuron, indexed by column, neuron and example."""
    runs = []
    for example in examples:
        run = [as_values(example, layers[0].nin, layers[0])]
        for layer in layers:
            run.append(layer.compute(run[-1]))
        runs.append(run)
    return [
        [[v.data for v in outputs] for outputs in zip(*column, strict=True)]
        for column in zip(*runs, strict=True)
    ]


_PIXEL = re.compile(r"pixel_(\d+)_(\d+)")


def image_of_names(names: Sequence[str]) -> tuple[int, int] | None:
    """The rows and columns of inputs that are named as pixels, row by row; None for other names.

    >>> image_of_names(["pixel_0_0", "pixel_0_1", "pixel_1_0", "pixel_1_1"])
    (2, 2)
    """
    places = [tuple(map(int, m.groups())) for name in names if (m := _PIXEL.fullmatch(name))]
    if not places or len(places) != len(names):
        return None
    rows, columns = places[-1][0] + 1, places[-1][1] + 1
    complete = [(r, c) for r in range(rows) for c in range(columns)]
    return (rows, columns) if places == complete else None


def checked_names(kind: str, names: Iterable[str] | None, size: int, noun: str) -> list[str]:
    """Names as a list of texts, one for each input or output; none if there are none.

    Raises:
        InputError: there are more or fewer, or it is one text.
    """
    if isinstance(names, str):
        raise InputError(f"{kind} needs a list of names, such as {kind}=['a', 'b']; got {names!r}")
    listed = [str(name) for name in names or ()]
    if listed and len(listed) != size:
        raise InputError(
            f"{kind} needs one name for each of the {count(size, noun)}; got {len(listed)}"
        )
    return listed


def class_names(model: Module, layer: Layer) -> list[str]:
    """The classes that the outputs of a network stand for; of a softmax, at least their numbers."""
    size = len(layer.neurons)
    names = [str(name) for name in getattr(model, "class_names", ())]
    if len(names) == size:
        return names
    return [f"class {k}" for k in range(size)] if layer.activation == "softmax" else []
