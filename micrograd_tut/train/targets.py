"""Targets for training, checked: numbers, classes, one-hot rows, names of classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.errors import DataError
from micrograd_tut.support.text import visible
from micrograd_tut.train.arrays import Array, as_list, as_rows, count, finite_array, number, short
from micrograd_tut.train.losses import as_list as numbers_of, squeeze

Labels = np.ndarray[Any, Any]


def class_numbers(
    y: Any, task: str, outputs: int, names: tuple[str, ...] = ()
) -> tuple[Any, tuple[str, ...]]:
    """Targets with numbers in place of the names of classes, and the names in order.

    Args:
        y: One target per row.
        task: One of `DECISION_RULES`.
        outputs: The number of outputs of the network.
        names: The names that are known already; else those in `y`, sorted.

    Returns:
        `y` as an array or a list, and the names; unchanged if `y` holds no names.

    Raises:
        DataError: some targets are names and others are not, a name is not known, or there are
            not as many names as classes of the network.
    """
    rows = as_rows(y, "y")
    numeric = isinstance(rows, np.ndarray) and rows.dtype.kind not in "OU"
    if numeric or task in ("regression", "multilabel"):
        return rows, names
    targets = list(map(_plain, as_list(rows)))
    if not any(isinstance(t, str) for t in targets):
        return targets, names
    for i, target in enumerate(targets):
        if not isinstance(target, str):
            raise DataError(f"y[{i}] is {short(target)}, but other targets are names of classes")
    names = names or _names_in(targets, outputs if task == "multiclass" else 2)
    numbers = {name: k for k, name in enumerate(names)}
    if task == "margin":
        numbers = {name: 2 * k - 1 for name, k in numbers.items()}
    for i, target in enumerate(targets):
        if target not in numbers:
            raise DataError(
                f"y[{i}] is {short(target)}, which is not one of the classes of the network: "
                f"{listed(names)}"
            )
    return [numbers[target] for target in targets], names


def _plain(target: Any) -> Any:
    """A target; of a list of one, its element."""
    return squeeze(target) if isinstance(target, (list, tuple)) else target


def _names_in(targets: list[str], classes: int) -> tuple[str, ...]:
    """The names of the classes, in order."""
    names = tuple(sorted(set(targets)))
    if len(names) != classes:
        advice = (
            f"make the last layer of size {len(names)}, with output='softmax'"
            if len(names) > 1
            else "training needs two classes or more"
        )
        raise DataError(
            f"y has {len(names)} different names ({listed(names)}), but the network is for "
            f"{classes}; {advice}"
        )
    return names


def listed(names: tuple[str, ...]) -> str:
    """At most eight names, for a message."""
    return ", ".join([visible(name, 40) for name in names[:8]] + ["…"] * (len(names) > 8))


class Kind(NamedTuple):
    """The targets of a task.

    Attributes:
        widths: How many numbers a target may have, given the number of outputs.
        allowed: For each row of targets, whether it is allowed, given the number of outputs.
        problem: What is wrong with a target that is not, given the target and the outputs.
    """

    widths: Callable[[int], tuple[int, ...]]
    allowed: Callable[[Array, int], Labels]
    problem: Callable[[Any, int], str]


def checked_targets(y: Any, outputs: int, task: str) -> Array:
    """Targets as an array of finite numbers that the task allows.

    Args:
        y: One target per row, an array or a list; at least one.
        outputs: The number of outputs of the network.
        task: One of `DECISION_RULES`.

    Returns:
        Shape (rows, outputs); (rows, 1) for classes as numbers.

    Raises:
        DataError: a target is not allowed. The message gives its index.
    """
    kind = KINDS[task]
    array = finite_array(y)
    if array is None or array.ndim > 2:
        rows = [_numbers(target, i, task) for i, target in enumerate(as_list(y))]
        widths = np.array(list(map(len, rows)))
        array = np.array(rows, float) if (widths == widths[0]).all() else None
    else:
        array = array.reshape(len(array), -1)
        widths = np.full(len(array), array.shape[1])
    fits = np.isin(widths, kind.widths(outputs)) & (widths == widths[0])
    if array is not None and fits.all():
        fits = kind.allowed(array, outputs)
    if array is None or not fits.all():
        i = int(np.argmin(fits))
        target = squeeze(as_list(y[i : i + 1])[0])
        raise DataError(f"y[{i}] {kind.problem(target, outputs)}")
    return array


def _numbers(target: Any, i: int, task: str) -> list[float]:
    """A target as a list of numbers."""
    if task == "regression" and isinstance(target, str):
        raise DataError(
            f"y[{i}] is {short(target)}, which is not a number; for names of classes use a "
            f"network with output='softmax', or 'sigmoid' for two"
        )
    parts = [target] if isinstance(target, (Mapping, Set)) else numbers_of(target)
    return [number(t, f"y[{i}]") for t in parts]


# --- The targets of each task ---------------------------------------------------------------


def _one(_outputs: int) -> tuple[int, ...]:
    return (1,)


def _one_per_output(outputs: int) -> tuple[int, ...]:
    return (outputs,)


def _wrong_count(target: Any, outputs: int) -> str:
    numbers = numbers_of(target)
    return (
        f"has {count(numbers, 'number')}, but the network has {outputs} "
        f"output{'' if outputs == 1 else 's'}; make the last layer of size {len(numbers)}"
    )


def _labels(first: int, second: int, advice: str) -> Kind:
    """One of two numbers."""
    return Kind(
        _one,
        lambda rows, _: np.isin(rows[:, 0], (first, second)),
        lambda target, _: f"is {target!r}; this loss takes {first} and {second}. {advice}",
    )


def _are_classes(rows: Array, outputs: int) -> Labels:
    if rows.shape[1] == 1:
        return np.isin(rows[:, 0], np.arange(outputs))
    ones, zeros = (rows == 1).sum(1), (rows == 0).sum(1)
    return np.asarray((ones == 1) & (zeros == outputs - 1))


def _no_class(target: Any, outputs: int) -> str:
    if isinstance(target, list):
        return (
            f"is {short(target)}; the target is a class, 0 to {outputs - 1}, or a one-hot row of "
            f"{outputs} numbers, one of them 1 and the others 0. For several labels per row, use "
            f"output='sigmoid' and loss='binary_cross_entropy'"
        )
    return (
        f"is {target!r}; with {outputs} outputs the classes are the integers 0 to {outputs - 1}. "
        f"The last layer needs one output per class"
    )


KINDS = {
    "regression": Kind(_one_per_output, lambda rows, _: np.ones(len(rows), bool), _wrong_count),
    "margin": _labels(-1, 1, "With labels 0 and 1, use [2 * t - 1 for t in y]."),
    "binary": _labels(
        0,
        1,
        "With labels -1 and +1, use loss='hinge'; for more than two classes, output='softmax' and "
        "loss='categorical_cross_entropy'.",
    ),
    "multilabel": Kind(
        _one_per_output,
        lambda rows, _: np.asarray(np.isin(rows, (0, 1)).all(1)),
        lambda target, outputs: (
            f"is {short(target)}; with {outputs} sigmoid outputs a target is a row of {outputs} "
            f"numbers, 0 or 1. For one class of several, use output='softmax'"
        ),
    ),
    "multiclass": Kind(lambda outputs: (1, outputs), _are_classes, _no_class),
}
"""By task."""
