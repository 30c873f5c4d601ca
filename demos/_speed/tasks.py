"""The networks and batches of the race of single steps."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

Step = Callable[[], float]  # one training step; returns the loss before the update
RATE, L2 = 0.01, 1e-4


class Task(NamedTuple):
    """A net and a batch.

    Attributes:
        name: What it is called in the table.
        sizes: How many inputs, then how many neurons in each layer.
        X: One list of inputs per example.
        Y: One list of targets, -1 or +1, per example.
    """

    name: str
    sizes: list[int]
    X: list[list[float]]
    Y: list[list[float]]

    def weights(self) -> list[tuple[list[list[float]], list[float]]]:
        """The same first weights and biases for everybody, layer by layer."""
        rng = random.Random(1)
        return [
            ([[rng.uniform(-1, 1) / nin**0.5 for _ in range(nin)] for _ in range(nout)],
             [0.0] * nout)
            for nin, nout in pairwise(self.sizes)
        ]  # fmt: skip

    def work(self) -> int:
        """How often a weight meets an example."""
        return len(self.X) * sum(nin * nout for nin, nout in pairwise(self.sizes))


def moons(count: int = 100) -> Task:
    """Two interleaving half circles with a little noise, labelled -1 and +1."""
    rng = random.Random(0)
    X, y = [], []
    for i in range(count):
        angle, upper = math.pi * rng.random(), i % 2 == 0
        at = (math.cos(angle), math.sin(angle))
        at = at if upper else (1 - at[0], 0.5 - at[1])
        X.append([at[0] + rng.gauss(0, 0.1), at[1] + rng.gauss(0, 0.1)])
        y.append([1.0 if upper else -1.0])
    return Task("moons, MLP(2, [16, 16, 1]), 100 examples", [2, 16, 16, 1], X, y)


def random_task(name: str, sizes: list[int], count: int) -> Task:
    """Random examples for a net."""
    rng = random.Random(0)
    X = [[rng.gauss(0, 1) for _ in range(sizes[0])] for _ in range(count)]
    return Task(name, sizes, X, [[rng.choice([-1.0, 1.0]) for _ in range(sizes[-1])] for _ in X])


def tasks() -> list[Task]:
    return [
        moons(),
        random_task("the lecture's MLP(3, [4, 4, 1]), 4 examples", [3, 4, 4, 1], 4),
        random_task("MLP(10, [64, 32, 16, 1]), 32 examples", [10, 64, 32, 16, 1], 32),
        random_task("digits, MLP(64, [128, 64, 10]), 64 examples", [64, 128, 64, 10], 64),
    ]


class TooSlowError(Exception):
    """A contestant that would take minutes for one step."""
