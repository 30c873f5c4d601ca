"""Tables of text, and strings whose repr is their text."""

from __future__ import annotations

import codecs
import sys

_ASCII = str.maketrans({
    "∂": "d", "·": "*", "×": "x", "÷": "/", "±": "+-", "≈": "~", "−": "-", "–": "-", "─": "-",
    "→": ">", "←": "<", "↓": "v", "…": "~", "‖": "|", "Σ": "S", "⋮": ":", "²": "2",
})  # fmt: skip
"""What stands for a character in an encoding that lacks it; ``?`` stands for any other."""


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_ASCII)
    return text.encode("ascii", "replace").decode(), error.end


ASCII_FOR_OTHERS = "micrograd-tut"
"""How a stream treats characters that its encoding lacks (an argument `errors`): as `encodable`."""

codecs.register_error(ASCII_FOR_OTHERS, _replaced)


def encodable(text: str, encoding: str | None) -> str:
    """`text` with ASCII in place of characters that an encoding lacks.

    >>> encodable("∂L/∂a = -3.0 × ä", "ascii"), encodable("2 × ä", "latin-1")
    ('dL/da = -3.0 x ?', '2 × ä')
    """
    if text.isascii() or not encoding:
        return text
    return text.encode(encoding, ASCII_FOR_OTHERS).decode(encoding)


class Text(str):
    """A string to be read at the prompt: its repr is its text.

    Where standard output has another encoding than UTF-8, it is in the characters that can be
    printed there.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Text:
        """The text as standard output can show it."""
        return super().__new__(cls, encodable(text, getattr(sys.stdout, "encoding", None)))

    def __repr__(self) -> str:
        return str(self)


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
