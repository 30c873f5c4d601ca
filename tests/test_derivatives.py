"""Jacobians, Hessians and Hessian-vector products, against closed forms and mpmath."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from mpmath import mp

import micrograd_tut as mg
from micrograd_tut import Value
from micrograd_tut.errors import InputError


def himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11.0) ** 2 + (x + y**2 - 7.0) ** 2


def himmelblau_hessian(x: float, y: float) -> list[list[float]]:
    mixed = 4 * (x + y)
    return [[12 * x * x + 4 * y - 42, mixed], [mixed, 12 * y * y + 4 * x - 26]]


def test_the_jacobian_of_polar_coordinates() -> None:
    r, t = Value(2.0), Value(0.5)
    c, s = math.cos(0.5), math.sin(0.5)
    rows = mg.jacobian([r * mg.cos(t), r * mg.sin(t)], [r, t])
    assert rows == [pytest.approx([c, -2 * s]), pytest.approx([s, 2 * c])]
    assert (r.grad, t.grad) == (0.0, 0.0)


def test_the_jacobian_has_one_row_per_output_and_one_column_per_input() -> None:
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    assert mg.jacobian([a * b, b + a], [a, b, c]) == [[2.0, 1.0, 0.0], [1.0, 1.0, 0.0]]


def test_a_function_is_called_with_values() -> None:
    s = [1 / (1 + math.exp(-1.0)), 1 / (1 + math.exp(1.0))]
    p = s[0] * s[1]
    found = mg.jacobian(lambda *x: mg.softmax(x), [1.0, 0.0])
    assert found == [pytest.approx([p, -p]), pytest.approx([-p, p])]
    assert mg.hessian(himmelblau, [1.5, -2.0]) == himmelblau_hessian(1.5, -2.0)


def test_the_hessian_of_an_expression() -> None:
    x, y = Value(-0.5), Value(3.0)
    assert mg.hessian(himmelblau(x, y), [x, y]) == himmelblau_hessian(-0.5, 3.0)


def test_the_hessian_agrees_with_mpmath() -> None:
    with mp.workdps(40):
        f = lambda x, y: mp.tanh(x * y) + mp.exp(x) / y  # noqa: E731
        orders = [[(2, 0), (1, 1)], [(1, 1), (0, 2)]]
        true = [[float(mp.diff(f, (0.3, 1.7), n)) for n in row] for row in orders]
    found = mg.hessian(lambda x, y: mg.tanh(x * y) + mg.exp(x) / y, [0.3, 1.7])
    assert found == [pytest.approx(row, rel=1e-14) for row in true]


def test_a_hessian_can_be_differentiated_again() -> None:
    x = Value(2.0)
    ((second,),) = mg.hessian(x**4, [x], create_graph=True)
    assert mg.grad(second, [x]) == [48.0]
    ((slope,),) = mg.jacobian([x**3], [x], create_graph=True)
    assert mg.grad(slope, [x]) == [12.0]


def test_a_hessian_times_a_vector() -> None:
    (a, b), (_, d) = himmelblau_hessian(1.5, -2.0)
    assert mg.hvp(himmelblau, [1.5, -2.0], [3.0, -1.0]) == [3 * a - b, 3 * b - d]
    x, y = Value(1.5), Value(-2.0)
    assert mg.hvp(himmelblau(x, y), [x, y], [0.0, 1.0]) == [b, d]


def test_a_hessian_times_a_vector_can_be_differentiated_again() -> None:
    x = Value(2.0)
    (product,) = mg.hvp(x**4, [x], [3.0], create_graph=True)
    assert (product.data, mg.grad(product, [x])) == (144.0, [144.0])


def test_a_hessian_times_a_vector_does_not_compute_the_hessian() -> None:
    """1,000 inputs would take a million second derivatives."""
    xs = [Value(i / 1000) for i in range(1000)]
    y = mg.sum([a * b for a, b in itertools.pairwise(xs)])
    product = mg.hvp(y, xs, [1.0] * 1000)
    assert product == [1.0, *[2.0] * 998, 1.0]


X = Value(1.0)

REFUSED = [
    (
        lambda: mg.jacobian(X * 2, [X]),
        r"needs a list of outputs: .*; got one Value",
    ),
    (lambda: mg.jacobian([X * 2, 3.0], [X]), r"3\.0 is not a Value"),
    (lambda: mg.jacobian([], [X]), "got an empty list"),
    (lambda: mg.jacobian([X * 2], X), "jacobian needs a list"),
    (
        lambda: mg.hessian(X * 2, [2.0]),
        r"or pass a function and numbers: mg.hessian\(f, ",
    ),
    (lambda: mg.hessian([X * 2], [X]), r"needs one output y.*For several outputs use mg.jacobian"),
    (lambda: mg.hessian(lambda x: 3.0, [2.0]), r"one output y, a Value; got 3\.0"),
    (lambda: mg.hvp(X * 2, [X], [1.0, 2.0]), "got 2 numbers and 1 inputs"),
    (lambda: mg.grad(lambda x: x**2), r"not a function: .*mg\.grad\(y, \[x\]\)"),
    (lambda: mg.grad(lambda x: x**2, [X]), r"not a function: .*mg\.grad\(y, \[x\]\)"),
    (lambda: mg.grad(X * 2), r"a list of Values: grad\(y, \[x\]\)"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_the_error_says_what_to_type(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
