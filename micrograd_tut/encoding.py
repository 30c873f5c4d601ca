"""ASCII for characters that an encoding lacks, such as d for ∂."""

from __future__ import annotations

import codecs

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
