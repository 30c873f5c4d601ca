"""Metrics, against scikit-learn where it is installed and against counts by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.train.metrics import (
    METRICS,
    accuracy,
    mean_absolute_error,
    metrics_of,
    precision,
    recall,
)


def test_three_of_four_correct_predictions_are_75_percent() -> None:
    assert accuracy([0, 1, 1, 2], [0, 1, 0, 2]) == 0.75


def test_precision_and_recall_of_two_classes_are_those_of_class_1() -> None:
    targets, predictions = [1, 1, 1, 0, 0], [1, 1, 0, 1, 0]
    assert precision(targets, predictions) == 2 / 3
    assert recall(targets, predictions) == 2 / 3
    assert recall([1, 1, 1, 0], [1, 0, 0, 0]) == 1 / 3
    assert precision([1, 1, 1, 0], [1, 0, 0, 0]) == 1.0


def test_labels_of_minus_and_plus_1_are_two_classes() -> None:
    assert precision([1, 1, -1, -1], [1, -1, 1, -1]) == 0.5


def test_class_that_is_never_predicted_counts_0() -> None:
    assert precision([0, 1], [0, 0]) == 0.0
    assert recall([0, 0], [0, 0]) == 0.0


def test_mean_absolute_error_counts_every_output() -> None:
    assert mean_absolute_error([1.0, 2.0], [2.0, 4.0]) == 1.5
    assert mean_absolute_error([[1.0, 2.0]], [[2.0, 5.0]]) == 2.0


@pytest.mark.parametrize("classes", [2, 4])
def test_metrics_equal_those_of_scikit_learn(classes: int) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(0)
    targets = [rng.randrange(classes) for _ in range(50)]
    predictions = [rng.randrange(classes) for _ in range(50)]
    average = "binary" if classes == 2 else "macro"
    assert accuracy(targets, predictions) == pytest.approx(sk.accuracy_score(targets, predictions))
    for ours, theirs in ((precision, sk.precision_score), (recall, sk.recall_score)):
        assert ours(targets, predictions) == pytest.approx(
            theirs(targets, predictions, average=average)
        )
    assert mean_absolute_error(targets, predictions) == pytest.approx(
        sk.mean_absolute_error(targets, predictions)
    )


@pytest.mark.parametrize("name", ["precision", "recall"])
def test_three_classes_count_even_if_one_does_not_occur(name: str) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    targets, predictions = [0, 0, 0, 1, 1], [0, 1, 0, 1, 0]
    (metric,) = metrics_of([name], "multiclass", 3).values()
    expected = getattr(sk, f"{name}_score")(targets, predictions, average="macro")
    assert metric(targets, predictions) == pytest.approx(expected, rel=1e-15)
    assert METRICS[name](targets, predictions) == 0.5 != expected  # that of class 1


def test_fit_and_evaluate_pass_the_number_of_classes_to_a_metric() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    X, y = [[-1.0], [-0.5], [0.1], [0.5], [1.0]], [0, 0, 1, 1, 0]
    model = mg.MLP(1, [3], output="softmax", seed=3)
    model.layers[0].neurons[2].b.data = -50.0  # class 2 is never predicted
    predictions = model.predict(X).tolist()
    expected = sk.precision_score(y, predictions, average="macro", zero_division=0)
    precision = mg.evaluate(model, X, y, metrics=["precision"])["precision"]
    assert precision == pytest.approx(expected, rel=1e-15)
    history = mg.fit(
        model, X, y, optimizer=mg.SGD(0.0), epochs=1, metrics=["precision"], progress=False
    )
    assert history.history["precision"] == pytest.approx([expected], rel=1e-15)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(("targets", "predictions"), [([], []), ([1, 0], [1])])
def test_metric_needs_one_prediction_per_target(
    name: str, targets: list[int], predictions: list[int]
) -> None:
    message = f"got {len(targets)} targets and {len(predictions)} predictions"
    with pytest.raises(InputError, match=message):
        METRICS[name](targets, predictions)


@pytest.mark.parametrize("value", [None, "high", [1.0, 2.0]])
def test_error_names_a_metric_that_does_not_return_a_number(value: object) -> None:
    def quality(targets: object, predictions: object) -> Any:
        return value

    with pytest.raises(
        InputError, match="a metric must return a number; quality returned"
    ) as raised:
        mg.evaluate(mg.MLP(1, [1]), [[1.0]], [1.0], metrics=[quality])
    assert str(raised.value).endswith(repr(value))


def test_metrics_are_names_or_functions() -> None:
    def largest_error(targets: object, predictions: object) -> float:
        return 0.0

    metrics = metrics_of(["accuracy", largest_error], "binary")
    assert metrics == {"accuracy": accuracy, "largest_error": largest_error}


def test_single_metric_needs_no_list() -> None:
    assert metrics_of("accuracy", "binary") == {"accuracy": accuracy}


def test_unknown_metric_error_lists_known_metrics() -> None:
    with pytest.raises(InputError, match=", ".join(METRICS)):
        metrics_of(["auc"], "binary")


def test_accuracy_of_a_regression_raises_and_names_an_alternative() -> None:
    with pytest.raises(InputError, match="use 'mean_absolute_error'"):
        metrics_of(["accuracy"], "regression")


def test_functions_with_the_same_name_are_all_reported() -> None:
    def loss(targets: object, predictions: object) -> float:
        return 7.0

    metrics = metrics_of(["accuracy", lambda t, a: 1.0, lambda t, a: 2.0, loss], "binary")
    assert list(metrics) == ["accuracy", "<lambda>", "<lambda>'", "loss'"]
    assert [metrics[name]([], []) for name in list(metrics)[1:]] == [1.0, 2.0, 7.0]
