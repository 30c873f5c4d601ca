"""KeyboardInterrupt at a chosen line of the package, as Ctrl-C may come at any."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import micrograd_tut

PACKAGE = os.path.dirname(micrograd_tut.__file__)


def lines_of(call: Callable[[], object], interrupt_at: int | None = None) -> int:
    """Run a call, and count the lines of the package that it runs through.

    Raises:
        KeyboardInterrupt: at the line with this number.
    """
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            if count == interrupt_at:
                sys.settrace(None)
                raise KeyboardInterrupt
            count += 1
        return trace

    before = sys.gettrace()
    try:
        sys.settrace(trace)
        call()
    finally:
        sys.settrace(before)
    return count


def some(places: Sequence[int], most: int) -> Sequence[int]:
    """All places, or so many of them, at random but always the same."""
    return sorted(random.Random(1).sample(places, most)) if len(places) > most else places
