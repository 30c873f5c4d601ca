"""Python code as HTML: comments and texts grey, keywords and definitions bold."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator
from html import escape

_GREY = '<span style="opacity: 0.65">'
_BOLD = "<b>"


def listing(code: str) -> str:
    """Code of Python as a block of HTML; it looks the same where styles are removed.

    >>> listing("return x  # <b>")
    '<pre><code><b>return</b> x  <span style="opacity: 0.65"># &lt;b&gt;</span></code></pre>'
    """
    return f"<pre><code>{''.join(_pieces(code)).rstrip()}</code></pre>"


def _pieces(code: str) -> Iterator[str]:
    lines = code.splitlines(keepends=True)
    row, column = 1, 0  # up to where the code is done

    def until(end: tuple[int, int]) -> str:
        """The code up to a place."""
        nonlocal row, column
        parts = []
        while row < end[0]:
            parts.append(lines[row - 1][column:])
            row, column = row + 1, 0
        if row <= len(lines):
            parts.append(lines[row - 1][column : end[1]])
        column = end[1]
        return escape("".join(parts))

    defined = False  # whether the name of a function comes next
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        yield until(token.start)
        piece = until(token.end)
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            piece = f"{_GREY}{piece}</span>"
        elif token.type == tokenize.NAME and (defined or keyword.iskeyword(token.string)):
            piece = f"{_BOLD}{piece}</b>"
        defined = token.string == "def"
        yield piece
