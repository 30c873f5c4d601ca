"""Programs that run, shared by all functions of the same structure.

The same network with other numbers, or another one of the same shape, is the same program for
other parameters. It is recognised by its recorded graph, and compiled once.
"""

from __future__ import annotations

import builtins
import hashlib
import linecache
import marshal
import math
import weakref
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain, count
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.compiler import numba_backend
from micrograd_tut.compiler.array_graph import ArrayNode, Operand
from micrograd_tut.compiler.differentiate import differentiate
from micrograd_tut.compiler.javascript_codegen import JavaScriptCode
from micrograd_tut.compiler.loop_codegen import LoopCode
from micrograd_tut.compiler.numpy_codegen import NumpyCode
from micrograd_tut.compiler.numpy_expr import compares
from micrograd_tut.compiler.scalar_graph import ScalarGraph, scalar_graph
from micrograd_tut.compiler.tracer import TracedFunction
from micrograd_tut.compiler.vectorize import ArrayProgram, vectorize
from micrograd_tut.engine import Value

Numbers = np.ndarray[Any, np.dtype[np.floating[Any]]]
Run = Callable[[Sequence[Numbers], float | None], Numbers]
"""Takes arrays with a column per example, and the factor of the gradient (None: compute no
gradient). Returns the outputs, one row each; the gradient is in the gradient vector."""

Build = Callable[[Numbers, Numbers, int], Run]
"""Takes the parameter vector, the gradient vector and the size of a batch."""

_MAX_PROGRAMS = 16
_programs: dict[bytes, Program] = {}  # the one used last comes last
_file_numbers = count(1)


class Setting(NamedTuple):
    """What a program depends on beside the graph.

    Attributes:
        dtype: The type of all arrays.
        backend: "numpy" or "native".
        more: Parameters that come first, whether the function depends on them or not.
    """

    dtype: np.dtype[Any]
    backend: str
    more: list[Value]


class Program(NamedTuple):
    """A program that runs.

    Attributes:
        build: Makes it run on arrays.
        order: As in `ArrayProgram`, an array.
        compares: Whether it compares numbers.
    """

    build: Build
    order: Any
    compares: bool


class Written:
    """A function as arrays and as code.

    Attributes:
        program: The arrays.
        code: The NumPy code.
    """

    def __init__(self, traced: TracedFunction, recorded: ScalarGraph, setting: Setting) -> None:
        self.setting = setting
        self.title = _title(traced)
        self.program: ArrayProgram = vectorize(traced, recorded)
        graph, (loss, *_) = self.program.graph, self.program.outputs
        self.adjoints: dict[ArrayNode, Operand] = differentiate(graph, loss)
        self.code = NumpyCode(self.program, self.adjoints, self.title)

    def loops(self) -> str:
        """The same as loops."""
        return LoopCode(self.program, self.adjoints, self.title, self.setting.dtype).text

    def javascript(self) -> str:
        """The same as a JavaScript module."""
        return JavaScriptCode(self.program, self.adjoints, self.title).text

    def build(self) -> Build:
        """Compile the code."""
        if self.program.fails or self._has_too_large_constant():
            return _build_failing
        if self.setting.backend == "native":
            build: Build = numba_backend.build(self.loops())
            return build
        return _build(self.code.text)

    def explain(self, scalars: int) -> str:
        """Which scalar nodes, of the given number, became which array statements."""
        n = len(self.program.parameters)
        lines = [
            f"{n:,} parameter{'' if n == 1 else 's'}, {scalars:,} scalar nodes → "
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

    def _has_too_large_constant(self) -> bool:
        """Whether a finite constant is too large for the type of the arrays."""
        constants = [v for v in self.program.graph.arrays if v.kind == "constant"]
        largest = float(np.finfo(self.setting.dtype).max)
        return any(largest < abs(x) < math.inf for v in constants for x in v.detail)


def program_for(
    traced: TracedFunction, setting: Setting
) -> tuple[Program, list[Value], Written | None]:
    """The program of a function, its parameters, and what was written if it is new."""
    recorded = scalar_graph(traced, setting.more)
    key = _key(traced, recorded, setting)
    program, written = _programs.pop(key, None), None
    if program is None:
        written = Written(traced, recorded, setting)
        program = _new_program(written)
    operations = {recorded.kinds[i] for i in recorded.operations}
    if not any(getattr(op, "custom", True) for op in operations):  # the function of one can change
        for old in list(_programs)[: 1 - _MAX_PROGRAMS]:
            _programs.pop(old, None)
        _programs[key] = program
    return program, recorded.parameters, written


def _new_program(written: Written) -> Program:
    return Program(
        build=written.build(),
        order=written.program.order,
        compares=any(v.op and compares(v.op) for v in written.program.graph.arrays),
    )


def _key(traced: TracedFunction, recorded: ScalarGraph, setting: Setting) -> bytes:
    """The digest of all that a program depends on: not the numbers of parameters."""
    texts = (
        traced.name,
        [(argument.name, argument.width) for argument in traced.arguments],
        str(setting.dtype),
        setting.backend,
        recorded.constants,
        recorded.labels,
    )
    place = {v: i for i, v in enumerate(chain(*[a.tracers for a in traced.arguments]))}
    kinds, inputs = recorded.kinds, recorded.inputs
    numbers = (
        recorded.fails,
        recorded.outputs,
        bytes(recorded.stages),
        [(i, str(kinds[i]), *map(_as_plain, inputs[i])) for i in recorded.operations],
        [place[v] for v in recorded.arguments],
    )
    version = 2  # of the format: later ones depend on more than the numbers
    return hashlib.sha256(repr(texts).encode() + marshal.dumps(numbers, version)).digest()


def _as_plain(numbers: Any) -> Any:
    """Numbers as what `marshal` writes; a range by its ends, marked, as (0, 2) is a tuple too."""
    return ("range", numbers.start, numbers.stop) if isinstance(numbers, range) else numbers


def _title(traced: TracedFunction) -> str:
    """What a program is, for the docstring of its source."""
    names = [argument.name for argument in traced.arguments]
    if not traced.name or not all(map(str.isidentifier, names)):
        return "A compiled function."
    return f"Compiled from {traced.name}({', '.join(names)})."


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
