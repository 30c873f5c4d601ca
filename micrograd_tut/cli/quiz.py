"""``micrograd-tut quiz``: gradients to work out, with hints and a score."""

from __future__ import annotations

import argparse

from micrograd_tut.cli.options import add_integer, integer, refuse
from micrograd_tut.cli.step import add_output, output_from_args
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.quiz import Quiz
from micrograd_tut.stepping.quiz_page import html
from micrograd_tut.stepping.quiz_shell import QuizShell
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import visible

EXAMPLES = """examples:
  micrograd-tut quiz                        an exercise of level 1
  micrograd-tut quiz --level 3 --number 17  everyone gets the same exercise
  micrograd-tut quiz "tanh(a*b + c)" a=2 b=-3 c=6.5

  micrograd-tut quiz --level 2 --page quiz.html

levels:
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Practise computing gradients by hand, with hints and an explanation of each answer."
    )
    levels = "\n".join(f"  {level}  {topic}" for level, (topic, _) in LEVELS.items())
    parser.epilog = EXAMPLES + levels
    add_output(parser)
    parser.add_argument(
        "--level",
        type=integer,
        default=1,
        choices=list(LEVELS),
        help=f"difficulty of the exercise, 1 to {max(LEVELS)} (default: 1)",
    )
    text = "exercise number; the same number gives the same exercise to everyone"
    add_integer(parser, "--number", 1, text)
    parser.add_argument(
        "--page",
        metavar="FILE",
        nargs="?",
        const="quiz.html",
        help="write the quiz as an HTML page instead (default: quiz.html)",
    )
    parser.set_defaults(default_of=parser.get_default)


def run(args: argparse.Namespace) -> None:
    """Ask the questions of an exercise, or of the graph that was given."""
    if args.expression is None and args.data is None:
        chosen = exercise(args.number, args.level)
        title, output = str(chosen), chosen.output
    else:
        remedy = "leave out the expression and --data"
        refuse(args, ("level", "number"), "exercises", remedy)
        title, output = "", output_from_args(args)
    quiz = Quiz(output, args.granularity)
    if args.page is not None:
        write_whole(args.page, html(quiz, title))
        print(f"Wrote {visible(args.page)}")
        return
    if title:
        print(title)
    QuizShell(quiz).cmdloop()
