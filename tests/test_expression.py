"""Typed formulas: what they give, and how mistakes are shown."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, strategies as st

import micrograd_tut as mg
from micrograd_tut import ops
from micrograd_tut.engine import topological
from micrograd_tut.errors import ExpressionError
from micrograd_tut.expression import evaluate, expression

NUMBERS = {"a": 2.0, "b": -3.0, "c": 0.25}

_leaf = st.sampled_from(["a", "b", "c", "1", "2.5", ".5", "3.", "1e-2", "pi"])
_formula = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.builds(
            "{} {} {}".format, inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner
        ),
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("+{}".format, inner),
    ),
    max_leaves=8,
)


@given(_formula)
def test_signs_bind_as_in_python(text: str) -> None:
    try:
        expected = eval(text, {}, {**NUMBERS, "pi": math.pi})  # noqa: S307 – Python is the oracle
    except (ZeroDivisionError, OverflowError, TypeError):  # TypeError: a remainder of complex
        expected = math.inf
    if isinstance(expected, complex) or not math.isfinite(expected):
        with pytest.raises(ExpressionError):
            evaluate(text, NUMBERS)
    else:
        assert evaluate(text, NUMBERS) == pytest.approx(expected, rel=1e-15, abs=1e-300)


@given(st.text(max_size=40) | st.text("ab12.+-*/()[]=,; etanhxp", max_size=30))
def test_any_text_gives_a_number_or_an_expression_error(text: str) -> None:
    try:
        found = evaluate(text, NUMBERS)
    except ExpressionError as error:
        first, line, carets = str(error).split("\n")
        assert first
        assert line.startswith("    ")
        assert set(carets.strip()) == {"^"}
    else:
        assert isinstance(found, (float, int))


def test_the_same_graph_is_recorded_as_by_python() -> None:
    a, b, c = (mg.Value(x, label=name) for name, x in NUMBERS.items())
    by_hand = (a * b + c**2 - 1 / a).tanh()
    typed = expression("(a*b + c**2 - 1/a).tanh()", NUMBERS)
    described = [
        [(v.op, v.label, v.data, type(v)) for v in topological(y)] for y in (typed, by_hand)
    ]
    assert described[0] == described[1]
    typed.backward()
    by_hand.backward()
    assert [v.grad for v in topological(typed)] == [v.grad for v in topological(by_hand)]


def test_a_constant_exponent_is_a_constant_even_if_it_is_negative_or_a_fraction() -> None:
    y = expression("b**-2 + a**(1/3)", NUMBERS)
    y.backward()
    b, a = (v for v in topological(y) if v.label)
    assert b.grad == pytest.approx(-2 * (-3.0) ** -3)
    assert a.grad == pytest.approx(2.0 ** (-2 / 3) / 3)


@pytest.mark.parametrize("name", sorted(ops.OPS))
def test_every_row_of_the_table_can_be_called_by_its_name(name: str) -> None:
    assert callable(getattr(ops, name))
    with pytest.raises(ExpressionError, match="is a function: write"):
        evaluate(name, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tanh(0.5)", math.tanh(0.5)),
        ("hypot(3, 4)", 5.0),
        ("(3).hypot(4)", 5.0),
        ("leaky_relu(b)", -0.03),
        ("b.leaky_relu(0.5)", -1.5),
        ("maximum(a, b, c)", 2.0),
        ("mean([a, b, 4])", 1.0),
        ("dot([a, b], [1, 2], 10)", 6.0),
        ("softmax([0, log(3)])[1]", 0.75),
        ("sum(softmax([a, b, c]))", 1.0),
        ("2*pi", math.tau),
    ],
)
def test_functions_take_arguments_lists_and_method_calls(text: str, expected: float) -> None:
    assert evaluate(text, NUMBERS) == pytest.approx(expected, rel=1e-15)


def test_named_parts_can_be_used_after_and_label_their_values() -> None:
    y = expression("d = a*b; e = d + c; L = e*d;", NUMBERS)
    assert y.data == (-6 + 0.25) * -6
    assert y.label == "L"
    assert {v.label for v in topological(y)} == {"a", "b", "c", "d", "e", "L"}


@pytest.mark.parametrize("text", ["a · b", "a × b", "−a * 3", "2 − 8"])
def test_signs_are_read_as_a_book_prints_them(text: str) -> None:
    assert evaluate(text, NUMBERS) == -6.0


def test_a_name_that_is_no_identifier_is_read_as_a_whole() -> None:
    names = {"L": 100.0, "∂L/∂a": 5.0, "∂L/∂ab": 7.0, "a.grad": 3.0, "a": 2.0}
    assert evaluate("∂L/∂a · a + ∂L/∂ab", names) == 17.0
    assert evaluate("2*a.grad - a", names) == 4.0
    with pytest.raises(ExpressionError, match="unexpected ∂"):
        evaluate("∂L/∂abc", names)


def test_a_name_that_is_given_wins_over_pi() -> None:
    assert evaluate("pi", {"pi": 3.0}) == 3.0


@pytest.mark.parametrize(
    ("text", "said", "spot"),
    [
        ("tanh(a * )", "is expected here", ")"),
        ("a + * b", "is expected here", "*"),
        ("a b", "an operator such as * is missing", "b"),
        ("2a", "an operator such as * is missing", "a"),
        ("a(b)", "unknown function a", "a"),
        ("tanj(a)", "did you mean tan", "tanj"),
        ("max(a, b)", "did you mean maximum?", "max"),
        ("min(a, b)", "did you mean minimum?", "min"),
        ("a^2", "write ** for a power", "^"),
        ("a ÷ b", "write /", "÷"),
        ("e^a", "for a power of e write exp(x), for other powers **", "e"),
        ("a^e", "exp(x) for a power of e", "^"),
        ("|a|", "write abs(x)", "|"),
        ("√a", "write sqrt(x)", "√"),
        ("a²", "write a**2", "a²"),
        ("ab", "write a*b for a product", "ab"),
        ("(a + b", "is not closed", "("),
        ("tanh(a", "is not closed", "("),
        ("a + b)", "unmatched", ")"),
        ("a * x", "add x=NUMBER, such as x=1.0", "x"),
        ("1 + log(b)", "log(x) needs x > 0; got x = -3.0", "log"),
        ("a / 0", "needs y != 0", "/"),
        ("exp(1000)", "too large", "exp"),
        ("1e999", "too large", "1e999"),
        ("relu(a, b)", "call it as relu(x); got 2 inputs", "relu"),
        ("softmax([a, b])[2]", "the list has 2", "2"),
        ("softmax([a, b]) * 2", "takes numbers, not a list", "*"),
        ("a[0]", "picks from a list", "["),
        ("a.data", "a call is expected", "data"),
        ("3 = a", "unexpected", "="),
        ("a ; ; b", "is expected here", ";"),
        ("a + 'x'", "unexpected", "'"),
    ],
)
def test_a_mistake_is_shown_with_carets_under_the_spot(text: str, said: str, spot: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(said)) as caught:
        evaluate(text, NUMBERS)
    _, line, carets = str(caught.value).split("\n")
    assert line == "    " + text
    assert line[carets.index("^") : carets.rindex("^") + 1] == spot


def test_a_name_similar_to_a_given_one_is_suggested() -> None:
    with pytest.raises(ExpressionError, match=r"did you mean width\?"):
        evaluate("2 * wdith", {"width": 3.0})


def test_a_variable_cannot_get_another_value() -> None:
    with pytest.raises(ExpressionError, match="a has a value already; give this part another name"):
        expression("a = 2; a * b", {"a": 1.0, "b": 3.0})


def test_an_unknown_function_is_told_with_the_public_ones_alone() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("zebra(a)", NUMBERS)
    listed = str(caught.value).split("available: ")[1].split("\n")[0].split(", ")
    assert listed == sorted(set(ops.OPS) & {*mg.__all__, "abs", "sum"})


@pytest.mark.parametrize("name", ["kinks", "sech", "directions", "power_terms"])
def test_no_inner_row_is_suggested(name: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(f"{name}(a)", NUMBERS)
    assert f"did you mean {name[:4]}" not in str(caught.value)


def test_the_end_is_pointed_at_where_something_is_missing_there() -> None:
    with pytest.raises(ExpressionError, match=r"is expected here\n    a \+\n       \^$"):
        evaluate("a +", NUMBERS)


def test_carets_stand_under_wide_letters() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("日本 + 2", {})
    assert str(caught.value).endswith("\n    日本 + 2\n    ^^^^")


def test_of_a_long_text_only_the_surroundings_of_the_spot_are_shown() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("a + " * 20_000 + "a ! b" + " + a" * 20_000, NUMBERS)
    _, line, carets = str(caught.value).split("\n")
    assert len(line) < 80
    assert line[carets.index("^")] == "!"


def test_control_characters_are_not_passed_on_to_the_terminal() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("a + \x1b[31m\n + \u202e\ud800", NUMBERS)
    assert "\n".join(filter(str.isprintable, str(caught.value).split("\n"))) == str(caught.value)


def test_a_sum_of_ten_thousand_terms_is_read() -> None:
    assert evaluate(" + ".join(["a"] * 10_000), NUMBERS) == 20_000


@pytest.mark.parametrize("opening", ["(", "-", "tanh(", "["])
def test_nesting_without_end_is_an_error_and_not_a_crash(opening: str) -> None:
    with pytest.raises(ExpressionError, match="nested too deeply"):
        evaluate(opening * 10_000, NUMBERS)


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "a.__class__", "a.__init__()", "().__class__", "lambda: a", "open(a)",
     "[x for x in a]", "a if a else b", "print(a)"],
)  # fmt: skip
def test_python_beyond_formulas_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, NUMBERS)


def test_an_expression_without_names_records_nothing() -> None:
    with pytest.raises(ExpressionError, match="nothing to differentiate"):
        expression("1 + 2", {})


def test_a_list_is_not_a_result() -> None:
    with pytest.raises(ExpressionError, match="a list of 2; pick one"):
        expression("softmax([a, b])", NUMBERS)
