"""`Module`: something with parameters. `Parameter`: a Value that training changes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain, takewhile
from typing import TYPE_CHECKING, Any

from micrograd_tut.engine import Constant, Value, constant, set_grads
from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.nn.predict import Predictor, output_list, squeeze


class Parameter(Value):
    """A Value that training changes; `path` is its name in its net: ``layers.0.neurons.3.w.1``."""

    __slots__ = ("_key", "_prefix")  # the parts of the path: a text for each would take most room

    _prefix: str
    _key: object

    def __init__(self, data: Any, label: str = "", path: str = "") -> None:
        super().__init__(data, label)
        self.path = path

    @property
    def path(self) -> str:
        """Its name in its net; "" if it is in none."""
        return f"{self._prefix}{self._key}"

    @path.setter
    def path(self, path: str) -> None:
        self._prefix, self._key = path, ""


def new_parameters(numbers: Iterable[float]) -> list[Value]:
    """Parameters for floats that need no check: as `Parameter`, in a sixth of the time."""
    new, parameters = Parameter.__new__, list[Value]()
    for number in numbers:
        p = new(Parameter)
        p._data = number
        p.grad = 0.0
        p._label = p._prefix = p._key = ""
        p.op = p._b = None
        p._a = ()
        parameters.append(p)
    return parameters


class ParameterList(list[Value]):
    """A list of parameters. A number assigned to one of them sets its data."""

    def __setitem__(self, i: Any, new: Any) -> None:
        if isinstance(i, slice) or isinstance(new, Value):
            super().__setitem__(i, new)
        else:
            self[i].data = new


class Module(Predictor):
    """Something with parameters: a subclass keeps Values, Modules, or containers of them.

    To make it callable, define `__call__(x)` or `forward(x)`; or define `nin`, the number of
    inputs, and `compute(values, logits=False)`, which takes a list of nin Values (with `logits`, it
    gives the outputs before a sigmoid or softmax).
    """

    compile: Callable[..., Any]  # these: from train/methods.py
    fit: Callable[..., Any]
    evaluate: Callable[..., Any]
    predict: Callable[..., Any]
    predict_proba: Callable[..., Any]
    save: Callable[..., Any]
    state_dict: Callable[..., Any]
    load_state_dict: Callable[..., Any]
    _repr_html_: Callable[..., Any]  # from drawing/model_html.py

    def __call__(self, x: Iterable[Any]) -> Any:
        """The same as `forward`."""
        return self.forward(x)

    def forward(self, x: Iterable[Any]) -> Any:
        """The outputs for `x`, nin numbers or Values: a list, or a Value if there is only one.

        Raises:
            InputError: `x` has the wrong length.
        """
        if not hasattr(self, "compute"):
            return super().__call__(x)
        outputs = self.compute(as_values(x, self.nin, self))
        return outputs if isinstance(outputs, Value) else squeeze(outputs)

    def logits(self, x: Iterable[Any]) -> list[Value]:
        """The outputs for `x` in a list, before a sigmoid or softmax: what some losses take."""
        if not hasattr(self, "compute"):
            return super().logits(x)
        return output_list(self.compute(as_values(x, self.nin, self), logits=True))

    if TYPE_CHECKING:  # a subclass defines them, as attributes or otherwise

        @property
        def nin(self) -> int: ...
        @property
        def compute(self) -> Any: ...

    def parameters(self) -> list[Value]:
        """Every leaf Value in it, once each, in the order of the attributes."""
        return without_repeats([*chain.from_iterable([values for _, _, values in _runs(self)])])

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The same with names, such as ``layers.0.neurons.3.w.1``; a shared one has its first."""
        names: dict[Value, str] = {}
        for prefix, keys, values in _runs(self):
            for key, p in zip(keys, values, strict=True):
                names.setdefault(p, f"{prefix}{key}")
        return [(name, p) for p, name in names.items()]

    def zero_grad(self) -> None:
        """Set the `grad` of every parameter to 0."""
        parameters = self.parameters()
        set_grads(parameters, [0.0] * len(parameters))

    def assign_paths(self) -> None:
        """Set the `path` of every Parameter to its name in this Module."""
        for prefix, keys, values in reversed([*_runs(self)]):  # so that the first name stays
            for key, p in zip(reversed(keys), reversed(values), strict=True):
                if isinstance(p, Parameter):
                    p._prefix = prefix
                    p._key = key


def common_path(values: Sequence[Value]) -> str:
    """What the paths of parameters begin with, in whole words, such as "layers.0"; or ""."""
    if not all(issubclass(c, Parameter) for c in set(map(type, values))):
        return ""
    paths = set(map(_PREFIX, values))
    if len(paths) == 1:
        paths = {v.path for v in values if isinstance(v, Parameter)}
    first, last = min(paths).split("."), max(paths).split(".")  # what these share, all share
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return ".".join(word for word, _ in same)


def without_repeats(values: list[Value]) -> list[Value]:
    """Values once each, in the order of their first places."""
    return values if len(set(values)) == len(values) else list(dict.fromkeys(values))


_PLAIN = {str, int, float, bool, type(None)}  # what most attributes without parameters are
_OP, _PREFIX = operator.attrgetter("op"), operator.attrgetter("_prefix")

Run = tuple[str, Sequence[object], Sequence[Value]]
"""Parameters side by side: what their names start with, how each name ends, and the Values."""


def _runs(part: Any, prefix: str = "", inside: tuple[int, ...] = ()) -> Iterator[Run]:
    """The parameters in a Module or a container, however nested.

    Args:
        part: The Module or container.
        prefix: What the names of its parameters start with.
        inside: The ids of what it is in, so that a Module may hold itself.
    """
    if type(part) is ParameterList and _all_leaves(part):  # the weights of a neuron: all at once
        yield prefix, range(len(part)), part
        return
    inside = *inside, id(part)
    for name, inner in children(part, prefix[:-1]):
        if isinstance(inner, Value):
            if inner.op is None and not isinstance(inner, Constant):
                yield prefix, [name], [inner]
        elif type(inner) not in _PLAIN and id(inner) not in inside:
            yield from _runs(inner, f"{prefix}{name}.", inside)


def _all_leaves(values: list[Value]) -> bool:
    """Whether all are Values of a plain class, and none is the result of an operation."""
    classes = set(map(type, values))
    return classes == {Parameter} or (classes <= {Value, Parameter} and not any(map(_OP, values)))


def children(part: Any, prefix: str = "") -> Iterable[tuple[str, Any]]:
    """What a Module or a container holds, with the name of each; () for anything else.

    Raises:
        InputError: a set holds parameters; `prefix` names it.
    """
    if isinstance(part, Module):
        return list(vars(part).items())
    if isinstance(part, Mapping):
        return [(str(key), inner) for key, inner in part.items()]
    if isinstance(part, (list, tuple)) or str(getattr(part, "dtype", "")) == "object":
        return [(str(i), inner) for i, inner in enumerate(part)]
    if isinstance(part, (set, frozenset)) and any(isinstance(v, (Value, Module)) for v in part):
        raise InputError(
            f"{prefix} is a set, which has no order, so its parameters have no lasting names; keep "
            f"them in a list"
        )
    return ()


def as_values(x: Iterable[Any], count: int, module: object) -> list[Value]:
    """One example as Values; numbers become constants.

    Raises:
        InputError: it is not a list of `count` numbers or Values, such as a list of several
            examples; the message names `module`.
        NumberTypeError: an element is not one real number.
    """
    name, plural = type(module).__name__, "s" if count > 1 else ""
    if not isinstance(x, Iterable) or isinstance(x, (Value, str, bytes, Mapping, Set)):
        raise InputError(f"{name} takes a list of {count} number{plural}; got {x!r}")
    if getattr(x, "ndim", 1) > 1:
        raise _several_examples(name, x, count)
    try:
        values = [v if isinstance(v, Value) else constant(v) for v in x]
    except NumberTypeError:
        if isinstance(x, Sequence) and not isinstance(x[0], str) and hasattr(x[0], "__len__"):
            raise _several_examples(name, x, count) from None
        raise
    if len(values) != count:
        raise InputError(
            f"{name} takes {count} input{plural}; got {len(values)}"
            + (f": {[v.data for v in values]}" if len(values) < 12 else "")
        )
    return values


def _several_examples(name: str, x: Any, count: int) -> InputError:
    rows = "X.to_numpy()" if hasattr(x, "to_numpy") else "X"
    got = f"{len(x)} row{'s' * (len(x) != 1)}"
    return InputError(
        f"{name} takes one example at a time, a list of {count} number{'s' * (count > 1)}; got "
        f"X with {got}. For their outputs write [model(x) for x in {rows}], for predictions "
        f"model.predict(X)"
    )
