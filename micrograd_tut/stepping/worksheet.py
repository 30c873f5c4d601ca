"""A worksheet to print: exercises with blanks for data and gradients, and its answer key.

>>> from micrograd_tut.stepping.exercises import exercise
>>> sheet, key = worksheet([exercise(17, level=1)])
>>> "level 1, number 17" in sheet and "level 1, number 17" in key
True
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from micrograd_tut.drawing import draw_plain
from micrograd_tut.engine import Value
from micrograd_tut.pages.html_page import document, text_of
from micrograd_tut.stepping.exercises import Exercise
from micrograd_tut.stepping.formula_text import formula
from micrograd_tut.stepping.mistakes import solution, symbolic_solution
from micrograd_tut.stepping.page_picture import lines_of
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.numbers import shown

_ADVICE = (
    "Fill in the data column from top to bottom (forward pass). Then fill in the gradients from "
    "bottom to top (backward pass): multiply the gradient of the result by the local derivative; "
    "if a Value is used more than once, add the contributions."
)


def worksheet(exercises: Iterable[Exercise]) -> tuple[str, str]:
    """The worksheet and its answer key, each a self-contained HTML page.

    Args:
        exercises: Its exercises; when printed, none is cut by the end of a page.
    """
    exercises = list(exercises)
    sheet, key = ("\n".join(_exercise(e, solved) for e in exercises) for solved in (False, True))
    return page("Gradients by hand", sheet, _ADVICE), page("Answer key", key)


def page(title: str, sections: str, advice: str = "") -> str:
    """A page to print.

    Args:
        title: Its title.
        sections: Its exercises, as HTML; when printed, none is cut by the end of a page.
        advice: How to fill it in, and room for a name; "" for a key, which has neither.
    """
    parts = {
        "title": escape(title),
        "name": f"<p>Name {BLANK_FIELD}</p>" if advice else "",
        "advice": escape(advice),
        "exercises": sections,
    }
    style = text_of(__package__, "worksheet.css")
    return document(text_of(__package__, "worksheet.html"), parts, style, scheme="light")


def _exercise(e: Exercise, solved: bool) -> str:
    stepper = Walkthrough(e.output)
    values = stepper.names.values()
    leaves = sorted(name for name, v in values.items() if not v.op)
    order = [*leaves, *(name for name, v in values.items() if v.op)]
    heads = "".join(f'<th scope="col">{t}</th>' for t in ("Value", "how", "data", "grad"))
    rows = "\n".join(_row(stepper, values[name], solved) for name in order)
    return (
        f"<section><h2>{escape(str(e))}</h2>\n{_picture(stepper)}\n<table><thead><tr>"
        f"{heads}</tr></thead>\n"
        f"<tbody>{rows}</tbody></table></section>"
    )


def _row(stepper: Walkthrough, v: Value, solved: bool) -> str:
    """One Value: leaves are printed, the rest is blank or, in the key, computed."""
    names = stepper.names
    data = shown(v.data) if solved or not v.op else ""
    gradient = ""
    if solved:
        gradient = _worked(stepper, v)
    how = formula(v, names) if v.op else "leaf"
    cells = [names.of(v), how, data or _BLANK, gradient or f"{names.gradient(v)} = {_BLANK}"]
    return "<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in cells) + "</tr>"


def _worked(stepper: Walkthrough, v: Value) -> str:
    """The gradient of a Value in symbols, and on the next line in numbers."""
    names, paths = stepper.names, stepper.paths[v]
    if v is stepper.output:
        return f"{names.gradient(v)} = 1.0"
    numbers = solution(v, paths, names)
    if not paths:
        return numbers
    return f"{symbolic_solution(v, paths, names)}\n = {numbers.partition(' = ')[2]}"


_BLANK = "\0"
BLANK_FIELD = '<span class="blank"></span>'
"""A line to write on, as HTML."""


def _cell(text: str) -> str:
    return escape(text).replace(_BLANK, BLANK_FIELD)


def _picture(stepper: Walkthrough) -> str:
    """The graph with the data of its leaves and no other numbers."""
    lines = {v: lines_of(v, stepper.names)[: 1 if v.op else None] for v in stepper.order}
    return draw_plain(stepper.output, lines).svg()
