"""Straight edges between layers, with their numbers where they fit.

Graphviz decides where boxes are. Here the edges of its SVG become straight, their ends are spread
along the sides of the boxes, and their numbers are put on them.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from html import escape

from micrograd_tut.drawing.dot import arrow_width, arrowhead_size
from micrograd_tut.drawing.label_places import Point, Rect, Segment, crosses, place_labels
from micrograd_tut.drawing.laid_out import boxes_of, change, edges_of
from micrograd_tut.drawing.scene import Arrow, Scene
from micrograd_tut.drawing.text import text_width
from micrograd_tut.drawing.theme import Theme

_FONT_SIZE, _LINE_HEIGHT = 9.0, 10.5  # points
_SPREAD = 0.85  # the part of a side along which edges are spread
_MIN_SIDE = 30.0  # points; at a shorter side all edges end in its middle
_HEAD_LENGTH, _HEAD_WIDTH = 10.0, 7.0  # points, of an arrowhead of size 1


def straighten(raw: str, scene: Scene, theme: Theme) -> tuple[str, int]:
    """Make the edges between layers straight if no box is in the way, and place the labels.

    Args:
        raw: The SVG of Graphviz.
        scene: The scene that it has laid out.
        theme: Its colours.

    Returns:
        The SVG, and the number of labels that are left out because they do not fit.
    """
    rects = boxes_of(raw)
    edges = _edges(scene, rects) if scene.layered else edges_of(raw)
    labelled = _by_size(scene)
    sizes = {n: _size(scene.arrows[n].label) for n in labelled if n in edges}
    places = place_labels(sizes, edges, rects.values())
    largest = scene.largest

    def redrawn(n: int, inside: str) -> str:
        if n not in edges:
            return inside
        arrow = scene.arrows[n]
        if scene.layered:
            inside = _redrawn(inside, edges[n], arrow, scene, largest)
        return inside + (_text(arrow.label, places[n], theme) if n in places else "")

    return change(raw, "edge", redrawn), len(labelled) - len(places)


def _edges(scene: Scene, rects: dict[int, Rect]) -> dict[int, Segment]:
    """The straight edges, from tail to head, that cross no box."""
    sides = _ends(scene, rects)
    edges = {}
    for n, arrow in enumerate(scene.arrows):
        ends = arrow.tail, arrow.head
        if scene.boxes[arrow.head].operands and arrow.operand is not None:
            continue  # it arrives at the name of its input
        edge = sides[n, "tail"], sides[n, "head"]
        others = (rect for box, rect in rects.items() if box not in ends)
        if _forward(edge, scene.direction) and not any(crosses(edge, rect) for rect in others):
            edges[n] = edge
    return edges


def _forward(edge: Segment, direction: str) -> bool:
    """Whether an edge runs in the direction of the picture."""
    axis, sign = int(direction in ("TB", "BT")), 1 if direction in ("LR", "TB") else -1
    return sign * (edge[1][axis] - edge[0][axis]) > 0


def _ends(scene: Scene, rects: dict[int, Rect]) -> dict[tuple[int, str], Point]:
    """Where the tail and the head of each arrow are: spread along the sides of their boxes."""
    along = int(scene.direction in ("LR", "RL"))  # the axis of the sides
    at_side: dict[tuple[int, str], list[int]] = defaultdict(list)
    for n, arrow in enumerate(scene.arrows):
        at_side[arrow.tail, "tail"].append(n)
        at_side[arrow.head, "head"].append(n)
    ends = {}
    for (box, end), arrows in at_side.items():
        rect = rects[box]
        other = "head" if end == "tail" else "tail"
        arrows.sort(key=lambda n: _centre(rects[getattr(scene.arrows[n], other)])[along])
        length = rect[along + 2] - rect[along]
        spread = _SPREAD * length if length > _MIN_SIDE else 0.0
        for i, n in enumerate(arrows):
            position = _centre(rect)[along] + spread * ((i + 0.5) / len(arrows) - 0.5)
            across = _side(rect, end, scene.direction)
            ends[n, end] = (across, position) if along else (position, across)
    return ends


def _side(rect: Rect, end: str, direction: str) -> float:
    """The side of a box at which arrows leave (their tail) or arrive (their head)."""
    far = (end == "tail") == (direction in ("LR", "TB"))
    return rect[int(direction in ("TB", "BT")) + (2 if far else 0)]


def _centre(rect: Rect) -> Point:
    return (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2


def _redrawn(inside: str, edge: Segment, arrow: Arrow, scene: Scene, largest: float) -> str:
    """The shapes of an edge at its new place."""
    if "<polygon" not in inside:
        return _moved(inside, "path", "d", _path(*edge))
    tip, start = edge if scene.flows_back else edge[::-1]
    known = arrow.sign not in ("unknown", "none", "undefined")
    width = arrow_width(arrow.number or 0.0, largest) if known else 1.0
    size = arrowhead_size(width)
    length = math.dist(tip, start)
    x, y = (tip[0] - start[0]) / length, (tip[1] - start[1]) / length  # towards the tip
    base = tip[0] - x * _HEAD_LENGTH * size, tip[1] - y * _HEAD_LENGTH * size
    half = _HEAD_WIDTH * size / 2
    left, right = (base[0] - y * half, base[1] + x * half), (base[0] + y * half, base[1] - x * half)
    shaft = (base, start) if scene.flows_back else (start, base)  # from tail to head
    inside = _moved(inside, "path", "d", _path(*shaft))
    corners = " ".join(f"{px:.2f},{py:.2f}" for px, py in (left, tip, right, left))
    return _moved(inside, "polygon", "points", corners)


def _moved(inside: str, shape: str, attribute: str, value: str) -> str:
    return re.sub(rf'(<{shape} [^>]*{attribute}=")[^"]*', rf"\g<1>{value}", inside)


def _path(start: Point, end: Point) -> str:
    return f"M{start[0]:.2f},{start[1]:.2f}L{end[0]:.2f},{end[1]:.2f}"


# --- Labels -----------------------------------------------------------------------------------


def _by_size(scene: Scene) -> list[int]:
    """The arrows that have a label, those with large numbers first; a dotted line says 0 itself."""
    labelled = [n for n, arrow in enumerate(scene.arrows) if arrow.label and arrow.sign != "none"]
    return sorted(labelled, key=lambda n: -abs(scene.arrows[n].number or 0.0))


def _size(label: str) -> Point:
    """The width and height of a label."""
    lines = label.splitlines()
    return max(text_width(line, _FONT_SIZE) for line in lines), _LINE_HEIGHT * len(lines)


def _text(label: str, centre: Point, theme: Theme) -> str:
    """A label on the paper, in the middle of its edge."""
    width, height = _size(label)
    x, y = centre
    lines = label.splitlines()
    out = [
        f'<rect class="paper" x="{x - width / 2:.2f}" y="{y - height / 2:.2f}" '
        f'width="{width:.2f}" height="{height:.2f}" fill="{theme.paper}"/>\n'
    ]
    for i, line in enumerate(lines):
        baseline = y - height / 2 + _LINE_HEIGHT * (i + 1) - 2.2
        out.append(
            f'<text text-anchor="middle" x="{x:.2f}" y="{baseline:.2f}" '
            f'font-size="{_FONT_SIZE:.2f}" fill="{theme.ink}">{escape(line)}</text>\n'
        )
    return "".join(out)
