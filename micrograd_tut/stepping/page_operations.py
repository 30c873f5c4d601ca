"""The operations of a graph as the page computes them when the number of a leaf changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from micrograd_tut import ops
from micrograd_tut.drawing.text import visible
from micrograd_tut.engine import Constant, Value
from micrograd_tut.errors import TraceError
from micrograd_tut.ops.domain import letters, written
from micrograd_tut.ops.op import Op

if TYPE_CHECKING:
    from micrograd_tut.compiler.javascript_operations import Signature

MAX_INPUTS = 256
"""Of one operation: its function on the page writes out each input."""

MAX_CODE = 60_000
"""Characters of all functions; a product of many numbers has long derivatives."""

_ANY_NUMBERS = (ops.add, ops.sub, ops.mul, ops.div)  # whose constants may be arguments


class PageOperations(NamedTuple):
    """The operations of a graph in JavaScript.

    Attributes:
        code: The functions: the arrays ``operations`` and ``textbookRules``.
        indices: For each computed Value the index of its operation in these arrays.
        domains: For each operation its formula, the letters of its inputs, and what they must
            meet, for the message about a number outside; `infix` if large numbers can fail too.
        missing: Why there are none, in a sentence; "" if they are there.
    """

    code: str
    indices: dict[Value, int]
    domains: list[dict[str, Any]]
    missing: str


def page_operations(order: Sequence[Value]) -> PageOperations:
    """The operations of a graph, each once.

    Args:
        order: The graph in topological order.
    """
    nodes = [v for v in order if v.op]
    reason = next(filter(None, map(_not_written, nodes)), "")
    if reason:
        return _none(reason)
    try:
        return _written(nodes)
    except TraceError as error:
        return _none(str(error))
    except ImportError:
        return _none("NumPy is not installed, which the compiler needs.")


def _written(nodes: Sequence[Value]) -> PageOperations:
    from micrograd_tut.compiler.javascript_operations import (  # imports NumPy
        Signature,
        operations,
        textbook_rules,
        with_helpers,
    )

    numbers: dict[Signature, int] = {}
    index = {
        v: numbers.setdefault(Signature(cast(Op, v.op), _constants(v)), len(numbers)) for v in nodes
    }
    code = with_helpers(f"{operations(numbers)}\n{textbook_rules(numbers)}\n")
    if len(code) > MAX_CODE:
        return _none(f"The {len(numbers)} operations of this graph take too much code.")
    return PageOperations(code, index, [_domain(signature) for signature in numbers], "")


def _constants(node: Value) -> tuple[float | None, ...]:
    """The inputs that are fixed in the function of a node."""
    op = cast(Op, node.op)
    if op.arity is None or op in _ANY_NUMBERS:
        return (None,) * len(node.inputs)
    return tuple(v.data if isinstance(v, Constant) else None for v in node.inputs)


def _domain(signature: Signature) -> dict[str, Any]:
    op, count = signature.op, len(signature.constants)
    needs = [condition.text for condition in op.domain]
    return {
        "formula": written(op.name, count),
        "letters": letters(count),
        "needs": needs,
        "infix": not op.symbol[0].isalpha(),
    }


def _not_written(node: Value) -> str:
    """Why a node cannot be computed on the page; "" if it can."""
    op = cast(Op, node.op)
    if op.by_hand:
        return (
            f"The formula of {visible(op.symbol)} is not known: its derivative was given by hand."
        )
    if len(node.inputs) > MAX_INPUTS:
        return (
            f"{op.name} has {len(node.inputs):,} inputs here; the page computes up to {MAX_INPUTS}."
        )
    return ""


def _none(reason: str) -> PageOperations:
    return PageOperations("const operations = [], textbookRules = [];\n", {}, [], reason)
