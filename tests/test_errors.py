"""Each error is the package's own, and the built-in one that a Python programmer expects."""

from __future__ import annotations

import builtins
import inspect

import pytest

from micrograd_tut import errors

ALL = [
    item
    for item in vars(errors).values()
    if inspect.isclass(item) and item is not errors.MicrogradError
]


@pytest.mark.parametrize("error", ALL)
def test_an_error_is_the_packages_own_and_a_specific_built_in_one(error: type[Exception]) -> None:
    assert issubclass(error, errors.MicrogradError)
    built_in = next(base for base in error.__mro__ if hasattr(builtins, base.__name__))
    assert built_in not in (Exception, BaseException)


@pytest.mark.parametrize(
    ("error", "caught"),
    [
        (errors.DomainError, ValueError),
        (errors.DivisionByZeroError, ZeroDivisionError),
        (errors.NotFiniteError, OverflowError),
        (errors.NumberTypeError, TypeError),
    ],
)
def test_what_goes_wrong_with_numbers_is_caught_as_in_plain_python(
    error: type[Exception], caught: type[Exception]
) -> None:
    with pytest.raises(caught, match="what happened"):
        raise error("what happened")
