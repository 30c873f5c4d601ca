"""What to do when something is not finite or not up to date: find the cause, and say so.

The engine asks here only after its quick pass has met something unusual.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from micrograd_tut.errors import DomainError, NotFiniteError, StaleGraphError
from micrograd_tut.ops.formulas import Symbol, as_symbol
from micrograd_tut.ops.formulas import formula as op_formula
from micrograd_tut.support.modes import debug_on, ieee, ieee_on, tracing
from micrograd_tut.support.numbers import rounded
from micrograd_tut.support.text import visible

_MAX_NAME_CHARACTERS = 200
_MAX_INPUTS = 4  # in a message


class Edge(NamedTuple):
    """One use of the chain rule: the gradient that flows from a node to one of its inputs.

    Attributes:
        node: A Value with inputs.
        input: One of them.
        upstream: The gradient of the output with respect to `node`.
        local: The partial derivative of `node` with respect to `input`.
        product: ``upstream * local``, the contribution to the gradient of `input`.
    """

    node: Any
    input: Any
    upstream: Any
    local: Any
    product: Any


# --- The careful backward pass --------------------------------------------------------------


def careful(edges: Iterable[tuple[Any, Any, Any, Any]], gradient: dict[Any, Any]) -> Iterator[Edge]:
    """The chain rule with a look at every product and every sum.

    A factor of exactly 0 contributes nothing, so 0 * inf does not make nan. (Of factors that are
    Values, only constants count as exactly 0.)

    Args:
        edges: Node, input, upstream gradient and local derivative, from the output back.
        gradient: The gradients so far; the products are added to it.

    Raises:
        NotFiniteError: a product or a sum of finite numbers is too large for a float.
        DomainError: inside `debug`, a derivative does not exist.
    """
    for node, v, upstream, local in edges:
        product = _product(node, v, upstream, local)
        if not is_zero(product):
            gradient[v] = summed(node, v, gradient[v], product) if v in gradient else product
        yield Edge(node, v, upstream, local, product)


def _product(node: Any, v: Any, upstream: Any, local: Any) -> Any:
    """``upstream * local``; 0 if a factor is exactly 0, whatever the other is."""
    if is_zero(upstream) or is_zero(local):
        return 0.0
    g, d = _number(upstream), _number(local)
    finite = math.isfinite(g) and math.isfinite(d)
    unknown = tracing.get() and (math.isnan(g) or math.isnan(d))
    if (g == 0 or d == 0) and not finite and not unknown:
        return 0.0
    product = g * d
    if math.isfinite(product) or not math.isfinite(g) or unknown:
        pass
    elif not ieee_on.get() and (math.isfinite(d) or (math.isinf(d) and _overflows(node))):
        raise _too_large(node, v, f"{g!r} × {d!r}")
    elif math.isnan(product) and debug_on.get():
        inputs = ", ".join(repr(i._data) for i in node.inputs)
        raise DomainError(
            f"{name_of(node)} has no derivative with respect to {name_of(v) or v.data!r} at "
            f"{inputs}.{_line(node)}"
        )
    if isinstance(upstream, float) and isinstance(local, float):
        return product
    if isinstance(upstream, float) and upstream == 1:
        return local
    if isinstance(local, float) and local == 1:
        return upstream
    with ieee():
        return upstream * local


def summed(node: Any, v: Any, before: Any, product: Any) -> Any:
    """A gradient after one more product is added to it; `node` and `v` are named in the error.

    Raises:
        NotFiniteError: a sum of finite numbers is too large for a float.
    """
    a, b = _number(before), _number(product)
    total = a + b
    finite = math.isfinite(a) and math.isfinite(b)
    if finite and not math.isfinite(total) and not ieee_on.get():
        raise _too_large(node, v, f"{a!r} + {b!r}")
    with ieee():
        return before + product


def careful_partials(
    node: Any, needed: Iterable[bool], as_values: bool, leaf: type[Any]
) -> list[Any]:
    """The partial derivatives of a node, even if something on the way to them is inf or nan.

    Args:
        node: A Value with inputs.
        needed: Which partials to evaluate; the others are None.
        as_values: Whether to compute with Values, which can be differentiated again.
        leaf: The class of Values.
    """
    op, needed = node.op, list(needed)
    if not as_values:
        numbers = [v._data for v in node.inputs]
        try:
            return [_as_float(p) for p in op.partials_at(numbers, node._data, needed)]
        except (ArithmeticError, ValueError):  # somewhere inside it is inf or nan: ask IEEE
            with ieee():
                partials = op.partials_at([leaf(x) for x in numbers], leaf(node._data), needed)
            return [_as_float(p) for p in partials]
    with ieee():
        try:  # constants as floats, so that what is made of them alone is a float too
            plain = [v if v.requires_grad else v._data for v in node.inputs]
            partials = op.partials_at(plain, node, needed)
        except (ArithmeticError, ValueError):
            partials = op.partials_at(node.inputs, node, needed)
    return [float(p) if isinstance(p, int) else p for p in partials]


def _overflows(node: Any) -> bool:
    """Whether a derivative is inf because a float ends, not because of a pole, as in sqrt at 0."""
    numbers = [v._data for v in node.inputs]
    try:
        node.op.partials_at(numbers, node._data, [v.requires_grad for v in node.inputs])
    except OverflowError:
        return True
    except (ArithmeticError, ValueError):  # a division by 0: a pole
        return False
    return all(map(math.isfinite, numbers))


def is_zero(factor: Any) -> bool:
    """Whether a factor is exactly 0: a float, or a constant."""
    if isinstance(factor, (float, int)):
        return factor == 0
    return not factor.requires_grad and bool(factor._data == 0)


def _number(factor: Any) -> float:
    number: float = factor if isinstance(factor, (float, int)) else factor._data
    return number


def _as_float(partial: Any) -> float | None:
    return None if partial is None else float(_number(partial))


# --- Messages -------------------------------------------------------------------------------


def check_fresh(node: Any, value: float) -> None:
    """Raise StaleGraphError unless `value`, what a node would evaluate to now, is its data."""
    if value == node._data or (math.isnan(value) and math.isnan(node._data)):
        return
    if tracing.get() and math.isnan(node._data):  # not a number yet
        return
    named = dict.fromkeys(f"{name_of(v)} = {v.data!r}" for v in node.inputs if name_of(v))
    inputs = f" with {', '.join(list(named)[:_MAX_INPUTS])}" if named else ""
    raise StaleGraphError(
        f"{name_of(node)} holds {node._data!r}, but evaluates to {value!r} now{inputs}: numbers "
        f"have changed since it was computed. To evaluate the graph of y again, call y.forward(); "
        f"or build it again.{_line(node)}"
    )


def _too_large(node: Any, v: Any, sum_or_product: str) -> NotFiniteError:
    return NotFiniteError(
        f"the gradient of {name_of(v) or v.data!r} is too large for a float: {sum_or_product}, "
        f"where it comes back through {name_of(node)}. Scale the numbers down, or compute "
        f"inside `with mg.ieee():` to get inf.{_line(node)}"
    )


def _line(node: Any) -> str:
    return f" It was recorded at {node.line}." if hasattr(node, "line") else ""


def name_of(v: Any) -> str:
    """What to call a Value in a message: its label, else a short formula, else ""."""
    return visible(v.label if v.label or v.op is None else str(formula(v)), _MAX_NAME_CHARACTERS)


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
