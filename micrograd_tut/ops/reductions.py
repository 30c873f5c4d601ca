"""Operations on lists: the weighted sum of a neuron, logsumexp, softmax and its logarithm."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any, TypeVar

from micrograd_tut.errors import InputError
from micrograd_tut.ops import float_kernels as kernels
from micrograd_tut.ops.arithmetic import sum
from micrograd_tut.ops.op import declare
from micrograd_tut.support.validation import as_list, to_float

T = TypeVar("T")


def split_dot(values: Any) -> tuple[Any, Any, Any]:
    """The weights, the inputs and the bias (0 or 1 of them) of a weighted sum."""
    n = len(values) // 2
    return values[:n], values[n : 2 * n], values[2 * n :]


def _dot_partials(values: Any, out: Any) -> list[Any]:
    ws, xs, bias = split_dot(values)
    return [*xs, *ws, *[1.0] * len(bias)]


def _dot_limit(*values: float) -> float:
    ws, xs, bias = split_dot(values)
    return kernels.ieee_sum(*map(operator.mul, ws, xs), *bias)


def _dot_arguments(ws: Iterable[Any], xs: Iterable[Any], bias: Any = None) -> list[Any]:
    ws, xs = as_list("dot", ws), as_list("dot", xs)
    if len(ws) != len(xs) or not ws:
        raise InputError(f"dot needs as many weights as inputs; got {len(ws)} and {len(xs)}")
    return [*ws, *xs] if bias is None else [*ws, *xs, bias]


@declare(_dot_partials, limit=_dot_limit, name="dot")
def weighted_sum(*values: float) -> float:
    """w1 * x1 + … + wn * xn + b, its terms added without rounding: a neuron's weighted sum"""
    return kernels.dot(*values)


def dot(ws: Iterable[T], xs: Iterable[T], bias: T | None = None) -> T:
    """The weighted sum of a neuron, ``w1 * x1 + … + wn * xn + b``, as one operation.

    Args:
        ws: The weights, n numbers or Values.
        xs: The inputs, as many.
        bias: One number or Value, or None for no bias.

    Returns:
        One Value, or a float if all are floats.

    Raises:
        InputError: They are not lists, or empty, or differ in length.

    >>> dot([1.0, 2.0], [3.0, 4.0], 5.0)
    16.0
    """
    result: T = weighted_sum(*_dot_arguments(ws, xs, bias))
    return result


@declare(lambda xs, out: softmax(xs))
def logsumexp(*xs: float) -> float:
    """log(exp(x1) + … + exp(xn)), which never overflows"""
    return kernels.logsumexp(*xs)


def _softmax_partials(xs: Any, out: Any) -> list[Any]:
    others = softmax(xs)[1:]
    return [out * sum(others) if others else 0.0, *(-out * p for p in others)]


@declare(_softmax_partials, name="softmax")
def softmax_first(*xs: float) -> float:
    """exp(x1) / (exp(x1) + … + exp(xn)): the probability of the first input"""
    return kernels.softmax(*xs)


def softmax(values: Iterable[T]) -> list[T]:
    """The probabilities ``exp(x) / sum of exp`` of a list: each in [0, 1], with sum 1.

    Never overflows, and adding one number to every input changes nothing.

    Args:
        values: n numbers or Values.

    Returns:
        A list of n, one Value (or float) per input.

    Raises:
        InputError: It is not a list, or empty.

    >>> [round(p, 3) for p in softmax([2.0, 1.0, 0.1])]
    [0.659, 0.242, 0.099]
    """
    xs = as_list("softmax", values)
    if not xs:
        raise InputError("softmax needs at least one value; got none")
    if not any(hasattr(x, "_apply_op") for x in xs):  # plain numbers: all probabilities at once
        exponentials: Any = kernels.exponentials(tuple(map(to_float, xs)))
        total = math.fsum(exponentials)
        return [e / total for e in exponentials]
    return [softmax_first(x, *xs[:i], *xs[i + 1 :]) for i, x in enumerate(xs)]


def _log_softmax_partials(xs: Any, out: Any) -> list[Any]:
    others = softmax(xs)[1:]
    return [sum(others) if others else 0.0, *(-p for p in others)]


@declare(_log_softmax_partials, name="log_softmax")
def log_softmax_first(*xs: float) -> float:
    """x1 - logsumexp(x1, …, xn): the logarithm of the first probability of a softmax"""
    return kernels.log_softmax(*xs)


def log_softmax(values: Iterable[T]) -> list[T]:
    """The logarithms of the softmax probabilities of a list, accurate even if they are near 0.

    Args:
        values: n numbers or Values.

    Returns:
        A list of n, one Value (or float) per input.

    Raises:
        InputError: It is not a list, or empty.

    >>> log_softmax([1000.0, 0.0])
    [0.0, -1000.0]
    """
    xs = as_list("log_softmax", values)
    if not xs:
        raise InputError("log_softmax needs at least one value; got none")
    return [log_softmax_first(x, *xs[:i], *xs[i + 1 :]) for i, x in enumerate(xs)]
