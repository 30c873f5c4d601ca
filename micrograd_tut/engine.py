"""`Value`: a number that remembers how it was computed and can compute its derivatives.

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> y = a * b + a
>>> y.backward()
>>> a.grad, b.grad
(-2.0, 2.0)

Each operation on Values is recorded as a new Value, a node of the computation graph, which keeps
the operation and its inputs. Backpropagation goes from the output back to the leaves and applies
the chain rule at every edge. What each operation computes, and its partial derivatives, is in
`ops`; what happens when a number on the way back is not finite, in `chain_rule`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, KeysView, Sequence
from contextvars import ContextVar
from functools import partial
from itertools import filterfalse, repeat
from math import isfinite
from typing import Any, ClassVar, SupportsFloat

from micrograd_tut import ops
from micrograd_tut.chain_rule import chain_rule
from micrograd_tut.diagnostics import name_of, sources_of
from micrograd_tut.errors import InputError, NotFiniteError, NumberTypeError
from micrograd_tut.interop import Interop
from micrograd_tut.ops.by_hand import ByHand, operation_by_hand
from micrograd_tut.ops.methods import Methods
from micrograd_tut.support.numbers import exact
from micrograd_tut.support.validation import to_float


class Value(Methods, Interop):
    """One number in a computation graph.

    Args:
        data: The number: bool, int, float, a NumPy scalar, a Fraction, or an array of size 1.
        label: A name for drawings and messages. In micrograd's order the Values that it was
            computed from, for an operation written by hand: ``Value(data, children, op, label)``.
        op: The symbol of such an operation; or its partial derivatives, one number per child.

    Attributes:
        data: The number, a float. Assign to it to change a leaf; what is assigned is checked.
        grad: The gradient: the derivative of the output with respect to this Value. In leaves it
            accumulates over calls of `backward` until `zero_grad`; in other nodes each call
            overwrites it.
        label: The name.
        op: The operation that computed it, or None for a leaf.

    Threads that build their own graphs never disturb each other. If they share a leaf,
    `backward` in two of them at once may lose an addition to its `grad`: give each thread its
    own leaves, or use `mg.grad`, which touches no `grad`.

    Raises:
        NumberTypeError: `data` is not one real number (a TypeError).
        NotFiniteError: `data` is an int too large for a float (an OverflowError).
        InputError: `label` is not text.
    """

    # The inputs of an operation with two are in _a and _b; of any other in a tuple in _a, with _b
    # None: without a tuple, + and * take half the time and memory. For the same reason the 2.0 of
    # 2.0 * a stays a float there until somebody asks for `inputs`, which hides all this.
    __slots__ = ("_a", "_b", "_data", "_label", "_order", "grad", "op")

    grad: float
    op: ops.Op | None
    _a: Any
    _b: Any
    _data: float
    _label: str
    _tracked: ClassVar[bool] = True
    _is_known: ClassVar[bool] = True  # False while a function is traced without numbers
    _order: list[Value]  # set by `forward`: the graph below this Value, see `topological`

    def __init__(
        self,
        data: SupportsFloat,
        label: str | Iterable[Value] = "",
        op: str | Iterable[float] = "",
        name: str = "",
    ) -> None:
        self.data = data
        self.grad = 0.0
        self.op = None
        self._a, self._b = (), None
        if isinstance(label, (tuple, list, set, frozenset)):
            self.label = name
            self._a = tuple(label)
            self.op = operation_by_hand(self, self._a, op)
        else:
            self.label = label  # type: ignore[assignment]  # the setter refuses anything else

    @property
    def data(self) -> float:
        """The number."""
        return self._data

    @data.setter
    def data(self, data: SupportsFloat) -> None:
        self._data = data if type(data) is float else to_float(data)

    @property
    def label(self) -> str:
        """The name, for drawings and messages."""
        return self._label

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise InputError(f"a label is text, such as label='a'; got {label!r}")
        self._label = label

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient is computed for it: for every Value but a `Constant`.

        Setting it raises InputError, which says how to leave a Value out.
        """
        return self._tracked

    @requires_grad.setter
    def requires_grad(self, _: bool) -> None:
        raise InputError(
            "requires_grad cannot be set. To stop the gradient, use x.detach() in place of x; to "
            "keep a parameter as it is, leave it out of optimizer.step([...])"
        )

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data}, grad={self.grad}{label})"

    # --- The graph ---

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The Values that this one was computed from, in order, with duplicates; () for a leaf."""
        a, b = self._a, self._b
        if b is None:
            return a  # type: ignore[no-any-return]  # a tuple
        if type(a) is float:
            self._a = a = constant(a)
        elif type(b) is float:
            self._b = b = constant(b)
        return a, b

    @property
    def _prev(self) -> KeysView[Value]:  # micrograd's name: the inputs as a set, in order
        return dict.fromkeys(self.inputs).keys()

    @property
    def _op(self) -> str:  # micrograd's name: the operation as a short text
        if self.op is ops.pow and isinstance(self.inputs[1], Constant):
            return f"**{exact(self.inputs[1].data)}"
        return self.op.symbol if self.op else ""

    def forward(self) -> Value:
        """Evaluate the recorded graph again, after leaves have changed; returns this Value.

        It keeps the order of the graph, so that further calls and `backward` need not find it.

        Raises:
            DomainError, DivisionByZeroError, NotFiniteError: as when it was recorded. Nothing
                is changed then.
        """
        order = self._topological()
        self._order = order[:-1]  # without itself: a cycle would keep the graph from being freed
        reevaluate([node for node in order if node.op])
        return self

    def _topological(self) -> list[Value]:
        """The graph without unseen literals, in topological order."""
        if hasattr(self, "_order"):
            return [*self._order, self]
        return topological(self, literals=False)

    # --- Backpropagation ---

    def backward(self) -> None:
        """Backpropagate: add the derivative with respect to each leaf to that leaf's `grad`.

        The `grad` of every other node starts from 0, so it holds this pass only.

        Raises:
            StaleGraphError: numbers have changed since the graph was recorded.
            NotFiniteError: a gradient is too large for a float.
            DomainError: a derivative does not exist, as that of ``(-2) ** n`` with respect to n.
            NumberTypeError: the `grad` of a leaf has been set to something else than a number.
            No gradient is changed then.
        """
        order = self._topological()
        before = [v.grad for v in order]
        nodes = [v for v in order if v.op]
        try:
            if {*map(type, before)} != {float}:
                set_grads(order, list(map(_at_start, order)))
            set_grads(nodes, repeat(0.0))  # while leaves add to what they hold
            self.grad += 1.0
            if not (backpropagate(nodes) and isfinite(sum([v.grad for v in order]))):
                # again with care: raises an error, or gives inf or nan
                set_grads(order, before)
                gradient = dict(zip(order, map(_at_start, order), strict=True))
                gradient[self] += 1.0
                deque(chain_rule(order, gradient, Value), maxlen=0)
                set_grads(order, gradient.values())
        except BaseException:  # an interrupt, too
            set_grads(order, before)
            raise

    @property
    def _backward(self) -> Callable[[], None]:  # micrograd's name: the chain rule at this node
        def add_products() -> None:
            for edge in chain_rule([self], {self: self.grad}, Value):
                edge.input.grad += edge.product

        return add_products

    @_backward.setter
    def _backward(self, function: Callable[[], None]) -> None:
        if not isinstance(self.op, ByHand):
            raise InputError(
                "only an operation written by hand, Value(data, children, op), takes a _backward"
            )
        self.op.backward = function

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

    def __floordiv__(self, other: Any) -> Value:  # self // other
        return binary(ops.floor_div, self, other)

    def __rfloordiv__(self, other: Any) -> Value:  # other // self
        return binary(ops.floor_div, other, self)

    def __mod__(self, other: Any) -> Value:  # self % other
        return binary(ops.mod, self, other)

    def __rmod__(self, other: Any) -> Value:  # other % self
        return binary(ops.mod, other, self)

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

    def __format__(self, form: str) -> str:  # f"{self:.3f}"
        return format(self.data, form) if form else repr(self)

    def detach(self) -> Constant:
        """The number as a `Constant`, through which no gradient flows."""
        return constant(self.data)

    def _apply_op(self, op: ops.Op, inputs: tuple[Any, ...]) -> Value:
        return record(op, tuple([v if isinstance(v, Value) else constant(v) for v in inputs]))


class Constant(Value):
    """A literal number, such as the 2 in ``2 * a``. No gradient is computed for it."""

    __slots__ = ()
    _tracked = False

    @property
    def grad(self) -> float:
        """Always 0, as it is not computed; setting it does nothing."""
        return 0.0

    @grad.setter
    def grad(self, grad: float) -> None:
        pass


# --- Recording ------------------------------------------------------------------------------


_bare_value: Callable[[], Value] = partial(object.__new__, Value)
new_node: ContextVar[Callable[[], Value]] = ContextVar("new_node", default=_bare_value)
"""Makes the Value of each operation that is recorded: `debug` and `compile` replace its class.

It makes it without `__init__`, which would only take time: `binary` and `record` set every slot.
"""


def binary(op: ops.Op, a: Any, b: Any) -> Value:
    """Apply an operation to two Values, or to a Value and a number, and record it.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: finite inputs give no finite result.
    """
    if isinstance(b, Value):
        y = b._data
    elif type(b) is float:
        y = b
    elif hasattr(b, "_apply_op"):  # a Symbol or an array: its own operators do this
        return NotImplemented  # type: ignore[no-any-return]
    else:
        y = b = to_float(b)
    if isinstance(a, Value):
        x = a._data
    else:
        x = a = a if type(a) is float else to_float(a)
    out = new_node.get()()
    out.op = op  # one by one, without a tuple on the way: a tenth faster
    out._a = a
    out._b = b
    out.grad = 0.0
    out._label = ""
    try:  # as `evaluate` does, which would take a quarter more time
        out._data = result = op.forward(x, y)
        if type(result) is float and isfinite(result):
            return out
    except (ArithmeticError, ValueError):
        pass
    out._data = evaluate(op, (x, y), (a, b))
    return out


def record(op: ops.Op, inputs: tuple[Value, ...]) -> Value:
    """Apply an operation to Values, and record it.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: finite inputs give no finite result.
    """
    if op.arity == 2:
        return binary(op, *inputs)
    out = new_node.get()()
    out.op = op
    out._a = inputs
    out._b = None
    out.grad = 0.0
    out._label = ""
    if out._is_known or all(v._is_known for v in reversed(inputs)):
        out._data = evaluate(op, [v._data for v in inputs], inputs)
    return out


def constant(number: object) -> Constant:
    """A number as a `Constant`; faster than its constructor.

    Raises:
        NumberTypeError, NotFiniteError: as for `Value`.
    """
    leaf = Constant.__new__(Constant)
    leaf._data = number if type(number) is float else to_float(number)
    leaf._label, leaf.op, leaf._a, leaf._b = "", None, (), None
    return leaf


def evaluate(op: ops.Op, numbers: Sequence[float], inputs: Iterable[Value | float]) -> float:
    """The result of an operation for given numbers.

    Args:
        op: The operation.
        numbers: One float per input.
        inputs: What the message of an error names: the inputs, or floats for literals.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: finite numbers give no finite result.
    """
    try:
        result = op.forward(*numbers)
        if type(result) is float and isfinite(result):
            return result
    except (ArithmeticError, ValueError):
        pass
    values = [v if isinstance(v, Value) else constant(v) for v in inputs]
    return op.evaluate(numbers, lambda: [name_of(v) for v in values], lambda: sources_of(values))


def reevaluate(order: Iterable[Value]) -> None:
    """Evaluate nodes again, given in topological order.

    Raises:
        DomainError, DivisionByZeroError, NotFiniteError: as for `record`. Nothing is changed then.
    """
    fresh: dict[Value, float] = {}
    known = fresh.get
    for node in order:
        op, a, b = node.op, node._a, node._b
        assert op
        inputs = a if b is None else (a, b)
        numbers = [v if type(v) is float else known(v, v._data) for v in inputs]
        fresh[node] = evaluate(op, numbers, inputs)
    set_data(fresh, fresh.values())


def get_data(values: Iterable[Value]) -> list[float]:
    """The `data` of Values, as ``[v.data for v in values]``, without the time for the property."""
    return [v._data for v in values]


def set_data(values: Iterable[Value], numbers: Iterable[float]) -> None:
    """Write floats into the `data` of Values: all, or none if an interrupt (Ctrl-C) is first."""
    deque(map(write_data, values, numbers), maxlen=0)


def _at_start(v: Value) -> float:
    """What a gradient starts from; None is 0, as PyTorch's zero_grad leaves it."""
    try:
        return 0.0 if v.op or v.grad is None else to_float(v.grad)
    except (NumberTypeError, NotFiniteError) as error:
        whose = f"Value {name!r}" if (name := name_of(v)) else "a Value"
        raise type(error)(f"the gradient of {whose} has been set wrongly: {error}") from None


def set_grads(values: Iterable[Value], numbers: Iterable[float]) -> None:
    """Write floats into the `grad` of Values, all or none."""
    deque(map(write_grad, values, numbers), maxlen=0)


# `deque(map(...), maxlen=0)` runs through `map` and drops the results. The `__set__` of a slot, map
# and deque are C code, between whose steps Python does not react to Ctrl-C.
write_data: Callable[[Value, float], None] = Value._data.__set__  # type: ignore[attr-defined]
write_grad: Callable[[Value, float], None] = Value.grad.__set__  # type: ignore[attr-defined]


# --- The chain rule -------------------------------------------------------------------------


def topological(root: Value, stop_at: Iterable[Value] = (), literals: bool = True) -> list[Value]:
    """Every Value of a graph once, inputs before the nodes that use them, always in the same order.

    It does not go beyond the Values in `stop_at`, and leaves them out; without `literals` also
    the numbers that nobody has seen as Constants yet.

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
    see, is_seen, emit = seen.add, seen.__contains__, order.append
    while stack:
        node = stack.pop()
        if node is None:  # the inputs of the next node on the stack are listed
            emit(stack.pop())
        elif node not in seen:
            see(node)
            if literals:
                _ = node.inputs
            a, b = node._a, node._b
            pending = []
            for v in filterfalse(is_seen, a) if b is None else (a, b):
                if type(v) is float or v in seen:
                    continue
                if v.op:
                    pending.append(v)
                else:
                    see(v)
                    emit(v)
            if pending:
                pending.reverse()  # the first input is listed first
                stack += [node, None, *pending]
            else:
                emit(node)
    return order


def backpropagate(nodes: list[Value]) -> bool:
    """The chain rule: add upstream gradient times local derivative to the `grad` of every input.

    Args:
        nodes: The operations of a graph in topological order; each `grad` holds what the gradient
            starts from, also that of the leaves.

    Returns:
        Whether all went well. If not, a number is stale or does not exist, and `chain_rule` finds
        out which.
    """
    try:
        for node in reversed(nodes):
            op: Any = node.op
            upstream, out, a, b = node.grad, node._data, node._a, node._b
            if b is not None:  # two inputs: the same as below, twice as fast
                x = a if type(a) is float else a._data
                y = b if type(b) is float else b._data
                if op.forward(x, y) != out:  # stale, or nan
                    return False
                if upstream:
                    local_a, local_b = op.partials
                    if x is not a and a._tracked:
                        a.grad += upstream * local_a(x, y, out)
                    if y is not b and b._tracked:
                        b.grad += upstream * local_b(x, y, out)
            elif op.arity == 1:  # likewise
                v = a[0]
                x = v._data
                if op.forward(x) != out:
                    return False
                if upstream and v._tracked:
                    v.grad += upstream * op.partials[0](x, out)
            else:
                numbers = [v._data for v in a]
                if op.forward(*numbers) != out:
                    return False
                if upstream:
                    for v, local in zip(a, op.partials_at(numbers, out), strict=True):
                        if v._tracked:
                            v.grad += upstream * local
        return True
    except (ArithmeticError, ValueError):
        return False


def grad(y: Value, xs: Iterable[Value] = (), create_graph: bool = False) -> list[Any]:
    """The derivatives of `y` with respect to each of `xs`; leaves every `.grad` unchanged.

    Args:
        y: The output.
        xs: Leaves or intermediate nodes of its graph.
        create_graph: Return Values instead of floats, so that they can be differentiated again.

    Returns:
        A list, one float (or Value) per x; 0 if `y` does not depend on it.

    Raises:
        InputError: `xs` is not a list of Values, or `y` is not a Value.
        StaleGraphError, NotFiniteError, DomainError: as for `Value.backward`.

    >>> x = Value(3.0)
    >>> (slope,) = grad(x**3, [x], create_graph=True)
    >>> slope.data, grad(slope, [x])
    (27.0, [18.0])
    """
    if callable(y):
        raise InputError(
            "grad takes a Value that has been computed, not a function: x = mg.Value(2.0); "
            "y = f(x); mg.grad(y, [x])"
        )
    if isinstance(xs, Value) or not isinstance(xs, Iterable) or xs == ():
        raise InputError("grad needs a list of Values: grad(y, [x])")
    xs = list(xs)
    for x in xs:
        if not isinstance(x, Value):
            raise InputError(f"grad needs a list of Values; {x!r} is not a Value")
    order = topological(y)
    if not create_graph:
        _ = y.data  # raises an error for a tracer of the compiler, whose number is not known
    wanted = set(xs)
    for node in order:
        if any(v in wanted for v in node.inputs):
            wanted.add(node)
    gradient: dict[Value, Any] = {y: 1.0} if y in wanted else {}
    deque(chain_rule(order, gradient, Value, wanted, create_graph), maxlen=0)
    gradients = [gradient.get(x, 0.0) for x in xs]
    if create_graph:
        return [constant(g) if isinstance(g, float) else g for g in gradients]
    return gradients


def zero_grad(y: Value) -> None:
    """Set every `grad` in the graph of `y` to 0."""
    order = topological(y, literals=False)
    set_grads(order, [0.0] * len(order))
