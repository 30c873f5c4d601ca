"""Names of the Values of a graph while stepping through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from micrograd_tut import ops
from micrograd_tut.drawing.text import visible
from micrograd_tut.engine import Constant, Value
from micrograd_tut.errors import InputError
from micrograd_tut.graph.naming import caller_names, given_names
from micrograd_tut.nn import Parameter
from micrograd_tut.ops.formulas import CONDITION, Symbol, as_symbol
from micrograd_tut.support.numbers import SHORT, exact, in_formula, shown


class Names:
    """What to call each Value of a graph: short, and never the same name twice.

    A Value has the name that it is given or its label, a parameter its place, counted from 1 as
    in drawings (``l1_n4_w2`` is weight 2 of neuron 4 in layer 1), another the caller's variable
    that holds it. What is left is numbered: x1, x2, … for what was given, v1, v2, … for what was
    computed. The output is L.

    Args:
        order: The graph in topological order, the output last.
        called: What a Value would be called, "" where it has no name; as `calling()` has it
            unless told.
    """

    def __init__(self, order: list[Value], called: Callable[[Value], str] | None = None) -> None:
        called = called or calling()
        named = [v for v in order if not isinstance(v, Constant)]
        wanted = {v: called(v) for v in named}
        self._taken = {name for name in wanted.values() if name}
        self.rules: dict[Value, list[Any]] = {}  # local derivatives that have been read already,
        self.formulas: dict[Value, str] = {}  # and formulas: a wide node is read once
        self._counts: dict[str, int] = {}
        self._made = {"x": 0, "v": 0}
        self._names: dict[Value, str] = {}
        used: set[str] = set()
        for v in named:
            name = self._unlike(wanted[v], used) if wanted[v] else self._numbered(v, v is order[-1])
            used.add(name)
            self._names[v] = name
        self.output = self.of(order[-1])

    def of(self, v: Value) -> str:
        """The name of a Value; of a constant, its number."""
        return str(in_numbers(v.data)) if isinstance(v, Constant) else self._names[v]

    def symbol(self, v: Value) -> Any:
        """A Value for a local rule: a Symbol; of a constant the float, so that it folds."""
        if not isinstance(v, Constant):
            return _InRule(self._names[v])
        return v.data if len(exact(v.data)) <= SHORT else in_numbers(v.data)

    def written(self, v: Value) -> Symbol:
        """A Value for a formula as it was recorded: a constant stands there with its number."""
        constant = isinstance(v, Constant)
        return as_symbol(v.data, in_formula) if constant else Symbol(self._names[v])

    def values(self) -> dict[str, Value]:
        """Every Value that has a name of its own, by it."""
        return {name: v for v, name in self._names.items()}

    def gradient(self, v: Value) -> str:
        """``∂L/∂a``"""
        return partial(self.output, self.of(v))

    def _numbered(self, v: Value, output: bool) -> str:
        if output and "L" not in self._taken:
            return "L"
        kind = "v" if v.op else "x"
        while True:
            self._made[kind] += 1
            name = f"{kind}{self._made[kind]}"
            if name not in self._taken:
                return name

    def _unlike(self, name: str, used: set[str]) -> str:
        """`name`, or where another Value bears it, the first free of name_2, name_3, …"""
        free = name
        while free in used or (free != name and free in self._taken):
            self._counts[name] = self._counts.get(name, 1) + 1
            free = f"{name}_{self._counts[name]}"
        return free


class _InRule(Symbol):
    """A name in a local rule, where the slope of relu reads as a book has it."""

    __slots__ = ()

    def _apply_op(self, op: Any, inputs: tuple[object, ...]) -> Any:
        """The derivative of relu is spelled out."""
        if op is ops.heaviside:
            return Symbol(f"1 if {self} > 0 else 0", CONDITION)
        return super()._apply_op(op, inputs)


def _placed(v: Value) -> str:
    """``layers.0.neurons.3.w.1`` as ``l1_n4_w2``."""
    parts = v.path.split(".") if isinstance(v, Parameter) and v.path else []
    short = ""
    for part in parts:
        short += str(int(part) + 1) if part.isdigit() else f"_{part[0]}"
    return short.lstrip("_")


def check_single_value(y: object, caller: str) -> None:
    """Raise InputError unless `y` is one Value; `caller` is the function that needs it."""
    if not isinstance(y, Value):
        raise InputError(
            f"{caller} needs a single Value; got {type(y).__name__}. Pass one element, such as "
            f"outputs[0]"
        )


def calling(
    names: Mapping[Any, Any] | None = None, twins: Mapping[Value, Value] | None = None
) -> Callable[[Value], str]:
    """What a Value would be called: the given name, its label, its place, or its variable.

    Args:
        names: Given names, as ``{"x": x}`` or ``{x: "x"}``.
        twins: What Values have become; their names go over to that.
    """
    given = given_names(names)
    variables = {i: name for i, name in caller_names().items() if name[0].isalpha()}

    def name(v: Value) -> str:
        return visible(given.get(id(v)) or v.label) or _placed(v) or variables.get(id(v), "")

    over = {new: name(old) for old, new in (twins or {}).items() if new.op}
    return lambda v: over.get(v) or name(v)


def partial(of: str, by: str) -> str:
    """``∂L/∂a``"""
    return f"∂{of}/∂{by}"


def in_numbers(x: float) -> Symbol:
    """A number to put into a formula, as it is shown."""
    return as_symbol(x, shown)
