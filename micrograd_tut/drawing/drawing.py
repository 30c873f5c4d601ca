"""`Drawing`: a lazily rendered picture that can be exported to SVG, PNG, PDF, HTML or DOT."""

from __future__ import annotations

import functools
import math
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterable
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any, overload

from micrograd_tut.drawing import png, render
from micrograd_tut.drawing.animation import Animation, animation_css, with_gradients
from micrograd_tut.drawing.columns import layout_seconds
from micrograd_tut.drawing.dot import to_dot
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.svg import finish_svg
from micrograd_tut.drawing.text import count
from micrograd_tut.drawing.theme import DARK, THEMES
from micrograd_tut.errors import InputError, LayoutLimitError, MicrogradError, MissingPartError
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.stills import with_still


class Drawing:
    """A picture of a graph or a network. A notebook displays it.

    Args:
        scene: What is drawn.
        theme: "light", "dark", or "auto", which follows the reader's system.
        seconds: The time that the layout may take.
        coarser: Make the scenes to draw instead, from fine to coarse, if it would take longer.
    """

    def __init__(
        self,
        scene: Scene,
        theme: str = "light",
        seconds: float = render.SECONDS,
        coarser: Iterable[Callable[[], Scene]] = (),
    ) -> None:
        if theme not in THEMES:
            raise InputError(f"theme {theme!r} is not known; use one of {', '.join(THEMES)}")
        self.scene = scene
        self.theme = theme
        self.seconds = seconds
        self._coarser = tuple(coarser)
        self._picture: tuple[Scene, str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle holds: the finest scene that can be laid out, in words."""
        scene = self.scene
        for make_coarser in self._coarser:
            if layout_seconds(scene) > self.seconds:
                scene = make_coarser()
        return {"scene": scene.in_words(), "theme": self.theme, "seconds": self.seconds}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    @functools.cached_property
    def source(self) -> str:
        """The DOT text, which other Graphviz tools read too; no layout engine runs.

        It is that of the whole scene, even if its layout would take too long.
        """
        return to_dot(self.scene, THEMES[self.theme])

    def _laid_out(self) -> tuple[Scene, str]:
        """The finest scene whose layout is within the limits, and its SVG by the layout engine."""
        # Not a cached_property: until Python 3.12 one lock makes the layouts of all threads wait.
        if self._picture is None:
            self._picture = self._lay_out()
        return self._picture

    def _lay_out(self) -> tuple[Scene, str]:
        scene = self.scene
        for make_coarser in self._coarser:
            if layout_seconds(scene) <= self.seconds:
                with suppress(LayoutLimitError):
                    return scene, self._layout(scene)
            scene = make_coarser()
        return scene, self._layout(scene)

    def _layout(self, scene: Scene) -> str:
        source = self.source if scene is self.scene else to_dot(scene, THEMES[self.theme])
        return render.layout(source, self.seconds)

    def svg(self) -> str:
        """The picture as SVG: one element with no scripts and no links.

        Raises:
            LayoutError: the layout engine gave up.
        """
        scene, laid_out = self._laid_out()
        return finish_svg(laid_out, scene, self.theme)

    def png(self, zoom: float = 2.0) -> bytes:
        """The picture as PNG, `zoom` pixels for each of the SVG's.

        If it would be more than 8000 pixels wide or high, it is scaled down to that.

        The environment variable MICROGRAD_TUT_FONT may name a font file for characters that the
        usual fonts lack, such as Chinese ones.

        Raises:
            InputError: `zoom` is not a positive finite number, or MICROGRAD_TUT_FONT is not a file.
            MissingPartError: the extra "png" is not installed, there are no fonts, or none has a
                glyph for a character in the picture.
        """
        if not 0 < zoom < math.inf:
            raise InputError(f"zoom must be a number above 0, such as 2.0; got {zoom!r}")
        scene, laid_out = self._laid_out()
        still = finish_svg(laid_out, scene, self.theme, tooltips=False)
        return png.png(still, zoom)

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
            MissingPartError: .pdf without the program `dot`; .png as for `png`.
        """
        path = Path(path)
        suffix = path.suffix[1:].lower()
        if suffix not in self._writers:
            allowed = ", ".join(f".{name}" for name in self._writers)
            raise InputError(f"cannot save {str(path)!r}: the name must end in one of {allowed}")
        write_whole(path, self._writers[suffix]())
        return path

    @property
    def _writers(self) -> dict[str, Callable[[], str | bytes]]:
        """What gives the content of a file, by format."""
        return {
            "svg": self.svg,
            "png": self.png,
            "pdf": lambda: render.pdf(
                to_dot(self._laid_out()[0], THEMES[self.theme]), self.seconds
            ),
            "html": self.html,
            "dot": lambda: self.source,
            "gv": lambda: self.source,
        }

    # --- As `graphviz.Digraph` has it ---

    format = "svg"
    """The format of `render`, `view` and `pipe`, unless they are given one."""

    def render(
        self,
        filename: str | os.PathLike[str] = "graph",
        directory: str | os.PathLike[str] | None = None,
        *,
        view: bool = False,
        cleanup: bool = True,
        format: str | None = None,  # noqa: A002 (its name)
    ) -> Path:
        """Write the picture to `filename` plus a suffix, as `graphviz.Digraph.render` does.

        Args:
            filename: The name without suffix; a suffix that is a format is taken as `format`.
            directory: The folder, which is made if need be (default: the current one).
            view: Whether to open the picture, too.
            cleanup: False also writes the DOT text, to `filename` plus ``.gv``.
            format: "svg", "png", "pdf", "html" or "dot" (default: the attribute `format`).

        Returns:
            The path of the picture.

        Raises:
            InputError: the format is not known.
            MissingPartError: as for `save`; with `view`, if there is no browser to open it.
        """
        path = Path(directory or "", filename)
        if path.suffix[1:].lower() in self._writers and format in (None, path.suffix[1:].lower()):
            format, path = path.suffix[1:].lower(), path.with_suffix("")
        format = self._known_format(format)
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = self.save(f"{path}.{format}")
        if not cleanup:
            self.save(f"{path}.gv")
        if view:
            _open(picture)
        return picture

    def view(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        *,
        cleanup: bool = True,
    ) -> Path | None:
        """Write the picture as `render` does and open it; without a name, the same as `show`.

        Raises:
            InputError, MissingPartError: as for `render`.
        """
        if filename is None and directory is None:
            self.show()
            return None
        return self.render(filename or "graph", directory, view=True, cleanup=cleanup)

    def pipe(self, format: str | None = None, encoding: str | None = None) -> bytes | str:  # noqa: A002 (its name)
        """The picture as bytes; with an `encoding`, such as "utf-8", as text.

        Raises:
            InputError: the format is not known.
            MissingPartError: as for `save`.
        """
        content = self._writers[self._known_format(format)]()
        data = content.encode() if isinstance(content, str) else content
        return data.decode(encoding) if encoding else data

    def _known_format(self, given: str | None) -> str:
        name = (given or self.format).lower()
        if name not in self._writers:
            raise InputError(f"format {name!r} is not known; use one of {', '.join(self._writers)}")
        return name

    # --- Showing ---

    @overload
    def animate(self, path: None = None, seconds: float | None = None) -> Animation: ...
    @overload
    def animate(self, path: str | os.PathLike[str], seconds: float | None = None) -> Path: ...
    def animate(
        self, path: str | os.PathLike[str] | None = None, seconds: float | None = None
    ) -> Animation | Path:
        """An SVG in which the gradients flow back node by node, again and again.

        It has no script. It does not move if the reader's system asks for reduced motion.

        Args:
            path: A name that ends in .svg (default: none).
            seconds: The duration of one repetition (default: chosen by the number of steps).

        Returns:
            The path of the file; without one, an `Animation`, which a notebook displays.

        Raises:
            InputError: the path has another suffix, or this is a drawing of a network or of a
                graph without gradients.
        """
        scene, laid_out = self._laid_out()
        style = animation_css(scene, seconds)
        moving = with_gradients(laid_out, scene)
        animation = Animation(finish_svg(moving, scene, self.theme, style), scene.title)
        return animation if path is None else animation.save(path)

    def show(self) -> None:
        """Show the picture in the notebook, or else in the web browser.

        Raises:
            MissingPartError: there is no browser; the message names the file to open.
        """
        if _in_notebook():
            from IPython.display import display

            display(self)
            return
        folder = Path(tempfile.mkdtemp(prefix="micrograd-tut-"))
        _open(self.save(folder / "drawing.html"))

    def __repr__(self) -> str:
        boxes = count(len(self.scene.boxes), "box")
        arrows = count(len(self.scene.arrows), "arrow")
        return f"<Drawing: {self.scene.title}, {boxes}, {arrows}; .save('graph.svg') or .show()>"

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg()
        except MicrogradError:  # a notebook falls back to the repr
            return None

    def _repr_html_(self) -> str | None:
        svg = self._repr_svg_()
        return svg and with_still(svg, svg, self.scene.title)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:  # noqa: ARG002 (IPython's call)
        svg = self._repr_svg_()
        shown = {"image/svg+xml": svg, "text/html": self._repr_html_()}
        return {"text/plain": repr(self)} | {mime: text for mime, text in shown.items() if text}


def _open(picture: Path) -> None:
    """Open a file in the web browser.

    Raises:
        MissingPartError: no browser was found.
    """
    if not webbrowser.open(picture.resolve().as_uri()):
        raise MissingPartError(f"there is no web browser here to show the picture; open {picture}")


def _page(svg: str, title: str, theme: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
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
