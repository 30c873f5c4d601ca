"""`compile`: a function of scalars as a NumPy function over batches of examples."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, NoReturn

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler import numba_backend
from micrograd_tut.compiler.executor import Executable, narrowed
from micrograd_tut.compiler.highlight import listing
from micrograd_tut.compiler.program import Numbers
from micrograd_tut.compiler.tracer import Width
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError, MicrogradError, NotFiniteError
from micrograd_tut.support.html import paragraphs
from micrograd_tut.support.text import Text, visible
from micrograd_tut.support.validation import one_of

_REDUCTIONS = {"mean": ops.mean, "sum": ops.sum}
_MAX_WIDTHS = 32  # of a function whose arguments have many lengths


def compile(
    fn: Callable[..., Any],
    example: Sequence[Any] | None = None,
    dtype: str = "float64",
    backend: str = "numpy",
) -> Compiled:
    """Compile a function of scalars into a NumPy function over batches.

    Args:
        fn: Takes numbers or flat lists of numbers; returns a Value or a list of Values. Values
            that it uses from outside are parameters; Values that it makes itself are constants.
            It is run twice, on tracers that record its operations.
        example: One example, ``(x, y)``, to compile for now. By default the function is compiled
            at the first call, for the sizes of its arguments.
        dtype: "float64" or "float32".
        backend: "numpy", or "native" for loops compiled by numba. If that is not installed, a
            RuntimeWarning says so, and NumPy is used. LLVM keeps the code of each program, about
            1.3 MB, until the process ends; functions of the same structure share one.

    Raises:
        TraceError: `fn` reads a number that differs between examples, or records something else
            each time, as with random numbers.
        InputError: `fn` is not a function or returns something else; another dtype or backend.

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
    if not callable(fn):
        raise InputError(
            f"compile takes a function, such as mg.compile(lambda x: x**2); got {fn!r}"
        )
    one_of("dtype", dtype, ("float64", "float32"))
    one_of("backend", backend, ("numpy", "native"))
    compiled = Compiled(fn, np.dtype(dtype), backend)
    if example is not None:
        compiled.executable([None if np.ndim(x) == 0 else len(x) for x in example])
    return compiled


class Compiled:
    """A compiled function; `compile` makes it.

    Call it with one array per argument of the function: of shape (batch,) for a number,
    (batch, n) for a list of n numbers. It returns an array of shape (batch,), or (batch, k) if
    the function returns a list of k Values.
    """

    def __init__(self, fn: Callable[..., Any], dtype: np.dtype[Any], backend: str) -> None:
        self.fn = fn
        self.dtype = dtype
        self.backend = numba_backend.chosen(backend)
        self.executables: dict[tuple[Width, ...], Executable] = {}
        self._names: dict[int | None, list[str]] = {}

    def __reduce__(self) -> NoReturn:
        raise InputError(
            "a compiled function cannot be copied or pickled: copy or pickle the model, and "
            "compile its function again"
        )

    def __repr__(self) -> str:
        name = getattr(self.fn, "__name__", type(self.fn).__name__)
        return f"<Compiled: {visible(name, 40)}, {self.dtype}, {self.backend}; .source>"

    def _repr_html_(self) -> str:
        try:
            return paragraphs(repr(self)) + listing(self.source)
        except MicrogradError:
            return paragraphs(repr(self), "Call it once to see its program here.")

    def __call__(self, *arrays: Any) -> Any:
        """The outputs for a batch.

        Raises:
            InputError: the arrays do not fit the function or each other.
            DomainError, DivisionByZeroError, NotFiniteError: as for Values; the message names
                the example.
        """
        checked, batch = self._checked(arrays)
        executable = self.executable(_widths(checked))
        outputs, _ = executable.run(checked, batch)
        return outputs.T if executable.traced.returns_list else outputs[0]

    def backward(self, *arrays: Any, reduction: str = "mean") -> float:
        """The mean (or sum) over a batch; its gradients are added to the `grad` of the Values.

        Args:
            arrays: As for a call.
            reduction: "mean" or "sum".

        Raises:
            InputError: the function returns a list, or as for a call.
            DomainError, DivisionByZeroError, NotFiniteError: as for Values. No `grad` is changed.
        """
        one_of("reduction", reduction, _REDUCTIONS)
        checked, batch = self._checked(arrays)
        executable = self.executable(_widths(checked))
        if executable.traced.returns_list:
            raise InputError(
                "backward needs a function that returns one Value, not a list; return "
                "mg.mean(list) or mg.sum(list)"
            )
        scale = 1.0 / batch if reduction == "mean" else 1.0
        outputs, gradient = executable.run(checked, batch, scale)
        loss = _REDUCTIONS[reduction].evaluate(outputs[0].tolist())
        executable.add_gradient(gradient)
        return loss

    @property
    def source(self) -> Text:
        """The NumPy code."""
        return Text(self._newest().source)

    @property
    def native_source(self) -> Text:
        """The same program as loops over the batch, which backend="native" compiles."""
        return Text(self._newest().native_source)

    @property
    def javascript(self) -> Text:
        """The same program as an ES module in JavaScript, without dependencies.

        It exports ``build(parameters, gradient, batch)``, which returns the functions ``forward``
        and ``backward`` of `source`, and ``columns(examples)``, which brings examples into the
        layout of their arguments. Its numbers are of 64 bits, whatever `dtype` is.
        """
        return Text(self._newest().javascript)

    def explain(self) -> Text:
        """Which scalar nodes became which array statements."""
        return Text(self._newest().explain())

    def executable(self, widths: Sequence[Width]) -> Executable:
        """The function compiled for arguments of these widths; the newest 32 are kept."""
        key = tuple(widths)
        executable = self.executables.get(key)
        if executable is None:
            names = self._names_of(len(key))
            executable = Executable(self.fn, names, key, self.dtype, backend=self.backend)
            self.executables[key] = executable
            for old in [*self.executables][:-_MAX_WIDTHS]:
                self.executables.pop(old, None)  # another thread may have been faster
        return executable

    def _newest(self) -> Executable:
        if not self.executables:
            if self._names_of(None):
                raise InputError(
                    "the input sizes are not known yet: call the function once, or pass "
                    "example=(x, y) to mg.compile"
                )
            self.executable([])
        return next(reversed(self.executables.values()))

    def _names_of(self, count: int | None) -> list[str]:
        """The names of the first `count` arguments; None for those without a default."""
        if count not in self._names:
            self._names[count] = _argument_names(self.fn, count)
        return self._names[count]

    def _checked(self, arrays: Sequence[Any]) -> tuple[list[Numbers], int]:
        """The arguments as arrays with a row per example, and the size of the batch."""
        names = self._names_of(len(arrays))
        checked = [_array(name, x, self.dtype) for name, x in zip(names, arrays, strict=True)]
        sizes = {name: len(x) for name, x in zip(names, checked, strict=True)}
        if len(set(sizes.values())) > 1:
            counts = ", ".join(f"{name} has {size}" for name, size in sizes.items())
            raise InputError(f"all arguments must have the same number of examples; {counts}")
        batch = next(iter(sizes.values()), 1)
        if not batch:
            raise InputError(
                "a batch needs at least one example; got none. Pass arrays with at least one row"
            )
        return checked, batch


def _argument_names(fn: Callable[..., Any], count: int | None) -> list[str]:
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
        array = _real_numbers(x)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} must be numbers in rows of equal length: {error}") from None
    if array.ndim not in (1, 2):
        raise InputError(
            f"{name} must have the shape (batch,) for numbers or (batch, n) for lists of n; "
            f"got {array.shape}"
        )
    try:
        return narrowed(array, dtype)
    except NotFiniteError as error:
        raise NotFiniteError(f"{name}: {error}") from None


def _real_numbers(x: Any) -> Any:
    """An array of real numbers."""
    array = x if type(x) is np.ndarray else np.asarray(_as_rows(x))
    if array.dtype == object:  # convert each element as Value() does
        floats = [float(v) if isinstance(v, Value) else ops.to_float(v) for v in array.flat]
        return np.array(floats, float).reshape(array.shape)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"got {array.dtype}")
    return array


def _as_rows(x: Any) -> Any:
    """An array or a list; anything else that can be iterated over, as a list."""
    if isinstance(x, (str, bytes, bytearray, Mapping, Set, np.ma.MaskedArray)):
        raise TypeError(f"got one {type(x).__name__}")
    return list(x) if isinstance(x, Iterable) and not hasattr(x, "__array__") else x


def _widths(arrays: Iterable[Numbers]) -> list[Width]:
    return [None if x.ndim == 1 else x.shape[1] for x in arrays]
