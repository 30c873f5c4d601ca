"""The array graph: what a compiled function is made of before code is generated.

An `ArrayNode` stands for an array of numbers, with one row for each of several similar scalars and
one column for each example (or a single column if all examples share it). It takes part in
operators and operations, so that the partial derivatives of an operation, given ArrayNodes, add
to the graph the arrays that compute them. Equal arrays are one node, and constants fold.

>>> graph = ArrayGraph()
>>> x = graph.input("x", 3)
>>> (x * 2.0 / 1.0) is (2.0 * x)
True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from micrograd_tut import ops
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.compiler.simplify import BACKWARD_REWRITES, FORWARD_REWRITES
from micrograd_tut.ops.op import Op

Operand = Any
"""An ArrayNode, or a float that is the same everywhere."""


class ArrayNode:
    """One array of a program.

    Attributes:
        kind: How it is made: the name of a row of the table, or of one of the forms that are
            about places only, such as "take" and "matmul".
        inputs: What it is made from: ArrayNodes and floats.
        detail: What else its form needs, such as the rows that are taken.
        rows: How many.
        columns: Those of a matrix of weights; None for a column per example, or just one.
        batched: Whether it has a column per example.
        stack: How many rows belong to each number of what it is reduced to; 1 where it is not
            the list of inputs of an operation such as sum or maximum.
        requires_grad: Whether it depends on parameters.
        rule: The row of the table and the inputs by which it is differentiated.
        label: What the function calls it.
    """

    __slots__ = (
        "batched",
        "columns",
        "detail",
        "graph",
        "index",
        "inputs",
        "kind",
        "label",
        "name",
        "note",
        "requires_grad",
        "rows",
        "rule",
        "stack",
    )  # fmt: skip

    graph: ArrayGraph
    index: int
    label: str
    requires_grad: bool
    rule: tuple[Op, tuple[Operand, ...]] | None

    def __init__(
        self,
        kind: str,
        inputs: tuple[Operand, ...],
        detail: Any,
        rows: int,
        batched: bool,
        columns: int | None,
        stack: int,
    ) -> None:
        self.kind, self.inputs, self.detail = kind, inputs, detail
        self.rows, self.batched, self.columns, self.stack = rows, batched, columns, stack
        self.requires_grad = kind == "parameters" or any(
            v.requires_grad for v in inputs if isinstance(v, ArrayNode)
        )
        self.rule = None
        self.label = ""

    @property
    def op(self) -> Op | None:
        """The operation that it is, if it is not one of the other forms."""
        return ops.OPS.get(self.kind)

    @property
    def shape(self) -> tuple[int, bool, int | None]:
        """Rows, whether there is a column per example, and the columns of a matrix."""
        return self.rows, self.batched, self.columns

    @property
    def size(self) -> int:
        """The number of elements for one example."""
        return self.rows * (self.columns or 1)

    def __repr__(self) -> str:
        size = self.columns or ("batch" if self.batched else 1)
        return f"<{self.kind} {self.rows} × {size}>"

    def __add__(self, other: Operand) -> Operand:  # self + other
        return self.graph.apply(ops.add, (self, other))

    def __radd__(self, other: Operand) -> Operand:  # other + self
        return self.graph.apply(ops.add, (other, self))

    def __sub__(self, other: Operand) -> Operand:  # self - other
        return self.graph.apply(ops.sub, (self, other))

    def __rsub__(self, other: Operand) -> Operand:  # other - self
        return self.graph.apply(ops.sub, (other, self))

    def __mul__(self, other: Operand) -> Operand:  # self * other
        return self.graph.apply(ops.mul, (self, other))

    def __rmul__(self, other: Operand) -> Operand:  # other * self
        return self.graph.apply(ops.mul, (other, self))

    def __truediv__(self, other: Operand) -> Operand:  # self / other
        return self.graph.apply(ops.div, (self, other))

    def __rtruediv__(self, other: Operand) -> Operand:  # other / self
        return self.graph.apply(ops.div, (other, self))

    def __pow__(self, other: Operand) -> Operand:  # self ** other
        return self.graph.apply(ops.pow, (self, other))

    def __rpow__(self, other: Operand) -> Operand:  # other ** self
        return self.graph.apply(ops.pow, (other, self))

    def __neg__(self) -> Operand:  # -self
        return self.graph.apply(ops.neg, (self,))

    def _apply_op(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        """How a row of the table reads on ArrayNodes."""
        return self.graph.apply(op, inputs)


class ArrayGraph:
    """The arrays of a program in the making, inputs before what they feed."""

    def __init__(self) -> None:
        self.arrays: list[ArrayNode] = []
        self._rewrites = FORWARD_REWRITES
        self._known: dict[Any, ArrayNode] = {}
        self._applied: dict[Any, Operand] = {}
        self.scale = self.array("scale", (), None, 1)
        self.batch = self.array("batch", (), None, 1)

    def array(
        self,
        kind: str,
        inputs: tuple[Operand, ...],
        detail: Any,
        rows: int,
        *,
        batched: bool = False,
        columns: int | None = None,
        stack: int = 1,
    ) -> ArrayNode:
        """The array that is made so; the one that there is already, if there is."""
        key = kind, inputs, detail, rows, batched, columns, stack
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = ArrayNode(
                kind, inputs, detail, rows, batched, columns, stack
            )
            found.graph, found.index = self, len(self.arrays)
            self.arrays.append(found)
        return found

    def begin_backward(self) -> None:
        """The forward pass is complete; what follows is the backward pass."""
        self._rewrites = BACKWARD_REWRITES

    # --- Operations of the table ---

    def apply(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        """A row of the table on arrays and floats, in terms of what NumPy has."""
        key = op, inputs
        if key not in self._applied:
            self._applied[key] = self._read(op, inputs)
        return self._applied[key]

    def record(self, op: Op, inputs: tuple[Operand, ...]) -> ArrayNode:
        """The same, to be differentiated by the row as a whole."""
        before = len(self.arrays)
        made = self.apply(op, spread(inputs))
        if not isinstance(made, ArrayNode):
            made = self.constant([made])
        if op.arity is not None:  # folding may have lost rows or examples: where(x, w, w) is w
            arrays = [v for v in inputs if isinstance(v, ArrayNode)]
            rows = max((v.rows for v in arrays), default=1)
            made = self.filled(made, rows, any(v.batched for v in arrays))
        if made.index < before and made.rule != (op, inputs):  # it stands for something else too
            made = self.array("same", (made,), (op, inputs), made.rows, batched=made.batched)
        made.rule = op, inputs
        return made

    def _read(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        arrays = [v for v in inputs if isinstance(v, ArrayNode)]
        if not arrays:
            return op.evaluate_ieee(inputs)
        rewrite = self._rewrites.get(op)
        simplified = rewrite(*inputs) if rewrite else None
        if simplified is not None:
            return simplified
        compute = kernel(op)
        if callable(compute):
            return compute(*inputs)
        if op.arity is None:
            return self._reduced(op, inputs)
        stack = max(v.stack for v in arrays)
        inputs = tuple(self.repeated(v, stack) for v in inputs)
        return self._elementwise(op, inputs, stack)

    def _elementwise(self, op: Op, inputs: tuple[Operand, ...], stack: int) -> ArrayNode:
        arrays = [v for v in inputs if isinstance(v, ArrayNode)]
        columns = next((v.columns for v in arrays if v.columns), None)
        rows, batched = max(v.rows for v in arrays), any(v.batched for v in arrays)
        return self.array(
            op.name, inputs, None, rows, batched=batched, columns=columns, stack=stack
        )

    def _reduced(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        """Of any number of inputs: each stack is reduced along itself, then all are joined."""
        # a stack that is spread out stands there as often as it has inputs
        stacks = dict.fromkeys(v for v in inputs if isinstance(v, ArrayNode) and v.stack > 1)
        parts: list[Operand] = [v for v in inputs if v not in stacks]
        for v in stacks:
            same = uniform(v)
            parts.append(
                self.array(op.name, (v,), None, v.rows // v.stack, batched=v.batched)
                if same is None
                else self.constant([op.evaluate_ieee([same] * v.stack)] * (v.rows // v.stack))
            )
        parts.sort(key=lambda v: v.index if isinstance(v, ArrayNode) else len(self.arrays))
        total = parts[0]
        for part in parts[1:]:
            total = self._elementwise(op, (total, part), 1)
        return total

    def repeated(self, v: Operand, stack: int) -> Operand:
        """`v` with each row as often as it has inputs in a stack; one row stands for all."""
        if not isinstance(v, ArrayNode) or stack == 1 or v.stack > 1 or v.rows == 1:
            return v
        return self.array("repeat", (v,), stack, v.rows * stack, batched=v.batched, stack=stack)

    # --- Forms about places ---

    def input(self, name: str, rows: int) -> ArrayNode:
        """An argument: a row for each number of the list, a column for each example."""
        return self.array("input", (), name, rows, batched=True)

    def constant(self, numbers: Sequence[float]) -> ArrayNode:
        """Numbers that never change, one in each row."""
        return self.array("constant", (), tuple(numbers), len(numbers))

    def parameters(self, start: int, rows: int, columns: int | None = None) -> ArrayNode:
        """A part of the vector of all parameters, as a column or as a matrix."""
        return self.array("parameters", (), start, rows, columns=columns)

    def take(self, v: ArrayNode, places: Sequence[int]) -> ArrayNode:
        """Some of the rows of `v`, in any order."""
        if list(places) == list(range(v.rows)):
            return v
        return self.array("take", (v,), tuple(places), len(places), batched=v.batched)

    def join(self, parts: Sequence[ArrayNode]) -> ArrayNode:
        """The rows of all parts, one part below the other."""
        if len(parts) == 1:
            return parts[0]
        batched = any(v.batched for v in parts)
        filled = tuple(self.filled(v, v.rows, batched) for v in parts)
        return self.array("join", filled, None, sum(v.rows for v in parts), batched=batched)

    def filled(self, v: Operand, rows: int, batched: bool) -> ArrayNode:
        """`v` with every row and every column written out."""
        whole: ArrayNode = v if isinstance(v, ArrayNode) else self.constant([v] * rows)
        if whole.rows == rows and whole.batched >= batched:
            return whole
        return self.array("fill", (whole,), None, rows, batched=batched or whole.batched)

    def stacked(self, v: ArrayNode, count: int) -> ArrayNode:
        """`v` as the inputs of operations that take `count` each."""
        if count == 1:
            return v
        return self.array("stack", (v,), None, v.rows, batched=v.batched, stack=count)

    def matrix(self, v: ArrayNode, columns: int) -> ArrayNode:
        """A column of numbers as a matrix, row by row."""
        return self.array("matrix", (v,), None, v.rows // columns, columns=columns)

    def matmul(self, weights: ArrayNode, x: ArrayNode) -> ArrayNode:
        """The weighted sums ``weights @ x``."""
        x = self.filled(x, x.rows, batched=True)  # it may have folded to constants
        return self.array("matmul", (weights, x), None, weights.rows, batched=True)

    # --- Their adjoints ---

    def matmul_back(self, weights: ArrayNode, g: ArrayNode) -> ArrayNode:
        """``weights.T @ g``: what comes back through the weights."""
        assert weights.columns
        return self.array("matmul_back", (weights, g), None, weights.columns, batched=True)

    def outer(self, g: ArrayNode, x: ArrayNode) -> ArrayNode:
        """``g @ x.T``: a matrix, summed over the batch."""
        return self.array("outer", (g, x), None, g.rows, columns=x.rows)

    def column(self, v: ArrayNode) -> ArrayNode:
        """A matrix as one column, row by row."""
        assert v.columns
        return self.array("column", (v,), None, v.rows * v.columns)

    def plain(self, v: Operand) -> Operand:
        """A stack as the rows that it is made of."""
        if not isinstance(v, ArrayNode) or v.stack == 1:
            return v
        return self.array("plain", (v,), None, v.rows, batched=v.batched, columns=v.columns)

    def scattered(self, parts: Iterable[tuple[tuple[int, ...], Operand]], rows: int) -> ArrayNode:
        """Parts added to the rows where they belong; 0 elsewhere."""
        parts = tuple(parts)
        batched = any(v.batched for _, v in parts if isinstance(v, ArrayNode))
        places = tuple(places for places, _ in parts)
        return self.array("scatter", tuple(v for _, v in parts), places, rows, batched=batched)

    def sum_rows(self, g: Operand, rows: int) -> Operand:
        """The sum over the rows of what is `rows` high, as one row."""
        if not isinstance(g, ArrayNode) or g.rows == 1:
            return g * float(rows)
        return self.array("sum_rows", (g,), None, 1, batched=g.batched)

    def sum_batch(self, g: Operand) -> Operand:
        """The sum over the examples, as one column."""
        if not isinstance(g, ArrayNode) or not g.batched:
            return g * self.batch
        return self.array("sum_batch", (g,), None, g.rows)


def spread(inputs: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """Each stack as often as it stands for an input."""
    return tuple(v for v in inputs for _ in range(v.stack if isinstance(v, ArrayNode) else 1))


def uniform(v: Operand) -> float | None:
    """The number that stands everywhere in an array, if it is known to be one."""
    while isinstance(v, ArrayNode) and v.kind in ("stack", "fill", "same"):
        v = v.inputs[0]
    if not isinstance(v, ArrayNode):
        return float(v)
    same = v.kind == "constant" and len(set(map(repr, v.detail))) == 1
    return v.detail[0] if same else None


def runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending places as (start, stop) of each unbroken run."""
    for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        found = [place for _, place in run]
        yield found[0], found[-1] + 1
