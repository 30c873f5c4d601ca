"""Python's cyclic garbage collector, left out while many objects are made that all stay."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def uncollected(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function run with the cyclic garbage collector switched off, unless it is already.

    The collector looks through all objects again whenever their number has grown by a quarter: of
    a large network that takes a third of the time in which it is made, and finds nothing.
    """

    @functools.wraps(function)
    def paused(*args: P.args, **kwargs: P.kwargs) -> T:
        if not gc.isenabled():  # switched off outside, or by another thread, which ends that itself
            return function(*args, **kwargs)
        try:
            gc.disable()
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return paused
