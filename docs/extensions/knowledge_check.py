"""Directives that write the knowledge checks, from the same questions as ``micrograd-tut learn``.

``{knowledge-check} 2`` asks the questions of lesson 2; the answers are folded, and open without a
script. ``{misconceptions} 1 2`` lists what the wrong answers of these lessons stand for, and
``{answer-key}`` the right answers to all checks.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from micrograd_tut.course.check import NUMBERS, Check, Question
from micrograd_tut.course.markup import as_number, folded
from micrograd_tut.course.source import check_of, checks, misconceptions

LISTED = 5
"""How many misconceptions are listed."""


class KnowledgeCheck(SphinxDirective):
    """The questions of a lesson, or of the whole course."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The questions as HTML."""
        check = check_of(self.arguments[0])
        return [nodes.raw("", f'<div class="check">{folded(check)}</div>', format="html")]


class Misconceptions(SphinxDirective):
    """The misconceptions that the wrong answers of some lessons stand for, the commonest first."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A list."""
        keys = self.arguments[0].split()
        answers = [
            a for key in keys for question in check_of(key).questions for a in question.wrong
        ]
        counts = Counter(answer.misconception for answer in answers)
        names = [name for name, _ in counts.most_common(LISTED)]
        return self.parse_text_to_nodes("\n".join(f"- {misconceptions()[name]}" for name in names))


class AnswerKey(SphinxDirective):
    """The right answers to all checks: a letter, or a number."""

    def run(self) -> list[nodes.Node]:
        """A table with a row for each check and a column for each question."""
        numbers = range(1, 1 + max(len(check.questions) for check in checks()))
        head = ["lesson", *map(str, numbers)]
        rows = [[place(check), *map(right, check.questions)] for check in checks()]
        lines = [head, ["---"] * len(head), *(row + [""] * (len(head) - len(row)) for row in rows)]
        return self.parse_text_to_nodes("\n".join(f"| {' | '.join(line)} |" for line in lines))


def right(question: Question) -> str:
    """The right answer: the letter of an option, or a number."""
    if question.kind in NUMBERS:
        return as_number(question, question.number)
    return question.letter(question.right)


def place(check: Check) -> str:
    """Where a check is, as a link."""
    page = check.page or "whole-course"
    return f"[{check.key if check.page else 'course'}](/lessons/{page}.md)"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("knowledge-check", KnowledgeCheck)
    app.add_directive("misconceptions", Misconceptions)
    app.add_directive("answer-key", AnswerKey)
    return {"parallel_read_safe": True}
