"""Run a function once on tracers instead of numbers, and keep the graph that it records."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import compress
from typing import Any, NamedTuple

from micrograd_tut import ops
from micrograd_tut.engine import Constant, Value, new_node, record, topological
from micrograd_tut.errors import InputError, TraceError
from micrograd_tut.graph.debug import calling_frame
from micrograd_tut.ops.op import Op
from micrograd_tut.support.modes import Block, tracing

Width = int | None
"""The length of an argument that is a list; None for a single number."""


class Tracer(Value):
    """A Value whose number differs between examples, so that reading it is an error.

    The engine, which reads `_data`, computes with nan: it passes through every operation.
    """

    __slots__ = ()
    _is_known = False

    @property
    def _data(self) -> float:
        return math.nan

    @_data.setter
    def _data(self, data: float) -> None:
        pass

    @property
    def data(self) -> float:
        """Not known while a function is compiled: reading it is a TraceError."""
        raise self._error("reads the value")

    @data.setter
    def data(self, _data: object) -> None:
        raise self._error("assigns the value")

    def _refuse(self, *_: object) -> Any:
        raise self._error("reads the value")

    def __eq__(self, other: object) -> bool:
        return NotImplemented if isinstance(other, Value) else bool(self._refuse())

    __hash__ = Value.__hash__
    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _refuse
    __float__ = __int__ = __round__ = _refuse  # type: ignore[assignment]
    backward = _refuse

    def __format__(self, form: str) -> str:
        return repr(self) if not form else str(self._refuse())

    def _error(self, what: str) -> TraceError:
        frame = calling_frame()
        name = repr(self.label) if self.label else "a Value"
        return TraceError(
            f"line {frame.f_lineno} of {frame.f_code.co_filename}, in {frame.f_code.co_name}, "
            f"{what} of {name} while the function is being compiled. Compiled code is recorded "
            f"once for all inputs, so `if x > 0` cannot work. "
            f"For a branch use mg.relu, mg.maximum or mg.where(mg.relu(x), a, b); "
            f"for a function mg.exp(x) in place of math.exp(x); "
            f"for a derivative mg.grad(y, [x], create_graph=True)."
        )


_new_tracer: Callable[[], Value] = partial(object.__new__, Tracer)


class InputTracer(Tracer):
    """An input of a function that is being traced."""

    __slots__ = ()

    _data = Value._data  # a slot is faster

    def __init__(self, label: str) -> None:
        self._data = math.nan
        self.grad, self.label, self.op, self._a, self._b = 0.0, label, None, (), None


class Argument(NamedTuple):
    """An argument of a function: a number, or a list of numbers.

    Attributes:
        name: Its name.
        width: The length of the list; None for a number.
        tracers: One tracer per number.
    """

    name: str
    width: Width
    tracers: list[Value]

    def symbolic(self) -> Any:
        """The argument for tracing: a list of tracers, or one tracer."""
        return self.tracers[0] if self.width is None else self.tracers

    def concrete(self, x: Any) -> Any:
        """The argument for one example, as Values."""
        if self.width is None:
            return Value(x, self.name)
        return [Value(number, v.label) for number, v in zip(x, self.tracers, strict=True)]


class TracedFunction(NamedTuple):
    """A function and the graph that it recorded.

    Attributes:
        fn: The function.
        arguments: Its arguments.
        outputs: What it returned.
        returns_list: Whether it returned a list.
        nodes: The graph in topological order.
        literals: The leaves that the function makes itself, which are constants.
        captured: Parts of the graph that were recorded before the function was called.
    """

    fn: Callable[..., Any]
    arguments: list[Argument]
    outputs: list[Value]
    returns_list: bool
    nodes: list[Value]
    literals: set[Value]
    captured: list[Value]

    @property
    def name(self) -> str:
        """The name of the function; "" for one without, such as a lambda."""
        name: str = getattr(self.fn, "__name__", "")
        return name if name.isidentifier() else ""


def trace_function(
    fn: Callable[..., Any],
    names: Sequence[str],
    widths: Sequence[Width],
    parameters: Iterable[Value] = (),
) -> TracedFunction:
    """Run `fn` twice on tracers, to see that both runs record the same.

    Args:
        fn: Takes numbers or flat lists; returns a Value or a list of Values.
        names: The names of its arguments.
        widths: For each argument the length of the list, or None for a number.
        parameters: Leaves to leave out of `nodes`.

    Raises:
        TraceError: `fn` reads the value of a tracer, as in ``if x > 0``, or records something
            else each time, as with random numbers.
        InputError: `fn` returns something else.
    """
    arguments = [_argument(name, width) for name, width in zip(names, widths, strict=True)]
    outputs, returns_list = _run(fn, arguments)
    nodes = topological(record(ops.sum, tuple(outputs)), stop_at=parameters)[:-1]
    operations = [v for v in nodes if v.op]
    counterparts = _counterparts(operations, outputs, _run(fn, arguments)[0])
    # Leaves that are not in the second run were made by the function itself.
    literals = {v for v in counterparts if v.op is None}
    captured = [v for v in operations if not isinstance(v, Tracer)]
    return TracedFunction(fn, arguments, outputs, returns_list, nodes, literals, captured)


def _counterparts(
    operations: list[Value], outputs: list[Value], again: list[Value]
) -> dict[Value, Value]:
    """For each node of the first run, the node that the second run recorded in its place.

    Args:
        operations: The operations of the first run, in topological order.
        outputs: The outputs of the first run.
        again: The outputs of the second run.

    Raises:
        TraceError: the second run recorded something else.
    """
    found: dict[Value, Value] = {}
    _pair(outputs, again, found)
    for v in reversed(operations):
        w = found.get(v)
        if w is not None and v.inputs != w.inputs:  # Values are equal if they are identical
            _pair(v.inputs, w.inputs, found)
    for v, w in found.items():
        if isinstance(v, InputTracer) or _recorded(v) != _recorded(w):
            raise _records_something_else()
    return found


def _pair(xs: Sequence[Value], ys: Sequence[Value], found: dict[Value, Value]) -> None:
    """Add to `found` what stands in the place of each of `xs`, if it is another Value."""
    if len(xs) != len(ys):
        raise _records_something_else()
    differ = list(map(operator.is_not, xs, ys))
    new = [*compress(ys, differ)]
    if list(map(found.setdefault, compress(xs, differ), new)) != new:
        raise _records_something_else()


def _recorded(v: Value) -> tuple[Op | None, str]:
    """What a node is, to compare two runs: its operation, and the number of a leaf."""
    return v.op, "" if v.op or isinstance(v, Tracer) else repr(v.data)


def _records_something_else() -> TraceError:
    return TraceError(
        "the function records something else each time it is called, as with random numbers; "
        "compiled code is recorded once. Pass what changes as an argument"
    )


def _argument(name: str, width: Width) -> Argument:
    labels = [name] if width is None else [f"{name}[{i}]" for i in range(width)]
    return Argument(name, width, [InputTracer(label) for label in labels])


def _run(fn: Callable[..., Any], arguments: Sequence[Argument]) -> tuple[list[Value], bool]:
    with Block({new_node: _new_tracer, tracing: True}):
        result = fn(*[argument.symbolic() for argument in arguments])
    returns_list = isinstance(result, (list, tuple))
    outputs = [*result] if returns_list else [result]
    for i, output in enumerate(outputs):
        if not isinstance(output, Value):
            try:
                outputs[i] = Constant(output)
            except TypeError as error:
                raise InputError(
                    f"a compiled function must return a Value or a flat list of Values: {error}"
                ) from None
    if not outputs:
        raise InputError("a compiled function must return at least one Value; got an empty list")
    return outputs, returns_list
