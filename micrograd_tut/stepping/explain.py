"""A step in words: the rule in symbols, in the Values' names, and in numbers.

The formulas come from the table: a row read on Symbols is its formula, and its derivative read on
Symbols is the local derivative as a book prints it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from micrograd_tut.engine import Value
from micrograd_tut.ops.formulas import NEGATION, Symbol
from micrograd_tut.ops.formulas import formula as op_formula
from micrograd_tut.ops.op import Op
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.stepping.naming import Names, in_numbers, partial
from micrograd_tut.support.numbers import in_formula, shown

if TYPE_CHECKING:
    from micrograd_tut.stepping.walk import Step


# --- Formulas -------------------------------------------------------------------------------


def formula(node: Value, names: Names) -> str:
    """How a Value is computed from its inputs, in names: ``a * b``; of a leaf, its number."""
    if node.op is None:
        return shown(node.data)
    if node not in names.formulas:
        names.formulas[node] = str(
            op_formula(node.op.name, map(names.written, node.inputs), in_formula)
        )
    return names.formulas[node]


def formula_in_numbers(node: Value) -> str:
    """The same with the numbers put in: ``2.0 * -3.0``."""
    if node.op is None:
        return shown(node.data)
    return str(op_formula(node.op.name, map(in_numbers, node.recorded), in_formula))


def definition(node: Value, names: Names) -> str:
    """``c = a * b``"""
    return f"{names.of(node)} = {formula(node, names)}"


def local_rule(node: Value, place: int, names: Names) -> str:
    """The local derivative by one input, in names, as a book prints it."""
    return _text(_local_rules(node, names)[place])


def factor(node: Value, place: int, names: Names) -> str:
    """The same, in parentheses where it has signs in it, to stand as a factor."""
    rule = _local_rules(node, names)[place]
    bare = not isinstance(rule, Symbol) or rule.binding > NEGATION
    return _text(rule) if bare else f"({rule})"


def _local_rules(node: Value, names: Names) -> list[Any]:
    if node not in names.rules:
        out = Symbol(names.of(node))
        inputs = [names.symbol(v) for v in node.inputs]
        try:
            names.rules[node] = textbook_partials(cast(Op, node.op), inputs, out)
        except (ArithmeticError, ValueError):  # a constant that its formula does not take
            inputs = [Symbol(names.of(v)) for v in node.inputs]
            names.rules[node] = textbook_partials(cast(Op, node.op), inputs, out)
    return names.rules[node]


def _text(made: Any) -> str:
    return str(made) if isinstance(made, Symbol) else in_formula(made)


# --- Steps ----------------------------------------------------------------------------------


def title(step: Step) -> str:
    """One line on what the step does: ``backward: from c = a * b into a``."""
    names = step.names
    if step.kind == "given":
        return "given: the leaves and their data"
    if step.kind == "seed":
        return f"backward begins: {names.output} by itself"
    made = definition(step.node, names)
    if step.kind == "forward":
        return f"forward: {names.of(step.node)}"
    if step.input is None:
        return f"backward: nothing flows through {made}"
    return f"backward: from {made} into {names.of(step.input)}"


def parts(step: Step) -> tuple[str, str, str]:
    """The three parts of a backward step in symbols: what it adds to, upstream, and local."""
    names, into = step.names, cast(Value, step.input)
    return names.gradient(into), names.gradient(step.node), factor(step.node, step.place, names)


def rule(step: Step) -> str:
    """The rule in symbols: ``∂L/∂a += ∂L/∂c · b``."""
    names, node = step.names, step.node
    if step.kind == "given":
        return listed(f"{name} = {shown(v.data)}" for name, v in names.values().items() if not v.op)
    if step.kind == "forward":
        return definition(node, names)
    if step.kind == "seed":
        return f"{names.gradient(node)} {'=' if node.op else '+='} 1"
    if step.input is None:
        return f"{names.gradient(node)} = 0"
    into, upstream, times = parts(step)
    return f"{into} += {upstream} · {times}"


def numbers(step: Step) -> str:
    """The rule in numbers: ``-6.0 = 2.0 × -3.0``; "" where there is nothing to compute."""
    if step.kind == "forward":
        return f"{shown(step.node.data)} = {formula_in_numbers(step.node)}"
    if step.input is None:
        return ""
    return f"{shown(step.flow)} = {shown(step.upstream)} × {shown(step.local)}"


def local(step: Step) -> str:
    """The local derivative alone: ``∂c/∂a = b = -3.0``; "" where the step has none."""
    if step.input is None:
        return ""
    names, node = step.names, step.node
    written = local_rule(node, step.place, names)
    value = shown(step.local)
    equal = "" if written in (value, in_formula(step.local)) else f" = {written}"
    return f"{partial(names.of(node), names.of(step.input))}{equal} = {value}"


def running_sum(step: Step) -> str:
    """What the step does to a gradient: ``a.grad: 1.0 + -6.0 = -5.0 (path 2 of 2)``."""
    names = step.names
    if step.kind == "seed":
        return f"{names.of(step.node)}.grad: {shown(step.before)} → {shown(step.after)}"
    if step.input is None:
        return ""
    paths = f" (path {step.path} of {step.paths})" if step.paths > 1 else ""
    total = f"{shown(step.before)} + {shown(step.flow)} = {shown(step.after)}"
    return f"{names.of(step.input)}.grad: {total}{paths}"


def remark(step: Step) -> str:
    """A sentence where something is worth saying beyond the formula, else ""."""
    return " ".join(filter(None, (_meaning(step), _accumulation(step))))


def _meaning(step: Step) -> str:
    """What the step means."""
    names = step.names
    if step.kind == "seed":
        return f"{names.output} changes by 1 per unit of itself. From here the gradients flow back."
    if step.kind == "backward" and step.input is None:
        return f"What changes {names.of(step.node)} does not change {names.output}."
    if step.input is not None and step.local == 0:
        return f"{names.of(step.node)} does not change with {names.of(step.input)} here."
    return ""


def _accumulation(step: Step) -> str:
    """Why the gradient that the step adds to is not 0; inner Values begin each pass at 0."""
    into = step.node if step.kind == "seed" else step.input
    if into is None or step.before == 0:
        return ""
    name = step.names.of(into)
    if step.path > 1:
        return f"{name} is used {step.paths} times: this adds to what is there."
    if into.op:
        return ""
    return f"{name}.grad held {shown(step.before)} from an earlier backward: zero_grad clears it."


def lines(step: Step) -> list[str]:
    """The whole explanation of a step, line by line, without its title."""
    parts = [rule(step), numbers(step), running_sum(step), remark(step)]
    if step.input is not None and local(step).count(" = ") > 1:
        parts.insert(1, local(step))
    return [part for part in parts if part]


def describe(step: Step) -> str:
    """A step as it reads at the prompt."""
    head = f"step {step.index} of {step.last} · {title(step)}"
    return "\n".join([head, *(f"  {line}" for line in lines(step))])


def listed(texts: Iterable[str], most: int = 8) -> str:
    """Texts with commas between, the rest counted: ``a = 1.0, b = 2.0, and 40 more``."""
    every = list(texts)
    more = [f"and {len(every) - most:,} more"] if len(every) > most else []
    return ", ".join(every[:most] + more)


# --- The story of one Value -----------------------------------------------------------------


def story(v: Value, paths: list[Step], names: Names) -> list[str]:
    """Every path that feeds the gradient of a Value, and their sum, line by line.

    Args:
        v: A Value of the walk.
        paths: The backward steps into it.
        names: What the Values are called.
    """
    made = f"{names.of(v)} = {shown(v.data)}, "
    lines = [made + (f"computed as {formula(v, names)}" if v.op else "given")]
    for s in paths:
        through = f"through {definition(s.node, names)}"
        lines.append(f"{through}:  {shown(s.upstream)} × {shown(s.local)} = {shown(s.flow)}")
    if names.of(v) == names.output:
        lines.append(f"{names.gradient(v)} = 1, as for every number by itself")
    elif not paths:
        lines.append(f"{names.gradient(v)} = 0: nothing flows back to it")
    else:
        held = [] if paths[0].before == 0 else [f"{shown(paths[0].before)} (held before)"]
        total = listed_sum(held + [shown(s.flow) for s in paths])
        after = shown(paths[-1].after)
        lines.append(f"{names.gradient(v)} = {total}" + (f" = {after}" if total != after else ""))
    return lines


def listed_sum(terms: list[str], most: int = 6) -> str:
    """``1.0 + -3.0``; of a long sum the middle is left out."""
    if len(terms) > most:
        terms = [*terms[: most - 2], f"… ({len(terms) - most + 1:,} more) …", terms[-1]]
    return " + ".join(terms)
