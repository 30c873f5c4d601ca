"""Run a function once on stand-ins for its inputs, and keep the graph that it records."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from micrograd_tut import ops
from micrograd_tut.engine import Constant, Value, new_node, record, topological
from micrograd_tut.errors import InputError, TraceError
from micrograd_tut.graph.debug import calling_frame
from micrograd_tut.nn import Parameter
from micrograd_tut.support.modes import contained, during, tracing

Width = int | None
"""How long a list an argument is; None for one number."""


class Tracer(Value):
    """A Value whose number differs from example to example, so that nobody may look at it.

    The engine, which reads `_data`, computes with nan: it passes through every operation.
    """

    __slots__ = ()

    @property
    def _data(self) -> float:
        return math.nan

    @_data.setter
    def _data(self, data: float) -> None:
        pass

    @property
    def data(self) -> float:
        """Nobody may look at the number."""
        raise self._looked_at("its .data")

    @data.setter
    def data(self, _data: object) -> None:
        raise self._looked_at("assigns its .data")

    def _refuse(self, *_: object) -> Any:
        raise self._looked_at("its number")

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _refuse
    __float__ = __int__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse
    backward = _refuse

    def __format__(self, form: str) -> str:
        return repr(self) if not form else str(self._refuse())

    def _looked_at(self, what: str) -> TraceError:
        frame = calling_frame()
        name = f"Value {self.label!r}" if self.label else "Value"
        return TraceError(
            f"line {frame.f_lineno} of {frame.f_code.co_filename}, in {frame.f_code.co_name}, "
            f"looks at a {name} ({what}), but what is compiled is recorded once, for all numbers. "
            f"For a branch use mg.relu, mg.maximum or mg.where(mg.relu(x), a, b); "
            f"for a function mg.exp(x) in place of math.exp(x); "
            f"for a derivative mg.grad(y, [x], create_graph=True)."
        )


_new_tracer: Callable[[], Value] = partial(object.__new__, Tracer)


class InputTracer(Tracer):
    """An input of a function that is being traced."""

    __slots__ = ()

    def __init__(self, label: str) -> None:
        self.grad, self.label, self.op, self._a, self._b = 0.0, label, None, (), None


class Argument(NamedTuple):
    """What a function takes in one place: a number, or a list of them."""

    name: str
    width: Width
    values: list[Value]

    def as_given(self) -> Any:
        """What the function is given: a list, or the one Value."""
        return self.values[0] if self.width is None else self.values

    def holding(self, x: Any) -> Any:
        """The same for one example, with its number or numbers in place of the unknown ones."""
        if self.width is None:
            return Value(x, self.name)
        return [Value(number, v.label) for number, v in zip(x, self.values, strict=True)]


class TracedFunction(NamedTuple):
    """The graph of a function.

    Attributes:
        arguments: What it takes.
        outputs: What it gives.
        returns_list: Whether it gives a list.
        nodes: The graph, inputs before what they feed, each once.
        literals: The leaves that it makes by itself, which are constants.
        captured: What was recorded before, and is a part of the graph as it is.
    """

    arguments: list[Argument]
    outputs: list[Value]
    returns_list: bool
    nodes: list[Value]
    literals: set[Value]
    captured: list[Value]


def trace_function(
    fn: Callable[..., Any], names: Sequence[str], widths: Sequence[Width]
) -> TracedFunction:
    """Run `fn` on stand-ins.

    Args:
        fn: Takes numbers or flat lists, gives a Value or a list of them.
        names: What its arguments are called.
        widths: For each argument the length of the list, or None for a number.

    Raises:
        TraceError: it looks at a number that is not known, as in ``if x > 0``.
        InputError: it gives something else.
    """
    arguments = [_argument(name, width) for name, width in zip(names, widths, strict=True)]
    outputs, returns_list = _run(fn, arguments)
    nodes = _topological(outputs)
    literals: set[Value] = set()
    # Leaves that a second run does not meet again were made by the function itself. The
    # parameters of a Module were there before, so a net is run only once.
    plain = {v for v in nodes if v.op is None and type(v) not in (Parameter, InputTracer, Constant)}
    if plain:
        literals = plain.difference(_topological(_run(fn, arguments)[0]))
    captured = [v for v in nodes if v.op and not isinstance(v, Tracer)]
    return TracedFunction(arguments, outputs, returns_list, nodes, literals, captured)


def _argument(name: str, width: Width) -> Argument:
    labels = [name] if width is None else [f"{name}[{i}]" for i in range(width)]
    return Argument(name, width, [InputTracer(label) for label in labels])


@contained
def _run(fn: Callable[..., Any], arguments: Sequence[Argument]) -> tuple[list[Value], bool]:
    with during(new_node, _new_tracer), during(tracing, True):
        result = fn(*[argument.as_given() for argument in arguments])
    returns_list = isinstance(result, (list, tuple))
    outputs = [*result] if returns_list else [result]
    for i, output in enumerate(outputs):
        if not isinstance(output, Value):
            try:
                outputs[i] = Constant(output)
            except TypeError as error:
                raise InputError(
                    f"a function that is compiled gives a Value or a flat list of Values: {error}"
                ) from None
    if not outputs:
        raise InputError("a function that is compiled gives at least one Value; got an empty list")
    return outputs, returns_list


def _topological(outputs: list[Value]) -> list[Value]:
    return topological(record(ops.sum, tuple(outputs)))[:-1]
