"""`MLP.explain` and the repr of `MLP.activations`: the forward pass of a network in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError


def network(parameters: list[float], nouts: list[int], **options: str) -> mg.MLP:
    """An MLP with two inputs and the given numbers."""
    model = mg.MLP(2, nouts, init="zeros", **options)
    for p, number in zip(model.parameters(), parameters, strict=True):
        p.data = number
    return model


def test_a_network_is_explained_layer_by_layer() -> None:
    # weights and bias of each neuron: by hand, relu(1*3 + 2*1 - 1) = 4, relu(-1*3 + 1) = 0
    model = network([1, 2, -1, -1, 0, 1, 0.5, 7, 0], [2, 1])
    assert model.explain([3.0, 1.0]).splitlines() == [
        "inputs      3, 1",
        "layer 1: 2 neurons, relu",
        "  neuron 1  1 × 3 + 2 × 1 - 1 = 4;  relu(4) = 4",
        "  neuron 2  -1 × 3 + 0 × 1 + 1 = -2;  relu(-2) = 0",
        "  outputs   4, 0",
        "layer 2: 1 neuron, linear",
        "  neuron 1  0.5 × 4 + 7 × 0 + 0 = 2",
        "  output    2",
    ]


def test_softmax_is_shown_for_its_whole_layer() -> None:
    # softmax(log 1, log 3) = 1/4, 3/4
    model = network([0, 0, 0, 0, 0, float(np.log(3.0))], [2], output="softmax")
    assert model.explain([1.0, 1.0]).splitlines()[-1] == "  softmax   0.25, 0.75"


def test_a_layer_explains_itself() -> None:
    layer = network([1, 2, -1], [1]).layers[0]
    assert layer.explain([3.0, 1.0]).splitlines()[1:] == [
        "layer: 1 neuron, linear",
        "  neuron 1  1 × 3 + 2 × 1 - 1 = 4",
        "  output    4",
    ]


def test_the_middle_of_wide_layers_and_long_sums_is_left_out() -> None:
    text = mg.MLP(100, [50, 3], seed=0).explain([1.0] * 100)
    assert "  … 43 more neurons\n  neuron 50  " in text
    assert "(100 numbers)" in text
    assert max(map(len, text.splitlines())) <= 120
    assert len(text.splitlines()) == 16  # two titles, 8 and 3 neurons, three lines of numbers


def test_activations_are_lists_of_values_with_a_short_repr() -> None:
    flow = network([1, 2, -1, -1, 0, 1, 0.5, 7, 0], [2, 1]).activations([3.0, 1.0])
    assert repr(flow) == "inputs   3, 1\nlayer 1  4, 0\nlayer 2  2"
    assert [[v.data for v in layer] for layer in flow] == [[3.0, 1.0], [4.0, 0.0], [2.0]]


@pytest.mark.parametrize(
    ("batch", "got"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], "2 rows"),
        ([[mg.Value(1.0), 2.0]], "1 row"),
        ([np.zeros(2), np.zeros(2), np.zeros(2)], "3 rows"),
        (np.zeros((3, 2)), "3 rows"),
        (np.zeros((2, 1)), "2 rows"),
    ],
)
@pytest.mark.parametrize("call", ["__call__", "logits", "explain", "activations"])
def test_several_examples_raise_and_say_how_to_loop(call: str, batch: Any, got: str) -> None:
    with pytest.raises(InputError, match=rf"got X with {got}\. .*\[model\(x\) for x in X\]"):
        getattr(mg.MLP(2, [1]), call)(batch)


def test_the_loop_that_the_error_gives_works() -> None:
    model, X = network([1, 2, -1], [1]), np.array([[3.0, 1.0], [0.0, 0.0]])
    assert [model(x).data for x in X] == [4.0, -1.0]


def test_a_neuron_refuses_several_examples_too() -> None:
    with pytest.raises(InputError, match="Neuron takes one example at a time"):
        mg.Neuron(2)([[1.0, 2.0], [3.0, 4.0]])
