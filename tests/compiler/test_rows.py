"""Every row of the table gives the same in a compiled program as on Values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.compiler.executor import Executable
from micrograd_tut.compiler.numpy_kernels import KERNELS
from micrograd_tut.errors import MicrogradError
from tests import samples

TOLERANCE = 1e-12
ADDED_UP = ("sum", "mean")  # Values round such a sum once, a program at every addition


def _points(name: str) -> list[tuple[float, ...]]:
    return samples.ROWS[name].points + list(samples.spread(name, 60))


def _function(name: str, constants: tuple[int, ...], offsets: list[mg.Value]) -> Any:
    """The row, of inputs that are shifted by parameters of 0, so that they take gradients."""

    def row(x: Any) -> Any:
        shifted = [v if i in constants else v + offsets[i] for i, v in enumerate(x)]
        return mg.OPS[name](*shifted)

    return row


def _close(a: float, b: float, slack: float = 0.0) -> bool:
    return a == b or math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=max(slack, 1e-305))


@pytest.mark.parametrize("name", samples.ROWS)
def test_a_row_compiled_gives_the_value_and_the_gradient_that_values_give(name: str) -> None:
    programs: dict[int, Any] = {}
    checked = 0
    for point in _points(name):
        n = len(point)
        if n not in programs:
            offsets = [mg.Value(0.0) for _ in point]
            fn = _function(name, samples.ROWS[name].constants, offsets)
            programs[n] = offsets, fn, mg.compile(fn)
        offsets, fn, compiled = programs[n]
        for v in offsets:
            v.grad = 0.0
        try:
            eager = fn(list(point))
            eager.backward()
        except MicrogradError as error:
            with pytest.raises(type(error)):
                compiled.backward([point])
            continue
        expected = [v.grad for v in offsets]
        for v in offsets:
            v.grad = 0.0
        found = compiled.backward([point])
        terms = math.fsum(map(abs, point)) if name in ADDED_UP else 0.0
        assert _close(found, eager.data, terms * 1e-15), (point, found, eager.data)
        for v, slope in zip(offsets, expected, strict=True):
            assert _close(v.grad, slope), (point, v.grad, slope)
        checked += 1
    assert checked > 2


def test_every_operation_has_a_kernel_and_nothing_else_has() -> None:
    assert set(KERNELS) == set(mg.OPS)


@pytest.mark.parametrize("name", ["maximum", "minimum", "logsumexp", "softmax", "sum", "mean"])
def test_a_batch_gives_each_example_its_own_ties(name: str) -> None:
    w = [mg.Value(0.0) for _ in range(3)]
    f = mg.compile(lambda x: mg.OPS[name](*[a + b for a, b in zip(x, w, strict=True)]))
    X = [[1.0, 1.0, 0.0], [2.0, 2.0, 2.0], [0.0, -1.0, 0.0], [5.0, 1.0, 2.0]]
    f.backward(X, reduction="sum")
    found = np.array([v.grad for v in w])
    for v in w:
        v.grad = 0.0
    for row in X:
        mg.OPS[name](*[a + b for a, b in zip(row, w, strict=True)]).backward()
    np.testing.assert_allclose(found, [v.grad for v in w], rtol=TOLERANCE)


@pytest.mark.parametrize("name", samples.ROWS)
def test_a_row_stays_on_arrays_at_its_sample_points(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Executable, "_fallback", None)
    row = samples.ROWS[name]
    for width in {len(point) for point in row.points}:
        points = [p for p in row.points + list(row.corners) if len(p) == width]
        function = _function(name, row.constants, [mg.Value(0.0)] * width)
        found = mg.compile(function)(points)
        if name not in ADDED_UP:
            assert found == pytest.approx([float(function(p)) for p in points], rel=1e-12)


@pytest.mark.parametrize("x", [400.0, 1000.0, 1e8])
@pytest.mark.parametrize(
    "name",
    ["tanh", "sigmoid", "softplus", "silu", "gelu", "erf", "elu", "logsumexp", "softmax", "sech2"],
)
def test_a_stable_function_of_a_large_number_stays_on_arrays(
    name: str, x: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a program meets inf or nan, it starts again on Values, which takes its time."""
    monkeypatch.setattr(Executable, "_fallback", None)
    one = mg.Value(1.0)
    more = {"elu": [1.0], "logsumexp": [3.0], "softmax": [3.0]}.get(name, [])
    f = mg.compile(lambda t: mg.OPS[name](t * one, *more))
    slope = mg.compile(lambda t: mg.grad(mg.OPS[name](t * one, *more), [one], create_graph=True)[0])
    f.backward([x, -x])
    slope.backward([x, -x])
