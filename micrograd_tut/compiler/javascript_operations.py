"""Single operations as JavaScript functions, for pages that compute a graph node by node.

Each has the kernel and the partial derivatives that a compiled program has, for one number each.

>>> from micrograd_tut import ops
>>> print(operations([Signature(ops.mul, (None, None)), Signature(ops.tanh, (None,))]))
const operations = [
  (x1, x2) => {
    return [x1 * x2, x2, x1];
  },
  (x1) => {
    const t1 = Math.exp(-2 * Math.abs(x1));
    return [Math.tanh(x1), 4 * t1 / Math.pow(1 + t1, 2)];
  },
];
>>> print(textbook_rules([Signature(ops.tanh, (None,))]))
const textbookRules = [
  (x1, y) => {
    return [1 - Math.pow(y, 2)];
  },
];
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from micrograd_tut.compiler.array_graph import ArrayGraph, ArrayNode, Operand
from micrograd_tut.compiler.identifiers import Identifiers
from micrograd_tut.compiler.javascript_codegen import helpers
from micrograd_tut.compiler.javascript_writer import TAB, Writer
from micrograd_tut.compiler.numpy_expr import NumpyExpr, as_number, at
from micrograd_tut.errors import TraceError
from micrograd_tut.ops.formulas import SUM
from micrograd_tut.ops.op import Op
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.support.modes import ieee

_DEEPEST = 40  # operations within operations, in one expression


class Signature(NamedTuple):
    """An operation on a certain number of inputs.

    Attributes:
        op: The operation.
        constants: For each input its number if it is constant in the function, else None.
    """

    op: Op
    constants: tuple[float | None, ...]


def operations(signatures: Iterable[Signature]) -> str:
    """A constant array ``operations`` of functions in JavaScript.

    Each takes one number per input and returns an array: the value, then the derivative with
    respect to each input, 0 for an input that is constant in the function.

    Raises:
        TraceError: an operation cannot be written in JavaScript, such as one that was added by
            `mg.operation` and calls ``math.exp``.
    """
    return _array("operations", map(_operation, signatures))


def textbook_rules(signatures: Iterable[Signature]) -> str:
    """A constant array ``textbookRules`` of functions in JavaScript.

    Each takes one number per input and the value of the operation, and returns the derivatives as
    a textbook has them: of any numbers, even if they do not fit together.

    Raises:
        TraceError: as for `operations`.
    """
    return _array("textbookRules", map(_textbook_rule, signatures))


def with_helpers(code: str) -> str:
    """The code after the functions that it calls and JavaScript lacks."""
    return "".join(f"{helper}\n" for helper in helpers(code)) + code


def _array(name: str, functions: Iterable[str]) -> str:
    return "\n".join([f"const {name} = [", *(f"{TAB}{each}," for each in functions), "];"])


def _operation(signature: Signature) -> str:
    graph, arguments, inputs = _arguments(signature)
    value = graph.apply(signature.op, tuple(inputs))
    graph.begin_backward()
    return _written(arguments, [value, *_derivatives(signature.op.partials_at, inputs, value)])


def _textbook_rule(signature: Signature) -> str:
    any_numbers = Signature(signature.op, (None,) * len(signature.constants))
    try:
        return _textbook_function(any_numbers)
    except TraceError:  # an input must be constant
        return _textbook_function(signature)


def _textbook_function(signature: Signature) -> str:
    graph, arguments, inputs = _arguments(signature)
    value = graph.array("argument", (), "y", 1)
    graph.begin_backward()

    def partials(inputs: Sequence[Operand], out: Operand) -> list[Operand]:
        return textbook_partials(signature.op, inputs, out)

    return _written(arguments | {value: "y"}, _derivatives(partials, inputs, value))


def _arguments(signature: Signature) -> tuple[ArrayGraph, dict[ArrayNode, str], list[Operand]]:
    """A new graph, the names of a function's arguments in it, and the operation's inputs."""
    graph = ArrayGraph()
    names = {
        graph.array("argument", (), i, 1): f"x{i + 1}" for i in range(len(signature.constants))
    }
    pairs = zip(names, signature.constants, strict=True)
    return graph, names, [v if x is None else x for v, x in pairs]


def _derivatives(
    partials: Callable[[Sequence[Operand], Operand], list[Operand]],
    inputs: Sequence[Operand],
    value: Operand,
) -> list[Operand]:
    """The partial derivatives; 0 with respect to constants."""
    with ieee():
        found = partials(inputs, value)
    return [d if isinstance(x, ArrayNode) else 0.0 for x, d in zip(inputs, found, strict=True)]


def _written(arguments: dict[ArrayNode, str], results: Sequence[Operand]) -> str:
    """A function that returns some numbers.

    A number that is used more than once, or nested too deeply, has a line of its own.
    """
    expr = NumpyExpr(Identifiers((), ()), dict(arguments))
    lines = [*_named(expr, results), f"return [{', '.join(_text(expr, v) for v in results)}]"]
    body = "".join(f"{TAB * 2}{line};\n" for line in lines)
    return f"({', '.join(arguments.values())}) => {{\n{body}{TAB}}}"


def _named(expr: NumpyExpr, results: Sequence[Operand]) -> Iterator[str]:
    reached = sorted(_reached(results), key=lambda v: v.index)
    used = [*results, *(x for v in reached for x in v.inputs)]
    uses = Counter(x for x in used if isinstance(x, ArrayNode))
    depth: dict[ArrayNode, int] = {}  # of the expression of each number that has no name
    for v in reached:
        inside = (depth[x] for x in v.inputs if isinstance(x, ArrayNode) and x not in expr.names)
        depth[v] = 1 + max(inside, default=0)
        if (uses[v] > 1 or depth[v] >= _DEEPEST) and v not in expr.names:
            name = expr.identifiers.numbered("t")
            yield f"const {name} = {_text(expr, v)}"
            expr.names[v] = name


def _text(expr: NumpyExpr, v: Operand) -> str:
    """A number as an expression in JavaScript."""
    text = at(as_number(expr.of(v)), SUM)
    return Writer({}).text(ast.parse(text, mode="eval").body)


def _reached(results: Sequence[Operand]) -> set[ArrayNode]:
    """The numbers that some results are computed from, themselves included."""
    reached: set[ArrayNode] = set()
    waiting = list(results)
    while waiting:
        v = waiting.pop()
        if isinstance(v, ArrayNode) and v not in reached:
            reached.add(v)
            waiting += v.inputs
    return reached
