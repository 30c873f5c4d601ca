"""Tables in CSV files. Whatever is wrong with one is told with its file, line and column.

The file is UTF-8 text, with or without a byte order mark. Its first line names the columns;
commas, semicolons or tabs stand between the cells, and lines with nothing in them are passed over.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.support.numbers import exact
from micrograd_tut.train.data import Array, DataSet

_HEADER = 1_000_000  # characters within which the first line ends, or is known by its beginning
_LARGEST = 1e100  # squares and sums of such numbers are still floats
_MOST_CLASSES = 20

KINDS = ("classes", "number")
"""What a target can be."""


class Row(NamedTuple):
    """A row of a table, and the line of the file that it starts on."""

    line: int
    cells: list[str]


class Table:
    """A CSV file, read: its columns' names, and rows with one cell per column.

    Args:
        path: The file.

    Raises:
        DataError: it is a directory, or is not such a table.
        OSError: it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        rows = self._rows(self._text())
        self.columns = self._header(rows)
        self.rows = rows[1:]
        for row in self.rows:
            self._check_length(row)
        if not self.rows:
            self.refuse(rows[0].line + 1, self.columns[0], "there are no rows below the names")

    def place(self, column: str) -> int:
        """Which column bears a name, counted from 0.

        Raises:
            DataError: none does.
        """
        if column not in self.columns:
            there = ", ".join(map(_short, self.columns[:20]))
            self.refuse(1, column, f"there is no such column; there are {there}")
        return self.columns.index(column)

    def numbers(self, columns: Sequence[str]) -> Array:
        """The numbers of some columns, shape (rows, columns).

        Raises:
            DataError: a column is missing, or a cell is not a finite number.
        """
        places = [self.place(column) for column in columns]
        rows = [[self._number(row, i) for i in places] for row in self.rows]
        return np.array(rows, dtype=float).reshape(len(rows), len(places))

    def words(self, column: str) -> list[str]:
        """The cells of a column.

        Raises:
            DataError: the column is missing, or one of its cells is empty.
        """
        i = self.place(column)
        for row in self.rows:
            if not row.cells[i]:
                self.refuse(row.line, column, "the cell is empty")
        return [row.cells[i] for row in self.rows]

    def refuse(self, line: int, column: str | int, what: str) -> NoReturn:
        """Raise DataError for a place in the file; a column without a name goes by number."""
        name = column if isinstance(column, int) else _short(column)
        raise DataError(f"{self.path}, line {line}, column {name}: {what}")

    # --- From bytes to cells ---

    def _text(self) -> str:
        path = Path(self.path)
        if path.is_dir():
            raise DataError(f"{self.path} is a directory; give the CSV file in it")
        data = path.read_bytes()
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = data[: error.start]
            line, start = before.count(b"\n") + 1, before.rfind(b"\n") + 1
            raise DataError(
                f"{self.path}, line {line}, column {error.start - start + 1} (in bytes): this is "
                f"not UTF-8 text (byte 0x{data[error.start]:02x}); save it as CSV in UTF-8"
            ) from None

    def _rows(self, text: str) -> list[Row]:
        unquoted = re.sub(r'"[^"]*"', "", text.lstrip()[:_HEADER])
        first = unquoted.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows, line = [], 1
        try:
            for cells in reader:
                cells = [cell.strip() for cell in cells]
                if any(cells):
                    rows.append(Row(line, cells))
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{self.path}, line {line}: this is not CSV: {error}") from None
        if not rows:
            raise DataError(
                f"{self.path}, line 1, column 1: the file is empty; its first line should name "
                f"the columns"
            )
        return rows

    def _header(self, rows: list[Row]) -> list[str]:
        line, names = rows[0]
        seen: set[str] = set()
        for i, name in enumerate(names):
            if not name:
                self.refuse(line, i + 1, "this column has no name")
            if name in seen:
                self.refuse(line, name, f"columns {names.index(name) + 1} and {i + 1} share a name")
            seen.add(name)
        if all(_is_number(name) for name in names):
            self.refuse(line, names[0], "the first line should name the columns; it holds numbers")
        return names

    def _check_length(self, row: Row) -> None:
        found, wanted = len(row.cells), len(self.columns)
        if found < wanted:
            what = f"the row ends after {found} of {wanted} cells"
            self.refuse(row.line, self.columns[found], what)
        if found > wanted:
            what = f"the row has {found} cells, and the first line names {wanted} columns"
            self.refuse(row.line, wanted + 1, what)

    def _number(self, row: Row, i: int) -> float:
        cell, column = row.cells[i], self.columns[i]
        if not cell:
            self.refuse(row.line, column, "the cell is empty; a number is needed")
        if not _is_number(cell):
            self.refuse(row.line, column, f"{_short(cell)} is not a number")
        found = float(cell)
        if not math.isfinite(found):
            self.refuse(row.line, column, f"{_short(cell)} is not a finite number")
        if math.fabs(found) > _LARGEST:
            what = f"{_short(cell)} is too large; scale the column down, below {_LARGEST:g}"
            self.refuse(row.line, column, what)
        return found


def read_csv(
    path: str | os.PathLike[str], target: str | None = None, kind: str | None = None
) -> DataSet:
    """A data set from a CSV file whose first line names the columns.

    Args:
        path: The file; every column but the target is an input, and holds numbers.
        target: The column to be predicted.
        kind: What the target is: "classes" or "number". Unless told it is classes if it holds
            words, or whole numbers of which there are at most 20 different ones, each twice or
            more; else a number.

    Raises:
        DataError: the file is not such a table, or no target is told; the message names the
            file, and where there is one, the line and column.
        OSError: the file cannot be read.
    """
    if kind not in (None, *KINDS):
        raise InputError(f"kind {kind!r} is not known; use one of {', '.join(KINDS)}")
    table = Table(path)
    if target is None:
        names = ", ".join(map(_short, table.columns[:20]))
        raise DataError(f"{table.path}: tell which column to predict (target): one of {names}")
    table.place(target)
    inputs = tuple(column for column in table.columns if column != target)
    if not inputs:
        table.refuse(1, target, "this is the only column; at least one input is needed")
    X = table.numbers(inputs)
    if (kind or _kind(table, target)) == "number":
        return DataSet(table.path, X, table.numbers([target])[:, 0], inputs, target)
    classes, y = _classes(table.words(target))
    if len(classes) < 2:
        table.refuse(table.rows[0].line, target, f"there is only one class, {_short(classes[0])}")
    return DataSet(table.path, X, y, inputs, target, classes)


def _kind(table: Table, target: str) -> str:
    """What a target is, going by its cells."""
    cells = table.words(target)
    numeric = [_is_number(cell) for cell in cells]
    if not any(numeric):
        return "classes"
    counts = Counter(table.numbers([target])[:, 0].tolist())  # a word among numbers is refused
    whole = all(x.is_integer() for x in counts)
    few = len(counts) <= _MOST_CLASSES and min(counts.values()) > 1
    return "classes" if whole and few else "number"


def _classes(cells: list[str]) -> tuple[tuple[str, ...], Array]:
    """The names of the classes, in order, and the number of each cell's class."""
    if all(map(_is_number, cells)):
        order = sorted({float(cell) for cell in cells})
        return tuple(map(exact, order)), np.array([order.index(float(c)) for c in cells], float)
    names = sorted(set(cells))
    return tuple(names), np.array([names.index(cell) for cell in cells], dtype=float)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:24]}…{text[-12:]}")
