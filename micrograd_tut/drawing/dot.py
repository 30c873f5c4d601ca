r"""A scene as DOT, the language of Graphviz: text in, text out.

>>> from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.scene import Arrow, Box, Scene
>>> boxes = [Box("leaf", "", ["a", "data 2"], ""), Box("output", "tanh", ["data 0.964"], "")]
>>> for line in source(Scene(boxes, [Arrow(0, 1, "0.0707", "")])).splitlines()[5:]:
...     print(line)  # doctest: +ELLIPSIS
  n0 [id="node-0", label="a\ldata 2\l", shape=box, ...]
  n1 [id="node-1", label="tanh|data 0.964|output", shape=record, ...]
<BLANKLINE>
  n0 -> n1 [id="edge-0", label="0.0707"]
}
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import CENTRED, LEFT, fields, length, lines, quoted
from micrograd_tut.drawing.theme import LIGHT, Theme

FONT = "DejaVu Sans"  # the widest of the common ones: what fits in it, fits in any
MANY = 60  # boxes from which on the layout engine is told to hurry: it may take minutes

_LEAST_HEAD, _HEAD = 0.7, 0.28  # arrowheads, and per point of width: a hollow one stays so
_SPACING = {  # by whether layers face each other
    False: "nodesep=0.22, ranksep=0.45",
    True: "nodesep=0.22, ranksep=1.3, searchsize=500",
}
# Between layers lines run from side to side, not over the tops of boxes.
_PORTS = {"LR": "ew", "RL": "we", "TB": "sn", "BT": "ns"}


def node_id(n: int) -> str:
    """The id of the n-th box in the SVG."""
    return f"node-{n}"


def edge_id(n: int) -> str:
    """The id of the n-th arrow in the SVG."""
    return f"edge-{n}"


def source(scene: Scene, theme: Theme = LIGHT) -> str:
    """The DOT text of a scene; no layout engine has a part in it."""
    top = scene.largest
    parts = [
        *_defaults(scene, theme),
        "",
        *_boxes(scene, theme),
        *([""] if scene.arrows else []),
        *(_arrow(n, arrow, scene, theme, top) for n, arrow in enumerate(scene.arrows)),
    ]
    return "\n".join(["digraph {", *(f"  {part}" if part else "" for part in parts), "}", ""])


def _defaults(scene: Scene, theme: Theme) -> Iterable[str]:
    placed = any(box.place for box in scene.boxes)
    hurry = ", nslimit=1, nslimit1=1" if len(scene.boxes) > MANY else ""
    # few rounds of looking for fewer crossings, which would undo the order of a row
    ordered = ", mclimit=0.01" if scene.rows else ""
    caption = f", label={lines(scene.notes)}, labeljust=l" if scene.notes else ""
    font = f"fontname={quoted(FONT)}"
    yield (
        f"graph [rankdir={scene.direction}, bgcolor={quoted(theme.paper)}, {font}, fontsize=10, "
        f"fontcolor={quoted(theme.faint)}, "
        + ("layout=neato, outputorder=edgesfirst" if placed else _SPACING[scene.layered])
        + (", splines=polyline" if scene.layered and not any(a.label for a in scene.arrows) else "")
        + f"{'' if placed else hurry}{ordered}{caption}]"
    )
    yield (
        f"node [{font}, fontsize=11, fontcolor={quoted(theme.ink)}, style=filled, "
        f'height=0.3, width=0.3, margin="0.11,0.06"]'
    )
    ports = ", tailport={}, headport={}".format(*_PORTS[scene.direction]) if scene.layered else ""
    yield (
        f"edge [{font}, fontsize=9, fontcolor={quoted(theme.ink)}, "
        f"color={quoted(theme.arrows['unknown'])}, arrowsize={_LEAST_HEAD}{ports}]"
    )


def _boxes(scene: Scene, theme: Theme) -> Iterable[str]:
    """The boxes, those in a frame inside a cluster; a frame's boxes need not be neighbours."""
    tree: dict[str, object] = {}
    widths = _widths(scene)
    for n, box in enumerate(scene.boxes):
        branch = tree
        for frame in box.frames:
            branch = branch.setdefault(f"/{frame}", {})  # type: ignore[assignment]
        branch[str(n)] = _box(n, box, scene, theme, widths.get(n, ""))
    for row in scene.rows:
        branch = tree
        for frame in scene.boxes[row[0]].frames:
            branch = branch[f"/{frame}"]  # type: ignore[assignment]
        branch[f"row {row[0]}"] = _row(row, scene)
    return _branch(tree, "cluster", theme)


def _branch(tree: dict[str, object], path: str, theme: Theme) -> Iterable[str]:
    for key, item in tree.items():
        if not isinstance(item, dict):
            yield str(item)
            continue
        yield f"subgraph {quoted(path + key)} {{"
        yield (
            f"  label={quoted(key[1:])}; labeljust=l; style=rounded; color={quoted(theme.frame)}"
        )
        yield from (f"  {line}" for line in _branch(item, path + key, theme))
        yield "}"


def _row(row: list[int], scene: Scene) -> str:
    """Boxes of one frame and rank, in order from the top or the left."""
    across = reversed(row) if scene.direction in ("LR", "RL") else row
    return f"{{ rank=same; edge [style=invis]; {' -> '.join(f'n{n}' for n in across)} }}"


def _widths(scene: Scene) -> dict[int, str]:
    """One width for the boxes of a row that stand one below another, so that lines pass beside."""
    found: dict[int, str] = {}
    for row in scene.rows if scene.layered and scene.direction in ("LR", "RL") else []:
        texts = [text for n in row for text in (scene.boxes[n].head, *scene.boxes[n].lines)]
        points = max(length(text, 11) for text in texts)
        found |= dict.fromkeys(row, f", width={points / 72 + 0.3:.2f}")
    return found


def _box(n: int, box: Box, scene: Scene, theme: Theme, width: str = "") -> str:
    kind = KINDS[box.kind]
    fill, border = theme.boxes[kind.role]
    if kind.shape == "record":
        cells = [cell for cell in ([box.head] if box.head else [], box.lines) if cell]
        cells += [["output"]] if box.kind == "output" else []
        label = fields(cells, scene.direction, box.operands)
    else:
        first, *others = [*([box.head] if box.head else []), *box.lines]
        room = "" if kind.centred else " " * round(0.22 * len(first))  # it is going to be bold
        label = lines([first + room, *others], CENTRED if kind.centred else LEFT)
    style = f", {kind.style}" if kind.style else ""
    if box.place:
        style += f', pos="{box.place[0]:.2f},{box.place[1]:.2f}!"'
    return (
        f"n{n} [id={quoted(node_id(n))}, label={label}, shape={kind.shape}, "
        f"fillcolor={quoted(fill)}, color={quoted(border)}"
        f"{style}{width}]"
    )


def _arrow(n: int, arrow: Arrow, scene: Scene, theme: Theme, top: float) -> str:
    parts = [f'id="{edge_id(n)}"']
    if arrow.label:
        beside = " " if scene.direction in ("TB", "BT") else ""  # keep it off the line
        texts = [beside + text + beside for text in arrow.label.splitlines()]
        if arrow.edges > 1 and len(texts) > 1 and not beside:
            texts.append(" ")  # between folded boxes there are only large heads: keep clear of them
        parts.append(f"label={lines(texts, CENTRED)}")
    parts += _looks(arrow, theme, top, scene.edges)
    port = ""
    if arrow.operand is not None and scene.boxes[arrow.head].operands:
        port = f":i{arrow.operand}:{_PORTS[scene.direction][1]}"
    return f"n{arrow.tail} -> n{arrow.head}{port} [{', '.join(parts)}]"


def _looks(arrow: Arrow, theme: Theme, top: float, edges: str) -> Iterable[str]:
    """Colour, width and arrowhead: sign and size can be told without colour too."""
    sign = arrow.sign
    plain, back = edges == "plain", edges == "flow" and sign != "unknown"
    if plain or back:
        yield "dir=none" if plain else "dir=back"
    if sign != "unknown":
        strength = _strength(arrow.flow or 0.0, top) if plain else ""
        yield f'color="{theme.arrows[sign]}{strength}"'
    if sign == "none":
        yield "style=dotted"
    elif sign == "undefined":
        yield "style=dashed, penwidth=1.8"
    elif sign != "unknown":
        wide = width(arrow.flow or 0.0, top, plain=plain)
        yield f"penwidth={wide:.2f}"
        if not plain and _HEAD * wide > _LEAST_HEAD:
            yield f"arrowsize={_HEAD * wide:.2f}"
    if sign == "negative":
        yield "style=dashed" if plain else f"{'arrowtail' if back else 'arrowhead'}=onormal"


def width(flow: float, top: float, *, plain: bool = False) -> float:
    """How wide the arrow of a flow is, in points: 0.6 for almost nothing, 3.6 for `top`.

    Among the many lines of a net (`plain`) the small ones step back further.
    """
    share = _share(flow, top)
    return 0.6 + 3.0 * (share if plain else math.sqrt(share))


def _strength(flow: float, top: float) -> str:
    """How opaque a line is, as two hexadecimal digits: in a dense net the small ones step back."""
    return f"{round(255 * (0.12 + 0.78 * _share(flow, top) ** 1.5)):02x}"


def _share(flow: float, top: float) -> float:
    return 1.0 if math.isinf(flow) else min(math.fabs(flow) / top, 1.0) if top else 0.0
