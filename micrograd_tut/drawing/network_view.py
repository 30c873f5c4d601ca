"""A network as a scene, as in a textbook: one circle per neuron, one line per weight.

The position of every circle is computed here, so the layout engine only has to draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from micrograd_tut.drawing.network_columns import (
    Column,
    checked_names,
    class_names,
    columns_of,
    examples_of,
    layers_of,
)
from micrograd_tut.drawing.network_pictures import (
    checked_image,
    image_of,
    mistakes_view,
    show_planes,
    weight_pictures,
)
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import count, short, text_width
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import Layer, Module
from micrograd_tut.support.numbers import brief, rounded

QUANTITIES = {
    "weights": "weight",
    "gradients": "gradient of a weight",
    "activations": "weight × input",
    "planes": "weight",
}
"""What the lines can show, and what the legend calls it."""

SHOWN = (*QUANTITIES, "mistakes")
"""What `draw_network` can show."""

_MAX_LARGE = 3  # outputs up to which their planes are large
_MAX_NUMBERS = 40  # lines up to which their numbers are written on them, if they fit

# In inches; the gap between columns grows with their height.
_COLUMN_GAP, _LABELLED_GAP, _ROW_GAP, _PICTURE_GAP = 1.6, 2.4, 0.56, 0.66
_CIRCLE, _PICTURE, _LARGE_PICTURE = 0.46, 0.56, 1.5


def network_view(
    model: Module,
    show: str = "weights",
    x: Iterable[Any] | None = None,
    y: Iterable[Any] | None = None,
    inputs: Iterable[str] | None = None,
    classes: Iterable[str] | None = None,
    image: tuple[int, int] | None = None,
) -> Scene:
    """The scene of a network.

    Args, Raises: as for `draw_network`.
    """
    if show not in SHOWN:
        raise InputError(f"show {show!r} is not known; use one of {', '.join(SHOWN)}")
    layers = layers_of(model)
    nin, nout = layers[0].nin, len(layers[-1].neurons)
    input_names = checked_names("inputs", inputs, nin, "input")
    names = checked_names("classes", classes, nout, "output") or class_names(model, layers[-1])
    shape = None if image is None else checked_image(image, nin)
    if show == "mistakes":
        return _mistakes(model, x, y, names, shape)
    examples = _examples(layers, show, x)
    columns = columns_of(layers, None if show == "planes" else examples)
    columns[0].names, columns[-1].names = input_names, names
    columns[0].image = shape
    if show == "planes":
        columns[0].names = input_names or ["x1", "x2"]
    notes = show_planes(columns, layers, examples, y) if show == "planes" else []
    no_gradients = show == "gradients" and not any(p.grad for p in model.parameters())
    if no_gradients:
        notes.append("No gradients yet: call backward() on a loss first.")
    if shape:
        means = [columns[0].mean(j) or 0.0 for j in range(nin)]
        columns[1].weights = weight_pictures(layers[0].neurons, show, means, shape)
    scene = _Plan(columns, "" if no_gradients else show).scene()
    sizes = " → ".join(str(column.size) for column in columns)
    scene.title = f"network {sizes}, {count(len(model.parameters()), 'parameter')}"
    scene.notes = notes
    return scene


def _examples(layers: list[Layer], show: str, x: Iterable[Any] | None) -> list[list[Any]] | None:
    if x is not None:
        return examples_of(x)
    if show == "activations":
        example = ", ".join(["1.0", "2.0", "3.0"][: layers[0].nin])
        more = ", …" if layers[0].nin > 3 else ""
        raise InputError(
            f'show="activations" needs an example of {count(layers[0].nin, "number")}: '
            f'draw_network(model, "activations", x=[{example}{more}])'
        )
    return None


def _mistakes(
    model: Any,
    x: Iterable[Any] | None,
    y: Iterable[Any] | None,
    names: Sequence[str],
    image: tuple[int, int] | None,
) -> Scene:
    """The examples whose class the network does not predict."""
    if x is None or y is None or image is None:
        raise InputError(
            'show="mistakes" needs the examples, their classes and the shape of an image: '
            'draw_network(model, "mistakes", x=X, y=y, image=(8, 8))'
        )
    rows, true = examples_of(x), list(y)
    if len(rows) != len(true):
        raise InputError(
            f"y needs one class for each of the {count(len(rows), 'example')} of x; got {len(true)}"
        )
    predicted = list(model.predict(rows))
    if names:
        true, predicted = ([_named(c, names) for c in part] for part in (true, predicted))
    return mistakes_view(rows, true, predicted, image)


def _named(label: Any, names: Sequence[str]) -> str:
    """The name of a class, given its number or its name."""
    return str(label) if str(label) in names else str(names[int(label)])


@dataclass
class _Plan:
    """Where everything stands.

    Attributes:
        columns: The columns from left to right.
        show: What the lines show, one of `QUANTITIES`; "" for nothing.
    """

    columns: list[Column]
    show: str

    def __post_init__(self) -> None:
        self.boxes: list[Box] = []
        self.indices: list[dict[int, int]] = []  # of the box of each visible neuron, by column
        rows = [len(column.rows()) for column in self.columns]
        tallest = max(rows)
        pairs = zip(self.columns, self.columns[1:], strict=False)
        lines = sum(len(a.rows()) * len(b.rows()) for a, b in pairs)
        self.labelled = 0 < lines <= _MAX_NUMBERS and bool(self.show)
        pictures = any(column.planes or column.weights for column in self.columns)
        self.row_gap = _PICTURE_GAP if pictures else _ROW_GAP
        # lines between tall columns need more space
        self.gap = (_LABELLED_GAP if self.labelled else _COLUMN_GAP) + 0.1 * tallest
        self.top = max(tallest * self.row_gap / 2, 0.9 if pictures else 0.0) + 0.42

    def scene(self) -> Scene:
        """The scene, without its title and notes."""
        for c, column in enumerate(self.columns):
            self._column(c, column)
        arrows = self._lines()
        several = any(column.outputs and len(column.outputs[0]) > 1 for column in self.columns)
        examples = any(column.outputs for column in self.columns)
        inactive = "its weights get no gradient"
        if examples:
            inactive = f"outputs 0 (inactive) for {'these examples' if several else 'this example'}"
        return Scene(
            self.boxes,
            arrows,
            edges="plain",
            quantity=QUANTITIES.get(self.show, "weight"),
            kind_words={"inactive-unit": inactive},
            marks=self._marks(),
            left_out={} if any(box.lines[:1] == ["b"] for box in self.boxes) else _NO_BIASES,
        )

    def _marks(self) -> dict[str, str]:
        """What the legend says about the texts in circles."""
        marks = {}
        if any(box.lines[:1] == ["b"] for box in self.boxes):
            marks["b"] = "gradient of the bias" if self.show == "gradients" else "bias"
        return marks

    # --- Boxes ---

    def _column(self, c: int, column: Column) -> None:
        x = c * self.gap
        title = column.title.split("\n")
        self.boxes.append(Box("caption", "", title, column.title, position=(x, self.top)))
        self.indices.append({})
        if column.image:
            self._image(c, column, x)
        rows = column.rows()
        gap = _LARGE_PICTURE + 0.2 if self._is_large(c) else self.row_gap
        for r, i in enumerate(rows):
            y = ((len(rows) - 1) / 2 - r) * gap
            if i is None:
                hidden = f"+ {column.hidden} more"
                self.boxes.append(Box("more", "", ["⋮", hidden], hidden, position=(x, y)))
                continue
            self.indices[-1][i] = len(self.boxes)
            self.boxes.append(self._circle(c, i, (x, y)))
            self._beside(c, i, (x, y))

    def _is_large(self, c: int) -> bool:
        """Whether the planes of a column are large: those of a few outputs."""
        last = c == len(self.columns) - 1
        return last and bool(self.columns[c].planes) and self.columns[c].size <= _MAX_LARGE

    def _image(self, c: int, column: Column, x: float) -> None:
        """The one picture that stands for all inputs."""
        assert column.image
        pixels = None
        words = "{} × {} inputs".format(*column.image)
        if column.outputs is not None:
            means = [column.mean(i) or 0.0 for i in range(column.size)]
            pixels = image_of([number - min(means) for number in means], column.image)
        lines = [] if pixels else [words]
        self.indices[c][0] = len(self.boxes)
        self.boxes.append(
            Box("picture", "", lines, words, position=(x, 0.0), pixels=pixels, size=(1.5, 1.5))
        )

    def _circle(self, c: int, i: int, position: tuple[float, float]) -> Box:
        column = self.columns[c]
        name = f"layer {c} · neuron {i + 1}" if c else f"x{i + 1}"
        if column.names:
            name = f"{name}: {column.names[i]}" if c else column.names[i]
        tooltip = "\n".join([name, *self._details(c, i)])
        if column.planes:
            side = _LARGE_PICTURE if self._is_large(c) else _PICTURE
            pixels = column.planes[i]
            tooltip += f"\nlargest output {pixels.largest!r}" if c else ""
            return Box(
                "picture", "", [], tooltip, position=position, pixels=pixels, size=(side, side)
            )
        named = not c and bool(column.names) and not column.outputs
        kind = self._kind(c, i) if c else "named-input" if named else "input-unit"
        size = _name_size(column) if named else None
        return Box(kind, "", self._texts(c, i), tooltip, position=position, size=size)

    def _details(self, c: int, i: int) -> list[str]:
        """The bias and the output of a neuron, with all digits."""
        column, details = self.columns[c], []
        if c and (bias := column.neurons[i].b).requires_grad:
            details.append(f"bias {bias.data!r}, gradient {bias.grad!r}")
        if column.outputs is not None:
            word = ("" if len(column.outputs[i]) == 1 else "mean ") + ("output" if c else "value")
            details.append(f"{word} {column.mean(i)!r}")
        return details

    def _texts(self, c: int, i: int) -> list[str]:
        """What stands in a circle: its output, else its bias; of an input, its name."""
        column = self.columns[c]
        if (mean := column.mean(i)) is not None:
            return [brief(mean)]
        if not c:
            return [short(column.names[i], 24) if column.names else f"x{i + 1}"]
        bias = column.neurons[i].b
        if not bias.requires_grad or not self.show:
            return [""]
        return ["b", brief(bias.grad if self.show == "gradients" else bias.data)]

    def _kind(self, c: int, i: int) -> str:
        column = self.columns[c]
        neuron = column.neurons[i]
        if column.outputs is not None:
            if neuron.nonlin and not any(column.outputs[i]):
                return "inactive-unit"
            return "negative-unit" if sum(column.outputs[i]) < 0 else "unit"
        if self.show == "gradients" and not any(p.grad for p in neuron.parameters()):
            return "inactive-unit"
        return "unit"

    def _beside(self, c: int, i: int, position: tuple[float, float]) -> None:
        """What stands beside a circle: the name of an input or a class, or its weights."""
        column, (x, y) = self.columns[c], position
        if column.weights:
            weights = column.weights[i]
            tooltip = f"the weights of layer {c} · neuron {i + 1}, up to {rounded(weights.largest)}"
            size, left = (_PICTURE, _PICTURE), (x - 0.62, y)
            self.boxes.append(
                Box("picture", "", [], tooltip, position=left, pixels=weights, size=size)
            )
        last = c == len(self.columns) - 1
        if not column.names or not (last or column.outputs or column.planes):
            return
        name = short(column.names[i], 24)
        side = _LARGE_PICTURE if self._is_large(c) else _PICTURE if column.planes else _CIRCLE
        away = side / 2 + 0.1 + text_width(name, 10) / 144
        place = x + away if last else x - away, y
        self.boxes.append(Box("name", "", [name], "", position=place))

    # --- Lines ---

    def _lines(self) -> list[Arrow]:
        arrows = []
        for c in range(1, len(self.columns)):
            for i, head in self.indices[c].items():
                if self.columns[c - 1].image:
                    arrows.append(Arrow(self.indices[0][0], head + 1, "", ""))
                    arrows.append(Arrow(head + 1, head, "", ""))
                    continue
                before = self.indices[c - 1].items()
                arrows += [self._line(c, i, j, tail, head) for j, tail in before]
        return arrows

    def _line(self, c: int, i: int, j: int, tail: int, head: int) -> Arrow:
        w = self.columns[c].neurons[i].w[j]
        tooltip = f"w{j + 1} of layer {c} · neuron {i + 1}: {w.data!r}, gradient {w.grad!r}"
        number = self._number(w, self.columns[c - 1].mean(j))
        label = brief(number) if self.labelled and number is not None else ""
        return Arrow(tail, head, label, tooltip, number)

    def _number(self, w: Value, x: float | None) -> float | None:
        """What the line of a weight shows; `x` is its input."""
        if self.show in ("weights", "planes"):
            return w.data
        if self.show == "gradients":
            return w.grad
        return w.data * x if self.show == "activations" and x is not None else None


def _name_size(column: Column) -> tuple[float, float]:
    """The size of inputs that are as wide as the longest of their names."""
    widths = [text_width(short(name, 24), 9) for name in column.names]
    return max(widths) / 72 + 0.12, _CIRCLE


_NO_BIASES = {"biases are not drawn": "hover over a neuron to see its bias"}
