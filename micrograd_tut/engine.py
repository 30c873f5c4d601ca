"""`Value`: a number that remembers how it was computed, and can find its derivatives.

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> y = a * b + a
>>> y.backward()
>>> a.grad, b.grad
(-2.0, 2.0)

Each operation on Values is recorded as a new Value, a node of the computation graph, which keeps
the operation and its inputs. Backpropagation walks from the output back to the leaves and applies
the chain rule at every edge. What each operation computes, and its partial derivatives, is in
`ops`; what happens when a number is not finite, in `diagnostics`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, KeysView
from contextvars import ContextVar
from typing import Any, SupportsFloat

from micrograd_tut import diagnostics, ops
from micrograd_tut.errors import InputError
from micrograd_tut.ops.methods import Methods
from micrograd_tut.support.modes import ieee as ieee
from micrograd_tut.support.numbers import exact
from micrograd_tut.support.validation import to_float


class Value(Methods):
    """One number in a computation graph.

    Args:
        data: The number: bool, int, float, a NumPy scalar, a Fraction, or an array of size 1.
        label: A name for drawings and messages.

    Attributes:
        data: The number, a float. Assign to it to change a leaf; what is assigned is checked.
        grad: The derivative of the output of the last `backward` with respect to this Value. It
            accumulates in leaves from one `backward` to the next.
        label: The name.
        op: The operation that computed it, or None for a leaf.

    Threads that build their own graphs never disturb each other. If they share a leaf,
    `backward` in two of them at once may lose an addition to its `grad`: give each thread its
    own leaves, or use `mg.grad`, which touches no `grad`.

    Raises:
        NumberTypeError: `data` is not one real number (a TypeError).
        NotFiniteError: `data` is an int too large for a float (an OverflowError).
    """

    # Two inputs are kept in _a and _b; any other number of them as a tuple in _a, with _b None.
    # A tuple less for each + and * saves half of their time and memory. `inputs` hides it.
    __slots__ = ("_a", "_b", "_data", "grad", "label", "op")

    grad: float
    label: str
    op: ops.Op | None
    _a: Any
    _b: Value | None
    _data: float

    requires_grad = True
    __array_ufunc__ = None  # array * value asks Value, instead of making an array of objects

    def __init__(self, data: SupportsFloat, label: str = "") -> None:
        self.data = data
        self.grad = 0.0
        self.label = label
        self.op = None
        self._a, self._b = (), None

    @property
    def data(self) -> float:
        """The number."""
        return self._data

    @data.setter
    def data(self, data: SupportsFloat) -> None:
        self._data = data if type(data) is float else to_float(data)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    # --- The graph ---

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The Values that this one was computed from, in order, repeats kept; () for a leaf."""
        a, b = self._a, self._b
        return a if b is None else (a, b)

    @property
    def _prev(self) -> KeysView[Value]:  # micrograd's name: the inputs as a set, in order
        return dict.fromkeys(self.inputs).keys()

    @property
    def _op(self) -> str:  # micrograd's name: the operation as a short text
        if self.op is ops.pow and isinstance(self._b, Constant):
            return f"**{exact(self._b.data)}"
        return self.op.symbol if self.op else ""

    def forward(self) -> Value:
        """Evaluate the recorded graph again, after leaves have changed; returns this Value.

        Raises:
            DomainError, DivisionByZeroError, NotFiniteError: as when it was recorded. Nothing
                is changed then.
        """
        reevaluate([node for node in topological(self) if node.op])
        return self

    # --- Backpropagation ---

    def backward(self) -> None:
        """Add the derivative of this Value with respect to each leaf to the leaf's `grad`.

        The `grad` of every other node is set to its derivative in this pass.

        Raises:
            StaleGraphError: numbers have changed since the graph was recorded.
            NotFiniteError: a gradient is too large for a float.
            No gradient is changed then.
        """
        order = topological(self)
        gradient = {v: v.grad for v in order if v.op is None}  # leaves add to what they hold
        gradient = backpropagate(order, gradient | {self: gradient.get(self, 0.0) + 1.0})
        set_grads(order, [gradient.get(v, 0.0) for v in order])

    def _backward(self) -> None:  # micrograd's name: the chain rule at this node, by hand
        for edge in chain_rule([self], {self: self.grad}):
            edge.input.grad += edge.product

    # --- Operators ---

    def __add__(self, other: Any) -> Value:  # self + other
        return binary(ops.add, self, other)

    def __radd__(self, other: Any) -> Value:  # other + self
        if type(other) is int and other == 0:  # where the built-in sum() starts
            return self
        return binary(ops.add, other, self)

    def __mul__(self, other: Any) -> Value:  # self * other
        return binary(ops.mul, self, other)

    def __rmul__(self, other: Any) -> Value:  # other * self
        return binary(ops.mul, other, self)

    def __sub__(self, other: Any) -> Value:  # self - other
        return binary(ops.sub, self, other)

    def __rsub__(self, other: Any) -> Value:  # other - self
        return binary(ops.sub, other, self)

    def __truediv__(self, other: Any) -> Value:  # self / other
        return binary(ops.div, self, other)

    def __rtruediv__(self, other: Any) -> Value:  # other / self
        return binary(ops.div, other, self)

    def __pow__(self, other: Any) -> Value:  # self ** other
        return binary(ops.pow, self, other)

    def __rpow__(self, other: Any) -> Value:  # other ** self
        return binary(ops.pow, other, self)

    def __neg__(self) -> Value:  # -self
        return record(ops.neg, (self,))

    def __pos__(self) -> Value:  # +self
        return self

    def __abs__(self) -> Value:  # abs(self)
        return record(ops.abs, (self,))

    # Comparisons look at the data. == stays identity, so that Values can be kept in sets.

    def __lt__(self, other: Any) -> bool:  # self < other
        return self.data < _number(other)

    def __le__(self, other: Any) -> bool:  # self <= other
        return self.data <= _number(other)

    def __gt__(self, other: Any) -> bool:  # self > other
        return self.data > _number(other)

    def __ge__(self, other: Any) -> bool:  # self >= other
        return self.data >= _number(other)

    def __float__(self) -> float:  # float(self)
        return self.data

    def __format__(self, form: str) -> str:  # f"{self:.3f}"
        return format(self.data, form) if form else repr(self)

    def _apply_op(self, op: ops.Op, inputs: tuple[Any, ...]) -> Value:
        return record(op, tuple([v if isinstance(v, Value) else constant(v) for v in inputs]))


class Constant(Value):
    """A number written in an expression, such as the 2 in ``2 * a``; it takes no gradient."""

    __slots__ = ()
    requires_grad = False

    @property
    def grad(self) -> float:
        """Always 0; setting it does nothing."""
        return 0.0

    @grad.setter
    def grad(self, grad: float) -> None:
        pass


# --- Recording ------------------------------------------------------------------------------


node_type: ContextVar[type[Value]] = ContextVar("node_type", default=Value)
"""The class of the Values that operations record, for this thread or task."""


def binary(op: ops.Op, a: Any, b: Any) -> Value:
    """Apply an operation to two Values, or to a Value and a number, and record it.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: finite inputs give no finite result.
    """
    if not isinstance(b, Value):
        if hasattr(b, "_apply_op"):  # a Symbol or an array: its own operators do this
            return NotImplemented  # type: ignore[no-any-return]
        b = constant(b)
    if not isinstance(a, Value):
        a = constant(a)
    kind = node_type.get()
    out = kind.__new__(kind)
    out.op, out._a, out._b, out.grad, out.label = op, a, b, 0.0, ""
    try:
        out._data = data = op.forward(a._data, b._data)
        if type(data) is float and math.isfinite(data):
            return out
    except (ArithmeticError, ValueError):
        pass
    out._data = evaluate(out)
    return out


def record(op: ops.Op, inputs: tuple[Value, ...]) -> Value:
    """Apply an operation to Values, and record it.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: finite inputs give no finite result.
    """
    if len(inputs) == 2:
        return binary(op, *inputs)
    kind = node_type.get()
    out = kind.__new__(kind)
    out.op, out._a, out._b, out.grad, out.label = op, inputs, None, 0.0, ""
    try:
        out._data = data = op.forward(*[v._data for v in inputs])
        if type(data) is float and math.isfinite(data):
            return out
    except (ArithmeticError, ValueError):
        pass
    out._data = evaluate(out)
    return out


def constant(number: object) -> Constant:
    """A number as a `Constant`; faster than its constructor.

    Raises:
        NumberTypeError, NotFiniteError: as for `Value`.
    """
    leaf = Constant.__new__(Constant)
    leaf._data = number if type(number) is float else to_float(number)
    leaf.label, leaf.op, leaf._a, leaf._b = "", None, (), None
    return leaf


def evaluate(node: Value, numbers: Iterable[float] | None = None) -> float:
    """What a node evaluates to, for the current data of its inputs or for given numbers.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: finite numbers give no finite result.
    """
    assert node.op
    inputs = node.inputs
    xs = [v._data for v in inputs] if numbers is None else list(numbers)
    return node.op.evaluate(xs, lambda: [diagnostics.name_of(v) for v in inputs])


def reevaluate(order: Iterable[Value]) -> None:
    """Evaluate nodes again, given in topological order.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: as for `record`. Nothing is changed then.
    """
    fresh: dict[Value, float] = {}
    for node in order:
        fresh[node] = evaluate(node, [fresh.get(v, v._data) for v in node.inputs])
    set_data(fresh, fresh.values())


def set_data(values: Iterable[Value], numbers: Iterable[float]) -> None:
    """Write floats into the `data` of Values: all, or none if an interrupt (Ctrl-C) is first."""
    deque(map(write_data, values, numbers), maxlen=0)


def set_grads(values: Iterable[Value], numbers: Iterable[float]) -> None:
    """Write floats into the `grad` of Values, all or none."""
    deque(map(write_grad, values, numbers), maxlen=0)


# Python looks for an interrupt only between steps of its own code, and here it runs none.
write_data: Callable[[Value, float], None] = Value._data.__set__  # type: ignore[attr-defined]
write_grad: Callable[[Value, float], None] = Value.grad.__set__  # type: ignore[attr-defined]


def _number(other: object) -> float:
    return other.data if isinstance(other, Value) else to_float(other)


# --- The chain rule -------------------------------------------------------------------------


def topological(root: Value, stop_at: Iterable[Value] = ()) -> list[Value]:
    """Every Value of a graph once, inputs before the nodes that use them, always in one order.

    It does not go beyond the Values in `stop_at`, and leaves them out.

    No recursion, so the depth of a graph is not limited. Source: depth-first search, Cormen et
    al., Introduction to Algorithms, section "Topological sort".

    Raises:
        InputError: `root` is not a Value.
    """
    if not isinstance(root, Value):
        raise InputError(
            f"this takes one Value, the output of a graph; got {root!r}. Of a list, pass one "
            f"element, such as outputs[0]"
        )
    order: list[Value] = []
    seen = set(stop_at)
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:  # all inputs of the node below are listed
            order.append(stack.pop())
        elif node not in seen:
            seen.add(node)
            below = []
            for v in node.inputs:
                if v in seen:
                    continue
                if v.op:
                    below.append(v)
                else:
                    seen.add(v)
                    order.append(v)
            if below:
                stack += [node, None, *reversed(below)]  # the first input is listed first
            else:
                order.append(node)
    return order


def edges(
    order: list[Value],
    gradient: dict[Value, Any],
    wanted: Container[Value] | None = None,
    careful: bool = False,
    as_values: bool = False,
) -> Iterator[tuple[Value, Value, Any, Any]]:
    """Every edge of a graph, from the output back, with the two factors of the chain rule.

    Args:
        order: The graph in topological order.
        gradient: The gradients so far. The caller adds ``upstream * local`` to that of `input`
            before it asks for the next edge.
        wanted: The only Values that need a gradient. By default all but constants.
        careful: Whether partial derivatives may be inf or nan; else these raise an exception.
        as_values: Whether partial derivatives are Values, which can be differentiated again.

    Yields:
        A node, one of its inputs, the gradient with respect to the node (``upstream``), and the
        partial derivative of the node with respect to the input (``local``). Nodes whose
        gradient is 0 are left out.

    Raises:
        StaleGraphError: a node no longer holds what it evaluates to.
    """
    for node in reversed(order):
        op = node.op
        if op is None:
            continue
        inputs = node.inputs
        numbers = [v._data for v in inputs]
        value = op.evaluate_ieee(numbers) if careful else op.forward(*numbers)
        if value != node._data:
            diagnostics.check_fresh(node, value)
        upstream = gradient.get(node)
        if upstream is None or (type(upstream) is float and upstream == 0.0):
            continue
        if wanted is None:
            needed = [v.requires_grad for v in inputs]
        else:
            needed = [v.requires_grad and v in wanted for v in inputs]
        if careful:
            partials = diagnostics.careful_partials(node, needed, as_values, Value)
        else:
            partials = op.partials_at(numbers, value, needed)
        for v, need, local in zip(inputs, needed, partials, strict=True):
            if need:
                yield node, v, upstream, local


def backpropagate(order: list[Value], start: dict[Value, float]) -> dict[Value, float]:
    """The gradient with respect to every Value of a graph, added to those in `start`."""
    gradient = dict(start)
    try:
        for _, v, upstream, local in edges(order, gradient):
            gradient[v] = gradient.get(v, 0.0) + upstream * local
        if math.isfinite(sum(gradient.values())):
            return gradient
    except (ArithmeticError, ValueError):  # a partial derivative is inf or nan
        pass
    gradient = dict(start)
    for _ in chain_rule(order, gradient):
        pass
    return gradient


def chain_rule(
    order: list[Value],
    gradient: dict[Value, Any],
    wanted: Container[Value] | None = None,
    as_values: bool = False,
) -> Iterator[diagnostics.Edge]:
    """Backpropagation, one use of the chain rule after another, with care for inf and nan.

    Args: as for `edges`; the products are added to `gradient` here.

    Raises:
        StaleGraphError: a node no longer holds what it evaluates to.
        NotFiniteError: a gradient is too large for a float.
    """
    return diagnostics.careful(edges(order, gradient, wanted, True, as_values), gradient)


def local_derivatives(node: Value, as_values: bool = False) -> list[Any]:
    """The partial derivative of a node with respect to each input; None for constants.

    Args:
        node: A Value with inputs.
        as_values: Give Values, which can be differentiated again, instead of floats.
    """
    needed = [v.requires_grad for v in node.inputs]
    return diagnostics.careful_partials(node, needed, as_values, Value)


def grad(y: Value, xs: Iterable[Value], create_graph: bool = False) -> list[Any]:
    """The derivatives of `y` with respect to each of `xs`; no `.grad` is touched.

    Args:
        y: The output.
        xs: Leaves or intermediate nodes of its graph.
        create_graph: Give Values, which can be differentiated again.

    Returns:
        A list, one float (or Value) per x; 0 if `y` does not depend on it.

    Raises:
        InputError: `xs` is not a list of Values, or `y` is not a Value.
        StaleGraphError, NotFiniteError: as for `Value.backward`.

    >>> x = Value(3.0)
    >>> (slope,) = grad(x**3, [x], create_graph=True)
    >>> slope.data, grad(slope, [x])
    (27.0, [18.0])
    """
    if isinstance(xs, Value) or not isinstance(xs, Iterable):
        raise InputError("grad needs a list of Values: grad(y, [x])")
    xs = list(xs)
    for x in xs:
        if not isinstance(x, Value):
            raise InputError(f"grad needs a list of Values; {x!r} is not a Value")
    order = topological(y)
    if not create_graph:
        float(y)  # a float can be given only if there is a number
    wanted = set(xs)
    for node in order:
        if any(v in wanted for v in node.inputs):
            wanted.add(node)
    gradient: dict[Value, Any] = {y: 1.0} if y in wanted else {}
    for _ in chain_rule(order, gradient, wanted, create_graph):
        pass
    found = [gradient.get(x, 0.0) for x in xs]
    return [constant(g) if isinstance(g, float) else g for g in found] if create_graph else found


def zero_grad(y: Value) -> None:
    """Set every `grad` in the graph of `y` to 0."""
    order = topological(y)
    set_grads(order, [0.0] * len(order))
