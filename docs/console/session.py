"""Run what is typed on the page, in one namespace, and show the last result."""

from __future__ import annotations

import linecache
import sys
import traceback
from itertools import count
from typing import Any

from graphviz import Digraph
from page import show  # the functions that the worker gives
from pyodide.code import CodeRunner

import micrograd_tut as mg
from micrograd_tut import MLP, Layer, Neuron, Value
from micrograd_tut.drawing.render import layout
from micrograd_tut.errors import MicrogradError

names: dict[str, Any] = {"__name__": "__main__", "mg": mg}
names |= {kind.__name__: kind for kind in (Value, Neuron, Layer, MLP)}
_inputs = count(1)
_theme = "light"


async def run(source: str, theme: str) -> None:
    """Run some lines; ends with an error on the page, not here.

    Args:
        source: The lines.
        theme: "light" or "dark", for pictures of Values.
    """
    global _theme
    _theme = theme
    name = f"<input {next(_inputs)}>"
    linecache.cache[name] = len(source), None, source.splitlines(keepends=True), name
    try:
        code = CodeRunner(source, filename=name, mode="exec", return_mode="last_expr").compile()
        result = await code.run_async(names)
        if result is not None:
            names["_"] = result
            display(result)
    except BaseException as error:
        show("error", _message(error))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def display(result: object) -> None:
    """Show a result as a picture or a page, if it is one, else as text."""
    kind, text = _shown(result)
    show(kind, text)


names["display"] = display


def _shown(result: object) -> tuple[str, str]:
    try:
        if isinstance(result, Value):
            variables = {
                name: v for name, v in names.items() if isinstance(v, Value) and name != "_"
            }
            unlabelled = {name: v for name, v in variables.items() if not v.label}
            return "svg", mg.draw(result, names=unlabelled, theme=_theme).svg()
        if isinstance(result, Digraph):  # as the lecture draws
            return "svg", layout(result.source)
        for method, kind in (("_repr_svg_", "svg"), ("_repr_html_", "html")):
            if text := getattr(result, method, lambda: None)():
                return kind, text
    except MicrogradError as error:
        return "text", f"{result!r}\n({error})\n"
    return "text", f"{result!r}\n"


def _message(error: BaseException) -> str:
    """The traceback, from the lines that were typed on."""
    frames = error.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith("<input"):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))
