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
from micrograd_tut.support.modes import ieee

Operand = Any
"""An ArrayNode, or a float that is the same everywhere."""


class ArrayNode:
    """One array.

    Attributes:
        kind: The name of an operation, or of a form such as "take" and "matmul".
        inputs: What it is computed from: ArrayNodes and floats.
        detail: What else its form needs, such as the rows to take.
        rows: The number of rows.
        columns: The number of columns of a matrix of weights; otherwise None.
        batched: Whether it has one column per example; otherwise it has one column.
        stack: The number of rows that are the inputs of one operation such as sum or maximum;
            1 if the rows are not such inputs.
        requires_grad: Whether it depends on parameters.
        rule: The operation and the inputs by which it is differentiated.
        label: The label of the Value that it is.
    """

    __slots__ = (
        "batched", "columns", "detail", "graph", "index", "inputs", "kind", "label",
        "requires_grad", "rows", "rule", "stack",
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

    def __floordiv__(self, other: Operand) -> Operand:  # self // other
        return self.graph.apply(ops.floor_div, (self, other))

    def __rfloordiv__(self, other: Operand) -> Operand:  # other // self
        return self.graph.apply(ops.floor_div, (other, self))

    def __mod__(self, other: Operand) -> Operand:  # self % other
        return self.graph.apply(ops.mod, (self, other))

    def __rmod__(self, other: Operand) -> Operand:  # other % self
        return self.graph.apply(ops.mod, (other, self))

    def __pow__(self, other: Operand) -> Operand:  # self ** other
        return self.graph.apply(ops.pow, (self, other))

    def __rpow__(self, other: Operand) -> Operand:  # other ** self
        return self.graph.apply(ops.pow, (other, self))

    def __neg__(self) -> Operand:  # -self
        return self.graph.apply(ops.neg, (self,))

    def _apply_op(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        """Apply an operation to ArrayNodes."""
        return self.graph.apply(op, inputs)


class ArrayGraph:
    """The arrays of a function in topological order.

    Attributes:
        arrays: The arrays.
        scale: The factor of the gradient, as an array.
        batch: The number of examples, as an array.
    """

    def __init__(self) -> None:
        self.arrays: list[ArrayNode] = []
        self._rewrites = FORWARD_REWRITES
        self._by_key: dict[Any, ArrayNode] = {}
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
        """The array of this kind and these inputs; a new one is added to the graph."""
        key = kind, inputs, detail, rows, batched, columns, stack
        v = self._by_key.get(key)
        if v is None:
            v = self._by_key[key] = ArrayNode(kind, inputs, detail, rows, batched, columns, stack)
            v.graph, v.index = self, len(self.arrays)
            self.arrays.append(v)
        return v

    def begin_backward(self) -> None:
        """The forward pass is complete; the arrays that follow are of the backward pass."""
        self._rewrites = BACKWARD_REWRITES

    # --- Operations ---

    def apply(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        """An operation on arrays and floats, by NumPy functions."""
        key = op, inputs
        if key not in self._applied:
            self._applied[key] = self._computed(op, inputs)
        return self._applied[key]

    def record(self, op: Op, inputs: tuple[Operand, ...]) -> ArrayNode:
        """The same; the result is differentiated by the partial derivatives of `op`."""
        before = len(self.arrays)
        result = self.apply(op, expand_stacks(inputs))
        v = result if isinstance(result, ArrayNode) else self.constant([result])
        if op.arity is not None:  # simplifying can lose rows or examples: where(x, w, w) is w
            arrays = [x for x in inputs if isinstance(x, ArrayNode)]
            rows = max((x.rows for x in arrays), default=1)
            v = self.broadcast(v, rows, any(x.batched for x in arrays))
        if v.index < before and v.rule != (op, inputs):  # it is the result of something else too
            v = self.array("alias", (v,), (op, inputs), v.rows, batched=v.batched)
        v.rule = op, inputs
        return v

    def _computed(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        arrays = [v for v in inputs if isinstance(v, ArrayNode)]
        if not arrays:
            return op.evaluate_ieee(inputs)
        rewrite = self._rewrites.get(op)
        simplified = rewrite(*inputs) if rewrite else None
        if simplified is not None:
            return simplified
        compute = kernel(op)
        if callable(compute):
            with ieee():  # a step of the formula may be infinite where its result is not
                return compute(*inputs)
        if op.arity is None:
            return self._reduced(op, inputs)
        stack = max(v.stack for v in arrays)
        inputs = tuple(self.repeat(v, stack) for v in inputs)
        return self._elementwise(op, inputs, stack)

    def _elementwise(self, op: Op, inputs: tuple[Operand, ...], stack: int) -> ArrayNode:
        arrays = [v for v in inputs if isinstance(v, ArrayNode)]
        columns = next((v.columns for v in arrays if v.columns), None)
        rows, batched = max(v.rows for v in arrays), any(v.batched for v in arrays)
        return self.array(
            op.name, inputs, None, rows, batched=batched, columns=columns, stack=stack
        )

    def _reduced(self, op: Op, inputs: tuple[Operand, ...]) -> Operand:
        """An operation on any number of inputs: reduce each stack, then combine the results."""
        # `expand_stacks` has repeated each stack
        stacks = dict.fromkeys(v for v in inputs if isinstance(v, ArrayNode) and v.stack > 1)
        parts: list[Operand] = [v for v in inputs if v not in stacks]
        for v in stacks:
            number, rows = uniform(v), v.rows // v.stack
            if number is None:
                parts.append(self.array(op.name, (v,), None, rows, batched=v.batched))
            else:
                parts.append(self.constant([op.evaluate_ieee([number] * v.stack)] * rows))
        parts.sort(key=lambda v: v.index if isinstance(v, ArrayNode) else len(self.arrays))
        total = parts[0]
        for part in parts[1:]:
            total = self._elementwise(op, (total, part), 1)
        return total

    def repeat(self, v: Operand, stack: int) -> Operand:
        """`v` with each row repeated for each input of a stack. A single row stays as it is."""
        if not isinstance(v, ArrayNode) or stack == 1 or v.stack > 1 or v.rows == 1:
            return v
        return self.array("repeat", (v,), stack, v.rows * stack, batched=v.batched, stack=stack)

    # --- Forms ---

    def input(self, name: str, rows: int) -> ArrayNode:
        """An argument: one row per number of the list, one column per example."""
        return self.array("input", (), name, rows, batched=True)

    def constant(self, numbers: Sequence[float]) -> ArrayNode:
        """Constants, one per row."""
        return self.array("constant", (), tuple(numbers), len(numbers))

    def parameters(self, start: int, rows: int, columns: int | None = None) -> ArrayNode:
        """A part of the parameter vector, as a column or as a matrix."""
        return self.array("parameters", (), start, rows, columns=columns)

    def take(self, v: ArrayNode, rows: Sequence[int]) -> ArrayNode:
        """Some of the rows of `v`, in any order."""
        if list(rows) == list(range(v.rows)):
            return v
        return self.array("take", (v,), tuple(rows), len(rows), batched=v.batched)

    def join(self, parts: Sequence[ArrayNode]) -> ArrayNode:
        """The rows of all parts, one below the other."""
        if len(parts) == 1:
            return parts[0]
        batched = any(v.batched for v in parts)
        inputs = tuple(self.broadcast(v, v.rows, batched) for v in parts)
        return self.array("join", inputs, None, sum(v.rows for v in parts), batched=batched)

    def broadcast(self, v: Operand, rows: int, batched: bool) -> ArrayNode:
        """`v` with this number of rows and, if `batched`, with one column per example."""
        x: ArrayNode = v if isinstance(v, ArrayNode) else self.constant([v] * rows)
        if x.rows == rows and x.batched >= batched:
            return x
        return self.array("broadcast", (x,), None, rows, batched=batched or x.batched)

    def stack_rows(self, v: ArrayNode, count: int) -> ArrayNode:
        """`v` as the inputs of operations with `count` inputs each."""
        if count == 1:
            return v
        return self.array("stack", (v,), None, v.rows, batched=v.batched, stack=count)

    def matrix(self, v: ArrayNode, columns: int) -> ArrayNode:
        """A column of numbers as a matrix, row by row."""
        return self.array("matrix", (v,), None, v.rows // columns, columns=columns)

    def matmul(self, weights: ArrayNode, x: ArrayNode) -> ArrayNode:
        """The weighted sums ``weights @ x``."""
        x = self.broadcast(x, x.rows, batched=True)  # it can be constant
        return self.array("matmul", (weights, x), None, weights.rows, batched=True)

    # --- Forms of the backward pass ---

    def matmul_transposed(self, weights: ArrayNode, g: ArrayNode) -> ArrayNode:
        """``weights.T @ g``: the gradient with respect to x of ``weights @ x``."""
        assert weights.columns
        return self.array("matmul_transposed", (weights, g), None, weights.columns, batched=True)

    def outer(self, g: ArrayNode, x: ArrayNode) -> ArrayNode:
        """``g @ x.T``: the gradient with respect to the weights, summed over the batch."""
        return self.array("outer", (g, x), None, g.rows, columns=x.rows)

    def column(self, v: ArrayNode) -> ArrayNode:
        """A matrix as one column, row by row."""
        assert v.columns
        return self.array("column", (v,), None, v.rows * v.columns)

    def unstack(self, v: Operand) -> Operand:
        """A stack as plain rows."""
        if not isinstance(v, ArrayNode) or v.stack == 1:
            return v
        return self.array("unstack", (v,), None, v.rows, batched=v.batched, columns=v.columns)

    def scatter(self, parts: Iterable[tuple[tuple[int, ...], Operand]], rows: int) -> ArrayNode:
        """The sum of parts, each added to the given rows; 0 in all other rows."""
        targets, inputs = zip(*parts, strict=True)
        batched = any(v.batched for v in inputs if isinstance(v, ArrayNode))
        return self.array("scatter", inputs, targets, rows, batched=batched)

    def sum_rows(self, g: Operand, rows: int) -> Operand:
        """The sum over `rows` rows, as one row."""
        if not isinstance(g, ArrayNode) or g.rows == 1:
            return g * float(rows)
        return self.array("sum_rows", (g,), None, 1, batched=g.batched)

    def sum_batch(self, g: Operand) -> Operand:
        """The sum over the examples, as one column."""
        if not isinstance(g, ArrayNode) or not g.batched:
            return g * self.batch
        return self.array("sum_batch", (g,), None, g.rows)


def expand_stacks(inputs: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """The inputs of an operation, with each stack repeated for each input that it holds."""
    return tuple(v for v in inputs for _ in range(v.stack if isinstance(v, ArrayNode) else 1))


def uniform(v: Operand) -> float | None:
    """The number that all elements of an array equal, if that is known."""
    while isinstance(v, ArrayNode) and v.kind in ("stack", "broadcast", "alias"):
        v = v.inputs[0]
    if not isinstance(v, ArrayNode):
        return float(v)
    is_uniform = v.kind == "constant" and len(set(map(repr, v.detail))) == 1
    return v.detail[0] if is_uniform else None


def runs(indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Indices as (start, stop) of each run of consecutive ones."""
    for _, run in groupby(enumerate(indices), lambda pair: pair[1] - pair[0]):
        members = [index for _, index in run]
        yield members[0], members[-1] + 1
