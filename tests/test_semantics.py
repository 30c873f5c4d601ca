"""What a number means at the edges: each case and each rule that is promised."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import pytest

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.engine import Constant
from micrograd_tut.errors import (
    DivisionByZeroError,
    DomainError,
    MicrogradError,
    NotFiniteError,
    NumberTypeError,
    StaleGraphError,
)
from micrograd_tut.train.losses import LOSSES, binary_cross_entropy

inf, nan = math.inf, math.nan


def at(f: Callable[..., Any], *numbers: float) -> tuple[float, list[float]]:
    """The value of f at some numbers, and its gradient there; compiled, f gives the same."""

    def both(inputs: list[Any]) -> list[Any]:
        y = f(*inputs)
        return [y, *mg.grad(y, inputs, create_graph=True)]

    inputs = [Value(x) for x in numbers]
    y = f(*inputs)
    value, slopes = y.data, mg.grad(y, inputs)
    assert_compiled(both, numbers, [value, *slopes])
    return value, slopes


def orders(f: Callable[[Value], Value], x: float, count: int) -> list[float]:
    """f(x), f'(x), f''(x) and so on, `count` of them; compiled, they are the same."""

    def all_of(inputs: list[Any]) -> list[Any]:
        ys = [f(*inputs)]
        while len(ys) < count:
            ys += mg.grad(ys[-1], inputs, create_graph=True)
        return ys

    numbers = [y.data for y in all_of([Value(x)])]
    assert_compiled(all_of, [x], numbers)
    return numbers


def assert_compiled(f: Any, numbers: Sequence[float], expected: list[float]) -> None:
    ones = [Value(1.0) for _ in numbers]
    compiled = mg.compile(lambda xs: f([x * one for x, one in zip(xs, ones, strict=True)]))
    np.testing.assert_allclose(compiled([numbers])[0], expected, rtol=1e-14, atol=0)


# --- The table of cases ---------------------------------------------------------------------


def test_sigmoid_at_minus_1000_is_0_with_slope_0() -> None:
    assert at(mg.sigmoid, -1000.0) == (0.0, [0.0])


def test_the_slope_of_sigmoid_at_37_is_not_lost() -> None:
    (slope,) = at(mg.sigmoid, 37.0)[1]
    assert slope == pytest.approx(8.533047625744064e-17, rel=1e-15)


def test_the_slope_of_tanh_at_19_and_a_half_is_right_to_second_order() -> None:
    _, first, second = orders(mg.tanh, 19.5, 3)
    assert oracle.ulps(first, oracle.slope("tanh", [19.5], 0)) <= 4
    assert oracle.ulps(second, oracle.curvature("tanh", [19.5], 0, 0)) <= 16
    assert first == pytest.approx(4.62e-17, rel=1e-3)


def test_exp_of_710_overflows() -> None:
    with pytest.raises(
        OverflowError, match=r"exp\(x\) needs .* x = 710\.0.* too large for a float"
    ):
        mg.exp(Value(710.0))


@pytest.mark.parametrize("x", [0.0, -0.0, -1.0])
def test_log_needs_a_positive_number(x: float) -> None:
    with pytest.raises(ValueError, match=rf"log\(x\) needs x > 0; got x = {x!r}"):
        mg.log(Value(x))


def test_sqrt_at_0_has_an_infinite_slope() -> None:
    assert at(mg.sqrt, 0.0) == (0.0, [inf])


def test_a_division_by_0_is_told() -> None:
    with pytest.raises(ZeroDivisionError, match=r"x / y needs y != 0; got y = 0\.0"):
        Value(1.0) / Value(0.0)


def test_the_slope_of_a_quotient_of_huge_numbers_does_not_overflow() -> None:
    assert at(lambda x, y: x / y, 1e200, 1e200) == (1.0, [1e-200, -1e-200])


def test_relu_at_0_and_at_nan() -> None:
    assert at(mg.relu, 0.0) == (0.0, [0.0])
    value, (slope,) = at(mg.relu, nan)
    assert math.isnan(value)
    assert math.isnan(slope)


def test_abs_at_0_has_slope_0() -> None:
    assert at(mg.abs, 0.0) == (0.0, [0.0])


@pytest.mark.parametrize("f", [mg.maximum, mg.minimum])
def test_ties_share_the_gradient_equally(f: Any) -> None:
    assert at(f, 2.0, 2.0) == (2.0, [1 / 2, 1 / 2])
    assert at(f, 2.0, 2.0, 2.0) == (2.0, [1 / 3, 1 / 3, 1 / 3])


@pytest.mark.parametrize("f", [mg.maximum, mg.minimum])
@pytest.mark.parametrize("numbers", [(nan, 1.0), (1.0, nan)])
def test_maximum_with_a_nan_is_nan_in_either_order(f: Any, numbers: tuple[float, float]) -> None:
    value, slopes = at(f, *numbers)
    assert math.isnan(value)
    assert all(map(math.isnan, slopes))


def test_x_to_the_0_at_0() -> None:
    assert at(lambda x: x**0, 0.0) == (1.0, [0.0])


def test_x_squared_at_0_to_fourth_order() -> None:
    assert orders(lambda x: x**2, 0.0, 5) == [0.0, 0.0, 2.0, 0.0, 0.0]


def test_x_to_the_half_at_0() -> None:
    assert at(lambda x: x**0.5, 0.0) == (0.0, [inf])


def test_0_to_the_0_as_a_power_of_two_values() -> None:
    assert at(lambda x, y: x**y, 0.0, 0.0) == (1.0, [0.0, 0.0])


def test_the_second_derivative_of_0_to_the_y() -> None:
    assert orders(lambda y: 0**y, 2.0, 3) == [0.0, 0.0, 0.0]


def test_a_negative_number_to_a_constant_whole_power() -> None:
    assert at(lambda x: x**3, -2.0) == (-8.0, [12.0])


def test_a_negative_number_to_a_value_has_no_derivative_by_the_exponent() -> None:
    x, y = Value(-2.0), Value(3.0, label="n")
    out = x**y
    assert out.data == -8.0
    assert mg.grad(out, [x]) == [12.0]
    with pytest.raises(DomainError, match=r"with respect to n at -2\.0, 3\.0\. If that is a c"):
        mg.grad(out, [y])
    with pytest.raises(DomainError, match="has no derivative with respect to n"):
        out.backward()
    assert (x.grad, y.grad) == (0.0, 0.0)
    with mg.ieee():
        assert math.isnan(mg.grad(out, [y])[0])


def test_debug_says_so_where_that_derivative_is_asked_for() -> None:
    with mg.debug():
        n = Value(3.0, label="n")
        out = (-2) ** n
        with pytest.raises(
            DomainError,
            match=r"\(-2\) \*\* n has no .* with respect to n at -2\.0, 3\.0\. .*It was",
        ):
            out.backward()
    assert n.grad == 0.0


def test_a_root_of_a_negative_number_is_refused_with_a_hint() -> None:
    with pytest.raises(ValueError, match=r"x = -8\.0.* use mg.cbrt"):
        Value(-8.0) ** (1 / 3)
    assert mg.cbrt(-8.0) == -2.0


def test_logsumexp_of_huge_numbers_shares_its_slope() -> None:
    assert at(mg.logsumexp, 1e308, 1e308) == (1e308, [0.5, 0.5])


def test_softmax_of_1000_and_0() -> None:
    assert at(lambda x, y: mg.softmax([x, y])[0], 1000.0, 0.0) == (1.0, [0.0, 0.0])


def test_binary_cross_entropy_of_probability_0_for_what_is_not_the_case() -> None:
    assert at(lambda p: binary_cross_entropy(p, 0.0), 0.0) == (0.0, [1.0])


def test_binary_cross_entropy_of_probability_0_for_what_is_the_case_points_to_logits() -> None:
    with pytest.raises(ValueError, match="logits"):
        binary_cross_entropy(Value(0.0), 1.0)


def test_binary_cross_entropy_of_a_logit_at_0() -> None:
    assert at(lambda x: binary_cross_entropy.on_logits(x, 1.0), 0.0) == (math.log(2), [-0.5])


def test_the_curvature_of_softplus_at_20_and_a_half_is_not_lost() -> None:
    second = orders(mg.softplus, 20.5, 3)[2]
    assert oracle.ulps(second, oracle.curvature("softplus", [20.5], 0, 0)) <= 16
    assert second == pytest.approx(1.25e-9, rel=1e-2)


def test_hypot_at_0_0() -> None:
    assert at(mg.hypot, 0.0, 0.0) == (0.0, [0.0, 0.0])


def test_the_smallest_number_goes_through_log_and_relu() -> None:
    assert at(mg.relu, 5e-324) == (5e-324, [1.0])
    assert mg.log(Value(5e-324)).data == -744.4400719213812


# --- Rule 1: finite in, non-finite out raises -----------------------------------------------

NOT_FINITE = [
    (lambda: Value(1e200) * Value(1e200), NotFiniteError, OverflowError),
    (lambda: Value(1e308) + 1e308, NotFiniteError, OverflowError),
    (lambda: -1e308 - Value(1e308), NotFiniteError, OverflowError),
    (lambda: Value(1e308) / 1e-10, NotFiniteError, OverflowError),
    (lambda: Value(10.0) ** 400, NotFiniteError, OverflowError),
    (lambda: mg.exp(710.0), NotFiniteError, OverflowError),
    (lambda: mg.cosh(Value(711.0)), NotFiniteError, OverflowError),
    (lambda: mg.sinh(Value(-711.0)), NotFiniteError, OverflowError),
    (lambda: mg.expm1(Value(710.0)), NotFiniteError, OverflowError),
    (lambda: mg.sum([Value(1e308), 1e308]), NotFiniteError, OverflowError),
    (lambda: mg.dot([Value(1e200)], [1e200], 1.0), NotFiniteError, OverflowError),
    (lambda: mg.hypot(Value(1.7e308), 1.7e308), NotFiniteError, OverflowError),
    (lambda: mg.leaky_relu(Value(-1e300), 1e300), NotFiniteError, OverflowError),
    (lambda: Value(0.0) / 0.0, DivisionByZeroError, ZeroDivisionError),
    (lambda: 1 / Value(-0.0), DivisionByZeroError, ZeroDivisionError),
    (lambda: Value(0.0) ** -1, DivisionByZeroError, ZeroDivisionError),
    (lambda: mg.log(0), DomainError, ValueError),
    (lambda: mg.log1p(Value(-1.0)), DomainError, ValueError),
    (lambda: mg.sqrt(Value(-1e-300)), DomainError, ValueError),
    (lambda: mg.asin(Value(1.5)), DomainError, ValueError),
    (lambda: mg.acos(Value(-1.5)), DomainError, ValueError),
    (lambda: mg.acosh(Value(0.5)), DomainError, ValueError),
    (lambda: mg.atanh(Value(1.0)), DomainError, ValueError),
    (lambda: Value(-8.0) ** 0.5, DomainError, ValueError),
]


@pytest.mark.parametrize(("apply", "ours", "builtin"), NOT_FINITE)
def test_finite_in_and_not_finite_out_raises_as_python_programmers_expect(
    apply: Any, ours: type[Exception], builtin: type[Exception]
) -> None:
    with pytest.raises(ours) as raised:
        apply()
    assert isinstance(raised.value, builtin)
    assert isinstance(raised.value, MicrogradError)


@pytest.mark.parametrize(("apply", "ours", "builtin"), NOT_FINITE)
def test_compiled_they_raise_the_same(
    apply: Any, ours: type[Exception], builtin: type[Exception]
) -> None:
    with pytest.raises(ours) as raised:
        mg.compile(lambda: apply())()
    assert isinstance(raised.value, builtin)


def test_inf_and_nan_flow_on() -> None:
    assert (Value(inf) + 1).data == inf
    assert math.isnan((Value(inf) - inf).data)
    assert math.isnan((Value(nan) * 0).data)
    assert mg.log(Value(inf)).data == inf
    assert (1 / Value(inf)).data == 0.0


# --- Rule 2: ieee switches the raising off --------------------------------------------------

IEEE = [
    (lambda: Value(1e200) * 1e200, inf),
    (lambda: Value(-1e308) - 1e308, -inf),
    (lambda: Value(1.0) / 0.0, inf),
    (lambda: Value(-1.0) / 0.0, -inf),
    (lambda: Value(1.0) / -0.0, -inf),
    (lambda: Value(0.0) / 0.0, nan),
    (lambda: mg.exp(Value(710.0)), inf),
    (lambda: mg.expm1(Value(710.0)), inf),
    (lambda: mg.sinh(Value(-711.0)), -inf),
    (lambda: mg.cosh(Value(-711.0)), inf),
    (lambda: mg.log(Value(0.0)), -inf),
    (lambda: mg.log(Value(-1.0)), nan),
    (lambda: mg.log1p(Value(-1.0)), -inf),
    (lambda: mg.sqrt(Value(-1.0)), nan),
    (lambda: mg.asin(Value(2.0)), nan),
    (lambda: mg.acosh(Value(0.0)), nan),
    (lambda: mg.atanh(Value(-1.0)), -inf),
    (lambda: Value(0.0) ** -1, inf),
    (lambda: Value(-0.0) ** -1, -inf),
    (lambda: Value(-0.0) ** -2, inf),
    (lambda: Value(-8.0) ** 0.5, nan),
    (lambda: Value(10.0) ** 400, inf),
    (lambda: Value(-10.0) ** 401, -inf),
    (lambda: mg.sum([Value(1e308), 1e308]), inf),
    (lambda: mg.sum([Value(inf), -inf]), nan),
    (lambda: mg.mean([Value(inf), -inf]), nan),
    (lambda: mg.dot([Value(1e200)], [1e200], 1.0), inf),
    (lambda: mg.hypot(Value(1.7e308), 1.7e308), inf),
]


@pytest.mark.parametrize(("apply", "expected"), IEEE)
def test_inside_ieee_results_are_what_ieee_arithmetic_gives(apply: Any, expected: float) -> None:
    with mg.ieee():
        assert apply().data == pytest.approx(expected, nan_ok=True)


def test_ieee_holds_for_plain_numbers_too() -> None:
    with mg.ieee():
        assert mg.log(0.0) == -inf
        assert mg.exp(710) == inf
        assert mg.sum([1e308, 1e308]) == inf
    with pytest.raises(DomainError):
        mg.log(0.0)


def test_ieee_holds_for_its_block_alone() -> None:
    with mg.ieee():
        assert mg.log(Value(0.0)).data == -inf
    with pytest.raises(DomainError):
        mg.log(Value(0.0))


def test_ieee_ends_where_its_block_fails() -> None:
    with pytest.raises(KeyError), mg.ieee():
        raise KeyError
    with pytest.raises(DomainError):
        mg.log(Value(0.0))


def test_gradients_inside_ieee_are_inf_where_they_overflow() -> None:
    with mg.ieee():
        x = Value(1e-200)
        y = 1 / x
        (y * 1e100).backward()
    assert x.grad == -inf


@pytest.mark.parametrize(("apply", "expected"), IEEE)
def test_compiled_inside_ieee_results_are_the_same(apply: Any, expected: float) -> None:
    with mg.ieee():
        assert mg.compile(lambda: apply())() == pytest.approx(expected, nan_ok=True)


# --- Rule 3: stable functions never raise on finite input -----------------------------------


@pytest.mark.parametrize("x", [-1.7e308, -1e3, -0.0, 0.0, 5e-324, 1e3, 1.7e308])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "relu", "gelu", "silu", "elu"])
def test_stable_functions_take_every_finite_number(name: str, x: float) -> None:
    value, first, second = orders(ops.OPS[name] if name != "elu" else lambda v: v.elu(), x, 3)
    assert math.isfinite(value)
    assert math.isfinite(first)
    assert math.isfinite(second)


def test_gelu_comes_to_its_zero_from_below() -> None:
    assert math.copysign(1, mg.gelu(-50.0)) == -1


@pytest.mark.parametrize("numbers", [(1e308, -1e308), (1.7e308, 1.7e308), (0.0, 5e-324)])
def test_logsumexp_and_softmax_take_every_finite_number(numbers: tuple[float, float]) -> None:
    for f in (mg.logsumexp, lambda *xs: mg.softmax(xs)[0], lambda *xs: mg.softmax(xs)[1]):
        value, slopes = at(f, *numbers)
        assert all(map(math.isfinite, [value, *slopes]))


@pytest.mark.parametrize("x", [-1e308, -1000.0, 0.0, 1000.0, 1e308])
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_the_loss_on_logits_takes_every_finite_number(x: float, t: float) -> None:
    value, slopes = at(lambda v: binary_cross_entropy.on_logits(v, t), x)
    assert all(map(math.isfinite, [value, *slopes]))


# --- Rule 4: messages -----------------------------------------------------------------------


def message(apply: Callable[[], Any]) -> str:
    with pytest.raises(MicrogradError) as raised:
        apply()
    return str(raised.value)


def test_the_message_of_log_is_as_promised() -> None:
    p = Value(-1.0, label="p")
    assert message(p.log) == "log(x) needs x > 0; got x = -1.0 (Value 'p')."


@pytest.mark.parametrize("x", [0.0, -0.0, -1e-6, -5e-324])
def test_log_names_the_loss_on_logits_where_a_probability_is_likely(x: float) -> None:
    assert "use binary cross-entropy on logits: " in message(Value(x).log)


@pytest.mark.parametrize("x", [-1.0, -2e-6, -1e300])
def test_log_names_no_loss_where_a_probability_is_not_likely(x: float) -> None:
    assert "entropy" not in message(Value(x).log)


def test_log_of_a_softmax_names_the_categorical_loss() -> None:
    ps = mg.softmax([Value(0.0), Value(1000.0)])
    ps[0].label = "p"
    for log in (lambda: ps[0].log(), lambda: mg.log(mg.dot([1.0, 0.0], ps))):
        assert "For a softmax use categorical cross-entropy on logits: " in message(log)


def test_the_losses_that_log_names_are_right_where_it_fails() -> None:
    model = mg.MLP(1, [2], output="softmax", init="zeros")
    for p, number in zip(model.parameters(), [0.0, 0.0, 0.0, 1000.0], strict=True):
        p.data = number
    assert mg.categorical_cross_entropy.on_logits(model.logits([1.0]), 0).data == 1000.0
    model = mg.MLP(1, [1], output="sigmoid", init="zeros")
    model.parameters()[1].data = 1000.0
    assert mg.binary_cross_entropy.on_logits(model.logits([1.0]), 0).data == 1000.0


def test_a_value_without_a_label_is_named_by_a_short_formula() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    assert "got x = -6.0 (Value 'a * b')" in message(lambda: mg.log(a * b))


def test_both_inputs_are_named_where_both_matter() -> None:
    a, b = Value(1e200, label="a"), Value(1e201, label="b")
    text = message(lambda: a * b)
    assert "x = 1e+200 (Value 'a')" in text
    assert "y = 1e+201 (Value 'b')" in text
    assert "mg.ieee()" in text


def test_a_division_by_zero_names_the_divisor_alone() -> None:
    a, b = Value(7.5, label="a"), Value(0.0, label="b")
    text = message(lambda: a / b)
    assert "got y = 0.0 (Value 'b')" in text
    assert "7.5" not in text


def test_the_traceback_shows_the_line_that_applied_the_operation() -> None:
    p = Value(-1.0)
    with pytest.raises(DomainError) as raised:
        p.log()
    assert str(raised.traceback[0].statement).strip() == "p.log()"


Y_NOT_ZERO = (
    "x / y needs y != 0; got y = 0.0 (Value 'b'). "
    "Change y, or compute inside `with mg.ieee():` to get inf or nan."
)
LOGITS = (
    "For probabilities use binary cross-entropy on logits: "
    "mg.binary_cross_entropy_with_logits(model.logits(x), target)."
)
TOO_LARGE = (
    "{} is too large for a float (the largest is about 1.8e308); got {}. "
    "Scale the numbers down, or compute inside `with mg.ieee():` to get inf."
)

MESSAGES = [
    ("div", (2.0, 0.0), Y_NOT_ZERO),
    ("div", (0.0, 0.0), Y_NOT_ZERO),
    (
        "pow",
        (0.0, -0.5),
        "x ** y needs y >= 0 if x = 0; got x = 0.0 (Value 'a'), y = -0.5 (Value 'b').",
    ),
    (
        "pow",
        (-8.0, 0.5),
        "x ** y needs x >= 0, or an integer y; got x = -8.0 (Value 'a'), y = 0.5 (Value 'b').",
    ),
    (
        "pow",
        (-8.0, 1 / 3),
        "x ** y needs x >= 0, or an integer y; got x = -8.0 (Value 'a'), "
        "y = 0.3333333333333333 (Value 'b'). For the real cube root of a negative number "
        "use mg.cbrt(x).",
    ),
    (
        "power_term",
        (2.0, 0.0, 0.5, 1.0),
        "x1 * x2 ** (x3 - x4) needs x3 >= x4 if x2 = 0; got x2 = 0.0 (Value 'b'), "
        "x3 = 0.5 (Value 'c'), x4 = 1.0 (Value 'd').",
    ),
    ("log", (-1.0,), "log(x) needs x > 0; got x = -1.0 (Value 'a')."),
    ("log", (0.0,), f"log(x) needs x > 0; got x = 0.0 (Value 'a'). {LOGITS}"),
    (
        "times_log",
        (2.0, -1.0),
        "x * log(y) needs y >= 0; got y = -1.0 (Value 'b').",
    ),
    ("log1p", (-1.0,), "log1p(x) needs x > -1; got x = -1.0 (Value 'a')."),
    ("log2", (0.0,), "log2(x) needs x > 0; got x = 0.0 (Value 'a')."),
    ("log10", (-2.0,), "log10(x) needs x > 0; got x = -2.0 (Value 'a')."),
    ("log_base", (-2.0, 3.0), "log(x, y) needs x > 0; got x = -2.0 (Value 'a')."),
    ("log_base", (2.0, 1.0), "log(x, y) needs y > 0 and y != 1; got y = 1.0 (Value 'b')."),
    (
        "clip",
        (1.0, 6.0, 0.0),
        "clip(x1, x2, x3) needs x2 <= x3; got x2 = 6.0 (Value 'b'), x3 = 0.0 (Value 'c'). "
        "Call it as clip(x, low, high).",
    ),
    (
        "mod",
        (1.0, 0.0),
        "x % y needs y != 0; got y = 0.0 (Value 'b'). Change y, or compute inside "
        "`with mg.ieee():` to get inf or nan.",
    ),
    (
        "floor_div",
        (1.0, 0.0),
        "x // y needs y != 0; got y = 0.0 (Value 'b'). Change y, or compute inside "
        "`with mg.ieee():` to get inf or nan.",
    ),
    ("sqrt", (-0.5,), "sqrt(x) needs x >= 0; got x = -0.5 (Value 'a')."),
    ("asin", (1.5,), "asin(x) needs -1 <= x <= 1; got x = 1.5 (Value 'a')."),
    ("acos", (-1.5,), "acos(x) needs -1 <= x <= 1; got x = -1.5 (Value 'a')."),
    ("acosh", (0.5,), "acosh(x) needs x >= 1; got x = 0.5 (Value 'a')."),
    ("atanh", (1.0,), "atanh(x) needs -1 < x < 1; got x = 1.0 (Value 'a')."),
    ("atanh", (-1.0,), "atanh(x) needs -1 < x < 1; got x = -1.0 (Value 'a')."),
    (
        "pow",
        (0.5, -2000.5),
        TOO_LARGE.format("x ** y", "x = 0.5 (Value 'a'), y = -2000.5 (Value 'b')"),
    ),
    (
        "exp",
        (800.0,),
        "exp(x) needs x <= 709.78; got x = 800.0 (Value 'a'). Its result is too large for a float. "
        "Scale x down; for probabilities use mg.softmax, for the logarithm of a sum of "
        "exponentials mg.logsumexp, which never overflow; or compute inside `with mg.ieee():` to "
        "get inf.",
    ),
    (
        "div",
        (1e200, 1e-200),
        TOO_LARGE.format("x / y", "x = 1e+200 (Value 'a'), y = 1e-200 (Value 'b')"),
    ),
]


@pytest.mark.parametrize(("name", "numbers", "expected"), MESSAGES)
def test_what_is_wrong_is_told_with_number_name_and_way_out(
    name: str, numbers: tuple[float, ...], expected: str
) -> None:
    values = [Value(x, label) for x, label in zip(numbers, "abcd", strict=False)]
    assert message(lambda: ops.OPS[name](*values)) == expected


def test_every_condition_of_the_table_is_told_above() -> None:
    for name, op in ops.OPS.items():
        for need in op.domain:
            assert any(n == name and f" needs {need.text}; got " in text for n, _, text in MESSAGES)
            assert issubclass(need.error, MicrogradError)


def test_a_gradient_that_overflows_names_where_it_was_born() -> None:
    x = Value(1e-200, label="x")
    y = x * 1e200 * 1e200
    text = message(y.backward)
    assert "gradient of x" in text
    assert "1e+200 × 1e+200" in text
    assert "back through x * 1e+200" in text
    assert "mg.ieee()" in text


@pytest.mark.parametrize(
    ("f", "x"), [(lambda x: 1 / x, 1e-160), (mg.log, 5e-324), (lambda x: x**-1, 1e-160)]
)
def test_a_slope_that_overflows_is_told(f: Any, x: float) -> None:
    v = Value(x, label="x")
    y = f(v)
    assert "gradient of x is too large for a float: 1.0 × " in message(y.backward)
    assert v.grad == 0.0
    with pytest.raises(NotFiniteError):
        mg.grad(y, [v])
    with pytest.raises(NotFiniteError):
        mg.grad(y, [v], create_graph=True)
    with mg.ieee():
        assert math.isinf(mg.grad(y, [v])[0])


@pytest.mark.parametrize(
    ("f", "x"),
    [(mg.sqrt, 0.0), (lambda x: x**0.5, 0.0), (mg.cbrt, 0.0), (mg.asin, 1.0), (mg.acosh, 1.0)],
)
def test_a_slope_that_is_infinite_is_inf(f: Any, x: float) -> None:
    v = Value(x)
    f(v).backward()
    assert v.grad == inf


def test_a_gradient_sum_that_overflows_is_told() -> None:
    x = Value(1.0, label="x")
    text = message((x * 1e308 + (x - 1) * 1e308).backward)
    assert "gradient of x is too large" in text
    assert "1e+308 + 1e+308" in text


def here() -> str:
    import sys

    frame = sys._getframe(1)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def test_inside_debug_the_message_gives_the_line_that_recorded_the_node() -> None:
    with mg.debug():
        x = Value(1e-200, label="x")
        y, line = x * 1e200, here()
        z = y * 1e200
    assert f"It was recorded at {line}." in message(z.backward)


def test_inside_debug_a_stale_graph_gives_the_line_too() -> None:
    with mg.debug():
        x = Value(1.0)
        y, line = mg.exp(x), here()
    x.data = 2.0
    assert line in message(y.backward)


def test_outside_debug_nothing_is_remembered() -> None:
    with mg.debug():
        inside = Value(1.0) + 1
    outside = Value(1.0) + 1
    assert type(outside) is Value
    assert type(inside) is not Value
    assert isinstance(inside, Value)
    assert not hasattr(outside, "line")


# --- Rule 5: an upstream gradient of exactly 0 contributes nothing --------------------------


def test_a_masked_log_gives_no_nan() -> None:
    x = Value(0.0)
    with mg.ieee():
        y = mg.log(x) * 0.0 + x
    y.backward()
    assert x.grad == 1.0


def test_where_does_not_look_at_the_branch_that_it_did_not_take() -> None:
    x = Value(0.0)
    with mg.ieee():
        y = mg.where(0.0, 1 / x, x * 3)
    y.backward()
    assert x.grad == 3.0
    assert mg.grad(y, [x], create_graph=True)[0].data == 3.0


def test_a_zero_gradient_passes_an_infinite_slope_by() -> None:
    x = Value(0.0)
    root = mg.sqrt(x)  # its slope is inf
    assert mg.grad(mg.relu(root - 1), [x]) == [0.0]


def test_a_zero_slope_meets_an_infinite_one_without_nan_with_create_graph_too() -> None:
    x = Value(0.0)
    y = mg.sqrt(x * x)
    assert mg.grad(y, [x]) == [0.0]
    assert mg.grad(y, [x], create_graph=True)[0].data == 0.0


def test_with_create_graph_a_zero_that_may_change_is_kept() -> None:
    x = Value(0.0)
    (first,) = mg.grad(x**3, [x], create_graph=True)
    (second,) = mg.grad(first, [x], create_graph=True)
    (third,) = mg.grad(second, [x])
    assert (first.data, second.data, third) == (0.0, 0.0, 6.0)


def test_with_create_graph_a_product_of_zeros_keeps_its_mixed_derivative() -> None:
    x, y = Value(0.0), Value(0.0)
    by_x, _ = mg.grad(x * y * 5, [x, y], create_graph=True)
    assert mg.grad(by_x, [y]) == [5.0]


# --- Rule 6: kinks --------------------------------------------------------------------------

KINKS = [
    (mg.relu, 0.0, 0.0),
    (mg.abs, 0.0, 0.0),
    (lambda x: x.leaky_relu(0.2), 0.0, 0.2),
    (lambda x: x.leaky_relu(-0.2), 0.0, 0.0),
    (lambda x: x.leaky_relu(3.0), 0.0, 1.0),
    (lambda x: x.leaky_relu(1.0), 0.0, 1.0),
    (lambda x: x.elu(1.0), 0.0, 1.0),
    (lambda x: x.elu(0.5), 0.0, 0.5),
    (lambda x: x.elu(2.0), 0.0, 1.0),
    (lambda x: mg.maximum(x, 1.0), 1.0, 0.5),
    (lambda x: mg.minimum(x, x), 1.0, 1.0),
]


@pytest.mark.parametrize(("f", "x", "slope"), KINKS)
def test_at_a_kink_the_smallest_subgradient_is_taken(f: Any, x: float, slope: float) -> None:
    assert at(f, x)[1] == [slope]


# --- Rule 7: signs of zero ------------------------------------------------------------------

SIGNED = [
    (lambda: -Value(0.0), -1),
    (lambda: Value(-0.0) + -0.0, -1),
    (lambda: Value(0.0) * -3.0, -1),
    (lambda: Value(-0.0) / 2.0, -1),
    (lambda: mg.sqrt(Value(-0.0)), -1),
    (lambda: mg.cbrt(Value(-0.0)), -1),
    (lambda: mg.sin(Value(-0.0)), -1),
    (lambda: mg.tan(Value(-0.0)), -1),
    (lambda: mg.asin(Value(-0.0)), -1),
    (lambda: mg.atan(Value(-0.0)), -1),
    (lambda: mg.sinh(Value(-0.0)), -1),
    (lambda: mg.tanh(Value(-0.0)), -1),
    (lambda: mg.asinh(Value(-0.0)), -1),
    (lambda: mg.atanh(Value(-0.0)), -1),
    (lambda: mg.erf(Value(-0.0)), -1),
    (lambda: mg.expm1(Value(-0.0)), -1),
    (lambda: mg.log1p(Value(-0.0)), -1),
    (lambda: mg.gelu(Value(-0.0)), -1),
    (lambda: mg.silu(Value(-0.0)), -1),
    (lambda: mg.elu(Value(-0.0)), -1),
    (lambda: mg.leaky_relu(Value(-0.0)), -1),
    (lambda: Value(-0.0) ** 3, -1),
    (lambda: mg.abs(Value(-0.0)), 1),
    (lambda: Value(-0.0) ** 2, 1),
    (lambda: Value(-0.0) + 0.0, 1),
    (lambda: mg.sum([Value(-0.0), -0.0]), -1),
]


@pytest.mark.parametrize(("apply", "sign"), SIGNED)
def test_signs_of_zero_are_kept(apply: Any, sign: int) -> None:
    y = apply()
    assert y.data == 0
    assert math.copysign(1, y.data) == sign


@pytest.mark.parametrize(("apply", "sign"), SIGNED)
def test_compiled_signs_of_zero_are_kept(apply: Any, sign: int) -> None:
    (y,) = mg.compile(lambda: apply())().reshape(-1)
    assert y == 0
    assert math.copysign(1, y) == sign


# --- The rules in fit and in the losses -----------------------------------------------------

BOTH = pytest.mark.parametrize("compiled", [True, False])


def trained(
    compiled: bool, loss: Any, X: Any, y: Any, output: str = "linear", clip: float | None = None
) -> tuple[Any, Any]:
    """What training one neuron of weight -1 gives, or its error; and what its parameters are."""
    model = mg.MLP(1, [1], output=output, seed=1)
    model.layers[0].neurons[0].w[0].data = -1.0
    try:
        found: Any = mg.fit(
            model, X, y, loss=loss, epochs=2, progress=False, compiled=compiled, clip=clip
        )
    except MicrogradError as error:
        found = error
    return found, [p.data for p in model.parameters()]


@BOTH
@pytest.mark.parametrize(
    ("loss", "x", "kind", "said"),
    [
        (lambda o, t: mg.log(o), 0.0, ValueError,
         r"log\(x\) needs x > 0; got x = -?0\.0 \(Value '-1 \* 0 \+ 0'\)\. For prob.*logits"),
        (lambda o, t: 1.0 / (o * 0.0), 2.0, ZeroDivisionError,
         r"x / y needs y != 0; got y = -0\.0 \(Value '\(-1 \* 2 \+ 0\) \* 0'\)"),
        ("mse", 1e200, OverflowError,
         r"^x \*\* y is too large for a float.*x = -1e\+200.*Scale the numbers.*mg\.ieee\(\)"),
    ],
)  # fmt: skip
def test_fit_tells_number_name_and_way_out_and_changes_nothing(
    loss: Any, x: float, kind: type[Exception], said: str, compiled: bool
) -> None:
    error, numbers = trained(compiled, loss, [[x]], [1.0])
    assert isinstance(error, kind)
    assert re.search(said, str(error))
    assert numbers == [-1.0, 0.0]


@BOTH
@pytest.mark.parametrize("x", [nan, inf])
def test_fit_refuses_data_that_are_not_finite_by_their_place(x: float, compiled: bool) -> None:
    assert f"X[1][0] is {x}" in str(trained(compiled, "mse", [[1.0], [x]], [1.0, 2.0])[0])
    assert f"y[0] is {x}" in str(trained(compiled, "mse", [[1.0], [2.0]], [x, 2.0])[0])


@BOTH
@pytest.mark.parametrize("x", [-1e308, -1000.0, 1000.0, 1e308])
def test_fit_on_logits_takes_every_finite_number(x: float, compiled: bool) -> None:
    history, numbers = trained(compiled, "binary_cross_entropy", [[x]], [x > 0], "sigmoid", 1.0)
    assert history.rows[0]["loss"] == abs(x)  # log(1 + exp(|x|)), of a logit of the wrong sign
    assert all(map(math.isfinite, numbers))


@BOTH
def test_a_gradient_whose_square_is_no_float_is_told_and_changes_nothing(compiled: bool) -> None:
    error, numbers = trained(compiled, "binary_cross_entropy", [[1e308]], [1], "sigmoid")
    assert isinstance(error, OverflowError)
    assert "Adam would make a running average too large for a float" in str(error)
    assert numbers == [-1.0, 0.0]


@BOTH
def test_fit_passes_by_what_a_mask_leaves_out(compiled: bool) -> None:
    def masked(o: Any, t: Any) -> Any:
        return mg.where(t, mg.sqrt(mg.abs(o)), o * o)  # sqrt has a slope of inf at 0

    history, numbers = trained(compiled, masked, [[0.0]], [0.0])
    assert [row["loss"] for row in history.rows] == [0.0, 0.0]
    assert numbers == [-1.0, 0.0]


@pytest.mark.parametrize("x", [-1e308, -1000.0, -0.0, 0.0, 1000.0, 1e308])
@pytest.mark.parametrize("name", ["binary_cross_entropy", "categorical_cross_entropy", "hinge"])
def test_the_losses_on_logits_take_every_finite_number(name: str, x: float) -> None:
    loss = LOSSES[name]
    for target in (-1.0, 1.0) if name == "hinge" else (0.0, 1.0):
        if name == "categorical_cross_entropy":
            found = at(lambda a, b, t=target: loss.on_logits([a, b], [t, 1 - t]), x, 0.0)
        else:
            found = at(lambda a, t=target: loss.on_logits(a, t), x)
        assert all(map(math.isfinite, [found[0], *found[1]]))


# --- Types at the door ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [True, 2, 2.5, Fraction(5, 2), np.float64(2.5), np.float32(2.5), np.int64(2), np.array([2.5]),
     np.array(2.5), np.array([[2]]), np.bool_(True), np.longdouble(2.5)],
    ids=lambda x: type(x).__name__,
)  # fmt: skip
def test_real_numbers_become_floats(x: Any) -> None:
    v = Value(x)
    assert type(v.data) is float
    assert v.data == float(np.asarray(x, dtype=float).reshape(()))
    assert (Value(1.0) * x).data == v.data
    assert (x * Value(1.0)).data == v.data


def test_an_int_too_large_for_a_float_is_named() -> None:
    with pytest.raises(OverflowError, match=r"the int 1000000.* is too large for a float"):
        Value(10**400)
    with pytest.raises(OverflowError, match="too large"):
        Value(1.0) + 10**400
    with pytest.raises(OverflowError, match="too long to print"):
        Value(10**5000)
    with pytest.raises(OverflowError, match=r"the Fraction Fraction\(1000000"):
        Value(Fraction(10**400))


@pytest.mark.parametrize(
    ("x", "kind", "advice"),
    [
        ("2", "str", r"pass float\('2'\)"),
        (None, "NoneType", "pass a number"),
        (1j, "complex", r"\.real"),
        (Decimal(1), "Decimal", r"float\(x\)"),
        (np.array([1.0, 2.0]), "ndarray", "one by one"),
        ([1.0, 2.0], "list", "one by one"),
        (np.array([]), "ndarray", "one by one"),
        (object(), "object", "pass an int or a float"),
        ({}, "dict", "pass an int or a float"),
        (np.complex128(1j), "complex", r"\.real"),
        (np.array(["a"]), "str", "pass float"),
    ],
)
def test_what_is_not_one_real_number_is_refused_by_type_with_advice(
    x: Any, kind: str, advice: str
) -> None:
    with pytest.raises(TypeError, match=f"(?s)not {kind}.*{advice}") as raised:
        Value(x)
    assert isinstance(raised.value, NumberTypeError)
    if not isinstance(x, (np.ndarray, list)):
        with pytest.raises(TypeError, match=f"(?s){kind}"):
            Value(1.0) + x


ASSIGNED = [np.uint8(200), np.int64(2**40), np.float32(0.1), np.float64(0.1), 7, True]


@pytest.mark.parametrize("number", ASSIGNED, ids=repr)
def test_what_is_assigned_to_data_counts_as_the_float_it_is(number: Any) -> None:
    def everything(x: Value) -> list[float]:
        others = [
            x + x,
            x + 3.3,
            x * x,
            x * 3.3,
            3.3 - x,
            x / 7,
            -x,
            abs(x),
            x**2,
            x.relu(),
            x.sin(),
        ]
        return [v.data for v in [*others, mg.dot([x], [x], x), mg.sum([x, x]), mg.maximum(x, x)]]

    x = Value(0.0)
    y = x * 3.3
    x.data = number
    found = everything(x)
    assert found == everything(Value(float(number)))
    assert {type(data) for data in found} == {float}
    y.forward().backward()
    assert (type(y.data), y.data) == (float, float(number) * 3.3)


def test_a_value_inside_a_value_is_refused() -> None:
    with mg.debug():
        inner = Value(1.0) * 2
    for value in (Value(1.0), mg.Parameter(1.0), Constant(1.0), inner):
        with pytest.raises(
            NumberTypeError, match=r"not Value.*use the Value as it is, or its number, x\.data"
        ):
            Value(value)  # type: ignore[arg-type]


def test_an_array_times_a_value_makes_no_array_of_objects() -> None:
    for apply in (
        lambda: np.array([1.0, 2.0]) * Value(3.0),
        lambda: Value(3.0) * np.array([1.0, 2.0]),
        lambda: np.array([1.0, 2.0]) + Value(3.0),
    ):
        with pytest.raises(NumberTypeError, match="one by one"):
            apply()


def test_a_numpy_scalar_times_a_value_is_a_value() -> None:
    assert (np.float64(2.0) * Value(3.0)).data == 6.0
    assert isinstance(np.float64(2.0) - Value(3.0), Value)
    assert (np.float64(2.0) ** Value(3.0)).data == 8.0


def test_comparisons_look_at_the_data() -> None:
    a, b = Value(1.0), Value(2.0)
    assert a < b
    assert a <= 1
    assert b > 1.5
    assert b >= Value(2)
    assert not a > b
    assert b < 3
    assert max([a, b]) is b
    assert sorted([b, a]) == [a, b]


def test_comparing_with_what_is_no_number_is_told() -> None:
    with pytest.raises(TypeError, match="str"):
        assert Value(1.0) < "2"


def test_equality_is_identity_so_that_values_live_in_sets() -> None:
    a, twin = Value(1.0), Value(1.0)
    assert a != twin
    assert len({a, twin, a}) == 2
    assert {a: "first"}[a] == "first"


def test_the_built_in_sum_makes_no_node_for_its_zero() -> None:
    a, b = Value(1.0), Value(2.0)
    total = sum([a, b])
    assert isinstance(total, Value)
    assert total.inputs == (a, b)
    assert sum([a]) is a


# --- Graphs over time -----------------------------------------------------------------------


def test_leaves_accumulate_and_inner_nodes_do_not() -> None:
    x = Value(3.0)
    inner = x * x
    y = inner * 2
    y.backward()
    assert (x.grad, inner.grad, y.grad) == (12.0, 2.0, 1.0)
    y.backward()
    assert (x.grad, inner.grad, y.grad) == (24.0, 2.0, 1.0)


def test_two_outputs_over_one_graph_add_up_in_the_leaf() -> None:
    x = Value(2.0)
    a = 3 * x
    b = a**2
    a.backward()
    b.backward()
    assert x.grad == 39.0


def test_a_changed_leaf_makes_the_graph_stale() -> None:
    x = Value(3.0, label="x")
    y = x * x
    x.data = 4.0
    with pytest.raises(StaleGraphError) as raised:
        y.backward()
    text = str(raised.value)
    assert text.startswith("x * x holds 9.0, but evaluates to 16.0 now with x = 4.0:")
    assert "y.forward()" in text
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_a_changed_inner_node_makes_the_graph_stale() -> None:
    x = Value(3.0)
    inner = x * x
    y = inner + 1
    inner.data = 7.0
    with pytest.raises(
        StaleGraphError, match=r"holds 10\.0, but evaluates to 8\.0 now with 3 \* 3 = 7\.0"
    ):
        y.backward()
    with pytest.raises(StaleGraphError):
        mg.grad(y, [x])


BEHIND_A_ZERO: list[Callable[[Value, Value], tuple[Value, Value]]] = [
    lambda x, y: (x * 0.0 * mg.tanh(y), y),  # the local derivative by x holds a stale tanh
    lambda x, y: (mg.relu(-(x * y)), y),
    lambda x, y: (mg.relu(mg.dot([x, y], [-1.0, -1.0])), y),
    lambda x, y: (x * (y * 2), y),
]


@pytest.mark.parametrize("build", BEHIND_A_ZERO)
def test_a_stale_number_is_found_also_where_no_gradient_passes(build: Any) -> None:
    x, y = Value(2.0), Value(3.0)
    out, changed = build(x, y)
    changed.data = -5.0
    for differentiate in (out.backward, lambda: mg.grad(out, [x])):
        with pytest.raises(StaleGraphError):
            differentiate()
    assert x.grad == 0.0


def test_a_value_set_to_what_it_was_is_not_stale() -> None:
    x = Value(3.0)
    y = x * x
    x.data = float("3")
    y.backward()
    assert x.grad == 6.0


def test_a_nan_leaf_is_not_stale_by_itself() -> None:
    x = Value(nan)
    y = x * 2
    x.data = float("nan")
    y.backward()
    assert x.grad == 2.0


def test_forward_makes_a_stale_graph_whole_again() -> None:
    x = Value(3.0)
    y = x * x + 1
    x.data = 4.0
    assert y.forward() is y
    y.backward()
    assert (y.data, x.grad) == (17.0, 8.0)


def test_messages_never_show_an_address() -> None:
    x = Value(1.0)
    y = mg.exp(x)
    x.data = 2.0
    assert not re.search(r"0x[0-9a-f]{6}", message(y.backward))
