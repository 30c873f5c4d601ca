"""Directives that write the knowledge checks, from the same questions as ``micrograd-tut learn``.

``{knowledge-check} 2`` asks the questions of lesson 2; the answers are folded, and open without a
script. ``{misconceptions}`` lists what wrong answers stand for, and where they are asked about.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from micrograd_tut.course.check import Check
from micrograd_tut.course.markup import folded
from micrograd_tut.course.source import check_of, checks, misconceptions


class KnowledgeCheck(SphinxDirective):
    """The questions of a lesson, or of the whole course."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The questions as HTML."""
        check = check_of(self.arguments[0])
        return [nodes.raw("", f'<div class="check">{folded(check)}</div>', format="html")]


class Misconceptions(SphinxDirective):
    """Every misconception, and the lessons whose questions it is an answer to."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        lines = ["| what some believe | asked about in |", "|---|---|"]
        for name, sentence in misconceptions().items():
            places = [place(check) for check in checks() if name in believed(check)]
            lines.append(f"| {sentence} | {', '.join(places)} |")
        return self.parse_text_to_nodes("\n".join(lines))


def believed(check: Check) -> set[str]:
    """The misconceptions that the wrong answers of a check stand for."""
    return {a.misconception for question in check.questions for a in question.wrong}


def place(check: Check) -> str:
    """Where a check is, as a link."""
    target = f"/lessons/{check.page}.md" if check.page else "/lessons/whole-course.md"
    return f"[{check.key if check.page else 'whole course'}]({target})"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("knowledge-check", KnowledgeCheck)
    app.add_directive("misconceptions", Misconceptions)
    return {"parallel_read_safe": True}
