"""What a network sees, as pictures: weights, examples, and the plane of its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from micrograd_tut.drawing.network_columns import Column
from micrograd_tut.drawing.pixels import Pixels
from micrograd_tut.drawing.scene import Box, Scene
from micrograd_tut.drawing.text import count, short
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import Layer, Neuron
from micrograd_tut.support.libraries import explained_imports
from micrograd_tut.support.numbers import rounded

_GRID = 64  # points per side of a plane
_MARGIN = 0.15  # around the examples, as a fraction of their range
_MAX_MISTAKES, _PER_ROW = 32, 8
_TILE, _TILE_GAP = 0.8, 1.05  # inches

Range = tuple[float, float]


# --- Inputs that are an image -------------------------------------------------------------------


def checked_image(image: Any, inputs: int) -> tuple[int, int]:
    """The rows and columns of an image of the inputs.

    Raises:
        InputError: they are not two whole numbers whose product is the number of inputs.
    """
    try:
        rows, columns = image
        fits = rows == int(rows) > 0 and columns == int(columns) > 0 and rows * columns == inputs
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise InputError(
            f"image needs the rows and columns of a picture of {count(inputs, 'input')}, such as "
            f"image=(8, 8) for 64; got {image!r}"
        )
    return int(rows), int(columns)


def image_of(numbers: Sequence[float], image: tuple[int, int], **options: Any) -> Pixels:
    """Numbers in the order of the inputs as a picture, row by row."""
    width = image[1]
    rows = [list(numbers[i * width : (i + 1) * width]) for i in range(image[0])]
    return Pixels(rows, **options)


def weight_pictures(
    neurons: list[Neuron], show: str, x: list[float] | None, image: tuple[int, int]
) -> list[Pixels]:
    """What the lines into each neuron show, as pictures with one scale."""

    def number(w: Value, j: int) -> float:
        if show == "activations" and x:
            return w.data * x[j]
        return w.grad if show == "gradients" else w.data

    numbers = [[number(w, j) for j, w in enumerate(neuron.w)] for neuron in neurons]
    scale = max((abs(number) for row in numbers for number in row), default=0.0)
    return [image_of(row, image, signed=True, scale=scale) for row in numbers]


def mistakes_view(
    pictures: Iterable[Iterable[float]],
    true: Sequence[object],
    predicted: Sequence[object],
    image: tuple[int, int],
) -> Scene:
    """The examples that a network got wrong, each with its class and the prediction.

    Args:
        pictures: The numbers of each example, in the order of the inputs.
        true, predicted: Its class and the prediction.
        image: The rows and columns of a picture.
    """
    rows = [
        (list(map(float, picture)), _label(t), _label(p))
        for picture, t, p in zip(pictures, true, predicted, strict=True)
        if t != p
    ]
    boxes = []
    for n, (picture, t, p) in enumerate(rows[:_MAX_MISTAKES]):
        place = _TILE_GAP * (n % _PER_ROW), -(_TILE_GAP + 0.3) * (n // _PER_ROW)
        boxes += _mistake(picture, [f"true {t}", f"predicted {p}"], place, image)
    title = f"{count(len(rows), 'mistake')} among {count(len(true), 'example')}"
    shown = f"; the first {_MAX_MISTAKES} are shown" if len(rows) > _MAX_MISTAKES else ""
    boxes = boxes or [Box("name", "", ["No mistakes"], "", position=(0.0, 0.0))]
    return Scene(boxes, [], [f"{title}{shown}."], edges="plain", title=title, legend=False)


def _label(label: object) -> str:
    """A class as a short text: ``5`` for 5.0."""
    return f"{label:g}" if isinstance(label, float) else short(str(label), 12)


def _mistake(
    numbers: list[float], words: list[str], place: tuple[float, float], image: tuple[int, int]
) -> list[Box]:
    """One example, and what is below it."""
    pixels = image_of([number - min(numbers) for number in numbers], image)
    x, y = place
    tooltip, size = ", ".join(words), (_TILE, _TILE)
    return [
        Box("picture", "", [], tooltip, position=place, pixels=pixels, size=size),
        Box("name", "", words, "", position=(x, y - 0.62)),
    ]


# --- The plane of two inputs --------------------------------------------------------------------


def show_planes(
    columns: list[Column],
    layers: list[Layer],
    examples: list[list[Any]] | None,
    targets: Iterable[Any] | None,
) -> list[str]:
    """Give every column its planes; returns notes that explain them.

    Args:
        columns: The columns, which get the planes.
        layers: The layers of the network.
        examples: Points whose range the planes cover, drawn on those of the outputs; None for -1
            to 1 and no points.
        targets: The number of each point, whose sign is its colour.

    Raises:
        InputError: the network does not have two inputs, or targets and examples do not match.
    """
    if layers[0].nin != 2:
        raise InputError(
            f'show="planes" draws the plane of two inputs; this network has '
            f"{count(layers[0].nin, 'input')}"
        )
    points = [[_number(v) for v in row] for row in examples or []]
    if points and len(points[0]) != 2:
        raise InputError(f"x needs rows of 2 numbers; got one of {len(points[0])}")
    colours = _colours(targets, len(points))
    (left, right), (bottom, top) = (_range([p[k] for p in points]) for k in (0, 1))
    xs = [left + (right - left) * (i + 0.5) / _GRID for i in range(_GRID)]
    ys = [top - (top - bottom) * (i + 0.5) / _GRID for i in range(_GRID)]
    spots = tuple(
        ((x - left) / (right - left), (top - y) / (top - bottom), colour)
        for (x, y), colour in zip(points, colours, strict=True)
    )
    for column, planes in zip(columns, _evaluated(layers, xs, ys), strict=True):
        column.planes = [Pixels(plane, signed=True) for plane in planes]
    probabilities = layers[-1].activation in ("sigmoid", "softmax")
    for pixels in columns[-1].planes or ():
        pixels.spots = spots
        if probabilities:
            pixels.rows = [[p - 0.5 for p in row] for row in pixels.rows]
            pixels.scale = 0.5
    first, second = columns[0].names
    half = " (in the last layer: above 0.5)" if probabilities else ""
    return [
        f"Each picture: the output of a neuron for {short(first, 24)} from {rounded(left)} to "
        f"{rounded(right)} (to the right)",
        f"and {short(second, 24)} from {rounded(bottom)} to {rounded(top)} (upwards). "
        f"Blue: positive{half}; orange: negative.",
    ]


@explained_imports()
def _evaluated(layers: list[Layer], xs: list[float], ys: list[float]) -> list[list[Any]]:
    """The inputs and the outputs of every neuron over a grid: by column, neuron, row and column."""
    import numpy as np

    from micrograd_tut.compiler import compile

    def run(x: Any) -> list[Any]:
        outputs = [list(x)]
        for layer in layers:
            outputs.append(list(layer.compute(outputs[-1])))
        return [v for column in outputs[1:] for v in column]

    grid = np.array([[x, y] for y in ys for x in xs])
    outputs = np.asarray(compile(run)(grid)).reshape(len(grid), -1)
    planes = np.concatenate([grid, outputs], axis=1).T.reshape(-1, len(ys), len(xs)).tolist()
    sizes = [2, *(len(layer.neurons) for layer in layers)]
    return [[planes.pop(0) for _ in range(size)] for size in sizes]


def _number(v: Any) -> float:
    return v.data if isinstance(v, Value) else float(v)


def _range(numbers: list[float]) -> Range:
    """The range of some numbers with a margin; -1 to 1 for none."""
    if not numbers:
        return -1.0, 1.0
    low, high = min(numbers), max(numbers)
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _colours(targets: Iterable[Any] | None, size: int) -> list[float]:
    """One number for each point: positive for the larger half of the targets."""
    if targets is None:
        return [1.0] * size
    numbers = [_number(t) for t in targets]
    if len(numbers) != size:
        raise InputError(
            f"y needs one target for each of the {count(size, 'example')} of x; got {len(numbers)}"
        )
    middle = (min(numbers, default=0.0) + max(numbers, default=0.0)) / 2
    return [1.0 if number > middle else -1.0 for number in numbers]
