"""The legend below a picture: what its boxes, arrows, numbers and signs mean."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import accumulate

from micrograd_tut.drawing.dot import arrow_width
from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.text import text_width
from micrograd_tut.drawing.theme import Theme
from micrograd_tut.support.numbers import rounded

# In points:
_LINE_HEIGHT = 20.0
_SYMBOL_WIDTH = 26.0
_GAP = 16.0  # between two entries
_LEFT = 12.0  # the left margin, that of the notes
_MIN_WIDTH = 330.0
_MAX_WIDTH = 720.0  # up to which a narrow picture is widened for a legend of two lines

Entry = tuple[str, str]
"""A mark, as SVG, and what it means."""


def legend(
    scene: Scene, theme: Theme, width: float, *, tooltips: bool = True
) -> tuple[list[str], float, float]:
    """The legend of a scene, as lines of SVG from (0, 0) downwards.

    Args:
        scene: The scene above it.
        theme: Its colours.
        width: The width of the drawing above, in points.
        tooltips: Whether tooltips will work.

    Returns:
        The lines, the width of drawing and legend together, and the height of the legend.
    """
    entries = [*_boxes(scene, theme), *_arrows(scene, theme), *_texts(scene, theme)]
    for left_out, hint in scene.left_out.items():
        entries.append((_sign("–", theme), f"{left_out}; {hint}" if tooltips else left_out))
    if not (scene.legend and entries):
        return [], width, 0.0
    widths = [_SYMBOL_WIDTH + text_width(text, 9) for _, text in entries]
    width = max(width, _MIN_WIDTH, min(_width_of_two_lines(widths), _MAX_WIDTH))
    out, x, y = [], _LEFT, _LINE_HEIGHT * 0.7
    for (symbol, text), needed in zip(entries, widths, strict=True):
        if x > _LEFT and x + needed > width:
            x, y = _LEFT, y + _LINE_HEIGHT
        out.append(
            f'<g transform="translate({x:.1f} {y:.1f})">{symbol}'
            f'<text x="{_SYMBOL_WIDTH:.0f}" y="3.2" font-size="9" fill="{theme.faint}">'
            f"{escape(text)}</text></g>"
        )
        width = max(width, x + needed + _LEFT)
        x += needed + _GAP
    return out, width, y + _LINE_HEIGHT * 0.8


def _width_of_two_lines(widths: list[float]) -> float:
    """The smallest width in which entries of these widths fit into two lines."""
    ends = [0.0, *accumulate(width + _GAP for width in widths)]
    return _LEFT + min(max(end, ends[-1] - end) for end in ends)


_LEAVES = {"leaf", "parameter", "constant"}


def _boxes(scene: Scene, theme: Theme) -> Iterator[Entry]:
    """The kinds of boxes that do not explain themselves."""
    present = {box.kind for box in scene.boxes}
    if len(present & _LEAVES) == 1:  # nothing to tell it from
        present -= {"leaf", "parameter"}
    named = set()
    for name, kind in KINDS.items():
        if name in present and kind.outline and kind.words not in named:
            named.add(kind.words)
            fill, border = theme.boxes[kind.role]
            outline = kind.outline.format(f'fill="{fill}" stroke="{border}"')
            yield f'<g class="{name}">{outline}</g>', scene.kind_words.get(name, kind.words)


def _arrows(scene: Scene, theme: Theme) -> Iterator[Entry]:
    """The colours and heads of arrows, then what their numbers and widths show."""
    signs = {arrow.sign for arrow in scene.arrows}
    words = {
        "positive": "positive",
        "negative": "negative",
        "several": "of several Values",
        "none": "0",
        "undefined": "nan",
    }
    for sign, text in words.items():
        if sign in signs:
            yield _line(sign, theme, 1.8, scene), text
    if signs - {"unknown"}:
        yield _size(scene.largest, theme), _quantity(scene)
    labelled = [arrow for arrow in scene.arrows if arrow.label]
    if scene.edges == "local" and any(arrow.edges == 1 for arrow in labelled):
        yield _sign("0.5", theme, "italic"), "local derivative"
    if any(arrow.edges > 1 for arrow in labelled):
        summed = any("Σ" in arrow.label for arrow in labelled)
        yield _sign("× 9", theme), f"edges drawn as one{', Σ: their sum' if summed else ''}"


def _quantity(scene: Scene) -> str:
    """What the arrows show, and their width: ``gradient that flows back (width: up to 0.5)``."""
    quantity, width = scene.quantity, "width"
    if scene.edges == "plain":
        width = "width and opacity"
    elif scene.edges == "flow":
        quantity = f"local derivative × upstream gradient = {quantity} that flows back"
    else:
        quantity = f"{quantity} that flows back"
    return f"{quantity} ({width}: up to {rounded(scene.largest)})" if scene.largest else quantity


def _texts(scene: Scene, theme: Theme) -> Iterator[Entry]:
    """The meaning of the signs in boxes and beside arrows."""
    for mark, text in scene.marks.items():
        yield _sign(mark, theme), text
    marked = any(arrow.operand is not None and arrow.label for arrow in scene.arrows)
    if marked or any(box.operands for box in scene.boxes):
        yield _sign("1st", theme), "order of the inputs"
    lines = [line for box in scene.boxes for line in box.lines]
    if any(line.startswith("data ") and "…" in line for line in lines):
        yield _sign("…", theme), "smallest … largest"
    if any(line.startswith("‖") for line in lines):
        parameters = " (w: parameters)" if any("‖grad w" in line for line in lines) else ""
        yield _sign("‖ ‖", theme), f"norm of several gradients{parameters}"


def _size(largest: float, theme: Theme) -> str:
    wedge = arrow_width(largest, largest) / 2
    mark = f'<polygon points="0,-0.4 20,-{wedge} 20,{wedge} 0,0.4" fill="{theme.faint}"/>'
    return f'<g class="size">{mark}</g>'


def _sign(text: str, theme: Theme, style: str = "normal") -> str:
    italic = f' font-style="{style}"' if style != "normal" else ""
    return f'<text x="0" y="3.2" font-size="9" fill="{theme.ink}"{italic}>{text}</text>'


def _line(sign: str, theme: Theme, width: float, scene: Scene) -> str:
    colour = theme.arrows[sign]
    plain, back = scene.edges == "plain", scene.flows_back
    inside = "none" if sign == "negative" else colour
    headless = plain or sign == "none"
    shaft = "M0,0H20" if headless else "M6,0H20" if back else "M0,0H14"
    tip = "6,-3.5 0,0 6,3.5" if back else "14,-3.5 20,0 14,3.5"
    dashed = sign == "undefined" or (plain and sign == "negative")
    dashes = "1,3" if sign == "none" else "5,2" if dashed else "none"
    head = "" if headless else f'<polygon points="{tip}" fill="{inside}" stroke="{colour}"/>'
    return (
        f'<g class="{sign}"><path d="{shaft}" fill="none" stroke="{colour}" '
        f'stroke-width="{width}" stroke-dasharray="{dashes}"/>{head}</g>'
    )
