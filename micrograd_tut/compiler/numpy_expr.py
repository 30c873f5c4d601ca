"""An array as it stands in a formula of NumPy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayNode, Operand, runs
from micrograd_tut.compiler.identifiers import Identifiers
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.ops.formulas import ATOM, NEGATION, PRODUCT, SUM, Symbol
from micrograd_tut.ops.formulas import formula as written_op
from micrograd_tut.ops.op import Op

COMPARISON = -1
"""How tightly ``a > b`` binds."""

SAME = ("stack", "plain", "same")
"""Forms that are written as what they are made from."""


class Formulas:
    """Formulas by array; what has a name stands in them by its name.

    Args:
        names: Gives names to what has to be made beforehand.

    Attributes:
        hoisted: What is made once, before the first statement, and its name.
        texts: The formulas that have been written.
    """

    def __init__(self, names: Identifiers) -> None:
        self.names = names
        self.hoisted: dict[Any, str] = {}
        self.texts: dict[ArrayNode, Symbol] = {}

    def of(self, v: Operand) -> Any:
        """An array or a float as it stands in a formula."""
        if not isinstance(v, ArrayNode):
            return v if v - v == 0 else Symbol(written(v), NEGATION if v < 0 else ATOM)
        if v.name and v.kind != "parameters":
            return Symbol(v.name)
        return self._formula(v)

    def number(self, v: Operand) -> Any:
        """The same, with 1.0 and 0.0 in place of True and False."""
        return as_number(self.of(v))

    def _formula(self, v: ArrayNode) -> Symbol:
        if v not in self.texts:
            self.texts[v] = self._written(v)
        return self.texts[v]

    def _written(self, v: ArrayNode) -> Symbol:
        op = ops.OPS.get(v.kind)
        if op is not None:
            return self._operation(op, v)
        if v.kind in SAME:
            return _symbol(self.of(v.inputs[0]))
        if v.kind in ("scale", "batch"):
            return Symbol(v.kind)
        return _symbol(getattr(self, f"_{v.kind}")(v))

    def _operation(self, op: Op, v: ArrayNode) -> Symbol:
        if len(v.inputs) == 1 and isinstance(v.inputs[0], ArrayNode) and op.arity is None:
            return self._reduce(f"{kernel(op)}.reduce", v, v.inputs[0])
        inputs = [self.number(x) for x in v.inputs]
        if op is ops.where:
            inputs[0] = self.of(v.inputs[0])
        if op is ops.mul:
            inputs = self._factors(v)
        return applied(op, inputs)

    def _factors(self, v: ArrayNode) -> list[Any]:
        """A comparison may stand as a factor beside an array of numbers."""
        factors = [self.of(x) for x in v.inputs]
        if all(getattr(x, "binding", COMPARISON) == COMPARISON for x in factors):
            factors = [self.number(x) for x in v.inputs]
        return factors

    def _reduce(self, function: str, v: ArrayNode, x: ArrayNode, out: str = "") -> Symbol:
        inner = at(self.number(x), SUM)
        if v.rows > 1:
            shape = f"{at(self.number(x), ATOM)}.reshape({v.rows}, {x.rows // v.rows}, -1)"
            return Symbol(f"{function}({shape}, axis=1{out})")
        return Symbol(f"{function}({inner}, axis=0, keepdims=True{out})")

    def _input(self, v: ArrayNode) -> str:
        return v.name

    def _parameters(self, v: ArrayNode) -> str:
        self.hoisted.setdefault(v, v.name)
        return v.name

    def _constant(self, v: ArrayNode) -> str:
        if v not in self.hoisted:
            self.hoisted[v] = self.names.numbered("constants")
        return self.hoisted[v]

    def _places(self, places: Sequence[int]) -> str:
        """Rows in brackets: a slice if they are side by side, else a list of them."""
        found = list(runs(places))
        if len(found) == 1:
            return "{}:{}".format(*found[0])
        if len(places) <= 4:
            return str(list(places))
        if places not in self.hoisted:
            self.hoisted[places] = self.names.numbered("rows")
        return self.hoisted[places]

    def _take(self, v: ArrayNode) -> str:
        return f"{at(self.number(v.inputs[0]), ATOM)}[{self._places(v.detail)}]"

    def _join(self, v: ArrayNode) -> str:
        return f"np.concatenate(({', '.join(at(self.number(x), SUM) for x in v.inputs)}))"

    def _fill(self, v: ArrayNode) -> str:
        columns = "batch" if v.batched else "1"
        return f"np.broadcast_to({at(self.number(v.inputs[0]), SUM)}, ({v.rows}, {columns}))"

    def _repeat(self, v: ArrayNode) -> str:
        return f"np.repeat({at(self.number(v.inputs[0]), SUM)}, {v.detail}, axis=0)"

    def _matrix(self, v: ArrayNode) -> str:
        return f"{at(self.number(v.inputs[0]), ATOM)}.reshape({v.rows}, {v.columns})"

    def _column(self, v: ArrayNode) -> str:
        return f"{at(self.number(v.inputs[0]), ATOM)}.reshape({v.rows}, 1)"

    def _factor_texts(self, v: ArrayNode) -> tuple[str, str]:
        a, b = (self.number(x) for x in v.inputs)
        left = f"{at(a, ATOM)}.T" if v.kind == "matmul_back" else at(a, PRODUCT)
        right = f"{at(b, ATOM)}.T" if v.kind == "outer" else at(b, NEGATION)
        return left, right

    def _matmul(self, v: ArrayNode) -> Symbol:
        return Symbol(" @ ".join(self._factor_texts(v)), PRODUCT)

    _matmul_back = _outer = _matmul

    def _sum_rows(self, v: ArrayNode) -> Symbol:
        return self._reduce("np.add.reduce", v, v.inputs[0])

    def _sum_batch(self, v: ArrayNode) -> Symbol:
        self.hoisted.setdefault("ones", "ones")
        return Symbol(f"{at(self.number(v.inputs[0]), PRODUCT)} @ ones", PRODUCT)

    def _scatter(self, v: ArrayNode) -> str:
        return v.name


def at(part: Any, binding: int) -> str:
    """The text of a symbol or a number, in parentheses if it binds less tightly than asked."""
    if not isinstance(part, Symbol):
        text = repr(float(part))
        part = Symbol(text, NEGATION if text.startswith("-") else ATOM)
    return part.text if part.binding >= binding else f"({part.text})"


def as_number(symbol: Any) -> Any:
    """What is written, with 1.0 and 0.0 in place of True and False."""
    if getattr(symbol, "binding", ATOM) == COMPARISON:
        return Symbol(f"1.0 * ({symbol})", PRODUCT)
    return symbol


def applied(op: Op, inputs: Sequence[Any]) -> Symbol:
    """A row of the table on inputs that are written already."""
    if is_infix(op):  # symbols would drop a 0 that `folding` has left standing
        operands = [Symbol(at(x, ATOM)) if _is_zero(x) else x for x in inputs]
        return written_op(op.name, operands, repr)
    array = str(kernel(op))
    if "{" not in array:
        return Symbol(f"{array}({', '.join(at(x, COMPARISON) for x in inputs)})")
    if compares(op):
        return Symbol(array.format(*[at(x, SUM) for x in inputs]), COMPARISON)
    return Symbol(array.format(*[at(x, PRODUCT) for x in inputs]), PRODUCT)


def _is_zero(x: Any) -> bool:
    return not isinstance(x, Symbol) and x == 0


def _symbol(x: Any) -> Symbol:
    return x if isinstance(x, Symbol) else Symbol(x if isinstance(x, str) else at(x, SUM))


def written(numbers: float | list[Any]) -> str:
    """A number, or a list of them, as Python has it in a program that knows NumPy."""
    return re.sub("inf|nan", r"np.\g<0>", repr(numbers))


def compares(op: Op) -> bool:
    """Whether a row is a comparison on arrays, such as ``a > b``, which is false for nan."""
    text = kernel(op)
    return isinstance(text, str) and any(sign in text for sign in "<=>")


def is_infix(op: Op) -> bool:
    """Whether a row is written with a sign between its inputs, or before one."""
    return not op.symbol[0].isalpha()
