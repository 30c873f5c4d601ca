"""A graph as a scene, one box a Value."""

from __future__ import annotations

from collections.abc import Iterator

from micrograd_tut.drawing.annotated import AnnotatedGraph, head, operands
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import count
from micrograd_tut.engine import Value
from micrograd_tut.nn import Parameter
from micrograd_tut.support.numbers import rounded

MANY = 150  # labels on arrows that can still be read


def scene(graph: AnnotatedGraph, direction: str = "LR", edges: str = "local") -> Scene:
    """One box a Value in topological order, one arrow an input, repeats kept."""
    place = {v: n for n, v in enumerate(graph.order)}
    boxes = [box(v, graph) for v in graph.order]
    arrows = [
        arrow for node in graph.order if node.op for arrow in _arrows(node, graph, place, edges)
    ]
    title = f"computation graph of {count(len(boxes), 'Value')}"
    made = Scene(boxes, arrows, list(graph.notes), _rows(graph, place), direction, edges, title)
    return made.quieter(MANY)


def box(v: Value, graph: AnnotatedGraph) -> Box:
    """The box of one Value."""
    made = Box(graph.kind(v), head(v), graph.lines(v), graph.tooltip(v), graph.owners.get(v, ()))
    made.operands = operands(v.op) if v.op else ()
    return made


def _rows(graph: AnnotatedGraph, place: dict[Value, int]) -> list[list[int]]:
    """The parameters of each neuron in their order, those that are weighed or summed together."""
    feeds = {v: node.op for node in graph.order for v in node.inputs}
    rows: dict[object, list[int]] = {}
    for v in graph.order:
        if isinstance(v, Parameter) and v in graph.owners:
            rows.setdefault((graph.owners[v], feeds[v]), []).append(place[v])
    return [row for row in rows.values() if len(row) > 1]


def _arrows(
    node: Value, graph: AnnotatedGraph, place: dict[Value, int], edges: str
) -> Iterator[Arrow]:
    rules = zip(node.inputs, graph.locals(node), graph.partial_formulas(node), strict=True)
    for i, (v, local, words) in enumerate(rules):
        flow = graph.product(node, local)
        label, tooltip = "", f"{graph.symbol(v)} takes no gradient: it is a constant"
        if local is not None:
            label = in_numbers(graph, node, local, flow, edges)
            tooltip = in_full(graph, node, v, local, words, flow)
        yield Arrow(place[v], place[node], label, tooltip, flow, operand=operand(node, i))


def operand(node: Value, i: int) -> int | None:
    """Which of the operands of its box the i-th input of a node is; None if none are marked."""
    marked = operands(node.op) if node.op else ()
    return min(i, len(marked) - 1) if marked else None


def in_numbers(
    graph: AnnotatedGraph, node: Value, local: float, flow: float | None, edges: str
) -> str:
    """The label of an edge: the local derivative, or local × upstream = flow."""
    if edges == "local" or flow is None or graph.gradients is None:
        return rounded(local)
    return f"{rounded(local)} × {rounded(graph.gradients[node])}\n= {rounded(flow)}"


def in_full(
    graph: AnnotatedGraph, node: Value, v: Value, local: float, words: str, flow: float | None
) -> str:
    """The chain rule along one edge, with the formula and all digits."""
    formula = f"{words} = " if words else ""
    rule = f"∂({graph.symbol(node)})/∂({graph.symbol(v)}) = {formula}{local!r}"
    if flow is None or graph.gradients is None:
        return rule
    return f"{rule}\nflows back: {local!r} × {graph.gradients[node]!r} = {flow!r}"
