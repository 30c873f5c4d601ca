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
    letters = ["x", "y"] if len(numbers) < 3 else [f"x{i + 1}" for i in range(len(numbers))]
    letters = letters[: len(numbers)]
    text = formula(name, map(Symbol, letters)) if numbers else call(name)
    names = names or [""] * len(numbers)
    got = {
        letter: f"{letter} = {x!r}" + (f" (Value '{name}')" if name else "")
        for letter, x, name in zip(letters, numbers, names, strict=True)
    }
    for condition in domain:
        if not condition.contains(*numbers):
            guilty = [got[letter] for letter in letters if letter in condition.text.split()]
            after = [condition.hints_after[s] for s in sources if s in condition.hints_after]
            hint = after[0] if after else condition.hint(*numbers)
            return condition.error(
                f"{text} needs {condition.text}; got {', '.join(guilty or got.values())}."
                + (f" {hint}" if hint else "")
            )
    large = [got[k] for k, x in zip(letters, numbers, strict=True) if math.fabs(x) > 1e100]
    shown = list(got.values()) if len(got) < 5 else (large or list(got.values()))[:4]
    return NotFiniteError(
        f"{text} is too large for a float (the largest is about 1.8e308); "
        f"got {', '.join(shown)}. Scale the numbers down, or compute inside "
        f"`with mg.ieee():` to get inf."
    )
