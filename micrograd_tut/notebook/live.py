"""What the widgets share: their scripts, and a picture of each that needs no kernel."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Any

from micrograd_tut.bridges.libraries import Library

anywidget: Any = Library("anywidget", "widgets")
traitlets: Any = Library("traitlets", "widgets")


def script(name: str) -> str:
    """A script of this folder, after the part that all widgets share."""
    return "\n".join(map(_text, ("shared.js", name)))


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


class Live(anywidget.AnyWidget):
    """A widget that Jupyter displays together with a still: HTML that shows the same.

    The widget hides the still while it lives. In a notebook without its kernel, or one that came
    by mail, the still is what remains.

    Attributes:
        still_class: The class of the still.
    """

    _css = _text("widgets.css")
    still_class = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.still_class = f"mg-still-{self.model_id[:12]}"
        self._outputs: list[Any] = []  # the handles of the still and of the widget

    def still(self) -> str:
        """What it shows, as HTML that a mailed notebook keeps."""
        raise NotImplementedError

    def show(self) -> None:
        """Display it in the cell that runs, in a notebook of Jupyter or marimo."""
        marimo, ipython = sys.modules.get("marimo"), sys.modules.get("IPython")
        if marimo and marimo.running_in_notebook():
            marimo.output.append(self)
        elif ipython and ipython.get_ipython():
            self._ipython_display_()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        widget, metadata = self._repr_mimebundle_()
        for data in (self._still_data(), widget | {"text/plain": "", "text/html": ""}):
            handle = display(data, metadata=metadata, raw=True, display_id=True)
            self._outputs.append(handle)

    def _still_data(self) -> dict[str, str]:
        html = f'<div class="{self.still_class}">{self.still()}</div>'
        return {"text/html": html, "text/plain": ""}

    def keep(self) -> None:
        """Let the still in the notebook show what the widget shows now."""
        for handle in self._outputs[::2]:
            handle.update(self._still_data(), raw=True)

    def leave(self) -> None:
        """Let the still take the place of the widget in the notebook; in marimo it stays."""
        self.keep()
        for handle in self._outputs[1::2]:
            handle.update({"text/html": "", "text/plain": ""}, raw=True)
        self._outputs = []
