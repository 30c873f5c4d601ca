"""Which mistake leads to a wrong gradient, found from the wrong number.

Each common mistake gives a number of its own. They are computed from the operations, and the one
that the learner got shows the mistake.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from micrograd_tut.engine import Value
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.stepping.formula_text import (
    definition,
    factor,
    listed,
    listed_sum,
    local_rule,
)
from micrograd_tut.stepping.naming import UniqueNames, partial
from micrograd_tut.stepping.sentences import sentence
from micrograd_tut.stepping.walk import Step
from micrograd_tut.support.numbers import shown

TOLERANCE = 0.005
"""An answer may be off by 0.5 %, relative: three digits are enough."""

_FEW_INPUTS = 5
_MOST_PATHS = 6  # of a Value, for which every choice of forgotten paths is tried


class Mistake(NamedTuple):
    """What is wrong with an answer.

    Attributes:
        kind: "sign", "path", "upstream", "local", "operand", "output", "input", "sum",
            "inverse", "value", "zero" or "close".
        text: A sentence for the learner.
    """

    kind: str
    text: str


Way = str | int
"""How a contribution can be computed wrongly: as "local" or "upstream" alone, as "minus" itself, as
the "sum" of the two, with the "reciprocal" of the local derivative, with the number of the input at
an index in its place, or with the rule at wrong numbers: "swapped", "at output" or "at input"."""

_KINDS = {
    "local": "upstream",
    "upstream": "local",
    "at output": "output",
    "at input": "input",
    "minus": "sign",
    "sum": "sum",
    "reciprocal": "inverse",
}  # what is missing or mixed up

NEARBY = 0.03
"""A wrong answer within 3 % is called close."""

SIGN = Mistake("sign", "The magnitude is right, but the sign is wrong.")
CLOSE = Mistake(
    "close", f"Close, but off by more than {TOLERANCE:.1%}. Compute with at least three digits."
)


def is_close(got: float, want: float) -> bool:
    """Whether an answer is right, to within `TOLERANCE`."""
    return math.isclose(got, want, rel_tol=TOLERANCE, abs_tol=1e-9)


def find_mistake(got: float, v: Value, paths: list[Step], names: UniqueNames) -> Mistake | None:
    """The mistake that gives `got` for the gradient of `v`; None where none of the usual does.

    Args:
        got: The wrong answer.
        v: The Value whose gradient was asked.
        paths: The backward steps into it.
        names: What the Values are called.
    """
    for number, mistake in mistakes(v, paths, names):
        if is_close(got, number):
            return mistake
    want = math.fsum(step.product for step in paths)
    return CLOSE if want and math.isclose(got, want, rel_tol=NEARBY) else None


def mistakes(v: Value, paths: list[Step], names: UniqueNames) -> Iterator[tuple[float, Mistake]]:
    """Wrong gradients and what leads to them, the likeliest first.

    Args:
        v: The Value whose gradient is asked.
        paths: The backward steps into it that count.
        names: What the Values are called.
    """
    want = math.fsum(step.product for step in paths)
    for number, mistake in _mistakes(v, paths, want, names):
        if not is_close(number, want):
            yield number, mistake


def _mistakes(
    v: Value, paths: list[Step], want: float, names: UniqueNames
) -> Iterator[tuple[float, Mistake]]:
    yield from _forgotten_paths(v, paths, names)
    yield -want, SIGN
    wrong = [list(_wrong_products(step, names)) for step in paths]
    for kind in dict.fromkeys(d.kind for flows in wrong for _, d in flows):
        yield from _with_mistake(kind, paths, wrong)
    for node in (v, *(step.node for step in paths)):
        sentence = f"That is {names.of(node)}.data itself, not a gradient."
        yield node.data, Mistake("value", sentence)
    used = listed(dict.fromkeys(names.of(step.node) for step in paths))
    sentence = (
        f"0 would mean that {names.output} does not depend on {names.of(v)}, but it is used in "
        f"{used}."
    )
    yield 0.0, Mistake("zero", sentence)


def _forgotten_paths(
    v: Value, paths: list[Step], names: UniqueNames
) -> Iterator[tuple[float, Mistake]]:
    if not 2 <= len(paths) <= _MOST_PATHS:
        return
    for count in range(len(paths) - 1, 0, -1):
        for kept in combinations(paths, count):
            left_out = [s for s in paths if s not in kept]
            nodes = " and ".join(definition(s.node, names) for s in left_out)
            text = (
                f"A contribution is missing: {names.of(v)} is also used in {nodes}. "
                f"Add them up (+=)."
            )
            yield math.fsum(s.product for s in kept), Mistake("path", text)


def _with_mistake(
    kind: str, paths: list[Step], wrong: list[list[tuple[float, Mistake]]]
) -> Iterator[tuple[float, Mistake]]:
    """The sum with one kind of mistake on every path, then on one path alone."""
    matching = [[(number, d) for number, d in each if d.kind == kind] for each in wrong]
    if all(matching):
        yield math.fsum(each[0][0] for each in matching), matching[0][0][1]
    for i, each in enumerate(matching):
        others = math.fsum(s.product for j, s in enumerate(paths) if j != i)
        for number, mistake in each:
            yield others + number, mistake


def step_mistakes(step: Step, names: UniqueNames) -> Iterator[tuple[float, Mistake]]:
    """Wrong answers for what one step adds, each number once, and what leads to them."""
    numbers: list[float] = [step.product]
    for number, mistake in ((-step.product, SIGN), *_wrong_products(step, names)):
        if not any(is_close(number, known) for known in numbers):
            numbers.append(number)
            yield number, mistake


def _wrong_products(step: Step, names: UniqueNames) -> Iterator[tuple[float, Mistake]]:
    """What a path would contribute if it were computed wrongly."""
    for way in wrong_ways(step.node, step.position, names):
        number = _product(way, step)
        if number is not None:
            yield number, _explained(way, step, names)


def wrong_ways(node: Value, position: int, names: UniqueNames) -> Iterator[Way]:
    """The usual ways to compute wrongly what flows along an edge.

    Args:
        node: The Value that the gradient comes from.
        position: The index of the input that it flows into.
        names: What the Values are called.
    """
    yield from ("local", "upstream")
    yield from _other_operands(node, position, names)
    yield from ("at output", "at input", "minus", "sum", "reciprocal")


def _other_operands(node: Value, position: int, names: UniqueNames) -> Iterator[Way]:
    """The wrong input, where the rule takes another's number; or the two of them swapped."""
    inputs, few = list(map(names.of, node.inputs)), len(node.inputs) <= _FEW_INPUTS
    rule = local_rule(node, position, names)
    if rule in inputs:
        yield position
        if few:  # among many, some number would fit by chance
            yield from (i for i, name in enumerate(inputs) if name != rule)
        return
    if node.op and node.op.arity == 2:
        yield "swapped"
    if few:
        yield from range(len(inputs))


def _explained(way: Way, step: Step, names: UniqueNames) -> Mistake:
    node, position = step.node, step.position
    inputs = list(map(names.of, node.inputs))
    out, into = names.of(node), inputs[position]
    other = ""
    if isinstance(way, int):
        other = inputs[way]
    elif way == "swapped":
        other = sentence("mistake: swapped", first=inputs[0], second=inputs[1])
    text = sentence(
        f"mistake: {'operand' if other else way}",
        computed=definition(node, names),
        gradient=names.gradient(node),
        local=partial(out, into),
        input=into,
        node=out,
        rule=local_rule(node, position, names),
        other=other,
    )
    return Mistake("operand" if other else _KINDS[str(way)], text)


def _product(way: Way, step: Step) -> float | None:
    """What a path would contribute in one of the `wrong_ways`; None where that has no number."""
    up, local = step.upstream, step.local
    if way == "reciprocal":
        return up / local if local else None
    simple = {"local": local, "upstream": up, "minus": -step.product, "sum": up + local}
    if way in simple:
        return simple[way]
    wrong = step.node.inputs[way].data if isinstance(way, int) else _wrong_local(way, step)
    return None if wrong is None else up * wrong


def _wrong_local(way: str, step: Step) -> float | None:
    """The local derivative as a book has it, at wrong numbers; None where it has none there."""
    node, k = step.node, step.position
    op: Any = node.op
    numbers, out = [v.data for v in node.inputs], node.data
    if way == "swapped":
        numbers = numbers[::-1]
    elif way == "at output":
        numbers[k] = out
    else:
        out = numbers[k]
    try:
        return float(textbook_partials(op, numbers, out)[k])
    except (ArithmeticError, ValueError):
        return None


def symbolic_solution(v: Value, paths: list[Step], names: UniqueNames) -> str:
    """The rule for a gradient: ``∂L/∂a = ∂L/∂v1 · 1 + ∂L/∂L · b``."""
    terms = [f"{names.gradient(s.node)} · {factor(s.node, s.position, names)}" for s in paths]
    return f"{names.gradient(v)} = {listed_sum(terms or ['0'])}"


def solution(v: Value, paths: list[Step], names: UniqueNames) -> str:
    """The right answer, computed: ``∂L/∂a = 1.0 × 1.0 + 1.0 × -3.0 = -2.0``."""
    if not paths:
        return f"{names.gradient(v)} = 0.0: nothing flows back to {names.of(v)}"
    terms = listed_sum([f"{shown(s.upstream)} × {shown(s.local)}" for s in paths])
    return f"{names.gradient(v)} = {terms} = {shown(math.fsum(s.product for s in paths))}"
