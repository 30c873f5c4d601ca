"""Three hints for a number that is asked for: in words, in symbols, in numbers."""

from __future__ import annotations

from micrograd_tut.engine import Value
from micrograd_tut.stepping.formula_text import (
    definition,
    formula_in_numbers,
    listed,
    listed_sum,
)
from micrograd_tut.stepping.mistakes import symbolic_solution
from micrograd_tut.stepping.naming import UniqueNames
from micrograd_tut.stepping.sentences import sentence
from micrograd_tut.stepping.walk import Step
from micrograd_tut.support.numbers import shown

Hints = tuple[str, str, str]


def hints(v: Value, paths: list[Step], names: UniqueNames) -> Hints:
    """For the gradient of a Value.

    Args:
        v: The Value.
        paths: The backward steps into it.
        names: What the Values are called.
    """
    total = listed_sum([f"{shown(s.upstream)} × {shown(s.local)}" for s in paths] or ["0"])
    return (
        _in_words(v, paths, names),
        symbolic_solution(v, paths, names),
        f"{names.gradient(v)} = {total}",
    )


def _in_words(v: Value, paths: list[Step], names: UniqueNames) -> str:
    name = names.of(v)
    if not paths:
        return f"Everything that uses {name} has gradient 0. So what is the gradient of {name}?"
    uses = [definition(s.node, names) for s in paths]
    if len(uses) == 1:
        return f"{name} is used only in {uses[0]}: {_multiply(paths[0], names)}."
    return (
        f"{name} is used {len(uses)} times, in {' and '.join(dict.fromkeys(uses))}. "
        f"Each use contributes upstream × local; add them."
    )


def _multiply(step: Step, names: UniqueNames, start: str = "multiply") -> str:
    node, name = names.of(step.node), names.of(step.node.inputs[step.position])
    return sentence("hint: multiply", start=start, node=node, input=name)


def step_hints(step: Step, names: UniqueNames) -> Hints:
    """For the number that one step computes: a value, or what flows along one edge."""
    if step.kind == "forward":
        inputs = dict.fromkeys(map(names.of, step.node.inputs))
        words = sentence("hint: value", inputs=listed(inputs))
        return words, definition(step.node, names), formula_in_numbers(step.node)
    words = _multiply(step, names, "Multiply")
    return f"{words}.", step.rule, sentence("factors", **step.factors())
