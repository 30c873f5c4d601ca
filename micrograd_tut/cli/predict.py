"""``micrograd-tut predict``: run a saved network on the rows of a table."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.cli.options import add_header, check_different, names
from micrograd_tut.errors import InputError
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import visible
from micrograd_tut.train.checkpoint import load
from micrograd_tut.train.columns import Column
from micrograd_tut.train.predictions import outputs_of_rows, predictions_of, probabilities_of
from micrograd_tut.train.preprocessing import Applied, Preprocessing, missing_preprocessing
from micrograd_tut.train.report import r_squared
from micrograd_tut.train.table import Table

_CHUNK = 10_000  # rows that become text at once

EXAMPLES = """examples:
  micrograd-tut train flowers.csv --target species --save flowers.safetensors
  micrograd-tut predict flowers.safetensors more.csv -o predictions.csv
  micrograd-tut predict flowers.safetensors --row length=5.1,width=3.5 --proba
"""


class NamedColumn(NamedTuple):
    """A column of the predictions.

    Attributes:
        name: Its name.
        cells: An array of numbers, of texts, or of both, one per row.
        form: The format of a number, such as ".4f"; "" for all its digits.
    """

    name: str
    cells: Any
    form: str = ""

    def texts(self, start: int, stop: int) -> list[str]:
        """The cells of some rows as texts."""
        cells = self.cells[start:stop].tolist()
        return [cell if isinstance(cell, str) else format(cell, self.form) for cell in cells]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Predict each row of a CSV file with a network saved by `micrograd-tut train --save`. The "
        "file needs the training columns; extra columns are ignored. Prints CSV, with the "
        "probability of the predicted class for classifiers, and the columns of `train --id`. If "
        "the file has the target, too, the score follows."
    )
    parser.usage = "%(prog)s FILE (TABLE.csv | --row NAME=CELL,…) [option …]"
    parser.epilog = EXAMPLES
    add = parser.add_argument
    add("model", metavar="FILE", help="the saved network")
    add("table", metavar="TABLE.csv", nargs="?", help="the rows to predict")
    add("--row", metavar="NAME=CELL,…", type=names, help="one row, instead of a table")
    add("--proba", action="store_true", help="write the probability of each class")
    add_header(parser)
    add("-o", "--output", metavar="FILE", help="output file (default: print to the terminal)")
    parser.set_defaults(usage_error=parser.error)


def run(args: argparse.Namespace) -> None:
    """Predict, and write the predictions."""
    if (args.row is None) == (args.table is None):
        args.usage_error("give one of a table and --row, such as --row age=35,fare=8")
    check_different({"FILE": args.model, "TABLE.csv": args.table, "--output": args.output})
    model = load(args.model)
    preprocessing = Preprocessing.load(args.model, model)
    if preprocessing is None:
        raise missing_preprocessing(args.model)
    if args.proba and not _has_probabilities(model):
        raise InputError(
            f"--proba needs a network that gives probabilities, and {args.model} does "
            f"{model.task}; remove it"
        )
    table = _table(args, preprocessing)
    for name in preprocessing.ids:
        table.index(name)
    applied = preprocessing.apply(table)
    predictions = _predictions(model, preprocessing, applied, args.proba)
    notes = _notes(applied)
    complete = applied.complete
    del applied  # its inputs are large
    ids = [NamedColumn(name, table.cells(name)) for name in preprocessing.ids]
    text = _csv([*ids, *predictions])
    score = _score(table, preprocessing, complete, predictions[0].cells)
    for line in [*_read_with(table), *notes, *score]:
        print(visible(line), file=sys.stderr)
    if args.output:
        write_whole(args.output, text)
        print(f"Wrote {visible(args.output)}", file=sys.stderr)
    else:
        lines = text.splitlines(keepends=True) if sys.stdout.isatty() else []
        print("".join(f"{visible(line.rstrip())}\n" for line in lines) or text, end="")


def _table(args: argparse.Namespace, preprocessing: Preprocessing) -> Table:
    """The table, or that of the one row that is given."""
    if args.row is None:
        known = {column.name for column in preprocessing.columns}
        return Table(args.table, args.header, args.columns, known)
    cells: dict[str, str] = {}
    needed = [*preprocessing.ids, *(column.name for column in preprocessing.columns)]
    for part in args.row:
        name, equals, cell = map(str.strip, part.partition("="))
        if not equals:
            raise InputError(f"--row {part}: write NAME=CELL, such as age=35")
        if name in cells or name not in needed:
            problem = "given twice; give it once" if name in cells else "not an input"
            raise InputError(f"--row: {name} is {problem}; the inputs are {', '.join(needed)}")
        cells[name] = cell
    absent = [column.name for column in preprocessing.columns if column.name not in cells]
    if absent and preprocessing.missing in (None, "drop"):
        raise InputError(f"--row lacks {', '.join(absent[:20])}; add {absent[0]}=…")
    return Table.of_row(dict.fromkeys(needed, "") | cells)


def _has_probabilities(model: Any) -> bool:
    return model.task in ("binary", "multiclass")


def _predictions(
    model: Any, preprocessing: Preprocessing, applied: Applied, every: bool
) -> list[NamedColumn]:
    """The columns of the predictions; cells are "" for rows that cannot be predicted."""
    complete = applied.complete
    outputs = outputs_of_rows(model, applied.X if complete.all() else applied.X[complete])
    decoded = preprocessing.decode(predictions_of(model, outputs))
    columns = [NamedColumn(preprocessing.target, _spread(decoded, complete))]
    if _has_probabilities(model):
        shape = len(outputs), len(preprocessing.classes)
        probabilities = probabilities_of(model, outputs).reshape(shape)
        names = [f"probability of {name}" for name in preprocessing.classes]
        if not every:
            names, probabilities = ["probability"], probabilities.max(1, keepdims=True, initial=0)
        for name, column in zip(names, probabilities.T, strict=True):
            columns.append(NamedColumn(name, _spread(column, complete), ".4f"))
    return columns


def _spread(column: Any, complete: Any) -> Any:
    """A column with an empty cell for each row that is not complete."""
    if complete.all():
        return column
    cells = np.full(len(complete), "", object)
    cells[complete] = column
    return cells


def _read_with(table: Table) -> list[str]:
    """How the table was read."""
    return [f"Assumed: {', '.join(table.assumed)}."] if table.assumed else []


def _notes(applied: Applied) -> list[str]:
    """What the predictions rest on less than those in training."""
    unseen = ", ".join(f"{name}: {count:,}" for name, count in applied.unseen.items())
    gaps = int((~applied.complete).sum())
    return [
        *([f"Cells with a category that did not occur in training: {unseen}."] if unseen else []),
        *([f"Rows with missing cells, without a prediction: {gaps:,}."] if gaps else []),
    ]


def _score(
    table: Table, preprocessing: Preprocessing, complete: Any, predictions: Any
) -> list[str]:
    """The score of the predictions, if the table has the target."""
    if preprocessing.target not in table.columns:
        return []
    if preprocessing.classes:
        actual = table.cells(preprocessing.target)
        known = complete & (actual != "")
    else:
        actual = Column(preprocessing.target).encode(table)[0][:, 0]
        known = complete & ~np.isnan(actual)
    count = int(known.sum())
    if not count:
        return []
    actual, predictions = actual[known], predictions[known]
    rows = f"{count:,} rows with {preprocessing.target}"
    if preprocessing.classes:
        return [f"Accuracy on {rows}: {(actual == predictions).mean():.1%}."]
    predictions = predictions.astype(float)
    error = np.abs(actual - predictions).mean()
    r2 = r_squared(actual, predictions)
    return [f"On {rows}: R² {r2:.3f}, mean absolute error {error:.4g}."]


def _csv(columns: list[NamedColumn]) -> str:
    """The text of a table."""
    parts = [_lines([[column.name for column in columns]])]
    for start in range(0, len(columns[0].cells), _CHUNK):
        cells = [column.texts(start, start + _CHUNK) for column in columns]
        parts.append(_lines(zip(*cells, strict=True)))
    return "".join(parts)


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
