"""Libraries that are imported when they are first used, because a default install has none."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from micrograd_tut.errors import MissingPartError


class Library:
    """A library that is imported when one of its names is first used.

    Args:
        name: The name of its module.
        extra: The extra of this package that installs it.

    >>> Library("no_such_library", "torch").Tensor
    Traceback (most recent call last):
        ...
    micrograd_tut.errors.MissingPartError: this needs no_such_library: pip install "micrograd-...
    """

    def __init__(self, name: str, extra: str) -> None:
        self._name = name
        self._extra = extra

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # Python asks every object for these: nothing is used yet
            raise AttributeError(attribute)
        try:
            library = import_module(self._name)
        except ImportError:
            raise MissingPartError(
                f'this needs {self._name}: pip install "micrograd-tut[{self._extra}]"'
            ) from None
        found = getattr(library, attribute)
        setattr(self, attribute, found)
        return found


torch: Any = Library("torch", "torch")
onnx: Any = Library("onnx", "onnx")
