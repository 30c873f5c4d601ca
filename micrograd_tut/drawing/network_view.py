"""A network as a scene, as in a textbook: one circle per neuron, one line per weight.

The position of every circle is computed here, so the layout engine only has to draw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import count
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import Layer, Module, Neuron, as_values
from micrograd_tut.support.numbers import brief

QUANTITIES = {
    "weights": "weight",
    "gradients": "gradient of a weight",
    "activations": "weight × input",
}
"""What the lines can show, and what the legend calls it."""

MAX_CIRCLES = 16  # circles in a column; a larger layer is folded
_COLUMN_GAP, _ROW_GAP = 1.6, 0.56  # inches; the first is a minimum


@dataclass
class Column:
    """One column of circles: the inputs or a layer.

    Attributes:
        title: The text above the column.
        size: The number of circles, visible or not.
        neurons: The neurons; none for the inputs.
        outputs: The outputs of each neuron for every example, or None.
    """

    title: str
    size: int
    neurons: list[Neuron]
    outputs: list[list[float]] | None = None

    def rows(self) -> list[int | None]:
        """The index of the neuron in each row, from the top; None is the ellipsis."""
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


def network_view(model: Module, show: str = "weights", x: Iterable[Any] | None = None) -> Scene:
    """The scene of a network.

    Args, Raises: as for `draw_network`.
    """
    if show not in QUANTITIES:
        raise InputError(f"show {show!r} is not known; use one of {', '.join(QUANTITIES)}")
    layers = _layers(model)
    if show == "activations" and x is None:
        example = ", ".join(["1.0", "2.0", "3.0"][: layers[0].nin])
        more = ", …" if layers[0].nin > 3 else ""
        raise InputError(
            f'show="activations" needs an example of {count(layers[0].nin, "number")}: '
            f'draw_network(model, "activations", x=[{example}{more}])'
        )
    columns = _columns(layers, None if x is None else _examples(x))
    parameters = model.parameters()
    no_gradients = show == "gradients" and not any(p.grad for p in parameters)
    boxes, indices = _circles(columns, show == "gradients" and not no_gradients)
    arrows = _lines(columns, indices, "" if no_gradients else show)
    sizes = " → ".join(str(column.size) for column in columns)
    inactive = "its weights get no gradient"
    if x is not None:
        several = any(column.outputs and len(column.outputs[0]) > 1 for column in columns)
        inactive = f"outputs 0 (inactive) for {'these examples' if several else 'this example'}"
    return Scene(
        boxes,
        arrows,
        ["No gradients yet: call backward() on a loss first."] if no_gradients else [],
        edges="plain",
        title=f"network {sizes}, {count(len(parameters), 'parameter')}",
        quantity=QUANTITIES[show],
        kind_words={"inactive-unit": inactive},
        left_out={"biases are not drawn": "hover over a neuron to see its bias"},
    )


def _layers(model: Module) -> list[Layer]:
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


def _examples(x: Iterable[Any]) -> list[list[Any]]:
    """A list of examples, given one example or several."""
    rows = list(x)
    several = rows and not isinstance(rows[0], Value) and hasattr(rows[0], "__len__")
    return [list(row) for row in rows] if several else [rows]


def _columns(layers: list[Layer], examples: list[list[Any]] | None) -> list[Column]:
    columns = [Column(f"inputs\n{layers[0].nin}", layers[0].nin, [])]
    for n, layer in enumerate(layers, 1):
        size = len(layer.neurons)
        columns.append(Column(f"layer {n}\n{size} × {layer.activation}", size, layer.neurons))
    if examples is not None:
        for column, outputs in zip(columns, _outputs(layers, examples), strict=True):
            column.outputs = outputs
    return columns


def _outputs(layers: list[Layer], examples: list[list[Any]]) -> list[list[list[float]]]:
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


def _circles(columns: list[Column], has_gradients: bool) -> tuple[list[Box], list[dict[int, int]]]:
    """The boxes, and for each column the index of the box of each visible neuron."""
    boxes: list[Box] = []
    indices: list[dict[int, int]] = []
    tallest = max(len(column.rows()) for column in columns)
    top = tallest * _ROW_GAP / 2 + 0.42
    gap = _COLUMN_GAP + 0.1 * tallest  # lines between tall columns need more space
    for c, column in enumerate(columns):
        x = c * gap
        lines = column.title.split("\n")
        boxes.append(Box("caption", "", lines, column.title, position=(x, top)))
        rows = column.rows()
        indices.append({})
        for r, i in enumerate(rows):
            position = (x, ((len(rows) - 1) / 2 - r) * _ROW_GAP)
            if i is None:
                hidden = f"+ {column.hidden} more"
                boxes.append(Box("more", "", ["⋮", hidden], hidden, position=position))
            else:
                indices[-1][i] = len(boxes)
                boxes.append(_circle(c, i, column, has_gradients, position))
    return boxes, indices


def _circle(
    c: int, i: int, column: Column, has_gradients: bool, position: tuple[float, float]
) -> Box:
    name = f"layer {c} · neuron {i + 1}" if c else f"x{i + 1}"
    mean = column.mean(i)
    tooltip = [name]
    if c:
        bias = column.neurons[i].b
        if bias.requires_grad:
            tooltip.append(f"bias {bias.data!r}, gradient {bias.grad!r}")
    if column.outputs is not None:
        word = ("" if len(column.outputs[i]) == 1 else "mean ") + ("output" if c else "value")
        tooltip.append(f"{word} {mean!r}")
    label = brief(mean) if mean is not None else "" if c else name
    kind = _kind(column, i, has_gradients) if c else "input-unit"
    return Box(kind, "", [label], "\n".join(tooltip), position=position)


def _kind(column: Column, i: int, has_gradients: bool) -> str:
    neuron = column.neurons[i]
    if column.outputs is not None:
        if neuron.nonlin and not any(column.outputs[i]):
            return "inactive-unit"
        return "negative-unit" if sum(column.outputs[i]) < 0 else "unit"
    if has_gradients and not any(p.grad for p in neuron.parameters()):
        return "inactive-unit"
    return "unit"


def _lines(columns: list[Column], indices: list[dict[int, int]], show: str) -> list[Arrow]:
    arrows = []
    for c in range(1, len(columns)):
        for i, head in indices[c].items():
            neuron = columns[c].neurons[i]
            for j, tail in indices[c - 1].items():
                w = neuron.w[j]
                name = f"w{j + 1} of layer {c} · neuron {i + 1}"
                tooltip = f"{name}: {w.data!r}, gradient {w.grad!r}"
                number = _number(w, columns[c - 1].mean(j), show)
                arrows.append(Arrow(tail, head, "", tooltip, number))
    return arrows


def _number(w: Value, x: float | None, show: str) -> float | None:
    """What the line of a weight shows; `x` is its input."""
    if show == "weights":
        return w.data
    if show == "gradients":
        return w.grad
    return w.data * x if show == "activations" and x is not None else None
