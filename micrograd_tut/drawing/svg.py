"""Post-process Graphviz's SVG output.

Boxes and arrows get their classes and tooltips, titles become bold, the legend is added, and links,
comments and the document type are removed.
"""

from __future__ import annotations

import math
import re
from html import escape

from micrograd_tut.drawing.description import description
from micrograd_tut.drawing.dot import FAMILY, FONT, edge_name, node_name
from micrograd_tut.drawing.dot_syntax import OPERANDS_FIRST
from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.legend import legend
from micrograd_tut.drawing.pictures import with_pictures
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.scope import SCOPE, scoped
from micrograd_tut.drawing.straight_edges import straighten
from micrograd_tut.drawing.text import visible
from micrograd_tut.drawing.theme import DARK, THEMES, Theme

_VIEW = re.compile(r'viewBox="([-\d. ]+)"')
_REPLACED = {  # the background among them: ours is behind the legend too
    re.compile(r"<!--.*?-->\n"): "",
    re.compile(r'<g id="graph0"([^>]*>)\n(?:<title>.*\n)?<polygon.*\n'): r"<g\1\n",
    re.compile(r'<g id="[^"]*" class="cluster">\n<title>.*\n'): '<g class="cluster">\n',
}
_CLASSES = re.compile(r'class="([^"]*)"')
_NODE_OR_EDGE = re.compile(
    r'<g id="(node|edge)(?:&#45;|-)(\d+)" class=.*\n<title>.*\n((?s:.*?))</g>'
)


def finish_svg(
    raw: str, scene: Scene, theme: str, style: str = "", *, tooltips: bool = True
) -> str:
    """The complete SVG of a picture.

    Args:
        raw: The SVG of the layout engine.
        scene: The scene that it has laid out.
        theme: One of `THEMES`.
        style: More CSS, after the picture's own; its rules start with `SCOPE`.
        tooltips: Whether tooltips will work.
    """
    colours = THEMES[theme]
    if scene.straight:
        raw, hidden = straighten(raw, scene, colours)
        scene = scene.without_labels(hidden)
    raw = with_pictures(raw, scene, colours)
    body = _body(raw, _marks(scene), local=scene.edges == "local")
    _, _, width, height = (float(n) for n in _VIEW.search(raw)[1].split())  # type: ignore[index]
    key, full_width, key_height = legend(scene, colours, width, tooltips=tooltips)
    size = _whole_pixels(full_width), _whole_pixels(height + key_height)
    halo = _halo(colours) if any(arrow.label for arrow in scene.arrows) else ""
    name, css = scoped(halo + _dark_style(theme, "".join([body, *key])) + style)
    if key:
        key = [f'<g class="legend" transform="translate(0 {height:.2f})">', *key, "</g>"]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_text(scene.title)}" '
            f'width="{size[0]}pt" height="{size[1]}pt" viewBox="0 0 {size[0]} {size[1]}" '
            f'font-family="{FAMILY}" class="{SCOPE} {name}">',
            f"<title>{_text(scene.title)}</title>",
            f"<desc>{_text(description(scene))}</desc>",
            *([f"<style>{css}</style>"] if css else []),
            f'<rect class="paper" width="100%" height="100%" fill="{colours.paper}"/>',
            body,
            *key,
            "</svg>",
            "",
        ]
    )


def _whole_pixels(points: float) -> int:
    """`points` rounded up to whole pixels of 3/4 point, so that no pixel is partly covered."""
    return 3 * math.ceil(points / 3)


def _text(text: str) -> str:
    return escape(visible(text))


Mark = tuple[str, str, int | None]
"""The class and tooltip of a node or an edge, and the index of its bold text, if any."""


def _marks(scene: Scene) -> dict[str, Mark]:
    """The mark of every node and edge, by id."""
    marks: dict[str, Mark] = {}
    for n, box in enumerate(scene.boxes):
        first = len(box.operands) if scene.direction in OPERANDS_FIRST else 0
        bold = first if box.has_bold_line else None
        marks[node_name(n)] = f"node {box.kind}", box.tooltip, bold
    for n, arrow in enumerate(scene.arrows):
        marks[edge_name(n)] = f"edge {arrow.sign}", arrow.tooltip, None
    return marks


def _body(raw: str, marks: dict[str, Mark], *, local: bool) -> str:
    """The drawing without the legend; every node and edge with its class and tooltip.

    Args:
        raw: The SVG of the layout engine.
        marks: The mark of every node and edge.
        local: Whether the labels of edges are local derivatives, which are in italics.
    """

    def group(match: re.Match[str]) -> str:
        element, n, inside = match.groups()
        css_class, tooltip, bold = marks[f"{element}-{n}"]
        title = f"<title>{_tooltip(tooltip)}</title>\n" if tooltip else ""
        if bold is not None:
            *before, rest = inside.split("<text", bold + 1)
            inside = "<text".join([*before, f' font-weight="bold"{rest}'])
        if element == "edge" and local:
            inside = inside.replace("<text", '<text font-style="italic"')
        if css_class == "edge negative":
            inside = _ARROWHEAD.sub(_with_thin_border, inside)
        return f'<g class="{css_class} {element}-{n}">\n{title}{inside}</g>'

    drawing = raw[raw.index("<g id=") : raw.rindex("</svg>")].rstrip()
    drawing = drawing.replace(' xml:space="preserve"', "").replace(f' font-family="{FONT}"', "")
    for pattern, replacement in _REPLACED.items():
        drawing = pattern.sub(replacement, drawing)
    for start in (">grad ", ">‖grad‖", ">‖grad w‖"):
        drawing = drawing.replace(start, f' class="grad"{start}')
    return _NODE_OR_EDGE.sub(group, drawing)


_ARROWHEAD = re.compile(r'(<polygon .*?stroke-width=")([\d.]+)')
_THIN = 1.2  # points; a border as wide as the line would fill a hollow arrowhead


def _with_thin_border(match: re.Match[str]) -> str:
    return f"{match[1]}{min(float(match[2]), _THIN):g}"


def _tooltip(text: str) -> str:
    if not text.replace("\n", "").isprintable():
        text = "\n".join(map(visible, text.split("\n")))
    return escape(text, quote=False)


def _halo(theme: Theme) -> str:
    """An outline around the labels of arrows, which stay readable if a line crosses them."""
    return (
        f".{SCOPE} .edge > text {{stroke: {theme.paper}; stroke-width: 2.5px; "
        f"stroke-linejoin: round; paint-order: stroke}}"
    )


def _dark_style(theme: str, drawn: str) -> str:
    if theme != "auto":
        return ""
    classes = {name for found in _CLASSES.findall(drawn) for name in found.split()}
    return f"@media (prefers-color-scheme: dark) {{{_colours(DARK, classes)}}}"


def _colours(theme: Theme, classes: set[str]) -> str:
    """A theme as CSS, which overrides the colours in the attributes of the elements.

    Args:
        theme: The theme.
        classes: Those of the elements; kinds of boxes that are not among them are left out.
    """
    rules = [
        _halo(theme),
        f".{SCOPE} text {{fill: {theme.ink}}}",
        f".{SCOPE} .paper {{fill: {theme.paper}}}",
        *(
            f".{SCOPE} .{where} {{fill: {theme.faint}}}"
            for where in ("graph > text", "cluster > text", "legend text")
        ),
        f".{SCOPE} .cluster > path, .{SCOPE} .cluster > polygon "
        f"{{fill: {theme.paper}; stroke: {theme.frame}}}",
    ]
    shapes = ("path", "polygon", "ellipse", "polyline", "rect", "circle")
    for name, kind in ((name, KINDS[name]) for name in KINDS if name in classes):
        fill, border = theme.boxes[kind.role]
        where = ", ".join(f".{SCOPE} .{name} > {s}" for s in shapes)
        rules.append(f"{where} {{fill: {fill}; stroke: {border}}}")
        rules.append(f".{SCOPE} .{name} > polyline {{fill: none}}")
    for sign, colour in theme.arrows.items():
        rules.append(f".{SCOPE} .{sign} > path {{stroke: {colour}}}")
        head = "none" if sign == "negative" else colour
        rules.append(f".{SCOPE} .{sign} > polygon {{stroke: {colour}; fill: {head}}}")
    rules.append(f".{SCOPE} .size > polygon {{fill: {theme.faint}}}")
    return "".join(rules)
