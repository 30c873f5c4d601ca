"""Whole graphs: list their nodes and edges, and rewrite them in simpler operations."""

from __future__ import annotations

from collections.abc import Iterable

from micrograd_tut import ops
from micrograd_tut.engine import Value, record, topological
from micrograd_tut.errors import InputError


def trace(y: Value) -> tuple[list[Value], list[tuple[Value, Value]]]:
    """The nodes and edges of a graph.

    Returns:
        The nodes in topological order, inputs before what they feed, each once; and the edges
        as (input, node) in the same order, repeats kept: ``a + a`` has two.

    >>> a = Value(1.0)
    >>> nodes, edges = trace(a + a)
    >>> len(nodes), len(edges)
    (2, 2)
    """
    nodes = topological(y)
    return nodes, [(v, node) for node in nodes for v in node.inputs]


def expand(y: Value, names: Iterable[str] | None = None) -> Value:
    """The same graph in simpler operations, on the same leaves.

    A weighted sum becomes its products and sums, tanh its exponentials, and so on, as their
    rows in the table say. The gradients at the leaves stay the same.

    Args:
        y: The output.
        names: The operations to rewrite, as ``["dot", "tanh"]`` or ``"tanh"``; every one that is
            made of simpler ones unless told.

    Raises:
        InputError: a name that is not in the table, or that is not made of simpler operations.
        NotFiniteError, DomainError: a simpler form overflows where the one it stands for does
            not, as ``exp(2 * x)`` in tanh at 1000.

    >>> x = Value(0.5)
    >>> [node._op for node in topological(expand(x.tanh())) if node.op]
    ['*', 'exp', '-', '+', '/']
    """
    return expansion(y, names)[y]


def expansion(y: Value, names: Iterable[str] | None = None) -> dict[Value, Value]:
    """What each Value of the graph becomes in `expand(y, names)`; leaves stay themselves.

    Args, Raises: as for `expand`.
    """
    expandable = [name for name, op in ops.OPS.items() if op.expand]
    chosen = set(expandable if names is None else [names] if isinstance(names, str) else names)
    for name in chosen.difference(expandable):
        raise InputError(f"{name!r} cannot be expanded; use one of {', '.join(expandable)}")
    made: dict[Value, Value] = {}
    _rewritten(y, chosen, made)
    return made


def _rewritten(y: Value, chosen: set[str], made: dict[Value, Value]) -> Value:
    """`y` over what `made` says its inputs have become; it recurses as deep as the table."""
    for node in topological(y, made):
        if node.op is None:
            made[node] = node
            continue
        inputs = tuple(made[v] for v in node.inputs)
        if node.op.expand and node.op.name in chosen:
            simpler = node.op.expand(*inputs)
            new = _rewritten(simpler, chosen, {v: v for v in inputs})
        else:
            new = record(node.op, inputs)
        if node.label and new not in inputs:
            new.label = node.label
        made[node] = new
    return made[y]
