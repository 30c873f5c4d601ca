"""A program as NumPy code, which is both read and run.

Each array that has a statement is allocated once per batch size, and its statement writes into
it, so that a step allocates little.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from micrograd_tut import ops
from micrograd_tut.compiler import erf
from micrograd_tut.compiler.array_graph import ArrayNode, Operand, runs
from micrograd_tut.compiler.forms import PRODUCTS, product_operands
from micrograd_tut.compiler.identifiers import common_layer
from micrograd_tut.compiler.numpy_expr import COMPARISON, at, is_reduction, literal
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.compiler.statements import GradientWrite, Statements, is_ufunc
from micrograd_tut.compiler.vectorize import ArrayProgram
from micrograd_tut.ops.formulas import SUM

_MANY_NAMES = 100
_INDENT = " " * 8
_IN_PLACE = re.compile(r"(\w+) [^\w ]+= ")

RESERVED = (
    "np", "batch", "scale", "ones", "parameters", "gradient", "build", "forward", "backward",
    *(f.__name__ for f in erf.FUNCTIONS),
)  # fmt: skip
"""Names that the code uses for something else."""


class NumpyCode:
    """The NumPy code of a program.

    Args:
        program: The arrays.
        adjoints: For each array the gradient with respect to it.
        title: What the program computes.

    Attributes:
        statements: Its statements.
        result_rows: For each array that is computed in its place in the result, its first row
            there and the one after its last.
        text: The source of a module with a function ``build(parameters, gradient, batch)``.
    """

    def __init__(
        self, program: ArrayProgram, adjoints: Mapping[ArrayNode, Operand], title: str
    ) -> None:
        self.parameters = program.parameters
        self.statements = Statements(program, adjoints, RESERVED)
        self.expr = self.statements.expr
        self.result_rows = _rows_in(self.statements)
        self.text = self._module(title)

    def _module(self, title: str) -> str:
        forward = [line for v in self.statements.forward for line in self._commented(v)]
        backward = list(self._backward())
        result = self.expr.text(self.statements.result, SUM)
        arguments = self.statements.arguments
        return "\n".join([
            f'"""{title}"""\n',
            "import numpy as np\n\n",
            *_helpers("\n".join([*forward, *backward, result])),
            "def build(parameters, gradient, batch):",
            '    """Allocate the arrays for one batch size; return (forward, backward)."""',
            *(f"    {line}" for line in self._allocations()),
            "",
            f"    def forward({', '.join(arguments)}):",
            '        """Return an array of shape (outputs, examples)."""',
            *_function_body(forward),
            f"        return {result}\n",
            f"    def backward({', '.join([*arguments, 'scale'])}):",
            '        """Compute the gradients of the sum over the batch, times scale.',
            "",
            "        Call forward first. For the mean over the batch, scale is 1 / batch.",
            '        """',
            *_function_body(backward),
            "\n    return forward, backward\n",
        ])  # fmt: skip

    def _allocations(self) -> Iterator[str]:
        statements, expr = self.statements, self.expr
        arrays = [*statements.forward, *statements.backward]
        if len(arrays) > _MANY_NAMES:
            # Python puts each name that functions share in front of the first block of code, and
            # moves the block for that: if it is long, in time that grows with its square.
            yield from ("if batch < 1:", '    raise ValueError("a batch has at least one example")')
        yield from statements.parameter_views()
        yield from statements.gradient_views()
        for v, name in expr.constants.items():
            column = [[x] for x in v.detail]
            yield f"{name} = np.array({literal(column)}, parameters.dtype)"
        for rows, name in expr.row_lists.items():
            yield f"{name} = np.array({list(rows)})"
        if expr.uses_ones:
            yield "ones = np.ones((batch, 1), parameters.dtype)"
        result = statements.result
        if self.result_rows:
            arrays = [result, *(v for v in arrays if v is not result)]
        for v in arrays:
            place = allocation(v, "parameters.dtype")
            if v in self.result_rows:
                start, stop = self.result_rows[v]
                place = f"{statements.names[result]}[{start}:{stop}]"
            yield f"{statements.names[v]} = {place}"

    def _commented(self, v: ArrayNode) -> Iterator[str]:
        if v is self.statements.result and self.result_rows:
            return
        weights = next((x for x in self._parts(v) if x.kind == "parameters" and x.columns), None)
        if weights:
            values = self.parameters[weights.detail : weights.detail + weights.size]
            if layer := common_layer(values):
                s = "s" if weights.rows > 1 else ""
                yield f"# {layer}: {weights.rows} neuron{s} of {weights.columns} inputs"
        yield from self._statement(v, self.statements.names[v])

    def _parts(self, v: ArrayNode) -> Iterator[ArrayNode]:
        """The arrays in the expression of `v`."""
        stack = [v]
        while stack:
            v = stack.pop()
            yield v
            arrays = [x for x in v.inputs if isinstance(x, ArrayNode)]
            stack += [x for x in arrays if x not in self.expr.names or x.kind == "parameters"]

    def _backward(self) -> Iterator[str]:
        yield from _zeroed(self.statements.zeros)
        for step in self.statements.backward_in_order():
            if isinstance(step, GradientWrite):
                yield from self._gradient_write(step)
            else:
                yield from self._statement(step, self.statements.names[step])

    def _gradient_write(self, write: GradientWrite) -> Iterator[str]:
        target = self.statements.gradient_view(write.part)
        if self.statements.is_in_place(write):
            yield from self._statement(write.gradient, target)
            return
        if write.adds:
            yield from _zeroed(write.fresh)
        assigned = f"{target} +=" if write.adds else f"{target}[...] ="
        yield f"{assigned} {self.expr.text(write.gradient, COMPARISON)}"

    def _statement(self, v: ArrayNode, target: str) -> Iterator[str]:
        """The lines that write the numbers of `v` into the array `target`."""
        expr = self.expr
        v = self.statements.source(v)
        op = v.op
        in_place = self.statements.in_place_operands(v)
        if v.kind == "scatter":
            yield from self._scatter(v, target)
        elif op and in_place:
            first, second = in_place
            yield from self._statement(first, target)
            text = expr.of(second) if op is ops.mul else expr.number(second)
            yield f"{target} {op.symbol}= {at(text, COMPARISON)}"
        elif v.kind in PRODUCTS:
            left, right = map(_without_parentheses, product_operands(v, expr))
            yield f"np.matmul({left}, {right}, out={target})"
        elif v.kind == "sum_batch":
            yield f"np.matmul({expr.text(v.inputs[0], SUM)}, {expr.ones()}, out={target})"
        elif v.kind == "sum_rows" or is_reduction(v):
            function = f"{kernel(op)}.reduce" if op else "np.add.reduce"
            yield expr.reduced(function, v, f", out={target}").text
        elif op and is_ufunc(op):
            inputs = expr.factors(v) if op is ops.mul else [expr.number(x) for x in v.inputs]
            yield f"{kernel(op)}({', '.join(at(x, COMPARISON) for x in inputs)}, out={target})"
        else:
            yield f"{target}[...] = {at(expr.definition(v), COMPARISON)}"

    def _scatter(self, v: ArrayNode, target: str) -> Iterator[str]:
        yield f"{target}[...] = 0"
        for rows, x in zip(v.detail, v.inputs, strict=True):
            part = self.expr.text(x, SUM)
            if len(set(rows)) < len(rows):
                yield f"np.add.at({target}, {list(rows)}, {part})"
            else:
                yield f"{target}[{self.expr.rows(rows)}] += {part}"


def _rows_in(statements: Statements) -> dict[ArrayNode, tuple[int, int]]:
    """For arrays that are joined to be the result: the first row of each, and the one after it.

    Empty if one of them cannot be computed there.
    """
    result = statements.result
    parts = [v for v in result.inputs if isinstance(v, ArrayNode)]
    own = {v for v in statements.forward if v.batched and not v.columns}
    if result.kind != "join" or len(set(parts)) < len(result.inputs) or not own.issuperset(parts):
        return {}
    stops = list(accumulate(v.rows for v in parts))
    return {v: (stop - v.rows, stop) for v, stop in zip(parts, stops, strict=True)}


def allocation(v: ArrayNode, dtype: str) -> str:
    """The expression that allocates an array."""
    columns = v.columns or ("batch" if v.batched else 1)
    return f"np.empty(({v.rows}, {columns}), {dtype})"


def _without_parentheses(text: str) -> str:
    """An expression without parentheses around all of it."""
    if text.startswith("(") and text.endswith(")"):
        try:
            ast.parse(text[1:-1], mode="eval")
        except SyntaxError:
            return text
        return text[1:-1]
    return text


def _function_body(lines: Sequence[str]) -> Iterator[str]:
    """The lines, indented; an assignment such as ``sums1 += bias1`` needs a nonlocal name."""
    names = dict.fromkeys(m[1] for m in map(_IN_PLACE.match, lines) if m)
    if names:
        yield f"{_INDENT}nonlocal {', '.join(names)}"
    for line in lines:
        yield _INDENT + line


def _zeroed(indices: Iterable[int]) -> Iterator[str]:
    for start, stop in runs(sorted(indices)):
        yield f"gradient[{start}:{stop}] = 0"


def _helpers(text: str) -> Iterator[str]:
    """The functions that NumPy lacks, if the code calls them."""
    if "erf" in text:
        for function in erf.FUNCTIONS:
            source = inspect.getsource(function)
            yield source.replace(": Any", "").replace(" -> Any", "") + "\n"
