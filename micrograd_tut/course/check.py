"""Questions of a knowledge check, and what an answer is worth.

>>> right = Answer("2 * 3", "The gradient of a is b.")
>>> wrong = Answer("2 + 3", "That is the sum.", "sum-for-product")
>>> q = Question("area", "number", "What is 2 · 3?", (right, wrong))
>>> q.judge("6").right, q.judge("5").answer.misconception, q.judge("7").answer
(True, 'sum-for-product', None)
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from micrograd_tut.engine import Value, grad
from micrograd_tut.errors import InputError, MicrogradError
from micrograd_tut.expression import evaluate, expression
from micrograd_tut.ops import to_float
from micrograd_tut.stepping.mistakes import TOLERANCE, find_mistake
from micrograd_tut.stepping.questions import as_formula
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.numbers import shown
from micrograd_tut.support.text import visible

LETTERS = "abcdef"
"""What the options of a question are called."""

_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+")  # 1,210

OPTIONS, NUMBERS = ("choose", "picture", "bug"), ("number", "gradient")
"""The kinds of questions: with options to choose from, and with a number to work out."""


@dataclass(frozen=True)
class Answer:
    """One answer to a question: an option, or a number that comes of a known mistake.

    Attributes:
        text: The option; for a number, the formula that gives it.
        why: The explanation.
        misconception: The name of the misconception that it stands for; "" for the right answer.
        picture: For an option that is a picture, its description in the file.
        line: For an option that is a line of code, its number; else 0.
    """

    text: str
    why: str
    misconception: str = ""
    picture: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0

    @property
    def right(self) -> bool:
        """Whether it is the right answer."""
        return not self.misconception


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth.

    Attributes:
        right: Whether it is right.
        answer: The answer as the question has it; None for a number that no known mistake gives.
        why: The explanation.
    """

    right: bool
    answer: Answer | None
    why: str


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: Its name, unique in its check.
        kind: One of `OPTIONS` or `NUMBERS`.
        text: What is asked.
        answers: The options in the order in which they are shown; for a number, the right one and
            those that come of known mistakes.
        where: The number that each name in a formula or a graph stands for.
        picture: What is shown with the question, as the file describes it.
        of: For a gradient, the Value whose gradient is asked.
        code: For a bug, the program.
        tolerance: How far a number may be off; None for 0.5 %, and for a whole number nothing.
    """

    id: str
    kind: str
    text: str
    answers: tuple[Answer, ...]
    where: Mapping[str, float] = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""
    code: str = ""
    tolerance: float | None = None

    @property
    def right(self) -> Answer:
        """The right answer."""
        return next(answer for answer in self.answers if answer.right)

    @property
    def wrong(self) -> list[Answer]:
        """The wrong answers."""
        return [answer for answer in self.answers if not answer.right]

    def letter(self, answer: Answer) -> str:
        """The letter of an option."""
        return LETTERS[self.answers.index(answer)]

    @cached_property
    def graph(self) -> Value:
        """The output of the graph that is shown; `Question.names` has its Values.

        Raises:
            ExpressionError: its formula cannot be read.
        """
        return expression(self.picture["graph"], self.where)

    @cached_property
    def names(self) -> dict[str, Value]:
        """The Values of the graph by name."""
        return Walkthrough(self.graph).names.values()

    @cached_property
    def number(self) -> float:
        """The number that is asked for."""
        if self.kind == "gradient":
            return float(grad(self.graph, [self.names[self.of]])[0])
        return self.value(self.right)

    def value(self, answer: Answer) -> float:
        """The number of an answer, from its formula.

        Raises:
            ExpressionError: the formula cannot be read.
        """
        return to_float(evaluate(answer.text, self._numbers))

    @property
    def _numbers(self) -> dict[str, float]:
        """What names stand for in a formula: those of the graph too, if there is one."""
        values = self.names if "graph" in self.picture else {}
        return {**{name: v.data for name, v in values.items()}, **self.where}

    def is_close(self, got: float, wanted: float) -> bool:
        """Whether a number is another, as exactly as the question asks."""
        if self.tolerance is not None:
            return abs(got - wanted) <= self.tolerance
        relative = 1e-9 if wanted.is_integer() else TOLERANCE
        return math.isclose(got, wanted, rel_tol=relative, abs_tol=1e-9)

    def judge(self, typed: str) -> Verdict:
        """What an answer is worth.

        Args:
            typed: The letter of an option; or a number, a fraction or a formula.

        Raises:
            InputError: there is no such option, or it is not a number.
        """
        if self.kind in NUMBERS:
            return self._judge_number(self._typed_number(typed))
        letters = LETTERS[: len(self.answers)]
        if len(typed) != 1 or typed.lower() not in letters:
            raise InputError(
                f"there is no option {visible(typed, 40)!r}; type one of {', '.join(letters)}"
            )
        answer = self.answers[letters.index(typed.lower())]
        return Verdict(answer.right, answer, answer.why)

    def _typed_number(self, typed: str) -> float:
        if _GROUPED.fullmatch(typed) and abs(self.number) >= 1000:
            typed = typed.replace(",", "")  # elsewhere a comma is a decimal one
        try:
            return to_float(evaluate(as_formula(typed), self._numbers))
        except MicrogradError:
            raise InputError(
                f"{visible(typed, 40)!r} is not a number; type one, or a formula such as 2 * 0.3"
            ) from None

    def _judge_number(self, got: float) -> Verdict:
        if self.is_close(got, self.number):
            return Verdict(True, self.right, self.right.why)
        for answer in self.wrong:
            if self.is_close(got, self.value(answer)):
                return Verdict(False, answer, answer.why)
        return Verdict(False, None, f"{shown(got)} is not right. {self._usual_mistake(got)}")

    def _usual_mistake(self, got: float) -> str:
        """What leads to a wrong gradient that the question does not list."""
        if self.kind == "gradient":
            walk = Walkthrough(self.graph)
            v = walk.names.values()[self.of]
            if mistake := find_mistake(got, v, walk.paths[v], walk.names):
                return mistake.text
        return "Work it out once more, step by step."


@dataclass(frozen=True)
class Check:
    """The knowledge check of one lesson, or of the whole course.

    Attributes:
        key: "1", "2", … for a lesson; "course" for the whole course.
        title: The title of the lesson.
        page: The name of the lesson's page; "" for the whole course.
        minutes: How long the lesson takes.
        goal: What the reader can do after it; "you can …".
        summary: The lesson in one paragraph.
        questions: The questions.
    """

    key: str
    title: str
    page: str
    minutes: int
    goal: str
    summary: str
    questions: tuple[Question, ...]

    def __str__(self) -> str:
        return f"Lesson {self.key}: {self.title}" if self.page else self.title
