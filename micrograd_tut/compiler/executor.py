"""Compile a function for arguments of given sizes, and run it on batches."""

from __future__ import annotations

import builtins
import linecache
import math
import operator
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np

from micrograd_tut.chain_rule import summed
from micrograd_tut.compiler import numba_backend
from micrograd_tut.compiler.array_graph import ArrayNode
from micrograd_tut.compiler.differentiate import differentiate
from micrograd_tut.compiler.loop_codegen import LoopCode
from micrograd_tut.compiler.numpy_codegen import NumpyCode
from micrograd_tut.compiler.numpy_expr import compares
from micrograd_tut.compiler.tracer import Width, trace_function
from micrograd_tut.compiler.vectorize import vectorize
from micrograd_tut.engine import Value, grad, reevaluate, set_grads
from micrograd_tut.errors import MicrogradError, NotFiniteError
from micrograd_tut.interop import number_of
from micrograd_tut.support.modes import ieee_on

Numbers = np.ndarray[Any, np.dtype[np.floating[Any]]]
Run = Callable[[Sequence[Numbers], float | None], Numbers]
"""Takes arrays with a column per example, and the factor of the gradient (None: compute no
gradient). Returns the outputs, one row each; the gradient is in the gradient vector."""

Build = Callable[[Numbers, Numbers, int], Run]
"""Takes the parameter vector, the gradient vector and the size of a batch."""

STRICT: Any = {"over": "raise", "divide": "raise", "invalid": "raise", "under": "ignore"}
"""Settings of ``np.errstate``: raise if finite numbers give inf or nan."""

_DATA = operator.attrgetter("_data")  # the slot behind the property `data`, which is slower
_GRAD = operator.attrgetter("grad")
_MAX_SIZES = 8  # batch sizes whose arrays are kept
_file_numbers = count(1)


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
        self.traced = trace_function(fn, names, widths)
        self.program = vectorize(self.traced, more)
        self.parameters = self.program.parameters
        self._adjoints = differentiate(self.program.graph, self.program.outputs[0])
        self._title = _title(self.traced.name, names)
        self.code = NumpyCode(self.program, self._adjoints, self._title)
        if self.program.fails or self._has_too_large_constant():
            self._build: Build = _build_failing
        elif backend == "native":
            self._build = numba_backend.build(self.native_source)
        else:
            self._build = _build(self.code.text)
        self._compares = any(v.op and compares(v.op) for v in self.program.graph.arrays)
        self._local = threading.local()

    def _has_too_large_constant(self) -> bool:
        """Whether a finite constant is too large for the type of the arrays."""
        constants = [v for v in self.program.graph.arrays if v.kind == "constant"]
        largest = float(np.finfo(self.dtype).max)
        return any(largest < abs(x) < math.inf for v in constants for x in v.detail)

    @cached_property
    def native_source(self) -> str:
        """The program as loops."""
        return LoopCode(self.program, self._adjoints, self._title, self.dtype).text

    def read(self) -> Numbers:
        """The current data of the parameters."""
        return narrowed(np.array(list(map(_DATA, self.parameters)), float), self.dtype)

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
        return self._compares and any(np.isnan(x).any() for x in numbers)

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
            self._local.buffers = Buffers(self._build, len(self.parameters), self.dtype)
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
        n = len(self.parameters)
        lines = [
            f"{n:,} parameter{'' if n == 1 else 's'}, {len(self.traced.nodes):,} scalar nodes → "
            f"{len(self.code.statements.forward)} array statements"
        ]
        for v, (name, nodes) in self.program.groups.items():
            lines.append(f"{nodes:>7,} × {name:<12} → {self._statement_of(v)}")
        return "\n".join(lines)

    def _statement_of(self, v: ArrayNode) -> str:
        """The statement that computes an array, or that contains it."""
        names = self.code.statements.names
        while v not in names and v in self._users:
            v = self._users[v]
        return names.get(v, "the result")

    @cached_property
    def _users(self) -> dict[ArrayNode, ArrayNode]:
        forward = self.program.graph.arrays[: self.program.result.index + 1]
        return {x: v for v in forward for x in v.inputs if isinstance(x, ArrayNode)}


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
            return self._run_for(batch)(columns, scale)
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
    if numbers.dtype == dtype:
        return numbers
    with np.errstate(over="ignore"):
        result = numbers.astype(dtype)
    if not ieee_on.get() and (np.isfinite(numbers) & ~np.isfinite(result)).any():
        raise NotFiniteError(f"a number is too large for {dtype}; use dtype='float64'")
    return result


def _title(name: str, arguments: Sequence[str]) -> str:
    """What a program is, for the docstring of its source."""
    if not name or not all(map(str.isidentifier, arguments)):
        return "A compiled function."
    return f"Compiled from {name}({', '.join(arguments)})."


def _build(text: str) -> Build:
    """Compile the source; its lines show in tracebacks while the program is in use."""
    name = f"<compiled program {next(_file_numbers)}>"
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    namespace: dict[str, Any] = {}
    exec(builtins.compile(text, name, "exec"), namespace)  # noqa: S102

    def build(parameters: Numbers, gradient: Numbers, batch: int) -> Run:
        forward, backward = namespace["build"](parameters, gradient, batch)

        def run(columns: Sequence[Numbers], scale: float | None) -> Numbers:
            outputs: Numbers = forward(*columns)
            if scale is not None:
                backward(*columns, scale)
            return outputs

        return run

    weakref.finalize(build, linecache.cache.pop, name, None)
    return build


def _build_failing(parameters: Numbers, gradient: Numbers, batch: int) -> Run:  # noqa: ARG001
    """A program with a constant that is not finite always falls back to Values."""

    def run(columns: Sequence[Numbers], scale: float | None) -> Numbers:  # noqa: ARG001
        raise FloatingPointError

    return run
