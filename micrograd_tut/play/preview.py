"""The examples as a picture, for readers whose browser runs no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import numpy as np

from micrograd_tut.drawing.text import visible
from micrograd_tut.play.problem import Problem
from micrograd_tut.train.arrays import Array

SIZE = 300
"""The width and the height of the picture, in units of its own."""

_MOST = 400  # examples that are drawn
_PICTURES = 4  # pictures that are drawn
_SHADES = 4


def preview(problem: Problem) -> str:
    """The examples as SVG: points in the plane of two numbers, or the first pictures."""
    if problem.image:
        return _svg(
            "The first pictures to learn from", _pictures(problem.training.X, problem.image)
        )
    names = problem.names_of_inputs
    if problem.model.nin == 1:
        x, y = names[0], problem.target if not problem.names_of_classes else "the class"
        columns = problem.training.X[:, 0], problem.training.Y[:, 0]
    else:
        x, y = names[:2]
        columns = problem.training.X[:, 0], problem.training.X[:, 1]
    points = np.column_stack(list(map(_scaled, columns)))[:_MOST]
    kinds = problem.training.labels if problem.names_of_classes else np.zeros(len(points), int)
    title = f"The examples to learn from: {visible(x)} to the right, {visible(y)} upwards"
    return _svg(title, _points(points, kinds))


def _svg(title: str, parts: Iterator[str]) -> str:
    inside = "".join(parts)
    return (
        f'<svg viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{escape(title)}">{inside}</svg>'
        f"<p>{escape(title)}.</p>"
    )


def _scaled(column: Array) -> Array:
    """Numbers as places from 10 to `SIZE` - 10."""
    low, high = column.min(), column.max()
    return np.asarray(10 + (column - low) / ((high - low) or 1.0) * (SIZE - 20))


def _points(points: Array, kinds: Any) -> Iterator[str]:
    """The points of each class as one path of dots."""
    kinds = np.maximum(kinds[: len(points)].astype(int), 0)
    for k in np.unique(kinds).tolist():
        dots = "".join(f"M{x:.0f} {SIZE - y:.0f}h0" for x, y in points[kinds == k].tolist())
        yield f'<path class="dots class-{k % 10}" d="{dots}"/>'


def _pictures(X: Array, image: tuple[int, int]) -> Iterator[str]:
    """Pictures in rows of four, each shade as one path."""
    rows, columns = image
    high = X.max() or 1.0
    scale = SIZE / 4.4 / max(rows, columns)
    for k, picture in enumerate(X[:_PICTURES]):
        left, top = (k % 4) * SIZE / 4, (k // 4) * SIZE / 4
        levels = np.clip(np.round(picture / high * _SHADES), 0, _SHADES).astype(int)
        for shade in range(1, _SHADES + 1):
            pixels = np.flatnonzero(levels == shade).tolist()
            path = "".join(f"M{p % columns} {p // columns}h1v1h-1z" for p in pixels)
            move = f"translate({left:.1f} {top:.1f}) scale({scale:.2f})"
            yield f'<path class="shade-{shade}" transform="{move}" d="{path}"/>'
