"""Gradient checking: derivatives against finite differences.

>>> from micrograd_tut.ops import tanh
>>> check_gradients(lambda a, b: tanh(a * b) + a**2, 0.5, -2.0)

How a slope is measured: divide the change of the function by the step, for a step that is halved
again and again, and extrapolate to a step of 0. What the last extrapolations differ by, and what
rounding does to the function, is the error. Source: C. J. F. Ridders 1982, "Accurate computation
of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4(2), 75-76.

The graph gives the effect of rounding: each node may be off by a unit in its last place, which
reaches the result times the derivative with respect to that node. Source: N. J. Higham 2002,
Accuracy and Stability of Numerical Algorithms, section 3.3 on running error analysis.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from micrograd_tut.engine import Value, grad, set_data, topological
from micrograd_tut.errors import GradientError, InputError
from micrograd_tut.nn import Module
from micrograd_tut.ops import to_float
from micrograd_tut.support.modes import ieee

_HALVINGS = 6
_FIRST_STEPS = (-36, -24, -14, -8, -5, -2)  # powers of 2, per unit of the input
_CONVERGED, _CLEAR = 1e-7, 1e-3  # relative errors
_ROUNDING = 16.0  # what the last places of a function's value may be off by, in ulp
_SHOWN = 8  # numbers of a direction in a message
_DIRECTIONS = 3  # at random, besides the inputs' own

Function = Callable[..., Value]
Point = tuple[float, ...]


class Slope(NamedTuple):
    """A derivative, by finite differences or by backprop, and its possible error."""

    value: float
    error: float

    def agrees_with(self, claimed: Slope) -> bool:
        """Whether a derivative lies within the error of this slope."""
        if math.isinf(self.value):
            return self.value == claimed.value
        if math.isinf(claimed.value):  # too large for a float: it does not settle
            same_way = self.value * math.copysign(1.0, claimed.value) >= 0
            return same_way and self.error > 0.1 * math.fabs(self.value)
        allowed = 8 * self.error + 1e-9 * math.fabs(self.value) + claimed.error
        return math.fabs(claimed.value - self.value) <= allowed

    def is_clear_beside(self, larger_step: Slope) -> bool:
        """Whether its error is small, compared with it or, if it is 0, with a larger step."""
        return self.error <= _CLEAR * math.fabs(self.value or larger_step.value)


class _Line(NamedTuple):
    """A straight line through the point, ``point + t * direction``, and the t to start from."""

    name: str
    direction: tuple[float, ...]
    steps: tuple[float, ...]

    def at(self, point: Point, t: float) -> Point:
        return tuple(x + t * d if d else x for x, d in zip(point, self.direction, strict=True))

    def derivative(self, gradient: Sequence[float]) -> Slope:
        """The directional derivative, from the partial ones, and its rounding error."""
        terms = [g * d for g, d in zip(gradient, self.direction, strict=True) if d and g]
        finite = all(map(math.isfinite, terms))
        rounding = sys.float_info.epsilon * sum(map(math.fabs, terms))
        underflow = sys.float_info.min * sum(map(math.fabs, self.direction))
        return Slope(math.fsum(terms) if finite else sum(terms), rounding + underflow)


class _Curve(NamedTuple):
    """A function of t, and the rounding error of its values."""

    at: Callable[[float], float]
    noise: float

    def chord(self, a: float, b: float) -> Slope:
        """The slope from `a` to `b`."""
        at_a, at_b = self.at(a), self.at(b)
        rounding = max(_ROUNDING * math.ulp(max(math.fabs(at_a), math.fabs(at_b))), 2 * self.noise)
        return Slope((at_b - at_a) / (b - a), rounding / math.fabs(b - a))


class _Quantity(NamedTuple):
    """A function to check: f, or its derivative with respect to one of the inputs."""

    name: str
    at: Callable[[Point], float]
    claimed: list[float]  # its derivatives by each input
    noise: float

    def along(self, line: _Line, point: Point) -> _Curve:
        return _Curve(lambda t: self.at(line.at(point, t)), self.noise)


def check_gradients(f: Function, *points: Any, order: int = 2, seed: int = 0) -> None:
    """Check the derivatives of `f` against finite differences; silence means that they agree.

    They are compared along each input, and along some random directions. At a kink of `f`, any
    number between the slopes on its two sides is right. It takes 50 to 100 evaluations of `f` per
    input, and for order 2 as many gradients.

    Args:
        f: A function of as many arguments as there are points, which returns one Value.
        points: What to call it with: a finite number for an argument that is a Value, a list of
            them for a list of Values, or a network. The parameters of a network are inputs:
            ``check_gradients(lambda model: model([1.0, 2.0]), model)``. They keep their numbers.
        order: 1 for the gradient; 2 also for its derivatives, through ``create_graph``.
        seed: Picks the directions.

    Raises:
        GradientError: a derivative disagrees; it names the input and both numbers.
        InputError: no points, one that is not finite, another order, or `f` does not return a
            Value.
    """
    inputs = [pair for i, p in enumerate(points) for pair in _inputs(p, f"input {i}")]
    if not inputs or order not in (1, 2):
        raise InputError("check_gradients(f, *points, order=2) needs a point, and order 1 or 2")
    for name, x in inputs:
        if not math.isfinite(x):
            raise InputError(f"a gradient can be checked at finite numbers only; {name} is {x}")
    names, point = zip(*inputs, strict=True)
    try:
        function, *derivatives = _quantities(f, points, names, point, order)
        for line in _lines(names, point, random.Random(operator.index(seed))):
            _check(function, line, point)
            for derivative in derivatives:
                _check(derivative, line, point, unless_kink_of=function)
    finally:  # networks get their numbers back
        _arguments(points, iter(point), [])


# --- Arguments ------------------------------------------------------------------------------


def _inputs(point: Any, name: str) -> Iterator[tuple[str, float]]:
    """The name and the number of each input that an argument stands for."""
    if isinstance(point, Module):
        for i, v in enumerate(point.parameters()):
            yield f"{name}.{getattr(v, 'path', i)}", v.data
    elif _is_list(point):
        for i, part in enumerate(point):
            yield from _inputs(part, f"{name}[{i}]")
    else:
        yield name, to_float(point)


def _arguments(points: Iterable[Any], numbers: Iterator[float], values: list[Value]) -> list[Any]:
    """The arguments for other numbers; their Values are added to `values`."""
    arguments: list[Any] = []
    for point in points:
        if _is_list(point):
            arguments.append(_arguments(point, numbers, values))
            continue
        if isinstance(point, Module):
            arguments.append(point)
            values += point.parameters()
            set_data(point.parameters(), numbers)
        else:
            arguments.append(Value(next(numbers)))
            values.append(arguments[-1])
    return arguments


def _is_list(point: Any) -> bool:
    return isinstance(point, (list, tuple)) or getattr(point, "ndim", 0) > 0


def _check(
    quantity: _Quantity, line: _Line, point: Point, unless_kink_of: _Quantity | None = None
) -> None:
    claimed = line.derivative(quantity.claimed)
    measured = _disagreement(quantity.along(line, point), line, claimed)
    is_nan = math.isnan(claimed.value) and any(map(math.isnan, quantity.claimed))
    if is_nan and not measured and not unless_kink_of:
        raise GradientError(
            f"the derivative of f along {line.name} is nan by backprop, and f has no values near it"
        )
    if not measured or (unless_kink_of and _has_kink(unless_kink_of.along(line, point), line)):
        return
    raise GradientError(
        f"the derivative of {quantity.name} along {line.name} is {claimed.value!r} by backprop, "
        f"but {measured.value!r} ± {measured.error:.1g} by finite differences. Check the partial "
        f"derivatives of the operations in f"
    )


def _disagreement(curve: _Curve, line: _Line, claimed: Slope) -> Slope | None:
    """The finite difference, if `claimed` differs from it and is not within a kink."""
    measured = _measured(curve, line.steps, side=0)
    if measured and measured.agrees_with(claimed):
        return None
    sides = [_measured(curve, line.steps, side) for side in (-1, 1)]
    slopes = [slope for slope in sides if slope]
    if any(slope.agrees_with(claimed) for slope in slopes):
        return None
    if len(slopes) == 2 and min(slopes).value <= claimed.value <= max(slopes).value:
        return None
    return measured or (slopes[0] if slopes else None)


def _has_kink(curve: _Curve, line: _Line) -> bool:
    left, right = (_measured(curve, line.steps, side) for side in (-1, 1))
    if not left or not right:
        return False
    return math.fabs(left.value - right.value) > 8 * (left.error + right.error)


# --- What is claimed ------------------------------------------------------------------------


def _quantities(
    f: Function, points: Sequence[Any], names: Sequence[str], point: Point, order: int
) -> list[_Quantity]:
    """The function and, for order 2, its derivative with respect to each input."""

    def evaluated(point: Point) -> tuple[Value, list[Value]]:
        inputs: list[Value] = []
        return f(*_arguments(points, iter(point), inputs)), inputs

    @functools.cache
    def gradient(point: Point) -> list[float]:
        return grad(*evaluated(point))

    y, inputs = evaluated(point)
    if not isinstance(y, Value):
        raise InputError(f"check_gradients needs a function that returns a Value; f returned {y!r}")
    with ieee():
        function = _Quantity("f", lambda p: evaluated(p)[0].data, *_claimed(y, inputs))
        quantities = [function]
        for i, g in enumerate(grad(y, inputs, create_graph=True) if order == 2 else ()):
            at = functools.partial(lambda i, p: gradient(p)[i], i)
            quantities.append(_Quantity(f"df/d({names[i]})", at, *_claimed(g, inputs)))
    return quantities


def _claimed(y: Value, inputs: list[Value]) -> tuple[list[float], float]:
    """The derivatives of `y` with respect to each input, and the rounding error of `y`."""
    nodes = [node for node in topological(y) if node.op]
    slopes = grad(y, [*inputs, *nodes])
    moved = [
        math.fabs(slope) * math.ulp(node.data)
        for slope, node in zip(slopes[len(inputs) :], nodes, strict=True)
    ]
    return slopes[: len(inputs)], math.fsum(filter(math.isfinite, moved))


# --- Lines ----------------------------------------------------------------------------------


def _lines(names: Sequence[str], point: Point, rng: random.Random) -> Iterator[_Line]:
    """A line along each input, and some across. No ``x + t * direction`` is rounded."""
    for i, x in enumerate(point):
        direction = tuple(float(i == j) for j in range(len(point)))
        units = {1.0, _magnitude(x)}
        steps = sorted({math.ldexp(unit, k) for unit in units for k in _FIRST_STEPS})
        fitting = tuple(step for step in steps if step > 64 * math.ulp(x))
        yield _Line(f"{names[i]} (at {x!r})", direction, fitting)
    for _ in range(_DIRECTIONS if len(point) > 1 else 0):
        direction = tuple(
            rng.choice([-1, 1]) * rng.randint(5, 8) / 8 * _magnitude(x) for x in point
        )
        shown = ", ".join(f"{d:.4g}" for d in direction[:_SHOWN])
        shown += ", …" if len(direction) > _SHOWN else ""
        yield _Line(f"the direction ({shown})", direction, tuple(2.0**k for k in _FIRST_STEPS))


def _magnitude(x: float) -> float:
    """The power of 2 next below |x|; 1 for 0."""
    return math.ldexp(1.0, math.frexp(x)[1] - 1) if x else 1.0


# --- Measuring ------------------------------------------------------------------------------


def _measured(curve: _Curve, steps: Sequence[float], side: int) -> Slope | None:
    """The slope at 0: from both sides, or from the left (-1) or right (1) of it alone.

    The smallest step that settles is taken, else what has the least error; a step that contradicts
    a smaller one is left out, since a kink or a jump may lie within it. None if the function
    cannot be evaluated.
    """
    best: Slope | None = None
    for step in steps:
        try:
            slope = _ridders(curve, step, side)
        except (ArithmeticError, ValueError):  # outside the domain
            continue
        if best and best.is_clear_beside(slope) and not best.agrees_with(slope):
            continue
        if slope.error <= _CONVERGED * math.fabs(slope.value):
            return slope
        if best is None or slope.error < best.error:
            best = slope
    return best if best and math.isfinite(best.error) else None


def _ridders(curve: _Curve, step: float, side: int) -> Slope:
    """Chords over halved steps, extrapolated to a step of 0; infinite if they have no limit."""
    factor = 2.0 if side else 4.0  # what halving the step divides the leading error by
    best, above, chords = Slope(0.0, math.inf), list[float](), list[Slope]()
    for _ in range(_HALVINGS):
        chord = curve.chord(*((0.0, side * step) if side else (-step, step)))
        row = [chord.value]
        for j, before in enumerate(above):
            better = row[j] + (row[j] - before) / (factor ** (j + 1) - 1)
            error = max(math.fabs(better - row[j]), math.fabs(better - before)) + chord.error
            row.append(better)
            if error < best.error:
                best = Slope(better, error)
        chords.append(chord)
        above, step = row, step / 2
    return Slope(math.copysign(math.inf, chords[-1].value), 0.0) if _steepen(chords) else best


def _steepen(chords: list[Slope]) -> bool:
    """Whether chords grow without limit as the step is halved, as those of sqrt or x log(x) at 0.

    They grow by the same factor or by the same amount with every halving. Towards a finite slope
    the growth dies away; at a jump they double.
    """
    growths, changes = [], []
    for before, after in itertools.pairwise(chords):
        if not math.fabs(after.value - before.value) > 100 * (before.error + after.error):
            return False
        growths.append(after.value / before.value - 1 if before.value else math.inf)
        changes.append(after.value - before.value)
    return 0 < 0.97 * growths[0] < growths[-1] < 0.99 or math.isclose(*changes[::4], rel_tol=0.01)


__all__ = ["check_gradients"]
