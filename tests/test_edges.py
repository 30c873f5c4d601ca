"""Every row at the numbers where functions break: zeros, ends, extremes, inf and nan."""

from __future__ import annotations

import contextlib
import itertools
import math
import random
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import oracle
import pytest
from mpmath import mp, mpf
from samples import ROWS
from test_ops import WITH_ROOTS, check_slopes, check_value

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.compiler.numpy_kernels import KERNELS
from micrograd_tut.errors import MicrogradError, NotFiniteError
from micrograd_tut.graph.expand import EXPANSIONS

inf, nan = math.inf, math.nan
LARGEST, SMALLEST, TINY = sys.float_info.max, sys.float_info.min, 5e-324
UNARY = sorted(name for name, op in ops.OPS.items() if op.arity == 1)
NUMBERS = [0.0, 1.0, LARGEST, SMALLEST, TINY, math.nextafter(1, 0), math.nextafter(1, 2)]
EDGES = [sign * x for x in NUMBERS for sign in (1.0, -1.0)]


def derivatives(name: str, inputs: Sequence[Value]) -> list[float]:
    """The value of a row, its slopes and its curvatures, where they are not refused."""
    y = ops.OPS[name](*inputs)
    numbers = [y.data]
    for slope in mg.grad(y, inputs, create_graph=True):
        numbers.append(slope.data)
        with contextlib.suppress(MicrogradError):  # a curvature too large for a float
            numbers += mg.grad(slope, inputs)
    return numbers


# --- Finite numbers -------------------------------------------------------------------------


def smooth(name: str, x: float) -> bool:
    """Whether a row with one input has a derivative at x; not so at a kink, a jump or an end."""
    if name in ("floor", "ceil"):
        return not x.is_integer()
    corners = {
        "relu": [0.0],
        "relu6": [0.0],
        "selu": [0.0],
        "abs": [0.0],
        "heaviside": [0.0],
        "sign": [0.0],
        "sqrt": [0.0],
        "cbrt": [0.0],
        "asin": [1.0],
        "acos": [1.0],
        "acosh": [1.0],
    }
    return abs(x) not in corners.get(name, [])


@pytest.mark.parametrize("name", UNARY)
def test_value_and_slope_are_right_at_every_edge_or_refused(name: str) -> None:
    for x in EDGES:
        true = true_value(name, x)
        if true is None:
            with pytest.raises((ValueError, ArithmeticError)) as raised:
                ops.OPS[name](Value(x))
            assert isinstance(raised.value, MicrogradError)
            assert repr(x) in str(raised.value)
            continue
        v = Value(x)
        y = ops.OPS[name](v)
        assert oracle.ulps(y.data, true) <= 4, (name, x)
        if smooth(name, x):
            slope = oracle.slope(name, [x], 0)
            if abs(slope) > LARGEST:
                with pytest.raises(NotFiniteError):
                    mg.grad(y, [v])
                continue
            (found,) = mg.grad(y, [v])
            slack = WITH_ROOTS[name](x) if name in WITH_ROOTS else 0.0
            near_root = oracle.distance(found, slope) <= slack
            assert oracle.ulps(found, slope) <= 4 or near_root, (name, x)


def true_value(name: str, x: float) -> Any:
    """The true value at x; None if it does not exist or is too large for a float."""
    try:
        true = oracle.value(name, [x])
    except (ArithmeticError, ValueError):
        return None
    return true if isinstance(true, (mpf, float)) and abs(true) <= LARGEST else None


@pytest.mark.parametrize("name", UNARY)
def test_curvature_is_right_at_every_edge(name: str, full: bool) -> None:
    for x in EDGES:
        if not full and abs(x) in (LARGEST, SMALLEST):
            continue  # they take the oracle a while
        if true_value(name, x) is None or not smooth(name, x):
            continue
        v = Value(x)
        with mg.ieee():
            (slope,) = mg.grad(ops.OPS[name](v), [v], create_graph=True)
            (second,) = mg.grad(slope, [v])
        true = oracle.curvature(name, [x], 0, 0)
        if abs(true) > LARGEST or not math.isfinite(slope.data):
            assert not math.isfinite(second) or abs(second) > 1e300, (name, x)
            continue
        slack = 8 * 2.0**-52 * abs(slope.data) / max(1.0, abs(x))
        error = max(0.0, oracle.distance(second, true) - slack)
        assert error <= 16 * oracle.unit(true), (name, x, second, float(true))


@pytest.mark.parametrize("name", sorted(ROWS))
def test_ints_and_bools_count_as_floats(name: str) -> None:
    op = ops.OPS[name]
    count = len(ROWS[name].points[0])
    for x in (0, 1, -1, True, False, 2):
        try:
            expected = op(*[float(x)] * count)
        except MicrogradError as error:
            with pytest.raises(type(error)):
                op(*[x] * count)
            continue
        for got in (op(*[x] * count), op(*[Value(x)] * count).data):
            assert type(got) is float
            assert got == expected or got != got != expected


@pytest.mark.parametrize("name", [name for name in UNARY if name in EXPANSIONS])
def test_the_expansion_agrees_at_every_edge_where_it_does_not_overflow(name: str) -> None:
    for x in EDGES:
        v = Value(x)
        try:
            y = ops.OPS[name](v)
            simpler = mg.expand(y)
        except MicrogradError:
            continue
        assert simpler.data == pytest.approx(y.data, rel=1e-12, abs=4e-16), x
        if smooth(name, x):
            with mg.ieee():
                slope, simple = mg.grad(y, [v]), mg.grad(simpler, [v])
            assert simple == pytest.approx(slope, rel=1e-9, abs=1e-15), x


# --- Several inputs -------------------------------------------------------------------------

FINITE = [*EDGES, 2.0, -2.0]
ALL = [*FINITE, inf, -inf, nan]
WIDE = sorted(set(ROWS) - set(UNARY))
DIVISIONS = ("div", "floor_div", "mod")
TRACED = sorted(set(ROWS) - {"sinc_derivative"})  # whose order must be a constant


def meetings(name: str, numbers: Sequence[float], count: int) -> list[tuple[float, ...]]:
    """Each of some numbers in each place of a row with two inputs; `count` at random for more."""
    n = len(ROWS[name].points[0])
    if n < 3:
        return list(itertools.product(numbers, repeat=n))
    rng = random.Random(name)
    return [tuple(rng.choice(numbers) for _ in range(n)) for _ in range(count)]


def has_slopes(name: str, point: Sequence[float]) -> bool:
    """Whether a row is smooth at a point."""
    if name in ("floor_div", "mod"):
        return False  # they jump where a quotient is a whole number
    if name == "times_log":
        return point[1] > 0
    if name in ("maximum", "minimum", "equal", "clip"):
        return len(set(map(abs, point))) == len(point)
    if name in ("hypot", "direction", "atan2"):
        return 0 < math.hypot(*point) < inf
    return point[0] != 0 if name in ("kink", "leaky_relu", "elu") else True


def outside(name: str, point: tuple[float, ...]) -> bool:
    """Points outside a domain; of powers, where no derivative by the exponent settles."""
    if name in ("atan2", "clip", "times_log", "log_base", "sinc_derivative"):
        return not {
            "atan2": lambda y, x: y != 0 or x > 0,  # else it depends on the sign of a zero
            "clip": lambda x, low, high: low <= high,
            "times_log": lambda z, x: x >= 0,
            "log_base": lambda x, base: x > 0 < base != 1,
            "sinc_derivative": lambda x, n: n in (1.0, 2.0),
        }[name](*point)
    if name == "power_term":
        return not (point[1] > 0 and abs(point[2]) <= 2 and point[3] in (1, 2))
    if name == "gaussian":
        return point[1] not in (0.5, 1.0)
    return name == "pow" and not (point[0] > 0 and abs(point[1]) <= 2)


@pytest.mark.parametrize("name", WIDE)
def test_value_and_slopes_are_right_where_edges_meet_or_refused(name: str, full: bool) -> None:
    for point in meetings(name, FINITE, 80 if full else 30):
        if outside(name, point):
            continue
        true = oracle.value(name, point) if name not in DIVISIONS or point[1] else inf
        if abs(true) > LARGEST:
            with pytest.raises(MicrogradError):
                ops.OPS[name](*point)
        elif name != "dot" or all(
            abs(w * x) < inf for w, x in zip(point, point[2:4], strict=False)
        ):
            check_value(name, point)
            if has_slopes(name, point):
                with mg.ieee():
                    check_slopes(name, point)


@pytest.mark.parametrize("whole", [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
def test_a_whole_power_of_a_negative_edge_is_right_or_refused(whole: float) -> None:
    for x in EDGES:
        if x > 0 or not x or abs(x**whole if abs(x) < 1e100 and abs(x) > 1e-100 else 0) > 1e300:
            continue
        v = Value(x)
        true = mpf(x) ** int(whole)
        if abs(true) > LARGEST:
            with pytest.raises(NotFiniteError):
                v**whole
            continue
        y = v**whole
        assert oracle.ulps(y.data, true) <= 4
        with mg.ieee():
            assert oracle.ulps(mg.grad(y, [v])[0], whole * mpf(x) ** int(whole - 1)) <= 4


def everything(name: str, inputs: Sequence[Value]) -> list[Value]:
    """The value of a row, its slopes and its curvatures."""
    free = [v for i, v in enumerate(inputs) if i not in ROWS[name].constants]
    y = ops.OPS[name](*inputs)
    slopes = mg.grad(y, free, create_graph=True)
    return [y, *slopes, *(c for s in slopes for c in mg.grad(s, free, create_graph=True))]


@pytest.mark.parametrize("name", TRACED)
def test_compiled_every_edge_gives_what_values_give_to_second_order(name: str, full: bool) -> None:
    points = meetings(name, ALL, 120 if full else 60)
    if name == "gaussian":
        points = [point for point in points if not outside(name, point)]
    step = 2 if full else 5
    ones = [Value(1.0) for _ in points[0]]
    compiled = mg.compile(
        lambda xs: everything(name, [x * one for x, one in zip(xs, ones, strict=True)])
    )
    with mg.ieee():
        expected = [[v.data for v in everything(name, list(map(Value, p)))] for p in points]
        together = compiled(points)
        alone = [compiled([p])[0] for p in points[::step]]
    for point, wanted, found in zip(points, expected, together, strict=True):
        assert_same(name, point, found, wanted)
    for point, wanted, found in zip(points[::step], expected[::step], alone, strict=True):
        assert_same(name, point, found, wanted)


def assert_same(name: str, point: Sequence[float], found: Any, expected: Sequence[float]) -> None:
    """To 1e-12; Values round a sum once, a program at every addition."""
    terms = [abs(x) for x in point if math.isfinite(x)] if name in ("sum", "mean") else []
    np.testing.assert_allclose(
        found, expected, rtol=1e-12, atol=max([1e-305, *(1e-15 * x for x in terms)])
    )


@pytest.mark.parametrize("name", TRACED)
def test_compiled_every_edge_is_refused_as_on_values(name: str) -> None:
    one = Value(1.0)
    compiled = mg.compile(lambda xs: ops.OPS[name](*[x * one for x in xs]))
    for point in meetings(name, FINITE, 30)[::3]:
        if name == "gaussian" and outside(name, point):
            continue
        if name == "direction" and max(map(abs, point)) < SMALLEST:
            continue  # the program divides by a length that has lost digits
        expected = outcome(lambda point=point: ops.OPS[name](*point))
        found = outcome(lambda point=point: compiled([point])[0])
        if isinstance(expected, type):
            assert found is expected, point
        else:
            assert_same(name, point, [found], [expected])


def outcome(compute: Callable[[], Any]) -> Any:
    """A number, or the class of the package's error."""
    try:
        return compute()
    except MicrogradError as error:
        return type(error)


@pytest.mark.parametrize("name", [name for name in WIDE if name in EXPANSIONS])
def test_the_expansion_of_edges_that_meet_agrees_where_it_does_not_overflow(name: str) -> None:
    for point in meetings(name, FINITE, 100):
        inputs = list(map(Value, point))
        try:
            y = ops.OPS[name](*inputs)
            simpler = mg.expand(y)
        except MicrogradError:
            continue
        largest = max(map(abs, point))
        if name == "hypot" and largest < 1e-150:
            continue  # the squares are lost
        assert simpler.data == pytest.approx(y.data, rel=1e-12, abs=4e-16 * largest), point


def test_a_power_whose_exponent_is_rounded_in_its_curvature_keeps_its_digits() -> None:
    x, y = Value(SMALLEST), math.nextafter(1.0, 0.0)
    (slope,) = mg.grad(x**y, [x], create_graph=True)
    with mp.workdps(60):
        true = mpf(y) * (mpf(y) - 1) * mpf(SMALLEST) ** (mpf(y) - 2)
    assert oracle.ulps(mg.grad(slope, [x])[0], true) <= 16


@pytest.mark.parametrize(
    ("y", "mixed"), [(3.0, 0.0), (2.0, 0.0), (1.5, 0.0), (1.0, -inf), (0.5, -inf)]
)
def test_the_mixed_derivatives_of_a_power_at_0_are_the_limit_in_either_order(
    y: float, mixed: float
) -> None:
    """x ** (y - 1) * (1 + y * log(x)) tends to 0 for y > 1, and to -inf for 0 < y <= 1."""
    inputs = [Value(0.0), Value(y)]
    by_x, by_y = mg.grad(inputs[0] ** inputs[1], inputs, create_graph=True)
    assert (mg.grad(by_x, inputs)[1], mg.grad(by_y, inputs)[0]) == (mixed, mixed)


@pytest.mark.parametrize(("name", "times"), [("asin", 1), ("acos", -1), ("atanh", 2)])
@pytest.mark.parametrize("x", [1e-20, 1e-8, -1e-300])
def test_the_curvature_next_to_0_keeps_its_digits(name: str, times: int, x: float) -> None:
    v = Value(x)
    (slope,) = mg.grad(ops.OPS[name](v), [v], create_graph=True)
    assert mg.grad(slope, [v])[0] == pytest.approx(times * x, rel=1e-15, abs=0)


def test_a_weighted_sum_whose_terms_overflow_on_the_way_is_no_error() -> None:
    assert mg.dot([1e308, 1e308, -1e308], [1.0, 1.0, 1.0]) == 1e308
    assert math.copysign(1, mg.dot([-0.0], [1.0])) == -1


def test_the_mean_of_the_largest_floats_is_the_largest_float() -> None:
    assert mg.mean([LARGEST] * 3) == LARGEST
    assert mg.mean([Value(-LARGEST)] * 7).data == -LARGEST
    assert mg.sum([LARGEST, LARGEST, -LARGEST]) == LARGEST
    with pytest.raises(NotFiniteError):
        mg.sum([LARGEST, LARGEST])


# --- inf and nan ----------------------------------------------------------------------------

AT_INFINITY: dict[str, tuple[float, float, float, float]] = {
    # value at -inf and at inf, slope at -inf and at inf; nan where there is no limit
    "neg": (inf, -inf, -1, -1),
    "exp": (0, inf, 0, inf),
    "log": (nan, inf, nan, 0),
    "log1p": (nan, inf, nan, 0),
    "log2": (nan, inf, nan, 0),
    "log10": (nan, inf, nan, 0),
    "exp2": (0, inf, 0, inf),
    "degrees": (-inf, inf, 180 / math.pi, 180 / math.pi),
    "radians": (-inf, inf, math.pi / 180, math.pi / 180),
    "sinc": (nan, nan, nan, nan),
    "floor": (-inf, inf, 0, 0),
    "ceil": (-inf, inf, 0, 0),
    "erfc": (2, 0, 0, 0),
    "selu": (-1.7580993408473766, inf, 0, 1.0507009873554805),
    "mish": (0, inf, 0, 1),
    "softsign": (-1, 1, 0, 0),
    "relu6": (0, 6, 0, 0),
    "hard_sigmoid": (0, 1, 0, 0),
    "expm1": (-1, inf, 0, inf),
    "sqrt": (nan, inf, nan, 0),
    "cbrt": (-inf, inf, 0, 0),
    "abs": (inf, inf, -1, 1),
    "sin": (nan, nan, nan, nan),
    "cos": (nan, nan, nan, nan),
    "tan": (nan, nan, nan, nan),
    "one_minus_square": (-inf, -inf, inf, -inf),
    "asin": (nan, nan, nan, nan),
    "acos": (nan, nan, nan, nan),
    "atan": (-math.pi / 2, math.pi / 2, 0, 0),
    "sinh": (-inf, inf, inf, inf),
    "cosh": (inf, inf, -inf, inf),
    "tanh": (-1, 1, 0, 0),
    "sech2": (0, 0, 0, 0),
    "asinh": (-inf, inf, 0, 0),
    "acosh": (nan, inf, nan, 0),
    "atanh": (nan, nan, nan, nan),
    "erf": (-1, 1, 0, 0),
    "normal_cdf": (0, 1, 0, 0),
    "heaviside": (0, 1, 0, 0),
    "sign": (-1, 1, 0, 0),
    "relu": (0, inf, 0, 1),
    "sigmoid": (0, 1, 0, 0),
    "softplus": (0, inf, 0, 1),
    "silu": (0, inf, 0, 1),
    "gelu": (0, inf, 0, 1),
}


def test_what_happens_at_infinity_is_stated_for_every_row_with_one_input() -> None:
    assert set(AT_INFINITY) == set(UNARY)


@pytest.mark.parametrize("name", UNARY)
def test_infinity_flows_through_as_the_limit(name: str) -> None:
    expected = AT_INFINITY[name]
    for i, x in enumerate([-inf, inf]):
        v = Value(x)
        y = ops.OPS[name](v)
        assert y.data == pytest.approx(expected[i], nan_ok=True), (name, x)
        (slope,) = mg.grad(y, [v])
        if not math.isnan(expected[i]):
            assert slope == pytest.approx(expected[i + 2], nan_ok=True), (name, x)


@pytest.mark.parametrize("name", UNARY)
def test_nan_flows_through(name: str) -> None:
    y = ops.OPS[name](Value(nan))
    assert math.isnan(y.data)
    assert math.isnan(ops.OPS[name](nan))


@pytest.mark.parametrize(
    "name", ["add", "sub", "mul", "div", "sum", "mean", "dot", "maximum", "minimum", "logsumexp",
             "softmax", "hypot", "leaky_relu", "equal", "floor_div", "mod", "prod", "clip", "atan2",
             "log_base", "log_softmax"],
)  # fmt: skip
def test_nan_flows_through_rows_of_many_inputs_from_every_place(name: str) -> None:
    count = ops.OPS[name].arity or 3
    for i in range(1 if name == "leaky_relu" else count):
        numbers = [1.5] * count
        numbers[i] = nan
        assert math.isnan(ops.OPS[name](*map(Value, numbers)).data), i


PAIRS = [
    ("add", (inf, -inf), nan),
    ("add", (inf, 1.0), inf),
    ("sub", (inf, inf), nan),
    ("mul", (inf, 0.0), nan),
    ("mul", (-inf, 2.0), -inf),
    ("div", (inf, inf), nan),
    ("div", (1.0, inf), 0.0),
    ("div", (inf, 2.0), inf),
    ("mod", (inf, 2.0), nan),
    ("mod", (1.0, inf), 1.0),
    ("floor_div", (1.0, inf), 0.0),
    ("prod", (inf, -2.0), -inf),
    ("prod", (inf, 0.0), nan),
    ("clip", (5.0, 0.0, inf), 5.0),
    ("clip", (inf, 0.0, 2.0), 2.0),
    ("atan2", (inf, 1.0), math.pi / 2),
    ("log_base", (inf, 2.0), inf),
    ("log_softmax", (-inf, 1.0), -inf),
    ("log_softmax", (1.0, -inf), 0.0),
    ("pow", (inf, 0.0), 1.0),
    ("pow", (nan, 0.0), 1.0),
    ("pow", (1.0, nan), 1.0),
    ("pow", (2.0, inf), inf),
    ("pow", (2.0, -inf), 0.0),
    ("pow", (0.5, inf), 0.0),
    ("pow", (inf, -1.0), 0.0),
    ("pow", (-inf, 3.0), -inf),
    ("hypot", (inf, 1.0), inf),
    ("hypot", (-inf, 1.0), inf),
    ("maximum", (inf, 1.0), inf),
    ("maximum", (-inf, 1.0), 1.0),
    ("minimum", (-inf, 1.0), -inf),
    ("sum", (inf, 1.0), inf),
    ("sum", (inf, -inf), nan),
    ("mean", (-inf, 1.0), -inf),
    ("dot", (inf, 1.0), inf),
    ("dot", (inf, 0.0), nan),
    ("logsumexp", (inf, 1.0), inf),
    ("logsumexp", (-inf, 1.0), 1.0),
    ("logsumexp", (-inf, -inf), -inf),
    ("softmax", (-inf, 1.0), 0.0),
    ("softmax", (1.0, -inf), 1.0),
    ("where", (1.0, 2.0, nan), 2.0),
    ("where", (0.0, nan, 2.0), 2.0),
]


@pytest.mark.parametrize(("name", "numbers", "expected"), PAIRS)
def test_infinity_meets_other_numbers_as_ieee_says(
    name: str, numbers: tuple[float, ...], expected: float
) -> None:
    for got in (ops.OPS[name](*numbers), ops.OPS[name](*map(Value, numbers)).data):
        assert got == pytest.approx(expected, nan_ok=True)


IN_NUMPY = {  # rows that are one function of NumPy, but for those that do not choose
    name: getattr(np, text.removeprefix("np."))
    for name, text in KERNELS.items()
    if isinstance(text, str) and text.startswith("np.") and name != "where"
}
MORE = [0.3, 2.0, 2.5, 3.0, 400.0, 401.0, 2000.5, inf]
EVERYWHERE = [*EDGES, *MORE, *[-x for x in MORE], nan]


@pytest.mark.parametrize("name", IN_NUMPY)
def test_inside_ieee_every_number_gives_what_numpy_gives(name: str) -> None:
    op = ops.OPS[name]
    for xs in itertools.product(EVERYWHERE, repeat=op.arity or 2):
        with np.errstate(all="ignore"):
            expected = float(IN_NUMPY[name](*xs))
        with mg.ieee():
            got = op(*xs)
        if math.isfinite(expected) and expected:
            assert abs(got - expected) <= 4 * math.ulp(expected), (xs, got, expected)
        else:
            assert got == expected or (got != got and expected != expected), (xs, got, expected)
            if name not in ("sign", "maximum", "minimum"):  # NumPy drops, or picks, these zeros
                same_sign = math.copysign(1, got) == math.copysign(1, expected)
                assert same_sign or got != got, (xs, got, expected)


def test_the_functions_that_rows_name_are_of_numpy_or_the_special_one() -> None:
    named = {text for text in KERNELS.values() if isinstance(text, str)}
    functions = {name for name in named if "{0}" not in name} - {"erf", "erfc"}
    assert {name for name in functions if not hasattr(np, name.removeprefix("np."))} == set()
    assert all(name.startswith("np.") for name in functions)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_inside_ieee_nothing_raises_anywhere(name: str) -> None:
    count = len(ROWS[name].points[0])
    specials = [0.0, -0.0, 1.0, -1.5, LARGEST, -LARGEST, TINY, inf, -inf, nan]
    with mg.ieee():
        for i, x in enumerate(specials):
            for y in specials[i % 3 :: 3]:
                inputs = [Value(z) for z in ([x, y] * count)[:count]]
                out = ops.OPS[name](*inputs)
                slopes = mg.grad(out, inputs, create_graph=True)
                for slope in slopes:
                    mg.grad(slope, inputs)
                out.backward()
                out.forward()


@pytest.mark.parametrize("name", sorted(ROWS))
def test_outside_ieee_only_the_packages_own_errors_are_raised(name: str) -> None:
    count = len(ROWS[name].points[0])
    specials = [0.0, -0.0, 1.0, -1.5, LARGEST, -LARGEST, TINY, inf, -inf, nan]
    for i, x in enumerate(specials):
        for y in specials[i % 3 :: 3]:
            with contextlib.suppress(MicrogradError):
                derivatives(name, [Value(z) for z in ([x, y] * count)[:count]])


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_float_and_a_value_fail_with_the_same_kind_of_error(name: str) -> None:
    op, count = ops.OPS[name], len(ROWS[name].points[0])
    for x in (0.0, -1.5, LARGEST, -LARGEST, 2.0):
        try:
            expected: Any = op(*[x] * count)
        except MicrogradError as error:
            with pytest.raises(type(error)):
                op(*[Value(x)] * count)
            continue
        assert op(*[Value(x)] * count).data == expected
