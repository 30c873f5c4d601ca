"""The loops of a program as an ES module in JavaScript, without dependencies.

The loops are those of `loop_codegen`; `javascript_writer` writes each of their lines. All arrays
are one-dimensional typed arrays: element ``(i, b)`` of an array with a column per example is
``array[i * batch + b]``. Loops over the weights of a wide layer take four weights at a time, so
that each number of a batch is read and written less often.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import numpy as np

from micrograd_tut.compiler import erf
from micrograd_tut.compiler.array_graph import ArrayNode, Operand
from micrograd_tut.compiler.javascript_writer import BLOCK, TAB, Writer, number
from micrograd_tut.compiler.loop_codegen import Code, LoopCode
from micrograd_tut.compiler.vectorize import ArrayProgram

_HELPERS = {
    "remainder": """\
function remainder(x, y) {
  const r = x % y; // of the sign of x
  return r === 0 ? (y < 0 ? -0 : 0) : r < 0 === y < 0 ? r : r + y;
}""",
    "floorDivide": """\
function floorDivide(x, y) {
  return Math.round((x - remainder(x, y)) / y);
}""",
    "power": """\
function power(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}""",
}
"""Functions that JavaScript lacks, with the meaning that they have in Python, by name."""

CHECKS = """\
/** Examples, as an array of numbers or of arrays of numbers, in the layout of the arguments. */
export function columns(examples) {
  const width = examples[0].length ?? 1, batch = examples.length;
  const array = new Float64Array(width * batch);
  examples.forEach((x, b) => [x].flat().forEach((number, i) => { array[i * batch + b] = number; }));
  return array;
}

function isFinite(array) {
  let sum = 0;
  for (let k = 0; k < array.length; k++) sum += array[k] - array[k];
  return sum === 0;
}

// JavaScript raises nothing: numbers that are not finite are found here.
function checked(array, what, why = ", though all numbers given are finite") {
  if (!isFinite(array)) {
    const k = array.findIndex((x) => x - x !== 0);
    throw new RangeError(`${what} ${k} is ${array[k]}${why}`);
  }
  return array;
}

function finite(array, what) {
  checked(array, what, ", and must be finite");
}
"""
"""Functions that every module has."""

_KEYWORDS = (
    "arguments", "await", "case", "catch", "const", "debugger", "default", "delete", "do", "enum",
    "eval", "export", "extends", "false", "function", "implements", "instanceof", "interface",
    "let", "new", "null", "package", "private", "protected", "public", "static", "super", "switch",
    "this", "throw", "true", "typeof", "undefined", "var", "void", "Infinity", "Math", "NaN",
    "Float64Array", "Int32Array", "RangeError",
)  # fmt: skip
_USED = ("build", "backward", "checked", "columns", "finite", "isFinite", "left",
         *(f"total{k}" for k in range(BLOCK)), *(f"weight{k}" for k in range(BLOCK)),
         *(f.__name__ for f in erf.FUNCTIONS))  # fmt: skip
RESERVED = (*_KEYWORDS, *_HELPERS, *_USED)
"""Names that are words of JavaScript, or that the module uses for something else."""


class JavaScriptCode:
    """The module of a program.

    Args:
        program: The arrays.
        adjoints: For each array the gradient with respect to it.
        title: What the program computes.

    Attributes:
        text: The source of a module that exports ``build(parameters, gradient, batch)``, which
            returns the functions ``forward`` and ``backward``, and ``columns(examples)``.
    """

    def __init__(
        self, program: ArrayProgram, adjoints: Mapping[ArrayNode, Operand], title: str
    ) -> None:
        self.loops = LoopCode(program, adjoints, title, np.dtype(float), RESERVED)
        self.statements, self.expr = self.loops.statements, self.loops.expr
        columns = {v: v.columns or ("batch" if v.batched else 1) for v in self.expr.names}
        self._writer = Writer({name: columns[v] for v, name in self.expr.names.items()})
        for v, name in self.expr.constants.items():
            self._writer.columns[name] = 1
            columns[v] = 1
        for write in self.statements.writes:
            self._writer.columns[self.statements.gradient_view(write.part)] = columns[write.part]
        self.text = self._module(title)

    def _module(self, title: str) -> str:
        body = list(self._build())
        written = "\n".join(body)
        return "\n".join([
            f"// {title} Each argument, and the result, is a Float64Array with the numbers of all",
            "// examples one after the other: first number 0 of each example, then number 1.",
            "",
            CHECKS,
            *helpers(written),
            *self._constants(),
            *body,
            "",
        ])  # fmt: skip

    def _constants(self) -> Iterator[str]:
        for v, name in self.expr.constants.items():
            yield f"const {name} = Float64Array.of({', '.join(map(number, v.detail))});"
        for rows, name in self.expr.row_lists.items():
            yield f"const {name} = Int32Array.of({', '.join(map(str, rows))});"
        if self.expr.constants or self.expr.row_lists:
            yield ""

    def _build(self) -> Iterator[str]:
        arguments = self.statements.arguments
        result = self.expr.names[self.statements.result]
        forward, backward = self.loops.forward, self.loops.backward
        yield "/** Allocate the arrays for one batch size; return { forward, backward }. */"
        yield "export function build(parameters, gradient, batch) {"
        for line in self._allocations():
            yield f"{TAB}const {line};"
        yield ""
        yield f"{TAB}/** Return the outputs, in an array that the next call overwrites. */"
        yield f"{TAB}function forward({', '.join(arguments)}) {{"
        yield f'{TAB * 2}finite(parameters, "parameter");'
        for name in arguments:
            yield f'{TAB * 2}finite({name}, "{name}");'
        yield from self._function(forward)
        yield f'{TAB * 2}checked({result}, "output");'
        yield f"{TAB * 2}return {self._result(result)};"
        yield f"{TAB}}}"
        yield ""
        yield f"{TAB}/** Write the gradient of the sum over the batch, times scale, of the first"
        yield f"{TAB} *  output. Call forward first. For the mean, scale is 1 / batch. */"
        yield f"{TAB}function backward({', '.join([*arguments, 'scale'])}) {{"
        yield from self._function(backward)
        yield f'{TAB * 2}return checked(gradient, "the gradient of parameter");'
        yield f"{TAB}}}"
        yield ""
        yield f"{TAB}return {{ forward, backward }};"
        yield "}"

    def _result(self, name: str) -> str:
        """The result, with a number for each example."""
        v = self.statements.result
        if v.batched:
            return name
        repeated = f"(_, k) => {name}[Math.floor(k / batch)]"
        return f"Float64Array.from({{ length: {v.rows} * batch }}, {repeated})"

    def _allocations(self) -> Iterator[str]:
        for vector, views in (
            ("parameters", self.expr.parameter_views),
            ("gradient", self.statements.gradient_parts),
        ):
            for v, name in sorted(views.items(), key=lambda item: item[0].detail):
                yield f"{name} = {vector}.subarray({v.detail}, {v.detail + v.size})"
        for v in (*self.statements.forward, *self.statements.backward):
            size = f"{v.size} * batch" if v.batched else f"{v.size}"
            yield f"{self.expr.names[v]} = new Float64Array({size.removeprefix('1 * ')})"

    def _function(self, code: Code) -> Iterator[str]:
        if "total = " in str(code):
            yield f"{TAB * 2}let total;"
        yield from self._writer.lines(code, TAB * 2)


def helpers(text: str) -> Iterator[str]:
    """The functions that the module calls and JavaScript lacks."""
    if "floorDivide(" in text:
        text += "remainder("
    for name, source in _HELPERS.items():
        if f"{name}(" in text:
            yield f"{source}\n"
    if "erf" in text:
        yield from (f"{_function(function)}\n" for function in erf.FUNCTIONS)


def _function(function: Callable[..., Any]) -> str:
    """A Python function of numbers as a JavaScript function."""
    definition = cast(
        ast.FunctionDef, ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    )
    writer = Writer({})
    known = {argument.arg for argument in definition.args.args}
    lines = [f"function {definition.name}({', '.join(known)}) {{"]
    for line in definition.body:
        match line:
            case ast.Expr(value=ast.Constant(value=str(doc))):
                lines.insert(0, f"/** {doc} */")
            case ast.Return(value=value) if value:
                lines.append(f"{TAB}return {writer.text(value)};")
            case ast.Assign(targets=[ast.Name(id=name)]):
                declared = "" if name in known else "let "
                known.add(name)
                lines.append(f"{TAB}{declared}{writer.statement(line)};")
    return "\n".join([*lines, "}"])
