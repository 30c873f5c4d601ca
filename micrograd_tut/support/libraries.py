"""Errors about libraries that a browser may lack, though every other installation has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from micrograd_tut.errors import MissingPartError

_LIBRARIES = {
    "numpy": "arrays (training, compiling, tables) need NumPy",
    "safetensors": "files of weights need safetensors",
}


@contextmanager
def explained_imports() -> Iterator[None]:
    """Say how to install a library that cannot be imported; also a decorator.

    Raises:
        MissingPartError: a library that this package depends on is not installed.

    >>> with explained_imports():
    ...     raise ModuleNotFoundError(name="numpy")
    Traceback (most recent call last):
        ...
    micrograd_tut.errors.MissingPartError: arrays (training, compiling, tables) need NumPy: run...
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in _LIBRARIES:
            raise
        raise MissingPartError(
            f"{_LIBRARIES[error.name]}: run `pip install {error.name}`, or in a browser `import "
            f'micropip; await micropip.install("{error.name}")`'
        ) from None
