"""The quiz as one HTML page that needs nothing else, neither a network nor a server.

The questions, answers, hints and usual mistakes are those of the terminal: Python writes them into
the page as data. The page judges the answers, and keeps the progress in the reader's browser.
Without scripts it shows the graph and the questions, with hints and solutions to open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any

from micrograd_tut import ops
from micrograd_tut.drawing import draw_plain
from micrograd_tut.engine import Constant, Value
from micrograd_tut.errors import TraceError
from micrograd_tut.ops.op import Op
from micrograd_tut.pages.html_page import as_json, document, script_of, style_of, text_of
from micrograd_tut.stepping.formula_text import formula
from micrograd_tut.stepping.hints import hints
from micrograd_tut.stepping.mistakes import CLOSE, NEARBY, TOLERANCE, mistakes
from micrograd_tut.stepping.page_picture import WHOLE_UP_TO, lines_with_gradient
from micrograd_tut.stepping.questions import POINTS, Question, Questions
from micrograd_tut.stepping.sentences import SENTENCES, sentence

SCRIPTS = tuple(f"script/{name}.js" for name in ("numbers", "sentences", "answers", "quiz"))
"""The files of the page's script, in their order; those of all pages come first."""

_FUNCTIONS = (
    ops.exp, ops.log, ops.sqrt, ops.abs, ops.sin, ops.cos, ops.tanh, ops.cosh, ops.sinh,
    ops.sigmoid, ops.relu, ops.heaviside,
)  # fmt: skip
"""What an answer may call, beside the operations of the graph."""


def html(quiz: Questions, exercise: str = "") -> str:
    """The page, as text.

    Args:
        quiz: The quiz; the page starts at its beginning.
        exercise: Which exercise it is, to be shown under the title.
    """
    picture = _picture(quiz)
    functions, code = answer_functions(quiz)
    content = as_json(_data(quiz, functions))
    program = "\n".join(['"use strict";', code, script_of(__package__, SCRIPTS)])
    return document(
        text_of(__package__, "quiz.html"),
        {
            "title": escape(f"Gradients of {quiz.names.output}: a quiz"),
            "exercise": escape(exercise),
            "type": escape(sentence("quiz: type", output=quiz.names.output)),
            "points": escape(sentence("quiz: points", points=POINTS)),
            "questions": "\n".join(_listed(quiz)),
            "data": content,
        },
        style_of(__package__, "quiz.css"),
        program,
        picture,
    )


def _data(quiz: Questions, functions: list[str]) -> dict[str, Any]:
    values = [v for v in quiz.order if not isinstance(v, Constant)]
    index = {v: i for i, v in enumerate(values)}
    boxes = {v: n for n, v in enumerate(quiz.order)}
    content = {
        "output": quiz.names.output,
        "most": quiz.most,
        "points": POINTS,
        "tolerance": TOLERANCE,
        "close": {"within": NEARBY, "text": CLOSE.text},
        "sentences": {key: text for key, text in SENTENCES.items() if key.startswith("quiz: ")},
        "functions": functions,
        "values": [
            {
                "name": quiz.names.of(v),
                "how": formula(v, quiz.names) if v.op else "",
                "data": v.data,
                "ways": quiz.ways(v),
                "box": boxes[v],
            }
            for v in values
        ],
        "questions": [_question(quiz, k, index[q.value]) for k, q in enumerate(quiz.questions)],
    }
    key = hashlib.sha256(as_json(content).encode()).hexdigest()[:16]
    return content | {"key": f"micrograd-tut quiz {key}"}


def _question(quiz: Questions, k: int, value: int) -> dict[str, Any]:
    question = quiz.questions[k]
    return {
        "value": value,
        "heading": quiz.heading(k),
        "wanted": question.wanted,
        "hints": hints(question.value, question.paths, quiz.names),
        "mistakes": list(_mistakes(quiz, question)),
        "solution": quiz.solution(question),
    }


def _mistakes(quiz: Questions, question: Question) -> Iterator[tuple[float, str]]:
    """Wrong answers and what leads to them, each number once."""
    known = set()
    for number, mistake in mistakes(question.value, question.paths, quiz.names):
        if number not in known:
            known.add(number)
            yield number, mistake.text


def answer_functions(quiz: Questions) -> tuple[list[str], str]:
    """The functions that an answer may call: their names, and the code that computes them."""
    try:
        from micrograd_tut.compiler.javascript_operations import (  # imports NumPy
            Signature,
            operations,
            with_helpers,
        )
    except ImportError:
        return [], "const operations = [];"
    used = [v.op for v in quiz.order if v.op and v.op.arity and v.op.symbol[0].isalpha()]
    chosen: list[Op] = []
    for op in dict.fromkeys([*_FUNCTIONS, *used]):
        try:
            operations([Signature(op, (None,) * (op.arity or 1))])
        except TraceError:  # it needs a constant, or is written by hand
            continue
        chosen.append(op)
    code = operations(Signature(op, (None,) * (op.arity or 1)) for op in chosen)
    return [op.name for op in chosen], with_helpers(code)


def _picture(quiz: Questions) -> str:
    """The graph with room for the gradients; of a large one none."""
    if len(quiz.order) > WHOLE_UP_TO:
        return ""
    output: Value = quiz.order[-1]
    lines = {
        v: lines_with_gradient(v, quiz.names, "1.0" if v is output else "") for v in quiz.order
    }
    return draw_plain(output, lines, theme="auto").svg()


def _listed(quiz: Questions) -> Iterator[str]:
    """The questions as items of a list, for a page without scripts."""
    for k, question in enumerate(quiz.questions):
        asked = f"{quiz.heading(k)}: {quiz.names.gradient(question.value)} = ?"
        answers = [*hints(question.value, question.paths, quiz.names), quiz.solution(question)]
        labels = ("Hint 1", "Hint 2", "Hint 3", "Solution")
        opened = "".join(
            f"<details><summary>{label}</summary>{escape(text)}</details>"
            for label, text in zip(labels, answers, strict=True)
        )
        yield f"<li><p>{escape(asked)}</p>{opened}</li>"
