"""The scalar graph as numbered nodes: equal ones are one, constants fold, sums are regrouped.

A neuron is a weighted sum, whether it was recorded as one ``dot`` or by hand as a chain of
``*`` and ``+``. Here both become the same node, `LINEAR`: weights that no input changes, times
values that differ from example to example.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import cast

from micrograd_tut import ops
from micrograd_tut.compiler.tracer import InputTracer, TracedFunction
from micrograd_tut.engine import Constant, Value
from micrograd_tut.ops.op import Op

CONSTANT, STATIC, BATCHED = range(3)
"""What a node depends on: nothing, parameters alone, or inputs too."""

LINEAR = "weighted sum"
_SUMS = (ops.add, ops.sum, ops.weighted_sum)
_MANY = 3  # so many like terms are worth a sum of their own

Kind = Op | str | None


class ScalarGraph:
    """Nodes by number, inputs before what they feed.

    Attributes:
        kinds: The row of the table, or LINEAR, or None for a leaf.
        inputs: The numbers of the inputs. Those of LINEAR are n weights, then n values.
        stages: CONSTANT, STATIC or BATCHED.
        depths: The longest way from a leaf.
        leaves: The Value of a leaf, the number of a constant, else None.
        labels: What the Value was called.
        fails: Whether finite constants have made one that is not, which is an error on Values.
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
        found = self._leaves.get(v)
        if found is None:
            stage = BATCHED if isinstance(v, InputTracer) else STATIC
            found = self._leaves[v] = self._add(None, (), stage, v)
        return found

    def constant(self, x: float) -> int:
        """The number of a constant."""
        key = repr(x)
        if key not in self._leaves:
            self._leaves[key] = self._add(None, (), CONSTANT, x)
        return self._leaves[key]

    def node(self, kind: Kind, inputs: tuple[int, ...]) -> int:
        """The number of an operation; a known one if it is the same."""
        stages = self.stages
        if kind is ops.mul:  # weights first
            a, b = inputs
            if (stages[b], b) < (stages[a], a):
                inputs = b, a
        elif kind is ops.add:  # biases last
            a, b = inputs
            if (stages[a], b) < (stages[b], a):
                inputs = b, a
        known = self._nodes[kind]
        found = known.get(inputs)
        if found is not None:
            return found
        stage = max([stages[i] for i in inputs])
        if stage == CONSTANT and isinstance(kind, Op):
            numbers = tuple(cast("float", self.leaves[i]) for i in inputs)
            result = kind.evaluate_ieee(numbers)
            if not math.isfinite(result):
                self.fails |= all(map(math.isfinite, numbers))
            found = self.constant(result)
        else:
            found = self._add(kind, inputs, stage, None)
        known[inputs] = found
        return found


def scalar_graph(traced: TracedFunction) -> tuple[ScalarGraph, list[int]]:
    """The nodes of a graph, and the numbers of its outputs."""
    plain = ScalarGraph()
    number: dict[Value, int] = {}
    for v in traced.nodes:
        if v.op is not None:
            number[v] = plain.node(v.op, tuple([number[i] for i in v.inputs]))
        elif isinstance(v, Constant) or v in traced.literals:
            number[v] = plain.constant(v.data)
        else:
            number[v] = plain.leaf(v)
        if v.label and not plain.labels[number[v]]:
            plain.labels[number[v]] = v.label
    return _regrouped(plain, [number[v] for v in traced.outputs])


def _regrouped(plain: ScalarGraph, outputs: list[int]) -> tuple[ScalarGraph, list[int]]:
    """The same with every sum of products as LINEAR where it is one."""
    uses, users = _uses(plain, outputs)
    inside = {i for i in range(len(plain)) if _is_inside(plain, i, uses, users)}
    made = ScalarGraph()
    made.fails = plain.fails
    number: dict[int, int] = {}
    for i, kind in enumerate(plain.kinds):
        if i not in uses or i in inside:
            continue
        leaf = plain.leaves[i]
        if kind in _SUMS:
            number[i] = _sum(made, [
                tuple(number[j] for j in term) for term in _terms(plain, i, inside)
            ], kind is ops.weighted_sum)  # fmt: skip
        elif kind is not None:
            number[i] = made.node(kind, tuple([number[j] for j in plain.inputs[i]]))
        else:
            number[i] = made.leaf(leaf) if isinstance(leaf, Value) else made.constant(leaf)  # type: ignore[arg-type]
        made.labels[number[i]] = made.labels[number[i]] or plain.labels[i]
    return made, [number[i] for i in outputs]


def _uses(plain: ScalarGraph, outputs: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """For each node that the outputs need: how often it is used, and one node that uses it."""
    uses: dict[int, int] = defaultdict(int)
    user: dict[int, int] = {}
    for i in outputs:
        uses[i] += 2  # an output stays as it is
    for i in range(len(plain) - 1, -1, -1):
        if i in uses:
            for j in plain.inputs[i]:
                uses[j] += 1
                user[j] = i
    return uses, user


def _is_inside(plain: ScalarGraph, i: int, uses: dict[int, int], user: dict[int, int]) -> bool:
    """Whether a sum or a product is only a part of another sum."""
    kind = plain.kinds[i]
    if kind is None or uses.get(i) != 1 or plain.stages[i] == CONSTANT:
        return False
    parent, siblings = plain.kinds[user[i]], plain.inputs[user[i]]
    if parent not in _SUMS:
        return False
    if parent is ops.weighted_sum and not (len(siblings) % 2 and siblings[-1] == i):
        return False  # a factor of a weighted sum; only its bias is a term
    same_stage = plain.stages[i] == plain.stages[user[i]]
    return kind is ops.mul or (kind in _SUMS and same_stage)


def _terms(plain: ScalarGraph, root: int, inside: set[int]) -> Iterator[tuple[int, ...]]:
    """The terms of a sum in order: one number, or two that are multiplied."""
    stack = [root]
    while stack:
        i = stack.pop()
        kind, inputs = plain.kinds[i], plain.inputs[i]
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


def _sum(made: ScalarGraph, terms: list[tuple[int, ...]], is_dot: bool) -> int:
    """The node for a sum of terms: a LINEAR for the weighted ones, then the others."""
    stages = made.stages
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
        others = [term for term in others if made.leaves[term[0]] != 0.0]  # no such sum is -0.0
        linear.sort(key=lambda pair: pair[1])
        ws, xs = zip(*linear, strict=True)
        parts.append(made.node(LINEAR, ws + xs))
    return _added(made, [*parts, *_like_summed(made, others)])


def _like_summed(made: ScalarGraph, terms: list[tuple[int, ...]]) -> Iterator[int]:
    """The terms, with many like ones as one sum."""
    like: dict[object, list[int]] = defaultdict(list)
    for term in terms:
        i = made.node(ops.mul, term) if len(term) == 2 else term[0]
        leaf = type(made.leaves[i])
        like[made.stages[i], made.depths[i], made.kinds[i], leaf].append(i)
    for numbers in like.values():
        if len(numbers) >= _MANY:
            yield made.node(ops.sum, tuple(sorted(numbers)))
        else:
            yield from numbers


def _added(made: ScalarGraph, parts: Iterable[int]) -> int:
    """Parts added up one by one; those that no input changes first among themselves."""
    by_stage: dict[bool, list[int]] = {False: [], True: []}
    for part in parts:
        by_stage[made.stages[part] == BATCHED].append(part)
    totals = []
    for numbers in (by_stage[True], by_stage[False]):
        if numbers:
            total = numbers[0]
            for number in numbers[1:]:
                total = made.node(ops.add, (total, number))
            totals.append(total)
    return made.node(ops.add, (totals[0], totals[1])) if len(totals) == 2 else totals[0]
