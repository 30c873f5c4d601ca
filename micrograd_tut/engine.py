"""`Value`: a number that remembers how it was computed, and can tell its derivatives.

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> y = a * b + a
>>> y.backward()
>>> a.grad, b.grad
(-2.0, 2.0)

Each operation is noted with its inputs by `record`. How the gradient is then found, by a walk
over the graph and the chain rule at each node, is in `chain.py`; what each operation computes
and what its derivatives are, in the table in `ops.py`.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, KeysView
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, SupportsFloat

from micrograd_tut import ops
from micrograd_tut.chain import (
    added,
    check_fresh,
    flows,
    formula,
    local_derivatives,
    name_of,
    propagate,
    propagate_with_care,
    topological,
)
from micrograd_tut.errors import InputError
from micrograd_tut.ops.methods import Functions
from micrograd_tut.support.modes import during, ieee
from micrograd_tut.support.numbers import exact

_new: Any = object.__new__  # makes a bare Value; `made_by` puts another function in its place


class Value(Functions):
    """One number in a computation graph.

    Args:
        data: The number: bool, int, float, a NumPy scalar, a Fraction, or an array of size 1.
        label: A name for drawings and messages.

    Attributes:
        data: The number, a float. Assign to it to change a leaf.
        grad: The derivative of the last output differentiated, per unit of this Value. It adds
            up in leaves from one `backward` to the next; elsewhere it is of the last one.
        label: The name.
        op: The row of the table that made it, or None for a leaf.

    Threads that build their own graphs never disturb each other. Where they share a leaf,
    `backward` in two of them at once may lose an addition to its `grad`: give each thread its
    own leaves, or use `mg.grad`, which touches no `grad`.

    Raises:
        NumberTypeError: `data` is not one real number (a TypeError).
        NotFiniteError: `data` is an int too large for a float (an OverflowError).
    """

    # A node with one or two inputs keeps them in _a and _b, and in _x and _y the numbers that
    # they had when it was recorded. A node with more keeps a tuple in _a and one in _x.
    # That is two objects fewer for each + and *, which is half the time and half the memory.
    __slots__ = ("_a", "_b", "_x", "_y", "data", "grad", "label", "op")

    data: float
    grad: float
    label: str
    op: ops.Op | None
    _a: Any
    _b: Value
    _x: Any
    _y: float

    takes_gradient = True
    known = True  # False where its number differs from example to example, as in `mg.compile`
    __array_ufunc__ = None  # array * value asks Value, instead of making an array of objects

    def __init__(self, data: SupportsFloat, label: str = "") -> None:
        self.data = ops.to_float(data)
        self.grad = 0.0
        self.label = label
        self.op = None

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    # --- The graph ---

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The Values that this one was computed from, in order, repeats kept; () for a leaf."""
        op = self.op
        if op is None:
            return ()
        if op.arity == 2:
            return self._a, self._b
        return (self._a,) if op.arity == 1 else self._a

    @property
    def recorded(self) -> tuple[float, ...]:
        """The numbers that the inputs had when this Value was computed."""
        op = self.op
        if op is None:
            return ()
        if op.arity == 2:
            return self._x, self._y
        return (self._x,) if op.arity == 1 else self._x

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
        refresh([node for node in topological(self) if node.op])
        return self

    # --- Backpropagation ---

    def backward(self) -> None:
        """Add the derivative of this Value by each leaf to the leaf's `grad`.

        Inner nodes get theirs for this pass alone.

        Raises:
            StaleGraphError: an input has changed since the graph was recorded.
            NotFiniteError: a gradient is too large for a float.
            No gradient is changed then.
        """
        order = topological(self)
        before = [node.grad for node in order]
        try:
            for node in order:
                if node.op:
                    node.grad = 0.0
            self.grad = 1.0 if self.op else self.grad + 1.0
            try:
                propagate(order)
            except (ArithmeticError, ValueError):  # a local derivative is inf or nan
                propagate_with_care(self, order, before)
            else:
                if sum([node.grad for node in order]) * 0.0 != 0.0:  # an inf or nan among them
                    propagate_with_care(self, order, before)
        except BaseException:
            for node, grad in zip(order, before, strict=True):
                node.grad = grad
            raise

    def _backward(self) -> None:  # micrograd's name: one step of the chain rule, by hand
        for v, _, flow in flows(self, self.grad):
            v.grad += flow

    # --- Operators ---

    # + and * do by themselves what `record` does: a net by hand is made of little else, and so
    # they take a third of the time.

    def __add__(self, other: Any) -> Value:  # self + other
        if not isinstance(other, Value):
            if type(other) is not float and type(other) is not int:
                return _mixed(ops.add, self, other)
            other = constant(other)
        x, y = self.data, other.data
        if type(x) is not float or type(y) is not float:  # an int or a NumPy number was assigned
            return record(ops.add, (self, other))
        out: Value = _new(Value)
        out.op = ops.add
        out._a = self
        out._b = other
        out._x = x
        out._y = y
        out.data = data = x + y
        out.grad = 0.0
        out.label = ""
        if data - data:  # inf or nan
            evaluate(ops.add, (self, other), (x, y))
        return out

    def __radd__(self, other: Any) -> Value:  # other + self
        if type(other) is int and other == 0:  # where the built-in sum() starts
            return self
        return _mixed(ops.add, other, self)

    def __mul__(self, other: Any) -> Value:  # self * other
        if not isinstance(other, Value):
            if type(other) is not float and type(other) is not int:
                return _mixed(ops.mul, self, other)
            other = constant(other)
        x, y = self.data, other.data
        if type(x) is not float or type(y) is not float:  # an int or a NumPy number was assigned
            return record(ops.mul, (self, other))
        out: Value = _new(Value)
        out.op = ops.mul
        out._a = self
        out._b = other
        out._x = x
        out._y = y
        out.data = data = x * y
        out.grad = 0.0
        out.label = ""
        if data - data:  # inf or nan
            evaluate(ops.mul, (self, other), (x, y))
        return out

    def __rmul__(self, other: Any) -> Value:  # other * self
        return _mixed(ops.mul, other, self)

    def __sub__(self, other: Any) -> Value:  # self - other
        return _mixed(ops.sub, self, other)

    def __rsub__(self, other: Any) -> Value:  # other - self
        return _mixed(ops.sub, other, self)

    def __truediv__(self, other: Any) -> Value:  # self / other
        return _mixed(ops.div, self, other)

    def __rtruediv__(self, other: Any) -> Value:  # other / self
        return _mixed(ops.div, other, self)

    def __pow__(self, other: Any) -> Value:  # self ** other
        return _mixed(ops.pow, self, other)

    def __rpow__(self, other: Any) -> Value:  # other ** self
        return _mixed(ops.pow, other, self)

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
        return float(self.data)

    def __format__(self, form: str) -> str:  # f"{self:.3f}"
        return format(self.data, form) if form else repr(self)

    # --- What the rows call, and copies ---

    def _apply_op(self, op: ops.Op, inputs: tuple[Any, ...]) -> Value:
        return record(op, tuple([v if isinstance(v, Value) else constant(v) for v in inputs]))

    def _applied(self, op: ops.Op, *others: Any) -> Any:
        return _mixed(op, self, *others) if others else record(op, (self,))

    def __copy__(self) -> Value:
        twin: Value = object.__new__(type(self))
        _restore(twin, self)
        if self.op:
            twin.op = self.op
            _keep(twin, self.inputs, self.recorded)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        for node in topological(self):
            if id(node) not in memo:
                memo[id(node)] = twin = node.__copy__()
                if node.op:
                    _keep(twin, tuple(memo[id(v)] for v in node.inputs), node.recorded)
        copied: Value = memo[id(self)]
        return copied

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not self.op:
            return super().__reduce_ex__(max(2, protocol))
        order = topological(self)  # outputs that are pickled together share no more than leaves
        place = {node: i for i, node in enumerate(order)}
        rows = [
            (v.op, [place[i] for i in v.inputs], v.recorded, v.data, v.grad, v.label) if v.op else v
            for v in order
        ]
        return _unpickled, (rows,)


class Constant(Value):
    """A number written in an expression, such as the 2 in ``2 * a``; it takes no gradient."""

    __slots__ = ()
    takes_gradient = False

    @property
    def grad(self) -> float:
        """Always 0; setting it does nothing."""
        return 0.0

    @grad.setter
    def grad(self, grad: float) -> None:
        pass


# --- Recording ------------------------------------------------------------------------------


def record(op: ops.Op, inputs: tuple[Value, ...]) -> Value:
    """Apply a row of the table to Values, and note it.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: finite inputs give no finite result.
    """
    out: Value = _new(Value)
    out.op = op
    out.grad = 0.0
    out.label = ""
    numbers: tuple[float, ...]
    if op.arity == 1:  # as in _keep, without the call
        out._a = a = inputs[0]
        x = a.data
        out._x = x = x if type(x) is float else ops.to_float(x)
        numbers = (x,)
    else:
        numbers = tuple([v.data for v in inputs])
        if not _plain(numbers):
            numbers = tuple(map(ops.to_float, numbers))
        if op.arity is None:
            out._a, out._x = inputs, numbers
        else:
            _keep(out, inputs, numbers)
    try:
        data = op.forward(*numbers)
    except (ArithmeticError, ValueError):
        data = math.nan
    if type(data) is not float or data - data:  # an int, inf or nan
        data = evaluate(op, inputs, numbers)
    out.data = data
    return out


def constant(number: object) -> Constant:
    """A number as a `Constant`; quicker than its constructor.

    Raises:
        NumberTypeError, NotFiniteError: as for `Value`.
    """
    leaf: Constant = object.__new__(Constant)
    leaf.data = number if type(number) is float else ops.to_float(number)
    leaf.label = ""
    leaf.op = None
    return leaf


def refresh(order: Iterable[Value]) -> None:
    """Evaluate nodes again, given in an order in which inputs come before what they feed.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: as for `record`. Nothing is changed then.
    """
    fresh: dict[Value, tuple[float, tuple[float, ...]]] = {}
    for node in order:
        xs = tuple([fresh[v][0] if v in fresh else ops.to_float(v.data) for v in node.inputs])
        fresh[node] = evaluate(node.op, node.inputs, xs), xs  # type: ignore[arg-type]
    for node, (data, xs) in fresh.items():
        node.data = data
        _keep(node, node.inputs, xs)


def evaluate(op: ops.Op, inputs: tuple[Value, ...], numbers: tuple[float, ...]) -> float:
    """The value of a row on numbers; `inputs` are the Values to name if it goes wrong."""
    return op.evaluate(numbers, lambda: [name_of(v) for v in inputs])


def _mixed(op: ops.Op, *inputs: Any) -> Value:
    """Apply a row to Values and plain numbers; a number becomes a `Constant`."""
    values = []
    for v in inputs:
        if not isinstance(v, Value):
            if hasattr(v, "_apply_op"):  # another reading of the table: let it have its way
                return NotImplemented  # type: ignore[no-any-return]
            v = constant(v)
        values.append(v)
    return record(op, tuple(values))


def _keep(node: Value, inputs: tuple[Value, ...], numbers: tuple[float, ...]) -> None:
    """Note in a node what it was computed from."""
    arity = node.op.arity  # type: ignore[union-attr]
    if arity == 2:
        node._a, node._b = inputs
        node._x, node._y = numbers
    elif arity == 1:
        (node._a,), (node._x,) = inputs, numbers
    else:
        node._a, node._x = inputs, numbers


def _plain(numbers: tuple[float, ...]) -> bool:
    """Whether none is of NumPy's kind, which computes in ways of its own, or a huge int."""
    try:
        return type(sum(numbers, 0.0)) is float
    except OverflowError:
        return False


def _number(other: object) -> float:
    return float(other) if isinstance(other, Value) else ops.to_float(other)


# --- Derivatives ------------------------------------------------------------------------------


def grad(y: Value, xs: Iterable[Value], create_graph: bool = False) -> list[Any]:
    """The derivatives of `y` by each of `xs`; no `.grad` is touched.

    Args:
        y: The output.
        xs: Leaves or inner nodes of its graph.
        create_graph: Give Values, which can be differentiated again.

    Returns:
        A list, one float (or Value) per x; 0 where `y` does not depend on it.

    Raises:
        InputError: `xs` is no list of Values, or `y` is no Value.
        StaleGraphError, NotFiniteError: as for `Value.backward`.

    >>> x = Value(3.0)
    >>> (slope,) = grad(x**3, [x], create_graph=True)
    >>> slope.data, grad(slope, [x])
    (27.0, [18.0])
    """
    if isinstance(xs, Value) or not isinstance(xs, Iterable):
        raise InputError("grad takes a list of Values: grad(y, [x])")
    if not create_graph and isinstance(y, Value):
        float(y)  # floats can be given only where there are numbers
    xs = list(xs)
    for x in xs:
        if not isinstance(x, Value):
            raise InputError(f"grad takes a list of Values; {x!r} is none")
    order = topological(y)
    depends = set(xs)
    for node in order:
        if any(v in depends for v in node.inputs):
            depends.add(node)
    gradient: dict[Value, Any] = {y: Constant(1.0) if create_graph else 1.0}
    for node in reversed(order):
        if node not in gradient or node not in depends:
            check_fresh(node)  # what others multiply by may come from here
            continue
        for v, _, flow in flows(node, gradient[node], depends):
            if v not in gradient:
                gradient[v] = flow
            elif isinstance(flow, Value):
                added(node, v, gradient[v].data, flow.data)
                with ieee():
                    gradient[v] = gradient[v] + flow
            else:
                gradient[v] = added(node, v, gradient[v], flow)
    nothing = Constant(0.0) if create_graph else 0.0
    return [gradient.get(x, nothing) for x in xs]


def zero_grad(y: Value) -> None:
    """Set every `grad` in the graph of `y` to 0."""
    for node in topological(y):
        node.grad = 0.0


# --- Who makes the Values --------------------------------------------------------------------


_maker: ContextVar[Callable[[type[Value]], Value]] = ContextVar("maker", default=object.__new__)
_makers = 0  # how many `made_by` blocks are open, over all threads
_makers_lock = threading.Lock()


@contextmanager
def made_by(maker: Callable[[type[Value]], Value]) -> Iterator[None]:
    """Inside, ``maker(Value)`` makes each Value that an operation records.

    It holds for this thread or task alone; outside it costs nothing.
    """
    global _new, _makers
    with _makers_lock:
        _makers += 1
        _new = _new_by_maker
    try:
        with during(_maker, maker):
            yield
    finally:
        with _makers_lock:
            _makers -= 1
            if not _makers:
                _new = object.__new__


def _new_by_maker(kind: type[Value]) -> Value:
    return _maker.get()(kind)


# --- Copies ---------------------------------------------------------------------------------


def _restore(twin: Value, v: Value) -> None:
    for kind in type(v).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            if not slot.startswith("_") and hasattr(v, slot):
                setattr(twin, slot, getattr(v, slot))


def _unpickled(rows: list[Any]) -> Value:
    nodes: list[Value] = []
    for row in rows:
        if isinstance(row, Value):
            nodes.append(row)
            continue
        node: Value = object.__new__(Value)
        node.op, places, numbers, node.data, node.grad, node.label = row
        _keep(node, tuple(nodes[i] for i in places), numbers)
        nodes.append(node)
    return nodes[-1]


__all__ = [
    "Constant",
    "Value",
    "check_fresh",
    "constant",
    "evaluate",
    "flows",
    "formula",
    "grad",
    "ieee",
    "local_derivatives",
    "name_of",
    "record",
    "refresh",
    "topological",
    "zero_grad",
]
