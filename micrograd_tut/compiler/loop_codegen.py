"""The same program as plain loops over the batch.

Statement by statement it is the NumPy program; neighbours that look at one number at a time
scale a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler.array_graph import ArrayNode, Operand, runs
from micrograd_tut.compiler.numpy_codegen import LEAVES, Source, Store
from micrograd_tut.compiler.numpy_expr import COMPARISON, SAME, applied, as_number, at, written
from micrograd_tut.compiler.numpy_kernels import kernel
from micrograd_tut.ops.formulas import ATOM, NEGATION, PRODUCT, SUM, Symbol

_REDUCTIONS = ("matmul", "matmul_back", "outer", "sum_rows", "sum_batch", "join")
_TAB = "    "

_LOOSEST = COMPARISON - 1  # how tightly ``a if c else b`` binds

Lines = list[str]


class Piece(NamedTuple):
    """Code for each row of an array.

    Attributes:
        rows: How many; with more than one the code stands in a loop over `i`.
        lines: The code for one row.
        crossed: ArrayNodes of which it reads other rows than `i`.
        made: The array that it fills.
    """

    rows: int
    lines: Lines
    crossed: set[ArrayNode]
    made: ArrayNode


class Loops(Source):
    """The text of a program as loops."""

    taken = (
        "np", "math", "batch", "scale", "parameters", "gradient", "forward", "gradient_of",
        "i", "j", "b", "total", "range", "erf", "erfc",
    )  # fmt: skip

    def __init__(self, *source: Any, dtype: np.dtype[Any]) -> None:
        self.dtype = f"np.{dtype}"
        super().__init__(*source)

    def _choose_names(self, result_name: str) -> None:
        super()._choose_names(result_name)
        self._write_too("branch", [x for v in self.forward for x in self._branches(v)])
        self._write_too("sum_", self._sums_in_formulas())

    def _write_too(self, stem: str, arrays: Iterable[ArrayNode]) -> None:
        """Give a statement to more arrays."""
        more = list(dict.fromkeys(arrays))
        for v in more:
            v.name = self.names.numbered(stem)
        self._arrange([*self.forward, *self.backward, *more])

    def _branches(self, v: ArrayNode) -> Iterator[ArrayNode]:
        """What stands in ``a if c else b``: on Values, a branch that is not taken can fail too."""
        v = _seen_through(v)
        for place, x in enumerate(map(_seen_through, v.inputs)):
            if isinstance(x, ArrayNode) and not x.name:
                yield from self._branches(x)
                if v.kind == "where" and place and x.kind in ops.OPS:
                    yield x

    def _sums_in_formulas(self) -> Iterator[ArrayNode]:
        """The sums that stand inside a formula: each needs a loop of its own, and so a name."""
        for v in (*self.forward, *self.backward):
            yield from self._sums_inside(v)
        for store in self.stores:
            yield from (self._sums_inside if store.in_place else self._sums)(store.flow)

    def _sums(self, x: Operand) -> Iterator[ArrayNode]:
        """The sums in the formula of `x`, which may be one itself."""
        x = _seen_through(x)
        if isinstance(x, ArrayNode) and not x.name:
            if _is_sum(x):
                yield x
            for part in x.inputs:
                yield from self._sums(part)

    def _sums_inside(self, v: ArrayNode) -> Iterator[ArrayNode]:
        """The same for a statement, which can itself be a sum, or start with one."""
        v = _seen_through(v)
        started = self._started(v)
        for x in v.inputs:
            yield from self._sums_inside(x) if started and x is started[0] else self._sums(x)

    def _started(self, v: ArrayNode) -> tuple[ArrayNode, Operand] | None:
        """The sum that is made where `v` is to be, and what is then added to it, or the like."""
        op = ops.OPS.get(v.kind)
        chained = self._chained(op, v) if op else None
        return chained if chained and _is_sum(chained[0]) else None

    # --- One number of an array ---

    _row = "i"  # the row that a piece of code is about
    _crossed: set[ArrayNode]  # arrays of which it reads other rows

    def element(self, v: Operand, i: str, b: str) -> Any:
        """The number in row `i` for example `b`."""
        if not isinstance(v, ArrayNode):
            return self.of(v)
        if v.kind in ("scale", "batch"):
            return Symbol(v.kind)
        i = "0" if v.rows == 1 else i
        b = b if v.batched or v.columns else "0"
        if v.name or v.kind == "constant":
            name = self.of(v)
            if i != self._row:
                self._crossed.add(v)
            return Symbol(f"{name}[{i}, {b}]")
        return self._formula_at(v, i, b)

    def _formula_at(self, v: ArrayNode, i: str, b: str) -> Any:
        """How that number is made, even where it can be read from an array."""
        if v.kind in ops.OPS:
            return self._scalar_operation(v, i, b)
        if v.kind in LEAVES:
            return self.element(v, i, b)
        return getattr(self, f"_one_{v.kind}")(v, i, b)

    def _number(self, v: Operand, i: str, b: str) -> Any:
        return as_number(self.element(v, i, b))

    def _scalar_operation(self, v: ArrayNode, i: str, b: str) -> Symbol:
        op = ops.OPS[v.kind]
        inputs = [self._number(x, i, b) for x in v.inputs]
        if op is ops.where:
            inputs[0] = self.element(v.inputs[0], i, b)
            condition, x, y = (at(x, SUM) for x in inputs)
            compares = getattr(inputs[0], "binding", ATOM) == COMPARISON
            test = condition if compares else f"{condition} != 0"
            return Symbol(f"{x} if {test} else {y}", _LOOSEST)
        return applied(op, inputs)

    def _one_same(self, v: ArrayNode, i: str, b: str) -> Any:
        return self.element(v.inputs[0], i, b)

    _one_stack = _one_plain = _one_fill = _one_same

    def _one_take(self, v: ArrayNode, i: str, b: str) -> Any:
        found = list(runs(v.detail))
        if len(found) == 1:
            start = found[0][0]
            i = str(start + int(i)) if i.isdigit() else f"{i} + {start}" if start else i
        else:
            i = str(v.detail[int(i)]) if i.isdigit() else f"{self._rows_name(v.detail)}[{i}]"
        return self.element(v.inputs[0], i, b)

    def _one_repeat(self, v: ArrayNode, i: str, b: str) -> Any:
        return self.element(v.inputs[0], f"({i}) // {v.detail}", b)

    def _one_matrix(self, v: ArrayNode, i: str, b: str) -> Any:
        return self.element(v.inputs[0], f"({i}) * {v.columns} + {b}", "0")

    def _one_column(self, v: ArrayNode, i: str, b: str) -> Any:  # noqa: ARG002
        n = v.inputs[0].columns
        return self.element(v.inputs[0], f"({i}) // {n}", f"({i}) % {n}")

    # --- Loops ---

    def pieces(self, v: ArrayNode, target: str) -> Iterator[Piece]:
        """The code that fills the array `target`, which is as large as `v`."""
        v = _seen_through(v)
        started = self._started(v)
        if v.kind == "scatter":
            yield from self._scattered(v, target)
        elif v.kind == "join":
            yield from self._joined(v, target)
        elif started:
            op, (first, second) = ops.OPS[v.kind], started
            if op is ops.add and first.kind in ("matmul", "matmul_back"):
                yield self._piece(v, lambda i, b: self._products(first, target, i, second))
            else:
                yield from self.pieces(first, target)
                sign = f"{op.symbol}="
                yield self._piece(v, lambda i, b: self._one(second, target, i, b, sign, v))
        elif v.kind in ("matmul", "matmul_back"):
            yield self._piece(v, lambda i, b: self._products(v, target, i, 0.0))
        elif _is_sum(v):
            yield self._piece(v, lambda i, b: self._summed(v, target, i, b))
        else:
            yield self._piece(v, lambda i, b: self._one(v, target, i, b, "=", v))

    def _piece(self, v: ArrayNode, body: Callable[[str, str], Lines], rows: int = 0) -> Piece:
        """The code for each row, and the arrays of which it reads other rows."""
        rows = rows or v.rows
        self._row = "0" if rows == 1 else "i"
        self._crossed = set()
        lines = body(self._row, "b" if v.batched else "0")
        return Piece(rows, lines, self._crossed, v)

    def _one(self, x: Operand, target: str, i: str, b: str, sign: str, v: ArrayNode) -> Lines:
        """Each number by itself."""
        if v.columns:
            text = at(
                self._number(x, i, "j") if x is not v else as_number(self._formula_at(v, i, "j")),
                _LOOSEST,
            )
            return [f"for j in range({v.columns}):", f"{_TAB}{target}[{i}, j] {sign} {text}"]
        if x is v:
            text = at(as_number(self._formula_at(v, i, b)), _LOOSEST)
        else:
            text = at(self._number(x, i, b), _LOOSEST)
        return _per_example(f"{target}[{i}, {b}] {sign} {text}", b)

    def _products(self, v: ArrayNode, target: str, i: str, first: Operand) -> Lines:
        """A row of a matrix product: it starts from `first`, and each weight adds its scale."""
        weights, x = v.inputs
        rows = weights.columns if v.kind == "matmul" else weights.rows
        j = "j" if rows > 1 else "0"
        weight = self.element(weights, *((i, j) if v.kind == "matmul" else (j, i)))
        product = _times(weight, self.element(x, j, "b"))
        adding = _per_example(f"{target}[{i}, b] += {product}", "b")
        if rows > 1:
            adding = [f"for j in range({rows}):", *(_TAB + line for line in adding)]
        text = at(self._number(first, i, "b"), _LOOSEST) if first != 0.0 else "0.0"
        return [*_per_example(f"{target}[{i}, b] = {text}", "b"), *adding]

    def _summed(self, v: ArrayNode, target: str, i: str, b: str) -> Lines:
        """A sum, over the batch or over the rows."""
        x = v.inputs[0]
        if v.kind == "sum_batch":
            text = at(self._number(x, i, "b"), SUM)
            return [*_total(text, "b", "batch"), f"{target}[{i}, 0] = total"]
        if v.kind == "outer":
            columns = v.columns or 1
            j = "j" if columns > 1 else "0"
            text = _times(self._number(x, i, "b"), self._number(v.inputs[1], j, "b"))
            lines = [*_total(text, "b", "batch"), f"{target}[{i}, {j}] = total"]
            if columns == 1:
                return lines
            return [f"for j in range({columns}):", *(_TAB + line for line in lines)]
        op, count = ops.OPS.get(v.kind, ops.sum), x.rows // v.rows
        start = "" if i == "0" else f"{i} * {count} + "
        part = at(self._number(x, f"{start}j", b), SUM)
        first = at(self._number(x, f"{start}0" if start else "0", b), SUM)
        joined = f"total += {part}" if op is ops.sum else f"total = {kernel(op)}(total, {part})"
        lines = [f"total = {first}", f"for j in range(1, {count}):", f"{_TAB}{joined}"]
        lines.append(f"{target}[{i}, {b}] = total")
        if b == "0":
            return lines
        return ["for b in range(batch):", *(_TAB + line for line in lines)]

    def _joined(self, v: ArrayNode, target: str) -> Iterator[Piece]:
        start = 0
        for x in v.inputs:
            yield self._piece(v, self._moved(x, target, start), x.rows)
            start += x.rows

    def _moved(self, x: ArrayNode, target: str, start: int) -> Callable[[str, str], Lines]:
        def body(i: str, b: str) -> Lines:
            place = str(start) if i == "0" else f"{i} + {start}"
            return _per_example(
                f"{target}[{place}, {b}] = {at(self._number(x, i, b), _LOOSEST)}", b
            )

        return body

    def _scattered(self, v: ArrayNode, target: str) -> Iterator[Piece]:
        yield self._piece(v, lambda i, b: _per_example(f"{target}[{i}, {b}] = 0.0", b))
        for places, x in zip(v.detail, v.inputs, strict=True):
            yield self._piece(v, self._added_at(places, x, target, v), len(places))

    def _added_at(
        self, places: tuple[int, ...], x: Operand, target: str, v: ArrayNode
    ) -> Callable[[str, str], Lines]:
        def body(i: str, b: str) -> Lines:
            self._crossed.add(v)
            row = str(places[0]) if i == "0" else f"{self._rows_name(places)}[{i}]"
            return _per_example(f"{target}[{row}, {b}] += {at(self._number(x, i, b), _LOOSEST)}", b)

        return body

    def _rows_name(self, places: tuple[int, ...]) -> str:
        if places not in self.hoisted:
            self.hoisted[places] = self.names.numbered("rows")
        return self.hoisted[places]

    def _fused(self, pieces: Sequence[Piece]) -> Lines:
        """The code of all pieces; neighbours scale the loop over rows where they may."""
        lines: Lines = []
        rows, made = 0, set[ArrayNode]()
        for piece in pieces:
            alone = piece.rows == 1
            if not alone and (piece.rows != rows or piece.crossed & made):
                lines.append(f"for i in range({piece.rows}):")
                made = set()
            body = piece.lines if alone else [_TAB + line for line in piece.lines]
            head = body[0]
            if head.endswith("for b in range(batch):") and _last_head(lines) == head:
                body = body[1:]  # the loop over the batch goes on
            lines += body
            # what it has scattered is whole only after the loop
            rows = 0 if piece.made in piece.crossed else piece.rows
            made.add(piece.made)
        return lines

    # --- The module ---

    def _module(self, title: str) -> str:
        forward = [piece for v in self.forward for piece in self.pieces(v, v.name)]
        backward = self._backward_pieces()
        arguments = ", ".join(["parameters", *self.arguments])
        result = self.of(self.result)
        forward_code = self._fused(forward)
        backward_code = self._fused(backward)
        batch = "batch = " + (f"{self.arguments[0]}.shape[1]" if self.arguments else "1")
        needs_erf = "erf" in "".join([*forward_code, *backward_code])
        constants = [
            *self._constants(),
            *(["erf, erfc = math.erf, math.erfc"] if needs_erf else []),
        ]
        return "\n".join(
            [
                f'"""{title}"""\n',
                *(["import math\n"] if needs_erf else []),
                "import numpy as np\n",
                *([*constants, ""] if constants else []),
                f"\ndef forward({arguments}):",
                f"{_TAB}{batch}",
                *(_TAB + line for line in self._views(gradient=False)),
                *(_TAB + line for line in self._work_of(self.forward)),
                *(_TAB + line for line in forward_code),
                f"{_TAB}return {result}\n\n",
                f"def gradient_of({arguments}, scale, gradient):",
                f"{_TAB}{batch}",
                *(_TAB + line for line in self._views(gradient=True)),
                *(_TAB + line for line in self._work_of([*self.forward, *self.backward])),
                *(_TAB + line for line in forward_code),
                *(_TAB + line for line in backward_code),
                f"{_TAB}return {result}",
            ]
        ) + "\n"  # fmt: skip

    def _backward_pieces(self) -> list[Piece]:
        pieces = self._zeroed(self.missing)
        for step in self._backward_in_order():
            if isinstance(step, Store):
                pieces += self._store_pieces(step)
            else:
                pieces += self.pieces(step, step.name)
        return pieces

    def _store_pieces(self, store: Store) -> Iterator[Piece]:
        part, flow, target = store.part, store.flow, self._gradient_view(store.part)
        if store.in_place:
            yield from self.pieces(flow, target)
            return
        if store.adds:
            yield from self._zeroed(store.fresh)
        sign = "+=" if store.adds else "="
        yield self._piece(part, lambda i, b: self._one(flow, target, i, b, sign, part))

    def _zeroed(self, places: set[int]) -> list[Piece]:
        lines = [f"gradient[{start}:{stop}] = 0.0" for start, stop in runs(sorted(places))]
        return [Piece(1, [line], set(), self.result) for line in lines]

    def _constants(self) -> Iterator[str]:
        for key, name in self.hoisted.items():
            if isinstance(key, ArrayNode) and key.kind == "constant":
                yield f"{name} = np.array({written([[x] for x in key.detail])}, {self.dtype})"
            elif isinstance(key, tuple) and key[0] != "gradient":
                yield f"{name} = np.array({list(key)})"

    def _views(self, *, gradient: bool) -> Iterator[str]:
        for line in self._work():
            if " = parameters[" in line or (gradient and " = gradient[" in line):
                yield line.strip()

    def _work_of(self, arrays: Sequence[ArrayNode]) -> Iterator[str]:
        for v in arrays:
            columns = v.columns or ("batch" if v.batched else 1)
            yield f"{v.name} = np.empty(({v.rows}, {columns}), {self.dtype})"


def _per_example(line: str, b: str) -> Lines:
    return ["for b in range(batch):", _TAB + line] if b == "b" else [line]


def _total(text: str, index: str, count: str) -> Lines:
    return ["total = 0.0", f"for {index} in range({count}):", f"{_TAB}total += {text}"]


def _times(a: Any, b: Any) -> str:
    return f"{at(a, PRODUCT)} * {at(b, NEGATION)}"


def _last_head(lines: Lines) -> str:
    """The loop over the batch that the last line stands in, if nothing else does."""
    if len(lines) < 2 or not lines[-1].strip() or lines[-1].lstrip().startswith("for"):
        return ""
    depth = len(lines[-1]) - len(lines[-1].lstrip())
    k = len(lines) - 1
    while k >= 0 and len(lines[k]) - len(lines[k].lstrip()) == depth:
        k -= 1
    plain = all("total" not in line for line in lines[k + 1 :])
    return lines[k] if k >= 0 and plain else ""


def _seen_through(v: Any) -> Any:
    while isinstance(v, ArrayNode) and v.kind in SAME and not v.inputs[0].name:
        v = v.inputs[0]
    return v


def _is_sum(v: ArrayNode) -> bool:
    if v.kind in _REDUCTIONS:
        return True
    op = ops.OPS.get(v.kind)
    return op is not None and op.arity is None and len(v.inputs) == 1
