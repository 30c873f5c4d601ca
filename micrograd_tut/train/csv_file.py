r"""Data sets from tables in text files.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     path = Path(folder, "fruit.csv")
...     _ = path.write_text("weight,colour,kind\n6,red,plum\n9,green,pear\n")
...     data = read_csv(path, "kind")
>>> data.inputs
('weight', 'colour=green', 'colour=red')
>>> data.X.tolist()
[[6.0, 0.0, 1.0], [9.0, 1.0, 0.0]]
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.support.text import visible
from micrograd_tut.support.validation import one_of
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.columns import Column, FreeTextError, encoded, read_numbers
from micrograd_tut.train.data import MISSING_MODES, DataSet
from micrograd_tut.train.preprocessing import Preprocessing
from micrograd_tut.train.table import Table, Texts, counts, short, typed
from micrograd_tut.train.target_column import TASKS, Targets


def read_csv(
    path: str | os.PathLike[str],
    target: str | None = None,
    task: str | None = None,
    *,
    inputs: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    ids: Sequence[str] = (),
    categories: Sequence[str] = (),
    missing: str | None = None,
    header: bool | None = None,
    columns: Sequence[str] | None = None,
) -> DataSet:
    """A data set from a table in a text file.

    Separator, encoding, compression, decimal commas, thousands separators, currencies and per cent
    signs are recognised; `DataSet.notes` say what was assumed. Texts become one-hot inputs, yes
    and true become 1, no and false become 0, and dates become days since 1970-01-01.

    Args:
        path: The file, CSV or the like; it may be compressed with gzip or zip.
        target: The column to predict.
        task: "classification" or "regression". By default the target is treated as classes if it
            contains words, or at most 20 distinct integers that each occur at least twice;
            otherwise as a number.
        inputs: The columns to learn from (default: all but the target and those left out).
        drop: Columns to leave out.
        ids: Columns that name the rows; they are left out, too.
        categories: Columns of numbers to treat as categories.
        missing: What to do with missing cells: "mean" fills in the mean of the column, and the
            most frequent text; "most_frequent" fills in the most frequent number or text; "drop"
            leaves out the row. A row whose target is missing is left out. By default, a missing
            cell raises.
        header: Whether the first line names the columns. By default it does, and raises if it
            looks like a row. Without it, the columns are ``column 1`` and so on.
        columns: The names of the columns, for a file without a header.

    Raises:
        DataError: the file is not such a table, or `target` is missing. The message gives the
            file and, if possible, line and column.
        InputError: an argument does not fit.
        MissingPartError: pandas is not installed.
        OSError: the file cannot be read.
    """
    table = Table(path, header, columns)
    data = data_from(table, target, task, inputs, drop, ids, categories, missing)
    return data if missing is None else replace(data, X=Preprocessing.fit(data).fill(data.X))


def data_from(
    table: Table,
    target: str | None,
    task: str | None = None,
    inputs: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    ids: Sequence[str] = (),
    categories: Sequence[str] = (),
    missing: str | None = None,
) -> DataSet:
    """A data set from a table, as `read_csv`, with nan for a missing cell that is to be filled."""
    for name, setting, allowed in (("task", task, TASKS), ("missing", missing, MISSING_MODES)):
        if setting is not None:
            one_of(name, setting, allowed)
    if target is None:
        raise DataError(
            f"{table.path}: choose the column to predict with target=… (command line: --target "
            f"COLUMN); the columns are {table.names()}"
        )
    names = _inputs(table, target, inputs, drop, ids, categories)
    notes = [*table.notes, *_identifiers(table, names)]
    fitted = _fit(table, names, categories, missing, notes)
    targets = Targets.read(table, target, task)
    X, _ = encoded(table, fitted)
    X, y, left_out = _without_missing(table, target, X, targets.y, missing)
    y, classes = _occurring(y, targets.classes)
    if len(classes) == 1:
        table.refuse_row(0, target, f"there is only one class, {short(classes[0])}")
    written = _written(table, fitted, {target: targets.assumed})
    if table.assumed or written:
        notes.insert(0, f"Assumed: {', '.join([*table.assumed, *written])}.")
    notes += [*_described(fitted), *targets.advice, *left_out]
    flat = tuple(name for column in fitted for name in column.inputs)
    return DataSet(
        table.path, X, y, flat, target, classes, tuple(fitted), missing, tuple(ids), tuple(notes)
    )


def _inputs(
    table: Table,
    target: str,
    inputs: Sequence[str] | None,
    drop: Sequence[str],
    ids: Sequence[str],
    categories: Sequence[str],
) -> list[str]:
    """The names of the columns to learn from."""
    for name in (target, *(inputs or ()), *drop, *ids, *categories):
        table.index(name)
    excluded = {target, *drop, *ids}
    for name in (*(inputs or ()), *categories, *([target] if target in {*drop, *ids} else [])):
        if name in excluded:
            use = "the target" if name == target else "dropped, or an id"
            raise InputError(f"{short(name)} is {use}, and cannot be used otherwise; name it once")
    names = [name for name in inputs or table.columns if name not in excluded]
    if not names:
        table.refuse(1, target, "this is the only column; at least one input is needed")
    return names


def _identifiers(table: Table, names: Sequence[str]) -> list[str]:
    """Notes on columns that number the rows."""
    notes = []
    for name in names:
        if len(names) > 1 and len(table) > 4:
            cells = table.column(name)
            if not isinstance(cells, Texts) and counts(cells):
                notes.append(
                    f"{short(name)} counts the rows and looks like an identifier: leave it out "
                    f"with {typed('--drop', [name])}, or carry it into the predictions with "
                    f"{typed('--id', [name])}."
                )
    return notes


def _fit(
    table: Table,
    names: Sequence[str],
    categories: Sequence[str],
    missing: str | None,
    notes: list[str],
) -> list[Column]:
    """The columns to learn from, or one error that counts all that stands in the way."""
    fitted, texts = [], []
    for name in names:
        try:
            fitted.append(Column.fit(table, name, name in categories))
        except FreeTextError as error:
            texts.append(error)
    gaps = table.missing(names)
    problems = []
    if texts:
        held = "; ".join(f"{short(error.column)} holds {error.problem}" for error in texts)
        problems.append(f"{held}. Leave it out: {typed('--drop', [e.column for e in texts])}")
    counted = ", ".join(f"{short(name)} {count:,}" for name, count in gaps.items())
    if missing is not None and missing != "drop" and gaps:
        how = "mean, or the most frequent text" if missing == "mean" else "most frequent one"
        notes.append(f"Missing cells, replaced by the {how}: {counted}.")
    if gaps and missing is None:
        problems.append(
            f"cells are missing: {counted} of {len(table):,}. Add --missing mean, --missing "
            f"most_frequent or --missing drop (in Python missing=…)"
        )
    if texts:
        table.refuse_row(texts[0].row, texts[0].column, ". Also, ".join(problems))
    if gaps and missing is None:
        name = next(iter(gaps))
        table.refuse_row(table.first_missing(name), name, problems[0])
    return fitted


def _without_missing(
    table: Table, target: str, X: Array, y: Array, missing: str | None
) -> tuple[Array, Array, list[str]]:
    """Inputs and targets without the rows to leave out, and a note that counts these."""
    gone = np.isnan(y)
    if gone.any() and missing is None:
        problem = (
            f"the target is missing in {gone.sum():,} of {len(y):,} rows. Fill it in, or leave "
            f"these rows out with --missing drop, mean or most_frequent"
        )
        table.refuse_row(int(np.argmax(gone)), target, problem)
    if missing == "drop":
        gone |= np.isnan(X).any(axis=1)
    if not gone.any():
        return X, y, []
    if gone.all():
        raise DataError(f"{table.path}: each row has a missing cell; use --missing mean")
    return X[~gone], y[~gone], [f"Rows with missing cells, left out: {gone.sum():,}."]


def _occurring(y: Array, classes: tuple[str, ...]) -> tuple[Array, tuple[str, ...]]:
    """Targets and classes without those classes that occur only in rows that are left out."""
    used = np.unique(y).astype(int)
    if not classes or len(used) == len(classes):
        return y, classes
    return np.searchsorted(used, y).astype(float), tuple(classes[i] for i in used)


def _written(table: Table, columns: Sequence[Column], target: dict[str, Any]) -> list[str]:
    """How the numbers of the columns are written, where `float` does not read them."""
    ways: dict[str, list[str]] = {}
    assumed = {}
    for column in columns:
        cells = table.column(column.name) if column.kind == "number" else None
        if isinstance(cells, Texts):
            assumed[column.name] = read_numbers(table, column.name, cells).assumed
    for name, written in (assumed | target).items():
        for way in written:
            ways.setdefault(way, []).append(name)
    return [f"{way} in {_list(names)}" for way, names in ways.items()]


def _described(columns: Sequence[Column]) -> list[str]:
    """Notes on columns that are not numbers."""
    one_hot = [c for c in columns if c.kind == "categories"]
    counted = [f"{visible(c.name, 40)}: {len(c.categories)} categories" for c in one_hot[:20]]
    listed = ", ".join(counted)
    answers = [column.name for column in columns if column.kind == "yes_no"]
    dates = [column.name for column in columns if column.kind == "date"]
    return [
        *([f"One-hot inputs, 0 or 1: {listed}{', …' if one_hot[20:] else ''}."] if listed else []),
        *([f"Yes and true are 1, no and false are 0: {_list(answers)}."] if answers else []),
        *([f"Dates are days since 1970-01-01: {_list(dates)}."] if dates else []),
    ]


def _list(names: Sequence[str]) -> str:
    return ", ".join(visible(name, 40) for name in names[:8]) + (", …" if len(names) > 8 else "")
