"""How the learning rate changes while training goes on.

A schedule is a function of the step, counted from 0: what it gives, a number of at least 0,
multiplies the optimizer's rate. Any function will do: ``lambda step: 1 / (1 + 0.01 * step)``.

>>> cosine(100)(50)
0.5
"""

from __future__ import annotations

import math
from collections.abc import Callable

from micrograd_tut.errors import InputError

Schedule = Callable[[int], float]


def constant(_steps: int) -> Schedule:
    """The rate as it is."""
    return lambda step: 1.0


def step(steps: int, drops: int = 3, factor: float = 0.1) -> Schedule:
    """The rate times `factor` after each of `drops` equal parts of `steps`, except the last.

    >>> [round(step(6)(k), 6) for k in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """
    return lambda k: factor ** min(k * drops // steps, drops - 1)


def cosine(steps: int, floor: float = 0.0) -> Schedule:
    """From 1 down to `floor` along half a cosine.

    Source: Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5, without restarts.
    """
    return lambda k: floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(k / steps, 1.0)))


SCHEDULES: dict[str, Callable[[int], Schedule]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
}
"""By name; each takes the number of steps that training will have."""


def schedule_of(schedule: str | Schedule | None, steps: int) -> Schedule:
    """A schedule from its name, or as it is."""
    if schedule is None or isinstance(schedule, str):
        name = schedule or "constant"
        if name not in SCHEDULES:
            raise InputError(
                f"schedule {name!r} is not known; use one of {', '.join(SCHEDULES)}, or a "
                f"function of the step"
            )
        return SCHEDULES[name](steps)
    if not callable(schedule):
        raise InputError(f"a schedule is a name or a function of the step; got {schedule!r}")
    return schedule
