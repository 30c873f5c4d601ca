"""The command ``micrograd-tut``, also ``python -m micrograd_tut``.

In: the arguments of the command line. Out: text, files, and an exit status. Read this file first,
then `options` (shared by several subcommands), then any subcommand: a module with the functions
``arguments(parser)``, which adds its arguments, and ``run(args)``. To add a subcommand, add such a
module, and a line in `COMMANDS`. Only the module of the subcommand in use is imported.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

from micrograd_tut import __version__
from micrograd_tut.encoding import ASCII_FOR_OTHERS
from micrograd_tut.errors import ExpressionError, MicrogradError
from micrograd_tut.support.libraries import explained_imports
from micrograd_tut.support.text import visible

COMMANDS = {
    "train": "train a network on a data set or a CSV file",
    "predict": "run a saved network on the rows of a CSV file",
    "export": "write a saved network for ONNX, PyTorch or JavaScript",
    "draw": "draw the graph of an expression, or a network",
    "play": "write a page on which a network learns, in the browser",
    "step": "step through backpropagation, in the terminal or in the browser",
    "quiz": "practise computing gradients, with hints",
    "worksheet": "print exercises with an answer key",
    "learn": "take the knowledge checks of the course, and keep your place",
    "repl": "start Python with micrograd_tut imported",
}
"""The subcommands and their help, in the order of the help."""

_MORE_HELP = """Start with: micrograd-tut train iris
Run "micrograd-tut COMMAND --help" for the options of a command."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and which takes NAME=NUMBER after options too."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse what is known; an unknown option is an error."""
        known, rest = super().parse_known_args(args, namespace)
        for text in rest:
            if text.startswith("-"):
                option = text.partition("=")[0]
                self.error(f"there is no option {option}{_advice(option, self._actions)}")
        if hasattr(known, "numbers"):
            known.numbers += rest
            rest = []
        return known, rest

    def error(self, message: str) -> NoReturn:
        """Print the error, and exit."""
        self.exit(2, f"{self.prog}: {visible(message)} (see {self.prog} --help)\n")


def _advice(option: str, actions: Iterable[argparse.Action]) -> str:
    """Which option was meant, if one is similar."""
    known = [name for action in actions for name in action.option_strings]
    similar = difflib.get_close_matches(option, known, 1, cutoff=0.7)
    return f"; did you mean {similar[0]}?" if similar else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; without arguments, print the help.

    Args:
        argv: The arguments (default: ``sys.argv[1:]``).

    Returns:
        The exit status: 0; 2 after an error, which is printed in one line; 130 after Ctrl-C; 141 if
        nobody reads the output any more.
    """
    _open_standard_streams()
    arguments = [_protect(text) for text in (sys.argv[1:] if argv is None else argv)]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=ASCII_FOR_OTHERS)
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")  # bytes that its encoding has no character for
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:  # as in: micrograd-tut predict … | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the last flush
        return _BROKEN_PIPE
    except (MicrogradError, OSError) as error:
        return _failed(_message(error), 2)
    except UnicodeError as error:  # of the standard input: files have errors of their own
        return _failed(f"the input is not text in the encoding of the terminal: {error}", 2)
    except MemoryError:
        return _failed("there is not enough memory for this; choose something smaller", 2)
    except KeyboardInterrupt:
        return _failed("interrupted", _INTERRUPTED)
    return status


@explained_imports()
def _run(arguments: list[str]) -> int:
    """Carry out the command; returns its exit status."""
    try:
        parser = command_parser(arguments[:1])
        if not arguments:
            parser.print_help()
            return 0
        _check_command(parser, arguments)
        args = parser.parse_args(arguments)
        return args.run(args) or 0
    except SystemExit as stop:  # --help, and errors in the arguments
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2


_BROKEN_PIPE, _INTERRUPTED = 128 + 13, 128 + 2  # as a shell reports SIGPIPE and SIGINT


def _open_standard_streams() -> None:
    """Read nothing, or write to nowhere, where a standard stream is closed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _failed(message: str, status: int) -> int:
    """Print an error in one line, if anybody reads it; returns the exit status."""
    with suppress(OSError):
        print(f"micrograd-tut: {message}", file=sys.stderr)
    return status


def command_parser(loaded: Iterable[str]) -> Parser:
    """The parser of the command, with the arguments of those subcommands that are in `loaded`."""
    parser = Parser(
        "micrograd-tut",
        description="Watch a neural network built from scalar Values learn.",
        formatter_class=argparse.RawDescriptionHelpFormatter,  # keep line ends
        epilog=_MORE_HELP,
    )
    parser.add_argument("--version", action="version", version=f"micrograd-tut {__version__}")
    parser.add_argument(
        "--print-completion",
        action=PrintCompletion,
        metavar="SHELL",
        help="print what makes Tab complete this command in bash, zsh or fish, and exit",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, formatter_class=parser.formatter_class)
        if name in loaded:
            module = import_module(f"micrograd_tut.cli.{name}")
            module.arguments(command)
            command.set_defaults(run=module.run)
            width = max(20, shutil.get_terminal_size().columns - 2)
            command.description = textwrap.fill(command.description or "", width)
    return parser


class PrintCompletion(argparse.Action):
    """Print the completions for a shell, and exit."""

    def __call__(
        self, parser: argparse.ArgumentParser, _: Any, shell: Any, option: str | None = None
    ) -> NoReturn:
        """Print them; an unknown shell is an error."""
        from micrograd_tut.cli.completion import SHELLS, completion

        if shell not in SHELLS:
            parser.error(f"{option} takes {', '.join(SHELLS)}; got {shell!r}")
        print(completion(command_parser(COMMANDS), shell))
        parser.exit()


def _check_command(parser: Parser, argv: Sequence[str]) -> None:
    """Exit with an error if `argv` does not begin with a subcommand or an option."""
    if argv[0] not in COMMANDS and not argv[0].startswith("-"):
        similar = difflib.get_close_matches(argv[0], COMMANDS, 1)
        advice = f"did you mean {similar[0]}?" if similar else f"use one of {', '.join(COMMANDS)}"
        parser.error(f"there is no command {argv[0]!r}; {advice}")


def _protect(text: str) -> str:
    """Prefix an expression such as ``-a*b`` with a space, so that it is not read as an option."""
    return f" {text}" if re.match(r"-[^-]", text) and text[:2] not in ("-h", "-o") else text


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        files = [str(name) for name in (error.filename, error.filename2) if name is not None]
        return visible(": ".join([*files, error.strerror]))
    return str(error) if isinstance(error, ExpressionError) else visible(str(error))
