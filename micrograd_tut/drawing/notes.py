"""The notes under a picture: what its numbers and gradients do not say by themselves."""

from __future__ import annotations

import math

from micrograd_tut.diagnostics import check_fresh
from micrograd_tut.drawing.annotated import AnnotatedGraph
from micrograd_tut.drawing.frames import heads_in_words
from micrograd_tut.drawing.text import short
from micrograd_tut.engine import Value, grad
from micrograd_tut.errors import MicrogradError, StaleGraphError
from micrograd_tut.support.numbers import rounded

NO_GRADIENTS = "No gradients yet: nothing has flowed back. Call backward() on the output first."
CHANGED = (
    "Some numbers have changed since this graph was recorded: call forward() to evaluate it again."
)
_SURPLUS = 1e-6  # relative; below, a leaf's gradient differs by rounding alone
_MAX_SURPLUS_NOTES = 3


def notes(graph: AnnotatedGraph, recorded: AnnotatedGraph, expanded: set[str]) -> list[str]:
    """What to say under the picture of a graph.

    Args:
        graph: What is drawn.
        recorded: The same before any operation was expanded.
        expanded: The names of the operations that were.
    """
    lines = [_effect_of_expanding(graph, recorded, expanded)] if expanded else []
    lines += heads_in_words(recorded.order, recorded.owners)
    if graph.gradients is None:
        lines.append(NO_GRADIENTS)
    try:
        surplus = _surplus(graph)
    except StaleGraphError:
        return [*lines, CHANGED]
    return lines + (_describe(surplus, graph) if graph.gradients is not None else [])


def _surplus(graph: AnnotatedGraph) -> dict[Value, float]:
    """The leaves whose gradient is not the sum of what flows back into them, and by how much.

    Where it is the sum of what comes from the last few nodes alone, somebody walks back by hand,
    and has not yet come to the others.

    Raises:
        StaleGraphError: numbers have changed since the graph was recorded.
    """
    leaves = {v for v in graph.order if v.op is None and v is not graph.output}
    total, size = dict.fromkeys(leaves, 0.0), dict.fromkeys(leaves, 0.0)
    explained = {v for v in leaves if not v.requires_grad or not v.grad}
    for node in reversed(graph.order):
        if node.op:
            check_fresh(node)
        for v, local in zip(node.inputs, graph.locals(node) if node.op else (), strict=True):
            if v not in leaves or v in explained:
                continue
            product = graph.product(node, local) or 0.0
            total[v] += product
            size[v] += math.fabs(product)
            if not math.fabs(v.grad - total[v]) > _SURPLUS * size[v]:
                explained.add(v)
    return {v: v.grad - total[v] for v in graph.order if v in leaves and v not in explained}


def _describe(surplus: dict[Value, float], graph: AnnotatedGraph) -> list[str]:
    assert graph.gradients is not None
    whole = graph.gradients[graph.output] == 1.0  # the last pass began at this output
    source = "another backward; zero_grad clears it" if whole else "outside of this graph"
    lines = []
    for v, number in list(surplus.items())[:_MAX_SURPLUS_NOTES]:
        name = short(graph.names(v))
        holder = f"{name}.grad" if name.strip() else f"The gradient of {rounded(v.data)}"
        lines.append(f"{holder} holds {rounded(number)} from {source}.")
    others = len(surplus) - len(lines)
    return lines + ([f"So do the gradients of {others:,} others."] if others else [])


def _effect_of_expanding(
    graph: AnnotatedGraph, recorded: AnnotatedGraph, expanded: set[str]
) -> str:
    """That the gradients of the leaves stay the same."""
    head = f"Taken apart: {', '.join(sorted(expanded))}."
    y, apart = recorded.output, graph.output
    leaves = [v for v in graph.order if v.op is None and v.requires_grad]
    if graph.gradients is None:
        return head
    try:
        before, after = grad(y, leaves), grad(apart, leaves)
    except MicrogradError:  # numbers have changed: there is nothing to compare with
        return head
    gaps = [abs(y.grad * a - y.grad * b) for a, b in zip(before, after, strict=True)]
    gap = max((g for g in gaps if not math.isnan(g)), default=0.0)
    return f"{head} The gradients of the {len(leaves)} leaves " + (
        "are the same to the last bit." if gap == 0 else f"stay the same, to {gap:.0e}."
    )
