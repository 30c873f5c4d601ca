"""Addition, subtraction, multiplication, division, remainders; sums and products of lists."""

from __future__ import annotations

import math
from typing import Any

from micrograd_tut.errors import DivisionByZeroError
from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.domain import Domain
from micrograd_tut.ops.op import declare

_DIVISOR = Domain(
    "y != 0",
    contains=lambda x, y: y != 0,
    hint=lambda x, y: "Change y, or compute inside `with mg.ieee():` to get inf or nan.",
    error=DivisionByZeroError,
)


@declare(lambda x, y, out: 1.0, lambda x, y, out: 1.0, symbol="+")
def add(x: float, y: float) -> float:
    """x + y"""
    return x + y


@declare(lambda x, y, out: 1.0, lambda x, y, out: -1.0, symbol="-")
def sub(x: float, y: float) -> float:
    """x - y"""
    return x - y


@declare(lambda x, y, out: y, lambda x, y, out: x, symbol="*")
def mul(x: float, y: float) -> float:
    """x * y"""
    return x * y


@declare(
    lambda x, y, out: 1.0 / y,
    lambda x, y, out: -out / y,
    symbol="/",
    domain=_DIVISOR,
    limit=lambda x, y: x * math.copysign(math.inf, y),  # nan for 0 / 0
)
def div(x: float, y: float) -> float:
    """x / y"""
    return x / y


@declare(
    lambda x, y, out: 0.0,
    lambda x, y, out: 0.0,
    symbol="//",
    domain=_DIVISOR,
    limit=lambda x, y: x * math.copysign(math.inf, y),
)
def floor_div(x: float, y: float) -> float:
    """x // y: x / y rounded down to an integer"""
    return x // y


@declare(lambda x, y, out: 1.0, lambda x, y, out: -floor_div(x, y), symbol="%", domain=_DIVISOR)
def mod(x: float, y: float) -> float:
    """x % y: the remainder of x // y, with the sign of y as in Python and NumPy"""
    return x % y


@declare(lambda x, out: -1.0, symbol="-")
def neg(x: float) -> float:
    """-x"""
    return -x


@declare(lambda xs, out: [1.0] * len(xs), limit=kernels.ieee_sum, takes_start=True)
def sum(*xs: float) -> float:
    """The sum of a list, correctly rounded"""
    return kernels.exact_sum(*xs)


@declare(
    lambda xs, out: [1.0 / len(xs)] * len(xs),
    limit=lambda *xs: kernels.ieee_sum(*(x / len(xs) for x in xs)),
)
def mean(*xs: float) -> float:
    """The mean of a list"""
    return kernels.mean(*xs)


def _products_of_others(xs: Any, out: Any) -> list[Any]:
    """For each input the product of the others: right even if inputs are 0."""
    if len(xs) == 1:
        return [1.0]
    return [prod(*xs[:i], *xs[i + 1 :]) for i in range(len(xs))]


@declare(_products_of_others, limit=lambda *xs: math.prod(xs))
def prod(*xs: float) -> float:
    """The product of a list, without overflow on the way"""
    return kernels.product(*xs)
