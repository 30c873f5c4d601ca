"""Compile a function for arguments of given sizes, and run it on batches."""

from __future__ import annotations

import math
import operator
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from micrograd_tut.chain_rule import summed
from micrograd_tut.compiler.program import Build, Numbers, Run, Setting, Written, program_for
from micrograd_tut.compiler.scalar_graph import scalar_graph
from micrograd_tut.compiler.tracer import Width, trace_function
from micrograd_tut.engine import Value, get_data, grad, reevaluate, set_grads
from micrograd_tut.errors import MicrogradError, NotFiniteError
from micrograd_tut.interop import number_of
from micrograd_tut.support.collector import uncollected
from micrograd_tut.support.modes import ieee_on

STRICT: Any = {"over": "raise", "divide": "raise", "invalid": "raise", "under": "ignore"}
"""Settings of ``np.errstate``: raise if finite numbers give inf or nan."""


def _raises() -> bool:
    """Whether a division by 0 raises an error; with NumPy compiled to WebAssembly none does."""
    try:
        with np.errstate(**STRICT):
            np.array([1.0]) / np.array([0.0])
    except FloatingPointError:
        return True
    return False


RAISES = _raises()
"""Whether NumPy raises floating-point errors."""


def check(*arrays: Numbers | float) -> None:
    """Raise FloatingPointError for results that are not finite, if NumPy has not raised it."""
    if not RAISES and not all(np.isfinite(x).all() for x in arrays):
        raise FloatingPointError


_GRAD = operator.attrgetter("grad")
_MAX_SIZES = 8  # batch sizes whose arrays are kept


class Executable:
    """A function compiled for arguments of given widths.

    Args:
        fn: The function.
        names: The names of its arguments.
        widths: For each argument the length of the list, or None for a number.
        dtype: The type of all arrays.
        more: Parameters beside those that the function depends on; their gradient is 0.
        backend: "numpy" or "native".
    """

    @uncollected
    def __init__(
        self,
        fn: Callable[..., Any],
        names: Sequence[str],
        widths: Sequence[Width],
        dtype: np.dtype[Any],
        more: Iterable[Value] = (),
        backend: str = "numpy",
    ) -> None:
        self.dtype = dtype
        self._setting = Setting(dtype, backend, list(more))
        self.traced = trace_function(fn, names, widths, self._setting.more)
        self.program, numbered, written = program_for(self.traced, self._setting)
        if written:
            self._written = written
            self.parameters = written.program.parameters
        else:
            self.parameters = [numbered[i] for i in self.program.order.tolist()]
        self.places = np.argsort(self.program.order)[: len(self._setting.more)]
        self._local = threading.local()

    @cached_property
    def _written(self) -> Written:
        """The arrays and the code, if the program was made for another function."""
        return Written(self.traced, scalar_graph(self.traced, self._setting.more), self._setting)

    @cached_property
    def source(self) -> str:
        """The program in NumPy."""
        return self._written.code.text

    @cached_property
    def native_source(self) -> str:
        """The program as loops."""
        return self._written.loops()

    @cached_property
    def javascript(self) -> str:
        """The program as a JavaScript module."""
        return self._written.javascript()

    def read(self) -> Numbers:
        """The current data of the parameters."""
        return narrowed(np.array(get_data(self.parameters)), self.dtype)

    def run(
        self, arrays: Sequence[Numbers], batch: int, scale: float | None = None
    ) -> tuple[Numbers, Numbers]:
        """Run a batch with the current data of the parameters.

        Args:
            arrays: One per argument, with a row per example.
            batch: The number of examples.
            scale: A factor of the gradient; None to compute no gradient.

        Returns:
            The outputs, of shape (k, batch), and the gradient of the sum of the first output over
            the batch, times `scale`.
        """
        self.buffers.parameters[:] = self.read()
        outputs = None
        if not self._may_compare_nan(arrays):
            columns = [x.T if x.ndim > 1 else x[None] for x in arrays]
            outputs = self.buffers.run_checked(columns, batch, scale)
        if outputs is None:
            return self._fallback(arrays, batch, scale)
        return np.array(np.broadcast_to(outputs, (len(outputs), batch))), self.buffers.gradient

    def _may_compare_nan(self, arrays: Sequence[Numbers]) -> bool:
        """Whether a comparison may meet nan: to NumPy it is false, on Values it is nan."""
        numbers = self.buffers.parameters, *arrays
        return self.program.compares and any(np.isnan(x).any() for x in numbers)

    def add_gradient(self, gradient: Numbers) -> None:
        """Add to the `grad` of the Values: to all of them or, after an interrupt, to none.

        Raises:
            NotFiniteError: a sum of finite numbers is too large. No `grad` is changed.
        """
        terms = gradient.tolist()
        sums = list(map(operator.add, map(_GRAD, self.parameters), terms))
        if not math.isfinite(sum(sums)):
            sums = [self._summed(v, v.grad, g) for v, g in zip(self.parameters, terms, strict=True)]
        set_grads(self.parameters, sums)

    def _summed(self, v: Value, a: float, b: float) -> float:
        total: float = summed(self.traced.outputs[0], v, a, b)
        return total

    @property
    def buffers(self) -> Buffers:
        """The arrays of this thread."""
        if not hasattr(self._local, "buffers"):
            self._local.buffers = Buffers(self.program.build, len(self.parameters), self.dtype)
        buffers: Buffers = self._local.buffers
        return buffers

    def _fallback(
        self, arrays: Sequence[Numbers], batch: int, scale: float | None
    ) -> tuple[Numbers, Numbers]:
        """The same on Values, one example at a time: if a number is not finite.

        The rules for what is an error are those of Values, and so is the message.
        """
        gradient = [0.0] * len(self.parameters)
        rows = []
        reevaluate(self.traced.captured)
        for i in range(batch):
            try:
                example = zip(self.traced.arguments, arrays, strict=True)
                result = self.traced.fn(*[argument.concrete(x[i]) for argument, x in example])
                ys = [*result] if self.traced.returns_list else [result]
                rows.append(list(map(number_of, ys)))
                if scale is not None and isinstance(ys[0], Value):
                    terms = [scale * g for g in grad(ys[0], self.parameters)]
                    gradient = list(map(self._summed, self.parameters, gradient, terms))
            except MicrogradError as error:
                message = f"example {i} of the batch of {batch}: {error}"
                raise type(error)(message) from error
        outputs, slopes = np.array(rows, float).T, np.array(gradient, float)
        return narrowed(outputs, self.dtype), narrowed(slopes, self.dtype)

    def explain(self) -> str:
        """Which scalar nodes became which array statements."""
        return self._written.explain(len(self.traced.nodes))


class Buffers:
    """The arrays that a program works on, for one thread.

    Attributes:
        parameters: The parameter vector that the program reads.
        gradient: The gradient vector that it writes.
    """

    def __init__(self, build: Build, count: int, dtype: np.dtype[Any]) -> None:
        self.parameters = np.zeros(count, dtype)
        self.gradient = np.zeros(count, dtype)
        self._build = build
        self._by_size: dict[int, Run] = {}

    def run(
        self, columns: Sequence[Numbers], batch: int, scale: float | None = None
    ) -> Numbers | None:
        """Run the program, inside ``np.errstate(**STRICT)``.

        Args:
            columns: One array per argument, of shape (numbers, batch): a column per example.
            batch: The number of examples.
            scale: A factor of the gradient; None to compute no gradient.

        Returns:
            The outputs, one row each, in an array that the next run overwrites. None if finite
            numbers gave one that is not finite.
        """
        try:
            outputs = self._run_for(batch)(columns, scale)
            check(outputs, self.gradient)
            return outputs
        except FloatingPointError:
            return None

    def run_checked(
        self, columns: Sequence[Numbers], batch: int, scale: float | None = None
    ) -> Numbers | None:
        """The same, anywhere; None also if an output or a gradient is not finite."""
        with np.errstate(**STRICT):
            outputs = self.run(columns, batch, scale)
        if outputs is None or (scale is not None and not np.isfinite(self.gradient).all()):
            return None
        return outputs if np.isfinite(outputs).all() else None

    def _run_for(self, batch: int) -> Run:
        """The program for a batch size; its arrays are kept."""
        if batch not in self._by_size:
            while len(self._by_size) >= _MAX_SIZES:
                del self._by_size[next(iter(self._by_size))]
            self._by_size[batch] = self._build(self.parameters, self.gradient, batch)
        return self._by_size[batch]


def narrowed(numbers: Numbers, dtype: np.dtype[Any]) -> Numbers:
    """Numbers in the type that a program works with.

    Raises:
        NotFiniteError: a finite number is too large for that type.
    """
    if np.can_cast(numbers.dtype, dtype):
        return numbers.astype(dtype, copy=False)
    with np.errstate(over="ignore"):
        result = numbers.astype(dtype)
    if not ieee_on.get() and (np.isfinite(numbers) & ~np.isfinite(result)).any():
        raise NotFiniteError(f"a number is too large for {dtype}; use dtype='float64'")
    return result
