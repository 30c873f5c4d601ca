"""Numbered exercises: the same number gives the same exercise on every machine.

>>> from micrograd_tut.stepping.naming import UniqueNames
>>> print(exercise(17, level=1))
level 1, number 17: one operation
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from micrograd_tut import ops
from micrograd_tut.engine import Constant, Value, grad, topological
from micrograd_tut.errors import InputError, MicrogradError

_INNER = "defgmnprtu"  # labels of what is computed, in order; leaves take a, b, c, and h, l, q
# and s are left to the verbs of the quiz


@dataclass(frozen=True)
class Exercise:
    """A graph to work out by hand.

    Attributes:
        title: What is written above it.
        output: Its output; the other Values have labels, or get names.
    """

    title: str
    output: Value

    def __str__(self) -> str:
        return self.title


def exercise(number: int, level: int = 1) -> Exercise:
    """The exercise that bears a number, the same on every machine.

    Args:
        number: 1 or more.
        level: 1 to 5, from one operation to a net of two neurons.

    Raises:
        InputError: there is no such number or level.
    """
    if not isinstance(number, int) or number < 1:
        raise InputError(f"exercises are numbered from 1; got {number!r}")
    if level not in LEVELS:
        raise InputError(f"there is no level {level!r}; use one of {', '.join(map(str, LEVELS))}")
    topic, draw = LEVELS[level]
    rng = random.Random(f"micrograd_tut {level} {number}")
    while True:
        try:
            output = draw(rng)
            if _suits(output):
                break
        except MicrogradError:  # such as a division by 0: draw again
            continue
    _label(output)
    return Exercise(f"level {level}, number {number}: {topic}", output)


def _suits(output: Value) -> bool:
    """Whether one can work it out by hand: numbers of a handy size, gradients not 0.

    Behind a relu that is off they may be 0, up to half of them. No two leaves have the same size,
    or the number of the one would be right where that of the other is asked.
    """
    order = topological(output)
    sizes = [abs(v.data) for v in order if not v.op and not isinstance(v, Constant)]
    gradients = grad(output, [v for v in order if not isinstance(v, Constant)])
    numbers = [v.data for v in order] + gradients
    most_zeros = len(gradients) / 2 if any(v.op is ops.relu for v in order) else 0
    return (
        len(set(sizes)) == len(sizes)
        and all(math.isfinite(x) and abs(x) < 100 for x in numbers)
        and all(abs(g) > 0.005 or g == 0 for g in gradients)
        and sum(g == 0 for g in gradients) <= most_zeros
    )


def _label(output: Value) -> None:
    inner = [v for v in topological(output) if v.op and not v.label and v is not output]
    for v, letter in zip(inner, _INNER, strict=False):
        v.label = letter
    output.label = "L"


def _whole(rng: random.Random, label: str) -> Value:
    return Value(rng.choice([-4, -3, -2, -1, 2, 3, 4, 5]), label)


def _half(rng: random.Random, label: str) -> Value:
    return Value(rng.choice([-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0]), label)


def _joined(rng: random.Random, a: Value, b: Value) -> Value:
    """Two Values through one of + - *."""
    chosen: Value = rng.choice([ops.add, ops.sub, ops.mul])(a, b)
    return chosen


def _one_operation(rng: random.Random) -> Value:
    a, b = _whole(rng, "a"), _whole(rng, "b")
    chosen: Value = rng.choice([ops.mul, ops.mul, ops.add, ops.sub, ops.div])(a, b)
    return chosen


def _chain(rng: random.Random) -> Value:
    a, b, c = (_whole(rng, name) for name in "abc")
    chains: list[tuple[ops.Op, ops.Op]] = [
        (ops.mul, ops.add), (ops.add, ops.mul), (ops.sub, ops.mul),
        (ops.mul, ops.sub), (ops.mul, ops.mul), (ops.add, ops.div),
    ]  # fmt: skip
    inner, outer = rng.choice(chains)
    output: Value = outer(inner(a, b), c)
    return output


def _used_twice(rng: random.Random) -> Value:
    a, b = _whole(rng, "a"), _whole(rng, "b")
    first = a * b
    second = rng.choice([a, first, _joined(rng, a, b)])
    ends: list[Callable[[], Value]] = [
        lambda: _joined(rng, first, second) * a,
        lambda: first + second * b,
        lambda: (first + a) * second,
        lambda: second**2 + first,
    ]
    return rng.choice(ends)()


def _function(rng: random.Random) -> Value:
    a, b, c = (_half(rng, name) for name in "abc")
    inner: Value = rng.choice([a * b + c, (a + b) * c, a * b - c])
    named: list[Callable[[Value], Value]] = [
        ops.tanh, ops.sigmoid, ops.relu, ops.exp, lambda v: v**2, lambda v: 1 / v,
    ]  # fmt: skip
    output = rng.choice(named)(inner)
    return rng.choice([output, output * a, output + c])


def _two_neurons(rng: random.Random) -> Value:
    x, b = _half(rng, "x"), _half(rng, "b")
    w1, w2 = _half(rng, "w1"), _half(rng, "w2")
    squash: Callable[[Value], Value] = rng.choice([ops.tanh, ops.relu, ops.sigmoid])
    hidden = squash(w1 * x + b)
    hidden.label = "hidden"
    error = w2 * hidden - rng.choice([-1.0, 0.5, 1.0, 2.0])
    error.label = "error"
    return error**2


LEVELS: dict[int, tuple[str, Callable[[random.Random], Value]]] = {
    1: ("one operation", _one_operation),
    2: ("two operations in a chain", _chain),
    3: ("a Value that is used twice", _used_twice),
    4: ("a function", _function),
    5: ("two neurons in a chain, with squared error", _two_neurons),
}
"""The levels: what one learns, and how an exercise of it is drawn."""
