"""`compile`: a function of scalars as a program over batches of examples."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler import numba_backend
from micrograd_tut.compiler.executor import Executable, Numbers, narrowed
from micrograd_tut.compiler.tracer import Width
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError, NotFiniteError
from micrograd_tut.support.text import Text

_REDUCTIONS = {"mean": ops.mean, "sum": ops.sum}


def compile(
    fn: Callable[..., Any],
    example: Sequence[Any] | None = None,
    dtype: str = "float64",
    backend: str = "numpy",
) -> Compiled:
    """A function of numbers as a program over whole batches.

    Args:
        fn: Takes numbers or flat lists of them, gives a Value or a list of Values, and closes
            over Values: those are its parameters, those that it makes by itself are constants.
            It is run once, on stand-ins that record.
        example: One example, ``(x, y)``, to compile for now; otherwise that is done at the first
            call, for the shapes that it brings.
        dtype: "float64" or "float32".
        backend: "numpy" or "native", which is loops compiled by numba, where that is installed.

    Raises:
        TraceError: `fn` looks at a number that differs from example to example.
        InputError: another dtype or backend, or `fn` gives something else.

    >>> import micrograd_tut as mg
    >>> w = mg.Value(3.0, label="w")
    >>> f = mg.compile(lambda x, y: (w * x - y) ** 2)
    >>> f([1.0, 2.0], [0.0, 0.0])
    array([ 9., 36.])
    >>> f.backward([1.0, 2.0], [0.0, 0.0])
    22.5
    >>> w.grad
    15.0
    """
    for what, given, allowed in (
        ("dtype", dtype, ("float64", "float32")),
        ("backend", backend, ("numpy", "native")),
    ):
        if given not in allowed:
            raise InputError(f"{what} {given!r} is not known; use one of {', '.join(allowed)}")
    compiled = Compiled(fn, np.dtype(dtype), backend)
    if example is not None:
        compiled.program([None if np.ndim(part) == 0 else len(part) for part in example])
    return compiled


class Compiled:
    """A compiled function; `compile` makes it.

    Call it with arrays, one for each argument of the function: of shape (batch,) for a number,
    (batch, n) for a list of n. It gives an array of shape (batch,), or (batch, k) where the
    function gives a list of k.
    """

    def __init__(self, fn: Callable[..., Any], dtype: np.dtype[Any], backend: str) -> None:
        self.fn = fn
        self.dtype = dtype
        self.backend = numba_backend.chosen(backend)
        self.programs: dict[tuple[Width, ...], Executable] = {}
        self._names: dict[int | None, list[str]] = {}

    def __call__(self, *arrays: Any) -> Any:
        """The outputs for a batch.

        Raises:
            InputError: the arrays do not fit the function or each other.
            DomainError, DivisionByZeroError, NotFiniteError: as for Values; the message names
                the example.
        """
        given, batch = self._given(arrays)
        program = self.program(_widths(given))
        found = program.outputs(given, batch)
        return found.T if program.traced.returns_list else found[0]

    def backward(self, *arrays: Any, reduction: str = "mean") -> float:
        """The mean (or sum) over a batch; its gradients are added to the `grad` of the Values.

        Args:
            arrays: As for a call.
            reduction: "mean" or "sum".

        Raises:
            InputError: the function gives a list, or as for a call.
            DomainError, DivisionByZeroError, NotFiniteError: as for Values. No gradient is
                changed then.
        """
        if reduction not in _REDUCTIONS:
            raise InputError(
                f"reduction {reduction!r} is not known; use one of {', '.join(_REDUCTIONS)}"
            )
        given, batch = self._given(arrays)
        program = self.program(_widths(given))
        if program.traced.returns_list:
            raise InputError("backward needs a function that gives one Value, not a list")
        scale = 1.0 / batch if reduction == "mean" else 1.0
        outputs, gradient = program.gradient(given, batch, scale)
        loss = _REDUCTIONS[reduction].evaluate(outputs[0].tolist())
        program.add_gradient(gradient)
        return loss

    @property
    def source(self) -> Text:
        """The NumPy program."""
        return Text(self._newest().source.text)

    @property
    def native_source(self) -> Text:
        """The same program as loops over the batch, which backend="native" compiles."""
        return Text(self._newest().native_source)

    def explain(self) -> Text:
        """What was grouped into what."""
        return Text(self._newest().explain())

    def program(self, widths: Sequence[Width]) -> Executable:
        """The program for arguments of these widths; compiled once."""
        key = tuple(widths)
        if key not in self.programs:
            names = self._names_of(len(key))
            self.programs[key] = Executable(self.fn, names, key, self.dtype, backend=self.backend)
        return self.programs[key]

    def _newest(self) -> Executable:
        if not self.programs:
            if self._names_of(None):
                raise InputError(
                    "it is not known yet how long the lists are: call the function first, or "
                    "compile it with an example, mg.compile(fn, example=(x, y))"
                )
            self.program([])
        return next(reversed(self.programs.values()))

    def _names_of(self, count: int | None) -> list[str]:
        """What the first `count` arguments are called."""
        if count not in self._names:
            self._names[count] = _names(self.fn, count)
        return self._names[count]

    def _given(self, arrays: Sequence[Any]) -> tuple[list[Numbers], int]:
        """The arguments as arrays with a column per example, and the size of the batch."""
        names = self._names_of(len(arrays))
        given = [_array(name, x, self.dtype) for name, x in zip(names, arrays, strict=True)]
        sizes = {name: len(x) for name, x in zip(names, given, strict=True)}
        if len(set(sizes.values())) > 1:
            told = ", ".join(f"{name} has {size}" for name, size in sizes.items())
            raise InputError(f"arguments must have as many examples each; {told}")
        batch = next(iter(sizes.values()), 1)
        if not batch:
            raise InputError("a batch needs at least one example; got none")
        return given, batch


def _names(fn: Callable[..., Any], count: int | None) -> list[str]:
    """What the arguments of a function are called; `count` of them are given."""
    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):
        return [f"x{i + 1}" for i in range(count or 0)]
    names: list[str] = []
    required = 0
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}{i + 1}" for i in range((count or 0) - len(names))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
            required += parameter.default is parameter.empty
    if count is None:
        return names[:required]
    if not required <= count <= len(names):
        takes = f"{required}" if required == len(names) else f"{required} to {len(names)}"
        raise InputError(f"the function takes {takes} arguments, {', '.join(names)}; got {count}")
    return names[:count]


def _array(name: str, x: Any, dtype: np.dtype[Any]) -> Numbers:
    try:
        found = _numbers(x)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} must be numbers in equal rows: {error}") from None
    if found.ndim not in (1, 2):
        raise InputError(
            f"{name} must have the shape (batch,) for numbers or (batch, n) for lists of n; "
            f"got {found.shape}"
        )
    try:
        return narrowed(found, dtype)
    except NotFiniteError as error:
        raise NotFiniteError(f"{name}: {error}") from None


def _numbers(x: Any) -> Any:
    """An array of real numbers, of whatever type holds them."""
    found = x if type(x) is np.ndarray else np.asarray(_listed(x))
    if found.dtype == object:  # each by itself, as at the door of Value
        floats = [float(v) if isinstance(v, Value) else ops.to_float(v) for v in found.flat]
        return np.array(floats, float).reshape(found.shape)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"got {found.dtype}")
    return found


def _listed(x: Any) -> Any:
    """Something that NumPy takes for rows, in their order."""
    if isinstance(x, (str, bytes, bytearray, Mapping, Set, np.ma.MaskedArray)):
        raise TypeError(f"got one {type(x).__name__}")
    return list(x) if isinstance(x, Iterable) and not hasattr(x, "__array__") else x


def _widths(given: Iterable[Numbers]) -> list[Width]:
    return [None if x.ndim == 1 else x.shape[1] for x in given]
