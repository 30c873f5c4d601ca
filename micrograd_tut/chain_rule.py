"""The chain rule, edge by edge, with care for inf, nan and 0.

The engine comes here when a number on the way back is not finite, and for derivatives that are
Values. The stepper shows the same edges. `engine` imports this file, so it cannot import Value:
its callers pass the class.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

from micrograd_tut.diagnostics import check_fresh, line_of, name_of, too_large
from micrograd_tut.errors import DomainError
from micrograd_tut.support.modes import debug_on, ieee, ieee_on, tracing

NO_DERIVATIVE = "{node} has no derivative with respect to {name} at {numbers}."


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


def chain_rule(
    order: list[Any],
    gradient: dict[Any, Any],
    value_type: type[Any],
    wanted: Container[Any] | None = None,
    as_values: bool = False,
) -> Iterator[Edge]:
    """Every edge of a graph, from the output back, while the gradients are summed.

    A factor that is 0 and no Value contributes nothing, so 0 * inf does not make nan. Nodes whose
    gradient is 0 are left out.

    Args:
        order: The graph in topological order.
        gradient: The gradients so far; the products are added to it.
        value_type: The class Value.
        wanted: The only Values that need a gradient. By default all but constants.
        as_values: Whether the local derivatives are Values, which can be differentiated again.

    Raises:
        StaleGraphError: a node no longer holds what it evaluates to.
        NotFiniteError: a product or a sum of finite numbers is too large for a float.
        DomainError: a derivative does not exist.
    """
    for node in reversed(order):
        if node.op is None:
            continue
        check_fresh(node)
        upstream = gradient.get(node)
        if upstream is None or (type(upstream) is float and upstream == 0.0):
            continue
        needed = [v.requires_grad and (wanted is None or v in wanted) for v in node.inputs]
        partials = local_derivatives(node, value_type, needed, as_values)
        for v, need, local in zip(node.inputs, needed, partials, strict=True):
            if need:
                product = _product(node, v, upstream, local)
                if not is_zero(product):
                    before = gradient.get(v)
                    gradient[v] = product if before is None else summed(node, v, before, product)
                yield Edge(node, v, upstream, local, product)


def _product(node: Any, v: Any, upstream: Any, local: Any) -> Any:
    """``upstream * local``; 0 if a factor is 0 and the other is not finite, or both are known."""
    if is_zero(upstream) or is_zero(local):
        return 0.0
    g, d = _number(upstream), _number(local)
    if 0 in (g, d) and not math.isfinite(g + d) and not _unknown(g, d):
        return 0.0
    _check_product(node, v, g, d)
    if isinstance(upstream, float) and isinstance(local, float):
        return g * d
    if isinstance(upstream, float) and upstream == 1:
        return local
    if isinstance(local, float) and local == 1:
        return upstream
    with ieee():
        return upstream * local


def _check_product(node: Any, v: Any, g: float, d: float) -> None:
    """Raise an error if the product of a finite upstream gradient is not finite without reason."""
    if math.isfinite(g * d) or not math.isfinite(g) or _unknown(g, d):
        return
    if not ieee_on.get() and (math.isfinite(d) or (math.isinf(d) and _overflows(node))):
        raise too_large(node, v, f"{g!r} × {d!r}")
    numbers = [i._data for i in node.inputs]
    is_new = not ieee_on.get() and all(map(math.isfinite, numbers))
    if math.isnan(g * d) and (is_new or debug_on.get()):
        found = ", ".join(map(repr, numbers))
        message = NO_DERIVATIVE.format(
            node=name_of(node), name=name_of(v) or repr(v.data), numbers=found
        )
        raise DomainError(
            f"{message} If that is a constant, write a number in place of the Value; or compute "
            f"inside `with mg.ieee():` to get nan.{line_of(node)}"
        )


def _unknown(g: float, d: float) -> bool:
    """Whether a factor depends on a tracer of the compiler, whose number is not known: nan."""
    return tracing.get() and (math.isnan(g) or math.isnan(d))


def summed(node: Any, v: Any, before: Any, product: Any) -> Any:
    """A gradient after one more product is added to it; `node` and `v` are named in the error.

    Raises:
        NotFiniteError: a sum of finite numbers is too large for a float.
    """
    a, b = _number(before), _number(product)
    total = a + b
    finite = math.isfinite(a) and math.isfinite(b)
    if finite and not math.isfinite(total) and not ieee_on.get():
        raise too_large(node, v, f"{a!r} + {b!r}")
    with ieee():
        return before + product


def local_derivatives(
    node: Any, value_type: type[Any], needed: list[bool] | None = None, as_values: bool = False
) -> list[Any]:
    """The partial derivatives of a node, even if a number on the way to them is inf or nan.

    Args:
        node: A Value with inputs.
        value_type: The class Value.
        needed: Which partials to evaluate; the others are None. By default all but those with
            respect to constants.
        as_values: Give Values, which can be differentiated again, instead of floats.
    """
    op = node.op
    if needed is None:
        needed = [v.requires_grad for v in node.inputs]
    if not as_values:
        numbers = [v._data for v in node.inputs]
        if op.by_hand:
            return list(op.partials_at(numbers, node._data))
        try:
            return [_as_float(p) for p in op.partials_at(numbers, node._data, needed)]
        except (ArithmeticError, ValueError):  # Values inside ieee() give inf and nan instead
            with ieee():
                partials = op.partials_at(
                    [value_type(x) for x in numbers], value_type(node._data), needed
                )
            return [_as_float(p) for p in partials]
    with ieee():
        try:  # constants as floats, so that what depends on them alone is a float too
            plain = [v if v.requires_grad else v._data for v in node.inputs]
            partials = op.partials_at(plain, node, needed)
        except (ArithmeticError, ValueError):
            partials = op.partials_at(node.inputs, node, needed)
    return [float(p) if isinstance(p, int) else p for p in partials]


def _overflows(node: Any) -> bool:
    """Whether a derivative is too large for a float, not infinite as that of sqrt at 0."""
    numbers = [v._data for v in node.inputs]
    try:
        node.op.partials_at(numbers, node._data, [v.requires_grad for v in node.inputs])
    except OverflowError:
        return True
    except (ArithmeticError, ValueError):  # a division by 0: a pole
        return False
    return all(map(math.isfinite, numbers))  # no exception: a product or a sum became inf


def is_zero(factor: Any) -> bool:
    """Whether a factor is exactly 0: a float, not a Value, whose number may change."""
    return isinstance(factor, (float, int)) and factor == 0


def _number(factor: Any) -> float:
    number: float = factor if isinstance(factor, (float, int)) else factor._data
    return number


def _as_float(partial: Any) -> float | None:
    return None if partial is None else float(_number(partial))
