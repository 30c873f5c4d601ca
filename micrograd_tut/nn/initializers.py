"""How the weights of a layer are initialised.

>>> sorted(INITS)
['he', 'normal', 'uniform', 'xavier', 'zeros']
>>> len(xavier(random.Random(0), 4, 2))
4
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any


def normal_numbers(rng: random.Random, count: int, deviation: float) -> list[float]:
    """``[rng.gauss(0.0, deviation) for _ in range(count)]``: the same numbers in half of the time.

    Source: Box and Muller 1958, A Note on the Generation of Random Normal Deviates.
    """
    method: Any = rng.gauss
    if getattr(method, "__func__", None) is not random.Random.gauss:  # somebody's own
        return [rng.gauss(0.0, deviation) for _ in range(count)]
    generator = method.__self__  # also of the module `random`
    numbers = [] if generator.gauss_next is None or not count else [rng.gauss(0.0, deviation)]
    draw, sin, cos, sqrt, log = rng.random, math.sin, math.cos, math.sqrt, math.log
    for _ in range((count - len(numbers)) // 2):
        angle = draw() * math.tau
        radius = sqrt(-2.0 * log(1.0 - draw()))
        numbers += cos(angle) * radius * deviation, sin(angle) * radius * deviation
    if len(numbers) < count:
        numbers.append(rng.gauss(0.0, deviation))
    return numbers


def uniform(rng: random.Random, nin: int, _nout: int) -> list[float]:
    """Uniform in [-1, 1], regardless of the size of the layer. Source: micrograd."""
    return [rng.uniform(-1.0, 1.0) for _ in range(nin)]


def normal(rng: random.Random, nin: int, _nout: int) -> list[float]:
    """Normal with mean 0 and the small standard deviation 0.01.

    Source: Krizhevsky, Sutskever and Hinton 2012, ImageNet Classification with Deep Convolutional
    Neural Networks, section 5.
    """
    return normal_numbers(rng, nin, 0.01)


def xavier(rng: random.Random, nin: int, nout: int) -> list[float]:
    """Uniform with variance 2 / (nin + nout); designed for tanh and sigmoid.

    Source: Glorot and Bengio 2010, Understanding the Difficulty of Training Deep Feedforward
    Neural Networks, equation 16.
    """
    largest = math.sqrt(6.0 / (nin + nout))
    return [rng.uniform(-1.0, 1.0) * largest for _ in range(nin)]


def he(rng: random.Random, nin: int, _nout: int) -> list[float]:
    """Normal with variance 2 / nin; designed for relu. Source: He et al. 2015, arXiv 1502.01852."""
    return normal_numbers(rng, nin, math.sqrt(2.0 / nin))


_HE = {"relu", "leaky_relu", "relu6", "gelu", "silu", "mish", "elu", "softplus"}


def recommended_init(activation: str) -> str:
    """The initializer that keeps the size of the signal in layers with this activation.

    "he" for relu and its relatives, "xavier" for all others.
    """
    return "he" if activation in _HE else "xavier"


def zeros(_rng: random.Random, nin: int, _nout: int) -> list[float]:
    """0. All neurons stay identical, so the layer cannot learn: for demonstrations only."""
    return [0.0] * nin


INITS: dict[str, Callable[[random.Random, int, int], list[float]]] = {
    f.__name__: f for f in (uniform, normal, xavier, he, zeros)
}
"""The initializers by name. Each takes a generator, the number of inputs and that of neurons; it
returns the weights of one neuron."""

AUTO = "auto"
"""The name that stands for the recommended initializer."""
