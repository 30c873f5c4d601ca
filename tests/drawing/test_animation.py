import re
from pathlib import Path

import pytest
from drawing_graphs import group, lecture_neuron, parsed

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


@pytest.mark.parametrize("detail", ["values", "neurons"])
def test_the_gradient_runs_from_the_head_of_an_edge_to_its_tail(
    tmp_path: Path, detail: str
) -> None:
    y = mg.MLP(2, [3, 1], activation="tanh", seed=1)([mg.Value(1.0), mg.Value(-2.0)])
    y.backward()
    drawing = draw(y, detail)
    svg = drawing.animate(tmp_path / "b.svg").read_text(encoding="utf-8")
    root = parsed(svg)
    for n, arrow in enumerate(drawing.scene.arrows):
        moving = [p for p in group(root, f"edge-{n}") if p.get("class") == "gradient"]
        assert len(moving) == (1 if arrow.number else 0)
        for path in moving:
            xs = [float(x) for x in re.findall(r"-?[\d.]+", path.get("d", ""))][::2]
            assert xs[0] < xs[-1]  # from tail to head, as data flows
            assert path.get("pathLength") == "1"
    offsets = re.findall(r"run-0 \{.*?dashoffset: (-?[\d.]+).*dashoffset: ([\d.]+)\}\}", svg)
    for at_start, at_end in offsets:
        assert float(at_start) == -1.0  # a dash that starts at the end of its path, the head
        assert float(at_end) > 0.0  # before its start, the tail
    assert "-run-0 {" in svg


def test_nothing_moves_or_shows_without_motion(tmp_path: Path) -> None:
    svg = draw(lecture_neuron()).animate(tmp_path / "b.svg").read_text(encoding="utf-8")
    outside = svg.split("@media (prefers-reduced-motion: no-preference)")[0]
    assert re.search(r"\.gradient \{opacity: 0;", outside)


def test_local_derivatives_cannot_be_animated(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='without edges="local"'):
        draw(lecture_neuron(), edges="local").animate(tmp_path / "b.svg")
