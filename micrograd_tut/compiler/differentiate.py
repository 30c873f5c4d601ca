"""The backward pass, array by array: the chain rule on whole statements.

What flows back into an array is added up over everything that it feeds. The local derivatives
are those of the table's rows, given Arrays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from micrograd_tut import ops
from micrograd_tut.compiler.arrays import Array, Operand, Program, spread

Flow = tuple[Array, Operand]


def differentiate(program: Program, y: Array, seen: dict[Array, Operand]) -> list[Flow]:
    """The gradients of the sum over the batch of `y`, times the program's `share`.

    Args:
        y: An array of one row.
        seen: Is given, for each array, what flows back into it.

    Returns:
        Parts of the parameter vector, each with an array to be added to its gradient.
    """
    program.turn_back()
    forward = list(program.arrays)
    flows: dict[Array, list[Operand]] = defaultdict(list)
    parts: dict[Array, list[tuple[tuple[int, ...], Operand]]] = defaultdict(list)
    flows[y].append(program.share if y.batched else program.share * program.batch)
    found: list[Flow] = []
    for v in reversed(forward):
        whole = _total(flows.pop(v, []))
        if v in parts:
            scattered = program.scattered(parts.pop(v), v.rows)
            whole = scattered if whole is None else whole + scattered
        if whole is None or not v.trained:
            continue
        seen[v] = whole
        if v.kind == "parameters":
            found.append((v, whole))
        for x, flow in _flows(program, v, whole):
            if v.kind == "take":
                parts[x].append((v.detail, flow))
            else:
                flows[x].append(_fitted(program, flow, v, x))
    return found


def _total(flows: list[Operand]) -> Operand | None:
    if not flows:
        return None
    total = flows[0]
    for flow in flows[1:]:
        total = total + flow
    return total


def _fitted(program: Program, flow: Operand, v: Array, x: Array) -> Operand:
    """What flows into `x`, summed over the rows and examples of `v` that it was used for."""
    flow = program.plain(program.repeated(flow, x.stack) if x.stack > 1 else flow)
    if not v.rule and v.kind != "fill":  # nothing was stretched
        return flow
    if v.rows > x.rows and x.stack == 1:
        flow = program.sum_rows(flow, v.rows)
    if v.batched and not x.batched:
        flow = program.sum_batch(flow)
    return flow


def _flows(program: Program, v: Array, g: Operand) -> list[Flow]:
    """What comes back through `v` to each input that depends on parameters."""
    if v.rule:
        return _by_rule(v, g)
    back = _BACK.get(v.kind)
    return [(x, flow) for x, flow in back(program, v, g) if x.trained] if back else []


def _by_rule(v: Array, g: Operand) -> list[Flow]:
    assert v.rule
    op, inputs = v.rule
    numbers = spread(inputs)
    needed = [isinstance(x, Array) and x.trained for x in numbers]
    try:
        locals_ = op.partials_at(numbers, v, needed)
    except (ArithmeticError, ValueError):  # as of x / 0.0: the program will meet it
        arrays = [x if isinstance(x, Array) else v.program.constant([x]) for x in numbers]
        locals_ = op.partials_at(arrays, v, needed)
    flows: list[Flow] = []
    place = 0
    for x in inputs:
        if isinstance(x, Array) and x.trained:
            local = locals_[place]
            if isinstance(local, Array) or local != 0:
                flows.append((x, ops.mul(g, local)))
        place += x.stack if isinstance(x, Array) else 1
    return flows


def _matmul(program: Program, v: Array, g: Operand) -> list[Flow]:
    weights, x = v.inputs
    g = program.filled(g, v.rows, batched=True)
    flows = [(weights, program.outer(g, x))] if weights.trained else []
    return [*flows, (x, program.matmul_back(weights, g))] if x.trained else flows


def _join(program: Program, v: Array, g: Operand) -> list[Flow]:
    flows, start = [], 0
    for x in v.inputs:
        same = not isinstance(g, Array) or g.rows == 1
        flows.append((x, g if same else program.take(g, range(start, start + x.rows))))
        start += x.rows
    return flows


_BACK: dict[str, Callable[[Program, Array, Operand], list[Flow]]] = {
    "matmul": _matmul,
    "join": _join,
    "take": lambda program, v, g: [(v.inputs[0], g)],
    "fill": lambda program, v, g: [(v.inputs[0], g)],
    "stack": lambda program, v, g: [(v.inputs[0], g)],
    "matrix": lambda program, v, g: [(v.inputs[0], program.column(g))],
}
