"""SVG to PNG."""

from __future__ import annotations

import functools
import os
import re
from html import unescape
from pathlib import Path
from unicodedata import category

from micrograd_tut.drawing.text import visible
from micrograd_tut.errors import InputError, MissingPartError

FONT_VARIABLE = "MICROGRAD_TUT_FONT"
"""The environment variable that names one more font file for PNGs."""


def png(svg: str, zoom: float = 2.0) -> bytes:
    """The PNG of an SVG, with `zoom` pixels for each pixel of the SVG.

    Raises:
        InputError: MICROGRAD_TUT_FONT does not name a file.
        MissingPartError: resvg-py is not installed, no fonts are installed, or none of them has a
            glyph for a character in the picture.
    """
    font = os.environ.get(FONT_VARIABLE, "")
    if font and not Path(font).is_file():
        raise InputError(f"{FONT_VARIABLE} names a font file; there is no file {visible(font)!r}")
    if not _has_fonts():
        raise MissingPartError(
            "a PNG would have no text, because no fonts are installed here: run "
            "`pip install matplotlib`, which includes fonts, or save as .svg"
        )
    if unknown := [c for c in _characters(svg) if not _has_glyph(c, font)]:
        raise MissingPartError(
            f"a PNG would show empty boxes for {' '.join(unknown[:5])}: no font installed here has "
            f"{'it' if len(unknown) == 1 else 'them'}. Name a font file that does in "
            f"{FONT_VARIABLE}, e.g. {FONT_VARIABLE}=NotoSansCJK-Regular.ttc (Debian and Ubuntu: "
            f"`sudo apt install fonts-noto-cjk` is enough), or save as .svg or .html"
        )
    width, height = _size(svg)
    return _rasterize(svg, round(width * min(zoom, _MAX_PIXELS / max(width, height))), font)


@functools.cache
def _has_fonts() -> bool:
    """Whether a letter is drawn: without fonts, text is left out silently."""
    return _drawn("M") != _drawn("")


_NOT_A_CHARACTER = "\U0010ffff"  # the last code point, which no font has


@functools.cache
def _has_glyph(character: str, font: str) -> bool:
    """Whether a character is drawn in another way than one that no font has."""
    return _drawn(character, font) != _drawn(_NOT_A_CHARACTER, font)


def _drawn(text: str, font: str = "") -> bytes:
    size = 'width="20" height="20"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><text y="15">{text}</text></svg>'
    return _rasterize(svg, 20, font)


def _characters(svg: str) -> list[str]:
    """The characters in the texts of an SVG that need a glyph and are not ASCII, each once."""
    texts = "".join(unescape(text) for text in re.findall("<text[^>]*>([^<]*)", svg))
    return [c for c in dict.fromkeys(texts) if not c.isascii() and _is_inked(c)]


def _is_inked(character: str) -> bool:
    """Whether it is a letter, a digit, a symbol, or one for private use."""
    return category(character)[0] in "LNS" or category(character) == "Co"


def _rasterize(svg: str, width: int, font: str = "") -> bytes:
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
            font_files=[*map(str, _fonts()), *([font] if font else [])],
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )


_MAX_PIXELS = 8000.0  # wide or high


def _size(svg: str) -> tuple[float, float]:
    _, _, width, height = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(width), float(height)


@functools.cache
def _fonts() -> list[Path]:
    """The fonts that matplotlib includes, for machines without fonts."""
    from importlib.util import find_spec

    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return []
    return sorted((Path(spec.origin).parent / "mpl-data/fonts/ttf").glob("DejaVuSans*.ttf"))
