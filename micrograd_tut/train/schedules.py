"""Learning-rate schedules.

A schedule is a function of the update, counted from 0. It returns a factor of at least 0 for the
optimizer's learning rate. Any function can be used: ``lambda update: 1 / (1 + 0.01 * update)``.

>>> cosine(100)(50)
0.5
"""

from __future__ import annotations

import math
from collections.abc import Callable

from micrograd_tut.errors import InputError
from micrograd_tut.support.validation import did_you_mean

Schedule = Callable[[int], float]


def constant(_updates: int) -> Schedule:
    """A constant learning rate."""
    return lambda update: 1.0


def step(updates: int, drops: int = 3, factor: float = 0.1) -> Schedule:
    """The learning rate times `factor` after each of `drops` equal parts of training but the last.

    >>> [round(step(6)(k), 6) for k in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """
    return lambda k: factor ** min(k * drops // updates, drops - 1)


def cosine(updates: int, floor: float = 0.0) -> Schedule:
    """From 1 down to `floor` along half a period of the cosine.

    Source: Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5, without restarts.
    """
    return lambda k: floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(k / updates, 1.0)))


SCHEDULES: dict[str, Callable[[int], Schedule]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
}
"""The schedules, by name; each takes the total number of updates."""


def schedule_of(schedule: str | Schedule | None, updates: int) -> Schedule:
    """A schedule from its name, or as it is."""
    if schedule is None or isinstance(schedule, str):
        name = schedule or "constant"
        if name not in SCHEDULES:
            near = did_you_mean(name, SCHEDULES)
            raise InputError(
                f"schedule {name!r} is not known{near}; use one of {', '.join(SCHEDULES)}, or a "
                f"function of the update"
            )
        return SCHEDULES[name](updates)
    if not callable(schedule):
        raise InputError(f"a schedule is a name or a function of the update; got {schedule!r}")
    return schedule
