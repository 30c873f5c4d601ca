"""Backprop as a list of steps: the leaves, each value computed, then every use of the chain rule.

>>> from micrograd_tut.engine import Value, topological
>>> from micrograd_tut.stepping.naming import UniqueNames
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> order = topological(a * b + a)
>>> steps = walk(order, UniqueNames(order, lambda v: v.label))
>>> for step in steps[4:]:
...     print(step.rule, "so", step.numbers)
∂L/∂v1 += ∂L/∂L · 1 so 1.0 = 1.0 × 1.0
∂L/∂a += ∂L/∂L · 1 so 1.0 = 1.0 × 1.0
∂L/∂a += ∂L/∂v1 · b so -3.0 = 1.0 × -3.0
∂L/∂b += ∂L/∂v1 · a so 2.0 = 1.0 × 2.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal, cast

from micrograd_tut.chain_rule import chain_rule, local_derivatives
from micrograd_tut.engine import Value
from micrograd_tut.graph.cross_entropy import cross_entropy_of
from micrograd_tut.stepping.formula_text import (
    called,
    factor,
    formula,
    formula_in_numbers,
    listed,
    listed_sum,
    local_rule,
    textbook_definition,
)
from micrograd_tut.stepping.naming import UniqueNames, partial
from micrograd_tut.stepping.sentences import sentence
from micrograd_tut.support.numbers import in_formula, shown
from micrograd_tut.support.text import Text

Kind = Literal["start", "forward", "seed", "backward"]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Step:
    """One step of backprop: the Values it is about, and what it does to one gradient.

    Attributes:
        index, last: Its position in the list of steps: ``index`` of ``last``, the first is 0.
        kind: "start" (the leaves), "forward" (a value is computed), "seed" (the gradient of the
            output with respect to itself), or "backward" (one use of the chain rule).
        node: The Value that is computed, or through which the gradient comes back.
        names: The names of the Values.
        input: The Value that the gradient flows into. None in other than backward steps, and
            where the gradient of `node` is 0, so that nothing flows.
        position: Which input of `node` that is; the first is 0.
        upstream: The derivative of the output with respect to `node`.
        local: The derivative of `node` with respect to `input`.
        product: ``upstream * local``, the contribution to the gradient of `input`.
        before, after: The gradient that the step changes, before and after it.
        path, paths: Which of the contributions to `input` this is, counted from 1, of how many.
        held: The gradients that leaves hold before the pass, if not 0; of the step "start" alone.
    """

    index: int
    last: int
    kind: Kind
    node: Value
    names: UniqueNames
    input: Value | None = None
    position: int = 0
    upstream: float = 0.0
    local: float = 0.0
    product: float = 0.0
    before: float = 0.0
    after: float = 0.0
    path: int = 0
    paths: int = 0
    held: Mapping[Value, float] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """One line on what the step does: ``backward: from c = a * b into a``."""
        names = self.names
        if self.kind == "start":
            return sentence("start")
        if self.kind == "seed":
            return sentence("seed", gradient=names.gradient(self.node))
        if self.kind == "forward":
            loss = cross_entropy_of(self.node)
            computed = names.of(self.node) + (f" ({loss.words})" if loss else "")
            return sentence("compute", computed=computed)
        node = called(self.node, names)
        if self.input is None:
            return sentence("nothing", called=node)
        return sentence("into", called=node, input=names.of(self.input))

    @property
    def rule(self) -> str:
        """The rule in symbols, with the names of the Values: ``∂L/∂a += ∂L/∂c · b``."""
        names, node = self.names, self.node
        if self.kind == "start":
            leaves = [(name, v) for name, v in names.values().items() if not v.op]
            return listed(f"{name} = {shown(v.data)}" for name, v in leaves)
        if self.kind == "forward":
            return textbook_definition(node, names)
        if self.kind == "seed":
            return f"{names.gradient(node)} {'=' if node.op else '+='} 1"
        if self.input is None:
            return sentence("no rule", gradient=names.gradient(node))
        into, upstream, local = self.parts
        return sentence("rule", into=into, upstream=upstream, local=local)

    @property
    def parts(self) -> tuple[str, str, str]:
        """The three parts of a backward step in symbols: what it adds to, upstream, and local."""
        names, into = self.names, cast(Value, self.input)
        local = factor(self.node, self.position, names)
        return names.gradient(into), names.gradient(self.node), local

    @property
    def numbers(self) -> str:
        """The rule in numbers: ``-6.0 = 2.0 × -3.0``; "" if there is nothing to compute."""
        if self.kind == "forward":
            return f"{shown(self.node.data)} = {formula_in_numbers(self.node)}"
        if self.input is None:
            return ""
        return sentence("product", **self.factors())

    def factors(self) -> dict[str, str]:
        """The numbers of a backward step as text, by name."""
        numbers = {"product": self.product, "upstream": self.upstream, "local": self.local}
        return {key: shown(x) for key, x in numbers.items()}

    @property
    def local_derivative(self) -> str:
        """The local derivative alone: ``∂c/∂a = b = -3.0``; "" if the step has none."""
        if self.input is None:
            return ""
        names, node = self.names, self.node
        symbols = local_rule(node, self.position, names)
        number = shown(self.local)
        equal = "" if symbols in (number, in_formula(self.local)) else f" = {symbols}"
        return f"{partial(names.of(node), names.of(self.input))}{equal} = {number}"

    @property
    def running_sum(self) -> str:
        """What the step does to a gradient: ``a.grad: 1.0 + -6.0 = -5.0 (path 2 of 2)``."""
        names, before, after = self.names, shown(self.before), shown(self.after)
        if self.kind == "seed":
            return sentence("seed sum", name=names.of(self.node), before=before, after=after)
        if self.input is None:
            return ""
        several = {"path": self.path, "paths": self.paths}
        return sentence(
            "sum",
            name=f"{names.of(self.input)}.grad",
            before=before,
            product=shown(self.product),
            after=after,
            paths=sentence("path", **several) if self.paths > 1 else "",
        )

    @property
    def remark(self) -> str:
        """A sentence if there is something to say beyond the formula, else ""."""
        return " ".join(filter(None, (self._meaning(), self._accumulation())))

    def _meaning(self) -> str:
        names = self.names
        if self.held:
            left = listed(f"{names.of(v)}.grad = {shown(grad)}" for v, grad in self.held.items())
            return sentence("left", left=left, them="it" if len(self.held) == 1 else "them")
        if self.kind == "seed":
            return sentence("of the seed", output=names.output)
        if self.kind == "forward" and cross_entropy_of(self.node):
            return sentence("why logits")
        if self.kind == "backward" and self.input is None:
            return sentence("no flow", output=names.output, node=names.of(self.node))
        if self.input is not None and self.local == 0:
            return sentence("flat", input=names.of(self.input), node=names.of(self.node))
        return ""

    def _accumulation(self) -> str:
        """Why the gradient that the step adds to is not 0 yet."""
        into = self.node if self.kind == "seed" else self.input
        if into is None or self.before == 0:
            return ""
        name = self.names.of(into)
        if self.path > 1:
            return sentence("again", name=name, paths=self.paths)
        return "" if into.op else sentence("held", name=name, before=shown(self.before))

    def lines(self) -> list[str]:
        """The whole explanation, line by line, without the title."""
        local = self.local_derivative if self.local_derivative.count(" = ") > 1 else ""
        parts = [self.rule, local, self.numbers, self.running_sum, self.remark]
        return [part for part in parts if part]

    def __repr__(self) -> str:
        head = f"step {self.index} of {self.last} · {self.title}"
        return Text("\n".join([head, *(f"  {line}" for line in self.lines())]))


def walk(order: list[Value], names: UniqueNames) -> list[Step]:
    """Every step of backprop over a graph, forward and then backward; nothing is changed.

    The chain rule is that of `Value.backward`, so the last step leaves exactly its gradients.

    Args:
        order: The graph in topological order, the output last.
        names: The names of its Values.

    Raises:
        StaleGraphError: numbers have changed since the graph was recorded.
        NotFiniteError: a gradient is too large for a float.
    """
    root = order[-1]
    gradient = {v: v.grad for v in order if v.op is None}  # leaves add to what they hold
    seed = gradient.get(root, 0.0) + 1.0
    held = {v: grad for v, grad in gradient.items() if grad and v.requires_grad}
    steps: list[dict[str, Any]] = [{"kind": "start", "node": root, "held": held}]
    steps += [{"kind": "forward", "node": node} for node in order if node.op]
    steps.append({"kind": "seed", "node": root, "before": root.grad, "after": seed})
    steps += _backward(order, gradient | {root: seed})
    paths = Counter(step["input"] for step in steps if "input" in step)
    path: Counter[Value] = Counter()
    for step in steps:
        if "input" in step:
            path[step["input"]] += 1
            step |= {"path": path[step["input"]], "paths": paths[step["input"]]}
    last = len(steps) - 1
    return [Step(index=i, last=last, names=names, **step) for i, step in enumerate(steps)]


def _backward(order: list[Value], gradient: dict[Value, Any]) -> Iterator[dict[str, Any]]:
    """The steps back, one per edge; one too for a node through which nothing flows."""
    now = dict(gradient)
    by_node = groupby(chain_rule(order, gradient, Value), lambda edge: edge.node)
    flowing: dict[Value, list[dict[str, Any]]] = {}
    for node, edges in by_node:
        positions = [i for i, v in enumerate(node.inputs) if v.requires_grad]
        steps = flowing[node] = []
        for position, edge in zip(positions, edges, strict=True):
            before = now.get(edge.input, 0.0)
            now[edge.input] = gradient.get(edge.input, 0.0)
            steps.append({
                "kind": "backward", "node": node, "input": edge.input, "position": position,
                "upstream": edge.upstream, "local": edge.local, "product": edge.product,
                "before": before, "after": now[edge.input],
            })  # fmt: skip
    for node in reversed(order):
        if node.op and not gradient.get(node):
            yield {"kind": "backward", "node": node}
        yield from flowing.get(node, ())


def locals_of(node: Value) -> list[float]:
    """The local derivative with respect to each input; 0 for constants."""
    return [0.0 if local is None else local for local in local_derivatives(node, Value)]


def paths_of(order: list[Value], steps: list[Step]) -> dict[Value, list[Step]]:
    """The backward steps into each Value of a graph."""
    paths: dict[Value, list[Step]] = {v: [] for v in order}
    for step in steps:
        if step.input is not None:
            paths[step.input].append(step)
    return paths


def story(v: Value, paths: list[Step], names: UniqueNames) -> list[str]:
    """Every path that contributes to the gradient of a Value, and their sum, line by line.

    Args:
        v: A Value of the graph.
        paths: The backward steps into it.
        names: The names of the Values.
    """
    name, gradient = names.of(v), names.gradient(v)
    how = {"formula": formula(v, names)} if v.op else {}
    lines = [sentence("made" if v.op else "leaf", name=name, data=shown(v.data), **how)]
    lines += [sentence("through", called=called(s.node, names), **s.factors()) for s in paths]
    if name == names.output:
        lines.append(sentence("by definition", gradient=gradient))
    elif not paths:
        lines.append(sentence("nothing back", gradient=gradient))
    else:
        before = paths[0].before
        held = [] if before == 0 else [sentence("held before", before=shown(before))]
        total = listed_sum(held + [shown(s.product) for s in paths])
        after = shown(paths[-1].after)
        lines.append(f"{gradient} = {total}" + (f" = {after}" if total != after else ""))
    return lines
