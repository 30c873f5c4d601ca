"""Powers and roots, exponentials and logarithms."""

from __future__ import annotations

import math
from typing import Any

from micrograd_tut.errors import DivisionByZeroError, NotFiniteError
from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.domain import Domain
from micrograd_tut.ops.op import declare
from micrograd_tut.ops.piecewise import where

inf, nan = math.inf, math.nan
LN_2, LN_10 = math.log(2.0), math.log(10.0)
LOG2_E, LOG10_E = 1 / LN_2, 1 / LN_10
_BINARY = (
    "For probabilities use binary cross-entropy on logits: "
    "mg.binary_cross_entropy_with_logits(model.logits(x), target)."
)
_CATEGORICAL = (
    "For a softmax use categorical cross-entropy on logits: "
    "mg.categorical_cross_entropy_with_logits(model.logits(x), target)."
)
_CUBE_ROOT = "For the real cube root of a negative number use mg.cbrt(x)."


def _pow_limit(x: float, y: float) -> float:
    odd = math.fabs(math.fmod(y, 2.0)) == 1
    if x == 0:
        return math.copysign(inf, x) if odd else inf
    if x < 0 and not y.is_integer():
        return nan
    return -inf if x < 0 and odd else inf


@declare(
    lambda x, y, out: power_term(y, x, y, 1.0),
    lambda x, y, out: times_log(out, x),
    symbol="**",
    domain=(
        Domain("y >= 0 if x = 0", lambda x, y: x != 0 or y >= 0, error=DivisionByZeroError),
        Domain(
            "x >= 0, or an integer y",
            lambda x, y: x >= 0 or y.is_integer(),
            lambda x, y: (
                "For the real cube root of a negative number use mg.cbrt(x)."
                if math.isclose(y, 1 / 3)
                else ""
            ),
        ),
    ),
    limit=_pow_limit,
)
def pow(x: float, y: float) -> float:
    """x ** y, for x >= 0 or an integer y. A constant exponent gets no derivative."""
    return math.pow(x, y)


@declare(
    lambda c, x, y, j, out: where(x, power_term(1.0, x, y, j), 0.0),  # at 0 the log outweighs it
    lambda c, x, y, j, out: power_term(c * (y - j), x, y, j + 1),
    lambda c, x, y, j, out: where(out, out * log(x), 0.0),
    lambda c, x, y, j, out: -where(out, out * log(x), 0.0),
    domain=Domain("x3 >= x4 if x2 = 0", lambda c, x, y, j: x or y >= j, error=DivisionByZeroError),
    limit=lambda c, x, y, j: c * pow.evaluate_ieee((x, y - j)),
    internal=True,
)
def power_term(c: float, x: float, y: float, j: float) -> float:
    """c * x ** (y - j), and 0 if c is 0: the derivatives of a power

    j is a constant; y - j is not rounded.
    """
    return kernels.power_term(c, x, y, j)


@declare(lambda x, out: 0.5 / out, domain=Domain("x >= 0"))
def sqrt(x: float) -> float:
    """The square root, for x >= 0; its derivative at 0 is inf"""
    return math.sqrt(x)


@declare(lambda x, out: 1.0 / (3.0 * out**2))
def cbrt(x: float) -> float:
    """The cube root, of any number; its derivative at 0 is inf"""
    return kernels.cbrt(x)


@declare(lambda x, y, out: direction(x, y), lambda x, y, out: direction(y, x))
def hypot(x: float, y: float) -> float:
    """sqrt(x**2 + y**2) without overflow on the way; its derivatives at (0, 0) are 0"""
    return math.hypot(x, y)


def length_or_one(x: Any, y: Any) -> Any:
    """hypot(x, y), and 1 at (0, 0)."""
    length = hypot(x, y)
    return where(length, length, 1.0)


@declare(
    lambda x, y, out: direction(y, x) ** 2 / length_or_one(x, y),
    lambda x, y, out: -out * direction(y, x) / length_or_one(x, y),
    internal=True,
)
def direction(x: float, y: float) -> float:
    """x / hypot(x, y), the cosine of the angle of (x, y), and 0 at (0, 0)"""
    return kernels.direction(x, y)


@declare(
    lambda x, out: out,
    domain=Domain(
        "x <= 709.78",
        hint=lambda x: (
            "Its result is too large for a float. Scale x down; for probabilities use mg.softmax, "
            "for the logarithm of a sum of exponentials mg.logsumexp, which never overflow; or "
            "compute inside `with mg.ieee():` to get inf."
        ),
        error=NotFiniteError,
    ),
    limit=lambda x: inf,
)
def exp(x: float) -> float:
    """e ** x, for x up to 709.78"""
    return math.exp(x)


@declare(lambda x, out: exp(x), limit=lambda x: inf)
def expm1(x: float) -> float:
    """exp(x) - 1, accurate even for x near 0"""
    return math.expm1(x)


@declare(lambda x, out: LN_2 * out, limit=lambda x: inf)
def exp2(x: float) -> float:
    """2 ** x, for x below 1024"""
    return math.exp2(x)


def _log_limit(x: float) -> float:
    return -inf if x == 0 else nan


def _log_base_limit(x: float, base: float) -> float:
    top, bottom = log.evaluate_ieee((x,)), log.evaluate_ieee((base,))
    return top / bottom if bottom else top * inf


@declare(
    lambda x, base, out: (1.0 / x) / log(base),
    lambda x, base, out: -(out / base) / log(base),
    domain=(
        Domain("x > 0", lambda x, base: x > 0),
        Domain("y > 0 and y != 1", lambda x, base: base > 0 and base != 1),
    ),
    limit=_log_base_limit,
    internal=True,
)
def log_base(x: float, base: float) -> float:
    """The logarithm of x to a base, for x > 0 and a base > 0 other than 1"""
    return kernels.log_base(x, base)


@declare(
    lambda x, out: 1.0 / x,
    domain=Domain(
        "x > 0",
        hint=lambda x: _BINARY if x >= -1e-6 else "",
        hints_after={"softmax": _CATEGORICAL},
    ),
    limit=_log_limit,
    overload=log_base,
)
def log(x: float) -> float:
    """The natural logarithm, for x > 0; a second input is another base"""
    return math.log(x)


@declare(lambda x, out: LOG2_E / x, domain=Domain("x > 0"), limit=_log_limit)
def log2(x: float) -> float:
    """The logarithm to base 2, for x > 0"""
    return math.log2(x)


@declare(lambda x, out: LOG10_E / x, domain=Domain("x > 0"), limit=_log_limit)
def log10(x: float) -> float:
    """The logarithm to base 10, for x > 0"""
    return math.log10(x)


@declare(
    lambda z, x, out: log(x),
    lambda z, x, out: where(x, z / x, 0.0),
    domain=Domain("y >= 0"),
    internal=True,
)
def times_log(z: float, x: float) -> float:
    """z * log(x), and 0 at x = 0: the derivative of x ** y with respect to y, for z = x ** y"""
    return z * math.log(x) if x else 0.0


@declare(
    lambda x, out: 1.0 / (1.0 + x),
    domain=Domain("x > -1"),
    limit=lambda x: -inf if x == -1 else nan,
)
def log1p(x: float) -> float:
    """log(1 + x), accurate even for x near 0; for x > -1"""
    return math.log1p(x)
