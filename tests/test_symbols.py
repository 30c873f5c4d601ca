"""Formulas as text: they read as one writes them, and mean what they say."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from samples import ROWS

from micrograd_tut import Value, ops
from micrograd_tut.ops.formulas import NEGATION, Signed, Symbol, call, formula
from micrograd_tut.support.numbers import exact

a, b, c = Symbol("a"), Symbol("b"), Symbol("c")

WRITTEN = [
    (a + b, "a + b"),
    (a - b, "a - b"),
    (a * b, "a * b"),
    (a / b, "a / b"),
    (a**b, "a ** b"),
    (a % b, "a % b"),
    (a // b, "a // b"),
    (-(a // b), "-(a // b)"),
    ((-a) % b, "(-a) % b"),
    (c + (-a) // b, "c + (-a) // b"),
    (c - a % b, "c - (a % b)"),
    (a % b * c, "(a % b) * c"),
    (a * b % c, "a * b % c"),
    (7.0 % a, "7 % a"),
    (-a, "-a"),
    ((a + b) * c, "(a + b) * c"),
    (a * (b + c), "a * (b + c)"),
    (a - (b - c), "a - (b - c)"),
    ((a - b) - c, "a - b - c"),
    (a - (b + c), "a - (b + c)"),
    (a + (b + c), "a + b + c"),
    (a / (b * c), "a / (b * c)"),
    ((a / b) * c, "a / b * c"),
    (a * (b / c), "a * (b / c)"),
    ((a * b) ** c, "(a * b) ** c"),
    (a ** (b * c), "a ** (b * c)"),
    ((a**b) ** c, "(a ** b) ** c"),
    (a ** (b**c), "a ** b ** c"),
    ((-a) ** b, "(-a) ** b"),
    (-(a**b), "-a ** b"),
    (-(a + b), "-(a + b)"),
    (-(a * b), "-a * b"),
    (a + -b, "a - b"),
    (a - -b, "a + b"),
    (a - -b * c, "a + b * c"),
    (-a + b, "-a + b"),
    (a * 2.0, "a * 2"),
    (2 * a, "2 * a"),
    (0.5 * a, "0.5 * a"),
    (a ** (-0.5), "a ** (-0.5)"),
    (2.0**a, "2 ** a"),
    (1.0 / a, "1 / a"),
    (1 - a, "1 - a"),
]


@pytest.mark.parametrize(("formula", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_a_formula_is_written_with_the_parentheses_that_it_needs(formula: Any, text: str) -> None:
    assert str(formula) == text


@pytest.mark.parametrize("text", [text for _, text in WRITTEN])
def test_python_reads_a_formula_as_it_was_meant(text: str) -> None:
    """Parsed by Python, evaluated on numbers and on Symbols, it is the same formula again."""
    tree = eval(text, {}, {"a": a, "b": b, "c": c})  # noqa: S307
    assert str(tree) == text


FOLDED = [
    (a * 1.0, "a"),
    (1.0 * a, "a"),
    (a + 0.0, "a"),
    (0.0 + a, "a"),
    (a - 0.0, "a"),
    (0.0 - a, "-a"),
    (a * 0.0, "0.0"),
    (-1.0 * a, "-a"),
    (a / 1.0, "a"),
    (a**1.0, "a"),
    (a * -1.0, "-a"),
]


@pytest.mark.parametrize(("formula", "text"), FOLDED)
def test_what_changes_nothing_is_not_written(formula: Any, text: str) -> None:
    assert str(formula) == text


SIGNED = [
    (a + Signed("-3", NEGATION), "a + -3"),
    (a - Signed("-3", NEGATION), "a - (-3)"),
    (a + Signed("-3", NEGATION) * b, "a + -3 * b"),
    (a * Signed("-3", NEGATION), "a * -3"),
    (Signed("-3", NEGATION) - a, "-3 - a"),
    (Signed("-3", NEGATION) ** b, "(-3) ** b"),
]


@pytest.mark.parametrize(("formula", "text"), SIGNED)
def test_what_is_signed_keeps_its_minus_in_a_sum(formula: Any, text: str) -> None:
    assert str(formula) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (-3.0, "-3"), (0.1, "0.1"), (1e300, "1e+300"), (2.5e-8, "2.5e-08"),
     (1e16, "1e+16"), (math.inf, "inf"), (-0.5, "-0.5"), (True, "1")],
)  # fmt: skip
def test_numbers_are_written_short_and_exact(value: float, text: str) -> None:
    assert exact(value) == text
    assert float(exact(value)) == value


def test_minus_zero_keeps_its_sign_in_text() -> None:
    assert math.copysign(1, float(exact(-0.0))) == -1


def test_nan_is_written() -> None:
    assert exact(math.nan) == "nan"


def test_a_call_cuts_long_lists_in_the_middle() -> None:
    assert str(call("f", a, b)) == "f(a, b)"
    assert str(call("f", a, b, c, a)) == "f(a, b, c, a)"
    assert str(call("f", a, b, c, a, b)) == "f(a, b, …, b)"
    assert str(call("f", a + b)) == "f(a + b)"


@pytest.mark.parametrize("name", sorted(ops.OPS))
def test_a_row_written_out_gives_its_value(name: str) -> None:
    """The text is Python over the table's functions, so it can be evaluated."""
    op = ops.OPS[name]
    for point in ROWS[name].points:
        letters = "pqrstuv"[: len(point)]
        text = str(formula(name, map(Symbol, letters)))
        if "…" in text:
            continue
        functions = {n: (lambda *xs, n=n: ops.OPS[n](*xs)) for n in ops.OPS}
        scope = {**functions, **dict(zip(letters, point, strict=True))}
        value = eval(text, {}, scope)  # noqa: S307
        assert value == pytest.approx(op(*point), rel=1e-12, abs=1e-15 * max(map(abs, point)))


@pytest.mark.parametrize("name", sorted(ops.OPS))
def test_a_derivative_written_out_gives_its_number(name: str) -> None:
    op, row = ops.OPS[name], ROWS[name]
    for point in row.points:
        letters = "pqrstuv"[: len(point)]
        out = op.evaluate(point)
        functions = {n: (lambda *xs, n=n: ops.OPS[n](*xs)) for n in ops.OPS}
        scope = {**functions, **dict(zip(letters, point, strict=True)), "out": out}
        for i in range(len(point)):
            if i in row.constants:
                continue
            text = str(op.partials_at(list(map(Symbol, letters)), Symbol("out"))[i])
            if "…" not in text and "nan" not in text:
                value = eval(text, {}, scope)  # noqa: S307
                assert value == pytest.approx(op.partials_at(point, out)[i], rel=1e-9, abs=1e-300)


# --- Any formula ----------------------------------------------------------------------------

leaves = st.sampled_from([("a", 1.25), ("b", -0.75), ("c", 3.5)]).map(
    lambda leaf: (Symbol(leaf[0]), leaf[1])
) | st.sampled_from([0.0, 1.0, -1.0, 2.0, -0.5]).map(lambda x: (x, x))


def combined(children: Any) -> Any:
    def apply(sign: str, left: Any, right: Any) -> Any:
        symbol, value = left
        other, number = right
        if sign == "+":
            return symbol + other, value + number
        if sign == "-":
            return symbol - other, value - number
        if sign == "*":
            return symbol * other, value * number
        return -symbol, -value

    return st.builds(apply, st.sampled_from("+-*n"), children, children)


@settings(max_examples=300, deadline=None)
@given(st.recursive(leaves, combined, max_leaves=12))
def test_any_formula_means_what_was_meant(pair: tuple[Any, float]) -> None:
    formula, value = pair
    written = eval(str(formula), {}, {"a": 1.25, "b": -0.75, "c": 3.5})  # noqa: S307
    assert written == pytest.approx(value, rel=1e-12, abs=1e-12)


def test_a_value_lets_a_symbol_read_the_operation() -> None:
    assert str(Value(2.0) + Symbol("x")) == "2 + x"
    assert str(Value(2.0) * Symbol("x")) == "2 * x"
    assert str(Value(2.0) - Symbol("x")) == "2 - x"


LONG = [
    (ops.sum, 4, "x1 + x2 + x3 + x4"),
    (ops.sum, 5, "x1 + x2 + … + x5"),
    (ops.sum, 7, "x1 + x2 + … + x7"),
    (ops.OPS["dot"], 8, "x1 * x5 + x2 * x6 + x3 * x7 + x4 * x8"),
    (ops.OPS["dot"], 9, "x1 * x5 + x2 * x6 + x3 * x7 + x4 * x8 + x9"),
    (ops.OPS["dot"], 10, "x1 * x6 + … + x5 * x10"),
    (ops.OPS["dot"], 15, "x1 * x8 + … + x7 * x14 + x15"),
]


@pytest.mark.parametrize(("op", "count", "text"), LONG)
def test_a_long_sum_is_written_by_its_ends(op: Any, count: int, text: str) -> None:
    assert str(formula(op.name, [Symbol(f"x{i + 1}") for i in range(count)])) == text
