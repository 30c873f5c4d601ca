"""What Graphviz has laid out: where the boxes and edges of its SVG are."""

from __future__ import annotations

import re
from collections.abc import Callable

from micrograd_tut.drawing.label_places import Rect, Segment

_GROUP = re.compile(r'(<g id="(node|edge)(?:&#45;|-)(\d+)" class=.*\n<title>.*\n)((?s:.*?))</g>')
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_SHAPE = re.compile(r'<(?:polygon|path|polyline)[^>]* (?:points|d)="([^"]*)"')
_ELLIPSE = re.compile(r'cx="([-\d.]+)" cy="([-\d.]+)" rx="([-\d.]+)" ry="([-\d.]+)"')


def change(raw: str, element: str, changed: Callable[[int, str], str]) -> str:
    """The SVG with other shapes inside the group of each box ("node") or arrow ("edge").

    Args:
        raw: The SVG of Graphviz.
        element: "node" or "edge".
        changed: Gives the new shapes, from the index in the scene and the shapes of Graphviz.
    """

    def group(match: re.Match[str]) -> str:
        start, kind, n, inside = match.groups()
        return f"{start}{changed(int(n), inside) if kind == element else inside}</g>"

    return _GROUP.sub(group, raw)


def boxes_of(raw: str) -> dict[int, Rect]:
    """The rectangle around each box, by its index in the scene."""
    found = {}
    for _, element, n, inside in _GROUP.findall(raw):
        xs, ys = _extent(inside)
        if element == "node" and xs:
            found[int(n)] = min(xs), min(ys), max(xs), max(ys)
    return found


def edges_of(raw: str) -> dict[int, Segment]:
    """The first and the last point of each edge, by its index in the scene."""
    found = {}
    for _, element, n, inside in _GROUP.findall(raw):
        if element == "edge":
            xs, ys = _extent(inside)
            found[int(n)] = (xs[0], ys[0]), (xs[-1], ys[-1])
    return found


def _extent(inside: str) -> tuple[list[float], list[float]]:
    """The horizontal and the vertical positions of the corners of the shapes."""
    xs, ys = [], []
    for points in _SHAPE.findall(inside):
        numbers = [float(x) for x in _NUMBERS.findall(points)]
        xs += numbers[::2]
        ys += numbers[1::2]
    for cx, cy, rx, ry in (map(float, match) for match in _ELLIPSE.findall(inside)):
        xs += [cx - rx, cx + rx]
        ys += [cy - ry, cy + ry]
    return xs, ys
