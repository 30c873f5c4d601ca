"""What a playground learns: a network, its loss and the examples, checked and as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

from micrograd_tut.bridges.layers import layers_of
from micrograd_tut.bridges.pytorch import module_text
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP
from micrograd_tut.nn.initializers import recommended_init
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.examples import Examples, examples_of
from micrograd_tut.train.health import MANY_SATURATED, SATURATION
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.preprocessing import StandardScaler
from micrograd_tut.train.state_dict import state_dict

MAX_NUMBERS = 60_000
"""The largest number of inputs, over all examples, that a page holds."""

Entry = dict[str, Any]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_UNSATURATED = {
    "tanh": math.sqrt(1 - SATURATION),
    "sigmoid": math.sqrt(1 - SATURATION) / 2,
}
"""How far an output may be from the middle of its range before its unit is saturated there: the
derivative, a parabola of the output, falls to the fraction `SATURATION` of its maximum."""


@dataclass
class Problem:
    """A network and what it learns from.

    Args:
        model: An MLP whose hidden layers have one activation.
        X: The inputs, shape (rows, inputs): as the network takes them, or with `scaling` in the
            units of a table.
        y: The targets, as for `fit`; with `target_scaling` in the units of a table.
        loss: As for `fit`.
        validation: The fraction to hold out, a pair (X, y), or None.
        inputs: The names of the inputs (default: x1, x2, …).
        target: The name of the target.
        classes: The names of the classes (default: as the network or `y` has them).
        scaling, target_scaling: What standardises inputs and targets; None if nothing does.
        image: The rows and columns of inputs that are the pixels of an image.

    Raises:
        InputError, DataError: an argument does not fit.
    """

    model: MLP
    X: Any
    y: Any
    loss: str | Loss | Formula | None = None
    validation: Any = 0.25
    inputs: Sequence[str] = ()
    target: str = "y"
    classes: Sequence[Any] = ()
    scaling: StandardScaler | None = None
    target_scaling: StandardScaler | None = None
    image: tuple[int, int] | None = None
    objective: Objective = field(init=False)
    training: Examples = field(init=False)
    held_out: Examples | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        layers_of(self.model, "playground")
        if len({layer.activation for layer in self.model.layers[:-1]}) > 1:
            raise InputError(
                "playground needs hidden layers that all have one activation, which the page can "
                "change"
            )
        self.objective = Objective(self.model, self.loss)
        self.training = examples_of(self.objective, self.X, self.y, training=True)
        self._check_task()
        if isinstance(self.validation, (tuple, list)):
            self.held_out = examples_of(self.objective, *self.validation)
        elif self.validation is not None and not _is_fraction(self.validation):
            raise InputError(
                f"validation must be a fraction from 0 to below 1, such as 0.25, or a pair (X, y); "
                f"got {self.validation!r}"
            )
        if self.training.X.size > MAX_NUMBERS:
            raise InputError(
                f"a page holds at most {MAX_NUMBERS:,} numbers; X has {self.training.X.size:,}. "
                f"Pass a sample, such as X[:{MAX_NUMBERS // self.model.nin}]"
            )
        if self.inputs and len(self.inputs) != self.model.nin:
            raise InputError(
                f"inputs must name the {self.model.nin} inputs of the network; got "
                f"{len(self.inputs)} names"
            )
        if self.image and math.prod(self.image) != self.model.nin:
            raise InputError(
                f"image must be the rows and columns of an image of {self.model.nin} pixels, the "
                f"inputs of the network; got {self.image!r}"
            )

    def _check_task(self) -> None:
        task, outputs = self.task, len(self.model.layers[-1].neurons)
        if task == "multilabel" or (task == "regression" and outputs > 1):
            raise InputError(
                f"playground shows one number or one class per example; this network has {outputs} "
                f"outputs for {task}"
            )

    @property
    def task(self) -> str:
        """One of `DECISION_RULES`."""
        return self.objective.task

    @property
    def targets(self) -> int:
        """The number of targets of an example, as the loss takes them."""
        return int(self.training.Y.shape[1])

    @property
    def names_of_inputs(self) -> list[str]:
        """A name for each input."""
        return list(self.inputs) or [f"x{i + 1}" for i in range(self.model.nin)]

    @property
    def names_of_classes(self) -> list[str]:
        """A name for each class; empty for a regression."""
        if self.task == "regression":
            return []
        numbers = [-1, 1] if self.task == "margin" else range(max(2, self.targets))
        return list(map(str, self.classes or self.objective.class_names or numbers))

    def entry(self) -> Entry:
        """Everything about the problem that the page needs."""
        fraction = self.validation if isinstance(self.validation, Real) else None
        return {
            "task": self.task,
            "loss": getattr(self.objective.loss, "name", "a function of your own"),
            "inputs": self.names_of_inputs,
            "target": self.target,
            "classes": self.names_of_classes,
            "image": self.image,
            "layers": [
                {"inputs": layer.nin, "neurons": len(layer.neurons), "bias": bias is not None}
                for layer, (_, bias, _) in zip(
                    self.model.layers, layers_of(self.model, "playground"), strict=True
                )
            ],
            "output": self._activation(self.model.output_activation, len(self.model.layers) - 1),
            "outputActivation": self.model.output_activation,
            "training": self._examples(self.training),
            "held": self._examples(self.held_out) if self.held_out else None,
            "fraction": fraction,
            "scaling": vars(self.scaling) if self.scaling else None,
            "targetScaling": vars(self.target_scaling) if self.target_scaling else None,
            "manySaturated": MANY_SATURATED,
        }

    def _examples(self, examples: Examples) -> Entry:
        labels = examples.labels
        if self.task == "margin":
            labels = (labels + 1) // 2
        return {"rows": short(examples.X), "labels": short(labels)}

    def activations(self, names: Sequence[str]) -> dict[str, Entry]:
        """What the page needs of each activation of the hidden layers."""
        return {name: self._activation(name, 0) for name in names}

    def _activation(self, name: str, layer: int) -> Entry:
        own = self.model.layers[layer]
        is_auto = own.init == recommended_init(own.activation)
        return {
            "init": recommended_init(name) if is_auto else own.init,
            "torch": module_text(name),
            "dies": name == "relu",
            "middle": 0.5 if name == "sigmoid" else 0.0,
            "unsaturated": _UNSATURATED.get(name),
        }


def parameters_of(model: MLP) -> list[float]:
    """All parameters, in the order of the state dict."""
    return [float(x) for array in state_dict(model).values() for x in np.ravel(array)]


def _is_fraction(x: Any) -> bool:
    return isinstance(x, Real) and 0 <= float(x) < 1


def short(array: Array) -> list[Any]:
    """Numbers in little space: rows of small whole ones as text, a digit of base 36 for each."""
    if not (array == np.round(array)).all() or np.abs(array).max(initial=0) >= 2**53:
        return list(array.tolist())
    whole = array.astype(int)
    if array.ndim == 2 and array.shape[1] > 1 and whole.min() >= 0 and whole.max() < 36:
        return ["".join(map(_DIGITS.__getitem__, row)) for row in whole.tolist()]
    return list(whole.tolist())
