"""What a block of code may switch on for its own thread or task: `ieee` and `debug`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ieee_on: ContextVar[bool] = ContextVar("ieee_on", default=False)
debug_on: ContextVar[bool] = ContextVar("debug_on", default=False)
tracing: ContextVar[bool] = ContextVar("tracing", default=False)  # numbers are not known: nan


@contextmanager
def ieee() -> Iterator[None]:
    """Inside, results that are not finite are inf and nan, as IEEE has it, and raise nothing.

    It holds for this thread or task alone.

    >>> from micrograd_tut.engine import Value
    >>> with ieee():
    ...     Value(0.0).log().data
    -inf
    """
    with during(ieee_on, True):
        yield


@contextmanager
def during(mode: ContextVar[T], setting: T) -> Iterator[None]:
    """Inside, `mode` has this setting."""
    token = mode.set(setting)
    try:
        yield
    finally:
        with suppress(ValueError):  # an interrupt may close this after its context has ended
            mode.reset(token)


def contained(function: Callable[P, T]) -> Callable[P, T]:
    """What `function` sets, modes and NumPy's warnings, ends with it, even at an interrupt.

    An interrupt at the end of a ``with`` block can skip what the block would put back. So the
    function gets a copy of the context, which is dropped.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return copy_context().run(function, *args, **kwargs)

    return run
