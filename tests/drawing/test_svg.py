"""The SVG is safe, complete and readable."""

import math
import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from drawing_graphs import SVG, group, lecture_neuron, name_of, net_loss, parsed, texts
from hypothesis import HealthCheck, given, settings, strategies as st

import micrograd_tut as mg
from micrograd_tut.drawing import draw, draw_network
from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.scene import SIGNS
from micrograd_tut.drawing.text import short
from micrograd_tut.drawing.theme import DARK, LIGHT, Theme

NASTY = [
    'say "hi"',
    "{a|b}",
    "back\\slash",
    "a\\nb\\l\\N",
    "end\\",
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp; &#60; &nbsp;",
    "a\nb\tc",
    "\x00\x01\x1b[31m",
    "\u202egnp",
    "\ud800",
    "x" * 100_000,
    "  two  spaces ",
    "<f0>port",
    '"];x[label="',
    "]]>",
    "--><!--",
    "日本語",
    'onload="alert(1)"',
]
ALLOWED = {
    "svg",
    "g",
    "title",
    "desc",
    "style",
    "rect",
    "path",
    "polygon",
    "polyline",
    "ellipse",
    "text",
}


def squared(label: str) -> mg.Value:
    a = mg.Value(2.0, label)
    y = a * a
    y.label = label
    return y


def draws_as_text(label: str, direction: str) -> None:
    root = parsed(draw(squared(label), direction=direction).svg())
    for key in ("node-0", "node-1"):
        if short(label).strip():
            assert short(label).replace("\xa0", " ").strip() in texts(group(root, key))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED | {"circle"}
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name]


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("label", NASTY)
def test_a_label_is_drawn_literally(label: str, direction: str) -> None:
    draws_as_text(label, direction)


@given(st.text(alphabet='ab{}|<>\\"&; \n\x00\u202elNG]-=#', min_size=1, max_size=12))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_label_is_drawn_literally(label: str) -> None:
    draws_as_text(label, "TB")


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_has_enough_contrast(theme: Theme) -> None:
    for ground in [theme.paper, *(fill for fill, _ in theme.boxes.values())]:
        assert contrast(theme.ink, ground) >= 4.5
    assert contrast(theme.faint, theme.paper) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_arrows_have_enough_contrast(theme: Theme) -> None:
    for colour in theme.arrows.values():
        assert contrast(colour, theme.paper) >= 3


@pytest.mark.parametrize("name", ["light", "dark"])
def test_texts_have_the_colours_of_the_theme(name: str) -> None:
    theme = {"light": LIGHT, "dark": DARK}[name]
    svg = draw(lecture_neuron(), theme=name).svg()
    assert set(re.findall(r'<text[^>]* fill="([^"]*)"', svg)) == {theme.ink, theme.faint}


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]


def boxes(root) -> dict[str, tuple[float, float, float, float]]:
    """The corners of every node: left, top, right, bottom."""
    found = {}
    for g in root.iter(f"{SVG}g"):
        if not name_of(g).startswith("node-"):
            continue
        xs, ys = [], []
        for shape in g:
            if "points" in shape.attrib or "d" in shape.attrib:
                ns = numbers(shape.get("points") or shape.get("d") or "")
                xs += ns[::2]
                ys += ns[1::2]
            elif "rx" in shape.attrib:
                cx, cy, rx, ry = (float(shape.get(k, "")) for k in ("cx", "cy", "rx", "ry"))
                xs += [cx - rx, cx + rx]
                ys += [cy - ry, cy + ry]
        if xs:
            found[name_of(g)] = (min(xs), min(ys), max(xs), max(ys))
    return found


def examples() -> mg.Value:
    """The mean loss of a net over 30 examples."""
    model = mg.MLP(4, [16, 3], seed=3)
    outputs = [model([i / 30, 1.0, -1.0, 0.5]) for i in range(30)]
    loss = mg.mean([mg.logsumexp(logits) - logits[0] for logits in outputs])
    loss.backward()
    return loss


def doubled() -> mg.Value:
    a = mg.Value(3.0)
    y = a + a
    y.backward()
    return y


PICTURES = {
    "neuron": lambda: draw(lecture_neuron(), edges="flow"),
    "downwards": lambda: draw(lecture_neuron(), direction="TB"),
    "ops": lambda: draw(net_loss((2, 3, 2)), "ops"),
    "values": lambda: draw(net_loss((2, 3, 2)), "values"),
    "neurons": lambda: draw(net_loss(), "neurons"),
    "layers": lambda: draw(net_loss(), "layers"),
    "long names": lambda: draw(squared("a long name without any gap, " * 2)),
    "folded": lambda: draw(examples()),
    "digits": lambda: draw(net_loss((64, 32, 10))),
    "twice": lambda: draw(doubled()),
    "before backward": lambda: draw(lecture_neuron(backward=False)),
    "expanded": lambda: draw(lecture_neuron(), expand=("tanh",)),
    "net": lambda: draw_network(mg.MLP(3, [20, 2], seed=1), x=[0.1, -200.0, 3e-5]),
}


@pytest.mark.parametrize("name", PICTURES)
def test_boxes_do_not_overlap_and_are_not_cut_off(name: str) -> None:
    root = parsed(PICTURES[name]().svg())
    found = boxes(root)
    for (a, p), (b, q) in combinations(found.items(), 2):
        apart = p[2] <= q[0] or q[2] <= p[0] or p[3] <= q[1] or q[3] <= p[1]
        assert apart, f"{a} and {b} overlap"
    _, _, width, height = numbers(root.get("viewBox") or "")
    across = max(p[2] for p in found.values()) - min(p[0] for p in found.values())
    down = max(p[3] for p in found.values()) - min(p[1] for p in found.values())
    assert across < width
    assert down < height


@pytest.mark.parametrize("name", PICTURES)
def test_every_text_fits_into_its_box_in_the_widest_font(name: str) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    from PIL import ImageFont

    fonts = Path(matplotlib.get_data_path()) / "fonts/ttf"
    root = parsed(PICTURES[name]().svg())
    found = boxes(root)
    for g in root.iter(f"{SVG}g"):
        for text in g.findall(f"{SVG}text") if name_of(g) in found else ():
            bold = text.get("font-weight") == "bold"
            font = ImageFont.truetype(fonts / f"DejaVuSans{'-Bold' if bold else ''}.ttf", 100)
            wide = (
                font.getlength((text.text or "").rstrip()) * float(text.get("font-size", 0)) / 100
            )
            x = float(text.get("x", 0))
            left = x if text.get("text-anchor") == "start" else x - wide / 2
            box = found[name_of(g)]
            assert left >= box[0] - 0.5
            assert left + wide <= box[2] + 0.5, text.text


def test_an_infinite_gradient_is_as_wide_as_arrows_get() -> None:
    from micrograd_tut.drawing.dot import arrow_width

    assert arrow_width(-math.inf, 0.0) == arrow_width(math.inf, 5.0) == arrow_width(5.0, 5.0)


def test_only_a_title_is_bold_not_the_number_of_a_leaf_without_a_name() -> None:
    bold = r'font-weight="bold"[^>]*>data 2[^<]*<'
    assert not re.search(bold, draw([mg.Value(2.0)].pop() * 3.0, names={}).svg())
    assert re.search(bold, draw(mg.Value(2.0, "data 2")).svg())


def test_labels_of_arrows_have_an_outline() -> None:
    for theme, colours in (("light", LIGHT), ("dark", DARK)):
        halo = rf"\.edge > text \{{stroke: {colours.paper};.*?paint-order: stroke"
        assert re.search(halo, draw(lecture_neuron(), theme=theme).svg())


def test_the_sign_is_visible_without_colour() -> None:
    a = mg.Value(2.0)
    y = a - mg.Value(1.0)
    y.backward()
    plus, minus = draw(y).source.splitlines()[-3:-1]
    assert "onormal" in minus
    assert "onormal" not in plus


def test_wider_arrows_show_larger_numbers() -> None:
    from micrograd_tut.drawing.dot import arrow_width

    assert all(a < b for a, b in pairwise(arrow_width(x, 10.0) for x in (0.0, 0.1, 1.0, 10.0)))


def test_every_shape_turns_dark_with_the_auto_theme() -> None:
    svg = draw(net_loss((2, 3, 2)), "values", theme="auto").svg()
    turned = re.findall(r"\.mg-\w+ \.([\w-]+) > (\w+)", svg)
    for g in parsed(svg).iter(f"{SVG}g"):
        kinds = (g.get("class") or "").split()
        for shape in g:
            if shape.get("fill", "none") != "none" and not shape.tag.endswith("text"):
                assert any((kind, shape.tag.removeprefix(SVG)) in turned for kind in kinds)
    assert re.search(rf"cluster > polygon \{{fill: {DARK.paper}", svg)


def test_auto_turns_dark_with_the_system_and_light_does_not() -> None:
    y = lecture_neuron()
    assert "prefers-color-scheme: dark" in draw(y, theme="auto").svg()
    assert "prefers-color-scheme" not in draw(y).svg()
    assert DARK.ink in draw(y, theme="dark").svg()


def centre(g, words: str) -> tuple[float, float]:
    """The position of a text of a group."""
    (found,) = [t for t in g.findall(f"{SVG}text") if (t.text or "").strip() == words]
    return float(found.get("x", "")), float(found.get("y", ""))


def arrives_at(root, edge: int, node: int) -> str:
    """The name of the input of a node that is nearest to the head of an arrow."""
    ns = numbers(group(root, f"edge-{edge}").find(f"{SVG}polygon").get("points"))
    head = sum(ns[::2]) / len(ns[::2]), sum(ns[1::2]) / len(ns[1::2])
    g = group(root, f"node-{node}")
    return min(("1st", "2nd"), key=lambda words: math.dist(head, centre(g, words)))


def framed_difference() -> mg.Value:
    """A tanh, inside the frame of a neuron, whose expansion has differences."""
    y = mg.Neuron(2, activation="tanh", seed=1)([1.0, 2.0])
    y.backward()
    return y


ORDERED = {
    "expression": lambda direction: draw(
        (mg.Value(2.0) * mg.Value(3.0) - 4) / mg.Value(5.0), direction=direction
    ),
    "twice the same": lambda direction: draw(doubled() - doubled(), direction=direction),
    "power": lambda direction: draw(2.0 ** (mg.Value(3.0) - 5.0), direction=direction),
    "in a frame": lambda direction: draw(
        framed_difference(), "ops", direction=direction, edges="local", expand=("tanh",)
    ),
}


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("name", ORDERED)
def test_an_arrow_arrives_at_the_mark_of_its_input(name: str, direction: str) -> None:
    drawing = ORDERED[name](direction)
    root = parsed(drawing.svg())
    marked = [n for n, box in enumerate(drawing.scene.boxes) if box.operands]
    assert marked
    for n in marked:
        into = [e for e, arrow in enumerate(drawing.scene.arrows) if arrow.head == n]
        assert [arrives_at(root, e, n) for e in into] == ["1st", "2nd"]


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_the_title_is_bold_even_if_inputs_are_marked(direction: str) -> None:
    a = mg.Value(2.0)
    root = parsed(draw(a - mg.Value(1.0), direction=direction).svg())
    bold = [t.text for t in root.iter(f"{SVG}text") if t.get("font-weight") == "bold"]
    assert [text for text in bold if text in ("1st", "2nd", "-")] == ["-"]


@pytest.mark.parametrize("sizes", [(2, 3, 2), (4, 3, 3)])
def test_the_parameters_of_a_neuron_are_drawn_in_order(sizes: tuple[int, ...]) -> None:
    drawing = draw(net_loss(sizes), "values")
    found = boxes(parsed(drawing.svg()))
    heights: dict[tuple[str, ...], dict[str, float]] = {}
    for n, box in enumerate(drawing.scene.boxes):
        if box.kind == "parameter":
            heights.setdefault(box.frames, {})[box.lines[0]] = found[f"node-{n}"][1]
    for neuron in heights.values():
        weights = [f"w{i + 1}" for i in range(len(neuron) - 1)]
        assert sorted(neuron, key=neuron.get) == [*weights, "b"]


@pytest.mark.parametrize("edges", ["gradient", "flow"])
@pytest.mark.parametrize("fraction", [1e-9, 0.1, 0.3, 1.0])
def test_a_hollow_arrowhead_is_hollow_on_wide_arrows_too(fraction: float, edges: str) -> None:
    a, b = mg.Value(1.0), mg.Value(1.0)
    y = 1.0 * b - fraction * a
    y.backward()
    drawing = draw(y, edges=edges)
    n = next(n for n, arrow in enumerate(drawing.scene.arrows) if arrow.number == -fraction)
    head = group(parsed(drawing.svg()), f"edge-{n}").find(f"{SVG}polygon")
    assert head.get("fill") == "none"
    ns = numbers(head.get("points"))
    corners = list(zip(ns[::2], ns[1::2], strict=True))[:3]
    sides = [math.dist(*pair) for pair in combinations(corners, 2)]
    half = sum(sides) / 2
    inradius = math.sqrt(math.prod(half - side for side in sides) / half)
    assert inradius - float(head.get("stroke-width", 1)) / 2 > 1.0  # points of paper in it


def test_only_formats_with_tooltips_mention_hovering(monkeypatch: pytest.MonkeyPatch) -> None:
    from micrograd_tut.drawing import png

    xs = [mg.Value(float(i)) for i in range(100)]
    crowded = draw(mg.sum([x * x for x in xs]), "values")
    net = draw_network(mg.MLP(2, [2], seed=1), x=[1.0, 2.0])
    monkeypatch.setattr(png, "png", lambda svg, zoom: svg.encode())
    for drawing in (crowded, net):
        assert "hover over" in drawing.svg()
        assert "hover over" in drawing.html()
        assert b"hover over" not in drawing.png()
        assert "hover over" not in drawing.source
    assert b"edge labels hidden" in crowded.png()
    assert b"biases are not drawn" in net.png()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_colour_means_the_same_in_graphs_and_in_networks(theme: Theme) -> None:
    assert KINDS["input-unit"].role == KINDS["leaf"].role
    assert KINDS["unit"].role == KINDS["neuron"].role
    kinds = ("leaf", "parameter", "neuron", "output", "folded")
    for colours in zip(*(theme.boxes[KINDS[kind].role] for kind in kinds), strict=True):
        assert len(set(colours)) == 5


def test_every_sign_and_role_has_its_colours() -> None:
    assert set(LIGHT.arrows) == set(SIGNS)
    assert set(LIGHT.boxes) == {kind.role for kind in KINDS.values()}


def bends(d: str) -> list[tuple[float, float]]:
    """Points along a straight line or a path of cubic curves."""
    ns = numbers(d)
    corners = list(zip(ns[::2], ns[1::2], strict=True))
    if "L" in d:  # a straight line is a cubic curve with its corners at a third
        (x1, y1), (x2, y2) = corners
        corners = [(x1 + (x2 - x1) * k / 3, y1 + (y2 - y1) * k / 3) for k in range(4)]
    found = []
    for i in range(0, len(corners) - 3, 3):
        for t in (k / 20 for k in range(21)):
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            curve = zip(weights, corners[i : i + 4], strict=True)
            parts = [(weight * x, weight * y) for weight, (x, y) in curve]
            found.append((sum(x for x, _ in parts), sum(y for _, y in parts)))
    return found


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_no_line_between_neurons_crosses_a_box(direction: str) -> None:
    model = mg.MLP(3, [4, 4, 1], seed=1)
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    loss = sum((model(x) - y) ** 2 for x, y in zip(xs, [1.0, -1.0, -1.0, 1.0], strict=True))
    loss.backward()
    drawing = draw(loss, "neurons", direction=direction)
    root = parsed(drawing.svg())
    for n, arrow in enumerate(drawing.scene.arrows):
        ends = f"node-{arrow.tail}", f"node-{arrow.head}"
        others = [box for key, box in boxes(root).items() if key not in ends]
        for x, y in bends(group(root, f"edge-{n}").find(f"{SVG}path").get("d")):
            assert not any(a < x < c and b < y < d for a, b, c, d in others)
