"""Random graphs of all operations: compiled code agrees with Values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from compiler_graphs import agrees, on_values, random_graph, random_numbers

import micrograd_tut as mg
from micrograd_tut.compiler.executor import Executable
from micrograd_tut.errors import MicrogradError


@pytest.mark.parametrize("part", range(10))
def test_random_graphs_compiled_agree_with_values(
    part: int, full: bool, figure: Callable[..., None]
) -> None:
    seeds = range(part, 1000 if full else 150, 10)
    for seed in seeds:
        _check(seed)
    figure("random graphs, compiled", "all {:,} give the numbers of Values", len(seeds))


@pytest.mark.parametrize(
    "seed", [1475, 2525456, 139529014, 320171751, 187780318, 537802624, 456633863]
)
def test_graphs_that_were_once_wrong_agree_with_values(seed: int) -> None:
    _check(seed)


def _check(seed: int) -> None:
    numbers, rows = random_numbers(seed)
    w = [mg.Value(v) for v in numbers]
    compiled = mg.compile(lambda x: random_graph(seed, w, x))
    try:
        wanted = on_values(seed, numbers, rows)
    except MicrogradError:  # if a graph has several errors, another may come first
        with pytest.raises(MicrogradError):
            compiled.backward(rows, reduction="sum")
        return
    if wanted is None:  # at the edge of a domain
        return
    outputs = compiled(rows)
    compiled.backward(rows, reduction="sum")
    assert agrees(wanted, outputs.tolist(), [v.grad for v in w])


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
