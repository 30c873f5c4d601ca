"""Every operation gives the same compiled as on Values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from samples import ROWS, spread

import micrograd_tut as mg
from micrograd_tut.compiler.numpy_kernels import KERNELS
from micrograd_tut.errors import MicrogradError
from micrograd_tut.interop import number_of

TOLERANCE = 1e-12
ROUNDED_ONCE = ("sum", "mean")  # on Values; compiled code rounds every addition


def _points(name: str) -> list[tuple[float, ...]]:
    return ROWS[name].points + list(spread(name, 60))


def _function(name: str, point: tuple[float, ...], offsets: list[mg.Value]) -> Any:
    """The operation, with parameters of 0 added to its inputs, so that they have gradients."""
    constants = ROWS[name].constants

    def function(x: Any) -> Any:
        shifted = [v if i in constants else v + offsets[i] for i, v in enumerate(x)]
        if name == "sinc_derivative":
            shifted[1] = point[1]
        return mg.OPS[name](*shifted)

    return function


def _key(name: str, point: tuple[float, ...]) -> tuple[float, ...]:
    """Points with the same key can be examples of one program."""
    return (len(point), point[1] if name == "sinc_derivative" else 0.0)


def _close(a: float, b: float, slack: float = 0.0) -> bool:
    return a == b or math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=max(slack, 1e-305))


@pytest.mark.parametrize("name", ROWS)
def test_an_operation_gives_the_value_and_gradient_of_values(name: str) -> None:
    programs: dict[Any, Any] = {}
    checked = 0
    for point in _points(name):
        key = _key(name, point)
        if key not in programs:
            offsets = [mg.Value(0.0) for _ in point]
            fn = _function(name, point, offsets)
            programs[key] = offsets, fn, mg.compile(fn)
        offsets, fn, compiled = programs[key]
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
        terms = math.fsum(map(abs, point)) if name in ROUNDED_ONCE else 0.0
        assert _close(found, eager.data, terms * 1e-15), (point, found, eager.data)
        for v, slope in zip(offsets, expected, strict=True):
            assert _close(v.grad, slope), (point, v.grad, slope)
        checked += 1
    assert checked > 2


def test_the_kernels_are_those_of_the_operations() -> None:
    assert set(KERNELS) == set(mg.OPS)


@pytest.mark.parametrize("name", ["maximum", "minimum", "logsumexp", "softmax", "sum", "mean"])
def test_ties_differ_between_the_examples_of_a_batch(name: str) -> None:
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


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.usefixtures("no_fallback")
def test_an_operation_does_not_fall_back_at_its_sample_points(name: str) -> None:
    row = ROWS[name]
    for key in {_key(name, point) for point in row.points}:
        points = [p for p in row.points + list(row.corners) if _key(name, p) == key]
        function = _function(name, points[0], [mg.Value(0.0)] * len(points[0]))
        found = mg.compile(function)(points)
        if name not in ROUNDED_ONCE:
            assert found == pytest.approx([number_of(function(p)) for p in points], rel=1e-12)


@pytest.mark.parametrize("x", [400.0, 1000.0, 1e8])
@pytest.mark.parametrize(
    "name",
    ["tanh", "sigmoid", "softplus", "silu", "gelu", "erf", "elu", "logsumexp", "softmax", "sech2"],
)
@pytest.mark.usefixtures("no_fallback")
def test_a_stable_function_of_a_large_number_does_not_fall_back(name: str, x: float) -> None:
    """A fallback to Values, where compiled code gives inf or nan, is slow."""
    op, one = mg.OPS[name], mg.Value(1.0)
    others = {"elu": [1.0], "logsumexp": [3.0], "softmax": [3.0]}.get(name, [])
    value = mg.compile(lambda t: op(t * one, *others))
    slope = mg.compile(lambda t: mg.grad(op(t * one, *others), [one], create_graph=True)[0])
    xs = [x, -x]
    assert value(xs).tolist() == pytest.approx([op(t, *others) for t in xs])
    value.backward(xs, reduction="sum")
    assert one.grad == pytest.approx(slope(xs).sum())
    slope.backward(xs)
