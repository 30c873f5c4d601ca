"""Identifiers in generated code: weights1, bias1, sums1, hidden1, d_sums1."""

from __future__ import annotations

import keyword
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from micrograd_tut.compiler.array_graph import ArrayNode
from micrograd_tut.compiler.forms import FORMS
from micrograd_tut.engine import Value
from micrograd_tut.nn.module import common_path

_OP_STEMS = {
    "mul": "product", "add": "sum", "sub": "difference", "div": "quotient", "pow": "power",
    "neg": "negative", "sum": "total", "heaviside": "on", "maximum": "largest",
    "minimum": "smallest", "equal": "hit", "abs": "size",
}  # fmt: skip


class Identifiers:
    """Unique identifiers for one module of generated code.

    Args:
        reserved: Names that the code uses for something else.
        arguments: The names of the function's arguments.

    Attributes:
        arguments: For each argument its identifier in the code.
    """

    def __init__(self, reserved: Iterable[str], arguments: Iterable[str]) -> None:
        self._used = {*reserved, "__debug__"}  # not a keyword, but it cannot be assigned to
        self._counts: Counter[str] = Counter()
        self.arguments = {name: self.unique(name) for name in arguments}

    def is_free(self, name: str) -> bool:
        """Whether `name` can be used as it is."""
        name = _normalized(name)
        return name.isidentifier() and not keyword.iskeyword(name) and name not in self._used

    def numbered(self, stem: str) -> str:
        """The stem with the next number: hidden1, hidden2."""
        while True:
            self._counts[stem] += 1
            name = f"{stem}{self._counts[stem]}"
            if self.is_free(name):
                return self.unique(name)

    def unique(self, name: str) -> str:
        """`name` if it is free; otherwise a similar identifier."""
        name = _normalized(name)
        if not self.is_free(name):
            stem = name if name.isidentifier() else "value"
            return self.numbered(f"{stem}_")
        self._used.add(name)
        return name


def _normalized(name: str) -> str:
    """The identifier as Python normalizes it: two different strings can be one identifier."""
    return unicodedata.normalize("NFKC", name)


def name_forward(
    arrays: Sequence[ArrayNode], identifiers: Identifiers, parameters: Sequence[Value]
) -> dict[ArrayNode, str]:
    """Identifiers for the inputs, the parameters and the layers of a forward pass."""
    users: dict[ArrayNode, list[ArrayNode]] = {}
    for v in arrays:
        for x in v.inputs:
            if isinstance(x, ArrayNode):
                users.setdefault(x, []).append(v)
    last = max((v.index for v in arrays if v.kind == "matmul"), default=-1)
    names: dict[ArrayNode, str] = {}
    for v in arrays:
        if v.kind == "parameters":
            names[v] = _name_parameters(v, users.get(v, []), identifiers, parameters)
        elif v.label and identifiers.is_free(v.label):
            names[v] = identifiers.unique(v.label)
        elif name := _name_layer(v, users.get(v, []), identifiers, names, last):
            names[v] = name
    return names


def _name_layer(
    v: ArrayNode,
    users: list[ArrayNode],
    identifiers: Identifiers,
    names: dict[ArrayNode, str],
    last: int,
) -> str:
    if v.kind == "matmul" and any(_is_biased(user) for user in users):
        return ""  # the bias is added in place
    if v.kind == "matmul" or _is_biased(v):
        matmul = v if v.kind == "matmul" else v.inputs[0]
        return (
            identifiers.unique("output") if matmul.index == last else identifiers.numbered("sums")
        )
    if v.kind == "input":
        return identifiers.arguments[v.detail]
    if v.rule and not v.label:
        op, (x, *others) = v.rule
        only_scalars = not any(isinstance(other, ArrayNode) for other in others)
        if op.arity and only_scalars and names.get(x, "").startswith("sums"):
            return identifiers.numbered("hidden")
    return ""


def _is_biased(v: ArrayNode) -> bool:
    if v.kind != "add":
        return False
    a, b = v.inputs
    return isinstance(a, ArrayNode) and a.kind == "matmul" and not getattr(b, "batched", False)


def _name_parameters(
    v: ArrayNode, users: list[ArrayNode], identifiers: Identifiers, parameters: Sequence[Value]
) -> str:
    values = parameters[v.detail : v.detail + v.size]
    if v.columns:
        return identifiers.numbered("weights")
    if any(_is_biased(user) for user in users):
        return identifiers.numbered("bias")
    if len(values) == 1 and identifiers.is_free(values[0].label):
        return identifiers.unique(values[0].label)
    if len(values) == len(parameters):
        return identifiers.unique("every_parameter")
    return identifiers.numbered("scalars" if len(values) > 1 else "scalar")


def common_layer(values: Sequence[Value]) -> str:
    """The layer that parameters have in common, such as "layers.0", or "", for a comment."""
    layer = common_path(values).partition(".neurons")[0]
    is_name = f"_{layer}".replace(".", "_").isidentifier()
    return layer if is_name or not layer else repr(layer)  # on one line, whatever is in it


def name_statement(v: ArrayNode, identifiers: Identifiers, adjoint_of: str) -> str:
    """An identifier for an array without a better one.

    Args:
        adjoint_of: The identifier of the array whose adjoint it is, or "".
    """
    name = f"d_{adjoint_of}"
    if adjoint_of and identifiers.is_free(name):
        return identifiers.unique(name)
    if v.rule and v.kind != v.rule[0].name:
        return identifiers.numbered(v.rule[0].name)
    stem = FORMS[v.kind].stem if v.kind in FORMS else _OP_STEMS.get(v.kind, "")
    return identifiers.numbered(stem or v.kind)
