"""The base class of the optimizers: one step, checked, and complete or not taken."""

from __future__ import annotations

import copy
import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.compiler.executor import STRICT, check
from micrograd_tut.engine import Value, write_data
from micrograd_tut.errors import InputError, NotFiniteError
from micrograd_tut.support.modes import contained
from micrograd_tut.support.validation import did_you_mean, nonnegative, positive
from micrograd_tut.train.arrays import Array


class Adjustment(NamedTuple):
    """What happens to a gradient before an optimizer uses it.

    Attributes:
        l2: The L2 penalty: a number, or one per parameter, shape (n,).
        clip: The maximum norm of the gradient of all parameters; None for no limit.
        clip_value: The maximum absolute value of each derivative; None for no limit.
    """

    l2: float | Array = 0.0
    clip: float | None = None
    clip_value: float | None = None

    @classmethod
    def checked(cls, l2: Any, clip: Any, clip_value: Any) -> Adjustment:
        """An adjustment from settings; InputError if one is out of range, or both clips are set."""
        if clip is not None and clip_value is not None:
            raise InputError(
                "clip limits the norm and clip_value each derivative; give only one of them"
            )
        return cls(
            nonnegative("l2", l2),
            clip if clip is None else positive("clip", clip),
            clip_value if clip_value is None else positive("clip_value", clip_value),
        )

    def apply(self, w: Array, g: Array) -> Array:
        """The gradient to use, given the parameters and their gradient, shape (n,) each."""
        if not isinstance(self.l2, float) or self.l2:
            g = g + 2.0 * self.l2 * w
        if self.clip_value is not None:
            g = g.clip(-self.clip_value, self.clip_value)
        return g if self.clip is None else clipped(g, self.clip)


UNCHANGED = Adjustment()
"""Leaves a gradient as it is."""

KEYWORDS = {
    "learning_rate": "lr=0.01",
    "params": "optimizer.step(model.parameters()) after backward",
    "parameters": "optimizer.step(model.parameters()) after backward",
    "weight_decay": "fit(l2=...) or step(l2=...), which is half of it; or use AdamW",
    "clipnorm": "fit(clip=1.0) or step(clip=1.0)",
    "global_clipnorm": "fit(clip=1.0) or step(clip=1.0)",
    "clipvalue": "fit(clip_value=0.5) or step(clip_value=0.5)",
    "epsilon": "eps=1e-8",
    "rho": "decay=0.9",
    "alpha": "decay=0.9",
    "beta_1": "betas=(0.9, 0.999)",
    "beta_2": "betas=(0.9, 0.999)",
}
"""What other libraries call a setting, and what to write here."""

_ELSEWHERE = {
    "zero_grad": "model.zero_grad()",
    "minimize": "loss.backward(); optimizer.step(model.parameters())",
    "apply_gradients": "optimizer.step(model.parameters())",
    "learning_rate": "optimizer.lr",
    "param_groups": "optimizer.lr",
}


class Optimizer:
    """The base class of the optimizers; a subclass implements `update`.

    Args:
        lr: The learning rate, 0 or more.

    Raises:
        InputError: for this and every optimizer here: a setting is out of range.

    Attributes:
        lr: The learning rate.
        steps: The number of steps taken.
        state: The running averages: arrays with one number per parameter.
    """

    averages = 0
    """The number of running averages per parameter."""

    def __init__(self, lr: float) -> None:
        _check_first(type(self).__name__, lr)
        self.lr = nonnegative("lr", lr)
        self.steps = 0
        self.state: tuple[Array, ...] = ()

    def __getattr__(self, name: str) -> Any:
        written = _ELSEWHERE.get(name)
        hint = f"; write {written}" if written else did_you_mean(name, dir(self))
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint}")

    @contained
    def step(
        self,
        parameters: Iterable[Value],
        lr: float | None = None,
        l2: float = 0.0,
        clip: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        """Take one optimisation step: update all parameters from their gradients, or none.

        Args:
            parameters: Leaf Values, the same ones in the same order in every step. One that is
                listed twice is updated once.
            lr: The learning rate of this step (default: `self.lr`).
            l2: L2 penalty: the gradient used is that of the loss plus ``l2 * sum(w**2)`` over all
                `parameters`; leave out biases by not listing them.
            clip: Maximum norm of the gradient of all parameters together.
            clip_value: Maximum absolute value of each derivative; not together with `clip`.

        Raises:
            InputError: the number of parameters has changed, one is not a Value, or a setting is
                out of range.
            NotFiniteError: a parameter or a running average would overflow.
        """
        values = _values(parameters)
        lr = self.lr if lr is None else nonnegative("lr", lr)
        self.step_adjusted(values, lr, Adjustment.checked(l2, clip, clip_value))

    def step_adjusted(self, parameters: Sequence[Value], lr: float, adjustment: Adjustment) -> None:
        """The same, for checked settings and parameters that are all different.

        Raises:
            InputError: the number of parameters has changed.
            NotFiniteError: as for `step`.
        """
        w = np.array([p.data for p in parameters])
        g = np.array([p.grad for p in parameters])
        with np.errstate(**STRICT):
            new, state = self.checked_update(w, g, lr, adjustment)
        self.commit(state, map(write_data, parameters, new.tolist()))

    def commit(self, state: tuple[Array, ...], writes: Iterator[object]) -> None:
        """Write the parameters, and set the state and the count of steps.

        All of it is one pass over an iterator in C, and Python handles no signals during that, so
        an interrupt finds the step complete or not begun.

        Args:
            state: From `checked_update`.
            writes: An iterator that writes the parameters; it must run no Python code.
        """
        own = map(setattr, (self, self), ("state", "steps"), (state, self.steps + 1))
        deque(chain(writes, own), 0)

    def checked_update(
        self, w: Array, g: Array, lr: float, adjustment: Adjustment = UNCHANGED
    ) -> tuple[Array, tuple[Array, ...]]:
        """The parameters and the state after one step; nothing changes before `commit`.

        Call it inside ``np.errstate(**STRICT)``: the FloatingPointError says when to check more.

        Args:
            w, g: The parameters and their gradients, shape (n,).
            lr: The learning rate.
            adjustment: What happens to the gradient first.

        Raises:
            InputError, NotFiniteError: as for `step`.
        """
        state = self.state or tuple(np.zeros_like(w) for _ in range(self.averages))
        if state and len(state[0]) != len(w):
            raise InputError(
                f"this {type(self).__name__} was used for {len(state[0])} parameters and now gets "
                f"{len(w)}; create a new optimizer for each network"
            )
        try:
            new, averages = self.update(w, adjustment.apply(w, g), lr, *state)
            check(*averages)
            if math.isfinite(new.dot(new)):  # the fastest check
                return new, averages
        except FloatingPointError:
            pass
        with np.errstate(all="ignore"):
            new, averages = self.update(w, adjustment.apply(w, g), lr, *state)
        if not all(np.isfinite(average).all() for average in averages):
            raise NotFiniteError(
                f"{type(self).__name__} would make a running average too large for a float, "
                f"and never change that parameter again; clip the gradients"
            )
        if not np.isfinite(new).all():
            raise NotFiniteError(
                f"{type(self).__name__} would make a parameter too large for a float; use a "
                f"smaller learning rate, or clip the gradients"
            )
        return new, averages

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """The update rule: new parameters and new state, without changing anything in place.

        The rules here are written with operators and methods that NumPy arrays and tensors of torch
        have in common, so that they update either.

        Args:
            w, g: The parameters and their gradients, shape (n,).
            lr: The learning rate.
            state: As many running averages as `averages`, shape (n,).
        """
        raise NotImplementedError(f"{type(self).__name__} must define update(w, g, lr, *state)")

    def reset_copy(self) -> Optimizer:
        """A copy with the same settings that has taken no steps."""
        optimizer = copy.copy(self)
        optimizer.steps, optimizer.state = 0, ()
        return optimizer

    def __repr__(self) -> str:
        hidden = ("steps", "state", "averages")
        settings = [f"{k}={v!r}" for k, v in vars(self).items() if k not in hidden]
        return f"{type(self).__name__}({', '.join(settings)})"


def clipped(g: Array, max_norm: float) -> Array:
    """A gradient scaled to a norm of at most `max_norm`, with the same direction.

    Source: Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063, algorithm 1.
    """
    largest = (len(g) and abs(g).max()) or 1.0
    norm = largest * ((g / largest) ** 2).sum() ** 0.5  # squares of g itself could overflow
    return g * (max_norm / norm) if norm > max_norm else g


def _check_first(name: str, lr: Any) -> None:
    """Raise InputError if the first argument of an optimizer is a list of parameters."""
    if hasattr(lr, "__iter__") and not isinstance(lr, str):
        raise InputError(
            f"the first argument of {name} is the learning rate; the parameters go into step: "
            f"optimizer = mg.{name}(lr=0.01), then optimizer.step(model.parameters())"
        )


def _values(parameters: Any) -> list[Value]:
    """The parameters to update, once each."""
    if hasattr(parameters, "parameters"):
        raise InputError("step needs a list of Values: optimizer.step(model.parameters())")
    values = list(parameters) if isinstance(parameters, Iterable) else [parameters]
    for p in values:
        if not isinstance(p, Value):
            raise InputError(f"step needs a list of Values, such as model.parameters(); got {p!r}")
    return list(dict.fromkeys(values))
