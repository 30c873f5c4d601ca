"""What needs no statement: adding 0, multiplying by 1, and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from micrograd_tut import ops
from micrograd_tut.row import Op

Operand = Any
"""An Array, or a float; at least one of those given to a rule is an Array."""


def _is_array(x: Operand) -> bool:
    return hasattr(x, "inputs")


def _is(x: Operand, value: float) -> bool:
    return not _is_array(x) and bool(x == value)


def _is_scalar(x: Operand) -> bool:
    return not _is_array(x) or (x.rows == 1 and not x.batched and not x.columns)


def _fold_add(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0):
        return y
    if _is(y, 0):
        return x
    return 2.0 * x if x is y else None


def _fold_sub(x: Operand, y: Operand) -> Operand | None:
    if _is(x, 0):
        return -y
    return x if _is(y, 0) else None


def _fold_mul(x: Operand, y: Operand) -> Operand | None:
    if _is_array(x) and not _is_array(y):
        return y * x  # numbers first
    if _is_array(x):
        return None
    if x == 0:
        return 0.0
    if x == 1:
        return y
    if x == -1:
        return -y
    if y.kind == "mul" and _is_scalar(y.inputs[0]):
        return (x * y.inputs[0]) * y.inputs[1]
    return None


def _fold_div(x: Operand, y: Operand) -> Operand | None:
    return x if _is(y, 1) else None


def _fold_pow(x: Operand, y: Operand) -> Operand | None:
    if _is(y, 0):
        return 1.0
    if _is(y, 3):  # NumPy has a quick square, and no quick cube
        return x * x**2.0
    if _is(y, 4):
        return (x**2.0) ** 2.0
    return x if _is(y, 1) else None


def _fold_neg(x: Operand) -> Operand | None:
    return x.inputs[0] if x.kind == "neg" else None


def _fold_where(condition: Operand, x: Operand, y: Operand) -> Operand | None:
    if _is_array(condition):
        return x if x is y else None
    return x if condition else y


FOLDS: dict[Op, Callable[..., Operand | None]] = {
    ops.add: _fold_add,
    ops.sub: _fold_sub,
    ops.mul: _fold_mul,
    ops.div: _fold_div,
    ops.pow: _fold_pow,
    ops.neg: _fold_neg,
    ops.where: _fold_where,
}
