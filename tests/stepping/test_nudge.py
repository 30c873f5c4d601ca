"""The nudge: the slope by a small change beside the gradient, and what the difference means."""

from __future__ import annotations

import math

import pytest
from stepping_graphs import bits, lecture, named, random_graph

import micrograd_tut as mg
from micrograd_tut.engine import Value, topological
from micrograd_tut.errors import InputError, StaleGraphError


def test_the_lectures_finite_difference():
    # Source: the lecture's d = a*b + c with a = 2, b = -3, c = 10 and h = 0.0001: slope -3
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    assert mg.nudge(a * b + c, a, h=0.0001).slope == pytest.approx(-3.0)


def test_the_slope_of_a_square_is_off_by_h():
    x = Value(3.0)
    found = mg.nudge(x * x, x, h=0.001)
    assert found.gradient == 6.0
    assert found.difference == pytest.approx(0.001, rel=1e-6)
    assert found.reason == "bend"


@pytest.mark.parametrize("name", ["x1", "w1", "x2", "b", "n"])
def test_leaves_and_inner_values_can_be_nudged(name):
    o = lecture()
    (wanted,) = mg.grad(o, [named(o)[name]])
    assert mg.nudge(o, named(o)[name], h=1e-6).slope == pytest.approx(wanted, abs=1e-5)


def test_nothing_is_changed():
    y = random_graph(11)
    held, numbers = bits(y), [v.data for v in topological(y)]
    leaf = next(v for v in topological(y) if v.op is None and not isinstance(v, mg.Constant))
    mg.nudge(y, leaf, h=1e-5)
    assert (bits(y), [v.data for v in topological(y)]) == (held, numbers)


def test_a_kink_is_called_a_kink():
    x = Value(0.0)
    found = mg.nudge(mg.relu(x), x)
    assert (found.slope, found.gradient, found.reason) == (1.0, 0.0, "kink")
    assert "kink" in repr(found)


def test_the_bottom_of_a_parabola_is_not_a_kink():
    x = Value(0.0)
    assert mg.nudge(x * x, x).reason == "bend"


def test_a_tiny_nudge_shows_rounding():
    x = Value(1.0)
    found = mg.nudge(mg.tanh(x), x, h=1e-12)
    assert found.reason == "rounding"
    assert abs(found.slope / math.cosh(1.0) ** -2 - 1) > 1e-6


def test_where_both_agree_it_says_so():
    x = Value(2.0)
    found = mg.nudge(x * 4.0, x, h=0.5)
    assert (found.difference, found.reason) == (0.0, "none")
    assert "agree" in repr(found)


def test_a_nudge_lost_in_rounding_is_an_error():
    x = Value(1e20)
    with pytest.raises(InputError, match="does not change x"):
        mg.nudge(x * 2.0, x)
    with pytest.raises(InputError):
        mg.nudge(x * 2.0, x, h=0)


def test_a_value_of_another_graph_is_an_error():
    x = Value(1.0)
    with pytest.raises(InputError, match="not in the graph"):
        mg.nudge(x * 2.0, Value(1.0))


def test_a_stale_graph_is_an_error():
    x = Value(1.0)
    y = x * 2.0
    x.data = 5.0
    with pytest.raises(StaleGraphError):
        mg.nudge(y, x)
