"""Pictures of several outputs: one scene, in which shared Values are drawn once."""

import math
import re
from pathlib import Path

import pytest

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.drawing.scene import Box


def two_outputs() -> tuple[mg.Value, mg.Value, mg.Value]:
    """An input, and a square and a cube that share it."""
    x = mg.Value(2.0, "x")
    return x, x**2, x**3


def titled(boxes: list[Box], title: str) -> list[Box]:
    return [box for box in boxes if box.title == title]


def test_what_two_outputs_share_is_drawn_once() -> None:
    x, square, cube = two_outputs()
    shared = x * 3.0
    scene = draw([shared + square, shared + cube], detail="values").scene
    assert len(titled(scene.boxes, "*")) == 1
    assert sum(box.lines[0] == "x" for box in scene.boxes) == 1


def test_every_output_is_marked_as_one() -> None:
    _, square, cube = two_outputs()
    boxes = draw([square, cube]).scene.boxes
    assert [box.title for box in boxes if box.kind == "output"] == ["**2", "**3"]


def test_an_output_that_feeds_another_is_marked_too() -> None:
    _, square, _ = two_outputs()
    boxes = draw([square, mg.exp(square)]).scene.boxes
    assert [box.title for box in boxes if box.kind == "output"] == ["**2", "exp"]


def test_the_title_counts_the_outputs() -> None:
    _, square, cube = two_outputs()
    assert draw((square, cube)).scene.title == "computation graph of 5 Values, 2 outputs"


def test_an_output_given_twice_is_one() -> None:
    _, square, _ = two_outputs()
    assert draw([square, square]).source == draw(square).source


def test_a_list_of_one_is_the_picture_of_its_element() -> None:
    _, square, _ = two_outputs()
    assert draw([square]).source == draw(square).source


def test_gradients_of_two_backward_passes_need_no_note() -> None:
    x, square, cube = two_outputs()
    square.backward()
    cube.backward()
    scene = draw([square, cube]).scene
    assert x.grad == 16.0  # 2 * 2 + 3 * 2**2
    assert f"grad {x.grad:g}" in scene.boxes[0].lines
    assert scene.notes == []


def test_a_gradient_from_outside_of_both_graphs_is_noted() -> None:
    x, square, cube = two_outputs()
    square.backward()
    (x * 5.0).backward()
    assert draw([square, cube]).scene.notes == [
        "x.grad holds 5 from another backward; zero_grad clears it."
    ]


@pytest.mark.parametrize("passes", [(0,), (1,), (0, 1)])
def test_expanding_keeps_the_gradients_of_the_leaves(passes: tuple[int, ...]) -> None:
    x = mg.Value(0.5, "x")
    outputs = [mg.sigmoid(x), mg.tanh(x)]
    slopes = [0.2350037122015945, 1 - math.tanh(0.5) ** 2]  # sigmoid(1 - sigmoid) at 0.5
    for i in passes:
        outputs[i].backward()
    scene = draw(outputs, detail="values", expand=("sigmoid", "tanh")).scene
    into_x = [arrow.number for arrow in scene.arrows if scene.boxes[arrow.tail].lines[0] == "x"]
    assert math.isclose(sum(n or 0.0 for n in into_x), sum(slopes[i] for i in passes))


@pytest.mark.parametrize("detail", ["neurons", "layers"])
def test_the_outputs_of_a_network_are_marked_at_each_detail(detail: str) -> None:
    model = mg.MLP(2, [3, 3], seed=1)
    boxes = draw(model([1.0, 2.0]), detail=detail).scene.boxes
    assert sum(box.kind == "output" for box in boxes) == {"neurons": 3, "layers": 1}[detail]


def test_many_similar_outputs_become_one_box() -> None:
    x = mg.Value(2.0, "x")
    boxes = draw([mg.exp(x * float(n)) for n in range(50)], detail="layers").scene.boxes
    assert [box.title for box in boxes if box.kind == "output"] == ["50 × exp"]


def test_the_passes_of_two_outputs_are_animated(tmp_path: Path) -> None:
    _, square, cube = two_outputs()
    square.backward()
    cube.backward()
    text = draw([square, cube]).animate(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert len(re.findall(r"@keyframes [\w-]+-show-", text)) == 3  # both outputs, then x


def test_draw_dot_takes_several_outputs() -> None:
    _, square, cube = two_outputs()
    assert len(mg.draw_dot([square, cube]).scene.boxes) == 5
