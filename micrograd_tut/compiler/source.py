"""A program as NumPy source: readable, and what is run.

A statement is written where its array is needed more than once, or where the formula would get
long; all else stands inside the formula that needs it. What is written has its own array, made
once per batch size, so that a step allocates little.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler import special
from micrograd_tut.compiler.arrays import Array, Operand, runs
from micrograd_tut.compiler.formulas import COMPARISON, SAME, Formulas, at, is_infix, written
from micrograd_tut.compiler.naming import Names, name_forward, name_rest
from micrograd_tut.compiler.vectorize import Vectorized
from micrograd_tut.row import Op
from micrograd_tut.symbols import SUM

_LONGEST = 64  # letters of a formula
_SHORT = 12  # letters that are not worth a statement
_INDENT = " " * 8

_IN_PLACE = re.compile(r"(\w+) [^\w ]+= ")
_LEAVES = ("input", "parameters", "constant", "share", "batch")


class Source(Formulas):
    """The text of a program.

    Args:
        vectorized: The arrays of the forward pass.
        flows: Parts of the parameter vector, with what is added to their gradients.
        arguments: The names of the function's arguments.
        title: What the program computes.

    Attributes:
        text: The source of a module with a function ``build(parameters, gradient, batch)``.
        statements: How many array statements the forward pass has.
    """

    def __init__(
        self,
        vectorized: Vectorized,
        flows: Sequence[tuple[Array, Operand]],
        arguments: Sequence[str],
        title: str,
        result_name: str,
    ) -> None:
        self.vectorized = vectorized
        self.flows = _ordered(flows)
        self.arguments = arguments
        super().__init__(Names(arguments))
        self.result = vectorized.result
        self._choose_names(result_name)
        self.text = self._module(title)

    # --- What is written, and its name ---

    def _choose_names(self, result_name: str) -> None:
        forward = _reached([self.result])
        forward_set = set(forward)
        flows = [flow for _, flow in self.flows if isinstance(flow, Array)]
        views = [v for v, _ in self.flows]
        every = _reached([self.result, *flows, *views])
        if not self.result.name and self.result.kind not in (*_LEAVES, *SAME):
            self.result.name = result_name if result_name.isidentifier() else "result"
        name_forward(
            [v for v in every if v in forward_set or v.kind == "parameters"],
            self.names,
            self.vectorized.parameters,
        )
        uses = Counter(x for v in every for x in dict.fromkeys(v.inputs) if isinstance(x, Array))
        for v in every:  # what is used twice through another name is used twice
            if v.kind in SAME:
                uses[v.inputs[0]] += uses[v] - 1
        uses.update([self.result, self.result])
        back: dict[Array, Array] = {}
        for x, g in self.vectorized.backward.items():
            if isinstance(g, Array) and x.name and x.kind not in _LEAVES:
                back.setdefault(g, x)
        named = []
        for v in every:
            if v.kind in _LEAVES:
                continue
            if not self._is_written(v, uses[v]):
                v.name = ""
            for x in [*self._too_long(v), *([v] if self._is_written(v, uses[v]) else [])]:
                name_rest([x], self.names, back)
                named.append(x)
        named.sort(key=lambda v: v.index)
        self.forward = [v for v in named if v in forward_set]
        self.backward = [v for v in named if v not in forward_set]

    def _is_written(self, v: Array, uses: int) -> bool:
        """Whether an array gets a statement of its own."""
        if v.kind in ("stack", "plain"):
            return False
        if v.kind == "same" and v is not self.result:
            return uses > 1 and not v.inputs[0].name
        if v.kind == "take" and len(list(runs(v.detail))) == 1 and v is not self.result:
            return False
        return uses > 1 or v.kind == "scatter" or v is self.result or bool(v.name)

    def _too_long(self, v: Array) -> Iterator[Array]:
        """Inputs that get a statement of their own, so that the formula of `v` stays short."""
        if v.kind == "scatter":
            return
        inner = [x for x in v.inputs if isinstance(x, Array) and not x.name]
        inner = [x for x in inner if x.kind not in (*_LEAVES, *SAME)]
        inner = [x for x in inner if len(self._formula(x).text) > _SHORT]
        inner.sort(key=lambda x: -len(self._formula(x).text))
        while inner and len(self._formula(v).text) > _LONGEST:
            yield inner.pop(0)
            del self.texts[v]

    # --- Statements ---

    def statements(self, v: Array, target: str) -> Iterator[str]:
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
        elif op and op.arity is None and len(v.inputs) == 1 and isinstance(v.inputs[0], Array):
            yield self._reduce(f"{op.array}.reduce", v, v.inputs[0], f", out={target}").text
        elif op and _is_ufunc(str(op.array)):
            inputs = self._factors(v) if op is ops.mul else [self.number(x) for x in v.inputs]
            texts = [at(x, COMPARISON) for x in inputs]
            yield f"{op.array}({', '.join(texts)}, out={target})"
        else:
            yield f"{target}[...] = {at(self._formula(v), COMPARISON)}"

    def _chained(self, op: Op, v: Array) -> tuple[Array, Operand] | None:
        """The input that can be computed in place first, and the other one."""
        if not is_infix(op) or len(v.inputs) != 2:
            return None
        pairs = [v.inputs, v.inputs[::-1]] if op in (ops.add, ops.mul) else [v.inputs]
        for first, second in pairs:
            if isinstance(first, Array) and not first.name and _shape(first) == _shape(v):
                inner = ops.OPS.get(first.kind)
                if first.kind in ("matmul", "matmul_back", "outer") or (
                    inner and _is_ufunc(str(inner.array)) and inner.arity is not None
                ):
                    return first, second
        return None

    # --- The module ---

    def _module(self, title: str) -> str:
        forward = [line for v in self.forward for line in self._commented(v)]
        backward = self._backward_lines()
        result = self.result
        while result.kind in SAME:
            result = result.inputs[0]
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
            f"    def backward({', '.join([*self.arguments, 'share'])}):",
            '        """After forward: the gradient of the sum over the batch, times share."""',
            *_nonlocal(backward),
            *(_INDENT + line for line in backward),
            "\n    return forward, backward",
        ]
        return "\n".join(texts) + "\n"

    def _commented(self, v: Array) -> Iterator[str]:
        weights = next((x for x in _inside(v) if x.kind == "parameters" and x.note), None)
        if weights:
            s = "s" if weights.rows > 1 else ""
            yield f"# {weights.note}: {weights.rows} neuron{s} of {weights.columns} inputs"
        yield from self.statements(v, v.name)

    def _backward_lines(self) -> list[str]:
        """The statements in the order in which what they need is there."""
        lines: list[tuple[float, list[str]]] = []
        lines += [(v.index, list(self.statements(v, v.name))) for v in self.backward]
        written: set[int] = set()
        for v, flow in self.flows:
            span = set(range(v.detail, v.detail + v.rows * (v.columns or 1)))
            target = self._gradient_view(v)
            index = flow.index if isinstance(flow, Array) else 0.0
            text = list(self._store(target, v, flow, bool(span & written)))
            if span & written:  # after the smaller parts that it holds
                index = float("inf")
                text = [*_zeros(span - written), *text]
            lines.append((index, text))
            written |= span
        missing = set(range(len(self.vectorized.parameters))) - written
        lines.append((0.0, _zeros(missing)))
        lines.sort(key=lambda pair: pair[0])
        return [line for _, text in lines for line in text]

    def _store(self, target: str, v: Array, flow: Operand, add: bool) -> Iterator[str]:
        if add:
            yield f"{target} += {at(self.number(flow), COMPARISON)}"
        elif isinstance(flow, Array) and not flow.name and _shape(flow) == _shape(v):
            yield from self.statements(flow, target)
        else:
            yield f"{target}[...] = {at(self.number(flow), COMPARISON)}"

    def _gradient_view(self, v: Array) -> str:
        key = "gradient", v
        if key not in self.hoisted:
            self.hoisted.setdefault(v, v.name)
            self.hoisted[key] = self.names.take(f"d_{v.name}")
        return self.hoisted[key]

    def _work(self) -> Iterator[str]:
        """Views, constants and work arrays."""
        for key, name in sorted(self.hoisted.items(), key=_hoisting):
            if key == "ones":
                yield "    ones = np.ones((batch, 1), parameters.dtype)"
            elif isinstance(key, Array) and key.kind == "parameters":
                yield f"    {name} = parameters{_view(key)}"
            elif isinstance(key, Array):
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
    if isinstance(key, Array):
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


def has_shape_of(v: Array, w: Array) -> bool:
    """Whether two arrays have as many rows and columns."""
    return _shape(v) == _shape(w)


def _shape(v: Array) -> tuple[int, bool, int | None]:
    return v.rows, v.batched, v.columns


def _ordered(flows: Sequence[tuple[Array, Operand]]) -> list[tuple[Array, Operand]]:
    """Small parts of the parameter vector before large ones that hold them."""
    return sorted(flows, key=lambda flow: flow[0].rows * (flow[0].columns or 1))


def _view(v: Array) -> str:
    stop = v.detail + v.rows * (v.columns or 1)
    return f"[{v.detail}:{stop}].reshape({v.rows}, {v.columns or 1})"


def _inside(v: Array) -> Iterator[Array]:
    """The arrays in the formula of a statement."""
    stack = [v]
    while stack:
        v = stack.pop()
        yield v
        arrays = [x for x in v.inputs if isinstance(x, Array)]
        stack += [x for x in arrays if not x.name or x.kind == "parameters"]


def _reached(roots: Sequence[Array]) -> list[Array]:
    """What the roots are made from, in order."""
    found = set(roots)
    stack = list(roots)
    while stack:
        for x in stack.pop().inputs:
            if isinstance(x, Array) and x not in found:
                found.add(x)
                stack.append(x)
    return sorted(found, key=lambda v: v.index)


def _helpers(text: str) -> list[str]:
    """The functions that NumPy lacks, if the program calls them."""
    if "erf" not in text:
        return []
    functions = (special.erf, special.erfc, special._erf_near_0, special._erfc_from_0)
    texts = [inspect.getsource(f) for f in functions]
    return [text.replace(": Any", "").replace(" -> Any", "") + "\n" for text in texts]
