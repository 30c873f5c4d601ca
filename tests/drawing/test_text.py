import math

import pytest
from hypothesis import given, strategies as st

from micrograd_tut.drawing import text
from micrograd_tut.support.numbers import rounded


@given(st.floats(min_value=-1e300, max_value=1e300))
def test_rounded_is_correct_to_four_digits(x: float) -> None:
    assert math.isclose(float(rounded(x)), x, rel_tol=5.1e-4, abs_tol=5e-324)


def test_zero_has_no_sign() -> None:
    assert rounded(-0.0) == "0"


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\u202e", "\ud800", "\ufeff", "\u2066"])
def test_invisible_characters_are_replaced(unseen: str) -> None:
    assert text.visible(f"a{unseen}b") == "a�b"


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert text.short("x" * 100_000) == "x" * 39 + "…"
    assert text.short("x" * 40) == "x" * 40


def test_counts_have_plurals() -> None:
    assert text.count(1, "box") == "1 box"
    assert text.count(2410, "parameter") == "2,410 parameters"
    assert text.count(16, "neuron") == "16 neurons"
