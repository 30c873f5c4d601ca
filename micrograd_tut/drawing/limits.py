"""What a layout may use, and the error if it needs more."""

from __future__ import annotations

from micrograd_tut.errors import LayoutLimitError

MEMORY = 2**30
"""The bytes of memory that a layout may use."""


def limit_error(reason: str) -> LayoutLimitError:
    """The error of a layout that needs too much."""
    return LayoutLimitError(
        f"Graphviz gave up on this drawing: {reason}. It may be too large for one picture: draw a "
        f'part of it, or use detail="auto" or detail="layers", or save it as .dot'
    )
