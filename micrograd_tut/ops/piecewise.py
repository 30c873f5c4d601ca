"""Operations in pieces: where, abs, maximum, minimum, clip, floor, ceil.

At a kink any slope between those on its two sides is a valid derivative (a subgradient); the one
nearest to 0 is taken. Tied inputs share the gradient equally.
"""

from __future__ import annotations

import math
from typing import Any

from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.arithmetic import sum
from micrograd_tut.ops.domain import Domain
from micrograd_tut.ops.op import declare


@declare(lambda x, out: 0.0, internal=True)
def heaviside(x: float) -> float:
    """1 if x > 0, else 0: the unit step"""
    return x if math.isnan(x) else 1.0 if x > 0 else 0.0


@declare(lambda x, out: 0.0, internal=True)
def sign(x: float) -> float:
    """-1, 0 or 1: the derivative of abs"""
    return math.copysign(1.0, x) if x and not math.isnan(x) else x


@declare(lambda x, y, out: 0.0, lambda x, y, out: 0.0, internal=True)
def equal(x: float, y: float) -> float:
    """1 if x equals y, else 0: finds the largest in the derivative of maximum"""
    return math.nan if math.isnan(x) or math.isnan(y) else 1.0 if x == y else 0.0


@declare(
    lambda x, left, right, out: 0.0,
    lambda x, left, right, out: heaviside(-x),
    lambda x, left, right, out: heaviside(x),
    internal=True,
)
def kink(x: float, left: float, right: float) -> float:
    """left for x < 0, right for x > 0; at 0 the number between the two that is nearest to 0"""
    return kernels.kink(x, left, right)


@declare(
    lambda condition, x, y, out: 0.0,
    lambda condition, x, y, out: where(condition, 1.0, 0.0),
    lambda condition, x, y, out: where(condition, 0.0, 1.0),
)
def where(condition: float, x: float, y: float) -> float:
    """x if the condition is true (not 0), else y"""
    return x if condition else y


@declare(lambda x, out: sign(x))
def abs(x: float) -> float:
    """|x|; its derivative at 0 is 0"""
    return math.fabs(x)


def _equal_parts(xs: Any, out: Any) -> list[Any]:
    """1 for the input that was picked, 0 for the others; several equal ones share the 1."""
    picked = [equal(x, out) for x in xs]
    count = sum(picked)
    return [p / count for p in picked]


@declare(_equal_parts)
def maximum(*xs: float) -> float:
    """The largest of a list; if several are largest, they share the gradient equally"""
    return math.nan if any(map(math.isnan, xs)) else max(xs)


@declare(_equal_parts)
def minimum(*xs: float) -> float:
    """The smallest of a list; if several are smallest, they share the gradient equally"""
    return math.nan if any(map(math.isnan, xs)) else min(xs)


def _above(x: Any, y: Any) -> Any:
    """1 if x > y, 1/2 if they are equal, else 0."""
    return 0.5 + 0.5 * sign(x - y)


@declare(
    lambda x, low, high, out: _above(x, low) * _above(high, x),
    lambda x, low, high, out: _above(low, x),
    lambda x, low, high, out: _above(x, high),
    domain=Domain("x2 <= x3", hint=lambda x, low, high: "Call it as clip(x, low, high)."),
)
def clip(x: float, low: float, high: float) -> float:
    """x, but at least low and at most high; if x equals one of them, they share the gradient"""
    return math.nan if low > high else minimum.forward(maximum.forward(x, low), high)


@declare(lambda x, out: 0.0, limit=lambda x: x)
def floor(x: float) -> float:
    """x rounded down to an integer; its derivative is 0"""
    return math.copysign(math.floor(x), x)


@declare(lambda x, out: 0.0, limit=lambda x: x)
def ceil(x: float) -> float:
    """x rounded up to an integer; its derivative is 0"""
    return math.copysign(math.ceil(x), x)
