"""The notes under a picture: facts about its numbers and gradients that cannot be drawn."""

from __future__ import annotations

import math

from micrograd_tut.diagnostics import check_fresh
from micrograd_tut.drawing.annotated import AnnotatedGraph
from micrograd_tut.drawing.owners import describe_fused_activations
from micrograd_tut.drawing.text import count, short
from micrograd_tut.engine import Value, grad
from micrograd_tut.errors import MicrogradError, StaleGraphError
from micrograd_tut.support.numbers import rounded

NO_GRADIENTS = "No gradients yet. Call backward() on the output first."
CHANGED = (
    "Some numbers have changed since this graph was recorded: call forward() to evaluate it again."
)
_SURPLUS = 1e-6  # relative; below, a leaf's gradient differs by rounding alone
_MAX_SURPLUS_NOTES = 3


def notes(graph: AnnotatedGraph, recorded: AnnotatedGraph, expanded: set[str]) -> list[str]:
    """The sentences under the picture of a graph.

    Args:
        graph: The graph that is drawn.
        recorded: The same graph before any operation was expanded.
        expanded: The names of the expanded operations.
    """
    lines = [_effect_of_expanding(graph, recorded, expanded)] if expanded else []
    lines += describe_fused_activations(recorded.losses.values(), recorded.owners)
    if graph.gradients is None:
        lines.append(NO_GRADIENTS)
    try:
        surplus = _surplus(graph)
    except StaleGraphError:
        return [*lines, CHANGED]
    return lines + (_describe(surplus, graph) if graph.gradients is not None else [])


def _surplus(graph: AnnotatedGraph) -> dict[Value, float]:
    """The leaves with more gradient than flows back into them in this graph, and how much more.

    A gradient that is the sum of the contributions of the last few nodes alone is not reported:
    it is that of a backward pass by hand that is not complete yet.

    Raises:
        StaleGraphError: numbers have changed since the graph was recorded.
    """
    leaves = {v for v in graph.order if v.op is None and v not in graph.outputs}
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
    # whether the last pass started at an output of this graph
    from_output = any(graph.gradients[y] == 1.0 for y in graph.outputs)
    source = "another backward; zero_grad clears it" if from_output else "outside of this graph"
    lines = []
    for v, number in list(surplus.items())[:_MAX_SURPLUS_NOTES]:
        name = short(graph.names(v))
        holder = f"{name}.grad" if name.strip() else f"The gradient of {rounded(v.data)}"
        lines.append(f"{holder} holds {rounded(number)} from {source}.")
    others = len(surplus) - len(lines)
    return lines + ([f"The same is true of {count(others, 'other gradient')}."] if others else [])


def _effect_of_expanding(
    graph: AnnotatedGraph, recorded: AnnotatedGraph, expanded: set[str]
) -> str:
    """Which operations are expanded, and that the gradients of the leaves do not change."""
    sentence = f"Expanded: {', '.join(sorted(expanded))}."
    leaves = [v for v in graph.order if v.op is None and v.requires_grad]
    if graph.gradients is None:
        return sentence
    gaps = []
    for y, twin in zip(recorded.outputs, graph.outputs, strict=True):
        try:
            before, after = grad(y, leaves), grad(twin, leaves)
        except MicrogradError:  # numbers have changed since
            return sentence
        gaps += [abs(y.grad * a - y.grad * b) for a, b in zip(before, after, strict=True)]
    gap = max((g for g in gaps if not math.isnan(g)), default=0.0)
    return f"{sentence} The gradients of the {len(leaves)} leaves " + (
        "are unchanged (bit for bit)." if gap == 0 else f"are unchanged (to within {gap:.0e})."
    )
