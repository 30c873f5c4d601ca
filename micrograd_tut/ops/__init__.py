"""The table: every operation is defined here, once, and everything else reads its row.

A row is an `Op`. It has a name, the function that computes its value on floats, one local
derivative per input, and, where it is made of simpler operations, how it expands into them.
Derivatives are written with operators and with the table's own functions, so the type of what
they are given picks the reading:

- floats give the number of the local derivative,
- `Value`s give a graph of the derivative, which can be differentiated again,
- `Symbol`s give the formula as text.

A new operation is one more row; nothing else has to be told about it.

>>> relu(-2.0), relu(3.0)
(0.0, 3.0)
>>> tanh.derivative(0, (0.5,), tanh(0.5)) == 1 / math.cosh(0.5) ** 2
True
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any, TypeVar

from micrograd_tut.errors import DivisionByZeroError, InputError
from micrograd_tut.ops import float_kernels as floats
from micrograd_tut.ops import formulas as symbols
from micrograd_tut.ops.op import OPS as OPS
from micrograd_tut.ops.op import Many, Needs, Unary, WithAlpha
from micrograd_tut.ops.op import Op as Op
from micrograd_tut.support.validation import as_list
from micrograd_tut.support.validation import to_float as to_float

T = TypeVar("T")
inf, nan = math.inf, math.nan

INV_SQRT_2PI = 1 / math.sqrt(2 * math.pi)

# --- Arithmetic -----------------------------------------------------------------------------


def _one(x: Any, y: Any, out: Any) -> float:
    return 1.0


add = Op(
    "add",
    operator.add,
    (_one, _one),
    write=operator.add,
    array="np.add",
    symbol="+",
    doc="x + y",
)
sub = Op(
    "sub",
    operator.sub,
    (_one, lambda x, y, out: -1.0),
    write=operator.sub,
    array="np.subtract",
    symbol="-",
    doc="x - y",
)
mul = Op(
    "mul",
    operator.mul,
    (lambda x, y, out: y, lambda x, y, out: x),
    write=operator.mul,
    array="np.multiply",
    symbol="*",
    doc="x * y",
)
div = Op(
    "div",
    operator.truediv,
    (lambda x, y, out: 1.0 / y, lambda x, y, out: -out / y),
    textbook=(lambda x, y, out: 1.0 / y, lambda x, y, out: -x / y**2),
    needs=Needs("y != 0", lambda x, y: y != 0, error=DivisionByZeroError),
    limit=lambda x, y: x * math.copysign(inf, y),
    write=operator.truediv,
    array="np.divide",
    symbol="/",
    doc="x / y",
)  # fmt: skip
neg = Unary(
    "neg",
    operator.neg,
    (lambda x, out: -1.0,),
    write=operator.neg,
    array="np.negative",
    symbol="-",
    doc="-x",
)


def _pow_limit(x: float, y: float) -> float:
    odd = math.fabs(math.fmod(y, 2.0)) == 1
    if x == 0:
        return math.copysign(inf, x) if odd else inf
    if x < 0 and not y.is_integer():
        return nan
    return -inf if x < 0 and odd else inf


pow = Op(
    "pow",
    math.pow,
    (
        lambda x, y, out: power_term(y, x, y, 1.0),
        lambda x, y, out: out * log_or_zero(x),
    ),
    textbook=(lambda x, y, out: y * x ** (y - 1), lambda x, y, out: out * log(x)),
    needs=(
        Needs("y >= 0 where x = 0", lambda x, y: x != 0 or y >= 0, error=DivisionByZeroError),
        Needs(
            "x >= 0, or a whole y",
            lambda x, y: x >= 0 or y.is_integer(),
            "For a third root use cbrt.",
        ),
    ),
    limit=_pow_limit,
    write=operator.pow,
    array="np.power",
    symbol="**",
    doc="x ** y, for x >= 0 or a whole y. A constant exponent gets no derivative.",
)


power_term: Op = Op(
    "power_term",
    floats.power_term,
    (
        lambda c, x, y, j, out: power_term(1.0, x, y, j),
        lambda c, x, y, j, out: power_term(c * (y - j), x, y, j + 1),
        lambda c, x, y, j, out: out * log_or_zero(x),
        lambda c, x, y, j, out: nan,
    ),
    needs=Needs("x3 >= x4 where x2 = 0", lambda c, x, y, j: x or y >= j, error=DivisionByZeroError),
    limit=lambda c, x, y, j: c * pow.ieee((x, y - j)),
    array=lambda c, x, y, j: c * x ** (y - j),
    inner=True,
    doc="c * x ** (y - j), which is 0 where c is 0: the derivatives of a power. "
    "j is a constant; y - j is not rounded.",
    write=lambda c, x, y, j: c * x ** (y - j),
)

exp = Unary(
    "exp",
    math.exp,
    (lambda x, out: out,),
    limit=lambda x: inf,
    array="np.exp",
    doc="e ** x, for x up to 709.78",
)
log: Unary = Unary(
    "log",
    math.log,
    (lambda x, out: 1.0 / x,),
    needs=Needs("x > 0", hint="For probabilities use binary cross-entropy on logits."),
    limit=lambda x: -inf if x == 0 else nan,
    array="np.log",
    doc="The natural logarithm, for x > 0",
)
log_or_zero: Unary = Unary(
    "log_or_zero",
    lambda x: math.log(x) if x else 0.0,
    (lambda x, out: where(x, 1.0 / x, 0.0),),
    needs=Needs("x >= 0"),
    write=lambda x: log.write(x),
    array=lambda x: log(where(x, x, 1.0)),
    inner=True,
    doc="log(x), and 0 at 0: the factor in the derivative of x ** y by y.",
)
log1p = Unary(
    "log1p",
    math.log1p,
    (lambda x, out: 1.0 / (1.0 + x),),
    expand=lambda x: log(1.0 + x),
    needs=Needs("x > -1"),
    limit=lambda x: -inf if x == -1 else nan,
    array="np.log1p",
    doc="log(1 + x), exact near 0; for x > -1",
)
expm1 = Unary(
    "expm1",
    math.expm1,
    (lambda x, out: exp(x),),
    expand=lambda x: exp(x) - 1.0,
    limit=lambda x: inf,
    array="np.expm1",
    doc="exp(x) - 1, exact near 0",
)
sqrt = Unary(
    "sqrt",
    math.sqrt,
    (lambda x, out: 0.5 / out,),
    needs=Needs("x >= 0"),
    array="np.sqrt",
    doc="The square root, for x >= 0; its derivative at 0 is inf",
)


cbrt = Unary(
    "cbrt",
    floats.cbrt,
    (lambda x, out: 1.0 / (3.0 * out**2),),
    array="np.cbrt",
    doc="The cube root, of any number; its derivative at 0 is inf",
)
abs = Unary(
    "abs", math.fabs, (lambda x, out: sign(x),), array="np.abs", doc="|x|; its derivative at 0 is 0"
)
hypot = Op(
    "hypot",
    math.hypot,
    (lambda x, y, out: direction(x, y), lambda x, y, out: direction(y, x)),
    textbook=(lambda x, y, out: x / out, lambda x, y, out: y / out),
    expand=lambda x, y: sqrt(x * x + y * y),
    array="np.hypot",
    doc="sqrt(x**2 + y**2) without overflow on the way; its derivatives at (0, 0) are 0",
)


def _length(x: Any, y: Any) -> Any:
    length = hypot(x, y)
    return where(length, length, 1.0)


direction: Op = Op(
    "direction",
    floats.direction,
    (
        lambda x, y, out: direction(y, x) ** 2 / _length(x, y),
        lambda x, y, out: -out * direction(y, x) / _length(x, y),
    ),
    array=lambda x, y: x / _length(x, y),
    inner=True,
    doc="x / hypot(x, y), the cosine of the angle of (x, y), and 0 at (0, 0)",
)

# --- Trigonometry ---------------------------------------------------------------------------

sin = Unary("sin", math.sin, (lambda x, out: cos(x),), array="np.sin", doc="The sine of x radians")
cos: Unary = Unary(
    "cos", math.cos, (lambda x, out: -sin(x),), array="np.cos", doc="The cosine of x radians"
)
tan = Unary(
    "tan",
    math.tan,
    (lambda x, out: 1.0 + out**2,),
    expand=lambda x: sin(x) / cos(x),
    array="np.tan",
    doc="The tangent of x radians",
)
one_minus_square: Unary = Unary(
    "one_minus_square",
    lambda x: (1.0 - x) * (1.0 + x),
    (lambda x, out: -2.0 * x,),
    expand=lambda x: 1.0 - x**2,
    array=lambda x: (1.0 - x) * (1.0 + x),
    inner=True,
    doc="1 - x**2, exact also next to -1 and 1",
)
asin = Unary(
    "asin",
    math.asin,
    (lambda x, out: 1.0 / sqrt(one_minus_square(x)),),
    textbook=(lambda x, out: 1.0 / sqrt(1.0 - x**2),),
    needs=Needs("-1 <= x <= 1"),
    array="np.arcsin",
    doc="The angle in [-pi/2, pi/2] whose sine is x, for -1 <= x <= 1",
)
acos = Unary(
    "acos",
    math.acos,
    (lambda x, out: -1.0 / sqrt(one_minus_square(x)),),
    textbook=(lambda x, out: -1.0 / sqrt(1.0 - x**2),),
    needs=Needs("-1 <= x <= 1"),
    array="np.arccos",
    doc="The angle in [0, pi] whose cosine is x, for -1 <= x <= 1",
)
atan = Unary(
    "atan",
    math.atan,
    (lambda x, out: (1.0 / hypot(1.0, x)) ** 2,),
    textbook=(lambda x, out: 1.0 / (1.0 + x**2),),
    array="np.arctan",
    doc="The angle in (-pi/2, pi/2) whose tangent is x",
)
sinh = Unary(
    "sinh",
    math.sinh,
    (lambda x, out: cosh(x),),
    expand=lambda x: (exp(x) - exp(-x)) / 2.0,
    limit=lambda x: math.copysign(inf, x),
    array="np.sinh",
    doc="The hyperbolic sine",
)
cosh: Unary = Unary(
    "cosh",
    math.cosh,
    (lambda x, out: sinh(x),),
    expand=lambda x: (exp(x) + exp(-x)) / 2.0,
    limit=lambda x: inf,
    array="np.cosh",
    doc="The hyperbolic cosine",
)


def _exponential_ratio(x: Any) -> Any:
    e = exp(2.0 * x)
    return (e - 1.0) / (e + 1.0)


tanh = Unary(
    "tanh",
    math.tanh,
    (lambda x, out: sech2(x),),
    textbook=(lambda x, out: 1.0 - out**2,),
    expand=_exponential_ratio,
    array="np.tanh",
    doc="The hyperbolic tangent, in (-1, 1)",
)


def _sech2_array(x: Any) -> Any:
    e = exp(-2.0 * abs(x))
    return 4.0 * e / (1.0 + e) ** 2.0


sech2: Unary = Unary(
    "sech2",
    floats.sech2,
    (lambda x, out: -2.0 * out * tanh(x),),
    expand=lambda x: 1.0 - tanh(x) ** 2,
    array=_sech2_array,
    inner=True,
    doc="1 - tanh(x)**2 = 1 / cosh(x)**2, exact also where tanh saturates",
)
asinh = Unary(
    "asinh",
    math.asinh,
    (lambda x, out: 1.0 / hypot(1.0, x),),
    textbook=(lambda x, out: 1.0 / sqrt(1.0 + x**2),),
    array="np.arcsinh",
    doc="The inverse hyperbolic sine",
)
acosh = Unary(
    "acosh",
    math.acosh,
    (lambda x, out: 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0)),),
    textbook=(lambda x, out: 1.0 / sqrt(x**2 - 1.0),),
    needs=Needs("x >= 1"),
    array="np.arccosh",
    doc="The inverse hyperbolic cosine, for x >= 1",
)
atanh = Unary(
    "atanh",
    math.atanh,
    (lambda x, out: 1.0 / one_minus_square(x),),
    textbook=(lambda x, out: 1.0 / (1.0 - x**2),),
    needs=Needs("-1 < x < 1"),
    limit=lambda x: math.copysign(inf, x) if math.fabs(x) == 1 else nan,
    array="np.arctanh",
    doc="The inverse hyperbolic tangent, for -1 < x < 1",
)

# --- The normal distribution ----------------------------------------------------------------


gaussian = Op(
    "gaussian",
    floats.gaussian,
    (lambda x, rate, out: -2.0 * rate * (x * out), lambda x, rate, out: -x * (x * out)),
    textbook=(lambda x, rate, out: -2.0 * rate * x * out, lambda x, rate, out: -(x**2) * out),
    expand=lambda x, rate: exp(-rate * x**2),
    array=lambda x, rate: exp(-rate * minimum(abs(x), 40.0) ** 2.0),
    inner=True,
    doc="exp(-rate * x**2), for a rate of 1 or 1/2; the rounding of the square is made good",
)
erf = Unary(
    "erf",
    math.erf,
    (lambda x, out: floats.TWO_OVER_SQRT_PI * gaussian(x, 1.0),),
    array="erf",
    doc="The error function, in (-1, 1). Source: Abramowitz and Stegun, 7.1.1",
)


normal_cdf = Unary(
    "normal_cdf",
    floats.normal_cdf,
    (lambda x, out: INV_SQRT_2PI * gaussian(x, 0.5),),
    expand=lambda x: 0.5 * (1.0 + erf(x * floats.SQRT_HALF)),
    array="0.5 * erfc({0} * -0.7071067811865476)",
    inner=True,
    doc="The share of a standard normal distribution that lies below x, in (0, 1)",
)

# --- Activations ----------------------------------------------------------------------------

step = Unary(
    "step",
    lambda x: 1.0 if x > 0 else x if x != x else 0.0,
    (lambda x, out: 0.0,),
    array="{0} > 0",
    inner=True,
    doc="1 where x > 0, else 0: the derivative of relu",
)
sign: Unary = Unary(
    "sign",
    lambda x: math.copysign(1.0, x) if x and x == x else x,
    (lambda x, out: 0.0,),
    array="np.sign",
    inner=True,
    doc="-1, 0 or 1: the derivative of abs",
)


def _kink_array(x: Any, left: Any, right: Any) -> Any:
    smaller = where(step(abs(left) - abs(right)), right, left)
    return where(x, where(step(x), right, left), where(step(left * right), smaller, 0.0))


kink = Op(
    "kink",
    floats.kink,
    (
        lambda x, left, right, out: 0.0,
        lambda x, left, right, out: step(-x),
        lambda x, left, right, out: step(x),
    ),
    array=_kink_array,
    inner=True,
    doc="left for x < 0, right for x > 0, and at 0 the smaller of the two in size, "
    "or 0 where they differ in sign: the subgradient of smallest norm",
)
where: Op = Op(
    "where",
    lambda condition, x, y: x if condition else y,
    (
        lambda condition, x, y, out: 0.0,
        lambda condition, x, y, out: where(condition, 1.0, 0.0),
        lambda condition, x, y, out: where(condition, 0.0, 1.0),
    ),
    array="np.where",
    doc="x where the condition is true (not 0), else y",
)
relu = Unary(
    "relu",
    lambda x: x if x > 0 or x != x else 0.0,
    (lambda x, out: sign(out),),
    textbook=(lambda x, out: step(x),),
    symbol="ReLU",
    array=lambda x: maximum(x, 0.0),
    doc="max(x, 0), the rectified linear unit; its derivative at 0 is 0",
)
leaky_relu = WithAlpha(
    "leaky_relu",
    lambda x, alpha: x if x > 0 else alpha * x,
    (lambda x, alpha, out: kink(x, alpha, 1.0), lambda x, alpha, out: where(step(x), 0.0, x)),
    default=0.01,
    array=lambda x, alpha: where(step(x), x, alpha * x),
    doc="x where x > 0, else alpha * x; alpha is 0.01 unless told",
)


def _sigmoid_array(x: Any) -> Any:
    e = exp(-abs(x))
    return where(step(x), 1.0, e) / (1.0 + e)


sigmoid = Unary(
    "sigmoid",
    floats.sigmoid,
    (lambda x, out: 0.25 * sech2(0.5 * x),),
    textbook=(lambda x, out: out * (1.0 - out),),
    expand=lambda x: 1.0 / (1.0 + exp(-x)),
    array=_sigmoid_array,
    doc="1 / (1 + exp(-x)), the logistic function, in (0, 1)",
)
softplus = Unary(
    "softplus",
    lambda x: max(x, 0.0) + math.log1p(math.exp(-math.fabs(x))) if x == x else x,
    (lambda x, out: sigmoid(x),),
    expand=lambda x: log(1.0 + exp(x)),
    array=lambda x: maximum(x, 0.0) + log1p(exp(-abs(x))),
    doc="log(1 + exp(x)), a smooth relu",
)


silu = Unary(
    "silu",
    floats.silu,
    (lambda x, out: sigmoid(x) * (1.0 + x * sigmoid(-x)),),
    textbook=(lambda x, out: sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))),),
    expand=lambda x: x * sigmoid(x),
    array=lambda x: x * sigmoid(x),
    doc="x * sigmoid(x), also known as swish. Source: arXiv 1606.08415",
)
gelu = Unary(
    "gelu",
    lambda x: x * floats.normal_cdf(x) if x > -40 or x != x else -0.0,
    (lambda x, out: normal_cdf(x) + x * (INV_SQRT_2PI * gaussian(x, 0.5)),),
    expand=lambda x: x * (0.5 * (1.0 + erf(x * floats.SQRT_HALF))),
    array=lambda x: x * normal_cdf(x),
    doc="x times the share of a normal distribution below x. Source: arXiv 1606.08415",
)
elu = WithAlpha(
    "elu",
    lambda x, alpha: x if x > 0 else alpha * math.expm1(x),
    (
        lambda x, alpha, out: kink(x, alpha * exp(minimum(x, 0.0)), 1.0),
        lambda x, alpha, out: expm1(minimum(x, 0.0)),
    ),
    default=1.0,
    array=lambda x, alpha: where(step(x), x, alpha * expm1(minimum(x, 0.0))),
    doc="x where x > 0, else alpha * (exp(x) - 1); alpha is 1 unless told. "
    "Source: arXiv 1511.07289",
)

# --- Any number of inputs -------------------------------------------------------------------


def _chain(values: Iterable[Any]) -> Any:
    values = iter(values)
    total = next(values)
    for value in values:
        total = total + value
    return total


sum = Many(
    "sum",
    floats.exact_sum,
    lambda *xs_out: [1.0] * (len(xs_out) - 1),
    expand=lambda *xs: _chain(xs),
    limit=floats.ieee_sum,
    write=lambda *xs: _chain(xs if len(xs) < 5 else [xs[0], xs[1], symbols.Symbol("…"), xs[-1]]),
    array="np.add",
    doc="The sum of a list, rounded once",
)
mean = Many(
    "mean",
    floats.mean,
    lambda *xs_out: [1.0 / (len(xs_out) - 1)] * (len(xs_out) - 1),
    expand=lambda *xs: sum(xs) / float(len(xs)),
    limit=lambda *xs: floats.ieee_sum(*(x / len(xs) for x in xs)),
    array=lambda *xs: sum(xs) / float(len(xs)),
    doc="The mean of a list",
)


def _halves(values: Any) -> tuple[Any, Any, Any]:
    """The weights, the inputs and the bias (0 or 1 of them) of a weighted sum."""
    n = len(values) // 2
    return values[:n], values[n : 2 * n], values[2 * n :]


def _dot_derivatives(*values_out: Any) -> Any:
    n = (len(values_out) - 1) // 2
    biases = len(values_out) - 1 - 2 * n
    return values_out[n : 2 * n] + values_out[:n] + (1.0,) * biases


def _dot_expanded(*values: Any) -> Any:
    ws, xs, bias = _halves(values)
    return _chain([*(w * x for w, x in zip(ws, xs, strict=True)), *bias])


def _dot_written(*values: Any) -> Any:
    ws, xs, bias = _halves(values)
    if len(ws) < 5:
        return _dot_expanded(*values)
    return _chain([ws[0] * xs[0], symbols.Symbol("…"), ws[-1] * xs[-1], *bias])


def _dot_ieee(*values: float) -> float:
    ws, xs, bias = _halves(values)
    return floats.ieee_sum(*map(operator.mul, ws, xs), *bias)


weighted_sum = Op(
    "dot",
    floats.dot,
    _dot_derivatives,
    expand=_dot_expanded,
    limit=_dot_ieee,
    write=_dot_written,
    doc="w1 * x1 + … + wn * xn + b, its terms added without rounding: a neuron's weighted sum",
)


def dot(ws: Iterable[T], xs: Iterable[T], bias: T | None = None) -> T:
    """The weighted sum of a neuron, ``w1 * x1 + … + wn * xn + b``, as one operation.

    Args:
        ws: The weights, n numbers or Values.
        xs: The inputs, as many.
        bias: One number or Value, or None for no bias.

    Returns:
        One Value, or a float where everything is a float.

    Raises:
        InputError: They are no lists, or empty, or differ in length.

    >>> dot([1.0, 2.0], [3.0, 4.0], 5.0)
    16.0
    """
    ws, xs = as_list("dot", ws), as_list("dot", xs)
    if len(ws) != len(xs) or not ws:
        raise InputError(f"dot needs as many weights as inputs; got {len(ws)} and {len(xs)}")
    result: T = weighted_sum(*ws, *xs) if bias is None else weighted_sum(*ws, *xs, bias)
    return result


equal = Op(
    "equal",
    lambda x, y: (1.0 if x == y else 0.0) if x == x and y == y else nan,
    (lambda x, y, out: 0.0, lambda x, y, out: 0.0),
    array="{0} == {1}",
    inner=True,
    doc="1 where x equals y, else 0: picks the largest in the derivative of maximum",
)


def _shares_of_ties(*xs_out: Any) -> list[Any]:
    *xs, out = xs_out
    hits = [equal(x, out) for x in xs]
    ties = sum(hits)
    return [hit / ties for hit in hits]


maximum: Many = Many(
    "maximum",
    lambda *xs: max(xs) if all(x == x for x in xs) else nan,
    _shares_of_ties,
    array="np.maximum",
    doc="The largest of a list; where several tie, they share the gradient equally",
)
minimum: Many = Many(
    "minimum",
    lambda *xs: min(xs) if all(x == x for x in xs) else nan,
    _shares_of_ties,
    array="np.minimum",
    doc="The smallest of a list; where several tie, they share the gradient equally",
)


def _logsumexp_array(*xs: Any) -> Any:
    largest = maximum(xs)
    hits = [equal(x, largest) for x in xs]
    others = sum([exp(x - largest) - hit for x, hit in zip(xs, hits, strict=True)])
    return largest + log1p(others + (sum(hits) - 1.0))


logsumexp = Many(
    "logsumexp",
    floats.logsumexp,
    lambda *xs_out: softmax(xs_out[:-1]),
    expand=lambda *xs: log(sum([exp(x) for x in xs])),
    array=_logsumexp_array,
    doc="log(exp(x1) + … + exp(xn)), which never overflows",
)


def _softmax_derivatives(*xs_out: Any) -> list[Any]:
    out, others = xs_out[-1], softmax(xs_out[:-1])[1:]
    return [out * sum(others) if others else 0.0, *(-out * share for share in others)]


def _softmax_textbook(*xs_out: Any) -> list[Any]:
    out, others = xs_out[-1], softmax(xs_out[:-1])[1:]
    return [out * (1.0 - out), *(-out * share for share in others)]


def _softmax_array(*xs: Any) -> Any:
    largest = maximum(xs)
    exponentials = [exp(x - largest) for x in xs]
    return exponentials[0] / sum(exponentials)


softmax_first = Op(
    "softmax",
    floats.softmax,
    _softmax_derivatives,
    textbook=_softmax_textbook,
    expand=lambda *xs: exp(xs[0]) / sum([exp(x) for x in xs]),
    array=_softmax_array,
    doc="exp(x1) / (exp(x1) + … + exp(xn)): the share of the first input",
)


def softmax(values: Iterable[T]) -> list[T]:
    """The shares ``exp(x) / sum of exp`` of a list: each in [0, 1], together 1.

    Never overflows, and adding one number to every input changes nothing.

    Args:
        values: n numbers or Values.

    Returns:
        A list of n, one Value (or float) per input.

    Raises:
        InputError: It is no list, or empty.

    >>> [round(share, 3) for share in softmax([2.0, 1.0, 0.1])]
    [0.659, 0.242, 0.099]
    """
    xs = as_list("softmax", values)
    if not xs:
        raise InputError("softmax needs at least one value; got none")
    if not any(hasattr(x, "_apply") for x in xs):  # plain numbers: all shares in one go
        exponentials: Any = floats.exponentials(tuple(map(to_float, xs)))
        total = math.fsum(exponentials)
        return [e / total for e in exponentials]
    return [softmax_first(x, *xs[:i], *xs[i + 1 :]) for i, x in enumerate(xs)]
