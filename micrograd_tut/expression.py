"""Text formulas to Values or floats, without running them as Python code.

>>> y = expression("tanh(a * b + 6.5)", {"a": 2.0, "b": -3.0})
>>> y
Value(data=0.46211715726000974, grad=0.0)
>>> evaluate("2 * b", {"b": -3.0})
-6.0

The language is the part of Python that a formula needs: numbers, names, ``pi``, the operators
``+ - * / // % **``, parentheses, every operation as ``tanh(x)`` or ``x.tanh()``, lists as
arguments, ``[0]`` to pick from a list, and named parts before the last: ``c = a * b; tanh(c)``.
Each piece is evaluated as soon as it is read.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, NoReturn

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.errors import ExpressionError, MicrogradError
from micrograd_tut.ops.formulas import NEGATION, POWER, PRODUCT, SUM
from micrograd_tut.support.limits import EXPRESSION, EXPRESSION_INPUTS
from micrograd_tut.support.text import visible

_BINDINGS = {
    **dict.fromkeys((ops.add, ops.sub), SUM),
    **dict.fromkeys((ops.mul, ops.div, ops.floor_div, ops.mod), PRODUCT),
    ops.pow: POWER,
}
_INFIX = {op.symbol: op for op in _BINDINGS}
_DEEPEST = 50  # parentheses within parentheses, and signs before signs
_OUTPUT_PER_INPUT = (ops.softmax, ops.log_softmax)  # each output depends on every input
_TOKEN = re.compile(
    r"""\s* (?: (?P<number> (?: [0-9]+ \.? [0-9]* | \. [0-9]+ ) (?: [eE] [+-]? [0-9]+ )? )
              | (?P<name> [^\W\d] \w* )
              | (?P<sign> \*\* | // | [-+*/%()\[\],.=;·×−] )
              | (?P<end> $ )
              | (?P<other> . ) )""",
    re.VERBOSE,
)
_CALLED_ELSEWHERE = {"max": "maximum", "min": "minimum", "ln": "log", "arctan": "atan"}
_SAME = {"·": "*", "×": "*", "−": "-"}  # as a book prints them
_ADVICE = {
    "^": "** for a power, and exp(x) for a power of e",
    "–": "-",
    "÷": "/",
    "|": "abs(x) for |x|",
    "√": "sqrt(x)",
}
_RAISED = str.maketrans("²³", "23")


class Token(NamedTuple):
    """A piece of the text: what kind it is, what it says, and where it starts."""

    kind: str
    text: str
    at: int


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of a formula.

    Args:
        text: The formula.
        names: What each name in it stands for, floats or Values; ``∂L/∂a`` may be one too.

    Returns:
        A Value if a Value takes part, else a float.

    Raises:
        ExpressionError: the text cannot be read, or a number in it cannot be computed; the
            message shows the text with a caret under the place.
    """
    return _Parser(text, names).result()


def expression(text: str, numbers: Mapping[str, float]) -> Value:
    """The Value that a formula records over leaves, one per name, labelled with the name.

    Args:
        text: The formula.
        numbers: The number that each name stands for.

    Raises:
        ExpressionError: as for `evaluate`, or no name is in it, so nothing is recorded.
    """
    result = evaluate(text, {name: Value(x, label=name) for name, x in numbers.items()})
    if not isinstance(result, Value):
        raise ExpressionError(
            f"there is no variable in it (it is {result!r}), so there is nothing to differentiate; "
            f"use a name: x ** 2 with x=3"
        )
    return result


class _Parser:
    """Reads from left to right, by precedence climbing.

    Source: Richards and Whitby-Strevens 1979, BCPL: the Language and its Compiler, section 6.6.
    """

    def __init__(self, text: str, names: Mapping[str, Any]) -> None:
        self.text = text
        self.names = {"pi": math.pi, **names}
        self.variables = {name for name, x in names.items() if isinstance(x, Value)}
        self.tokens: list[Token] = []
        self.position = 0
        self.depth = 0
        self.inputs = 0  # of all operations

    # --- The grammar ---

    def result(self) -> Any:
        """Everything: named parts, then the formula."""
        if len(self.text) > EXPRESSION:
            raise ExpressionError(
                f"this has {len(self.text):,} characters; an expression has at most {EXPRESSION:,}"
            )
        self.tokens = _tokens(self.text, self.names)
        result = self.part()
        while self.take(";") and self.next.kind != "end":
            result = self.part()
        if self.next.kind != "end":
            self.mistake(self.next, self.surplus())
        if isinstance(result, list):
            start = Token("", "", 0)
            self.mistake(start, f"this gives a list of {len(result)}; pick one with [0] after it")
        return result

    def part(self) -> Any:
        """``formula``, or ``name = formula``, which the rest may use."""
        name = self.next
        if name.kind != "name" or self.tokens[self.position + 1].text != "=":
            return self.formula()
        if name.text in self.variables:
            self.mistake(name, f"{name.text} has a value already; give this part another name")
        self.position += 2
        result = self.names[name.text] = self.formula()
        if isinstance(result, Value) and result.op and not result.label:
            result.label = name.text
        return result

    def formula(self, binding: int = SUM - 1) -> Any:
        """Operands with signs between them that bind more tightly than `binding`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.mistake(self.next, "this is nested too deeply; name a part: c = a * b; tanh(c)")
        left = self.operand()
        while (op := _INFIX.get(self.next.text)) and _BINDINGS[op] > binding:
            sign = self.advance()
            right = self.formula(NEGATION if op is ops.pow else _BINDINGS[op])
            left = self.apply(sign, op, left, right)
        self.depth -= 1
        return left

    def operand(self) -> Any:
        """One thing, with the signs before it and the calls and picks after it."""
        if self.next.text in ("-", "+"):
            sign = self.advance()
            result = self.formula(NEGATION)
            result = self.apply(sign, ops.neg, result) if sign.text == "-" else result
        else:
            result = self.atom()
            while self.next.text in (".", "["):
                result = self.method(result) if self.take(".") else self.picked(result)
        return result

    def atom(self) -> Any:
        """A number, a name, a call, a list, or a formula in parentheses."""
        token = self.advance()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.call(token) if self.next.text == "(" else self.named(token)
        if token.text == "(":
            result = self.formula()
            self.expect(")", token)
            return result
        if token.text == "[":
            return self.listed("]", token)
        return self.mistake(token, "a number, a name or ( is expected here")

    def call(self, name: Token, *first: Any) -> Any:
        """``name(arguments)``."""
        function = self.function(name)
        opening = self.advance()
        return self.apply(name, function, *first, *self.listed(")", opening))

    def method(self, result: Any) -> Any:
        """``.name(arguments)`` after a value."""
        name = self.advance()
        if name.kind != "name" or self.next.text != "(":
            self.mistake(name, "a call is expected after the point, such as .tanh()")
        return self.call(name, result)

    def picked(self, result: Any) -> Any:
        """``[0]`` after a list."""
        opening, index = self.advance(), self.advance()
        self.expect("]", opening)
        if not isinstance(result, list) or not (index.text.isascii() and index.text.isdecimal()):
            self.mistake(opening, "[0] picks from a list, by its position, an integer")
        if len(index.text) > 9 or int(index.text) >= len(result):
            self.mistake(index, f"the list has {len(result)}, and they are counted from 0")
        return result[int(index.text)]

    def listed(self, closing: str, opening: Token) -> list[Any]:
        """Formulas with commas between them, up to the closing bracket."""
        result: list[Any] = []
        while not self.take(closing):
            result.append(self.formula())
            if self.next.text != closing:
                self.expect(",", opening, closing)
        return result

    # --- What a name and a number stand for ---

    def number(self, token: Token) -> float:
        result = float(token.text)
        if math.isinf(result):
            self.mistake(token, "this is too large for a float (the largest is about 1.8e308)")
        return result

    def named(self, token: Token) -> Any:
        if token.text in self.names:
            return self.names[token.text]
        if token.text in ops.OPS:
            return self.mistake(token, f"{token.text} is a function: write {token.text}(…)")
        name, advice = visible(token.text, 40), self.meant(token.text)
        advice += f"add {name}=NUMBER, such as {name}=1.0"
        return self.mistake(token, f"{name} has no value; {advice}")

    def meant(self, unknown: str) -> str:
        """What may be meant by a name without a value, as the start of an advice; or ""."""
        if unknown == "e":
            return "for a power of e write exp(x), for other powers **; for a variable "
        if unknown[-1] in "²³":
            return f"write {visible(unknown[:-1], 40)}**{unknown[-1].translate(_RAISED)}, or "
        if 1 < len(unknown) < 9 and all(letter in self.names for letter in unknown):
            return f"write {'*'.join(unknown)} for a product, or "
        similar = difflib.get_close_matches(unknown, self.names, 1)
        return f"did you mean {visible(similar[0], 40)}? Or " if similar else ""

    def function(self, name: Token) -> Callable[..., Any]:
        if name.text in ops.OPS:
            return getattr(ops, name.text, ops.OPS[name.text])
        what = f"unknown function {visible(name.text, 40)}"
        return self.mistake(name, f"{what}; {_advice(name.text)}")

    def apply(self, at: Token, function: Callable[..., Any], *inputs: Any) -> Any:
        if function in _BINDINGS or function is ops.neg:
            for x in inputs:
                if isinstance(x, list):
                    self.mistake(at, f"{at.text} takes numbers, not a list; pick one with [0]")
        self.count(at, function, inputs)
        try:
            return function(*inputs)
        except MicrogradError as error:
            self.mistake(at, str(error), error)
        except TypeError as error:  # too many inputs, too few, or no list where one belongs
            what = (function.__doc__ or "").split("\n")[0]
            self.mistake(at, f"wrong arguments for {at.text}: {what}", error)

    def count(self, at: Token, function: Callable[..., Any], inputs: tuple[Any, ...]) -> None:
        """Refuse an operation that makes the graph too large: a named list costs few characters."""
        count = sum(len(x) if isinstance(x, list) else 1 for x in inputs)
        self.inputs += count**2 if function in _OUTPUT_PER_INPUT else count
        if self.inputs > EXPRESSION_INPUTS:
            self.mistake(
                at,
                f"the graph becomes too large here: its operations have {self.inputs:,} inputs; "
                f"the most are {EXPRESSION_INPUTS:,}. Build it in Python",
            )

    # --- Tokens ---

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def advance(self) -> Token:
        token = self.next
        if token.kind == "other":
            advice = f"; write {_ADVICE[token.text]}" if token.text in _ADVICE else ""
            self.mistake(token, f"unexpected {visible(token.text)}{advice}")
        if token.kind != "end":
            self.position += 1
        return token

    def take(self, sign: str) -> bool:
        result = self.next.text == sign
        self.position += result
        return result

    def expect(self, sign: str, opening: Token, closing: str = "") -> None:
        if self.take(sign):
            return
        if self.next.kind == "end":
            self.mistake(opening, f"this {opening.text} is not closed")
        wanted = f"{sign} or {closing}" if closing else sign
        self.mistake(self.next, f"{wanted} is expected here")

    def surplus(self) -> str:
        """What to say of a token that nothing has a place for."""
        token = self.next
        if token.kind == "other":
            self.advance()
        if token.text in (")", "]"):
            return f"unmatched {token.text}"
        if token.kind in ("name", "number") or token.text == "(":
            return "an operator such as * is missing before this"
        return f"unexpected {token.text}"

    def mistake(self, token: Token, what: str, cause: Exception | None = None) -> NoReturn:
        raise ExpressionError(f"{what}\n{_pointed(self.text, token)}") from cause


def _advice(unknown: str) -> str:
    """The function that was meant, or all that there are."""
    public = sorted(
        name for name, op in ops.OPS.items() if not op.internal and op.symbol[0].isalpha()
    )
    meant = _CALLED_ELSEWHERE.get(unknown) or next(
        iter(difflib.get_close_matches(unknown, public, 1)), ""
    )
    return f"did you mean {meant}?" if meant else f"available: {', '.join(public)}"


def _tokens(text: str, names: Iterable[str]) -> list[Token]:
    """The pieces of a text; a name that is no identifier, such as ``∂L/∂a``, is one of them."""
    whole = "|".join(re.escape(name) for name in names if not name.isidentifier())
    token = re.compile(rf"\s*(?P<whole>{whole or '(?!)'})(?!\w)|{_TOKEN.pattern}", _TOKEN.flags)
    result: list[Token] = []
    for match in token.finditer(text):
        kind = match.lastgroup or "end"
        piece, at = match[kind], match.start(kind)
        result.append(Token("name" if kind == "whole" else kind, _SAME.get(piece, piece), at))
        if kind == "end":
            break
    return result


def _pointed(text: str, token: Token, around: int = 32) -> str:
    """The text near a token, and under it a line with carets."""
    start, end = max(0, token.at - around), token.at + min(len(token.text), around)
    before = ("…" if start else "") + visible(text[start : token.at])
    spot = visible(text[token.at : end])
    after = visible(text[end : end + around]) + ("…" if end + around < len(text) else "")
    return f"    {before}{spot}{after}\n    {' ' * _width(before)}{'^' * max(_width(spot), 1)}"


def _width(text: str) -> int:
    """How many columns of a terminal the text fills."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return wide + sum(not unicodedata.combining(c) for c in text)
