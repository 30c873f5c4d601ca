"""The questions of a lesson as a worksheet to print, and its answer key."""

from __future__ import annotations

from html import escape

from micrograd_tut.course.check import NUMBERS, Answer, Check, Question
from micrograd_tut.course.markup import as_number, asked, inline, named, option
from micrograd_tut.stepping.worksheet import BLANK_FIELD, page

_ADVICE = (
    "Tick one answer to each question, or write the number on the line. Then say in a few words "
    "how you know."
)


def check_sheet(check: Check) -> tuple[str, str]:
    """The worksheet of a check and its answer key, each a self-contained HTML page.

    >>> from micrograd_tut.course.source import check_of
    >>> sheet, key = check_sheet(check_of("2"))
    >>> sheet.count("<section"), key.count("Right: ")
    (10, 10)
    """
    title = str(check)
    blank = "\n".join(_asked(n, question) for n, question in enumerate(check.questions, 1))
    solved = "\n".join(_solved(n, question) for n, question in enumerate(check.questions, 1))
    return page(title, blank, _ADVICE), page(f"{title}: answer key", solved)


def _asked(n: int, question: Question) -> str:
    if question.kind in NUMBERS:
        field = f"<p>Answer {BLANK_FIELD}</p>"
    else:
        items = (f"<li>{option(question, answer)}</li>" for answer in question.answers)
        look = "options pictures" if question.kind == "picture" else "options"
        field = f'<ul class="{look}">{"".join(items)}</ul>'
    return f"<section><h2>Question {n}</h2>\n{asked(question)}\n{field}</section>"


def _solved(n: int, question: Question) -> str:
    """The right answer with its reason, and what each wrong one comes of."""
    right = f"<p><b>Right: {_called(question, question.right)}</b> {inline(question.right.why)}</p>"
    wrong = "".join(
        f"<li><b>{_called(question, answer)}</b> {inline(answer.why)} "
        f"<i>{escape(named(answer))}</i></li>"
        for answer in question.wrong
    )
    return f"<section><h2>Question {n}</h2>\n{asked(question)}\n{right}<ul>{wrong}</ul></section>"


def _called(question: Question, answer: Answer) -> str:
    """A number, or an option in words."""
    if question.kind in NUMBERS:
        number = question.number if answer.right else question.value(answer)
        return f"{as_number(question, number)}."
    return f"{question.letter(answer)}) {inline(answer.text)}"
