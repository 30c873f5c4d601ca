"""What needs no statement: multiplying by 1, and the like.

A forward pass loses nothing that can fail, and no sign of a zero: ``0.0 * log(x)`` is computed, as
it is on Values. In a backward pass a factor of 0 contributes nothing, whatever it meets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from micrograd_tut import ops
from micrograd_tut.ops.op import Op

Operand = Any
"""An ArrayNode, or a float; at least one of those given to a rule is an ArrayNode."""

Rewrites = dict[Op, Callable[..., Operand | None]]
"""By row of the table, what an operation is the same as; None if it needs its statement."""

_SMALLEST = 2.2250738585072014e-308  # of the normal floats; below, digits are lost


def _is_array(x: Operand) -> bool:
    return hasattr(x, "inputs")


def _is(x: Operand, value: float) -> bool:
    return not _is_array(x) and bool(x == value)


def _is_minus_zero(x: Operand) -> bool:
    return _is(x, 0) and math.copysign(1.0, x) < 0


def _is_scalar(x: Operand) -> bool:
    return not _is_array(x) or (x.rows == 1 and not x.batched and not x.columns)


# --- Always ---------------------------------------------------------------------------------


def _fold_add(x: Operand, y: Operand) -> Operand | None:
    for zero, other in ((x, y), (y, x)):
        if _is_minus_zero(zero):  # 0.0 would change a -0.0
            return other
    return 2.0 * x if x is y else None


def _fold_sub(x: Operand, y: Operand) -> Operand | None:
    if _is_minus_zero(x):
        return -y
    return x if _is(y, 0) and not _is_minus_zero(y) else None


def _fold_mul(x: Operand, y: Operand) -> Operand | None:
    if _is_array(x) and not _is_array(y):
        return y * x  # numbers first
    if _is(x, 1):
        return y
    return -y if _is(x, -1) else None


def _fold_div(x: Operand, y: Operand) -> Operand | None:
    return x if _is(y, 1) else None


def _fold_pow(x: Operand, y: Operand) -> Operand | None:
    if _is(y, 3):  # NumPy has a quick square, and no quick cube
        return x * x**2.0
    if _is(y, 4):
        return (x**2.0) ** 2.0
    return x if _is(y, 1) else None


def _fold_neg(x: Operand) -> Operand | None:
    return x.inputs[0] if x.kind == "neg" else None


FORWARD_REWRITES: Rewrites = {
    ops.add: _fold_add,
    ops.sub: _fold_sub,
    ops.mul: _fold_mul,
    ops.div: _fold_div,
    ops.pow: _fold_pow,
    ops.neg: _fold_neg,
}

# --- In a backward pass ---------------------------------------------------------------------


def _drop_add(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0):
        return y
    return x if _is(y, 0) else _fold_add(x, y)


def _drop_sub(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0):
        return -y
    return x if _is(y, 0) else None


def _drop_mul(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0) or _is(y, 0):
        return 0.0
    if not _is_array(x) and y.kind == "mul" and _is_scalar(y.inputs[0]):
        first, second = y.inputs
        if _is_array(first) or all(_SMALLEST <= abs(z) < math.inf for z in (x, first, x * first)):
            return (x * first) * second
    return _fold_mul(x, y)


def _drop_pow(x: Operand, y: Operand) -> Operand | None:
    return 1.0 if _is(y, 0) else _fold_pow(x, y)


def _drop_where(condition: Operand, x: Operand, y: Operand) -> Operand | None:
    if _is_array(condition):
        return x if x is y else None
    return x if condition else y


BACKWARD_REWRITES: Rewrites = {
    **FORWARD_REWRITES,
    ops.add: _drop_add,
    ops.sub: _drop_sub,
    ops.mul: _drop_mul,
    ops.pow: _drop_pow,
    ops.where: _drop_where,
}
