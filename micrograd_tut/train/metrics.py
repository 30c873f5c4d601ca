"""Evaluation metrics.

A metric is a function of the targets and the predictions of a network (from `predict`), two lists
of the same length. Any such function can be used as a metric.

>>> accuracy([0, 1, 1], [0, 1, 0]) == 2 / 3
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import fmean
from typing import Any

from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.ops import to_float
from micrograd_tut.train.losses import as_list

Metric = Callable[[Sequence[Any], Sequence[Any]], float]


def accuracy(targets: Sequence[Any], predictions: Sequence[Any]) -> float:
    """The fraction of correct predictions.

    Raises:
        InputError: for this and every metric here: there is not one prediction per target.
    """
    return fmean(t == a for t, a in _pairs(targets, predictions))


def precision(
    targets: Sequence[Any], predictions: Sequence[Any], classes: int | None = None
) -> float:
    """Precision: the fraction of predictions of a class that are correct (TP / (TP + FP)).

    With two classes this is the precision of class 1, with more the mean over the classes that
    occur. A class that is never predicted counts as 0.

    Args:
        targets, predictions: Classes, one per example.
        classes: The number of classes (default: two if all labels are 0 or 1, or all are -1 or 1).
    """
    counts = _counts(targets, predictions, classes)
    return fmean(correct / predicted if predicted else 0.0 for correct, predicted, _ in counts)


def recall(targets: Sequence[Any], predictions: Sequence[Any], classes: int | None = None) -> float:
    """Recall: the fraction of examples of a class that are predicted (TP / (TP + FN)).

    With two classes this is the recall of class 1, with more the mean over the classes that occur.
    A class that is predicted but does not occur counts as 0.

    Args:
        targets, predictions, classes: As for `precision`.
    """
    counts = _counts(targets, predictions, classes)
    return fmean(correct / actual if actual else 0.0 for correct, _, actual in counts)


def mean_absolute_error(targets: Sequence[Any], predictions: Sequence[Any]) -> float:
    """The mean of |prediction - target| over all outputs."""
    return fmean(
        abs(o - t)
        for target, prediction in _pairs(targets, predictions)
        for t, o in _pairs(as_list(target), as_list(prediction))
    )


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "mean_absolute_error": mean_absolute_error,
}
"""The metrics, by name."""


def _pairs(targets: Sequence[Any], predictions: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each target with its prediction."""
    if len(targets) != len(predictions) or not len(targets):
        raise InputError(
            f"a metric needs one prediction per target, and at least one of each; got "
            f"{len(targets)} targets and {len(predictions)} predictions. Call it as "
            f"metric(y, model.predict(X))"
        )
    return list(zip(targets, predictions, strict=True))


def _counts(
    targets: Sequence[Any], predictions: Sequence[Any], classes: int | None
) -> list[tuple[int, int, int]]:
    """For each class: its true positives, its predictions, and its examples."""
    pairs = _pairs(targets, predictions)
    labels = {label for pair in pairs for label in pair}
    if classes == 2 or (classes is None and (labels <= {0, 1} or labels <= {-1, 1})):
        labels = {1}
    return [
        (
            sum(t == a == c for t, a in pairs),
            sum(a == c for _, a in pairs),
            sum(t == c for t, _ in pairs),
        )
        for c in sorted(labels)
    ]


def score(name: str, metric: Metric, targets: Sequence[Any], predictions: Sequence[Any]) -> float:
    """The value of a metric as a float.

    Raises:
        InputError: the metric does not return a number.
    """
    value = metric(targets, predictions)
    try:
        return to_float(value)
    except NumberTypeError:
        raise InputError(f"a metric must return a number; {name} returned {value!r}") from None


def metrics_of(metrics: Sequence[str | Metric], task: str, outputs: int = 1) -> dict[str, Metric]:
    """The metrics to report, by name.

    Args:
        metrics: Names or functions.
        task: One of `DECISION_RULES`.
        outputs: The number of outputs of the network: one per class, or one for two classes.

    Raises:
        InputError: a name is not known, or a classification metric is used for a regression.
    """
    by_name: dict[str, Metric] = {}
    for metric in [metrics] if isinstance(metrics, str) else metrics:
        if not isinstance(metric, str) and not callable(metric):
            raise InputError(f"a metric is a name or a function; got {metric!r}")
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", repr(metric))
        if isinstance(metric, str) and metric not in METRICS:
            raise InputError(
                f"metric {metric!r} is not known; use one of {', '.join(METRICS)}, or a function"
            )
        if task == "regression" and metric in ("accuracy", "precision", "recall"):
            raise InputError(
                f"{metric} is for classification, but this network does regression; use "
                f"'mean_absolute_error'"
            )
        while name in by_name or name in ("loss", "lr"):  # two functions may share a name
            name += "'"
        function = METRICS[metric] if isinstance(metric, str) else metric
        if function in (precision, recall):
            function = partial(function, classes=max(outputs, 2))
        by_name[name] = function
    return by_name
