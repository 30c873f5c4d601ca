"""The objective of training: the loss of a network on one example.

>>> from micrograd_tut import MLP
>>> objective = Objective(MLP(2, [1], output="sigmoid", init="zeros"))
>>> objective.loss, round(objective([1.0, 2.0], 1).data, 4)
(<loss binary_cross_entropy>, 0.6931)
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, Layer, Module
from micrograd_tut.nn.module import without_repeats
from micrograd_tut.support.validation import fraction
from micrograd_tut.train.losses import Formula, Loss, as_list, loss_of, squeeze

_DEFAULT_LOSS = {
    "regression": "mse",
    "margin": "hinge",
    "binary": "binary_cross_entropy",
    "multilabel": "binary_cross_entropy",
    "multiclass": "categorical_cross_entropy",
}


class Objective:
    """The function that training minimises: ``objective(x, target)``, as a Value.

    Args:
        model: A Module that can be called on a row of numbers.
        loss: A `Loss`, its name, or a function ``(output, target)`` of what ``model(x)`` returns
            (default: the loss for the task of the model).
        label_smoothing: For a cross-entropy, mix each target with this fraction of the uniform
            distribution over the classes, 0 or more and below 1. Source: Szegedy et al. 2016,
            arXiv 1512.00567, section 7.

    Raises:
        InputError: the model is not a Module, the loss is not known, or it does not fit the output
            layer; or label smoothing for another loss.

    Attributes:
        task: The task of a network trained with it, one of `DECISION_RULES`.
        class_names: The names of the classes, in order, if targets are names.
        weighted: Whether the last number of each target is a weight of its loss.
    """

    def __init__(
        self,
        model: Module,
        loss: str | Loss | Formula | None = None,
        label_smoothing: float = 0.0,
    ) -> None:
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
        self.class_names = model.class_names
        self.weighted = False
        self._count: int | None = None
        self.smoothing = fraction("label_smoothing", label_smoothing)
        if self.smoothing and not self.uses_logits:
            raise InputError(
                "label_smoothing is for binary_cross_entropy and categorical_cross_entropy; got "
                f"{self.loss!r}"
            )

    @cached_property
    def parameters(self) -> list[Value]:
        """The parameters of the model, once each, as they were when first asked for."""
        listed = self.model.parameters
        if getattr(listed, "__func__", None) is Module.parameters:  # which are without repeats
            return self.model.parameters()  # type: ignore[no-any-return]
        return without_repeats(list(listed()))

    def outputs(self, x: Any) -> list[Any]:
        """What the loss is computed from: the logits of a row if it uses them, else the outputs."""
        return as_list(self.model.logits(x) if self.uses_logits else self.model(x))

    def count_outputs(self, x: Any) -> int:
        """The number of outputs; a Module of the user's own is called with `x` the first time."""
        if self._count is None:
            layers = self.model.layers if type(self.model) is MLP else [self.model]
            own = all(type(layer) is Layer for layer in layers)
            self._count = layers[-1].nout if own else len(self.outputs(x))
        return self._count

    def loss_of(self, outputs: list[Any], target: Any) -> Any:
        """The loss, given the outputs; with `weighted`, the target ends with its weight.

        Raises:
            InputError: a loss function of the user's own does not return a Value.
        """
        if self.weighted:
            *target, weight = target
            return self._unweighted(outputs, target) * weight
        return self._unweighted(outputs, target)

    def loss_and_outputs(self, x: Any, target: Any) -> list[Any]:
        """The loss, then the outputs, in one list."""
        outputs = self.outputs(x)
        return [self.loss_of(outputs, target), *outputs]

    def _unweighted(self, outputs: list[Any], target: Any) -> Any:
        if isinstance(self.loss, Loss):
            loss = self.loss.on_logits(outputs, target)
            if self.smoothing:
                share = 1.0 / len(outputs) if self.loss.task == "multiclass" else 0.5
                uniform = self.loss.on_logits(outputs, [share] * len(outputs))
                loss = (1.0 - self.smoothing) * loss + self.smoothing * uniform
            return loss
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
