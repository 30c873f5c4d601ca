"""Formulas as text: what the operations give for names instead of numbers.

>>> x, y = Symbol("x"), Symbol("y")
>>> (x + y) * 2.0
(x + y) * 2
>>> -(x / (y * 1.0 + 0.0)) ** 2
-(x / y) ** 2
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from micrograd_tut.support.numbers import exact

CONDITION, SUM, REMAINDER, PRODUCT, NEGATION, POWER, ATOM = range(7)
_LONGEST = 4  # arguments of a call that are written out; the rest become an ellipsis


class Symbol:
    """A piece of formula: its text, and how tightly its outermost operation binds."""

    __slots__ = ("binding", "text")

    def __init__(self, text: str, binding: int = ATOM) -> None:
        self.text = text
        self.binding = binding

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: object) -> Any:  # self + other
        return _sum(self, "+", other)

    def __radd__(self, other: object) -> Any:  # other + self
        return _sum(other, "+", self)

    def __sub__(self, other: object) -> Any:  # self - other
        return _sum(self, "-", other)

    def __rsub__(self, other: object) -> Any:  # other - self
        return _sum(other, "-", self)

    def __mul__(self, other: object) -> Any:  # self * other
        return _product(self, other)

    def __rmul__(self, other: object) -> Any:  # other * self
        return _product(other, self)

    def __truediv__(self, other: object) -> Any:  # self / other
        if _is(other, 1):
            return self
        return Symbol(f"{_at(self, PRODUCT)} / {_at(other, NEGATION)}", PRODUCT)

    def __rtruediv__(self, other: object) -> Any:  # other / self
        return Symbol(f"{_at(other, PRODUCT)} / {_at(self, NEGATION)}", PRODUCT)

    def __floordiv__(self, other: object) -> Any:  # self // other
        return _remainder(self, "//", other)

    def __rfloordiv__(self, other: object) -> Any:  # other // self
        return _remainder(other, "//", self)

    def __mod__(self, other: object) -> Any:  # self % other
        return _remainder(self, "%", other)

    def __rmod__(self, other: object) -> Any:  # other % self
        return _remainder(other, "%", self)

    def __pow__(self, other: object) -> Any:  # self ** other
        return self if _is(other, 1) else Symbol(f"{_at(self, ATOM)} ** {_at(other, POWER)}", POWER)

    def __rpow__(self, other: object) -> Any:  # other ** self
        return Symbol(f"{_at(other, ATOM)} ** {_at(self, POWER)}", POWER)

    def __neg__(self) -> Symbol:  # -self
        inner = ATOM if self.binding == NEGATION else PRODUCT
        return Symbol(f"-{_at(self, inner)}", NEGATION)

    def _apply_op(self, op: Any, inputs: tuple[object, ...]) -> Any:
        return _written(op.name, inputs)


ELLIPSIS = Symbol("…")


class Signed(Symbol):
    """A piece of formula that keeps its own minus, so that a sum reads as it was recorded.

    >>> Symbol("a") - Signed("-1", NEGATION), Symbol("a") + Signed("-1", NEGATION)
    (a - (-1), a + -1)
    >>> Symbol("a") - Symbol("-1", NEGATION)
    a + 1
    """

    __slots__ = ()


def call(name: str, *arguments: object) -> Symbol:
    """``name(a, b)``; a long list of arguments is cut in the middle."""
    texts = [_at(argument, CONDITION) for argument in arguments]
    if len(texts) > _LONGEST:
        texts = [texts[0], texts[1], "…", texts[-1]]
    return Symbol(f"{name}({', '.join(texts)})")


def _at(part: object, binding: int) -> str:
    """The text of `part`, in parentheses if it binds less tightly than its place asks."""
    if isinstance(part, Symbol):
        text, own = part.text, part.binding
    else:
        number: Any = getattr(part, "data", part)  # that of a Value, too
        text = exact(number)
        own = NEGATION if text.startswith("-") else ATOM
    return text if own >= binding else f"({text})"


def _is(part: object, value: float) -> bool:
    return not isinstance(part, Symbol) and part == value


def _sum(a: object, sign: str, b: object) -> Any:
    if _is(b, 0):
        return a
    if _is(a, 0):
        return b if sign == "+" else -b  # type: ignore[operator]
    right = _at(b, SUM if sign == "+" else PRODUCT)
    if right.startswith("-") and isinstance(b, Signed):
        right = right if sign == "+" else f"({right})"
    elif right.startswith("-"):
        sign, right = "-" if sign == "+" else "+", right[1:]
    return Symbol(f"{_at(a, SUM)} {sign} {right}", SUM)


def _product(a: object, b: object) -> Any:
    if _is(a, 0) or _is(b, 0):
        return 0.0
    if _is(a, 1):
        return b
    if _is(b, 1):
        return a
    if _is(a, -1):
        return -b  # type: ignore[operator]
    if _is(b, -1):
        return -a  # type: ignore[operator]
    kind = Signed if isinstance(a, Signed) else Symbol
    return kind(f"{_at(a, PRODUCT)} * {_at(b, NEGATION)}", PRODUCT)


def _remainder(a: object, sign: str, b: object) -> Symbol:
    left = _at(a, PRODUCT)  # a minus in front of it would be read as one in front of the whole
    left = f"({left})" if left.startswith("-") else left
    return Symbol(f"{left} {sign} {_at(b, NEGATION)}", REMAINDER)


# --- Operations on Symbols ------------------------------------------------------------------


def _left_to_right(terms: Sequence[Any]) -> Any:
    return functools.reduce(operator.add, terms)


def _sum_of_list(*xs: Any) -> Any:
    return _left_to_right(xs if len(xs) <= _LONGEST else [xs[0], xs[1], ELLIPSIS, xs[-1]])


def _weighted_sum(*values: Any) -> Any:
    n = len(values) // 2
    products = [w * x for w, x in zip(values[:n], values[n:], strict=False)]
    if n > _LONGEST:
        products = [products[0], ELLIPSIS, products[-1]]
    return _left_to_right([*products, *values[2 * n :]])


NOTATION: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floor_div": operator.floordiv,
    "mod": operator.mod,
    "neg": operator.neg,
    "pow": operator.pow,
    "power_term": lambda c, x, y, j: c * x ** (y - j),
    "times_log": lambda z, x: z * call("log", x),
    "log_base": lambda x, base: call("log", x, base),
    "sum": _sum_of_list,
    "dot": _weighted_sum,
}
"""How operations are written, by name; any other is written as a call, ``name(a, b)``."""


def formula(name: str, operands: Iterable[object], text: Callable[[float], str] = exact) -> Symbol:
    """An operation as text.

    Args:
        name: The name of the operation.
        operands: One Symbol or number per input.
        text: How to write the result if it is a number, as that of ``0 * x``.

    >>> formula("mul", [Symbol("a"), Symbol("b") + Symbol("c")])
    a * (b + c)
    >>> formula("tanh", [Symbol("a")])
    tanh(a)
    """
    return as_symbol(_written(name, operands), text)


def _written(name: str, operands: Iterable[object]) -> Any:
    return NOTATION[name](*operands) if name in NOTATION else call(name, *operands)


def as_symbol(x: Any, text: Callable[[float], str] = exact) -> Symbol:
    """A Symbol as it is; a number as a Symbol that keeps its minus, written by `text`."""
    if isinstance(x, Symbol):
        return x
    written = text(x)
    return Signed(written, NEGATION) if written.startswith("-") else Symbol(written)
