"""What a graph has to tell before any of it is drawn: gradients, frames, names, notes."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from micrograd_tut import ops
from micrograd_tut.drawing.frames import heads_in_words, owners
from micrograd_tut.drawing.text import short
from micrograd_tut.engine import Constant, Value, grad, local_derivatives, topological
from micrograd_tut.errors import MicrogradError
from micrograd_tut.graph.expand import EXPANSIONS, expansion
from micrograd_tut.graph.naming import Names, place_in_words
from micrograd_tut.nn import Parameter
from micrograd_tut.ops.formulas import Symbol, formula
from micrograd_tut.ops.op import Op
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.support.numbers import rounded

NOTHING_BACK = "No gradients yet: nothing has flowed back. Call backward() on the output first."
CHANGED = (
    "Some numbers have changed since this graph was recorded: call forward() to evaluate it again."
)
_LEFT_OVER = 1e-6  # relative; below, a leaf's gradient differs by rounding alone
_TOLD = 3  # leaves whose gradient holds more than this graph's
_LONGEST_FORMULA = 32
_MANY_INPUTS = 12  # an operation with more has no formulas in its tooltips


@dataclass
class Facts:
    """A graph, ready to be drawn.

    Attributes:
        order: Its Values, inputs first.
        names: What to call each.
        gradients: The derivative of the output by each; None before a backward pass.
        owners: The neuron that a weighted sum, an activation or a parameter belongs to, as
            frames, outermost first: ``("layer 1", "neuron 3")``.
        notes: What to say under the picture.
    """

    order: list[Value]
    names: Names
    gradients: dict[Value, float] | None
    owners: dict[Value, tuple[str, ...]]
    notes: list[str] = field(default_factory=list)
    _symbols: dict[Value, Symbol] = field(default_factory=dict)
    _locals: dict[Value, list[float | None]] = field(default_factory=dict)

    @property
    def output(self) -> Value:
        """The Value that was asked for."""
        return self.order[-1]

    def kind(self, v: Value) -> str:
        """Which of `scene.KINDS` it is."""
        if v.op is not None:
            return "output" if v is self.output else "operation"
        if isinstance(v, Constant):
            return "constant"
        return "parameter" if isinstance(v, Parameter) else "leaf"

    def lines(self, v: Value) -> list[str]:
        """Name, data and gradient, those that it has."""
        if isinstance(v, Constant):
            return [rounded(v.data)]
        name = short(self.name_inside(v))
        named = [name] if name.strip() else []
        known = [] if self.gradients is None else [f"grad {rounded(self.gradients[v])}"]
        return [*named, f"data {rounded(v.data)}", *known]

    def name_inside(self, v: Value) -> str:
        """Its name; a parameter that sits in its neuron's frame needs only the last word."""
        name = self.names(v)
        if isinstance(v, Parameter) and v in self.owners and name == place_in_words(v.place):
            return name.rpartition(" · ")[2]
        return name

    def symbol(self, v: Value) -> Symbol:
        """A short text for a Value in a formula: its name, number, or own formula."""
        if v not in self._symbols:
            self._symbols[v] = self._symbol(v)
        return self._symbols[v]

    def _symbol(self, v: Value) -> Symbol:
        if name := self.names(v):
            return Symbol(short(name, 24))
        if v.op is None:
            return Symbol(rounded(v.data))
        made = self.formula(v, lambda i: Symbol(self.names(i) or rounded(i.data)))
        return made if len(made.text) <= _LONGEST_FORMULA else Symbol(rounded(v.data))

    def formula(self, v: Value, symbol: Callable[[Value], Symbol] | None = None) -> Symbol:
        """How it was computed, such as ``tanh(n)``."""
        assert v.op is not None
        return formula(v.op.name, map(symbol or self.symbol, v.inputs), rounded)

    def tooltip(self, v: Value) -> str:
        """Everything about one Value, the numbers in full."""
        name = short(self.names(v), 200)
        formula = short(self.formula(v).text, 200) if v.op else self.kind(v)
        head = (
            f"{name} = {formula}" if name and v.op else f"{name} ({formula})" if name else formula
        )
        grads = self.gradients
        known = [] if grads is None or isinstance(v, Constant) else [f"grad {grads[v]!r}"]
        return "\n".join([head, f"data {v.data!r}", *known])

    def locals(self, node: Value) -> list[float | None]:
        """The local derivatives of a node; None for a constant input."""
        if node not in self._locals:
            needed = [not isinstance(v, Constant) for v in node.inputs]
            made = zip(local_derivatives(node, needed), needed, strict=True)
            self._locals[node] = [local if need else None for local, need in made]
        return self._locals[node]

    def flow(self, node: Value, local: float | None) -> float | None:
        """What comes back along one edge: local × upstream; 0 where either is; None if unknown."""
        if self.gradients is None or local is None:
            return None
        upstream = self.gradients[node]
        return upstream * local if upstream and local else 0.0

    def derivatives_in_words(self, node: Value) -> list[str]:
        """The textbook formula of each local derivative, "" where it is left out."""
        inputs, op = node.inputs, node.op
        assert op is not None
        if len(inputs) > _MANY_INPUTS and op is not ops.weighted_sum:
            return [""] * len(inputs)
        read = [v.data if isinstance(v, Constant) else self.symbol(v) for v in inputs]
        out = Symbol(self.names(node) or "out")
        made = textbook_partials(op, read, out)
        return [short(text.text if isinstance(text, Symbol) else "", 120) for text in made]


def head(v: Value) -> str:
    """What stands at the top of an operation's box: its sign or name, in full for a neuron's sum.

    >>> a = Value(1.0)
    >>> head(-a), head(ops.dot([a], [a])), head(ops.dot([a], [a], 1.0))
    ('-', 'w·x', 'w·x + b')
    """
    if v.op is ops.weighted_sum:
        return "w·x + b" if len(v.inputs) % 2 else "w·x"
    return v._op


@functools.cache
def operands(op: Op) -> tuple[str, ...]:
    """What to call the inputs of an operation where their order matters; () where it does not.

    >>> operands(ops.sub), operands(ops.mul), operands(ops.softmax_first)
    (('1st', '2nd'), (), ('1st', 'rest'))
    """
    if op.arity == 1:
        return ()
    first, second, *others = (float(n) for n in range(2, 2 + (op.arity or 2)))
    if op.evaluate_ieee((first, second, *others)) == op.evaluate_ieee((second, first, *others)):
        return ()
    if op.arity is None:
        return "1st", "rest"
    return ("1st", "2nd", "3rd", *(f"{n}th" for n in range(4, op.arity + 1)))[: op.arity]


def facts(y: Value, names: Names, expand: Iterable[str] = ()) -> Facts:
    """Look at the graph of `y`, with the operations in `expand` taken apart first.

    The gradients are those of the last pass. In what was taken apart they are worked out from the
    output's gradient; no `.grad` is touched.
    """
    order = topological(y)
    gradients = {v: v.grad for v in order} if y.grad else None  # nan counts as a gradient
    seen = Facts(order, names, gradients, owners(order))
    heads = heads_in_words(order, seen.owners)
    wanted = set(expand)
    absent = EXPANSIONS.keys() - {v.op.name for v in order if v.op}
    if wanted - absent:
        seen = _expanded(seen, wanted - absent)
    seen.notes += heads
    if seen.gradients is None:
        seen.notes.append(NOTHING_BACK)
    if any(v.data != x == x for node in seen.order for v, x in _recorded(node)):
        seen.notes.append(CHANGED)
    elif seen.gradients is not None:
        seen.notes += _left_over_in_words(seen)
    return seen


def _left_over_in_words(seen: Facts) -> list[str]:
    """What to say of leaves whose gradient is not the sum of what flows back into them."""
    assert seen.gradients is not None
    found = _left_over(seen)
    whole = seen.gradients[seen.output] == 1.0  # the last pass began at this output
    source = "another backward; zero_grad clears it" if whole else "outside of this graph"
    told = []
    for v, surplus in list(found.items())[:_TOLD]:
        name = short(seen.names(v))
        holder = f"{name}.grad" if name.strip() else f"The gradient of {rounded(v.data)}"
        told.append(f"{holder} holds {rounded(surplus)} from {source}.")
    others = len(found) - len(told)
    return told + ([f"So do the gradients of {others:,} others."] if others else [])


def _left_over(seen: Facts) -> dict[Value, float]:
    """The leaves whose gradient is not the sum of what flows back into them, and by how much.

    Where it is the sum of what comes from the last few nodes alone, somebody walks back by hand,
    and has not yet come to the others.
    """
    assert seen.gradients is not None
    leaves = {v for v in seen.order if v.op is None and v is not seen.output}
    total, size = dict.fromkeys(leaves, 0.0), dict.fromkeys(leaves, 0.0)
    on_the_way = {v for v in leaves if isinstance(v, Constant) or not v.grad}
    for node in reversed(seen.order):
        for v, local in zip(node.inputs, seen.locals(node) if node.op else (), strict=True):
            if v in leaves and v not in on_the_way:
                flow = seen.flow(node, local) or 0.0
                total[v] += flow
                size[v] += math.fabs(flow)
                if not math.fabs(v.grad - total[v]) > _LEFT_OVER * size[v]:
                    on_the_way.add(v)
    return {v: v.grad - total[v] for v in seen.order if v in leaves and v not in on_the_way}


def _recorded(node: Value) -> Iterable[tuple[Value, float]]:
    return zip(node.inputs, node.recorded, strict=True)


def _expanded(seen: Facts, expand: set[str]) -> Facts:
    """The same graph with some operations taken apart, and the proof that leaves feel nothing."""
    y = seen.output
    made = expansion(y, expand)
    order = topological(made[y])
    gradients, notes = None, []
    if seen.gradients is not None:
        leaves = [v for v in order if v.op is None and not isinstance(v, Constant)]
        scaled = {v: y.grad * g for v, g in zip(order, grad(made[y], order), strict=True)}
        gradients = scaled | {v: v.grad for v in leaves}
        notes = [_proof(y, leaves, [scaled[v] for v in leaves], expand)]
    names = seen.names.carried_over(made)
    return Facts(order, names, gradients, _handed_down(seen.owners, made), notes)


def _proof(y: Value, leaves: list[Value], apart: list[float], expand: set[str]) -> str:
    try:
        whole = [y.grad * g for g in grad(y, leaves)]
    except MicrogradError:  # numbers have changed: there is nothing to compare with
        return f"Taken apart: {', '.join(sorted(expand))}."
    gaps = [abs(a - b) for a, b in zip(whole, apart, strict=True)]
    gap = max((g for g in gaps if not math.isnan(g)), default=0.0)
    return (
        f"Taken apart: {', '.join(sorted(expand))}. The gradients of the {len(leaves)} leaves "
        + ("are the same to the last bit." if gap == 0 else f"stay the same, to {gap:.0e}.")
    )


def _handed_down(
    owned: dict[Value, tuple[str, ...]], made: dict[Value, Value]
) -> dict[Value, tuple[str, ...]]:
    """The owners of an expanded graph: what a node was taken apart into belongs where it did."""
    found: dict[Value, tuple[str, ...]] = {}
    done: set[Value] = set()
    for old, new in made.items():
        stack = [new]
        while stack:
            v = stack.pop()
            if v in done:
                continue
            done.add(v)
            if old in owned:
                found[v] = owned[old]
            stack += [i for i in v.inputs if i not in done]
    return found
