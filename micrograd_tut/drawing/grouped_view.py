"""A graph as a scene of few boxes: one per neuron, per layer, or per group of similar Values.

A box that stands for several Values says how many and which they are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from micrograd_tut import ops
from micrograd_tut.drawing import full_view
from micrograd_tut.drawing.annotated import AnnotatedGraph, operand_names
from micrograd_tut.drawing.groups import MAX_NEURONS, count_ops, groups, parts_of_losses
from micrograd_tut.drawing.owners import Owner
from micrograd_tut.drawing.repeated import repeat_boxes
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import count, short
from micrograd_tut.engine import Constant, Value
from micrograd_tut.graph.cross_entropy import CrossEntropy
from micrograd_tut.nn import Parameter
from micrograd_tut.support.numbers import rounded

_OPS, _VALUES, _NEURONS = 30, 30, 44  # boxes up to which each detail is readable
_EXPRESSION = 120  # the same for a graph without neurons, in which only similar Values are grouped
_MAX_LABELS = 24  # labels between layers that are readable
_EXAMPLES = 4  # examples from which on layers are clearer than neurons


def choose_detail(graph: AnnotatedGraph) -> str:
    """The finest detail that is readable: "ops", "values", "rolled", "neurons" or "layers"."""
    order = graph.order
    sums = [v for v in order if v.op is ops.weighted_sum]
    if sums and len(order) + sum(len(v.inputs) for v in sums) <= _OPS:
        return "ops"
    neurons = set(graph.owners.values())
    if len(order) > _VALUES and _is_rolled(graph):
        return "rolled"
    if len(order) <= (_VALUES if neurons else _EXPRESSION):
        return "values"
    layers = Counter(owner.whole_layer for owner in neurons)
    visible = sum(min(MAX_NEURONS, size) for size in layers.values())
    many = not neurons or len(sums) >= _EXAMPLES * len(neurons)
    return "layers" if many or visible > _NEURONS else "neurons"


def _is_rolled(graph: AnnotatedGraph) -> bool:
    """Whether a graph is a loop of several operations, which uses the same neurons, if any."""
    loop = graph.loop
    if loop is None or len(loop.steps[1]) == 1:
        return False
    if not graph.owners:
        return True
    before, after = set(loop.states[0]), {graph.owners.get(v) for v in loop.steps[2]}
    used = [v for v in loop.steps[1] if any(i in before for i in v.inputs) and v in graph.owners]
    return any(graph.owners[v] in after for v in used)


def grouped_view(
    graph: AnnotatedGraph,
    detail: str,
    direction: str = "LR",
    edges: str = "local",
    repeat: bool | None = None,
) -> Scene:
    """The scene at `detail` "neurons" or "layers"."""
    members = groups(graph, detail)
    index = {v: n for n, group in enumerate(members) for v in group}
    boxes = [group_box(group, graph, detail) for group in members]
    arrows = arrows_between(graph, index, edges, boxes)
    notes = list(graph.notes)
    if len(members) < len(graph.order):
        notes.append(f"{count(len(graph.order), 'Value')} in {count(len(members), 'box')}.")
    ranks = _ranks(members, graph) if detail == "neurons" else []
    scene = Scene(boxes, arrows, notes, ranks, direction, edges, graph.title, layered=bool(ranks))
    scene = scene if scene.layered else scene.hide_labels_above(_MAX_LABELS)
    return repeat_boxes(scene, repeat)


# --- Boxes ------------------------------------------------------------------------------------


def group_box(group: list[Value], graph: AnnotatedGraph, detail: str) -> Box:
    """The box that stands for a group of Values, at `detail` "neurons" or "layers"."""
    *literals, last = group
    if last in graph.losses and set(literals) <= set(graph.losses[last].inside):
        box = full_view.box(last, graph)
        box.frames, box.operands, box.values = (), (), group
        return box
    if all(isinstance(v, Constant) for v in literals) and (last.op or not literals):
        box = full_view.box(last, graph)
        box.frames = box.frames[:-1] if detail == "neurons" else ()
        box.lines += [f"with {rounded(v.data)}" for v in literals]
        box.values = group
        return box
    owners = {graph.owners[v]: None for v in group if v in graph.owners}
    owner = next(iter(owners), None)
    kind = "folded"
    if owner is None:
        title, lines = _similar_text(group, graph)
    elif len(owners) == 1 and not owner.activation and (detail == "neurons" or owner.layer is None):
        kind, title, lines = "neuron", owner.titles[-1], _neuron_lines(group, graph)
    elif detail == "layers":
        title, lines = " · ".join(owner.whole_layer.titles), _layer_lines(group, graph)
    else:
        title, lines = _partial_layer_text(group, list(owners), graph)
    if any(y in group for y in graph.outputs):
        kind = "output"
    tooltip = "\n".join([title, *lines, f"{count(len(group), 'Value')} in all"])
    frames = owner.titles[:-1] if owner and detail == "neurons" else ()
    return Box(kind, title, lines, tooltip, frames, name=title, values=group)


def _neuron_lines(group: list[Value], graph: AnnotatedGraph) -> list[str]:
    """The activation, output and gradients of a neuron; for several examples, their range."""
    outputs = [v for v in group if v.op is not None and _is_output(v, group)]
    activation = outputs[-1].op
    word = activation.name if activation not in (None, ops.weighted_sum) else "linear"
    if len(outputs) > 1:
        first = f"{word}, {count(len(outputs), 'example')}"
        return [first, *data_range(outputs), *_gradient_norms(group, outputs, graph)]
    (output,) = outputs
    grad = [] if graph.gradients is None else [f"grad {rounded(graph.gradients[output])}"]
    return [word, f"data {rounded(output.data)}", *grad, *_gradient_norms(group, [], graph)]


def _is_output(v: Value, group: list[Value]) -> bool:
    return not any(v in other.inputs for other in group if other.op is not ops.weighted_sum)


def _layer_lines(group: list[Value], graph: AnnotatedGraph) -> list[str]:
    neurons = _neurons(group, graph)
    names = {v.op.name for v in group if v.op is not None and v.op is not ops.weighted_sum}
    activations = ", ".join(sorted(names)) or "linear"
    return [
        f"{count(len(neurons), 'neuron')}, {activations}",
        *_size_lines(group, neurons, graph),
    ]


def _partial_layer_text(
    group: list[Value], owners: list[Owner], graph: AnnotatedGraph
) -> tuple[str, list[str]]:
    """The neurons of a layer that are not drawn one by one, or the softmax of the layer."""
    neurons = _neurons(group, graph)
    if neurons:
        title = f"+ {count(len(neurons), 'more neuron')}"
        return title, _size_lines(group, neurons, graph)
    outputs = [v for v in group if v.op is not None]
    lines = [*data_range(outputs), *_gradient_norms([], outputs, graph)]
    return f"{len(outputs):,} × {owners[0].activation}", lines


def _neurons(group: list[Value], graph: AnnotatedGraph) -> set[Owner]:
    owners = {graph.owners[v] for v in group if v in graph.owners}
    return {owner for owner in owners if owner.neuron}


def _size_lines(group: list[Value], neurons: set[Owner], graph: AnnotatedGraph) -> list[str]:
    """How many parameters and examples some neurons have, and the norms of their gradients."""
    parameters = sum(isinstance(v, Parameter) for v in group)
    lines = [count(parameters, "parameter")] if parameters else []
    sums = sum(v.op is ops.weighted_sum for v in group)
    if sums > len(neurons) > 0:
        lines.append(f"{sums // len(neurons):,} examples")
    return [*lines, *_gradient_norms(group, [], graph)]


def _similar_text(group: list[Value], graph: AnnotatedGraph) -> tuple[str, list[str]]:
    """The title and the lines of leaves or of operations that do not belong to a network."""
    inside = parts_of_losses(graph)
    nodes = [v for v in group if v.op is not None and v not in inside]
    if not nodes:
        words = {"leaf": "input", "parameter": "parameter", "constant": "constant"}
        names = {graph.names(v).partition("[")[0] for v in group}
        name = names.pop() if len(names) == 1 else ""
        size = count(len(group), words[graph.kind(group[0])])
        title = short(f"{name}: {size}" if name else size)
        return title, [*data_range(group), *_gradient_norms([], group, graph)]
    lines = [*data_range(nodes), *_gradient_norms([], nodes, graph)]
    titles = {graph.heading(v) for v in nodes}
    if len(titles) == 1:
        return f"{len(nodes):,} × {titles.pop()}", lines
    return f"+ {len(nodes):,} more operations", [count_ops(nodes, graph), *lines]


def data_range(group: list[Value]) -> list[str]:
    """The line with the smallest and the largest number of a group; none if none is finite."""
    finite = [v.data for v in group if math.isfinite(v.data)]
    if not finite:
        return ["data not finite"]
    low, high = rounded(min(finite)), rounded(max(finite))
    return [f"data {low}" if low == high else f"data {low} … {high}"]


def _gradient_norms(group: list[Value], outputs: list[Value], graph: AnnotatedGraph) -> list[str]:
    """The norm of the gradients of the outputs, and that of the gradients of the parameters."""
    if graph.gradients is None:
        return []
    lines = []
    if tracked := [v for v in outputs if not isinstance(v, Constant)]:
        lines.append(f"‖grad‖ {rounded(norm(graph.gradients[v] for v in tracked))}")
    if parameters := [v for v in group if isinstance(v, Parameter)]:
        lines.append(f"‖grad w‖ {rounded(norm(graph.gradients[v] for v in parameters))}")
    return lines


def norm(xs: Iterable[float]) -> float:
    """The root of the sum of squares."""
    return math.hypot(*xs)


def _ranks(members: list[list[Value]], graph: AnnotatedGraph) -> list[list[int]]:
    """The boxes of the neurons of each layer, in the order of the neurons."""
    ranks: dict[Owner, list[tuple[int, int]]] = {}
    for n, group in enumerate(members):
        if neurons := _neurons(group, graph):
            first = min(neurons)
            ranks.setdefault(first.whole_layer, []).append((first.neuron, n))
    return [[n for _, n in sorted(rank)] for rank in ranks.values() if len(rank) > 1]


# --- Arrows -----------------------------------------------------------------------------------


class Edge(NamedTuple):
    """An edge of the graph, or one from an input of a cross-entropy straight to its loss.

    Attributes:
        node, input: Its ends.
        position: The index of that input.
        local: The local derivative; None if the input is a constant.
        loss: The cross-entropy, if it is one.
    """

    node: Value
    input: Value
    position: int
    local: float | None
    loss: CrossEntropy | None = None

    @property
    def operand(self) -> int | None:
        """As `full_view.operand`."""
        return None if self.loss else full_view.operand(self.node, self.position)


def _edges(graph: AnnotatedGraph) -> Iterator[Edge]:
    """Every edge, without those inside a cross-entropy."""
    inside = parts_of_losses(graph)
    for node in graph.order:
        if loss := graph.losses.get(node):
            for k, (v, partial) in enumerate(zip(loss.inputs, graph.partials(loss), strict=True)):
                yield Edge(node, v, k, partial, loss)
        elif node not in inside:
            locals_ = graph.locals(node) if node.op else ()
            for i, (v, local) in enumerate(zip(node.inputs, locals_, strict=True)):
                yield Edge(node, v, i, local)


def arrows_between(
    graph: AnnotatedGraph,
    index: dict[Value, int],
    edges: str,
    boxes: list[Box],
    is_drawn: Callable[[Value, Value], bool] = lambda node, v: True,
) -> list[Arrow]:
    """One arrow from one box to another for all edges between them; gradients are added.

    Args:
        graph: The graph.
        index: The box of each Value.
        edges: What arrows show, as in `Scene`.
        boxes: The boxes.
        is_drawn: Whether the edge into a node from one of its inputs is drawn.
    """
    between: dict[tuple[int, int], list[Edge]] = {}
    for edge in _edges(graph):
        ends = index[edge.input], index[edge.node]
        if ends[0] != ends[1] and is_drawn(edge.node, edge.input):
            between.setdefault(ends, []).append(edge)
    arrows = []
    for ends, members in sorted(between.items(), key=lambda item: item[0][::-1]):
        if len(members) == 1:
            arrow = _single_arrow(graph, ends, members[0], edges)
        else:
            arrow = _merged_arrow(graph, ends, members, edges)
        _mark_operand(arrow, members, boxes[ends[1]])
        arrows.append(arrow)
    return arrows


def _single_arrow(graph: AnnotatedGraph, ends: tuple[int, int], edge: Edge, edges: str) -> Arrow:
    if edge.loss is None or edge.local is None:
        return full_view.arrow(graph, ends, edge.node, edge.input, edge.position, edges)
    loss, position = edge.loss, edge.position

    def formula() -> str:
        return short(loss.partial(position, graph.symbol), 120)

    return full_view.derivative(graph, ends, edge.node, edge.input, edge.local, formula, edges)


def _merged_arrow(
    graph: AnnotatedGraph, ends: tuple[int, int], members: list[Edge], edges: str
) -> Arrow:
    products = [graph.product(edge.node, edge.local) for edge in members]
    known = [product for product in products if product is not None]
    label, tooltip = f"× {len(members):,}", count(len(members), "edge")
    if not known:
        return Arrow(*ends, label, tooltip, edges=len(members))
    total = math.fsum(known) if all(map(math.isfinite, known)) else math.nan
    tooltip += f"\nsum of the gradients: {total!r}, their norm: {norm(known)!r}"
    if edges == "local":
        return Arrow(*ends, label, tooltip, edges=len(members))
    if len({edge.input for edge in members}) > 1:
        size = norm(known)
        return Arrow(*ends, f"{label}\n‖ ‖ {rounded(size)}", tooltip, size, len(members), True)
    label += f"\nΣ {rounded(total)}"
    return Arrow(*ends, label, tooltip, total, len(members))


def _mark_operand(arrow: Arrow, members: list[Edge], box: Box) -> None:
    """Mark which input the edges are, if it is the same for all."""
    operands = {edge.operand for edge in members}
    arrow.operand = operands.pop() if len(operands) == 1 else None
    op = members[0].node.op
    if op and arrow.operand is not None and arrow.label and not box.operands:
        arrow.label = f"{operand_names(op)[arrow.operand]} {arrow.label}"
