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
from itertools import groupby
from typing import Any

from micrograd_tut import ops
from micrograd_tut.chain_rule import is_zero
from micrograd_tut.compiler.scalar_graph import (
    BATCHED,
    CONSTANT,
    LINEAR,
    STATIC,
    ScalarGraph,
    WeightedSum,
)

_SUMS = (ops.add, ops.sum, ops.weighted_sum)
_MIN_TERMS = 3  # fewer similar terms get no sum of their own


def regrouped(recorded: ScalarGraph) -> ScalarGraph:
    """The same graph with weighted sums as LINEAR nodes."""
    uses, users = _uses(recorded)
    inside = {i for i in recorded.operations if _is_inside(recorded, i, uses, users)}
    regrouping = _Regrouping(recorded, inside)
    graph, number, end = regrouping.graph, regrouping.number, _leading_parameters(recorded)
    number[:end] = graph.add_leaves(recorded.leaves[:end], STATIC)
    for i in [*recorded.operations, len(recorded)]:
        number[end:i] = _copied_leaves(recorded, range(end, i), uses, graph)
        end = i + 1
        if i in uses and i not in inside:
            number[i] = regrouping.node(i)
    for i, label in sorted(recorded.labels.items()):
        if number[i] >= 0:
            graph.label(number[i], label)
    graph.outputs = [number[i] for i in recorded.outputs]
    return graph


def _leading_parameters(recorded: ScalarGraph) -> int:
    """How many parameters come before all other nodes."""
    leaves = recorded.stages[: next(iter(recorded.operations), None)]
    return len(leaves) - len(leaves.lstrip(bytes([STATIC])))


def _copied_leaves(
    recorded: ScalarGraph, span: range, uses: dict[int, int], graph: ScalarGraph
) -> list[int]:
    """The numbers in another graph of leaves side by side; -1 for a constant without a use."""
    copied: list[int] = []
    leaves: list[Any] = recorded.leaves
    for stage, group in groupby(span, recorded.stages.__getitem__):
        numbers = list(group)
        if stage == CONSTANT:
            copied += [graph.constant(leaves[i]) if i in uses else -1 for i in numbers]
        else:
            copied += graph.add_leaves(leaves[numbers[0] : numbers[-1] + 1], stage)
    return copied


class _Regrouping:
    """A new graph for a recorded one.

    Attributes:
        graph: The new graph.
        number: For each node of the recorded graph its number in the new one, if it has one.
    """

    def __init__(self, recorded: ScalarGraph, inside: set[int]) -> None:
        self.graph = ScalarGraph()
        self.graph.fails = recorded.fails
        self.number = [-1] * len(recorded)
        self._recorded = recorded
        self._inside = inside
        self._shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._stages_of: dict[tuple[int, ...], set[int]] = {}

    def node(self, i: int) -> int:
        """Add a node of the recorded graph."""
        kind, inputs = self._recorded.kinds[i], self._recorded.inputs[i]
        if kind not in _SUMS:
            return self.graph.node(kind, self._of(inputs))
        if kind is not ops.weighted_sum:
            return _sum(self.graph, (), (), self._terms(inputs), is_dot=False)
        terms = self._terms(inputs.bias)
        ws, xs = self._of(inputs.weights), self._of_shared(inputs.values)
        if BATCHED in self._stages(ws) or self._stages(xs) != {BATCHED}:
            return _sum(self.graph, (), (), [*zip(ws, xs, strict=True), *terms], is_dot=True)
        return _sum(self.graph, ws, xs, terms, is_dot=True)

    def _of(self, numbers: Sequence[int]) -> Any:
        """The numbers of nodes in the new graph."""
        if isinstance(numbers, range):  # parameters side by side, in the same order here
            return range(self.number[numbers.start], self.number[numbers.stop - 1] + 1)
        return tuple([self.number[j] for j in numbers])

    def _of_shared(self, values: tuple[int, ...]) -> tuple[int, ...]:
        if values not in self._shared:
            self._shared[values] = self._of(values)
        return self._shared[values]

    def _stages(self, numbers: range | tuple[int, ...]) -> set[int]:
        """What nodes of the new graph depend on; of many neurons they are the same ones."""
        if isinstance(numbers, range):
            return {STATIC}
        if numbers not in self._stages_of:
            self._stages_of[numbers] = {self.graph.stages[j] for j in numbers}
        return self._stages_of[numbers]

    def _terms(self, operands: Sequence[int]) -> list[tuple[int, ...]]:
        terms = _terms(self._recorded, operands, self._inside)
        return [self._of(term) for term in terms]


def _uses(recorded: ScalarGraph) -> tuple[dict[int, int], dict[int, int]]:
    """For each operation or constant that the outputs depend on, its uses, and one of its users.

    Values that many weighted sums have in common are counted twice at most, since it only matters
    whether a node is used once.
    """
    kinds, stages = recorded.kinds, recorded.stages
    uses: dict[int, int] = defaultdict(int)
    user: dict[int, int] = {}
    counted: dict[tuple[int, ...], int] = defaultdict(int)
    for i in recorded.outputs:
        uses[i] += 2  # an output is no part of another sum
    for i in reversed(recorded.operations):
        if i not in uses:
            continue
        inputs = recorded.inputs[i]
        for part in inputs if isinstance(inputs, WeightedSum) else (inputs,):
            if isinstance(part, range):
                continue
            counted[part] += 1
            for j in part if counted[part] <= 2 else ():
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
    if parent is ops.weighted_sum and siblings.bias != (i,):
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
            yield from zip(inputs.weights, inputs.values, strict=True)
            stack += inputs.bias
        elif kind is ops.mul:
            yield inputs
        else:
            stack += reversed(inputs)


def _sum(
    graph: ScalarGraph,
    ws: Sequence[int],
    xs: Sequence[int],
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
    weighted, others = list[tuple[int, ...]](), list[tuple[int, ...]]()
    for term in terms:
        if len(term) == 2:
            w, x = term if stages[term[0]] <= stages[term[1]] else term[::-1]
            if stages[x] == BATCHED and (stages[w] == STATIC or (is_dot and stages[w] == CONSTANT)):
                weighted.append((w, x))
                continue
        others.append(term)
    if weighted:
        ws, xs = [*ws, *[w for w, _ in weighted]], [*xs, *[x for _, x in weighted]]
    if len(ws) < 2 and not (is_dot and ws):
        ws, others = [], terms
    parts = []
    if ws:
        others = [t for t in others if not is_zero(graph.leaves[t[0]])]  # the sum is not -0.0
        if any(map(operator.gt, xs, xs[1:])):
            order = sorted(range(len(xs)), key=xs.__getitem__)
            ws, xs = [ws[i] for i in order], [xs[i] for i in order]
        parts.append(graph.node(LINEAR, WeightedSum(graph.side_by_side(ws), tuple(xs))))
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
