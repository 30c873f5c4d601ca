import re
from pathlib import Path

import pytest
from drawing_graphs import lecture_neuron, parsed

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.drawing.animation import animation_css, schedule
from micrograd_tut.errors import InputError


def test_a_node_gets_its_gradient_before_its_inputs_do() -> None:
    scene = draw(lecture_neuron(), "values").scene
    boxes, arrows = schedule(scene)
    assert len(boxes) == 10
    assert len(arrows) == 9
    for n, arrow in enumerate(scene.arrows):
        assert boxes[arrow.head] < boxes[arrow.tail]
        assert boxes[arrow.head] < arrows[n] <= boxes[arrow.tail]


def test_the_output_comes_first() -> None:
    scene = draw(lecture_neuron(), "values").scene
    assert schedule(scene)[0][len(scene.boxes) - 1] == 0


def test_constants_have_no_step() -> None:
    a = mg.Value(2.0)
    y = a * 3.0
    y.backward()
    scene = draw(y).scene
    assert len(schedule(scene)[0]) == 2


def test_the_animation_is_an_svg_without_scripts_that_respects_reduced_motion(
    tmp_path: Path,
) -> None:
    path = draw(lecture_neuron()).animate(tmp_path / "backward.svg")
    svg = path.read_text(encoding="utf-8")
    parsed(svg)
    assert "<script" not in svg
    assert "<animate" not in svg
    outside = svg.split("@media (prefers-reduced-motion: no-preference)")[0]
    assert "animation" not in outside


def test_every_animated_element_is_in_the_picture(tmp_path: Path) -> None:
    svg = draw(lecture_neuron()).animate(tmp_path / "b.svg").read_text(encoding="utf-8")
    named = set(re.findall(r"\.((?:node|edge)-\d+) ", svg))
    assert named == set(re.findall(r'class="[^"]* ((?:node|edge)-\d+)"', svg))


def test_one_repetition_takes_the_given_seconds() -> None:
    scene = draw(lecture_neuron()).scene
    assert set(re.findall(r"[\d.]+s linear", animation_css(scene, 5.0))) == {"5.00s linear"}


def test_a_graph_without_gradients_cannot_be_animated(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"backward\(\)"):
        draw(lecture_neuron(backward=False)).animate(tmp_path / "b.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_network_cannot_be_animated(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only computation graphs can be animated"):
        mg.draw_network(mg.Neuron(2, seed=1)).animate(tmp_path / "b.svg")
    assert list(tmp_path.iterdir()) == []


def test_the_animation_ends_with_the_drawn_border_of_the_output(tmp_path: Path) -> None:
    svg = draw(lecture_neuron()).animate(tmp_path / "b.svg").read_text(encoding="utf-8")
    (wide,) = set(re.findall(r"--rest: ([\d.]+)", svg))
    drawn = svg[svg.index('node-9"') :]
    assert re.search(r'stroke-width="([\d.]+)"', drawn)[1] == wide
    assert "100% {stroke-width: var(--rest, 1)}" in svg


def test_another_suffix_or_zero_seconds_raise(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.svg"):
        draw(lecture_neuron()).animate(tmp_path / "b.gif")
    with pytest.raises(InputError, match="seconds"):
        draw(lecture_neuron()).animate(tmp_path / "b.svg", seconds=0)
