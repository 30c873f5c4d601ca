"""Each error is the package's own, and the built-in one that a Python programmer expects."""

from __future__ import annotations

import inspect

import pytest

from micrograd_tut import errors

BUILT_IN = {
    "DomainError": ValueError,
    "DivisionByZeroError": ZeroDivisionError,
    "NotFiniteError": OverflowError,
    "NumberTypeError": TypeError,
    "InputError": ValueError,
    "StaleGraphError": RuntimeError,
    "GradientError": AssertionError,
    "DataError": ValueError,
    "ExpressionError": ValueError,
    "MissingPartError": ImportError,
}
ALL = {
    name: item
    for name, item in vars(errors).items()
    if inspect.isclass(item) and item is not errors.MicrogradError and not name.startswith("_")
}


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_error_is_caught_by_the_base_of_all(name: str) -> None:
    assert issubclass(ALL[name], errors.MicrogradError)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_an_error_is_also_the_built_in_one(name: str) -> None:
    with pytest.raises(BUILT_IN[name], match="what happened"):
        raise ALL[name]("what happened")


def test_every_error_has_a_built_in_base() -> None:
    own = {errors.MicrogradError, *ALL.values()}
    for error in ALL.values():
        assert any(issubclass(error, b) for b in BUILT_IN.values()), error
        assert error in own
