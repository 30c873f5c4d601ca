"""Numbers as the pixels of a small picture, inside an SVG.

>>> pixels = Pixels([[0.0, 1.0], [-1.0, 0.5]], signed=True)
>>> pixels.largest
1.0
"""

from __future__ import annotations

import base64
import math
import struct
import zlib
from dataclasses import dataclass

from micrograd_tut.drawing.theme import Theme

Colour = tuple[int, int, int]
Spot = tuple[float, float, float]
"""A point on a picture: the fractions of its width and height, and its number."""

_NEGATIVE = 0.6  # of the full colour, so that signs differ on a print without colours too
_UNDER_SPOTS = 0.6  # of the full colour, so that points of the same colour stand out
_MIN_SIDE = 160  # dots of the file; browsers would blur fewer


@dataclass(slots=True)
class Pixels:
    """A picture of numbers.

    Attributes:
        rows: The numbers, row by row from the top.
        signed: Whether colours show the sign, blue for positive and a lighter orange for negative;
            otherwise 0 is the colour of the paper and the largest number that of the ink.
        scale: The number with the full colour (default: the largest).
        spots: Points to draw on it.
    """

    rows: list[list[float]]
    signed: bool = False
    scale: float | None = None
    spots: tuple[Spot, ...] = ()

    @property
    def largest(self) -> float:
        """The largest absolute value of the finite numbers; 0.0 if no number is finite."""
        sizes = (abs(x) for row in self.rows for x in row if math.isfinite(x))
        return max(sizes, default=0.0)

    def uri(self, theme: Theme) -> str:
        """The picture as a PNG in a data URI."""
        scale = self.scale or self.largest or 1.0
        ends = [theme.arrows["negative"], theme.arrows["positive"]]
        negative, positive = map(rgb, ends if self.signed else [theme.paper, theme.ink])
        shade = _NEGATIVE if self.signed else 1.0
        paper, full = rgb(theme.paper), _UNDER_SPOTS if self.spots else 1.0
        colours = [
            [
                _mix(paper, positive, full * _fraction(x, scale))
                if x > 0
                else _mix(paper, negative, shade * full * _fraction(x, scale))
                for x in row
            ]
            for row in self.rows
        ]
        return f"data:image/png;base64,{base64.b64encode(png_of(colours)).decode()}"


def _fraction(x: float, scale: float) -> float:
    """The share of the full colour; that of nan is 0."""
    return 0.0 if math.isnan(x) else min(abs(x) / scale, 1.0)


def rgb(colour: str) -> Colour:
    """The parts of a colour such as ``#0067a8``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(paper: Colour, full: Colour, fraction: float) -> Colour:
    r, g, b = (round(p + (f - p) * fraction) for p, f in zip(paper, full, strict=True))
    return r, g, b


def png_of(colours: list[list[Colour]]) -> bytes:
    """Rows of colours as a PNG file, every number a square of several dots.

    Source: W3C 2003, Portable Network Graphics Specification (Second Edition).
    """
    dots = math.ceil(_MIN_SIDE / max(len(colours), len(colours[0])))
    width, height = dots * len(colours[0]), dots * len(colours)
    data = bytearray()
    for row in colours:
        line = b"".join(bytes(colour) * dots for colour in row)
        data += (b"\0" + line) * dots
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(data), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)
