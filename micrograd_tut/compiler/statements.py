"""Which arrays get a statement of their own, in which order, and under which names.

An array gets a statement if it is used more than once, or if the expression that uses it would be
too long. All other arrays are written inside the expression that uses them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayNode, Operand, runs
from micrograd_tut.compiler.forms import LEAVES, PRODUCTS, TRANSPARENT
from micrograd_tut.compiler.identifiers import Identifiers, name_forward, name_statement
from micrograd_tut.compiler.numpy_expr import NumpyExpr, is_infix
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.compiler.vectorize import ArrayProgram
from micrograd_tut.ops.op import Op

_MAX_CHARS = 64  # of an expression
_MIN_CHARS = 12  # shorter expressions get no statement of their own


@dataclass(frozen=True)
class GradientWrite:
    """The statement that writes a part of the gradient vector.

    Attributes:
        part: The part of the parameter vector.
        gradient: What is written.
        adds: Whether it is added, because another part has written to some of the indices.
        fresh: If it is added, the indices that hold nothing yet.
    """

    part: ArrayNode
    gradient: Operand
    fresh: list[int]
    adds: bool

    @property
    def index(self) -> float:
        """Its position among the arrays: writes that add come last."""
        if self.adds:
            return math.inf
        return self.gradient.index if isinstance(self.gradient, ArrayNode) else 0.0


class Statements:
    """The statements of a program.

    Args:
        program: The arrays.
        adjoints: For each array the gradient with respect to it.
        reserved: Names that the code uses for something else.

    Attributes:
        names: The identifier of each array that has a statement, and of inputs and parameters.
        expr: The expressions of the arrays.
        forward, backward: The arrays that have a statement, in order.
        writes: The statements that write the gradient.
        zeros: The indices of the gradient that nothing is written to.
        arguments: The identifiers of the function's arguments.
        gradient_parts: The identifiers of the parts of the gradient vector that are written to.
    """

    def __init__(
        self,
        program: ArrayProgram,
        adjoints: Mapping[ArrayNode, Operand],
        reserved: Iterable[str],
    ) -> None:
        self.result = program.result
        self.identifiers = Identifiers(reserved, [a.name for a in program.traced.arguments])
        self.arguments = list(self.identifiers.arguments.values())
        self.writes, self.zeros = _gradient_writes(adjoints, len(program.parameters))
        self.gradient_parts: dict[ArrayNode, str] = {}
        gradients = [w.gradient for w in self.writes if isinstance(w.gradient, ArrayNode)]
        needed = _ancestors([self.result, *gradients, *(w.part for w in self.writes)])
        self._needed_forward = set(_ancestors([self.result]))
        self.names = name_forward(
            [v for v in needed if v in self._needed_forward or v.kind in ("parameters", "input")],
            self.identifiers,
            program.parameters,
        )
        self.expr = NumpyExpr(self.identifiers, self.names)
        self.forward: list[ArrayNode] = []
        self.backward: list[ArrayNode] = []
        self._choose(needed, adjoints)

    def _choose(self, needed: Sequence[ArrayNode], adjoints: Mapping[ArrayNode, Operand]) -> None:
        uses = self._uses(needed)
        adjoint_of: dict[ArrayNode, ArrayNode] = {}
        for x, g in adjoints.items():
            if isinstance(g, ArrayNode) and x in self.names and x.kind not in LEAVES:
                adjoint_of.setdefault(g, x)
        chosen = []
        for v in needed:
            if v.kind in LEAVES:
                continue
            is_statement = self._is_statement(v, uses[v])
            if not is_statement:
                self.names.pop(v, None)
            for x in [*self._long_inputs(v), *([v] if is_statement else [])]:
                if x not in self.names:
                    name = self.names.get(adjoint_of[x], "") if x in adjoint_of else ""
                    self.names[x] = name_statement(x, self.identifiers, name)
                chosen.append(x)
        self._arrange(chosen)

    def _uses(self, needed: Sequence[ArrayNode]) -> Counter[ArrayNode]:
        """How often each array is used. The result always gets a statement."""
        inputs = [dict.fromkeys(v.inputs) for v in needed]
        uses = Counter(x for xs in inputs for x in xs if isinstance(x, ArrayNode))
        for v in needed:
            if v.kind in TRANSPARENT:
                uses[v.inputs[0]] += uses[v] - 1
        uses.update([self.result, self.result])
        return uses

    def _is_statement(self, v: ArrayNode, uses: int) -> bool:
        if v.kind in ("stack", "unstack"):
            return False
        if v.kind == "alias" and v is not self.result:
            return uses > 1 and v.inputs[0] not in self.names
        if v.kind == "take" and len(list(runs(v.detail))) == 1 and v is not self.result:
            return False
        return uses > 1 or v.kind == "scatter" or v is self.result or v in self.names

    def _long_inputs(self, v: ArrayNode) -> list[ArrayNode]:
        """The inputs that get a statement because the expression of `v` would be too long."""
        if v.kind == "scatter":
            return []
        inputs = [x for x in dict.fromkeys(v.inputs) if isinstance(x, ArrayNode)]
        inputs = [x for x in inputs if x not in self.names]
        inputs = [x for x in inputs if x.kind not in (*LEAVES, *TRANSPARENT)]
        inputs = [x for x in inputs if self._size(x) > _MIN_CHARS]
        if not inputs or self._size(v) <= _MAX_CHARS:
            return []
        self.expr.forget(v)
        return sorted(inputs, key=self._size, reverse=True)

    def _size(self, v: ArrayNode) -> int:
        return len(self.expr.definition(v).text)

    def _arrange(self, arrays: Iterable[ArrayNode]) -> None:
        ordered = sorted(arrays, key=lambda v: v.index)
        self.forward = [v for v in ordered if v in self._needed_forward]
        self.backward = [v for v in ordered if v not in self._needed_forward]

    # --- For the code generators ---

    def add(self, stem: str, arrays: Iterable[ArrayNode]) -> None:
        """Give a statement to more arrays."""
        new = list(dict.fromkeys(arrays))
        for v in new:
            self.names[v] = self.identifiers.numbered(stem)
        self._arrange([*self.forward, *self.backward, *new])

    def backward_in_order(self) -> list[ArrayNode | GradientWrite]:
        """The statements of the backward pass, each after those that it needs."""
        steps: list[ArrayNode | GradientWrite] = [*self.backward, *self.writes]
        return sorted(steps, key=lambda step: step.index)

    def gradient_view(self, part: ArrayNode) -> str:
        """The identifier of a part of the gradient vector."""
        if part not in self.gradient_parts:
            self.gradient_parts[part] = self.identifiers.unique(f"d_{self.names[part]}")
        return self.gradient_parts[part]

    def parameter_views(self) -> Iterator[str]:
        """Statements that make views of the parameter vector."""
        return _views("parameters", self.expr.parameter_views)

    def gradient_views(self) -> Iterator[str]:
        """Statements that make views of the gradient vector."""
        return _views("gradient", self.gradient_parts)

    def is_in_place(self, write: GradientWrite) -> bool:
        """Whether the gradient is computed directly in the gradient vector."""
        g = write.gradient
        unnamed = isinstance(g, ArrayNode) and g not in self.names
        return unnamed and not write.adds and g.shape == write.part.shape

    def source(self, v: Operand) -> Operand:
        """`v`, or its input if `v` is written as that."""
        while isinstance(v, ArrayNode) and v.kind in TRANSPARENT and v.inputs[0] not in self.names:
            v = v.inputs[0]
        return v

    def in_place_operands(self, v: ArrayNode) -> tuple[ArrayNode, Operand] | None:
        """The operand that can be computed in the place of `v` first, and the other one."""
        op = v.op
        if op is None or not is_infix(op) or len(v.inputs) != 2:
            return None
        pairs = [v.inputs, v.inputs[::-1]] if op in (ops.add, ops.mul) else [v.inputs]
        for first, second in pairs:
            if isinstance(first, ArrayNode) and first not in self.names and first.shape == v.shape:
                inner = first.op
                if first.kind in PRODUCTS or (
                    inner and is_ufunc(inner) and inner.arity is not None
                ):
                    return first, second
        return None


def is_ufunc(op: Op) -> bool:
    """Whether an operation is computed by one NumPy function, which takes ``out=``."""
    return isinstance(getattr(np, str(kernel(op)).removeprefix("np."), None), np.ufunc)


def _views(vector: str, names: Mapping[ArrayNode, str]) -> Iterator[str]:
    for v, name in sorted(names.items(), key=lambda item: item[0].detail):
        span = f"{v.detail}:{v.detail + v.size}"
        yield f"{name} = {vector}[{span}].reshape({v.rows}, {v.columns or 1})"


def _gradient_writes(
    adjoints: Mapping[ArrayNode, Operand], count: int
) -> tuple[list[GradientWrite], list[int]]:
    """The writes, and the indices of the gradient vector that nothing is written to."""
    writes: list[GradientWrite] = []
    written = bytearray(count)  # 1 for each index that is written to
    # small parts of the parameter vector come before large ones that contain them
    parts = [part for part in adjoints if part.kind == "parameters"]
    for part in sorted(parts, key=lambda part: part.size):
        start, stop = part.detail, part.detail + part.size
        adds = 1 in written[start:stop]
        fresh = [i for i in range(start, stop) if not written[i]] if adds else []
        writes.append(GradientWrite(part, adjoints[part], fresh, adds))
        written[start:stop] = b"\1" * part.size
    return writes, [i for i in range(count) if not written[i]] if 0 in written else []


def _ancestors(roots: Sequence[ArrayNode]) -> list[ArrayNode]:
    """The roots and all arrays that they are computed from, in order."""
    reached = set(roots)
    stack = list(roots)
    while stack:
        for x in stack.pop().inputs:
            if isinstance(x, ArrayNode) and x not in reached:
                reached.add(x)
                stack.append(x)
    return sorted(reached, key=lambda v: v.index)
