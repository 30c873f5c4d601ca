"""The quiz: what it asks, what it accepts, and what it says to each usual mistake."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from stepping_graphs import lecture

import micrograd_tut as mg
from micrograd_tut.engine import Value, grad, topological
from micrograd_tut.errors import ExpressionError, InputError
from micrograd_tut.stepping.questions import POINTS
from micrograd_tut.stepping.quiz import Quiz


def leaves(**numbers):
    return [Value(x, label=name) for name, x in numbers.items()]


def labelled(v, name):
    v.label = name
    return v


def at(y, name):
    """The quiz on `y`, standing at the question for the Value called `name`."""
    y.label = y.label or "L"
    q = mg.quiz(y)
    while q.names.of(q.open.value) != name:
        q.skip()
    return q


def test_each_gradient_is_asked_after_those_that_it_needs():
    q = mg.quiz(lecture())
    seen = {q.names.output}
    for question in q.questions:
        for step in question.paths:
            assert q.names.of(step.node) in seen
        seen.add(q.names.of(question.value))
    assert len(seen) == len(q.names.values())


def test_the_answers_wanted_are_the_gradients():
    o = lecture()
    q = mg.quiz(o)
    values = [question.value for question in q.questions]
    assert [question.wanted for question in q.questions] == pytest.approx(grad(o, values))


def test_nothing_in_the_graph_is_changed():
    o = lecture()
    q = mg.quiz(o)
    while not q.done:
        q.answer(q.open.wanted)
    assert all(v.grad == 0 for v in topological(o))


@pytest.mark.parametrize(
    "answer", [-6, -6.0, "-6", "2*b", "b + b", "-12/2", "-5.99", Fraction(-6), Value(-6.0), "-6e0"]
)
def test_numbers_fractions_and_formulas_in_the_graphs_names_are_accepted(answer):
    a, b = leaves(a=5.0, b=-3.0)
    assert at(labelled(a * b, "c") * 2.0, "a").answer(answer).right


@pytest.mark.parametrize("answer", [0.7071, 0.707, "0.71", "1/2**0.5"])
def test_three_digits_are_enough(answer):
    (a,) = leaves(a=1.0)
    assert at(a * 0.5**0.5, "a").answer(answer).right


def test_two_digits_too_few_are_called_close():
    (a,) = leaves(a=5.0)
    verdict = at(a * 0.7071067811865476, "a").answer("0.72")
    assert (verdict.right, verdict.kind) == (False, "close")


MISTAKES = {
    # what one did: the graph, the question, the answer, the diagnosis, and a word of it
    "forgot a path": (lambda a, b: a * b + a, "a", -3.0, "path", "L = v1 + a"),
    "forgot the other path": (lambda a, b: a * b + a, "a", 1.0, "path", "v1 = a * b"),
    "overwrote with =": (lambda a, b: a * b * a, "a", -15.0, "path", "+="),
    "no upstream": (lambda a, b: (a * b) ** 2, "a", -3.0, "upstream", "Multiply it by"),
    "no local": (lambda a, b: (a * b) ** 2, "a", -30.0, "local", "local derivative ∂v1/∂a"),
    "sign": (lambda a, b: (a * b) * 2.0, "a", 6.0, "sign", "The magnitude is right"),
    "own number": (lambda a, b: (a * b) * 2.0, "a", 10.0, "operand", "is not a"),
    "swapped": (lambda a, b: (b / a) * 10.0, "b", 10 / -3, "operand", "swapped"),
    "output for input": (
        lambda a, b: mg.sin(b + 4.0) * 1.0,
        "v1",
        math.cos(math.sin(1.0)),
        "output",
        "; evaluate it at v1",
    ),
    "input for output": (
        lambda a, b: mg.tanh(b + 4.0) * 3.0,
        "v1",
        0.0,
        "input",
        "; evaluate it at v2",
    ),
    "sum": (lambda a, b: (a * b) ** 2, "a", -33.0, "sum", "multiplies"),
    "reciprocal": (lambda a, b: (a * b) * 7.0, "a", -7 / 3, "inverse", "reciprocal"),
    "the number itself": (lambda a, b: (a + 11.0) * b, "a", 5.0, "value", "That is a.data itself"),
    "an operand of a sum": (lambda a, b: (a - b) * 7.0, "a", -21.0, "operand", "is not b"),
    "the exponent": (lambda a, b: a**3 * 1.0, "a", 3.0, "operand", "is not 3"),
    "nothing": (lambda a, b: (a - b) * 7.0, "a", 0.0, "zero", "used in v1"),
    "the output's number": (
        lambda a, b: a * b * 1.0,
        "b",
        -15.0,
        "value",
        "That is v1.data itself",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_usual_mistake_is_told_from_its_number(case):
    build, name, answer, kind, word = MISTAKES[case]
    q = at(build(*leaves(a=5.0, b=-3.0)), name)
    verdict = q.answer(answer)
    assert not verdict.right
    assert verdict.kind == kind, verdict.text
    assert word in verdict.text


def test_an_unusual_mistake_gets_no_wrong_diagnosis():
    q = at(lecture(), "n")
    verdict = q.answer(123.456)
    assert (verdict.right, verdict.kind) == (False, "")


def test_the_hints_go_from_the_rule_to_the_numbers():
    a, b = leaves(a=2.0, b=-3.0)
    q = at(a * b + a, "a")
    assert "2 times" in q.hint()
    assert q.hint() == "∂L/∂a = ∂L/∂L · 1 + ∂L/∂v1 · b"
    assert q.hint() == "∂L/∂a = 1.0 × 1.0 + 1.0 × -3.0"
    assert q.hint() == "∂L/∂a = 1.0 × 1.0 + 1.0 × -3.0"
    assert q.open.hints == 3


def test_a_value_behind_zero_is_asked_and_hinted():
    a, b = leaves(a=-3.0, b=2.0)
    q = at(mg.relu(labelled(a * b, "h")), "a")
    assert "has gradient 0" in q.hint()
    assert q.answer(0).right


def test_hints_and_wrong_answers_cost_points_and_a_skip_brings_none():
    a, b = leaves(a=2.0, b=-3.0)
    q = mg.quiz(labelled(a * b, "d") + a)
    assert q.answer(1).right
    assert q.score == POINTS
    q.hint()
    q.answer(77)
    assert q.answer(q.open.wanted).right
    assert q.score == POINTS + POINTS - 2
    q.skip()
    assert q.done
    assert (q.score, q.most) == (POINTS + 1, 3 * POINTS)


def test_the_review_explains_every_mistake():
    a, b = leaves(a=2.0, b=-3.0)
    q = at(a * b + a, "a")
    q.answer(-3)
    q.answer(-2)
    review = q.review()
    assert "∂L/∂a = 1.0 × 1.0 + 1.0 × -3.0 = -2.0" in review
    assert "your answer: -3.0. A contribution is missing: a is also used in L = v1 + a" in review


def test_the_review_of_a_number_that_tells_no_mistake_gives_the_number_alone():
    q = at(lecture(), "n")
    q.answer(123.456)
    assert q.review().splitlines()[-1] == "  your answer: 123.456."


def test_what_cannot_be_read_costs_nothing():
    a, b = leaves(a=2.0, b=-3.0)
    q = mg.quiz(a * b)
    for text in ("2 *", "zebra", "import os", ""):
        with pytest.raises(ExpressionError):
            q.answer(text)
    assert q.open.wrong == []


@pytest.mark.parametrize("answer", ["-6,0", "−6,0", "-12,0/2", "-6,0e0", " -5,99 "])
def test_a_number_alone_may_have_a_decimal_comma(answer):
    a, b = leaves(a=5.0, b=-3.0)
    assert at(labelled(a * b, "c") * 2.0, "a").answer(answer).right


def test_a_comma_between_arguments_stays_one():
    a, b = leaves(a=5.0, b=-3.0)
    assert at(labelled(a * b, "c") * 2.0, "a").answer("minimum(2, -6)").right


@pytest.mark.parametrize(
    "answer", ["∂L/∂c · b", "∂L/∂c × b", "∂L/∂c * b", "dL/dc*b", "c.grad * b", "2·b"]
)
def test_what_a_hint_shows_can_be_typed(answer):
    a, b = leaves(a=5.0, b=-3.0)
    assert at(labelled(a * b, "c") * 2.0, "a").answer(answer).right


@pytest.mark.parametrize(
    "graph", [lecture, lambda: mg.relu(Value(2.0, label="a") * 3.0 - 1.0) * Value(5.0, label="b")]
)
def test_the_hint_in_symbols_is_itself_an_answer(graph):
    q = mg.quiz(graph())
    while not q.done:
        q.hint()
        assert q.answer(q.hint().partition(" = ")[2]).right


@pytest.mark.parametrize("name", ["∂L/∂b", "dL/db", "b.grad"])
def test_a_gradient_that_is_not_known_yet_is_told_with_those_that_are(name):
    a, b = leaves(a=5.0, b=-3.0)
    q = at(labelled(a * b, "c") * 2.0, "b")
    with pytest.raises(
        ExpressionError, match=f"{name} has not been computed yet; you can use ∂L/∂L, ∂L/∂c$"
    ):
        q.answer(f"2 * {name}")


def test_an_unknown_name_is_told_with_those_that_there_are():
    a, b = leaves(a=2.0, b=-3.0)
    with pytest.raises(ExpressionError, match="'zebra'; the Values are a, b, L"):
        mg.quiz(a * b).answer("2*zebra")


def test_an_answer_is_never_run_as_python():
    a, b = leaves(a=2.0, b=-3.0)
    with pytest.raises(ExpressionError):
        mg.quiz(a * b).answer("__import__('os').getcwd()")


def test_after_the_end_answering_says_that_it_is_over():
    (a,) = leaves(a=2.0)
    q = mg.quiz(a * 2.0)
    q.skip()
    with pytest.raises(InputError, match="over"):
        q.answer(2)
    assert "over" in repr(q)
    assert repr(q).endswith("\n(q.review())")


def test_a_leaf_alone_has_nothing_to_ask():
    with pytest.raises(InputError, match="a quiz needs a computed Value"):
        mg.quiz(Value(1.0))


def test_a_gradient_already_held_does_not_count():
    (a,) = leaves(a=2.0)
    a.grad = 100.0
    q = Quiz(a * 3.0)
    assert q.answer(3).right
