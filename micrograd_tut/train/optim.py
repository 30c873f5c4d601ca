"""How a step is taken: the published update rules, on all parameters at once.

>>> from micrograd_tut import Value
>>> w = Value(1.0)
>>> w.grad = 0.5
>>> SGD(lr=0.1).step([w])
>>> w.data
0.95
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from micrograd_tut.compiler.program import STRICT
from micrograd_tut.engine import Value, write_data
from micrograd_tut.errors import InputError, NotFiniteError
from micrograd_tut.support.modes import contained
from micrograd_tut.support.validation import above_0, at_least_0, share

Array = np.ndarray[Any, np.dtype[np.float64]]


class Optimizer:
    """The base of the optimizers; a subclass gives `rule`.

    Args:
        lr: The learning rate, 0 or more.

    Raises:
        InputError: for this and every optimizer here: a setting out of its range.

    Attributes:
        lr: The learning rate.
        steps: How many steps it has taken.
        state: Its running averages: arrays with one number per parameter.
    """

    averages = 0
    """How many running averages the rule keeps per parameter."""

    def __init__(self, lr: float) -> None:
        self.lr = at_least_0("lr", lr)
        self.steps = 0
        self.state: tuple[Array, ...] = ()

    @contained
    def step(
        self,
        parameters: Iterable[Value],
        lr: float | None = None,
        l2: float = 0.0,
        clip: float | None = None,
    ) -> None:
        """Change the parameters by their gradients, all of them or none.

        Args:
            parameters: Leaf Values, the same ones in the same order in every step. One that is
                listed twice is changed once.
            lr: The learning rate of this step, if not `self.lr`.
            l2: L2 penalty: the gradient used is that of the loss plus ``l2 * sum(w**2)`` over all
                `parameters`; leave out biases by not listing them.
            clip: The largest length that the gradient, as one vector, may have.

        Raises:
            InputError: other parameters than in the steps before, something else than Values, or
                a setting out of its range.
            NotFiniteError: a parameter or a running average would become too large for a float.
        """
        parameters = _values(parameters)
        rate = self.lr if lr is None else at_least_0("lr", lr)
        l2, clip = at_least_0("l2", l2), clip if clip is None else above_0("clip", clip)
        w = np.array([p.data for p in parameters])
        g = np.array([p.grad for p in parameters])
        with np.errstate(**STRICT):
            new, state = self.stepped(w, g, rate, l2, clip)
        self.keep(state, map(write_data, parameters, new.tolist()))

    def keep(self, state: tuple[Array, ...], writes: Iterator[object]) -> None:
        """Go on to the state after a step while its parameters are written.

        All is done in one pass in C, between whose parts Python looks for no signal: an interrupt
        finds the step wholly taken or not at all.

        Args:
            state: What `stepped` gave.
            writes: Writes the parameters as one goes through it; made of parts in C alone.
        """
        own = map(setattr, (self, self), ("state", "steps"), (state, self.steps + 1))
        deque(chain(writes, own), 0)

    def stepped(
        self, w: Array, g: Array, lr: float, l2: float = 0.0, clip: float | None = None
    ) -> tuple[Array, tuple[Array, ...]]:
        """The parameters and the state after one step; nothing is changed until `keep`.

        It is called inside ``np.errstate(**STRICT)``, which tells where to look twice.

        Args:
            w, g: The parameters and their gradients, shape (n,).
            lr, l2, clip: As for `step`.

        Raises:
            InputError, NotFiniteError: as for `step`.
        """
        try:
            new, state = self.changed(w, clipped(g + 2.0 * l2 * w if l2 else g, clip), lr)
        except FloatingPointError:  # see what comes of it
            with np.errstate(all="ignore"):
                new, state = self.changed(w, clipped(g + 2.0 * l2 * w if l2 else g, clip), lr)
            if not all(np.isfinite(average).all() for average in state):
                raise NotFiniteError(
                    f"{type(self).__name__} would make a running average too large for a float, "
                    f"and never change that parameter again; clip the gradients"
                ) from None
        if not np.isfinite(new).all():
            raise NotFiniteError(
                f"{type(self).__name__} would make a parameter too large for a float; use a "
                f"smaller learning rate, or clip the gradients"
            )
        return new, state

    def changed(self, w: Array, g: Array, lr: float) -> tuple[Array, tuple[Array, ...]]:
        """The parameters and the state after one step; nothing is changed in place.

        Args:
            w, g: The parameters and their gradients, shape (n,).
            lr: The learning rate.
        """
        state = self.state or tuple(np.zeros_like(w) for _ in range(self.averages))
        if state and len(state[0]) != len(w):
            raise InputError(
                f"this {type(self).__name__} has stepped {len(state[0])} parameters, now it is "
                f"given {len(w)}; make a new one for another net"
            )
        return self.rule(w, g, lr, *state)

    def rule(self, w: Array, g: Array, lr: float, *state: Array) -> tuple[Array, tuple[Array, ...]]:
        """The formula: new parameters and new state from old ones."""
        raise NotImplementedError

    def fresh(self) -> Optimizer:
        """One like it that has taken no steps."""
        twin = copy.copy(self)
        twin.steps, twin.state = 0, ()
        return twin

    def __repr__(self) -> str:
        hidden = ("steps", "state")
        settings = [f"{k}={v!r}" for k, v in vars(self).items() if k not in hidden]
        return f"{type(self).__name__}({', '.join(settings)})"


class SGD(Optimizer):
    """Gradient descent, with momentum if told.

    Args:
        lr: The learning rate.
        momentum: The share of the last step's direction that is kept, 0 to below 1.
        nesterov: Look ahead along the momentum. Source: Sutskever et al. 2013, "On the importance
            of initialization and momentum in deep learning", in the form without the shift.
    """

    averages = 1

    def __init__(self, lr: float = 0.01, momentum: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(lr)
        self.momentum = share("momentum", momentum)
        self.nesterov = nesterov
        if nesterov and not momentum:
            raise InputError("nesterov looks ahead along the momentum; give one, such as 0.9")

    def rule(self, w: Array, g: Array, lr: float, *state: Array) -> tuple[Array, tuple[Array, ...]]:
        """``v = momentum * v + g; w -= lr * v``; with Nesterov ``w -= lr * (g + momentum * v)``."""
        (v,) = state
        v = self.momentum * v + g if self.momentum else g
        return w - lr * (g + self.momentum * v if self.nesterov else v), (v,)


class RMSprop(Optimizer):
    """Steps divided by a running root mean square of each gradient.

    Args:
        lr: The learning rate.
        decay: The share of the running average that is kept, 0 to below 1.
        eps: Keeps the division finite; 0 or more.

    Source: Tieleman and Hinton 2012, Neural Networks for Machine Learning, lecture 6e.
    """

    averages = 1

    def __init__(self, lr: float = 0.001, decay: float = 0.9, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.decay = share("decay", decay)
        self.eps = at_least_0("eps", eps)

    def rule(self, w: Array, g: Array, lr: float, *state: Array) -> tuple[Array, tuple[Array, ...]]:
        """``s = decay * s + (1 - decay) * g**2; w -= lr * g / (sqrt(s) + eps)``."""
        (s,) = state
        s = self.decay * s + (1 - self.decay) * g * g
        return w - lr * g / (np.sqrt(s) + self.eps), (s,)


class Adam(Optimizer):
    """Momentum, divided by a running root mean square; both corrected for their start at 0.

    Args:
        lr: The learning rate.
        betas: The shares of the running averages of g and g**2 that are kept, 0 to below 1.
        eps: Keeps the division finite; 0 or more.

    Source: Kingma and Ba 2015, arXiv 1412.6980, algorithm 1.
    """

    averages = 2

    def __init__(
        self,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(lr)
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise InputError(f"betas are two numbers, such as (0.9, 0.999); got {betas!r}")
        self.betas = share("betas[0]", betas[0]), share("betas[1]", betas[1])
        self.eps = at_least_0("eps", eps)

    def rule(self, w: Array, g: Array, lr: float, *state: Array) -> tuple[Array, tuple[Array, ...]]:
        """``w -= lr * m̂ / (sqrt(v̂) + eps)``, m̂ and v̂ being the corrected averages."""
        m, v = state
        beta1, beta2 = self.betas
        t = self.steps + 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + self.eps), (m, v)


class AdamW(Adam):
    """Adam, with weights that decay on their own: ``w -= lr * weight_decay * w`` in each step.

    Args:
        lr, betas, eps: As for `Adam`.
        weight_decay: The share of a weight that decays, per unit of the learning rate; 0 or more.

    Source: Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2.
    """

    def __init__(
        self,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(lr, betas, eps)
        self.weight_decay = at_least_0("weight_decay", weight_decay)

    def rule(self, w: Array, g: Array, lr: float, *state: Array) -> tuple[Array, tuple[Array, ...]]:
        """Adam's step from the decayed weights."""
        return super().rule(w - lr * self.weight_decay * w, g, lr, *state)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}
"""The optimizers, by name."""


def optimizer_of(optimizer: str | Optimizer) -> Optimizer:
    """An optimizer from its name, or as it is.

    Raises:
        InputError: it is neither, or the name is not known.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if not isinstance(optimizer, str) or optimizer not in OPTIMIZERS:
        raise InputError(
            f"optimizer {optimizer!r} is not known; use one of {', '.join(OPTIMIZERS)}, or an "
            f"object such as mg.Adam(lr=0.01)"
        )
    return OPTIMIZERS[optimizer]()


def clipped(g: Array, longest: float | None) -> Array:
    """A gradient, shortened to a length of at most `longest`; its direction stays.

    Source: Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063, algorithm 1.
    """
    if longest is None:
        return g
    scale = np.abs(g).max(initial=0.0) or 1.0
    length = scale * np.linalg.norm(g / scale)  # no overflow on the way
    return g * (longest / length) if length > longest else g


def _values(parameters: Any) -> list[Value]:
    """The parameters to step, once each."""
    if hasattr(parameters, "parameters"):
        raise InputError("step takes a list of Values: optimizer.step(model.parameters())")
    listed = list(parameters) if isinstance(parameters, Iterable) else [parameters]
    for p in listed:
        if not isinstance(p, Value):
            raise InputError(f"step takes a list of Values, as model.parameters(); got {p!r}")
    return list(dict.fromkeys(listed))
