"""Tables in text files, read with pandas. Errors give the file, line and column."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import warnings
from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple, NoReturn

import numpy as np

from micrograd_tut.errors import DataError, InputError, MissingPartError
from micrograd_tut.support.numbers import exact
from micrograd_tut.support.text import visible
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.cells import MISSING
from micrograd_tut.train.dialect import (
    Dialect,
    Record,
    find_dialect,
    lines_of,
    looks_like_row,
    records,
    without_comments,
)
from micrograd_tut.train.text_file import read_utf8

_MAX_NUMBER = 1e100  # squares and sums of such numbers do not overflow
_MAX_NAMES = 20  # columns that an error message lists


class Texts(NamedTuple):
    """The cells of a column of texts.

    Attributes:
        distinct: The different texts, in the order of their first row.
        codes: For each row, the index of its text; -1 if the cell is missing.
    """

    distinct: list[str]
    codes: np.ndarray[Any, np.dtype[np.intp]]


Cells = Array | Texts
"""The cells of a column: numbers, nan where one is missing, or texts."""


class Table:
    """The contents of a table in a text file: names of columns, and one cell per row in each.

    Separator, encoding, compression and line ends are recognised. Empty lines, rows without any
    cell, and empty columns at the edges are skipped.

    Args:
        path: The file.
        header: Whether the first line names the columns. By default it does, and is refused if it
            looks like a row.
        columns: The names of the columns, of a file whose first line is a row.
        known: Names of columns; a first line with all of them is a header.

    Attributes:
        path: The file.
        columns: The names of the columns.
        assumed: How the file was read, such as ``["separator ';'"]``.
        notes: What else a reader of the table should know, as sentences.
        comma: Whether the file has decimal commas.

    Raises:
        DataError: the file is a directory, or does not hold such a table.
        MissingPartError: pandas is not installed.
        OSError: the file cannot be read.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        header: bool | None = None,
        columns: Sequence[str] | None = None,
        known: Collection[str] = (),
    ) -> None:
        if columns is not None and header:
            raise InputError("columns are for a file whose first line is a row; leave out header")
        header = False if columns is not None else header
        self.path = os.fspath(path)
        self.notes: list[str] = []
        data, self.assumed = read_utf8(path)
        self._data = without_comments(data)
        if self._data is not data:
            self.assumed.append("comments that begin with #")
        dialect = find_dialect(self._data, header)
        if dialect is None:
            raise DataError(
                f"{self.path}, line 1, column 1: the file is empty; its first line must name "
                f"the columns"
            )
        self._dialect: Dialect = dialect
        self.assumed = [*dialect.assumed, *self.assumed]
        self.comma = dialect.comma or (dialect.separator == ";" and not self._has_points())
        if header is None and not (known and {*known} <= {*(dialect.names or [])}):
            self._check_header()
        self._cells = self._read()
        self._checked: set[int] = set()  # columns whose numbers are known to be finite
        names = self._names(columns)
        self._rows = self._leave_out_blanks(names)
        self._name_columns(names)
        if not len(self):
            problem = "the file has no rows below the column names"
            self.refuse(dialect.first + 1, self.columns[0], problem)

    @classmethod
    def of_row(cls, cells: dict[str, str]) -> Table:
        """A table of one row, from texts by column."""
        table = cls.__new__(cls)
        table.path, table.notes, table.assumed, table.comma = "the row", [], [], False
        table._data, table._rows = b"", np.zeros(1, np.intp)
        table._dialect = Dialect(",", [*cells], len(cells), 1, False, [])
        table._cells = {
            i: Texts([], np.array([-1])) if text in MISSING else Texts([text], np.zeros(1, int))
            for i, text in enumerate(cells.values())
        }
        table._checked = set()
        table._name_columns([*cells])
        return table

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def index(self, column: str) -> int:
        """The index of a column, counted from 0.

        Raises:
            DataError: no column has this name.
        """
        if column not in self._index:
            self.refuse(1, column, f"no column has this name; the columns are {self.names()}")
        return self._index[column]

    def names(self) -> str:
        """The column names for an error message."""
        shown = ", ".join(map(short, self.columns[:_MAX_NAMES]))
        more = len(self.columns) - _MAX_NAMES
        return shown if more <= 0 else f"{shown} and {more:,} more"

    def column(self, column: str) -> Cells:
        """The cells of a column: numbers, nan where one is missing, or texts.

        Raises:
            DataError: the column is missing, or a number is not finite.
        """
        i = self.index(column)
        cells = self._cells[i]
        if i not in self._checked and not isinstance(cells, Texts):
            largest = max(np.fmax.reduce(cells), -np.fmin.reduce(cells))
            if largest > _MAX_NUMBER:
                self.check_number(int(np.argmax(np.abs(cells) > _MAX_NUMBER)), column, cells)
            self._checked.add(i)
        return cells

    def texts(self, column: str) -> Texts:
        """The cells of a column as texts; whole numbers without a point."""
        cells = self.column(column)
        if isinstance(cells, Texts):
            return cells
        distinct, codes = np.unique(cells[~np.isnan(cells)], return_inverse=True)
        every = np.full(len(cells), -1, np.intp)
        every[~np.isnan(cells)] = codes
        return Texts([exact(x) for x in distinct], every)

    def missing(self, columns: Sequence[str]) -> dict[str, int]:
        """The number of missing cells in each of some columns that has any."""
        counts = {name: _missing(self._cells[self.index(name)]).sum() for name in columns}
        return {name: int(count) for name, count in counts.items() if count}

    def first_missing(self, column: str) -> int:
        """The first row in which the cell of a column is missing."""
        return int(np.argmax(_missing(self._cells[self.index(column)])))

    def check_number(self, row: int, column: str, values: Array) -> None:
        """Refuse a number that is not finite or too large."""
        number, record, i = float(values[row]), self._record(row), self.index(column)
        text = record.cells[i] if record and i < len(record.cells) else f"{number:g}"
        if not np.isfinite(number):
            self.refuse_row(row, column, f"{short(text)} is not a finite number; correct the cell")
        if abs(number) > _MAX_NUMBER:
            problem = f"{short(text)} is too large; scale the column down, below {_MAX_NUMBER:g}"
            self.refuse_row(row, column, problem)

    def cells(self, column: str) -> Any:
        """The cells of a column as an array of str objects; "" for a missing one."""
        texts = self.texts(column)
        return np.array([*texts.distinct, ""], object)[texts.codes]

    def refuse_row(self, row: int, column: str, problem: str) -> NoReturn:
        """Raise DataError with the file, the line of a row, and a column."""
        record = self._record(row)
        self.refuse(record.line if record else 1, column, problem)

    def _record(self, row: int) -> Record | None:
        """A row as it stands in the file."""
        rows = records(lines_of(self._data), self._dialect.separator)
        body = (record for record in rows if record.line > self._dialect.first)
        with suppress(csv.Error):
            return next(islice(body, int(self._rows[row]), None), None)
        return None

    def refuse(self, line: int, column: str | int, problem: str) -> NoReturn:
        """Raise DataError with file, line and column; the latter by its name or its number."""
        name = column if isinstance(column, int) else short(column)
        position = f", line {line}" if self._data else ""
        raise DataError(f"{self.path}{position}, column {name}: {problem}")

    # --- Reading ---

    def _has_points(self) -> bool:
        """Whether a number in the first rows has a decimal point."""
        sample = islice(records(lines_of(self._data), self._dialect.separator), 100)
        try:
            return any(re.fullmatch(r"-?[0-9]*\.[0-9]+", c) for row in sample for c in row.cells)
        except csv.Error:
            return False

    def _check_header(self) -> None:
        """Refuse a first line that may be a row."""
        names = self._dialect.names or []
        rows = records(lines_of(self._data), self._dialect.separator)
        try:
            sample = [row for row in islice(rows, 100) if row.line > self._dialect.first]
        except csv.Error:
            return
        if looks_like_row(names, [row.cells for row in sample]):
            line = self._dialect.first
            raise DataError(
                f"{self.path}, line {max(line, 1)}, column {short(names[0])}: the first line looks "
                f"like a row, not like the names of the columns; add --no-header (in Python "
                f"header=False), or name them: --columns a,b,… (columns=[…]). If it does name "
                f"them, add --header (header=True)"
            )

    def _read(self) -> dict[int, Cells]:
        """The cells of each column."""
        pandas = import_pandas()
        dialect = self._dialect
        start = sum(len(line.encode()) for line in islice(lines_of(self._data), dialect.first))
        separator = r"\s+" if dialect.separator == " " else dialect.separator
        texts: Any = str if dialect.comma else None

        def read(dtype: Any) -> Any:
            file = io.BytesIO(self._data)
            file.seek(start)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", pandas.errors.ParserWarning)
                return pandas.read_csv(
                    file,
                    sep=separator,
                    header=None,
                    names=range(dialect.width),
                    index_col=False,
                    dtype=dtype,
                    skipinitialspace=True,
                    keep_default_na=False,
                    na_values=sorted(MISSING),
                    float_precision="round_trip",
                    encoding="utf-8",
                )

        try:
            frame = read(texts)
            objects = [i for i, dtype in frame.dtypes.items() if dtype.kind == "O"]
            mixed = [i for i in objects if _is_mixed(frame[i])]
            if mixed:  # numbers in one part of the file, texts in another
                frame = read(dict.fromkeys(mixed, str))
        except (pandas.errors.ParserError, pandas.errors.ParserWarning, OverflowError) as error:
            self._explain(strict=True)
            problem = visible(str(error).strip(), 200)
            raise DataError(f"{self.path}: this is not a table: {problem}") from None
        if frame.shape[1] > 1 and frame[frame.columns[-1]].isna().any():
            self._explain(strict=False)
        numeric = np.array([dtype.kind in "iuf" for dtype in frame.dtypes])
        numbers = (frame if numeric.all() else frame.loc[:, numeric]).to_numpy(float)
        columns: dict[int, Cells] = dict(
            zip(np.flatnonzero(numeric).tolist(), numbers.T, strict=True)
        )
        texts = frame.loc[:, ~numeric]
        columns |= {int(i): _texts(cells.to_numpy()) for i, cells in texts.items()}
        return dict(sorted(columns.items()))

    def _explain(self, strict: bool) -> None:
        """Raise DataError for the first row that is too short or too long, or is not CSV."""
        dialect, line = self._dialect, 0
        try:
            for line, cells in records(lines_of(self._data), dialect.separator, 1, strict):
                if line > dialect.first:
                    self._check_length(line, cells)
        except csv.Error as error:
            if not strict:
                return
            line = self._line_after(line)
            raise DataError(
                f"{self.path}, line {line}: this is not CSV: {error}; save it as CSV, with commas, "
                f"semicolons or tabs and a header line"
            ) from None

    def _line_after(self, last: int) -> int:
        """The first line that is not blank after the record that starts on line `last`."""
        following = last + 1
        try:
            seen = 0
            for record in records(lines_of(self._data), self._dialect.separator):
                if record.line > last:
                    return record.line
                seen = record.line
            following = seen
        except csv.Error:
            pass
        return following

    def _check_length(self, line: int, row: list[str]) -> None:
        cells, columns = len(row), self._dialect.width
        if not any(row):
            return
        names = self._dialect.names or [f"column {i + 1}" for i in range(columns)]
        if cells < columns and any(names[cells:]):
            problem = f"the row ends after {cells} of {columns} cells; add the missing cells"
            self.refuse(line, names[cells], problem)
        if cells > columns:
            problem = (
                f"the row has {cells} cells, but the first line names {columns} columns; put a "
                f"text that contains a separator in quotes"
            )
            self.refuse(line, columns + 1, problem)

    def _names(self, columns: Sequence[str] | None) -> list[str]:
        """The names of the columns, of the file or given; empty ones at the edges included."""
        dialect = self._dialect
        if dialect.names is not None:
            return dialect.names
        full = [i for i, cells in self._cells.items() if not _missing(cells).all()]
        if columns is None:
            return [f"column {i + 1}" if i in full else "" for i in range(dialect.width)]
        names = [""] * dialect.width
        if len(columns) == dialect.width:
            return list(columns)
        if len(columns) != len(full):
            raise InputError(
                f"columns name {len(columns)} columns, but {self.path} has {len(full)}; give one "
                f"name for each"
            )
        for i, name in zip(full, columns, strict=True):
            names[i] = name
        return names

    def _leave_out_blanks(self, names: list[str]) -> Any:
        """Leave out blank columns without a name, and blank rows; returns the rows that remain."""
        cells = self._cells
        nameless = [i for i in cells if not names[i] and _missing(cells[i]).all()]
        count = len(_missing(cells[0]))
        if nameless and len(nameless) < len(cells) and count:
            for i in nameless:
                del cells[i]
            self.assumed.append("empty columns left out")
        blank = np.ones(count, bool)
        for column in cells.values():
            if not blank.any():
                break
            blank &= _missing(column)
        rows = np.arange(count)
        if blank.any():
            rows = rows[~blank]
            self._cells = {
                i: Texts(column.distinct, column.codes[rows])
                if isinstance(column, Texts)
                else column[rows]
                for i, column in cells.items()
            }
        return rows

    def _name_columns(self, names: list[str]) -> None:
        """Set and check the names of the columns; leave out a nameless one that counts the rows."""
        line = max(self._dialect.first, 1)
        first = next(iter(self._cells))
        if not names[first] and len(self._cells) > 1 and self._counts_rows(first):
            del self._cells[first]
            self.notes.append(f"Column {first + 1} has no name and counts the rows: left out.")
        self._index: dict[str, int] = {}
        for i in self._cells:
            name = names[i]
            if not name:
                problem = f"this column has no name; name column {i + 1} in the first line"
                self.refuse(line, i + 1, problem)
            if name in self._index:
                other = self._index[name] + 1
                problem = f"columns {other} and {i + 1} have the same name; rename one"
                self.refuse(line, name, problem)
            self._index[name] = i
        self.columns = list(self._index)

    def _counts_rows(self, i: int) -> bool:
        cells = self._cells[i]
        if isinstance(cells, Texts):
            return len(cells.distinct) == len(cells.codes)  # the row names of R
        return len(cells) > 0 and counts(cells)


def _texts(raw: Any) -> Texts:
    """The cells of a column, from an array of texts, with nan for missing ones."""
    codes, distinct = import_pandas().factorize(raw)
    texts = [str(text).strip() for text in distinct]
    if all(text == raw for text, raw in zip(texts, distinct, strict=True)) and not (
        MISSING.intersection(texts)
    ):
        return Texts(texts, codes)
    numbers: dict[str, int] = {}
    new = [-1 if t in MISSING else numbers.setdefault(t, len(numbers)) for t in texts]
    return Texts([*numbers], np.array([*new, -1], np.intp)[codes])


def _missing(cells: Cells) -> Any:
    """For each row, whether the cell is missing."""
    return cells.codes < 0 if isinstance(cells, Texts) else np.isnan(cells)


def counts(values: Array) -> bool:
    """Whether numbers are consecutive integers."""
    if not float(values[0]).is_integer() or values[-1] - values[0] != len(values) - 1:
        return False
    return bool((np.diff(values) == 1).all())


def short(text: str) -> str:
    """A text in quotes for an error message, without the middle of a long one."""
    return repr(text if len(text) <= 40 else f"{text[:24]}…{text[-12:]}")


def typed(option: str, names: Sequence[str]) -> str:
    """An option with names of columns, as it is to be typed; without long names."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    value = text.getvalue()
    return f"{option} {shlex.quote(value) if len(value) <= 200 else 'COLUMN,…'}"


def import_pandas() -> Any:
    """The module pandas.

    Raises:
        MissingPartError: it is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise MissingPartError(
            'tables are read with pandas, which is not installed: pip install "micrograd-tut[data]"'
        ) from None
    return pandas


def _is_mixed(cells: Any) -> bool:
    """Whether a column of objects holds something other than texts and missing cells.

    A column of True and False, some of them missing, is not mixed.
    """
    kind = import_pandas().api.types.infer_dtype(cells, skipna=True)
    return kind not in ("string", "boolean", "empty")
