"""A graph with all that a drawing needs to know: names, gradients, owners, formulas, notes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from micrograd_tut import ops
from micrograd_tut.chain_rule import local_derivatives
from micrograd_tut.drawing.loops import Loop, find_loop
from micrograd_tut.drawing.owners import Owner, owners
from micrograd_tut.drawing.text import count, short
from micrograd_tut.engine import Constant, Value, topological
from micrograd_tut.graph.cross_entropy import NAME, CrossEntropy, cross_entropies
from micrograd_tut.graph.expand import EXPANSIONS, expansion
from micrograd_tut.graph.naming import DisplayNames, path_in_words
from micrograd_tut.nn import Parameter
from micrograd_tut.ops.formulas import Symbol, formula
from micrograd_tut.ops.op import Op
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.support.numbers import rounded

_MAX_FORMULA_CHARACTERS = 32
_MAX_INPUTS = 12  # an operation with more has no formulas in its tooltips


@dataclass
class AnnotatedGraph:
    """A graph, ready to be drawn.

    Attributes:
        outputs: The Values whose graph it is.
        order: Its Values, inputs first.
        names: Gives each Value its name.
        data: The number of each Value, as it is when the graph is annotated.
        gradients: The gradient that each Value holds; None before a backward pass.
        owners: The neuron that a weighted sum, an activation or a parameter belongs to.
        losses: The cross-entropies among them, by the node that gives the loss.
        notes: Sentences to print under the picture.
    """

    outputs: list[Value]
    order: list[Value]
    names: DisplayNames
    gradients: dict[Value, float] | None
    owners: dict[Value, Owner]
    losses: dict[Value, CrossEntropy] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    data: dict[Value, float] = field(init=False)
    _names: dict[Value, str] = field(init=False)
    _symbols: dict[Value, Symbol] = field(default_factory=dict)
    _locals: dict[Value, list[float | None]] = field(default_factory=dict)
    _formulas: dict[Value, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data = {v: v.data for v in self.order}
        self._names = {v: name for v in self.order if (name := self.names(v))}

    @functools.cached_property
    def loop(self) -> Loop | None:
        """The steps of the loop that recorded it, if there was one."""
        return find_loop(self.order)

    def name_of(self, v: Value) -> str:
        """Its name when the graph was annotated, or ""."""
        return self._names.get(v, "")

    @property
    def title(self) -> str:
        """A short description: ``computation graph of 7 Values, 2 outputs``."""
        several = f", {len(self.outputs):,} outputs" if len(self.outputs) > 1 else ""
        return f"computation graph of {count(len(self.order), 'Value')}{several}"

    def kind(self, v: Value) -> str:
        """Its kind of box, one of `kinds.KINDS`."""
        if v.op is not None:
            return "output" if v in self.outputs else "operation"
        if isinstance(v, Constant):
            return "constant"
        return "parameter" if isinstance(v, Parameter) else "leaf"

    def heading(self, v: Value) -> str:
        """The title of its box: "cross-entropy", or as `operation_title`; of a leaf, ""."""
        return NAME if v in self.losses else operation_title(v)

    def lines(self, v: Value) -> list[str]:
        """Its name, data and gradient, as far as it has them; of a loss, its class."""
        if isinstance(v, Constant):
            return [rounded(self.data[v])]
        named = [short(self.losses[v].target_words)] if v in self.losses else []
        name = self.name_in_box(v)
        named += [name] if name else []
        grad = [] if self.gradients is None else [f"grad {rounded(self.gradients[v])}"]
        return [*named, f"data {rounded(self.data[v])}", *grad]

    def name_in_box(self, v: Value) -> str:
        """Its name; of a parameter inside the frame of its neuron, only the last word."""
        name = self.short_name(v)
        if isinstance(v, Parameter) and v in self.owners and name == path_in_words(v.path):
            return name.rpartition(" · ")[2]
        return name

    def short_name(self, v: Value) -> str:
        """Its name, as far as it is drawn; of a constant, its number."""
        if isinstance(v, Constant):
            return rounded(self.data[v])
        if not (name := self.name_of(v)):
            return ""
        name = short(name)
        return name if name.strip() else ""

    def symbol(self, v: Value) -> Symbol:
        """A short text for a Value in a formula: its name, its number or its own formula."""
        if v not in self._symbols:
            self._symbols[v] = self._symbol(v)
        return self._symbols[v]

    def _symbol(self, v: Value) -> Symbol:
        if name := self.name_of(v):
            return Symbol(short(name, 24))
        if v.op is None:
            return Symbol(rounded(self.data[v]))
        symbol = self.formula(v, lambda i: Symbol(self.name_of(i) or rounded(self.data[i])))
        short_enough = len(symbol.text) <= _MAX_FORMULA_CHARACTERS
        return symbol if short_enough else Symbol(rounded(self.data[v]))

    def formula(self, v: Value, symbol: Callable[[Value], Symbol] | None = None) -> Symbol:
        """How it was computed, such as ``tanh(n)``."""
        assert v.op is not None
        return formula(v.op.name, map(symbol or self.symbol, v.inputs), rounded)

    def tooltip(self, v: Value) -> str:
        """All details of one Value, numbers with all their digits."""
        name = short(self.name_of(v), 200)
        formula = short(self.formula(v).text, 200) if v.op else self.kind(v)
        if v in self.losses:
            formula = f"{short(self.losses[v].formula(self.symbol), 200)} = {formula}"
        if name:
            formula = f"{name} = {formula}" if v.op else f"{name} ({formula})"
        lines = [formula, f"data {self.data[v]!r}"]
        if self.gradients is not None and not isinstance(v, Constant):
            lines.append(f"grad {self.gradients[v]!r}")
        return "\n".join(lines)

    def locals(self, node: Value) -> list[float | None]:
        """The local derivatives of a node; None for a constant input."""
        if node not in self._locals:
            partials = local_derivatives(node, Value)
            known = zip(node.inputs, partials, strict=True)
            self._locals[node] = [p if v.requires_grad else None for v, p in known]
        return self._locals[node]

    def partials(self, loss: CrossEntropy) -> list[float | None]:
        """The derivatives of a cross-entropy with respect to its inputs; None for a constant."""
        through = {loss.node: 1.0}
        for node in (loss.node, *reversed(loss.inside)):
            for v, local in zip(node.inputs, self.locals(node) if node.op else (), strict=True):
                if local is not None:
                    through[v] = through.get(v, 0.0) + through.get(node, 0.0) * local
        return [through[v] if v.requires_grad else None for v in loss.inputs]

    def product(self, node: Value, local: float | None) -> float | None:
        """The gradient that flows back along an edge, local × upstream; None if it is unknown."""
        if self.gradients is None or local is None:
            return None
        upstream = self.gradients[node]
        return upstream * local if upstream and local else 0.0

    def partial_formulas(self, node: Value) -> list[str]:
        """The textbook formula of each local derivative; "" if it is left out."""
        if node not in self._formulas:
            self._formulas[node] = self._partial_formulas(node)
        return self._formulas[node]

    def _partial_formulas(self, node: Value) -> list[str]:
        inputs, op = node.inputs, node.op
        assert op is not None
        if op.by_hand or (len(inputs) > _MAX_INPUTS and op is not ops.weighted_sum):
            return [""] * len(inputs)
        arguments = [v.data if isinstance(v, Constant) else self.symbol(v) for v in inputs]
        partials = textbook_partials(op, arguments, Symbol(self.name_of(node) or "out"))
        return [short(p.text, 120) if isinstance(p, Symbol) else "" for p in partials]


def operation_title(v: Value) -> str:
    """The title of an operation's box: its symbol or name, or the formula of a weighted sum.

    >>> a = Value(1.0)
    >>> [operation_title(v) for v in (-a, ops.dot([a], [a]), ops.dot([a], [a], 1.0))]
    ['-', 'w·x', 'w·x + b']
    """
    if v.op is ops.weighted_sum:
        return "w·x + b" if len(v.inputs) % 2 else "w·x"
    return v._op


def operand_names(op: Op) -> tuple[str, ...]:
    """Names for the inputs of an operation if their order matters, else ().

    >>> operand_names(ops.sub), operand_names(ops.mul), operand_names(ops.softmax_first)
    (('1st', '2nd'), (), ('1st', 'rest'))
    """
    return () if op.arity == 1 or op.by_hand else _operand_names(op)


@functools.cache
def _operand_names(op: Op) -> tuple[str, ...]:
    first, second, *others = (float(n) for n in range(2, 2 + (op.arity or 2)))
    if op.evaluate_ieee((first, second, *others)) == op.evaluate_ieee((second, first, *others)):
        return ()
    if op.arity is None:
        return "1st", "rest"
    return ("1st", "2nd", "3rd", *(f"{n}th" for n in range(4, op.arity + 1)))[: op.arity]


def annotate(ys: Sequence[Value], names: DisplayNames) -> AnnotatedGraph:
    """The graph of one or several outputs, with the gradients of the last backward pass."""
    order = _order(ys)
    backward = any(y.grad for y in ys)  # nan counts as a gradient
    gradients = {v: v.grad for v in order} if backward else None
    return AnnotatedGraph(list(ys), order, names, gradients, owners(order), cross_entropies(order))


def _order(ys: Iterable[Value]) -> list[Value]:
    """Every Value of several graphs once, inputs before the nodes that use them."""
    order: dict[Value, None] = {}
    for y in ys:
        order |= dict.fromkeys(topological(y, stop_at=order))
    return list(order)


def expandable(graph: AnnotatedGraph, expand: Iterable[str]) -> set[str]:
    """The operations in `expand`, without those that can be expanded but are not in the graph."""
    names = set(expand)
    return names - (EXPANSIONS.keys() - {v.op.name for v in graph.order if v.op})


def expanded(graph: AnnotatedGraph, expand: set[str]) -> AnnotatedGraph:
    """The same graph with some operations expanded into simpler ones.

    The gradients of the new nodes follow from those of the old ones; no `.grad` is changed.
    """
    twins = expansion(graph.outputs, expand)
    outputs = [twins[y] for y in graph.outputs]
    order = _order(outputs)
    owned = _inherited_owners(graph.owners, twins)
    names, losses = graph.names.carried_over(twins), cross_entropies(order)
    result = AnnotatedGraph(outputs, order, names, None, owned, losses)
    if graph.gradients is not None:
        held = {new: graph.gradients[old] for old, new in reversed(twins.items())}
        result.gradients = {v: held.get(v, 0.0) for v in order}
        for node in reversed(order):
            for v, local in zip(node.inputs, result.locals(node) if node.op else (), strict=True):
                if v not in held:
                    result.gradients[v] += result.product(node, local) or 0.0
    return result


def _inherited_owners(owned: dict[Value, Owner], twins: dict[Value, Value]) -> dict[Value, Owner]:
    """The owners of an expanded graph: what replaces a node has the same owner."""
    result: dict[Value, Owner] = {}
    done: set[Value] = set()
    for old, new in twins.items():
        stack = [new]
        while stack:
            v = stack.pop()
            if v in done:
                continue
            done.add(v)
            if old in owned:
                result[v] = owned[old]
            stack += [i for i in v.inputs if i not in done]
    return result
