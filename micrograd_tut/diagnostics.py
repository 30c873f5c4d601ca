"""The messages of the engine: which Value, which numbers, and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from micrograd_tut.errors import NotFiniteError, StaleGraphError
from micrograd_tut.ops.formulas import Symbol, as_symbol, formula as op_formula
from micrograd_tut.support.modes import tracing
from micrograd_tut.support.numbers import rounded
from micrograd_tut.support.text import visible

_MAX_NAME_CHARACTERS = 200
_MAX_INPUTS = 4  # in a message


def check_fresh(node: Any) -> None:
    """Raise StaleGraphError unless a node holds what it evaluates to now."""
    value = node.op.evaluate_ieee([v._data for v in node.inputs])
    if value == node._data or (math.isnan(value) and math.isnan(node._data)):
        return
    if tracing.get() and math.isnan(node._data):  # depends on a tracer: not known
        return
    named = dict.fromkeys(f"{name_of(v)} = {v.data!r}" for v in node.inputs if name_of(v))
    inputs = f" with {', '.join(list(named)[:_MAX_INPUTS])}" if named else ""
    raise StaleGraphError(
        f"{name_of(node)} holds {node._data!r}, but evaluates to {value!r} now{inputs}: numbers "
        f"have changed since it was computed. To evaluate the graph of y again, call y.forward(); "
        f"or build it again.{line_of(node)}"
    )


GRADIENT_TOO_LARGE = (
    "the gradient of {name} is too large for a float: {numbers}, where it comes back through "
    "{node}."
)


def too_large(node: Any, v: Any, sum_or_product: str) -> NotFiniteError:
    """The error for a gradient that is too large for a float."""
    message = GRADIENT_TOO_LARGE.format(
        name=name_of(v) or repr(v.data), numbers=sum_or_product, node=name_of(node)
    )
    return NotFiniteError(
        f"{message} Scale the numbers down, or compute inside `with mg.ieee():` to get inf."
        f"{line_of(node)}"
    )


def line_of(node: Any) -> str:
    """Where a node was recorded, if it was inside `debug`; else ""."""
    return f" It was recorded at {node.line}." if hasattr(node, "line") else ""


def name_of(v: Any) -> str:
    """What to call a Value in a message: its label, else a short formula, else ""."""
    return visible(v.label if v.label or v.op is None else str(formula(v)), _MAX_NAME_CHARACTERS)


def sources_of(inputs: Iterable[Any]) -> list[str]:
    """The operations that some Values come from, one or two operations back."""
    nodes = [node for v in inputs for node in (v, *v.inputs)]
    return [node.op.name for node in nodes if node.op]


def formula(v: Any) -> Symbol:
    """How a Value was computed from its inputs, by their labels or else their numbers."""
    if v.op is None:
        return Symbol(v.label) if v.label else as_symbol(v.data)
    return op_formula(v.op.name, map(_operand, v.inputs))


def _operand(v: Any) -> Symbol:
    if v.label or v.op is None:
        return Symbol(v.label) if v.label else as_symbol(v.data)
    inputs = [Symbol(i.label) if i.label else as_symbol(i.data, rounded) for i in v.inputs]
    return op_formula(v.op.name, inputs)
