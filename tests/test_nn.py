"""Neurons, layers and nets: what they compute, hold, tell and answer."""

from __future__ import annotations

import gc
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import micrograd_tut as mg
from micrograd_tut.errors import InputError, NumberTypeError, TraceError
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.initializers import INITS

UNITS = [name for name in ACTIVATIONS if name != "softmax"]

BY_BOOK: dict[str, Callable[[Any], Any]] = {
    "linear": lambda z: z,
    "relu": lambda z: max(z, mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "tanh": mp.tanh,
    "gelu": lambda z: z * mp.ncdf(z),
    "silu": lambda z: z / (1 + mp.exp(-z)),
    "elu": lambda z: z if z > 0 else mp.expm1(z),
    "softplus": lambda z: mp.log1p(mp.exp(z)),
    "selu": lambda z: (
        mpf("1.0507009873554804934193349852946")
        * (z if z > 0 else mpf("1.6732632423543772848170429916717") * mp.expm1(z))
    ),
    "mish": lambda z: z * mp.tanh(mp.log1p(mp.exp(z))),
    "softsign": lambda z: z / (1 + abs(z)),
    "relu6": lambda z: min(max(z, 0), 6),
    "hard_sigmoid": lambda z: min(max(z / 6 + mpf(1) / 2, 0), 1),
}


# --- The neuron -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "bias", "x", "z", "out"),
    [
        ([0.2, 0.00001], -5.0, [35.0, 80000.0], 2.8, 0.942676),
        ([2.0, 1.5, -0.5], -1.0, [1.0, 1.0, 3.0], 1.0, 0.731059),
    ],
)
def test_the_worked_neurons_of_the_course(
    weights: list[float], bias: float, x: list[float], z: float, out: float
) -> None:
    neuron = mg.Neuron.of(weights, bias, "sigmoid")
    assert neuron.logits(x)[0].data == pytest.approx(z, rel=1e-15)
    assert round(neuron(x).data, 6) == out


@pytest.mark.parametrize("activation", UNITS)
@pytest.mark.parametrize("bias", [-2.0, 0.0, 2.0])
def test_a_neuron_is_its_activation_of_the_weighted_sum(activation: str, bias: float) -> None:
    ws, xs = [0.5, -1.25, 2.0], [1.0, 0.25, 0.125]
    z = mp.fsum([mpf(w) * mpf(x) for w, x in zip(ws, xs, strict=True)]) + bias
    out = mg.Neuron.of(ws, bias, activation)(xs).data
    assert out == pytest.approx(float(BY_BOOK[activation](z)), rel=1e-14)


def test_explain_shows_the_six_steps_with_their_numbers() -> None:
    steps = mg.Neuron.of([0.2, 0.00001], -5.0, "sigmoid").explain([35.0, 80000.0])
    assert steps.splitlines() == [
        "1 inputs      35, 80000",
        "2 products    0.2 × 35 = 7;  0.00001 × 80000 = 0.8",
        "3 sum         7 + 0.8 = 7.8",
        "4 bias        7.8 - 5 = 2.8",
        "5 activation  sigmoid(2.8)",
        "6 output      0.942676",
    ]
    assert repr(steps) == str(steps)


def test_explain_takes_a_single_input_and_no_activation() -> None:
    lines = mg.Neuron.of([-2.0], 0.5).explain([3.0]).splitlines()
    assert lines[1:4] == [
        "2 products    -2 × 3 = -6",
        "3 sum         -6 = -6",
        "4 bias        -6 + 0.5 = -5.5",
    ]
    assert lines[4:] == ["5 activation  linear(-5.5)", "6 output      -5.5"]


def test_a_neuron_of_given_numbers_can_be_trained() -> None:
    neuron = mg.Neuron.of([1.0, 2.0], 3.0, "tanh")
    assert [(name, p.data) for name, p in neuron.named_parameters()] == [
        ("w.0", 1.0),
        ("w.1", 2.0),
        ("b", 3.0),
    ]
    neuron([0.1, -0.2]).backward()
    assert neuron.w[1].grad == pytest.approx(-0.2 / math.cosh(2.7) ** 2)


@pytest.mark.parametrize(
    ("weights", "bias", "error"),
    [([], 0.0, InputError), (["a"], 0.0, NumberTypeError), ([1.0], None, NumberTypeError)],
)
def test_a_neuron_of_what_are_no_numbers_is_an_error(
    weights: Any, bias: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        mg.Neuron.of(weights, bias)


# --- Nets as micrograd has them -------------------------------------------------------------


def test_a_net_has_micrograds_number_of_parameters() -> None:
    assert len(mg.MLP(3, [4, 4, 1]).parameters()) == 41
    assert len(mg.MLP(10, [64, 32, 16, 1]).parameters()) == 704 + 2080 + 528 + 17


def test_a_net_has_micrograds_defaults() -> None:
    model = mg.MLP(3, [4, 4, 1], init="uniform")
    assert [layer.activation for layer in model.layers] == ["relu", "relu", "linear"]
    weights = [w.data for layer in model.layers for n in layer.neurons for w in n.w]
    assert all(-1 <= w <= 1 for w in weights)
    assert max(map(abs, weights)) > 0.5
    assert {n.b.data for layer in model.layers for n in layer.neurons} == {0.0}


@pytest.mark.parametrize(
    ("activation", "deviation"),
    [("relu", 2 / 400), ("leaky_relu", 2 / 400), ("elu", 2 / 400), ("gelu", 2 / 400),
     ("tanh", 2 / 500), ("sigmoid", 2 / 500), ("linear", 2 / 500), ("softmax", 2 / 500)],
)  # fmt: skip
def test_weights_have_the_variance_of_he_or_xavier(activation: str, deviation: float) -> None:
    layer = mg.Layer(400, 100, activation=activation, seed=0)
    weights = np.array([w.data for neuron in layer.neurons for w in neuron.w])
    assert weights.var() == pytest.approx(deviation, rel=0.03)


def test_each_layer_has_the_initializer_of_its_activation() -> None:
    model = mg.MLP(3, [4, 4, 1], activation="relu", output="sigmoid")
    assert [layer.init for layer in model.layers] == ["he", "he", "xavier"]


def test_a_net_is_its_layers_one_after_the_other() -> None:
    model = mg.MLP(2, [3, 2], activation="tanh", seed=4)
    x = np.array([0.5, -1.5])
    for layer, squash in zip(model.layers, (np.tanh, lambda z: z), strict=True):
        weights = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
        x = squash(weights @ x + [neuron.b.data for neuron in layer.neurons])
    assert [v.data for v in model([0.5, -1.5])] == pytest.approx(x.tolist(), rel=1e-14)


def test_one_output_is_a_value_and_several_are_a_list() -> None:
    assert isinstance(mg.MLP(2, [1, 1])([1.0, 2.0]), mg.Value)
    assert [type(v) for v in mg.MLP(2, [3])([1.0, 2.0])] == [mg.Value] * 3


def test_a_value_with_two_names_is_one_parameter() -> None:
    class Tied(mg.Module):
        def __init__(self) -> None:
            self.w = mg.Value(1.0)
            self.v = self.w
            self.both = [self.w, mg.Value(2.0)]

    tied = Tied()
    assert tied.parameters() == [tied.w, tied.both[1]]
    assert [name for name, _ in tied.named_parameters()] == ["w", "both.1"]


def test_parameters_are_named_by_their_place() -> None:
    names = [name for name, _ in mg.MLP(2, [2, 1]).named_parameters()]
    assert names[:4] == [
        "layers.0.neurons.0.w.0",
        "layers.0.neurons.0.w.1",
        "layers.0.neurons.0.b",
        "layers.0.neurons.1.w.0",
    ]
    assert names[-1] == "layers.1.neurons.0.b"


def test_nonlin_false_leaves_the_activation_out() -> None:
    assert mg.Neuron(2, nonlin=False).activation == "linear"
    assert not mg.Layer(2, 3, nonlin=False).neurons[0].nonlin


def test_zero_grad_clears_every_parameter() -> None:
    model = mg.MLP(2, [3, 1], seed=1)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.grad for p in model.parameters())


def test_the_same_seed_draws_the_same_net() -> None:
    draws = [[p.data for p in mg.MLP(2, [3, 1], seed=seed).parameters()] for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_a_seed_may_be_numpys_or_a_generator_of_the_random_module() -> None:
    nets = [mg.MLP(2, [1], seed=seed) for seed in (3, np.int64(3), random.Random(3))]
    assert len({tuple(p.data for p in net.parameters()) for net in nets}) == 1


@pytest.mark.parametrize("seed", [np.random.default_rng(0), "3", 3.0])
def test_a_seed_of_another_kind_is_told(seed: Any) -> None:
    with pytest.raises(InputError, match=r"seed must be an integer, a random\.Random or None; got"):
        mg.MLP(2, [1], init="he", seed=seed)


@pytest.mark.parametrize("nin", [1, 2, 5, 784])
@pytest.mark.parametrize("given", [True, False], ids=["a generator", "the module random"])
def test_normal_weights_are_the_numbers_that_python_draws(nin: int, given: bool) -> None:
    rng = random.Random(7)
    random.seed(7)
    layer = mg.Layer(nin, 3, init="he", seed=random.Random(7) if given else None)
    deviation = math.sqrt(2.0 / nin)
    for neuron in layer.neurons:
        assert [w.data for w in neuron.w] == [rng.gauss(0.0, deviation) for _ in range(nin)]


@pytest.mark.parametrize("nin", [3, 4])
def test_normal_weights_leave_a_generator_as_python_does(nin: int) -> None:
    ours, pythons = random.Random(1), random.Random(1)
    mg.Neuron(nin, init="normal", seed=ours)
    for _ in range(nin):
        pythons.gauss(0.0, 1.0)
    assert ours.getstate() == pythons.getstate()


def test_a_layer_knows_how_many_outputs_it_has() -> None:
    assert mg.Layer(2, 5).nout == len(mg.Layer(2, 5)([1.0, 2.0])) == 5


def test_a_new_network_leaves_the_garbage_collector_on() -> None:
    mg.MLP(2, [3, 1])
    assert gc.isenabled()


def test_a_refused_function_leaves_the_garbage_collector_on() -> None:
    with pytest.raises(TraceError):
        mg.compile(lambda x: x if x > 0 else -x, example=(1.0,))
    assert gc.isenabled()


def test_a_garbage_collector_that_is_off_stays_off() -> None:
    gc.disable()
    try:
        mg.MLP(2, [3, 1])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_without_a_seed_random_seed_counts() -> None:
    random.seed(3)
    first = [p.data for p in mg.MLP(2, [1]).parameters()]
    random.seed(3)
    assert [p.data for p in mg.MLP(2, [1]).parameters()] == first


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: mg.MLP(3, [2])([1.0, 2.0]), "MLP takes 3 inputs; got 2"),
        (lambda: mg.Neuron(3)([1.0, 2.0]), "Neuron takes 3 inputs; got 2"),
        (lambda: mg.MLP(1, [1])(3.0), "takes a list of 1 number; got 3.0"),
        (lambda: mg.MLP(3, []), "at least one layer"),
        (lambda: mg.MLP(3, 2), "nouts is a list of sizes.*got 2"),  # type: ignore[arg-type]
        (lambda: mg.MLP(0, [1]), "nin must be an integer of at least 1; got 0"),
        (lambda: mg.Layer(2, 2.0), "nout must be an integer"),  # type: ignore[arg-type]
        (lambda: mg.MLP(2, [1], activation="swish"), "choose from linear, relu, leaky_relu"),
        (
            lambda: mg.MLP(2, [1], init="orthogonal"),
            "choose from auto, uniform, normal, xavier",
        ),
        (lambda: mg.Neuron(2, activation="softmax"), "Layer\\(..., activation='softmax'\\)"),
    ],
)
def test_what_does_not_fit_is_told(make: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


# --- Layers and nets of the course ----------------------------------------------------------


def test_activations_are_what_each_layer_put_out() -> None:
    model = mg.MLP(2, [3, 2, 1], output="sigmoid", seed=1)
    flow = model.activations([0.5, -1.0])
    assert [len(layer) for layer in flow] == [2, 3, 2, 1]
    assert [v.data for v in flow[0]] == [0.5, -1.0]
    assert flow[-1][0].data == model([0.5, -1.0]).data
    assert [v.data for v in model.layers[1](flow[1])] == [v.data for v in flow[2]]


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_logits_are_the_weighted_sums_before_the_head(output: str) -> None:
    model = mg.MLP(2, [3, 2], output=output, seed=1)
    linear = mg.MLP(2, [3, 2], seed=1)
    x = [0.5, -1.0]
    logits = [v.data for v in model.logits(x)]
    assert logits == [v.data for v in linear(x)]
    outs = mg.softmax(logits) if output == "softmax" else [mg.sigmoid(z) for z in logits]
    assert [v.data for v in model(x)] == outs


@pytest.mark.parametrize("output", ["linear", "tanh", "relu"])
def test_without_such_a_head_logits_are_the_outputs(output: str) -> None:
    model = mg.MLP(2, [3, 2], output=output, seed=1)
    assert [v.data for v in model.logits([1.0, 2.0])] == [v.data for v in model([1.0, 2.0])]


SPREAD = {
    "uniform": 1 / math.sqrt(3),
    "normal": 0.01,
    "xavier": math.sqrt(2 / (200 + 100)),
    "he": math.sqrt(2 / 200),
    "zeros": 0.0,
}


@pytest.mark.parametrize("init", INITS)
def test_an_initialisation_has_the_published_spread(init: str) -> None:
    layer = mg.Layer(200, 100, init=init, seed=1)
    weights = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
    assert weights.std() == pytest.approx(SPREAD[init], rel=0.02)
    assert abs(weights.mean()) <= 0.02 * SPREAD[init]
    if init in ("uniform", "xavier"):
        assert abs(weights).max() <= SPREAD[init] * math.sqrt(3)


def test_the_summary_tells_layers_activations_initialisation_and_parameters() -> None:
    lines = str(mg.MLP(10, [64, 32, 16, 1], output="sigmoid", init="he").summary()).splitlines()
    assert lines[0].split() == ["layer", "inputs", "neurons", "activation", "init", "parameters"]
    assert [line.split() for line in lines[2:6]] == [
        ["1", "10", "64", "relu", "he", "704"],
        ["2", "64", "32", "relu", "he", "2,080"],
        ["3", "32", "16", "relu", "he", "528"],
        ["4", "16", "1", "sigmoid", "he", "17"],
    ]
    assert lines[-1].split() == ["total", "3,329"]


# --- Answers --------------------------------------------------------------------------------


def fixed(output: str, *weights: float) -> mg.MLP:
    """A net of one input whose outputs are the weights times the input, through a head."""
    model = mg.MLP(1, [len(weights)], output=output)
    for neuron, w in zip(model.layers[0].neurons, weights, strict=True):
        neuron.w[0].data = w
    return model


def test_a_linear_net_predicts_its_numbers() -> None:
    assert fixed("linear", 2.0).predict([[1.0], [-3.0]]).tolist() == [2.0, -6.0]
    assert fixed("linear", 2.0, 1.0).predict([[1.0]]).tolist() == [[2.0, 1.0]]


def test_a_sigmoid_net_predicts_0_or_1_and_their_probabilities() -> None:
    model = fixed("sigmoid", 1.0)
    assert model.predict([[2.0], [-2.0], [0.0]]).tolist() == [1, 0, 1]
    p = 1 / (1 + math.exp(-2))
    assert model.predict_proba([[2.0]]).tolist() == [pytest.approx([1 - p, p], rel=1e-15)]


def test_a_probability_of_no_is_not_rounded_away() -> None:
    no, yes = fixed("sigmoid", 1.0).predict_proba([[50.0]])[0]
    assert no == pytest.approx(math.exp(-50), rel=1e-14, abs=0)
    assert yes == 1.0


def test_a_softmax_net_predicts_the_class_and_the_probability_of_each() -> None:
    model = fixed("softmax", 2.0, 1.0, 0.1)
    assert model.predict([[1.0], [-1.0]]).tolist() == [0, 2]
    assert model.predict_proba([[1.0]])[0].round(3).tolist() == [0.659, 0.242, 0.099]


def test_a_sigmoid_net_with_several_outputs_predicts_each_label() -> None:
    model = mg.MLP(1, [3], output="sigmoid", init="zeros")
    for neuron, b in zip(model.layers[0].neurons, (-1.0, 0.5, 2.0), strict=True):
        neuron.b.data = b
    assert model.predict([[0.0]]).tolist() == [[0, 1, 1]]
    expected = [1 / (1 + math.exp(-b)) for b in (-1.0, 0.5, 2.0)]
    assert model.predict_proba([[0.0]])[0] == pytest.approx(expected, rel=1e-15)


def test_a_margin_is_read_from_one_output() -> None:
    model = fixed("linear", 1.0, 2.0)
    model.task = "margin"
    with pytest.raises(InputError, match="a margin net has one output"):
        model.predict([[1.0]])


def test_a_softmax_of_one_output_tells_no_class() -> None:
    with pytest.raises(InputError, match="one output per class, and the net has one"):
        fixed("softmax", 1.0).predict([[1.0]])


def test_arrays_and_frames_are_predicted_like_lists() -> None:
    class Frame:
        def to_numpy(self) -> Any:
            return np.array([[2.0], [-2.0]])

    model = fixed("sigmoid", 1.0)
    assert model.predict(Frame()).tolist() == model.predict(np.array([[2.0], [-2.0]])).tolist()


def test_a_row_with_nan_has_no_answer() -> None:
    with pytest.raises(InputError, match=r"row 1 has no prediction: the outputs are \[nan\]"):
        fixed("sigmoid", 1.0).predict([[2.0], [math.nan]])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[2.0], [1.0, 2.0]], "row 1: MLP takes 1 input; got 2"),
        ([2.0], "row 0: MLP takes a list of 1 number; got 2.0"),
        ([["2"]], "row 0: .*not str '2'"),
        (2.0, r"list of rows.*got 2\.0"),
    ],
)
def test_a_row_that_does_not_fit_is_named(rows: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fixed("sigmoid", 1.0).predict(rows)


def test_sizes_may_be_numpys() -> None:
    assert len(mg.MLP(np.int64(2), np.array([3, 1])).parameters()) == 13


def test_the_task_says_how_outputs_are_read() -> None:
    model = fixed("linear", 1.0)
    model.task = "margin"
    assert model.predict([[2.0], [-2.0]]).tolist() == [1, -1]
    model.task = "binary"
    assert model.predict([[2.0], [-2.0]]).tolist() == [1, 0]
    with pytest.raises(
        InputError, match="choose from regression, margin, binary, multilabel, multiclass"
    ):
        model.task = "ranking"


def test_numbers_and_margins_are_not_probabilities() -> None:
    with pytest.raises(InputError, match="regression net are not probabilities; use predict"):
        fixed("linear", 1.0).predict_proba([[1.0]])


def test_neurons_and_layers_answer_too() -> None:
    assert mg.Neuron.of([1.0], 0.0, "sigmoid").predict([[3.0], [-3.0]]).tolist() == [1, 0]
    assert mg.Layer(1, 3, activation="softmax").predict([[1.0]]).shape == (1,)


def test_every_initialisation_tells_where_it_is_from() -> None:
    for name, draw in INITS.items():
        assert "Source: " in (draw.__doc__ or "") or name == "zeros"
