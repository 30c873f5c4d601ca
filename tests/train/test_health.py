"""What `diagnose` sees in nets that were made to be ill in a known way."""

from __future__ import annotations

import math
import random

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError

rng = random.Random(0)
X = [[rng.gauss(0, 1) for _ in range(4)] for _ in range(40)]
y = [a - b for a, b, *_ in X]


def test_a_healthy_net_has_no_problem() -> None:
    found = mg.diagnose(mg.MLP(4, [8, 8, 1], init="he", seed=1), X, y)
    assert found.healthy
    assert "nothing stands out" in repr(found)


def test_dead_units_are_counted_and_leaky_relu_is_the_remedy() -> None:
    model = mg.MLP(4, [8, 1], init="he", seed=1)
    for neuron in model.layers[0].neurons[:6]:
        neuron.b.data = -100.0
    found = mg.diagnose(model, X)
    assert found.layers[0].dead == 0.75
    (problem,) = found.problems
    assert problem.startswith("75% of the units of layer 1 are dead")
    assert "their weights get no gradient" in problem
    assert "leaky_relu" in problem


def test_leaky_units_are_not_dead() -> None:
    model = mg.MLP(4, [8, 1], activation="leaky_relu", init="he", seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    assert mg.diagnose(model, X).layers[0].dead is None


@pytest.mark.parametrize(("activation", "edge"), [("tanh", math.sqrt(0.95)), ("sigmoid", None)])
def test_a_unit_is_saturated_where_its_slope_is_below_a_twentieth_of_the_largest(
    activation: str, edge: float | None
) -> None:
    # tanh: 1 - out**2 < 0.05; sigmoid: out (1 - out) < 0.05 / 4, the same at half the distance
    z = math.atanh(math.sqrt(0.95)) * (1 if edge else 2)
    for factor, share in ((0.999, 0.0), (1.001, 1.0)):
        model = mg.MLP(1, [2, 1], activation=activation, seed=1)
        for neuron in model.layers[0].neurons:
            neuron.w[0].data = factor * z
        found = mg.diagnose(model, [[1.0], [-1.0]])
        assert found.layers[0].saturated == share
        assert any("saturated" in p and "init='xavier'" in p for p in found.problems) == bool(share)


def test_a_sure_answer_of_the_output_layer_is_not_a_problem() -> None:
    model = mg.MLP(1, [1], output="sigmoid", seed=1)
    model.layers[0].neurons[0].w[0].data = 50.0
    assert mg.diagnose(model, [[1.0], [-1.0]], [1, 0]).healthy


def test_equal_units_are_seen_and_drawing_at_random_is_the_remedy() -> None:
    found = mg.diagnose(mg.MLP(4, [8, 8, 1], init="zeros", activation="tanh"), X, y)
    assert [layer.alike for layer in found.layers] == [True, True, False]
    assert "layers 1, 2 are the same" in found.problems[0]
    assert "init='he' or 'xavier'" in found.problems[0]


def test_a_single_unit_is_like_no_other() -> None:
    assert not mg.diagnose(mg.MLP(4, [1, 1], seed=1), X).layers[0].alike


def test_the_gradient_of_deep_sigmoids_vanishes() -> None:
    model = mg.MLP(4, [8] * 6 + [1], activation="sigmoid", init="xavier", seed=1)
    found = mg.diagnose(model, X)
    sizes = [layer.gradients for layer in found.layers]
    assert sizes == sorted(sizes)
    assert any("vanishes" in p and "'relu'" in p for p in found.problems)


def test_a_signal_that_small_weights_let_die_away_is_seen() -> None:
    # 0.01 times a sum of 8 shrinks it some 35 times a layer, in both directions: by the gradients
    # alone, which are about as small in each layer, nothing would stand out
    model = mg.MLP(4, [8] * 4 + [1], activation="tanh", init="normal", seed=1)
    found = mg.diagnose(model, X, y)
    assert [layer.activations < 1e-3 for layer in found.layers[:-1]] == [False, True, True, True]
    (problem,) = found.problems
    assert problem.startswith("activations of layers 2, 3, 4 are below 0.001")
    assert "init='xavier'" in problem


def test_small_outputs_of_the_last_layer_are_no_problem() -> None:
    model = mg.MLP(4, [8, 1], init="he", seed=1)
    for p in model.layers[-1].parameters():
        p.data *= 1e-6
    assert not any("below" in problem for problem in mg.diagnose(model, X).problems)


@pytest.mark.parametrize(("init", "advised"), [("he", False), ("uniform", True)])
def test_what_is_done_already_is_not_advised(init: str, advised: bool) -> None:
    model = mg.MLP(4, [8, 1], init=init, seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -100.0
    (problem,) = mg.diagnose(model, X).problems
    assert ("init='he'" in problem) == advised
    assert problem.endswith("a smaller learning rate")


@pytest.mark.parametrize(("factor", "advised"), [(1.0, False), (100.0, True), (0.01, True)])
def test_inputs_that_are_standardised_are_not_told_to_be(factor: float, advised: bool) -> None:
    model = mg.MLP(4, [8, 1], init="he", seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -1e4
    found = mg.diagnose(model, [[factor * v for v in x] for x in X])
    assert ("standardised inputs" in found.problems[0]) == advised
    assert found.inputs == pytest.approx(factor, rel=0.2)


def test_a_deep_relu_net_whose_gradient_vanishes_is_not_told_to_use_relu() -> None:
    model = mg.MLP(4, [8, 8, 1], init="he", seed=1)
    for p in model.layers[-1].neurons[0].w:
        p.data *= 1e-3
    (problem,) = mg.diagnose(model, X).problems
    assert problem.endswith("Use activation='tanh' with init='xavier' or fewer layers")


def test_large_activations_are_an_explosion() -> None:
    found = mg.diagnose(mg.MLP(4, [16] * 3 + [1], seed=1), [[1000 * v for v in x] for x in X])
    assert any("above 1000" in p and "standardise" in p for p in found.problems)


def test_the_sizes_are_root_mean_squares_of_outputs_and_of_gradients_by_the_weights() -> None:
    model = mg.MLP(1, [1, 1], activation="linear")
    (a,), (b,) = (layer.neurons[0].w for layer in model.layers)
    a.data, b.data = 2.0, 3.0
    rows, targets = [[1.0], [-2.0]], [1.0, 1.0]
    found = mg.diagnose(model, rows, targets, "mse")
    errors = [6.0 * x - t for (x,), t in zip(rows, targets, strict=True)]
    by_a = sum(2 * e * 3.0 * x for e, (x,) in zip(errors, rows, strict=True)) / 2
    by_b = sum(2 * e * 2.0 * x for e, (x,) in zip(errors, rows, strict=True)) / 2
    assert found.layers[0].activations == pytest.approx(2.0 * math.sqrt((1 + 4) / 2))
    assert [layer.gradients for layer in found.layers] == pytest.approx([abs(by_a), abs(by_b)])


def test_looking_changes_nothing() -> None:
    model = mg.MLP(4, [4, 1], seed=1)
    for p in model.parameters():
        p.grad = 0.5
    before = [p.data for p in model.parameters()]
    mg.diagnose(model, X, y)
    assert [(p.data, p.grad) for p in model.parameters()] == [(w, 0.5) for w in before]


def test_the_table_has_a_line_per_layer() -> None:
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


def test_only_an_mlp_can_be_looked_into() -> None:
    with pytest.raises(InputError, match="looks into an MLP; got Neuron"):
        mg.diagnose(mg.Neuron(2), X)  # type: ignore[arg-type]
