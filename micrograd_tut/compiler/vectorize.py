"""Similar scalar nodes at the same depth become one array.

Nodes are similar if they apply the same operation to inputs in the same arrays. Weighted sums
over the same inputs become a matrix product. Parameters are laid out in one vector so that the
weights of a matrix are contiguous.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayGraph, ArrayNode, Operand, uniform
from micrograd_tut.compiler.forms import LEAVES, TRANSPARENT
from micrograd_tut.compiler.scalar_graph import (
    BATCHED,
    CONSTANT,
    LINEAR,
    STATIC,
    ScalarGraph,
)
from micrograd_tut.compiler.tracer import InputTracer, TracedFunction
from micrograd_tut.compiler.weighted_sums import regrouped
from micrograd_tut.engine import Value
from micrograd_tut.ops.op import Op

_SYMMETRIC = {ops.sum, ops.mean, ops.maximum, ops.minimum, ops.logsumexp}

Group = list[int]
Indices = np.ndarray[Any, np.dtype[np.int64]]
Source = ArrayNode | str


@dataclass
class ArrayProgram:
    """A function as arrays.

    Attributes:
        traced: The function.
        graph: The arrays.
        outputs: For each output of the function the array that holds it, of one row.
        result: All outputs in one array, one row each.
        parameters: The Values in the order of the parameter vector.
        order: For each index of it the index in `ScalarGraph.parameters`.
        fails: Whether finite constants give a result that is not finite, an error on Values.
        groups: For each array its operation, and the number of scalar nodes that it stands for.
    """

    traced: TracedFunction
    graph: ArrayGraph
    outputs: list[ArrayNode]
    result: ArrayNode
    parameters: list[Value]
    order: Indices
    fails: bool
    groups: dict[ArrayNode, tuple[str, int]]


def vectorize(traced: TracedFunction, recorded: ScalarGraph) -> ArrayProgram:
    """The arrays of a function."""
    scalars = regrouped(recorded)
    vectorizer = _Vectorizer(scalars, traced)
    vectorizer.lay_out_matrices()
    for group in vectorizer.groups_in_order():
        vectorizer.add(group)
    order = vectorizer.order_of_parameters()
    outputs = [vectorizer.rows([i]) for i in scalars.outputs]
    result = vectorizer.rows(scalars.outputs)
    if not result.label and result.kind not in (*LEAVES, *TRANSPARENT):
        result.label = traced.name or "result"
    return ArrayProgram(
        traced=traced,
        graph=vectorizer.graph,
        outputs=outputs,
        result=result,
        parameters=[recorded.parameters[i] for i in order.tolist()],
        order=order,
        fails=scalars.fails,
        groups=vectorizer.groups,
    )


class _Vectorizer:
    """Assigns each scalar node a row of an array.

    A source is what a row belongs to: an array, "parameters" for the parameter vector, or
    "constant".

    Attributes:
        graph: The arrays.
        locations: For each operation or input that has a row, the array and the row.
        slots: For each parameter its index in the parameter vector; -1 for other nodes.
        groups: As in `ArrayProgram`.
    """

    def __init__(self, scalars: ScalarGraph, traced: TracedFunction) -> None:
        self.scalars = scalars
        self.graph = ArrayGraph()
        self.locations: dict[int, tuple[ArrayNode, int]] = {}
        self.slots: Indices = np.full(len(scalars), -1)
        self._next_slot = 0
        self.groups: dict[ArrayNode, tuple[str, int]] = {}
        self.inputs = {
            v: (argument, row)
            for argument in traced.arguments
            for row, v in enumerate(argument.tracers)
        }
        self.layers = self._by_depth()

    # --- Groups ---

    def _by_depth(self) -> list[Group]:
        """The operations by depth; those that depend on no input come first."""
        layers: dict[tuple[bool, int], Group] = defaultdict(list)
        for i in self.scalars.operations:
            layers[self.scalars.stages[i] == BATCHED, self.scalars.depths[i]].append(i)
        return [layers[key] for key in sorted(layers)]

    def groups_in_order(self) -> Iterator[Group]:
        """Groups of similar nodes. The inputs of a group must be added before the next one."""
        for layer in self.layers:
            yield from self._grouped(layer).values()

    def _grouped(self, nodes: Iterable[int]) -> dict[Any, Group]:
        groups: dict[Any, Group] = defaultdict(list)
        for i in nodes:
            groups[self._group_key(i)].append(i)
        return groups

    def _group_key(self, i: int) -> Any:
        kind, inputs = self.scalars.kinds[i], self.scalars.inputs[i]
        if kind == LINEAR:
            return LINEAR, inputs.values
        assert isinstance(kind, Op)
        keys = [self._input_key(j, kind) for j in inputs]
        return (kind, len(inputs), frozenset(keys)) if kind.arity is None else (kind, *keys)

    def _input_key(self, i: int, kind: Op) -> Any:
        """The source of an input. Only operators may differ in the number of a constant."""
        if self.scalars.stages[i] == CONSTANT:
            is_operator = kind in (ops.add, ops.sub, ops.mul, ops.div)
            return "constant" if is_operator else repr(self.scalars.leaves[i])
        return self._location(i)[0]

    def _location(self, i: int) -> tuple[Source, int]:
        location = self.locations.get(i)
        if location is not None:
            return location
        v = self.scalars.leaves[i]
        if isinstance(v, InputTracer):
            argument, row = self.inputs[v]
            x = self.graph.input(argument.name, len(argument.tracers))
            return self.locations.setdefault(i, (x, row))
        if isinstance(v, Value):
            slot = self.slots.item(i)
            return "parameters", slot if slot >= 0 else self._next_slot
        return "constant", 0

    # --- The parameter vector ---

    def lay_out_matrices(self) -> None:
        """Make the weights of each matrix contiguous, and the biases of its rows."""
        biases: dict[int, int] = {}
        for i in self.scalars.operations:
            if self.scalars.kinds[i] is ops.add:
                a, b = self.scalars.inputs[i]
                if self.scalars.kinds[a] == LINEAR:
                    biases[a] = b
        for layer in self.layers:
            sums = [i for i in layer if self.scalars.kinds[i] == LINEAR]
            for group in self._grouped(sums).values():
                for i in group:
                    self.assign_slots(self.scalars.inputs[i].weights)
                self.assign_slots([biases[i] for i in group if i in biases])

    def assign_slots(self, ids: Sequence[int]) -> None:
        """Give each parameter among these nodes that has none the next index."""
        if isinstance(ids, range) and (self.slots_of(ids) < 0).all():
            new: Indices = np.arange(ids.start, ids.stop)
        else:
            kinds, stages, slot = self.scalars.kinds, self.scalars.stages, self.slots.item
            parameters = [i for i in ids if kinds[i] is None and stages[i] == STATIC]
            new = np.array([i for i in dict.fromkeys(parameters) if slot(i) < 0], int)
        self._append(new)

    def _append(self, parameters: Indices) -> None:
        """Give each of these parameters the next index."""
        start, self._next_slot = self._next_slot, self._next_slot + len(parameters)
        self.slots[parameters] = np.arange(start, self._next_slot)

    def slots_of(self, ids: Sequence[int]) -> Indices:
        """The indices of parameters in the parameter vector."""
        return self.slots[slice(ids.start, ids.stop) if isinstance(ids, range) else list(ids)]

    def order_of_parameters(self) -> Indices:
        """For each index of the parameter vector which parameter of the graph is there."""
        is_parameter = np.frombuffer(self.scalars.stages, np.uint8) == STATIC
        is_parameter[self.scalars.operations] = False
        rest = np.flatnonzero(is_parameter & (self.slots < 0))
        self._append(rest)
        return np.argsort(self.slots[is_parameter])

    # --- Arrays ---

    def add(self, group: Group) -> None:
        """Add the array of a group of similar nodes."""
        kind = self.scalars.kinds[group[0]]
        if kind == LINEAR:
            array = self._linear(group)
        else:
            group.sort(key=lambda i: [self._location(j)[1] for j in self.scalars.inputs[i]])
            array = self._operation(group)
        if len(group) == 1:
            array.label = array.label or self.scalars.labels.get(group[0], "")
        for row, i in enumerate(group):
            self.locations[i] = array, row
        self.groups[array] = str(getattr(kind, "name", kind)), len(group)

    def _operation(self, group: Group) -> ArrayNode:
        op = self.scalars.kinds[group[0]]
        assert isinstance(op, Op)
        inputs = [self.scalars.inputs[i] for i in group]
        if op.arity is not None:
            operands = tuple(self._operand(ids) for ids in zip(*inputs, strict=True))
            array = self.graph.record(op, operands)
            return self.graph.broadcast(array, len(group), array.batched)
        if op in _SYMMETRIC:
            return self._reduction(op, [], [sorted(ids, key=self._location_key) for ids in inputs])
        # symmetric in all inputs but the first
        return self._reduction(op, [ids[0] for ids in inputs], [ids[1:] for ids in inputs])

    def _reduction(self, op: Op, first: list[int], others: list[Sequence[int]]) -> ArrayNode:
        operands = [self.rows(first)] if first else []
        if count := len(others[0]):
            rows = self.rows([i for ids in others for i in ids])
            operands.append(self.graph.stack_rows(rows, count))
        return self.graph.record(op, tuple(operands))

    def _location_key(self, i: int) -> tuple[bool, Any, int]:
        source, row = self._location(i)
        is_array = isinstance(source, ArrayNode)
        return not is_array, source.index if is_array else source, row

    def _linear(self, group: Group) -> ArrayNode:
        """Weighted sums over the same inputs: a matrix of weights times a column of inputs."""
        inputs = [self.scalars.inputs[i] for i in group]
        values = inputs[0].values
        return self.graph.matmul(self._matrix([ids.weights for ids in inputs]), self.rows(values))

    def _matrix(self, rows: list[Sequence[int]]) -> ArrayNode:
        """Static nodes as a matrix."""
        slots, columns = np.concatenate([self.slots_of(row) for row in rows]), len(rows[0])
        if slots[0] >= 0 and _is_contiguous(slots):
            return self.graph.parameters(slots.item(0), len(rows), columns)
        return self.graph.matrix(self.rows([i for row in rows for i in row]), columns)

    def _operand(self, ids: Sequence[int]) -> Operand:
        """An array whose rows are these nodes; one row or a number if all are equal."""
        rows = self.rows(ids[:1] if len(set(ids)) == 1 else ids)
        number = uniform(rows)
        return rows if number is None else number

    def rows(self, ids: Sequence[int]) -> ArrayNode:
        """An array whose rows are these nodes."""
        sources = [self._location(i)[0] for i in ids]
        pieces = [
            (source, [i for _, i in piece])
            for source, piece in groupby(zip(sources, ids, strict=True), key=lambda pair: pair[0])
        ]
        distinct = len(set(sources))
        if len(pieces) > 2 * distinct:  # join in order, then permute
            ordered = sorted(dict.fromkeys(ids), key=self._location_key)
            position = {i: row for row, i in enumerate(ordered)}
            return self.graph.take(self.rows(ordered), [position[i] for i in ids])
        return self.graph.join([self._from_source(source, part) for source, part in pieces])

    def _from_source(self, source: Source, ids: Sequence[int]) -> ArrayNode:
        """The same, if all nodes have the same source."""
        if isinstance(source, ArrayNode):
            return self.graph.take(source, [self._location(i)[1] for i in ids])
        if source == "constant":
            constants: list[Any] = [self.scalars.leaves[i] for i in ids]
            return self.graph.constant(constants)
        self.assign_slots(ids)
        slots = self.slots_of(ids)
        if _is_contiguous(slots):
            return self.graph.parameters(slots.item(0), len(slots))
        start, stop = slots.min().item(), slots.max().item() + 1
        span = self.graph.parameters(start, stop - start)
        return self.graph.take(span, (slots - start).tolist())


def _is_contiguous(slots: Indices) -> bool:
    return np.array_equal(slots, np.arange(slots[0], slots[0] + len(slots)))
