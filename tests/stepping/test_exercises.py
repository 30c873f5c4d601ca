"""Exercises: the same for everybody, of the level that was asked, and fit to work by hand."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

import micrograd_tut as mg
from micrograd_tut.engine import grad, topological
from micrograd_tut.errors import InputError
from micrograd_tut.stepping import formula_text
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.stepper import Stepper

EVERY = [(level, number) for level in LEVELS for number in range(1, 41)]


def written(number, level):
    s = Stepper(exercise(number, level).output)
    return [
        f"{formula_text.definition(v, s.names)} = {v.data!r}" for v in s.names.values().values()
    ]


def test_a_number_gives_the_same_exercise_in_another_process():
    code = (
        "from micrograd_tut.stepping.exercises import exercise\n"
        "from micrograd_tut.engine import topological\n"
        "print([(v.label, v.data) for n in range(1, 6) for l in range(1, 6)"
        " for v in topological(exercise(n, l).output)])"
    )
    here = [
        (v.label, v.data)
        for n in range(1, 6)
        for level in range(1, 6)
        for v in topological(exercise(n, level).output)
    ]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(here)


@pytest.mark.parametrize(
    ("level", "number", "wanted"),
    [
        (1, 17, "a = 2.0; b = -3.0; L = a * b"),
        (2, 17, "c = 5.0; a = -3.0; b = 2.0; d = a * b; L = d - c"),
        (3, 17, "a = -3.0; b = -2.0; d = a * b; e = d * b; L = d + e"),
        (4, 17, "c = -0.5; a = -1.5; b = -2.0; d = a * b; e = d + c; L = 1 / e"),
    ],
)
def test_a_number_gives_the_same_exercise_for_good(level, number, wanted):
    s = Stepper(exercise(number, level).output)
    values = s.names.values().values()
    assert "; ".join(formula_text.definition(v, s.names) for v in values) == wanted


@pytest.mark.parametrize("level", LEVELS)
def test_no_two_leaves_have_the_same_size(level):
    for number in range(1, 101):
        order = topological(exercise(number, level).output)
        sizes = [abs(v.data) for v in order if not v.op and not isinstance(v, mg.Constant)]
        assert len(set(sizes)) == len(sizes)


def test_the_wrong_factor_of_a_product_is_never_right():
    for number in range(1, 101):
        output = exercise(number, 1).output
        q = mg.quiz(output)
        if output.op is mg.OPS["mul"]:
            assert not q.answer(q.names.of(q.open.value)).right


def test_numbers_differ():
    assert len({tuple(written(n, 3)) for n in range(1, 41)}) > 30


@pytest.mark.parametrize("level", LEVELS)
def test_no_name_hides_a_verb_of_the_quiz(level):
    for number in range(1, 41):
        names = {v.label for v in topological(exercise(number, level).output)}
        assert not names & {"h", "l", "q", "s"}


@pytest.mark.parametrize("level", LEVELS)
def test_every_value_has_a_name_and_numbers_of_a_handy_size(level):
    for number in range(1, 41):
        output = exercise(number, level).output
        values = [v for v in topological(output) if not isinstance(v, mg.Constant)]
        names = [v.label for v in values]
        assert all(names)
        assert len(set(names)) == len(names)
        assert output.label == "L"
        for x in [*(v.data for v in values), *grad(output, values)]:
            assert math.isfinite(x)
            assert abs(x) < 100


def test_levels_grow():
    sizes = [
        sum(len(mg.quiz(exercise(n, level).output).questions) for n in range(1, 41))
        for level in LEVELS
    ]
    assert sizes[0] < sizes[1] <= sizes[2] < sizes[4]


def test_level_one_is_one_operation():
    assert all(
        sum(v.op is not None for v in topological(exercise(n, 1).output)) == 1 for n in range(1, 41)
    )


def test_level_three_uses_a_value_twice():
    for n in range(1, 41):
        paths = Stepper(exercise(n, 3).output).paths
        assert max(map(len, paths.values())) > 1


def test_level_five_has_two_weights():
    labels = {v.label for v in topological(exercise(1, 5).output)}
    assert {"w1", "w2", "x", "hidden", "error"} <= labels


def test_the_gradients_of_the_engine_answer_every_exercise():
    for level, number in EVERY:
        output = exercise(number, level).output
        q = mg.quiz(output)
        while not q.done:
            assert q.answer(grad(output, [q.open.value])[0]).right
        assert q.score == q.most


@pytest.mark.parametrize(("number", "level"), [(0, 1), (-3, 1), (1, 0), (1, 6), ("a", 1)])
def test_there_is_no_such_exercise(number, level):
    with pytest.raises(InputError):
        exercise(number, level)
