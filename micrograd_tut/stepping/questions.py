"""Questions about the gradients of a graph, checked and explained."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, SupportsFloat

from micrograd_tut import expression
from micrograd_tut.engine import Constant, Value
from micrograd_tut.errors import ExpressionError, InputError
from micrograd_tut.ops import OPS, to_float
from micrograd_tut.stepping.formula_text import definition, formula, listed
from micrograd_tut.stepping.hints import hints
from micrograd_tut.stepping.mistakes import find_mistake, is_close, solution
from micrograd_tut.stepping.naming import UniqueNames
from micrograd_tut.stepping.sentences import sentence
from micrograd_tut.stepping.walk import Step
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.numbers import shown
from micrograd_tut.support.text import Text

_LONE = re.compile(r"[-+−]?[\d.,]+(?:e[-+]?\d+)?(?:\s*/\s*[-+−]?[\d.,]+)?", re.IGNORECASE)
_STEP = re.compile(r"1 if (\w+) > 0 else 0")
POINTS = 3
"""For a right answer; each hint and each wrong answer before it costs one."""


@dataclass(frozen=True, repr=False)
class Verdict:
    """The result of an answer.

    Attributes:
        right: Whether it is right, to within 0.5 %.
        got: The answer as a number.
        kind: The mistake, as in `Mistake.kind`; "" for none, or an unknown one.
        text: The reason, in a sentence; for a right answer, the solution.
    """

    right: bool
    got: float
    kind: str
    text: str

    def __repr__(self) -> str:
        return Text(sentence("quiz: right" if self.right else "quiz: wrong", text=self.text))


@dataclass
class Question:
    """One gradient that is asked for.

    Attributes:
        value: Whose gradient.
        paths: The backward steps into it.
        wrong: The wrong answers so far.
        hints: How many hints have been given.
        points: The points earned; None while it is open.
    """

    value: Value
    paths: list[Step]
    wrong: list[Verdict] = field(default_factory=list)
    hints: int = 0
    points: int | None = None

    @property
    def wanted(self) -> float:
        """The gradient of this pass alone, whatever `.grad` held before."""
        return math.fsum(step.product for step in self.paths)


class Questions:
    """Questions for the gradients of a graph, from the output back, each from those before.

    Nothing in the graph is changed. What it has to say is shown by its repr.

    Args:
        y: The output.
        granularity, names: As for `mg.step`.

    Raises:
        InputError: there is nothing to ask, or a gradient that is not finite.
        StaleGraphError, NotFiniteError: as for `mg.step`.
    """

    def __init__(
        self,
        y: Value,
        granularity: Literal["functions", "ops"] = "functions",
        names: Mapping[Any, Any] | None = None,
    ) -> None:
        stepper = Walkthrough(y, granularity, names)
        self.names: UniqueNames = stepper.names
        self.order = stepper.order
        self.questions = _questions(stepper)
        self.number = 0
        if not self.questions:
            raise InputError(
                f"a quiz needs a computed Value, such as a * b; {self.names.output} has no inputs"
            )
        for question in self.questions:
            if not math.isfinite(question.wanted):
                name = self.names.gradient(question.value)
                raise InputError(f"{name} is {question.wanted} here; choose other numbers")

    @property
    def done(self) -> bool:
        """Whether every question has been answered or given up."""
        return self.number == len(self.questions)

    @property
    def score(self) -> int:
        """The points so far."""
        return sum(question.points or 0 for question in self.questions)

    @property
    def most(self) -> int:
        """The points that one can get."""
        return POINTS * len(self.questions)

    @property
    def open(self) -> Question:
        """The question that is open.

        Raises:
            InputError: the quiz is over.
        """
        if self.done:
            raise InputError("the quiz is over; review() explains your mistakes")
        return self.questions[self.number]

    def answer(self, answer: str | SupportsFloat) -> Verdict:
        """Judge an answer; if it is right, the next question is open.

        Args:
            answer: A number, or text: a number, a fraction, or a formula in the names of the
                graph and of the gradients that are known, such as ``∂L/∂v1 · a``.

        Raises:
            InputError: the quiz is over.
            ExpressionError: the text cannot be read.
            NumberTypeError: it is not a number.
        """
        question, got = self.open, self._number(answer)
        if is_close(got, question.wanted):
            self._close(POINTS - len(question.wrong) - question.hints)
            return Verdict(True, got, "", self.solution(question))
        mistake = find_mistake(got, question.value, question.paths, self.names)
        unknown = sentence("quiz: unknown", got=shown(got), how=": h, or q.hint()")
        kind, why = mistake or ("", unknown)
        question.wrong.append(Verdict(False, got, kind, why))
        return question.wrong[-1]

    def hint(self) -> Text:
        """The next of three hints: the rule in words, in symbols, in numbers; then the last again.

        Raises:
            InputError: the quiz is over.
        """
        question = self.open
        question.hints = min(3, question.hints + 1)
        return Text(hints(question.value, question.paths, self.names)[question.hints - 1])

    def skip(self) -> Text:
        """Skip this question, for 0 points, and show the answer.

        Raises:
            InputError: the quiz is over.
        """
        question = self.open
        self._close(0)
        return Text(self.solution(question))

    def review(self) -> Text:
        """The score, and every mistake explained."""
        lines = [self._points()]
        for question in self.questions:
            gave_up = question.points == 0 and len(question.wrong) + question.hints < POINTS
            if not question.wrong and not gave_up:
                continue
            lines.append(self.solution(question))
            lines += [
                "  " + sentence("quiz: yours", got=shown(v.got), why=v.kind and f" {v.text}")
                for v in question.wrong
            ]
        return Text("\n".join(lines))

    def known(self) -> dict[Value, float]:
        """The gradients that are known so far, the output's among them."""
        past = {q.value: q.wanted for q in self.questions[: self.number]}
        return {self.order[-1]: 1.0} | past

    def numbers(self) -> list[tuple[str, str, str, str]]:
        """For each Value its name, formula, data and gradient; "" for one that is not known."""
        known = self.known()
        return [
            (
                name,
                formula(v, self.names) if v.op else "",
                shown(v.data),
                f"{self.names.gradient(v)} = {shown(known[v])}" if v in known else "",
            )
            for name, v in self.names.values().items()
        ]

    def asked(self) -> str:
        """The open question, or the score when all are answered."""
        if self.done:
            return f"the quiz is over: {self._points()}; review() explains your mistakes"
        return f"{self.heading(self.number)}\n  {self.names.gradient(self.open.value)} = ?"

    def heading(self, k: int) -> str:
        """Which question the one at index `k` is, and where its Value is used."""
        v = self.questions[k].value
        used = [definition(node, self.names) for node in self.order if v in node.inputs]
        where = listed(used, most=4)
        count = len(self.questions)
        return sentence("quiz: question", number=k + 1, count=count, where=where)

    def solution(self, question: Question) -> str:
        """The right answer, computed."""
        return solution(question.value, question.paths, self.names)

    def __repr__(self) -> str:
        return Text(self.asked())

    # --- Inside ---

    def _number(self, answer: str | SupportsFloat) -> float:
        if not isinstance(answer, str):
            return answer.data if isinstance(answer, Value) else to_float(answer)
        values = {n: v.data for n, v in self.names.values().items() if n.isidentifier()}
        gradients = self._gradients()
        try:
            return to_float(expression.evaluate(as_formula(answer), gradients | values))
        except ExpressionError:
            unknown = self._unknown(answer, values, gradients)
            if not unknown:
                raise
        raise ExpressionError(unknown)

    def _gradients(self) -> dict[str, float]:
        """The gradients that are known, by each way to write them."""
        known = self.known().items()
        return {way: gradient for v, gradient in known for way in self.ways(v)}

    def ways(self, v: Value) -> tuple[str, ...]:
        """The ways to write a gradient: ∂L/∂a, dL/da, a.grad."""
        written = self.names.gradient(v)
        return written, written.replace("∂", "d"), f"{self.names.of(v)}.grad"

    def _points(self) -> str:
        return sentence("quiz: score", score=self.score, most=self.most)

    def _unknown(self, answer: str, values: Iterable[str], gradients: Iterable[str]) -> str:
        """What to say of the first name in an answer that stands for nothing; "" if all do."""
        asked = re.findall(rf"[∂d]{re.escape(self.names.output)}/[∂d]\w+|\b\w+\.grad\b", answer)
        for name in asked:
            if name not in gradients:
                known = listed(map(self.names.gradient, self.known()))
                return sentence("quiz: not yet", name=name, known=known)
        for word in re.findall(r"\b[^\W\d]\w*", answer):
            if word not in values and word not in OPS:
                return sentence("quiz: no value", name=repr(word), values=listed(values))
        return ""

    def _close(self, points: int) -> None:
        question, points = self.open, max(0, points)
        question.points, self.number = points, self.number + 1  # Ctrl-C cannot come between


def as_formula(answer: str) -> str:
    """The answer as the language of formulas has it.

    A number or a fraction alone may have decimal commas; the slope of relu is spelled out in hints.
    """
    if _LONE.fullmatch(answer.strip()):
        return answer.replace(",", ".")
    return _STEP.sub(r"heaviside(\1)", answer)


def _questions(stepper: Walkthrough) -> list[Question]:
    asked = [v for v in reversed(stepper.order[:-1]) if not isinstance(v, Constant)]
    return [Question(v, stepper.paths[v]) for v in asked]
