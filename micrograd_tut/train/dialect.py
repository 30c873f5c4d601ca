"""How a table is written: its separator, its comments, and whether its first line is a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from micrograd_tut.train.cells import (
    MISSING,
    are_dates,
    has_decimal_comma,
    is_number,
)

_SAMPLE_LINES = 200
_SAMPLE_CHARS = 1_000_000
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "|", " ": "spaces"}
_COMMENT = re.compile(rb'(?m)("[^"]*")|^#[^\r\n]*')


class Record(NamedTuple):
    """The cells of a row, and the line of the file that it starts on."""

    line: int
    cells: list[str]


class Dialect(NamedTuple):
    """How a table is written.

    Attributes:
        separator: The character between cells; a space stands for any run of spaces and tabs.
        names: The first line, if it names the columns.
        width: The number of columns, unnamed ones included.
        first: The number of lines before the first row.
        comma: Whether a comma marks the decimals.
        assumed: What was assumed, such as ``["separator ';'"]``.
    """

    separator: str
    names: list[str] | None
    width: int
    first: int
    comma: bool
    assumed: list[str]


def lines_of(data: bytes) -> Iterator[str]:
    """The lines of UTF-8 bytes, with their ends."""
    return iter(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""))


def records(
    lines: Iterator[str] | Sequence[str], separator: str, start: int = 1, strict: bool = False
) -> Iterator[Record]:
    """The rows of a table that are not blank, header included.

    Args:
        lines: Its lines.
        separator: As in `Dialect`.
        start: The number of the first of the lines.
        strict: Whether to raise csv.Error for quotes in the wrong place.
    """
    if separator == " ":
        lines = (line.strip().replace("\t", " ") for line in lines)
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)
    line = start
    for cells in reader:
        cells = [cell.strip() for cell in cells]
        if any(cells) or len(cells) > 1:
            yield Record(line, cells)
        line = start + reader.line_num


def without_comments(data: bytes) -> bytes:
    """The same lines, with those empty that begin with #, if the file begins with such a line."""
    first = data.lstrip()[:2]
    if first[:1] != b"#" or first[1:] in b',;\t|"':  # a column whose name is #
        return data
    return _COMMENT.sub(lambda match: match[1] or b"", data)


def find_dialect(data: bytes, header: bool | None) -> Dialect | None:
    """How a table is written, judged by its first lines; None if it is empty.

    Args:
        data: The table, in UTF-8.
        header: Whether the first line names the columns; None if it is to be found out: then
            `names` are given also if the line looks like a row, see `looks_like_row`.
    """
    lines = list(islice(lines_of(data), _SAMPLE_LINES))
    while len(lines) > 2 and sum(map(len, lines)) > _SAMPLE_CHARS:
        del lines[len(lines) // 2 + 1 :]
    assumed, given, skipped = [], "", 0
    if lines and (match := re.fullmatch(r'"?sep=(.)"?;*,*\s*', lines[0], re.IGNORECASE)):
        given, skipped = match[1], 1
        assumed.append(f"first line {lines[0].strip()}")
    separator = given or _separator(lines[skipped:] or [""])
    rows = [row for row in _sample(lines[skipped:], separator, skipped + 1) if any(row.cells)]
    if not rows:
        return None
    if separator != ",":
        assumed.insert(0, f"separator {_NAMES.get(separator, separator)}")
    names, first, width = None, rows[0].line - 1, max(len(row.cells) for row in rows[:1])
    if header is not False:
        names, rows = rows[0].cells, rows[1:]
        first = rows[0].line - 1 if rows else len(lines)
        names = _full_header(names, [row.cells for row in rows])
        width = len(names)
    if rows and width > 1 and all(re.fullmatch(r":?-+:?|", cell) for cell in rows[0].cells):
        rule = "-" in "".join(rows[0].cells) and any(len(cell) > 2 for cell in rows[0].cells)
        if rule and len(rows) > 1:  # the rule under the head of a Markdown table
            rows, first = rows[1:], rows[1].line - 1
    cells = [cell for row in rows for cell in row.cells]
    comma = any(map(has_decimal_comma, cells))
    return Dialect(separator, names, width, first, comma, assumed)


def _separator(lines: list[str]) -> str:
    """The separator with which all rows have as many cells as the first line, or one more."""
    candidates = "\t;|," if any(mark in lines[0] for mark in ",;\t|") else "\t;|, "
    widths = {
        separator: [len(row.cells) for row in _sample(lines, separator, 1)] or [0]
        for separator in candidates
    }
    for more in (0, 1):  # the rows may begin with a name that the header lacks
        for separator, (first, *others) in widths.items():
            if first + more > 1 and {*others} <= {first + more} and (others or not more):
                return separator
    unquoted = re.sub(r'"[^"]*"', "", "".join(lines).lstrip())
    line = unquoted.partition("\n")[0]
    return max(",;\t|", key=line.count)


def _sample(lines: Sequence[str], separator: str, start: int) -> list[Record]:
    """The rows of some lines, up to the first one that is not CSV."""
    rows: list[Record] = []
    with suppress(csv.Error):
        rows.extend(records(lines, separator, start))
    return rows


def _full_header(names: list[str], rows: list[list[str]]) -> list[str]:
    """The names with one more, empty, if each row has one cell more than there are names.

    It is that of a column of row names on the left, or of nothing on the right.
    """
    if not rows or any(len(row) != len(names) + 1 for row in rows):
        return names
    return ["", *names] if any(row[-1] for row in rows) else [*names, ""]


def looks_like_row(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first line has the shape of the rows below, so that it may be one of them.

    Its numbers and dates stand above numbers and dates; without such columns, one of its texts
    occurs again in its column.
    """
    again = numeric = False
    for i, name in enumerate(names):
        cells = [row[i] for row in rows if i < len(row) and row[i] not in MISSING]
        if not cells or name in MISSING:
            continue
        again = again or (name in cells and [*names] not in [[*row] for row in rows])
        kinds = [_kind(name), *map(_kind, cells)]
        if "text" not in kinds[1:]:
            if kinds[0] == "text":
                return False
            numeric = True
    return numeric or again


def _kind(cell: str) -> str:
    return "number" if is_number(cell) or are_dates([cell]) else "text"
