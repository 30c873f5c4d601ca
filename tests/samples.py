"""Points at which the tests look at each row of the table, and the range that it is measured over.

A row without an entry here makes a test fail: a new operation comes with its points.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import NamedTuple

inf = math.inf


class Row(NamedTuple):
    """Where a row is looked at.

    Attributes:
        points: Smooth points, one tuple of inputs each.
        domain: Per input, the open interval of its numbers.
        constants: Inputs that take no gradient.
        corners: Points where the row has a value, but may have no derivative.
    """

    points: list[tuple[float, ...]]
    domain: tuple[tuple[float, float], ...] = ((-inf, inf),)
    constants: tuple[int, ...] = ()
    corners: tuple[tuple[float, ...], ...] = ()


def _at(*numbers: float) -> list[tuple[float, ...]]:
    return [(x,) for x in numbers]


LINE = (-inf, inf)
PLANE = (LINE, LINE)
TRIPLE = (LINE, LINE, LINE)

ROWS: dict[str, Row] = {
    "add": Row([(2.0, -3.0), (0.1, 0.2), (1e16, 1.0)], PLANE),
    "sub": Row([(2.0, -3.0), (0.1, 0.2), (1e16, 1.0)], PLANE),
    "mul": Row([(2.0, -3.0), (0.1, 0.7), (1e-200, 1e100)], PLANE),
    "div": Row([(2.0, -3.0), (0.1, 0.7), (1e200, 1e200)], PLANE),
    "neg": Row(_at(-2.0, 0.1, 3e7)),
    "pow": Row(
        [(2.0, 3.0), (0.3, -1.7), (1.0000001, 1e6), (7.0, 0.1)], ((0, inf), (-1e150, 1e150))
    ),
    "power_term": Row(
        [(2.0, 3.0, 4.0, 1.0), (0.7, 1.5, 0.1, 1.0), (-6.0, 0.4, 3.0, 2.0)],
        ((-1e3, 1e3), (0, inf), (-1e3, 1e3), (0.5, 3.5)),
        constants=(3,),
    ),
    "exp": Row(_at(-700.0, -1.0, 0.5, 3.0, 700.0)),
    "log": Row(_at(1e-300, 0.3, 0.9999, 2.0, 1e300), ((0, inf),)),
    "log_or_zero": Row(_at(1e-300, 0.3, 2.0, 1e300), ((0, inf),)),
    "log1p": Row(_at(-0.999, -1e-9, 1e-12, 0.5, 1e9), ((-1, inf),)),
    "expm1": Row(_at(-40.0, -1e-9, 1e-12, 0.5, 300.0)),
    "sqrt": Row(_at(1e-300, 0.3, 2.0, 1e300), ((0, inf),)),
    "cbrt": Row(_at(-1e300, -0.3, 2.0, 1e-300)),
    "abs": Row(_at(-3.0, 0.2)),
    "direction": Row(
        [(3.0, -4.0), (1e200, 1e200), (1e-200, 1.0), (-0.3, 1e-7)], ((-1e3, 1e3), (-1e3, 1e3))
    ),
    "hypot": Row([(3.0, -4.0), (1e200, 1e200), (1e-200, 1.0), (-2.0, 0.0)], PLANE),
    "sin": Row(_at(-1e6, -1.0, 0.3, 3.0)),
    "cos": Row(_at(-1e6, -1.0, 0.3, 3.0)),
    "tan": Row(_at(-1e6, -1.5, 0.3, 1.5707963)),
    "one_minus_square": Row(_at(-0.999999, -1e-20, 0.5, 3.0, 1e100)),
    "asin": Row(_at(-0.999999, -0.3, 1e-20, 0.5, 0.999999), ((-1, 1),)),
    "acos": Row(_at(-0.999999, -0.3, 1e-20, 0.5, 0.999999), ((-1, 1),)),
    "atan": Row(_at(-1e9, -0.3, 0.5, 20.0)),
    "sinh": Row(_at(-700.0, -0.3, 0.5, 20.0)),
    "cosh": Row(_at(-700.0, -0.3, 0.5, 20.0)),
    "tanh": Row(_at(-19.5, -0.3, 0.5, 7.0, 19.5, 300.0)),
    "sech2": Row(_at(-19.5, -0.3, 0.5, 7.0, 300.0)),
    "asinh": Row(_at(-1e200, -0.3, 0.5, 20.0)),
    "acosh": Row(_at(1.0000001, 1.5, 20.0, 1e200), ((1, inf),)),
    "atanh": Row(_at(-0.999999, -0.3, 1e-20, 0.5, 0.999999), ((-1, 1),)),
    "gaussian": Row([(-3.0, 1.0), (0.4, 0.5), (20.0, 1.0)], (LINE, (0.5, 1.0))),
    "erf": Row(_at(-5.0, -0.3, 0.5, 20.0)),
    "normal_cdf": Row(_at(-30.0, -1.0, 0.5, 9.0)),
    "heaviside": Row(_at(-1.0, 2.0)),
    "sign": Row(_at(-1.0, 2.0)),
    "kink": Row(
        [(-1.0, 0.3, 2.0), (1.0, 0.3, 2.0)],
        TRIPLE,
        corners=((0.0, 0.3, 2.0), (0.0, -3.0, -2.0), (0.0, 1.0, 0.0), (0.0, -1.0, 2.0)),
    ),
    "where": Row([(1.0, 0.3, 2.0), (0.0, 0.3, 2.0)], TRIPLE, constants=(0,)),
    "relu": Row(_at(-2.0, 3.0, 1e-300)),
    "leaky_relu": Row([(-2.0, 0.01), (3.0, 0.2)], PLANE),
    "sigmoid": Row(_at(-700.0, -1.0, 0.5, 37.0, 700.0)),
    "softplus": Row(_at(-700.0, -1.0, 0.5, 20.5, 700.0)),
    "silu": Row(_at(-700.0, -3.0, 0.5, 20.0)),
    "gelu": Row(_at(-30.0, -3.0, 0.5, 9.0)),
    "elu": Row([(-2.0, 1.0), (3.0, 0.7), (-40.0, 1.5)], PLANE),
    "sum": Row([(1.0, -2.0, 0.3), (5.0,), (1e16, 1.0, -1e16)], TRIPLE),
    "mean": Row([(1.0, -2.0, 0.3), (5.0,), (0.1, 0.2)], TRIPLE),
    "dot": Row([(1.0, -2.0, 0.3, 4.0, 0.5), (2.0, 3.0), (0.1, 0.2, 0.3, 0.4)], (LINE,) * 5),
    "equal": Row([(1.0, 2.0), (3.0, 1.0)], PLANE, corners=((2.0, 2.0), (0.0, -0.0))),
    "maximum": Row([(1.0, 3.0, 2.0), (5.0,), (-1.0, -2.0)], TRIPLE, corners=((2.0, 2.0),)),
    "minimum": Row([(1.0, 3.0, 2.0), (5.0,), (-1.0, -2.0)], TRIPLE),
    "logsumexp": Row([(1.0, 2.0, 3.0), (5.0,), (1000.0, 999.0, -1000.0)], TRIPLE),
    "softmax": Row([(1.0, 2.0, 3.0), (5.0,), (1000.0, 999.0, 300.0), (-30.0, 30.0)], TRIPLE),
}


def spread(name: str, count: int, seed: int = 0) -> Iterator[tuple[float, ...]]:
    """Points over the whole domain of a row: every magnitude, and close to its ends."""
    rng = random.Random(f"{name} {seed}")
    for _ in range(count):
        yield tuple(_number(rng, low, high) for low, high in ROWS[name].domain)


def _number(rng: random.Random, low: float, high: float) -> float:
    """A number in (low, high): of any magnitude, of one that curves, or close to an end."""
    if (low, high) in ((0.5, 1.0), (0.5, 3.5)):
        return rng.choice([low, high] if high == 1.0 else [1.0, 2.0, 3.0])
    while True:
        way = rng.randrange(4) if high != 1e3 else 3  # neither c nor y is tiny there
        size = 10 ** (rng.uniform(-320, 308) if way == 0 else rng.uniform(-3, 3))
        x = rng.choice([-1, 1]) * size
        if way == 1:
            x = rng.uniform(-40, 40)
        elif way == 2 and not (math.isinf(low) and math.isinf(high)):
            end = rng.choice([end for end in (low, high) if math.isfinite(end)])
            x = end + math.copysign(10 ** rng.uniform(-16, 0), x)
        if low < x < high:
            return x
