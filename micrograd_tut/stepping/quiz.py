"""The quiz: you compute the gradients; it checks and explains your answers.

>>> from micrograd_tut.engine import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> q = quiz(a * b + a)
>>> q
question 1 of 3, where L = v1 + a
  ∂L/∂v1 = ?
(q.answer(…), q.hint(), q.skip(), q.terminal())
>>> q.answer(1)
Right: ∂L/∂v1 = 1.0 × 1.0 = 1.0
>>> q.answer("a")
Right: ∂L/∂b = 1.0 × 2.0 = 2.0
>>> q.answer(1)
Not quite. A contribution is missing: a is also used in v1 = a * b. Add them up (+=).
>>> q.hint()
a is used 2 times, in L = v1 + a and v1 = a * b. Each use contributes upstream × local; add them.
>>> q.answer("1 + b")
Right: ∂L/∂a = 1.0 × 1.0 + 1.0 × -3.0 = -2.0
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from micrograd_tut.engine import Value
from micrograd_tut.stepping.questions import Questions
from micrograd_tut.stepping.quiz_page import html
from micrograd_tut.stepping.quiz_shell import QuizShell
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.html import html_table, paragraphs
from micrograd_tut.support.text import Text


class Quiz(Questions):
    """Questions about the gradients of a graph, to answer at the prompt or in a terminal."""

    def __repr__(self) -> str:
        ways = "q.review()" if self.done else "q.answer(…), q.hint(), q.skip(), q.terminal()"
        return Text(f"{self.asked()}\n({ways})")

    def _repr_html_(self) -> str:
        head = ["Value", "formula", "data", "gradient"]
        numbers = html_table(head, self.numbers(), None, "<<>>")
        return numbers + paragraphs(*repr(self).splitlines())

    def page(self, path: str | os.PathLike[str]) -> Path:
        """Write the quiz from its beginning as one HTML file, to answer in a browser.

        The page needs nothing else and sends nothing. Progress stays in the reader's browser.

        Args:
            path: The file, such as ``quiz.html``; it is written atomically.

        Returns:
            The path.

        Raises:
            OSError: it cannot be written.
        """
        write_whole(path, html(self))
        return Path(path)

    def terminal(self) -> None:
        """Ask and answer in the terminal, until q or Ctrl-C."""
        with suppress(KeyboardInterrupt):
            QuizShell(self).cmdloop()


def quiz(
    y: Value,
    granularity: Literal["functions", "ops"] = "functions",
    names: Mapping[Any, Any] | None = None,
) -> Quiz:
    """Start a quiz on the gradients of a graph; the `Quiz` prints the question that is open.

    Go on with::

        q = mg.quiz(y)
        q.answer(-3)     # or a formula: q.answer("a * b")
        q.hint()         # up to three for each question
        q.skip()         # show the solution, and ask the next
        q.review()       # the score, and every mistake explained
        q.terminal()     # ask and answer in the terminal
        q.page("quiz.html")   # a page to answer in the browser

    A right answer earns 3 points; each hint and each wrong answer before it costs one.

    Args:
        y: The output.
        granularity: "functions" asks about the graph as it is; "ops" about `mg.expand(y)`.
        names: As for `mg.step`.

    Raises:
        InputError: `y` has no inputs, or a gradient is not finite.
        StaleGraphError, NotFiniteError: as for `mg.step`.
    """
    return Quiz(y, granularity, names)
