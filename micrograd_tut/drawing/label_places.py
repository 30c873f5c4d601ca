"""Places for the numbers of straight edges: on the edge, where nothing else is drawn.

>>> edges = {"a": ((0.0, 0.0), (100.0, 0.0)), "b": ((0.0, 50.0), (100.0, 50.0))}
>>> place_labels({"a": (30.0, 10.0), "b": (30.0, 10.0)}, edges, [(0.0, 40.0, 100.0, 60.0)])
{'a': (50.0, 0.0)}
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import chain
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

Point = tuple[float, float]
"""A position in points, right and down."""

Segment = tuple[Point, Point]
"""A straight line between two points."""

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_FRACTIONS = [0.5 + side * i / 20 for i in range(9) for side in (1, -1)]  # the best first
_MARGIN = 1.0  # points around a label that stay free


def place_labels(
    sizes: Mapping[Key, Point], edges: Mapping[Key, Segment], taken: Iterable[Rect]
) -> dict[Key, Point]:
    """The centre of each label that fits on its edge without touching anything else.

    Args:
        sizes: The width and height of each label, the most important label first.
        edges: All straight edges, those without labels too.
        taken: The rectangles that labels must keep clear of, such as boxes.
    """
    places: dict[Key, Point] = {}
    filled = list(taken)
    for key, size in sizes.items():
        near = _bounds(edges[key], size)
        others = [e for other, e in edges.items() if other != key and crosses(e, near)]
        for fraction in _FRACTIONS:
            centre = along(edges[key], fraction)
            rect = around(centre, size, _MARGIN)
            blocked = chain(
                (overlap(rect, other) for other in filled),
                (crosses(edge, rect) for edge in others),
            )
            if not any(blocked):
                places[key] = centre
                filled.append(rect)
                break
    return places


def _bounds(edge: Segment, size: Point) -> Rect:
    """The rectangle that holds a label of this size wherever it is on an edge."""
    (x1, y1), (x2, y2) = edge
    width, height = size[0] / 2 + _MARGIN, size[1] / 2 + _MARGIN
    return min(x1, x2) - width, min(y1, y2) - height, max(x1, x2) + width, max(y1, y2) + height


def along(edge: Segment, fraction: float) -> Point:
    """The point of an edge at a fraction of the way from its start."""
    (x1, y1), (x2, y2) = edge
    return x1 + fraction * (x2 - x1), y1 + fraction * (y2 - y1)


def around(centre: Point, size: Point, margin: float = 0.0) -> Rect:
    """The rectangle of a size, and a margin around it."""
    x, y = centre
    width, height = size[0] / 2 + margin, size[1] / 2 + margin
    return x - width, y - height, x + width, y + height


def overlap(a: Rect, b: Rect) -> bool:
    """Whether two rectangles have a point in common."""
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def crosses(edge: Segment, rect: Rect) -> bool:
    """Whether an edge has a point in a rectangle.

    Source: Liang and Barsky 1984, A New Concept and Method for Line Clipping.
    """
    start, end = 0.0, 1.0
    for axis in (0, 1):
        at, step = edge[0][axis], edge[1][axis] - edge[0][axis]
        low, high = rect[axis] - at, rect[axis + 2] - at
        if step == 0.0:
            if low > 0.0 or high < 0.0:
                return False
            continue
        enters, leaves = sorted((low / step, high / step))
        start, end = max(start, enters), min(end, leaves)
    return start <= end
