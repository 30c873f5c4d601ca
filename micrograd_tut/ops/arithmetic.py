"""Addition, subtraction, multiplication, division, and sums of lists."""

from __future__ import annotations

import math

from micrograd_tut.errors import DivisionByZeroError
from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.domain import Domain
from micrograd_tut.ops.op import declare


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
    domain=Domain(
        "y != 0",
        contains=lambda x, y: y != 0,
        hint=lambda x, y: "Change y, or compute inside `with mg.ieee():` to get inf or nan.",
        error=DivisionByZeroError,
    ),
    limit=lambda x, y: x * math.copysign(math.inf, y),  # nan for 0 / 0
)
def div(x: float, y: float) -> float:
    """x / y"""
    return x / y


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
