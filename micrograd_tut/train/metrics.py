"""How good answers are, in numbers that people understand.

A metric is a function of the targets and the answers of a net (as `predict` gives them), two
lists of the same length; any such function will do.

>>> accuracy([0, 1, 1], [0, 1, 0]) == 2 / 3
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

from micrograd_tut.errors import InputError

Metric = Callable[[Sequence[Any], Sequence[Any]], float]


def accuracy(targets: Sequence[Any], answers: Sequence[Any]) -> float:
    """The share of answers that are right."""
    return fmean(t == a for t, a in zip(targets, answers, strict=True))


def precision(targets: Sequence[Any], answers: Sequence[Any]) -> float:
    """Of the answers "class c", the share that is right.

    With two classes it is that of class 1, with more the mean over the classes. A class that no
    answer names counts 0.
    """
    return _per_class(targets, answers, lambda right, named, there: right / named if named else 0.0)


def recall(targets: Sequence[Any], answers: Sequence[Any]) -> float:
    """Of what is of class c, the share that was found.

    With two classes it is that of class 1, with more the mean over the classes. A class that is
    named but not there counts 0.
    """
    return _per_class(targets, answers, lambda right, named, there: right / there if there else 0.0)


def mean_absolute_error(targets: Sequence[Any], answers: Sequence[Any]) -> float:
    """The mean of |answer - target|, over all outputs."""
    return fmean(
        abs(o - t)
        for target, answer in zip(targets, answers, strict=True)
        for t, o in zip(_flat(target), _flat(answer), strict=True)
    )


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "mean_absolute_error": mean_absolute_error,
}
"""The metrics, by name."""


def _per_class(targets: Sequence[Any], answers: Sequence[Any], rate: Callable[..., float]) -> float:
    classes = sorted({*targets, *answers})
    if {*classes} <= {0, 1} or {*classes} <= {-1, 1}:
        classes = [1]
    return fmean(
        rate(
            sum(t == a == c for t, a in zip(targets, answers, strict=True)),
            sum(a == c for a in answers),
            sum(t == c for t in targets),
        )
        for c in classes
    )


def _flat(number: Any) -> list[Any]:
    return list(number) if hasattr(number, "__iter__") else [number]


def metrics_of(metrics: Sequence[str | Metric], task: str) -> dict[str, Metric]:
    """The metrics to report, by the name to report them under.

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
        found[name] = METRICS[metric] if isinstance(metric, str) else metric
    return found
