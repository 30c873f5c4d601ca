"""Every row of the table once more, in mpmath: what the tests hold the package against.

Only values are written here. Slopes and curvatures are differences of these values, with as
many digits as it takes until two computations agree, so no rule is shared with the package.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

from mpmath import mp, mpf

inf, nan = math.inf, math.nan


def rows(mp: Any) -> dict[str, Callable[..., Any]]:
    """Every row, on the numbers of mpmath or of a library that calls things by the same names."""

    def shares(xs: Sequence[Any]) -> list[Any]:
        powers = [mp.exp(x - max(xs)) for x in xs]
        return [p / mp.fsum(powers) for p in powers]

    def dot(*values: Any) -> Any:
        n = len(values) // 2
        return mp.fsum([w * x for w, x in zip(values[:n], values[n:], strict=False)]) + (
            values[-1] if len(values) % 2 else 0
        )

    def kink(x: Any, left: Any, right: Any) -> Any:
        if x:
            return right if x > 0 else left
        return mp.mpf(0) if left * right <= 0 else min(left, right, key=abs)

    def clip(x: Any, low: Any, high: Any) -> Any:
        if low > high:
            raise ValueError
        return min(max(x, low), high)

    def sinc_derivative(x: Any, n: Any) -> Any:
        """By Leibniz' rule for sin(pi * x) times 1 / (pi * x)."""
        n = int(n)
        if x == 0:
            return mp.pi**n * mp.cospi(mp.mpf(n) / 2) / (n + 1)
        return mp.fsum([
            mp.binomial(n, k)
            * (mp.pi ** (k - 1) * mp.sinpi(x + mp.mpf(k) / 2))
            * ((-1) ** (n - k) * mp.factorial(n - k) / x ** (n - k + 1))
            for k in range(n + 1)
        ])  # fmt: skip

    def normal_cdf(x: Any) -> Any:
        if abs(x) > 1e4:  # where mpmath gives up; it differs from 0 or 1 by 1e-20,000,000
            return mp.mpf(x > 0)
        return mp.erfc(-x / mp.sqrt(mp.mpf(2))) / 2

    return {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "floor_div": lambda x, y: mp.floor(x / y),
        "mod": lambda x, y: x - y * mp.floor(x / y),
        "prod": lambda *xs: mp.fprod(xs),
        "neg": lambda x: -x,
        "pow": lambda x, y: x**y,
        "power_term": lambda c, x, y, j: c * x ** (y - j),
        "exp": mp.exp,
        "exp2": lambda x: mp.mpf(2) ** x,
        "log2": lambda x: mp.log(x) / mp.log(2),
        "log10": lambda x: mp.log(x) / mp.log(10),
        "log_base": lambda x, base: mp.log(x) / mp.log(base),
        "log": mp.log,
        "times_log": lambda z, x: z * mp.log(x) if x else mp.mpf(0),
        "log1p": lambda x: mp.log(1 + x),
        "expm1": lambda x: mp.exp(x) - 1,
        "sqrt": mp.sqrt,
        "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        "abs": abs,
        "hypot": lambda x, y: mp.sqrt(x * x + y * y),
        "direction": lambda x, y: x / mp.sqrt(x * x + y * y) if x or y else mp.mpf(0),
        "sin": mp.sin,
        "cos": mp.cos,
        "tan": mp.tan,
        "one_minus_square": lambda x: 1 - x * x,
        "asin": mp.asin,
        "acos": mp.acos,
        "atan": mp.atan,
        "atan2": mp.atan2,
        "degrees": lambda x: x * 180 / mp.pi,
        "radians": lambda x: x * mp.pi / 180,
        "sinc": lambda x: mp.sinpi(x) / (mp.pi * x) if x else mp.mpf(1),
        "sinc_derivative": sinc_derivative,
        "sinh": mp.sinh,
        "cosh": mp.cosh,
        "tanh": mp.tanh,
        "sech2": lambda x: mp.sech(x) ** 2,
        "asinh": mp.asinh,
        "acosh": mp.acosh,
        "atanh": mp.atanh,
        "gaussian": lambda x, rate: mp.exp(-rate * x * x),
        "erf": mp.erf,
        "erfc": lambda x: 2 * normal_cdf(-x * mp.sqrt(mp.mpf(2))),
        "normal_cdf": normal_cdf,
        "heaviside": lambda x: mp.mpf(x > 0),
        "sign": mp.sign,
        "kink": kink,
        "where": lambda condition, x, y: x if condition else y,
        "clip": clip,
        "floor": mp.floor,
        "ceil": mp.ceil,
        "relu": lambda x: max(x, mp.mpf(0)),
        "leaky_relu": lambda x, alpha: x if x > 0 else alpha * x,
        "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
        "softplus": lambda x: mp.log(1 + mp.exp(x)),
        "silu": lambda x: x / (1 + mp.exp(-x)),
        "gelu": lambda x: x * normal_cdf(x),
        "elu": lambda x, alpha: x if x > 0 else alpha * (mp.exp(x) - 1),
        "selu": lambda x: (
            mp.mpf("1.0507009873554804934193349852946")
            * (x if x > 0 else mp.mpf("1.6732632423543772848170429916717") * (mp.exp(x) - 1))
        ),
        "mish": lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))),
        "softsign": lambda x: x / (1 + abs(x)),
        "relu6": lambda x: clip(x, mp.mpf(0), mp.mpf(6)),
        "hard_sigmoid": lambda x: clip(x + 3, mp.mpf(0), mp.mpf(6)) / 6,
        "sum": lambda *xs: mp.fsum(xs),
        "mean": lambda *xs: mp.fsum(xs) / len(xs),
        "dot": dot,
        "equal": lambda x, y: mp.mpf(x == y),
        "maximum": lambda *xs: max(xs),
        "minimum": lambda *xs: min(xs),
        "logsumexp": lambda *xs: max(xs) + mp.log(mp.fsum([mp.exp(x - max(xs)) for x in xs])),
        "log_softmax": lambda *xs: -mp.log(mp.fsum([mp.exp(x - xs[0]) for x in xs])),
        "softmax": lambda *xs: shares(xs)[0],
    }


VALUE = rows(mp)


def value(name: str, point: Sequence[float]) -> Any:
    """The value of a row, to 25 digits or more."""
    return _settled(lambda: VALUE[name](*map(mpf, point)), point)


def slope(name: str, point: Sequence[float], i: int) -> Any:
    """The derivative by input `i`, to 25 digits or more."""

    def difference() -> Any:
        h = _step(point)
        return (_moved(name, point, {i: h}) - _moved(name, point, {i: -h})) / (2 * h)

    return _settled(difference, point)


def curvature(name: str, point: Sequence[float], i: int, j: int) -> Any:
    """The second derivative by inputs `i` and `j`, to 25 digits or more."""

    def difference() -> Any:
        h = _step(point)
        if i == j:
            around = _moved(name, point, {i: h}) + _moved(name, point, {i: -h})
            return (around - 2 * _moved(name, point, {})) / h**2
        same = _moved(name, point, {i: h, j: h}) + _moved(name, point, {i: -h, j: -h})
        opposite = _moved(name, point, {i: h, j: -h}) + _moved(name, point, {i: -h, j: h})
        return (same - opposite) / (4 * h**2)

    return _settled(difference, point)


def ulps(got: float, true: Any) -> float:
    """How many units in the last place lie between a float and what it should be."""
    if not math.isfinite(got):
        return 0.0 if abs(true) > mpf(sys.float_info.max) and got * mp.sign(true) > 0 else inf
    return distance(got, true) / unit(true)


def distance(got: float, true: Any) -> float:
    """How far a float is from what it should be."""
    with mp.workdps(60):
        return float(abs(mpf(got) - true)) if math.isfinite(got) else inf


def unit(true: Any) -> float:
    """One unit in the last place; 1e-321 at least: a product of a tiny number loses so much."""
    return max(math.ulp(float(true)), 1e-321)


def _settled(compute: Callable[[], Any], point: Sequence[float]) -> Any:
    """What `compute` gives when more digits no longer change it."""
    ordinary = all(x == 0 or 1e-100 < abs(x) < 1e100 for x in point)
    digits, before, many = 100, None, 700 if ordinary else 1500
    while digits < 7000:
        with mp.workdps(digits):
            now = compute()
            tiny = abs(now) < mpf(10) ** -400  # or drowned: believed only with many digits
            if before is not None and (
                digits > many if tiny else abs(now - before) <= mpf(10) ** -25 * abs(now)
            ):
                return now
        before, digits = now, digits * 2
    raise ArithmeticError("the oracle does not settle")


def _step(point: Sequence[float]) -> Any:
    """Small against every distance to where a row bends: 0, 1 and -1."""
    distances = [abs(abs(mpf(x)) - at) for x in point for at in (0, 1)]
    return mpf(10) ** -32 * min([mpf(1), *(d for d in distances if d)])


def _moved(name: str, point: Sequence[float], moves: dict[int, Any]) -> Any:
    return VALUE[name](*(mpf(x) + moves.get(i, 0) for i, x in enumerate(point)))
