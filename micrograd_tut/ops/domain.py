"""Where an operation is defined, and the error for numbers outside.

>>> domain_error("log", (Domain("x > 0"),), (-1.0,), ("p",))
DomainError("log(x) needs x > 0; got x = -1.0 (Value 'p').")
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from micrograd_tut.errors import DomainError, NotFiniteError
from micrograd_tut.ops.formulas import Symbol, call, formula


def _nowhere(*_numbers: float) -> bool:
    return False


def _no_hint(*_numbers: float) -> str:
    return ""


class Domain(NamedTuple):
    """A condition on the inputs of an operation.

    It is looked at only after the operation has failed, to say why.

    Attributes:
        text: The condition, in the letters x and y (or x1, x2, …), such as ``"x > 0"``.
        contains: Whether numbers meet it. The default is for an operation that can only fail
            because they do not.
        hint: What to use instead for given numbers, or "".
        hints_after: What to use instead, by the name of the operation that an input comes from.
        error: The exception to raise.
    """

    text: str
    contains: Callable[..., bool] = _nowhere
    hint: Callable[..., str] = _no_hint
    error: type[Exception] = DomainError
    hints_after: Mapping[str, str] = MappingProxyType({})


NEEDS = "{formula} needs {condition}; got {numbers}."
TOO_LARGE = "{formula} is too large for a float (the largest is about 1.8e308); got {numbers}."


def letters(count: int) -> list[str]:
    """What conditions call the inputs of an operation.

    >>> letters(2), letters(3)
    (['x', 'y'], ['x1', 'x2', 'x3'])
    """
    return ["x", "y"][:count] if count < 3 else [f"x{i + 1}" for i in range(count)]


def written(name: str, count: int) -> str:
    """An operation with letters for its inputs: ``log(x)``."""
    return str(formula(name, map(Symbol, letters(count))) if count else call(name))


def domain_error(
    name: str,
    domain: Sequence[Domain],
    numbers: Sequence[float],
    names: Sequence[str] = (),
    sources: Iterable[str] = (),
) -> Exception:
    """The exception for finite numbers whose result is not finite.

    Args:
        name: The name of the operation.
        domain: The conditions on its inputs.
        numbers: The inputs.
        names: What each input is called, "" for one without a name.
        sources: The names of the operations that the inputs come from.
    """
    text, inputs = written(name, len(numbers)), letters(len(numbers))
    names = names or [""] * len(numbers)
    got = {
        letter: f"{letter} = {x!r}" + (f" (Value '{name}')" if name else "")
        for letter, x, name in zip(inputs, numbers, names, strict=True)
    }
    for condition in domain:
        if not condition.contains(*numbers):
            guilty = [got[letter] for letter in inputs if letter in condition.text.split()]
            after = [condition.hints_after[s] for s in sources if s in condition.hints_after]
            hint = after[0] if after else condition.hint(*numbers)
            found = ", ".join(guilty or got.values())
            message = NEEDS.format(formula=text, condition=condition.text, numbers=found)
            return condition.error(message + (f" {hint}" if hint else ""))
    large = [got[k] for k, x in zip(inputs, numbers, strict=True) if math.fabs(x) > 1e100]
    shown = list(got.values()) if len(got) < 5 else (large or list(got.values()))[:4]
    message = TOO_LARGE.format(formula=text, numbers=", ".join(shown))
    return NotFiniteError(
        f"{message} Scale the numbers down, or compute inside `with mg.ieee():` to get inf."
    )
