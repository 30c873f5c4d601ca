"""A finite difference: change a number a little, and see how much the output changes.

>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> nudge(a * a * b, a)
a from 2.0 to 2.001: L from -12.0 to -12.012003
  slope       (-12.012003 - -12.0) / 0.001 = -12.003
  gradient    ∂L/∂a = -12.0
  prediction  gradient × h = -0.012; the output changes by -0.012003
  difference  -0.003: the slope changes along the way. With a nudge ten times smaller the
              difference is -0.0003; the gradient is the limit for a nudge towards 0.
>>> a.data, a.grad
(2.0, 0.0)
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import SupportsFloat

from micrograd_tut.engine import Constant, Value, evaluate, grad, topological
from micrograd_tut.errors import InputError
from micrograd_tut.ops import to_float
from micrograd_tut.stepping.formula_text import listed
from micrograd_tut.stepping.naming import UniqueNames, check_single_value, partial
from micrograd_tut.stepping.sentences import sentence
from micrograd_tut.support.numbers import shown
from micrograd_tut.support.text import Text


@dataclass(frozen=True, repr=False)
class Nudge:
    """What came of a nudge.

    Attributes:
        name, output: What the nudged Value and the output are called.
        at, h: The number that was nudged, and by how much.
        before, after: The output without the nudge, and with it.
        finer, below: The output with a nudge of h / 10, and of -h.
        gradient: The derivative of the output per unit of the Value, by backprop.
    """

    name: str
    output: str
    at: float
    h: float
    before: float
    after: float
    finer: float
    below: float
    gradient: float

    @property
    def slope(self) -> float:
        """The change of the output per unit of the nudge."""
        return (self.after - self.before) / self.h

    @property
    def difference(self) -> float:
        """The slope less the gradient."""
        return self.slope - self.gradient

    @property
    def reason(self) -> str:
        """Why the two differ: "none" (they do not), "rounding", "bend" or "kink"."""
        if self.difference == 0:
            return "none"
        noise = 4 * sys.float_info.epsilon * max(abs(self.before), abs(self.after)) / abs(self.h)
        noise += 4 * sys.float_info.epsilon * abs(self.at / self.h * self.gradient)
        if abs(self.difference) <= noise:
            return "rounding"
        return "kink" if abs(self._finer_difference) > abs(self.difference) / 2 else "bend"

    @property
    def _finer_difference(self) -> float:
        return (self.finer - self.before) / (self.h / 10) - self.gradient

    def __repr__(self) -> str:
        left = (self.before - self.below) / self.h
        finer = f"{self._finer_difference:.2g}"
        change = self.after - self.before
        numbers = {
            "before": self.before, "after": self.after, "moved": self.at + self.h,
            "slope": self.slope, "gradient": self.gradient,
            "predicted": self.gradient * self.h, "change": change,
        }  # fmt: skip
        texts = {key: _digits(x) for key, x in numbers.items()} | {
            "name": self.name,
            "output": self.output,
            "partial": partial(self.output, self.name),
            "at": shown(self.at),
            "h": shown(self.h),
            "difference": f"{self.difference:.2g}",
            "reason": sentence(f"nudge: {self.reason}", left=shown(left), finer=finer),
        }
        lines = ("moved", "slope", "gradient", "prediction", "difference")
        return Text("\n".join(sentence(f"nudge: {line}", **texts) for line in lines))


def nudge(y: Value, a: Value, h: SupportsFloat = 0.001) -> Nudge:
    """Compare the gradient with a finite difference: change `a` by `h` and see how `y` changes.

    The graph is not modified.

    Args:
        y: The output.
        a: A Value of its graph, a leaf or an inner one.
        h: The nudge, not 0.

    Returns:
        A `Nudge`, with `slope`, `gradient` and `difference`; printed, it says what the
        difference means.

    Raises:
        InputError: `y` is not one Value, `a` is a constant or not in its graph, or `h` is 0 or lost
            in rounding.
        StaleGraphError: an input has changed since the graph was recorded.
        DomainError, DivisionByZeroError, NotFiniteError: the nudged number has no result.
    """
    check_single_value(y, "nudge")
    h, order = to_float(h), topological(y)
    names = UniqueNames(order)
    if a not in order or isinstance(a, Constant):
        known = listed(names.values())
        raise InputError(f"{a!r} is a constant or not in the graph; pass one of {known}")
    if not math.isfinite(h) or a.data + h == a.data:
        raise InputError(f"h = {h!r} does not change {names.of(a)} = {a.data!r}; try h=0.001")
    (gradient,) = grad(y, [a])
    return Nudge(
        name=names.of(a),
        output=names.output,
        at=a.data,
        h=h,
        before=y.data,
        after=_output_with(order, a, a.data + h),
        finer=_output_with(order, a, a.data + h / 10),
        below=_output_with(order, a, a.data - h),
        gradient=gradient,
    )


def _output_with(order: list[Value], a: Value, x: float) -> float:
    """The last number of a graph if `a` were `x`."""
    numbers = {v: v.data for v in order} | {a: x}
    for node in order:
        if node.op and node is not a:
            numbers[node] = evaluate(node.op, [numbers[v] for v in node.inputs], node.inputs)
    return numbers[order[-1]]


def _digits(x: float) -> str:
    """A number with enough digits to see the nudge."""
    text = f"{x:.10g}"
    return text if set(text) & set(".enf") else f"{text}.0"
