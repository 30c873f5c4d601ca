"""Preprocessing: texts to numbers, missing cells, scaling; and predictions back to class names.

A `Preprocessing` is fitted to the training set and saved in the file of the model, so that the
model can predict the rows of other tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.checkpoint import load_extra
from micrograd_tut.train.columns import KINDS, Column, encoded
from micrograd_tut.train.data import MISSING_MODES, DataSet
from micrograd_tut.train.losses import LOSSES, Loss
from micrograd_tut.train.table import Table
from micrograd_tut.train.targets import Labels

SAVED_AS = "preparation"
"""The key in the `extra` data of a saved model."""

_BLOCK = 1 << 20  # numbers


def loss_for(data: DataSet, name: str | None = None) -> Loss:
    """The loss to train with on a data set.

    Args:
        data: The data set.
        name: The loss (default: mse for a number, cross-entropy for classes).

    Raises:
        InputError: the name is not known, or the loss does not fit the target.
    """
    if name is None:
        default = "binary_cross_entropy" if len(data.classes) == 2 else "categorical_cross_entropy"
        name = default if data.classes else "mse"
    if name not in LOSSES:
        raise InputError(f"loss {name!r} is not known; use one of {', '.join(LOSSES)}")
    compatible = _compatible_losses(len(data.classes))
    if name not in compatible:
        target = f"{len(data.classes)} classes" if data.classes else "a number"
        raise InputError(
            f"{name} does not fit {data.name}, whose target is {target}; use one of "
            f"{', '.join(compatible)}"
        )
    return LOSSES[name]


def _compatible_losses(classes: int) -> list[str]:
    """The losses for a number of classes, 0 for a numeric target."""
    tasks = {0: ["regression"], 2: ["binary", "multiclass", "margin"]}.get(classes, ["multiclass"])
    return [name for name, loss in LOSSES.items() if loss.task in tasks]


@dataclass(frozen=True)
class StandardScaler:
    """Standardisation: subtract the mean, divide by the standard deviation.

    Attributes:
        mean: The mean of each column.
        deviation: The standard deviation of each column; 1 for a constant column.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def fit(cls, X: Array) -> StandardScaler:
        """The scaler that gives each column of X a mean of 0 and a standard deviation of 1."""
        width = max(1, _BLOCK // len(X))  # some columns at once, because each step makes a copy
        starts = range(0, max(1, X.shape[1]), width)
        moments = [_mean_and_deviation(X[:, start : start + width]) for start in starts]
        mean, deviation = np.concatenate(moments, axis=1).tolist()
        return cls(tuple(mean), tuple(deviation))

    def transform(self, X: Array, out: Array | None = None) -> Array:
        """Standardise the columns of X, into a new array or into `out`."""
        scaled: Array = np.subtract(X, np.array(self.mean), out=out)
        scaled /= np.array(self.deviation)
        return scaled

    def inverse_transform(self, X: Array) -> Array:
        """Undo `transform`."""
        original: Array = X * np.array(self.deviation)
        original += np.array(self.mean)
        return original


def _mean_and_deviation(X: Array) -> Array:
    """The mean and the standard deviation of each column, shape (2, columns)."""
    columns = np.array(X.T, order="C")
    low, high = columns.min(1), columns.max(1)
    _, powers = np.frexp(np.maximum(-low, high))
    np.ldexp(columns, -powers[:, None], out=columns)  # about 1, so that squares do not overflow
    spread = np.maximum(np.ldexp(columns.std(1), powers), math.ulp(0.0))
    return np.array([np.ldexp(columns.mean(1), powers), np.where(low < high, spread, 1.0)])


class Applied(NamedTuple):
    """The rows of a table as a network takes them.

    Attributes:
        X: The inputs, shape (rows, inputs).
        complete: For each row, whether it can be predicted: not if a cell is missing and there is
            no number to fill in.
        unseen: The number of cells with a category that did not occur in training, by column.
    """

    X: Array
    complete: np.ndarray[Any, np.dtype[np.bool_]]
    unseen: dict[str, int]


@dataclass(frozen=True)
class Preprocessing:
    """Turns rows into inputs and targets of a network, and predictions into names and numbers.

    Attributes:
        inputs: The name of each input, in order.
        target: The name of the target.
        classes: The name of each class; empty if the target is a number.
        scaling: The scaler of the inputs; those that are 0 or 1 keep their numbers.
        target_scaling: The scaler of the target if that is a number, else None.
        columns: The columns of the table that the inputs come from, in order.
        missing: What is done with missing cells, one of `MISSING_MODES`; None if they raise.
        fillers: The number that replaces a missing one, for each input; empty if there are none.
        ids: The columns of the table that name its rows.
    """

    inputs: tuple[str, ...]
    target: str
    classes: tuple[str, ...]
    scaling: StandardScaler
    target_scaling: StandardScaler | None
    columns: tuple[Column, ...] = ()
    missing: str | None = None
    fillers: tuple[float, ...] = ()
    ids: tuple[str, ...] = ()

    @classmethod
    def fit(cls, train: DataSet) -> Preprocessing:
        """Means, deviations and what replaces missing cells, all from the training set."""
        columns = train.columns or tuple(map(Column, train.inputs))
        X = train.X
        fillers: tuple[float, ...] = ()
        if train.missing in ("mean", "most_frequent"):
            fillers = _fillers(X, columns, train.missing)
            X = _filled(X, fillers)
        scaling = StandardScaler.fit(X)
        scaled = [c.kind in ("number", "date") for c in columns for _ in c.inputs]
        scaling = StandardScaler(
            tuple(m if s else 0.0 for m, s in zip(scaling.mean, scaled, strict=True)),
            tuple(d if s else 1.0 for d, s in zip(scaling.deviation, scaled, strict=True)),
        )
        return cls(
            train.inputs,
            train.target,
            train.classes,
            scaling,
            None if train.classes else StandardScaler.fit(train.y[:, None]),
            columns,
            train.missing,
            fillers,
            train.ids,
        )

    def apply(self, table: Table) -> Applied:
        """The inputs of the network for the rows of a table.

        Raises:
            DataError: a column is missing, or a cell does not fit.
        """
        gaps = table.missing([column.name for column in self.columns])
        for name, count in gaps.items() if self.missing is None else ():
            problem = (
                f"the cell is missing, as are {count:,} of {len(table):,} in this column, and the "
                f"network was trained without missing cells; fill them in, or train with "
                f"--missing mean"
            )
            table.refuse_row(table.first_missing(name), name, problem)
        X, unseen = encoded(table, self.columns)
        X = self.fill(X)
        self.scaling.transform(X, out=X)
        return Applied(X, np.asarray(~np.isnan(X).any(axis=1)), unseen)

    def fill(self, X: Array) -> Array:
        """Rows of inputs with a number for each nan, if there are `fillers`."""
        return _filled(X, self.fillers) if self.fillers else X

    def transform(self, X: Array | Sequence[Sequence[float]]) -> Array:
        """The inputs of the network for rows of numbers, one for each of `inputs`."""
        return self.scaling.transform(self.fill(np.asarray(X, float)))

    def transform_targets(self, y: Array, task: str) -> Array:
        """The targets of the network, for one of the tasks of `DECISION_RULES`."""
        if self.target_scaling:
            return self.target_scaling.transform(y[:, None])[:, 0]
        return 2 * y - 1 if task == "margin" else y

    def decode(self, predictions: Labels) -> Labels:
        """Predictions as class names, or as numbers in the units of the table; shape (rows,)."""
        if self.target_scaling:
            return self.target_scaling.inverse_transform(predictions[:, None])[:, 0]
        return np.array(self.classes, object)[np.maximum(predictions, 0)]  # -1: the first class

    def as_json(self) -> dict[str, Any]:
        """The same as plain dicts and lists."""
        return {
            **vars(self),
            "scaling": vars(self.scaling),
            "target_scaling": vars(self.target_scaling) if self.target_scaling else None,
            "columns": list(map(vars, self.columns)),
        }

    @classmethod
    def load(cls, path: str, model: Any) -> Preprocessing | None:
        """The preprocessing in the file of a saved model; None if the file has none.

        Raises:
            DataError: it does not fit the model.
        """
        extra = load_extra(path)
        saved = extra.get(SAVED_AS) if isinstance(extra, dict) else None
        return None if saved is None else cls.from_json(saved, model, path)

    @classmethod
    def from_json(cls, saved: Any, model: Any, path: str) -> Preprocessing:
        """The preprocessing that was saved with a model.

        Args:
            saved: What `as_json` returned.
            model: The model.
            path: The file of both, for error messages.

        Raises:
            DataError: it cannot be read, or does not fit the model.
        """
        try:
            inputs = tuple(map(_string, saved["inputs"]))
            columns = saved.get("columns", [{"name": name} for name in inputs])
            preprocessing = cls(
                inputs,
                _string(saved["target"]),
                tuple(map(_string, saved["classes"])),
                _scaler(saved["scaling"]),
                None if saved["target_scaling"] is None else _scaler(saved["target_scaling"]),
                tuple(map(_column, columns)),
                _missing_mode(saved.get("missing")),
                tuple(map(_finite, saved.get("fillers", ()))),
                tuple(map(_string, saved.get("ids", ()))),
            )
        except (AttributeError, LookupError, TypeError, ValueError):
            raise missing_preprocessing(path) from None
        if not preprocessing._fits(model):
            raise DataError(
                f"{path}: the columns and classes do not fit the network; train and save it again "
                f"with micrograd-tut train --save"
            )
        return preprocessing

    def _fits(self, model: Any) -> bool:
        """Whether the network has as many inputs and outputs."""
        outputs = len(model.logits([0.0] * model.nin))
        classes = {"regression": 0, "multiclass": outputs}.get(model.task, 2)
        numbers = len(self.target_scaling.mean) if self.target_scaling else 0
        filled = self.missing in ("mean", "most_frequent")
        return (
            self.inputs == tuple(name for column in self.columns for name in column.inputs)
            and len(self.fillers) == (len(self.inputs) if filled else 0)
            and len(self.inputs) == len(self.scaling.mean) == model.nin
            and len(self.classes) == classes
            and (outputs == 1 or model.task == "multiclass")
            and numbers == (1 if model.task == "regression" else 0)
        )


def missing_preprocessing(path: str) -> DataError:
    """The error for a file without preprocessing."""
    return DataError(
        f"{path} has no column or class information; only files from `micrograd-tut train --save` "
        f"work here. In Python you can still open it with mg.load(path)"
    )


def _fillers(X: Array, columns: Sequence[Column], missing: str) -> tuple[float, ...]:
    """What replaces a missing number, for each input: of categories, the most frequent one."""
    fillers: list[float] = []
    for column in columns:
        width = len(column.inputs)
        cells = X[:, len(fillers) : len(fillers) + width]
        cells = cells[~np.isnan(cells).any(axis=1)]
        if not len(cells):
            fillers += [0.0] * width
        elif column.kind == "categories":
            largest = int(cells.sum(0).argmax()) if width else 0
            fillers += [float(i == largest) for i in range(width)]
        elif missing == "mean" and column.kind != "yes_no":
            fillers.append(StandardScaler.fit(cells).mean[0])
        else:
            numbers, repeats = np.unique(cells, return_counts=True)
            fillers.append(float(numbers[repeats.argmax()]))
    return tuple(fillers)


def _filled(X: Array, fillers: tuple[float, ...]) -> Array:
    gaps = np.isnan(X)
    return np.where(gaps, np.array(fillers), X) if gaps.any() else X


def _scaler(saved: Any) -> StandardScaler:
    mean, deviation = (tuple(map(float, saved[key])) for key in ("mean", "deviation"))
    finite = all(map(math.isfinite, (*mean, *deviation)))
    if len(mean) != len(deviation) or not finite or not all(deviation):
        raise ValueError("a scaler has as many finite means as standard deviations, none of them 0")
    return StandardScaler(mean, deviation)


def _string(saved: Any) -> str:
    if not isinstance(saved, str):
        raise TypeError("not a string")
    return saved


def _column(saved: Any) -> Column:
    kind = _string(saved.get("kind", "number"))
    if kind not in KINDS:
        raise ValueError("a kind of column that is not known")
    return Column(_string(saved["name"]), kind, tuple(map(_string, saved.get("categories", ()))))


def _missing_mode(saved: Any) -> str | None:
    if saved is not None and saved not in MISSING_MODES:
        raise ValueError("a way to fill in that is not known")
    return None if saved is None else _string(saved)


def _finite(saved: Any) -> float:
    if not math.isfinite(number := float(saved)):
        raise ValueError("not a finite number")
    return number
