"""Activation functions, and the functions in their derivatives."""

from __future__ import annotations

import math

from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.op import declare
from micrograd_tut.ops.piecewise import heaviside, kink, minimum, sign, where
from micrograd_tut.ops.powers import exp, expm1
from micrograd_tut.ops.trigonometry import sech2

INV_SQRT_2PI = 1 / math.sqrt(2 * math.pi)


@declare(lambda x, out: sign(out), symbol="ReLU")
def relu(x: float) -> float:
    """max(x, 0), the rectified linear unit; its derivative at 0 is 0"""
    return x if x > 0 or x != x else 0.0


@declare(
    lambda x, alpha, out: kink(x, alpha, 1.0),
    lambda x, alpha, out: where(heaviside(x), 0.0, x),
)
def leaky_relu(x: float, alpha: float = 0.01) -> float:
    """x if x > 0, else alpha * x; alpha defaults to 0.01"""
    return x if x > 0 else alpha * x


@declare(
    lambda x, alpha, out: kink(x, alpha * exp(minimum(x, 0.0)), 1.0),
    lambda x, alpha, out: expm1(minimum(x, 0.0)),
)
def elu(x: float, alpha: float = 1.0) -> float:
    """x if x > 0, else alpha * (exp(x) - 1); alpha defaults to 1. Source: arXiv 1511.07289"""
    return x if x > 0 else alpha * math.expm1(x)


@declare(lambda x, out: 0.25 * sech2(0.5 * x))
def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), the logistic function, in (0, 1)"""
    return kernels.sigmoid(x)


@declare(lambda x, out: sigmoid(x))
def softplus(x: float) -> float:
    """log(1 + exp(x)), a smooth relu"""
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x))) if x == x else x


@declare(lambda x, out: sigmoid(x) * (1.0 + x * sigmoid(-x)))
def silu(x: float) -> float:
    """x * sigmoid(x), also known as swish. Source: arXiv 1606.08415"""
    return kernels.silu(x)


@declare(
    lambda x, rate, out: -2.0 * rate * (x * out),
    lambda x, rate, out: -x * (x * out),
    internal=True,
)
def gaussian(x: float, rate: float) -> float:
    """exp(-rate * x**2), for a rate of 1 or 1/2; corrected for the rounding of the square"""
    return kernels.gaussian(x, rate)


@declare(lambda x, out: kernels.TWO_OVER_SQRT_PI * gaussian(x, 1.0))
def erf(x: float) -> float:
    """The error function, in (-1, 1). Source: Abramowitz and Stegun, 7.1.1"""
    return math.erf(x)


@declare(lambda x, out: INV_SQRT_2PI * gaussian(x, 0.5), internal=True)
def normal_cdf(x: float) -> float:
    """The probability that a standard normal variable is below x, in (0, 1)"""
    return kernels.normal_cdf(x)


@declare(lambda x, out: normal_cdf(x) + x * (INV_SQRT_2PI * gaussian(x, 0.5)))
def gelu(x: float) -> float:
    """x * P(a standard normal variable < x). Source: arXiv 1606.08415"""
    return x * kernels.normal_cdf(x) if x > -40 or x != x else -0.0
