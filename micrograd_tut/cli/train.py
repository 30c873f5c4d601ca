"""``micrograd-tut train``: train a network on a data set, and report the result."""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path

from micrograd_tut.bridges.workers import rank
from micrograd_tut.cli.draw import names_of
from micrograd_tut.cli.options import (
    add_choice,
    add_header,
    add_integer,
    add_number,
    add_picture,
    add_seed,
    check_different,
    check_network,
    names,
    picture_settings,
    refuse,
    sizes,
)
from micrograd_tut.cli.output import unread_output_is_dropped
from micrograd_tut.drawing import Drawing, draw, draw_network
from micrograd_tut.drawing.network_pictures import mistakes_view
from micrograd_tut.errors import (
    DataError,
    InputError,
    MicrogradError,
    MissingPartError,
    WorkerError,
)
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.initializers import INITS
from micrograd_tut.support.limits import EPOCHS, LAYERS, NETWORK
from micrograd_tut.support.text import visible
from micrograd_tut.train.checkpoint import save
from micrograd_tut.train.csv_file import data_from
from micrograd_tut.train.data import DATA_SETS, MISSING_MODES, DataSet, data_set
from micrograd_tut.train.decision_boundary import plot_boundary
from micrograd_tut.train.experiment import Experiment
from micrograd_tut.train.fit import fit
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import LOSS_ALIASES, LOSSES
from micrograd_tut.train.optim import OPTIMIZERS, SGD
from micrograd_tut.train.optimizer import Optimizer
from micrograd_tut.train.preprocessing import SAVED_AS
from micrograd_tut.train.report import classified, confusion_matrix, health, score_table
from micrograd_tut.train.schedules import SCHEDULES
from micrograd_tut.train.table import Table
from micrograd_tut.train.target_column import TASKS

EXAMPLES = """examples:
  micrograd-tut train iris
  micrograd-tut train moons --hidden 16,16 --loss hinge --l2 1e-4
  micrograd-tut train digits --hidden 32 --save digits.safetensors
  micrograd-tut train houses.csv --target price --loss huber --validation 0.2 --patience 10
  micrograd-tut train riders.csv --target arrived --drop name,seat --id rider --missing mean
"""
TABLE_OPTIONS = (
    "target", "task", "inputs", "drop", "id", "categories", "missing", "header", "columns"
)  # fmt: skip
_UPDATES = 800  # of the parameters, by default
_ENGINES: dict[str, bool | str] = {
    "numpy": True,
    "native": "native",
    "torch": "torch",
    "values": False,
}
"""By name, what ``mg.fit(compiled=...)`` takes."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Train a network of Values on a data set. A stratified test set is held out; inputs are "
        "standardised with the mean and standard deviation of the training set. Writes the graph "
        "of one example's loss, the network and the training curves to a folder."
    )
    parser.usage = "%(prog)s DATASET [--target COLUMN] [option …]"
    parser.epilog = EXAMPLES
    add = parser.add_argument
    add("data", metavar="DATASET", help=f"{', '.join(DATA_SETS)}, or a CSV file")
    text = "fraction of the rows to hold out as the test set"
    add_number(parser, "--held-out", 0.25, text)
    text = "random seed for the split, the initial weights and the batches"
    add_seed(parser, text)
    add("--out", metavar="DIR", default="out", help="folder for the pictures (default: out)")
    add("--save", metavar="FILE", help="save the network for micrograd-tut predict")
    add("--quiet", action="store_true", help="show no progress bar")
    add_table(parser.add_argument_group("table"))
    add_network(parser.add_argument_group("network"))
    _add_training(parser.add_argument_group("training"))
    add_picture(parser)
    parser.set_defaults(default_of=parser.get_default)


def add_table(group: argparse._ArgumentGroup) -> None:
    """Add the options for tables in files."""
    add = group.add_argument
    add("--target", metavar="COLUMN", help="the column of the file to predict")
    add_choice(group, "--task", TASKS, None, "how to treat the target", "chosen from its cells")
    text = "columns to learn from (default: all but the target and those left out)"
    add("--inputs", metavar="COLUMN,…", type=names, help=text)
    add("--drop", metavar="COLUMN,…", type=names, default=[], help="columns to leave out")
    text = "columns that name the rows: left out, and written beside the predictions"
    add("--id", metavar="COLUMN,…", type=names, default=[], help=text)
    text = "columns of numbers to treat as categories"
    add("--categories", metavar="COLUMN,…", type=names, default=[], help=text)
    text = "fill in missing cells, or drop rows that have one"
    add_choice(group, "--missing", MISSING_MODES, None, text, "an error")
    add_header(group)


def add_network(group: argparse._ArgumentGroup) -> None:
    """Add the options for the layers of a network."""
    group.add_argument(
        "--hidden",
        metavar="N,…",
        type=sizes,
        help=f'sizes of the hidden layers, "" for none; at most {LAYERS}, and {NETWORK:,} '
        "parameters (default: 16, or 32 with more than 50 inputs)",
    )
    activations = [name for name in ACTIVATIONS if name != "softmax"]
    add_choice(group, "--activation", activations, "relu", "activation of the hidden layers")
    auto = "auto, which is xavier for linear, sigmoid and tanh, and he for other activations"
    add_choice(group, "--init", ["auto", *INITS], "auto", "initialisation of the weights", auto)


def _add_training(group: argparse._ArgumentGroup) -> None:
    note = "chosen from the target"
    add_choice(group, "--loss", LOSSES, None, "loss function", note, LOSS_ALIASES)
    add_choice(group, "--optimizer", OPTIMIZERS, "adam", "optimizer")
    add_choice(group, "--schedule", SCHEDULES, None, "learning-rate schedule", "constant")
    add_number(group, "--lr", 0.01, "learning rate")
    add_number(group, "--momentum", None, "momentum of --optimizer sgd", "0")
    note = f"enough for about {_UPDATES} updates, at most 100"
    add_integer(group, "--epochs", None, "number of epochs", note, most=EPOCHS)
    add_integer(group, "--batch-size", 16, "examples per update")
    text = "L2 penalty: add X times the sum of the squared parameters, biases included, to the loss"
    add_number(group, "--l2", 0.0, text)
    add_number(group, "--clip", None, "clip the gradient to this norm")
    text = "fraction of the training set to use for validation"
    add_number(group, "--validation", None, text)
    text = "early stopping: stop after N epochs without improvement"
    add_integer(group, "--patience", None, text)
    text = "file to keep the state of training in, so that a run that is killed can be continued"
    group.add_argument("--checkpoint", metavar="FILE", help=text)
    text = "continue the run whose state is in the --checkpoint file, with the same options"
    group.add_argument("--resume", action="store_true", help=text)
    noun = "what computes; torch uses a GPU if there is one, and under torchrun all its processes"
    add_choice(group, "--engine", _ENGINES, "numpy", noun)
    group.add_argument(
        "--diagnose",
        action="store_true",
        help="print the layer-by-layer diagnosis even if there is no problem",
    )


def run(args: argparse.Namespace) -> None:
    """Train, report, save and draw; of several processes of torchrun only the first reports."""
    if args.engine == "torch" and rank():
        _follow(args)
        return
    with unread_output_is_dropped():
        _lead(args)


def _lead(args: argparse.Namespace) -> None:
    """Train, report, save and draw."""
    out = Path(args.out)
    _check_paths(args, out)
    optimizer = optimizer_from_args(args)
    experiment = _experiment(args)
    print(experiment.model.summary(), end="\n\n")
    history = _train(args, experiment, optimizer)
    print(f"\n{history}\n\n{score_table(experiment)}")
    if experiment.preprocessing.classes:
        print(f"\n{confusion_matrix(experiment)}")
    report = health(experiment, history)
    if report.problems or args.diagnose:
        print(f"\n{report}")
    if args.save:
        _save(args, experiment)
    _draw(args, experiment, history, out)


def _follow(args: argparse.Namespace) -> None:
    """Train as one of several processes, of which the first prints and writes."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            optimizer = optimizer_from_args(args)
            _train(args, _experiment(args), optimizer)
    except WorkerError:
        raise
    except MicrogradError:  # the first process has it, too, and says so
        raise SystemExit(2) from None


def _check_paths(args: argparse.Namespace, out: Path) -> None:
    """Raise before the training if the results could not be written after it."""
    paths = {"DATASET": args.data, "--save": args.save, "--checkpoint": args.checkpoint}
    check_different(paths)
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {args.out} is a file; give a folder")
    for option, name in (("--save", args.save), ("--checkpoint", args.checkpoint)):
        if name and not (folder := Path(name).absolute().parent).is_dir():
            raise InputError(f"{option} {name}: there is no folder {folder}; create it first")
        if name and Path(name).is_dir():
            raise InputError(f"{option} {name} is a folder; give the name of a file")
    if args.resume and not args.checkpoint:
        raise InputError("--resume needs the file of the run to continue: --checkpoint FILE")
    if args.resume and not Path(args.checkpoint).exists():
        raise InputError(f"there is no file {args.checkpoint} to continue; leave out --resume")


def _experiment(args: argparse.Namespace) -> Experiment:
    data = data_from_args(args)
    outputs = len(data.classes) if len(data.classes) > 2 else 1
    check_network([len(data.inputs), *(args.hidden or ()), outputs])
    experiment = Experiment.create(
        data, args.loss, args.hidden, args.activation, args.init, args.held_out, args.seed
    )
    train, test = len(experiment.train.y), len(experiment.test.y)
    numbers = "the numbers" if data.columns and _has_texts(data) else "the inputs"
    scaled = numbers if data.classes else f"{numbers} and the target"
    notes = "".join(f"{visible(note)}\n" for note in data.notes)
    print(
        f"{data}\n{notes}{train:,} training rows, {test:,} test rows; {scaled} are standardised.\n"
    )
    return experiment


def data_from_args(args: argparse.Namespace) -> DataSet:
    """The data set by its name, or of a file.

    Raises:
        DataError, InputError: there is no such data set or file, or an option does not fit.
    """
    if args.data in DATA_SETS:
        refuse(args, TABLE_OPTIONS, "CSV files", f"give a file instead of {args.data}")
        return data_set(args.data, args.seed)
    if not Path(args.data).exists():
        raise DataError(
            f"{args.data} is neither a file nor one of {', '.join(DATA_SETS)}; check the path, or "
            f"choose a data set"
        )
    tasks = {"regression": "regression", "multiclass": "classification"}
    task = args.task or (tasks.get(LOSSES[args.loss].task) if args.loss else None)
    table = Table(args.data, args.header, args.columns)
    return data_from(
        table, args.target, task, args.inputs, args.drop, args.id, args.categories, args.missing
    )


def _has_texts(data: DataSet) -> bool:
    return any(column.kind in ("yes_no", "categories") for column in data.columns)


def optimizer_from_args(args: argparse.Namespace) -> Optimizer:
    """The optimizer; InputError if it takes no momentum and one is given."""
    cls: Callable[..., Optimizer] = OPTIMIZERS[args.optimizer]
    if args.momentum is None:
        return cls(args.lr)
    if cls is not SGD:
        raise InputError("--momentum only works with --optimizer sgd; remove it")
    return cls(args.lr, momentum=args.momentum)


def _train(args: argparse.Namespace, experiment: Experiment, optimizer: Optimizer) -> History:
    X, y = experiment.examples(experiment.train)
    epochs = args.epochs
    if epochs is None:
        epochs = min(100, math.ceil(_UPDATES * args.batch_size / len(y)))
    print(f"Loss {experiment.loss.name}, {optimizer}, batches of {args.batch_size}.")
    # the test set decides nothing: without early stopping, only the curves show it
    watched = args.validation is None and args.patience is None
    history = fit(
        experiment.model,
        X,
        y,
        loss=experiment.loss,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=args.batch_size,
        metrics=[experiment.metric],
        validation=experiment.examples(experiment.test) if watched else args.validation,
        seed=args.seed,
        progress=not args.quiet,
        schedule=args.schedule,
        l2=args.l2,
        clip=args.clip,
        early_stopping=args.patience,
        checkpoint=args.checkpoint,
        resume=args.resume,
        compiled=_ENGINES[args.engine],
    )
    if watched:
        history.rows = [_as_test(row) for row in history.rows]
    return history


def _as_test(row: dict[str, float]) -> dict[str, float]:
    """The metrics of an epoch, those of the test set under their own names."""
    return {re.sub("^val_", "test_", name): number for name, number in row.items()}


def _save(args: argparse.Namespace, experiment: Experiment) -> None:
    save(experiment.model, args.save, extra={SAVED_AS: experiment.preprocessing.as_json()})
    path = visible(args.save)
    print(f"\nSaved {path}: micrograd-tut predict {path} TABLE.csv")


def _draw(args: argparse.Namespace, experiment: Experiment, history: History, out: Path) -> None:
    """Write the pictures; without matplotlib, only those that do not need it."""
    out.mkdir(parents=True, exist_ok=True)
    model = experiment.model
    names = names_of(model, experiment.preprocessing)
    written = [
        draw(experiment.worst_loss(), **picture_settings(args)).save(out / "graph.svg"),
        draw_network(model, theme=args.theme, **names).save(out / "network.svg"),
        draw_network(model, "gradients", theme=args.theme, **names).save(out / "gradients.svg"),
    ]
    if model.nin == 2:
        X, y = experiment.examples(experiment.train)
        planes = draw_network(model, "planes", x=X, y=y, theme=args.theme, inputs=names["inputs"])
        written.append(planes.save(out / "planes.svg"))
    if names["image"] and experiment.preprocessing.classes:
        scene = mistakes_view(experiment.test.X, *classified(experiment), names["image"])
        written.append(Drawing(scene, args.theme).save(out / "mistakes.svg"))
    try:
        if len(history):
            history.plot(out / "history.png")
            written.append(out / "history.png")
        if model.nin == 2:
            path = out / "boundary.png"
            plot_boundary(model, experiment.preprocessing, experiment.train, experiment.test, path)
            written.append(path)
    except MissingPartError as missing:
        print(f"micrograd-tut: {missing}", file=sys.stderr)
    print(f"\nWrote {visible(', '.join(map(str, written)))}")
    print("The graph and the gradients show the test example with the largest loss.")
