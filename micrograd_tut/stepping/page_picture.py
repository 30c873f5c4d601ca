"""The graph on the page, after the last step; the script hides what is not computed yet."""

from __future__ import annotations

from typing import NamedTuple

from micrograd_tut.drawing import draw_folded, draw_plain
from micrograd_tut.drawing.text import text_width
from micrograd_tut.engine import Constant, Value
from micrograd_tut.stepping.naming import UniqueNames
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.numbers import shown

ROOM = "-0.12345"
"""Each box has room for a number of this width; the page squeezes one that is wider."""

WHOLE_UP_TO = 60
"""Values up to which each has its own box; in a larger graph, similar ones share one."""


class Picture(NamedTuple):
    """The picture of a graph.

    Attributes:
        svg: The picture.
        boxes: The index of the box of each Value.
        arrows: The index of the arrow of each edge, by node and position; none within a box.
        folded: Whether boxes stand for several Values.
    """

    svg: str
    boxes: dict[Value, int]
    arrows: dict[tuple[Value, int], int]
    folded: bool


def picture(stepper: Walkthrough, theme: str = "auto") -> Picture:
    """The picture of a graph.

    Args:
        stepper: The walk; it stays where it is.
        theme: As for `draw`.
    """
    position = stepper.position
    stepper.run()
    try:
        if len(stepper.order) > WHOLE_UP_TO:
            return _folded(stepper, theme)
        return _whole(stepper, theme)
    finally:
        stepper.goto(position)


def _whole(stepper: Walkthrough, theme: str) -> Picture:
    names = stepper.names
    lines = {v: lines_with_gradient(v, names, shown(v.grad)) for v in stepper.order}
    svg = draw_plain(stepper.output, lines, _on_edge, theme).svg()
    edges = [(node, i) for node in stepper.order for i in range(len(node.inputs))]
    boxes = {v: n for n, v in enumerate(stepper.order)}
    return Picture(svg, boxes, {edge: n for n, edge in enumerate(edges)}, folded=False)


def lines_with_gradient(v: Value, names: UniqueNames, gradient: str) -> list[str]:
    """The lines in the box of a Value, the last with spaces that make room for other numbers."""
    lines = lines_of(v, names)
    if isinstance(v, Constant):
        return lines
    last = f"grad {gradient}"
    return [*lines, _padded(last, max(_width(last), _width(f"slope {ROOM}")))]


def _on_edge(local: float, flow: float | None) -> str:
    """What flows along an edge in the end, with room for the local derivative."""
    return shown(flow or 0.0).center(len(shown(local)))


def lines_of(v: Value, names: UniqueNames) -> list[str]:
    """The lines in the box of a Value before its gradient: name and data; of a constant, data."""
    if isinstance(v, Constant):
        return [str(names.written(v))]
    return [*filter(str.strip, [names.of(v)]), f"data {shown(v.data)}"]


def _width(text: str) -> float:
    return text_width(text, 1.0)


def _padded(text: str, width: float) -> str:
    """The text, and spaces up to a width."""
    return text + " " * round((width - _width(text)) / _width(" "))


def _folded(stepper: Walkthrough, theme: str) -> Picture:
    drawing = draw_folded(stepper.output, theme)
    scene = drawing.scene
    boxes = {v: n for n, box in enumerate(scene.boxes) for v in box.values}
    again = {n: n if box.again is None else box.again for n, box in enumerate(scene.boxes)}
    index = {(again[a.tail], a.head): n for n, a in enumerate(scene.arrows)}
    arrows = {
        (node, i): index[boxes[v], boxes[node]]
        for node in stepper.order
        for i, v in enumerate(node.inputs)
        if (boxes[v], boxes[node]) in index
    }
    return Picture(drawing.svg(), boxes, arrows, folded=True)
