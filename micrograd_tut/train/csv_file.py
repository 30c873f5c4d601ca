"""Tables in CSV files. Errors give the file, line and column.

The file is UTF-8 text, with or without a byte order mark. Its first line names the columns. Cells
are separated by commas, semicolons or tabs; empty lines are skipped.
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

_MAX_HEADER_CHARS = 1_000_000  # of the first line, to find the delimiter
_MAX_NUMBER = 1e100  # squares and sums of such numbers do not overflow
_MAX_CLASSES = 20
_MAX_NAMES = 20  # columns that an error message lists

KINDS = ("classes", "number")
"""The kinds of target."""


class Row(NamedTuple):
    """The cells of a row, and the line of the file that it starts on."""

    line: int
    cells: list[str]


class Table:
    """The contents of a CSV file: column names, and rows with one cell per column.

    Args:
        path: The file.

    Raises:
        DataError: the file is a directory, or is not such a table.
        OSError: the file cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        rows = self._rows(self._text())
        self.columns = self._header(rows)
        self.rows = rows[1:]
        for row in self.rows:
            self._check_length(row)
        if not self.rows:
            problem = "the file has no rows below the column names"
            self.refuse(rows[0].line + 1, self.columns[0], problem)

    def index(self, column: str) -> int:
        """The index of a column, counted from 0.

        Raises:
            DataError: no column has this name.
        """
        if column not in self.columns:
            self.refuse(1, column, f"no column has this name; the columns are {self.names()}")
        return self.columns.index(column)

    def names(self) -> str:
        """The column names for an error message."""
        return ", ".join(map(_short, self.columns[:_MAX_NAMES]))

    def numbers(self, columns: Sequence[str]) -> Array:
        """The numbers of some columns, shape (rows, columns).

        Raises:
            DataError: a column is missing, or a cell is not a finite number.
        """
        indices = [self.index(column) for column in columns]
        rows = [[self._number(row, i) for i in indices] for row in self.rows]
        return np.array(rows, dtype=float).reshape(len(rows), len(indices))

    def texts(self, column: str) -> list[str]:
        """The cells of a column as text.

        Raises:
            DataError: the column is missing, or one of its cells is empty.
        """
        i = self.index(column)
        for row in self.rows:
            if not row.cells[i]:
                self.refuse(row.line, column, "the cell is empty")
        return [row.cells[i] for row in self.rows]

    def refuse(self, line: int, column: str | int, problem: str) -> NoReturn:
        """Raise DataError with file, line and column; the latter by its name or its number."""
        name = column if isinstance(column, int) else _short(column)
        raise DataError(f"{self.path}, line {line}, column {name}: {problem}")

    # --- Parsing ---

    def _text(self) -> str:
        path = Path(self.path)
        if path.is_dir():
            raise DataError(f"{self.path} is a directory; give a CSV file")
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
        unquoted = re.sub(r'"[^"]*"', "", text.lstrip()[:_MAX_HEADER_CHARS])
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
            raise DataError(
                f"{self.path}, line {line}: this is not CSV: {error}; save it as CSV, with commas, "
                f"semicolons or tabs and a header line"
            ) from None
        if not rows:
            raise DataError(
                f"{self.path}, line 1, column 1: the file is empty; its first line must name "
                f"the columns"
            )
        return rows

    def _header(self, rows: list[Row]) -> list[str]:
        line, names = rows[0]
        previous: set[str] = set()
        for i, name in enumerate(names):
            if not name:
                problem = f"this column has no name; name column {i + 1} in the first line"
                self.refuse(line, i + 1, problem)
            if name in previous:
                first = names.index(name) + 1
                problem = f"columns {first} and {i + 1} have the same name; rename one"
                self.refuse(line, name, problem)
            previous.add(name)
        if all(_is_number(name) for name in names):
            self.refuse(line, names[0], "the first line must name the columns; it holds numbers")
        return names

    def _check_length(self, row: Row) -> None:
        cells, columns = len(row.cells), len(self.columns)
        if cells < columns:
            problem = f"the row ends after {cells} of {columns} cells; add the missing cells"
            self.refuse(row.line, self.columns[cells], problem)
        if cells > columns:
            problem = (
                f"the row has {cells} cells, but the first line names {columns} columns; put a "
                f"text that contains a separator in quotes"
            )
            self.refuse(row.line, columns + 1, problem)

    def _number(self, row: Row, i: int) -> float:
        cell, column = row.cells[i], self.columns[i]
        if not cell:
            self.refuse(row.line, column, "the cell is empty; a number is needed")
        if not _is_number(cell):
            self.refuse(row.line, column, f"{_short(cell)} is not a number")
        number = float(cell)
        if not math.isfinite(number):
            self.refuse(row.line, column, f"{_short(cell)} is not a finite number")
        if math.fabs(number) > _MAX_NUMBER:
            problem = f"{_short(cell)} is too large; scale the column down, below {_MAX_NUMBER:g}"
            self.refuse(row.line, column, problem)
        return number


def read_csv(
    path: str | os.PathLike[str], target: str | None = None, kind: str | None = None
) -> DataSet:
    """A data set from a CSV file whose first line names the columns.

    Args:
        path: The file. Every column but the target is an input, and holds numbers.
        target: The column to predict.
        kind: "classes" or "number". By default the target is treated as classes if it contains
            words, or at most 20 distinct integers that each occur at least twice; otherwise as a
            number.

    Raises:
        DataError: the file is not such a table, or `target` is missing. The message gives the
            file and, if possible, line and column.
        OSError: the file cannot be read.
    """
    if kind not in (None, *KINDS):
        raise InputError(f"kind {kind!r} is not known; use one of {', '.join(KINDS)}")
    table = Table(path)
    if target is None:
        raise DataError(
            f"{table.path}: choose the column to predict with target=… (command line: --target "
            f"COLUMN); the columns are {table.names()}"
        )
    table.index(target)
    inputs = tuple(column for column in table.columns if column != target)
    if not inputs:
        table.refuse(1, target, "this is the only column; at least one input is needed")
    X = table.numbers(inputs)
    if (kind or _kind(table, target)) == "number":
        return DataSet(table.path, X, table.numbers([target])[:, 0], inputs, target)
    classes, y = _classes(table.texts(target))
    if len(classes) < 2:
        table.refuse(table.rows[0].line, target, f"there is only one class, {_short(classes[0])}")
    return DataSet(table.path, X, y, inputs, target, classes)


def _kind(table: Table, target: str) -> str:
    """The default kind of a target, which depends on its cells."""
    cells = table.texts(target)
    numeric = [_is_number(cell) for cell in cells]
    if not any(numeric):
        return "classes"
    counts = Counter(table.numbers([target])[:, 0].tolist())  # raises at a word
    integers = all(x.is_integer() for x in counts)
    repeated = len(counts) <= _MAX_CLASSES and min(counts.values()) > 1
    return "classes" if integers and repeated else "number"


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
