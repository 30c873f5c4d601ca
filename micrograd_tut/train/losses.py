"""What the outputs of a net cost against a target, and which nets each loss fits.

>>> mse([0.5], [1.0])
0.25
>>> round(binary_cross_entropy.on_logits([2.0], [1.0]), 6)
0.126928
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError, NotFiniteError, NumberTypeError
from micrograd_tut.nn import Module
from micrograd_tut.nn.predict import DECISION_RULES
from micrograd_tut.support.validation import above_0

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

    Which targets are allowed follows from the task: any number for a regression, -1 and +1 for a
    margin, for a binary loss a number from 0 to 1, for a multiclass one as many from 0 to 1 that
    add up to 1. Targets that are Values, as all are while a loss is compiled, are not looked at;
    for classes they must be -1, 0 or 1, and no share between.

    Args:
        name: What it is called, in `LOSSES` and as ``fit(loss=name)``.
        formula: The loss, of a list of outputs and a list of target numbers.
        on_logits: The same loss of the weighted sums before a sigmoid or softmax, where that is
            better in floats: training uses it.
        heads: Output activations that it fits; the first is the usual one.
        task: What a net trained with it is for; one of `DECISION_RULES`.
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
        if DECISION_RULES[task].probabilities and not on_logits:
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

        Args:
            outputs, target: As the class tells.
            options: What the formula has beside them, such as `delta` of huber, above 0.

        Raises:
            InputError: outputs and target differ in length, one is no number, or the target is
                not allowed.
            DomainError: a probability of 0 for what is the case.
        """
        return self.formula(*self._pair(outputs, target), **options)

    def on_logits(self, logits: Any, target: Any) -> Any:
        """The loss of one example from the logits, ``model.logits(x)``: it never overflows."""
        return (self.logits_formula or self.formula)(*self._pair(logits, target))

    def _pair(self, outputs: Any, target: Any) -> tuple[list[Any], list[Any]]:
        """Outputs and target as lists of the same length, of Values and floats."""
        os, ts = self._numbers("output", outputs), _listed(target)
        if self.task == "multiclass" and not isinstance(target, Value) and not _is_list(target):
            ts = one_hot(target, len(os))
        if len(os) != len(ts) or not os:
            raise InputError(f"{len(os)} outputs and {len(ts)} targets: there must be as many")
        ts = self._numbers("target", ts)
        _check_targets(self, [t for t in ts if not isinstance(t, Value)], len(ts))
        return os, ts

    def _numbers(self, what: str, given: Any) -> list[Any]:
        return [x if isinstance(x, Value) else self._number(what, x) for x in _listed(given)]

    def _number(self, what: str, x: Any) -> float:
        try:
            return ops.to_float(x)
        except NumberTypeError:
            several = (
                f". This is the loss of one example; for several take their mean: "
                f"mg.mean([mg.{self.name}(o, t) for o, t in zip(outputs, targets)])"
            )
            raise InputError(
                f"{self.name} takes a number for each output, but the {what} {x!r} is none"
                + (several if _is_list(x) else "")
            ) from None

    def check_head(self, model: Module) -> None:
        """Raise InputError if the output layer of `model` does not fit this loss."""
        head = model.output_activation
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


def _is_list(numbers: Any) -> bool:
    """Whether there are several, or a list of one; an array without a shape is one number."""
    if isinstance(numbers, (Value, str)):
        return False
    return hasattr(numbers, "__iter__") and getattr(numbers, "shape", None) != ()


def _listed(numbers: Any) -> list[Any]:
    return [*numbers] if _is_list(numbers) else [numbers]


def _mean(costs: list[Any]) -> Any:
    return costs[0] if len(costs) == 1 else ops.mean(costs)


_ALLOWED: dict[str, tuple[Callable[[float], bool], str]] = {
    "margin": (lambda t: t in (-1, 1), "-1 or +1. With labels 0 and 1, use 2 * t - 1"),
    "binary": (
        lambda t: 0 <= t <= 1,
        "0, 1, or a share between them. With labels -1 and +1, use (1 + t) / 2",
    ),
    "multiclass": (lambda t: 0 <= t <= 1, "a class, or for each class a share from 0 to 1"),
}


def _check_targets(loss: Loss, known: list[float], count: int) -> None:
    """Raise InputError where one of the `known` targets, of `count`, makes no sense of a loss."""
    fits, allowed = _ALLOWED.get(loss.task, (lambda t: True, ""))
    for t in known:
        if not fits(t):
            raise InputError(f"{loss.name} cannot use the target {t!r}; it takes {allowed}")
    if loss.task == "multiclass" and len(known) == count and math.fabs(sum(known) - 1) > 1e-6:
        raise InputError(
            f"{loss.name} takes shares that add up to 1; those of the target {known!r} add up to "
            f"{sum(known):g}"
        )


# --- Numbers --------------------------------------------------------------------------------


def _huber(outputs: Sequence[Any], targets: Sequence[Any], delta: Any = 1.0) -> Any:
    delta = delta if isinstance(delta, Value) else above_0("delta of huber", delta)
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


def _is_soft(target: Any) -> bool:
    """Whether a target that is known lies between the classes."""
    return not isinstance(target, Value) and target not in (0.0, 1.0)


def _binary(p: Any, t: Any) -> Any:
    if _is_soft(t):
        return -(t * ops.log(p) + (1.0 - t) * ops.log(1.0 - p))
    return -ops.log(t * p + (1.0 - t) * (1.0 - p))  # the probability of what was the case


def _binary_on_logits(z: Any, t: Any) -> Any:
    if _is_soft(t):
        return t * ops.softplus(-z) + (1.0 - t) * ops.softplus(z)
    return ops.softplus((1.0 - 2.0 * t) * z)


def _categorical(ps: Sequence[Any], targets: Sequence[Any]) -> Any:
    if any(map(_is_soft, targets)):
        told = [(t, p) for t, p in zip(targets, ps, strict=True) if isinstance(t, Value) or t]
        return -ops.dot([t for t, _ in told], [ops.log(p) for _, p in told])
    return -ops.log(ops.dot(targets, ps))


def _categorical_on_logits(logits: Sequence[Any], targets: Sequence[Any]) -> Any:
    """The lead that the others have over the class; where it is known, no digit cancels.

    In the difference of the last line a loss below 1e-16 of the logits is lost, and its gradient.
    """
    if not any(isinstance(t, Value) or _is_soft(t) for t in targets):
        own = targets.index(1.0)
        try:
            return ops.logsumexp(
                [0.0 if k == own else z - logits[own] for k, z in enumerate(logits)]
            )
        except NotFiniteError:  # further apart than floats reach; the loss itself may be small
            pass
    return ops.logsumexp(logits) - ops.dot(targets, logits)


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
    lambda ps, targets: _mean(list(map(_binary, ps, targets))),
    lambda logits, targets: _mean(list(map(_binary_on_logits, logits, targets))),
    heads=["sigmoid", "linear"],
    task="binary",
    doc="-log of the probability given to what was the case, for targets 0 and 1; for a share t "
    "between them the mean of both, -(t * log(p) + (1 - t) * log(1 - p))",
)
categorical_cross_entropy = Loss(
    "categorical_cross_entropy",
    _categorical,
    _categorical_on_logits,
    heads=["softmax", "linear"],
    task="multiclass",
    doc="-log of the probability given to the right class; the target is the class, or a list "
    "with 1 in its place and 0 elsewhere, or of shares t, for -(sum of t * log(p))",
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
        InputError: no Module, a loss that is none, or an output layer that does not fit it.
    """

    def __init__(self, model: Module, loss: str | Loss | Formula | None = None) -> None:
        if not isinstance(model, Module):
            raise InputError(f"a net is a Module, such as mg.MLP(2, [8, 1]); got {model!r}")
        self.model: Any = model
        self.loss = _found(_USUAL.get(model.task, "mse") if loss is None else loss)
        if isinstance(self.loss, Loss):
            self.loss.check_head(model)
        self.task = self.loss.task if isinstance(self.loss, Loss) else "regression"
        self.reads_logits = isinstance(self.loss, Loss) and self.loss.logits_formula is not None

    def outputs(self, x: Any) -> list[Any]:
        """What the loss takes of one row: the logits, or the outputs where it has no such form."""
        return _listed(self.model.logits(x) if self.reads_logits else self.model(x))

    def cost(self, outputs: list[Any], target: Any) -> Any:
        """The loss, given the outputs.

        Raises:
            InputError: a function gives no Value.
        """
        if isinstance(self.loss, Loss):
            return self.loss.on_logits(outputs, target)
        cost = self.loss(_alone(outputs), _alone(target))
        if not isinstance(cost, Value):
            raise InputError(
                f"a loss gives one Value, made of the output, as in (output - target) ** 2; "
                f"{getattr(self.loss, '__name__', self.loss)} gave {cost!r}"
            )
        return cost

    def __call__(self, x: Any, target: Any) -> Any:
        return self.cost(self.outputs(x), target)


def _alone(numbers: Any) -> Any:
    listed = _listed(numbers)
    return listed[0] if len(listed) == 1 else listed


def _found(loss: str | Loss | Formula) -> Loss | Formula:
    if callable(loss):
        return loss
    if not isinstance(loss, str):
        raise InputError(f"a loss is a name, or a function (output, target); got {loss!r}")
    if loss not in LOSSES:
        raise InputError(f"loss {loss!r} is not known; use one of {', '.join(LOSSES)}")
    return LOSSES[loss]
