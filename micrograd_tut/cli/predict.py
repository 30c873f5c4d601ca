"""``micrograd-tut predict``: a saved net answers for the rows of a table."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from typing import Any

from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import visible
from micrograd_tut.train.checkpoint import load
from micrograd_tut.train.csv_file import Table
from micrograd_tut.train.preprocessing import Preprocessing, missing_preprocessing

EXAMPLES = """examples:
  micrograd-tut train flowers.csv --target species --save flowers.safetensors
  micrograd-tut predict flowers.safetensors more.csv -o answers.csv
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = (
        "Let a net saved by `micrograd-tut train --save` answer for each row of a CSV file, which "
        "has the columns that the net was trained on; more columns do not matter. The answers "
        "are CSV too, with the probability of the class where the net gives one."
    )
    parser.epilog = EXAMPLES
    parser.add_argument("model", metavar="FILE", help="the saved net")
    parser.add_argument("table", metavar="TABLE.csv", help="the rows to answer for")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to (default: the terminal)")


def run(args: argparse.Namespace) -> None:
    """Answer."""
    model = load(args.model)
    preprocessing = Preprocessing.load(args.model, model)
    if preprocessing is None:
        raise missing_preprocessing(args.model)
    table = Table(args.table)
    rows = preprocessing.transform(table.numbers(preprocessing.inputs))
    text = _csv(_answers(model, preprocessing, rows))
    if args.output:
        write_whole(args.output, text)
        print(f"Wrote {visible(args.output)}", file=sys.stderr)
    else:
        print(text, end="")


def _answers(model: Any, preprocessing: Preprocessing, rows: list[list[float]]) -> list[list[Any]]:
    """A head and one row per answer."""
    words = preprocessing.decode(model.predict(rows))
    if model.task not in ("binary", "multiclass"):
        return [[preprocessing.target], *([word] for word in words)]
    likely = [max(row) for row in model.predict_proba(rows).tolist()]
    lines = [[word, f"{p:.4f}"] for word, p in zip(words, likely, strict=True)]
    return [[preprocessing.target, "probability"], *lines]


def _csv(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
