"""Free long graphs without recursion, for browsers.

A Value holds its inputs, so freeing the last Value of a chain frees the one before it, and so on.
CPython ends that recursion before its own stack is full. Under WebAssembly the stack of JavaScript
is full first, after a few thousand Values, and Python ends.
"""

from __future__ import annotations

from typing import Any

from micrograd_tut.engine import Value

_waiting: list[Any] = []
_releasing = False


def release_inputs(value: Value) -> None:
    """Release the inputs of a Value that is freed, after those of other Values: its ``__del__``."""
    global _releasing
    try:
        _waiting.append((value._a, value._b))
    except AttributeError:  # its constructor has raised an error
        return
    value._a = value._b = None
    if not _releasing:
        _releasing = True
        while _waiting:
            _waiting.pop()
        _releasing = False
