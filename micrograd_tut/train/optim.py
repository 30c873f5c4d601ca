"""Optimizers: the published update rules, applied to all parameters at once.

>>> from micrograd_tut import Value
>>> w = Value(1.0)
>>> w.grad = 0.5
>>> SGD(lr=0.1).step([w])
>>> w.data
0.95
"""

from __future__ import annotations

import math
from collections.abc import Callable

from micrograd_tut.errors import InputError
from micrograd_tut.support.validation import (
    did_you_mean,
    explained_keywords,
    flag,
    fraction,
    nonnegative,
)
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.optimizer import KEYWORDS, Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent, with optional momentum.

    Args:
        lr: The learning rate.
        momentum: Momentum coefficient, 0 <= momentum < 1.
        nesterov: Use Nesterov momentum. Source: Sutskever et al. 2013, "On the importance
            of initialization and momentum in deep learning", in the form that PyTorch uses.
    """

    averages = 1

    @explained_keywords(**KEYWORDS)
    def __init__(self, lr: float = 0.01, momentum: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(lr)
        self.momentum = fraction("momentum", momentum)
        self.nesterov = flag("nesterov", nesterov)
        if nesterov and not momentum:
            raise InputError("nesterov=True needs momentum > 0, such as momentum=0.9")

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """``v = momentum * v + g; w -= lr * v``; with Nesterov ``w -= lr * (g + momentum * v)``."""
        (v,) = state
        v = self.momentum * v + g if self.momentum else g
        return w - lr * (g + self.momentum * v if self.nesterov else v), (v,)


class RMSprop(Optimizer):
    """RMSprop: divides each step by a running root mean square of the gradient.

    Args:
        lr: The learning rate.
        decay: Decay rate of the running average, 0 <= decay < 1.
        eps: Added to the denominator for numerical stability, 0 or more.

    Source: Tieleman and Hinton 2012, Neural Networks for Machine Learning, lecture 6e.
    """

    averages = 1

    @explained_keywords(**KEYWORDS)
    def __init__(self, lr: float = 0.001, decay: float = 0.9, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.decay = fraction("decay", decay)
        self.eps = nonnegative("eps", eps)

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """``s = decay * s + (1 - decay) * g**2; w -= lr * g / (sqrt(s) + eps)``."""
        (s,) = state
        s = self.decay * s + (1 - self.decay) * g * g
        return w - lr * g / (s**0.5 + self.eps), (s,)


class Moments(Optimizer):
    """The base class of Adam and its relatives: running averages of the gradient and its square.

    Args:
        lr: The learning rate.
        betas: Decay rates of the running averages of g and g**2, from 0 to below 1.
        eps: Added to the denominator for numerical stability, 0 or more.
    """

    averages = 2

    @explained_keywords(**KEYWORDS)
    def __init__(
        self,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(lr)
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise InputError(
                f"betas must be two numbers, such as betas=(0.9, 0.999); got {betas!r}"
            )
        self.betas = fraction("betas[0]", betas[0]), fraction("betas[1]", betas[1])
        self.eps = nonnegative("eps", eps)

    def moments(self, g: Array, m: Array, v: Array) -> tuple[Array, Array]:
        """The running averages of the gradient and of its square, with one more gradient."""
        beta1, beta2 = self.betas
        return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g

    def corrections(self) -> tuple[float, float]:
        """What to divide the two averages by, since they start at 0: ``1 - beta**t`` each."""
        beta1, beta2 = self.betas
        t = self.steps + 1
        return 1 - beta1**t, 1 - beta2**t


class Adam(Moments):
    """Adam: divides the average gradient by its root mean square, both with bias correction.

    Args:
        lr, betas, eps: As for `Moments`.
        amsgrad: Divide by the largest average of g**2 so far. Source: Reddi, Kale and Kumar 2018,
            arXiv 1904.09237, with bias correction as in PyTorch.

    Source: Kingma and Ba 2015, arXiv 1412.6980, algorithm 1.
    """

    @explained_keywords(**KEYWORDS)
    def __init__(
        self,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(lr, betas, eps)
        self.amsgrad = flag("amsgrad", amsgrad)
        self.averages = 3 if self.amsgrad else 2

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """``w -= lr * m̂ / (sqrt(v̂) + eps)``, with the bias-corrected averages m̂ and v̂."""
        m, v, *largest = state
        m, v = self.moments(g, m, v)
        largest = [v.clip(old) for old in largest]
        first, second = self.corrections()
        scale = second**0.5  # of sqrt(v̂): a pass over the parameters less, as in the paper
        rms = (largest[0] if largest else v) ** 0.5 + scale * self.eps
        return w - (lr * scale / first) * m / rms, (m, v, *largest)


class AdamW(Adam):
    """Adam with decoupled weight decay: ``w -= lr * weight_decay * w`` in each step.

    Args:
        lr, betas, eps, amsgrad: As for `Adam`.
        weight_decay: The decay of a parameter per step and unit of the learning rate, 0 or more.

    Source: Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2.
    """

    @explained_keywords(**KEYWORDS)
    def __init__(
        self,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(lr, betas, eps, amsgrad)
        self.weight_decay = nonnegative("weight_decay", weight_decay)

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """The update of Adam, applied to decayed parameters."""
        return super().update(w - lr * self.weight_decay * w, g, lr, *state)


class Adagrad(Optimizer):
    """Adagrad: divides each step by the root of the sum of all squared gradients.

    Args:
        lr: The learning rate.
        eps: Added to the denominator for numerical stability, 0 or more.

    Source: Duchi, Hazan and Singer 2011, Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization, figure 1, with a diagonal matrix.
    """

    averages = 1

    @explained_keywords(**KEYWORDS)
    def __init__(self, lr: float = 0.01, eps: float = 1e-10) -> None:
        super().__init__(lr)
        self.eps = nonnegative("eps", eps)

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """``s = s + g**2; w -= lr * g / (sqrt(s) + eps)``."""
        (s,) = state
        s = s + g * g
        return w - lr * g / (s**0.5 + self.eps), (s,)


class Nadam(Moments):
    """Nadam: Adam with Nesterov momentum and constant decay rates.

    Args:
        lr, betas, eps: As for `Moments`.

    Source: Dozat 2016, Incorporating Nesterov Momentum into Adam, algorithm 2, with
    ``mu_t = betas[0]`` for all t.
    """

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """``w -= lr * (beta1 * m / (1 - beta1**(t+1)) + (1 - beta1) * g / (1 - beta1**t)) / …``."""
        m, v = self.moments(g, *state)
        first, second = self.corrections()
        beta1 = self.betas[0]
        next_first = 1 - beta1 * (1 - first)
        ahead = beta1 * m / next_first + (1 - beta1) * g / first
        return w - lr * ahead / ((v / second) ** 0.5 + self.eps), (m, v)


class Adamax(Moments):
    """Adamax: Adam with the largest recent gradient in place of the root mean square.

    Args:
        lr: The learning rate (default: 0.002, as in the paper).
        betas, eps: As for `Moments`; the largest gradient so far decays by betas[1] per step.

    Source: Kingma and Ba 2015, arXiv 1412.6980, algorithm 2, with eps as in PyTorch.
    """

    @explained_keywords(**KEYWORDS)
    def __init__(
        self,
        lr: float = 0.002,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(lr, betas, eps)

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """``u = max(beta2 * u, |g| + eps); w -= lr * m̂ / u``."""
        m, u = state
        m, _ = self.moments(g, m, u)
        u = (self.betas[1] * u).clip(abs(g) + self.eps)
        return w - (lr / self.corrections()[0]) * m / u, (m, u)


class RAdam(Moments):
    """RAdam: Adam that starts as SGD with momentum, until g**2 has been averaged long enough.

    Args:
        lr, betas, eps: As for `Moments`.

    Source: Liu et al. 2020, arXiv 1908.03265, algorithm 2; the step is adaptive if its length of
    average is above 5, as in PyTorch.
    """

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """``w -= lr * m̂``; once rho > 5 ``w -= lr * r * m̂ / (sqrt(v̂) + …)``."""
        m, v = self.moments(g, *state)
        first, second = self.corrections()
        step = lr * m / first
        t, longest = self.steps + 1, 2 / (1 - self.betas[1]) - 1
        length = longest - 2 * t * (1 - second) / second
        if length > 5:
            rectified = (length - 4) * (length - 2) * longest
            rectified /= (longest - 4) * (longest - 2) * length
            step = step * math.sqrt(rectified * second) / (v**0.5 + self.eps)
        return w - step, (m, v)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "nadam": Nadam,
    "adamax": Adamax,
    "radam": RAdam,
    "adagrad": Adagrad,
}
"""The optimizers, by name."""


def optimizer_of(optimizer: str | Optimizer | type[Optimizer]) -> Optimizer:
    """An optimizer from its name, or as it is.

    Raises:
        InputError: the name is not known, or it is neither a name nor an optimizer.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    name = optimizer.lower() if isinstance(optimizer, str) else ""
    if name not in OPTIMIZERS:
        near = did_you_mean(optimizer, OPTIMIZERS)
        hint = f"; call it: mg.{optimizer.__name__}()" if isinstance(optimizer, type) else near
        raise InputError(
            f"optimizer {optimizer!r} is not known{hint}; use one of {', '.join(OPTIMIZERS)}, or "
            f"an object such as mg.Adam(lr=0.01)"
        )
    return OPTIMIZERS[name]()
