"""Data sets: those that scikit-learn carries, xor, and tables in CSV files.

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
from micrograd_tut.support.text import visible
from micrograd_tut.support.validation import generator

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, repr=False)
class DataSet:
    """Examples to learn from.

    Attributes:
        name: What it is called.
        X: The inputs, shape (rows, inputs).
        y: The targets, shape (rows,): the class of each row counted from 0, or a number.
        inputs: The name of each input.
        target: The name of what is to be predicted.
        classes: The name of each class; empty where the target is a number.
    """

    name: str
    X: Array
    y: Array
    inputs: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()

    def split(self, held_out: float = 0.25, seed: int = 0) -> tuple[DataSet, DataSet]:
        """Two parts, one to train on and one held out, with each class shared in proportion.

        Args:
            held_out: The share of the rows that is held out, between 0 and 1.
            seed: Governs which rows.

        Raises:
            InputError: `held_out` is not between 0 and 1.
            DataError: a class has a single row, so it cannot be in both parts.
        """
        if not 0 < held_out < 1:
            raise InputError(f"the share held out must lie between 0 and 1; got {held_out!r}")
        rng = generator(seed)
        chosen: list[int] = []
        for rows in self._groups():
            rng.shuffle(rows)
            chosen += rows[: min(max(round(held_out * len(rows)), 1), len(rows) - 1)]
        out = np.isin(np.arange(len(self.y)), chosen)
        return self._part(~out), self._part(out)

    def _groups(self) -> list[list[int]]:
        """The rows of each class, or all rows where the target is a number."""
        groups = [np.flatnonzero(self.y == c).tolist() for c in range(len(self.classes))]
        for name, rows in zip(self.classes, groups, strict=True):
            if len(rows) < 2:
                raise DataError(
                    f"{self.name}: class {name!r} has {len(rows)} row; each class needs 2 or "
                    f"more, one to train on and one to hold out"
                )
        if not groups and len(self.y) < 2:
            raise DataError(f"{self.name} has {len(self.y)} row; 2 or more are needed")
        return groups or [list(range(len(self.y)))]

    def _part(self, rows: Any) -> DataSet:
        return replace(self, X=self.X[rows], y=self.y[rows])

    def __repr__(self) -> str:
        inputs = _listed("input", "inputs", self.inputs)
        target = _listed("class", "classes", self.classes)
        if not self.classes:
            target = f"{visible(self.target, 40)}: a number"
        return f"{visible(self.name)}: {len(self.y):,} rows, {inputs}, {target}"


def _listed(one: str, many: str, names: Sequence[str]) -> str:
    """``2 classes (pear, plum)``; where the names are long, the first and the last."""
    shown = [visible(name, 40) for name in names]
    if len(", ".join(names)) > 40 and len(names) > 2:
        shown = [shown[0], "…", shown[-1]]
    return f"{len(names)} {one if len(names) == 1 else many} ({', '.join(shown)})"


@dataclass(frozen=True)
class Scaling:
    """Standardisation: subtract the mean, divide by the standard deviation.

    Attributes:
        mean: The mean of each column.
        deviation: The standard deviation of each column; 1 for a column that is constant.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def of(cls, X: Array) -> Scaling:
        """The scaling that gives each column of X a mean of 0 and a standard deviation of 1."""
        varies = X.min(0) < X.max(0)
        _, powers = np.frexp(np.abs(X).max(0))
        scaled = np.ldexp(X, -powers)  # to a size of about 1, whose squares are floats
        spread = np.maximum(np.ldexp(scaled.std(0), powers), math.ulp(0.0))
        deviation = np.where(varies, spread, 1.0)
        return cls(tuple(np.ldexp(scaled.mean(0), powers).tolist()), tuple(deviation.tolist()))

    def apply(self, X: Array) -> Array:
        """The columns of X, scaled."""
        scaled: Array = (X - np.array(self.mean)) / np.array(self.deviation)
        return scaled

    def undo(self, X: Array) -> Array:
        """What `apply` was given, from what it gave."""
        given: Array = X * np.array(self.deviation) + np.array(self.mean)
        return given


# --- Sets by name ---------------------------------------------------------------------------


def _xor(seed: int) -> DataSet:
    """Four clouds of 50 points around the corners of a square; opposite corners are alike."""
    rng = generator(seed)
    corners = [(a, b) for a in (0, 1) for b in (0, 1)] * 50
    X = np.array([[rng.gauss(a, 0.15), rng.gauss(b, 0.15)] for a, b in corners])
    y = np.array([float(a != b) for a, b in corners])
    return DataSet("xor", X, y, ("x1", "x2"), "class", ("same", "different"))


def _shipped(name: str) -> Callable[[int], DataSet]:
    def load(_seed: int) -> DataSet:
        found = getattr(_scikit_learn(name), f"load_{name}")()
        inputs = tuple(map(str, found.feature_names))
        classes = tuple(map(str, found.target_names))
        return DataSet(name, found.data, found.target.astype(float), inputs, "class", classes)

    return load


def _made(name: str, classes: tuple[str, str], **settings: float) -> Callable[[int], DataSet]:
    def make(seed: int) -> DataSet:
        maker = getattr(_scikit_learn(name), f"make_{name}")
        X, y = maker(200, random_state=seed, **settings)
        return DataSet(name, X, y.astype(float), ("x1", "x2"), "class", classes)

    return make


DATA_SETS: dict[str, Callable[[int], DataSet]] = {
    "iris": _shipped("iris"),
    "wine": _shipped("wine"),
    "breast_cancer": _shipped("breast_cancer"),
    "digits": _shipped("digits"),
    "moons": _made("moons", ("upper", "lower"), noise=0.1),
    "circles": _made("circles", ("outer", "inner"), noise=0.1, factor=0.5),
    "xor": _xor,
}
"""Data sets by name; each takes a seed, which the shipped ones have no use for."""


def data_set(name: str, seed: int = 0) -> DataSet:
    """A data set by name.

    Args:
        name: One of `DATA_SETS`.
        seed: Governs the points of moons, circles and xor.

    Raises:
        InputError: a name that is not known.
        MissingPartError: all but xor come with scikit-learn, which is not installed.
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
