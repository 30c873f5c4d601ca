"""How each operation is computed on NumPy arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from micrograd_tut.errors import TraceError
from micrograd_tut.ops import (
    abs,
    cos,
    elu,
    equal,
    exp,
    expm1,
    floor,
    heaviside,
    hypot,
    log,
    log1p,
    maximum,
    minimum,
    normal_cdf,
    relu6,
    sigmoid,
    sin,
    softplus,
    split_dot,
    sqrt,
    sum,
    tanh,
    where,
)
from micrograd_tut.ops.activations import SELU_ALPHA, SELU_SCALE
from micrograd_tut.ops.float_kernels import sinc_series
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


def _logsumexp_parts(xs: Any) -> tuple[Any, Any]:
    """The largest of a list, and what logsumexp adds to it."""
    largest = maximum(xs)
    hits = [equal(x, largest) for x in xs]
    others = sum([where(hit, 0.0, exp(x - largest)) for x, hit in zip(xs, hits, strict=True)])
    ties = maximum(sum(hits) - 1.0, 0.0)  # so that no compiler adds the 1 to the others
    return largest, log1p(others + ties)


def _logsumexp(*xs: Any) -> Any:
    largest, rest = _logsumexp_parts(xs)
    return largest + rest


def _log_softmax(*xs: Any) -> Any:
    largest, rest = _logsumexp_parts(xs)
    return (xs[0] - largest) - rest


def _softmax(*xs: Any) -> Any:
    largest = maximum(xs)
    exponentials = [exp(x - largest) for x in xs]
    return exponentials[0] / sum(exponentials)


def _dot(*values: Any) -> Any:
    ws, xs, bias = split_dot(values)
    return sum([*(w * x for w, x in zip(ws, xs, strict=True)), *bias])


def _clip(x: Any, low: Any, high: Any) -> Any:
    if isinstance(low, float) and isinstance(high, float):
        high = high if low <= high else math.nan
    else:
        high = high + 0.0 * sqrt(high - low)  # not a number if low > high
    return minimum(maximum(x, low), high)


def _waves(x: Any) -> tuple[Any, Any]:
    """sin(pi * x) and cos(pi * x), with the digits of x that are left after an integer."""
    whole = floor(x + 0.5)
    sign = 1.0 - 2.0 * (whole % 2.0)
    angle = math.pi * (x - whole)
    return sign * sin(angle), sign * cos(angle)


def _sinc_derivative(x: Any, n: Any) -> Any:
    if not isinstance(n, float):
        raise TraceError("the order of a derivative of sinc must be a constant number")
    near = heaviside(0.6 - abs(x))
    z, far = math.pi * where(near, x, 0.0), where(near, 1.0, x)
    series = math.pi**n * sum([c * z ** float(power) for power, c in sinc_series(int(n))])
    waves = _waves(far)
    derivative = waves[0] / (math.pi * far)
    for k in range(1, int(n) + 1):
        sign = -1.0 if k % 4 > 1 else 1.0
        derivative = (sign * math.pi ** (k - 1) * waves[k % 2] - k * derivative) / far
    return where(near, series, derivative)


KERNELS: dict[str, Kernel] = {
    "add": "np.add",
    "abs": "np.abs",
    "atan2": "np.arctan2",
    "cbrt": "np.cbrt",
    "ceil": "np.ceil",
    "cos": "np.cos",
    "cosh": "np.cosh",
    "degrees": "np.degrees",
    "exp": "np.exp",
    "exp2": "np.exp2",
    "floor": "np.floor",
    "floor_div": "np.floor_divide",
    "mod": "np.remainder",
    "radians": "np.radians",
    "expm1": "np.expm1",
    "hypot": "np.hypot",
    "log": "np.log",
    "log2": "np.log2",
    "log10": "np.log10",
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
    "erfc": "erfc",
    "normal_cdf": "0.5 * erfc({0} * -0.7071067811865476)",
    "heaviside": "{0} > 0",
    "equal": "{0} == {1}",
    "power_term": lambda c, x, y, j: c * x ** (y - j),
    "times_log": lambda z, x: z * log(where(x, x, 1.0)),
    "log_base": lambda x, base: log(x) / log(base),
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
    "clip": _clip,
    "sinc": lambda x: _sinc_derivative(x, 0.0),
    "sinc_derivative": _sinc_derivative,
    "selu": lambda x: SELU_SCALE * elu(x, SELU_ALPHA),
    "relu6": lambda x: minimum(maximum(x, 0.0), 6.0),
    "hard_sigmoid": lambda x: relu6(x + 3.0) / 6.0,
    "softsign": lambda x: x / (1.0 + abs(x)),
    "mish": lambda x: x * tanh(softplus(x)),
    "prod": "np.multiply",
    "mean": lambda *xs: sum(xs) / float(len(xs)),
    "dot": _dot,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
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
