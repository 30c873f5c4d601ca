"""Cells of a table as numbers: decimal commas, thousands separators, currencies, dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from micrograd_tut.train.arrays import Array

MISSING = frozenset(
    ("", "NA", "N/A", "n/a", "na", "NaN", "nan", "-nan", "NULL", "null", "None", "?", "-", "--",
     ".", "#N/A", "#NA", "<NA>")
)  # fmt: skip
"""The texts of a missing cell."""

YES = frozenset(("yes", "true", "y", "t"))
"""In lower case, the texts that become 1 in a column of two answers."""

NO = frozenset(("no", "false", "n", "f"))
"""In lower case, the texts that become 0 in a column of two answers."""

_SIGN = r"[-+\N{MINUS SIGN}]?"
_CURRENCY = r"[$€£¥₹₩₽₺₫]|USD|EUR|GBP|CHF|JPY|CNY|INR"
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>{_SIGN}) ?(?P<before>{_CURRENCY})? ?(?P<sign2>{_SIGN})"
    r"(?P<digits>[0-9.,][0-9.,' \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}’]*?)"
    rf"(?P<exponent>[eE][-+]?[0-9]+)? ?(?P<after>{_CURRENCY})? ?(?P<percent>%)?(?P<close>\))?"
)
_SPACES = r" '\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}’"
_POINT, _COMMA = (
    re.compile(
        rf"(?:[1-9][0-9]{{0,2}}(?:[{group}{_SPACES}][0-9]{{3}})+|[0-9]+)?(?:[{mark}][0-9]*)?"
    )
    for mark, group in (".,", ",.")
)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?", re.ASCII)
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})([T ,].*)?", re.ASCII)


class Numbers(NamedTuple):
    """Numbers, and how they were written.

    Attributes:
        values: One number per text.
        assumed: What was assumed, such as ``("thousands separators",)``.
    """

    values: Array
    assumed: tuple[str, ...] = ()


def is_plain_number(text: str) -> bool:
    """Whether `float` reads a text, underscores excepted."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def is_number(text: str) -> bool:
    """Whether a text is a number in any of the ways of writing one."""
    return is_plain_number(text) or parse_numbers([text]) is not None


def has_decimal_comma(text: str) -> bool:
    """Whether a text is a number only if its comma marks the decimals, as in ``6,0``."""
    match = _NUMBER.fullmatch(text)
    digits = match["digits"] if match else ""
    return "," in digits and bool(_COMMA.fullmatch(digits)) and not _POINT.fullmatch(digits)


def parse_numbers(texts: Sequence[str], comma: bool = False) -> Numbers | None:
    """The numbers of the cells of a column, or None if one of them is not a number.

    All cells are written in the same way: with the same mark for decimals, at most one currency,
    and a per cent sign on each or none.

    Args:
        texts: The cells, without those that are missing.
        comma: Whether a comma marks the decimals if the column leaves it open, as ``1,234`` does.
    """
    if not comma and all(map(is_plain_number, texts)):
        return Numbers(np.array([float(text) for text in texts]))
    matches = [_NUMBER.fullmatch(text) for text in texts]
    if not all(match and re.search("[0-9]", match["digits"]) for match in matches):
        return None
    found = [match for match in matches if match]
    digits = [match["digits"].strip() for match in found]
    point, commas = (all(map(style.fullmatch, digits)) for style in (_POINT, _COMMA))
    currencies = {match[side] for match in found for side in ("before", "after")} - {None}
    percent = {match["percent"] for match in found}
    brackets = all(bool(match["open"]) == bool(match["close"]) for match in found)
    if not (point or commas) or len(currencies) > 1 or len(percent) > 1 or not brackets:
        return None
    mark = "," if commas and (comma or not point) else "."
    values = [_value(match, text, mark) for match, text in zip(found, digits, strict=True)]
    written = "".join(digits)
    group = set(written) - set("0123456789" + mark)
    assumed = [
        *(["decimal comma"] if mark == "," and "," in written else []),
        *(["thousands separators"] if group else []),
        *([f"currency {currency}" for currency in currencies]),
        *(["per cent signs"] if percent == {"%"} else []),
    ]
    return Numbers(np.array(values), tuple(assumed))


def _value(match: re.Match[str], digits: str, mark: str) -> float:
    plain = re.sub(rf"[^0-9{mark}]", "", digits).replace(mark, ".")
    number = float(plain + (match["exponent"] or ""))
    signs = match["sign"] + match["sign2"] + (match["open"] or "").replace("(", "-")
    return -number if signs.strip("+") else number


def parse_dates(texts: Sequence[str]) -> Array | None:
    """Days since 1970-01-01 for dates such as ``2024-01-31`` or ``2024-01-31 12:30``.

    Returns:
        None if one of the texts is not such a date.
    """
    if not texts or not all(map(_ISO_DATE.fullmatch, texts)):
        return None
    try:
        times = np.array([text.replace(" ", "T") for text in texts], dtype="datetime64[ms]")
    except ValueError:  # such as month 13
        return None
    days: Array = times.astype(np.int64) / 86_400_000
    return days


def are_dates(texts: Sequence[str]) -> bool:
    """Whether all texts look like dates, in whatever order of day, month and year."""
    return bool(texts) and all(map(_DATE.fullmatch, texts))
