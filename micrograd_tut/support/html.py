"""HTML for notebooks: tables and paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from micrograd_tut.support.text import visible


def html_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    total: Sequence[str] | None = None,
    align: str = "",
) -> str:
    """The table of `text.table` as HTML; all texts are escaped.

    Args:
        head, total, align: As for `text.table`; an empty head is left out.
        rows: As for `text.table`; a row of one text is a heading over all columns.

    >>> html_table([], [["<16>"]])
    '<table><tbody><tr><td style="text-align: left; padding: 0.1em 0.6em">&lt;16&gt;</td></tr>...
    """
    width = max(map(len, [head, *rows]))
    sides = ["right" if side == ">" else "left" for side in align or "<" * width]

    def line(cells: Sequence[str], tag: str = "td") -> str:
        if len(cells) == 1 < width:
            span = f' colspan="{width}"'
            return f"<tr>{_cell('th', 'left', cells[0], span)}</tr>"
        inside = (_cell(tag, side, cell) for cell, side in zip(cells, sides, strict=True))
        return f"<tr>{''.join(inside)}</tr>"

    return "".join(
        [
            "<table>",
            f"<thead>{line(head, 'th')}</thead>" if head else "",
            f"<tbody>{''.join(map(line, rows))}</tbody>",
            f"<tfoot>{line(total)}</tfoot>" if total else "",
            "</table>",
        ]
    )


def _cell(tag: str, side: str, words: str, more: str = "") -> str:
    style = f"text-align: {side}; padding: 0.1em 0.6em"
    return f'<{tag}{more} style="{style}">{text(words)}</{tag}>'


def text(words: str) -> str:
    """Text of unknown origin as HTML, on one line."""
    return escape(visible(words))


def paragraphs(*sentences: str) -> str:
    """A paragraph for each sentence that is not empty."""
    return "".join(f"<p>{text(sentence)}</p>" for sentence in sentences if sentence)
