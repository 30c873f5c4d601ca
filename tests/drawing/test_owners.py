import pytest

import micrograd_tut as mg
from micrograd_tut.drawing.owners import Owner, owners
from micrograd_tut.engine import topological


@pytest.mark.parametrize(
    ("model", "owner"),
    [
        (mg.MLP(2, [2, 1], seed=1), Owner(layer=2, neuron=1)),
        (mg.Layer(2, 1, seed=1), Owner(layer=0, neuron=1)),
        (mg.Neuron(2, seed=1), Owner(layer=None)),
    ],
)
def test_the_owner_of_an_output_is_its_neuron(model: mg.Module, owner: Owner) -> None:
    y = model([1.0, 2.0])
    assert owners(topological(y))[y] == owner


def test_the_owner_of_a_softmax_is_a_whole_layer() -> None:
    y = mg.MLP(2, [3], output="softmax", seed=1)([1.0, 2.0])[0]
    assert owners(topological(y))[y] == Owner(layer=1, activation="softmax")


def test_networks_are_numbered_if_there_are_several() -> None:
    y = mg.MLP(1, [1], seed=1)([1.0]) * mg.MLP(1, [1], seed=2)([1.0])
    assert {owner.network for owner in owners(topological(y)).values()} == {1, 2}


@pytest.mark.parametrize(
    ("owner", "titles"),
    [
        (Owner(layer=1, neuron=3), ("layer 1", "neuron 3")),
        (Owner(layer=0, neuron=3), ("layer", "neuron 3")),
        (Owner(2, 1, 3), ("network 2 · layer 1", "neuron 3")),
        (Owner(layer=2, activation="softmax"), ("layer 2", "softmax")),
        (Owner(layer=2), ("layer 2",)),
        (Owner(), ("neuron",)),
        (Owner(network=2), ("neuron 2",)),
    ],
)
def test_an_owner_is_drawn_as_frames_with_titles(owner: Owner, titles: tuple[str, ...]) -> None:
    assert owner.titles == titles
