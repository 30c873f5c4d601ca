"""``micrograd-tut worksheet``: a printable worksheet of exercises, and its answer key."""

from __future__ import annotations

import argparse

from micrograd_tut.cli.options import (
    add_expression,
    add_integer,
    check_different,
    integer,
    refuse,
    value_from_args,
)
from micrograd_tut.course.sheet import check_sheet
from micrograd_tut.course.source import check_of
from micrograd_tut.errors import InputError
from micrograd_tut.stepping.exercises import LEVELS, Exercise, exercise
from micrograd_tut.stepping.worksheet import worksheet
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.limits import EXERCISES
from micrograd_tut.support.text import visible

EXAMPLES = """examples:
  micrograd-tut worksheet -o sheet.html --answers answers.html
  micrograd-tut worksheet --level 3 --number 17 --count 4 -o sheet.html
  micrograd-tut worksheet "tanh(a*b + c)" a=2 b=-3 c=6.5 -o sheet.html --answers answers.html
  micrograd-tut worksheet --lesson 2 -o questions.html --answers key.html
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Write a printable worksheet and its answer key: exercises with gradients, a graph of "
        "your own, or the questions of a lesson."
    )
    parser.epilog = EXAMPLES
    add_expression(parser, nargs="?")
    add = parser.add_argument
    add(
        "-o",
        "--output",
        metavar="FILE",
        default="sheet.html",
        help="output file (default: %(default)s)",
    )
    add("--answers", metavar="FILE", help="also write the answer key to this file")
    add(
        "--level",
        type=integer,
        choices=list(LEVELS),
        help="difficulty of all exercises (default: one exercise per level)",
    )
    add_integer(parser, "--number", 1, "number of the first exercise")
    text = f"exercises per level, {EXERCISES:,} in all at most"
    add_integer(parser, "--count", 1, text)
    add(
        "--lesson",
        metavar="N",
        help="the questions of this lesson, 1 to 15, or of the whole course: course",
    )
    parser.set_defaults(default_of=parser.get_default)


def run(args: argparse.Namespace) -> None:
    """Write the worksheet and the key."""
    check_different({"--output": args.output, "--answers": args.answers})
    sheet, key = _pages(args)
    for path, content in ((args.output, sheet), (args.answers, key)):
        if path:
            write_whole(path, content)
            print(f"Wrote {visible(path)}")


def _pages(args: argparse.Namespace) -> tuple[str, str]:
    """The sheet and its key: for an expression, a lesson, or exercises."""
    chosen = ("level", "number", "count")
    if args.expression is not None:
        refuse(args, (*chosen, "lesson"), "worksheets without an expression", "leave it out")
        return worksheet([Exercise(args.expression.strip(), value_from_args(args))])
    if args.lesson is not None:
        refuse(args, chosen, "exercises", "leave out --lesson")
        return check_sheet(check_of(args.lesson))
    return _exercises(args)


def _exercises(args: argparse.Namespace) -> tuple[str, str]:
    levels = LEVELS if args.level is None else [args.level]
    if (count := args.count * len(levels)) > EXERCISES:
        raise InputError(f"--count {args.count:,} makes {count:,} exercises; at most {EXERCISES:,}")
    numbers = range(args.number, args.number + args.count)
    return worksheet(exercise(n, level) for level in levels for n in numbers)
