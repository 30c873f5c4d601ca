"""What the outputs of a net cost against a target, and which nets each loss fits.

>>> mse([0.5], [1.0])
0.25
>>> round(binary_cross_entropy.on_logits([2.0], [1.0]), 6)
0.126928
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import Module
from micrograd_tut.readings import READINGS

Formula = Callable[..., Any]

LOSSES: dict[str, Loss] = {}
"""The losses, by name."""

_NOT_SOFTMAX = (
    "linear", "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "elu", "softplus",
)  # fmt: skip


class Loss:
    """What outputs cost: ``loss(outputs, target)`` for one example, as a Value (or a float).

    Outputs and target are one number each, or lists of the same length; where there is one output
    per class, the target may also be the class, 0 to k - 1. The formulas are made of the table's
    functions, so they can be differentiated, drawn and compiled.

    Args:
        name: What it is called, in `LOSSES` and as ``fit(loss=name)``.
        formula: The loss, of a list of outputs and a list of target numbers.
        on_logits: The same loss of the weighted sums before a sigmoid or softmax, where that is
            better in floats: training uses it.
        heads: Output activations that it fits; the first is the usual one.
        task: What a net trained with it is for; one of `readings.READINGS`.
        doc: One line on what it computes.

    Raises:
        InputError: a loss for probabilities without `on_logits`.
    """

    def __init__(
        self,
        name: str,
        formula: Formula,
        on_logits: Formula | None = None,
        *,
        heads: Sequence[str],
        task: str,
        doc: str,
    ) -> None:
        if READINGS[task].probabilities and not on_logits:
            raise InputError(f"a {task} loss is trained on logits; give on_logits for {name!r}")
        self.name = self.__name__ = name
        self.formula = formula
        self.logits_formula = on_logits
        self.heads = tuple(heads)
        self.task = task
        self.__doc__ = doc
        LOSSES[name] = self

    def __repr__(self) -> str:
        return f"<loss {self.name}>"

    def __call__(self, outputs: Any, target: Any, **options: float) -> Any:
        """The loss of one example.

        Raises:
            InputError: outputs and target differ in length, or there is no such class.
            DomainError: a probability of 0 for what is the case.
        """
        return self.formula(*self._pair(outputs, target), **options)

    def on_logits(self, logits: Any, target: Any) -> Any:
        """The loss of one example from the logits, ``model.logits(x)``: it never overflows."""
        return (self.logits_formula or self.formula)(*self._pair(logits, target))

    def _pair(self, outputs: Any, target: Any) -> tuple[list[Any], list[Any]]:
        """Outputs and target as lists of the same length."""
        os, ts = _listed(outputs), _listed(target)
        if self.task == "multiclass" and not isinstance(target, Value) and [target] == ts:
            ts = one_hot(target, len(os))
        if len(os) != len(ts) or not os:
            raise InputError(f"{len(os)} outputs and {len(ts)} targets: there must be as many")
        return os, ts

    def check_head(self, model: Module) -> None:
        """Raise InputError if the output layer of `model` does not fit this loss."""
        head = model.head
        if head not in self.heads:
            fitting = [name for name, loss in LOSSES.items() if head in loss.heads]
            fitting.sort(key=lambda name: LOSSES[name].heads[0] != head)  # the usual one first
            raise InputError(
                f"{self.name} does not fit an output layer with {head}; it needs "
                f"{' or '.join(map(repr, self.heads[:2]))} (output={self.heads[0]!r}). "
                f"To keep {head}, use loss={' or '.join(map(repr, fitting))}."
            )


def one_hot(label: int, classes: int) -> list[float]:
    """A class as a list: 1 in its place and 0 elsewhere.

    Raises:
        InputError: it is not one of the whole numbers 0 to classes - 1.

    >>> one_hot(1, 3)
    [0.0, 1.0, 0.0]
    """
    if label not in range(classes):
        raise InputError(f"class {label!r} is not one of the whole numbers 0 to {classes - 1}")
    return [float(k == label) for k in range(classes)]


def _listed(numbers: Any) -> list[Any]:
    return [numbers] if isinstance(numbers, Value) or not hasattr(numbers, "__iter__") else [
        *numbers
    ]  # fmt: skip


def _mean(costs: list[Any]) -> Any:
    return costs[0] if len(costs) == 1 else ops.mean(costs)


# --- Numbers --------------------------------------------------------------------------------


def _huber(outputs: Sequence[Any], targets: Sequence[Any], delta: float = 1.0) -> Any:
    costs = []
    for o, t in zip(outputs, targets, strict=True):
        size = ops.abs(o - t)
        near = ops.minimum(size, delta)
        costs.append(near * near * 0.5 + (size - near) * delta)
    return _mean(costs)


mse = Loss(
    "mse",
    lambda outputs, targets: _mean([(o - t) ** 2.0 for o, t in zip(outputs, targets, strict=True)]),
    heads=_NOT_SOFTMAX,
    task="regression",
    doc="Mean squared error: the mean of (output - target)**2",
)
mae = Loss(
    "mae",
    lambda outputs, targets: _mean([ops.abs(o - t) for o, t in zip(outputs, targets, strict=True)]),
    heads=_NOT_SOFTMAX,
    task="regression",
    doc="Mean absolute error: the mean of |output - target|",
)
huber = Loss(
    "huber",
    _huber,
    heads=_NOT_SOFTMAX,
    task="regression",
    doc="Half the squared error up to delta (1 unless told), linear beyond, so that outliers "
    "count less. Source: Huber 1964, Robust Estimation of a Location Parameter",
)

# --- Classes --------------------------------------------------------------------------------

hinge = Loss(
    "hinge",
    lambda outputs, targets: _mean(
        [ops.relu(1.0 - t * o) for o, t in zip(outputs, targets, strict=True)]
    ),
    heads=["linear"],
    task="margin",
    doc="max(0, 1 - target * output), for targets -1 and +1: 0 beyond a margin of 1",
)
binary_cross_entropy = Loss(
    "binary_cross_entropy",
    # the probability of what was the case; exact, since targets are 0 and 1
    lambda ps, targets: _mean(
        [-ops.log(t * p + (1.0 - t) * (1.0 - p)) for p, t in zip(ps, targets, strict=True)]
    ),
    lambda logits, targets: _mean(
        [ops.softplus((1.0 - 2.0 * t) * z) for z, t in zip(logits, targets, strict=True)]
    ),
    heads=["sigmoid", "linear"],
    task="binary",
    doc="-log of the probability given to what was the case, for targets 0 and 1",
)
categorical_cross_entropy = Loss(
    "categorical_cross_entropy",
    lambda ps, targets: -ops.log(ops.dot(targets, ps)),
    lambda logits, targets: ops.logsumexp(logits) - ops.dot(targets, logits),
    heads=["softmax", "linear"],
    task="multiclass",
    doc="-log of the probability given to the right class; the target is a list with 1 in the "
    "place of the class and 0 elsewhere",
)


_USUAL = {
    "regression": "mse",
    "margin": "hinge",
    "binary": "binary_cross_entropy",
    "multiclass": "categorical_cross_entropy",
}


class Objective:
    """The loss of a net on one example, ``objective(x, target)``: what training makes small.

    Args:
        model: A Module that can be called on a row of numbers.
        loss: A `Loss`, one's name, or a function ``(output, target)`` of what ``model(x)`` gives;
            the usual one for the task of the model unless told.

    Raises:
        InputError: no Module, a name that is not known, or an output layer that does not fit the
            loss.
    """

    def __init__(self, model: Module, loss: str | Loss | Formula | None = None) -> None:
        if not isinstance(model, Module):
            raise InputError(f"a net is a Module, such as mg.MLP(2, [8, 1]); got {model!r}")
        self.model: Any = model
        self.loss = _found(loss or _USUAL.get(model.task, "mse"))
        if isinstance(self.loss, Loss):
            self.loss.check_head(model)
        self.task = self.loss.task if isinstance(self.loss, Loss) else "regression"
        self.reads_logits = isinstance(self.loss, Loss) and self.loss.logits_formula is not None

    def outputs(self, x: Any) -> list[Any]:
        """What the loss takes of one row: the logits, or the outputs where it has no such form."""
        return _listed(self.model.logits(x) if self.reads_logits else self.model(x))

    def cost(self, outputs: list[Any], target: Any) -> Any:
        """The loss, given the outputs."""
        if isinstance(self.loss, Loss):
            return self.loss.on_logits(outputs, target)
        return self.loss(_alone(outputs), _alone(target))

    def __call__(self, x: Any, target: Any) -> Any:
        return self.cost(self.outputs(x), target)


def _alone(numbers: Any) -> Any:
    listed = _listed(numbers)
    return listed[0] if len(listed) == 1 else listed


def _found(loss: str | Loss | Formula) -> Loss | Formula:
    if not isinstance(loss, str):
        return loss
    if loss not in LOSSES:
        raise InputError(f"loss {loss!r} is not known; use one of {', '.join(LOSSES)}")
    return LOSSES[loss]
