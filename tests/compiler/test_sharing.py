"""Random functions that share Values: tied weights, slices of one list, sums of parameters.

NumPy code, loops and Values give the same numbers.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from compiler_graphs import run_both

import micrograd_tut as mg
from micrograd_tut.errors import MicrogradError
from micrograd_tut.interop import number_of

BATCH = 3
ELEMENTWISE = [
    mg.OPS[name]
    for name in (
        "add", "sub", "mul", "tanh", "sigmoid", "relu", "where", "softplus", "sin", "abs", "neg",
        "heaviside", "leaky_relu", "elu", "kink", "equal", "erf",
    )
]  # fmt: skip
REDUCTIONS = [mg.sum, mg.mean, mg.maximum, mg.minimum, mg.logsumexp]


class _Pool:
    """The numbers and lists that a random function can use as inputs."""

    def __init__(self, seed: int, w: list[mg.Value], x: list[Any]) -> None:
        self.rng = random.Random(seed)
        self.width = self.rng.choice([1, 2, 3, 5])
        self.w = w
        self.numbers: list[Any] = [*w, *x, 0.5, -1.0, 0.0, 1.0]
        self.lists: list[list[Any]] = [w, x]
        self.results: list[Any] = []

    def add(self, numbers: list[Any]) -> None:
        self.numbers += numbers
        self.results += numbers
        self.lists.append(numbers)

    def layer(self) -> None:
        """Neurons that share weights, as `dot` or by hand."""
        xs = self.rng.choice(self.lists)
        self.add([self._neuron(xs) for _ in range(self.width)])

    def _neuron(self, xs: list[Any]) -> Any:
        start = self.rng.randrange(len(self.w))
        ws = [self.w[(start + i) % len(self.w)] for i in range(len(xs))]
        if self.rng.random() < 0.2:
            ws[0] = self.rng.choice(self.numbers)
        bias = self.rng.choice(self.numbers)
        if self.rng.random() < 0.6:
            return mg.dot(ws, xs, bias)
        return sum((a * b for a, b in zip(ws, xs, strict=True)), bias)

    def softmax(self) -> None:
        probabilities = mg.softmax(self.rng.choice(self.lists))
        self.add(probabilities[:: self.rng.choice([1, -1])])

    def reduction(self) -> None:
        xs = self.rng.choices(self.rng.choice(self.lists), k=self.rng.randint(1, 4))
        self.add([self.rng.choice(REDUCTIONS)(xs)])

    def elementwise(self) -> None:
        op = self.rng.choice(ELEMENTWISE)
        same = self.rng.choices(self.numbers, k=op.arity or 0)
        pick = self.rng.choice
        self.add([
            op(*[pick([pick(self.numbers), x]) for x in same]) for _ in range(self.width)
        ])  # fmt: skip


def _function(seed: int, w: list[mg.Value], x: list[Any]) -> Any:
    """A random function of parameters `w` and inputs `x`; the same for the same seed."""
    pool = _Pool(seed, w, x)
    steps = [pool.layer, pool.softmax, pool.reduction, pool.elementwise]
    for _ in range(pool.rng.randint(1, 6)):
        pool.rng.choice(steps)()
    ends = pool.rng.sample(pool.results, pool.rng.randint(1, len(pool.results)))
    ending = pool.rng.randrange(4)
    if ending == 0:
        return ends[0] * 1.0
    if ending == 1:
        return mg.sum(ends)
    if ending == 2:
        return mg.mean([v * v for v in ends]) + w[0] * x[-1]
    return sum(v * w[i % len(w)] for i, v in enumerate(ends))


def _on_values(seed: int, numbers: list[float], rows: Any) -> tuple[list[float], list[float]]:
    w = [mg.Value(number) for number in numbers]
    outputs = []
    for row in rows:
        y = _function(seed, w, row)
        outputs.append(number_of(y))
        if isinstance(y, mg.Value):
            y.backward()
    return outputs, [v.grad for v in w]


@pytest.mark.parametrize("part", range(5))
def test_functions_that_share_values_agree_in_numpy_loops_and_values(
    part: int, full: bool, loops_in_python: None
) -> None:
    for seed in range(part, 1000 if full else 150, 5):
        _check(seed)


def _check(seed: int) -> None:
    rng = random.Random(seed)
    some = [0.5, 0.0, 1.0, -0.3]
    numbers = [rng.choice([rng.uniform(-1, 1), *some]) for _ in range(rng.choice([1, 2, 4, 6]))]
    width = rng.choice([1, 2, 3])
    rows = [[rng.choice([rng.uniform(-1, 1), *some]) for _ in range(width)] for _ in range(BATCH)]
    try:
        outputs, slopes = _on_values(seed, numbers, rows)
    except MicrogradError:
        return
    w = [mg.Value(number) for number in numbers]
    for run in run_both(lambda x: _function(seed, w, x), rows):
        if run is None:  # it falls back to Values
            continue
        np.testing.assert_allclose(run.outputs[0], outputs, rtol=1e-9, atol=1e-12)
        gradient = [run.gradient.get(v, 0.0) for v in w]
        np.testing.assert_allclose(gradient, slopes, rtol=1e-8, atol=1e-12)


def test_every_array_in_loops_has_its_own_name(loops_in_python: None) -> None:
    w = [mg.Value(number) for number in (0.5, -0.3, 0.8)]
    fn = lambda x: mg.softmax([w[0], -1.0, mg.softmax(w)[0]])[0] * 1.0  # noqa: E731
    on_arrays, in_loops = run_both(fn, [[0.1]])
    assert on_arrays
    assert in_loops
    assert in_loops.gradient == pytest.approx(on_arrays.gradient)
