"""The functions of the table as methods, written out so that editors and type checkers see them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self, SupportsFloat

from micrograd_tut import ops


class Functions:
    """What can be done to a Value beside arithmetic: each method applies the row of its name."""

    __slots__ = ()

    @abstractmethod
    def _applied(self, op: ops.Op, *others: Any) -> Self:
        """The row `op` on this and `others`."""

    def exp(self) -> Self:
        """e to this power."""
        return self._applied(ops.exp)

    def log(self) -> Self:
        """The natural logarithm; needs a positive number."""
        return self._applied(ops.log)

    def log1p(self) -> Self:
        """log(1 + self), exact near 0."""
        return self._applied(ops.log1p)

    def expm1(self) -> Self:
        """exp(self) - 1, exact near 0."""
        return self._applied(ops.expm1)

    def sqrt(self) -> Self:
        """The square root; needs a number >= 0."""
        return self._applied(ops.sqrt)

    def cbrt(self) -> Self:
        """The cube root."""
        return self._applied(ops.cbrt)

    def abs(self) -> Self:
        """The absolute value."""
        return self._applied(ops.abs)

    def sin(self) -> Self:
        """The sine of radians."""
        return self._applied(ops.sin)

    def cos(self) -> Self:
        """The cosine of radians."""
        return self._applied(ops.cos)

    def tan(self) -> Self:
        """The tangent of radians."""
        return self._applied(ops.tan)

    def asin(self) -> Self:
        """The angle in [-pi/2, pi/2] whose sine this is."""
        return self._applied(ops.asin)

    def acos(self) -> Self:
        """The angle in [0, pi] whose cosine this is."""
        return self._applied(ops.acos)

    def atan(self) -> Self:
        """The angle in (-pi/2, pi/2) whose tangent this is."""
        return self._applied(ops.atan)

    def sinh(self) -> Self:
        """The hyperbolic sine."""
        return self._applied(ops.sinh)

    def cosh(self) -> Self:
        """The hyperbolic cosine."""
        return self._applied(ops.cosh)

    def tanh(self) -> Self:
        """The hyperbolic tangent, in (-1, 1)."""
        return self._applied(ops.tanh)

    def asinh(self) -> Self:
        """The inverse hyperbolic sine."""
        return self._applied(ops.asinh)

    def acosh(self) -> Self:
        """The inverse hyperbolic cosine; needs a number >= 1."""
        return self._applied(ops.acosh)

    def atanh(self) -> Self:
        """The inverse hyperbolic tangent; needs a number in (-1, 1)."""
        return self._applied(ops.atanh)

    def erf(self) -> Self:
        """The error function, in (-1, 1)."""
        return self._applied(ops.erf)

    def relu(self) -> Self:
        """max(self, 0)."""
        return self._applied(ops.relu)

    def leaky_relu(self, alpha: SupportsFloat = 0.01) -> Self:
        """self where positive, else alpha * self."""
        return self._applied(ops.leaky_relu, alpha)

    def sigmoid(self) -> Self:
        """1 / (1 + exp(-self)), in (0, 1)."""
        return self._applied(ops.sigmoid)

    def softplus(self) -> Self:
        """log(1 + exp(self))."""
        return self._applied(ops.softplus)

    def gelu(self) -> Self:
        """self times the share of a standard normal distribution below it."""
        return self._applied(ops.gelu)

    def silu(self) -> Self:
        """self * sigmoid(self)."""
        return self._applied(ops.silu)

    def elu(self, alpha: SupportsFloat = 1.0) -> Self:
        """self where positive, else alpha * (exp(self) - 1)."""
        return self._applied(ops.elu, alpha)

    def hypot(self, other: SupportsFloat) -> Self:
        """sqrt(self**2 + other**2)."""
        return self._applied(ops.hypot, other)

    def maximum(self, *others: SupportsFloat) -> Self:
        """The largest of self and others."""
        return self._applied(ops.maximum, *others)

    def minimum(self, *others: SupportsFloat) -> Self:
        """The smallest of self and others."""
        return self._applied(ops.minimum, *others)
