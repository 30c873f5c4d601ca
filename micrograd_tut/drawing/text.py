"""Text that goes into pictures: short numbers, names cut to size, and quoting for DOT."""

from __future__ import annotations

import math
import re
from unicodedata import category

LONGEST = 40
"""How many characters of a name are drawn; a longer one ends in an ellipsis."""

# What has no look of its own, or turns the reading direction of what follows: control and format
# characters (bidi overrides are among these), line and paragraph separators, lone surrogates;
# and the code points that are no characters in XML.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_NOT_IN_XML = "\ufffe\uffff"


def visible(text: str) -> str:
    """`text` with every character that cannot be seen replaced by ``�``, and newlines by ``↵``."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "↵").replace("\n", "↵").replace("\t", " ")
    return "".join("�" if category(c) in _UNSEEN or c in _NOT_IN_XML else c for c in text)


def short(text: str, longest: int = LONGEST) -> str:
    """`text` made visible and cut to at most `longest` characters, an ellipsis at the end."""
    text = visible(text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def size(xs: list[float]) -> float:
    """The length of a list of numbers as a vector: the root of the sum of their squares."""
    return math.hypot(*xs) if xs else 0.0


def count(n: int, thing: str) -> str:
    """``1 neuron``, ``16 neurons``, ``2,410 parameters``."""
    return f"{n:,} {thing}" + ("" if n == 1 else "es" if thing.endswith(("s", "x")) else "s")


_WIDE = (
    dict.fromkeys(" .,:;()|ijl", 0.35) | dict.fromkeys("frt", 0.41) | dict.fromkeys("mw×=", 0.97)
)


def length(text: str, size: float) -> float:
    """How long a text is in the font that pictures are laid out in; `size` and length in points."""
    return size * sum(_WIDE.get(c, 0.645) for c in text)


def quoted(text: str) -> str:
    """`text` as a quoted string of DOT, drawn by Graphviz as exactly that text."""
    text = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


LEFT, CENTRED = "\\l", "\\n"  # how a line of a label ends, which says where it stands


def lines(texts: list[str], end: str = LEFT) -> str:
    """Lines as a quoted label of DOT, each ended by `end`."""
    inner = end.join(quoted(t)[1:-1] for t in texts)
    return f'"{inner}{end if end == LEFT and len(texts) > 1 else ""}"'


AHEAD = ("LR", "TB")
"""The directions in which arrows arrive at the side of a box that is read first."""

_IN_RECORDS = re.compile(r"([\\{}|<>])")


def fields(texts: list[list[str]], direction: str = "LR", ports: tuple[str, ...] = ()) -> str:
    """Compartments as a quoted record label of DOT, stacked from top to bottom.

    Args:
        texts: The lines of each compartment.
        direction: Of the ranks; where they run up or down, a record needs braces to stack.
        ports: What to write where arrows arrive, side by side across their direction; the n-th
            has the name ``i<n>``.
    """
    upright = direction in ("TB", "BT")
    cells = []
    for cell in texts:
        inner = [_IN_RECORDS.sub(r"\\\1", t.replace("&", "&amp;")) for t in cell]
        # a space at either end, or two in a row, would be lost in a record
        inner = [re.sub(r"^ | $|(?<= ) ", r"\\ ", t).replace('"', '\\"') for t in inner]
        cells.append(inner[0] if len(inner) == 1 else "".join(f"{t}\\l" for t in inner))
    label = "|".join(cells)
    if ports:
        strip = "|".join(f"<i{n}>{port}" for n, port in enumerate(ports))
        sides = [f"{{{strip}}}", label if upright else f"{{{label}}}"]
        label = "|".join(sides if direction in AHEAD else reversed(sides))
    return f'"{{{label}}}"' if upright or ports else f'"{label}"'
