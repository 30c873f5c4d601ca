"""Like nodes at one depth become one statement on arrays.

Nodes are alike if they apply the same row of the table to inputs that lie in the same arrays.
Weighted sums over the same inputs become a matrix product. Parameters are laid out in one
vector so that the weights of a matrix lie side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayGraph, ArrayNode, Operand, uniform
from micrograd_tut.compiler.forms import LEAVES, TRANSPARENT
from micrograd_tut.compiler.scalar_graph import BATCHED, CONSTANT, LINEAR, ScalarGraph, scalar_graph
from micrograd_tut.compiler.tracer import TracedFunction
from micrograd_tut.engine import Value
from micrograd_tut.ops.op import Op

_SYMMETRIC = {ops.sum, ops.mean, ops.maximum, ops.minimum, ops.logsumexp}

Group = list[int]


@dataclass
class ArrayProgram:
    """A function as arrays.

    Attributes:
        traced: The function.
        graph: The arrays.
        outputs: For each output of the function the array that holds it, of one row.
        result: All outputs in one array, one row each.
        parameters: The Values in the order of the parameter vector.
        fails: Whether finite constants give a result that is not finite, an error on Values.
        groups: For each array its operation, and the number of scalar nodes that it stands for.
    """

    traced: TracedFunction
    graph: ArrayGraph
    outputs: list[ArrayNode]
    result: ArrayNode
    parameters: list[Value]
    fails: bool
    groups: dict[ArrayNode, tuple[str, int]]


def vectorize(traced: TracedFunction, more: Iterable[Value] = ()) -> ArrayProgram:
    """The arrays of a graph; `more` are parameters that it does not depend on."""
    nodes, output_ids = scalar_graph(traced)
    work = _Vectorizer(nodes, traced)
    work.lay_out()
    for group in work.in_order():
        work.add(group)
    for i in range(len(nodes)):
        work.place(i)
    for v in more:
        work.slots.setdefault(v, len(work.slots))
    outputs = [work.rows([i]) for i in output_ids]
    result = work.rows(output_ids)
    if not result.label and result.kind not in (*LEAVES, *TRANSPARENT):
        result.label = traced.name or "result"
    return ArrayProgram(
        traced, work.graph, outputs, result, list(work.slots), nodes.fails, work.groups
    )


class _Vectorizer:
    """Where each scalar has come to lie.

    Attributes:
        where: For each node that has come to lie somewhere, the array (or "parameters", which
            is the vector of them all) and the row.
        slots: For each parameter its place in the vector.
    """

    def __init__(self, nodes: ScalarGraph, traced: TracedFunction) -> None:
        self.nodes = nodes
        self.graph = ArrayGraph()
        self.where: dict[int, tuple[Any, int]] = {}
        self.slots: dict[Value, int] = {}
        self.groups: dict[ArrayNode, tuple[str, int]] = {}
        self.inputs = {
            v: (argument, i)
            for argument in traced.arguments
            for i, v in enumerate(argument.tracers)
        }
        self.layers = self._by_depth()

    # --- Groups ---

    def _by_depth(self) -> list[Group]:
        """The operations, those that depend on no input first, level by level."""
        layers: dict[tuple[bool, int], Group] = defaultdict(list)
        for i, kind in enumerate(self.nodes.kinds):
            if kind is not None:
                layers[self.nodes.stages[i] == BATCHED, self.nodes.depths[i]].append(i)
        return [layers[key] for key in sorted(layers)]

    def in_order(self) -> Any:
        """Groups of like nodes; the inputs of a group have been added before it is given."""
        for layer in self.layers:
            like: dict[Any, Group] = defaultdict(list)
            for i in layer:
                like[self._likeness(i)].append(i)
            yield from like.values()

    def _likeness(self, i: int) -> Any:
        kind, inputs = self.nodes.kinds[i], self.nodes.inputs[i]
        if kind == LINEAR:
            n = len(inputs) // 2
            return LINEAR, n, inputs[n:]
        assert isinstance(kind, Op)
        homes = [self._home(j, kind) for j in inputs]
        return (kind, len(inputs), frozenset(homes)) if kind.arity is None else (kind, *homes)

    def _home(self, i: int, kind: Op) -> Any:
        """What holds a node. Constants of operators differ from node to node; others must not."""
        leaf = self.nodes.leaves[i]
        if self.nodes.stages[i] == CONSTANT:
            return "constant" if kind in (ops.add, ops.sub, ops.mul, ops.div) else repr(leaf)
        return self._location(i)[0]

    def _location(self, i: int) -> tuple[Any, int]:
        found = self.where.get(i)
        if found is not None:
            return found
        v = self.nodes.leaves[i]
        if v in self.inputs:
            argument, place = self.inputs[v]
            x = self.graph.input(argument.name, len(argument.tracers))
            return self.where.setdefault(i, (x, place))
        return ("parameters", len(self.slots)) if isinstance(v, Value) else ("constant", 0)

    # --- The parameter vector ---

    def lay_out(self) -> None:
        """Place the weights of each matrix side by side, and so the biases that follow."""
        biases: dict[int, int] = {}
        for i, kind in enumerate(self.nodes.kinds):
            if kind is ops.add:
                a, b = self.nodes.inputs[i]
                if self.nodes.kinds[a] == LINEAR and isinstance(self.nodes.leaves[b], Value):
                    biases[a] = b
        for layer in self.layers:
            like: dict[Any, Group] = defaultdict(list)
            for i in layer:
                if self.nodes.kinds[i] == LINEAR:
                    like[self._likeness(i)].append(i)
            for (_, n, _), group in like.items():
                for i in group:
                    for w in self.nodes.inputs[i][:n]:
                        self.place(w)
                for i in group:
                    if i in biases:
                        self.place(biases[i])

    def place(self, i: int) -> None:
        """Give a node, if it is a parameter, the next place, if it has none."""
        leaf = self.nodes.leaves[i]
        if i not in self.where and isinstance(leaf, Value) and leaf not in self.inputs:
            self.where[i] = "parameters", self.slots.setdefault(leaf, len(self.slots))

    # --- ArrayNodes ---

    def add(self, group: Group) -> None:
        """Make the array of a group of like nodes."""
        kind = self.nodes.kinds[group[0]]
        if kind == LINEAR:
            made = self._linear(group)
        else:
            group.sort(key=lambda i: [self._location(j)[1] for j in self.nodes.inputs[i]])
            made = self._elementwise(group)
        made.label = made.label or (self.nodes.labels[group[0]] if len(group) == 1 else "")
        for row, i in enumerate(group):
            self.where[i] = made, row
        self.groups[made] = str(getattr(kind, "name", kind)), len(group)

    def _elementwise(self, group: Group) -> ArrayNode:
        op = self.nodes.kinds[group[0]]
        assert isinstance(op, Op)
        inputs = [self.nodes.inputs[i] for i in group]
        if op.arity is not None:
            columns = [self.operand(column) for column in zip(*inputs, strict=True)]
            return self._whole(self.graph.record(op, tuple(columns)), len(group))
        if op in _SYMMETRIC:
            return self._reduced(op, [sorted(row, key=self._location_key) for row in inputs])
        # symmetric in all but the first
        head = self.rows([row[0] for row in inputs])
        tail = [j for row in inputs for j in row[1:]]
        if not tail:
            return self.graph.record(op, (head,))
        rest = self.graph.stack_rows(self.rows(tail), len(tail) // len(inputs))
        return self.graph.record(op, (head, rest))

    def _reduced(self, op: Op, inputs: list[list[int]]) -> ArrayNode:
        rows = self.rows([j for row in inputs for j in row])
        return self.graph.record(op, (self.graph.stack_rows(rows, len(inputs[0])),))

    def _whole(self, made: ArrayNode, count: int) -> ArrayNode:
        """An array with a row for each node of its group."""
        return made if made.rows == count else self.graph.broadcast(made, count, made.batched)

    def _location_key(self, i: int) -> tuple[str, int]:
        home, row = self._location(i)
        return (str(home.index) if isinstance(home, ArrayNode) else home), row

    def _linear(self, group: Group) -> ArrayNode:
        """Weighted sums over the same inputs: a matrix of weights times a column of inputs."""
        inputs = [self.nodes.inputs[i] for i in group]
        n = len(inputs[0]) // 2
        weights = self.weights([w for row in inputs for w in row[:n]], n)
        x = self.rows(inputs[0][n:])
        return self.graph.matmul(weights, x)

    def weights(self, ids: Sequence[int], columns: int) -> ArrayNode:
        """Static numbers as a matrix with so many columns."""
        places = self._slots_of(ids)
        if places and _is_run(places):
            return self.graph.parameters(places[0], len(ids) // columns, columns)
        return self.graph.matrix(self.rows(ids), columns)

    def operand(self, ids: Sequence[int]) -> Operand:
        """An array whose rows are these nodes; one row, or a number, where all are the same."""
        if len(set(ids)) == 1:
            ids = ids[:1]
        rows = self.rows(ids)
        same = uniform(rows)
        return rows if same is None else same

    def rows(self, ids: Sequence[int]) -> ArrayNode:
        """An array whose rows are these nodes."""
        homes = [self._location(i)[0] for i in ids]
        kinds = dict.fromkeys(homes)
        if len(kinds) == 1:
            return self._from_one(homes[0], ids)
        pieces = [
            (home, [i for _, i in piece])
            for home, piece in groupby(zip(homes, ids, strict=True), key=lambda pair: pair[0])
        ]
        if len(pieces) > 2 * len(kinds):  # a shuffle: join first, then pick
            unique = list(dict.fromkeys(ids))
            unique.sort(key=self._location_key)
            place = {i: row for row, i in enumerate(unique)}
            return self.graph.take(self.rows(unique), [place[i] for i in ids])
        return self.graph.join([self._from_one(home, part) for home, part in pieces])

    def _from_one(self, home: Any, ids: Sequence[int]) -> ArrayNode:
        if home == "constant":
            return self.graph.constant([self.nodes.leaves[i] for i in ids])  # type: ignore[misc]
        if home == "parameters":
            for i in ids:
                self.place(i)
            places = self._slots_of(ids)
            if _is_run(places):
                return self.graph.parameters(places[0], len(places))
            start, stop = min(places), max(places) + 1
            whole = self.graph.parameters(start, stop - start)
            return self.graph.take(whole, [place - start for place in places])
        return self.graph.take(home, [self._location(i)[1] for i in ids])

    def _slots_of(self, ids: Sequence[int]) -> list[int]:
        """The places of parameters; empty if one of them is something else."""
        leaves: list[Any] = [self.nodes.leaves[i] for i in ids]
        return [self.slots[v] for v in leaves] if all(v in self.slots for v in leaves) else []


def _is_run(places: Sequence[int]) -> bool:
    return list(places) == list(range(places[0], places[0] + len(places)))
