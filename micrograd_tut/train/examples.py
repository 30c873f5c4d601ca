"""Examples for training: rows of numbers and their targets, checked before the first update."""

from __future__ import annotations

import random
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.nn.predict import check_outputs, task_for
from micrograd_tut.train.arrays import Array, as_rows, check_inputs, count
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.targets import Labels, checked_targets, class_numbers, listed


class Examples(NamedTuple):
    """Inputs and targets.

    Attributes:
        X: The inputs, shape (rows, inputs); the array that the user passed, not a copy, if it
            needed no conversion.
        Y: The targets as the loss takes them, shape (rows, outputs); with weights, one column more,
            which holds the weight of the row.
        labels: The targets as metrics take them: numbers or classes, shape (rows,), or
            (rows, outputs) if there are several per row.
    """

    X: Array
    Y: Array
    labels: Labels

    def pick(self, indices: Any) -> Examples:
        """Some of the rows, a copy, in the order of `indices`."""
        return Examples(*(column[indices] for column in self))

    def weighted(self, weights: Any) -> Examples:
        """The same with weights: one per row, or one for all."""
        column = np.broadcast_to(weights, len(self))
        return Examples(self.X, np.column_stack([self.Y, column]), self.labels)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.X)


def examples_of(
    objective: Objective, X: Any, y: Any, training: bool = False, single: bool = False
) -> Examples:
    """Examples for an objective, checked; sets its task.

    Args:
        objective: The objective.
        X, y: As for `fit`.
        training: Whether names of classes in `y` become those of the objective, if it has none.
        single: Whether an `X` of 32-bit floats may stay so.

    Raises:
        DataError, InputError: as for `check_inputs`, `class_numbers` and `make_examples`.
    """
    rows = check_inputs(X, getattr(objective.model, "nin", None), single=single)
    outputs = objective.count_outputs(rows[0].tolist())
    objective.task = task_for(objective.task, outputs)
    y, names = class_numbers(y, objective.task, outputs, objective.class_names)
    if names and not objective.class_names:
        if not training:
            raise DataError(
                f"y holds names of classes ({listed(names)}), but the network was not trained on "
                f"names; pass the numbers of its classes"
            )
        objective.class_names = names
    return make_examples(rows, y, outputs, objective.task)


def make_examples(X: Array, y: Any, outputs: int, task: str) -> Examples:
    """Check the targets, and join them with the inputs.

    Args:
        X: The inputs, from `check_inputs`.
        y: One target per row.
        outputs: The number of outputs of the network.
        task: One of `DECISION_RULES`; it determines which targets are allowed.

    Raises:
        DataError: there is not one target per row, or a target is not finite or not allowed. The
            message gives its index.
        InputError: the number of outputs does not fit the task.
    """
    check_outputs(task, outputs)
    rows = as_rows(y, "y")
    if len(X) != len(rows):
        raise DataError(
            f"X has {count(X, 'row')} but y has {count(rows, 'target')}; they must match"
        )
    targets = checked_targets(rows, outputs, task)
    if task == "multiclass":
        labels = targets.argmax(1) if targets.shape[1] > 1 else targets[:, 0].astype(int)
        one_hot = np.zeros((len(targets), outputs))
        one_hot[np.arange(len(targets)), labels] = 1.0
        return Examples(X, one_hot, labels)
    labels = targets[:, 0] if outputs == 1 else targets
    return Examples(X, targets, labels if task == "regression" else labels.astype(int))


def split(data: Examples, fraction: Any, rng: random.Random) -> tuple[Examples, Examples]:
    """Split at random into a training set and a validation set of a fraction of the rows.

    Raises:
        InputError: the fraction leaves one of them empty.
    """
    size = float(fraction) if isinstance(fraction, Real) else 0.0
    held_out = round(size * len(data)) if 0 < size < 1 else 0
    if not 0 < held_out < len(data):
        raise InputError(
            f"validation must be a fraction of the rows between 0 and 1, such as 0.2, or a pair "
            f"(X, y); {fraction!r} of {count(data.X, 'row')} leaves one set empty"
        )
    order = np.array(rng.sample(range(len(data)), len(data)))
    return data.pick(np.sort(order[held_out:])), data.pick(np.sort(order[:held_out]))
