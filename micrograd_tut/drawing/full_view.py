"""A graph as a scene with one box per Value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from micrograd_tut.drawing.annotated import AnnotatedGraph, operand_names
from micrograd_tut.drawing.repeated import repeat_boxes
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.engine import Value
from micrograd_tut.nn import Parameter
from micrograd_tut.support.numbers import rounded

MAX_LABELS = 150  # labels on arrows that are readable


def full_view(
    graph: AnnotatedGraph, direction: str = "LR", edges: str = "local", repeat: bool | None = None
) -> Scene:
    """One box per Value in topological order, one arrow per input, repeats kept."""
    index = {v: n for n, v in enumerate(graph.order)}
    boxes = [box(v, graph) for v in graph.order]
    arrows = []
    for node in graph.order:
        for i, v in enumerate(node.inputs):
            arrows.append(arrow(graph, (index[v], index[node]), node, v, i, edges))
            arrows[-1].operand = operand(node, i)
    scene = Scene(boxes, arrows, list(graph.notes), _ranks(graph), direction, edges, graph.title)
    return repeat_boxes(scene.hide_labels_above(MAX_LABELS), repeat)


def plain_view(
    graph: AnnotatedGraph,
    lines: Mapping[Value, list[str]],
    label: Callable[[float, float | None], str] | None = None,
) -> Scene:
    """One box per Value with the given lines; no tooltips, no notes and no legend.

    Args:
        graph: What is drawn.
        lines: The lines in the box of each Value.
        label: The text on an edge, given its local derivative and what flows back along it. None
            shows neither texts nor gradients on the edges.
    """
    index = {v: n for n, v in enumerate(graph.order)}
    boxes = [box(v, graph, lines[v]) for v in graph.order]
    arrows = []
    for node in graph.order:
        for i, v in enumerate(node.inputs):
            arrow = Arrow(index[v], index[node], "", "", operand=operand(node, i))
            local = graph.locals(node)[i]
            if label is not None and local is not None:
                arrow.number = graph.product(node, local)
                arrow.label = label(local, arrow.number)
            arrows.append(arrow)
    scene = Scene(boxes, arrows, ranks=_ranks(graph), title=graph.title, legend=False)
    return repeat_boxes(scene.hide_labels_above(MAX_LABELS))


def box(v: Value, graph: AnnotatedGraph, lines: list[str] | None = None) -> Box:
    """The box of one Value, with the given lines alone or with everything known about it."""
    owner = graph.owners.get(v)
    made = Box(
        graph.kind(v),
        graph.heading(v),
        graph.lines(v) if lines is None else lines,
        partial(graph.tooltip, v) if lines is None else "",
        owner.titles if owner else (),
        operands=operand_names(v.op) if v.op else (),
        name=graph.short_name(v),
        number=rounded(v.data),
        values=[v],
    )
    if lines:
        made.name, made.number = lines[0], ""
    return made


def _ranks(graph: AnnotatedGraph) -> list[list[int]]:
    """The parameters of each neuron that are inputs of one operation, in their order."""
    consumers = {v: node.op for node in graph.order for v in node.inputs}
    ranks: dict[object, list[int]] = {}
    for n, v in enumerate(graph.order):
        if isinstance(v, Parameter) and v in graph.owners:
            ranks.setdefault((graph.owners[v], consumers[v]), []).append(n)
    return [rank for rank in ranks.values() if len(rank) > 1]


def arrow(
    graph: AnnotatedGraph, ends: tuple[int, int], node: Value, v: Value, i: int, edges: str
) -> Arrow:
    """The arrow of one edge, from the i-th input `v` of a node."""
    local = graph.locals(node)[i]
    if local is None:
        return Arrow(*ends, "", partial(_about_constant, graph, v))
    return derivative(graph, ends, node, v, local, lambda: graph.partial_formulas(node)[i], edges)


def _about_constant(graph: AnnotatedGraph, v: Value) -> str:
    return f"{graph.symbol(v)} is a constant: its gradient is not tracked"


def derivative(
    graph: AnnotatedGraph,
    ends: tuple[int, int],
    node: Value,
    v: Value,
    local: float,
    formula: Callable[[], str],
    edges: str,
) -> Arrow:
    """The arrow of the derivative of a node with respect to `v`, which has this formula, or ""."""
    product = graph.product(node, local)
    about = partial(_about_derivative, graph, node, v, local, formula)
    if product is not None and graph.gradients is not None:
        if edges == "gradient":
            return Arrow(*ends, rounded(product), about, product)
        if edges == "flow":
            label = f"{rounded(local)} × {rounded(graph.gradients[node])}\n= {rounded(product)}"
            return Arrow(*ends, label, about, product)
    return Arrow(*ends, rounded(local), about)


def _about_derivative(
    graph: AnnotatedGraph, node: Value, v: Value, local: float, formula: Callable[[], str]
) -> str:
    """The formula of a derivative, its number, and what flows back."""
    text = f"∂({graph.symbol(node)})/∂({graph.symbol(v)}) = "
    text += f"{written} = {local!r}" if (written := formula()) else repr(local)
    if graph.gradients is not None:
        upstream, product = graph.gradients[node], graph.product(node, local)
        text += f"\nflows back: {local!r} × {upstream!r} = {product!r}"
    return text


def operand(node: Value, i: int) -> int | None:
    """The position in `operand_names` of the i-th input of a node; None if it has no name."""
    names = operand_names(node.op) if node.op else ()
    return min(i, len(names) - 1) if names else None
