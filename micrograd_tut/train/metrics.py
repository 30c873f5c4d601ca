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

import numpy as np

from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.ops import to_float
from micrograd_tut.support.validation import did_you_mean
from micrograd_tut.train.targets import Labels

Numbers = Sequence[Any] | Labels
Metric = Callable[[Any, Any], float]


def accuracy(targets: Numbers, predictions: Numbers) -> float:
    """The fraction of correct predictions; of several labels per row, all must be correct.

    Raises:
        InputError: for this and every metric here: there is not one prediction per target.
    """
    t, p = _arrays(targets, predictions)
    correct = t == p
    return float(np.mean(correct if correct.ndim == 1 else correct.all(1)))


def precision(targets: Numbers, predictions: Numbers, classes: int | None = None) -> float:
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


def recall(targets: Numbers, predictions: Numbers, classes: int | None = None) -> float:
    """Recall: the fraction of examples of a class that are predicted (TP / (TP + FN)).

    With two classes this is the recall of class 1, with more the mean over the classes that occur.
    A class that is predicted but does not occur counts as 0.

    Args:
        targets, predictions, classes: As for `precision`.
    """
    counts = _counts(targets, predictions, classes)
    return fmean(correct / actual if actual else 0.0 for correct, _, actual in counts)


def f1(targets: Numbers, predictions: Numbers, classes: int | None = None) -> float:
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


def auc(targets: Numbers, scores: Numbers) -> float:
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
    t, s = _arrays(targets, scores)
    labels = {*t.tolist()}
    if len(labels) != 2 or not (labels <= {0, 1} or labels <= {-1, 1}):
        raise InputError(
            f"auc needs targets of both classes, 0 and 1 or -1 and 1; got {sorted(labels)[:5]}"
        )
    _, ties = np.unique(s, return_inverse=True)
    positive = np.bincount(ties, t == 1)  # of class 1, for each score from the lowest on
    negative = np.bincount(ties, t != 1)
    below = np.cumsum(negative) - negative
    correct = float((positive * (below + negative / 2)).sum())
    return correct / float(positive.sum() * negative.sum())


def r2(targets: Numbers, predictions: Numbers) -> float:
    """The coefficient of determination, the mean over all outputs.

    1 - (sum of squared errors) / (sum of squared deviations of the targets from their mean): 1 for
    perfect predictions, 0 for always predicting the mean. For a constant target it is 1 if the
    predictions are perfect, else 0.
    """
    t, p = (x.reshape(len(x), -1).astype(float) for x in _arrays(targets, predictions))
    errors = ((t - p) ** 2).sum(0)
    varies = t.min(0) < t.max(0)
    deviations = np.where(varies, ((t - t.mean(0)) ** 2).sum(0), 1.0)
    return float(np.where(varies, 1.0 - errors / deviations, errors == 0).mean())


def mean_absolute_error(targets: Numbers, predictions: Numbers) -> float:
    """The mean of |prediction - target| over all outputs."""
    t, p = _arrays(targets, predictions)
    return float(np.abs(p - t).mean())


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


def _arrays(targets: Numbers, predictions: Numbers) -> tuple[Labels, Labels]:
    """Targets and predictions as arrays."""
    if len(targets) != len(predictions) or not len(targets):
        raise InputError(
            f"a metric needs one prediction per target, and at least one of each; got "
            f"{len(targets)} targets and {len(predictions)} predictions. Call it as "
            f"metric(y, model.predict(X))"
        )
    t, p = np.asarray(targets), np.asarray(predictions)
    if t.shape != p.shape:
        raise InputError(
            f"a metric needs as many numbers in each prediction as in its target; got the shapes "
            f"{t.shape} and {p.shape}. Call it as metric(y, model.predict(X))"
        )
    return t, p


def _counts(
    targets: Numbers, predictions: Numbers, classes: int | None
) -> list[tuple[int, int, int]]:
    """For each class: its true positives, its predictions, and its examples."""
    t, p = _arrays(targets, predictions)
    if t.ndim > 1:  # several labels per row: class 1 of each
        return [_counts(t[:, k], p[:, k], 2)[0] for k in range(t.shape[1])]
    labels = np.unique([t, p])
    if classes == 2 or (classes is None and (_within(labels, 0, 1) or _within(labels, -1, 1))):
        return [(int(((t == 1) & (p == 1)).sum()), int((p == 1).sum()), int((t == 1).sum()))]
    t, p = np.searchsorted(labels, t), np.searchsorted(labels, p)
    counted = [np.bincount(x, minlength=len(labels)).tolist() for x in (t[t == p], p, t)]
    return list(zip(*counted, strict=True))


def _within(labels: Labels, *allowed: int) -> bool:
    return {*labels.tolist()} <= {*allowed}


def score(name: str, metric: Metric, targets: Labels, predictions: Labels) -> float:
    """The value of a metric as a float; a function of the user's own gets lists.

    Raises:
        InputError: the metric does not return a number.
    """
    if getattr(metric, "func", metric) in METRICS.values():
        return metric(targets, predictions)
    value = metric(targets.tolist(), predictions.tolist())
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
