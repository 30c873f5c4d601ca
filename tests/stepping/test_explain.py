"""The words: formulas and numbers come from the table's rows, for every row."""

from __future__ import annotations

import math

import pytest
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut.engine import Value
from micrograd_tut.expression import evaluate
from micrograd_tut.ops import OPS
from micrograd_tut.stepping import formula_text
from micrograd_tut.stepping.walk import story
from micrograd_tut.support.numbers import shown


def graph_of(op, numbers):
    values = [Value(x, label=f"x{i + 1}") for i, x in enumerate(numbers)]
    out = op(*values)
    out.label = "L"
    return out, values


@pytest.mark.parametrize("op", OPS.values(), ids=OPS)
def test_every_row_explains_each_of_its_derivatives(op):
    y, values = graph_of(op, ROWS[op.name].points[0])
    steps = [s for s in mg.step(y) if s.input is not None]
    assert [s.input for s in steps] == values
    for step in steps:
        assert step.rule.startswith(f"∂L/∂{step.names.of(step.input)} += ∂L/∂L · ")
        assert "Value(" not in repr(step)


CLOSED = {"add", "sub", "mul", "div", "neg", "exp", "log", "sqrt", "cbrt", "tanh", "sigmoid",
          "sin", "cos", "atan", "log1p", "softplus", "pow", "dot", "mean", "sum"}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_the_local_rule_evaluates_to_the_local_number(name):
    y, values = graph_of(OPS[name], [0.7, 1.3] if OPS[name].arity != 1 else [0.7])
    s = mg.step(y)
    numbers = {s.names.of(v): v.data for v in [*values, y]}
    for step in s:
        if step.input is not None:
            written = formula_text.local_rule(step.node, step.position, s.names)
            assert float(evaluate(written, numbers)) == pytest.approx(step.local, rel=1e-12)


def test_constants_fold_in_the_rule():
    a = Value(3.0, label="a")
    assert mg.step(a**2)[-1].rule == "∂L/∂a += ∂L/∂L · (2 * a)"


@pytest.mark.parametrize(
    ("build", "written", "numbers"),
    [
        (lambda a: a * 0.0, "a * 0", "2.0 * 0.0"),
        (lambda a: a * 1.0, "a * 1", "2.0 * 1.0"),
        (lambda a: a + 0.0, "a + 0", "2.0 + 0.0"),
        (lambda a: a / 1.0, "a / 1", "2.0 / 1.0"),
        (lambda a: -1.0 * a, "-1 * a", "-1.0 * 2.0"),
        (lambda a: a - (-1.0), "a - (-1)", "2.0 - (-1.0)"),
        (lambda a: a + (-1.0), "a + -1", "2.0 + -1.0"),
        (lambda a: mg.sum([a, -1.0, a]), "a + -1 + a", "2.0 + -1.0 + 2.0"),
        (lambda a: a * (1 / 3), "a * 0.33333", "2.0 * 0.33333"),
    ],
)
def test_a_formula_is_written_as_it_was_recorded(build, written, numbers):
    step = mg.step(build(Value(2.0, label="a")))[1]
    assert step.rule == f"L = {written}"
    assert step.numbers.partition(" = ")[2] == numbers


def test_a_weighted_sum_keeps_each_weight_and_its_sign():
    w, v, b = Value(-3.0, label="w"), Value(-2.0, label="v"), Value(0.5, label="b")
    step = mg.step(mg.dot([w, v], [0.0, 1.0], b))[1]
    assert step.rule == "L = w * 0 + v * 1 + b"
    assert step.numbers == "-1.5 = -3.0 * 0.0 + -2.0 * 1.0 + 0.5"


def test_a_negative_number_that_is_taken_away_stays_negative():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    assert mg.step(a - b)[1].numbers == "5.0 = 2.0 - (-3.0)"


def test_a_gradient_goes_into_what_stands_in_the_formula():
    for x in ([0.0, 0.0], [0.0, 1.0], [1.0, 0.0]):
        for step in mg.step(mg.MLP(2, [2, 1], seed=1)(x)):
            if step.input is not None:
                assert step.names.of(step.input) in formula_text.formula(step.node, step.names)


@pytest.mark.parametrize("x", [-2.0, 0.0, 3.0])
def test_the_slope_of_relu_is_spelled_out_and_evaluates(x):
    v, w = Value(x, label="v"), Value(2.0, label="w")
    s = mg.step(mg.relu(v) * w)
    step = next(step for step in s if step.input is v)
    assert step.rule == "∂L/∂v += ∂L/∂v1 · (1 if v > 0 else 0)"
    written = formula_text.local_rule(step.node, step.position, s.names)
    assert eval(written, {"v": x}) == step.local  # noqa: S307


def test_a_sum_is_a_factor_in_parentheses():
    n = Value(0.5, label="n")
    assert mg.step(mg.tanh(n))[-1].rule == "∂L/∂n += ∂L/∂L · (1 - L ** 2)"


def test_negative_numbers_stand_in_parentheses_only_where_they_must():
    a, b = Value(-2.0, label="a"), Value(-3.0, label="b")
    assert mg.step(a * b)[1].numbers == "6.0 = -2.0 * -3.0"
    assert mg.step(a**2)[1].numbers == "4.0 = (-2.0) ** 2.0"


@pytest.mark.parametrize(
    ("x", "text"),
    [(2.0, "2.0"), (-0.5, "-0.5"), (0.7071067811865476, "0.70711"), (0.9999999999999998, "1.0"),
     (1e-9, "1e-09"), (123456.789, "1.2346e+05"), (math.inf, "inf"), (0.1 + 0.2, "0.3")],
)  # fmt: skip
def test_numbers_are_short(x, text):
    assert shown(x) == text


def test_the_story_lists_every_path_and_the_sum():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(a * b + a)
    assert story(a, s.paths[a], s.names) == [
        "a = 2.0, a leaf",
        "through L = v1 + a:  1.0 × 1.0 = 1.0",
        "through v1 = a * b:  1.0 × -3.0 = -3.0",
        "∂L/∂a = 1.0 + -3.0 = -2.0",
    ]


def test_a_gradient_left_from_an_earlier_pass_is_explained():
    a, b = Value(3.0, label="a"), Value(2.0, label="b")
    y = a * b
    y.backward()
    y.backward()
    s = mg.step(y)
    assert repr(s[-1]).splitlines()[-2:] == [
        "  b.grad: 6.0 + 3.0 = 9.0",
        "  b.grad still held 6.0 from an earlier backward(); call zero_grad() to clear it.",
    ]
    mg.zero_grad(y)
    assert "earlier" not in repr(mg.step(y)[-1])


def test_an_inner_value_begins_each_pass_at_0_and_has_no_such_remark():
    a = Value(3.0, label="a")
    y = (a * 2.0) * 5.0
    y.backward()
    remarks = [step.remark for step in mg.step(y)[1:]]
    assert sum("earlier" in remark for remark in remarks) == 1
    assert remarks[-1].startswith("a.grad still held 10.0")


def test_the_second_path_does_not_repeat_what_was_held():
    a = Value(3.0, label="a")
    a.grad = 5.0
    first, second = mg.step(a + a)[-2:]
    assert first.remark.startswith("a.grad still held 5.0")
    assert (
        second.remark == "a is used 2 times, so this contribution is added to the gradient so far."
    )


def test_the_story_tells_what_a_leaf_held_before():
    a = Value(2.0, label="a")
    a.grad = 5.0
    s = mg.step(a * 3.0)
    assert story(a, s.paths[a], s.names)[-1] == "∂L/∂a = 5.0 (held before) + 3.0 = 8.0"
