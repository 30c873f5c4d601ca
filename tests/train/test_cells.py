"""Cells as numbers and dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from micrograd_tut.train.cells import parse_dates, parse_numbers


@pytest.mark.parametrize(
    ("texts", "numbers", "assumed"),
    [
        (["$6,000.00", "$7"], [6000, 7], ("thousands separators", "currency $")),
        (["5 €", "-6 €"], [5, -6], ("currency €",)),
        (["EUR 5", "EUR 1,250.5"], [5, 1250.5], ("thousands separators", "currency EUR")),
        (["89%", "5 %"], [89, 5], ("per cent signs",)),
        (["1,234", "120,000"], [1234, 120_000], ("thousands separators",)),
        (["6,0", "7,25"], [6, 7.25], ("decimal comma",)),
        (["1.234.567,5", "6"], [1_234_567.5, 6], ("decimal comma", "thousands separators")),
        (["1 234,5", "6,0"], [1234.5, 6], ("decimal comma", "thousands separators")),
        (["1'234.5"], [1234.5], ("thousands separators",)),
        (["(1,234)", "5"], [-1234, 5], ("thousands separators",)),
        (["−5", "+5"], [-5, 5], ()),
        (["0,123"], [0.123], ("decimal comma",)),
        (["1.5e3", ".5", "5."], [1500, 0.5, 5], ()),
    ],
)  # fmt: skip
def test_ways_to_write_numbers(
    texts: list[str], numbers: list[float], assumed: tuple[str, ...]
) -> None:
    parsed = parse_numbers(texts)
    assert parsed is not None
    assert parsed.values.tolist() == numbers
    assert parsed.assumed == assumed


@pytest.mark.parametrize(
    "texts",
    [
        ["5 kg"], ["12:30"], ["1.2.3"], ["3+"], ["1_0"], ["0x10"], ["$"], ["%"], [","], ["(5"],
        ["1,2", "3.5"], ["$5", "€5"], ["5%", "5"], ["1,23,4"], ["B 5"], ["2024-01-31"], ["٣ €"],
    ],
)  # fmt: skip
def test_other_texts_are_not_numbers(texts: list[str]) -> None:
    assert parse_numbers(texts) is None


@pytest.mark.parametrize(("comma", "number"), [(False, 1234), (True, 1.234)])
def test_file_decides_on_a_comma_that_can_mean_two_things(comma: bool, number: float) -> None:
    parsed = parse_numbers(["1,234"], comma)
    assert parsed is not None
    assert parsed.values.tolist() == [number]


@given(st.lists(st.integers(-(10**12), 10**12).map(lambda n: n / 100), min_size=1))
def test_numbers_with_separators_are_read_back(numbers: list[float]) -> None:
    parsed = parse_numbers([f"{x:,.2f}" for x in numbers])
    assert parsed is not None
    assert parsed.values.tolist() == numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_repr_of_a_float_is_read_back(numbers: list[float]) -> None:
    parsed = parse_numbers([repr(x) for x in numbers])
    assert parsed is not None
    assert parsed.values.tolist() == numbers


@given(st.lists(st.dates(date(1800, 1, 1), date(2200, 1, 1)), min_size=1))
def test_date_is_the_number_of_days_since_1970(dates: list[date]) -> None:
    days = parse_dates([day.isoformat() for day in dates])
    assert days is not None
    assert days.tolist() == [(day - date(1970, 1, 1)).days for day in dates]


def test_time_is_a_fraction_of_a_day() -> None:
    days = parse_dates(["1970-01-02 06:00", "1970-01-02T18:00:00"])
    assert days is not None
    assert days.tolist() == [1.25, 1.75]


@pytest.mark.parametrize("text", ["2024-13-01", "31.12.2024", "1/2/24", "2024", "2024-02-30"])
def test_other_texts_are_not_dates(text: str) -> None:
    assert parse_dates([text]) is None
