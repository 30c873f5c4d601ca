"""``micrograd-tut train``: a net learns a data set, and shows how it did."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from micrograd_tut.cli.options import add_choice, add_picture, picture_settings, sizes
from micrograd_tut.drawing import draw, draw_network
from micrograd_tut.engine import Value
from micrograd_tut.errors import DataError, InputError, MissingPartError
from micrograd_tut.nn import MLP
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.initializers import INITS
from micrograd_tut.support.text import table, visible
from micrograd_tut.support.validation import whole
from micrograd_tut.train.checkpoint import save
from micrograd_tut.train.csv_file import read_csv
from micrograd_tut.train.data import DATA_SETS, DataSet, data_set
from micrograd_tut.train.decision_boundary import plot_boundary
from micrograd_tut.train.fit import evaluate, fit
from micrograd_tut.train.health import diagnose, recommended_init
from micrograd_tut.train.history import History, figures
from micrograd_tut.train.losses import LOSSES, Loss
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import OPTIMIZERS, SGD, Optimizer
from micrograd_tut.train.preprocessing import Preprocessing, loss_for
from micrograd_tut.train.schedules import SCHEDULES

EXAMPLES = """examples:
  micrograd-tut train iris
  micrograd-tut train moons --hidden 16,16 --loss hinge --l2 1e-4
  micrograd-tut train digits --hidden 32 --save digits.safetensors
  micrograd-tut train houses.csv --target price --loss huber --validation 0.2 --patience 10
"""
_STEPS = 800  # of the optimizer, if no number of epochs is told


class Experiment(NamedTuple):
    """A net, what it learns, and how the table becomes its inputs and targets."""

    model: MLP
    loss: Loss
    preprocessing: Preprocessing
    train: DataSet
    held_out: DataSet

    def examples(self, part: DataSet) -> tuple[list[list[float]], list[float]]:
        """The inputs and targets of the net, for a part of the data."""
        rows = self.preprocessing.transform(part.X)
        return rows, self.preprocessing.transform_targets(part.y, self.loss.task)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = (
        "Train a net of Values on a data set. Inputs are standardised by the training part, and "
        "a part is held out, with each class in proportion. The graph of one example's loss with "
        "its gradients, the net, and the curves of training are written into a folder."
    )
    parser.usage = "%(prog)s DATASET [--target COLUMN] [option …]"
    parser.epilog = EXAMPLES
    add = parser.add_argument
    add("data", metavar="DATASET", help=f"{', '.join(DATA_SETS)}, or a CSV file")
    add("--target", metavar="COLUMN", help="the column of the CSV file to predict")
    add("--held-out", metavar="SHARE", type=float, default=0.25, help="of the rows (default: 0.25)")
    add("--seed", metavar="N", type=int, default=0, help="of everything random (default: 0)")
    add("--out", metavar="DIR", default="out", help="for the pictures (default: %(default)s)")
    add("--save", metavar="FILE", help="save the net, for micrograd-tut predict")
    add("--quiet", action="store_true", help="show no progress bar")
    net = parser.add_argument_group("the net")
    sizes_help = 'hidden layers, "" for none (default: 16, and 32 for over 50 inputs)'
    net.add_argument("--hidden", metavar="N,…", type=sizes, help=sizes_help)
    add_choice(net, "--activation", [a for a in ACTIVATIONS if a != "softmax"], "relu")
    net.add_argument(
        "--init",
        metavar="NAME",
        choices=["auto", *INITS],
        default="auto",
        help=f"initialisation of the weights: auto, {', '.join(INITS)} (default: auto, which is "
        "xavier for linear, sigmoid and tanh layers and he for the others)",
    )
    learning = parser.add_argument_group("learning")
    add_choice(learning, "--loss", LOSSES, None, "what fits the target, unless told")
    add_choice(learning, "--optimizer", OPTIMIZERS, "adam")
    add_choice(learning, "--schedule", SCHEDULES, None, "of the learning rate")
    add = learning.add_argument
    add("--lr", type=float, default=0.01, help="the learning rate (default: %(default)s)")
    add("--momentum", metavar="M", type=float, help="for --optimizer sgd")
    add("--epochs", metavar="N", type=int, help=f"(default: about {_STEPS} steps, at most 100)")
    add("--batch-size", metavar="N", type=int, default=16, help="(default: %(default)s)")
    add(
        "--l2",
        metavar="X",
        type=float,
        default=0.0,
        help="L2 penalty: add X times the sum of "
        "the squared parameters, biases included, to the loss (default: 0)",
    )
    add("--clip", metavar="X", type=float, help="the largest length of a gradient")
    add("--validation", metavar="SHARE", type=float, help="of the training part, to watch")
    add("--patience", metavar="N", type=int, help="stop after N epochs without a lower loss")
    add("--diagnose", action="store_true", help="report on each layer even if all is well")
    add_picture(parser)


def run(args: argparse.Namespace) -> None:
    """Train, report, and write."""
    out = Path(args.out)
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {args.out} is a file; give a folder")
    if args.save and not Path(args.save).absolute().parent.is_dir():
        raise InputError(f"--save {args.save}: there is no such folder")
    if args.save and Path(args.save).is_dir():
        raise InputError(f"--save {args.save} is a folder; give the name of a file")
    optimizer = _optimizer(args)
    for option in ("epochs", "batch_size"):
        if vars(args)[option] is not None:
            whole(f"--{option}".replace("_", "-"), vars(args)[option])
    lesson = _lesson(args)
    print(lesson.model.summary(), end="\n\n")
    history = _learnt(args, lesson, optimizer)
    print(f"\n{history}\n\n{_scores(lesson)}")
    if lesson.preprocessing.classes:
        print(f"\n{_confusion(lesson)}")
    _diagnosed(args, lesson)
    if args.save:
        _save(args, lesson)
    _draw(args, lesson, history, out)


def _lesson(args: argparse.Namespace) -> Experiment:
    """The data, split, and a net that fits it."""
    data = _data(args)
    loss = loss_for(data, args.loss)
    train, held_out = data.split(args.held_out, args.seed)
    usual = [16 if len(data.inputs) <= 50 else 32]
    hidden = usual if args.hidden is None else args.hidden
    outputs = len(data.classes) if loss.task == "multiclass" else 1
    init = recommended_init(args.activation if hidden else "linear")
    model = MLP(
        len(data.inputs),
        [*hidden, outputs],
        activation=args.activation,
        output=loss.heads[0],
        init=init if args.init == "auto" else args.init,
        seed=args.seed,
    )
    print(f"{data}\n{len(train.y):,} rows to train on, {len(held_out.y):,} held out; ", end="")
    print(f"the inputs{'' if data.classes else ' and the target'} are standardised.\n")
    return Experiment(model, loss, Preprocessing.fit(train), train, held_out)


def _data(args: argparse.Namespace) -> DataSet:
    if args.data in DATA_SETS:
        if args.target is not None:
            raise InputError(f"--target is for CSV files; {args.data} knows what to predict")
        return data_set(args.data, args.seed)
    if not Path(args.data).exists():
        raise DataError(f"{args.data} is neither a file nor one of {', '.join(DATA_SETS)}")
    kinds = {"regression": "number", "multiclass": "classes"}
    kind = kinds.get(LOSSES[args.loss].task) if args.loss else None
    return read_csv(args.data, args.target, kind)


def _learnt(args: argparse.Namespace, lesson: Experiment, optimizer: Optimizer) -> History:
    """Training itself."""
    rows = len(lesson.train.y)
    epochs = args.epochs
    if epochs is None:
        epochs = min(100, math.ceil(_STEPS * args.batch_size / rows))
    print(f"Loss {lesson.loss.name}, {optimizer}, batches of {args.batch_size}.")
    return fit(
        lesson.model,
        *lesson.examples(lesson.train),
        loss=lesson.loss,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=args.batch_size,
        metrics=_metrics(lesson),
        validation=args.validation,
        seed=args.seed,
        progress=not args.quiet,
        schedule=args.schedule,
        l2=args.l2,
        clip=args.clip,
        early_stopping=args.patience,
    )


def _optimizer(args: argparse.Namespace) -> Optimizer:
    make: Callable[..., Optimizer] = OPTIMIZERS[args.optimizer]
    if args.momentum is None:
        return make(args.lr)
    if make is not SGD:
        raise InputError(f"--momentum is for --optimizer sgd; {args.optimizer} has its own")
    return make(args.lr, momentum=args.momentum)


def _metrics(lesson: Experiment) -> list[str]:
    return ["accuracy"] if lesson.preprocessing.classes else ["mean_absolute_error"]


# --- What is told ---------------------------------------------------------------------------


def _scores(lesson: Experiment) -> str:
    """Loss and metric of both parts; errors of a number in the units of the table."""
    lines = []
    for name, part in (("trained on", lesson.train), ("held out", lesson.held_out)):
        found = evaluate(lesson.model, *lesson.examples(part), lesson.loss, _metrics(lesson))
        cells = [figures(found["loss"])]
        if lesson.preprocessing.target_scaling:
            unit = lesson.preprocessing.target_scaling.deviation[0]
            cells.append(f"{found['mean_absolute_error'] * unit:.4g}")
        else:
            cells.append(f"{found['accuracy']:.1%}")
        lines.append([name, *cells])
    measure = "accuracy"
    if lesson.preprocessing.target_scaling:
        measure = f"mean absolute error of {visible(lesson.train.target, 40)}"
    return table(["", "loss", measure], lines, align="<>>")


def _confusion(lesson: Experiment) -> str:
    """How often each class of the held-out part was taken for each class."""
    classes = lesson.preprocessing.classes
    answers = lesson.model.predict(lesson.examples(lesson.held_out)[0])
    told = lesson.preprocessing.decode(answers)
    right = [classes[int(c)] for c in lesson.held_out.y]
    pairs = list(zip(right, told, strict=True))
    names = [visible(name, 20) for name in classes]
    counts = [[str(pairs.count((c, answer))) for answer in classes] for c in classes]
    rows = [[name, *row] for name, row in zip(names, counts, strict=True)]
    head = ["held out, is ↓ taken for →", *names]
    return table(head, rows, align="<" + ">" * len(classes))


def _diagnosed(args: argparse.Namespace, lesson: Experiment) -> None:
    """A report on each layer, where something is wrong with one or it was asked for."""
    rows, targets = lesson.examples(lesson.train)
    sample = slice(None, None, math.ceil(len(rows) / 100))  # over all classes: they may be sorted
    found = diagnose(lesson.model, rows[sample], targets[sample], lesson.loss)
    if found.problems or args.diagnose:
        print(f"\n{found}")


# --- What is written ------------------------------------------------------------------------


def _save(args: argparse.Namespace, lesson: Experiment) -> None:
    save(lesson.model, args.save, extra={"preparation": lesson.preprocessing.as_json()})
    path = visible(args.save)
    print(f"\nSaved {path}: micrograd-tut predict {path} TABLE.csv")


def _draw(args: argparse.Namespace, lesson: Experiment, history: History, out: Path) -> None:
    """The pictures; where matplotlib is missing, those that do without."""
    out.mkdir(parents=True, exist_ok=True)
    written = [
        draw(_largest_loss(lesson), **picture_settings(args)).save(out / "graph.svg"),
        draw_network(lesson.model, theme=args.theme).save(out / "network.svg"),
        draw_network(lesson.model, "gradients", theme=args.theme).save(out / "gradients.svg"),
    ]
    try:
        if len(history):
            history.plot(out / "history.png")
            written.append(out / "history.png")
        if lesson.model.nin == 2:
            path = out / "boundary.png"
            plot_boundary(lesson.model, lesson.preprocessing, lesson.train, lesson.held_out, path)
            written.append(path)
    except MissingPartError as missing:
        print(f"micrograd-tut: {missing}", file=sys.stderr)
    print(f"\nWrote {visible(', '.join(map(str, written)))}")
    print("The graph and the gradients are those of the held-out example with the largest loss.")


def _largest_loss(lesson: Experiment) -> Value:
    """The loss of the held-out example that costs most, after a backward pass, inputs named."""
    objective = Objective(lesson.model, lesson.loss)
    rows, targets = lesson.examples(lesson.held_out)
    goals = [_goal(lesson, target) for target in targets]
    costs = [objective(row, goal).data for row, goal in zip(rows, goals, strict=True)]
    worst = costs.index(max(costs))
    names = lesson.preprocessing.inputs
    inputs = [Value(x, label=name) for x, name in zip(rows[worst], names, strict=True)]
    loss: Value = objective(inputs, goals[worst])
    loss.label = "loss"
    lesson.model.zero_grad()
    loss.backward()
    return loss


def _goal(lesson: Experiment, target: float) -> list[float]:
    """What the loss compares with the outputs: with softmax, 1 in the place of the class."""
    if lesson.loss.task != "multiclass":
        return [target]
    return [float(c == target) for c in range(len(lesson.preprocessing.classes))]
