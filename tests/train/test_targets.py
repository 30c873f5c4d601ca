"""Kinds of targets, and weights of examples, against closed forms."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import DataError, InputError

BACKENDS = pytest.mark.parametrize("compiled", [True, False])


def clusters(count: int, classes: int) -> tuple[list[list[float]], list[int]]:
    """Well separated points: class k around (3 k, -3 k)."""
    rng = random.Random(0)
    y = [i % classes for i in range(count)]
    return [[3 * k + rng.gauss(0, 0.3), -3 * k + rng.gauss(0, 0.3)] for k in y], y


def numbers(model: mg.Module) -> list[float]:
    return [p.data for p in model.parameters()]


# --- One-hot rows ---------------------------------------------------------------------------


@BACKENDS
def test_one_hot_rows_train_as_classes_do(compiled: bool) -> None:
    X, y = clusters(12, 3)
    results = []
    for targets in (y, np.eye(3)[y]):
        model = mg.MLP(2, [3], output="softmax", seed=1)
        history = mg.fit(model, X, targets, epochs=3, progress=False, compiled=compiled)
        results.append((numbers(model), history.history))
    assert results[0] == results[1]


# --- Several labels -------------------------------------------------------------------------


@BACKENDS
def test_several_labels_train_as_that_many_nets_of_one_label(compiled: bool) -> None:
    rng = random.Random(1)
    X = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(20)]
    Y = [[int(a > 0), int(a + b > 0)] for a, b in X]
    settings: dict[str, Any] = {"batch_size": 20, "epochs": 5, "progress": False}
    both = mg.MLP(2, [2], output="sigmoid", init="zeros")
    mg.fit(both, X, Y, optimizer=mg.SGD(1.0), compiled=compiled, **settings)
    for k in (0, 1):
        one = mg.MLP(2, [1], output="sigmoid", init="zeros")
        mg.fit(one, X, [row[k] for row in Y], optimizer=mg.SGD(0.5), **settings)
        neuron = both.layers[0].neurons[k]
        assert numbers(neuron) == pytest.approx(numbers(one), rel=1e-12)  # the loss is their mean


def test_several_labels_are_predicted_as_rows_of_0_and_1() -> None:
    X = [[x / 4, z / 4] for x in range(-4, 5) for z in range(-4, 5) if x and z]
    Y = [[int(x > 0), int(z > 0), int(x < 0)] for x, z in X]
    model = mg.MLP(2, [3], output="sigmoid", seed=0)
    history = mg.fit(model, X, Y, optimizer=mg.Adam(0.5), epochs=30, progress=False)
    assert model.task == "multilabel"
    assert history.history["accuracy"][-1] == 1.0
    assert model.predict(X).tolist() == Y
    assert ((model.predict_proba(X) > 0.5) == np.array(Y)).all()


def test_net_of_several_labels_is_saved_with_its_task(tmp_path: Path) -> None:
    model = mg.MLP(2, [2], output="sigmoid", seed=0)
    mg.fit(model, [[0.0, 1.0]], [[1, 0]], epochs=1, progress=False)
    mg.save(model, tmp_path / "a.safetensors")
    assert mg.load(tmp_path / "a.safetensors").task == "multilabel"


# --- Names of classes -----------------------------------------------------------------------

NAMED = [
    (3, "softmax", None, ["ash", "elm", "oak"]),
    (1, "sigmoid", None, ["no", "yes"]),
    (1, "linear", "hinge", ["no", "yes"]),
]


@pytest.mark.parametrize(("outputs", "output", "loss", "names"), NAMED)
def test_names_of_classes_train_as_numbers_and_are_predicted(
    outputs: int, output: str, loss: str | None, names: list[str]
) -> None:
    X, y = clusters(12, len(names))
    by_number, by_name = (mg.MLP(2, [outputs], output=output, seed=1) for _ in range(2))
    targets = [2 * k - 1 for k in y] if loss == "hinge" else y
    settings: dict[str, Any] = {"epochs": 40, "optimizer": mg.Adam(0.1), "progress": False}
    mg.fit(by_number, X, targets, loss=loss, **settings)
    history = mg.fit(by_name, X, np.array([names[k] for k in y]), loss=loss, **settings)
    assert numbers(by_number) == numbers(by_name)
    assert by_name.class_names == tuple(names)
    assert by_name.predict(X).tolist() == [names[k] for k in y]
    assert history.history["accuracy"][-1] == 1.0


def test_names_of_classes_are_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    X, y = clusters(6, 2)
    model = mg.MLP(2, [2], output="softmax", seed=0)
    mg.fit(model, X, ["yes" if k else "no" for k in y], epochs=1, progress=False)
    mg.save(model, path)
    assert mg.load(path).predict(X).tolist() == model.predict(X).tolist()
    assert mg.load(mg.MLP(2, [2], output="softmax"), path).class_names == ("no", "yes")


def test_names_of_classes_are_saved_for_a_module_of_ones_own(tmp_path: Path) -> None:
    class Own(mg.Module):
        def __init__(self) -> None:
            self.body = mg.Layer(2, 2, activation="softmax", seed=0)
            self.activation = "softmax"

        nin = 2

        def compute(self, x: Any, logits: bool = False) -> Any:
            return self.body.compute(x, logits)

    X, y = clusters(6, 2)
    model = Own()
    mg.fit(model, X, ["yes" if k else "no" for k in y], epochs=1, progress=False)
    mg.save(model, tmp_path / "a.safetensors")
    again = mg.load(Own(), tmp_path / "a.safetensors")
    assert again.predict(X).tolist() == model.predict(X).tolist()
    assert again.class_names == ("no", "yes")


def test_names_in_validation_and_evaluate_are_those_of_training() -> None:
    X, y = clusters(6, 2)
    names = ["yes" if k else "no" for k in y]
    model = mg.MLP(2, [1], output="sigmoid", seed=0)
    mg.fit(model, X, names, validation=(X[1::2], names[1::2]), epochs=1, progress=False)
    scores = mg.evaluate(model, X[1::2], names[1::2])  # only "yes"
    assert scores == mg.evaluate(model, X[1::2], y[1::2])


def test_names_raise_if_the_network_was_trained_on_numbers() -> None:
    X, y = [[0.0], [1.0]], [1, 0]
    model = mg.MLP(1, [1], output="sigmoid")
    with pytest.raises(DataError, match="not trained on names"):
        mg.fit(model, X, y, validation=(X, ["b", "a"]), progress=False)
    mg.fit(model, X, y, epochs=1, progress=False)
    with pytest.raises(DataError, match="not trained on names"):
        mg.evaluate(model, X, ["b", "a"])


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (["a", "b", "c"], r"3 different names \(a, b, c\), but the network is for 2"),
        (["a", "a", "a"], "but the network is for 2; training needs two classes"),
        (["a", "b", 0], r"y\[2\] is 0, but other targets are names"),
    ],
)
def test_names_that_do_not_fit_raise(targets: list[Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        mg.fit(mg.MLP(1, [1], output="sigmoid"), [[1.0], [2.0], [3.0]], targets, progress=False)


def test_name_unknown_in_training_raises() -> None:
    model = mg.MLP(1, [1], output="sigmoid")
    mg.fit(model, [[1.0], [2.0]], ["a", "b"], epochs=1, progress=False)
    with pytest.raises(DataError, match=r"y\[1\] is 'c', which is not one of the classes.*: a, b"):
        mg.evaluate(model, [[1.0], [2.0]], ["a", "c"])


# --- Weights: a net that sees only zeros learns its bias, with a minimum in closed form ------


def bias(y: list[Any], output: str, compiled: bool = True, **settings: Any) -> float:
    model = mg.MLP(1, [1], output=output, init="zeros")
    X = [[0.0] for _ in y]
    optimizer = mg.SGD(0.4 if output == "linear" else 2.0)
    mg.fit(
        model, X, y, optimizer=optimizer, epochs=200, batch_size=len(y), progress=False,
        compiled=compiled, **settings,
    )  # fmt: skip
    return float(model([0.0]).data)


@BACKENDS
def test_sample_weights_give_the_weighted_mean(compiled: bool) -> None:
    y, w = [1.0, 2.0, 5.0], [1.0, 0.0, 3.0]
    result = bias(y, "linear", compiled, sample_weight=np.array(w))
    assert result == pytest.approx((1.0 + 3 * 5.0) / 4, rel=1e-9)


@BACKENDS
def test_class_weights_count_examples_several_times(compiled: bool) -> None:
    result = bias([0, 0, 0, 1], "sigmoid", compiled, class_weight={1: 6.0})
    assert result == pytest.approx(6 / (6 + 3), rel=1e-6)


def test_balanced_classes_have_the_same_total_weight() -> None:
    assert bias([0, 0, 0, 1], "sigmoid", class_weight="balanced") == pytest.approx(0.5, rel=1e-6)


def test_class_weights_take_names() -> None:
    y = ["no", "no", "no", "yes"]
    assert bias(y, "sigmoid", class_weight={"yes": 6.0}) == pytest.approx(6 / 9, rel=1e-6)


def test_both_kinds_of_weights_are_multiplied() -> None:
    settings = {"class_weight": {1: 2.0}, "sample_weight": [1.0, 1.0, 1.0, 3.0]}
    assert bias([0, 0, 0, 1], "sigmoid", **settings) == pytest.approx(6 / 9, rel=1e-6)


def test_weights_do_not_apply_to_the_validation_loss() -> None:
    X, y = [[0.0], [0.0]], [0.0, 2.0]
    model = mg.MLP(1, [1], init="zeros")
    history = mg.fit(
        model, X, y, sample_weight=[5.0, 7.0], validation=(X, y), optimizer=mg.SGD(0.0), epochs=1,
        progress=False,
    )  # fmt: skip
    assert history.rows[0] == {"loss": 7.0 * 4.0 / 2, "val_loss": 4.0 / 2}


def test_weights_do_not_apply_to_rows_split_off_for_validation() -> None:
    model = mg.MLP(1, [1], init="zeros")
    history = mg.fit(
        model, [[0.0]] * 4, [2.0] * 4, sample_weight=[5.0] * 4, validation=0.5,
        optimizer=mg.SGD(0.0), epochs=1, progress=False,
    )  # fmt: skip
    assert history.rows[0] == {"loss": 5.0 * 4.0, "val_loss": 4.0}


def test_class_weights_of_names_count_for_hinge() -> None:
    settings: dict[str, Any] = {"epochs": 3, "loss": "hinge", "progress": False}
    cases: list[Any] = [(["no", "yes", "no"], {"no": 3.0}), ([-1, 1, -1], {-1: 3.0})]
    results = []
    for y, weight in cases:
        model = mg.MLP(1, [1], seed=0)
        mg.fit(model, [[0.0], [1.0], [0.5]], y, class_weight=weight, **settings)
        results.append(numbers(model))
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"class_weight": {2: 1.0}}, "class_weight has 2, which is not a class of y: 0, 1"),
        ({"class_weight": [1.0, 2.0]}, "class_weight is a dict such as"),
        ({"class_weight": {0: -1.0}}, r"class_weight\[0\] must be a number of at least 0"),
        ({"sample_weight": [1.0]}, "sample_weight has 1 numbers but y has 2 targets"),
        ({"sample_weight": [0, 0]}, "all weights are 0"),
        ({"sample_weight": "balanced"}, "sample_weight is a list"),
        ({"sample_weight": [1.0, None]}, r"sample_weight\[1\] must be a number"),
    ],
)
def test_weights_that_do_not_fit_raise(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((DataError, InputError), match=message):
        bias([0, 1], "sigmoid", **settings)


def test_class_weights_of_a_regression_raise() -> None:
    with pytest.raises(InputError, match="class_weight needs one class per row"):
        bias([0.0, 1.0], "linear", class_weight={0: 1.0})


# --- Label smoothing ------------------------------------------------------------------------


@BACKENDS
def test_label_smoothing_moves_the_best_probability_to_the_middle(compiled: bool) -> None:
    result = bias([0, 0, 0, 1], "sigmoid", compiled, label_smoothing=0.2)
    assert result == pytest.approx(0.8 * 0.25 + 0.1, rel=1e-6)


@BACKENDS
def test_label_smoothing_spreads_a_class_over_all_classes(compiled: bool) -> None:
    model = mg.MLP(1, [4], output="softmax", init="zeros")
    mg.fit(
        model, [[0.0]] * 4, [0, 0, 0, 1], optimizer=mg.SGD(2.0), epochs=200, label_smoothing=0.2,
        progress=False, compiled=compiled,
    )  # fmt: skip
    expected = [0.65, 0.25, 0.05, 0.05]  # 0.8 * frequency + 0.2 / 4
    assert model.predict_proba([[0.0]])[0] == pytest.approx(expected, rel=1e-6)


def test_label_smoothing_of_a_regression_raises() -> None:
    with pytest.raises(InputError, match="label_smoothing is for binary_cross_entropy"):
        bias([0.0, 1.0], "linear", label_smoothing=0.1)
