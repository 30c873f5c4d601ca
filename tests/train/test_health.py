"""`diagnose`, on networks with a known problem."""

from __future__ import annotations

import math
import random

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError

rng = random.Random(0)
X = [[rng.gauss(0, 1) for _ in range(4)] for _ in range(40)]
y = [a - b for a, b, *_ in X]


def test_healthy_network_has_no_problem() -> None:
    report = mg.diagnose(mg.MLP(4, [8, 8, 1], init="he", seed=1), X, y)
    assert report.healthy
    assert "No problems found" in repr(report)


def test_dead_units_are_counted_and_leaky_relu_is_suggested() -> None:
    model = mg.MLP(4, [8, 1], init="he", seed=1)
    for neuron in model.layers[0].neurons[:6]:
        neuron.b.data = -100.0
    report = mg.diagnose(model, X)
    assert report.layers[0].dead == 0.75
    (problem,) = report.problems
    assert problem.startswith("75% of the units of layer 1 are dead")
    assert "no gradient reaches their weights" in problem
    assert "leaky_relu" in problem


def test_leaky_units_are_not_dead() -> None:
    model = mg.MLP(4, [8, 1], activation="leaky_relu", init="he", seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    assert mg.diagnose(model, X).layers[0].dead is None


@pytest.mark.parametrize(("activation", "limit"), [("tanh", math.sqrt(0.95)), ("sigmoid", None)])
def test_unit_is_saturated_below_5_percent_of_maximum_slope(
    activation: str, limit: float | None
) -> None:
    # tanh: 1 - out**2 < 0.05; sigmoid: out (1 - out) < 0.05 / 4, the same at half the distance
    z = math.atanh(math.sqrt(0.95)) * (1 if limit else 2)
    for factor, fraction in ((0.999, 0.0), (1.001, 1.0)):
        model = mg.MLP(1, [2, 1], activation=activation, init="uniform", seed=1)
        for neuron in model.layers[0].neurons:
            neuron.w[0].data = factor * z
        report = mg.diagnose(model, [[1.0], [-1.0]])
        assert report.layers[0].saturated == fraction
        assert any("saturated" in p and "init='xavier'" in p for p in report.problems) == bool(
            fraction
        )


def test_saturated_output_layer_is_not_reported() -> None:
    model = mg.MLP(1, [1], output="sigmoid", seed=1)
    model.layers[0].neurons[0].w[0].data = 50.0
    assert mg.diagnose(model, [[1.0], [-1.0]], [1, 0]).healthy


def test_identical_units_are_reported_and_random_initialisation_is_suggested() -> None:
    report = mg.diagnose(mg.MLP(4, [8, 8, 1], init="zeros", activation="tanh"), X, y)
    assert [layer.identical for layer in report.layers] == [True, True, False]
    assert "each of layers 1, 2 are identical" in report.problems[0]
    assert "init='he' or 'xavier'" in report.problems[0]


def test_single_unit_is_not_reported_as_identical() -> None:
    assert not mg.diagnose(mg.MLP(4, [1, 1], seed=1), X).layers[0].identical


def test_vanishing_gradient_of_deep_sigmoids_is_reported() -> None:
    model = mg.MLP(4, [8] * 6 + [1], activation="sigmoid", init="xavier", seed=1)
    report = mg.diagnose(model, X)
    sizes = [layer.gradients for layer in report.layers]
    assert sizes == sorted(sizes)
    assert any("vanishes" in p and "'relu'" in p for p in report.problems)


def test_vanishing_activations_are_reported() -> None:
    # 0.01 times a sum of 8 shrinks the signal about 35 times per layer, forward and backward. The
    # gradients are about equally small in each layer, so they alone would show no problem.
    model = mg.MLP(4, [8] * 4 + [1], activation="tanh", init="normal", seed=1)
    report = mg.diagnose(model, X, y)
    assert [layer.activations < 1e-3 for layer in report.layers[:-1]] == [False, True, True, True]
    (problem,) = report.problems
    assert problem.startswith("activations of layers 2, 3, 4 are below 0.001")
    assert "init='xavier'" in problem


def test_small_outputs_of_the_last_layer_are_not_reported() -> None:
    model = mg.MLP(4, [8, 1], init="he", seed=1)
    for p in model.layers[-1].parameters():
        p.data *= 1e-6
    assert not any("below" in problem for problem in mg.diagnose(model, X).problems)


@pytest.mark.parametrize(("init", "advised"), [("he", False), ("uniform", True)])
def test_init_in_use_is_not_suggested(init: str, advised: bool) -> None:
    model = mg.MLP(4, [8, 1], init=init, seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    (problem,) = mg.diagnose(model, X).problems
    assert ("init='he'" in problem) == advised
    assert problem.endswith("a smaller learning rate")


@pytest.mark.parametrize(("factor", "advised"), [(1.0, False), (100.0, True), (0.01, True)])
def test_standardising_is_suggested_unless_done(factor: float, advised: bool) -> None:
    model = mg.MLP(4, [8, 1], init="he", seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -1e4
    report = mg.diagnose(model, [[factor * v for v in x] for x in X])
    assert ("standardised inputs" in report.problems[-1]) == advised
    assert report.inputs == pytest.approx(factor, rel=0.2)


def test_relu_in_use_is_not_suggested() -> None:
    model = mg.MLP(4, [8, 8, 1], init="he", seed=1)
    for p in model.layers[-1].neurons[0].w:
        p.data *= 1e-3
    (problem,) = mg.diagnose(model, X).problems
    assert problem.endswith("Try activation='tanh' with init='xavier'; or fewer layers")


def test_exploding_activations_are_reported() -> None:
    report = mg.diagnose(mg.MLP(4, [16] * 3 + [1], seed=1), [[1000 * v for v in x] for x in X])
    assert any("above 1000" in p and "standardise" in p for p in report.problems)


def test_report_has_the_rms_of_outputs_and_weight_gradients() -> None:
    model = mg.MLP(1, [1, 1], activation="linear")
    (a,), (b,) = (layer.neurons[0].w for layer in model.layers)
    a.data, b.data = 2.0, 3.0
    rows, targets = [[1.0], [-2.0]], [1.0, 1.0]
    report = mg.diagnose(model, rows, targets, "mse")
    errors = [6.0 * x - t for (x,), t in zip(rows, targets, strict=True)]
    by_a = sum(2 * e * 3.0 * x for e, (x,) in zip(errors, rows, strict=True)) / 2
    by_b = sum(2 * e * 2.0 * x for e, (x,) in zip(errors, rows, strict=True)) / 2
    assert report.layers[0].activations == pytest.approx(2.0 * math.sqrt((1 + 4) / 2))
    assert [layer.gradients for layer in report.layers] == pytest.approx([abs(by_a), abs(by_b)])


def test_diagnose_changes_nothing() -> None:
    model = mg.MLP(4, [4, 1], seed=1)
    for p in model.parameters():
        p.grad = 0.5
    before = [p.data for p in model.parameters()]
    mg.diagnose(model, X, y)
    assert [(p.data, p.grad) for p in model.parameters()] == [(w, 0.5) for w in before]


def test_table_has_a_line_per_layer() -> None:
    lines = repr(mg.diagnose(mg.MLP(4, [8, 1], activation="tanh", seed=1), X)).splitlines()
    assert lines[0].split() == [
        "layer",
        "activation",
        "dead",
        "saturated",
        "activations",
        "gradients",
    ]
    assert [line.split()[:3] for line in lines[2:4]] == [["1", "tanh", "–"], ["2", "linear", "–"]]


def test_only_an_mlp_can_be_diagnosed() -> None:
    with pytest.raises(InputError, match="diagnose needs an MLP; got Neuron"):
        mg.diagnose(mg.Neuron(2), X)  # type: ignore[arg-type]
