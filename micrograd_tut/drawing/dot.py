r"""A scene as DOT, the language of Graphviz.

>>> from micrograd_tut.drawing.scene import Arrow, Box, Scene
>>> boxes = [Box("leaf", "", ["a", "data 2"], ""), Box("output", "tanh", ["data 0.964"], "")]
>>> for line in to_dot(Scene(boxes, [Arrow(0, 1, "0.0707", "")])).splitlines()[5:]:
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

from micrograd_tut.drawing.dot_syntax import CENTRED, LEFT, fields, lines, quoted
from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.scene import Arrow, Box, Scene
from micrograd_tut.drawing.text import text_width
from micrograd_tut.drawing.theme import LIGHT, Theme

FONT = "DejaVu Sans"  # the widest common font: a text that fits in it fits in any other
FAMILY = f"{FONT}, Verdana, Helvetica, Arial, sans-serif"
"""The fonts of texts: the one used for the layout, then narrower ones."""

_MANY_BOXES = 60  # if there are more, the layout gets fewer iterations: it could take minutes

# The size of arrowheads: at least, and per point of width, so that hollow ones stay hollow.
_MIN_ARROWHEAD, _ARROWHEAD = 0.7, 0.28
_SPACING = {  # by `Scene.layered`
    False: "nodesep=0.22, ranksep=0.45",
    True: "nodesep=0.3, ranksep=1.9, searchsize=500",
}
# The sides at which lines between layers leave and arrive.
_PORTS = {"LR": "ew", "RL": "we", "TB": "sn", "BT": "ns"}


def node_name(n: int) -> str:
    """The name of the n-th box: its id in DOT, and a class in the SVG."""
    return f"node-{n}"


def edge_name(n: int) -> str:
    """The name of the n-th arrow: its id in DOT, and a class in the SVG."""
    return f"edge-{n}"


def to_dot(scene: Scene, theme: Theme = LIGHT) -> str:
    """The DOT text of a scene; no layout engine runs."""
    largest = scene.largest
    parts = [
        *_defaults(scene, theme),
        "",
        *_boxes(scene, theme),
        *([""] if scene.arrows else []),
        *(_arrow(n, arrow, scene, theme, largest) for n, arrow in enumerate(scene.arrows)),
        *_side_by_side(scene),
    ]
    return "\n".join(["digraph {", *(f"  {part}" if part else "" for part in parts), "}", ""])


def _defaults(scene: Scene, theme: Theme) -> Iterable[str]:
    positioned = any(box.position for box in scene.boxes)
    fewer_iterations = ", nslimit=1, nslimit1=1" if len(scene.boxes) > _MANY_BOXES else ""
    # almost no search for fewer crossings, which would change the order within ranks
    ordered = ", mclimit=0.01" if scene.ranks else ""
    caption = f", label={lines(scene.notes)}, labeljust=l" if scene.notes else ""
    font = f"fontname={quoted(FONT)}"
    yield (
        f"graph [rankdir={scene.direction}, bgcolor={quoted(theme.paper)}, {font}, fontsize=10, "
        f"fontcolor={quoted(theme.faint)}, "
        + ("layout=neato, outputorder=edgesfirst" if positioned else _SPACING[scene.layered])
        + (", splines=polyline" if scene.layered else "")
        + f"{'' if positioned else fewer_iterations}{ordered}{caption}]"
    )
    yield (
        f"node [{font}, fontsize=11, fontcolor={quoted(theme.ink)}, style=filled, "
        f'height=0.3, width=0.3, margin="0.11,0.06"]'
    )
    ports = ", tailport={}, headport={}".format(*_PORTS[scene.direction]) if scene.layered else ""
    yield (
        f"edge [{font}, fontsize=9, fontcolor={quoted(theme.ink)}, "
        f"color={quoted(theme.arrows['unknown'])}, arrowsize={_MIN_ARROWHEAD}{ports}]"
    )


def _boxes(scene: Scene, theme: Theme) -> Iterable[str]:
    """The boxes, inside a cluster for each of their frames."""
    tree: dict[str, object] = {}
    widths = _widths(scene)
    for n, box in enumerate(scene.boxes):
        branch = tree
        for frame in box.frames:
            branch = branch.setdefault(f"/{frame}", {})  # type: ignore[assignment]
        branch[str(n)] = _box(n, box, scene, theme, widths.get(n, ""))
    for rank in scene.ranks:
        branch = tree
        for frame in scene.boxes[rank[0]].frames:
            branch = branch[f"/{frame}"]  # type: ignore[assignment]
        branch[f"rank {rank[0]}"] = _rank(rank, scene)
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


def _rank(rank: list[int], scene: Scene) -> str:
    """Boxes of one rank, in order from the top or from the left."""
    order = reversed(rank) if scene.direction in ("LR", "RL") else rank
    return f"{{ rank=same; edge [style=invis]; {' -> '.join(f'n{n}' for n in order)} }}"


def _side_by_side(scene: Scene) -> Iterable[str]:
    """Invisible points in a row, one for each step of a loop, from which its first boxes hang.

    Graphviz keeps such points in order, and boxes below their point, but not clusters in order.
    """
    if not scene.steps:
        return
    points = [f"step{t}" for t in range(len(scene.steps))]
    invisible = "node [style=invis, shape=point]; edge [style=invis]"
    yield f"{{ rank=same; {invisible}; {' -> '.join(points)} }}"
    fed = {arrow.head for arrow in scene.arrows if not arrow.backwards}
    for point, first in zip(points, scene.steps, strict=True):
        boxes = " ".join(f"n{n}" for n in first)
        for frame in scene.boxes[first[0]].frames if fed.issuperset(first) else ():
            # the frame starts beside those whose first boxes are fed by nothing
            name = quoted(f"cluster/{frame}")
            yield f"subgraph {name} {{ {invisible}; {point}top -> {{ {boxes} }} }}"
            boxes = f"{point}top"
        yield f"{point} -> {{ {boxes} }} [style=invis]"


def _widths(scene: Scene) -> dict[int, str]:
    """One width for all boxes of a vertical rank, so that no line crosses a wider box."""
    widths: dict[int, str] = {}
    for rank in scene.ranks if scene.layered and scene.direction in ("LR", "RL") else []:
        texts = [text for n in rank for text in (scene.boxes[n].title, *scene.boxes[n].lines)]
        points = max(text_width(text, 11) for text in texts)
        widths |= dict.fromkeys(rank, f", width={points / 72 + 0.3:.2f}")
    return widths


def _box(n: int, box: Box, scene: Scene, theme: Theme, width: str = "") -> str:
    kind = KINDS[box.kind]
    fill, border = theme.boxes[kind.role]
    if kind.shape == "record":
        cells = [cell for cell in ([box.title] if box.title else [], box.lines) if cell]
        cells += [["output"]] if box.kind == "output" else []
        label = fields(cells, scene.direction, box.operands)
    else:
        first, *others = [*([box.title] if box.title else []), *box.lines] or [""]
        space = "" if kind.centred else " " * round(0.22 * len(first))  # it will be bold
        label = lines([first + space, *others], CENTRED if kind.centred else LEFT)
    style = f", {kind.style}" if kind.style else ""
    if box.size:
        style += ", width={:.2f}, height={:.2f}".format(*box.size)
    if box.position:
        style += f', pos="{box.position[0]:.2f},{box.position[1]:.2f}!"'
    return (
        f'n{n} [id="{node_name(n)}", label={label}, shape={kind.shape}, '
        f'fillcolor="{fill}", color="{border}"{style}{width}]'
    )


def _arrow(n: int, arrow: Arrow, scene: Scene, theme: Theme, largest: float) -> str:
    parts = [f'id="{edge_name(n)}"']
    if arrow.label and not scene.straight:  # the SVG places those of straight edges
        space = " " if scene.direction in ("TB", "BT") else ""  # between the text and the line
        texts = [space + text + space for text in arrow.label.splitlines()]
        if arrow.edges > 1 and len(texts) > 1 and not space:
            texts.append(" ")  # keeps the text away from a large arrowhead
        parts.append(f"label={lines(texts, CENTRED)}")
    parts += _style(arrow, theme, largest, scene)
    port = ""
    if arrow.operand is not None and scene.boxes[arrow.head].operands:
        port = f":i{arrow.operand}:{_PORTS[scene.direction][1]}"
    ends = f"n{arrow.tail} -> n{arrow.head}{port}"
    if arrow.backwards:  # for Graphviz it starts at its head, so that no column moves
        ends = f"n{arrow.head} -> n{arrow.tail}"
        parts.append("weight=0")
    return f"{ends} [{', '.join(parts)}]"


def _style(arrow: Arrow, theme: Theme, largest: float, scene: Scene) -> Iterable[str]:
    """Colour, width and arrowhead; sign and size are visible without colours too."""
    sign, number = arrow.sign, arrow.number or 0.0
    plain, back = scene.edges == "plain", scene.flows_back is not arrow.backwards
    if plain or scene.flows_back or back:
        none = plain or (scene.flows_back and sign in ("unknown", "none"))
        yield f"dir={'none' if none else 'back' if back else 'forward'}"
    if sign != "unknown":
        opacity = _opacity(number, largest) if plain else ""
        yield f'color="{theme.arrows[sign]}{opacity}"'
    if sign == "none":
        yield "style=dotted"
    elif sign == "undefined":
        yield "style=dashed, penwidth=1.8"
    elif sign != "unknown":
        width = arrow_width(number, largest, plain=plain)
        yield f"penwidth={width:.2f}"
        if not plain and arrowhead_size(width) > _MIN_ARROWHEAD:
            yield f"arrowsize={arrowhead_size(width):.2f}"
    if sign == "negative":
        yield "style=dashed" if plain else f"{'arrowtail' if back else 'arrowhead'}=onormal"


def arrow_width(number: float, largest: float, *, plain: bool = False) -> float:
    """The width of an arrow in points: 0.6 for 0, 3.6 for `largest`.

    In a network (`plain`), which has many lines, small numbers get thinner lines.
    """
    fraction = _fraction(number, largest)
    return 0.6 + 3.0 * (fraction if plain else math.sqrt(fraction))


def arrowhead_size(width: float) -> float:
    """The size of the head of an arrow `width` points wide, as a multiple of Graphviz's."""
    return max(_MIN_ARROWHEAD, _ARROWHEAD * width)


def _opacity(number: float, largest: float) -> str:
    """The opacity of a line as two hexadecimal digits; small numbers are faint."""
    return f"{round(255 * (0.12 + 0.78 * _fraction(number, largest) ** 1.5)):02x}"


def _fraction(number: float, largest: float) -> float:
    if math.isinf(number):
        return 1.0
    return min(math.fabs(number) / largest, 1.0) if largest else 0.0
