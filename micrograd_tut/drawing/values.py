"""A graph as a scene, one box a Value."""

from __future__ import annotations

from collections.abc import Iterator

from micrograd_tut.drawing.facts import Facts
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import count, figure
from micrograd_tut.engine import Value

MANY = 150  # labels on arrows that can still be read


def scene(seen: Facts, direction: str = "LR", edges: str = "local") -> Scene:
    """One box a Value in topological order, one arrow an input, repeats kept."""
    place = {v: n for n, v in enumerate(seen.order)}
    boxes = [box(v, seen) for v in seen.order]
    arrows = [
        arrow for node in seen.order if node.op for arrow in _arrows(node, seen, place, edges)
    ]
    title = f"computation graph of {count(len(boxes), 'Value')}"
    made = Scene(boxes, arrows, list(seen.notes), direction=direction, edges=edges, title=title)
    return made.quieter(MANY)


def box(v: Value, seen: Facts) -> Box:
    """The box of one Value."""
    return Box(seen.kind(v), v._op, seen.lines(v), seen.tooltip(v), seen.owners.get(v, ()))


def _arrows(node: Value, seen: Facts, place: dict[Value, int], edges: str) -> Iterator[Arrow]:
    rules = zip(node.inputs, seen.locals(node), seen.derivatives_in_words(node), strict=True)
    for v, local, words in rules:
        flow = seen.flow(node, local)
        label, tooltip = "", f"{seen.symbol(v)} takes no gradient: it is a constant"
        if local is not None:
            label = in_numbers(seen, node, local, flow, edges)
            tooltip = in_full(seen, node, v, local, words, flow)
        yield Arrow(place[v], place[node], label, tooltip, flow)


def in_numbers(seen: Facts, node: Value, local: float, flow: float | None, edges: str) -> str:
    """The label of an edge: the local derivative, or local × upstream = flow."""
    if edges == "local" or flow is None or seen.gradients is None:
        return figure(local)
    return f"{figure(local)} × {figure(seen.gradients[node])}\n= {figure(flow)}"


def in_full(
    seen: Facts, node: Value, v: Value, local: float, words: str, flow: float | None
) -> str:
    """The chain rule along one edge, with the formula and all digits."""
    formula = f"{words} = " if words else ""
    rule = f"∂({seen.symbol(node)})/∂({seen.symbol(v)}) = {formula}{local!r}"
    if flow is None or seen.gradients is None:
        return rule
    return f"{rule}\nflows back: {local!r} × {seen.gradients[node]!r} = {flow!r}"
