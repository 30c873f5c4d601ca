"""An array as a NumPy expression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayNode, Operand, runs
from micrograd_tut.compiler.forms import FORMS
from micrograd_tut.compiler.identifiers import Identifiers
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.ops.formulas import ATOM, NEGATION, PRODUCT, SUM, Symbol, formula
from micrograd_tut.ops.op import Op

COMPARISON = -1
"""How tightly ``a > b`` binds."""

_MAX_LISTED_ROWS = 4  # row numbers that are written inside an index


class NumpyExpr:
    """Expressions by array. An array with a name is written as its name.

    Args:
        identifiers: For what has to be made before the first statement.
        names: The identifiers of the arrays that have one.

    Attributes:
        parameter_views: The parts of the parameter vector that are used, and their names.
        constants: The constant arrays.
        row_lists: The lists of row numbers that are too long to be written inside an index.
        uses_ones: Whether a column of ones is needed.
    """

    def __init__(self, identifiers: Identifiers, names: dict[ArrayNode, str]) -> None:
        self.identifiers = identifiers
        self.names = names
        self.parameter_views: dict[ArrayNode, str] = {}
        self.constants: dict[ArrayNode, str] = {}
        self.row_lists: dict[tuple[int, ...], str] = {}
        self.uses_ones = False
        self._expressions: dict[ArrayNode, Symbol] = {}

    def of(self, v: Operand) -> Any:
        """An array or a float as part of an expression."""
        if not isinstance(v, ArrayNode):
            return v if v - v == 0 else Symbol(literal(v), NEGATION if v < 0 else ATOM)
        if v in self.names and v.kind != "parameters":
            return Symbol(self.names[v])
        return self.definition(v)

    def number(self, v: Operand) -> Any:
        """The same, with 1.0 and 0.0 in place of True and False."""
        return as_number(self.of(v))

    def text(self, v: Operand, binding: int) -> str:
        """The same as text, in parentheses if it binds less tightly than `binding`."""
        return at(self.number(v), binding)

    def definition(self, v: ArrayNode) -> Symbol:
        """How an array is computed, even if it has a name."""
        if v not in self._expressions:
            op = v.op
            written = self._operation(op, v) if op else FORMS[v.kind].numpy(v, self)
            self._expressions[v] = written if isinstance(written, Symbol) else _symbol(written)
        return self._expressions[v]

    def forget(self, v: ArrayNode) -> None:
        """Write `v` again when it is next needed: one of its inputs has a name now."""
        del self._expressions[v]

    def _operation(self, op: Op, v: ArrayNode) -> Symbol:
        if is_reduction(v):
            return self.reduced(f"{kernel(op)}.reduce", v)
        if op is ops.mul:
            return applied(op, self.factors(v))
        inputs = [self.number(x) for x in v.inputs]
        if op is ops.where:
            inputs[0] = self.of(v.inputs[0])
        return applied(op, inputs)

    def factors(self, v: ArrayNode) -> list[Any]:
        """The inputs of a product: a comparison can be a factor beside an array of numbers."""
        factors = [self.of(x) for x in v.inputs]
        if all(getattr(x, "binding", COMPARISON) == COMPARISON for x in factors):
            factors = [self.number(x) for x in v.inputs]
        return factors

    def reduced(self, function: str, v: ArrayNode, out: str = "") -> Symbol:
        """A reduction of the input of `v` over its rows."""
        x = v.inputs[0]
        if v.rows > 1:
            shape = f"{self.text(x, ATOM)}.reshape({v.rows}, {x.rows // v.rows}, -1)"
            return Symbol(f"{function}({shape}, axis=1{out})")
        return Symbol(f"{function}({self.text(x, SUM)}, axis=0, keepdims=True{out})")

    # --- What is made before the first statement ---

    def parameter_view(self, v: ArrayNode) -> str:
        """A part of the parameter vector."""
        return self.parameter_views.setdefault(v, self.names[v])

    def constant(self, v: ArrayNode) -> str:
        """A constant array."""
        if v not in self.constants:
            self.constants[v] = self.identifiers.numbered("constants")
        return self.constants[v]

    def row_list(self, rows: tuple[int, ...]) -> str:
        """A list of row numbers."""
        if rows not in self.row_lists:
            self.row_lists[rows] = self.identifiers.numbered("rows")
        return self.row_lists[rows]

    def rows(self, rows: Sequence[int]) -> str:
        """Row numbers as an index: a slice if they are adjacent, otherwise a list."""
        slices = list(runs(rows))
        if len(slices) == 1:
            return "{}:{}".format(*slices[0])
        return str(list(rows)) if len(rows) <= _MAX_LISTED_ROWS else self.row_list(tuple(rows))

    def ones(self) -> str:
        """A column of ones, as long as the batch."""
        self.uses_ones = True
        return "ones"


def at(part: Any, binding: int) -> str:
    """The text of a symbol or a number, in parentheses if it binds less tightly than `binding`."""
    if not isinstance(part, Symbol):
        part = _symbol(repr(float(part)))
    return part.text if part.binding >= binding else f"({part.text})"


def as_number(symbol: Any) -> Any:
    """An expression with 1.0 and 0.0 in place of True and False."""
    if getattr(symbol, "binding", ATOM) == COMPARISON:
        return Symbol(f"1.0 * ({symbol})", PRODUCT)
    return symbol


def applied(op: Op, inputs: Sequence[Any]) -> Symbol:
    """An operation on expressions."""
    if is_infix(op):  # a Symbol would drop a 0 that must stay
        operands = [Symbol(at(x, ATOM)) if _is_zero(x) else x for x in inputs]
        return formula(op.name, operands, repr)
    pattern = str(kernel(op))
    if "{" not in pattern:
        return Symbol(f"{pattern}({', '.join(at(x, COMPARISON) for x in inputs)})")
    if compares(op):
        return Symbol(pattern.format(*[at(x, SUM) for x in inputs]), COMPARISON)
    return Symbol(pattern.format(*[at(x, PRODUCT) for x in inputs]), PRODUCT)


def _is_zero(x: Any) -> bool:
    return not isinstance(x, Symbol) and x == 0


def _symbol(x: Any) -> Symbol:
    text = x if isinstance(x, str) else at(x, SUM)
    return Symbol(text, NEGATION if text.startswith("-") else ATOM)


def literal(numbers: float | list[Any]) -> str:
    """A number, or a list of them, as a Python expression that may use NumPy."""
    return re.sub("inf|nan", r"np.\g<0>", repr(numbers))


def compares(op: Op) -> bool:
    """Whether an operation is a comparison on arrays, such as ``a > b``, which is false for nan."""
    pattern = kernel(op)
    return isinstance(pattern, str) and any(sign in pattern for sign in "<=>")


def is_infix(op: Op) -> bool:
    """Whether an operation is written with a sign between its inputs, or before its input."""
    return not op.symbol[0].isalpha()


def is_reduction(v: ArrayNode) -> bool:
    """Whether an array is an operation such as sum or maximum over the rows of one array."""
    return (
        v.op is not None
        and v.op.arity is None
        and len(v.inputs) == 1
        and isinstance(v.inputs[0], ArrayNode)
    )
