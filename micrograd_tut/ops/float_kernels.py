"""Accurate float implementations of operations, where Python's own functions would lose digits.

Each is right to a few units in the last place over its whole range, and does not overflow on the
way to a result that fits in a float.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence

inf, nan = math.inf, math.nan
SQRT_HALF = math.sqrt(0.5)
_SQRT_HALF_LOW = -4.833646656726457e-17  # sqrt(1/2) - SQRT_HALF
TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)


def product_low(a: float, b: float) -> float:
    """What rounding took from ``a * b``: Dekker's exact product, for sizes below 1e150."""
    a1 = a * 134217729.0  # 2**27 + 1 splits a float into halves
    a1 -= a1 - a
    b1 = b * 134217729.0
    b1 -= b1 - b
    a2, b2 = a - a1, b - b1
    return ((a1 * b1 - a * b) + a1 * b2 + a2 * b1) + a2 * b2


# --- Powers ---------------------------------------------------------------------------------


def power_term(c: float, x: float, y: float, j: float) -> float:
    """c * x ** (y - j), which is 0 where c is 0; y - j is not rounded."""
    if c == 0:
        return 0.0
    exponent = y - j
    if exponent + j != y and x:  # compensate for the rounding of the exponent
        c *= math.pow(math.fabs(x), math.fsum((y, -j, -exponent)))
    return _scaled_power(c, x, exponent)


def _scaled_power(c: float, x: float, exponent: float) -> float:
    """c * x ** exponent, also where the power alone is too large or too small for a float."""
    try:
        power = math.pow(x, exponent)
    except OverflowError:
        power = inf
    if x == 0 or 1e-300 < math.fabs(power) < inf or math.isinf(x):
        return c * power
    root = math.pow(math.fabs(x), exponent / 2)
    return c * root * math.copysign(root, x if exponent % 2 == 1 else 1.0)


def cbrt(x: float) -> float:
    """The cube root, of any number."""
    root = math.cbrt(x)
    if not root or root - root:  # 0, inf or nan
        return root
    return root - (root - x / (root * root)) / 3.0  # Newton: the library is off by 2 ulp


def direction(x: float, y: float) -> float:
    """x / hypot(x, y), and 0 at (0, 0)."""
    length = math.hypot(x, y)
    if not 1e-290 < length < inf:  # it may have lost digits, or be too large for a float
        shift = 200 if length < 1 else -200
        x, y = math.ldexp(x, shift), math.ldexp(y, shift)
        length = math.hypot(x, y)
    return x / length if length else x


def log_base(x: float, base: float) -> float:
    """The logarithm of x to a base; exact for powers of 2 and 10."""
    if base == 2:
        return math.log2(x)
    return math.log10(x) if base == 10 else math.log(x) / math.log(base)


# --- Waves ----------------------------------------------------------------------------------


def sin_pi(x: float) -> float:
    """sin(pi * x), exactly 0 at integers."""
    x = math.fmod(x, 2.0)
    whole = round(x)
    return math.sin(math.pi * (x - whole)) * (-1.0 if whole % 2 else 1.0)


def cos_pi(x: float) -> float:
    """cos(pi * x), exactly 0 half-way between integers."""
    x = math.fabs(math.fmod(x, 2.0))
    x = min(x, 2.0 - x)
    return math.cos(math.pi * x) if x < 0.25 else math.sin(math.pi * (0.5 - x))


def sinc(x: float) -> float:
    """sin(pi * x) / (pi * x), and 1 at 0."""
    return sin_pi(x) / (math.pi * x) if x else 1.0


def sinc_derivative(x: float, n: int) -> float:
    """The derivative of sinc of order n."""
    if math.fabs(x) < 0.6:  # the power series
        z = math.pi * x
        return math.pi**n * math.fsum(c * z**power for power, c in sinc_series(n))
    derivative = sinc(x)  # x times it is sin(pi * x) / pi; differentiate both, n times
    for k in range(1, n + 1):
        wave = cos_pi(x) if k % 2 else sin_pi(x)
        sign = -1.0 if k % 4 > 1 else 1.0
        derivative = (sign * math.pi ** (k - 1) * wave - k * derivative) / x
    return derivative


def sinc_series(n: int) -> list[tuple[int, float]]:
    """The power series of the derivative of sin(z) / z of order n: powers and coefficients."""
    return [
        (2 * j - n, (-1.0) ** j / (math.factorial(2 * j - n) * (2 * j + 1)))
        for j in range((n + 1) // 2, (n + 1) // 2 + 13)
    ]


# --- Bells and sigmoids ---------------------------------------------------------------------


def sech2(x: float) -> float:
    """1 / cosh(x)**2."""
    e = math.exp(-2.0 * math.fabs(x))
    return 4.0 * e / (1.0 + e) ** 2


def gaussian(x: float, rate: float) -> float:
    """exp(-rate * x**2), for a rate of 1 or 1/2."""
    if math.fabs(x) > 40:
        return 0.0
    return math.exp(-rate * (x * x)) * (1.0 - rate * product_low(x, x))


def normal_cdf(x: float) -> float:
    """The share of a standard normal distribution that lies below x."""
    if math.fabs(x) > 40:
        return 0.0 if x < 0 else 1.0
    z = x * SQRT_HALF
    lost = product_low(x, SQRT_HALF) + x * _SQRT_HALF_LOW
    return 0.5 * (math.erfc(-z) + TWO_OVER_SQRT_PI * math.exp(-z * z) * lost)


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x))."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def silu(x: float) -> float:
    """x * sigmoid(x)."""
    if x > -700 or x != x:
        return x * sigmoid(x)
    root = math.exp(0.5 * x)  # of sigmoid(x), which has lost its last digits
    return (max(x, -1e4) * root) * root


def kink(x: float, left: float, right: float) -> float:
    """left for x < 0, right for x > 0; at 0 the number of least size between the two."""
    if x != x:
        return x
    if x:
        return right if x > 0 else left
    if left * right <= 0:
        return 0.0
    return min(left, right, key=math.fabs)


# --- Sums -----------------------------------------------------------------------------------


def ieee_sum(*xs: float) -> float:
    """The sum from left to right, with inf and nan as they come."""
    total = 0.0
    for x in xs:
        total += x
    return total


def exact_sum(*xs: float) -> float:
    """The sum, rounded once; an overflow on the way to it is no error."""
    try:
        return math.fsum(xs) or _zero(xs)
    except OverflowError:
        return math.ldexp(math.fsum([math.ldexp(x, -64) for x in xs]), 64)


def _zero(xs: Iterable[float]) -> float:
    """The zero that numbers add up to: -0.0 where every one of them is."""
    return -0.0 if all(math.copysign(1.0, x) < 0 for x in xs) else 0.0


def mean(*xs: float) -> float:
    """The mean; a sum that is too large for a float is no error."""
    try:
        return exact_sum(*xs) / len(xs)
    except OverflowError:
        small = [math.ldexp(x, -64) for x in xs]
        share = min(max(math.fsum(small) / len(xs), min(small)), max(small))
        return math.ldexp(share, 64)


def dot(*values: float) -> float:
    """w1 * x1 + … + wn * xn, plus a bias if there is one; the products are added exactly."""
    n = len(values) // 2
    return exact_sum(*map(operator.mul, values, values[n : 2 * n]), *values[2 * n :])


def product(*xs: float) -> float:
    """The product to an ulp; an overflow or underflow on the way to it does no harm."""
    if not all(map(math.isfinite, xs)):
        return math.prod(xs)
    result, low, exponent = 1.0, 0.0, 0  # the product so far is (result + low) * 2 ** exponent
    for x in xs:
        x, size = math.frexp(x)
        low = low * x + product_low(result, x)
        result, shift = math.frexp(result * x)
        low = math.ldexp(low, -shift)
        exponent += size + shift
    return math.ldexp(result + low if low else result, exponent)


# --- Exponentials of a list -----------------------------------------------------------------


def exponentials(xs: Sequence[float]) -> list[float]:
    """exp(x - largest) for every x, compensated for the rounding of each difference."""
    largest = max(xs)
    found = []
    for x in xs:
        difference = x - largest
        e = math.exp(difference)
        if difference > -746:  # else e is 0, or nan
            back = difference - x
            e += e * ((x - (difference - back)) - (largest + back))
        found.append(e)
    return found


def logsumexp(*xs: float) -> float:
    """log(exp(x1) + … + exp(xn))."""
    largest = max(xs)
    if largest - largest or any(x != x for x in xs):  # inf or nan
        return nan if any(x != x for x in xs) else largest
    others = exponentials(xs)
    others.remove(1.0)  # the largest
    return largest + math.log1p(math.fsum(others))


def softmax(*xs: float) -> float:
    """The share of the first, exp(x1) / (exp(x1) + … + exp(xn))."""
    parts = exponentials(xs)
    return parts[0] / math.fsum(parts)


def log_softmax(*xs: float) -> float:
    """x1 - log(exp(x1) + … + exp(xn))."""
    largest = max(xs)
    if largest - largest or any(x != x for x in xs):  # inf or nan
        return nan
    others = exponentials(xs)
    others.remove(1.0)  # the largest
    return (xs[0] - largest) - math.log1p(math.fsum(others))
