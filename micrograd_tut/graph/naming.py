"""Names of Values for people: the label, the path in a model, or the caller's variable."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any, cast

from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.graph.debug import calling_frame
from micrograd_tut.nn import Module, Parameter

# The longest list whose elements get names, by the depth at which it stands.
_MAX_LENGTH = {1: 1000, 2: 100}


def caller_names() -> dict[int, str]:
    """The variables of the nearest frame outside this package, by the id of the Value they hold.

    Its local variables come before the global ones, an earlier name before a later one, and a
    variable before a place in a list, a dict or an object: ``xs[0]``, ``d["a"]``, ``self.w``.
    Names with a leading underscore do not count.
    """
    return _names_in(*_scopes(calling_frame()))


def notebook_names() -> dict[int, str]:
    """The variables of the notebook or IPython prompt that this runs in, if any."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return _names_in(shell.user_ns) if shell else {}


def _names_in(*scopes: Mapping[str, object]) -> dict[int, str]:
    names: dict[int, str] = {}
    for scope in scopes:
        public = [(name, held) for name, held in list(scope.items()) if _is_public(name)]
        for depth in (0, *_MAX_LENGTH):
            for name, held in public:
                for path, value in _held(name, held, depth):
                    names.setdefault(id(value), path)
    return names


def _is_public(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier() and not name.startswith("_")


_INNER = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>"}


def _scopes(frame: FrameType) -> Iterator[Mapping[str, object]]:
    """The variables that code in `frame` sees; a comprehension or a lambda stands in another."""
    yield frame.f_locals
    inner = frame
    while inner.f_code.co_name in _INNER and inner.f_back is not None:
        inner = inner.f_back
        yield inner.f_locals
    yield frame.f_globals


def _held(name: str, held: object, depth: int) -> Iterator[tuple[str, Value]]:
    """The Values that stand `depth` places deep in what a variable holds, and what to call them."""
    if isinstance(held, Value):
        if depth == 0:
            yield name, held
    elif depth:
        for place, value in _parts(held, _MAX_LENGTH[depth]):
            yield from _held(name + place, value, depth - 1)


def _parts(held: object, longest: int) -> Iterable[tuple[str, object]]:
    """What a list, a tuple, a dict or a plain object holds, each with its place."""
    kind = type(held)
    if kind in (list, tuple):
        items = enumerate(cast("list[object]", held)) if len(held) <= longest else ()  # type: ignore[arg-type]
        return ((f"[{i}]", value) for i, value in items)
    if kind is dict:
        return _named(cast("dict[object, object]", held), '["{}"]', longest)
    ours = str(kind.__module__).startswith(f"{__name__.partition('.')[0]}.")
    if ours or issubclass(kind, (type, ModuleType, Module)):  # what these hold has other names
        return ()
    try:
        inside = object.__getattribute__(held, "__dict__")
    except AttributeError:
        return ()
    return ((place, value) for place, value in _named(inside, ".{}", longest) if place[1] != "_")


def _named(held: dict[object, object], place: str, longest: int) -> Iterable[tuple[str, object]]:
    items = list(held.items()) if len(held) <= longest else []
    return ((place.format(key), value) for key, value in items if isinstance(key, str) and key)


def given_names(names: Mapping[Any, Any] | None) -> dict[int, str]:
    """The `names` argument of `draw`, by id of the Value; it may map either way.

    Raises:
        InputError: an entry is not a name and a Value.
    """
    by_id: dict[int, str] = {}
    for key, value in (names or {}).items():
        if isinstance(key, Value) and isinstance(value, str):
            by_id[id(key)] = value
        elif isinstance(key, str) and isinstance(value, Value):
            by_id[id(value)] = key
        else:
            raise InputError(
                f"names maps a name to a Value, or a Value to a name; got {key!r}: {value!r}"
            )
    return by_id


_PARTS = {"layers": "layer ", "neurons": "neuron "}


@functools.cache
def path_in_words(path: str) -> str:
    """The path of a parameter, counted from 1.

    >>> path_in_words("layers.0.neurons.2.w.1"), path_in_words("b")
    ('layer 1 · neuron 3 · w2', 'b')
    """
    words = re.sub(r"(\w+)\.(\d+)", lambda m: f"{_PARTS.get(m[1], m[1])}{int(m[2]) + 1}", path)
    return words.replace(".", " · ")


class DisplayNames:
    """The name of each Value: the given name, its label, its path, or the caller's variable.

    Args:
        given: Names by id of the Value.
        variables: Names of variables by id of the Value that they hold.
        path_text: How the path of a parameter is written.
    """

    def __init__(
        self,
        given: dict[int, str],
        variables: dict[int, str],
        path_text: Callable[[str], str] = path_in_words,
    ) -> None:
        self._given = given
        self._variables = variables
        self._path_text = path_text

    def __call__(self, v: Value) -> str:
        """The name, or "" for a Value without one."""
        name = self._given.get(id(v)) or v.label
        if not name and isinstance(v, Parameter):
            name = self._path_text(v.path)
        return name or self._variables.get(id(v), "")

    def carried_over(self, new_values: Mapping[Value, Value]) -> DisplayNames:
        """The same names for the Values that replace others."""
        given = {id(new): name for old, new in new_values.items() if (name := self(old))}
        return DisplayNames(given, {}, self._path_text)
