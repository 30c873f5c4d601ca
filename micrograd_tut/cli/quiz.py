"""``micrograd-tut quiz``: gradients to work out, with hints and a score."""

from __future__ import annotations

import argparse

from micrograd_tut.cli.options import refuse
from micrograd_tut.cli.step import add_walked, walked
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.quiz import Quiz
from micrograd_tut.stepping.quiz_shell import QuizShell

EXAMPLES = """examples:
  micrograd-tut quiz                        an exercise of level 1
  micrograd-tut quiz --level 3 --number 17  the same for everybody
  micrograd-tut quiz "tanh(a*b + c)" a=2 b=-3 c=6.5

levels:
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = "Be asked for gradients, told what is right and why, and given hints."
    levels = "\n".join(f"  {level}  {topic}" for level, (topic, _) in LEVELS.items())
    parser.epilog = EXAMPLES + levels
    add_walked(parser)
    parser.add_argument("--level", type=int, default=1, choices=list(LEVELS), help="of an exercise")
    parser.add_argument("--number", type=int, default=1, help="of an exercise, from 1 on")
    parser.set_defaults(default_of=parser.get_default)


def run(args: argparse.Namespace) -> None:
    """Ask."""
    if args.expression is None and args.data is None:
        chosen = exercise(args.number, args.level)
        print(str(chosen))
        output = chosen.output
    else:
        refuse(args, ("level", "number"), "exercises")
        output = walked(args)
    QuizShell(Quiz(output, args.granularity)).cmdloop()
