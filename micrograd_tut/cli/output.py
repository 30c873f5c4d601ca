"""Standard output whose reader may leave before a command has written its files."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO


@contextmanager
def unread_output_is_dropped() -> Iterator[None]:
    """Inside this context, `print` goes on if nobody reads it any more: ``train iris | head``.

    Raises:
        BrokenPipeError: at the end, if that happened.
    """
    output = _Output(sys.stdout)
    with redirect_stdout(output):
        yield
    if output.lost:
        raise BrokenPipeError


class _Output(io.TextIOBase):
    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.lost = False

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.stream.encoding

    def isatty(self) -> bool:
        return self.stream.isatty()

    def write(self, text: str) -> int:
        try:
            return len(text) if self.lost else self.stream.write(text)
        except BrokenPipeError:
            self.lost = True
            return len(text)

    def flush(self) -> None:
        try:
            self.stream.flush()
        except BrokenPipeError:
            self.lost = True
