"""Tables of text, and strings whose repr is their text."""

from __future__ import annotations

import sys
from typing import Self

from micrograd_tut.encoding import encodable


class Text(str):
    """A string to be read at the prompt: its repr is its text.

    Where standard output has another encoding than UTF-8, it is in the characters that can be
    printed there.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """The text as standard output can show it."""
        return super().__new__(cls, encodable(text, getattr(sys.stdout, "encoding", None)))

    def __repr__(self) -> str:
        return str(self)


class RichText(Text):
    """Text that a notebook shows as HTML.

    Args:
        text: The text.
        html: The same as HTML, in which every text of unknown origin is escaped.
    """

    __slots__ = ("html",)

    html: str

    def __new__(cls, text: str, html: str) -> RichText:
        """The text, with its HTML."""
        new = super().__new__(cls, text)
        new.html = html
        return new

    def __reduce__(self) -> tuple[type[RichText], tuple[str, str]]:
        return RichText, (str(self), self.html)

    def _repr_html_(self) -> str:
        return self.html


def table(
    head: list[str], rows: list[list[str]], total: list[str] | None = None, align: str = ""
) -> str:
    """Rows of text as aligned columns under a head, with an optional last row.

    Args:
        head, rows, total: Texts; every row as long as the head.
        align: "<" or ">" for each column (default: all "<").

    >>> print(table(["layer", "units"], [["1", "16"], ["2", "1"]], align="<>"))
    layer  units
    ─────  ─────
    1         16
    2          1
    """
    align = align or "<" * len(head)
    every = [head, *rows, *([total] if total else [])]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    rule = ["─" * width for width in widths]
    lines = [head, rule, *rows, *([rule, total] if total else [])]
    cells = [
        [f"{cell:{side}{width}}" for cell, side, width in zip(line, align, widths, strict=True)]
        for line in lines
    ]
    return "\n".join("  ".join(line).rstrip() for line in cells)


def visible(text: str, longest: int | None = None) -> str:
    r"""Text of unknown origin on one line, without characters that a terminal would act on.

    Args:
        text: Any text.
        longest: The most characters; the middle of a longer text is left out.

    >>> visible("a\nb\x1b[31m")
    'a b�[31m'
    >>> visible("abcdefghij", longest=5)
    'abc…j'
    """
    if longest is not None and len(text) > longest:
        end = longest // 3
        text = f"{text[: longest - end - 1]}…{text[-end:]}"
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)
