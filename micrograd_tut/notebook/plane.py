"""What a network with two inputs gives over the plane of its inputs, as a picture."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import numpy as np

from micrograd_tut.compiler import compile
from micrograd_tut.drawing.dot import FAMILY
from micrograd_tut.drawing.pixels import Pixels, png_of, rgb
from micrograd_tut.drawing.theme import LIGHT
from micrograd_tut.nn import Module
from micrograd_tut.support.numbers import rounded
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.curves import SEVERAL
from micrograd_tut.train.examples import Examples

_GRID = 56  # points per side at which the network is evaluated
_SIDE, _MARGIN, _FOOT = 240, 10, 24  # pixels
_AROUND = 0.12  # the margin around the examples, as a fraction of their range
_MAX_POINTS = 300  # examples that are drawn
_PALE = 0.55  # of the colour of a class, so that its examples stand out


class Plane:
    """The plane of the two inputs of a network, around its examples.

    Args:
        model: The network, with two inputs.
        data: Its examples.

    Raises:
        TraceError: the network cannot be compiled.
    """

    def __init__(self, model: Module, data: Examples) -> None:
        self.model = model
        points = data.X.astype(float, copy=False)
        low, high = points.min(0), points.max(0)
        around = np.where(low < high, _AROUND * (high - low), 1.0)
        self.low, self.high = low - around, high + around
        steps = (np.arange(_GRID) + 0.5) / _GRID
        xs, ys = (self.low[k] + steps * (self.high[k] - self.low[k]) for k in (0, 1))
        self._grid = np.array([[x, y] for y in ys[::-1] for x in xs])
        self._logits = compile(model.logits)
        self._logits.executable([2])
        shown = slice(None, None, -(-len(data) // _MAX_POINTS))
        self._points, self._labels = points[shown], np.asarray(data.labels)[shown]

    def svg(self) -> str:
        """The picture, for the parameters as they are now."""
        logits = np.asarray(self._logits(self._grid)).reshape(_GRID, _GRID, -1)
        classes = logits.shape[2] if self.model.task == "multiclass" else 2
        image = self._of_classes(logits) if classes > 2 else self._of_numbers(logits[..., 0])
        size = _SIDE + 2 * _MARGIN
        across, up = (
            f"{name}: {rounded(low)} to {rounded(high)}"
            for name, low, high in zip(("x1", "x2"), self.low, self.high, strict=True)
        )
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size + _FOOT}" '
                f'viewBox="0 0 {size} {size + _FOOT}" font-family="{FAMILY}" font-size="11">',
                f'<rect width="100%" height="100%" fill="{LIGHT.paper}"/>',
                f'<image x="{_MARGIN}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}" '
                f'preserveAspectRatio="none" href="{image}"/>',
                *self._spots(classes),
                f'<text x="{_MARGIN}" y="{size + 12}" fill="{LIGHT.ink}">'
                f"{escape(f'{across} →, {up} ↑')}</text>",
                "</svg>",
            ]
        )

    def _of_numbers(self, numbers: Array) -> str:
        """One output: blue above the decision boundary, or the middle of the targets."""
        scale = 0.5
        if self.model.task == "regression":
            lowest, highest = float(self._labels.min()), float(self._labels.max())
            numbers = numbers - (lowest + highest) / 2
            scale = (highest - lowest) / 2 or 1.0
        else:
            numbers = 0.5 * np.tanh(0.5 * numbers)  # the probability less 0.5
        spots = ((0.0, 0.0, 0.0),)  # on which the colours are paler
        return Pixels(numbers.tolist(), signed=True, scale=scale, spots=spots).uri(LIGHT)

    def _of_classes(self, logits: Array) -> str:
        """Several classes: the colour of the predicted one, paler where it is less probable."""
        probabilities = np.exp(logits - logits.max(2, keepdims=True))
        probabilities /= probabilities.sum(2, keepdims=True)
        colours = np.array([rgb(SEVERAL[k % len(SEVERAL)]) for k in range(logits.shape[2])])
        paper = np.array(rgb(LIGHT.paper))
        strength = _PALE * probabilities.max(2, keepdims=True)
        mixed = paper + (colours[probabilities.argmax(2)] - paper) * strength
        rows = [[(r, g, b) for r, g, b in row] for row in mixed.round().astype(int).tolist()]
        return f"data:image/png;base64,{base64.b64encode(png_of(rows)).decode()}"

    def _spots(self, classes: int) -> list[str]:
        """The examples, in the colour of their class."""
        fractions = (self._points - self.low) / (self.high - self.low)
        middle = (self._labels.min() + self._labels.max()) / 2
        return [
            f'<circle cx="{_MARGIN + _SIDE * x:.1f}" cy="{_MARGIN + _SIDE * (1 - y):.1f}" r="3" '
            f'fill="{self._colour(label, middle, classes)}" stroke="{LIGHT.paper}"/>'
            for (x, y), label in zip(fractions.tolist(), self._labels.tolist(), strict=True)
        ]

    def _colour(self, label: Any, middle: float, classes: int) -> str:
        if classes > 2:
            return SEVERAL[int(label) % len(SEVERAL)]
        return LIGHT.arrows["positive" if label > middle else "negative"]
