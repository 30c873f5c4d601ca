"""Every row of the table against mpmath: value, slopes and curvatures."""

from __future__ import annotations

import contextlib
import copy
import math
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import Any

import oracle
import pytest
from mpmath import mpf
from samples import ROWS, spread

import micrograd_tut as mg
from micrograd_tut import ops
from micrograd_tut.chain_rule import local_derivatives
from micrograd_tut.engine import Constant, Value, record
from micrograd_tut.errors import InputError, MicrogradError
from micrograd_tut.graph.expand import EXPANSIONS
from micrograd_tut.ops.formulas import Symbol
from micrograd_tut.ops.textbook import textbook_partials

LARGEST = math.ldexp(1 - 2.0**-53, 1024)
EPS = 2.0**-52
NAMES = sorted(ops.OPS)


# Next to a root of their derivative two rounded terms of these rows cancel. What holds there
# instead of 4 ulp is an error of so much.
WITH_ROOTS: dict[str, Callable[..., float]] = {
    "silu": lambda x: EPS / 2 if -2 < x < 0 else 0.0,  # -1.278; the terms are 0.2
    "gelu": lambda x: EPS / 2 if -2 < x < 0 else 0.0,  # -0.752
    "mish": lambda x: EPS / 2 if -2 < x < 0 else 0.0,  # -1.192
    "sinc": lambda x: 2 * EPS * math.pi / max(1.0, abs(x)),  # one between any two whole numbers
    "sinc_derivative": lambda x, n: 2 * EPS * math.pi**n / max(1.0, abs(x)),
}
# Its slopes are the curvatures of hypot, of which less is promised.
LOOSER = {"direction": 6.0}
MIXED = {("pow", 1, 0), ("power_term", 2, 1)}  # by the exponent, then by the base


def test_every_row_has_samples_and_an_oracle_and_nothing_else_has() -> None:
    assert set(ROWS) == set(ops.OPS) == set(oracle.VALUE)
    for name, row in ROWS.items():
        arity = ops.OPS[name].arity
        assert row.points, name
        assert arity is None or {len(point) for point in row.points} == {arity}, name


# --- Against the oracle ---------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_value_and_derivatives_are_right_at_the_sample_points(name: str) -> None:
    for point in ROWS[name].points:
        check_value(name, point)
        check_slopes(name, point)
        check_curvatures(name, point)
    for corner in ROWS[name].corners:
        check_value(name, corner)


@pytest.mark.parametrize("name", NAMES)
def test_value_and_derivatives_are_right_over_the_whole_range(
    name: str, full: bool, figure: Callable[..., None]
) -> None:
    worst = 0.0
    sample = 8 if ops.OPS[name].arity == 1 else 4
    for point in spread(name, 300 if full else sample):
        if representable(lambda point=point: oracle.value(name, point)):
            check_value(name, point)
            worst = max(worst, check_slopes(name, point))
            check_curvatures(name, point)
    if name not in WITH_ROOTS | LOOSER.keys():
        figure("worst local derivative", "{:.2f} ulp ({})", worst, name, worst=True)


def check_value(name: str, point: Sequence[float]) -> None:
    """The value lies within 4 ulp; sums that cancel, within 4 ulp of their terms."""
    true = oracle.value(name, point)
    got = apply(name, point)[0].data
    terms = {
        "dot": [a * b for a, b in zip(point, point[len(point) // 2 :], strict=False)],
        "mean": point,
        "logsumexp": point,
    }.get(name, ())
    if name == "sinc_derivative":
        terms = (math.pi ** point[1] / max(1.0, abs(point[0])),)
    largest = max([abs(x) for x in terms], default=0.0)
    error = oracle.distance(got, true) / math.ulp(max(abs(float(true)), largest))
    assert error <= 4, f"{name}{tuple(point)} = {got!r}, but {float(true)!r}"


def check_slopes(name: str, point: Sequence[float]) -> float:
    """Each local derivative lies within 4 ulp, but for those named above; the worst one, in ulp."""
    worst = 0.0
    y, inputs = apply(name, point)
    for i, got in enumerate(local_derivatives(y, Value)):
        if not isinstance(inputs[i], Constant):
            true = oracle.slope(name, point, i)
            error = oracle.ulps(got, true)
            worst = max(worst, error)
            slack = WITH_ROOTS[name](*point) if name in WITH_ROOTS else 0.0
            assert error <= LOOSER.get(name, 4.0) or oracle.distance(got, true) <= slack, (
                f"d {name}{tuple(point)} by input {i} = {got!r}, but {float(true)!r}: {error} ulp"
            )
    return worst


def check_curvatures(name: str, point: Sequence[float]) -> None:
    """Each second derivative lies within 16 ulp plus 8 eps |f'| / max(1, |x|)."""
    y, inputs = apply(name, point)
    if 0 < abs(oracle.value(name, point)) < sys.float_info.min:
        return  # a subnormal output has lost digits that its derivatives are made of
    variables = [i for i, v in enumerate(inputs) if not isinstance(v, Constant)]
    with mg.ieee():
        slopes = mg.grad(y, inputs, create_graph=True)
        for i in variables:
            seconds = mg.grad(slopes[i], inputs)
            for j in variables:
                true = oracle.curvature(name, point, i, j)
                first = abs(oracle.slope(name, point, i))
                if first < LARGEST and (abs(true) < LARGEST or math.isfinite(seconds[j])):
                    scale = max(1.0, abs(point[j]))
                    if name in ("direction", "atan2"):  # keeps its shape at every scale
                        scale = math.hypot(*point)
                    elif (name, i, j) in MIXED:  # two terms cancel where y * log(x) is -1
                        scale = abs(point[j])
                    error = oracle.distance(seconds[j], true) - float(8 * EPS * first / scale)
                    assert error <= 16 * oracle.unit(true), (
                        f"d² {name}{tuple(point)} by {i}, {j} = {seconds[j]!r}, but {float(true)!r}"
                    )


def apply(name: str, point: Sequence[float]) -> tuple[Value, tuple[Value, ...]]:
    """The row on Values, and these Values."""
    constants = ROWS[name].constants
    inputs = tuple(Constant(x) if i in constants else Value(x) for i, x in enumerate(point))
    return record(ops.OPS[name], inputs), inputs


def representable(compute: Any) -> bool:
    """Whether the true value is one real number that a float can hold."""
    try:
        true = compute()
    except (ArithmeticError, ValueError):
        return False
    return isinstance(true, mpf) and abs(true) <= LARGEST


# --- One row, many readings -----------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_textbook_form_equals_the_exact_one(name: str) -> None:
    op = ops.OPS[name]
    for point in ROWS[name].points:
        lost_digits = max(map(abs, point)) > 10
        if lost_digits or (name, point) == ("sinc", (0.0,)):  # the textbook's form is 0 / 0 there
            continue
        out = op.evaluate(point)
        for i in range(len(point)):
            if i not in ROWS[name].constants:
                exact = op.partials_at(point, out)[i]
                book = textbook_partials(op, point, out)[i]
                assert book == pytest.approx(exact, rel=1e-8, abs=1e-12), (name, point, i)


@pytest.mark.parametrize("name", sorted(EXPANSIONS))
def test_the_expansion_has_the_same_value_and_the_same_gradients(name: str) -> None:
    for point in ROWS[name].points:
        if max(map(abs, point)) > 15:  # the simpler forms overflow, or lose their digits
            continue
        y, inputs = apply(name, point)
        simpler = mg.expand(y)
        assert simpler.data == pytest.approx(y.data, rel=1e-7, abs=1e-12)
        assert mg.grad(simpler, inputs) == pytest.approx(mg.grad(y, inputs), rel=1e-6, abs=1e-9)
        assert simpler.op is not ops.OPS[name] or name == "dot"


@pytest.mark.parametrize("name", NAMES)
def test_a_row_gives_a_float_on_floats_and_a_value_on_values(name: str) -> None:
    op, point = ops.OPS[name], ROWS[name].points[0]
    number, y = op(*point), op(*map(Value, point))
    assert type(number) is float
    assert type(y) is Value
    assert number == y.data


@pytest.mark.parametrize("name", NAMES)
def test_a_row_reads_symbols_as_a_formula(name: str) -> None:
    op = ops.OPS[name]
    letters = [Symbol(letter) for letter in "abcdefg"[: len(ROWS[name].points[0])]]
    formula, out = str(op(*letters)), Symbol("out")
    assert "a" in formula
    for i in range(len(letters)):
        if i not in ROWS[name].constants:
            for texts in (op.partials_at(letters, out), textbook_partials(op, letters, out)):
                assert isinstance(texts[i], (Symbol, float))


METHODS = [name for name in NAMES if hasattr(Value, name) and name not in ("sum", "mean")]


def test_every_named_function_of_the_package_is_also_a_method() -> None:
    functions = {name for name in NAMES if getattr(mg, name, None) is ops.OPS[name]}
    assert functions - set(METHODS) == {"where", "sum", "mean", "prod", "logsumexp"}


@pytest.mark.parametrize("name", METHODS)
def test_the_method_records_what_the_function_records(name: str) -> None:
    first, *others = ROWS[name].points[0]
    by_method = getattr(Value(first), name)(*others)
    by_function = getattr(mg, name)(Value(first), *others)
    assert by_method.op is by_function.op is ops.OPS[name]
    assert by_method.data == by_function.data == ops.OPS[name](first, *others)


def test_a_cube_root_is_right_to_the_last_place() -> None:
    for (x,) in spread("cbrt", 300, seed=1):
        assert oracle.ulps(mg.cbrt(x), oracle.value("cbrt", [x])) <= 1, x


# --- Calls ----------------------------------------------------------------------------------


def test_leaky_relu_and_elu_have_micrograds_way_to_leave_alpha_out() -> None:
    assert mg.leaky_relu(-2.0) == -0.02
    assert mg.leaky_relu(-2.0, 0.5) == -1.0
    assert Value(-2.0).leaky_relu().data == -0.02
    assert mg.elu(-1.0) == math.expm1(-1.0)
    assert Value(-1.0).elu(2).data == 2 * math.expm1(-1.0)


def test_a_logarithm_takes_a_base_as_in_python() -> None:
    assert mg.log(1000, 10) == 3.0  # math.log gives 2.9999999999999996
    assert mg.log(8.0, base=2) == Value(8.0).log(2).data == 3.0
    x = Value(5.0)
    mg.log(x, 3).backward()
    assert x.grad == pytest.approx(1 / (5 * math.log(3)), rel=1e-15)


def test_a_remainder_has_the_sign_of_the_divisor_as_in_python() -> None:
    for x, y in [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (1.0, 0.1), (6.0, 3.0)]:
        a, b = Value(x), Value(y)
        remainder, whole = a % b, a // b
        assert (remainder.data, whole.data) == (x % y, x // y)
        assert mg.grad(remainder, [a, b]) == [1.0, -(x // y)]
        assert mg.grad(whole, [a, b]) == [0.0, 0.0]
        assert ((x % b).data, (x // b).data, (a % y).data, (a // y).data) == (
            x % y,
            x // y,
            x % y,
            x // y,
        )


def test_the_derivatives_of_sinc_are_right_at_0_and_at_whole_numbers() -> None:
    x = Value(0.0)
    (slope,) = mg.grad(mg.sinc(x), [x], create_graph=True)
    assert (slope.data, *mg.grad(slope, [x])) == (0.0, pytest.approx(-(math.pi**2) / 3, rel=1e-15))
    for n in (1.0, 2.0, -3.0, 1e6):
        v = Value(n)
        y = mg.sinc(v)
        assert (y.data, *mg.grad(y, [v])) == (0.0, (-1) ** int(n) / n)


def test_a_product_has_the_right_derivatives_where_inputs_are_0() -> None:
    a, b, c = Value(0.0), Value(3.0), Value(2.0)
    assert mg.grad(mg.prod([a, b, c]), [a, b, c]) == [6.0, 0.0, 0.0]
    assert mg.grad(mg.prod([a, b, a]), [a, b]) == [0.0, 0.0]


def test_a_product_neither_overflows_nor_underflows_on_the_way() -> None:
    assert mg.prod([1e200, 1e200, 1e-200]) == pytest.approx(1e200, rel=1e-15)
    assert mg.prod([1e-200, 1e-200, 1e200, 1e200]) == pytest.approx(1.0, rel=1e-15)
    assert math.copysign(1.0, mg.prod([-0.0, 2.0])) == -1.0


def test_log_softmax_is_the_logarithm_of_softmax() -> None:
    logs = mg.log_softmax([Value(0.1), 2.0, -3.0])
    assert [v.data for v in logs] == pytest.approx(
        [math.log(p) for p in mg.softmax([0.1, 2.0, -3.0])], rel=1e-14
    )
    assert mg.log_softmax([1000.0, 0.0]) == [0.0, -1000.0]


def test_clip_shares_the_gradient_at_its_ends() -> None:
    x, low, high = Value(2.0), Value(-1.0), Value(2.0)
    assert mg.grad(mg.clip(x, low, high), [x, low, high]) == [0.5, 0.0, 0.5]


def test_lists_and_arguments_give_the_same() -> None:
    assert mg.maximum([1, 3, 2]) == mg.maximum(1, 3, 2) == 3.0
    assert mg.sum([1, 2.5]) == 3.5
    assert mg.mean([1, 2]) == 1.5
    assert mg.maximum(x for x in (1, 2)) == 2.0


def test_dot_adds_the_bias() -> None:
    assert mg.dot([1, 2], [3, 4]) == 11.0
    assert mg.dot([1, 2], [3, 4], 5) == 16.0
    y = mg.dot([Value(1.0), 2], [3, Value(4.0)], 5)
    assert (y.data, y.op) == (16.0, ops.weighted_sum)


@pytest.mark.parametrize(
    "name", ["sum", "mean", "prod", "maximum", "logsumexp", "softmax", "log_softmax"]
)
def test_an_empty_list_is_refused_by_name(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} needs at least one value"):
        getattr(mg, name)([])


def test_dot_refuses_lists_of_different_lengths() -> None:
    with pytest.raises(InputError, match="as many weights as inputs; got 2 and 1"):
        mg.dot([1.0, 2.0], [3.0])
    with pytest.raises(InputError, match="got 0 and 0"):
        mg.dot([], [])


REFUSED = [
    (lambda: mg.dot([1.0, 2.0], [3.0]), "dot needs as many weights as inputs; got 2 and 1"),
    (
        lambda: mg.hypot(1.0, 2.0, 3.0),
        "call it as hypot(x, y); got 3 inputs: too many positional arguments",
    ),
    (lambda: mg.softmax([]), "softmax needs at least one value; got none"),
    (lambda: mg.mean([]), "mean needs at least one value; got none"),
    (
        lambda: mg.softmax(3.0),  # type: ignore[arg-type]
        "softmax needs a list of numbers or Values, such as [a, b]; got 3.0",
    ),
    (
        lambda: ops.OPS["power_term"](2.0, 0.0, 0.5, 1.0),
        "x1 * x2 ** (x3 - x4) needs x3 >= x4 if x2 = 0; got x2 = 0.0, x3 = 0.5, x4 = 1.0.",
    ),
    (
        lambda: mg.dot([1e300, 2e300, 3e300, 4e300, 5e300], [1e10, 1e10, 1.0, 1.0, 1.0]),
        "x1 * x6 + … + x5 * x10 is too large for a float (the largest is about 1.8e308); "
        "got x1 = 1e+300, x2 = 2e+300, x3 = 3e+300, x4 = 4e+300. Scale the numbers down, or "
        "compute inside `with mg.ieee():` to get inf.",
    ),
    (
        lambda: mg.dot([1e300, 1e100], [1e10, 1.0], 2.0),
        "x1 * x3 + x2 * x4 + x5 is too large for a float (the largest is about 1.8e308); "
        "got x1 = 1e+300. Scale the numbers down, or compute inside `with mg.ieee():` to get inf.",
    ),
    (
        lambda: mg.sum([1e308, 1e308, 1e308]),
        "x1 + x2 + x3 is too large for a float (the largest is about 1.8e308); "
        "got x1 = 1e+308, x2 = 1e+308, x3 = 1e+308. Scale the numbers down, or compute inside "
        "`with mg.ieee():` to get inf.",
    ),
    (
        lambda: Value(object),  # type: ignore[arg-type]
        "a Value holds one real number, not type <class 'object'>: pass an int or a float",
    ),
    (
        lambda: Value(10**5000),
        "the int (too long to print) is too large for a float "
        "(the largest is about 1.8e308). Scale it down first.",
    ),
    (
        lambda: Value(10**400),
        "the int 100000000000000000000000…000000000000 is too large for a float "
        "(the largest is about 1.8e308). Scale it down first.",
    ),
    (
        lambda: Value([1.0, 2.0]),  # type: ignore[arg-type]
        "a Value holds one real number, not list [1.0, 2.0]: "
        "pass its numbers one by one: [mg.Value(x) for x in numbers]",
    ),
    (
        lambda: Value("x" * 38),  # type: ignore[arg-type]
        f"a Value holds one real number, not str {'x' * 38!r}: "
        f"pass float({'x' * 38!r}) if it holds a number",
    ),
    (
        lambda: Value("x" * 39),  # type: ignore[arg-type]
        f"a Value holds one real number, not str '{'x' * 23}…{'x' * 11}': "
        f"pass float('{'x' * 23}…{'x' * 11}') if it holds a number",
    ),
    (
        lambda: ops.OPS["leaky_relu"](-1e200, 1e200),
        "leaky_relu(x, y) is too large for a float (the largest is about 1.8e308); "
        "got x = -1e+200, y = 1e+200. Scale the numbers down, or compute inside "
        "`with mg.ieee():` to get inf.",
    ),
]


@pytest.mark.parametrize(("apply", "message"), REFUSED)
def test_a_refused_input_raises_its_message(apply: Any, message: str) -> None:
    with pytest.raises(MicrogradError) as raised:
        apply()
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("taker", "apply"),
    [
        ("softmax", lambda v: mg.softmax(v)),
        ("dot", lambda v: mg.dot(v, [v])),
        ("dot", lambda v: mg.dot([v], v)),
        ("mean", lambda v: mg.mean(pytest.importorskip("numpy").array(v.data))),
    ],
)
def test_a_number_in_the_place_of_a_list_is_told(taker: str, apply: Any) -> None:
    with pytest.raises(InputError, match=rf"^{taker} needs a list of numbers or Values, such as "):
        apply(Value(1.0))


def test_a_row_tells_its_name() -> None:
    assert (repr(mg.tanh), mg.tanh.__name__) == ("<op tanh>", "tanh")


def test_softmax_shares_add_up_to_one() -> None:
    assert mg.softmax([1000.0, 1000.0]) == [0.5, 0.5]
    assert math.fsum(v.data for v in mg.softmax([Value(0.1), 2.0, -3])) == pytest.approx(
        1, rel=1e-15
    )


def test_rows_survive_copy_and_pickle_as_themselves() -> None:
    for op in ops.OPS.values():
        assert copy.deepcopy(op) is op
        assert pickle.loads(pickle.dumps(op)) is op  # noqa: S301


def test_every_error_of_a_row_is_the_packages_own() -> None:
    for name in NAMES:
        for point in ROWS[name].points:
            with contextlib.suppress(MicrogradError):
                ops.OPS[name](*[-abs(x) * 1e300 for x in point])


def test_an_argument_that_an_operation_does_not_have_is_refused() -> None:
    for x in (2.0, 2, Value(2.0)):
        with pytest.raises(MicrogradError, match=r"call it as tanh\(x\)"):
            mg.tanh(x, alpha=3.0)


def test_a_product_that_overflows_shows_the_first_factors() -> None:
    with pytest.raises(MicrogradError, match=r"got x1 = 1000\.0, x2 = .*, x4 = 1000\.0\. Scale"):
        mg.prod([1e3] * 200)
