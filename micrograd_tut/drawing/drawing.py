"""`Drawing`: a lazily rendered picture that can be exported to SVG, PNG, PDF, HTML or DOT."""

from __future__ import annotations

import functools
import math
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from micrograd_tut.drawing import render
from micrograd_tut.drawing.animation import animation_css
from micrograd_tut.drawing.dot import to_dot
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.svg import finish_svg
from micrograd_tut.drawing.text import count
from micrograd_tut.drawing.theme import DARK, THEMES
from micrograd_tut.errors import InputError, MicrogradError
from micrograd_tut.support.files import write_whole


class Drawing:
    """A picture of a graph or a network. A notebook displays it.

    Args:
        scene: What is drawn.
        theme: "light", "dark", or "auto", which follows the reader's system.
    """

    def __init__(self, scene: Scene, theme: str = "light") -> None:
        if theme not in THEMES:
            raise InputError(f"theme {theme!r} is not known; use one of {', '.join(THEMES)}")
        self.scene = scene
        self.theme = theme

    @functools.cached_property
    def source(self) -> str:
        """The DOT text, which other Graphviz tools read too; no layout engine runs."""
        return to_dot(self.scene, THEMES[self.theme])

    @functools.cached_property
    def _laid_out(self) -> str:
        return render.layout(self.source)

    def svg(self) -> str:
        """The picture as SVG: one element with no scripts and no links.

        Raises:
            LayoutError: the layout engine gave up.
        """
        return finish_svg(self._laid_out, self.scene, self.theme)

    def png(self, zoom: float = 2.0) -> bytes:
        """The picture as PNG, `zoom` pixels for each of the SVG's.

        If it would be more than 8000 pixels wide or high, it is scaled down to that.

        Raises:
            InputError: `zoom` is not a positive finite number.
            MissingPartError: the extra "png" is not installed, or there are no fonts.
        """
        if not 0 < zoom < math.inf:
            raise InputError(f"zoom must be a number above 0, such as 2.0; got {zoom!r}")
        still = finish_svg(self._laid_out, self.scene, self.theme, tooltips=False)
        return render.png(still, zoom)

    def html(self) -> str:
        """The picture as a self-contained HTML page."""
        return _page(self.svg(), self.scene.title, self.theme)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture, atomically, in the format of the suffix.

        Args:
            path: A name that ends in .svg, .png, .pdf, .html, .dot or .gv.

        Returns:
            The path.

        Raises:
            InputError: the path has another suffix.
            MissingPartError: .pdf without the program `dot`, .png without the extra "png".
        """
        path = Path(path)
        writers: dict[str, Callable[[], str | bytes]] = {
            ".svg": self.svg,
            ".png": self.png,
            ".pdf": lambda: render.pdf(self.source),
            ".html": self.html,
            ".dot": lambda: self.source,
            ".gv": lambda: self.source,
        }
        if path.suffix.lower() not in writers:
            raise InputError(
                f"cannot save {str(path)!r}: the name must end in one of {', '.join(writers)}"
            )
        write_whole(path, writers[path.suffix.lower()]())
        return path

    def render(self, filename: str = "graph", format: str | None = None) -> Path:  # noqa: A002 (its name)
        """Write the picture to `filename` plus a suffix, as `graphviz.Digraph.render` does."""
        return self.save(f"{filename}.{format or self.format}")

    format = "svg"
    """The default format of `render`."""

    def animate(self, path: str | os.PathLike[str], seconds: float | None = None) -> Path:
        """Write an SVG in which the gradients flow back node by node, again and again.

        It has no script. It does not move if the reader's system asks for reduced motion.

        Args:
            path: A name that ends in .svg.
            seconds: The duration of one repetition (default: chosen by the number of steps).

        Raises:
            InputError: the path has another suffix, or this is a drawing of a network or of a
                graph without gradients.
        """
        path = Path(path)
        if path.suffix.lower() != ".svg":
            raise InputError(f"an animation is an SVG: {str(path)!r} must end in .svg")
        style = animation_css(self.scene, seconds)
        write_whole(path, finish_svg(self._laid_out, self.scene, self.theme, style))
        return path

    def show(self) -> None:
        """Show the picture in the notebook, or else in the web browser."""
        if _in_notebook():
            from IPython.display import display

            display(self)
            return
        folder = Path(tempfile.mkdtemp(prefix="micrograd-tut-"))
        webbrowser.open(self.save(folder / "drawing.html").as_uri())

    def __repr__(self) -> str:
        boxes = count(len(self.scene.boxes), "box")
        return f"<Drawing: {self.scene.title}, {boxes}, {count(len(self.scene.arrows), 'arrow')}>"

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg()
        except MicrogradError:  # a notebook falls back to the repr
            return None

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:  # noqa: ARG002 (IPython's call)
        svg = self._repr_svg_()
        return {"text/plain": repr(self)} | ({"image/svg+xml": svg} if svg else {})


def _page(svg: str, title: str, theme: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    dark = f"@media (prefers-color-scheme: dark) {{body {{background: {DARK.paper}}}}}"
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>body {{margin: 1rem; background: {THEMES[theme].paper}}}"
        f"{dark if theme == 'auto' else ''}</style>\n{svg}</html>\n"
    )


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return type(shell).__name__ == "ZMQInteractiveShell"
