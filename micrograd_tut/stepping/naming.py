"""Names of the Values of a graph while stepping through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from micrograd_tut import ops
from micrograd_tut.drawing.text import short
from micrograd_tut.engine import Constant, Value
from micrograd_tut.errors import InputError
from micrograd_tut.graph.naming import DisplayNames, caller_names, given_names
from micrograd_tut.ops.formulas import CONDITION, Symbol, as_symbol
from micrograd_tut.support.numbers import SHORT, exact, in_formula, shown


class UniqueNames:
    """What to call each Value of a graph: short, and never the same name twice.

    A Value has its given name or its label; a parameter has its path, counted from 1 (``l1_n4_w2``
    is weight 2 of neuron 4 in layer 1); another Value has the name of the caller's variable that
    holds it. The others are numbered: leaves x1, x2, …, computed Values v1, v2, …; the output is L.
    A name of more than 40 characters is cut, as in drawings.

    Args:
        order: The graph in topological order, the output last.
        name_of: The name of a Value, "" if it has none (default: `display_names()`).

    Attributes:
        output: The name of the output.
        numbered: The Values without a name of their own.
    """

    def __init__(self, order: list[Value], name_of: Callable[[Value], str] | None = None) -> None:
        name_of = name_of or display_names()
        named = [v for v in order if not isinstance(v, Constant)]
        wanted = {v: short(name_of(v)) for v in named}
        self._taken = {name for name in wanted.values() if name}
        self.rules: dict[Value, list[Any]] = {}  # caches of `formula_text`
        self.formulas: dict[Value, str] = {}
        self._counts: dict[str, int] = {}
        self._numbers = {"x": 0, "v": 0}
        self._names: dict[Value, str] = {}
        self.numbered = {v for v in named if not wanted[v]}
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
            self._numbers[kind] += 1
            name = f"{kind}{self._numbers[kind]}"
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


def _short_path(path: str) -> str:
    """``layers.0.neurons.3.w.1`` as ``l1_n4_w2``."""
    parts = path.split(".") if path else []
    return "".join(str(int(p) + 1) if p.isdigit() else f"_{p[0]}" for p in parts).lstrip("_")


def check_single_value(y: object, caller: str) -> None:
    """Raise InputError unless `y` is one Value; `caller` is the function that needs it."""
    if not isinstance(y, Value):
        raise InputError(
            f"{caller} needs a single Value; got {type(y).__name__}. Pass one element, such as "
            f"outputs[0]"
        )


def display_names(
    names: Mapping[Any, Any] | None = None, expanded: Mapping[Value, Value] | None = None
) -> DisplayNames:
    """Names for Values: the given name, the label, the short path, or the caller's variable.

    Args:
        names: Given names, as ``{"x": x}`` or ``{x: "x"}``.
        expanded: The Values that replace others; they take over the names.
    """
    display = DisplayNames(given_names(names), caller_names(), _short_path)
    return display.carried_over(expanded) if expanded else display


def partial(of: str, by: str) -> str:
    """``∂L/∂a``"""
    return f"∂{of}/∂{by}"


def in_numbers(x: float) -> Symbol:
    """A number to put into a formula, as it is shown."""
    return as_symbol(x, shown)
