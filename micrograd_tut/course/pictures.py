r"""What a question shows: a graph, curves, or a network, as SVG and as text for a terminal.

>>> print("\n".join(text({"plot": "relu(x)", "range": [-2, 2]}, {})))
2 |                             *
  |                           **
  |                        ***
  |                      ***
  |                    ***
  |                  ***
  |                ***
0 |*****************
   -2                           2
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import pairwise
from typing import Any

from micrograd_tut.drawing import draw_plain
from micrograd_tut.drawing.theme import LIGHT
from micrograd_tut.expression import evaluate, expression
from micrograd_tut.ops import to_float
from micrograd_tut.stepping.formula_text import definition
from micrograd_tut.stepping.page_picture import lines_of
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.numbers import rounded, shown

Curve = list[tuple[float, float]]

_SAMPLES = 120
_WIDTH, _HEIGHT = 260, 150  # of a plot, in pixels
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 24
_STYLES = ((LIGHT.arrows["positive"], ""), (LIGHT.arrows["negative"], "6 4"))
_COLUMNS, _ROWS, _MARKS = 30, 8, "*o"  # of a plot in a terminal


def svg(picture: Mapping[str, Any], where: Mapping[str, float], about: str) -> str:
    """The picture of a question as SVG; "" if it has none.

    Args:
        picture: Its description in the file.
        where: The number that each name in a graph stands for.
        about: What it is called for a screen reader.
    """
    if "graph" in picture:
        return _graph(picture, where)
    if "plot" in picture:
        return _plot(curves(picture), about)
    if "network" in picture:
        return _network(picture["network"], about)
    return ""


def text(picture: Mapping[str, Any], where: Mapping[str, float]) -> list[str]:
    """A picture as lines of text."""
    if "graph" in picture:
        walk = Walkthrough(expression(picture["graph"], where))
        values = walk.names.values().values()
        leaves = ", ".join(sorted(definition(v, walk.names) for v in values if not v.op))
        computed = (f"{definition(v, walk.names)} = {shown(v.data)}" for v in values if v.op)
        return [leaves, *computed]
    if "plot" in picture:
        return _text_plot(curves(picture))
    if "network" in picture:
        names = ["inputs", *(f"layer {n}" for n in range(1, len(picture["network"])))]
        return [
            f"{n:8} {'o ' * size}".rstrip()
            for n, size in zip(names, picture["network"], strict=True)
        ]
    return []


def curves(picture: Mapping[str, Any]) -> dict[str, Curve]:
    """The points of each curve of a plot, by its name."""
    first, last = picture["range"]
    formulas = picture["plot"]
    named = formulas if isinstance(formulas, dict) else {"": formulas}
    xs = [first + (last - first) * i / _SAMPLES for i in range(_SAMPLES + 1)]
    return {
        name: [(x, to_float(evaluate(formula, {"x": x}))) for x in xs]
        for name, formula in named.items()
    }


def _graph(picture: Mapping[str, Any], where: Mapping[str, float]) -> str:
    walk = Walkthrough(expression(picture["graph"], where))
    return draw_plain(walk.output, {v: lines_of(v, walk.names) for v in walk.order}).svg()


def _heights(drawn: Mapping[str, Curve]) -> tuple[float, float]:
    """The lowest and the highest number of all curves and 0, so that what is level looks level."""
    ys = [0.0, *(y for curve in drawn.values() for _, y in curve)]
    return min(ys), max(ys)


# --- SVG ----------------------------------------------------------------------------------------


def _opened(width: float, height: float, about: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(about)}" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="DejaVu Sans, Verdana, Helvetica, Arial, sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="{LIGHT.paper}"/>'
    )


def _plot(drawn: Mapping[str, Curve], about: str) -> str:
    low, high = _heights(drawn)
    first, last = (next(iter(drawn.values()))[i][0] for i in (0, -1))
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            _LEFT + (right - _LEFT) * (x - first) / (last - first),
            bottom - (bottom - _TOP) * (y - low) / (high - low),
        )

    parts = [_opened(_WIDTH, _HEIGHT, about)]
    for x1, y1, x2, y2 in ((_LEFT, _TOP, _LEFT, bottom), (_LEFT, bottom, right, bottom)):
        parts.append(_line(x1, y1, x2, y2, LIGHT.frame))
    if first < 0 < last:
        parts.append(_line(place(0, 0)[0], _TOP, place(0, 0)[0], bottom, LIGHT.frame, "2 3"))
    if low < 0 < high:
        parts.append(_line(_LEFT, place(0, 0)[1], right, place(0, 0)[1], LIGHT.frame, "2 3"))
    parts += [
        _label(_LEFT - 4, bottom, rounded(low, 2), "end"),
        _label(_LEFT - 4, _TOP + 8, rounded(high, 2), "end"),
        _label(_LEFT, bottom + 15, rounded(first, 2), "middle"),
        _label(right, bottom + 15, rounded(last, 2), "end"),
    ]
    for i, (name, curve) in enumerate(drawn.items()):
        colour, dashes = _STYLES[i]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in curve))
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dashed} points="{points}"/>'
        )
        if name:
            y = _TOP + 12 + 15 * i
            parts.append(_line(right - 92, y - 4, right - 68, y - 4, colour, dashes, 2))
            parts.append(_label(right - 62, y, name, "start"))
    return "".join([*parts, "</svg>"])


def _network(sizes: list[int], about: str) -> str:
    """Circles and lines; inputs are squares."""
    across, down, radius = 90, 34, 11
    width, height = 40 + across * (len(sizes) - 1), 12 + down * max(sizes)
    columns = [
        [(20 + across * k, height / 2 + down * (i - (size - 1) / 2)) for i in range(size)]
        for k, size in enumerate(sizes)
    ]
    parts = [_opened(width, height, about)]
    for left, right in pairwise(columns):
        parts += [_line(*a, *b, LIGHT.faint) for a in left for b in right]
    for k, column in enumerate(columns):
        fill, border = LIGHT.boxes["computed" if k else "input"]
        look = f'fill="{fill}" stroke="{border}" stroke-width="1.5"'
        for x, y in column:
            parts.append(
                f'<circle cx="{x}" cy="{y}" r="{radius}" {look}/>'
                if k
                else f'<rect x="{x - 10}" y="{y - 10}" width="20" height="20" {look}/>'
            )
    return "".join([*parts, "</svg>"])


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "", width: float = 1
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"{dashed}/>'


def _label(x: float, y: float, label: str, anchor: str) -> str:
    ends = f'x="{x}" y="{y}" text-anchor="{anchor}"'
    return f'<text {ends} fill="{LIGHT.ink}">{escape(label)}</text>'


# --- Text ---------------------------------------------------------------------------------------


def _text_plot(drawn: Mapping[str, Curve]) -> list[str]:
    low, high = _heights(drawn)
    cells = [[" "] * _COLUMNS for _ in range(_ROWS)]
    for mark, curve in zip(_MARKS, drawn.values(), strict=False):
        for i, (_, y) in enumerate(curve):
            row = round((_ROWS - 1) * (high - y) / (high - low))
            cells[row][min(i * _COLUMNS // _SAMPLES, _COLUMNS - 1)] = mark
    marks = {0: rounded(high, 3), _ROWS - 1: rounded(low, 3)}
    wide = max(map(len, marks.values()))
    lines = [f"{marks.get(i, ''):>{wide}} |{''.join(row)}".rstrip() for i, row in enumerate(cells)]
    first, last = (rounded(next(iter(drawn.values()))[i][0], 3) for i in (0, -1))
    lines.append(f"{'':{wide}}  {first:<{_COLUMNS - 1}}{last}")
    named = [f"{mark} {name}" for mark, name in zip(_MARKS, drawn, strict=False) if name]
    return [*lines, *named]
