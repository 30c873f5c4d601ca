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
SQUARE = ((-1e3, 1e3), (-1e3, 1e3))

ROWS: dict[str, Row] = {
    "add": Row([(2.0, -3.0), (0.1, 0.2), (1e16, 1.0)], PLANE),
    "sub": Row([(2.0, -3.0), (0.1, 0.2), (1e16, 1.0)], PLANE),
    "mul": Row([(2.0, -3.0), (0.1, 0.7), (1e-200, 1e100)], PLANE),
    "div": Row([(2.0, -3.0), (0.1, 0.7), (1e200, 1e200)], PLANE),
    "floor_div": Row([(5.5, 2.0), (-7.3, 2.0), (7.3, -2.25)], SQUARE, corners=((1.0, 0.1),)),
    "mod": Row(
        [(5.5, 2.0), (-7.3, 2.0), (7.3, -2.25), (30.3, 7.7)],
        SQUARE,
        corners=((1.0, 0.1), (-1.0, 0.1), (6.0, -2.0), (1e300, 0.7)),
    ),
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
    "exp2": Row(_at(-1000.0, -1.0, 0.5, 3.0, 1000.0)),
    "log2": Row(_at(1e-300, 0.3, 0.9999, 2.0, 1e300), ((0, inf),)),
    "log10": Row(_at(1e-300, 0.3, 0.9999, 2.0, 1e300), ((0, inf),)),
    "log_base": Row([(0.3, 2.0), (1e300, 7.0), (5.0, 0.3), (0.9999, 10.0)], ((0, inf), (0, inf))),
    "log": Row(_at(1e-300, 0.3, 0.9999, 2.0, 1e300), ((0, inf),)),
    "times_log": Row(
        [(2.0, 1e-100), (-1e-3, 0.3), (5.0, 2.0)],
        (LINE, (0, inf)),
        corners=((0.0, 0.0), (1.0, 0.0)),
    ),
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
    "atan2": Row(
        [(3.0, -4.0), (-1e200, 1e200), (1e-200, 1.0), (-0.3, -1e-7)], SQUARE, corners=((0.0, 0.0),)
    ),
    "degrees": Row(_at(-3.0, 0.1, 1e100)),
    "radians": Row(_at(-30.0, 0.1, 1e100)),
    "sinc": Row(
        _at(0.0, 0.01, 0.3, -0.59, 0.61, 2.7, -20.3, 1e6 + 0.3),
        corners=((1.0,), (-2.0,), (1e300,)),
    ),
    "sinc_derivative": Row(
        [(0.3, 1.0), (-0.4, 2.0), (2.7, 1.0), (-20.3, 2.0), (1e-9, 1.0), (0.61, 2.0)],
        (LINE, (0.5, 2.5)),
        constants=(1,),
        corners=((0.0, 1.0), (0.0, 2.0), (0.3, 3.0), (2.7, 4.0)),
    ),
    "sinh": Row(_at(-700.0, -0.3, 0.5, 20.0)),
    "cosh": Row(_at(-700.0, -0.3, 0.5, 20.0)),
    "tanh": Row(_at(-19.5, -0.3, 0.5, 7.0, 19.5, 300.0)),
    "sech2": Row(_at(-19.5, -0.3, 0.5, 7.0, 300.0)),
    "asinh": Row(_at(-1e200, -0.3, 0.5, 20.0)),
    "acosh": Row(_at(1.0000001, 1.5, 20.0, 1e200), ((1, inf),)),
    "atanh": Row(_at(-0.999999, -0.3, 1e-20, 0.5, 0.999999), ((-1, 1),)),
    "gaussian": Row([(-3.0, 1.0), (0.4, 0.5), (20.0, 1.0)], (LINE, (0.5, 1.0))),
    "erf": Row(_at(-5.0, -0.3, 0.5, 20.0)),
    "erfc": Row(_at(-5.0, -0.3, 0.5, 20.0)),
    "normal_cdf": Row(_at(-30.0, -1.0, 0.5, 9.0)),
    "heaviside": Row(_at(-1.0, 2.0)),
    "sign": Row(_at(-1.0, 2.0)),
    "kink": Row(
        [(-1.0, 0.3, 2.0), (1.0, 0.3, 2.0)],
        TRIPLE,
        corners=((0.0, 0.3, 2.0), (0.0, -3.0, -2.0), (0.0, 1.0, 0.0), (0.0, -1.0, 2.0)),
    ),
    "where": Row([(1.0, 0.3, 2.0), (0.0, 0.3, 2.0)], TRIPLE, constants=(0,)),
    "clip": Row(
        [(0.3, -1.0, 2.0), (-3.0, -1.0, 2.0), (3.0, -1.0, 2.0)],
        TRIPLE,
        corners=((2.0, -1.0, 2.0), (-1.0, -1.0, 2.0), (3.0, 2.0, 2.0)),
    ),
    "floor": Row(_at(-2.5, 0.3, 3.75), ((-40, 40),), corners=((2.0,), (-3.0,), (1e6,), (1e300,))),
    "ceil": Row(_at(-2.5, 0.3, 3.75), ((-40, 40),), corners=((2.0,), (-3.0,), (1e6,), (1e300,))),
    "relu": Row(_at(-2.0, 3.0, 1e-300)),
    "leaky_relu": Row([(-2.0, 0.01), (3.0, 0.2)], PLANE),
    "sigmoid": Row(_at(-700.0, -1.0, 0.5, 37.0, 700.0)),
    "softplus": Row(_at(-700.0, -1.0, 0.5, 20.5, 700.0)),
    "silu": Row(_at(-700.0, -3.0, 0.5, 20.0)),
    "gelu": Row(_at(-30.0, -3.0, 0.5, 9.0)),
    "elu": Row([(-2.0, 1.0), (3.0, 0.7), (-40.0, 1.5)], PLANE),
    "selu": Row(_at(-40.0, -2.0, 3.0)),
    "mish": Row(_at(-700.0, -3.0, 0.5, 20.0)),
    "softsign": Row(_at(-1e200, -0.3, 0.5, 20.0)),
    "relu6": Row(_at(-2.0, 3.0, 7.5), corners=((0.0,), (6.0,))),
    "hard_sigmoid": Row(_at(-8.0, -2.9999, 0.5, 7.0), corners=((-3.0,), (3.0,))),
    "prod": Row(
        [(1.0, -2.0, 0.3), (5.0,), (1e100, 1e200, 1e-250), (0.0, 3.0, 2.0), (0.0, 0.0, 2.0)],
        (*SQUARE, (-1e3, 1e3)),
    ),
    "log_softmax": Row([(1.0, 2.0, 3.0), (5.0,), (1000.0, 999.0, 300.0), (30.0, -30.0)], TRIPLE),
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
    if low == 0.5:
        return rng.choice({1.0: [0.5, 1.0], 2.5: [1.0, 2.0], 3.5: [1.0, 2.0, 3.0]}[high])
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
