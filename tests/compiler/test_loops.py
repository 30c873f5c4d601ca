"""Loops give the same as NumPy code."""

from __future__ import annotations

import inspect
import math
import os
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compiler_graphs import Run, random_graph, run_both
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut.compiler import loop_codegen, numba_backend, numpy_codegen
from micrograd_tut.errors import MicrogradError


def _agree(on_arrays: Run, in_loops: Run, rtol: float, atol: float) -> None:
    np.testing.assert_allclose(in_loops.outputs, on_arrays.outputs, rtol=rtol, atol=atol)
    for v, slope in on_arrays.gradient.items():
        np.testing.assert_allclose(in_loops.gradient[v], slope, rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", ROWS)
def test_an_operation_in_loops(name: str, loops_in_python: None) -> None:
    for point in ROWS[name].points:
        w = [mg.Value(0.0) for _ in point]
        constants = ROWS[name].constants

        def function(
            x: Any, w: Any = w, constants: Any = constants, order: float = point[-1]
        ) -> Any:
            shifted = [v if i in constants else v + w[i] for i, v in enumerate(x)]
            if name == "sinc_derivative":
                shifted[1] = order
            return mg.OPS[name](*shifted)

        on_arrays, in_loops = run_both(function, [point, point])
        assert on_arrays
        assert in_loops
        _agree(on_arrays, in_loops, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_in_loops(seed: int, loops_in_python: None) -> None:
    rng = random.Random(seed)
    w = [mg.Value(rng.uniform(0.1, 0.9)) for _ in range(4)]
    rows = [[rng.uniform(0.1, 0.9) for _ in range(3)] for _ in range(3)]
    try:
        for row in rows:
            random_graph(seed, w, row)
    except MicrogradError:
        return
    on_arrays, in_loops = run_both(lambda x: random_graph(seed, w, x), rows)
    if on_arrays is None or in_loops is None:
        return
    _agree(on_arrays, in_loops, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (lambda w, x: 2.0, 2.0),
        (lambda w, x: 0.0 * w, 0.0),
        (lambda w, x: w, 3.0),
        (lambda w, x: x / math.inf, 0.0),
        (lambda w, x: mg.where(x, w, math.nan), 3.0),
        (lambda w, x: mg.where(x, mg.exp(x - 5.0), mg.exp(x - 5.0)), 1.0),
    ],
)
def test_a_trivial_function_can_be_compiled(fn: Any, expected: float, loops_in_python: Any) -> None:
    w = mg.Value(3.0)
    for run in run_both(lambda x: fn(w, x[0]), [[5.0]]):
        assert run
        assert run.outputs.tolist() == [[expected]]


def test_an_argument_can_be_an_empty_list(loops_in_python: Any) -> None:
    w = mg.Value(3.0)
    for backend in ("numpy", "native"):
        f = mg.compile(lambda x: mg.sum([w, *x]), backend=backend)
        assert f(np.empty((2, 0))).tolist() == [3.0, 3.0]


def test_a_loop_computes_both_branches(loops_in_python: Any) -> None:
    w = mg.Value(1.0)
    f = mg.compile(lambda x: mg.where(1.0, w, mg.log(x)), backend="native", example=(1.0,))
    assert "np.log(x[0, b])" in f.native_source
    with pytest.raises(MicrogradError):
        f([-1.0])


def test_loops_in_float32_give_float32(loops_in_python: Any) -> None:
    w = mg.Value(3.0)
    for fn in (lambda x: mg.tanh(w * x) + 0.1, lambda x: 2.0):
        f = mg.compile(fn, dtype="float32", backend="native")
        assert f([1.0, 2.0]).dtype == np.float32


NAMES = {*numpy_codegen.RESERVED, *loop_codegen.RESERVED}


@pytest.mark.parametrize("name", [*sorted(NAMES), "__debug__", "None", "result", "d_w", "sum_1"])
def test_any_name_can_be_that_of_an_argument_a_parameter_a_result_and_a_function(
    name: str, loops_in_python: Any
) -> None:
    w = mg.Value(3.0, label=name)

    def fn(x: Any) -> Any:
        y = mg.exp(w * x)
        y.label = name
        return mg.erf(y) * y + w

    fn.__name__ = name
    fn.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name if name in NAMES else "x", inspect.Parameter.POSITIONAL_ONLY)]
    )
    expected = fn(mg.Value(0.5))
    for backend in ("numpy", "native"):
        found = mg.compile(fn, backend=backend).backward([0.5])
        assert found == pytest.approx(expected.data, rel=1e-13)


def test_labels_that_python_normalizes_to_one_name_are_two_parameters(loops_in_python: Any) -> None:
    micro, mu = mg.Value(2.0, label="\u00b5"), mg.Value(3.0, label="\u03bc")
    for backend in ("numpy", "native"):
        f = mg.compile(lambda x: mg.tanh(micro) + mu * x, backend=backend)
        assert f([1.0]).tolist() == [math.tanh(2.0) + 3.0]


def test_writing_loops_does_not_change_explain() -> None:
    w = [mg.Value(0.5), mg.Value(0.25)]
    f = mg.compile(lambda x: (mg.sum(w) + mg.exp(x)) * x, example=(1.0,))
    before = str(f.explain())
    assert f.native_source
    assert str(f.explain()) == before


def test_a_net_in_loops_reads_as_loops_over_its_neurons() -> None:
    model = mg.MLP(2, [4, 1], seed=1)
    f = mg.compile(lambda x, y: (model(x) - y) ** 2, example=([0.0, 0.0], 0.0))
    assert "sums1[i, b] += weights1[i, j] * x[j, b]" in f.native_source
    assert "hidden1[i, b] = np.maximum(sums1[i, b], 0.0)" in f.native_source


def test_without_numba_the_native_backend_is_numpy_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numba_backend._numba.cache_clear()
    monkeypatch.setitem(sys.modules, "numba", None)
    w = mg.Value(2.0)
    with pytest.warns(
        RuntimeWarning, match=r"pip install 'micrograd-tut\[native\]'; NumPy is used"
    ):
        f = mg.compile(lambda x: w * x, backend="native")
    assert f.backend == "numpy"
    assert f([1.0, 2.0]).tolist() == [2.0, 4.0]


def test_loops_are_compiled_even_without_a_cache_folder(
    loops_in_python: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    w = mg.Value(2.0)
    _, in_loops = run_both(lambda x: w * x[0], [[3.0]])
    assert in_loops
    assert in_loops.outputs.tolist() == [[6.0]]


def test_numba_computes_what_values_compute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("numba")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    exponents = [-1.0, -2.0, -3.0, -0.5, 0.0, 0.5, 2.0, 5.0]
    f = mg.compile(
        lambda x: [*(x**n for n in exponents), mg.exp(x) ** 0.0, (x + 0.1) + 0.2],
        backend="native",
    )
    assert f([1.75])[0, -1] == (1.75 + 0.1) + 0.2 != 1.75 + (0.1 + 0.2)
    with mg.ieee():
        assert f([0.0]).tolist() == [[*[math.inf] * 4, 1.0, 0.0, 0.0, 0.0, 1.0, 0.1 + 0.2]]
    with pytest.raises(ZeroDivisionError, match="example 1 of the batch of 2"):
        f([1.0, 0.0])
    with pytest.raises(OverflowError, match=r"exp\(x\)"):
        f([1000.0])


def test_the_machine_code_of_few_programs_is_kept(tmp_path: Path) -> None:
    names = [f"micrograd_tut_{i:02}" for i in range(70)]
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "other.py").write_text("", encoding="utf-8")
    for age, name in enumerate(names):
        for file in (f"{name}.py", f"__pycache__/{name}.forward.nbi"):
            (tmp_path / file).write_text("", encoding="utf-8")
            os.utime(tmp_path / file, (age, age))
    numba_backend.forget_old_programs(tmp_path, keep=names[0])
    kept = {file.name.partition(".")[0] for file in tmp_path.glob("**/micrograd_tut_*")}
    assert kept == {names[0], *names[7:]}
    assert (tmp_path / "other.py").exists()
    os.utime(tmp_path / f"{names[7]}.py", (1000, 1000))
    for name in ("micrograd_tut_x", "micrograd_tut_y"):
        (tmp_path / f"{name}.py").write_text("", encoding="utf-8")
    numba_backend.forget_old_programs(tmp_path, keep="micrograd_tut_y")
    assert (tmp_path / f"{names[0]}.py").exists()  # it was used last
    assert not (tmp_path / f"{names[8]}.py").exists()


def test_numba_compiles_a_net_and_reports_what_is_not_finite(
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
