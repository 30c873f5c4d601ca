"""The target column of a table: a number for each row, or a class."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from micrograd_tut.support.numbers import exact
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.cells import is_number
from micrograd_tut.train.columns import read_numbers
from micrograd_tut.train.table import Table, Texts, short

_MAX_CLASSES = 20

TASKS = ("classification", "regression")
"""What a target can be used for."""


class Targets(NamedTuple):
    """The cells of a target column.

    Attributes:
        y: For each row a number or the index of its class; nan where the cell is missing.
        classes: The names of the classes; empty if the target is a number.
        advice: Notes on how to treat it otherwise.
        assumed: How its numbers are written, such as ``("decimal comma",)``.
    """

    y: Array
    classes: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @classmethod
    def read(cls, table: Table, target: str, task: str | None) -> Targets:
        """The cells of a column as numbers or as classes.

        Args:
            table: The table.
            target: The name of the column.
            task: One of `TASKS` (default: chosen from the cells, as described in `read_csv`).

        Raises:
            DataError: the cells do not fit.
        """
        cells = table.column(target)
        if not isinstance(cells, Texts):
            return _numbers(target, task, cells)
        numeric = [is_number(text) for text in cells.distinct]
        if task == "classification" or (task is None and not any(numeric)):
            return _classes(table, target, cells)
        if not cells.distinct:
            table.refuse_row(0, target, "the target is missing in all rows; choose another")
        if task is None and not all(numeric):
            code = numeric.index(False)
            table.refuse_row(
                int(np.argmax(cells.codes == code)),
                target,
                f"{short(cells.distinct[code])} is not a number; correct the cell, or add --task "
                f"classification (in Python task=…)",
            )
        values, assumed = read_numbers(table, target, cells)
        return _numbers(target, task, values)._replace(assumed=assumed)


def _numbers(target: str, task: str | None, values: Array) -> Targets:
    """Numbers as they are, or as classes."""
    known = values[~np.isnan(values)]
    whole = bool((known % 1 == 0).all())
    if task == "regression" or (task is None and not whole):
        return Targets(values)
    distinct, repeats = np.unique(known, return_counts=True)
    count, name = len(distinct), short(target)
    if task is None and not (0 < count <= _MAX_CLASSES and repeats.min() > 1):
        advice = (
            f"{name} is treated as a number; if its {count} values are classes, add --task "
            f"classification."
        )
        few = 2 * count < len(values) and count <= 5 * _MAX_CLASSES
        return Targets(values, advice=(advice,) if few else ())
    advice = (
        f"{name} is treated as {count} classes; to predict it as a number, add --task regression."
    )
    y = np.searchsorted(distinct, values).astype(float)
    y[np.isnan(values)] = np.nan
    unsure = task is None and count > 2
    return Targets(y, tuple(map(exact, distinct)), (advice,) if unsure else ())


def _classes(table: Table, target: str, cells: Texts) -> Targets:
    """Texts as classes, in alphabetical order."""
    names = sorted(cells.distinct)
    rows = int((cells.codes >= 0).sum())
    if len(names) > 20 and 2 * len(names) > rows:
        table.refuse_row(
            0,
            target,
            f"{len(names):,} different texts in {rows:,} rows cannot be classes; choose another "
            f"column with --target",
        )
    numbers = {name: float(i) for i, name in enumerate(names)}
    y = np.array([*(numbers[text] for text in cells.distinct), np.nan])[cells.codes]
    return Targets(y, tuple(names))
