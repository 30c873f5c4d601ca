"""Validation of user settings: convert each one, or raise InputError with its name."""

from __future__ import annotations

import difflib
import functools
import inspect
import math
import operator
import random
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, ParamSpec, TypeVar

from micrograd_tut.errors import InputError, KeywordError, NotFiniteError, NumberTypeError

P = ParamSpec("P")
T = TypeVar("T")


def generator(seed: Any) -> Any:
    """The random generator for a seed; for None, Python's `random` module.

    Raises:
        InputError: it is not an integer (of Python or NumPy), a `random.Random` or None.
    """
    if seed is None or seed is random:
        return random  # the module itself: what random.seed governs
    if isinstance(seed, random.Random):
        return seed
    if not hasattr(seed, "__index__"):
        raise InputError(f"seed must be an integer, a random.Random or None; got {seed!r}")
    return random.Random(operator.index(seed))


def one_of(what: str, name: Any, allowed: Iterable[str], other: str = "") -> str:
    """A name, if it is one of those allowed.

    Args:
        what: What it names, for the message.
        name: The name.
        allowed: The names to choose from.
        other: What could be given instead of a name, for the message.

    Raises:
        InputError: it is not one of them; the message gives the nearest, and all.
    """
    allowed = list(allowed)
    if not isinstance(name, str) or name not in allowed:
        raise InputError(
            f"unknown {what} {name!r}{did_you_mean(name, allowed)}; choose from "
            f"{', '.join(allowed)}{other and f', or {other}'}"
        )
    return name


def did_you_mean(name: Any, allowed: Iterable[str]) -> str:
    """``; did you mean 'relu'?``: the nearest of the allowed names, or "" if none is near.

    >>> did_you_mean("rellu", ["tanh", "relu"])
    "; did you mean 'relu'?"
    """
    near = difflib.get_close_matches(name.lower(), allowed, 1) if isinstance(name, str) else []
    return f"; did you mean {near[0]!r}?" if near else ""


def explained_keywords(**advice: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator: a keyword that the function does not take raises an error with advice.

    Args:
        advice: For keywords of other libraries, what to write instead.

    The decorated function raises KeywordError. For a keyword without advice the message names the
    nearest one.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        names = list(inspect.signature(function).parameters)
        title = function.__qualname__.removesuffix(".__init__")

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            for name in kwargs:
                if name in names[: len(args)]:
                    hint = f"; write {advice['params']}" if "params" in advice else ""
                    raise KeywordError(f"{title} has {name} twice, by position and by name{hint}")
                if name not in names:
                    written = advice.get(name)
                    hint = f". Write {written}" if written else did_you_mean(name, names[1:])
                    raise KeywordError(f"{title} has no keyword {name}={hint}")
            return function(*args, **kwargs)

        return checked

    return decorate


def arguments_of(
    function: Callable[P, Any], **defaults: Any
) -> Callable[[Callable[..., T]], Callable[P, T]]:
    """A decorator: a function takes the arguments of another one, and gets all of them by name.

    >>> def power(base, exponent=2): return base**exponent
    >>> @arguments_of(power, exponent=3)
    ... def written(**given): return given
    >>> written(10)
    {'base': 10, 'exponent': 3}

    Args:
        function: The other function.
        defaults: Default values that differ from those of the other function.
    """
    theirs = inspect.signature(function)
    parameters = [
        p.replace(default=defaults.get(p.name, p.default)) for p in theirs.parameters.values()
    ]

    def decorate(function: Callable[..., T]) -> Callable[P, T]:
        returned = inspect.signature(function).return_annotation
        signature = inspect.Signature(parameters, return_annotation=returned)

        @functools.wraps(function)
        def bound(*args: P.args, **kwargs: P.kwargs) -> T:
            given = signature.bind(*args, **kwargs)
            given.apply_defaults()
            return function(**given.arguments)

        bound.__signature__ = signature  # type: ignore[attr-defined]  # what help() shows
        return bound

    return decorate


def flag(name: str, setting: Any) -> bool:
    """A setting that is True or False (or 1 or 0); InputError for anything else, as for "no"."""
    if isinstance(setting, str) or setting not in (True, False):
        raise InputError(f"{name} must be True or False; got {setting!r}")
    return bool(setting)


def positive_int(what: str, number: Any) -> int:
    """A count, an integer of Python or NumPy, as an int.

    Raises:
        InputError: it is not an integer of at least 1; `what` names it.
    """
    if isinstance(number, bool) or not hasattr(number, "__index__") or number < 1:
        raise InputError(f"{what} must be an integer of at least 1; got {number!r}")
    return operator.index(number)


def nonnegative(name: str, number: Any) -> float:
    """A setting as a float; InputError if it is not a finite number of at least 0."""
    return _within(name, number, lambda x: 0 <= x < math.inf, "be a number of at least 0")


def positive(name: str, number: Any) -> float:
    """A setting as a float; InputError if it is not a finite number above 0."""
    return _within(name, number, lambda x: 0 < x < math.inf, "be a number above 0")


def fraction(name: str, number: Any) -> float:
    """A setting as a float; InputError if it is not in [0, 1)."""
    return _within(name, number, lambda x: 0 <= x < 1, "lie in [0, 1)")


def _within(name: str, number: Any, fits: Callable[[float], bool], allowed: str) -> float:
    try:
        setting = to_float(number)
    except (NumberTypeError, NotFiniteError):
        setting = math.nan
    if not fits(setting):
        raise InputError(f"{name} must {allowed}; got {number!r}")
    return setting


def to_float(x: object) -> float:
    """`x` as a float.

    Takes bool, int, float, NumPy scalars, Fraction and arrays of size 1.

    Raises:
        NumberTypeError: `x` is not one real number (a TypeError).
        NotFiniteError: an int that is too large for a float (an OverflowError).
    """
    if type(x) is float:
        return x
    if isinstance(x, (bool, int, float)):
        try:
            return float(x)
        except OverflowError:
            raise _too_large(x) from None
    kind = "Value" if hasattr(x, "_apply_op") else type(x).__name__
    advice = {
        "str": f"pass float({_short(x)}) if it holds a number",
        "NoneType": "pass a number such as 0.0",
        "complex": "pass its .real part",
        "Decimal": "pass float(x)",
        "Value": "use the Value as it is, or its number, x.data",
    }
    array: Any = x
    if math.prod(getattr(x, "shape", (0,))) == 1 and hasattr(x, "item"):
        held = array.item()  # of a long double, itself
        return float(array) if type(held) is type(x) else to_float(held)
    if hasattr(x, "shape") or isinstance(x, (list, tuple)):
        advice[kind] = "pass its numbers one by one: [mg.Value(x) for x in numbers]"
    if kind not in advice and hasattr(x, "__float__"):
        try:
            return float(x)
        except OverflowError:
            raise _too_large(x) from None
    way_out = advice.get(kind, "pass an int or a float")
    raise NumberTypeError(f"a Value holds one real number, not {kind} {_short(x)}: {way_out}")


def _too_large(x: object) -> NotFiniteError:
    return NotFiniteError(
        f"the {type(x).__name__} {_short(x)} is too large for a float (the largest is about "
        f"1.8e308). Scale it down first."
    )


def _short(x: object) -> str:
    try:
        text = repr(x)
    except ValueError:  # an int with too many digits to print
        return "(too long to print)"
    return text if len(text) <= 40 else f"{text[:24]}…{text[-12:]}"


def as_list(taker: str, values: object) -> tuple[Any, ...]:
    """The numbers or Values of a list.

    Raises:
        InputError: it is not a list; `taker` is named.
    """
    try:
        if isinstance(values, (Mapping, Set)):  # their order, or their keys, are hardly meant
            raise TypeError
        return tuple(values)  # type: ignore[arg-type]
    except TypeError:
        raise InputError(
            f"{taker} needs a list of numbers or Values, such as [a, b]; got {values!r}"
        ) from None
