"""A graph as a scene, one box a Value."""

from __future__ import annotations

from collections.abc import Iterator

from micrograd_tut.drawing.facts import Facts, head, operands
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import count
from micrograd_tut.engine import Value
from micrograd_tut.nn import Parameter
from micrograd_tut.support.numbers import rounded

MANY = 150  # labels on arrows that can still be read


def scene(seen: Facts, direction: str = "LR", edges: str = "local") -> Scene:
    """One box a Value in topological order, one arrow an input, repeats kept."""
    place = {v: n for n, v in enumerate(seen.order)}
    boxes = [box(v, seen) for v in seen.order]
    arrows = [
        arrow for node in seen.order if node.op for arrow in _arrows(node, seen, place, edges)
    ]
    title = f"computation graph of {count(len(boxes), 'Value')}"
    made = Scene(boxes, arrows, list(seen.notes), _rows(seen, place), direction, edges, title)
    return made.quieter(MANY)


def box(v: Value, seen: Facts) -> Box:
    """The box of one Value."""
    made = Box(seen.kind(v), head(v), seen.lines(v), seen.tooltip(v), seen.owners.get(v, ()))
    made.operands = operands(v.op) if v.op else ()
    return made


def _rows(seen: Facts, place: dict[Value, int]) -> list[list[int]]:
    """The parameters of each neuron in their order, those that are weighed or summed together."""
    feeds = {v: node.op for node in seen.order for v in node.inputs}
    rows: dict[object, list[int]] = {}
    for v in seen.order:
        if isinstance(v, Parameter) and v in seen.owners:
            rows.setdefault((seen.owners[v], feeds[v]), []).append(place[v])
    return [row for row in rows.values() if len(row) > 1]


def _arrows(node: Value, seen: Facts, place: dict[Value, int], edges: str) -> Iterator[Arrow]:
    rules = zip(node.inputs, seen.locals(node), seen.derivatives_in_words(node), strict=True)
    for i, (v, local, words) in enumerate(rules):
        flow = seen.flow(node, local)
        label, tooltip = "", f"{seen.symbol(v)} takes no gradient: it is a constant"
        if local is not None:
            label = in_numbers(seen, node, local, flow, edges)
            tooltip = in_full(seen, node, v, local, words, flow)
        yield Arrow(place[v], place[node], label, tooltip, flow, operand=operand(node, i))


def operand(node: Value, i: int) -> int | None:
    """Which of the operands of its box the i-th input of a node is; None if none are marked."""
    marked = operands(node.op) if node.op else ()
    return min(i, len(marked) - 1) if marked else None


def in_numbers(seen: Facts, node: Value, local: float, flow: float | None, edges: str) -> str:
    """The label of an edge: the local derivative, or local × upstream = flow."""
    if edges == "local" or flow is None or seen.gradients is None:
        return rounded(local)
    return f"{rounded(local)} × {rounded(seen.gradients[node])}\n= {rounded(flow)}"


def in_full(
    seen: Facts, node: Value, v: Value, local: float, words: str, flow: float | None
) -> str:
    """The chain rule along one edge, with the formula and all digits."""
    formula = f"{words} = " if words else ""
    rule = f"∂({seen.symbol(node)})/∂({seen.symbol(v)}) = {formula}{local!r}"
    if flow is None or seen.gradients is None:
        return rule
    return f"{rule}\nflows back: {local!r} × {seen.gradients[node]!r} = {flow!r}"
