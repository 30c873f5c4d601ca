"""The backward pass, array by array: the chain rule on whole statements.

What flows back into an array is added up over everything that it feeds. The local derivatives
are those of the table's rows, given ArrayNodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayGraph, ArrayNode, Operand, spread

Flow = tuple[ArrayNode, Operand]


def differentiate(graph: ArrayGraph, y: ArrayNode, seen: dict[ArrayNode, Operand]) -> list[Flow]:
    """The gradients of the sum over the batch of `y`, times the graph's `scale`.

    Args:
        y: An array of one row.
        seen: Is given, for each array, what flows back into it.

    Returns:
        Parts of the parameter vector, each with an array to be added to its gradient.
    """
    graph.begin_backward()
    forward = list(graph.arrays)
    flows: dict[ArrayNode, list[Operand]] = defaultdict(list)
    parts: dict[ArrayNode, list[tuple[tuple[int, ...], Operand]]] = defaultdict(list)
    flows[y].append(graph.scale if y.batched else graph.scale * graph.batch)
    found: list[Flow] = []
    for v in reversed(forward):
        whole = _total(flows.pop(v, []))
        if v in parts:
            scattered = graph.scattered(parts.pop(v), v.rows)
            whole = scattered if whole is None else whole + scattered
        if whole is None or not v.trained:
            continue
        seen[v] = whole
        if v.kind == "parameters":
            found.append((v, whole))
        for x, flow in _flows(graph, v, whole):
            if v.kind == "take":
                parts[x].append((v.detail, flow))
            else:
                flows[x].append(_fitted(graph, flow, v, x))
    return found


def _total(flows: list[Operand]) -> Operand | None:
    if not flows:
        return None
    total = flows[0]
    for flow in flows[1:]:
        total = total + flow
    return total


def _fitted(graph: ArrayGraph, flow: Operand, v: ArrayNode, x: ArrayNode) -> Operand:
    """What flows into `x`, summed over the rows and examples of `v` that it was used for."""
    flow = graph.plain(graph.repeated(flow, x.stack) if x.stack > 1 else flow)
    if not v.rule and v.kind != "fill":  # nothing was stretched
        return flow
    if v.rows > x.rows and x.stack == 1:
        flow = graph.sum_rows(flow, v.rows)
    if v.batched and not x.batched:
        flow = graph.sum_batch(flow)
    return flow


def _flows(graph: ArrayGraph, v: ArrayNode, g: Operand) -> list[Flow]:
    """What comes back through `v` to each input that depends on parameters."""
    if v.rule:
        return _by_rule(v, g)
    back = _BACK.get(v.kind)
    return [(x, flow) for x, flow in back(graph, v, g) if x.trained] if back else []


def _by_rule(v: ArrayNode, g: Operand) -> list[Flow]:
    assert v.rule
    op, inputs = v.rule
    numbers = spread(inputs)
    needed = [isinstance(x, ArrayNode) and x.trained for x in numbers]
    try:
        locals_ = op.partials_at(numbers, v, needed)
    except (ArithmeticError, ValueError):  # as of x / 0.0: the graph will meet it
        arrays = [x if isinstance(x, ArrayNode) else v.graph.constant([x]) for x in numbers]
        locals_ = op.partials_at(arrays, v, needed)
    flows: list[Flow] = []
    place = 0
    for x in inputs:
        if isinstance(x, ArrayNode) and x.trained:
            local = locals_[place]
            if isinstance(local, ArrayNode) or local != 0:
                flows.append((x, ops.mul(g, local)))
        place += x.stack if isinstance(x, ArrayNode) else 1
    return flows


def _matmul(graph: ArrayGraph, v: ArrayNode, g: Operand) -> list[Flow]:
    weights, x = v.inputs
    g = graph.filled(g, v.rows, batched=True)
    flows = [(weights, graph.outer(g, x))] if weights.trained else []
    return [*flows, (x, graph.matmul_back(weights, g))] if x.trained else flows


def _join(graph: ArrayGraph, v: ArrayNode, g: Operand) -> list[Flow]:
    flows, start = [], 0
    for x in v.inputs:
        same = not isinstance(g, ArrayNode) or g.rows == 1
        flows.append((x, g if same else graph.take(g, range(start, start + x.rows))))
        start += x.rows
    return flows


_BACK: dict[str, Callable[[ArrayGraph, ArrayNode, Operand], list[Flow]]] = {
    "matmul": _matmul,
    "join": _join,
    "take": lambda graph, v, g: [(v.inputs[0], g)],
    "fill": lambda graph, v, g: [(v.inputs[0], g)],
    "stack": lambda graph, v, g: [(v.inputs[0], g)],
    "matrix": lambda graph, v, g: [(v.inputs[0], graph.column(g))],
}
