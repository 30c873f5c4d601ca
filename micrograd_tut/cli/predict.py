"""``micrograd-tut predict``: run a saved network on the rows of a table."""

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
  micrograd-tut predict flowers.safetensors more.csv -o predictions.csv
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Predict each row of a CSV file with a network saved by `micrograd-tut train --save`. The "
        "file needs the training columns; extra columns are ignored. Prints CSV, with the "
        "probability of the predicted class for classifiers."
    )
    parser.epilog = EXAMPLES
    parser.add_argument("model", metavar="FILE", help="the saved network")
    parser.add_argument("table", metavar="TABLE.csv", help="the rows to predict")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="output file (default: print to the terminal)"
    )


def run(args: argparse.Namespace) -> None:
    """Predict, and write the predictions."""
    model = load(args.model)
    preprocessing = Preprocessing.load(args.model, model)
    if preprocessing is None:
        raise missing_preprocessing(args.model)
    table = Table(args.table)
    rows = preprocessing.transform(table.numbers(preprocessing.inputs))
    text = _csv(_predictions(model, preprocessing, rows))
    if args.output:
        write_whole(args.output, text)
        print(f"Wrote {visible(args.output)}", file=sys.stderr)
    else:
        print(text, end="")


def _predictions(
    model: Any, preprocessing: Preprocessing, rows: list[list[float]]
) -> list[list[Any]]:
    """A header and one row per prediction."""
    predictions = preprocessing.decode(model.predict(rows))
    if model.task not in ("binary", "multiclass"):
        return [[preprocessing.target], *([prediction] for prediction in predictions)]
    probabilities = [f"{max(row):.4f}" for row in model.predict_proba(rows).tolist()]
    pairs = zip(predictions, probabilities, strict=True)
    return [[preprocessing.target, "probability"], *map(list, pairs)]


def _csv(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
