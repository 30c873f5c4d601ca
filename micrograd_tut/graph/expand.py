"""List the nodes and edges of a graph, and expand its operations into simpler ones."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from micrograd_tut import ops
from micrograd_tut.engine import Value, record, topological
from micrograd_tut.errors import InputError
from micrograd_tut.ops.float_kernels import SQRT_HALF


def trace(y: Value) -> tuple[list[Value], list[tuple[Value, Value]]]:
    """The nodes and edges of a graph.

    Returns:
        The nodes in topological order, each once; and the edges as (input, node) pairs in the
        same order, with duplicates: ``a + a`` has two.

    >>> a = Value(1.0)
    >>> nodes, edges = trace(a + a)
    >>> len(nodes), len(edges)
    (2, 2)
    """
    nodes = topological(y)
    return nodes, [(v, node) for node in nodes for v in node.inputs]


def _left_to_right(values: Sequence[Any]) -> Any:
    return functools.reduce(operator.add, values)


def _tanh(x: Any) -> Any:
    e = ops.exp(2.0 * x)
    return (e - 1.0) / (e + 1.0)


def _dot(*values: Any) -> Any:
    ws, xs, bias = ops.split_dot(values)
    return _left_to_right([*(w * x for w, x in zip(ws, xs, strict=True)), *bias])


EXPANSIONS: dict[str, Callable[..., Any]] = {
    "hypot": lambda x, y: ops.sqrt(x * x + y * y),
    "log1p": lambda x: ops.log(1.0 + x),
    "expm1": lambda x: ops.exp(x) - 1.0,
    "tan": lambda x: ops.sin(x) / ops.cos(x),
    "one_minus_square": lambda x: 1.0 - x**2,
    "sinh": lambda x: (ops.exp(x) - ops.exp(-x)) / 2.0,
    "cosh": lambda x: (ops.exp(x) + ops.exp(-x)) / 2.0,
    "tanh": _tanh,
    "sech2": lambda x: 1.0 - ops.tanh(x) ** 2,
    "gaussian": lambda x, rate: ops.exp(-rate * x**2),
    "normal_cdf": lambda x: 0.5 * (1.0 + ops.erf(x * SQRT_HALF)),
    "sigmoid": lambda x: 1.0 / (1.0 + ops.exp(-x)),
    "softplus": lambda x: ops.log(1.0 + ops.exp(x)),
    "silu": lambda x: x * ops.sigmoid(x),
    "gelu": lambda x: x * (0.5 * (1.0 + ops.erf(x * SQRT_HALF))),
    "sum": lambda *xs: _left_to_right(xs),
    "mean": lambda *xs: ops.sum(xs) / float(len(xs)),
    "dot": _dot,
    "logsumexp": lambda *xs: ops.log(ops.sum([ops.exp(x) for x in xs])),
    "softmax": lambda *xs: ops.exp(xs[0]) / ops.sum([ops.exp(x) for x in xs]),
}
"""Operations in terms of simpler ones, by name."""


def expand(y: Value, names: Iterable[str] | None = None) -> Value:
    """Expand operations into simpler ones: an equivalent graph on the same leaves.

    A weighted sum becomes products and sums, tanh becomes exponentials, and so on, as in
    `EXPANSIONS`. The gradients of the leaves stay the same.

    Args:
        y: The output.
        names: The operations to expand, such as ``["dot", "tanh"]`` or ``"tanh"`` (default: all
            in `EXPANSIONS`).

    Raises:
        InputError: a name that is not in `EXPANSIONS`.
        NotFiniteError, DomainError: a simpler form overflows although the operation does not,
            such as ``exp(2 * x)`` in tanh at 1000.

    >>> x = Value(0.5)
    >>> [node._op for node in topological(expand(x.tanh())) if node.op]
    ['*', 'exp', '-', '+', '/']
    """
    return expansion(y, names)[y]


def expansion(y: Value, names: Iterable[str] | None = None) -> dict[Value, Value]:
    """The new Value for each Value of the graph in `expand(y, names)`; leaves are kept.

    Args, Raises: as for `expand`.
    """
    chosen = set(EXPANSIONS if names is None else [names] if isinstance(names, str) else names)
    for name in chosen.difference(EXPANSIONS):
        raise InputError(f"{name!r} cannot be expanded; use one of {', '.join(EXPANSIONS)}")
    expanded: dict[Value, Value] = {}
    _expand(y, chosen, expanded)
    return expanded


def _expand(y: Value, chosen: set[str], expanded: dict[Value, Value]) -> Value:
    """The new Value for `y`; it recurses as deep as expansions are nested."""
    for node in topological(y, expanded):
        if node.op is None:
            expanded[node] = node
            continue
        inputs = tuple(expanded[v] for v in node.inputs)
        if node.op.by_hand and inputs == node.inputs:
            expanded[node] = node
            continue
        if node.op.name in chosen:
            simpler = EXPANSIONS[node.op.name](*inputs)
            new = _expand(simpler, chosen, {v: v for v in inputs})
        else:
            new = record(node.op, inputs)
        if node.label and new not in inputs:
            new.label = node.label
        expanded[node] = new
    return expanded[y]
