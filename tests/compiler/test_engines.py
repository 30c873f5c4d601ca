"""One meaning in every engine: each operation with its derivatives, at special numbers too.

NumPy code and loops give what Values give, to rounding; inf, nan and errors exactly.
"""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import pytest
from samples import ROWS, spread

import micrograd_tut as mg
from micrograd_tut.compiler.executor import Executable
from micrograd_tut.errors import MicrogradError

inf, nan = math.inf, math.nan
SPECIAL = [
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 6.0, 40.0, -40.0, 800.0, -800.0,
    5e-324, 1e-300, -1e-300, 1e300, -1e300, inf, -inf, nan,
]  # fmt: skip
ROUNDED_ONCE = ("sum", "mean", "dot")  # on Values; compiled code rounds every addition
USUAL = {"gaussian": (1,), "power_term": (0,)}  # inputs that are never special
PER_EXAMPLE = ("sinc_derivative",)  # its order is part of the program


def _points(name: str, count: int) -> list[tuple[float, ...]]:
    """The sample points of an operation, and points with special numbers in place of some."""
    row, rng = ROWS[name], random.Random(name)
    fixed = (*row.constants, *USUAL.get(name, ()))
    usual = [*row.points, *row.corners, *spread(name, count // 4)]
    if len(row.points[0]) == 1:
        usual += [(x,) for x in SPECIAL]
    while len(usual) < count:
        point = rng.choice(row.points)
        usual.append(
            tuple(
                x if i in fixed else rng.choice([x, *rng.sample(SPECIAL, 3)])
                for i, x in enumerate(point)
            )
        )
    rng.shuffle(usual)
    return usual[:count]


def _jet(name: str, order: float = 0.0) -> Any:
    """A function of a list: the operation, its gradient, and the rows of its Hessian."""
    constants = ROWS[name].constants

    def function(x: list[Any]) -> list[Any]:
        inputs = [order if name in PER_EXAMPLE and i in constants else v for i, v in enumerate(x)]
        variables = [v for i, v in enumerate(inputs) if i not in constants]
        y = mg.OPS[name](*inputs)
        slopes = mg.grad(y, variables, create_graph=True)
        rows = [mg.grad(slope, variables, create_graph=True) for slope in slopes]
        return [y, *slopes, *itertools.chain(*rows)]

    return function


def _on_values(name: str, point: tuple[float, ...]) -> list[float]:
    return [v.data for v in _jet(name, point[-1])([mg.Value(x) for x in point])]


def _same(a: float, b: float, slack: float) -> bool:
    if math.isnan(b):
        return math.isnan(a)
    return a == b or math.isclose(a, b, rel_tol=1e-10, abs_tol=slack)


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("name", ROWS)
def test_an_operation_and_its_derivatives_are_those_of_values(
    name: str, backend: str, full: bool, loops_in_python: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fallbacks = []
    fallback = Executable._fallback
    monkeypatch.setattr(
        Executable, "_fallback", lambda *args: (fallbacks.append(args), fallback(*args))[1]
    )
    programs: dict[Any, Any] = {}
    points = _points(name, 200 if full else 24)
    with mg.ieee():
        for point in points:
            key = len(point), point[-1] if name in PER_EXAMPLE else 0.0
            if key not in programs:
                programs[key] = mg.compile(_jet(name, point[-1]), backend=backend)
            try:
                expected = _on_values(name, point)
            except MicrogradError as error:
                with pytest.raises(type(error)):
                    programs[key]([point])
                continue
            found = programs[key]([point])[0].tolist()
            terms = sum(abs(x) for x in point if math.isfinite(x))
            slack = 1e-305 + (1e-15 * terms if name in ROUNDED_ONCE else 0.0)
            pairs = zip(found, expected, strict=True)
            assert all(_same(a, b, slack) for a, b in pairs), (point, found, expected)
    assert len(fallbacks) < len(points)


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if len(row.points[0]) > 1])
def test_mixed_second_derivatives_are_symmetric(name: str, full: bool) -> None:
    for point in _points(name, 200 if full else 60):
        variables = [mg.Value(x) for x in point]
        with mg.ieee():
            try:
                slopes = mg.grad(mg.OPS[name](*variables), variables, create_graph=True)
                rows = [mg.grad(slope, variables) for slope in slopes]
            except MicrogradError:
                continue
        for i, j in itertools.combinations(range(len(point)), 2):
            a, b = rows[i][j], rows[j][i]
            if math.isfinite(a) and math.isfinite(b):
                assert a == pytest.approx(b, rel=1e-9), (point, i, j)
