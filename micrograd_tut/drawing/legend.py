"""The legend below a picture: every mark in it, and what the mark means."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from micrograd_tut.drawing.dot import width as arrow_width
from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.text import length
from micrograd_tut.drawing.theme import Theme
from micrograd_tut.support.numbers import rounded

LINE = 20.0  # points from one row to the next
_MARK = 26.0  # the width of a mark
_GAP = 16.0  # between one entry and the next
_LEFT = 12.0  # where rows start, below the notes
_NARROWEST = 330.0


def legend(
    scene: Scene, theme: Theme, width: float, *, tooltips: bool = True
) -> tuple[list[str], float, float]:
    """The legend of a scene, as lines of SVG from (0, 0) downwards.

    Args:
        scene: What is drawn.
        theme: Its colours.
        width: The width of the drawing above, in points.
        tooltips: Whether one can point at things, to learn more about them.

    Returns:
        The lines, the width that the whole picture needs, and the height of the legend.
    """
    entries = [*_boxes(scene, theme), *_arrows(scene, theme), *_texts(scene, theme)]
    for what, where in scene.left_out.items():
        entries.append((_written("–", theme), f"{what}; {where}" if tooltips else what))
    if not entries:
        return [], width, 0.0
    width = max(width, _NARROWEST)
    out, x, y = [], _LEFT, LINE * 0.7
    for mark, text in entries:
        needed = _MARK + length(text, 9)
        if x > _LEFT and x + needed > width:
            x, y = _LEFT, y + LINE
        out.append(
            f'<g transform="translate({x:.1f} {y:.1f})">{mark}'
            f'<text x="{_MARK:.0f}" y="3.2" font-size="9" fill="{theme.faint}">'
            f"{escape(text)}</text></g>"
        )
        width = max(width, x + needed + _LEFT)
        x += needed + _GAP
    return out, width, y + LINE * 0.8


def _boxes(scene: Scene, theme: Theme) -> Iterator[tuple[str, str]]:
    present = {box.kind for box in scene.boxes}
    for name, kind in KINDS.items():
        if name in present and kind.words:
            fill, border = theme.boxes[kind.role]
            outline = kind.outline.format(f'fill="{fill}" stroke="{border}"')
            yield f'<g class="{name}">{outline}</g>', scene.legend.get(name, kind.words)


def _arrows(scene: Scene, theme: Theme) -> Iterator[tuple[str, str]]:
    signs = {arrow.sign for arrow in scene.arrows}
    back = "" if scene.edges == "plain" else " flows back"
    words = {
        "positive": f"positive {scene.flows}{back}",
        "negative": f"negative {scene.flows}{back}",
        "none": f"{scene.flows} of exactly 0",
        "undefined": f"{scene.flows} of nan: not a number",
    }
    for sign, told in words.items():
        if sign in signs:
            yield _line(sign, theme, 1.8, scene.edges), told
    if "unknown" in signs:
        yield (
            _line("unknown", theme, 1.2, scene.edges),
            ("takes no gradient" if len(signs) > 1 else "feeds into"),
        )
    if top := scene.largest:
        wedge = arrow_width(top, top) / 2
        mark = f'<polygon points="0,-0.4 20,-{wedge} 20,{wedge} 0,0.4" fill="{theme.faint}"/>'
        look = "width and strength" if scene.edges == "plain" else "width"
        told = f"{look}: size of the {scene.flows}, up to {rounded(top)}"
        yield f'<g class="size">{mark}</g>', told


def _texts(scene: Scene, theme: Theme) -> Iterator[tuple[str, str]]:
    """What the numbers mean that are written on arrows, and the signs in boxes."""
    flowing = scene.edges == "flow" and any(arrow.flow is not None for arrow in scene.arrows)
    labelled = [arrow.edges for arrow in scene.arrows if arrow.label]
    if 1 in labelled:
        told = "local derivative" + (" × upstream = what flows" if flowing else "")
        yield _written("0.5", theme), told
    if any(edges > 1 for edges in labelled):
        told = "as many edges drawn as one" + (", and the sum of what flows" if flowing else "")
        yield _written("× 9", theme), told
    if any(arrow.edges > 1 and arrow.flow is not None for arrow in scene.arrows):
        yield _written("Σ", theme), "colour and width of edges drawn as one: of their sum"
    marked = any(arrow.operand is not None and arrow.label for arrow in scene.arrows)
    if marked or any(box.operands for box in scene.boxes):
        yield _written("1st", theme), "which input is which, where the order matters"
    if any(line.startswith("data ") and "…" in line for box in scene.boxes for line in box.lines):
        yield _written("…", theme), "from the least to the largest, over examples or Values"
    if any(line.startswith("‖") for box in scene.boxes for line in box.lines):
        told = "size of several gradients (w: of parameters), root of the sum of squares"
        yield _written("‖ ‖", theme), told


def _written(text: str, theme: Theme) -> str:
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
