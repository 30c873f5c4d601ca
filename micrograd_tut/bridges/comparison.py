"""The gradients that Values hold, beside those that torch computes for the same graph."""

from __future__ import annotations

from typing import Any, NamedTuple

from micrograd_tut.bridges.tensors import TensorFunction
from micrograd_tut.diagnostics import name_of
from micrograd_tut.engine import Value, topological
from micrograd_tut.errors import InputError
from micrograd_tut.graph.naming import DisplayNames, caller_names
from micrograd_tut.support.html import html_table, paragraphs
from micrograd_tut.support.text import Text, table

_MAX_ROWS = 24  # of the table
_AGREES = 1e-12  # relative to numbers of size 1 or more, absolute below


class Row(NamedTuple):
    """A Value: its name, its number, its `grad`, and the gradient in torch."""

    name: str
    data: float
    grad: float
    torch: float

    @property
    def difference(self) -> float:
        """How far the gradients are apart, relative to their size if that is above 1."""
        return abs(self.grad - self.torch) / max(1.0, abs(self.torch))


class Comparison:
    """The gradients of Values beside those of torch; its repr is a table.

    Attributes:
        rows: One per Value, in the order of the forward pass.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    @property
    def different(self) -> list[Row]:
        """The rows whose gradients are not the same, up to rounding."""
        return [row for row in self.rows if not row.difference <= _AGREES]

    def __repr__(self) -> str:
        return Text("\n".join([table(*self._table()), *self._notes()]))

    def _repr_html_(self) -> str:
        return html_table(*self._table()) + paragraphs(*self._notes())

    def _table(self) -> tuple[list[str], list[list[str]], None, str]:
        """The head, the rows and the alignment of the table."""
        rows = [
            [r.name, f"{r.data:.6g}", f"{r.grad:.12g}", f"{r.torch:.12g}"]
            for r in self.rows[:_MAX_ROWS]
        ]
        return ["Value", "data", "grad", "torch"], rows, None, "<>>>"

    def _notes(self) -> list[str]:
        more = len(self.rows) - _MAX_ROWS
        return [*([f"… and {more:,} more"] if more > 0 else []), self._verdict()]

    def _verdict(self) -> str:
        if not self.different:
            largest = max(row.difference for row in self.rows)
            return (
                f"All {len(self.rows):,} gradients agree; the largest difference is {largest:.1g}."
            )
        if not any(row.grad for row in self.rows):
            return "There are no gradients yet: call backward(), or set each grad by hand."
        names = ", ".join(row.name for row in self.different[:8])
        return (
            f"{len(self.different):,} of {len(self.rows):,} gradients differ: {names}. To start "
            f"again: mg.zero_grad(y); y.backward()"
        )


def compare(y: Value) -> Comparison:
    """The `grad` of the Values in a graph beside the gradient that torch computes.

    Use it after ``y.backward()``, or after you have set each `grad` by hand.

    Args:
        y: The output. Its graph is computed and differentiated again, by torch in float64.

    Returns:
        A `Comparison` of the leaves and of the Values with a name: a label, or a variable.

    Raises:
        InputError: `y` is not a Value, depends on constants alone, or an operation was written by
            hand.
        MissingPartError: torch is not installed.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> y = (a * b + 6.5).tanh()
    >>> y.backward()
    >>> compare(y)
    Value      data           grad          torch
    ─────  ────────  ─────────────  ─────────────
    a             2  -2.3593431989  -2.3593431989
    b            -3  1.57289546593  1.57289546593
    y      0.462117              1              1
    All 3 gradients agree; the largest difference is ...
    """
    function = TensorFunction(y)
    if not function.leaves:
        raise InputError("there is no gradient to compare: y depends on constants alone")
    names = DisplayNames({}, caller_names())
    tensors = function.nodes(*function.tensors())
    shown = [v for v in topological(y) if v.requires_grad and (v.op is None or names(v))]
    shown = list(dict.fromkeys([*shown, y]))
    for v in shown:
        tensors[v].retain_grad()
    tensors[y].backward()
    return Comparison([_row(v, names(v) or name_of(v), tensors[v]) for v in shown])


def _row(v: Value, name: str, tensor: Any) -> Row:
    gradient = 0.0 if tensor.grad is None else tensor.grad.item()
    return Row(name, v.data, v.grad or 0.0, gradient)
