"""The scalar graph as numbered nodes: equal nodes are merged, constants folded, sums regrouped.

A neuron is a weighted sum, whether it was recorded as one ``dot`` or by hand as a chain of
``*`` and ``+``. Here both become the same node, `LINEAR`: weights, which are the same for all
examples, times values that differ between examples.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import cast

from micrograd_tut import ops
from micrograd_tut.chain_rule import is_zero
from micrograd_tut.compiler.tracer import InputTracer, TracedFunction
from micrograd_tut.engine import Constant, Value
from micrograd_tut.ops.op import Op

CONSTANT, STATIC, BATCHED = range(3)
"""What a node depends on: on nothing, on parameters alone, or on inputs too."""

LINEAR = "weighted sum"
_SUMS = (ops.add, ops.sum, ops.weighted_sum)
_MIN_TERMS = 3  # fewer similar terms get no sum of their own

Kind = Op | str | None


class ScalarGraph:
    """Nodes by number, in topological order.

    Attributes:
        kinds: The operation, or LINEAR, or None for a leaf.
        inputs: The numbers of the inputs. LINEAR has n weights, then n values.
        stages: CONSTANT, STATIC or BATCHED.
        depths: The length of the longest path from a leaf.
        leaves: The Value of a leaf, the number of a constant, otherwise None.
        labels: The label of the Value.
        fails: Whether finite constants give a result that is not finite, an error on Values.
    """

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.inputs: list[tuple[int, ...]] = []
        self.stages: list[int] = []
        self.depths: list[int] = []
        self.leaves: list[Value | float | None] = []
        self.labels: list[str] = []
        self.fails = False
        self._leaves: dict[object, int] = {}
        self._nodes: dict[Kind, dict[tuple[int, ...], int]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self.kinds)

    def _add(
        self, kind: Kind, inputs: tuple[int, ...], stage: int, leaf: Value | float | None
    ) -> int:
        depths = self.depths
        self.kinds.append(kind)
        self.inputs.append(inputs)
        self.stages.append(stage)
        depths.append(1 + max([depths[i] for i in inputs]) if inputs else 0)
        self.leaves.append(leaf)
        self.labels.append("")
        return len(depths) - 1

    def leaf(self, v: Value) -> int:
        """The number of an input or a parameter."""
        if v not in self._leaves:
            stage = BATCHED if isinstance(v, InputTracer) else STATIC
            self._leaves[v] = self._add(None, (), stage, v)
        return self._leaves[v]

    def constant(self, x: float) -> int:
        """The number of a constant."""
        key = repr(x)
        if key not in self._leaves:
            self._leaves[key] = self._add(None, (), CONSTANT, x)
        return self._leaves[key]

    def node(self, kind: Kind, inputs: tuple[int, ...]) -> int:
        """The number of an operation; equal operations have the same number."""
        stages = self.stages
        if kind is ops.mul:  # weights first
            a, b = inputs
            if (stages[b], b) < (stages[a], a):
                inputs = b, a
        elif kind is ops.add:  # biases last
            a, b = inputs
            if (stages[a], b) < (stages[b], a):
                inputs = b, a
        nodes = self._nodes[kind]
        node = nodes.get(inputs)
        if node is not None:
            return node
        stage = max([stages[i] for i in inputs])
        if stage == CONSTANT and isinstance(kind, Op):
            numbers = tuple(cast("float", self.leaves[i]) for i in inputs)
            result = kind.evaluate_ieee(numbers)
            if not math.isfinite(result):
                self.fails |= all(map(math.isfinite, numbers))
            node = self.constant(result)
        else:
            node = self._add(kind, inputs, stage, None)
        nodes[inputs] = node
        return node


def scalar_graph(traced: TracedFunction) -> tuple[ScalarGraph, list[int]]:
    """The nodes of a graph, and the numbers of its outputs."""
    recorded = ScalarGraph()
    number: dict[Value, int] = {}
    for v in traced.nodes:
        if v.op is not None:
            number[v] = recorded.node(v.op, tuple([number[i] for i in v.inputs]))
        elif isinstance(v, Constant) or v in traced.literals:
            number[v] = recorded.constant(v.data)
        else:
            number[v] = recorded.leaf(v)
        if v.label and not recorded.labels[number[v]]:
            recorded.labels[number[v]] = v.label
    return _regrouped(recorded, [number[v] for v in traced.outputs])


def _regrouped(recorded: ScalarGraph, outputs: list[int]) -> tuple[ScalarGraph, list[int]]:
    """The same graph with weighted sums as LINEAR nodes."""
    uses, users = _uses(recorded, outputs)
    inside = {i for i in range(len(recorded)) if _is_inside(recorded, i, uses, users)}
    graph = ScalarGraph()
    graph.fails = recorded.fails
    number: dict[int, int] = {}
    for i, kind in enumerate(recorded.kinds):
        if i not in uses or i in inside:
            continue
        if kind in _SUMS:
            terms = [tuple(number[j] for j in term) for term in _terms(recorded, i, inside)]
            number[i] = _sum(graph, terms, is_dot=kind is ops.weighted_sum)
        elif kind is not None:
            number[i] = graph.node(kind, tuple([number[j] for j in recorded.inputs[i]]))
        else:
            leaf = recorded.leaves[i]
            assert leaf is not None
            number[i] = graph.leaf(leaf) if isinstance(leaf, Value) else graph.constant(leaf)
        graph.labels[number[i]] = graph.labels[number[i]] or recorded.labels[i]
    return graph, [number[i] for i in outputs]


def _uses(recorded: ScalarGraph, outputs: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """For each node that the outputs depend on: the number of its uses, and one of its users."""
    uses: dict[int, int] = defaultdict(int)
    user: dict[int, int] = {}
    for i in outputs:
        uses[i] += 2  # an output is no part of another sum
    for i in range(len(recorded) - 1, -1, -1):
        if i in uses:
            for j in recorded.inputs[i]:
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


def _terms(recorded: ScalarGraph, root: int, inside: set[int]) -> Iterator[tuple[int, ...]]:
    """The terms of a sum in order: one node, or two nodes that are multiplied."""
    stack = [root]
    while stack:
        i = stack.pop()
        kind, inputs = recorded.kinds[i], recorded.inputs[i]
        if i != root and i not in inside:
            yield (i,)
        elif kind is ops.weighted_sum:
            n = len(inputs) // 2
            yield from zip(inputs[:n], inputs[n : 2 * n], strict=True)
            stack += inputs[2 * n :]
        elif kind is ops.mul:
            yield inputs
        else:
            stack += reversed(inputs)


def _sum(graph: ScalarGraph, terms: list[tuple[int, ...]], *, is_dot: bool) -> int:
    """The node for a sum of terms: LINEAR for the weighted terms, plus the others."""
    stages = graph.stages
    linear: list[tuple[int, int]] = []
    others: list[tuple[int, ...]] = []
    for term in terms:
        if len(term) == 2:
            w, x = term if stages[term[0]] <= stages[term[1]] else term[::-1]
            if stages[x] == BATCHED and (stages[w] == STATIC or (is_dot and stages[w] == CONSTANT)):
                linear.append((w, x))
                continue
        others.append(term)
    if len(linear) < 2 and not (is_dot and linear):
        linear, others = [], terms
    parts = []
    if linear:
        others = [t for t in others if not is_zero(graph.leaves[t[0]])]  # the sum is not -0.0
        linear.sort(key=lambda pair: pair[1])
        ws, xs = zip(*linear, strict=True)
        parts.append(graph.node(LINEAR, ws + xs))
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
    """Parts added one by one; the static ones among themselves, at the end."""
    by_stage: dict[bool, list[int]] = {False: [], True: []}
    for part in parts:
        by_stage[graph.stages[part] == BATCHED].append(part)
    totals = []
    for numbers in (by_stage[True], by_stage[False]):
        if numbers:
            total = numbers[0]
            for number in numbers[1:]:
                total = graph.node(ops.add, (total, number))
            totals.append(total)
    return graph.node(ops.add, (totals[0], totals[1])) if len(totals) == 2 else totals[0]
