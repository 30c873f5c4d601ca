"""A question as HTML. On the site its answers are folded `details`, which need no script.

>>> inline("how *large* `a * b` is")
'how <em>large</em> <code>a * b</code> is'
"""

from __future__ import annotations

import math
import re
from html import escape

from micrograd_tut.course.check import NUMBERS, Answer, Check, Question
from micrograd_tut.course.pictures import svg
from micrograd_tut.course.source import misconceptions
from micrograd_tut.support.numbers import shown

_EMPHASIS = re.compile(r"\*(\w(?:[^*]*\w)?)\*")


def inline(text: str) -> str:
    """A text as HTML: what stands between backticks is code, between stars it is emphasised."""
    parts = escape(text).split("`")
    for i, part in enumerate(parts):
        parts[i] = f"<code>{part}</code>" if i % 2 else _EMPHASIS.sub(r"<em>\1</em>", part)
    return "".join(parts)


def paragraphs(text: str) -> str:
    """A text as paragraphs; empty lines part them."""
    return "".join(f"<p>{inline(part)}</p>" for part in text.split("\n\n"))


def plain(text: str) -> str:
    """A text for a terminal, without backticks and stars for emphasis."""
    parts = text.split("`")
    return "".join(part if i % 2 else _EMPHASIS.sub(r"\1", part) for i, part in enumerate(parts))


def asked(question: Question) -> str:
    """What is asked: the text, the program with numbered lines, and the picture."""
    parts = [paragraphs(question.text)]
    if question.code:
        parts.append(f'<pre tabindex="0">{escape(numbered(question.code))}</pre>')
    picture = svg(question.picture, question.where, "what the question shows")
    if picture:
        parts.append(f'<div class="picture">{picture}</div>')
    return "\n".join(parts)


def numbered(code: str) -> str:
    """A program with the numbers of its lines."""
    return "\n".join(f"{n:2}  {line}".rstrip() for n, line in enumerate(code.splitlines(), 1))


def option(question: Question, answer: Answer) -> str:
    """An option: its letter, and its text or its picture."""
    picture = svg(answer.picture, question.where, plain(answer.text))
    return f"<b>{question.letter(answer)})</b> {picture or inline(answer.text)}"


def as_number(question: Question, x: float) -> str:
    """A number as an answer shows it: no more digits than the question asks for."""
    if question.tolerance is not None:
        digits = math.ceil(-math.log10(question.tolerance))
        return f"{round(x, digits) + 0.0:g}"
    return f"{x + 0.0:,.0f}" if x.is_integer() and abs(x) < 1e15 else shown(x)


def named(answer: Answer) -> str:
    """What a wrong answer comes of, in a sentence."""
    return misconceptions()[answer.misconception] if answer.misconception else ""


def folded(check: Check) -> str:
    """A whole check for the site: questions, and each answer with its explanation folded."""
    return "\n".join(
        f'<section class="question" id="check-{check.key}-{question.id}">'
        f'<p class="number">Question {n}</p>\n{asked(question)}\n{_answers(check, question)}'
        "</section>"
        for n, question in enumerate(check.questions, 1)
    )


def _answers(check: Check, question: Question) -> str:
    group = f"check-{check.key}-{question.id}"
    if question.kind not in NUMBERS:
        return "\n".join(
            _details(group, option(question, answer), _explained(answer))
            for answer in question.answers
        )
    wrong = [
        f"<p>If you got {as_number(question, question.value(answer))}: {inline(answer.why)}</p>"
        for answer in question.wrong
    ]
    number = as_number(question, question.number)
    right = f"<p><strong>{number}.</strong> {inline(question.right.why)}</p>"
    return _details(group, "Answer", right + "".join(wrong))


def _explained(answer: Answer) -> str:
    verdict = "Right." if answer.right else "Not quite."
    kind = "right" if answer.right else "wrong"
    return f'<p class="{kind}"><strong>{verdict}</strong> {inline(answer.why)}</p>'


def _details(group: str, summary: str, body: str) -> str:
    return f'<details name="{group}"><summary>{summary}</summary>{body}</details>'
