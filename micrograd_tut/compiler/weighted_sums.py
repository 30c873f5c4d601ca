"""Weighted sums: the sums and products of a scalar graph, regrouped.

A neuron is a weighted sum, whether it was recorded as one ``dot`` or by hand as a chain of
``*`` and ``+``. Here both become the same node, `LINEAR`: weights, which are the same for all
examples, times values that differ between examples.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

from micrograd_tut import ops
from micrograd_tut.chain_rule import is_zero
from micrograd_tut.compiler.scalar_graph import BATCHED, CONSTANT, LINEAR, STATIC, ScalarGraph

_SUMS = (ops.add, ops.sum, ops.weighted_sum)
_MIN_TERMS = 3  # fewer similar terms get no sum of their own


def regrouped(recorded: ScalarGraph) -> ScalarGraph:
    """The same graph with weighted sums as LINEAR nodes."""
    uses, users = _uses(recorded)
    inside = {i for i in recorded.operations if _is_inside(recorded, i, uses, users)}
    graph = ScalarGraph()
    graph.fails = recorded.fails
    number = [-1] * len(recorded)
    end = 0
    for i in [*recorded.operations, len(recorded)]:
        number[end:i] = _copied_leaves(recorded, range(end, i), uses, graph)
        end = i + 1
        if i in uses and i not in inside:
            number[i] = _regrouped_node(recorded, i, inside, graph, number)
            graph.labels[number[i]] = graph.labels[number[i]] or recorded.labels[i]
    graph.outputs = [number[i] for i in recorded.outputs]
    return graph


def _copied_leaves(
    recorded: ScalarGraph, span: range, uses: dict[int, int], graph: ScalarGraph
) -> Sequence[int]:
    """The numbers in another graph of leaves side by side; -1 for a constant without a use."""
    leaves: list[Any] = recorded.leaves[span.start : span.stop]
    stages = set(recorded.stages[span.start : span.stop])
    if len(stages) == 1 and CONSTANT not in stages:
        numbers = graph.add_leaves(leaves, stages.pop())
        graph.labels[numbers.start :] = recorded.labels[span.start : span.stop]
        return numbers
    copied: list[int] = []
    for i, leaf in zip(span, leaves, strict=True):
        if recorded.stages[i] != CONSTANT:
            copied += graph.add_leaves([leaf], recorded.stages[i])
        else:
            copied.append(graph.constant(leaf) if i in uses else -1)
        if copied[-1] >= 0:
            graph.labels[copied[-1]] = graph.labels[copied[-1]] or recorded.labels[i]
    return copied


def _regrouped_node(
    recorded: ScalarGraph, i: int, inside: set[int], graph: ScalarGraph, number: list[int]
) -> int:
    kind = recorded.kinds[i]
    inputs = [number[j] for j in recorded.inputs[i]]
    if kind not in _SUMS:
        return graph.node(kind, tuple(inputs))
    is_dot = kind is ops.weighted_sum
    n = len(inputs) // 2 if is_dot else 0
    ws, xs = inputs[:n], inputs[n : 2 * n]
    operands = recorded.inputs[i][2 * n :]
    terms = [tuple([number[j] for j in term]) for term in _terms(recorded, operands, inside)]
    static, batched = {graph.stages[j] for j in ws}, {graph.stages[j] for j in xs}
    if BATCHED in static or batched != {BATCHED}:  # not weights times inputs
        ws, xs, terms = [], [], [*zip(ws, xs, strict=True), *terms]
    return _sum(graph, ws, xs, terms, is_dot=is_dot)


def _uses(recorded: ScalarGraph) -> tuple[dict[int, int], dict[int, int]]:
    """For each operation or constant that the outputs depend on, its uses, and one of its users."""
    kinds, stages = recorded.kinds, recorded.stages
    uses: dict[int, int] = defaultdict(int)
    user: dict[int, int] = {}
    for i in recorded.outputs:
        uses[i] += 2  # an output is no part of another sum
    for i in reversed(recorded.operations):
        if i in uses:
            for j in recorded.inputs[i]:
                if kinds[j] is not None or stages[j] == CONSTANT:
                    uses[j] += 1
                    user[j] = i
    return uses, user


def _is_inside(recorded: ScalarGraph, i: int, uses: dict[int, int], user: dict[int, int]) -> bool:
    """Whether a sum or a product is only a part of another sum."""
    kind = recorded.kinds[i]
    if kind is None or uses.get(i) != 1 or recorded.stages[i] == CONSTANT:
        return False
    parent, siblings = recorded.kinds[user[i]], recorded.inputs[user[i]]
    if parent not in _SUMS:
        return False
    if parent is ops.weighted_sum and not (len(siblings) % 2 and siblings[-1] == i):
        return False  # a factor of a weighted sum; only its bias is a term
    same_stage = recorded.stages[i] == recorded.stages[user[i]]
    return kind is ops.mul or (kind in _SUMS and same_stage)


def _terms(
    recorded: ScalarGraph, operands: Sequence[int], inside: set[int]
) -> Iterator[tuple[int, ...]]:
    """The terms of a sum of `operands` in order: one node, or two nodes that are multiplied."""
    stack = list(reversed(operands))
    while stack:
        i = stack.pop()
        kind, inputs = recorded.kinds[i], recorded.inputs[i]
        if i not in inside:
            yield (i,)
        elif kind is ops.weighted_sum:
            n = len(inputs) // 2
            yield from zip(inputs[:n], inputs[n : 2 * n], strict=True)
            stack += inputs[2 * n :]
        elif kind is ops.mul:
            yield inputs
        else:
            stack += reversed(inputs)


def _sum(
    graph: ScalarGraph,
    ws: list[int],
    xs: list[int],
    terms: list[tuple[int, ...]],
    *,
    is_dot: bool,
) -> int:
    """The node for a sum of terms: LINEAR for the weighted terms, plus the others.

    Args:
        graph: The graph to add it to.
        ws, xs: The weights and the inputs of terms that are known to be weighted.
        terms: All other terms.
        is_dot: Whether it was recorded as a dot product, which can have constant weights.
    """
    stages = graph.stages
    others: list[tuple[int, ...]] = []
    for term in terms:
        if len(term) == 2:
            w, x = term if stages[term[0]] <= stages[term[1]] else term[::-1]
            if stages[x] == BATCHED and (stages[w] == STATIC or (is_dot and stages[w] == CONSTANT)):
                ws.append(w)
                xs.append(x)
                continue
        others.append(term)
    if len(ws) < 2 and not (is_dot and ws):
        ws, others = [], terms
    parts = []
    if ws:
        others = [t for t in others if not is_zero(graph.leaves[t[0]])]  # the sum is not -0.0
        if any(map(operator.gt, xs, xs[1:])):
            order = sorted(range(len(xs)), key=xs.__getitem__)
            ws, xs = [ws[i] for i in order], [xs[i] for i in order]
        parts.append(graph.node(LINEAR, (*ws, *xs)))
    return _added(graph, [*parts, *_grouped_terms(graph, others)])


def _grouped_terms(graph: ScalarGraph, terms: list[tuple[int, ...]]) -> Iterator[int]:
    """The terms, with many similar ones as one sum."""
    groups: dict[object, list[int]] = defaultdict(list)
    for term in terms:
        i = graph.node(ops.mul, term) if len(term) == 2 else term[0]
        leaf = type(graph.leaves[i])
        groups[graph.stages[i], graph.depths[i], graph.kinds[i], leaf].append(i)
    for numbers in groups.values():
        if len(numbers) >= _MIN_TERMS:
            yield graph.node(ops.sum, tuple(sorted(numbers)))
        else:
            yield from numbers


def _added(graph: ScalarGraph, parts: Iterable[int]) -> int:
    """Parts added one by one: batched ones, then the sum of the static ones, then constants."""
    by_stage: dict[int, list[int]] = {BATCHED: [], STATIC: [], CONSTANT: []}
    for part in parts:
        by_stage[graph.stages[part]].append(part)
    totals = [_total(graph, numbers) for stage, numbers in by_stage.items() if stage and numbers]
    return _total(graph, [*totals, *by_stage[CONSTANT]])


def _total(graph: ScalarGraph, numbers: list[int]) -> int:
    return reduce(lambda total, number: graph.node(ops.add, (total, number)), numbers)
