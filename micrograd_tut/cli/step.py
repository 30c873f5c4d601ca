"""``micrograd-tut step``: backprop one product at a time, in the terminal or on a page."""

from __future__ import annotations

import argparse

from micrograd_tut.cli.options import add_formula, recorded
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.stepping.step_shell import StepShell
from micrograd_tut.stepping.stepper import Stepper
from micrograd_tut.stepping.walkthrough import GRANULARITIES
from micrograd_tut.support.text import visible

EXAMPLES = """examples:
  micrograd-tut step "tanh(a*b + c)" a=2 b=-3 c=6.5
  micrograd-tut step "d = a*b; d + a" a=2 b=-3 --page backprop.html
  micrograd-tut step --data iris

in the terminal: n next, b back, c to the end, p NAME, u up, d down, l list, h help, q quit
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = "Walk the chain rule one product at a time, forth and back."
    parser.epilog = EXAMPLES
    add_walked(parser)
    parser.add_argument(
        "--page",
        metavar="FILE",
        nargs="?",
        const="backprop.html",
        help="write a page to step on instead (backprop.html unless told)",
    )


def add_walked(parser: argparse.ArgumentParser) -> None:
    """Let a subcommand take an expression or a net's loss, and how finely to walk."""
    add_formula(parser, nargs="?")
    parser.add_argument(
        "--data",
        metavar="DATASET",
        help="the loss of a small untrained network on one row of this data set",
    )
    parser.add_argument("--model", dest="data", help=argparse.SUPPRESS)  # the former name of --data
    parser.add_argument(
        "--seed", type=int, default=0, help="random seed for the network and the row"
    )
    parser.add_argument(
        "--granularity",
        choices=GRANULARITIES,
        default=GRANULARITIES[0],
        help="functions as they are, or taken apart into operations",
    )


def run(args: argparse.Namespace) -> None:
    """Walk."""
    stepper = Stepper(walked(args), args.granularity)
    if args.page is None:
        StepShell(stepper).cmdloop()
    else:
        stepper.page(args.page)
        print(f"Wrote {visible(args.page)}")


def walked(args: argparse.Namespace) -> Value:
    """The output that was asked for.

    Raises:
        InputError: neither an expression nor a data set, or both; or one that is not known.
        ExpressionError: the expression cannot be read.
    """
    if args.expression is not None and args.data is not None:
        raise InputError("give an expression or a data set, not both")
    if args.expression is None and args.data is None:
        raise InputError(
            'nothing to step through: give an expression such as "a*b" a=2 b=3, or --data iris'
        )
    return recorded(args) if args.data is None else _loss_on(args.data, args.seed)


def _loss_on(name: str, seed: int) -> Value:
    """The loss of a new net with one hidden layer of two, on the first row to train on."""
    from micrograd_tut.nn import MLP  # heavier than an expression needs
    from micrograd_tut.train.data import data_set
    from micrograd_tut.train.objective import Objective
    from micrograd_tut.train.preprocessing import Preprocessing, loss_for

    data = data_set(name, seed)
    loss = loss_for(data)
    train, _ = data.split(0.25, seed)
    preprocessing = Preprocessing.fit(train)
    outputs = len(data.classes) if loss.task == "multiclass" else 1
    model = MLP(
        len(data.inputs), [2, outputs], activation="tanh", output=loss.heads[0], init="xavier",
        seed=seed,
    )  # fmt: skip
    row, target = (
        preprocessing.transform(train.X)[0],
        preprocessing.transform_targets(train.y, loss.task)[0],
    )
    goal = [float(c == target) for c in range(outputs)] if loss.task == "multiclass" else [target]
    output: Value = Objective(model, loss)(row, goal)
    return output
