"""Line charts as SVG: numbers over epochs, in panels side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from micrograd_tut.drawing.dot import FAMILY
from micrograd_tut.drawing.text import short, text_width
from micrograd_tut.drawing.theme import LIGHT

_WIDTH, _HEIGHT = 320, 200  # of the area of the lines, in pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 18, 14, 44  # around it
_LEGEND = 18  # pixels per line of the legend
_FONT = 11  # pixels
_MAX_POINTS = 400  # of a line; of more, the lowest and the highest of each stretch are drawn
_LARGEST = 1e300
_TICKS = 5  # about so many on each axis


class Line(NamedTuple):
    """One curve.

    Attributes:
        label: What the legend calls it.
        numbers: Its numbers, from 1 along the horizontal axis; inf and nan leave a gap.
        colour: A colour of CSS.
        dashed: Whether it is dashed.
    """

    label: str
    numbers: Sequence[float]
    colour: str
    dashed: bool


class Axis(NamedTuple):
    """A scale from numbers to pixels.

    Attributes:
        low, high: The numbers at its ends.
        start, stop: The pixels at its ends.
    """

    low: float
    high: float
    start: float
    stop: float

    def place(self, number: float) -> float:
        """Where a number is, in pixels."""
        fraction = (number - self.low) / (self.high - self.low)
        return self.start + fraction * (self.stop - self.start)

    def ticks(self, whole: bool = False) -> list[float]:
        """Round numbers on it: multiples of 1, 2 or 5 times a power of ten.

        >>> Axis(0.0, 1.0, 0, 100).ticks()
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        """
        rough = (self.high - self.low) / _TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
        step = max(step, 1.0) if whole else step
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        digits = max(0, 1 - math.floor(math.log10(step)))
        return [round(i * step, digits) for i in range(first, last + 1)]


def chart(panels: Sequence[Sequence[Line]], axis: str, mark: int, note: str) -> str:
    """Panels of curves, as one SVG element with no scripts and no links.

    Args:
        panels: The curves of each panel.
        axis: What the horizontal axis counts.
        mark: A place on it, which a dotted line marks.
        note: What the legend calls that line.
    """
    across = _LEFT + _WIDTH + _RIGHT
    rows = max(map(len, panels)) + 1
    width, height = across * len(panels), _TOP + _HEIGHT + _BOTTOM + _LEGEND * rows
    title = f"{', '.join(short(line.label) for panel in panels for line in panel)} by {axis}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" font-family="{FAMILY}" '
            f'font-size="{_FONT}" fill="{LIGHT.ink}">',
            f"<title>{escape(title)}</title>",
            f'<rect width="100%" height="100%" fill="{LIGHT.paper}"/>',
            *(
                element
                for n, panel in enumerate(panels)
                for element in (
                    f'<g transform="translate({n * across} 0)">',
                    *_panel(panel, axis, mark, note),
                    "</g>",
                )
            ),
            "</svg>",
            "",
        ]
    )


def _panel(lines: Sequence[Line], axis: str, mark: int, note: str) -> Iterator[str]:
    x = Axis(1.0, max(2.0, *(len(line.numbers) for line in lines)), _LEFT, _LEFT + _WIDTH)
    y = Axis(*_range([n for line in lines for n in line.numbers]), _TOP + _HEIGHT, _TOP)
    yield from _grid(x, y, axis)
    at = x.place(mark)
    dotted = f'stroke="{LIGHT.faint}" stroke-dasharray="1.5 3"'
    yield f'<path d="M{at:.1f} {y.start}V{y.stop}" {dotted}/>'
    for line in lines:
        yield f'<path d="{_path(line.numbers, x, y)}" fill="none" {_stroke(line)}/>'
        number = line.numbers[mark - 1]
        if _fits(number):
            yield f'<circle cx="{at:.1f}" cy="{y.place(number):.1f}" r="3" fill="{line.colour}"/>'
    for row, (label, stroke) in enumerate(
        [*((line.label, _stroke(line)) for line in lines), (note, dotted)]
    ):
        down = y.start + _BOTTOM + _LEGEND * row
        yield f'<path d="M{_LEFT} {down}h26" {stroke}/>'
        yield f'<text x="{_LEFT + 34}" y="{down + 4}">{escape(short(label))}</text>'


def _fits(number: float) -> bool:
    """Whether a number can be drawn: finite, and not so large that differences overflow."""
    return abs(number) < _LARGEST


def _stroke(line: Line) -> str:
    dashes = ' stroke-dasharray="5 3"' if line.dashed else ""
    return f'stroke="{line.colour}" stroke-width="1.8" stroke-linejoin="round"{dashes}'


def _range(numbers: Sequence[float]) -> tuple[float, float]:
    """The ends of the vertical axis: around the finite numbers, with a margin."""
    finite = [n for n in numbers if _fits(n)] or [0.0]
    low, high = min(finite), max(finite)
    margin = 0.05 * (high - low)
    if not margin > 1e-9 * max(abs(low), abs(high)):
        margin = 0.1 * abs(high) or 0.5
    return low - margin, high + margin


def _grid(x: Axis, y: Axis, axis: str) -> Iterator[str]:
    """The lines and numbers of both axes."""
    faint = f'stroke="{LIGHT.frame}" stroke-opacity="0.35"'
    for tick in y.ticks():
        at = y.place(tick)
        yield f'<path d="M{x.start} {at:.1f}H{x.stop}" {faint}/>'
        text = f"{tick:g}"
        left = x.start - 6 - text_width(text, _FONT)
        yield f'<text x="{left:.1f}" y="{at + 4:.1f}" fill="{LIGHT.faint}">{text}</text>'
    for tick in x.ticks(whole=True):
        at = x.place(tick)
        yield f'<path d="M{at:.1f} {y.start}v4" stroke="{LIGHT.faint}"/>'
        words = f'text-anchor="middle" fill="{LIGHT.faint}"'
        yield f'<text x="{at:.1f}" y="{y.start + 16}" {words}>{tick:g}</text>'
    middle = (x.start + x.stop) / 2
    yield f'<text x="{middle}" y="{y.start + 30}" text-anchor="middle">{escape(axis)}</text>'
    yield f'<path d="M{x.start} {y.start}H{x.stop}" stroke="{LIGHT.frame}"/>'


def _path(numbers: Sequence[float], x: Axis, y: Axis) -> str:
    """The path through the finite numbers; it is interrupted where others are."""
    path, pen = [], "M"
    for i in _shown(numbers):
        if _fits(numbers[i]):
            path.append(f"{pen}{x.place(i + 1):.1f} {y.place(numbers[i]):.1f}")
            pen = "L"
        else:
            pen = "M"
    if len(path) == 1:  # a line of no length, which a round cap would show
        path.append("h0.01")
    return "".join(path)


def _shown(numbers: Sequence[float]) -> Sequence[int]:
    """The indices of the numbers to draw: all, or those that matter at this size."""
    if len(numbers) <= _MAX_POINTS:
        return range(len(numbers))
    size = 2 * len(numbers) / _MAX_POINTS
    kept = {0, len(numbers) - 1}
    for n in range(_MAX_POINTS // 2):
        stretch = range(int(n * size), min(int((n + 1) * size), len(numbers)))
        kept |= {min(stretch, key=numbers.__getitem__), max(stretch, key=numbers.__getitem__)}
    return sorted(kept)
