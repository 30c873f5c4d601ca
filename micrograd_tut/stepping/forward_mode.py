"""Forward mode: the derivative of every Value with respect to one leaf, edge by edge.

>>> from micrograd_tut.engine import topological
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> order = topological(a * b + a)
>>> names = UniqueNames(order, lambda v: v.label)
>>> for step in forward_mode(a, names, locals_by_node(order)):
...     print(step.rule, "so", step.numbers)
∂v1/∂a += ∂a/∂a · b so -3.0 = 1.0 × -3.0
∂L/∂a += ∂v1/∂a · 1 so -3.0 = -3.0 × 1.0
∂L/∂a += ∂a/∂a · 1 so 1.0 = 1.0 × 1.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from micrograd_tut.engine import Constant, Value
from micrograd_tut.stepping.formula_text import definition, factor
from micrograd_tut.stepping.naming import UniqueNames, partial
from micrograd_tut.stepping.walk import locals_of
from micrograd_tut.support.numbers import shown


@dataclass(slots=True)
class ForwardStep:
    """One step of forward mode: what an edge adds to the derivative of the Value at its end.

    Attributes:
        leaf: The leaf with respect to which everything is differentiated.
        node: The Value whose derivative the step changes.
        names: The names of the Values.
        position: The index of the input from which it comes.
        upstream: The derivative of that input with respect to `leaf`.
        local: The derivative of `node` with respect to the input.
        product: ``upstream * local``.
        before, after: The derivative of `node` with respect to `leaf`, before and after.
        path, paths: Which of the contributions to `node` this is, counted from 1, of how many.
    """

    leaf: Value
    node: Value
    names: UniqueNames
    position: int
    upstream: float
    local: float
    product: float
    before: float
    after: float
    path: int
    paths: int = 0

    @property
    def input(self) -> Value:
        """The input of `node` from which the derivative comes."""
        return self.node.inputs[self.position]

    @property
    def title(self) -> str:
        """One line on what the step does."""
        return f"forward: from {self.names.of(self.input)} into {definition(self.node, self.names)}"

    @property
    def parts(self) -> tuple[str, str, str]:
        """The three parts in symbols: what it adds to, the derivative so far, and local."""
        leaf = self.names.of(self.leaf)
        local = factor(self.node, self.position, self.names)
        into, so_far = (partial(self.names.of(v), leaf) for v in (self.node, self.input))
        return into, so_far, local

    @property
    def rule(self) -> str:
        """The rule in symbols."""
        into, so_far, local = self.parts
        return f"{into} += {so_far} · {local}"

    @property
    def numbers(self) -> str:
        """The rule in numbers."""
        return f"{shown(self.product)} = {shown(self.upstream)} × {shown(self.local)}"

    @property
    def running_sum(self) -> str:
        """What the step does to a derivative: ``∂L/∂a: -3.0 + 1.0 = -2.0 (path 2 of 2)``."""
        paths = f" (path {self.path} of {self.paths})" if self.paths > 1 else ""
        total = f"{shown(self.before)} + {shown(self.product)} = {shown(self.after)}"
        return f"{self.parts[0]}: {total}{paths}"


def locals_by_node(order: Sequence[Value]) -> dict[Value, list[float]]:
    """The local derivatives of every computed Value, in topological order."""
    return {node: locals_of(node) for node in order if node.op}


def forward_mode(
    leaf: Value, names: UniqueNames, rules: Mapping[Value, list[float]]
) -> list[ForwardStep]:
    """The steps that carry the derivative with respect to one leaf to the output.

    Args:
        leaf: A leaf of the graph.
        names: The names of the Values of the graph.
        rules: What `locals_by_node` gives.
    """
    derivative = {leaf: 1.0}
    path: Counter[Value] = Counter()
    steps = []
    for node, local_derivatives in rules.items():
        for i, (v, local) in enumerate(zip(node.inputs, local_derivatives, strict=True)):
            so_far = derivative.get(v, 0.0)
            if so_far == 0 or isinstance(v, Constant):
                continue
            product = so_far * local if local else 0.0
            before = derivative.get(node, 0.0)
            after = derivative[node] = before + product
            path[node] += 1
            steps.append(
                ForwardStep(leaf, node, names, i, so_far, local, product, before, after, path[node])
            )
    for step in steps:
        step.paths = path[step.node]
    return steps
