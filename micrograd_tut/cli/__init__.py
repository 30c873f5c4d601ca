"""The command ``micrograd-tut``, also ``python -m micrograd_tut``.

Each subcommand is a module of this package with two functions: ``arguments(parser)`` tells what it
takes, ``run(args)`` does it. A new one is such a module, and a line in `COMMANDS`. Only the module
of the subcommand that is used is imported.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from micrograd_tut import __version__
from micrograd_tut.errors import ExpressionError, MicrogradError
from micrograd_tut.support.text import visible

COMMANDS = {
    "train": "train a net on a data set or a CSV file",
    "predict": "let a saved net answer for the rows of a CSV file",
    "draw": "draw the graph of an expression, or a net",
    "step": "walk backprop one product at a time, in the terminal or on a page",
    "quiz": "work out gradients yourself, with hints",
    "worksheet": "exercises to print, and the key",
    "repl": "a Python prompt with everything loaded",
}
"""The subcommands, in the order of the help, each with its line there."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and exit."""
        self.exit(2, f"{self.prog}: {visible(message)} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments, ``sys.argv[1:]`` unless told.

    Returns:
        The exit status: 0; 2 after an error, which has been told in one line; 130 after Ctrl-C.
    """
    arguments = [_shielded(text) for text in (sys.argv[1:] if argv is None else argv)]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that cannot show a sign gets a ?
            stream.reconfigure(errors="replace")
    try:
        args = _parser(arguments).parse_args(arguments)
        status: int = args.run(args) or 0
        sys.stdout.flush()
    except SystemExit as stop:  # --help, and errors in the arguments
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2
    except BrokenPipeError:  # as in: micrograd-tut predict … | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left to flush
        return 0
    except (MicrogradError, OSError) as error:
        print(f"micrograd-tut: {_told(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("micrograd-tut: interrupted", file=sys.stderr)
        return 130
    return status


def _parser(argv: Sequence[str]) -> Parser:
    """The parser, with the arguments of the subcommand that `argv` names."""
    lines = [f"  {name:10} {line}" for name, line in COMMANDS.items()]
    parser = Parser(
        "micrograd-tut",
        description="See how a net of scalar Values learns.",
        formatter_class=argparse.RawDescriptionHelpFormatter,  # line ends stay as they are
        epilog="\n".join(["commands:", *lines, "", "micrograd-tut COMMAND --help tells more."]),
    )
    parser.add_argument("--version", action="version", version=f"micrograd-tut {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, help="one of those below")
    for name in COMMANDS:
        command = commands.add_parser(name, formatter_class=parser.formatter_class)
        if name in argv[:1]:
            module = import_module(f"micrograd_tut.cli.{name}")
            module.arguments(command)
            command.set_defaults(run=module.run)
            width = shutil.get_terminal_size().columns - 2
            command.description = textwrap.fill(command.description or "", width)
    return parser


def _shielded(text: str) -> str:
    """An argument, so that an expression such as ``-a*b`` is not taken for an option."""
    return f" {text}" if re.match(r"-[^-]", text) and text[:2] not in ("-h", "-o") else text


def _told(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        files = [str(name) for name in (error.filename, error.filename2) if name is not None]
        return visible(": ".join([*files, error.strerror]))
    return str(error) if isinstance(error, ExpressionError) else visible(str(error))
