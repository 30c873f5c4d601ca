"""Quoting for DOT: text becomes labels that Graphviz draws as exactly that text."""

from __future__ import annotations

import re

LEFT, CENTRED = "\\l", "\\n"
"""How a line of a label ends, which aligns it."""

OPERANDS_FIRST = ("LR", "TB")
"""The directions in which arrows arrive at the side of a box that its label starts with."""

_RECORD_SYNTAX = re.compile(r"([\\{}|<>])")
_SPECIAL = re.compile(r'[\\{}|<>&"]|^ | $|  ')  # what a record needs to have escaped


def quoted(text: str) -> str:
    """`text` as a quoted string of DOT."""
    text = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def lines(texts: list[str], end: str = LEFT) -> str:
    """Lines as a quoted label of DOT, each ended by `end`."""
    inner = end.join(quoted(t)[1:-1] for t in texts)
    return f'"{inner}{end if end == LEFT and len(texts) > 1 else ""}"'


def _in_record(text: str) -> str:
    text = _RECORD_SYNTAX.sub(r"\\\1", text.replace("&", "&amp;"))
    # a space at either end, or two in a row, would be lost in a record
    return re.sub(r"^ | $|(?<= ) ", r"\\ ", text).replace('"', '\\"')


def fields(texts: list[list[str]], direction: str = "LR", ports: tuple[str, ...] = ()) -> str:
    """Compartments as a quoted record label of DOT, stacked from top to bottom.

    Args:
        texts: The lines of each compartment.
        direction: The direction of the graph; in "TB" and "BT", a record needs braces to stack.
        ports: The texts where arrows arrive, side by side; the n-th port is named ``i<n>``.
    """
    vertical = direction in ("TB", "BT")
    cells = []
    for cell in texts:
        inner = [_in_record(text) if _SPECIAL.search(text) else text for text in cell]
        cells.append(inner[0] if len(inner) == 1 else "".join(f"{t}\\l" for t in inner))
    label = "|".join(cells)
    if ports:
        strip = "|".join(f"<i{n}>{port}" for n, port in enumerate(ports))
        sides = [f"{{{strip}}}", label if vertical else f"{{{label}}}"]
        label = "|".join(sides if direction in OPERANDS_FIRST else reversed(sides))
    return f'"{{{label}}}"' if vertical or ports else f'"{label}"'
