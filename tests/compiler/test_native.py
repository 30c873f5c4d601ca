"""The program as loops gives what the NumPy program gives."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.compiler import native
from micrograd_tut.compiler.program import Program
from micrograd_tut.errors import MicrogradError
from tests import samples
from tests.compiler.test_graphs import _graph

FLOAT = np.dtype(float)


@pytest.fixture
def as_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Loops run as they are, without numba."""
    monkeypatch.setattr(native, "compiled", lambda function, keep: function)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(native, "_flags", lambda: (lambda flags: 0, lambda flags: 0, 0))


def _both(fn: Any, rows: Any) -> list[tuple[Any, Any] | None]:
    """The outputs and the gradient as NumPy and as loops."""
    X = np.array(rows, dtype=float)
    found: list[tuple[Any, Any] | None] = []
    for backend in ("numpy", "native"):
        program = Program(fn, ["x"], [X.shape[1]], FLOAT, backend=backend)
        program.space.parameters[:] = program.read()
        outputs = program.space.backward([X], len(X), 1.0)
        if outputs is None:
            found.append(None)
        else:
            outputs = np.broadcast_to(outputs, (len(outputs), len(X)))
            found.append((outputs.copy(), program.space.gradient.copy()))
    return found


@pytest.mark.parametrize("name", samples.ROWS)
def test_a_row_in_loops(name: str, as_python: None) -> None:
    for point in samples.ROWS[name].points:
        w = [mg.Value(0.0) for _ in point]
        constants = samples.ROWS[name].constants

        def row(x: Any, w: Any = w, constants: Any = constants) -> Any:
            shifted = [v if i in constants else v + w[i] for i, v in enumerate(x)]
            return mg.OPS[name](*shifted)

        on_arrays, in_loops = _both(row, [point, point])
        assert on_arrays
        assert in_loops
        for a, b in zip(on_arrays, in_loops, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_in_loops(seed: int, as_python: None) -> None:
    rng = random.Random(seed)
    w = [mg.Value(rng.uniform(0.1, 0.9)) for _ in range(4)]
    rows = [[rng.uniform(0.1, 0.9) for _ in range(3)] for _ in range(3)]
    try:
        for row in rows:
            _graph(seed, w, row)
    except MicrogradError:
        return
    on_arrays, in_loops = _both(lambda x: _graph(seed, w, x), rows)
    if on_arrays is None or in_loops is None:
        return
    for a, b in zip(on_arrays, in_loops, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_a_net_in_loops_reads_as_loops_over_its_neurons() -> None:
    model = mg.MLP(2, [4, 1], seed=1)
    f = mg.compile(lambda x, y: (model(x) - y) ** 2, example=([0.0, 0.0], 0.0))
    assert "sums1[i, b] += weights1[i, j] * x[j, b]" in f.native_source
    assert "hidden1[i, b] = np.maximum(sums1[i, b], 0.0)" in f.native_source


def test_without_numba_the_native_backend_is_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "available", lambda: False)
    w = mg.Value(2.0)
    f = mg.compile(lambda x: w * x, backend="native")
    assert f.backend == "numpy"
    assert f([1.0, 2.0]).tolist() == [2.0, 4.0]


def test_without_a_cache_folder_the_loops_are_compiled_all_the_same(
    as_python: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    w = mg.Value(2.0)
    _, in_loops = _both(lambda x: w * x[0], [[3.0]])
    assert in_loops
    assert in_loops[0].tolist() == [[6.0]]


def test_numba_compiles_a_net_and_tells_what_is_not_finite(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("numba")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    model = mg.MLP(2, [4, 1], activation="tanh", seed=1)
    X, y = np.random.default_rng(0).normal(size=(10, 2)), np.ones(10)

    def loss(x: Any, y: Any) -> Any:
        return mg.log(mg.exp(model(x) - y) + 1.0)

    f, g = mg.compile(loss), mg.compile(loss, backend="native")
    assert g.backend == "native"
    np.testing.assert_allclose(f(X, y), g(X, y), rtol=1e-13)
    f.backward(X, y)
    slopes = [p.grad for p in model.parameters()]
    model.zero_grad()
    assert math.isclose(g.backward(X, y), float(f(X, y).mean()), rel_tol=1e-13)
    np.testing.assert_allclose([p.grad for p in model.parameters()], slopes, rtol=1e-12)
    with pytest.raises(OverflowError, match="example 1 of the batch of 2"):
        g([[0.0, 0.0], [0.0, 0.0]], [0.0, -800.0])
