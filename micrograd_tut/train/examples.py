"""Examples for training: rows of numbers and their targets, checked before the first step."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from numbers import Real
from typing import Any, NamedTuple

from micrograd_tut.errors import DataError, InputError, NotFiniteError, NumberTypeError
from micrograd_tut.nn.predict import check_outputs
from micrograd_tut.ops import to_float
from micrograd_tut.support.text import visible
from micrograd_tut.train.losses import one_hot

Rows = list[list[float]]


class Examples(NamedTuple):
    """Rows and what they belong to.

    Attributes:
        X: The inputs, one list per row.
        Y: What the loss takes: a list of numbers per row, as many as the net has outputs.
        labels: What an answer is compared with: a number or a list of them, or the class.
    """

    X: Rows
    Y: Rows
    labels: list[Any]

    def pick(self, places: Iterable[int]) -> Examples:
        """Some of the rows, in the given order."""
        places = list(places)
        return Examples(*([column[i] for i in places] for column in self))

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.X)


def examples(rows: Rows, y: Any, outputs: int, task: str) -> Examples:
    """Rows with their targets.

    Args:
        rows: The inputs, from `rows_of`.
        y: One target per row.
        outputs: How many outputs the net has.
        task: One of `DECISION_RULES`: what targets are allowed.

    Raises:
        DataError: not as many targets as rows, a number that is not finite, a label out of range.
            The message names the place.
        InputError: the number of outputs does not fit the task.
    """
    check_outputs(task, outputs)
    targets = [_alone(target) for target in _plain(y, "y")]
    if len(rows) != len(targets):
        raise DataError(f"X has {len(rows)} rows, but y has {len(targets)}; each row needs one")
    labels = [_TARGETS[task](target, i, outputs) for i, target in enumerate(targets)]
    if task == "multiclass":
        return Examples(rows, [one_hot(k, outputs) for k in labels], labels)
    return Examples(rows, [_listed(label) for label in labels], labels)


def rows_of(X: Any, width: int | None = None, name: str = "X") -> Rows:
    """Inputs as lists of finite numbers.

    Args:
        X: Rows of numbers: lists, an array, or a frame (anything with ``to_numpy``).
        width: How many numbers a row must have; as many as the first one has if None.
        name: What to call them in messages.

    Raises:
        DataError: no rows, one of another length, a number that is not finite. The message
            names the place, and the column of a frame.
    """
    rows = _plain(X, name)
    columns = list(getattr(X, "columns", ())) if hasattr(X, "to_numpy") else []
    told = [f" (column {visible(str(column), 40)!r})" for column in columns]
    if not rows:
        raise DataError(f"{name} is empty; training needs at least one row")
    found = []
    for i, row in enumerate(rows):
        if not hasattr(row, "__iter__") or isinstance(row, str):
            raise DataError(
                f"{name}[{i}] is {row!r}, but a row is a list of numbers; for one input use "
                f"[[x] for x in {name}]"
            )
        numbers = enumerate(row)
        found.append([_number(x, f"{name}[{i}][{j}]{told[j] if told else ''}") for j, x in numbers])
        expected = len(found[0]) if width is None else width
        if len(found[i]) != expected:
            raise DataError(f"{name}[{i}] has {_count(found[i])}; it needs {expected}")
    return found


def split(data: Examples, share: Any, rng: random.Random) -> tuple[Examples, Examples]:
    """Two parts, drawn at random: the rest, and `share` of the rows.

    Raises:
        InputError: a share that leaves one part empty.
    """
    part = float(share) if isinstance(share, Real) else 0.0
    held_out = round(part * len(data)) if 0 < part < 1 else 0
    if not 0 < held_out < len(data):
        raise InputError(
            f"validation is a share of the rows, above 0 and below 1, or a pair (X, y); "
            f"{share!r} of {len(data)} rows leaves one part empty"
        )
    order = rng.sample(range(len(data)), len(data))
    return data.pick(sorted(order[held_out:])), data.pick(sorted(order[:held_out]))


def _plain(table: Any, name: str) -> list[Any]:
    """Rows of an array, a frame, or any iterable."""
    if hasattr(table, "to_numpy"):
        table = table.to_numpy()
    if hasattr(table, "tolist"):
        table = table.tolist()
    if not isinstance(table, Iterable) or isinstance(table, (str, bytes)):
        raise DataError(f"{name} must be a list, an array or a frame of numbers; got {table!r}")
    return list(table)


def _alone(target: Any) -> Any:
    listed = _listed(target)
    return listed[0] if len(listed) == 1 else listed


def _listed(target: Any) -> list[Any]:
    nested = hasattr(target, "__iter__") and not isinstance(target, str)
    return list(target) if nested else [target]


def _number(x: Any, place: str) -> float:
    try:
        number = to_float(x)
    except NumberTypeError:
        raise DataError(f"{place} is {_shown(x)}, which is not a number") from None
    except NotFiniteError as error:
        raise DataError(f"{place} does not fit: {error}") from None
    if not math.isfinite(number):
        raise DataError(f"{place} is {number}; leave the row out, or fill in a number")
    return number


def _shown(x: Any) -> str:
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _count(numbers: list[Any]) -> str:
    return f"{len(numbers)} number{'' if len(numbers) == 1 else 's'}"


# --- What targets are allowed, by task ------------------------------------------------------


def _numbers(target: Any, i: int, outputs: int) -> Any:
    numbers = [_number(t, f"y[{i}]") for t in _listed(target)]
    if len(numbers) != outputs:
        raise DataError(f"y[{i}] has {_count(numbers)}, but the net has {outputs} outputs")
    return _alone(numbers)


def _sign(target: Any, i: int, _outputs: int) -> int:
    return _one_of(target, i, (-1, 1), "With labels 0 and 1, use [2 * t - 1 for t in y].")


def _zero_or_one(target: Any, i: int, _outputs: int) -> int:
    hint = (
        "With labels -1 and +1, use loss='hinge'; for more classes than two, output='softmax' and "
        "loss='categorical_cross_entropy'."
    )
    return _one_of(target, i, (0, 1), hint)


def _label(target: Any, i: int) -> Any:
    """A target as a number, if it can be one class."""
    if isinstance(target, str):
        raise DataError(
            f"y[{i}] is {_shown(target)}, but classes are numbers here. Give each name one: "
            f"names = sorted(set(y)); y = [names.index(name) for name in y]"
        )
    return target if isinstance(target, list) else _number(target, f"y[{i}]")


def _one_of(target: Any, i: int, allowed: tuple[int, int], hint: str) -> int:
    label = _label(target, i)
    if label not in allowed:
        raise DataError(
            f"y[{i}] is {target!r}; this loss takes {allowed[0]} and {allowed[1]}. {hint}"
        )
    return int(label)


def _class(target: Any, i: int, outputs: int) -> int:
    label = _label(target, i)
    if label not in range(outputs):
        raise DataError(
            f"y[{i}] is {target!r}; with {outputs} outputs the classes are the whole numbers 0 "
            f"to {outputs - 1}"
        )
    return int(label)


_TARGETS = {
    "regression": _numbers,
    "margin": _sign,
    "binary": _zero_or_one,
    "multiclass": _class,
}
