"""Habits from Keras and scikit-learn: methods of a model, and keywords with another name here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError, KeywordError

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def net(**settings: Any) -> mg.MLP:
    return mg.MLP(2, [4, 1], output="sigmoid", seed=0, **settings)


def numbers(model: mg.Module) -> list[float]:
    return [p.data for p in model.parameters()]


def test_compiled_model_trains_as_fit_does_with_the_same_arguments() -> None:
    by_method, by_function = net(), net()
    settings: dict[str, Any] = {"epochs": 3, "batch_size": 2, "progress": False}
    by_method.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    history = by_method.fit(X, Y, **settings)
    mg.fit(by_function, X, Y, "bce", "rmsprop", metrics=["accuracy"], **settings)
    assert numbers(by_method) == numbers(by_function)
    assert [*history.history] == ["loss", "accuracy"]


def test_arguments_of_fit_go_before_those_of_compile() -> None:
    model = net()
    model.compile(optimizer=mg.SGD(0.1), metrics=["accuracy"])
    history = model.fit(X, Y, epochs=1, metrics=["recall"], progress=False)
    assert [*history.history] == ["loss", "recall"]


def test_compiled_model_evaluates_its_metrics() -> None:
    model = net()
    model.compile(optimizer="adam", loss="bce", metrics=["precision"])
    assert model.evaluate(X, Y) == mg.evaluate(model, X, Y, "bce", ["precision"])


def test_model_without_compile_trains_with_the_defaults() -> None:
    by_method, by_function = net(), net()
    by_method.fit(X, Y, epochs=2, progress=False)
    mg.fit(by_function, X, Y, epochs=2, progress=False)
    assert numbers(by_method) == numbers(by_function)


def test_model_saves_itself(tmp_path: Path) -> None:
    model = net()
    model.save(tmp_path / "a.safetensors")
    assert numbers(mg.load(tmp_path / "a.safetensors")) == numbers(model)


def test_compiled_model_has_the_same_parameters_and_can_be_saved(tmp_path: Path) -> None:
    model, other = net(), net()
    model.compile(optimizer=mg.Adam(0.1), loss=mg.binary_cross_entropy)
    assert len(model.parameters()) == len(other.parameters())
    model.save(tmp_path / "a.safetensors")
    assert mg.load(tmp_path / "a.safetensors").task == "binary"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "binry_crossentropy"}, "did you mean 'binary_crossentropy'"),
        ({"loss": "categorical_crossentropy"}, "does not fit an output layer with sigmoid"),
        ({"optimizer": "adan"}, "did you mean 'adam'"),
        ({"metrics": ["acuracy"]}, "did you mean 'accuracy'"),
        ({"run_eagerly": True}, r"Write fit\(compiled=False\)"),
    ],
)
def test_compile_checks_its_arguments(settings: dict[str, Any], message: str) -> None:
    model = net()
    with pytest.raises((InputError, KeywordError), match=message):
        model.compile(**settings)
    model.fit(X, Y, epochs=1, progress=False)  # nothing was kept


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"validation_split": 0.2}, "fit has no keyword validation_split=. Write validation=0.2"),
        ({"validation_data": (X, Y)}, r"validation=\(X, y\)"),
        ({"lr": 0.1}, r"optimizer=mg.Adam\(lr=0.01\)"),
        ({"learning_rate": 0.1}, r"optimizer=mg.Adam\(lr=0.01\)"),
        ({"verbose": 0}, "progress=False"),
        ({"max_iter": 5}, "epochs=10"),
        ({"patience": 5}, "early_stopping=5"),
        ({"weight_decay": 0.1}, "l2="),
        ({"random_state": 1}, "seed=0"),
        ({"epoch": 5}, "did you mean 'epochs'"),
        ({"optimiser": "adam"}, "did you mean 'optimizer'"),
        ({"nothing_like_it": 5}, "fit has no keyword nothing_like_it="),
    ],
)
@pytest.mark.parametrize("as_method", [True, False])
def test_keyword_of_another_library_names_ours(
    settings: dict[str, Any], message: str, as_method: bool
) -> None:
    model = net()
    before = numbers(model)
    with pytest.raises(KeywordError, match=message) as caught:
        model.fit(X, Y, **settings) if as_method else mg.fit(model, X, Y, **settings)
    assert isinstance(caught.value, TypeError)
    assert numbers(model) == before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: mg.MLP(hidden_layer_sizes=(8,)), r"MLP\(2, \[8, 8, 1\]\)"),
        (lambda: mg.MLP(2, [1], random_state=1), "seed=0"),
        (lambda: mg.MLP(2, [1], activaton="tanh"), "did you mean 'activation'"),
        (lambda: mg.Layer(2, units=3), "nout=8"),
        (lambda: mg.MLP(2, [1], [3], nin=2), "nin twice"),
        (lambda: mg.evaluate(net(), X, Y, verbose=0), "it prints nothing"),
    ],
)
def test_keyword_that_is_not_known_raises(make: Callable[[], object], message: str) -> None:
    with pytest.raises(KeywordError, match=message):
        make()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"progress": "no"}, "progress must be True or False; got 'no'"),
        ({"min_delta": 0.1}, "min_delta needs early stopping"),
        ({"l2_biases": False}, "l2_biases=False needs an L2 penalty"),
        ({"clip": 1.0, "clip_value": 1.0}, "give only one"),
        ({"callbacks": [lambda epoch, row: "stop"]}, "a callback returns True to stop.*'stop'"),
    ],
)
def test_setting_that_would_be_ignored_raises(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        mg.fit(net(), X, Y, **{"progress": False, **settings})


def test_callback_may_return_a_bool_of_numpy() -> None:
    import numpy as np

    history = mg.fit(net(), X, Y, callbacks=[lambda *_: np.True_], progress=False)
    assert len(history) == 1


@pytest.mark.parametrize("compiled", [True, False])
def test_l2_may_leave_out_biases(compiled: bool) -> None:
    neuron = mg.Neuron.of([3.0], 5.0)
    mg.fit(
        neuron, [[0.0]], [5.0], optimizer=mg.SGD(0.1), epochs=1, l2=0.5, l2_biases=False,
        progress=False, compiled=compiled,
    )  # fmt: skip
    assert numbers(neuron) == pytest.approx([3.0 - 0.1 * 2 * 0.5 * 3.0, 5.0], rel=1e-15)


@pytest.mark.parametrize("compiled", [True, False])
def test_fit_clips_each_derivative(compiled: bool) -> None:
    neuron = mg.Neuron.of([0.0, 0.0], 0.0)
    mg.fit(
        neuron, [[3.0, 0.01]], [1.0], optimizer=mg.SGD(1.0), epochs=1, clip_value=0.5,
        progress=False, compiled=compiled,
    )  # fmt: skip
    assert numbers(neuron) == pytest.approx([0.5, 0.02, 0.5], rel=1e-15)


def test_min_delta_ends_training_that_hardly_improves() -> None:
    model = mg.MLP(1, [1], output="sigmoid", init="zeros")  # separable: the loss falls for ever
    history = mg.fit(
        model, [[-1.0], [1.0]], [0, 1], optimizer=mg.SGD(1.0), epochs=500, early_stopping=3,
        min_delta=0.01, progress=False,
    )  # fmt: skip
    assert len(history) < 100
    assert history.stopped == "no lower loss by more than 0.01 for 3 epochs"
