"""How a column of a table becomes inputs of a network: numbers, 1 for yes, days, or one-hot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from micrograd_tut.errors import DataError
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.cells import (
    NO,
    YES,
    Numbers,
    are_dates,
    is_number,
    parse_dates,
    parse_numbers,
)
from micrograd_tut.train.table import Table, Texts, short, typed

MAX_CATEGORIES = 50
"""The largest number of different texts that become one input each."""

KINDS = ("number", "yes_no", "date", "categories")
"""The kinds of columns."""


@dataclass(frozen=True)
class Column:
    """A column that is an input.

    Attributes:
        name: Its name.
        kind: One of `KINDS`. A number is itself; yes and true are 1, no and false are 0; a date is
            the number of days since 1970-01-01; a category is 1 in the input of its name, and 0 in
            those of all others.
        categories: The names of the categories.
    """

    name: str
    kind: str = "number"
    categories: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its inputs: ``("weight",)``, or ``("colour=red", "colour=blue")``."""
        if self.kind != "categories":
            return (self.name,)
        return tuple(f"{self.name}={category}" for category in self.categories)

    @classmethod
    def fit(cls, table: Table, name: str, categories: bool = False) -> Column:
        """The kind of a column, and its categories, from its cells.

        Args:
            table: The table.
            name: The name of the column.
            categories: Whether to treat numbers as categories.

        Raises:
            DataError: it holds free text, dates in an unclear order, or a text among numbers.
        """
        cells = table.texts(name) if categories else table.column(name)
        known = cells.codes >= 0 if isinstance(cells, Texts) else ~np.isnan(cells)
        if not known.any():
            raise FreeTextError(name, 0, "no cells")
        if not isinstance(cells, Texts):
            return cls(name)
        texts = cells.distinct
        if not categories:
            if not {text.lower() for text in texts} - YES - NO:
                return cls(name, "yes_no")
            if parse_dates(texts) is not None:
                return cls(name, "date")
            numbers = np.array([is_number(text) for text in texts])
            if numbers.any() and 2 * numbers[cells.codes[cells.codes >= 0]].mean() >= 1:
                read_numbers(table, name, cells)  # raises at a text
                return cls(name)
            if are_dates(texts):
                first = int(np.argmax(cells.codes >= 0))
                problem = f"{short(texts[0])} is not a date of the form 2024-01-31; write all so"
                option = typed("--drop", [name])
                table.refuse_row(first, name, f"{problem}, or leave the column out: {option}")
        if problem := _free_text(cells):
            raise FreeTextError(name, int(np.argmax(cells.codes >= 0)), problem)
        return cls(name, "categories", tuple(sorted(texts)))

    def encode(self, table: Table) -> tuple[Array, int]:
        """Its inputs for the rows of a table.

        Returns:
            An array of shape (rows, inputs), nan where a cell is missing; and the number of cells
            with a category that is not known, for which all inputs are 0.

        Raises:
            DataError: the column is missing, or a cell does not fit.
        """
        if self.kind == "categories":
            return self._one_hot(table.texts(self.name))
        cells = table.column(self.name)
        if not isinstance(cells, Texts):
            values = cells
            if self.kind == "date" and not np.isnan(cells).all():
                first = int(np.argmin(np.isnan(cells)))
                self._refuse(table, first, f"{cells[first]:g}", "a date, such as 2024-01-31")
            if self.kind == "yes_no" and not np.isin(cells[~np.isnan(cells)], (0, 1)).all():
                first = int(np.argmin(np.isnan(cells) | np.isin(cells, (0, 1))))
                self._refuse(table, first, f"{cells[first]:g}", "yes or no")
        elif self.kind == "number":
            values = read_numbers(table, self.name, cells).values
        elif self.kind == "date":
            days = [parse_dates([text]) for text in cells.distinct]
            self._check(table, cells, [day is not None for day in days], "a date like 2024-01-31")
            values = spread([day[0] for day in days if day is not None], cells)
        else:
            answers = [text.lower() for text in cells.distinct]
            known = [answer in YES | NO or answer in ("0", "1") for answer in answers]
            self._check(table, cells, known, "yes or no")
            values = spread([float(answer in YES or answer == "1") for answer in answers], cells)
        return values[:, None], 0

    def _one_hot(self, cells: Texts) -> tuple[Array, int]:
        numbers = {category: i for i, category in enumerate(self.categories)}
        unknown = len(self.categories)
        indices = np.array([*(numbers.get(text, unknown) for text in cells.distinct), -1], np.intp)
        codes = indices[cells.codes]
        encoded = (codes[:, None] == np.arange(unknown)).astype(float)
        encoded[codes == -1] = np.nan
        return encoded, int((codes == unknown).sum())

    def _check(self, table: Table, cells: Texts, known: Sequence[bool], needed: str) -> None:
        if not all(known):
            code = [*known].index(False)
            row = int(np.argmax(cells.codes == code))
            self._refuse(table, row, cells.distinct[code], needed)

    def _refuse(self, table: Table, row: int, text: str, needed: str) -> None:
        table.refuse_row(row, self.name, f"{short(text)} is not {needed}; correct the cell")


def encoded(table: Table, columns: Sequence[Column]) -> tuple[Array, dict[str, int]]:
    """The inputs of some columns for the rows of a table, and the unknown categories.

    Returns:
        An array of shape (rows, inputs), nan where a cell is missing; and for each column the
        number of cells with a category that is not known, if there are any.

    Raises:
        DataError: a column is missing, or a cell does not fit.
    """
    X = np.empty((len(table), sum(len(column.inputs) for column in columns)))
    position, unseen = 0, {}
    for column in columns:
        part, unknown = column.encode(table)
        X[:, position : position + part.shape[1]] = part
        position += part.shape[1]
        if unknown:
            unseen[column.name] = unknown
    return X, unseen


class FreeTextError(DataError):
    """A column holds texts that cannot be categories.

    Attributes:
        column: The name of the column.
        row: A row of the table, counted from 0.
        problem: What the column holds.
    """

    def __init__(self, column: str, row: int, problem: str) -> None:
        super().__init__(problem)
        self.column, self.row, self.problem = column, row, problem


def _free_text(cells: Texts) -> str:
    """What keeps texts from being categories, or ""."""
    count, rows = len(cells.distinct), int((cells.codes >= 0).sum())
    if any("\n" in text for text in cells.distinct):
        return "texts of several lines"
    if count > MAX_CATEGORIES:
        return f"{count:,} different texts in {rows:,} rows; at most {MAX_CATEGORIES} can be inputs"
    return f"{count} different texts in {rows} rows" if count >= 10 and 2 * count > rows else ""


def read_numbers(table: Table, column: str, cells: Texts) -> Numbers:
    """The numbers of a column of texts, nan where a cell is missing.

    Raises:
        DataError: a cell is not a finite number.
    """
    numbers = parse_numbers(cells.distinct, table.comma)
    if numbers is None:
        known = [is_number(text) for text in cells.distinct]
        if all(known):
            problem = "its numbers are written in different ways; write all of them like 1234.5"
            table.refuse_row(0, column, problem)
        code = known.index(False)
        row = int(np.argmax(cells.codes == code))
        text, option = short(cells.distinct[code]), typed("--categories", [column])
        table.refuse_row(
            row,
            column,
            f"{text} is not a number; correct or empty the cell, or treat the column as "
            f"categories: {option}",
        )
    values = spread(numbers.values, cells)
    suspect = np.abs(values) > 1e100
    if suspect.any():
        table.check_number(int(np.argmax(suspect)), column, values)
    return Numbers(values, numbers.assumed)


def spread(values: Sequence[float] | Array, cells: Texts) -> Array:
    """A value for each row, from one for each different text; nan where a cell is missing."""
    spread_out: Array = np.array([*values, np.nan])[cells.codes]
    return spread_out
