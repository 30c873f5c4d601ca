"""Evaluation metrics.

A metric is a function of the targets and the predictions of a network (from `predict`), two lists
of the same length. Any such function can be used as a metric.

>>> accuracy([0, 1, 1], [0, 1, 0]) == 2 / 3
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from statistics import fmean
from typing import Any

from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.ops import to_float
from micrograd_tut.support.validation import did_you_mean
from micrograd_tut.train.losses import as_list

Metric = Callable[[Sequence[Any], Sequence[Any]], float]


def accuracy(targets: Sequence[Any], predictions: Sequence[Any]) -> float:
    """The fraction of correct predictions; of several labels per row, all must be correct.

    Raises:
        InputError: for this and every metric here: there is not one prediction per target.
    """
    return fmean(t == a for t, a in _pairs(targets, predictions))


def precision(
    targets: Sequence[Any], predictions: Sequence[Any], classes: int | None = None
) -> float:
    """Precision: the fraction of predictions of a class that are correct (TP / (TP + FP)).

    With two classes this is the precision of class 1, with more the mean over the classes that
    occur; with several labels per row the mean over the labels. A class that is never predicted
    counts as 0.

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


def f1(targets: Sequence[Any], predictions: Sequence[Any], classes: int | None = None) -> float:
    """F1: the harmonic mean of precision and recall (2 TP / (2 TP + FP + FN)).

    With two classes this is the F1 of class 1, with more the mean over the classes that occur.

    Args:
        targets, predictions, classes: As for `precision`.
    """
    counts = _counts(targets, predictions, classes)
    return fmean(
        2 * correct / (predicted + actual) if predicted + actual else 0.0
        for correct, predicted, actual in counts
    )


def auc(targets: Sequence[Any], scores: Sequence[float]) -> float:
    """The area under the ROC curve: how often an example of class 1 has the higher score.

    It is the fraction of pairs of an example of class 1 and one of the other class; a tie counts
    half. `fit` uses the logits as scores.

    Args:
        targets: Classes, 0 and 1 or -1 and 1, one per example.
        scores: One number per example, higher for class 1: logits or probabilities.

    Raises:
        InputError: only one class occurs, or there are others.

    Source: Hanley and McNeil 1982, The Meaning and Use of the Area under a ROC Curve.
    """
    pairs = _pairs(targets, scores)
    labels = set(targets)
    if len(labels) != 2 or not (labels <= {0, 1} or labels <= {-1, 1}):
        raise InputError(
            f"auc needs targets of both classes, 0 and 1 or -1 and 1; got {sorted(labels)[:5]}"
        )
    pairs.sort(key=lambda pair: pair[1])
    above = below = 0.0  # correct pairs; examples of the other class with a lower score
    for _, group in groupby(pairs, key=lambda pair: pair[1]):
        ties = [t == 1 for t, _ in group]
        positive = sum(ties)
        above += positive * (below + (len(ties) - positive) / 2)
        below += len(ties) - positive
    return above / (below * (len(pairs) - below))


def r2(targets: Sequence[Any], predictions: Sequence[Any]) -> float:
    """The coefficient of determination, the mean over all outputs.

    1 - (sum of squared errors) / (sum of squared deviations of the targets from their mean): 1 for
    perfect predictions, 0 for always predicting the mean. For a constant target it is 1 if the
    predictions are perfect, else 0.
    """
    rows = [(as_list(t), as_list(p)) for t, p in _pairs(targets, predictions)]
    return fmean(
        _r2([t[k] for t, _ in rows], [p[k] for _, p in rows]) for k in range(len(rows[0][0]))
    )


def _r2(targets: list[float], predictions: list[float]) -> float:
    mean = fmean(targets)
    deviations = sum((t - mean) ** 2 for t in targets)
    errors = sum((t - p) ** 2 for t, p in zip(targets, predictions, strict=True))
    return 1.0 - errors / deviations if deviations else float(not errors)


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
    "f1": f1,
    "auc": auc,
    "mean_absolute_error": mean_absolute_error,
    "r2": r2,
}
"""The metrics, by name."""

METRIC_ALIASES = {
    "acc": "accuracy",
    "binary_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "f1_score": "f1",
    "roc_auc": "auc",
    "mae": "mean_absolute_error",
    "r2_score": "r2",
}
"""Names of the metrics in other libraries, each with its name in `METRICS`."""

ON_SCORES: tuple[Metric, ...] = (auc,)
"""The metrics that compare scores, not predictions, with the targets."""

_FOR_REGRESSION = ("mean_absolute_error", "r2")


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
    if isinstance(pairs[0][0], list):  # several labels per row: class 1 of each
        columns = range(len(pairs[0][0]))
        return [_counts([t[k] for t, _ in pairs], [p[k] for _, p in pairs], 2)[0] for k in columns]
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


def _known(name: str, task: str) -> str:
    """The name of a metric in `METRICS`, if it is for this task."""
    metric = METRIC_ALIASES.get(name.lower(), name.lower())
    if metric not in METRICS:
        near = did_you_mean(name, [*METRICS, *METRIC_ALIASES])
        raise InputError(
            f"metric {name!r} is not known{near}; use one of {', '.join(METRICS)}, or a function"
        )
    regression = task == "regression"
    if regression != (metric in _FOR_REGRESSION):
        use = " or ".join(map(repr, _FOR_REGRESSION)) if regression else "'accuracy'"
        kinds = ("classification", "regression")
        raise InputError(
            f"{name} is for {kinds[not regression]}, but this network does {kinds[regression]}; "
            f"use {use}"
        )
    if metric == "auc" and task not in ("binary", "margin"):
        raise InputError(f"auc is for two classes and one output; this network is {task}")
    return metric


def metrics_of(metrics: Sequence[str | Metric], task: str, outputs: int = 1) -> dict[str, Metric]:
    """The metrics to report, by name.

    Args:
        metrics: Names or functions.
        task: One of `DECISION_RULES`.
        outputs: The number of outputs of the network: one per class, or one for two classes.

    Raises:
        InputError: a name is not known, or a metric is for another task.
    """
    by_name: dict[str, Metric] = {}
    for metric in [metrics] if isinstance(metrics, str) else metrics:
        if not isinstance(metric, str) and not callable(metric):
            raise InputError(f"a metric is a name or a function; got {metric!r}")
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", repr(metric))
        if isinstance(metric, str):
            metric = _known(metric, task)
        while name in by_name or name in ("loss", "lr"):  # two functions may share a name
            name += "'"
        function = METRICS[metric] if isinstance(metric, str) else metric
        if function in (precision, recall, f1):
            function = partial(function, classes=max(outputs, 2))
        by_name[name] = function
    return by_name
