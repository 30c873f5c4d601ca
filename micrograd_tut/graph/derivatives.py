"""Jacobians, Hessians, and products of a Hessian with a vector.

>>> x, y = Value(2.0), Value(3.0)
>>> jacobian([x * y, x + y], [x, y])
[[3.0, 2.0], [1.0, 1.0]]
>>> hessian(x * x * y, [x, y])
[[6.0, 4.0], [4.0, 0.0]]

Each takes Values that have been computed, or a function and the numbers to call it with:

>>> hessian(lambda x, y: x * x * y, [2.0, 3.0])
[[6.0, 4.0], [4.0, 0.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, SupportsFloat

from micrograd_tut.engine import Value, grad
from micrograd_tut.errors import InputError
from micrograd_tut.ops import dot
from micrograd_tut.support.validation import as_list, to_float

Output = Value | Callable[..., Value]
Outputs = Iterable[Value] | Callable[..., Iterable[Value]]
Inputs = Iterable[Value | SupportsFloat]


def jacobian(ys: Outputs, xs: Inputs, create_graph: bool = False) -> list[list[Any]]:
    """The derivatives of several outputs, each with respect to each of several inputs.

    Args:
        ys: The m outputs, Values; or a function of n Values that returns a list of m.
        xs: The n inputs: Values of the graph; or for a function also numbers.
        create_graph: Return Values instead of floats, so that they can be differentiated again.

    Returns:
        m rows, one per output, of n floats (or Values), one per input.

    Raises:
        InputError: `ys` or `xs` is not a list of Values.
        StaleGraphError, NotFiniteError, DomainError: as for `Value.backward`.
    """
    outputs, inputs = _evaluated("jacobian", ys, xs)
    if isinstance(outputs, Value):
        raise InputError(
            "jacobian needs a list of outputs: jacobian([y1, y2], xs); got one Value. For one "
            "output use mg.grad(y, xs)"
        )
    outputs = _values("jacobian", as_list("jacobian", outputs))
    return [grad(y, inputs, create_graph) for y in outputs]


def hessian(y: Output, xs: Inputs, create_graph: bool = False) -> list[list[Any]]:
    """The second derivatives of one output, with respect to each pair of several inputs.

    Args:
        y: The output, a Value; or a function of n Values that returns it.
        xs, create_graph: As for `jacobian`.

    Returns:
        n rows of n floats (or Values): in row i and column j the derivative with respect to
        input i, then j.

    Raises:
        InputError: `y` is not a Value, or `xs` is not a list of Values.
        StaleGraphError, NotFiniteError, DomainError: as for `Value.backward`.
    """
    output, inputs = _evaluated("hessian", y, xs)
    _check_output("hessian(y, xs)", output)
    return jacobian(grad(output, inputs, create_graph=True), inputs, create_graph)


def hvp(y: Output, xs: Inputs, v: Iterable[SupportsFloat], create_graph: bool = False) -> list[Any]:
    """The Hessian of one output times a vector, at the cost of two gradients.

    The Hessian, which has n * n numbers, is never computed: the product is the gradient of the
    slope along `v`. Source: B. A. Pearlmutter 1994, "Fast exact multiplication by the Hessian",
    Neural Computation 6(1).

    Args:
        y, xs, create_graph: As for `hessian`.
        v: The vector, n numbers.

    Returns:
        n floats (or Values).

    Raises:
        InputError: `v` does not have one number per input; or as for `hessian`.
        StaleGraphError, NotFiniteError, DomainError: as for `Value.backward`.

    >>> x, y = Value(2.0), Value(3.0)
    >>> hvp(x * x * y, [x, y], [1.0, 10.0])
    [46.0, 4.0]
    """
    output, inputs = _evaluated("hvp", y, xs)
    _check_output("hvp(y, xs, v)", output)
    vector = [to_float(x) for x in as_list("hvp", v)]
    if len(vector) != len(inputs):
        raise InputError(
            f"hvp(y, xs, v) needs one number in v per input; got {len(vector)} numbers and "
            f"{len(inputs)} inputs"
        )
    return grad(dot(grad(output, inputs, create_graph=True), vector), inputs, create_graph)


def _evaluated(name: str, y: Any, xs: Inputs) -> tuple[Any, list[Value]]:
    """The output and the inputs; a function is called."""
    if not callable(y):
        return y, _values(name, as_list(name, xs))
    inputs = [x if isinstance(x, Value) else Value(x) for x in as_list(name, xs)]
    return y(*inputs), inputs


def _values(name: str, values: Sequence[Any]) -> list[Value]:
    for v in values:
        if not isinstance(v, Value):
            raise InputError(
                f"{name} needs lists of Values; {v!r} is not a Value. Make it one before the "
                f"output is computed: mg.Value({v!r}); or pass a function and numbers: "
                f"mg.{name}(f, [2.0, 3.0])"
            )
    if not values:
        raise InputError(f"{name} needs at least one Value in each list; got an empty list")
    return list(values)


def _check_output(call: str, y: Any) -> None:
    if not isinstance(y, Value):
        raise InputError(
            f"{call} needs one output y, a Value; got {y!r}. For several outputs use "
            f"mg.jacobian(ys, xs)"
        )
