"""From what a layout engine wrote to the SVG that people see.

Graphviz knows where things are. Here they get their classes and tooltips, the heads become bold,
a legend is put below, and everything that a picture has no use for goes: links, comments, the
document type.
"""

from __future__ import annotations

import re
from html import escape

from micrograd_tut.drawing.dot import edge_id, node_id
from micrograd_tut.drawing.legend import legend
from micrograd_tut.drawing.render import FAMILY
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.text import visible
from micrograd_tut.drawing.theme import DARK, LIGHT, THEMES, Theme

_ID = re.compile(r'<g id="((?:node|edge)(?:&#45;|-)\d+)" class="(?:node|edge)')
_VIEW = re.compile(r'viewBox="([-\d. ]+)"')
_SHAPES = ("<path", "<polygon", "<ellipse", "<polyline")
_PLAIN = {"constant", "source", "unit", "negative-unit", "dead", "more"}  # no bold heads


def finished(raw: str, scene: Scene, theme: str, style: str = "") -> str:
    """The SVG to show.

    Args:
        raw: What the layout engine wrote.
        scene: What it was asked to draw.
        theme: One of `THEMES`.
        style: More CSS, after the picture's own.
    """
    colours = THEMES[theme]
    body = _body(raw.splitlines(), _marks(scene))
    _, _, width, height = (float(n) for n in _VIEW.search(raw)[1].split())  # type: ignore[index]
    below, wide, tall = legend(scene, colours, width)
    total = height + tall
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{_text(scene.title)}" '
            f'width="{wide:.0f}pt" height="{total:.0f}pt" viewBox="0 0 {wide:.2f} {total:.2f}" '
            f'font-family="{FAMILY}" class="micrograd-tut">',
            f"<title>{_text(scene.title)}</title>",
            f"<style>{_style(theme)}{style}</style>",
            f'<rect class="paper" width="100%" height="100%" fill="{colours.paper}"/>',
            *body,
            f'<g class="legend" transform="translate(0 {height:.2f})">',
            *below,
            "</g>",
            "</svg>",
            "",
        ]
    )


def _text(text: str) -> str:
    return escape(visible(text))


def _marks(scene: Scene) -> dict[str, tuple[str, str]]:
    """The class and the tooltip of every node and edge, by id."""
    nodes = {node_id(n): (f"node {b.kind}", b.tooltip) for n, b in enumerate(scene.boxes)}
    edges = {edge_id(n): (f"edge {a.sign}", a.tooltip) for n, a in enumerate(scene.arrows)}
    return nodes | edges


def _body(lines: list[str], marks: dict[str, tuple[str, str]]) -> list[str]:
    """The drawing itself, line by line, as Graphviz writes one element a line."""
    out: list[str] = []
    tooltip, texts, bold = "", 0, False
    inside = False
    for line in lines:
        if not inside:  # the outermost <g> starts the drawing
            inside = line.startswith("<g id=")
            if not inside:
                continue
        if line.startswith(_SHAPES):
            if 'class="graph"' not in out[-1]:  # the background: ours covers the legend too
                out.append(line)
            continue
        if line.startswith(("<!--", "</svg", " -->")):
            continue
        if found := _ID.match(line):
            key = found[1].replace("&#45;", "-")
            kind, tooltip = marks[key]
            texts, bold = 0, kind.startswith("node") and kind.split()[1] not in _PLAIN
            line = f'<g id="{key}" class="{kind}">'
        elif line.startswith("<g id="):
            tooltip, bold = "", False
            line = re.sub(r' id="[^"]*"', "", line)
        elif line.startswith("<title>"):
            if not tooltip:
                continue
            line = f"<title>{escape(_visible_lines(tooltip))}</title>"
        elif line.startswith("<text"):
            line = _text_line(line, bold and not texts, texts)
            texts += 1
        out.append(line)
    return out


def _visible_lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


_FONT = re.compile(r' (?:xml:space="preserve"|font-family="[^"]*")')
_GRAD = re.compile(r">(grad |‖grad‖)")


def _text_line(line: str, head: bool, place: int) -> str:
    line = _FONT.sub("", line)
    if head:
        return line.replace("<text", '<text class="head" font-weight="bold"', 1)
    if place and _GRAD.search(line):
        return line.replace("<text", '<text class="grad"', 1)
    return line


def _style(theme: str) -> str:
    if theme != "auto":
        return ""
    return f"@media (prefers-color-scheme: dark) {{{_colours(DARK)}}}"


def _colours(theme: Theme) -> str:
    """A theme as CSS, which outranks the colours that stand in the elements."""
    rules = [
        f".micrograd-tut text {{fill: {theme.ink}}}",
        f".micrograd-tut .paper {{fill: {theme.paper}}}",
        *(
            f".micrograd-tut .{where} {{fill: {theme.faint}}}"
            for where in ("graph > text", "cluster > text", "legend text")
        ),
        f".micrograd-tut .cluster > path, .micrograd-tut .cluster > polygon "
        f"{{stroke: {theme.frame}}}",
    ]
    shapes = ("path", "polygon", "ellipse", "polyline", "rect", "circle")
    for kind, fill in theme.fills.items():
        where = ", ".join(f".micrograd-tut .{kind} > {s}" for s in shapes)
        rules.append(f"{where} {{fill: {fill}; stroke: {theme.borders[kind]}}}")
        rules.append(f".micrograd-tut .{kind} > polyline {{fill: none}}")
    for sign in ("positive", "negative", "none", "unknown"):
        colour = getattr(theme, sign)
        rules.append(f".micrograd-tut .{sign} > path {{stroke: {colour}}}")
        head = "none" if sign == "negative" else colour
        rules.append(f".micrograd-tut .{sign} > polygon {{stroke: {colour}; fill: {head}}}")
    rules.append(f".micrograd-tut .size > polygon {{fill: {theme.faint}}}")
    return "".join(rules)


__all__ = ["LIGHT", "finished"]
