# Written by .ci/methods_stub.py.
from typing import Self

from micrograd_tut.ops.op import Op

METHODS: list[Op]

class Methods:
    def sqrt(self) -> Self:
        """The square root, for x >= 0; its derivative at 0 is inf"""

    def cbrt(self) -> Self:
        """The cube root, of any number; its derivative at 0 is inf"""

    def hypot(self, y: float | Self) -> Self:
        """sqrt(x**2 + y**2) without overflow on the way; its derivatives at (0, 0) are 0"""

    def exp(self) -> Self:
        """e ** x, for x up to 709.78"""

    def expm1(self) -> Self:
        """exp(x) - 1, accurate even for x near 0"""

    def exp2(self) -> Self:
        """2 ** x, for x below 1024"""

    def log(self, base: float | Self = ...) -> Self:
        """The natural logarithm, for x > 0; a second input is another base"""

    def log2(self) -> Self:
        """The logarithm to base 2, for x > 0"""

    def log10(self) -> Self:
        """The logarithm to base 10, for x > 0"""

    def log1p(self) -> Self:
        """log(1 + x), accurate even for x near 0; for x > -1"""

    def sin(self) -> Self:
        """The sine of x radians"""

    def cos(self) -> Self:
        """The cosine of x radians"""

    def tan(self) -> Self:
        """The tangent of x radians"""

    def asin(self) -> Self:
        """The angle in [-pi/2, pi/2] whose sine is x, for -1 <= x <= 1"""

    def acos(self) -> Self:
        """The angle in [0, pi] whose cosine is x, for -1 <= x <= 1"""

    def atan(self) -> Self:
        """The angle in (-pi/2, pi/2) whose tangent is x"""

    def atan2(self, x: float | Self) -> Self:
        """The angle of the point (x, y) in [-pi, pi]; y comes first. Derivatives at (0, 0) are 0"""

    def degrees(self) -> Self:
        """x radians in degrees"""

    def radians(self) -> Self:
        """x degrees in radians"""

    def sinc(self) -> Self:
        """sin(pi * x) / (pi * x), and 1 at 0; with pi, as in NumPy"""

    def sinh(self) -> Self:
        """The hyperbolic sine"""

    def cosh(self) -> Self:
        """The hyperbolic cosine"""

    def tanh(self) -> Self:
        """The hyperbolic tangent, in (-1, 1)"""

    def asinh(self) -> Self:
        """The inverse hyperbolic sine"""

    def acosh(self) -> Self:
        """The inverse hyperbolic cosine, for x >= 1"""

    def atanh(self) -> Self:
        """The inverse hyperbolic tangent, for -1 < x < 1"""

    def abs(self) -> Self:
        """|x|; its derivative at 0 is 0"""

    def maximum(self) -> Self:
        """The largest of a list; if several are largest, they share the gradient equally"""

    def minimum(self) -> Self:
        """The smallest of a list; if several are smallest, they share the gradient equally"""

    def relu(self) -> Self:
        """max(x, 0), the rectified linear unit; its derivative at 0 is 0"""

    def leaky_relu(self, alpha: float | Self = 0.01) -> Self:
        """x if x > 0, else alpha * x; alpha defaults to 0.01"""

    def elu(self, alpha: float | Self = 1.0) -> Self:
        """x if x > 0, else alpha * (exp(x) - 1); alpha defaults to 1. Source: arXiv 1511.07289"""

    def selu(self) -> Self:
        """1.0507 * elu(x, 1.67326): outputs keep mean 0 and variance 1. Source: arXiv 1706.02515"""

    def relu6(self) -> Self:
        """min(max(x, 0), 6); its derivative at 0 and 6 is 0"""

    def hard_sigmoid(self) -> Self:
        """relu6(x + 3) / 6, a sigmoid of three lines, in [0, 1]; as in Keras 3 and PyTorch"""

    def softsign(self) -> Self:
        """x / (1 + |x|), in (-1, 1)"""

    def sigmoid(self) -> Self:
        """1 / (1 + exp(-x)), the logistic function, in (0, 1)"""

    def softplus(self) -> Self:
        """log(1 + exp(x)), a smooth relu"""

    def silu(self) -> Self:
        """x * sigmoid(x), also known as swish. Source: arXiv 1606.08415"""

    def mish(self) -> Self:
        """x * tanh(softplus(x)). Source: arXiv 1908.08681"""

    def erf(self) -> Self:
        """The error function, in (-1, 1). Source: Abramowitz and Stegun, 7.1.1"""

    def erfc(self) -> Self:
        """1 - erf(x), accurate even if it is small, in (0, 2)"""

    def gelu(self) -> Self:
        """x * P(a standard normal variable < x). Source: arXiv 1606.08415"""

    def sum(self) -> Self:
        """The sum of a list, correctly rounded"""

    def clip(self, low: float | Self, high: float | Self) -> Self:
        """x, but at least low and at most high; if x equals one of them, they share the gradient"""

    def floor(self) -> Self:
        """x rounded down to an integer; its derivative is 0"""

    def ceil(self) -> Self:
        """x rounded up to an integer; its derivative is 0"""
