"""Random functions, and a function run by both code generators."""

from __future__ import annotations

import math
import random
from typing import Any, NamedTuple

import numpy as np

import micrograd_tut as mg
from micrograd_tut.compiler.executor import Executable
from micrograd_tut.ops import Op

# Helpers of derivatives, with domains of their own.
_EXCLUDED = (
    "power_term",
    "times_log",
    "gaussian",
    "direction",
    "one_minus_square",
    "sinc_derivative",
)
OPERATIONS = [op for op in mg.OPS.values() if op.name not in _EXCLUDED]


def random_graph(seed: int, w: list[mg.Value], x: list[Any]) -> Any:
    """A random graph over shared parameters `w` and inputs `x`; the same for the same seed."""
    rng = random.Random(seed)
    nodes: list[Any] = [*w, *x, 0.5, 2.0]
    width = rng.choice([1, 2, 4])
    for _ in range(rng.randint(2, 7)):
        op = rng.choice(OPERATIONS)
        picks = [rng.sample(range(len(nodes)), len(nodes)) for _ in range(width)]
        nodes += [_applied(op, rng, nodes, picked) for picked in picks]
    return mg.sum(nodes[len(w) + len(x) :]) + w[0] * x[0]


def _applied(op: Op, rng: random.Random, nodes: list[Any], picked: list[int]) -> Any:
    ws = [nodes[i] for i in picked]
    if op.arity is None:
        counts = [2, 3, 5] if op.name in ("dot", "softmax") else [1, 2, 3]
        return op(*ws[: rng.choice(counts)])
    if op.name == "pow":
        return ws[0] ** rng.choice([2.0, 3.0])
    return op(*ws[: op.arity])


class Run(NamedTuple):
    """The outputs, one per row, and the gradient of the sum of the first output."""

    outputs: Any
    gradient: dict[mg.Value, float]


def run_both(fn: Any, rows: Any) -> list[Run | None]:
    """A function of a list by NumPy and by loops; None if that has to fall back to Values."""
    X = np.array(rows, dtype=float)
    results: list[Run | None] = []
    for backend in ("numpy", "native"):
        executable = Executable(fn, ["x"], [X.shape[1]], np.dtype(float), backend=backend)
        buffers = executable.buffers
        buffers.parameters[:] = executable.read()
        buffers.gradient[:] = math.nan  # shows what is not written
        try:
            outputs = buffers.run_checked([X.T], len(X), 1.0)
        except ZeroDivisionError:  # of plain Python; numba sets a flag instead
            outputs = None
        if outputs is None:
            results.append(None)
            continue
        outputs = np.broadcast_to(outputs, (len(outputs), len(X))).copy()
        gradient = dict(zip(executable.parameters, buffers.gradient.tolist(), strict=True))
        results.append(Run(outputs, gradient))
    return results
