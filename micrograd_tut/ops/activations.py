"""Activation functions, and the functions in their derivatives."""

from __future__ import annotations

import math
from typing import Any

from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.op import declare
from micrograd_tut.ops.piecewise import abs, heaviside, kink, maximum, minimum, sign, where
from micrograd_tut.ops.powers import exp, expm1
from micrograd_tut.ops.trigonometry import sech2, tanh

INV_SQRT_2PI = 1 / math.sqrt(2 * math.pi)
SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848  # from its source


@declare(lambda x, out: sign(out), symbol="ReLU")  # 0 or 1, as out >= 0
def relu(x: float) -> float:
    """max(x, 0), the rectified linear unit; its derivative at 0 is 0"""
    return x if x > 0 or math.isnan(x) else 0.0


@declare(
    lambda x, alpha, out: kink(x, alpha, 1.0),
    lambda x, alpha, out: where(heaviside(-x), x, 0.0),
)
def leaky_relu(x: float, alpha: float = 0.01) -> float:
    """x if x > 0, else alpha * x; alpha defaults to 0.01"""
    return x if x > 0 else alpha * x


@declare(
    lambda x, alpha, out: kink(x, alpha * exp(minimum(x, 0.0)), 1.0),
    lambda x, alpha, out: where(heaviside(-x), expm1(minimum(x, 0.0)), 0.0),
)
def elu(x: float, alpha: float = 1.0) -> float:
    """x if x > 0, else alpha * (exp(x) - 1); alpha defaults to 1. Source: arXiv 1511.07289"""
    return x if x > 0 else alpha * math.expm1(x)


@declare(lambda x, out: kink(x, SELU_SCALE * SELU_ALPHA * exp(minimum(x, 0.0)), SELU_SCALE))
def selu(x: float) -> float:
    """1.0507 * elu(x, 1.67326): outputs keep mean 0 and variance 1. Source: arXiv 1706.02515"""
    return SELU_SCALE * (x if x > 0 else SELU_ALPHA * math.expm1(x))


@declare(lambda x, out: heaviside(x) * heaviside(6.0 - x))
def relu6(x: float) -> float:
    """min(max(x, 0), 6); its derivative at 0 and 6 is 0"""
    return min(max(x, 0.0), 6.0)


@declare(lambda x, out: heaviside(3.0 - abs(x)) / 6.0)
def hard_sigmoid(x: float) -> float:
    """relu6(x + 3) / 6, a sigmoid of three lines, in [0, 1]; as in Keras 3 and PyTorch"""
    return relu6.forward(x + 3.0) / 6.0


@declare(lambda x, out: (1.0 / (1.0 + abs(x))) ** 2)
def softsign(x: float) -> float:
    """x / (1 + |x|), in (-1, 1)"""
    return math.copysign(1.0, x) if math.isinf(x) else x / (1.0 + math.fabs(x))


@declare(lambda x, out: 0.25 * sech2(0.5 * x))
def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), the logistic function, in (0, 1)"""
    return kernels.sigmoid(x)


@declare(lambda x, out: sigmoid(x))
def softplus(x: float) -> float:
    """log(1 + exp(x)), a smooth relu"""
    return x if math.isnan(x) else max(x, 0.0) + math.log1p(math.exp(-math.fabs(x)))


@declare(lambda x, out: sigmoid(x) + minimum(out, 800.0) * sigmoid(-x))  # not inf * 0
def silu(x: float) -> float:
    """x * sigmoid(x), also known as swish. Source: arXiv 1606.08415"""
    return kernels.silu(x)


@declare(lambda x, out: tanh(softplus(x)) + _within(x, 800.0) * (sech2(softplus(x)) * sigmoid(x)))
def mish(x: float) -> float:
    """x * tanh(softplus(x)). Source: arXiv 1908.08681"""
    return kernels.silu(x) if x < -700 else x * math.tanh(softplus.forward(x))


def _within(x: Any, size: float) -> Any:
    """x, or the nearer of -size and size: a factor of what is 0 beyond, as inf * 0 is not."""
    return maximum(minimum(x, size), -size)


@declare(
    lambda x, rate, out: -2.0 * rate * (_within(x, 40.0) * out),
    lambda x, rate, out: -_within(x, 40.0) * (_within(x, 40.0) * out),
    internal=True,
)
def gaussian(x: float, rate: float) -> float:
    """exp(-rate * x**2), for a rate of 1 or 1/2; accurate even if x**2 is rounded"""
    return kernels.gaussian(x, rate)


@declare(lambda x, out: kernels.TWO_OVER_SQRT_PI * gaussian(x, 1.0))
def erf(x: float) -> float:
    """The error function, in (-1, 1). Source: Abramowitz and Stegun, 7.1.1"""
    return math.erf(x)


@declare(lambda x, out: -kernels.TWO_OVER_SQRT_PI * gaussian(x, 1.0))
def erfc(x: float) -> float:
    """1 - erf(x), accurate even if it is small, in (0, 2)"""
    return math.erfc(x)


@declare(lambda x, out: INV_SQRT_2PI * gaussian(x, 0.5), internal=True)
def normal_cdf(x: float) -> float:
    """The probability that a standard normal variable is below x, in (0, 1)"""
    return kernels.normal_cdf(x)


@declare(lambda x, out: normal_cdf(x) + _within(x, 40.0) * (INV_SQRT_2PI * gaussian(x, 0.5)))
def gelu(x: float) -> float:
    """x * P(a standard normal variable < x). Source: arXiv 1606.08415"""
    return x * kernels.normal_cdf(x) if x > -40 or math.isnan(x) else -0.0  # below, it underflows
