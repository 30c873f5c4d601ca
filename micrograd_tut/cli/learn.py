"""``micrograd-tut learn``: the knowledge checks of the course, one after another."""

from __future__ import annotations

import argparse

from micrograd_tut.course.certificate import certificate, unfinished
from micrograd_tut.course.check import Check
from micrograd_tut.course.learn_shell import LearnShell, score
from micrograd_tut.course.markup import plain
from micrograd_tut.course.progress import Progress, progress_file
from micrograd_tut.course.source import check_of, checks
from micrograd_tut.errors import InputError
from micrograd_tut.stepping.console import Console
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import visible

EXAMPLES = """examples:
  micrograd-tut learn                 the lessons, and how far you are
  micrograd-tut learn 2               lesson 2 in short, and its questions
  micrograd-tut learn course          five questions on the whole course
  micrograd-tut learn 2 --reset       forget the answers to lesson 2
  micrograd-tut learn --certificate certificate.html --name "Your Name"

Your answers are kept in this file, and sent nowhere:
  {}
"""
_BOLD, _DIM = "1", "2"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Take the knowledge checks of the course: ten questions for each lesson, with an "
        "explanation of every answer."
    )
    parser.epilog = EXAMPLES.format(progress_file()).replace("%", "%%")
    add = parser.add_argument
    add(
        "lesson",
        nargs="?",
        metavar="LESSON",
        help="a lesson, 1 to 15, or course (default: list the lessons)",
    )
    either = parser.add_mutually_exclusive_group()
    text = "forget the answers to the lesson, or to all lessons"
    either.add_argument("--reset", action="store_true", help=text)
    text = "write a certificate to this file, when every check is finished"
    either.add_argument("--certificate", metavar="FILE", help=text)
    add("--name", help="the name on the certificate (default: it is asked for)")


def run(args: argparse.Namespace) -> None:
    """List the lessons, ask the questions of one, or write the certificate."""
    if args.name is not None and args.certificate is None:
        raise InputError("--name only applies to --certificate; add --certificate FILE")
    check = None if args.lesson is None else check_of(args.lesson)
    progress = Progress(progress_file())
    if args.reset:
        _reset(check, progress)
    elif args.certificate is not None:
        _write_certificate(args, progress)
    elif check is None:
        _list(progress)
    else:
        _ask(check, progress)


def _reset(check: Check | None, progress: Progress) -> None:
    progress.reset(check.key if check else None)
    print(f"The answers to {check if check else 'all checks'} are forgotten.")


def _write_certificate(args: argparse.Namespace, progress: Progress) -> None:
    if args.lesson is not None:
        raise InputError("the certificate is for the whole course; leave out the lesson")
    name = args.name
    if name is None and not unfinished(progress):
        name = _typed_name()
    write_whole(args.certificate, certificate(name or "", progress))
    print(f"Wrote {visible(args.certificate)}")


def _typed_name() -> str:
    try:
        return input("Name for the certificate: ")
    except EOFError:
        raise InputError("no name was typed; give --name NAME") from None


def _list(progress: Progress) -> None:
    """Every check with its progress, and what to type next."""
    console = Console()
    console.line("From one number to a trained network", _BOLD)
    console.line()
    for check in checks():
        answered = len(progress.answered(check))
        done = "done" if not progress.open(check) else f"{answered}/{len(check.questions)}"
        time = f" ({check.minutes} minutes)" if check.minutes else ""
        console.line(f"{done if answered else '-':>6}  {check.key:<6}  {check.title}{time}")
    console.line()
    console.line(_next(progress))
    if progress.note:
        console.line(f"Note: {progress.note}", _DIM)


def _ask(check: Check, progress: Progress) -> None:
    console = Console()
    console.line(str(check), _BOLD)
    if check.page:
        console.line(plain(f"After this lesson {check.goal}."))
        console.line(plain(check.summary))
        console.line(f"The lesson itself: docs/lessons/{check.page}.md", _DIM)
    if not progress.open(check):
        console.line()
        console.line(f"{score(check, progress)}.")
        console.line(f"To take it again: micrograd-tut learn {check.key} --reset")
        return
    console.line()
    console.flush()
    LearnShell(check, progress).cmdloop()
    if not progress.open(check):
        console.line(_next(progress))


def _next(progress: Progress) -> str:
    """What to type next: the first lesson with open questions, or for the certificate."""
    missing = sorted(unfinished(progress), key=lambda check: not check.page)
    if missing:
        return f"Go on with: micrograd-tut learn {missing[0].key}"
    return "Everything is done: micrograd-tut learn --certificate certificate.html"
