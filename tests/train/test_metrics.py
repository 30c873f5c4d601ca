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
    auc,
    f1,
    mean_absolute_error,
    metrics_of,
    precision,
    r2,
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


def test_f1_and_auc_equal_those_of_scikit_learn() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(1)
    targets = [rng.randrange(2) for _ in range(60)]
    scores = [round(rng.gauss(t, 1.0), 1) for t in targets]  # rounded, so that some are equal
    predictions = [int(s > 0.5) for s in scores]
    assert len(set(scores)) < len(scores)
    assert f1(targets, predictions) == pytest.approx(sk.f1_score(targets, predictions), rel=1e-15)
    assert auc(targets, scores) == pytest.approx(sk.roc_auc_score(targets, scores), rel=1e-14)


def test_f1_of_four_classes_equals_that_of_scikit_learn() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(2)
    targets, predictions = ([rng.randrange(4) for _ in range(50)] for _ in range(2))
    expected = sk.f1_score(targets, predictions, average="macro")
    assert f1(targets, predictions) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("outputs", [1, 2])
def test_r2_equals_that_of_scikit_learn(outputs: int) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(3)
    targets = [[rng.gauss(5, 2) for _ in range(outputs)] for _ in range(30)]
    predictions = [[t + rng.gauss(0, 1) for t in row] for row in targets]
    assert r2(targets, predictions) == pytest.approx(sk.r2_score(targets, predictions), rel=1e-12)


def test_r2_of_a_constant_target_is_1_or_0() -> None:
    assert r2([2.0, 2.0], [2.0, 2.0]) == 1.0
    assert r2([2.0, 2.0], [2.0, 3.0]) == 0.0


def test_auc_needs_both_classes() -> None:
    with pytest.raises(InputError, match="both classes"):
        auc([1, 1], [0.2, 0.4])


def test_metrics_of_several_labels_equal_those_of_scikit_learn() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(4)
    targets, predictions = (
        [[rng.randrange(2) for _ in range(3)] for _ in range(40)] for _ in range(2)
    )
    assert accuracy(targets, predictions) == sk.accuracy_score(targets, predictions)
    for ours, theirs in ((precision, sk.precision_score), (recall, sk.recall_score)):
        expected = theirs(targets, predictions, average="macro")
        assert ours(targets, predictions) == pytest.approx(expected, rel=1e-15)


def test_auc_in_fit_is_that_of_the_probabilities() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(5)
    y = [rng.randrange(2) for _ in range(40)]
    X = [[rng.gauss(t, 1.0), rng.gauss(0.0, 1.0)] for t in y]
    model = mg.MLP(2, [1], output="sigmoid", seed=1)
    expected = sk.roc_auc_score(y, model.predict_proba(X)[:, 1])
    assert mg.evaluate(model, X, y, metrics=["auc"])["auc"] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("name", "task"), [("mae", "binary"), ("r2", "multiclass")])
def test_metric_of_a_regression_is_refused_for_classes(name: str, task: str) -> None:
    with pytest.raises(InputError, match=f"{name} is for regression"):
        metrics_of([name], task, 2)


def test_fit_refuses_auc_before_training_if_a_class_is_missing() -> None:
    model = mg.MLP(1, [1], output="sigmoid", seed=1)
    before = [p.data for p in model.parameters()]
    with pytest.raises(InputError, match="auc needs targets of both classes"):
        mg.fit(
            model, [[0.0], [1.0]], [0, 1], metrics=["auc"], validation=([[0.0]], [1]),
            progress=False,
        )  # fmt: skip
    assert [p.data for p in model.parameters()] == before


def test_auc_of_several_classes_is_refused() -> None:
    with pytest.raises(InputError, match="auc is for two classes"):
        metrics_of(["auc"], "multiclass", 3)


def test_metric_keeps_the_name_by_which_it_was_asked_for() -> None:
    assert [*metrics_of(["acc", "f1_score"], "binary")] == ["acc", "f1_score"]


def test_unknown_metric_error_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'accuracy'"):
        metrics_of(["acuracy"], "binary")


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
        metrics_of(["kappa"], "binary")


def test_accuracy_of_a_regression_raises_and_names_an_alternative() -> None:
    with pytest.raises(InputError, match="use 'mean_absolute_error'"):
        metrics_of(["accuracy"], "regression")


def test_functions_with_the_same_name_are_all_reported() -> None:
    def loss(targets: object, predictions: object) -> float:
        return 7.0

    metrics = metrics_of(["accuracy", lambda t, a: 1.0, lambda t, a: 2.0, loss], "binary")
    assert list(metrics) == ["accuracy", "<lambda>", "<lambda>'", "loss'"]
    assert [metrics[name]([], []) for name in list(metrics)[1:]] == [1.0, 2.0, 7.0]


def test_function_of_ones_own_gets_lists() -> None:
    seen: list[Any] = []

    def keep(targets: Any, predictions: Any) -> float:
        seen.append((targets, predictions))
        return 0.0

    mg.evaluate(mg.MLP(1, [1], init="zeros", output="sigmoid"), [[1.0]], [1], metrics=[keep])
    mg.evaluate(mg.MLP(1, [2], init="zeros"), [[1.0]], [[2.0, 3.0]], metrics=[keep])
    assert seen == [([1], [1]), ([[2.0, 3.0]], [[0.0, 0.0]])]


def test_auc_counts_ties_half() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(3)
    targets = [rng.randrange(2) for _ in range(200)]
    scores = [float(rng.randrange(5)) for _ in range(200)]
    expected = sk.roc_auc_score(targets, scores)
    assert METRICS["auc"](targets, scores) == pytest.approx(expected, rel=1e-14)
