"""Weights of examples: by class, and one by one.

>>> import numpy as np
>>> weights_of(np.array([0, 0, 0, 1]), "binary", (), "balanced", None)
array([0.66666667, 0.66666667, 0.66666667, 2.        ])
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.support.validation import nonnegative
from micrograd_tut.train.arrays import Array, as_list, finite_array
from micrograd_tut.train.targets import Labels

_CLASSIFICATION = ("margin", "binary", "multiclass")


def weights_of(
    labels: Labels,
    task: str,
    class_names: tuple[str, ...],
    class_weight: Any,
    sample_weight: Any,
) -> Array | None:
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
    weights = np.ones(len(labels))
    if sample_weight is not None:
        weights = _by_sample(sample_weight, len(labels))
    if class_weight is not None:
        weights = weights * _by_class(labels, task, class_names, class_weight)
    if not weights.any():
        raise DataError("all weights are 0, so there is nothing to learn")
    return weights


def _by_sample(weights: Any, count: int) -> Array:
    """The weight of each example, as given."""
    if isinstance(weights, (str, Mapping)) or not hasattr(weights, "__len__"):
        raise DataError(f"sample_weight is a list of one number per row; got {weights!r}")
    if len(weights) != count:
        raise DataError(
            f"sample_weight has {len(weights)} numbers but y has {count} targets; they must match"
        )
    array = finite_array(weights)
    if array is not None and array.ndim == 1 and array.min() >= 0:
        return array
    given = as_list(np.asarray(weights) if hasattr(weights, "tolist") else weights)
    return np.array([nonnegative(f"sample_weight[{i}]", w) for i, w in enumerate(given)])


def _by_class(labels: Labels, task: str, class_names: tuple[str, ...], class_weight: Any) -> Array:
    """The weight of each example, by its class."""
    if task not in _CLASSIFICATION:
        raise InputError(f"class_weight needs one class per row, and the task is {task}")
    classes, indices, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if isinstance(class_weight, str) and class_weight == "balanced":
        balanced: Array = (len(labels) / (len(classes) * counts))[indices]
        return balanced
    if not isinstance(class_weight, Mapping):
        raise InputError(
            f"class_weight is a dict such as {{0: 1.0, 1: 5.0}}, or 'balanced'; got "
            f"{class_weight!r}"
        )
    numbers: dict[Any, int] = {label: label for label in classes.tolist()}
    for k, name in enumerate(class_names):
        numbers[name] = 2 * k - 1 if task == "margin" else k
    by_class = dict.fromkeys(numbers.values(), 1.0)
    for label, weight in class_weight.items():
        if label not in numbers:
            known = ", ".join(map(repr, class_names or classes.tolist()))
            raise InputError(f"class_weight has {label!r}, which is not a class of y: {known}")
        by_class[numbers[label]] = nonnegative(f"class_weight[{label!r}]", weight)
    return np.array([by_class[label] for label in classes.tolist()])[indices]
