"""A program as NumPy source: readable, and what is run.

A statement is written where its array is needed more than once, or where the formula would get
long; all else stands inside the formula that needs it. What is written has its own array, made
once per batch size, so that a step allocates little.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler import erf
from micrograd_tut.compiler.array_graph import ArrayNode, Operand, runs
from micrograd_tut.compiler.differentiate import Flow
from micrograd_tut.compiler.identifiers import Identifiers, name_forward, name_rest
from micrograd_tut.compiler.numpy_expr import COMPARISON, SAME, Formulas, at, is_infix, written
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.compiler.vectorize import ArrayProgram
from micrograd_tut.ops.formulas import SUM
from micrograd_tut.ops.op import Op

_LONGEST = 64  # letters of a formula
_SHORT = 12  # letters that are not worth a statement
_MANY = 100  # arrays
_INDENT = " " * 8

_IN_PLACE = re.compile(r"(\w+) [^\w ]+= ")
LEAVES = ("input", "parameters", "constant", "scale", "batch")
"""Forms that are there before the first statement."""


@dataclass(frozen=True)
class Store:
    """What is put into a part of the gradient.

    Attributes:
        part: The part of the parameter vector.
        flow: What flows back into it.
        fresh: The places of the part that hold nothing yet.
        adds: Whether another part has put something into some of its places.
    """

    part: ArrayNode
    flow: Operand
    fresh: set[int]
    adds: bool

    @property
    def in_place(self) -> bool:
        """Whether the flow is made where it is to be, as the result of a statement is."""
        flow = self.flow
        unnamed = isinstance(flow, ArrayNode) and not flow.name
        return unnamed and not self.adds and _shape(flow) == _shape(self.part)

    @property
    def index(self) -> float:
        """When it can be done: what adds to other parts comes after them."""
        if self.adds:
            return math.inf
        return self.flow.index if isinstance(self.flow, ArrayNode) else 0.0


class Source(Formulas):
    """The text of a program.

    Args:
        vectorized: The arrays of the forward pass.
        flows: Parts of the parameter vector, with what is added to their gradients.
        arguments: The names of the function's arguments.
        title: What the program computes.

    Attributes:
        text: The source of a module with a function ``build(parameters, gradient, batch)``.
        forward, backward: The arrays that get a statement, in order.
        written: Their names.
    """

    taken: tuple[str, ...] = (
        "np", "batch", "scale", "ones", "parameters", "gradient", "build", "forward", "backward",
        *(f.__name__ for f in erf.FUNCTIONS),
    )  # fmt: skip
    """Identifiers that the text uses by itself."""

    def __init__(
        self,
        vectorized: ArrayProgram,
        flows: Sequence[Flow],
        arguments: Sequence[str],
        title: str,
        result_name: str,
    ) -> None:
        self.vectorized = vectorized
        super().__init__(Identifiers(self.taken, arguments))
        self.arguments = list(self.names.arguments.values())
        self.result = vectorized.result
        self.stores, self.missing = _stores(flows, len(vectorized.parameters))
        self._choose_names(result_name)
        self.written = {v: v.name for v in (*self.forward, *self.backward)}
        self.text = self._module(title)

    # --- What is written, and its name ---

    def _choose_names(self, result_name: str) -> None:
        for v in self.vectorized.graph.arrays:
            v.name = ""
        forward = set(_reached([self.result]))
        flows = [store.flow for store in self.stores if isinstance(store.flow, ArrayNode)]
        every = _reached([self.result, *flows, *(store.part for store in self.stores)])
        if not self.result.label and self.result.kind not in (*LEAVES, *SAME):
            self.result.label = result_name if result_name.isidentifier() else "result"
        name_forward(
            [v for v in every if v in forward or v.kind in ("parameters", "input")],
            self.names,
            self.vectorized.parameters,
        )
        uses = Counter(
            x for v in every for x in dict.fromkeys(v.inputs) if isinstance(x, ArrayNode)
        )
        for v in every:  # what is used twice through another name is used twice
            if v.kind in SAME:
                uses[v.inputs[0]] += uses[v] - 1
        uses.update([self.result, self.result])
        back: dict[ArrayNode, ArrayNode] = {}
        for x, g in self.vectorized.backward.items():
            if isinstance(g, ArrayNode) and x.name and x.kind not in LEAVES:
                back.setdefault(g, x)
        named = []
        for v in every:
            if v.kind in LEAVES:
                continue
            if not self._is_written(v, uses[v]):
                v.name = ""
            for x in [*self._too_long(v), *([v] if self._is_written(v, uses[v]) else [])]:
                name_rest([x], self.names, back)
                named.append(x)
        self._arrange(named)

    def _arrange(self, named: Sequence[ArrayNode]) -> None:
        """Each statement belongs to the forward pass where the result needs it."""
        forward = set(_reached([self.result]))
        named = sorted(named, key=lambda v: v.index)
        self.forward = [v for v in named if v in forward]
        self.backward = [v for v in named if v not in forward]

    def _is_written(self, v: ArrayNode, uses: int) -> bool:
        """Whether an array gets a statement of its own."""
        if v.kind in ("stack", "plain"):
            return False
        if v.kind == "same" and v is not self.result:
            return uses > 1 and not v.inputs[0].name
        if v.kind == "take" and len(list(runs(v.detail))) == 1 and v is not self.result:
            return False
        return uses > 1 or v.kind == "scatter" or v is self.result or bool(v.name)

    def _too_long(self, v: ArrayNode) -> Iterator[ArrayNode]:
        """Inputs that get a statement of their own, so that the formula of `v` stays short."""
        if v.kind == "scatter":
            return
        inner = [x for x in v.inputs if isinstance(x, ArrayNode) and not x.name]
        inner = [x for x in inner if x.kind not in (*LEAVES, *SAME)]
        inner = [x for x in inner if len(self._formula(x).text) > _SHORT]
        inner.sort(key=lambda x: -len(self._formula(x).text))
        while inner and len(self._formula(v).text) > _LONGEST:
            yield inner.pop(0)
            del self.texts[v]

    # --- Statements ---

    def statements(self, v: ArrayNode, target: str) -> Iterator[str]:
        """The lines that put the numbers of `v` into the array `target`."""
        while v.kind in SAME and not v.inputs[0].name:
            v = v.inputs[0]
        op = ops.OPS.get(v.kind)
        chained = self._chained(op, v) if op else None
        if v.kind == "scatter":
            yield f"{target}[...] = 0"
            for places, x in zip(v.detail, v.inputs, strict=True):
                part = at(self.number(x), SUM)
                if len(set(places)) < len(places):
                    yield f"np.add.at({target}, {list(places)}, {part})"
                else:
                    yield f"{target}[{self._places(places)}] += {part}"
        elif chained:
            assert op
            first, second = chained
            yield from self.statements(first, target)
            text = self.of(second) if op is ops.mul else self.number(second)
            yield f"{target} {op.symbol}= {at(text, COMPARISON)}"
        elif v.kind in ("matmul", "matmul_back", "outer"):
            left, right = (text.strip() for text in self._factor_texts(v))
            yield f"np.matmul({_bare(left)}, {_bare(right)}, out={target})"
        elif v.kind == "sum_batch":
            self.hoisted.setdefault("ones", "ones")
            yield f"np.matmul({at(self.number(v.inputs[0]), SUM)}, ones, out={target})"
        elif v.kind == "sum_rows":
            yield self._reduce("np.add.reduce", v, v.inputs[0], f", out={target}").text
        elif op and op.arity is None and len(v.inputs) == 1 and isinstance(v.inputs[0], ArrayNode):
            yield self._reduce(f"{kernel(op)}.reduce", v, v.inputs[0], f", out={target}").text
        elif op and _is_ufunc(str(kernel(op))):
            inputs = self._factors(v) if op is ops.mul else [self.number(x) for x in v.inputs]
            texts = [at(x, COMPARISON) for x in inputs]
            yield f"{kernel(op)}({', '.join(texts)}, out={target})"
        else:
            yield f"{target}[...] = {at(self._formula(v), COMPARISON)}"

    def _chained(self, op: Op, v: ArrayNode) -> tuple[ArrayNode, Operand] | None:
        """The input that can be computed in place first, and the other one."""
        if not is_infix(op) or len(v.inputs) != 2:
            return None
        pairs = [v.inputs, v.inputs[::-1]] if op in (ops.add, ops.mul) else [v.inputs]
        for first, second in pairs:
            if isinstance(first, ArrayNode) and not first.name and _shape(first) == _shape(v):
                inner = ops.OPS.get(first.kind)
                if first.kind in ("matmul", "matmul_back", "outer") or (
                    inner and _is_ufunc(str(kernel(inner))) and inner.arity is not None
                ):
                    return first, second
        return None

    # --- The module ---

    def _module(self, title: str) -> str:
        forward = [line for v in self.forward for line in self._commented(v)]
        backward = self._backward_lines()
        returned = at(self.of(self.result), SUM)
        arguments = ", ".join(self.arguments)
        body = "\n".join(self._work())
        texts = [
            f'"""{title}"""\n',
            "import numpy as np\n\n",
            *_helpers("\n".join([*forward, *backward, returned])),
            "def build(parameters, gradient, batch):",
            '    """Views of the parameters and work arrays, for one size of batch."""',
            body,
            f"    def forward({arguments}):",
            '        """A row for each output, a column for each example."""',
            *_nonlocal(forward),
            *(_INDENT + line for line in forward),
            f"        return {returned}\n",
            f"    def backward({', '.join([*self.arguments, 'scale'])}):",
            '        """After forward: the gradient of the sum over the batch, times scale."""',
            *_nonlocal(backward),
            *(_INDENT + line for line in backward),
            "\n    return forward, backward",
        ]
        return "\n".join(texts) + "\n"

    def _commented(self, v: ArrayNode) -> Iterator[str]:
        weights = next((x for x in _inside(v) if x.kind == "parameters" and x.note), None)
        if weights:
            s = "s" if weights.rows > 1 else ""
            yield f"# {weights.note}: {weights.rows} neuron{s} of {weights.columns} inputs"
        yield from self.statements(v, v.name)

    def _backward_lines(self) -> list[str]:
        lines = _zeros(self.missing)
        for step in self._backward_in_order():
            if isinstance(step, Store):
                lines += self._stored(step)
            else:
                lines += self.statements(step, step.name)
        return lines

    def _backward_in_order(self) -> list[ArrayNode | Store]:
        """The statements in the order in which what they need is there."""
        steps: list[ArrayNode | Store] = [*self.backward, *self.stores]
        return sorted(steps, key=lambda step: step.index)

    def _stored(self, store: Store) -> Iterator[str]:
        target = self._gradient_view(store.part)
        if store.adds:
            yield from _zeros(store.fresh)
            yield f"{target} += {at(self.number(store.flow), COMPARISON)}"
        elif store.in_place:
            yield from self.statements(store.flow, target)
        else:
            yield f"{target}[...] = {at(self.number(store.flow), COMPARISON)}"

    def _gradient_view(self, v: ArrayNode) -> str:
        key = "gradient", v
        if key not in self.hoisted:
            self.hoisted.setdefault(v, v.name)
            self.hoisted[key] = self.names.take(f"d_{v.name}")
        return self.hoisted[key]

    def _work(self) -> Iterator[str]:
        """Views, constants and work arrays."""
        if len(self.written) > _MANY:
            # Python puts each name that functions scale in front of the first block of code, and
            # moves the block for that: where it is long, in time that grows with its square.
            yield "    assert batch > 0"
        for key, name in sorted(self.hoisted.items(), key=_hoisting):
            if key == "ones":
                yield "    ones = np.ones((batch, 1), parameters.dtype)"
            elif isinstance(key, ArrayNode) and key.kind == "parameters":
                yield f"    {name} = parameters{_view(key)}"
            elif isinstance(key, ArrayNode):
                column = [[x] for x in key.detail]
                yield f"    {name} = np.array({written(column)}, parameters.dtype)"
            elif key[0] == "gradient":
                yield f"    {name} = gradient{_view(key[1])}"
            else:
                yield f"    {name} = np.array({list(key)})"
        for v in (*self.forward, *self.backward):
            columns = v.columns or ("batch" if v.batched else 1)
            yield f"    {v.name} = np.empty(({v.rows}, {columns}), parameters.dtype)"
        yield ""


def _hoisting(item: tuple[Any, str]) -> tuple[int, int]:
    """Views of the parameters first, then of the gradient, in the order of the vector."""
    key = item[0]
    if isinstance(key, ArrayNode):
        return (0, key.detail) if key.kind == "parameters" else (2, 0)
    return (1, key[1].detail) if key[0] == "gradient" else (3, 0)


def _bare(text: str) -> str:
    """Without the parentheses around all of it."""
    if text.startswith("(") and text.endswith(")"):
        try:
            ast.parse(text[1:-1], mode="eval")
        except SyntaxError:
            return text
        return text[1:-1]
    return text


def _nonlocal(lines: Sequence[str]) -> list[str]:
    """What an assignment such as ``sums1 += bias1`` asks for."""
    names = dict.fromkeys(m[1] for m in map(_IN_PLACE.match, lines) if m)
    return [f"{_INDENT}nonlocal {', '.join(names)}"] if names else []


def _zeros(places: set[int]) -> list[str]:
    return [f"gradient[{start}:{stop}] = 0" for start, stop in runs(sorted(places))]


def _is_ufunc(name: str) -> bool:
    return isinstance(getattr(np, name.removeprefix("np."), None), np.ufunc)


def _shape(v: ArrayNode) -> tuple[int, bool, int | None]:
    return v.rows, v.batched, v.columns


def _stores(flows: Sequence[Flow], count: int) -> tuple[list[Store], set[int]]:
    """What is put where, and the places of the gradient vector that get nothing."""
    stores: list[Store] = []
    filled: set[int] = set()
    # small parts of the parameter vector come before large ones that hold them
    for part, flow in sorted(flows, key=lambda flow: flow[0].rows * (flow[0].columns or 1)):
        span = set(range(part.detail, part.detail + part.rows * (part.columns or 1)))
        stores.append(Store(part, flow, span - filled, bool(span & filled)))
        filled |= span
    return stores, set(range(count)) - filled


def _view(v: ArrayNode) -> str:
    stop = v.detail + v.rows * (v.columns or 1)
    return f"[{v.detail}:{stop}].reshape({v.rows}, {v.columns or 1})"


def _inside(v: ArrayNode) -> Iterator[ArrayNode]:
    """The arrays in the formula of a statement."""
    stack = [v]
    while stack:
        v = stack.pop()
        yield v
        arrays = [x for x in v.inputs if isinstance(x, ArrayNode)]
        stack += [x for x in arrays if not x.name or x.kind == "parameters"]


def _reached(roots: Sequence[ArrayNode]) -> list[ArrayNode]:
    """What the roots are made from, in order."""
    found = set(roots)
    stack = list(roots)
    while stack:
        for x in stack.pop().inputs:
            if isinstance(x, ArrayNode) and x not in found:
                found.add(x)
                stack.append(x)
    return sorted(found, key=lambda v: v.index)


def _helpers(text: str) -> list[str]:
    """The functions that NumPy lacks, if the program calls them."""
    if "erf" not in text:
        return []
    texts = [inspect.getsource(f) for f in erf.FUNCTIONS]
    return [text.replace(": Any", "").replace(" -> Any", "") + "\n" for text in texts]
