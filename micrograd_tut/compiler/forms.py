"""The array forms that are not operations, such as "take" and "matmul".

Each entry of `FORMS` holds all that is specific to one form: its NumPy expression, one element of
it in a loop, its adjoint, and the stem of its identifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from micrograd_tut.compiler.array_graph import ArrayNode, Operand
from micrograd_tut.ops.formulas import ATOM, NEGATION, PRODUCT, SUM, Symbol

Contribution = tuple[ArrayNode, Operand]
"""An input of an array, and what the array contributes to the gradient of that input."""


class NumpyWriter(Protocol):
    """What a form needs to write its NumPy expression."""

    names: dict[ArrayNode, str]

    def of(self, v: Operand) -> Any:
        """An array or a float as part of an expression."""

    def text(self, v: Operand, binding: int) -> str:
        """The same as text, in parentheses if it binds less tightly."""

    def rows(self, rows: Sequence[int]) -> str:
        """Row numbers as an index."""

    def reduced(self, function: str, v: ArrayNode) -> Symbol:
        """A reduction of the input of `v` over its rows."""

    def ones(self) -> str:
        """A column of ones, as long as the batch."""

    def parameter_view(self, v: ArrayNode) -> str:
        """A part of the parameter vector."""

    def constant(self, v: ArrayNode) -> str:
        """A constant array."""


class LoopWriter(Protocol):
    """What a form needs to write one of its elements."""

    def element(self, v: Operand, i: str, b: str) -> Any:
        """The element in row `i` and column `b` of an array."""

    def row(self, rows: Sequence[int], i: str) -> str:
        """Number `i` of a list of row numbers."""


@dataclass(frozen=True)
class Form:
    """One array form.

    Attributes:
        numpy: Its expression in NumPy.
        element: Its element in row `i` and column `b`; None for forms that need a loop of their
            own, and for leaves.
        adjoint: What it contributes to the gradients of its inputs, given its own gradient.
        stem: The stem of its identifiers; "" for the name of the form.
    """

    numpy: Callable[[ArrayNode, NumpyWriter], Any]
    element: Callable[[ArrayNode, LoopWriter, str, str], Any] | None = None
    adjoint: Callable[[ArrayNode, Operand], list[Contribution]] | None = None
    stem: str = ""


def _input_element(v: ArrayNode, w: LoopWriter, i: str, b: str) -> Any:
    return w.element(v.inputs[0], i, b)


def _input_adjoint(v: ArrayNode, g: Operand) -> list[Contribution]:
    return [(v.inputs[0], g)]


def product_operands(v: ArrayNode, w: NumpyWriter) -> tuple[str, str]:
    """The two operands of a matrix product."""
    a, b = v.inputs
    left = f"{w.text(a, ATOM)}.T" if v.kind == "matmul_transposed" else w.text(a, PRODUCT)
    right = f"{w.text(b, ATOM)}.T" if v.kind == "outer" else w.text(b, NEGATION)
    return left, right


def _product(v: ArrayNode, w: NumpyWriter) -> Symbol:
    return Symbol(" @ ".join(product_operands(v, w)), PRODUCT)


def _matmul_adjoint(v: ArrayNode, g: Operand) -> list[Contribution]:
    weights, x = v.inputs
    g = v.graph.broadcast(g, v.rows, batched=True)
    contributions: list[Contribution] = []
    if weights.requires_grad:
        contributions.append((weights, v.graph.outer(g, x)))
    if x.requires_grad:
        contributions.append((x, v.graph.matmul_transposed(weights, g)))
    return contributions


def _broadcast(v: ArrayNode, w: NumpyWriter) -> str:
    columns = "batch" if v.batched else "1"
    return f"np.broadcast_to({w.text(v.inputs[0], SUM)}, ({v.rows}, {columns}))"


def _join_adjoint(v: ArrayNode, g: Operand) -> list[Contribution]:
    if not isinstance(g, ArrayNode) or g.rows == 1:
        return [(x, g) for x in v.inputs]
    contributions, start = [], 0
    for x in v.inputs:
        contributions.append((x, v.graph.take(g, range(start, start + x.rows))))
        start += x.rows
    return contributions


def _column_element(v: ArrayNode, w: LoopWriter, i: str, b: str) -> Any:  # noqa: ARG001
    n = v.inputs[0].columns
    return w.element(v.inputs[0], f"({i}) // {n}", f"({i}) % {n}")


FORMS: dict[str, Form] = {
    # leaves
    "input": Form(lambda v, w: w.names[v]),
    "parameters": Form(lambda v, w: w.parameter_view(v)),
    "constant": Form(lambda v, w: w.constant(v)),
    "scale": Form(lambda v, w: "scale"),
    "batch": Form(lambda v, w: "batch"),
    # the same numbers, with another meaning in the graph
    "stack": Form(lambda v, w: w.of(v.inputs[0]), _input_element, _input_adjoint),
    "unstack": Form(lambda v, w: w.of(v.inputs[0]), _input_element),
    "alias": Form(lambda v, w: w.of(v.inputs[0]), _input_element),
    # other shapes
    "broadcast": Form(_broadcast, _input_element, _input_adjoint),
    "repeat": Form(
        lambda v, w: f"np.repeat({w.text(v.inputs[0], SUM)}, {v.detail}, axis=0)",
        lambda v, w, i, b: w.element(v.inputs[0], f"({i}) // {v.detail}", b),
    ),
    "matrix": Form(
        lambda v, w: f"{w.text(v.inputs[0], ATOM)}.reshape({v.rows}, {v.columns})",
        lambda v, w, i, b: w.element(v.inputs[0], f"({i}) * {v.columns} + {b}", "0"),
        lambda v, g: [(v.inputs[0], v.graph.column(g))],
    ),
    "column": Form(
        lambda v, w: f"{w.text(v.inputs[0], ATOM)}.reshape({v.rows}, 1)", _column_element
    ),
    # rows
    "take": Form(
        lambda v, w: f"{w.text(v.inputs[0], ATOM)}[{w.rows(v.detail)}]",
        lambda v, w, i, b: w.element(v.inputs[0], w.row(v.detail, i), b),
        _input_adjoint,
        "rows",
    ),
    "join": Form(
        lambda v, w: f"np.concatenate(({', '.join(w.text(x, SUM) for x in v.inputs)}))",
        adjoint=_join_adjoint,
        stem="joined",
    ),
    "scatter": Form(lambda v, w: w.names[v], stem="scattered"),
    # products and sums
    "matmul": Form(_product, adjoint=_matmul_adjoint),
    "matmul_transposed": Form(_product, stem="back"),
    "outer": Form(_product),
    "sum_rows": Form(lambda v, w: w.reduced("np.add.reduce", v)),
    "sum_batch": Form(lambda v, w: Symbol(f"{w.text(v.inputs[0], PRODUCT)} @ {w.ones()}", PRODUCT)),
}
"""By name of the form. An array of any other kind is an operation."""

LEAVES = ("input", "parameters", "constant", "scale", "batch")
TRANSPARENT = ("stack", "unstack", "alias")
"""Forms that are written as their input."""
PRODUCTS = ("matmul", "matmul_transposed", "outer")
