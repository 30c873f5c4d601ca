"""What holds for every row of the table at any numbers at all."""

from __future__ import annotations

import copy
import math
from typing import Any

from hypothesis import given, settings, strategies as st
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.engine import Constant, topological
from micrograd_tut.errors import MicrogradError

numbers = st.floats() | st.floats(-5, 5) | st.sampled_from([0.0, -0.0, 1.0, -1.0])
finite = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-5, 5)


@st.composite
def applied(draw: Any, floats: Any = numbers) -> tuple[ops.Op, list[float]]:
    """A row, and numbers for its inputs."""
    name = draw(st.sampled_from(sorted(ops.OPS)))
    op = ops.OPS[name]
    count = op.arity or draw(st.integers(2 if name == "dot" else 1, 5))
    return op, [draw(floats) for _ in range(count)]


def outcome(compute: Any) -> Any:
    """A number, or the class of the package's error."""
    try:
        return compute()
    except MicrogradError as error:
        return type(error)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        both_nan = math.isnan(a) and math.isnan(b)
        return both_nan or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return a is b


@settings(deadline=None, max_examples=300)
@given(applied())
def test_a_value_computes_what_a_float_computes(case: tuple[ops.Op, list[float]]) -> None:
    op, xs = case
    assert same(outcome(lambda: op(*xs)), outcome(lambda: op(*map(Value, xs)).data))


@settings(deadline=None, max_examples=300)
@given(applied())
def test_numbers_and_values_mix(case: tuple[ops.Op, list[float]]) -> None:
    op, xs = case
    mixed = [Value(x) if i % 2 else x for i, x in enumerate(xs)]
    if len(xs) > 1:
        assert same(outcome(lambda: op(*xs)), outcome(lambda: op(*mixed).data))


@settings(deadline=None, max_examples=300)
@given(applied())
def test_inside_ieee_nothing_raises(case: tuple[ops.Op, list[float]]) -> None:
    op, xs = case
    with mg.ieee():
        inputs = list(map(Value, xs))
        y = op(*inputs)
        y.backward()
        for slope in mg.grad(y, inputs, create_graph=True):
            mg.grad(slope, inputs)
        assert same(y.data, y.forward().data)


@settings(deadline=None, max_examples=300)
@given(applied(finite))
def test_finite_numbers_give_a_finite_value_or_an_error(case: tuple[ops.Op, list[float]]) -> None:
    op, xs = case
    result = outcome(lambda: op(*xs))
    assert isinstance(result, type) or math.isfinite(result)


@settings(deadline=None, max_examples=300)
@given(applied())
def test_backward_grad_and_by_hand_agree(case: tuple[ops.Op, list[float]]) -> None:
    op, xs = case
    constants = ROWS[op.name].constants
    with mg.ieee():
        inputs = [Constant(x) if i in constants else Value(x) for i, x in enumerate(xs)]
        y = op(*inputs)
        by_grad = mg.grad(y, inputs)
        as_values = [slope.data for slope in mg.grad(y, inputs, create_graph=True)]
        y.backward()
        by_backward = [v.grad for v in inputs]
        mg.zero_grad(y)
        y.grad = 1.0
        y._backward()
    for a, b, c, d in zip(by_grad, by_backward, [v.grad for v in inputs], as_values, strict=True):
        assert (a == b == c == d) or (a != a and b != b and c != c and d != d)


@settings(deadline=None, max_examples=200)
@given(applied())
def test_a_backward_that_fails_changes_nothing(case: tuple[ops.Op, list[float]]) -> None:
    op, xs = case
    with mg.ieee():
        inputs = list(map(Value, xs))
        y = op(*inputs) * 1e200 * 1e200
    for v in topological(y):
        v.grad = 0.5
    before = [v.grad for v in topological(y)]
    try:
        y.backward()
    except MicrogradError:
        assert [v.grad for v in topological(y)] == before


@settings(deadline=None, max_examples=200)
@given(applied(), finite)
def test_a_changed_number_is_stale_until_forward(
    case: tuple[ops.Op, list[float]], other: float
) -> None:
    op, xs = case
    with mg.ieee():
        inputs = list(map(Value, xs))
        y = op(*inputs) * 1.0
        inputs[0].data = other
        assert same(y.forward().data, op(*[other, *xs[1:]]))
        mg.grad(y, inputs)


@settings(deadline=None, max_examples=200)
@given(applied())
def test_a_copy_is_the_same_graph(case: tuple[ops.Op, list[float]]) -> None:
    op, xs = case
    with mg.ieee():
        y = op(*map(Value, xs))
        twin = copy.deepcopy(y)
    assert twin.op is y.op
    assert all(same(a.data, b.data) for a, b in zip(twin.inputs, y.inputs, strict=True))
    assert not set(topological(twin)) & set(topological(y))


@settings(deadline=None, max_examples=200)
@given(st.lists(finite, min_size=1, max_size=6), st.randoms())
def test_order_does_not_change_what_is_symmetric(xs: list[float], rng: Any) -> None:
    shuffled = rng.sample(xs, len(xs))
    for f in (mg.sum, mg.mean, mg.maximum, mg.minimum, mg.logsumexp):
        a, b = outcome(lambda f=f: f(xs)), outcome(lambda f=f: f(shuffled))
        assert a == b


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(-700, 700), min_size=1, max_size=6))
def test_the_shares_of_a_softmax_and_the_slopes_of_logsumexp_are_the_same(xs: list[float]) -> None:
    shares = mg.softmax(xs)
    inputs = list(map(Value, xs))
    assert [v.data for v in mg.softmax(inputs)] == shares
    assert mg.grad(mg.logsumexp(inputs), inputs) == shares
    assert math.isclose(math.fsum(shares), 1.0, rel_tol=1e-15)
