"""Edges between layers are straight, and their numbers stand where they touch nothing else."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from drawing_graphs import SVG, group, parsed

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.drawing.label_places import crosses, overlap, place_labels

Rect = tuple[float, float, float, float]


def net_output(sizes: tuple[int, ...] = (3, 4, 4, 1), backward: bool = True) -> mg.Value:
    out = mg.MLP(sizes[0], list(sizes[1:]), activation="tanh", seed=1)([1.0, 2.0, 3.0][: sizes[0]])
    y = mg.sum(out) if isinstance(out, list) else out
    if backward:
        y.backward()
    return y


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]


def line(edge: ElementTree.Element) -> list[tuple[float, float]]:
    """101 points along a straight edge."""
    d = edge.find(f"{SVG}path").get("d")
    assert re.fullmatch(r"M[-\d.]+,[-\d.]+L[-\d.]+,[-\d.]+", d)
    x1, y1, x2, y2 = numbers(d)
    return [(x1 + (x2 - x1) * i / 100, y1 + (y2 - y1) * i / 100) for i in range(101)]


def rectangles(
    root: ElementTree.Element, drawing: mg.Drawing
) -> tuple[list[Rect], dict[int, Rect]]:
    """The boxes, and the label of each edge that has one."""
    boxes, labels = [], {}
    for n in range(len(drawing.scene.boxes)):
        xs, ys = [], []
        for shape in group(root, f"node-{n}"):
            ns = numbers(shape.get("points") or shape.get("d") or "")
            xs, ys = xs + ns[::2], ys + ns[1::2]
        if xs:
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
    for n in range(len(drawing.scene.arrows)):
        if (rect := group(root, f"edge-{n}").find(f"{SVG}rect")) is not None:
            x, y, w, h = (float(rect.get(k, "")) for k in ("x", "y", "width", "height"))
            labels[n] = x, y, x + w, y + h
    return boxes, labels


def inside(point: tuple[float, float], rect: Rect) -> bool:
    return rect[0] < point[0] < rect[2] and rect[1] < point[1] < rect[3]


CASES = [
    (sizes, direction, edges, backward)
    for sizes in ((3, 4, 4, 1), (2, 3, 2), (3, 8, 1))
    for direction in ("LR", "TB")
    for edges, backward in (("auto", True), ("auto", False), ("flow", True))
]


@pytest.mark.parametrize(("sizes", "direction", "edges", "backward"), CASES)
def test_straight_edges_and_their_numbers_touch_nothing_else(
    sizes, direction: str, edges: str, backward: bool
) -> None:
    y = net_output(sizes, backward)
    drawing = draw(y, "neurons", direction, edges=edges)
    root = parsed(drawing.svg())
    boxes, labels = rectangles(root, drawing)
    lines = [line(group(root, f"edge-{n}")) for n in range(len(drawing.scene.arrows))]
    assert labels
    for n, label in labels.items():
        assert any(inside(point, label) for point in lines[n])
        for other, points in enumerate(lines):
            assert other == n or not any(inside(point, label) for point in points)
        assert not [box for box in boxes if overlap(label, box)]
        assert not [k for k, other in labels.items() if k != n and overlap(label, other)]
    for points in lines:
        assert not [box for box in boxes if any(inside(point, box) for point in points[2:-2])]


@pytest.mark.parametrize("backward", [True, False])
def test_arrowheads_are_where_the_gradient_arrives(backward: bool) -> None:
    drawing = draw(net_output(backward=backward), "neurons")
    root = parsed(drawing.svg())
    for n, arrow in enumerate(drawing.scene.arrows):
        head = group(root, f"edge-{n}").find(f"{SVG}polygon")
        if arrow.number is None and backward:  # from a constant
            assert head is None
            continue
        tip = numbers(head.get("points"))[2:4]
        xs = [x for box in rectangles(root, drawing)[0] for x in (box[0], box[2])]
        assert min(abs(tip[0] - x) for x in xs) < 0.1 or not backward
        shaft = line(group(root, f"edge-{n}"))
        assert (tip[0] < shaft[0][0]) == backward


def test_a_number_that_does_not_fit_is_in_the_tooltip_and_the_legend_says_so() -> None:
    drawing = draw(net_output(), "neurons")
    root = parsed(drawing.svg())
    _, labels = rectangles(root, drawing)
    arrows = drawing.scene.arrows
    hidden = [n for n, arrow in enumerate(arrows) if arrow.label and n not in labels]
    assert hidden
    for n in hidden:
        title = group(root, f"edge-{n}").find(f"{SVG}title").text
        assert title.endswith(f"= {arrows[n].number!r}")
    assert "some numbers hidden; hover over an edge to see its number" in drawing.svg()


def test_if_all_numbers_fit_the_legend_says_nothing() -> None:
    drawing = draw(net_output((2, 2, 1)), "neurons")
    assert "some numbers hidden" not in drawing.svg()


def test_the_largest_numbers_are_placed_first() -> None:
    crossing = {"first": ((0.0, 0.0), (20.0, 20.0)), "second": ((0.0, 20.0), (20.0, 0.0))}
    far = {"lone": ((0.0, 100.0), (50.0, 100.0))}
    sizes = {"lone": (10.0, 10.0), "first": (30.0, 30.0)}
    assert list(place_labels(sizes, crossing | far, [])) == ["lone"]
    assert place_labels({"first": (4.0, 4.0)}, {"first": crossing["first"]}, []) == {
        "first": (10.0, 10.0)
    }


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        (((0.0, 0.0), (10.0, 10.0)), True),
        (((0.0, 5.0), (3.9, 5.0)), False),
        (((0.0, 5.0), (4.0, 5.0)), True),
        (((5.0, 4.5), (5.0, 5.5)), True),  # all of it is inside
        (((0.0, 7.0), (7.0, 0.0)), False),  # it passes a corner
        (((3.0, 0.0), (3.0, 9.0)), False),
    ],
)
def test_an_edge_crosses_a_rectangle_if_they_have_a_point_in_common(edge, expected: bool) -> None:
    assert crosses(edge, (4.0, 4.0, 6.0, 6.0)) is expected
