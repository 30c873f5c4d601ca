"""Loss functions, and which output layers each one fits.

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
from micrograd_tut.support.validation import did_you_mean, positive

Formula = Callable[..., Any]

LOSSES: dict[str, Loss] = {}
"""The losses, by name."""

LOSS_ALIASES: dict[str, str] = {}
"""Names of the losses in other libraries, each with its name in `LOSSES`."""

PROBABILITY_SUM = 1e-3
"""How far the probabilities of all classes may be from a sum of 1."""

_NOT_SOFTMAX = (
    "linear", "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "elu", "softplus",
)  # fmt: skip


def _by_name(name: str) -> Loss:
    return LOSSES[name]


class Loss:
    """A loss function: ``loss(outputs, target)`` of one example, as a Value (or a float).

    Outputs and target are one number each, or lists of the same length. With one output per
    class, the target may also be the class, 0 to k - 1. The formulas consist of registered
    operations, so they can be differentiated, drawn and compiled.

    The task determines which targets are allowed: any number for "regression"; -1 and +1 for
    "margin"; a number from 0 to 1 for "binary"; for "multiclass" one number from 0 to 1 per class,
    with a sum of 1. Targets that are Values, such as all targets while a loss is compiled, are not
    checked; as labels they must be -1, 0 or 1, not soft labels.

    Args:
        name: Its name, in `LOSSES` and for ``fit(loss=name)``.
        formula: The loss, as a function of a list of outputs and a list of target numbers.
        on_logits: The same loss as a function of the logits, the weighted sums before a sigmoid or
            softmax, if that is more accurate; training uses it.
        heads: The output activations that the loss fits, the default first.
        task: The task of a network trained with it, one of `DECISION_RULES`.
        doc: One line on what it computes.
        aliases: Other usual names, for ``fit(loss=name)``.

    Raises:
        InputError: a loss of probabilities without `on_logits`.
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
        aliases: Sequence[str] = (),
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
        LOSS_ALIASES.update(dict.fromkeys(aliases, name))

    def __repr__(self) -> str:
        return f"<loss {self.name}>"

    def __reduce__(self) -> Any:  # a pickle names it
        return _by_name, (self.name,)

    def __call__(self, outputs: Any, target: Any, **options: float) -> Any:
        """The loss of one example.

        Args:
            outputs, target: See the class.
            options: Further arguments of the formula, such as `delta` of huber, above 0.

        Raises:
            InputError: outputs and target differ in length, one of them is not a number, the
                target is not allowed, or the outputs of a cross-entropy are not probabilities.
            DomainError: a probability of 0 for the true label.
        """
        os, ts = self._checked(outputs, target)
        self._check_probabilities(os)
        return self.formula(os, ts, **options)

    def on_logits(self, logits: Any, target: Any) -> Any:
        """The loss of one example from its logits, ``model.logits(x)``; it never overflows.

        Args:
            logits: The outputs before a sigmoid or softmax: one number each, of any size.
            target: See the class.

        Raises:
            InputError: they differ in length, one is not a number, or the target is not allowed.
        """
        return (self.logits_formula or self.formula)(*self._checked(logits, target))

    def _checked(self, outputs: Any, target: Any) -> tuple[list[Any], list[Any]]:
        """Outputs and target as lists of the same length, of Values and floats."""
        os, ts = self._numbers("output", outputs), as_list(target)
        if self.task == "multiclass" and not isinstance(target, Value) and not _is_list(target):
            ts = one_hot(target, len(os))
        if len(os) != len(ts) or not os:
            raise InputError(
                f"got {_count(os, 'output')} but {_count(ts, 'target')}; they must have the same "
                f"length"
            )
        ts = self._numbers("target", ts)
        _check_targets(self, [t for t in ts if not isinstance(t, Value)], len(ts))
        return os, ts

    def _numbers(self, noun: str, numbers: Any) -> list[Any]:
        return [x if isinstance(x, Value) else self._number(noun, x) for x in as_list(numbers)]

    def _number(self, noun: str, x: Any) -> float:
        try:
            return ops.to_float(x)
        except NumberTypeError:
            advice = (
                f". This is the loss of one example; for a batch take the mean: "
                f"mg.mean([mg.{self.name}(o, t) for o, t in zip(outputs, targets)])"
            )
            raise InputError(
                f"{self.name} expects one number per output, but the {noun} {x!r} is not a number"
                + (advice if _is_list(x) else "")
            ) from None

    def _check_probabilities(self, outputs: list[Any]) -> None:
        """Raise InputError if outputs that should be probabilities are not; nan passes."""
        if self.task not in ("binary", "multiclass"):
            return
        ps = [p._data if isinstance(p, Value) else p for p in outputs]  # nan during a trace
        total = sum(ps)
        outside = any(p < 0 or p > 1 for p in ps)
        if outside or (self.task == "multiclass" and math.fabs(total - 1) > PROBABILITY_SUM):
            sum_to_1 = " and sum to 1" if self.task == "multiclass" else ""
            raise InputError(
                f"{self.name} takes probabilities, which lie between 0 and 1{sum_to_1}; got "
                f"{_short(ps)}{f', with a sum of {total:.4g}' if sum_to_1 else ''}. For raw "
                f"outputs (logits), use mg.{self.name}_with_logits(outputs, target)"
            )

    def check_head(self, model: Module) -> None:
        """Raise InputError if the output layer of `model` does not fit this loss."""
        head = model.output_activation
        if head not in self.heads:
            compatible = [name for name, loss in LOSSES.items() if head in loss.heads]
            compatible.sort(key=lambda name: LOSSES[name].heads[0] != head)  # the default first
            raise InputError(
                f"{self.name} does not fit an output layer with {head}; it needs "
                f"{' or '.join(map(repr, self.heads[:2]))} (output={self.heads[0]!r}). "
                f"To keep {head}, use loss={' or '.join(map(repr, compatible))}."
            )


def loss_of(loss: Any) -> Loss | Formula:
    """A loss from its name in any spelling of `LOSSES` and `LOSS_ALIASES`, or as it is.

    Raises:
        InputError: it is neither a known name nor a function.
    """
    if getattr(loss, "__func__", None) is Loss.on_logits:  # binary_cross_entropy_with_logits
        return loss.__self__  # type: ignore[no-any-return]
    if callable(loss):
        return loss  # type: ignore[no-any-return]
    if not isinstance(loss, str):
        raise InputError(f"a loss is a name, or a function (output, target); got {loss!r}")
    name = LOSS_ALIASES.get(loss.lower(), loss.lower())
    if name not in LOSSES:
        near = did_you_mean(loss, [*LOSSES, *LOSS_ALIASES])
        raise InputError(
            f"loss {loss!r} is not known{near}; use one of {', '.join(LOSSES)}, or a function "
            f"(output, target)"
        )
    return LOSSES[name]


def one_hot(label: int, classes: int) -> list[float]:
    """A class as a list with a 1 at the index of the class and 0 elsewhere.

    Raises:
        InputError: the class is not an integer from 0 to classes - 1.

    >>> one_hot(1, 3)
    [0.0, 1.0, 0.0]
    """
    if label not in range(classes):
        raise InputError(f"class {label!r} is not an integer from 0 to {classes - 1}")
    return [float(k == label) for k in range(classes)]


def as_list(numbers: Any) -> list[Any]:
    """A list, or a list of the one number."""
    return [*numbers] if _is_list(numbers) else [numbers]


def squeeze(numbers: Any) -> Any:
    """A list, or the number if there is only one."""
    items = as_list(numbers)
    return items[0] if len(items) == 1 else items


def _is_list(numbers: Any) -> bool:
    """Whether this is a list; an array without a shape is a number."""
    if isinstance(numbers, (Value, str)):
        return False
    return hasattr(numbers, "__iter__") and getattr(numbers, "shape", None) != ()


def _count(items: list[Any], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _short(numbers: list[float]) -> str:
    texts = [f"{x:.4g}" for x in numbers]
    return f"[{', '.join(texts if len(texts) <= 8 else [*texts[:6], '…', texts[-1]])}]"


def _mean(losses: list[Any]) -> Any:
    return losses[0] if len(losses) == 1 else ops.mean(losses)


_ALLOWED: dict[str, tuple[Callable[[float], bool], str]] = {
    "margin": (lambda t: t in (-1, 1), "-1 or +1. With labels 0 and 1, use 2 * t - 1"),
    "binary": (
        lambda t: 0 <= t <= 1,
        "0, 1, or a probability between them. With labels -1 and +1, use (1 + t) / 2",
    ),
    "multiclass": (lambda t: 0 <= t <= 1, "a class, or a list of one probability per class"),
}


def _check_targets(loss: Loss, numbers: list[float], count: int) -> None:
    """Raise InputError if one of the known targets is not allowed; there are `count` in all."""
    is_allowed, allowed = _ALLOWED.get(loss.task, (lambda t: True, ""))
    for t in numbers:
        if not is_allowed(t):
            raise InputError(f"{loss.name} cannot use the target {t!r}; it takes {allowed}")
    if loss.task == "multiclass" and len(numbers) == count and math.fabs(sum(numbers) - 1) > 1e-6:
        raise InputError(
            f"the target probabilities of {loss.name} must sum to 1; {numbers!r} sums to "
            f"{sum(numbers):g}"
        )


# --- Regression -----------------------------------------------------------------------------


def _huber(outputs: Sequence[Any], targets: Sequence[Any], delta: Any = 1.0) -> Any:
    delta = delta if isinstance(delta, Value) else positive("delta of huber", delta)
    losses = []
    for o, t in zip(outputs, targets, strict=True):
        error = ops.abs(o - t)
        quadratic = ops.minimum(error, delta)
        losses.append(quadratic * quadratic * 0.5 + (error - quadratic) * delta)
    return _mean(losses)


mse = Loss(
    "mse",
    lambda outputs, targets: _mean([(o - t) ** 2.0 for o, t in zip(outputs, targets, strict=True)]),
    heads=_NOT_SOFTMAX,
    task="regression",
    doc="Mean squared error: the mean of (output - target)**2",
    aliases=["mean_squared_error", "squared_error", "mseloss"],
)
mae = Loss(
    "mae",
    lambda outputs, targets: _mean([ops.abs(o - t) for o, t in zip(outputs, targets, strict=True)]),
    heads=_NOT_SOFTMAX,
    task="regression",
    doc="Mean absolute error: the mean of |output - target|",
    aliases=["mean_absolute_error", "absolute_error", "l1_loss", "l1loss"],
)
huber = Loss(
    "huber",
    _huber,
    heads=_NOT_SOFTMAX,
    task="regression",
    doc="Half the squared error for errors up to delta (default: 1), linear beyond that, so that "
    "outliers count less. Source: Huber 1964, Robust Estimation of a Location Parameter",
    aliases=["huber_loss", "huberloss", "smooth_l1", "smooth_l1_loss"],
)

# --- Classification -------------------------------------------------------------------------


def _is_soft(target: Any) -> bool:
    """Whether a known target is neither 0 nor 1."""
    return not isinstance(target, Value) and target not in (0.0, 1.0)


def _binary(p: Any, t: Any) -> Any:
    if _is_soft(t):
        return -(t * ops.log(p) + (1.0 - t) * ops.log(1.0 - p))
    return -ops.log(t * p + (1.0 - t) * (1.0 - p))  # of the true label


def _binary_on_logits(z: Any, t: Any) -> Any:
    if _is_soft(t):
        return t * ops.softplus(-z) + (1.0 - t) * ops.softplus(z)
    return ops.softplus((1.0 - 2.0 * t) * z)


def _categorical(ps: Sequence[Any], targets: Sequence[Any]) -> Any:
    if any(map(_is_soft, targets)):
        pairs = [(t, p) for t, p in zip(targets, ps, strict=True) if isinstance(t, Value) or t]
        return -ops.dot([t for t, _ in pairs], [ops.log(p) for _, p in pairs])
    return -ops.log(ops.dot(targets, ps))


def _categorical_on_logits(logits: Sequence[Any], targets: Sequence[Any]) -> Any:
    """The log-sum-exp of the logits minus the logit of the true class.

    If the class is known, its logit is subtracted first, so that no digits cancel. The difference
    in the last line loses a loss below 1e-16 of the logits, and its gradient.
    """
    if not any(isinstance(t, Value) or _is_soft(t) for t in targets):
        true = targets.index(1.0)
        try:
            return ops.logsumexp(
                [0.0 if k == true else z - logits[true] for k, z in enumerate(logits)]
            )
        except NotFiniteError:  # the difference overflows; the loss may still be small
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
    aliases=["hinge_loss"],
)
binary_cross_entropy = Loss(
    "binary_cross_entropy",
    lambda ps, targets: _mean(list(map(_binary, ps, targets))),
    lambda logits, targets: _mean(list(map(_binary_on_logits, logits, targets))),
    heads=["sigmoid", "linear"],
    task="binary",
    doc="-log of the predicted probability of the true label, for targets 0 and 1; for a soft "
    "label t between them, -(t * log(p) + (1 - t) * log(1 - p)). "
    "With several outputs (one per label), the mean",
    aliases=[
        "binary_crossentropy",
        "binarycrossentropy",
        "bce",
        "log_loss",
        "binary_cross_entropy_with_logits",
        "bce_with_logits",
        "bceloss",
        "bcewithlogitsloss",
    ],
)
categorical_cross_entropy = Loss(
    "categorical_cross_entropy",
    _categorical,
    _categorical_on_logits,
    heads=["softmax", "linear"],
    task="multiclass",
    doc="-log of the predicted probability of the true class; the target is the class, its "
    "one-hot list, or a list of probabilities t, for -(sum of t * log(p))",
    aliases=[
        "categorical_crossentropy",
        "categoricalcrossentropy",
        "cce",
        "cross_entropy",
        "crossentropy",
        "crossentropyloss",
        "categorical_cross_entropy_with_logits",
        "sparse_categorical_crossentropy",
        "sparse_categorical_cross_entropy",
    ],
)

binary_cross_entropy_with_logits = binary_cross_entropy.on_logits
categorical_cross_entropy_with_logits = categorical_cross_entropy.on_logits
