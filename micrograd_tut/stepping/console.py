"""A terminal: lines of text, wrapped and coloured, and a prompt that reads commands."""

from __future__ import annotations

import cmd
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping
from typing import IO

from micrograd_tut.encoding import encodable
from micrograd_tut.support.text import visible


class Console:
    """Text on a stream: wrapped to its width, coloured and in Unicode where it can be.

    Args:
        stream: Where to write; by default standard output.
        colour: Whether to colour. By default if the stream is a terminal, NO_COLOR is not set and
            TERM is not "dumb".
        width: Columns; by default the width of the terminal, and 80 in a pipe.
    """

    def __init__(
        self, stream: IO[str] | None = None, colour: bool | None = None, width: int | None = None
    ) -> None:
        self.stream = stream or sys.stdout
        self.width = max(30, width or shutil.get_terminal_size((80, 24)).columns)
        self.colour = self._takes_colour() if colour is None else colour

    def _takes_colour(self) -> bool:
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return not plain and self.stream.isatty()

    def text(self, text: str) -> str:
        """The text in the characters that the stream can show."""
        return encodable(text, getattr(self.stream, "encoding", None))

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, or as it is."""
        return f"\033[{code}m{text}\033[0m" if self.colour and code else text

    def line(self, text: str = "", code: str = "", indent: str = "") -> None:
        """Write a line, wrapped where it is too long."""
        within = self.width - 1
        together = re.sub(r" = (?=[^\s,]+(,|$))", "\u00a0=\u00a0", self.text(text))  # a = 2.0,
        for part in textwrap.wrap(
            together,
            within,
            initial_indent=indent,
            subsequent_indent=indent + "    ",
            break_on_hyphens=False,
        ) or [""]:
            self.stream.write(self.paint(part.replace("\u00a0", " "), code) + "\n")

    def flush(self) -> None:
        """Let everything written be seen."""
        self.stream.flush()


class Shell(cmd.Cmd):
    """Reads commands until one of them ends it, or the end of the input.

    Args:
        stdin, stdout: By default the standard ones.
        colour, width: As for `Console`.
    """

    def __init__(
        self,
        stdin: IO[str] | None = None,
        stdout: IO[str] | None = None,
        colour: bool | None = None,
        width: int | None = None,
    ) -> None:
        super().__init__(stdin=stdin, stdout=stdout)
        self.use_rawinput = stdin is None
        self.console = Console(self.stdout, colour, width)
        self._piped = not self.stdin.isatty()

    def echo(self, line: str) -> None:
        """Show a command too where it comes from a pipe, so that the output reads well."""
        if self._piped and line != "EOF":
            self.console.line(visible(line, 200))


class QuestionShell(Shell):
    """A shell that asks: each line is a verb or an answer."""

    verbs: Mapping[str, Callable[[], object]]
    """What each verb does; one that returns True ends the questions."""

    @property
    def done(self) -> bool:
        """Whether all has been asked."""
        raise NotImplementedError

    def judge(self, line: str) -> None:
        """Take an answer."""
        raise NotImplementedError

    def onecmd(self, line: str) -> bool:
        """Take one line. Returns whether the questions are over."""
        line = line.strip()
        self.echo(line)
        over = False
        if line in self.verbs:
            over = bool(self.verbs[line]())
        elif line:
            self.judge(line)
        self.console.flush()
        return over or self.done
