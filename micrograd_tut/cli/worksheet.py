"""``micrograd-tut worksheet``: a printable worksheet of exercises, and its answer key."""

from __future__ import annotations

import argparse

from micrograd_tut.cli.options import add_integer, check_different, integer
from micrograd_tut.errors import InputError
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.worksheet import worksheet
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.limits import EXERCISES
from micrograd_tut.support.text import visible

EXAMPLES = """examples:
  micrograd-tut worksheet -o sheet.html --answers answers.html
  micrograd-tut worksheet --level 3 --number 17 --count 4 -o sheet.html
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = "Write a printable worksheet of gradient exercises and its answer key."
    parser.epilog = EXAMPLES
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


def run(args: argparse.Namespace) -> None:
    """Write the worksheet and the key."""
    check_different({"--output": args.output, "--answers": args.answers})
    levels = LEVELS if args.level is None else [args.level]
    if (count := args.count * len(levels)) > EXERCISES:
        raise InputError(f"--count {args.count:,} makes {count:,} exercises; at most {EXERCISES:,}")
    numbers = range(args.number, args.number + args.count)
    sheet, key = worksheet(exercise(n, level) for level in levels for n in numbers)
    for path, content in ((args.output, sheet), (args.answers, key)):
        if path:
            write_whole(path, content)
            print(f"Wrote {visible(path)}")
