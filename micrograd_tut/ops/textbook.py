"""Partial derivatives as a textbook prints them, where the operation holds a more exact form."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from micrograd_tut.ops.activations import INV_SQRT_2PI, gaussian, normal_cdf, sigmoid, softplus
from micrograd_tut.ops.op import Op
from micrograd_tut.ops.piecewise import abs, heaviside
from micrograd_tut.ops.powers import LN_2, LN_10, log, sqrt
from micrograd_tut.ops.reductions import softmax
from micrograd_tut.ops.trigonometry import cos, tanh


def _softmax(xs: Any, out: Any) -> list[Any]:
    return [out * (1.0 - out), *(-out * p for p in softmax(xs)[1:])]


def _log_softmax(xs: Any, out: Any) -> list[Any]:
    first, *others = softmax(xs)
    return [1.0 - first, *(-p for p in others)]


TEXTBOOK: dict[str, tuple[Callable[..., Any], ...]] = {
    "div": (lambda x, y, out: 1.0 / y, lambda x, y, out: -x / y**2),
    "pow": (lambda x, y, out: y * x ** (y - 1), lambda x, y, out: out * log(x)),
    "log2": (lambda x, out: 1.0 / (x * LN_2),),
    "log10": (lambda x, out: 1.0 / (x * LN_10),),
    "atan2": (lambda y, x, out: x / (x**2 + y**2), lambda y, x, out: -y / (x**2 + y**2)),
    "sinc": (lambda x, out: (cos(math.pi * x) - out) / x,),
    "clip": (
        lambda x, low, high, out: heaviside(x - low) * heaviside(high - x),
        lambda x, low, high, out: heaviside(low - x),
        lambda x, low, high, out: heaviside(x - high),
    ),
    "softsign": (lambda x, out: 1.0 / (1.0 + abs(x)) ** 2,),
    "mish": (lambda x, out: tanh(softplus(x)) + x * (1.0 - tanh(softplus(x)) ** 2) * sigmoid(x),),
    "log_softmax": (_log_softmax,),
    "hypot": (lambda x, y, out: x / out, lambda x, y, out: y / out),
    "asin": (lambda x, out: 1.0 / sqrt(1.0 - x**2),),
    "acos": (lambda x, out: -1.0 / sqrt(1.0 - x**2),),
    "atan": (lambda x, out: 1.0 / (1.0 + x**2),),
    "tanh": (lambda x, out: 1.0 - out**2,),
    "asinh": (lambda x, out: 1.0 / sqrt(1.0 + x**2),),
    "acosh": (lambda x, out: 1.0 / sqrt(x**2 - 1.0),),
    "atanh": (lambda x, out: 1.0 / (1.0 - x**2),),
    "relu": (lambda x, out: heaviside(x),),
    "sigmoid": (lambda x, out: out * (1.0 - out),),
    "silu": (lambda x, out: sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))),),
    "gelu": (lambda x, out: normal_cdf(x) + x * (INV_SQRT_2PI * gaussian(x, 0.5)),),
    "gaussian": (lambda x, rate, out: -2.0 * rate * x * out, lambda x, rate, out: -(x**2) * out),
    "softmax": (_softmax,),
}
"""By name of the operation; one function per input, as `Op.partials`, which are the default."""


def textbook_partials(op: Op, inputs: Sequence[Any], out: Any) -> list[Any]:
    """The partial derivative with respect to each input, as a textbook has it.

    Args:
        op: An operation.
        inputs: Symbols or numbers.
        out: The output, a Symbol or a number.

    >>> from micrograd_tut import ops
    >>> from micrograd_tut.ops.formulas import Symbol
    >>> textbook_partials(ops.tanh, [Symbol("x")], Symbol("out"))
    [1 - out ** 2]
    """
    partials = TEXTBOOK.get(op.name, op.partials)
    if op.arity is None:
        return list(partials[0](inputs, out))
    return [partial(*inputs, out) for partial in partials]
