"""Context managers that apply to the current thread or task: `ieee` and `debug`."""

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
    """Inside this context, non-finite results become inf or nan (IEEE 754) instead of raising.

    It applies to this thread or task only.

    >>> from micrograd_tut.engine import Value
    >>> with ieee():
    ...     Value(0.0).log().data
    -inf
    """
    with during(ieee_on, True):
        yield


@contextmanager
def during(mode: ContextVar[T], setting: T) -> Iterator[None]:
    """Inside this context, `mode` has this setting."""
    token = mode.set(setting)
    try:
        yield
    finally:
        with suppress(ValueError):  # an interrupt may close this after its context has ended
            mode.reset(token)


def contained(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in a copy of the context: the modes that it sets end with it.

    An interrupt at the end of a ``with`` block can skip the code that restores a mode. Dropping a
    copy of the context needs no such code.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return copy_context().run(function, *args, **kwargs)

    return run
