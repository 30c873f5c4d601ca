"""How good answers are, in numbers that people understand.

A metric is a function of the targets and the answers of a net (as `predict` gives them), two
lists of the same length; any such function will do.

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

Metric = Callable[[Sequence[Any], Sequence[Any]], float]


def accuracy(targets: Sequence[Any], answers: Sequence[Any]) -> float:
    """The share of answers that are right.

    Raises:
        InputError: for this and every metric here: there is no answer, or not one per target.
    """
    return fmean(t == a for t, a in _pairs(targets, answers))


def precision(targets: Sequence[Any], answers: Sequence[Any], classes: int | None = None) -> float:
    """Of the answers "class c", the share that is right.

    With two classes it is that of class 1, with more the mean over the classes that occur. A class
    that no answer names counts 0.

    Args:
        targets, answers: Classes, one per example.
        classes: How many classes there are. Unless told, two where all labels are 0 or 1, or all
            are -1 or 1.
    """
    counts = _counts(targets, answers, classes)
    return fmean(right / named if named else 0.0 for right, named, _ in counts)


def recall(targets: Sequence[Any], answers: Sequence[Any], classes: int | None = None) -> float:
    """Of what is of class c, the share that was found.

    With two classes it is that of class 1, with more the mean over the classes that occur. A class
    that is named but not there counts 0.

    Args:
        targets, answers, classes: As for `precision`.
    """
    counts = _counts(targets, answers, classes)
    return fmean(right / there if there else 0.0 for right, _, there in counts)


def mean_absolute_error(targets: Sequence[Any], answers: Sequence[Any]) -> float:
    """The mean of |answer - target|, over all outputs."""
    return fmean(
        abs(o - t)
        for target, answer in _pairs(targets, answers)
        for t, o in _pairs(_flat(target), _flat(answer))
    )


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "mean_absolute_error": mean_absolute_error,
}
"""The metrics, by name."""


def _pairs(targets: Sequence[Any], answers: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each target with its answer."""
    if len(targets) != len(answers) or not len(targets):
        raise InputError(
            f"a metric compares one answer with each target, and needs at least one; got "
            f"{len(targets)} targets and {len(answers)} answers"
        )
    return list(zip(targets, answers, strict=True))


def _counts(
    targets: Sequence[Any], answers: Sequence[Any], classes: int | None
) -> list[tuple[int, int, int]]:
    """For each class that counts: how often it was found, was named, and was there."""
    pairs = _pairs(targets, answers)
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


def _flat(number: Any) -> list[Any]:
    return list(number) if hasattr(number, "__iter__") else [number]


def score(name: str, metric: Metric, targets: Sequence[Any], answers: Sequence[Any]) -> float:
    """What a metric gives, as a float.

    Raises:
        InputError: it gives no number.
    """
    given = metric(targets, answers)
    try:
        return to_float(given)
    except NumberTypeError:
        raise InputError(f"a metric gives a number; {name} gave {given!r}") from None


def metrics_of(metrics: Sequence[str | Metric], task: str, outputs: int = 1) -> dict[str, Metric]:
    """The metrics to report, by the name to report them under.

    Args:
        metrics: Names or functions.
        task: One of `DECISION_RULES`.
        outputs: How many outputs the net has: one per class, or one for two classes.

    Raises:
        InputError: a name that is not known, or a metric of classes for a regression.
    """
    found: dict[str, Metric] = {}
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
                f"{metric} counts classes, but this net gives numbers; use 'mean_absolute_error'"
            )
        while name in found or name in ("loss", "lr"):  # two functions may share a name
            name += "'"
        function = METRICS[metric] if isinstance(metric, str) else metric
        if function in (precision, recall):
            function = partial(function, classes=max(outputs, 2))
        found[name] = function
    return found
