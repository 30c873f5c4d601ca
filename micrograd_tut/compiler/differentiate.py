"""The backward pass, array by array: the chain rule on the array graph.

The partial derivatives of an operation are those declared with it, given ArrayNodes. The other
forms have their adjoints in `forms`.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from operator import add

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayGraph, ArrayNode, Operand, expand_stacks
from micrograd_tut.compiler.forms import FORMS, Contribution
from micrograd_tut.ops.op import Op


def differentiate(graph: ArrayGraph, y: ArrayNode) -> dict[ArrayNode, Operand]:
    """The gradient of the sum over the batch of `y`, times the graph's `scale`.

    Args:
        y: An array of one row.

    Returns:
        For each array that depends on parameters the gradient with respect to it.
    """
    graph.begin_backward()
    forward = list(graph.arrays)
    contributions: dict[ArrayNode, list[Operand]] = defaultdict(list)
    to_rows: dict[ArrayNode, list[tuple[tuple[int, ...], Operand]]] = defaultdict(list)
    contributions[y].append(graph.scale if y.batched else graph.scale * graph.batch)
    gradients: dict[ArrayNode, Operand] = {}
    for v in reversed(forward):
        parts = contributions.pop(v, [])
        if v in to_rows:
            parts.append(graph.scatter(to_rows.pop(v), v.rows))
        if not parts or not v.requires_grad:
            continue
        g = gradients[v] = reduce(add, parts)
        for x, part in _contributions(v, g):
            if v.kind == "take":
                to_rows[x].append((v.detail, part))
            else:
                contributions[x].append(_unbroadcast(part, v, x))
    return gradients


def _unbroadcast(g: Operand, v: ArrayNode, x: ArrayNode) -> Operand:
    """A contribution to `x`, summed over the rows and examples of `v` that `x` was used for."""
    g = v.graph.unstack(v.graph.repeat(g, x.stack) if x.stack > 1 else g)
    if not v.rule and v.kind != "broadcast":  # nothing was broadcast
        return g
    if v.rows > x.rows and x.stack == 1:
        g = v.graph.sum_rows(g, v.rows)
    if v.batched and not x.batched:
        g = v.graph.sum_batch(g)
    return g


def _contributions(v: ArrayNode, g: Operand) -> list[Contribution]:
    """What `v` contributes to the gradient of each input that depends on parameters."""
    if v.rule:
        return _by_partials(v, g, *v.rule)
    adjoint = FORMS[v.kind].adjoint if v.kind in FORMS else None
    return [(x, part) for x, part in adjoint(v, g) if x.requires_grad] if adjoint else []


def _by_partials(
    v: ArrayNode, g: Operand, op: Op, inputs: tuple[Operand, ...]
) -> list[Contribution]:
    scalars = expand_stacks(inputs)
    needed = [isinstance(x, ArrayNode) and x.requires_grad for x in scalars]
    try:
        partials = op.partials_at(scalars, v, needed)
    except (ArithmeticError, ValueError):  # such as x / 0.0: the compiled code will raise it
        arrays = [x if isinstance(x, ArrayNode) else v.graph.constant([x]) for x in scalars]
        partials = op.partials_at(arrays, v, needed)
    contributions: list[Contribution] = []
    position = 0
    for x in inputs:
        if isinstance(x, ArrayNode) and x.requires_grad:
            partial = partials[position]
            if isinstance(partial, ArrayNode) or partial != 0:
                contributions.append((x, ops.mul(g, partial)))
        position += x.stack if isinstance(x, ArrayNode) else 1
    return contributions
