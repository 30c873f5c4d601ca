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


def test_of_four_answers_three_are_right() -> None:
    assert accuracy([0, 1, 1, 2], [0, 1, 0, 2]) == 0.75


def test_precision_and_recall_of_two_classes_are_those_of_class_1() -> None:
    targets, answers = [1, 1, 1, 0, 0], [1, 1, 0, 1, 0]
    assert precision(targets, answers) == 2 / 3
    assert recall(targets, answers) == 2 / 3
    assert recall([1, 1, 1, 0], [1, 0, 0, 0]) == 1 / 3
    assert precision([1, 1, 1, 0], [1, 0, 0, 0]) == 1.0


def test_labels_of_minus_and_plus_1_are_two_classes() -> None:
    assert precision([1, 1, -1, -1], [1, -1, 1, -1]) == 0.5


def test_a_class_that_no_answer_names_counts_0() -> None:
    assert precision([0, 1], [0, 0]) == 0.0
    assert recall([0, 0], [0, 0]) == 0.0


def test_mean_absolute_error_counts_every_output() -> None:
    assert mean_absolute_error([1.0, 2.0], [2.0, 4.0]) == 1.5
    assert mean_absolute_error([[1.0, 2.0]], [[2.0, 5.0]]) == 2.0


@pytest.mark.parametrize("classes", [2, 4])
def test_the_metrics_are_those_of_scikit_learn(classes: int) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    rng = random.Random(0)
    targets = [rng.randrange(classes) for _ in range(50)]
    answers = [rng.randrange(classes) for _ in range(50)]
    average = "binary" if classes == 2 else "macro"
    assert accuracy(targets, answers) == pytest.approx(sk.accuracy_score(targets, answers))
    for ours, theirs in ((precision, sk.precision_score), (recall, sk.recall_score)):
        assert ours(targets, answers) == pytest.approx(theirs(targets, answers, average=average))
    assert mean_absolute_error(targets, answers) == pytest.approx(
        sk.mean_absolute_error(targets, answers)
    )


@pytest.mark.parametrize("name", ["precision", "recall"])
def test_three_classes_are_three_also_where_one_does_not_occur(name: str) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    targets, answers = [0, 0, 0, 1, 1], [0, 1, 0, 1, 0]
    (metric,) = metrics_of([name], "multiclass", 3).values()
    expected = getattr(sk, f"{name}_score")(targets, answers, average="macro")
    assert metric(targets, answers) == pytest.approx(expected, rel=1e-15)
    assert METRICS[name](targets, answers) == 0.5 != expected  # that of class 1


def test_fit_and_evaluate_tell_a_metric_how_many_classes_the_net_has() -> None:
    sk = pytest.importorskip("sklearn.metrics")
    X, y = [[-1.0], [-0.5], [0.1], [0.5], [1.0]], [0, 0, 1, 1, 0]
    model = mg.MLP(1, [3], output="softmax", seed=3)
    model.layers[0].neurons[2].b.data = -50.0  # class 2 is not named
    answers = model.predict(X).tolist()
    expected = sk.precision_score(y, answers, average="macro", zero_division=0)
    found = mg.evaluate(model, X, y, metrics=["precision"])["precision"]
    assert found == pytest.approx(expected, rel=1e-15)
    history = mg.fit(
        model, X, y, optimizer=mg.SGD(0.0), epochs=1, metrics=["precision"], progress=False
    )
    assert history.history["precision"] == pytest.approx([expected], rel=1e-15)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(("targets", "answers"), [([], []), ([1, 0], [1])])
def test_a_metric_needs_an_answer_for_each_target(
    name: str, targets: list[int], answers: list[int]
) -> None:
    told = f"got {len(targets)} targets and {len(answers)} answers"
    with pytest.raises(InputError, match=told):
        METRICS[name](targets, answers)


@pytest.mark.parametrize("given", [None, "high", [1.0, 2.0]])
def test_a_metric_that_gives_no_number_is_told_by_name(given: object) -> None:
    def quality(targets: object, answers: object) -> Any:
        return given

    with pytest.raises(InputError, match="a metric gives a number; quality gave") as raised:
        mg.evaluate(mg.MLP(1, [1]), [[1.0]], [1.0], metrics=[quality])
    assert str(raised.value).endswith(repr(given))


def test_metrics_are_found_by_name_or_are_functions() -> None:
    def largest_error(targets: object, answers: object) -> float:
        return 0.0

    found = metrics_of(["accuracy", largest_error], "binary")
    assert found == {"accuracy": accuracy, "largest_error": largest_error}


def test_a_single_metric_may_go_without_its_list() -> None:
    assert metrics_of("accuracy", "binary") == {"accuracy": accuracy}


def test_an_unknown_metric_names_those_that_are_known() -> None:
    with pytest.raises(InputError, match=", ".join(METRICS)):
        metrics_of(["auc"], "binary")


def test_accuracy_of_a_regression_is_an_error_that_says_what_to_use() -> None:
    with pytest.raises(InputError, match="use 'mean_absolute_error'"):
        metrics_of(["accuracy"], "regression")


def test_functions_that_share_a_name_are_all_reported() -> None:
    def loss(targets: object, answers: object) -> float:
        return 7.0

    found = metrics_of(["accuracy", lambda t, a: 1.0, lambda t, a: 2.0, loss], "binary")
    assert list(found) == ["accuracy", "<lambda>", "<lambda>'", "loss'"]
    assert [found[name]([], []) for name in list(found)[1:]] == [1.0, 2.0, 7.0]
