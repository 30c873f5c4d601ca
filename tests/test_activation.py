"""The activations, and what the table says about them."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given, strategies as st

import micrograd_tut as mg
from micrograd_tut import nn, ops
from micrograd_tut.nn.activations import ACTIVATIONS, Activation

UNITS = [a for a in mg.activations() if a.name != "softmax"]
POINTS = [-5.0, -1.5, -0.25, 0.25, 1.0, 4.0]


def applied(activation: Activation, x: float) -> mg.Value:
    """The output of a neuron with one weight, 1, and no bias."""
    return mg.Neuron.of([1.0], 0.0, activation.name)([mg.Value(x)])


def read(formula: str, x: float, out: float) -> float:
    """The number that a formula of the table gives."""
    normal = NormalDist()
    names: dict[str, Any] = {
        "exp": math.exp, "log": math.log, "cdf": normal.cdf, "pdf": normal.pdf,
        "tanh": math.tanh, "α": 1.6732632423543772, "λ": 1.0507009873554805,
    }  # fmt: skip
    return float(eval(formula, {"max": max, "min": min, "abs": abs}, {**names, "x": x, "out": out}))  # noqa: S307


@pytest.mark.parametrize("activation", UNITS, ids=lambda a: a.name)
@pytest.mark.parametrize("x", POINTS)
def test_the_printed_formula_is_what_is_computed(activation: Activation, x: float) -> None:
    assert applied(activation, x).data == pytest.approx(read(activation.formula, x, 0.0), rel=1e-12)


@pytest.mark.parametrize("activation", UNITS, ids=lambda a: a.name)
@pytest.mark.parametrize("x", POINTS)
def test_the_printed_derivative_is_the_gradient(activation: Activation, x: float) -> None:
    v = mg.Value(x)
    out = mg.Neuron.of([1.0], 0.0, activation.name)([v])
    out.backward()
    assert v.grad == pytest.approx(read(activation.derivative, x, out.data), rel=1e-9)


@pytest.mark.parametrize("activation", UNITS, ids=lambda a: a.name)
def test_outputs_fill_the_printed_range(activation: Activation) -> None:
    low, high = (float(end) for end in activation.range[1:-1].split(","))
    outs = [applied(activation, x).data for x in [*(x / 8 for x in range(-400, 401)), -1e4, 1e4]]
    assert low - 0.005 <= min(outs)
    assert max(outs) <= high
    assert min(outs) == pytest.approx(low, abs=0.005) or (low == -math.inf and min(outs) < -0.4)
    assert max(outs) == pytest.approx(high, abs=0.001) or (high == math.inf and max(outs) > 40)


@pytest.mark.parametrize("activation", UNITS, ids=lambda a: a.name)
def test_centred_ones_have_a_mean_of_0_over_normal_weighted_sums(activation: Activation) -> None:
    normal = NormalDist()
    outs = [applied(activation, normal.inv_cdf((i + 0.5) / 500)).data for i in range(500)]
    assert activation.centred == (abs(math.fsum(outs) / 500) < 0.05)


def test_every_activation_is_in_the_table_and_can_be_used() -> None:
    assert [a.name for a in mg.activations()] == list(ACTIVATIONS)
    for name in ACTIVATIONS:
        assert nn.Layer(2, 2, activation=name)([0.5, -0.5])
        assert name == "linear" or name in ops.OPS


def test_the_table_prints_a_line_per_activation_in_both_parts() -> None:
    *parts, _ = repr(mg.activations()).split("\n\n")
    assert [part.splitlines()[0].split()[0] for part in parts] == ["activation", "activation"]
    for part in parts:
        assert [line.split()[0] for line in part.splitlines()[2:]] == list(ACTIVATIONS)
    assert "saturates" in parts[1]
    assert max(map(len, repr(mg.activations()).splitlines())) <= 110


# --- What a first course shows --------------------------------------------------------------


def test_relu_of_minus_2_to_2() -> None:
    assert [mg.relu(float(x)) for x in range(-2, 3)] == [0, 0, 0, 1, 2]


def test_sigmoid_from_minus_5_to_5() -> None:
    shown = [round(mg.sigmoid(x), 4) for x in (-5.0, -1.0, 0.0, 1.0, 5.0)]
    assert shown == [0.0067, 0.2689, 0.5, 0.7311, 0.9933]


@given(st.floats(-400, 400))
def test_tanh_is_a_stretched_sigmoid(x: float) -> None:
    assert mg.tanh(x) == pytest.approx(2 * mg.sigmoid(2 * x) - 1, rel=1e-9, abs=1e-15)


def test_softmax_of_2_1_and_a_tenth() -> None:
    shares = mg.softmax([2.0, 1.0, 0.1])
    assert [round(share, 3) for share in shares] == [0.659, 0.242, 0.099]
    assert math.fsum(shares) == pytest.approx(1, rel=1e-15)


def test_softmax_is_unmoved_by_adding_1000_to_each() -> None:
    assert mg.softmax([1002.0, 1001.0, 1000.5]) == mg.softmax([2.0, 1.0, 0.5])
