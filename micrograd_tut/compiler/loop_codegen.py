"""The same program as plain loops over the batch.

The statements are those of the NumPy code. Each becomes a few loops, and neighbouring loops over
the same rows are fused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayNode, Operand, runs, uniform
from micrograd_tut.compiler.forms import FORMS, LEAVES, PRODUCTS
from micrograd_tut.compiler.numpy_codegen import allocation
from micrograd_tut.compiler.numpy_expr import (
    COMPARISON,
    applied,
    as_number,
    at,
    is_reduction,
    literal,
)
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.compiler.statements import GradientWrite, Statements
from micrograd_tut.compiler.vectorize import ArrayProgram
from micrograd_tut.ops.formulas import ATOM, NEGATION, PRODUCT, SUM, Symbol

_TAB = "    "

_ADD = '''
def add(a, b):
    """a + b, in sums that may be computed in any order."""
    return a + b
'''

_CONDITIONAL = COMPARISON - 1
"""How tightly ``a if c else b`` binds: least of all."""

RESERVED = (
    "np", "math", "batch", "scale", "parameters", "gradient", "forward", "gradient_of",
    "i", "j", "b", "total", "add", "range", "erf", "erfc",
)  # fmt: skip
"""Names that the code uses for something else."""


@dataclass
class For:
    """A loop: ``for index in range(count)``, over lines of code and inner loops."""

    index: str
    count: int | str
    body: list[For | str]


Code = list[For | str]


class RowCode(NamedTuple):
    """Code for one row of an array.

    Attributes:
        rows: The number of rows; if it is more than one, the code belongs in a loop over `i`.
        body: The code.
        read_elsewhere: The arrays of which it reads other rows than `i`.
        target: The array that it fills.
    """

    rows: int
    body: Code
    read_elsewhere: set[ArrayNode]
    target: ArrayNode


class LoopCode:
    """The loops of a program.

    Args:
        program: The arrays.
        adjoints: For each array the gradient with respect to it.
        title: What the program computes.
        dtype: The type of all arrays.
        reserved: More names that the code uses for something else.

    Attributes:
        statements: Its statements.
        forward, backward: The loops of the forward and of the backward pass.
        text: The source of a module with functions ``forward`` and ``gradient_of``.
    """

    def __init__(
        self,
        program: ArrayProgram,
        adjoints: Mapping[ArrayNode, Operand],
        title: str,
        dtype: np.dtype[Any],
        reserved: Iterable[str] = (),
    ) -> None:
        self.dtype = f"np.{dtype}"
        self.statements = Statements(program, adjoints, (*RESERVED, *reserved))
        self.expr = self.statements.expr
        self._row = "i"  # the row that the code is for
        self._read_elsewhere: set[ArrayNode] = set()
        unused = [x for v in self.statements.forward for x in self._unused_inputs(v)]
        self.statements.add("unused", unused)
        self.statements.add("sum_", self._inner_reductions())
        names = self.expr.names
        forward = self.statements.forward
        self.forward = _fused(x for v in forward for x in self._statement(v, names[v]))
        self.backward = _fused(self._backward())
        self.text = self._module(title)

    # --- More statements ---

    def _unused_inputs(self, v: ArrayNode) -> Iterator[ArrayNode]:
        """The branches of ``a if c else b`` and the base of ``x ** 0.0``.

        On Values they can fail even if they do not matter, so they must be computed.
        """
        v = self.statements.source(v)
        for position, x in enumerate(map(self.statements.source, v.inputs)):
            if self._is_inline(x):
                yield from self._unused_inputs(x)
                if x.op and (position if v.op is ops.where else _is_power_of_0(v)):
                    yield x

    def _inner_reductions(self) -> Iterator[ArrayNode]:
        """The reductions inside expressions: each needs a loop of its own, and so a name."""
        for v in (*self.statements.forward, *self.statements.backward):
            yield from self._reductions_inside(v)
        for write in self.statements.writes:
            in_place = self.statements.is_in_place(write)
            yield from (self._reductions_inside if in_place else self._reductions)(write.gradient)

    def _reductions(self, x: Operand) -> Iterator[ArrayNode]:
        """The reductions in the expression of `x`, which can be one itself."""
        x = self.statements.source(x)
        if self._is_inline(x):
            if _needs_loop(x):
                yield x
            for part in x.inputs:
                yield from self._reductions(part)

    def _reductions_inside(self, v: ArrayNode) -> Iterator[ArrayNode]:
        """The same for a statement, which can be a reduction, or start with one in place."""
        v = self.statements.source(v)
        operands = self._in_place_reduction(v)
        for x in v.inputs:
            is_first = operands and x is operands[0]
            yield from self._reductions_inside(x) if is_first else self._reductions(x)

    def _is_inline(self, x: Operand) -> bool:
        return isinstance(x, ArrayNode) and x not in self.expr.names

    def _in_place_reduction(self, v: ArrayNode) -> tuple[ArrayNode, Operand] | None:
        """The reduction that is computed in the place of `v`, and the other operand of `v`."""
        operands = self.statements.in_place_operands(v) if v.op is not ops.pow else None
        return operands if operands and _needs_loop(operands[0]) else None

    # --- One element of an array ---

    def element(self, v: Operand, i: str, b: str) -> Any:
        """The element in row `i` for example `b`."""
        if not isinstance(v, ArrayNode) or v.kind in ("scale", "batch"):
            return self.expr.of(v)
        i = "0" if v.rows == 1 else i
        b = b if v.batched or v.columns else "0"
        if v in self.expr.names or v.kind == "constant":
            if i != self._row:
                self._read_elsewhere.add(v)
            return Symbol(f"{self.expr.of(v)}[{i}, {b}]")
        return self._definition(v, i, b)

    def _definition(self, v: ArrayNode, i: str, b: str) -> Any:
        """How that element is computed, even if it can be read from an array."""
        if v.op:
            return self._operation(v, i, b)
        if v.kind in LEAVES:
            return self.element(v, i, b)
        element = FORMS[v.kind].element
        assert element, v.kind
        return element(v, self, i, b)

    def _number(self, v: Operand, i: str, b: str) -> Any:
        return as_number(self.element(v, i, b))

    def _text(self, v: Operand, i: str, b: str, binding: int = _CONDITIONAL) -> str:
        return at(self._number(v, i, b), binding)

    def _operation(self, v: ArrayNode, i: str, b: str) -> Symbol:
        assert v.op
        inputs = [self._number(x, i, b) for x in v.inputs]
        if v.op is ops.where:
            inputs[0] = self.element(v.inputs[0], i, b)
            condition, x, y = (at(x, SUM) for x in inputs)
            compares = getattr(inputs[0], "binding", ATOM) == COMPARISON
            test = condition if compares else f"{condition} != 0"
            return Symbol(f"{x} if {test} else {y}", _CONDITIONAL)
        if v.op is ops.pow:  # numba raises a ZeroDivisionError for 0.0 ** -1.0
            return Symbol(f"np.power({at(inputs[0], SUM)}, {at(inputs[1], SUM)})")
        return applied(v.op, inputs)

    def row(self, rows: Sequence[int], i: str) -> str:
        """Number `i` of a list of row numbers."""
        if i.isdigit():
            return str(rows[int(i)])
        if len(list(runs(rows))) == 1:
            return f"{i} + {rows[0]}" if rows[0] else i
        return f"{self.expr.row_list(tuple(rows))}[{i}]"

    # --- The loops of a statement ---

    def _statement(self, v: ArrayNode, target: str) -> Iterator[RowCode]:
        """The code that fills the array `target`, which has the shape of `v`."""
        v = self.statements.source(v)
        operands = self._in_place_reduction(v)
        if v.kind == "scatter":
            yield from self._scatter(v, target)
        elif v.kind == "join":
            yield from self._join(v, target)
        elif v.op and operands:
            first, second = operands
            if v.op is ops.add and first.kind in ("matmul", "matmul_transposed"):
                yield self._row_code(v, lambda i, b: self._matmul(first, target, i, second))
            else:
                yield from self._statement(first, target)
                sign = f"{v.op.symbol}="
                yield self._row_code(v, lambda i, b: self._assign(second, target, i, b, sign, v))
        elif v.kind in ("matmul", "matmul_transposed"):
            yield self._row_code(v, lambda i, b: self._matmul(v, target, i, 0.0))
        elif v.kind in ("outer", "sum_batch"):
            yield self._row_code(v, lambda i, b: self._batch_sum(v, target, i))
        elif _needs_loop(v):
            yield self._row_code(v, lambda i, b: self._row_reduction(v, target, i, b))
        else:
            yield self._row_code(v, lambda i, b: self._assign(v, target, i, b, "=", v))

    def _row_code(self, v: ArrayNode, body: Callable[[str, str], Code], rows: int = 0) -> RowCode:
        rows = rows or v.rows
        self._row = "0" if rows == 1 else "i"
        self._read_elsewhere = set()
        code = body(self._row, "b" if v.batched else "0")
        return RowCode(rows, code, self._read_elsewhere, v)

    def _assign(self, x: Operand, target: str, i: str, b: str, sign: str, v: ArrayNode) -> Code:
        """Assign `x` to a row of an array of the shape of `v`, element by element."""
        b = "j" if v.columns else b
        number = self._definition(v, i, b) if x is v else self.element(x, i, b)
        line = f"{target}[{i}, {b}] {sign} {at(as_number(number), _CONDITIONAL)}"
        return [For("j", v.columns, [line])] if v.columns else _per_example(line, b)

    def _matmul(self, v: ArrayNode, target: str, i: str, initial: Operand) -> Code:
        """A row of a matrix product, added to `initial`."""
        weights, x = v.inputs
        count = weights.columns if v.kind == "matmul" else weights.rows
        j = "j" if count > 1 else "0"
        weight = self.element(weights, *((i, j) if v.kind == "matmul" else (j, i)))
        add = _per_example(f"{target}[{i}, b] += {_product(weight, self.element(x, j, 'b'))}", "b")
        text = self._text(initial, i, "b")
        start = _per_example(f"{target}[{i}, b] = {text}", "b")
        return [*start, *([For("j", count, add)] if count > 1 else add)]

    def _batch_sum(self, v: ArrayNode, target: str, i: str) -> Code:
        """A sum over the batch: of one array, or of the products of two."""
        x = v.inputs[0]
        columns = v.columns or 1
        j = "j" if columns > 1 else "0"
        if v.kind == "outer":
            text = _product(self._number(x, i, "b"), self._number(v.inputs[1], j, "b"))
        else:
            text = self._text(x, i, "b", SUM)
        add = For("b", "batch", [f"total = add(total, {text})"])
        code: Code = ["total = 0.0", add, f"{target}[{i}, {j}] = total"]
        return [For("j", columns, code)] if columns > 1 else code

    def _row_reduction(self, v: ArrayNode, target: str, i: str, b: str) -> Code:
        """A reduction over rows."""
        x, op = v.inputs[0], v.op or ops.sum
        count = x.rows // v.rows
        start = "" if i == "0" else f"{i} * {count} + "
        part = self._text(x, f"{start}j", b, SUM)
        first = self._text(x, f"{start}0" if start else "0", b, SUM)
        function = "add" if op is ops.sum else kernel(op)
        add = f"total = {function}(total, {part})"
        code: Code = [f"total = {first}", For("j", f"1, {count}", [add])]
        code.append(f"{target}[{i}, {b}] = total")
        return code if b == "0" else [For("b", "batch", code)]

    def _join(self, v: ArrayNode, target: str) -> Iterator[RowCode]:
        start = 0
        for x in v.inputs:
            rows = range(start, start + x.rows)
            yield self._row_code(v, self._copy(x, target, rows, "="), x.rows)
            start += x.rows

    def _scatter(self, v: ArrayNode, target: str) -> Iterator[RowCode]:
        yield self._row_code(v, lambda i, b: _per_example(f"{target}[{i}, {b}] = 0.0", b))
        for rows, x in zip(v.detail, v.inputs, strict=True):
            code = self._row_code(v, self._copy(x, target, rows, "+="), len(rows))
            yield code._replace(read_elsewhere=code.read_elsewhere | {v})

    def _copy(
        self, x: Operand, target: str, rows: Sequence[int], sign: str
    ) -> Callable[[str, str], Code]:
        def body(i: str, b: str) -> Code:
            line = f"{target}[{self.row(rows, i)}, {b}] {sign} {self._text(x, i, b)}"
            return _per_example(line, b)

        return body

    def _backward(self) -> Iterator[RowCode]:
        yield from self._zeroed(self.statements.zeros)
        for step in self.statements.backward_in_order():
            if isinstance(step, GradientWrite):
                yield from self._gradient_write(step)
            else:
                yield from self._statement(step, self.expr.names[step])

    def _gradient_write(self, write: GradientWrite) -> Iterator[RowCode]:
        part, g, target = write.part, write.gradient, self.statements.gradient_view(write.part)
        if self.statements.is_in_place(write):
            yield from self._statement(g, target)
            return
        if write.adds:
            yield from self._zeroed(write.fresh)
        sign = "+=" if write.adds else "="
        yield self._row_code(part, lambda i, b: self._assign(g, target, i, b, sign, part))

    def _zeroed(self, indices: Iterable[int]) -> Iterator[RowCode]:
        for start, stop in runs(sorted(indices)):
            line = f"gradient[{start}:{stop}] = 0.0"
            yield RowCode(1, [line], set(), self.statements.result)

    # --- The module ---

    def _module(self, title: str) -> str:
        statements = self.statements
        arguments = ", ".join(["parameters", *statements.arguments])
        end = f"return {self.expr.of(statements.result)}"
        size = f"{statements.arguments[0]}.shape[1]" if statements.arguments else "1"
        start = [f"batch = {size}", *statements.parameter_views()]
        forward_body = [*start, *self._allocations(statements.forward), *self.forward, end]
        arrays = [*statements.forward, *statements.backward]
        start += statements.gradient_views()
        backward_body = [*start, *self._allocations(arrays), *self.forward, *self.backward, end]
        functions = [
            f"\ndef forward({arguments}):",
            *_printed(forward_body, _TAB),
            f"\n\ndef gradient_of({arguments}, scale, gradient):",
            *_printed(backward_body, _TAB),
        ]
        if "add(total, " in "".join(functions):
            functions.insert(0, _ADD)
        needs_erf = "erf" in "".join(functions)
        constants = list(self._constants())
        if needs_erf:
            constants.append("erf, erfc = math.erf, math.erfc")
        return "\n".join([
            f'"""{title}"""\n',
            *(["import math\n"] if needs_erf else []),
            "import numpy as np\n",
            *([*constants, ""] if constants else []),
            *functions,
            "",
        ])  # fmt: skip

    def _constants(self) -> Iterator[str]:
        for v, name in self.expr.constants.items():
            yield f"{name} = np.array({literal([[x] for x in v.detail])}, {self.dtype})"
        for rows, name in self.expr.row_lists.items():
            yield f"{name} = np.array({list(rows)})"

    def _allocations(self, arrays: Sequence[ArrayNode]) -> Iterator[str]:
        for v in arrays:
            yield f"{self.expr.names[v]} = {allocation(v, self.dtype)}"


def _fused(pieces: Iterable[RowCode]) -> Code:
    """The code of all pieces, with one loop over rows for neighbours that allow it."""
    code: Code = []
    rows, filled = 0, set[ArrayNode]()  # of the loop over rows at the end of the code
    for piece in pieces:
        if piece.rows == 1:
            _append(code, piece.body)
        else:
            if piece.rows != rows or piece.read_elsewhere & filled:
                code.append(For("i", piece.rows, []))
                filled = set()
            loop = code[-1]
            assert isinstance(loop, For)
            _append(loop.body, piece.body)
        # an array that the piece adds to is complete only after the loop
        rows = 0 if piece.target in piece.read_elsewhere else piece.rows
        filled.add(piece.target)
    return code


def _append(code: Code, more: Code) -> None:
    """Add to the end of the code; two simple loops over the batch become one."""
    last, first = code[-1] if code else "", more[0]
    if _is_simple_batch_loop(last) and isinstance(first, For) and first.index == "b":
        last.body.extend(first.body)
        more = more[1:]
    code.extend(more)


def _is_simple_batch_loop(x: For | str) -> TypeGuard[For]:
    return isinstance(x, For) and x.index == "b" and all(isinstance(line, str) for line in x.body)


def _printed(code: Code, indent: str) -> Iterator[str]:
    """The code as lines of text."""
    for x in code:
        if isinstance(x, For):
            yield f"{indent}for {x.index} in range({x.count}):"
            yield from _printed(x.body, indent + _TAB)
        else:
            yield indent + x


def _per_example(line: str, b: str) -> Code:
    return [For("b", "batch", [line])] if b == "b" else [line]


def _product(a: Any, b: Any) -> str:
    return f"{at(a, PRODUCT)} * {at(b, NEGATION)}"


def _is_power_of_0(v: ArrayNode) -> bool:
    return v.op is ops.pow and uniform(v.inputs[1]) == 0


def _needs_loop(v: ArrayNode) -> bool:
    return v.kind in (*PRODUCTS, "sum_rows", "sum_batch", "join") or is_reduction(v)
