"""``micrograd-tut play``: a page on which a network learns."""

from __future__ import annotations

import argparse
from pathlib import Path

from micrograd_tut.cli.options import (
    add_choice,
    add_integer,
    add_number,
    add_seed,
    check_network,
    refuse,
)
from micrograd_tut.cli.train import (
    TABLE_OPTIONS,
    add_network,
    add_table,
    data_from_args,
    optimizer_from_args,
)
from micrograd_tut.pages.html_page import as_json
from micrograd_tut.play.formula import formula_data, is_formula
from micrograd_tut.play.page import Playground
from micrograd_tut.play.problem import short
from micrograd_tut.play.programs import RULES
from micrograd_tut.support.text import visible
from micrograd_tut.train.data import DATA_SETS, DataSet
from micrograd_tut.train.experiment import Experiment
from micrograd_tut.train.losses import LOSS_ALIASES, LOSSES

EXAMPLES = """examples:
  micrograd-tut play moons --page moons.html
  micrograd-tut play spiral --hidden 16,16 --activation tanh
  micrograd-tut play "sin(x) + 0.1*x" --hidden 8,8
  micrograd-tut play flowers.csv --target species --page flowers.html
"""
_ROOM = 8_600  # characters of inputs, so that a page has less than 150 kB
_WIDE = 12  # inputs above which there is one hidden layer by default


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Write an HTML page on which a network learns: train, pause and step, change the settings, "
        "see every weight, gradient and output. The page is one file that needs no network."
    )
    parser.usage = "%(prog)s DATASET [--page FILE] [option …]"
    parser.epilog = EXAMPLES
    add = parser.add_argument
    names = ", ".join(DATA_SETS)
    add("data", metavar="DATASET", help=f"{names}, a CSV file, or a formula of x, or of x and y")
    add("--page", metavar="FILE", default="play.html", help="output file (default: %(default)s)")
    add_number(parser, "--held-out", 0.25, "fraction of the rows to hold out")
    add_seed(parser, "random seed for the split, the weights and the batches")
    add_number(parser, "--from", -5.0, "smallest number of a formula's variables")
    add_number(parser, "--to", 5.0, "largest number of a formula's variables")
    add_table(parser.add_argument_group("table"))
    group = parser.add_argument_group("network")
    add_network(group)
    parser.set_defaults(activation="tanh")
    group = parser.add_argument_group("training, which the page can change")
    note = "chosen from the target"
    add_choice(group, "--loss", LOSSES, None, "loss function", note, LOSS_ALIASES)
    add_choice(group, "--optimizer", RULES, "adam", "optimizer")
    add_number(group, "--lr", 0.01, "learning rate")
    add_number(group, "--momentum", None, "momentum of --optimizer sgd", "0")
    add_integer(group, "--batch-size", 16, "examples per update")
    add_number(group, "--l2", 0.0, "L2 penalty")
    parser.set_defaults(default_of=parser.get_default)


def run(args: argparse.Namespace) -> None:
    """Write the page."""
    optimizer = optimizer_from_args(args)
    data, note = _sampled(_data(args), args.seed)
    hidden = args.hidden
    if hidden is None:
        hidden = [16] if len(data.inputs) > _WIDE else [8, 8]
    check_network([len(data.inputs), *hidden, max(1, len(data.classes))])
    experiment = Experiment.create(
        data, args.loss, hidden, args.activation, args.init, args.held_out, args.seed
    )
    page = Playground.of(
        experiment,
        optimizer=optimizer,
        batch_size=args.batch_size,
        seed=args.seed,
        l2=args.l2,
        title=f"{Path(args.data).stem if data.columns else args.data}: a network that learns",
        note=note,
    )
    path = page.page(args.page)
    print(f"{data}\nWrote {visible(str(path))} ({path.stat().st_size / 1000:.0f} kB)")


def _data(args: argparse.Namespace) -> DataSet:
    """The data set of the name, of the file, or of the formula."""
    known = args.data in DATA_SETS or Path(args.data).exists()
    if known or not is_formula(args.data):
        refuse(args, ("from", "to"), "formulas", f"give a formula instead of {args.data}")
        return data_from_args(args)
    refuse(args, TABLE_OPTIONS, "CSV files", "give a file instead of a formula")
    return formula_data(args.data, getattr(args, "from"), args.to, args.seed)


def _sampled(data: DataSet, seed: int) -> tuple[DataSet, str]:
    """As many rows as a page has room for, and a note if these are not all."""
    size = len(as_json(short(data.X)))
    if size <= _ROOM:
        return data, ""
    _, sample = data.split(_ROOM / size, seed)
    rows = f"{len(sample.y):,} of the {len(data.y):,} rows"
    return sample, f"The page has a sample of {rows}."
