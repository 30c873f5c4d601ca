"""The objective of training: the loss of a network on one example.

>>> from micrograd_tut import MLP
>>> objective = Objective(MLP(2, [1], output="sigmoid", init="zeros"))
>>> objective.loss, round(objective([1.0, 2.0], 1).data, 4)
(<loss binary_cross_entropy>, 0.6931)
"""

from __future__ import annotations

from typing import Any

from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import Module
from micrograd_tut.train.losses import Formula, Loss, as_list, loss_of, squeeze

_DEFAULT_LOSS = {
    "regression": "mse",
    "margin": "hinge",
    "binary": "binary_cross_entropy",
    "multiclass": "categorical_cross_entropy",
}


class Objective:
    """The function that training minimises: ``objective(x, target)``, as a Value.

    Args:
        model: A Module that can be called on a row of numbers.
        loss: A `Loss`, its name, or a function ``(output, target)`` of what ``model(x)`` returns
            (default: the loss for the task of the model).

    Raises:
        InputError: the model is not a Module, the loss is not known, or it does not fit the output
            layer.
    """

    def __init__(self, model: Module, loss: str | Loss | Formula | None = None) -> None:
        if not isinstance(model, Module):
            raise InputError(
                f"the model must be a Module, such as mg.MLP(2, [8, 1]); got {model!r}"
            )
        self.model: Any = model
        self.loss = loss_of(_DEFAULT_LOSS.get(model.task, "mse") if loss is None else loss)
        if isinstance(self.loss, Loss):
            self.loss.check_head(model)
        self.task = self.loss.task if isinstance(self.loss, Loss) else "regression"
        self.uses_logits = isinstance(self.loss, Loss) and self.loss.logits_formula is not None

    def outputs(self, x: Any) -> list[Any]:
        """What the loss is computed from: the logits of a row if it uses them, else the outputs."""
        return as_list(self.model.logits(x) if self.uses_logits else self.model(x))

    def loss_of(self, outputs: list[Any], target: Any) -> Any:
        """The loss, given the outputs.

        Raises:
            InputError: a loss function of the user's own does not return a Value.
        """
        if isinstance(self.loss, Loss):
            return self.loss.on_logits(outputs, target)
        loss = self.loss(squeeze(outputs), squeeze(target))
        if not isinstance(loss, Value):
            raise InputError(
                f"a loss must return one Value, such as (output - target) ** 2; "
                f"{getattr(self.loss, '__name__', self.loss)} returned {loss!r}. Compute it from "
                f"the output with mg functions, not those of math or numpy"
            )
        return loss

    def __call__(self, x: Any, target: Any) -> Any:
        return self.loss_of(self.outputs(x), target)
