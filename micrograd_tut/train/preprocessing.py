"""Preprocessing: scale the inputs, and map predictions back to class names and units.

A `Preprocessing` is fitted to the training set and saved in the file of the model, so that the
model can predict the rows of other tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.train.checkpoint import load_extra
from micrograd_tut.train.data import Array, DataSet
from micrograd_tut.train.losses import LOSSES, Loss

SAVED_AS = "preparation"
"""The key in the `extra` data of a saved model."""


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
        varies = X.min(0) < X.max(0)
        _, powers = np.frexp(np.abs(X).max(0))
        scaled = np.ldexp(X, -powers)  # to a size of about 1, so that squares do not overflow
        spread = np.maximum(np.ldexp(scaled.std(0), powers), math.ulp(0.0))
        deviation = np.where(varies, spread, 1.0)
        return cls(tuple(np.ldexp(scaled.mean(0), powers).tolist()), tuple(deviation.tolist()))

    def transform(self, X: Array) -> Array:
        """Standardise the columns of X."""
        scaled: Array = (X - np.array(self.mean)) / np.array(self.deviation)
        return scaled

    def inverse_transform(self, X: Array) -> Array:
        """Undo `transform`."""
        original: Array = X * np.array(self.deviation) + np.array(self.mean)
        return original


@dataclass(frozen=True)
class Preprocessing:
    """Turns rows into inputs and targets of a network, and predictions into names and numbers.

    Attributes:
        inputs: The name of each input, in order.
        target: The name of the target.
        classes: The name of each class; empty if the target is a number.
        scaling: The scaler of the inputs.
        target_scaling: The scaler of the target if that is a number, else None.
    """

    inputs: tuple[str, ...]
    target: str
    classes: tuple[str, ...]
    scaling: StandardScaler
    target_scaling: StandardScaler | None

    @classmethod
    def fit(cls, train: DataSet) -> Preprocessing:
        """Standardise with the mean and standard deviation of the training set."""
        target_scaling = None if train.classes else StandardScaler.fit(train.y[:, None])
        scaling = StandardScaler.fit(train.X)
        return cls(train.inputs, train.target, train.classes, scaling, target_scaling)

    def transform(self, X: Array | Sequence[Sequence[float]]) -> list[list[float]]:
        """The inputs of the network for rows of a table."""
        rows: list[list[float]] = self.scaling.transform(np.asarray(X, float)).tolist()
        return rows

    def transform_targets(self, y: Array, task: str) -> list[float]:
        """The targets of the network, for one of the tasks of `DECISION_RULES`."""
        if self.target_scaling:
            return list(self.target_scaling.transform(y[:, None])[:, 0].tolist())
        return [2 * c - 1 if task == "margin" else c for c in y.astype(int).tolist()]

    def decode(self, predictions: Sequence[Any]) -> list[str | float]:
        """Predictions as class names, or as numbers in the units of the table."""
        if self.target_scaling:
            column = np.array(predictions, float)[:, None]
            return list(self.target_scaling.inverse_transform(column)[:, 0].tolist())
        return [self.classes[max(int(label), 0)] for label in predictions]  # -1: the first class

    def as_json(self) -> dict[str, Any]:
        """The same as plain dicts and lists."""
        return asdict(self)

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
            preprocessing = cls(
                tuple(map(_string, saved["inputs"])),
                _string(saved["target"]),
                tuple(map(_string, saved["classes"])),
                _scaler(saved["scaling"]),
                None if saved["target_scaling"] is None else _scaler(saved["target_scaling"]),
            )
        except (LookupError, TypeError, ValueError):
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
        return (
            len(self.inputs) == len(self.scaling.mean) == model.nin
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
