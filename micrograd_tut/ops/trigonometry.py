"""Trigonometric and hyperbolic functions and their inverses."""

from __future__ import annotations

import math

from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.domain import Domain
from micrograd_tut.ops.op import declare
from micrograd_tut.ops.powers import direction, hypot, length_or_one, sqrt

DEGREES = 180.0 / math.pi


@declare(lambda x, out: cos(x))
def sin(x: float) -> float:
    """The sine of x radians"""
    return math.sin(x)


@declare(lambda x, out: -sin(x))
def cos(x: float) -> float:
    """The cosine of x radians"""
    return math.cos(x)


@declare(lambda x, out: 1.0 + out**2)
def tan(x: float) -> float:
    """The tangent of x radians"""
    return math.tan(x)


@declare(lambda x, out: -2.0 * x, internal=True)
def one_minus_square(x: float) -> float:
    """1 - x**2, accurate even for x near -1 and 1"""
    return (1.0 - x) * (1.0 + x)


@declare(lambda x, out: 1.0 / sqrt(one_minus_square(x)), domain=Domain("-1 <= x <= 1"))
def asin(x: float) -> float:
    """The angle in [-pi/2, pi/2] whose sine is x, for -1 <= x <= 1"""
    return math.asin(x)


@declare(lambda x, out: -1.0 / sqrt(one_minus_square(x)), domain=Domain("-1 <= x <= 1"))
def acos(x: float) -> float:
    """The angle in [0, pi] whose cosine is x, for -1 <= x <= 1"""
    return math.acos(x)


@declare(lambda x, out: (1.0 / hypot(1.0, x)) ** 2)
def atan(x: float) -> float:
    """The angle in (-pi/2, pi/2) whose tangent is x"""
    return math.atan(x)


@declare(
    lambda y, x, out: direction(x, y) / length_or_one(x, y),
    lambda y, x, out: -direction(y, x) / length_or_one(x, y),
)
def atan2(y: float, x: float) -> float:
    """The angle of the point (x, y) in [-pi, pi]; y comes first. Derivatives at (0, 0) are 0"""
    return math.atan2(y, x)


@declare(lambda x, out: DEGREES)
def degrees(x: float) -> float:
    """x radians in degrees"""
    return math.degrees(x)


@declare(lambda x, out: 1.0 / DEGREES)
def radians(x: float) -> float:
    """x degrees in radians"""
    return math.radians(x)


@declare(lambda x, out: sinc_derivative(x, 1.0))
def sinc(x: float) -> float:
    """sin(pi * x) / (pi * x), and 1 at 0; with pi, as in NumPy"""
    return kernels.sinc(x)


@declare(lambda x, n, out: sinc_derivative(x, n + 1.0), lambda x, n, out: 0.0, internal=True)
def sinc_derivative(x: float, n: float) -> float:
    """The derivative of sinc of order n, a constant"""
    return kernels.sinc_derivative(x, int(n))


@declare(lambda x, out: cosh(x), limit=lambda x: math.copysign(math.inf, x))
def sinh(x: float) -> float:
    """The hyperbolic sine"""
    return math.sinh(x)


@declare(lambda x, out: sinh(x), limit=lambda x: math.inf)
def cosh(x: float) -> float:
    """The hyperbolic cosine"""
    return math.cosh(x)


@declare(lambda x, out: sech2(x))
def tanh(x: float) -> float:
    """The hyperbolic tangent, in (-1, 1)"""
    return math.tanh(x)


@declare(lambda x, out: -2.0 * out * tanh(x), internal=True)
def sech2(x: float) -> float:
    """1 - tanh(x)**2 = 1 / cosh(x)**2, accurate even where tanh saturates"""
    return kernels.sech2(x)


@declare(lambda x, out: 1.0 / hypot(1.0, x))
def asinh(x: float) -> float:
    """The inverse hyperbolic sine"""
    return math.asinh(x)


@declare(lambda x, out: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)), domain=Domain("x >= 1"))
def acosh(x: float) -> float:
    """The inverse hyperbolic cosine, for x >= 1"""
    return math.acosh(x)


@declare(
    lambda x, out: 1.0 / one_minus_square(x),
    domain=Domain("-1 < x < 1"),
    limit=lambda x: math.copysign(math.inf, x) if math.fabs(x) == 1 else math.nan,
)
def atanh(x: float) -> float:
    """The inverse hyperbolic tangent, for -1 < x < 1"""
    return math.atanh(x)
