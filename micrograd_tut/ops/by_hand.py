"""An operation that someone writes by hand, in micrograd's way, for one node alone.

::

    out = Value(math.tanh(x.data), (x,), "tanh")

    def _backward():
        x.grad += (1 - out.data**2) * out.grad

    out._backward = _backward
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from micrograd_tut.errors import InputError
from micrograd_tut.ops.op import OPS, Numbers, Op
from micrograd_tut.support.validation import to_float


class ByHand(Op):
    """The operation of one node, known by what its `_backward` adds to the inputs' gradients.

    Args:
        symbol: What drawings show (micrograd's `_op`).
        node: The Value that it computed.
        inputs: The Values that it was computed from.
        local: The partial derivatives, if they are known; then no `_backward` is needed.
    """

    by_hand = True

    def __init__(
        self, symbol: str, node: Any, inputs: Sequence[Any], local: Sequence[float] | None = None
    ) -> None:
        self.symbol = symbol or "f"
        self.name = f"{self.symbol}_by_hand" if self.symbol in OPS else self.symbol
        self.arity = None
        self.domain = ()
        self.internal = False
        self.custom = True
        self.backward: Callable[[], object] | None = None
        self.partials = (self._partials,)
        self.forward = self._forward
        self._node = node
        self._numbers = [v.data for v in inputs]
        self._local = local

    def __reduce__(self) -> NoReturn:
        raise self.no_formula("copied or pickled")

    def evaluate_ieee(self, numbers: Numbers) -> float:
        """The data of the node, as long as the inputs are what they were.

        Raises:
            InputError: they have changed.
        """
        return self._forward(*numbers)

    def _forward(self, *numbers: float) -> float:
        if list(numbers) != self._numbers:
            raise self.no_formula("evaluated for other numbers")
        data: float = self._node.data
        return data

    def _partials(self, inputs: Sequence[Any], _out: Any) -> list[float]:
        if not all(isinstance(x, float) for x in inputs):
            raise self.no_formula("differentiated again, expanded or compiled")
        return list(self._local) if self._local is not None else self._run()

    def _run(self) -> list[float]:
        """What `_backward` adds to the gradient of each input for an upstream gradient of 1."""
        if self.backward is None:
            raise InputError(
                f"{self.symbol} was written by hand and has no derivative: set out._backward to a "
                f"function that adds to the grad of its inputs"
            )
        node = self._node
        inputs = list(dict.fromkeys(node.inputs))
        before = [(v, v.grad) for v in (node, *inputs)]
        try:
            node.grad = 1.0
            for v in inputs:
                v.grad = 0.0
            self.backward()
            added = {v: float(v.grad) for v in inputs}
            _restore(before)
        except BaseException:  # an interrupt, too
            _restore(before)
            raise
        return [added.pop(v, 0.0) for v in node.inputs]  # for one used twice, all in the first

    def no_formula(self, what: str) -> InputError:
        """The error for a use that needs the formula, such as "copied or pickled"."""
        return InputError(
            f"{self.symbol} was written by hand and has no formula, so it cannot be {what}. "
            f"Declare it instead: mg.operation({self.symbol!r}, forward, derivative)"
        )


def _restore(gradients: Iterable[tuple[Any, float]]) -> None:
    for v, grad in gradients:
        v.grad = grad


def operation_by_hand(
    node: Any, children: Sequence[Any], op: str | Iterable[float]
) -> ByHand | None:
    """The operation of ``Value(data, children, op)``; None without children.

    Args:
        node: The Value.
        children: The Values that it was computed from.
        op: The symbol, or the partial derivatives, one number per child.

    Raises:
        InputError: a child is not a Value, or there is not one number per child.
    """
    for v in children:
        if not hasattr(v, "_apply_op"):
            raise InputError(
                f"in Value(data, children, op) the children are Values; got {v!r}. Give a label "
                f"by name: Value(2.0, label='a')"
            )
    if isinstance(op, str):
        return ByHand(op, node, children) if children else None
    local = [to_float(number) for number in op]
    if len(local) != len(children):
        raise InputError(
            f"Value(data, children, local_grads) needs one number per child; got {len(children)} "
            f"children and {len(local)} numbers"
        )
    return ByHand("", node, children, local) if children else None
