"""Identifiers for arrays that a reader knows: weights1, bias1, sums1, hidden1, d_sums1."""

from __future__ import annotations

import itertools
import keyword
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from micrograd_tut.compiler.array_graph import ArrayNode
from micrograd_tut.engine import Value
from micrograd_tut.nn import Parameter


class Identifiers:
    """Hands out names, each once.

    Args:
        taken: Identifiers that the text uses by itself.
        arguments: What the function calls its arguments.

    Attributes:
        arguments: What each argument is called in the text, by what the function calls it.
    """

    def __init__(self, taken: Iterable[str], arguments: Iterable[str]) -> None:
        self._taken = {*taken, "__debug__"}  # no keyword, but not to be assigned to
        self._counts: Counter[str] = Counter()
        self.arguments = {name: self.take(name) for name in arguments}

    def free(self, name: str) -> bool:
        """Whether `name` can be used as it is."""
        name = _as_python_reads(name)
        return name.isidentifier() and not keyword.iskeyword(name) and name not in self._taken

    def numbered(self, stem: str) -> str:
        """The stem with the next number: hidden1, hidden2."""
        while True:
            self._counts[stem] += 1
            name = f"{stem}{self._counts[stem]}"
            if self.free(name):
                return self.take(name)

    def take(self, name: str) -> str:
        """`name`, or where it is taken or no identifier, one like it."""
        name = _as_python_reads(name)
        if not self.free(name):
            stem = name if name.isidentifier() else "value"
            return self.numbered(f"{stem}_")
        self._taken.add(name)
        return name


def _as_python_reads(name: str) -> str:
    """The identifier that Python takes `name` for: two that look alike may be one to it."""
    return unicodedata.normalize("NFKC", name)


def name_forward(
    arrays: Sequence[ArrayNode], names: Identifiers, parameters: Sequence[Value]
) -> None:
    """Name the arrays of a forward pass."""
    users: dict[ArrayNode, list[ArrayNode]] = {}
    for v in arrays:
        for x in v.inputs:
            if isinstance(x, ArrayNode):
                users.setdefault(x, []).append(v)
    last = max((v.index for v in arrays if v.kind == "matmul"), default=-1)
    for v in arrays:
        if v.kind == "parameters":
            _name_parameters(v, users.get(v, []), names, parameters)
        elif v.label and names.free(v.label):
            v.name = names.take(v.label)
        else:
            v.name = _name(v, users.get(v, []), names, last)


def _name(v: ArrayNode, users: list[ArrayNode], names: Identifiers, last: int) -> str:
    if v.kind == "matmul" and any(_is_biased(u) for u in users):
        return ""  # the bias is added in place
    if v.kind == "matmul" or _is_biased(v):
        matmul = v if v.kind == "matmul" else v.inputs[0]
        return names.take("output") if matmul.index == last else names.numbered("sums")
    if v.kind == "input":
        return names.arguments[v.detail]
    if v.rule and not v.label:
        op, (x, *others) = v.rule
        scalars_only = not any(isinstance(other, ArrayNode) for other in others)
        if op.arity and scalars_only and isinstance(x, ArrayNode) and x.name.startswith("sums"):
            return names.numbered("hidden")
    return ""


def _is_biased(v: ArrayNode) -> bool:
    if v.kind != "add":
        return False
    a, b = v.inputs
    return isinstance(a, ArrayNode) and a.kind == "matmul" and not getattr(b, "batched", False)


def _name_parameters(
    v: ArrayNode, users: list[ArrayNode], names: Identifiers, parameters: Sequence[Value]
) -> None:
    values = parameters[v.detail : v.detail + v.rows * (v.columns or 1)]
    if v.columns:
        v.name = names.numbered("weights")
        v.note = part_of_net(values)
    elif any(_is_biased(u) for u in users):
        v.name = names.numbered("bias")
    elif len(values) == 1 and names.free(values[0].label):
        v.name = names.take(values[0].label)
    elif len(values) == len(parameters):
        v.name = names.take("every_parameter")
    else:
        v.name = names.numbered("scalars" if len(values) > 1 else "scalar")


def part_of_net(values: Sequence[Value]) -> str:
    """What the places of parameters have in common: "layers.0"."""
    places = [v.place for v in values if isinstance(v, Parameter)]
    if len(places) != len(values):
        return ""
    first, last = min(places).split("."), max(places).split(".")  # what these scale, all do
    common = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return ".".join(part for part, _ in common).removesuffix(".neurons")


def name_rest(
    arrays: Iterable[ArrayNode], names: Identifiers, backward_of: dict[ArrayNode, ArrayNode]
) -> None:
    """Name what is still without a name and needs one."""
    for v in arrays:
        if not v.name:
            of = backward_of.get(v)
            name = f"d_{of.name}" if of is not None and of.name else ""
            v.name = names.take(name) if name and names.free(name) else names.numbered(stem(v))


def stem(v: ArrayNode) -> str:
    """What an array without a better name is called."""
    if v.rule and v.kind != v.rule[0].name:
        return v.rule[0].name
    return _STEMS.get(v.kind, v.kind)


_STEMS = {
    "mul": "product", "add": "sum", "sub": "difference", "div": "quotient", "pow": "power",
    "neg": "negative", "sum": "total", "matmul_back": "back", "heaviside": "on", "take": "rows",
    "join": "joined", "scatter": "spread", "maximum": "largest", "minimum": "smallest",
    "equal": "hit", "abs": "size",
}  # fmt: skip
