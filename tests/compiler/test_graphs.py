"""Random graphs of all operations: compiled code agrees with Values."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from compiler_graphs import random_graph

import micrograd_tut as mg
from micrograd_tut.chain_rule import local_derivatives
from micrograd_tut.compiler.executor import Executable
from micrograd_tut.engine import topological
from micrograd_tut.errors import MicrogradError

EXAMPLES = 3


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


@pytest.mark.parametrize("part", range(10))
def test_random_graphs_compiled_agree_with_values(
    part: int, full: bool, figure: Callable[..., None]
) -> None:
    seeds = range(part, 2000 if full else 150, 10)
    for seed in seeds:
        _check(seed)
    figure("random graphs, compiled", "all {:,} give the numbers of Values", len(seeds))


@pytest.mark.parametrize(
    "seed", [1475, 2525456, 139529014, 320171751, 187780318, 537802624, 456633863]
)
def test_graphs_that_were_once_wrong_agree_with_values(seed: int) -> None:
    _check(seed)


def _check(seed: int) -> None:
    rng = random.Random(seed)
    numbers = [rng.uniform(0.1, 0.9) * rng.choice([1, 1, -1]) for _ in range(4)]
    rows = [[rng.uniform(0.1, 0.9) for _ in range(3)] for _ in range(EXAMPLES)]
    try:
        values, slopes, sizes = _run(seed, numbers, rows)
    except MicrogradError:  # if a graph has several errors, another may come first
        w = [mg.Value(v) for v in numbers]
        with pytest.raises(MicrogradError):
            mg.compile(lambda x: random_graph(seed, w, x)).backward(rows, reduction="sum")
        return
    nudged = []
    for sign in (1, -1, 2):
        try:
            nudged.append(
                _run(
                    seed,
                    [v * (1 + sign * 1e-15) for v in numbers],
                    [[v * (1 - sign * 1e-15) for v in row] for row in rows],
                )
            )
        except MicrogradError:
            return  # at the edge of a domain
    w = [mg.Value(v) for v in numbers]
    compiled = mg.compile(lambda x: random_graph(seed, w, x))
    outputs = compiled(rows)
    for i, value in enumerate(values):
        assert math.isclose(
            outputs[i], value, rel_tol=0, abs_tol=_tolerance(value, [n[0][i] for n in nudged])
        )
    compiled.backward(rows, reduction="sum")
    for i, (slope, size) in enumerate(zip(slopes, sizes, strict=True)):
        allowed = _tolerance(slope, [n[1][i] for n in nudged], size)
        both_nan = math.isnan(w[i].grad) and math.isnan(slope)
        assert both_nan or math.isclose(w[i].grad, slope, rel_tol=0, abs_tol=allowed)


def test_most_random_graphs_run_without_a_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fallbacks = 0
    fallback = Executable._fallback

    def counted(self: Executable, *args: Any) -> Any:
        nonlocal fallbacks
        fallbacks += 1
        return fallback(self, *args)

    monkeypatch.setattr(Executable, "_fallback", counted)
    ran = 0
    for seed in range(40):
        w = [mg.Value(0.3), mg.Value(0.7), mg.Value(0.5), mg.Value(0.6)]
        try:
            f = mg.compile(lambda x, seed=seed, w=w: random_graph(seed, w, x))
            f.backward([[0.2, 0.4, 0.8]])
        except MicrogradError:
            continue
        ran += 1
    assert ran > 20
    assert fallbacks < ran / 4 + 20


def test_a_small_recurrent_net_with_shared_weights() -> None:
    w = [mg.Value(v) for v in np.linspace(-1, 1, 12).tolist()]

    def net(x: Any) -> Any:
        state = [0.0, 0.0]
        for step in x:
            state = [
                mg.tanh(w[3 * i] * step + w[3 * i + 1] * state[0] + w[3 * i + 2] * state[1])
                for i in range(2)
            ]
        return mg.dot(w[6:8], state, w[8])

    X = np.random.default_rng(0).normal(size=(4, 5))
    expected = [net(row).data for row in X.tolist()]
    np.testing.assert_allclose(mg.compile(net)(X), expected, rtol=1e-13)
    mg.mean([net(row) for row in X.tolist()]).backward()
    slopes = [v.grad for v in w]
    for v in w:
        v.grad = 0.0
    mg.compile(net).backward(X)
    np.testing.assert_allclose([v.grad for v in w], slopes, rtol=1e-12, atol=1e-300)


def test_the_goldstein_price_function_and_its_gradient() -> None:
    # Source: Goldstein and Price 1971; its minimum is 3 at (0, -1)
    a, b = mg.Value(0.0, label="a"), mg.Value(-1.0, label="b")

    def price() -> Any:
        one = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2)
        two = 30 + (2 * a - 3 * b) ** 2 * (
            18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2
        )
        return one * two

    f = mg.compile(price)
    assert f() == pytest.approx(3.0)
    f.backward()
    assert (a.grad, b.grad) == pytest.approx((0.0, 0.0))
