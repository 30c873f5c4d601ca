"""Weights of examples: by class, and one by one.

>>> weights_of([0, 0, 0, 1], "binary", (), "balanced", None)
[0.6666666666666666, 0.6666666666666666, 0.6666666666666666, 2.0]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.support.validation import nonnegative

_CLASSIFICATION = ("margin", "binary", "multiclass")


def weights_of(
    labels: Sequence[Any],
    task: str,
    class_names: tuple[str, ...],
    class_weight: Any,
    sample_weight: Any,
) -> list[float] | None:
    """One weight per example, the product of both kinds; None if there are no weights.

    Args:
        labels: The targets, as metrics take them.
        task: One of `DECISION_RULES`.
        class_names: The names of the classes, if there are names.
        class_weight: A dict from classes to weights; a class that it leaves out has weight 1. Or
            "balanced" for ``n / (classes * n of the class)``, as in scikit-learn.
        sample_weight: One weight per example.

    Raises:
        InputError: a weight is not a number of at least 0, a class is not known, or the task has
            no classes.
        DataError: there is not one sample weight per example, or all weights are 0.
    """
    if class_weight is None and sample_weight is None:
        return None
    weights = [1.0] * len(labels)
    if sample_weight is not None:
        given = sample_weight.tolist() if hasattr(sample_weight, "tolist") else sample_weight
        if isinstance(given, (str, Mapping)) or not hasattr(given, "__len__"):
            raise DataError(f"sample_weight is a list of one number per row; got {given!r}")
        if len(given) != len(labels):
            raise DataError(
                f"sample_weight has {len(given)} numbers but y has {len(labels)} targets; they "
                f"must match"
            )
        weights = [nonnegative(f"sample_weight[{i}]", w) for i, w in enumerate(given)]
    if class_weight is not None:
        by_class = _by_class(labels, task, class_names, class_weight)
        weights = [w * by_class.get(label, 1.0) for w, label in zip(weights, labels, strict=True)]
    if not any(weights):
        raise DataError("all weights are 0, so there is nothing to learn")
    return weights


def _by_class(
    labels: Sequence[Any], task: str, class_names: tuple[str, ...], class_weight: Any
) -> dict[int, float]:
    """The weight of each class, by its number."""
    if task not in _CLASSIFICATION:
        raise InputError(f"class_weight needs one class per row, and the task is {task}")
    counts = Counter(labels)
    if isinstance(class_weight, str) and class_weight == "balanced":
        return {label: len(labels) / (len(counts) * n) for label, n in counts.items()}
    if not isinstance(class_weight, Mapping):
        raise InputError(
            f"class_weight is a dict such as {{0: 1.0, 1: 5.0}}, or 'balanced'; got "
            f"{class_weight!r}"
        )
    numbers: dict[Any, int] = {label: label for label in counts}
    for k, name in enumerate(class_names):
        numbers[name] = 2 * k - 1 if task == "margin" else k
    by_class = {}
    for label, weight in class_weight.items():
        if label not in numbers:
            known = ", ".join(map(repr, class_names or sorted(counts)))
            raise InputError(f"class_weight has {label!r}, which is not a class of y: {known}")
        by_class[numbers[label]] = nonnegative(f"class_weight[{label!r}]", weight)
    return by_class
