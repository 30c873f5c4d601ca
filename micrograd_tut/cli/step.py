"""``micrograd-tut step``: step through backpropagation, in the terminal or in the browser."""

from __future__ import annotations

import argparse

from micrograd_tut.cli.options import add_expression, add_seed, value_from_args
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

in the terminal: n next, b back, c to the end, p NAME, l list, h help, q quit,
and along the graph u up the table to an input, d down the table to a user
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = "Step through backpropagation one product at a time, forward and backward."
    parser.epilog = EXAMPLES
    add_output(parser)
    parser.add_argument(
        "--page",
        metavar="FILE",
        nargs="?",
        const="backprop.html",
        help="write an interactive HTML page instead (default: backprop.html)",
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for an expression or the loss of a network, and the granularity."""
    add_expression(parser, nargs="?")
    parser.add_argument(
        "--data",
        metavar="DATASET",
        help="use the loss of a small untrained network on one row of this data set",
    )
    parser.add_argument("--model", dest="data", help=argparse.SUPPRESS)  # former name of --data
    add_seed(parser, "random seed for the network and the row")
    parser.add_argument(
        "--granularity",
        choices=GRANULARITIES,
        default=GRANULARITIES[0],
        help="keep functions whole, or expand them into elementary operations (default: "
        "%(default)s)",
    )


def run(args: argparse.Namespace) -> None:
    """Open the terminal stepper, or write the page."""
    stepper = Stepper(output_from_args(args), args.granularity, formula=args.expression)
    if args.page is None:
        StepShell(stepper).cmdloop()
    else:
        stepper.page(args.page)
        print(f"Wrote {visible(args.page)}")


def output_from_args(args: argparse.Namespace) -> Value:
    """The output to step through.

    Raises:
        InputError: neither an expression nor a data set is given, or both, or the data set is not
            known.
        ExpressionError: the expression cannot be read.
    """
    if args.expression is not None and args.data is not None:
        raise InputError("give an expression or a data set, not both")
    if args.expression is None and args.data is None:
        raise InputError(
            'nothing to step through: give an expression such as "a*b" a=2 b=3, or --data iris'
        )
    return value_from_args(args) if args.data is None else _loss_on(args.data, args.seed)


def _loss_on(name: str, seed: int) -> Value:
    """The loss of a new network with two hidden neurons, on the first row of the training set."""
    from micrograd_tut.train.data import data_set  # imports NumPy
    from micrograd_tut.train.experiment import Experiment
    from micrograd_tut.train.objective import Objective

    experiment = Experiment.create(data_set(name, seed), hidden=[2], activation="tanh", seed=seed)
    X, y = experiment.examples(experiment.train)
    loss: Value = Objective(experiment.model, experiment.loss)(X[0], y[0])
    return loss
