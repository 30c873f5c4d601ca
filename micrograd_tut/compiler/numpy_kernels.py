"""How each operation is computed on NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from micrograd_tut.errors import TraceError
from micrograd_tut.ops import (
    abs,
    equal,
    exp,
    expm1,
    heaviside,
    hypot,
    log,
    log1p,
    maximum,
    minimum,
    normal_cdf,
    sigmoid,
    split_dot,
    sum,
    where,
)
from micrograd_tut.ops.op import Op

Kernel = str | Callable[..., Any]


def _kink(x: Any, left: Any, right: Any) -> Any:
    smaller = where(heaviside(abs(left) - abs(right)), right, left)
    return where(x, where(heaviside(x), right, left), where(heaviside(left * right), smaller, 0.0))


def _direction(x: Any, y: Any) -> Any:
    length = hypot(x, y)
    return x / where(length, length, 1.0)


def _sech2(x: Any) -> Any:
    e = exp(-2.0 * abs(x))
    return 4.0 * e / (1.0 + e) ** 2.0


def _sigmoid(x: Any) -> Any:
    e = exp(-abs(x))
    return where(heaviside(x), 1.0, e) / (1.0 + e)


def _logsumexp(*xs: Any) -> Any:
    largest = maximum(xs)
    hits = [equal(x, largest) for x in xs]
    others = sum([exp(x - largest) - hit for x, hit in zip(xs, hits, strict=True)])
    return largest + log1p(others + (sum(hits) - 1.0))


def _softmax(*xs: Any) -> Any:
    largest = maximum(xs)
    exponentials = [exp(x - largest) for x in xs]
    return exponentials[0] / sum(exponentials)


def _dot(*values: Any) -> Any:
    ws, xs, bias = split_dot(values)
    return sum([*(w * x for w, x in zip(ws, xs, strict=True)), *bias])


KERNELS: dict[str, Kernel] = {
    "add": "np.add",
    "abs": "np.abs",
    "cbrt": "np.cbrt",
    "cos": "np.cos",
    "cosh": "np.cosh",
    "exp": "np.exp",
    "expm1": "np.expm1",
    "hypot": "np.hypot",
    "log": "np.log",
    "log1p": "np.log1p",
    "maximum": "np.maximum",
    "minimum": "np.minimum",
    "sign": "np.sign",
    "sin": "np.sin",
    "sinh": "np.sinh",
    "sqrt": "np.sqrt",
    "tan": "np.tan",
    "tanh": "np.tanh",
    "where": "np.where",
    "sub": "np.subtract",
    "mul": "np.multiply",
    "div": "np.divide",
    "neg": "np.negative",
    "pow": "np.power",
    "sum": "np.add",
    "asin": "np.arcsin",
    "acos": "np.arccos",
    "atan": "np.arctan",
    "asinh": "np.arcsinh",
    "acosh": "np.arccosh",
    "atanh": "np.arctanh",
    "erf": "erf",
    "normal_cdf": "0.5 * erfc({0} * -0.7071067811865476)",
    "heaviside": "{0} > 0",
    "equal": "{0} == {1}",
    "power_term": lambda c, x, y, j: c * x ** (y - j),
    "log_or_zero": lambda x: log(where(x, x, 1.0)),
    "one_minus_square": lambda x: (1.0 - x) * (1.0 + x),
    "direction": _direction,
    "sech2": _sech2,
    "gaussian": lambda x, rate: exp(-rate * minimum(abs(x), 40.0) ** 2.0),
    "kink": _kink,
    "relu": lambda x: maximum(x, 0.0),
    "leaky_relu": lambda x, alpha: where(heaviside(x), x, alpha * x),
    "sigmoid": _sigmoid,
    "softplus": lambda x: maximum(x, 0.0) + log1p(exp(-abs(x))),
    "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: x * normal_cdf(x),
    "elu": lambda x, alpha: where(heaviside(x), x, alpha * expm1(minimum(x, 0.0))),
    "mean": lambda *xs: sum(xs) / float(len(xs)),
    "dot": _dot,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
}
"""By name of the operation: the name of a NumPy function, a pattern with ``{0}`` for the first
input, or a function of arrays that uses other operations. An operation that is not listed is
computed by its own `forward`, given arrays."""


def kernel(op: Op) -> Kernel:
    """How an operation is computed on arrays.

    Raises:
        TraceError: when applied, if the operation is not listed and its `forward` needs floats.
    """
    return KERNELS.get(op.name) or _from_forward(op)


def _from_forward(op: Op) -> Callable[..., Any]:
    def apply(*arrays: Any) -> Any:
        try:
            return op.forward(*arrays)
        except TypeError as error:
            raise TraceError(
                f"{op.name} cannot be computed on arrays: {error}. In its function use mg.exp(x) "
                f"in place of math.exp(x), and mg.where in place of if."
            ) from None

    return apply
