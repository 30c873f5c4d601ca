"""A graph as a scene of few boxes: one a neuron, one a layer, one for many that are alike.

Nothing is hidden silently: a box that stands for several says what it holds.
"""

from __future__ import annotations

import math
from collections import Counter

from micrograd_tut import ops
from micrograd_tut.drawing import annotated, values
from micrograd_tut.drawing.annotated import AnnotatedGraph
from micrograd_tut.drawing.frames import layer_of, neuron_number
from micrograd_tut.drawing.groups import WIDEST, groups, tally
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import count, short, size
from micrograd_tut.engine import Constant, Value
from micrograd_tut.nn import Parameter
from micrograd_tut.support.numbers import rounded

_OPS, _VALUES, _NEURONS = 30, 30, 44  # boxes up to which a detail is fitting
_EXPRESSION = 120  # of a graph without neurons, which has nothing to fold but what is alike
_LABELS = 24  # labels on arrows that can still be read between layers
_EXAMPLES = 4  # from so many runs through the same neurons, layers say more


def choose_detail(graph: AnnotatedGraph) -> str:
    """The finest detail that can still be read: "ops", "values", "neurons" or "layers"."""
    order = graph.order
    sums = [v for v in order if v.op is ops.weighted_sum]
    if sums and len(order) + sum(len(v.inputs) for v in sums) <= _OPS:
        return "ops"
    neurons = set(graph.owners.values())
    if len(order) <= (_VALUES if neurons else _EXPRESSION):
        return "values"
    layers = Counter(map(layer_of, neurons))
    shown = sum(min(WIDEST, size) for size in layers.values())
    many = not neurons or len(sums) >= _EXAMPLES * len(neurons)
    return "layers" if many or shown > _NEURONS else "neurons"


def scene(graph: AnnotatedGraph, detail: str, direction: str = "LR", edges: str = "local") -> Scene:
    """The scene at `detail` "neurons" or "layers"."""
    found = groups(graph, detail)
    place = {v: n for n, group in enumerate(found) for v in group}
    boxes = [_box(group, graph, detail) for group in found]
    arrows = _arrows(graph, place, edges, boxes)
    notes = list(graph.notes)
    if len(found) < len(graph.order):
        notes.append(f"{count(len(graph.order), 'Value')} in {count(len(found), 'box')}.")
    title = f"computation graph of {count(len(graph.order), 'Value')}"
    rows = _rows(found, boxes, graph) if detail == "neurons" else []
    made = Scene(boxes, arrows, notes, rows, direction, edges, title, layered=bool(rows))
    return made.quieter(_LABELS)


# --- Boxes ------------------------------------------------------------------------------------


def _box(group: list[Value], graph: AnnotatedGraph, detail: str) -> Box:
    *literals, last = group
    if all(isinstance(v, Constant) for v in literals) and (last.op or not literals):
        one = values.box(last, graph)
        one.frames = one.frames[:-1] if detail == "neurons" else ()
        one.lines += [f"with {rounded(v.data)}" for v in literals]
        return one
    frames = next((graph.owners[v] for v in group if v in graph.owners), ())
    kind, head, lines = "folded", "", []
    finest = detail == "neurons" or len(frames) == 1
    if frames and finest and len({graph.owners.get(v) for v in group}) == 1:
        kind, head, lines = "neuron", frames[-1], _neuron(group, graph)
    elif frames:
        head, lines = _many_neurons(group, graph, detail)
    else:
        head, lines = _alike(group, graph)
    if graph.output in group:
        kind = "output"
    about = "\n".join([head, *lines, f"{count(len(group), 'Value')} in all"])
    return Box(kind, head, lines, about, frames[:-1] if detail == "neurons" else ())


def _neuron(group: list[Value], graph: AnnotatedGraph) -> list[str]:
    """A neuron's activation, output and gradients; of several runs, how many and their size."""
    outs = [v for v in group if v.op is not None and _leaves(v, group)]
    word = outs[-1].op.name if outs[-1].op not in (None, ops.weighted_sum) else "linear"
    if len(outs) > 1:
        return [
            f"{word}, {count(len(outs), 'example')}",
            *_spread(outs),
            *_sizes(group, outs, graph),
        ]
    (out,) = outs
    grad = [] if graph.gradients is None else [f"grad {rounded(graph.gradients[out])}"]
    return [word, f"data {rounded(out.data)}", *grad, *_sizes(group, [], graph)]


def _leaves(v: Value, group: list[Value]) -> bool:
    return not any(v in other.inputs for other in group if other.op is not ops.weighted_sum)


def _many_neurons(group: list[Value], graph: AnnotatedGraph, detail: str) -> tuple[str, list[str]]:
    """A layer, or what is not shown of one."""
    names = {graph.owners[v] for v in group if v in graph.owners}
    neurons = {name for name in names if neuron_number(name)}
    sums = [v for v in group if v.op is ops.weighted_sum]
    outs = [v for v in group if v.op is not None]
    acts = {v.op.name for v in outs if v.op is not ops.weighted_sum}  # type: ignore[union-attr]
    lines = []
    if detail == "layers":
        head = " · ".join(layer_of(next(iter(names))))
        lines.append(f"{count(len(neurons), 'neuron')}, {', '.join(sorted(acts)) or 'linear'}")
    elif neurons:
        head = f"+ {count(len(neurons), 'more neuron')}"
    else:
        return f"{len(outs)} × {annotated.head(outs[0])}", [
            *_spread(outs),
            *_sizes([], outs, graph),
        ]
    parameters = sum(isinstance(v, Parameter) for v in group)
    lines.append(count(parameters, "parameter"))
    if len(sums) > len(neurons) > 0:
        lines.append(f"{len(sums) // len(neurons):,} examples")
    return head, [*lines, *_sizes(group, [], graph)]


def _alike(group: list[Value], graph: AnnotatedGraph) -> tuple[str, list[str]]:
    made = [v for v in group if v.op is not None]
    if not made:
        kinds = {"leaf": "input", "parameter": "parameter", "constant": "constant"}
        names = {graph.names(v).partition("[")[0] for v in group}
        name = names.pop() if len(names) == 1 else ""
        head = short(f"{name}: {count(len(group), kinds[graph.kind(group[0])])}".removeprefix(": "))
        return head, [*_spread(group), *_sizes([], group, graph)]
    names = set(map(annotated.head, made))
    head = (
        f"{len(made):,} × {annotated.head(made[0])}"
        if len(names) == 1
        else f"+ {len(made):,} more operations"
    )
    told = [] if len(names) == 1 else [tally(made)]
    return head, [*told, *_spread(made), *_sizes([], made, graph)]


def _spread(group: list[Value]) -> list[str]:
    finite = [v.data for v in group if math.isfinite(v.data)]
    if not finite:
        return ["data not finite"]
    low, high = rounded(min(finite)), rounded(max(finite))
    return [f"data {low}" if low == high else f"data {low} … {high}"]


def _sizes(group: list[Value], outs: list[Value], graph: AnnotatedGraph) -> list[str]:
    """How large the gradients are, as vectors: of what comes out, and of the parameters."""
    if graph.gradients is None:
        return []
    grads = graph.gradients
    lines = []
    out = [grads[v] for v in outs if not isinstance(v, Constant)]
    if out:
        lines.append(f"‖grad‖ {rounded(size(out))}")
    weights = [grads[v] for v in group if isinstance(v, Parameter)]
    if weights:
        lines.append(f"‖grad w‖ {rounded(size(weights))}")
    return lines


def _rows(found: list[list[Value]], boxes: list[Box], graph: AnnotatedGraph) -> list[list[int]]:
    """The neurons of each layer in their order, for where they stand side by side."""
    rows: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for n, group in enumerate(found):
        numbers = [neuron_number(graph.owners[v]) for v in group if v in graph.owners]
        if known := [number for number in numbers if number]:
            rows.setdefault(boxes[n].frames, []).append((min(known), n))
    return [[n for _, n in sorted(row)] for row in rows.values() if len(row) > 1]


# --- Arrows -----------------------------------------------------------------------------------


Member = tuple[Value, Value, int]
"""An edge of the graph: a node, its input, and which of its inputs that is."""


def _arrows(
    graph: AnnotatedGraph, place: dict[Value, int], edges: str, boxes: list[Box]
) -> list[Arrow]:
    """One arrow from a box to another, however many edges run there; what flows is added up."""
    found: dict[tuple[int, int], list[Member]] = {}
    for node in graph.order:
        for i, v in enumerate(node.inputs):
            ends = place[v], place[node]
            if ends[0] != ends[1]:
                found.setdefault(ends, []).append((node, v, i))
    arrows = []
    for ends, members in sorted(found.items(), key=lambda item: item[0][::-1]):
        if len(members) == 1:
            arrow = _one(graph, ends, *members[0], edges)
        else:
            arrow = _several(graph, ends, members, edges)
        _mark(arrow, members, boxes[ends[1]])
        arrows.append(arrow)
    return arrows


def _one(
    graph: AnnotatedGraph, ends: tuple[int, int], node: Value, v: Value, i: int, edges: str
) -> Arrow:
    local = graph.locals(node)[i]
    if local is None:
        return Arrow(*ends, "", "takes no gradient: it is a constant")
    flow = graph.product(node, local)
    words = graph.partial_formulas(node)[i]
    about = values.in_full(graph, node, v, local, words, flow)
    return Arrow(*ends, values.in_numbers(graph, node, local, flow, edges), about, flow)


def _several(
    graph: AnnotatedGraph, ends: tuple[int, int], members: list[Member], edges: str
) -> Arrow:
    flows = [graph.product(node, graph.locals(node)[i]) for node, _, i in members]
    known = [flow for flow in flows if flow is not None]
    total = math.fsum(known) if all(map(math.isfinite, known)) else math.nan
    about = count(len(members), "edge")
    if not known:
        return Arrow(*ends, f"× {len(members):,}", about, edges=len(members))
    about += f"\nflow back in all: {total!r}, as a vector of size {size(known)!r}"
    label = f"× {len(members):,}" + (f"\nΣ {rounded(total)}" if edges == "flow" else "")
    return Arrow(*ends, label, about, total, len(members))


def _mark(arrow: Arrow, members: list[Member], head: Box) -> None:
    """Tell which input the edges are, if all are the same: in the label if the box has no marks."""
    operands = {values.operand(node, i) for node, _, i in members}
    arrow.operand = operands.pop() if len(operands) == 1 else None
    op = members[0][0].op
    if op and arrow.operand is not None and arrow.label and not head.operands:
        arrow.label = f"{annotated.operands(op)[arrow.operand]} {arrow.label}"
