"""How a Value is computed, and its local derivatives, as text with names or numbers.

The text comes from the operations themselves: applied to Symbols, an operation gives its formula
and a partial derivative gives the local derivative as a textbook prints it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, cast

from micrograd_tut.chain_rule import local_derivatives
from micrograd_tut.engine import Value
from micrograd_tut.graph.cross_entropy import cross_entropy_of
from micrograd_tut.ops.formulas import NEGATION, Signed, Symbol, formula as op_formula
from micrograd_tut.ops.op import Op
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.stepping.naming import UniqueNames, in_numbers
from micrograd_tut.stepping.sentences import sentence
from micrograd_tut.support.numbers import in_formula, shown

_LONGEST = 40  # characters of a formula that is written out
_MARK = 0xF0000  # the first of the characters that stand for the inputs in a template
_MARKED = re.compile(r"\(?-?([\U000F0000-\U000FFFFF])\)?")


def formula(node: Value, names: UniqueNames) -> str:
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
    return str(op_formula(node.op.name, (in_numbers(v.data) for v in node.inputs), in_formula))


def numbers_template(node: Value) -> str:
    """The same for any numbers: ``{0} * {1}``; ``{0()}`` is in parentheses if it is negative."""
    name, marks = cast(Op, node.op).name, [chr(_MARK + i) for i in range(len(node.inputs))]
    plain = str(op_formula(name, map(Symbol, marks)))
    negative = str(op_formula(name, [Signed(f"-{mark}", NEGATION) for mark in marks]))
    found = _MARKED.finditer(negative)

    def filled(at: re.Match[str]) -> str:
        mark = at[1]
        wrapped = next(found)[0] == f"(-{mark})" and at[0] != f"({mark})"
        return at[0].replace(mark, f"{{{ord(mark) - _MARK}{'()' if wrapped else ''}}}")

    return _MARKED.sub(filled, plain)


def definition(node: Value, names: UniqueNames) -> str:
    """``c = a * b``"""
    return f"{names.of(node)} = {formula(node, names)}"


def called(node: Value, names: UniqueNames) -> str:
    """``c = a * b``; of a loss, its name: ``L (cross-entropy, class 2)``."""
    loss = cross_entropy_of(node)
    return f"{names.of(node)} ({loss.words})" if loss else definition(node, names)


def textbook_definition(node: Value, names: UniqueNames) -> str:
    """The definition; of a loss first the formula of the textbook: ``L = -log(p) = …``."""
    loss = cross_entropy_of(node)
    if loss is None:
        return definition(node, names)
    return f"{names.of(node)} = {loss.formula(names.written)} = {formula(node, names)}"


def written_out(output: Value, order: Sequence[Value], names: UniqueNames) -> str:
    """The definition of the output in which Values without a name of their own are written out.

    A Value that is used twice keeps its name, and so does one whose formula is long.

    Args:
        output: The last Value of `order`.
        order: The graph in topological order.
        names: The names of its Values.
    """
    if output.op is None or cross_entropy_of(output):
        return textbook_definition(output, names)
    uses = Counter(v for node in order for v in node.inputs)
    written: dict[Value, Symbol] = {}
    for v in order:
        inputs = [written.get(i) or names.written(i) for i in v.inputs]
        text = op_formula(v.op.name, inputs, in_formula) if v.op else names.written(v)
        inside = v.op and v in names.numbered and uses[v] == 1
        if (inside or v is output) and len(str(text)) <= _LONGEST:
            written[v] = text
    if output not in written:
        return definition(output, names)
    return f"{names.of(output)} = {written[output]}"


def local_rule(node: Value, position: int, names: UniqueNames) -> str:
    """The local derivative with respect to one input, in names, as a textbook prints it."""
    return _text(_local_rules(node, names)[position])


def factor(node: Value, position: int, names: UniqueNames) -> str:
    """The same as a factor: in parentheses if it is a sum or a negative number."""
    rule = _local_rules(node, names)[position]
    bare = not isinstance(rule, Symbol) or rule.binding > NEGATION
    return _text(rule) if bare else f"({rule})"


def _local_rules(node: Value, names: UniqueNames) -> list[Any]:
    if node not in names.rules and node.op and node.op.by_hand:
        names.rules[node] = local_derivatives(node, Value)
    if node not in names.rules:
        out = Symbol(names.of(node))
        inputs = [names.symbol(v) for v in node.inputs]
        try:
            names.rules[node] = textbook_partials(cast(Op, node.op), inputs, out)
        except (ArithmeticError, ValueError):  # a constant that its formula does not take
            inputs = [Symbol(names.of(v)) for v in node.inputs]
            names.rules[node] = textbook_partials(cast(Op, node.op), inputs, out)
    return names.rules[node]


def _text(rule: Any) -> str:
    return str(rule) if isinstance(rule, Symbol) else in_formula(rule)


def listed(texts: Iterable[str], most: int = 8) -> str:
    """Texts with commas between, the rest counted: ``a = 1.0, b = 2.0, and 40 more``."""
    every = list(texts)
    more = [f"and {len(every) - most:,} more"] if len(every) > most else []
    return ", ".join(every[:most] + more)


def listed_sum(terms: list[str], most: int = 6) -> str:
    """``1.0 + -3.0``; of a long sum the middle is left out."""
    if len(terms) > most:
        terms = [
            *terms[: most - 2],
            sentence("more terms", count=f"{len(terms) - most + 1:,}"),
            terms[-1],
        ]
    return " + ".join(terms)
