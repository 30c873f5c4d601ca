"""A graph of Values as a function of torch tensors, through which torch differentiates.

`FUNCTIONS` says what each operation is in torch. Tensors are broadcast against each other, so a
leaf may also stand for a whole batch of numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from micrograd_tut.bridges.libraries import torch
from micrograd_tut.engine import Constant, Value, topological
from micrograd_tut.errors import InputError
from micrograd_tut.ops import split_dot
from micrograd_tut.ops.by_hand import ByHand
from micrograd_tut.ops.op import Op

Tensor = Any
Function = Callable[..., Tensor]


class TensorFunction:
    """A graph of Values as a function of tensors, one for each of its leaves.

    Args:
        y: The output of the graph.

    Attributes:
        leaves: The leaves that have a gradient, in the order of the arguments.

    Raises:
        InputError: `y` is not a Value, or an operation of its graph was written by hand.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> f = TensorFunction(a * b + a)
    >>> tensors = f.tensors()
    >>> f(*tensors).backward()
    >>> [t.grad.item() for t in tensors]
    [-2.0, 2.0]
    """

    def __init__(self, y: Value) -> None:
        self._nodes = topological(y)
        for node in self._nodes:
            if isinstance(node.op, ByHand):
                raise node.op.no_formula("computed in torch")
        self.leaves = [v for v in self._nodes if v.op is None and not isinstance(v, Constant)]

    def tensors(self) -> list[Tensor]:
        """The current numbers of the leaves: float64 tensors of shape (), which require a grad."""
        return [scalar(v.data).requires_grad_() for v in self.leaves]

    def __call__(self, *tensors: Tensor) -> Tensor:
        """The output for tensors, one per leaf; their shapes are broadcast.

        Raises:
            InputError: there is not one tensor per leaf.
        """
        return self.nodes(*tensors)[self._nodes[-1]]

    def nodes(self, *tensors: Tensor) -> dict[Value, Tensor]:
        """The tensor of every Value of the graph.

        Raises:
            InputError: as for a call.
        """
        if len(tensors) != len(self.leaves):
            raise InputError(
                f"this function takes one tensor per leaf, {len(self.leaves)} in all; got "
                f"{len(tensors)}. Pass f(*f.tensors()) for the numbers of the Values"
            )
        return evaluate(self._nodes, dict(zip(self.leaves, tensors, strict=True)))

    def __repr__(self) -> str:
        names = [v.label or "_" for v in self.leaves]
        shown = names if len(names) <= 8 else [*names[:7], "…"]
        return f"<function of the tensors ({', '.join(shown)})>"


def evaluate(nodes: Sequence[Value], known: Mapping[Value, Tensor]) -> dict[Value, Tensor]:
    """The tensor of every node of a graph.

    Args:
        nodes: The graph in topological order.
        known: The tensors of leaves; every other leaf is a constant.
    """
    like = next(iter(known.values()), None)
    tensors = dict(known)
    for node in nodes:
        if node.op:
            tensors[node] = function(node.op)(*[tensors[v] for v in node.inputs])
        elif node not in tensors:
            tensors[node] = scalar(node.data, like)
    return tensors


def scalar(number: float, like: Tensor = None) -> Tensor:
    """A number as a tensor of shape (): float64 on the CPU, or of the type and device of `like`."""
    if like is None:
        return torch.tensor(number, dtype=torch.float64)
    return torch.tensor(number, dtype=like.dtype, device=like.device)


def function(op: Op) -> Function:
    """What an operation is in torch: its entry in `FUNCTIONS`, else torch's function of its name.

    One that torch does not have is computed number by number from its own definition.
    """
    if op.custom or op.name in _OWN:
        return _by_definition(op)
    named: Function = FUNCTIONS.get(op.name) or getattr(torch, op.name)
    return named


def _stacked(xs: Sequence[Tensor]) -> Tensor:
    return torch.stack(torch.broadcast_tensors(*xs))


def _dot(*values: Tensor) -> Tensor:
    ws, xs, bias = split_dot(torch.broadcast_tensors(*values))
    total = (torch.stack(ws) * torch.stack(xs)).sum(0)
    return total + bias[0] if bias else total


def _below_0(x: Tensor) -> Tensor:
    return torch.clamp(x, max=0.0)


def _kink(x: Tensor, left: Tensor, right: Tensor) -> Tensor:
    smaller = torch.where(torch.abs(left) <= torch.abs(right), left, right)
    at_0 = torch.where(left * right > 0, smaller, torch.zeros_like(x))
    return torch.where(x < 0, left, torch.where(x > 0, right, at_0))


def _direction(x: Tensor, y: Tensor) -> Tensor:
    length = torch.hypot(x, y)
    return x / torch.where(length > 0, length, torch.ones_like(length))


def _cbrt(x: Tensor) -> Tensor:
    return torch.sign(x) * torch.abs(x) ** (1 / 3)


def _power_term(c: Tensor, x: Tensor, y: Tensor, j: Tensor) -> Tensor:
    return torch.where(c == 0, torch.zeros_like(x), c * x ** (y - j))


def _times_log(z: Tensor, x: Tensor) -> Tensor:
    return z * torch.log(torch.where(x > 0, x, torch.ones_like(x)))


FUNCTIONS: dict[str, Function] = {
    "cbrt": _cbrt,
    "clip": lambda x, low, high: torch.minimum(torch.maximum(x, low), high),
    "degrees": lambda x: torch.rad2deg(x),
    "direction": _direction,
    "dot": _dot,
    "elu": lambda x, alpha: torch.where(x > 0, x, alpha * torch.expm1(_below_0(x))),
    "equal": lambda x, y: torch.eq(x, y).to(x.dtype),
    "floor_div": lambda x, y: torch.div(x, y, rounding_mode="floor"),
    "gaussian": lambda x, rate: torch.exp(-rate * x * x),
    "gelu": lambda x: torch.nn.functional.gelu(x),
    "hard_sigmoid": lambda x: torch.nn.functional.relu6(x + 3.0) / 6.0,
    "heaviside": lambda x: torch.gt(x, 0.0).to(x.dtype),
    "kink": _kink,
    "leaky_relu": lambda x, alpha: torch.where(x > 0, x, alpha * x),
    "log_base": lambda x, base: torch.log(x) / torch.log(base),
    "log_softmax": lambda *xs: torch.log_softmax(_stacked(xs), 0)[0],
    "logsumexp": lambda *xs: torch.logsumexp(_stacked(xs), 0),
    "maximum": lambda *xs: _stacked(xs).amax(0),
    "mean": lambda *xs: _stacked(xs).mean(0),
    "minimum": lambda *xs: _stacked(xs).amin(0),
    "mish": lambda x: torch.nn.functional.mish(x),
    "mod": lambda x, y: torch.remainder(x, y),
    "normal_cdf": lambda x: torch.special.ndtr(x),
    "one_minus_square": lambda x: (1.0 - x) * (1.0 + x),
    "power_term": _power_term,
    "prod": lambda *xs: _stacked(xs).prod(0),
    "radians": lambda x: torch.deg2rad(x),
    "relu6": lambda x: torch.nn.functional.relu6(x),
    "sech2": lambda x: 4.0 * torch.sigmoid(2.0 * x) * torch.sigmoid(-2.0 * x),
    "silu": lambda x: torch.nn.functional.silu(x),
    "softmax": lambda *xs: torch.softmax(_stacked(xs), 0)[0],
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "softsign": lambda x: torch.nn.functional.softsign(x),
    "sum": lambda *xs: _stacked(xs).sum(0),
    "times_log": _times_log,
    "where": lambda condition, x, y: torch.where(condition != 0, x, y),
}
"""By name of the operation, where torch has it by another name or with other arguments. The
derivative of torch's own hardsigmoid is 1/6 in single precision."""

_OWN = ("sinc_derivative",)
"""Operations that torch does not have."""


@functools.cache
def _by_definition(op: Op) -> Function:
    """An operation number by number, with its own forward and its own partial derivatives."""

    class ByDefinition(torch.autograd.Function):  # type: ignore[misc]
        """The operation as a node of torch's graph."""

        @staticmethod
        def forward(*inputs: Tensor) -> Tensor:
            """The value for each element."""
            rows = zip(*_flat(inputs), strict=True)
            return _like(inputs, [op.evaluate_ieee(row) for row in rows])

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            """Keep what the derivatives need."""
            ctx.save_for_backward(output, *inputs)

        @staticmethod
        def backward(ctx: Any, upstream: Tensor) -> Any:
            """Upstream gradient times each partial derivative, which are numbers.

            Raises:
                InputError: torch is to differentiate them again, and would take them as constants.
            """
            if torch.is_grad_enabled():
                raise InputError(
                    f"torch cannot compute the second derivative of {op.name}, which it does not "
                    f"have; use mg.grad(…, create_graph=True), and give its result to mg.to_torch"
                )
            output, *inputs = ctx.saved_tensors
            rows = zip(*_flat(inputs), strict=True)
            outs = output.flatten().tolist()
            partials = [op.partials_at(row, out) for row, out in zip(rows, outs, strict=True)]
            return tuple(upstream * _like(inputs, column) for column in zip(*partials, strict=True))

    def apply(*inputs: Tensor) -> Tensor:
        return ByDefinition.apply(*torch.broadcast_tensors(*inputs))

    return apply


def _flat(tensors: Sequence[Tensor]) -> list[list[float]]:
    return [t.flatten().tolist() for t in tensors]


def _like(tensors: Sequence[Tensor], numbers: Sequence[float]) -> Tensor:
    return tensors[0].new_tensor(numbers).reshape(tensors[0].shape)
