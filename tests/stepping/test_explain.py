"""The words: formulas and numbers come from the table's rows, for every row."""

from __future__ import annotations

import math

import pytest
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut.engine import Value
from micrograd_tut.expression import evaluate
from micrograd_tut.ops import OPS
from micrograd_tut.stepping import explain
from micrograd_tut.stepping.naming import show


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
            written = explain.local_rule(step.node, step.place, s.names)
            assert float(evaluate(written, numbers)) == pytest.approx(step.local, rel=1e-12)


def test_constants_fold_in_the_rule():
    a = Value(3.0, label="a")
    assert mg.step(a**2)[-1].rule == "∂L/∂a += ∂L/∂L · (2 * a)"


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
    assert show(x) == text


def test_the_story_lists_every_path_and_the_sum():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(a * b + a)
    assert explain.story(a, s.paths[a], s.names) == [
        "a = 2.0, given",
        "through L = v1 + a:  1.0 × 1.0 = 1.0",
        "through v1 = a * b:  1.0 × -3.0 = -3.0",
        "∂L/∂a = 1.0 + -3.0 = -2.0",
    ]


def test_the_story_tells_what_a_leaf_held_before():
    a = Value(2.0, label="a")
    a.grad = 5.0
    s = mg.step(a * 3.0)
    assert explain.story(a, s.paths[a], s.names)[-1] == "∂L/∂a = 5.0 (held before) + 3.0 = 8.0"
