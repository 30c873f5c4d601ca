"""Gradients checked against slopes that are measured: does the calculus agree with the numbers?

>>> from micrograd_tut.ops import tanh
>>> check_gradients(lambda a, b: tanh(a * b) + a**2, 0.5, -2.0)

How a slope is measured: divide the change of the function by the step, for a step that is halved
again and again, and extrapolate to a step of 0. What the last extrapolations differ by, and what
rounding does to the function, is the error. Source: C. J. F. Ridders 1982, "Accurate computation
of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4(2), 75-76.
"""

from __future__ import annotations

import functools
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, SupportsFloat

from micrograd_tut.engine import Value, grad, ieee
from micrograd_tut.errors import GradientError, InputError
from micrograd_tut.ops import to_float

_HALVINGS = 6
_FIRST_STEPS = (-36, -24, -14, -8, -5, -2)  # powers of 2, per unit of the input
_CONVERGED = 1e-7
_ROUNDING = 16.0  # what the last places of a function's value may be off by, in ulp
_DIRECTIONS = 3  # at random, besides the inputs' own

Along = Callable[[float], float]


class Slope(NamedTuple):
    """A slope, measured or claimed, and how far off that may be."""

    value: float
    error: float

    def agrees_with(self, claimed: Slope) -> bool:
        """Whether a derivative lies within the error of this slope."""
        if math.isinf(claimed.value):
            return self.error > 0.1 * math.fabs(self.value)  # it grows with every halving
        allowed = 8 * self.error + 1e-9 * math.fabs(self.value) + claimed.error
        return math.fabs(claimed.value - self.value) <= allowed


class _Line(NamedTuple):
    """A straight line through the point, ``point + t * direction``, and the t to start from."""

    name: str
    direction: tuple[float, ...]
    steps: tuple[float, ...]

    def at(self, point: tuple[float, ...], t: float) -> list[float]:
        return [x + t * d if d else x for x, d in zip(point, self.direction, strict=True)]

    def derivative(self, gradient: Sequence[float]) -> Slope:
        """The derivative along this line, from those by each input, and what rounding may take."""
        terms = [g * d for g, d in zip(gradient, self.direction, strict=True) if d and g]
        finite = all(map(math.isfinite, terms))
        rounding = sys.float_info.epsilon * sum(map(math.fabs, terms))
        underflow = sys.float_info.min * sum(map(math.fabs, self.direction))
        return Slope(math.fsum(terms) if finite else sum(terms), rounding + underflow)


def check_gradients(
    f: Callable[..., Value], *points: SupportsFloat, order: int = 2, seed: int = 0
) -> None:
    """Compare the derivatives of `f` with slopes that are measured; nothing is returned.

    They are compared along each input, and along some directions at random. Where `f` has a
    kink, any number between the slopes on its two sides is right.

    Args:
        f: A function of as many Values as there are points; it gives one Value.
        points: The numbers to check it at.
        order: 1 for the gradient; 2 also for its derivatives, through ``create_graph``.
        seed: Picks the directions.

    Raises:
        GradientError: a derivative that disagrees; it names the input and both numbers.
        InputError: no points, another order, or an `f` that does not give a Value.
    """
    if not points or order not in (1, 2):
        raise InputError("check_gradients(f, *points, order=2) needs a point, and order 1 or 2")
    point = tuple(map(to_float, points))
    gradient, hessian = _claimed(f, point, order)
    for line in _lines(point, random.Random(seed)):
        _check_first(f, point, line, gradient)
        if order == 2:
            _check_second(f, point, line, hessian)


def _check_first(
    f: Callable[..., Value], point: tuple[float, ...], line: _Line, gradient: list[float]
) -> None:
    claimed = line.derivative(gradient)
    measured = _disagreement(lambda t: _value(f, line.at(point, t)), line, claimed)
    if measured:
        raise _wrong("the derivative of f", line, claimed, measured)


def _check_second(
    f: Callable[..., Value], point: tuple[float, ...], line: _Line, hessian: list[list[float]]
) -> None:
    @functools.cache
    def gradient(t: float) -> list[float]:
        inputs = [Value(x) for x in line.at(point, t)]
        return grad(f(*inputs), inputs)

    for i, row in enumerate(hessian):
        claimed = line.derivative(row)
        measured = _disagreement(lambda t, i=i: gradient(t)[i], line, claimed)  # type: ignore[misc]
        if measured and not _has_kink(lambda t: _value(f, line.at(point, t)), line):
            raise _wrong(f"the derivative of df/d(input {i})", line, claimed, measured)


def _wrong(what: str, line: _Line, claimed: Slope, measured: Slope) -> GradientError:
    return GradientError(
        f"{what} along {line.name} is {claimed.value!r}, but the slope measured there is "
        f"{measured.value!r} (give or take {measured.error:.1g})"
    )


def _disagreement(along: Along, line: _Line, claimed: Slope) -> Slope | None:
    """The slope that was measured, where `claimed` is neither it nor within a kink."""
    measured = _measured(along, line.steps, side=0)
    if measured and measured.agrees_with(claimed):
        return None
    sides = [_measured(along, line.steps, side) for side in (-1, 1)]
    slopes = [slope for slope in sides if slope]
    if any(slope.agrees_with(claimed) for slope in slopes):
        return None
    if len(slopes) == 2 and min(slopes).value <= claimed.value <= max(slopes).value:
        return None
    return measured or (slopes[0] if slopes else None)


def _has_kink(along: Along, line: _Line) -> bool:
    left, right = (_measured(along, line.steps, side) for side in (-1, 1))
    if not left or not right:
        return False
    return math.fabs(left.value - right.value) > 8 * (left.error + right.error)


# --- What is claimed ------------------------------------------------------------------------


def _claimed(
    f: Callable[..., Value], point: tuple[float, ...], order: int
) -> tuple[list[float], list[list[float]]]:
    """The gradient of `f`, and the second derivatives: one row per derivative of the gradient."""
    inputs = [Value(x) for x in point]
    y = f(*inputs)
    if not isinstance(y, Value):
        raise InputError(f"check_gradients needs a function that gives a Value; f gave {y!r}")
    with ieee():
        gradient = grad(y, inputs)
        if order == 1:
            return gradient, []
        return gradient, [grad(g, inputs) for g in grad(y, inputs, create_graph=True)]


def _value(f: Callable[..., Value], point: Sequence[float]) -> float:
    return f(*map(Value, point)).data


# --- Lines ----------------------------------------------------------------------------------


def _lines(point: tuple[float, ...], rng: random.Random) -> Iterator[_Line]:
    """A line along each input, and some across. No ``x + t * direction`` is rounded."""
    for i, x in enumerate(point):
        direction = tuple(float(i == j) for j in range(len(point)))
        units = {1.0, _magnitude(x)}
        steps = sorted({math.ldexp(unit, k) for unit in units for k in _FIRST_STEPS})
        fitting = tuple(step for step in steps if step > 64 * math.ulp(x))
        yield _Line(f"input {i} (at {x!r})", direction, fitting)
    for _ in range(_DIRECTIONS if len(point) > 1 else 0):
        direction = tuple(
            rng.choice([-1, 1]) * rng.randint(5, 8) / 8 * _magnitude(x) for x in point
        )
        shown = ", ".join(f"{d:.4g}" for d in direction)
        yield _Line(f"the direction ({shown})", direction, tuple(2.0**k for k in _FIRST_STEPS))


def _magnitude(x: float) -> float:
    """The power of 2 next below |x|; 1 for 0."""
    return math.ldexp(1.0, math.frexp(x)[1] - 1) if x else 1.0


# --- Measuring ------------------------------------------------------------------------------


def _measured(along: Along, steps: Sequence[float], side: int) -> Slope | None:
    """The slope at 0: from both sides, or from the left (-1) or right (1) of it alone.

    The smallest step that settles is taken, since a kink may lie within a larger one; else what
    has the least error. None where the function cannot be evaluated.
    """
    best: Slope | None = None
    for step in steps:
        try:
            slope = _ridders(along, step, side)
        except (ArithmeticError, ValueError):  # outside the domain
            continue
        if best is None or slope.error < best.error:
            best = slope
        if slope.error <= _CONVERGED * math.fabs(slope.value):
            return slope
    return best


def _ridders(along: Along, step: float, side: int) -> Slope:
    """Differences over halved steps, extrapolated to a step of 0."""
    factor = 2.0 if side else 4.0  # what halving the step divides the leading error by
    best, above = Slope(0.0, math.inf), list[float]()
    for _ in range(_HALVINGS):
        a, b = (0.0, side * step) if side else (-step, step)
        at_a, at_b = along(a), along(b)
        row = [(at_b - at_a) / (b - a)]
        rounding = _ROUNDING * math.ulp(max(math.fabs(at_a), math.fabs(at_b))) / (2 * step)
        for j, before in enumerate(above):
            better = row[j] + (row[j] - before) / (factor ** (j + 1) - 1)
            error = max(math.fabs(better - row[j]), math.fabs(better - before)) + rounding
            row.append(better)
            if error < best.error:
                best = Slope(better, error)
        above, step = row, step / 2
    return best


__all__ = ["check_gradients"]
