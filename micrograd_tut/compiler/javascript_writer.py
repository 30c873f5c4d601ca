"""Lines of Python as JavaScript.

Only the Python that `loop_codegen` and `erf` consist of is known here: assignments, arithmetic,
conditional expressions, elements of arrays, and functions of NumPy.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, cast

from micrograd_tut.compiler.loop_codegen import Code, For

TAB = "  "
BLOCK = 4  # weights that a loop over a wide layer takes at a time
_WIDE = 8  # weights from which on it does

_FUNCTIONS = {
    "abs": "Math.abs", "arccos": "Math.acos", "arccosh": "Math.acosh", "arcsin": "Math.asin",
    "arcsinh": "Math.asinh", "arctan": "Math.atan", "arctan2": "Math.atan2",
    "arctanh": "Math.atanh", "cbrt": "Math.cbrt", "ceil": "Math.ceil", "cos": "Math.cos",
    "cosh": "Math.cosh", "exp": "Math.exp", "expm1": "Math.expm1", "floor": "Math.floor",
    "floor_divide": "floorDivide", "hypot": "Math.hypot", "log": "Math.log",
    "log10": "Math.log10", "log1p": "Math.log1p", "log2": "Math.log2", "maximum": "Math.max",
    "minimum": "Math.min", "remainder": "remainder", "sign": "Math.sign", "sin": "Math.sin",
    "sinh": "Math.sinh", "sqrt": "Math.sqrt", "tan": "Math.tan", "tanh": "Math.tanh",
    "trunc": "Math.trunc",
}  # fmt: skip
"""The functions of NumPy that are one function in JavaScript."""

_SIGNS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: ("+", 12), ast.Sub: ("-", 12), ast.Mult: ("*", 13), ast.Div: ("/", 13),
    ast.Gt: (">", 10), ast.Lt: ("<", 10), ast.GtE: (">=", 10), ast.LtE: ("<=", 10),
    ast.Eq: ("===", 9), ast.NotEq: ("!==", 9),
}  # fmt: skip
"""Operators, and how tightly they bind."""
_CONDITIONAL, _UNARY, _ATOM = 2, 14, 20


class Writer:
    """Writes lines of Python as JavaScript.

    Args:
        columns: The number of columns of each array, or "batch".
        whole: Whether the numbers are row numbers, whose ``//`` and ``%`` are those of integers.
    """

    def __init__(self, columns: dict[str, int | str], *, whole: bool = False) -> None:
        self.columns = columns
        self.whole = whole
        self.of_rows: Writer = self if whole else Writer(columns, whole=True)

    def lines(self, code: Code, indent: str) -> Iterator[str]:
        """The lines of some code."""
        for x in code:
            if isinstance(x, str):
                yield f"{indent}{self.statement(ast.parse(x).body[0])};"
            elif block := _block(x):
                yield from self._in_blocks(block, x, indent)
            else:
                yield from self._loop(x, indent)

    def _loop(self, loop: For, indent: str, start: int | str = 0, step: int = 1) -> Iterator[str]:
        stop = loop.count
        if isinstance(stop, str) and "," in stop:
            start, stop = stop.split(", ")
        k = loop.index
        further = f"{k}++" if step == 1 else f"{k} += {step}"
        yield f"{indent}for (let {k} = {start}; {k} < {stop}; {further}) {{"
        yield from self.lines(loop.body, indent + TAB)
        yield f"{indent}}}"

    def statement(self, line: ast.stmt) -> str:
        """An assignment."""
        if isinstance(line, ast.AugAssign):
            target, value = self.text(line.target), line.value
            sign = _SIGNS.get(type(line.op))
            if sign:
                return f"{target} {sign[0]}= {self.text(value)}"
            function = "floorDivide" if isinstance(line.op, ast.FloorDiv) else "remainder"
            return f"{target} = {function}({target}, {self.text(value)})"
        (target_node,), value = cast(Any, line).targets, cast(Any, line).value
        if isinstance(target_node, ast.Subscript) and isinstance(target_node.slice, ast.Slice):
            part = target_node.slice
            lower, upper = (self.text(cast(ast.expr, end)) for end in (part.lower, part.upper))
            return f"{self.text(target_node.value)}.fill({self.text(value)}, {lower}, {upper})"
        return f"{self.text(target_node)} = {self.text(value)}"

    # --- Expressions ---

    def text(self, node: ast.expr, binding: int = 0) -> str:
        """An expression, in parentheses if it binds less tightly than `binding`."""
        text, own = self._written(node)
        return text if own >= binding else f"({text})"

    def _written(self, node: Any) -> tuple[str, int]:
        match node:
            case ast.Constant(value=int() | float() as value):
                return number(value), _ATOM if value >= 0 else _UNARY
            case ast.Name(id=name):
                return name, _ATOM
            case ast.UnaryOp(operand=operand):
                return f"-{self.text(operand, _UNARY + 1)}", _UNARY
            case ast.BinOp(op=ast.FloorDiv() | ast.Mod() as op, left=left, right=right):
                return self._divided(op, left, right)
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                return self._call("power", [left, right])
            case ast.BinOp(op=op, left=left, right=right):
                sign, own = _SIGNS[type(op)]
                return f"{self.text(left, own)} {sign} {self.text(right, own + 1)}", own
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                sign, own = _SIGNS[type(op)]
                return f"{self.text(left, own + 1)} {sign} {self.text(right, own + 1)}", own
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, body, orelse)
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                return f"{name}[{self._index(name, index)}]", _ATOM
            case ast.Attribute(attr=name):
                return {"inf": "Infinity", "nan": "NaN"}[name], _ATOM
            case ast.Call(func=function, args=arguments):
                return self._call(getattr(function, "attr", getattr(function, "id", "")), arguments)
        raise NotImplementedError(ast.dump(node))

    def _divided(self, op: ast.operator, left: ast.expr, right: ast.expr) -> tuple[str, int]:
        """``left // right`` or ``left % right``."""
        is_quotient = isinstance(op, ast.FloorDiv)
        if not self.whole:
            function = "floorDivide" if is_quotient else "remainder"
            return f"{function}({self.text(left)}, {self.text(right)})", _ATOM
        if is_quotient:
            return f"Math.floor({self.text(left, 13)} / {self.text(right, 14)})", _ATOM
        return f"{self.text(left, 13)} % {self.text(right, 14)}", 13

    def _choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> tuple[str, int]:
        parts = (self.text(test, 3), self.text(body, 3), self.text(orelse, _CONDITIONAL))
        return "{} ? {} : {}".format(*parts), _CONDITIONAL

    def _call(self, name: str, arguments: list[ast.expr]) -> tuple[str, int]:
        if name == "where":
            return self._choice(arguments[0], arguments[1], arguments[2])
        if name in ("add", "multiply"):
            sign, own = _SIGNS[ast.Add if name == "add" else ast.Mult]
            left, right = arguments
            return f"{self.text(left, own)} {sign} {self.text(right, own + 1)}", own
        if name in ("degrees", "radians"):
            ratio = "(180 / Math.PI)" if name == "degrees" else "(Math.PI / 180)"
            return f"{self.text(arguments[0], 13)} * {ratio}", 13
        texts = [self.text(argument) for argument in arguments]
        if name == "clip":
            return "Math.min(Math.max({}, {}), {})".format(*texts), _ATOM
        if name == "exp2":
            return f"Math.pow(2, {texts[0]})", _ATOM
        if name == "power":
            constant = isinstance(arguments[1], ast.Constant)
            return f"{'Math.pow' if constant else 'power'}({', '.join(texts)})", _ATOM
        return f"{_FUNCTIONS.get(name, name)}({', '.join(texts)})", _ATOM

    def _index(self, name: str, index: ast.expr) -> str:
        """The index of an element in the one-dimensional array."""
        text = self.of_rows.text
        if not isinstance(index, ast.Tuple):
            return text(index)
        row, column = index.elts
        width = self.columns[name]
        if width == 1:
            return text(row)
        before = {"0": "0", "1": str(width)}.get(text(row), f"{text(row, 13)} * {width}")
        terms = [term for term in (before, text(column)) if term != "0"]
        return " + ".join(terms) or "0"

    # --- Wide layers ---

    def _in_blocks(self, block: _Block, loop: For, indent: str) -> Iterator[str]:
        """A loop over the weights of a wide layer, four at a time, and then one by one."""
        count = cast(int, loop.count)
        whole = count - count % BLOCK
        lines = self._totals(block) if block.total else self._weighted(block)
        yield f"{indent}for (let j = 0; j < {whole}; j += {BLOCK}) {{"
        for line in lines:
            yield f"{indent}{TAB}{line}"
        yield f"{indent}}}"
        if whole < count:
            yield from self._loop(loop, indent, whole)

    def _weighted(self, block: _Block) -> Iterator[str]:
        """``sums += weight * x``, for several weights."""
        weights = [self.text(_shifted(block.left, k)) for k in range(BLOCK)]
        products = [f"weight{k} * {self.text(_shifted(block.right, k), 14)}" for k in range(BLOCK)]
        yield f"const {', '.join(f'weight{k} = {w}' for k, w in enumerate(weights))};"
        yield "for (let b = 0; b < batch; b++) {"
        yield f"{TAB}{self.text(block.target)} += {' + '.join(products)};"
        yield "}"

    def _totals(self, block: _Block) -> Iterator[str]:
        """``total += left * x``, for several totals."""
        yield f"let {', '.join(f'total{k} = 0' for k in range(BLOCK))};"
        yield "for (let b = 0; b < batch; b++) {"
        yield f"{TAB}const left = {self.text(block.left)};"
        for k in range(BLOCK):
            yield f"{TAB}total{k} += left * {self.text(_shifted(block.right, k), 14)};"
        yield "}"
        for k in range(BLOCK):
            yield f"{self.text(_shifted(block.target, k))} = total{k};"


class _Block:
    """The parts of a loop over many weights that can be taken several at a time.

    Attributes:
        target: The element that the loop adds to or fills.
        left: The factor that a block of weights, or of sums, reads once.
        right: The other factor.
        total: Whether the loop sums over the batch; otherwise it sums over the weights.
    """

    def __init__(self, target: ast.expr, product: ast.BinOp, total: bool) -> None:
        self.target, self.left, self.right, self.total = target, product.left, product.right, total


def _block(loop: For) -> _Block | None:
    """The parts of a loop over many weights; None of any other loop."""
    if loop.index != "j" or not isinstance(loop.count, int) or loop.count < _WIDE:
        return None
    inner = [x for x in loop.body if isinstance(x, For)]
    if len(inner) != 1 or inner[0].index != "b" or len(inner[0].body) != 1:
        return None
    line = inner[0].body[0]
    added = ast.parse(line).body[0] if isinstance(line, str) else None
    if not isinstance(added, ast.AugAssign) or not isinstance(added.op, ast.Add):
        return None
    product = added.value
    if not isinstance(product, ast.BinOp) or not isinstance(product.op, ast.Mult):
        return None
    if len(loop.body) == 1:
        fits = "b" not in _names(product.left) and "j" not in _names(added.target)
        return _Block(added.target, product, False) if fits else None
    if len(loop.body) == 3 and "j" not in _names(product.left):
        stored = cast(Any, ast.parse(cast(str, loop.body[2])).body[0])
        return _Block(stored.targets[0], product, True)
    return None


def _names(node: ast.AST) -> set[str]:
    return {x.id for x in ast.walk(node) if isinstance(x, ast.Name)}


def _shifted(node: ast.expr, k: int) -> ast.expr:
    """The expression with ``j + k`` in place of ``j``."""
    text = ast.unparse(node)
    shifted = _Shift(k).visit(ast.parse(text, mode="eval"))
    return cast(ast.expr, shifted.body)


class _Shift(ast.NodeTransformer):
    def __init__(self, k: int) -> None:
        self.k = k

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """``j`` as ``j + k``."""
        if node.id != "j" or not self.k:
            return node
        return ast.BinOp(node, ast.Add(), ast.Constant(self.k))


def number(x: float) -> str:
    """A number in JavaScript.

    >>> number(2.0), number(1e-5), number(float("-inf"))
    ('2', '1e-05', '-Infinity')
    """
    if isinstance(x, float) and x.is_integer() and abs(x) < 1e15 and repr(x) != "-0.0":
        return str(int(x))
    return repr(x).replace("inf", "Infinity").replace("nan", "NaN")
