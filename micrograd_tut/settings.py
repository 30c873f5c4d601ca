"""Settings at the door: each is taken as what it stands for, or refused by its name."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable, Iterable
from typing import Any

from micrograd_tut.errors import InputError, NotFiniteError, NumberTypeError
from micrograd_tut.row import to_float


def generator(seed: Any) -> Any:
    """The generator that a seed stands for; of None that of Python's `random` module.

    Raises:
        InputError: it is neither a whole number, of Python's or NumPy's kind, nor a
            `random.Random`, nor None.
    """
    if seed is None or seed is random:
        return random  # the module itself: what random.seed governs
    if isinstance(seed, random.Random):
        return seed
    if not hasattr(seed, "__index__"):
        raise InputError(f"seed is a whole number, a random.Random or None; got {seed!r}")
    return random.Random(operator.index(seed))


def known(what: str, name: str, allowed: Iterable[str]) -> str:
    """A name, if it is one of those allowed; else InputError, which lists them."""
    if name not in allowed:
        raise InputError(f"{what} {name!r} is not known; use one of {', '.join(allowed)}")
    return name


def whole(what: str, number: Any) -> int:
    """A count, of Python's or NumPy's kind, as an int.

    Raises:
        InputError: it is not a whole number, or below 1; `what` names it.
    """
    if isinstance(number, bool) or not hasattr(number, "__index__") or number < 1:
        raise InputError(f"{what} must be a whole number of at least 1; got {number!r}")
    return operator.index(number)


def at_least_0(name: str, number: Any) -> float:
    """A setting as a float; InputError where it is no finite number of at least 0."""
    return _within(name, number, lambda x: 0 <= x < math.inf, "be a number of at least 0")


def above_0(name: str, number: Any) -> float:
    """A setting as a float; InputError where it is no finite number above 0."""
    return _within(name, number, lambda x: 0 < x < math.inf, "be a number above 0")


def share(name: str, number: Any) -> float:
    """A setting as a float; InputError where it does not lie in [0, 1)."""
    return _within(name, number, lambda x: 0 <= x < 1, "lie in [0, 1)")


def _within(name: str, number: Any, fits: Callable[[float], bool], allowed: str) -> float:
    try:
        setting = to_float(number)
    except (NumberTypeError, NotFiniteError):
        setting = math.nan
    if not fits(setting):
        raise InputError(f"{name} must {allowed}; got {number!r}")
    return setting
