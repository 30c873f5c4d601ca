"""What to call a Value in a picture: its label, its place in a net, or the caller's variable."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import Parameter

_PACKAGE = str(Path(__file__).parent.parent)
_LONGEST_LIST = 1000  # Values in a longer list are not named after it


def caller_names() -> dict[int, str]:
    """The variables of the nearest frame outside this package, by the id of the Value they hold.

    Its local variables come before the global ones, an earlier name before a later one; a Value in
    a list is called ``xs[0]``. Names with a leading underscore do not count.
    """
    frame = _caller()
    return {} if frame is None else _names_in(frame.f_locals, frame.f_globals)


def notebook_names() -> dict[int, str]:
    """The variables of the notebook or IPython prompt that this runs in, if any."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return _names_in(shell.user_ns) if shell else {}


def _names_in(*scopes: Mapping[str, object]) -> dict[int, str]:
    names: dict[int, str] = {}
    for scope in scopes:
        for name, held in list(scope.items()):
            if name.isidentifier() and not name.startswith("_"):
                for found, value in _held(name, held):
                    names.setdefault(id(value), found)
    return names


def _caller() -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return frame


def _held(name: str, held: object) -> Iterator[tuple[str, Value]]:
    if isinstance(held, Value):
        yield name, held
    elif type(held) in (list, tuple) and len(held) <= _LONGEST_LIST:  # type: ignore[arg-type]
        for i, value in enumerate(held):  # type: ignore[arg-type, var-annotated]
            if isinstance(value, Value):
                yield f"{name}[{i}]", value


def given_names(names: Mapping[Any, Any] | None) -> dict[int, str]:
    """The `names` argument of `draw`, by id of the Value; it may map either way.

    Raises:
        InputError: an entry is not a name and a Value.
    """
    found: dict[int, str] = {}
    for key, value in (names or {}).items():
        if isinstance(key, Value) and isinstance(value, str):
            found[id(key)] = value
        elif isinstance(key, str) and isinstance(value, Value):
            found[id(value)] = key
        else:
            raise InputError(
                f"names maps a name to a Value, or a Value to a name; got {key!r}: {value!r}"
            )
    return found


class Names:
    """What to call each Value: the given name, its label, its place, or the caller's variable."""

    def __init__(self, given: dict[int, str], variables: dict[int, str]) -> None:
        self._given = given
        self._variables = variables

    def __call__(self, v: Value) -> str:
        """The name, or "" if there is none."""
        name = self._given.get(id(v)) or v.label
        if not name and isinstance(v, Parameter):
            name = place_in_words(v.place)
        return name or self._variables.get(id(v), "")

    def carried_over(self, made: Mapping[Value, Value]) -> Names:
        """The same names for the Values that others have become."""
        given = {id(new): name for old, new in made.items() if (name := self(old))}
        return Names(given, {})


_PARTS = {"layers": "layer ", "neurons": "neuron "}


@functools.cache
def place_in_words(place: str) -> str:
    """Where a parameter sits, counted from 1.

    >>> place_in_words("layers.0.neurons.2.w.1"), place_in_words("b")
    ('layer 1 · neuron 3 · w2', 'b')
    """
    words = re.sub(r"(\w+)\.(\d+)", lambda m: f"{_PARTS.get(m[1], m[1])}{int(m[2]) + 1}", place)
    return words.replace(".", " · ")
