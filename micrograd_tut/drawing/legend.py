"""The legend below a picture: what its boxes, arrows, numbers and signs mean."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

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
    if not scene.legend:
        return [], width, 0.0
    entries = [*_boxes(scene, theme), *_arrows(scene, theme), *_texts(scene, theme)]
    for left_out, hint in scene.left_out.items():
        entries.append((_sign("–", theme), f"{left_out}; {hint}" if tooltips else left_out))
    width = max(width, _MIN_WIDTH)
    out, x, y = [], _LEFT, _LINE_HEIGHT * 0.7
    for symbol, text in entries:
        needed = _SYMBOL_WIDTH + text_width(text, 9)
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


def _boxes(scene: Scene, theme: Theme) -> Iterator[tuple[str, str]]:
    present = {box.kind for box in scene.boxes}
    for name, kind in KINDS.items():
        if name in present and kind.words:
            fill, border = theme.boxes[kind.role]
            outline = kind.outline.format(f'fill="{fill}" stroke="{border}"')
            yield f'<g class="{name}">{outline}</g>', scene.kind_words.get(name, kind.words)


def _arrows(scene: Scene, theme: Theme) -> Iterator[tuple[str, str]]:
    signs = {arrow.sign for arrow in scene.arrows}
    back = "" if scene.edges == "plain" else " flows back"
    words = {
        "positive": f"positive {scene.quantity}{back}",
        "negative": f"negative {scene.quantity}{back}",
        "none": f"{scene.quantity} of exactly 0",
        "undefined": f"{scene.quantity} of nan: not a number",
    }
    for sign, text in words.items():
        if sign in signs:
            yield _line(sign, theme, 1.8, scene.edges), text
    if "unknown" in signs:
        yield (
            _line("unknown", theme, 1.2, scene.edges),
            ("constant: gradient not tracked" if len(signs) > 1 else "is an input of"),
        )
    if top := scene.largest:
        wedge = arrow_width(top, top) / 2
        mark = f'<polygon points="0,-0.4 20,-{wedge} 20,{wedge} 0,0.4" fill="{theme.faint}"/>'
        shown_by = "width and opacity" if scene.edges == "plain" else "width"
        text = f"{shown_by}: size of the {scene.quantity}, up to {rounded(top)}"
        yield f'<g class="size">{mark}</g>', text


def _texts(scene: Scene, theme: Theme) -> Iterator[tuple[str, str]]:
    """The meaning of the numbers on arrows and of the signs in boxes."""
    gradients = scene.edges == "flow" and any(arrow.number is not None for arrow in scene.arrows)
    labelled = [arrow.edges for arrow in scene.arrows if arrow.label]
    if 1 in labelled:
        text = "on the edge: local derivative"
        if gradients:
            text += " × upstream gradient = gradient that flows back"
        yield _sign("0.5", theme), text
    if any(edges > 1 for edges in labelled):
        text = "this many edges, drawn as one"
        if gradients:
            text += ", and the sum of their gradients"
        yield _sign("× 9", theme), text
    if any(arrow.edges > 1 and arrow.number is not None for arrow in scene.arrows):
        yield _sign("Σ", theme), "for merged edges, colour and width show the sum"
    marked = any(arrow.operand is not None and arrow.label for arrow in scene.arrows)
    if marked or any(box.operands for box in scene.boxes):
        yield _sign("1st", theme), "position of the input (order matters)"
    if any(line.startswith("data ") and "…" in line for box in scene.boxes for line in box.lines):
        yield _sign("…", theme), "range: smallest … largest, over examples or Values"
    if any(line.startswith("‖") for box in scene.boxes for line in box.lines):
        yield _sign("‖ ‖", theme), "norm of several gradients (w: of the parameters)"


def _sign(text: str, theme: Theme) -> str:
    return f'<text x="0" y="3.2" font-size="9" fill="{theme.ink}">{text}</text>'


def _line(sign: str, theme: Theme, width: float, edges: str) -> str:
    colour = theme.arrows[sign]
    plain, back = edges == "plain", edges == "flow" and sign != "unknown"
    inside = "none" if sign == "negative" else colour
    shaft = "M0,0H20" if plain else "M6,0H20" if back else "M0,0H14"
    tip = "6,-3.5 0,0 6,3.5" if back else "14,-3.5 20,0 14,3.5"
    dashed = sign == "undefined" or (plain and sign == "negative")
    dashes = "1,3" if sign == "none" else "5,2" if dashed else "none"
    head = "" if plain else f'<polygon points="{tip}" fill="{inside}" stroke="{colour}"/>'
    return (
        f'<g class="{sign}"><path d="{shaft}" fill="none" stroke="{colour}" '
        f'stroke-width="{width}" stroke-dasharray="{dashes}"/>{head}</g>'
    )
