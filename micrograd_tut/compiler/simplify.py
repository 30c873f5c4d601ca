"""Algebraic simplification: multiplications by 1, etc.

The rules of the forward pass drop nothing that can fail, and keep the sign of a zero:
``0.0 * log(x)`` is computed, as on Values. In the backward pass a factor of 0 contributes nothing,
whatever the other factor is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from micrograd_tut import ops
from micrograd_tut.ops.op import Op

Operand = Any
"""An ArrayNode or a float. At least one operand of a rule is an ArrayNode."""

Rewrites = dict[Op, Callable[..., Operand | None]]
"""For each operation a function of its operands: a simpler equivalent, or None."""

_MIN_NORMAL = 2.2250738585072014e-308  # smaller floats lose digits


def _is_array(x: Operand) -> bool:
    return hasattr(x, "inputs")


def _is(x: Operand, value: float) -> bool:
    return not _is_array(x) and bool(x == value)


def _is_minus_zero(x: Operand) -> bool:
    return _is(x, 0) and math.copysign(1.0, x) < 0


def _is_scalar(x: Operand) -> bool:
    return not _is_array(x) or (x.rows == 1 and not x.batched and not x.columns)


# --- In both passes ---------------------------------------------------------------------------


def _forward_add(x: Operand, y: Operand) -> Operand | None:
    for zero, other in ((x, y), (y, x)):
        if _is_minus_zero(zero):  # but not 0.0: -0.0 + 0.0 is 0.0
            return other
    return 2.0 * x if x is y else None


def _forward_sub(x: Operand, y: Operand) -> Operand | None:
    if _is_minus_zero(x):
        return -y
    return x if _is(y, 0) and not _is_minus_zero(y) else None


def _forward_mul(x: Operand, y: Operand) -> Operand | None:
    if _is_array(x) and not _is_array(y):
        return y * x  # numbers come first
    if _is(x, 1):
        return y
    return -y if _is(x, -1) else None


def _forward_div(x: Operand, y: Operand) -> Operand | None:
    return x if _is(y, 1) else None


def _forward_pow(x: Operand, y: Operand) -> Operand | None:
    if _is(y, 3):  # NumPy computes squares quickly, cubes slowly
        return x * x**2.0
    if _is(y, 4):
        return (x**2.0) ** 2.0
    return x if _is(y, 1) else None


def _forward_neg(x: Operand) -> Operand | None:
    return x.inputs[0] if x.kind == "neg" else None


FORWARD_REWRITES: Rewrites = {
    ops.add: _forward_add,
    ops.sub: _forward_sub,
    ops.mul: _forward_mul,
    ops.div: _forward_div,
    ops.pow: _forward_pow,
    ops.neg: _forward_neg,
}

# --- In the backward pass ---------------------------------------------------------------------


def _backward_add(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0):
        return y
    return x if _is(y, 0) else _forward_add(x, y)


def _backward_sub(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0):
        return -y
    return x if _is(y, 0) else None


def _backward_mul(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0) or _is(y, 0):
        return 0.0
    if not _is_array(x) and y.kind == "mul" and _is_scalar(y.inputs[0]):
        first, second = y.inputs
        numbers = x, first, x * first
        if _is_array(first) or all(_MIN_NORMAL <= abs(z) < math.inf for z in numbers):
            return (x * first) * second
    return _forward_mul(x, y)


def _backward_pow(x: Operand, y: Operand) -> Operand | None:
    return 1.0 if _is(y, 0) else _forward_pow(x, y)


def _backward_where(condition: Operand, x: Operand, y: Operand) -> Operand | None:
    if _is_array(condition):
        return x if x is y else None
    return x if condition else y


BACKWARD_REWRITES: Rewrites = {
    **FORWARD_REWRITES,
    ops.add: _backward_add,
    ops.sub: _backward_sub,
    ops.mul: _backward_mul,
    ops.pow: _backward_pow,
    ops.where: _backward_where,
}
