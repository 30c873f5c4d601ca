"""A prompt: what the walk and the quiz in the terminal have in common."""

from __future__ import annotations

import cmd
from typing import IO

from micrograd_tut.stepping.screen import Screen


class Prompt(cmd.Cmd):
    """Reads commands until one of them ends it, the end of the input, or Ctrl-C.

    Args:
        stdin, stdout: The standard ones unless told.
        colour, width: As for `Screen`.
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
        self.screen = Screen(self.stdout, colour, width)
        self._piped = not self.stdin.isatty()

    def cmdloop(self, intro: str | None = None) -> None:
        """Read commands until it is over."""
        try:
            super().cmdloop(intro)
        except KeyboardInterrupt:
            self.screen.line()

    def echo(self, line: str) -> None:
        """Show a command too where it comes from a pipe, so that the output reads well."""
        if self._piped and line != "EOF":
            self.screen.line(line)
