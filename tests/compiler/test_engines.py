"""One meaning in every engine: each operation with its derivatives, at special numbers too.

NumPy code, loops, machine code and JavaScript give what Values give, to rounding; inf, nan and
errors exactly. Formulas are compared in `test_symbols`, torch in `bridges/test_tensors`.
"""

from __future__ import annotations

import itertools
import json
import math
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from samples import ROWS, spread

import micrograd_tut as mg
from micrograd_tut.compiler import numba_backend
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


def _jet(name: str, order: float = 0.0, *, hessian: bool = True) -> Any:
    """A function of a list: the operation, its gradient, and the rows of its Hessian."""
    constants = ROWS[name].constants

    def function(x: list[Any]) -> list[Any]:
        inputs = [order if name in PER_EXAMPLE and i in constants else v for i, v in enumerate(x)]
        variables = [v for i, v in enumerate(inputs) if i not in constants]
        y = mg.OPS[name](*inputs)
        slopes = mg.grad(y, variables, create_graph=True)
        curved = slopes if hessian else []
        rows = [mg.grad(slope, variables, create_graph=True) for slope in curved]
        return [y, *slopes, *itertools.chain(*rows)]

    return function


def _on_values(name: str, point: tuple[float, ...], *, hessian: bool = True) -> list[float]:
    jet = _jet(name, point[-1], hessian=hessian)
    return [v.data for v in jet([mg.Value(x) for x in point])]


def _slack(name: str, point: tuple[float, ...]) -> float:
    """The size of a difference that rounding explains."""
    terms = sum(abs(x) for x in point if math.isfinite(x))
    return 1e-305 + (1e-15 * terms if name in ROUNDED_ONCE else 0.0)


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
    points = _points(name, 60 if full else 24)
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
            slack = _slack(name, point)
            pairs = zip(found, expected, strict=True)
            assert all(_same(a, b, slack) for a, b in pairs), (point, found, expected)
    assert len(fallbacks) < len(points)


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if len(row.points[0]) > 1])
def test_mixed_second_derivatives_are_symmetric(name: str, full: bool) -> None:
    for point in _points(name, 100 if full else 60):
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


# --- Machine code -----------------------------------------------------------------------------


@pytest.mark.skipif(bool(numba_backend.why_missing()), reason="needs numba")
def test_machine_code_gives_the_value_and_gradient_of_values(
    tries: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    count = min(tries(2, 4), len(ROWS))
    for name in random.Random(4).sample(sorted(ROWS), count):
        programs: dict[Any, Any] = {}
        for point in _points(name, 60):
            key = len(point), point[-1] if name in PER_EXAMPLE else 0.0
            if key not in programs:
                jet = _jet(name, point[-1], hessian=False)
                programs[key] = mg.compile(jet, backend="native")
            with mg.ieee():
                try:
                    expected = _on_values(name, point, hessian=False)
                except MicrogradError as error:
                    with pytest.raises(type(error)):
                        programs[key]([point])
                    continue
                found = programs[key]([point])[0].tolist()
            pairs = zip(found, expected, strict=True)
            slack = _slack(name, point)
            assert all(_same(a, b, slack) for a, b in pairs), (name, point, found, expected)
    figure("operations in machine code", "{:,} give what Values give, at 60 points each", count)


# --- JavaScript -------------------------------------------------------------------------------

RUN = """\
for (const [path, points] of JOBS) {
  const { build, columns } = await import(path);
  const { forward } = build(new Float64Array(0), new Float64Array(0), 1);
  const results = points.map((point) => {
    try {
      return [...forward(columns([point]))].map((x) => (Object.is(x, -0) ? "-0" : String(x)));
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  });
  console.log(JSON.stringify(results));
}
"""


def _in_javascript(number: float) -> str:
    names = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
    return names.get(repr(number), repr(number))


@pytest.mark.skipif(not shutil.which("node"), reason="JavaScript needs node on PATH")
def test_javascript_gives_the_value_and_gradient_of_values(
    full: bool, tmp_path: Path, figure: Callable[..., None]
) -> None:
    jobs, cases = [], []
    for name in ROWS:
        groups: dict[Any, list[tuple[float, ...]]] = {}
        for point in _points(name, 60 if full else 24):
            groups.setdefault((len(point), point[-1] if name in PER_EXAMPLE else 0), []).append(
                point
            )
        for (width, order), points in groups.items():
            with mg.ieee():
                jet = mg.compile(_jet(name, order, hessian=False), example=(points[0],))
            path = tmp_path / f"{len(jobs)}.mjs"
            path.write_text(jet.executable([width]).javascript, encoding="utf-8")
            listed = ", ".join(f"[{', '.join(map(_in_javascript, point))}]" for point in points)
            jobs.append(f"[{json.dumps(path.as_uri())}, [{listed}]]")
            cases.append((name, points))
    runner = tmp_path / "run.mjs"
    runner.write_text(f"const JOBS = [{', '.join(jobs)}];\n{RUN}", encoding="utf-8")
    done = subprocess.run(["node", runner], capture_output=True, text=True, check=True)
    compared = 0
    for (name, points), line in zip(cases, done.stdout.splitlines(), strict=True):
        for point, found in zip(points, json.loads(line), strict=True):
            compared += _agrees(name, point, found)
    figure("points in JavaScript", "{:,} give what Values give", compared)


def _agrees(name: str, point: tuple[float, ...], found: list[str] | str) -> bool:
    """Compare what JavaScript gives at a point with Values; returns whether there is a number.

    It has no `mg.ieee`: it takes finite numbers, and gives such numbers or an error.
    """
    if not all(map(math.isfinite, point)):
        assert "must be finite" in found, (name, point, found)
        return False
    try:
        with mg.ieee():
            expected = _on_values(name, point, hessian=False)
    except MicrogradError:  # a derivative that does not exist
        return False
    if not all(map(math.isfinite, expected)) or (name == "pow" and point == (0.0, 0.0)):
        # The derivative of 0 ** 0 is 0 * inf; other engines go back to Values there.
        assert "though all numbers given are finite" in found, (name, point, found, expected)
        return False
    numbers = [float(x) for x in found] if isinstance(found, list) else []
    if name == "hypot" and point == (5e-324, 5e-324):
        return False  # Math.hypot rounds to one of them
    pairs = itertools.zip_longest(numbers, expected, fillvalue=math.nan)
    slack = _slack(name, point)
    assert all(_same(a, b, slack) for a, b in pairs), (name, point, found, expected)
    return True
