"""`debug`: every Value remembers the line that recorded it.

>>> from micrograd_tut.engine import Value
>>> with debug():
...     x = Value(2.0)
...     y = x * 3.0
>>> y.line.rpartition(":")[2]
'3'
"""

from __future__ import annotations

import os
import sys
from types import FrameType

from micrograd_tut.engine import Value, new_node
from micrograd_tut.support.modes import Block, debug_on


class DebugValue(Value):
    """A Value recorded inside `debug`: it knows the line that recorded it."""

    __slots__ = ("line",)

    line: str


def _located_node() -> DebugValue:
    """A bare node, with the line that is being executed outside of this package."""
    node = object.__new__(DebugValue)
    frame = calling_frame()
    node.line = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return node


def debug() -> Block:
    """Inside this context every Value remembers the line of code that recorded it.

    Errors in `backward` report that line, and a derivative that is nan is always an error.
    It applies to this thread or task only.
    """
    return Block({debug_on: True, new_node: _located_node})


def calling_frame() -> FrameType:
    """The innermost stack frame outside this package."""
    here = os.path.dirname(os.path.dirname(__file__))
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(here):
        frame = frame.f_back
    return frame
