"""Texts in pictures: printable characters, shortened names, counts, and widths in points."""

from __future__ import annotations

from unicodedata import category

MAX_CHARACTERS = 40
"""Characters of a name that are drawn; a longer name ends in an ellipsis."""

# Characters without a glyph or that change the reading direction: control and format characters
# (bidi overrides among them), line and paragraph separators, lone surrogates; and the code points
# that are not characters in XML.
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_NOT_IN_XML = "\ufffe\uffff"


def visible(text: str) -> str:
    """`text` with ``�`` for every character that is not visible, and ``↵`` for newlines."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "↵").replace("\n", "↵").replace("\t", " ")
    return "".join("�" if category(c) in _INVISIBLE or c in _NOT_IN_XML else c for c in text)


def short(text: str, limit: int = MAX_CHARACTERS) -> str:
    """`text` made visible; if it has more than `limit` characters, its start and an ellipsis."""
    text = visible(text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def count(n: int, noun: str) -> str:
    """``1 neuron``, ``16 neurons``, ``2,410 parameters``."""
    return f"{n:,} {noun}" + ("" if n == 1 else "es" if noun.endswith(("s", "x")) else "s")


_WIDTHS = (
    dict.fromkeys(" .,:;()|ijl", 0.35) | dict.fromkeys("frt", 0.41) | dict.fromkeys("mw×=", 0.97)
)


def text_width(text: str, size: float) -> float:
    """The approximate width of a text in DejaVu Sans; `size` and result in points."""
    return size * sum(_WIDTHS.get(c, 0.645) for c in text)
