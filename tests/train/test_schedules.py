"""Learning-rate schedules."""

from __future__ import annotations

from itertools import pairwise

import pytest

from micrograd_tut.errors import InputError
from micrograd_tut.train.schedules import SCHEDULES, cosine, schedule_of, step


def test_constant_is_1_at_every_update() -> None:
    assert {schedule_of(None, 10)(k) for k in range(10)} == {1.0}


def test_step_divides_by_10_after_each_third() -> None:
    assert [step(9)(k) for k in range(9)] == pytest.approx([1.0] * 3 + [0.1] * 3 + [0.01] * 3)


def test_cosine_starts_at_1_is_half_in_the_middle_and_ends_at_its_floor() -> None:
    rate = cosine(100, floor=0.2)
    assert [rate(k) for k in (0, 50, 100, 500)] == pytest.approx([1.0, 0.6, 0.2, 0.2], abs=1e-15)


def test_cosine_at_a_quarter_equals_the_published_formula() -> None:
    assert cosine(100)(25) == pytest.approx((1 + 2**-0.5) / 2, rel=1e-15)


@pytest.mark.parametrize("name", SCHEDULES)
def test_no_schedule_increases_the_learning_rate_or_makes_it_negative(name: str) -> None:
    rates = [SCHEDULES[name](37)(k) for k in range(37)]
    assert rates[0] == 1.0
    assert all(0 <= later <= earlier for earlier, later in pairwise(rates))


def test_function_of_the_update_is_a_schedule() -> None:
    assert schedule_of(lambda k: 1 / (1 + k), 10)(3) == 0.25


def test_unknown_schedule_error_lists_known_schedules() -> None:
    with pytest.raises(InputError, match="use one of constant, step, cosine, or a function"):
        schedule_of("linear", 10)
