"""A net as a scene, as in a textbook: a circle a neuron, a line a weight, a column a layer.

Every circle has its place, so the layout engine has only to draw.
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

SHOWN = {
    "weights": "weight",
    "gradients": "gradient of a weight",
    "activations": "weight × input",
}
"""What `draw_network` can show, and what the legend calls it."""

TALLEST = 16  # circles in a column; a layer with more is folded
_ACROSS, _UP = 1.6, 0.56  # inches between columns and between circles, at least


@dataclass
class Column:
    """One column of circles.

    Attributes:
        title: What to write above.
        size: How many neurons there are.
        neurons: The neurons, none for the inputs.
        outputs: What each puts out for every example, or None.
    """

    title: str
    size: int
    neurons: list[Neuron]
    outputs: list[list[float]] | None = None

    @property
    def visible(self) -> list[int]:
        """All, or the first ones and the last."""
        if self.size <= TALLEST:
            return list(range(self.size))
        return [*range(TALLEST - 2), self.size - 1]

    def rows(self) -> list[int | None]:
        """What stands in the column from top to bottom; None is the ellipsis."""
        seen: list[int | None] = [*self.visible]
        if len(seen) < self.size:
            seen.insert(-1, None)
        return seen


def scene(model: Module, show: str = "weights", x: Iterable[Any] | None = None) -> Scene:
    """The scene of a net.

    Args, Raises: as for `draw_network`.
    """
    if show not in SHOWN:
        raise InputError(f"show {show!r} is not known; use one of {', '.join(SHOWN)}")
    layers = _layers(model)
    if show == "activations" and x is None:
        raise InputError('show="activations" needs an example: draw_network(model, show, x=[…])')
    columns = _columns(layers, None if x is None else _examples(x))
    silent = show == "gradients" and not any(p.grad for p in model.parameters())
    boxes, places = _circles(columns, show, silent)
    arrows = _lines(columns, places, "nothing" if silent else show)
    sizes = " → ".join(str(column.size) for column in columns)
    made = Scene(
        boxes,
        arrows,
        edges="plain",
        title=f"net {sizes}, {count(len(model.parameters()), 'parameter')}",
        flows=SHOWN[show],
    )
    made.legend["dead"] = "puts out 0" if x is not None else "its weights get no gradient"
    made.left_out["biases are not drawn"] = "point at a neuron for its bias"
    if silent:
        made.notes.append("No gradients yet: call backward() on a loss first.")
    return made


def _layers(model: Module) -> list[Layer]:
    if isinstance(model, Neuron):
        alone = object.__new__(Layer)
        alone.neurons, alone.activation = [model], model.activation
        return [alone]
    layers = [model] if isinstance(model, Layer) else list(getattr(model, "layers", []))
    if not layers or not all(isinstance(layer, Layer) for layer in layers):
        raise InputError(
            f"draw_network takes an MLP, a Layer or a Neuron; got {type(model).__name__}"
        )
    return layers


def _examples(x: Iterable[Any]) -> list[list[Any]]:
    """One example or several, as a list of examples."""
    rows = list(x)
    several = rows and not isinstance(rows[0], Value) and hasattr(rows[0], "__len__")
    return [list(row) for row in rows] if several else [rows]


def _columns(layers: list[Layer], examples: list[list[Any]] | None) -> list[Column]:
    columns = [Column(f"inputs\n{layers[0].nin}", layers[0].nin, [])]
    for n, layer in enumerate(layers):
        size = len(layer.neurons)
        columns.append(Column(f"layer {n + 1}\n{size} × {layer.activation}", size, layer.neurons))
    if examples is not None:
        for column, outputs in zip(columns, _outputs(layers, examples), strict=True):
            column.outputs = outputs
    return columns


def _outputs(layers: list[Layer], examples: list[list[Any]]) -> list[list[list[float]]]:
    """What every neuron puts out: by column, neuron and example; the inputs first."""
    runs = []
    for example in examples:
        run = [as_values(example, layers[0].nin, layers[0])]
        for layer in layers:
            run.append(layer.forward(run[-1]))
        runs.append(run)
    return [
        [[v.data for v in each] for each in zip(*c, strict=True)] for c in zip(*runs, strict=True)
    ]


def _circles(
    columns: list[Column], show: str, silent: bool
) -> tuple[list[Box], list[dict[int, int]]]:
    """The boxes, and for each column the box of each visible neuron."""
    boxes: list[Box] = []
    places: list[dict[int, int]] = []
    tallest = max(len(column.rows()) for column in columns)
    top = tallest * _UP / 2 + 0.42
    apart = _ACROSS + 0.1 * tallest  # a tall net needs room between its columns
    for c, column in enumerate(columns):
        across = c * apart
        boxes.append(Box("caption", "", column.title.split("\n"), column.title, (), (across, top)))
        rows = column.rows()
        places.append({})
        for r, i in enumerate(rows):
            place = (across, ((len(rows) - 1) / 2 - r) * _UP)
            if i is None:
                hidden = f"+ {column.size - len(column.visible)} more"
                boxes.append(Box("more", "", ["⋮", hidden], hidden, (), place))
            else:
                places[-1][i] = len(boxes)
                boxes.append(_circle(c, i, column, show, silent, place))
    return boxes, places


def _circle(
    c: int, i: int, column: Column, show: str, silent: bool, place: tuple[float, float]
) -> Box:
    outputs = None if column.outputs is None else column.outputs[i]
    name = f"layer {c} · neuron {i + 1}" if c else f"x{i + 1}"
    mean = None if outputs is None else sum(outputs) / len(outputs)
    about = [name]
    if c:
        neuron = column.neurons[i]
        about.append(f"bias {neuron.b.data!r}, gradient {neuron.b.grad!r}")
    if outputs is not None and mean is not None:
        about.append(f"puts out {mean!r}" + ("" if len(outputs) == 1 else " in the mean"))
    label = brief(mean) if mean is not None else "" if c else name
    return Box(_kind(c, i, column, show, silent), "", [label], "\n".join(about), (), place)


def _kind(c: int, i: int, column: Column, show: str, silent: bool) -> str:
    outputs = None if column.outputs is None else column.outputs[i]
    if not c:
        return "source"
    neuron = column.neurons[i]
    if outputs is not None:
        if neuron.nonlin and not any(outputs):
            return "dead"
        return "negative-unit" if sum(outputs) < 0 else "unit"
    if show == "gradients" and not silent and not any(p.grad for p in neuron.parameters()):
        return "dead"
    return "unit"


def _lines(columns: list[Column], places: list[dict[int, int]], show: str) -> list[Arrow]:
    arrows = []
    for c in range(1, len(columns)):
        for i, head in places[c].items():
            neuron = columns[c].neurons[i]
            for j, tail in places[c - 1].items():
                w = neuron.w[j]
                about = f"w{j + 1} of layer {c} · neuron {i + 1}: {w.data!r}, gradient {w.grad!r}"
                arrows.append(Arrow(tail, head, "", about, _told(w, columns[c - 1], j, show)))
    return arrows


def _told(w: Value, before: Column, j: int, show: str) -> float | None:
    """The number that a line shows."""
    if show == "weights":
        return w.data
    if show == "gradients":
        return w.grad
    if show == "activations" and before.outputs is not None:
        return w.data * sum(before.outputs[j]) / len(before.outputs[j])
    return None
