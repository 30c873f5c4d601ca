"""How time grows with the size of the problem: each size is doubled five times.

An exponent of 1 means that time doubles with the size. It is measured over the last three
doublings, where fixed costs matter least, and belongs beside the exponent of the work: the number
of multiplications in an epoch, or of parameters to build.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

import micrograd_tut as mg

_DOUBLINGS = 5
_FITTED = 3  # of them


class Problem(NamedTuple):
    """A network, its data, and how long to train."""

    rows: int = 256
    inputs: int = 16
    hidden: tuple[int, ...] = (32, 32)
    epochs: int = 2

    @property
    def parameters(self) -> int:
        return sum(n * m + m for n, m in pairwise([self.inputs, *self.hidden, 1]))

    @property
    def work(self) -> int:
        return self.parameters * self.rows * self.epochs


GROWN: dict[str, tuple[int, Callable[[int], Problem]]] = {
    "rows": (2000, lambda n: Problem(rows=n)),
    "inputs": (32, lambda n: Problem(inputs=n)),
    "width of two hidden layers": (16, lambda n: Problem(hidden=(n, n))),
    "depth, in layers of 16": (2, lambda n: Problem(hidden=(16,) * n)),
    "epochs": (25, lambda n: Problem(epochs=n)),
}
"""For each size where it starts, and the problem of a size."""


def times(problem: Problem) -> dict[str, float]:
    """Processor time of each part of a whole call, in milliseconds."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(problem.rows, problem.inputs)), rng.normal(size=problem.rows)
    building, calling = [], []
    for _ in range(3):
        start = time.process_time()
        model = mg.MLP(problem.inputs, [*problem.hidden, 1], seed=0)
        built = time.process_time()
        mg.fit(model, X, y, epochs=problem.epochs, batch_size=64, progress=False)
        building.append(built - start)
        calling.append(time.process_time() - built)
    parts = {"build": min(building), "first fit": calling[0], "later fit": min(calling[1:])}
    return {part: 1000 * seconds for part, seconds in parts.items()}


def show() -> None:
    """Print the tables and the exponents."""
    print("Milliseconds of processor time to build the network, for the first call of fit, and for")
    print("a later one; the work in millions of parameters times rows times epochs; exponents")
    for what, (first, problem_of) in GROWN.items():
        sizes = [first * 2**k for k in range(_DOUBLINGS + 1)]
        problems = [problem_of(size) for size in sizes]
        found = [times(problem) for problem in problems]
        print(f"{what}: {', '.join(f'{size:,}' for size in sizes)}")
        for part in found[0]:
            show_line(part, [parts[part] for parts in found])
        show_line("work", [problem.work / 1e6 for problem in problems])
    print(flush=True)


def show_line(title: str, numbers: list[float]) -> None:
    """One line of a table, with its exponent."""
    exponent = math.log2(numbers[-1] / numbers[-1 - _FITTED]) / _FITTED
    print(f"  {title:<12}{''.join(f'{x:>11,.1f}' for x in numbers)}{exponent:>8.2f}", flush=True)
