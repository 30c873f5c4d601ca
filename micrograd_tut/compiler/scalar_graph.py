"""The scalar graph as numbered nodes: equal nodes are merged, and constants folded."""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from itertools import chain, compress, groupby
from typing import Any, NamedTuple, cast

from micrograd_tut import ops
from micrograd_tut.compiler.tracer import InputTracer, TracedFunction
from micrograd_tut.engine import Constant, Value
from micrograd_tut.ops.op import Op

CONSTANT, STATIC, BATCHED = range(3)
"""What a node depends on: on nothing, on parameters alone, or on inputs too."""

LINEAR = "weighted sum"
Kind = Op | str | None

_OP, _LABEL = operator.attrgetter("op"), operator.attrgetter("_label")


class WeightedSum(NamedTuple):
    """The numbers of the inputs of a weighted sum.

    Attributes:
        weights: The weights; a range if they are parameters side by side, as those of a neuron:
            then nothing needs to be done for each of them.
        values: What they are multiplied by, as many; the same tuple for all neurons of a layer.
        bias: The bias, if there is one.
    """

    weights: range | tuple[int, ...]
    values: tuple[int, ...]
    bias: tuple[int, ...] = ()


class ScalarGraph:
    """Nodes by number, in topological order.

    Attributes:
        kinds: The operation, or LINEAR, or None for a leaf.
        inputs: The numbers of the inputs; those of a weighted sum (the operation, or LINEAR) as a
            `WeightedSum`.
        stages: CONSTANT, STATIC or BATCHED.
        depths: The length of the longest path from a leaf.
        leaves: The Value of a leaf, the number of a constant, otherwise None.
        labels: The label of the Value, if it has one.
        operations: The numbers of all nodes that are not leaves.
        constants: The numbers of the constants, by the text of their data.
        arguments: The tracers of the function's arguments.
        parameters: The Values of the parameters, in the order of their numbers.
        outputs: The numbers of the outputs.
        fails: Whether finite constants give a result that is not finite, an error on Values.
    """

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.inputs: list[Any] = []
        self.stages = bytearray()
        self.depths: list[int] = []
        self.leaves: list[Value | float | None] = []
        self.labels: dict[int, str] = {}
        self.operations: list[int] = []
        self.constants: dict[str, int] = {}
        self.arguments: list[Value] = []
        self.parameters: list[Value] = []
        self.outputs: list[int] = []
        self.fails = False
        self._nodes: dict[Kind, dict[Any, int]] = defaultdict(dict)
        self._levels: dict[tuple[int, ...], tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self.kinds)

    def add_leaves(self, leaves: Sequence[Any], stage: int) -> range:
        """The numbers of leaves that are not in the graph yet."""
        start, count = len(self.kinds), len(leaves)
        self.kinds += [None] * count
        self.inputs += [()] * count
        self.stages += bytes([stage]) * count
        self.depths += [0] * count
        self.leaves += leaves
        numbers = range(start, start + count)
        if stage == STATIC:
            self.parameters += leaves
        elif stage == BATCHED:
            self.arguments += leaves
        return numbers

    def constant(self, x: float) -> int:
        """The number of a constant."""
        key = repr(x)
        if key not in self.constants:
            (self.constants[key],) = self.add_leaves([x], CONSTANT)
        return self.constants[key]

    def node(self, kind: Kind, inputs: tuple[int, ...] | WeightedSum) -> int:
        """The number of an operation; equal operations have the same number."""
        stages = self.stages
        if kind is ops.mul:  # weights first
            a, b = cast("tuple[int, int]", inputs)
            if (stages[b], b) < (stages[a], a):
                inputs = b, a
        elif kind is ops.add:  # biases last
            a, b = cast("tuple[int, int]", inputs)
            if (stages[a], b) < (stages[b], a):
                inputs = b, a
        nodes = self._nodes[kind]
        node = nodes.get(inputs)
        if node is not None:
            return node
        stage, depth = self._level(inputs)
        if stage == CONSTANT and isinstance(kind, Op):
            numbers = tuple(cast("float", self.leaves[i]) for i in all_numbers(inputs))
            result = kind.evaluate_ieee(numbers)
            if not math.isfinite(result):
                self.fails |= all(map(math.isfinite, numbers))
            node = self.constant(result)
        else:
            (node,) = self.add_leaves([None], CONSTANT)
            self.kinds[node], self.inputs[node] = kind, inputs
            self.stages[node], self.depths[node] = stage, 1 + depth
            self.operations.append(node)
        nodes[inputs] = node
        return node

    def side_by_side(self, numbers: Sequence[int]) -> range | tuple[int, ...]:
        """Numbers as a range, if they are those of parameters side by side."""
        if isinstance(numbers, range):
            return numbers
        span = range(numbers[0], numbers[0] + len(numbers))
        return span if self._are_parameters(span) and [*span] == [*numbers] else tuple(numbers)

    def span_of(self, start: int, values: tuple[Value, ...]) -> range | None:
        """The numbers of Values from `start` on, if they are parameters side by side."""
        span = range(start, start + len(values))
        leaves = tuple(self.leaves[span.start : span.stop])
        return span if self._are_parameters(span) and leaves == values else None

    def _are_parameters(self, span: range) -> bool:
        start, stop, count = span.start, span.stop, len(span)
        static = self.stages.count(STATIC, start, stop) == count
        return static and self.kinds[start:stop].count(None) == count

    def label(self, node: int, label: str) -> None:
        """Give a node a label, if it has none yet."""
        if label:
            self.labels.setdefault(node, label)

    def _level(self, inputs: tuple[int, ...] | WeightedSum | range) -> tuple[int, int]:
        """The latest stage and the greatest depth of inputs."""
        if isinstance(inputs, range):
            return STATIC, 0
        if isinstance(inputs, WeightedSum):  # many have the same values
            weights, values, bias = inputs
            if values not in self._levels:
                self._levels[values] = self._level(values)
            levels = [
                self._levels[values],
                *[self._level(part) for part in (weights, bias) if part],
            ]
            return max([stage for stage, _ in levels]), max([depth for _, depth in levels])
        return max([self.stages[i] for i in inputs]), max([self.depths[i] for i in inputs])


def all_numbers(inputs: tuple[int, ...] | WeightedSum) -> Iterable[int]:
    """The numbers of the inputs of a node, in order."""
    return chain(*inputs) if isinstance(inputs, WeightedSum) else inputs


def scalar_graph(traced: TracedFunction, parameters: Sequence[Value] = ()) -> ScalarGraph:
    """The nodes of a graph as they were recorded, after some parameters."""
    recorded = ScalarGraph()
    number = _Numbers(parameters)
    recorded.add_leaves(parameters, STATIC)
    for op, group in groupby(traced.nodes, _OP):
        if op is None:
            leaves = list(group)
            number.update(
                zip(leaves, _leaf_numbers(recorded, leaves, traced.literals), strict=True)
            )
        else:
            for v in group:
                number[v] = _record_node(recorded, op, v, number)
    for v in compress(traced.nodes, map(_LABEL, traced.nodes)):
        recorded.label(number[v], v.label)
    recorded.outputs = [number[v] for v in traced.outputs]
    return recorded


def _leaf_numbers(graph: ScalarGraph, leaves: list[Value], literals: set[Value]) -> Sequence[int]:
    """The numbers of leaves; many parameters side by side are added at once."""
    others = [c for c in set(map(type, leaves)) if issubclass(c, (Constant, InputTracer))]
    if not others and literals.isdisjoint(leaves):
        return graph.add_leaves(leaves, STATIC)
    numbers: list[int] = []
    for v in leaves:
        if isinstance(v, Constant) or v in literals:
            numbers.append(graph.constant(v.data))
        else:
            numbers += graph.add_leaves([v], BATCHED if isinstance(v, InputTracer) else STATIC)
    return numbers


class _Numbers(dict[Value, int]):
    """The numbers of Values; those of the first parameters are found when they are needed."""

    def __init__(self, parameters: Sequence[Value]) -> None:
        super().__init__()
        self._parameters = parameters
        self._next = 0  # networks use their parameters in order, so that few need a search
        self._shared: dict[tuple[Value, ...], tuple[int, ...]] = {}

    def __missing__(self, v: Value) -> int:
        if self._next >= len(self._parameters) or self._parameters[self._next] is not v:
            self._next = self._places[v]
        self[v] = self._next
        self._next += 1
        return self[v]

    @cached_property
    def _places(self) -> dict[Value, int]:
        return {v: i for i, v in enumerate(self._parameters)}

    def weights(self, values: tuple[Value, ...], graph: ScalarGraph) -> range | tuple[int, ...]:
        """The numbers of the weights of a weighted sum."""
        if span := graph.span_of(self[values[0]], values):
            self._next = span.stop
            return span
        return self.of(values)

    def of(self, values: tuple[Value, ...]) -> tuple[int, ...]:
        """The numbers of the inputs of a node."""
        return tuple([self[v] for v in values])

    def of_shared(self, values: tuple[Value, ...]) -> tuple[int, ...]:
        """The same, for inputs that many nodes have in common."""
        if values not in self._shared:
            self._shared[values] = self.of(values)
        return self._shared[values]


def _record_node(graph: ScalarGraph, op: Op, v: Value, number: _Numbers) -> int:
    if op is ops.weighted_sum:
        ws, xs, bias = ops.split_dot(v.inputs)
        weights, values = number.weights(ws, graph), number.of_shared(xs)
        return graph.node(op, WeightedSum(weights, values, number.of(bias)))
    inputs = number.of(v.inputs)
    if op is ops.prod:  # each of its derivatives leaves an input out: no two are similar
        return reduce(lambda a, b: graph.node(ops.mul, (a, b)), inputs)
    return graph.node(op, inputs)
