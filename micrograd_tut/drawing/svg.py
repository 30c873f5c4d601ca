"""From what a layout engine wrote to the SVG that people see.

Graphviz knows where things are. Here they get their classes and tooltips, the heads become bold,
a legend is put below, and everything that a picture has no use for goes: links, comments, the
document type.
"""

from __future__ import annotations

import math
import re
from html import escape

from micrograd_tut.drawing.dot import FONT, edge_id, node_id
from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.legend import legend
from micrograd_tut.drawing.render import FAMILY
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.text import AHEAD, visible
from micrograd_tut.drawing.theme import DARK, THEMES, Theme

_VIEW = re.compile(r'viewBox="([-\d. ]+)"')
_NOISE = {  # and what to put in its place; the background goes, for ours covers the legend too
    re.compile(r"<!--.*?-->\n"): "",
    re.compile(r'<g id="graph0"([^>]*>)\n(?:<title>.*\n)?<polygon.*\n'): r"<g\1\n",
    re.compile(r'<g id="[^"]*" class="cluster">\n<title>.*\n'): '<g class="cluster">\n',
}
_MARKED = re.compile(r'<g id="(node|edge)(?:&#45;|-)(\d+)" class=.*\n<title>.*\n((?s:.*?))</g>')


def finished(raw: str, scene: Scene, theme: str, style: str = "", *, tooltips: bool = True) -> str:
    """The SVG to show.

    Args:
        raw: What the layout engine wrote.
        scene: What it was asked to draw.
        theme: One of `THEMES`.
        style: More CSS, after the picture's own.
        tooltips: Whether one will be able to point at things in it.
    """
    colours = THEMES[theme]
    body = _body(raw, _marks(scene))
    _, _, width, height = (float(n) for n in _VIEW.search(raw)[1].split())  # type: ignore[index]
    below, wide, tall = legend(scene, colours, width, tooltips=tooltips)
    size = _whole(wide), _whole(height + tall)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_text(scene.title)}" '
            f'width="{size[0]}pt" height="{size[1]}pt" viewBox="0 0 {size[0]} {size[1]}" '
            f'font-family="{FAMILY}" class="micrograd-tut">',
            f"<title>{_text(scene.title)}</title>",
            f"<style>{_halo(colours)}{_style(theme)}{style}</style>",
            f'<rect class="paper" width="100%" height="100%" fill="{colours.paper}"/>',
            body,
            f'<g class="legend" transform="translate(0 {height:.2f})">',
            *below,
            "</g>",
            "</svg>",
            "",
        ]
    )


def _whole(points: float) -> int:
    """A size of whole pixels, which are 3/4 of a point: else the outermost is half covered."""
    return 3 * math.ceil(points / 3)


def _text(text: str) -> str:
    return escape(visible(text))


Mark = tuple[str, str, int | None]
"""The class and the tooltip of a node or an edge, and which of its texts, if any, is the head."""


def _marks(scene: Scene) -> dict[str, Mark]:
    """The mark of every node and edge, by id."""
    marks: dict[str, Mark] = {}
    for n, box in enumerate(scene.boxes):
        before = len(box.operands) if scene.direction in AHEAD else 0
        marks[node_id(n)] = f"node {box.kind}", box.tooltip, before if box.headed else None
    for n, arrow in enumerate(scene.arrows):
        marks[edge_id(n)] = f"edge {arrow.sign}", arrow.tooltip, None
    return marks


def _body(raw: str, marks: dict[str, Mark]) -> str:
    """The drawing itself, every group with our class and tooltip."""

    def group(found: re.Match[str]) -> str:
        what, n, inside = found.groups()
        kind, tooltip, head = marks[f"{what}-{n}"]
        title = f"<title>{_tooltip(tooltip)}</title>\n" if tooltip else ""
        if head is not None:
            *before, rest = inside.split("<text", head + 1)
            inside = "<text".join([*before, f' font-weight="bold"{rest}'])
        if kind == "edge negative":
            inside = _HEAD.sub(_thin, inside)
        return f'<g id="{what}-{n}" class="{kind}">\n{title}{inside}</g>'

    drawing = raw[raw.index("<g id=") : raw.rindex("</svg>")].rstrip()
    drawing = drawing.replace(' xml:space="preserve"', "").replace(f' font-family="{FONT}"', "")
    for pattern, put in _NOISE.items():
        drawing = pattern.sub(put, drawing)
    for start in (">grad ", ">‖grad‖"):
        drawing = drawing.replace(start, f' class="grad"{start}')
    return _MARKED.sub(group, drawing)


_HEAD = re.compile(r'(<polygon .*?stroke-width=")([\d.]+)')
_THIN = 1.2  # points around a hollow arrowhead: the line's own width would fill it


def _thin(found: re.Match[str]) -> str:
    return f"{found[1]}{min(float(found[2]), _THIN):g}"


def _tooltip(text: str) -> str:
    if not text.replace("\n", "").isprintable():
        text = "\n".join(map(visible, text.split("\n")))
    return escape(text, quote=False)


def _halo(theme: Theme) -> str:
    """What keeps a number on an arrow readable where a line crosses it."""
    return (
        f".micrograd-tut .edge > text {{stroke: {theme.paper}; stroke-width: 2.5px; "
        f"stroke-linejoin: round; paint-order: stroke}}"
    )


def _style(theme: str) -> str:
    if theme != "auto":
        return ""
    return f"@media (prefers-color-scheme: dark) {{{_colours(DARK)}}}"


def _colours(theme: Theme) -> str:
    """A theme as CSS, which outranks the colours that stand in the elements."""
    rules = [
        _halo(theme),
        f".micrograd-tut text {{fill: {theme.ink}}}",
        f".micrograd-tut .paper {{fill: {theme.paper}}}",
        *(
            f".micrograd-tut .{where} {{fill: {theme.faint}}}"
            for where in ("graph > text", "cluster > text", "legend text")
        ),
        f".micrograd-tut .cluster > path, .micrograd-tut .cluster > polygon "
        f"{{fill: {theme.paper}; stroke: {theme.frame}}}",
    ]
    shapes = ("path", "polygon", "ellipse", "polyline", "rect", "circle")
    for name, kind in KINDS.items():
        fill, border = theme.boxes[kind.role]
        where = ", ".join(f".micrograd-tut .{name} > {s}" for s in shapes)
        rules.append(f"{where} {{fill: {fill}; stroke: {border}}}")
        rules.append(f".micrograd-tut .{name} > polyline {{fill: none}}")
    for sign, colour in theme.arrows.items():
        rules.append(f".micrograd-tut .{sign} > path {{stroke: {colour}}}")
        head = "none" if sign == "negative" else colour
        rules.append(f".micrograd-tut .{sign} > polygon {{stroke: {colour}; fill: {head}}}")
    rules.append(f".micrograd-tut .size > polygon {{fill: {theme.faint}}}")
    return "".join(rules)
