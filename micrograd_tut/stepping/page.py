"""All steps as one HTML page that needs nothing else, neither a network nor a server.

Python writes the graph, its numbers and the sentences into the page as data; the script makes the
steps from them, and computes the numbers again when a leaf is changed. Without scripts the page
shows the graph after the last step and the list of steps. Labels are data and escaped text, never
markup, and the page's policy allows only the one style and the one script that it was written with.
"""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from micrograd_tut.drawing.text import visible
from micrograd_tut.pages.html_page import (
    as_json,
    document,
    iframe,
    script_of,
    style_of,
    text_of,
)
from micrograd_tut.stepping.page_data import data
from micrograd_tut.stepping.page_operations import page_operations
from micrograd_tut.stepping.page_picture import picture
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.stills import with_still

if TYPE_CHECKING:
    from collections.abc import Iterator

MAKING = ("numbers", "sentences", "values", "walk", "forward")
SHOWING = ("steps", "graph", "tables", "leaves", "nudge", "controls")
SCRIPTS = tuple(f"script/{name}.js" for name in (*MAKING, *SHOWING))
"""The files of the page's one script, in their order."""

MAX_LISTED = 1000
"""Steps in the list that a page without scripts shows."""


def html(stepper: Walkthrough) -> str:
    """The page, as text."""
    drawn, operations = picture(stepper), page_operations(stepper.order)
    return document(
        text_of(__package__, "page.html"),
        {
            "title": escape(f"Backprop of {stepper.names.output}, step by step"),
            "formula": escape(visible(stepper.formula)),
            "folded": _folded(stepper) if drawn.folded else "",
            "steps": "\n".join(_listed(stepper)),
            "data": as_json(data(stepper, drawn, operations)),
        },
        style_of(__package__, "page.css"),
        script(operations.code),
        drawn.svg,
    )


def script(operations: str) -> str:
    """The script of the page, with the functions of `PageOperations`."""
    return "\n".join(['"use strict";', operations, script_of(__package__, SCRIPTS)])


def _folded(stepper: Walkthrough) -> str:
    return (
        f"{len(stepper.order):,} Values: similar ones share a box above; below it are the current "
        f"Value, its inputs and its users."
    )


def _listed(stepper: Walkthrough) -> Iterator[str]:
    """The steps as items of a list, for a page without scripts."""
    for s in stepper[:MAX_LISTED]:
        cells = (str(s.index), s.rule, s.numbers)
        yield f"<li>{' '.join(f'<span>{escape(cell)}</span>' for cell in cells)}</li>"
    if len(stepper) > MAX_LISTED:
        yield f"<li>and {len(stepper) - MAX_LISTED:,} more</li>"


def save(stepper: Walkthrough, path: str | os.PathLike[str]) -> Path:
    """Write the page atomically; returns the path.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(path, html(stepper))
    return Path(path)


def inline(stepper: Walkthrough) -> str:
    """The page in an iframe, for a notebook."""
    return with_still(
        iframe(html(stepper), "Backprop, step by step"),
        picture(stepper, theme="light").svg,
        f"The graph of {stepper.names.output} after the last step",
        "The graph after the last step. Run this cell to step through it.",
    )
