"""The walk: every step of backprop, one product at a time.

>>> from micrograd_tut.engine import Value
>>> from micrograd_tut.chain import topological
>>> from micrograd_tut.stepping.naming import Names
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> order = topological(a * b + a)
>>> steps = walk(order, Names(order, lambda v: v.label))
>>> for step in steps[4:]:
...     print(step.rule, "so", step.numbers)
∂L/∂v1 += ∂L/∂L · 1 so 1.0 = 1.0 × 1.0
∂L/∂a += ∂L/∂L · 1 so 1.0 = 1.0 × 1.0
∂L/∂a += ∂L/∂v1 · b so -3.0 = 1.0 × -3.0
∂L/∂b += ∂L/∂v1 · a so 2.0 = 1.0 × 2.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from micrograd_tut.chain import added, check_fresh, flows, local_derivatives
from micrograd_tut.engine import Constant, Value
from micrograd_tut.stepping import explain
from micrograd_tut.stepping.naming import Names

Kind = Literal["given", "forward", "seed", "backward"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Step:
    """One step of the walk: what is looked at, and what it does to one gradient.

    Attributes:
        index, last: Where it stands in the walk: ``index`` of ``last``, the first is 0.
        kind: "given" (the leaves), "forward" (a value is computed), "seed" (the output by
            itself), or "backward" (one edge).
        node: The Value that is computed, or through which the gradient comes back.
        names: What the Values are called.
        input: The Value that the gradient flows into; None but in backward steps, and there
            too where the gradient of `node` is 0, so that nothing flows.
        place: Which input of `node` that is, the first is 0.
        upstream: The derivative of the output per unit of `node`.
        local: The derivative of `node` per unit of `input`.
        flow: Their product.
        before, after: The gradient that the step changes, before it and after.
        path, paths: Which of the contributions to `input` this is, counted from 1, of how many.
    """

    index: int
    last: int
    kind: Kind
    node: Value
    names: Names
    input: Value | None = None
    place: int = 0
    upstream: float = 0.0
    local: float = 0.0
    flow: float = 0.0
    before: float = 0.0
    after: float = 0.0
    path: int = 0
    paths: int = 0

    @property
    def rule(self) -> str:
        """The rule in symbols, in the Values' names: ``∂L/∂a += ∂L/∂c · b``."""
        return explain.rule(self)

    @property
    def numbers(self) -> str:
        """The rule in numbers: ``-6.0 = 2.0 × -3.0``; "" where there is nothing to compute."""
        return explain.numbers(self)

    def __repr__(self) -> str:
        return explain.describe(self)


def walk(order: list[Value], names: Names) -> list[Step]:
    """Every step of backprop over a graph, forward and then backward; nothing is changed.

    The sums are made in the order in which `Value.backward` makes them, so the last step leaves
    exactly its gradients.

    Args:
        order: The graph in topological order, the output last.
        names: What to call its Values.

    Raises:
        StaleGraphError: an input has changed since the graph was recorded.
        NotFiniteError: a gradient is too large for a float.
    """
    for node in order:
        check_fresh(node)
    root = order[-1]
    start = 0.0 if root.op else root.grad
    gradient = {v: 0.0 if v.op else v.grad for v in order} | {root: start + 1.0}
    rows: list[dict[str, Any]] = [{"kind": "given", "node": root}]
    rows += [{"kind": "forward", "node": node} for node in order if node.op]
    rows.append({"kind": "seed", "node": root, "before": root.grad, "after": gradient[root]})
    for node in reversed(order):
        if node.op:
            rows += _through(node, gradient)
    paths = Counter(row["input"] for row in rows if "input" in row)
    path: Counter[Value] = Counter()
    steps = []
    for index, row in enumerate(rows):
        if "input" in row:
            path[row["input"]] += 1
            row |= {"path": path[row["input"]], "paths": paths[row["input"]]}
        steps.append(Step(index=index, last=len(rows) - 1, names=names, **row))
    return steps


def _through(node: Value, gradient: dict[Value, float]) -> Iterator[dict[str, Any]]:
    """The steps back through one node: one per input that takes a gradient."""
    upstream = gradient[node]
    if upstream == 0:
        yield {"kind": "backward", "node": node}
        return
    carried = flows(node, upstream)  # leaves out what lies behind a local derivative of 0
    for place, (v, local) in enumerate(zip(node.inputs, locals_of(node), strict=True)):
        if isinstance(v, Constant):
            continue
        flow = next(carried)[2] if local else 0.0
        before = gradient[v]
        gradient[v] = added(node, v, before, flow)
        yield {
            "kind": "backward", "node": node, "input": v, "place": place, "upstream": upstream,
            "local": local, "flow": flow, "before": before, "after": gradient[v],
        }  # fmt: skip


def locals_of(node: Value) -> list[float]:
    """The local derivative by each input, as a number; of a constant, whatever it is."""
    needed = [not isinstance(v, Constant) for v in node.inputs]
    return [0.0 if d is None else d for d in local_derivatives(node, needed)]


def paths_of(order: list[Value], steps: list[Step]) -> dict[Value, list[Step]]:
    """The backward steps into each Value of a graph."""
    paths: dict[Value, list[Step]] = {v: [] for v in order}
    for step in steps:
        if step.input is not None:
            paths[step.input].append(step)
    return paths
