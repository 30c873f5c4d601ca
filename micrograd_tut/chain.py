"""The walk over a graph and the chain rule at a node: how a gradient is found.

`topological` lists a graph so that inputs come before what they feed. `flows` is the chain rule
at one node, with every care. `propagate` is the same over a whole graph, for speed.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from micrograd_tut.errors import DomainError, InputError, NotFiniteError, StaleGraphError
from micrograd_tut.ops.formulas import Symbol
from micrograd_tut.ops.formulas import formula as op_formula
from micrograd_tut.support.modes import debug_on, ieee, ieee_on
from micrograd_tut.support.numbers import exact
from micrograd_tut.support.text import visible

if TYPE_CHECKING:
    from micrograd_tut.engine import Value
    from micrograd_tut.ops.op import Op


def topological(root: Value, known: Iterable[Value] = ()) -> list[Value]:
    """Every Value of a graph once, inputs before what they feed, always in the same order.

    It stops at those that are `known`, and leaves them out.

    No recursion, so the depth of a graph is not limited. Source: depth-first search, Cormen et
    al., Introduction to Algorithms, section "Topological sort".

    Raises:
        InputError: `root` is no Value.
    """
    if not hasattr(root, "op"):
        raise InputError(f"this takes one Value, the output of a graph; got {root!r}")
    seen = set(known)
    if root.op is None:
        return [] if root in seen else [root]
    order: list[Value] = []
    stack: list[Any] = [root]
    emit, see, pop, push = order.append, seen.add, stack.pop, stack.append
    while stack:
        node = pop()
        if node is None:  # all that the node below depends on has been listed
            emit(pop())
        elif node not in seen:
            see(node)
            deeper = []
            if node.op.arity == 2:  # Value.inputs, without the call
                inputs: tuple[Value, ...] = (node._a, node._b)
            else:
                inputs = (node._a,) if node.op.arity == 1 else node._a
                if seen.issuperset(inputs):  # as in most neurons of a layer
                    emit(node)
                    continue
            for v in inputs:
                if v not in seen:
                    if v.op is None:
                        see(v)
                        emit(v)
                    else:
                        deeper.append(v)
            if deeper:
                deeper.reverse()  # the first input is listed first
                push(node)
                push(None)
                stack += deeper
            else:
                emit(node)
    return order


def flows(
    node: Value, upstream: Any, wanted: Container[Value] | None = None
) -> Iterator[tuple[Value, Any, Any]]:
    """The chain rule at one node: what flows back to each input.

    Args:
        node: Any Value.
        upstream: The derivative of the output per unit of `node`: a float, or a Value if what
            flows shall be differentiable again.
        wanted: The only inputs to ask about; all of them unless told.

    Yields:
        For every such input that takes a gradient, in order: the input, the local derivative (of
        `node` per unit of that input), and their product. A factor that is exactly 0
        contributes nothing, so an input behind it is left out, and 0 * inf never makes nan.
        (Where `upstream` is a Value, only a constant 0 is left out.)

    Raises:
        StaleGraphError: an input has changed since `node` was computed.
        NotFiniteError: a product of finite numbers is too large for a float.
    """
    if node.op is None:
        return
    check_fresh(node)
    if _is_constant(upstream, 0):
        return
    inputs = node.inputs
    needed = [v.takes_gradient and (wanted is None or v in wanted) for v in inputs]
    locals_ = local_derivatives(node, needed, as_values=not isinstance(upstream, float))
    for v, need, local in zip(inputs, needed, locals_, strict=True):
        if not need or _is_constant(local, 0):
            continue
        g, d = _number(upstream), _number(local)
        finite = math.isfinite(g) and math.isfinite(d)
        known = finite or (_is_known(upstream) and _is_known(local))  # else nan stands for both
        if (g == 0 or d == 0) and not finite and known:
            continue
        flow = g * d
        born_here = flow - flow and math.isfinite(g) and known  # inf or nan, of what is finite
        too_large = math.isfinite(d) or (math.isinf(d) and _overflows(node))
        if born_here and not ieee_on.get() and too_large:
            raise _too_large(node, v, f"{g!r} × {d!r}")
        if born_here and flow != flow and debug_on.get():
            raise DomainError(
                f"{name_of(node)} has no derivative by {name_of(v) or v.data!r} at "
                f"{', '.join(map(repr, node.recorded))}{_line(node)}"
            )
        yield v, local, _product(upstream, local, flow)


def local_derivatives(node: Value, needed: Iterable[bool], as_values: bool = False) -> list[Any]:
    """The derivative of a node per unit of each input; None where it is not `needed`.

    Args:
        node: A Value with inputs.
        needed: One bool per input.
        as_values: Give Values, which can be differentiated again, instead of floats.
    """
    op = cast("Op", node.op)
    needed = list(needed)
    if not as_values:
        try:
            return op.partials_at(node.recorded, node.data, needed)
        except (ArithmeticError, ValueError):  # somewhere inside it is inf or nan: ask IEEE
            leaf = type(node)
            with ieee():
                made = op.partials_at([leaf(x) for x in node.recorded], leaf(node.data), needed)
            return [local if local is None else _number(local) for local in made]
    with ieee():
        try:  # constants as numbers, so that what is made of them is a number too
            plain = [v if v.takes_gradient else v.data for v in node.inputs]
            return op.partials_at(plain, node, needed)
        except (ArithmeticError, ValueError):
            return op.partials_at(node.inputs, node, needed)


def _overflows(node: Value) -> bool:
    """Whether a derivative is inf because a float ends, not because it is, as in sqrt at 0."""
    op: Any = node.op
    try:
        op.partials_at(node.recorded, node.data, [v.takes_gradient for v in node.inputs])
    except OverflowError:
        return True
    except (ArithmeticError, ValueError):  # a division by 0: a pole
        return False
    return all(map(math.isfinite, node.recorded))


def check_fresh(node: Value) -> None:
    """Raise StaleGraphError if an input has changed since `node` was computed."""
    for v, x in zip(node.inputs, node.recorded, strict=True):
        if v.data is not x and v.data != x and (x == x or v.data == v.data):  # nan stays nan
            raise StaleGraphError(
                f"{name_of(v) or 'a Value'} is {v.data!r} now, but {name_of(node)} was computed "
                f"when it was {x!r}. Call y.forward() to evaluate the graph again, or build it "
                f"again.{_line(node)}"
            )


def propagate(order: list[Value]) -> None:
    """The chain rule over a whole graph, as `flows` has it, for gradients that are finite."""
    for node in reversed(order):
        op, g = node.op, node.grad
        if op is None:
            continue
        if op.arity == 2:
            a, b, x, y, out = node._a, node._b, node._x, node._y, node.data
            if a.data is not x or b.data is not y:
                check_fresh(node)
            if not g:
                continue
            by_a, by_b = op.partials
            if a.takes_gradient:
                a.grad += g * by_a(x, y, out)
            if b.takes_gradient:
                b.grad += g * by_b(x, y, out)
            continue
        if op.arity == 1:
            a, x = node._a, node._x
            if a.data is not x:
                check_fresh(node)
            if g:
                a.grad += g * op.partials[0](x, node.data)
            continue
        if not g:
            if tuple([v.data for v in node._a]) != node._x:
                check_fresh(node)
        elif op.arity is None:
            locals_ = op.partials[0](node._x, node.data)
            for v, local, x in zip(node._a, locals_, node._x, strict=False):
                if v.data is not x:
                    check_fresh(node)
                if v.takes_gradient:
                    v.grad += g * local
        else:
            for v, _, flow in flows(node, g):
                v.grad += flow


def propagate_with_care(root: Value, order: list[Value], before: list[float]) -> None:
    """The chain rule over a whole graph, with a look at every product and every sum."""
    for node, grad in zip(order, before, strict=True):
        node.grad = 0.0 if node.op else grad
    root.grad = 1.0 if root.op else root.grad + 1.0
    for node in reversed(order):
        for v, _, flow in flows(node, node.grad):
            v.grad = added(node, v, v.grad, flow)


def added(node: Value, v: Value, grad: float, flow: float) -> float:
    """``grad + flow``, or NotFiniteError where finite numbers give no finite sum."""
    total = grad + flow
    if total - total and math.isfinite(grad) and math.isfinite(flow) and not ieee_on.get():
        raise _too_large(node, v, f"{grad!r} + {flow!r}")
    return total


def _too_large(node: Value, v: Value, sum_or_product: str) -> NotFiniteError:
    return NotFiniteError(
        f"the gradient of {name_of(v) or v.data!r} is too large for a float: {sum_or_product}, "
        f"where it comes back through {name_of(node)}. Scale the numbers down, or compute "
        f"inside `with mg.ieee():` to get inf.{_line(node)}"
    )


def _line(node: Value) -> str:
    return f" It was recorded at {node.line}." if hasattr(node, "line") else ""


def _number(factor: Any) -> float:
    number: float = factor if isinstance(factor, (float, int)) else factor.data
    return number


def _is_known(factor: Any) -> bool:
    """Whether a factor is a number, and not one that differs from example to example."""
    return getattr(factor, "known", True)


def _is_constant(factor: Any, number: float) -> bool:
    """Whether a factor is a plain number or a constant, and equal to `number`."""
    return _number(factor) == number and not getattr(factor, "takes_gradient", False)


def _product(upstream: Any, local: Any, flow: float) -> Any:
    """upstream * local, without a node for a factor of 1."""
    if isinstance(upstream, float):
        return flow
    if _is_constant(upstream, 1) and not isinstance(local, float):
        return local
    if _is_constant(local, 1):
        return upstream
    with ieee():
        return upstream * local


_LONGEST_NAME = 200  # characters in a message


def name_of(v: Value) -> str:
    """What to call a Value in a message: its label, else a short formula, else ""."""
    return visible(v.label if v.label or v.op is None else str(formula(v)), _LONGEST_NAME)


def formula(v: Value) -> Symbol:
    """How a Value was computed from its inputs, by their labels or else their numbers."""
    if v.op is None:
        return Symbol(v.label or exact(v.data))
    return op_formula(v.op.name, map(_inner, v.inputs))


def _inner(v: Value) -> Symbol:
    if v.label or v.op is None:
        return Symbol(v.label) if v.label else Symbol(exact(v.data))
    return op_formula(v.op.name, [Symbol(i.label or f"{i.data:.4g}") for i in v.inputs])
