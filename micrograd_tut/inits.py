"""How the first weights of a layer are drawn."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

Draw = Callable[[random.Random, int, int], float]

INITS: dict[str, Draw] = {
    # micrograd's
    "uniform": lambda rng, nin, nout: rng.uniform(-1.0, 1.0),
    # small and normal, as in Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification"
    "normal": lambda rng, nin, nout: rng.gauss(0.0, 0.01),
    # Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward nets"
    "xavier": lambda rng, nin, nout: rng.uniform(-1.0, 1.0) * math.sqrt(6.0 / (nin + nout)),
    # He et al. 2015, arXiv 1502.01852
    "he": lambda rng, nin, nout: rng.gauss(0.0, math.sqrt(2.0 / nin)),
    # every neuron the same: it cannot learn, and is here to be seen
    "zeros": lambda rng, nin, nout: 0.0,
}
"""How first weights are drawn, by name; each takes a generator and a layer's in and out sizes."""
