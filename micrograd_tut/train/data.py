"""Data sets: those of scikit-learn, xor, spiral, sine, and (`read_csv`) tables in CSV files.

>>> data = data_set("xor", seed=0)
>>> data
xor: 200 rows, 2 inputs (x1, x2), 2 classes (same, different)
>>> train, test = data.split(held_out=0.25, seed=0)
>>> len(train.y), len(test.y)
(150, 50)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, InputError, MissingPartError
from micrograd_tut.support.text import Text, visible
from micrograd_tut.support.validation import generator
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.columns import Column

MISSING_MODES = ("mean", "most_frequent", "drop")
"""What can be done with missing cells."""


@dataclass(frozen=True, repr=False)
class DataSet:
    """Examples to learn from.

    Attributes:
        name: The name of the data set, or the path of its file.
        X: The inputs, shape (rows, inputs).
        y: The targets, shape (rows,): the class of each row counted from 0, or a number.
        inputs: The name of each input.
        target: The name of the target.
        classes: The name of each class; empty if the target is a number.
        columns: The columns of the table that the inputs come from; empty if each input is a
            column of numbers.
        missing: What is done with missing cells, one of `MISSING_MODES`; None if there are none.
        ids: The columns that name the rows of the table.
        notes: How the table was read, as sentences.
    """

    name: str
    X: Array
    y: Array
    inputs: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    missing: str | None = None
    ids: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def split(self, held_out: float = 0.25, seed: int = 0) -> tuple[DataSet, DataSet]:
        """Split into a training set and a test set, stratified by class.

        Args:
            held_out: The fraction of the rows in the test set, between 0 and 1.
            seed: Random seed for the choice of rows.

        Raises:
            InputError: `held_out` is not between 0 and 1.
            DataError: a class has fewer than two rows, so it cannot be in both sets.
        """
        if not 0 < held_out < 1:
            raise InputError(
                f"the fraction held out must be between 0 and 1, such as 0.25; got {held_out!r}"
            )
        rng = generator(seed)
        in_test_set = np.zeros(len(self.y), bool)
        for rows in self._rows_by_class():
            rng.shuffle(rows)
            in_test_set[rows[: min(max(round(held_out * len(rows)), 1), len(rows) - 1)]] = True
        return self._subset(~in_test_set), self._subset(in_test_set)

    def _rows_by_class(self) -> list[list[int]]:
        """The row numbers of each class; one list of all rows if the target is a number."""
        if self.classes:
            ends = np.cumsum(np.bincount(self.y.astype(int), minlength=len(self.classes)))[:-1]
            ordered = np.split(np.argsort(self.y, kind="stable"), ends)
        groups = [rows.tolist() for rows in ordered] if self.classes else []
        for name, rows in zip(self.classes, groups, strict=True):
            if len(rows) < 2:
                raise DataError(
                    f"{self.name}: class {name!r} has {_count(len(rows), 'row')}; each class needs "
                    f"2 or more, one of them for the test set. Add rows, or remove the class"
                )
        if not groups and len(self.y) < 2:
            raise DataError(
                f"{self.name} has {_count(len(self.y), 'row')}; it needs 2 or more, one of them "
                f"for the test set"
            )
        return groups or [list(range(len(self.y)))]

    def _subset(self, mask: Any) -> DataSet:
        return replace(self, X=self.X[mask], y=self.y[mask])

    def __repr__(self) -> str:
        inputs = _count_with_names("input", "inputs", self.inputs)
        target = _count_with_names("class", "classes", self.classes)
        if not self.classes:
            target = f"{visible(self.target, 40)}: a number"
        return Text(f"{visible(self.name)}: {len(self.y):,} rows, {inputs}, {target}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _count_with_names(singular: str, plural: str, names: Sequence[str]) -> str:
    """``2 classes (pear, plum)``; only the first and the last name if all would be too long."""
    shown = [visible(name, 40) for name in names]
    if len(", ".join(names)) > 40 and len(names) > 2:
        shown = [shown[0], "…", shown[-1]]
    return f"{len(names)} {singular if len(names) == 1 else plural} ({', '.join(shown)})"


# --- Data sets by name ----------------------------------------------------------------------


def _xor(seed: int) -> DataSet:
    """Four clouds of 50 points around the corners of a square; opposite corners share a class."""
    rng = generator(seed)
    corners = [(a, b) for a in (0, 1) for b in (0, 1)] * 50
    X = np.array([[rng.gauss(a, 0.15), rng.gauss(b, 0.15)] for a, b in corners])
    y = np.array([float(a != b) for a, b in corners])
    return DataSet("xor", X, y, ("x1", "x2"), "class", ("same", "different"))


def _spiral(seed: int) -> DataSet:
    """Two spiral arms of 100 points each, one turned by half a circle against the other."""
    rng = generator(seed)
    rows = []
    for k in range(200):
        radius = (k // 2 + 1) / 100
        angle = 3.5 * math.pi * radius + math.pi * (k % 2)
        x, y = radius * math.cos(angle), radius * math.sin(angle)
        rows.append([rng.gauss(x, 0.02), rng.gauss(y, 0.02)])
    classes = np.array([float(k % 2) for k in range(200)])
    return DataSet("spiral", np.array(rows), classes, ("x1", "x2"), "class", ("first", "second"))


def _sine(seed: int) -> DataSet:
    """A sine wave with a little noise, over one and a half periods: 120 points."""
    rng = generator(seed)
    x = [3 * math.pi * (k + 0.5) / 120 for k in range(120)]
    y = [rng.gauss(math.sin(v), 0.1) for v in x]
    return DataSet("sine", np.array(x)[:, None], np.array(y), ("x",), "y")


def _shipped(name: str) -> Callable[[int], DataSet]:
    """A data set that scikit-learn ships."""

    def load(_seed: int) -> DataSet:
        data = getattr(_scikit_learn(name), f"load_{name}")()
        inputs = tuple(map(str, data.feature_names))
        classes = tuple(map(str, data.target_names))
        return DataSet(name, data.data, data.target.astype(float), inputs, "class", classes)

    return load


def _generated(name: str, classes: tuple[str, str], **settings: float) -> Callable[[int], DataSet]:
    """A data set of 200 points that scikit-learn generates."""

    def generate(seed: int) -> DataSet:
        function = getattr(_scikit_learn(name), f"make_{name}")
        X, y = function(200, random_state=seed, **settings)
        return DataSet(name, X, y.astype(float), ("x1", "x2"), "class", classes)

    return generate


DATA_SETS: dict[str, Callable[[int], DataSet]] = {
    "iris": _shipped("iris"),
    "wine": _shipped("wine"),
    "breast_cancer": _shipped("breast_cancer"),
    "digits": _shipped("digits"),
    "moons": _generated("moons", ("upper", "lower"), noise=0.1),
    "circles": _generated("circles", ("outer", "inner"), noise=0.1, factor=0.5),
    "xor": _xor,
    "spiral": _spiral,
    "sine": _sine,
}
"""Functions that return a data set, by its name; each takes a seed, which shipped ones ignore."""


def data_set(name: str, seed: int = 0) -> DataSet:
    """A data set by name.

    Args:
        name: One of `DATA_SETS`.
        seed: Random seed for the points of moons, circles, xor, spiral and sine.

    Raises:
        InputError: the name is not known.
        MissingPartError: scikit-learn, which has all but xor, spiral and sine, is not installed.
    """
    if name not in DATA_SETS:
        raise InputError(f"data set {name!r} is not known; use one of {', '.join(DATA_SETS)}")
    return DATA_SETS[name](seed)


def _scikit_learn(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError:
        raise MissingPartError(
            f"{name} comes with scikit-learn, which is not installed: "
            f'pip install "micrograd-tut[data]"'
        ) from None
    return datasets
