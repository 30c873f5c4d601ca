"""``micrograd-tut worksheet``: exercises on a sheet to print, and the key to it."""

from __future__ import annotations

import argparse

from micrograd_tut.errors import InputError
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.worksheet import worksheet
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import visible

EXAMPLES = """examples:
  micrograd-tut worksheet -o sheet.html --answers answers.html
  micrograd-tut worksheet --level 3 --number 17 --count 4 -o sheet.html
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = "Write exercises with blanks to print, and the key."
    parser.epilog = EXAMPLES
    add = parser.add_argument
    add("-o", "--output", metavar="FILE", default="sheet.html", help="(default: %(default)s)")
    add("--answers", metavar="FILE", help="write the key too")
    add("--level", type=int, choices=list(LEVELS), help="of all exercises (default: one of each)")
    add("--number", type=int, default=1, help="of the first exercise (default: %(default)s)")
    add("--count", type=int, default=1, help="how many of a level (default: %(default)s)")


def run(args: argparse.Namespace) -> None:
    """Write it."""
    if args.count < 1:
        raise InputError(f"--count must be at least 1; got {args.count}")
    levels = LEVELS if args.level is None else [args.level]
    numbers = range(args.number, args.number + args.count)
    sheet, key = worksheet(exercise(n, level) for level in levels for n in numbers)
    for path, content in ((args.output, sheet), (args.answers, key)):
        if path:
            write_whole(path, content)
            print(f"Wrote {visible(path)}")
