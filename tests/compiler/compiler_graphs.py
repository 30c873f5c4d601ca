"""Random functions, and a function run by both code generators."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

import micrograd_tut as mg
from micrograd_tut.chain_rule import local_derivatives
from micrograd_tut.compiler.executor import Executable
from micrograd_tut.engine import topological
from micrograd_tut.errors import MicrogradError
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


EXAMPLES = 3


class Expected(NamedTuple):
    """What a graph gives on Values, and how far a compiled program may be from it.

    Attributes:
        outputs: One per example.
        slopes: The gradient of their sum with respect to each parameter.
        of_outputs, of_slopes: The allowed differences.
    """

    outputs: list[float]
    slopes: list[float]
    of_outputs: list[float]
    of_slopes: list[float]


def random_numbers(seed: int) -> tuple[list[float], list[list[float]]]:
    """Numbers for the parameters of a random graph, and rows of examples."""
    rng = random.Random(seed)
    numbers = [rng.uniform(0.1, 0.9) * rng.choice([1, 1, -1]) for _ in range(4)]
    return numbers, [[rng.uniform(0.1, 0.9) for _ in range(3)] for _ in range(EXAMPLES)]


def on_values(seed: int, numbers: list[float], rows: list[list[float]]) -> Expected | None:
    """A random graph on Values; None at the edge of a domain.

    Raises:
        MicrogradError: a number is not finite.
    """
    outputs, slopes, sizes = _run(seed, numbers, rows)
    nudged = []
    for sign in (1, -1, 2):
        near = [v * (1 + sign * 1e-15) for v in numbers]
        near_rows = [[v * (1 - sign * 1e-15) for v in row] for row in rows]
        try:
            nudged.append(_run(seed, near, near_rows))
        except MicrogradError:
            return None
    return Expected(
        outputs,
        slopes,
        [_tolerance(y, [n[0][i] for n in nudged]) for i, y in enumerate(outputs)],
        [
            _tolerance(slope, [n[1][i] for n in nudged], size)
            for i, (slope, size) in enumerate(zip(slopes, sizes, strict=True))
        ],
    )


def agrees(wanted: Expected, outputs: list[float], slopes: list[float]) -> bool:
    """Whether outputs and gradients are those of Values, as far as they can be."""
    found, expected = [*outputs, *slopes], [*wanted.outputs, *wanted.slopes]
    allowed = [*wanted.of_outputs, *wanted.of_slopes]
    return all(
        (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=0, abs_tol=most)
        for a, b, most in zip(found, expected, allowed, strict=True)
    )


def _run(
    seed: int, numbers: list[float], rows: list[list[float]]
) -> tuple[list[float], list[float], list[float]]:
    """On Values: the outputs, the gradient of their sum, and the size of its terms."""
    w = [mg.Value(v) for v in numbers]
    outputs = [random_graph(seed, w, row) for row in rows]
    for y in outputs:
        y.backward()
    sizes = [sum(column) for column in zip(*[_sizes(y, w) for y in outputs], strict=True)]
    return [y.data for y in outputs], [v.grad for v in w], sizes


def _sizes(y: mg.Value, w: list[mg.Value]) -> list[float]:
    """The sum of the absolute contributions to each of `w`; the contributions may cancel."""
    size = defaultdict(float, {y: 1.0})
    for node in reversed(topological(y)):
        locals_ = local_derivatives(node, mg.Value) if node.op else []
        for v, local in zip(node.inputs, locals_, strict=True):
            size[v] += size[node] * abs(local) if size[node] and local else 0.0
    return [size[v] for v in w]


def _tolerance(expected: float, others: Iterable[float], size: float = 0.0) -> float:
    """The allowed difference: relative 1e-12, or the effect of changing the inputs by 1e-15.

    `size` is the sum of the absolute terms of the number, which are rounded too.
    """
    nudged = max(abs(other - expected) for other in others)
    return 1e-12 * abs(expected) + 100 * nudged + 1e-15 * size + 1e-300


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
