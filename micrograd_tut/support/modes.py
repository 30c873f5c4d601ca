"""Modes of the current thread or task, such as `ieee`, each of which lasts for a ``with`` block."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar, copy_context
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from weakref import ref

from micrograd_tut.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")

ieee_on: ContextVar[Any] = ContextVar("ieee_on", default=False)
debug_on: ContextVar[Any] = ContextVar("debug_on", default=False)
tracing: ContextVar[Any] = ContextVar("tracing", default=False)  # numbers are not known: nan


def ieee() -> Block:
    """Inside this context, non-finite results become inf or nan (IEEE 754) instead of raising.

    It applies to this thread or task only.

    >>> from micrograd_tut.engine import Value
    >>> with ieee():
    ...     Value(0.0).log().data
    -inf
    """
    return Block({ieee_on: True})


class Method:
    """A method that an object supplies itself, as a C function, so that no interrupt divides it.

    Args:
        supply: Returns that function, given the object.
    """

    def __init__(self, supply: Callable[[Any], Callable[..., Any]]) -> None:
        self.supply = supply

    def __get__(self, instance: Any, owner: type) -> Callable[..., Any]:
        return self.supply(instance) if instance is not None else self

    def __call__(self, instance: Any, *args: Any) -> Any:  # as contextlib.ExitStack does
        return self.supply(instance)(*args)


class Block:
    """A context manager that gives context variables other values for one ``with`` block.

    The block ends after its last line or with an exception, Ctrl-C included, at whatever moment.
    Python reacts to Ctrl-C between any two steps of Python code, also inside an ``__exit__`` that
    would restore a variable. So nothing is restored: a `Setting` counts as long as its lock is
    locked. The ``with`` statement locks and unlocks it by the lock's own methods, which are C code;
    and if it does not get there, the lock goes with the block.

    Args:
        settings: For each variable its value in the block, a bool or a function.
    """

    def __init__(self, settings: Mapping[ContextVar[Any], Any]) -> None:
        self.settings = settings
        self.lock = Lock()
        self.opened = False

    @Method
    def __enter__(self) -> Callable[..., bool]:
        if self.opened:
            raise InputError("this context has been used; create one for each with statement")
        self.opened = True
        for variable, value in self.settings.items():
            variable.set(Setting(variable, value, ref(self.lock)))
        return self.lock.__enter__

    @Method
    def __exit__(self) -> Callable[..., None]:
        return self.lock.__exit__

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """As a decorator: each call of the function is a block."""

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            with Block(self.settings):
                return function(*args, **kwargs)

        return run


class Setting:
    """The value of a context variable in a block; after its end, what it was around the block.

    It is used as that value would be: called, or asked whether it is true.
    """

    __slots__ = ("lock", "outer", "value", "variable")

    def __init__(self, variable: ContextVar[Any], value: Any, lock: ref[Any]) -> None:
        self.variable, self.value, self.lock = variable, value, lock
        self.outer = lasting(variable.get())
        if isinstance(self.outer, Setting):
            self.outer.outer = lasting(self.outer.outer)

    def ended(self) -> bool:
        """Whether the block has ended."""
        lock = self.lock()
        return lock is None or not lock.locked()

    def current(self) -> Any:
        """The value that is in force."""
        if not self.ended():
            return self.value
        outer = lasting(self.outer)
        if self.variable.get() is self:
            self.variable.set(outer)
        return outer.value if isinstance(outer, Setting) else outer

    def __call__(self) -> Any:
        return self.current()()

    def __bool__(self) -> bool:
        return bool(self.current())


def lasting(value: Any) -> Any:
    """The value of a variable, without the settings whose blocks have ended."""
    while isinstance(value, Setting) and value.ended():
        value = value.outer
    return value


def contained(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function in a copy of the context: what it sets there, as NumPy does, ends with it."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return copy_context().run(function, *args, **kwargs)

    return run
