"""Examples for training: rows of numbers and their targets, checked before the first update."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence, Set
from numbers import Real
from typing import Any, NamedTuple

from micrograd_tut.errors import DataError, InputError, NotFiniteError, NumberTypeError
from micrograd_tut.nn.predict import check_outputs, task_for
from micrograd_tut.ops import to_float
from micrograd_tut.support.text import visible
from micrograd_tut.train.losses import as_list, one_hot, squeeze
from micrograd_tut.train.objective import Objective

Rows = list[list[float]]


class Examples(NamedTuple):
    """Inputs and targets.

    Attributes:
        X: The inputs, one list per row.
        Y: The targets as the loss takes them: one list of numbers per row, one per output; then
            the weight of the row, if there are weights.
        labels: The targets as metrics take them: a number or a list of them, or the class.
    """

    X: Rows
    Y: Rows
    labels: list[Any]

    def pick(self, indices: Iterable[int]) -> Examples:
        """Some of the rows, in the order of `indices`."""
        indices = list(indices)
        return Examples(*([column[i] for i in indices] for column in self))

    def weighted(self, weights: Sequence[float]) -> Examples:
        """The same with one weight per row, at the end of its targets."""
        Y = [[*targets, w] for targets, w in zip(self.Y, weights, strict=True)]
        return Examples(self.X, Y, self.labels)

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.X)


def examples_of(objective: Objective, X: Any, y: Any, training: bool = False) -> Examples:
    """Examples for an objective, checked; sets its task.

    Args:
        objective: The objective.
        X, y: As for `fit`.
        training: Whether names of classes in `y` become those of the objective, if it has none.

    Raises:
        DataError, InputError: as for `check_inputs`, `class_numbers` and `make_examples`.
    """
    rows = check_inputs(X, getattr(objective.model, "nin", None))
    outputs = len(objective.outputs(rows[0]))
    objective.task = task_for(objective.task, outputs)
    y, names = class_numbers(y, objective.task, outputs, objective.class_names)
    if names and not objective.class_names:
        if not training:
            raise DataError(
                f"y holds names of classes ({_listed(names)}), but the network was not trained on "
                f"names; pass the numbers of its classes"
            )
        objective.class_names = names
    return make_examples(rows, y, outputs, objective.task)


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
        `y` as a list, and the names; unchanged if `y` holds no names.

    Raises:
        DataError: some targets are names and others are not, a name is not known, or there are
            not as many names as classes of the network.
    """
    targets = _as_rows(y, "y")
    targets = [squeeze(t) if isinstance(t, (list, tuple)) else t for t in targets]
    if task in ("regression", "multilabel") or not any(isinstance(t, str) for t in targets):
        return targets, names
    for i, target in enumerate(targets):
        if not isinstance(target, str):
            raise DataError(f"y[{i}] is {_short(target)}, but other targets are names of classes")
    if not names:
        names = tuple(sorted(set(targets)))
        count = outputs if task == "multiclass" else 2
        if len(names) != count:
            advice = (
                f"make the last layer of size {len(names)}, with output='softmax'"
                if len(names) > 1
                else "training needs two classes or more"
            )
            raise DataError(
                f"y has {len(names)} different names ({_listed(names)}), but the network is for "
                f"{count}; {advice}"
            )
    numbers = {name: k for k, name in enumerate(names)}
    if task == "margin":
        numbers = {name: 2 * k - 1 for name, k in numbers.items()}
    for i, target in enumerate(targets):
        if target not in numbers:
            raise DataError(
                f"y[{i}] is {_short(target)}, which is not one of the classes of the network: "
                f"{_listed(names)}"
            )
    return [numbers[target] for target in targets], names


def make_examples(X: Rows, y: Any, outputs: int, task: str) -> Examples:
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
    targets = [squeeze(target) for target in _as_rows(y, "y")]
    if len(X) != len(targets):
        raise DataError(
            f"X has {_count(X, 'row')} but y has {_count(targets, 'target')}; they must match"
        )
    labels = [_LABELS[task](target, i, outputs) for i, target in enumerate(targets)]
    if task == "multiclass":
        return Examples(X, [one_hot(k, outputs) for k in labels], labels)
    return Examples(X, [as_list(label) for label in labels], labels)


def check_inputs(X: Any, width: int | None = None, name: str = "X") -> Rows:
    """Inputs as lists of finite numbers.

    Args:
        X: Rows of numbers: lists, an array, or a DataFrame (anything with ``to_numpy``).
        width: The length of every row (default: that of the first row).
        name: The name of the inputs in error messages.

    Raises:
        DataError: there are no rows, a row has another length, or a number is not finite. The
            message gives the index, and the column of a DataFrame.
    """
    rows = _as_rows(X, name)
    columns = list(getattr(X, "columns", ())) if hasattr(X, "to_numpy") else []
    notes = [f" (column {visible(str(column), 40)!r})" for column in columns]
    if not rows:
        raise DataError(f"{name} is empty; training needs at least one row")
    checked: Rows = []
    for i, row in enumerate(rows):
        if not hasattr(row, "__iter__") or isinstance(row, str):
            raise DataError(
                f"{name}[{i}] is {row!r}, but a row is a list of numbers; for one input use "
                f"[[x] for x in {name}]"
            )
        checked.append(
            [_number(x, f"{name}[{i}][{j}]{notes[j] if notes else ''}") for j, x in enumerate(row)]
        )
        expected = len(checked[0]) if width is None else width
        if len(checked[i]) != expected:
            raise DataError(f"{name}[{i}] has {_count(checked[i], 'number')}; it needs {expected}")
    return checked


def split(data: Examples, fraction: Any, rng: random.Random) -> tuple[Examples, Examples]:
    """Split at random into a training set and a validation set of a fraction of the rows.

    Raises:
        InputError: the fraction leaves one of them empty.
    """
    size = float(fraction) if isinstance(fraction, Real) else 0.0
    count = round(size * len(data)) if 0 < size < 1 else 0
    if not 0 < count < len(data):
        raise InputError(
            f"validation must be a fraction of the rows between 0 and 1, such as 0.2, or a pair "
            f"(X, y); {fraction!r} of {_count(data.X, 'row')} leaves one set empty"
        )
    order = rng.sample(range(len(data)), len(data))
    return data.pick(sorted(order[count:])), data.pick(sorted(order[:count]))


def _as_rows(table: Any, name: str) -> list[Any]:
    """The rows of an array, a DataFrame, or any iterable."""
    if isinstance(table, (Mapping, Set)):
        raise DataError(
            f"{name} is a {type(table).__name__}, which has no rows in order; pass a list"
            + (f", such as list({name}.values())" if isinstance(table, Mapping) else "")
        )
    if hasattr(table, "to_numpy"):
        table = table.to_numpy()
    if hasattr(table, "tolist"):
        table = table.tolist()
    if not isinstance(table, Iterable) or isinstance(table, (str, bytes)):
        raise DataError(f"{name} must be a list, an array or a DataFrame of numbers; got {table!r}")
    return list(table)


def _number(x: Any, position: str) -> float:
    """A finite number; `position` names it in error messages."""
    try:
        number = to_float(x)
    except NumberTypeError:
        raise DataError(f"{position} is {_short(x)}, which is not a number") from None
    except NotFiniteError as error:
        raise DataError(f"{position} does not fit: {error}") from None
    if not math.isfinite(number):
        raise DataError(f"{position} is {number}; remove the row or impute a value")
    return number


def _short(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _listed(names: tuple[str, ...]) -> str:
    """At most eight names, for a message."""
    return ", ".join([visible(name, 40) for name in names[:8]] + ["…"] * (len(names) > 8))


def _count(items: list[Any], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


# --- The label of a target, by task ---------------------------------------------------------


def _regression(target: Any, i: int, outputs: int) -> Any:
    if isinstance(target, str):
        raise DataError(
            f"y[{i}] is {_short(target)}, which is not a number; for names of classes use a "
            f"network with output='softmax', or 'sigmoid' for two"
        )
    numbers = [_number(t, f"y[{i}]") for t in as_list(target)]
    if len(numbers) != outputs:
        raise DataError(
            f"y[{i}] has {_count(numbers, 'number')}, but the network has {outputs} "
            f"output{'' if outputs == 1 else 's'}; make the last layer of size {len(numbers)}"
        )
    return squeeze(numbers)


def _margin(target: Any, i: int, _outputs: int) -> int:
    return _one_of(target, i, (-1, 1), "With labels 0 and 1, use [2 * t - 1 for t in y].")


def _binary(target: Any, i: int, _outputs: int) -> int:
    advice = (
        "With labels -1 and +1, use loss='hinge'; for more than two classes, output='softmax' and "
        "loss='categorical_cross_entropy'."
    )
    return _one_of(target, i, (0, 1), advice)


def _multiclass(target: Any, i: int, outputs: int) -> int:
    label = _hot(target, i, outputs) if isinstance(target, list) else _class_number(target, i)
    if label not in range(outputs):
        raise DataError(
            f"y[{i}] is {target!r}; with {outputs} outputs the classes are the integers 0 to "
            f"{outputs - 1}. The last layer needs one output per class"
        )
    return int(label)


def _hot(target: list[Any], i: int, outputs: int) -> int:
    """The class of a one-hot row."""
    numbers = [_number(t, f"y[{i}]") for t in target]
    if len(numbers) != outputs or sorted(numbers) != [*[0.0] * (outputs - 1), 1.0]:
        raise DataError(
            f"y[{i}] is {_short(target)}; the target is a class, 0 to {outputs - 1}, or a one-hot "
            f"row of {outputs} numbers, one of them 1 and the others 0. For several labels per "
            f"row, use output='sigmoid' and loss='binary_cross_entropy'"
        )
    return numbers.index(1.0)


def _multilabel(target: Any, i: int, outputs: int) -> list[int]:
    numbers = [_number(t, f"y[{i}]") for t in as_list(target)]
    if len(numbers) != outputs or not set(numbers) <= {0.0, 1.0}:
        raise DataError(
            f"y[{i}] is {_short(target)}; with {outputs} sigmoid outputs a target is a row of "
            f"{outputs} numbers, 0 or 1. For one class of several, use output='softmax'"
        )
    return [int(number) for number in numbers]


def _class_number(target: Any, i: int) -> Any:
    """A target as a number, if it can be one class."""
    return target if isinstance(target, list) else _number(target, f"y[{i}]")


def _one_of(target: Any, i: int, allowed: tuple[int, int], advice: str) -> int:
    label = _class_number(target, i)
    if label not in allowed:
        raise DataError(
            f"y[{i}] is {target!r}; this loss takes {allowed[0]} and {allowed[1]}. {advice}"
        )
    return int(label)


_LABELS = {
    "regression": _regression,
    "margin": _margin,
    "binary": _binary,
    "multilabel": _multilabel,
    "multiclass": _multiclass,
}
