"""The certificate: a page with a name, and what was worked out."""

from __future__ import annotations

from html import escape

from micrograd_tut.course.check import Check
from micrograd_tut.course.progress import Progress
from micrograd_tut.course.source import checks
from micrograd_tut.errors import InputError
from micrograd_tut.pages.html_page import document, text_of
from micrograd_tut.support.text import visible

_LONGEST = 100  # characters of a name


def unfinished(progress: Progress) -> list[Check]:
    """The checks with open questions."""
    return [check for check in checks() if progress.open(check)]


def certificate(name: str, progress: Progress) -> str:
    """The page: self-contained, and without a script.

    Args:
        name: Whose it is, as it is to be printed; at most 100 characters.
        progress: What was answered.

    Raises:
        InputError: a check is not finished, or there is no name.
    """
    if missing := unfinished(progress):
        keys = ", ".join(check.key for check in missing)
        raise InputError(
            f"the certificate needs every check; open: {keys}. Go on with: micrograd-tut learn "
            f"{missing[0].key}"
        )
    name = visible(name).strip()
    if not name or len(name) > _LONGEST:
        raise InputError(f"the name needs 1 to {_LONGEST} characters; got {len(name)}")
    every = [given for check in checks() for given in progress.answered(check)]
    parts = {
        "title": escape(f"Certificate of {name}"),
        "name": escape(name),
        "lessons": str(sum(bool(check.page) for check in checks())),
        "questions": str(len(every)),
        "first": str(sum(given.at_first for given in every)),
        "rows": "\n".join(_row(check, progress) for check in checks()),
        "date": max(given.on for given in every),
    }
    style = text_of(__package__, "certificate.css")
    return document(text_of(__package__, "certificate.html"), parts, style, scheme="light")


def _row(check: Check, progress: Progress) -> str:
    answered = progress.answered(check)
    first = sum(given.at_first for given in answered)
    cells = (str(check), len(answered), first, max(given.on for given in answered))
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"
