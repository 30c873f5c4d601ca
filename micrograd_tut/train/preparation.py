"""What stands between a table and a net: scaled inputs going in, names of classes coming out.

A `Preparation` is made from the training part of a data set and travels in the file of the
saved net, so that the net can answer for other tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.train.data import Array, DataSet, Scaling
from micrograd_tut.train.losses import LOSSES, Loss
from micrograd_tut.train.weights import load_extra


def loss_for(data: DataSet, name: str | None = None) -> Loss:
    """The loss to train with on a data set.

    Args:
        data: What to learn from.
        name: The loss that is wanted; unless told, the usual one.

    Raises:
        InputError: a name that is not known, or a loss that does not fit the target.
    """
    if name is None:
        usual = "binary_cross_entropy" if len(data.classes) == 2 else "categorical_cross_entropy"
        name = usual if data.classes else "mse"
    if name not in LOSSES:
        raise InputError(f"loss {name!r} is not known; use one of {', '.join(LOSSES)}")
    fitting = _fitting(len(data.classes))
    if name not in fitting:
        target = f"{len(data.classes)} classes" if data.classes else "a number"
        raise InputError(f"{name} does not fit {data.name}, whose target is {target}; use one of "
                         f"{', '.join(fitting)}")  # fmt: skip
    return LOSSES[name]


def _fitting(classes: int) -> list[str]:
    """The losses for so many classes, 0 for a number."""
    tasks = {0: ["regression"], 2: ["binary", "multiclass", "margin"]}.get(classes, ["multiclass"])
    return [name for name, loss in LOSSES.items() if loss.task in tasks]


@dataclass(frozen=True)
class Preparation:
    """How rows become inputs and targets of a net, and its answers become words and numbers.

    Attributes:
        inputs: The name of each input, in order.
        target: The name of what is predicted.
        classes: The name of each class; empty where the target is a number.
        scaling: That of the inputs.
        target_scaling: That of the target, where it is a number.
    """

    inputs: tuple[str, ...]
    target: str
    classes: tuple[str, ...]
    scaling: Scaling
    target_scaling: Scaling | None

    @classmethod
    def of(cls, train: DataSet) -> Preparation:
        """The preparation that standardises by the statistics of the training part."""
        of_target = None if train.classes else Scaling.of(train.y[:, None])
        of_inputs = Scaling.of(train.X)
        return cls(train.inputs, train.target, train.classes, of_inputs, of_target)

    def rows(self, X: Array | Sequence[Sequence[float]]) -> list[list[float]]:
        """The inputs of the net."""
        rows: list[list[float]] = self.scaling.apply(np.asarray(X, float)).tolist()
        return rows

    def targets(self, y: Array, task: str) -> list[float]:
        """The targets of the net, for one of the tasks of `DECISION_RULES`."""
        if self.target_scaling:
            return list(self.target_scaling.apply(y[:, None])[:, 0].tolist())
        return [2 * c - 1 if task == "margin" else c for c in y.astype(int).tolist()]

    def words(self, answers: Sequence[Any]) -> list[str | float]:
        """What the answers of the net say: a number, or the name of a class."""
        if self.target_scaling:
            return list(self.target_scaling.undo(np.array(answers, float)[:, None])[:, 0].tolist())
        return [self.classes[max(int(answer), 0)] for answer in answers]  # -1 is the first class

    def as_json(self) -> dict[str, Any]:
        """The same as plain dicts and lists."""
        return asdict(self)

    @classmethod
    def saved(cls, path: str, model: Any) -> Preparation | None:
        """The preparation in the file of a saved net; None where it holds none.

        Raises:
            DataError: it does not fit the net.
        """
        extra = load_extra(path)
        found = extra.get("preparation") if isinstance(extra, dict) else None
        return None if found is None else cls.from_json(found, model, path)

    @classmethod
    def from_json(cls, found: Any, model: Any, path: str) -> Preparation:
        """The preparation that was saved with a model.

        Args:
            found: What `as_json` gave.
            model: The model.
            path: The file that both come from, to be named if they do not fit.

        Raises:
            DataError: there is none, or it does not fit the model.
        """
        try:
            own = cls(
                tuple(map(_text, found["inputs"])),
                _text(found["target"]),
                tuple(map(_text, found["classes"])),
                _scaling(found["scaling"]),
                None if found["target_scaling"] is None else _scaling(found["target_scaling"]),
            )
        except (LookupError, TypeError, ValueError):
            raise unprepared(path) from None
        if not own._fits(model):
            raise DataError(f"{path}: the columns and classes do not fit the net")
        return own

    def _fits(self, model: Any) -> bool:
        """Whether the net has such inputs and gives such answers."""
        outputs = len(model.logits([0.0] * model.nin))
        classes = {"regression": 0, "multiclass": outputs}.get(model.task, 2)
        number = len(self.target_scaling.mean) if self.target_scaling else 0
        return (
            len(self.inputs) == len(self.scaling.mean) == model.nin
            and len(self.classes) == classes
            and (outputs == 1 or model.task == "multiclass")
            and number == (1 if model.task == "regression" else 0)
        )


def unprepared(path: str) -> DataError:
    """The error for a file without a preparation."""
    return DataError(
        f"{path} tells no columns and classes; it must come from "
        f"`micrograd-tut train --save`. In Python, mg.load reads it"
    )


def _scaling(found: Any) -> Scaling:
    mean, deviation = (tuple(map(float, found[key])) for key in ("mean", "deviation"))
    finite = all(map(math.isfinite, (*mean, *deviation)))
    if len(mean) != len(deviation) or not finite or not all(deviation):
        raise ValueError("a scaling holds as many finite means as deviations, none of these 0")
    return Scaling(mean, deviation)


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError("not a text")
    return found
