"""Running a program: the arrays that it works on, and Values where numbers are not finite."""

from __future__ import annotations

import builtins
import linecache
import math
import operator
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from micrograd_tut import ops
from micrograd_tut.chain_rule import summed
from micrograd_tut.compiler import numba_backend
from micrograd_tut.compiler.array_graph import ArrayNode
from micrograd_tut.compiler.differentiate import differentiate
from micrograd_tut.compiler.loop_codegen import Loops
from micrograd_tut.compiler.numpy_codegen import Source
from micrograd_tut.compiler.numpy_expr import compares
from micrograd_tut.compiler.tracer import TracedFunction, Width, trace_function
from micrograd_tut.compiler.vectorize import vectorize
from micrograd_tut.engine import Value, grad, reevaluate, set_grads
from micrograd_tut.errors import MicrogradError, NotFiniteError
from micrograd_tut.support.modes import ieee_on

Numbers = np.ndarray[Any, np.dtype[np.floating[Any]]]
Functions = tuple[Callable[..., Numbers], Callable[..., Numbers]]
"""The forward pass alone, and both passes; each gives the outputs."""

Build = Callable[[Numbers, Numbers, int], Functions]

_DATA, _GRAD = operator.attrgetter("data"), operator.attrgetter("grad")
_SIZES = 8  # so many sizes of batch keep their work arrays
STRICT: Any = {"over": "raise", "divide": "raise", "invalid": "raise", "under": "ignore"}
"""How NumPy tells that something finite has become inf or nan."""

_KINDS = {"linear": "weighted sum"}


class Executable:
    """The program for arguments of some widths.

    Args:
        fn: The function.
        names: What its arguments are called.
        widths: How long a list each is; None for a number.
        dtype: Of all arrays.
        backend: "numpy" or "native".
        more: Parameters beside those that the function depends on; their gradient is 0.
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
        self.fn = fn
        self.dtype = dtype
        self.traced: TracedFunction = trace_function(fn, names, widths)
        self.vectorized = vectorize(self.traced, more)
        flows = differentiate(
            self.vectorized.graph, self.vectorized.outputs[0], self.vectorized.backward
        )
        title = f"The program of {fn.__name__}({', '.join(names)})." if hasattr(
            fn, "__name__"
        ) and fn.__name__.isidentifier() else "A program over a batch of examples."  # fmt: skip
        name = getattr(fn, "__name__", "")
        self.source = Source(self.vectorized, flows, names, title, name)
        self.parameters = self.vectorized.parameters
        self._flows, self._title, self._name = flows, title, name
        if self.vectorized.fails or self._holds_too_large():
            self._build: Build = _failing
        elif backend == "native":
            self._build = numba_backend.build(self.native_source)
        else:
            self._build = _run(self.source.text)
        rows = [ops.OPS.get(v.kind) for v in self.vectorized.graph.arrays]
        self._compares = any(op and compares(op) for op in rows)
        self._local = threading.local()

    def _holds_too_large(self) -> bool:
        """Whether a finite constant is too large for the type of the arrays."""
        constants = [v for v in self.vectorized.graph.arrays if v.kind == "constant"]
        largest = float(np.finfo(self.dtype).max)
        return any(largest < abs(x) < math.inf for v in constants for x in v.detail)

    @cached_property
    def native_source(self) -> str:
        """The program as loops."""
        names = [argument.name for argument in self.traced.arguments]
        return Loops(
            self.vectorized, self._flows, names, self._title, self._name, dtype=self.dtype
        ).text

    def read(self) -> Numbers:
        """The numbers of the parameters now."""
        return narrowed(np.array(list(map(_DATA, self.parameters)), float), self.dtype)

    def add_gradient(self, gradient: Numbers) -> None:
        """Add to the `grad` of the Values, in one pass that no interrupt can tear.

        Raises:
            NotFiniteError: a sum of finite numbers is too large. No gradient is changed then.
        """
        flows = gradient.tolist()
        sums = list(map(operator.add, map(_GRAD, self.parameters), flows))
        if not math.isfinite(sum(sums)):
            sums = [self._added(v, v.grad, g) for v, g in zip(self.parameters, flows, strict=True)]
        set_grads(self.parameters, sums)

    def _added(self, v: Value, grad: float, flow: float) -> float:
        total: float = summed(self.traced.outputs[0], v, grad, flow)
        return total

    def outputs(self, arrays: Sequence[Numbers], batch: int) -> Numbers:
        """The outputs, of shape (k, batch), for the numbers of the Values now."""
        buffers = self.buffers
        buffers.parameters[:] = self.read()
        found = None if self._compares_nan(arrays) else buffers.forward(arrays, batch)
        if found is None:
            return self._fallback(arrays, batch, 0.0)[0]
        return np.array(np.broadcast_to(found, (len(found), batch)))

    def gradient(
        self, arrays: Sequence[Numbers], batch: int, scale: float
    ) -> tuple[Numbers, Numbers]:
        """The outputs, and the gradient of the first one summed over the batch, times scale."""
        buffers = self.buffers
        buffers.parameters[:] = self.read()
        found = None if self._compares_nan(arrays) else buffers.backward(arrays, batch, scale)
        if found is None:
            return self._fallback(arrays, batch, scale)
        return np.broadcast_to(found, (len(found), batch)), buffers.gradient

    def _compares_nan(self, arrays: Sequence[Numbers]) -> bool:
        """Whether a nan may meet a comparison, which NumPy calls false, where Values keep it."""
        given = self.buffers.parameters, *arrays
        return self._compares and any(np.isnan(numbers).any() for numbers in given)

    @property
    def buffers(self) -> Buffers:
        """The arrays of this thread."""
        if not hasattr(self._local, "buffers"):
            self._local.buffers = Buffers(self._build, len(self.parameters), self.dtype)
        buffers: Buffers = self._local.buffers
        return buffers

    def _fallback(
        self, arrays: Sequence[Numbers], batch: int, scale: float
    ) -> tuple[Numbers, Numbers]:
        """The same on Values, example by example, where a number is not finite.

        The rules about what is an error are those of Values, and so is the message.
        """
        gradient = [0.0] * len(self.parameters)
        rows = []
        reevaluate(self.traced.captured)
        for i in range(batch):
            try:
                example = zip(self.traced.arguments, arrays, strict=True)
                found = self.fn(*[argument.holding(x[i]) for argument, x in example])
                outputs = [*found] if self.traced.returns_list else [found]
                rows.append([float(y) for y in outputs])
                if scale and isinstance(outputs[0], Value):
                    flows = [scale * slope for slope in grad(outputs[0], self.parameters)]
                    gradient = list(map(self._added, self.parameters, gradient, flows))
            except MicrogradError as error:
                raise _at_example(error, i, batch) from error
        found, slopes = np.array(rows, float).T, np.array(gradient, float)
        return narrowed(found, self.dtype), narrowed(slopes, self.dtype)

    def explain(self) -> str:
        """What was grouped into what."""
        lines = [
            f"{len(self.parameters):,} parameters, {self.vectorized.scalars:,} scalar nodes → "
            f"{len(self.source.forward)} array statements"
        ]
        for v, (name, count) in self.vectorized.groups.items():
            lines.append(f"{count:>7,} × {_KINDS.get(name, name):<12} → {self._statement_of(v)}")
        return "\n".join(lines)

    def _statement_of(self, v: ArrayNode) -> str:
        """The statement that an array is written by, or stands inside of."""
        while v not in self.source.written and v in self._users:
            v = self._users[v]
        return self.source.written.get(v, "the result")

    @cached_property
    def _users(self) -> dict[ArrayNode, ArrayNode]:
        forward = self.vectorized.graph.arrays[: self.vectorized.result.index + 1]
        return {x: v for v in forward for x in v.inputs if isinstance(x, ArrayNode)}


class Buffers:
    """A program with its arrays, for one thread.

    Attributes:
        parameters: The parameter vector that it reads.
        gradient: The gradient vector that it writes.
    """

    def __init__(self, build: Build, count: int, dtype: np.dtype[Any]) -> None:
        self.parameters = np.zeros(count, dtype)
        self.gradient = np.zeros(count, dtype)
        self._build = build
        self._sizes: dict[int, Functions] = {}

    def forward(self, arrays: Sequence[Numbers], batch: int) -> Numbers | None:
        """The outputs, one row each; None where a number is not finite.

        What is given back is the program's own array, which the next run changes.
        """
        forward, _ = self.functions(batch)
        try:
            with np.errstate(**STRICT):
                found = forward(*[_columns(x) for x in arrays])
        except FloatingPointError:
            return None
        return found if np.isfinite(found).all() else None

    def backward(self, arrays: Sequence[Numbers], batch: int, scale: float) -> Numbers | None:
        """The same, and `gradient` is that of the first output over the batch, times scale."""
        with np.errstate(**STRICT):
            found = self.run(arrays, batch, scale)
        if found is None or not np.isfinite(self.gradient).all():
            return None
        return found if np.isfinite(found).all() else None

    def run(self, arrays: Sequence[Numbers], batch: int, scale: float) -> Numbers | None:
        """The same, inside ``np.errstate(**STRICT)``, without a last look at the numbers."""
        _, gradient = self.functions(batch)
        try:
            return gradient(*[x.T if x.ndim > 1 else x[None] for x in arrays], scale)
        except FloatingPointError:
            return None

    def functions(self, batch: int) -> Functions:
        """The program for a size of batch; its work arrays are kept."""
        if batch not in self._sizes:
            while len(self._sizes) >= _SIZES:
                del self._sizes[next(iter(self._sizes))]
            self._sizes[batch] = self._build(self.parameters, self.gradient, batch)
        return self._sizes[batch]


def narrowed(numbers: Numbers, dtype: np.dtype[Any]) -> Numbers:
    """Numbers in the type that a program works with.

    Raises:
        NotFiniteError: one that is finite is too large for it.
    """
    if numbers.dtype == dtype:
        return numbers
    with np.errstate(over="ignore"):
        made = numbers.astype(dtype)
    if not ieee_on.get() and (np.isfinite(numbers) & ~np.isfinite(made)).any():
        raise NotFiniteError(f"a number is too large for {dtype}; use dtype='float64'")
    return made


def _columns(x: Numbers) -> Numbers:
    """A column for each example."""
    return x.T if x.ndim > 1 else x[None]


_programs = 0


def _run(text: str) -> Build:
    """Compile the source; its lines show in tracebacks."""
    global _programs
    _programs += 1
    name = f"<compiled program {_programs}>"
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    namespace: dict[str, Any] = {}
    exec(builtins.compile(text, name, "exec"), namespace)  # noqa: S102
    build: Build = namespace["build"]

    def built(*arguments: Any) -> Functions:
        forward, backward = build(*arguments)

        def both(*columns: Any) -> Numbers:
            found = forward(*columns[:-1])
            backward(*columns)
            return found

        return forward, both

    return built


def _failing(parameters: Numbers, gradient: Numbers, batch: int) -> Functions:  # noqa: ARG001
    """The functions of a program with a constant that is not finite: Values take its place."""

    def fail(*columns: Any) -> Numbers:  # noqa: ARG001
        raise FloatingPointError

    return fail, fail


def _at_example(error: MicrogradError, i: int, batch: int) -> MicrogradError:
    return type(error)(f"example {i} of the batch of {batch}: {error}")
