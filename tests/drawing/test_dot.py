import re
import subprocess
import sys

import pytest
from drawing_graphs import lecture_neuron

import micrograd_tut as mg
from micrograd_tut.drawing import draw, render


def test_no_layout_engine_runs_for_the_dot_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(source: str, seconds: float) -> str:
        raise AssertionError("a layout engine ran")

    monkeypatch.setattr(render, "layout", never)
    assert draw(lecture_neuron()).source.startswith("digraph {")


def test_each_box_and_arrow_is_a_line_with_its_id() -> None:
    source = draw(lecture_neuron()).source
    for n in range(10):
        assert source.count(f'n{n} [id="node-{n}"') == 1
    for n in range(9):
        assert source.count(f'[id="edge-{n}"') == 1


def test_the_five_kinds_of_values_have_five_styles() -> None:
    model = mg.MLP(1, [1], seed=1)
    y = model([mg.Value(1.0)]) * 2.0
    lines = draw(y, "values").source.splitlines()
    styles = {}
    for box, line in zip(
        draw(y, "values").scene.boxes,
        [line for line in lines if 'id="node-' in line],
        strict=True,
    ):
        styles[box.kind] = tuple(
            word in line for word in ("box", "note", "ellipse", "rounded", "2.4")
        )
    assert set(styles) == {"leaf", "parameter", "constant", "operation", "output"}
    assert len(set(styles.values())) == 5


def test_the_text_is_the_same_in_every_run() -> None:
    program = (
        "import micrograd_tut as mg\n"
        "y = mg.MLP(3, [4, 2, 1], seed=1)([1.0, 2.0, 3.0]); y.backward()\n"
        "print(mg.draw(y, 'values').source, mg.draw(y, 'neurons').source)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != b""


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_the_dot_text_has_the_given_direction(direction: str) -> None:
    assert f"rankdir={direction}" in draw(mg.Value(1.0), direction=direction).source


def test_too_many_labels_are_hidden_and_the_drawing_says_so() -> None:
    xs = [mg.Value(float(i)) for i in range(100)]
    y = mg.sum([x * x for x in xs])
    drawing = draw(y, "values")
    assert all(not arrow.label for arrow in drawing.scene.arrows)
    assert "edge labels hidden" in drawing.scene.left_out


def test_neurons_of_a_layer_are_equally_wide_and_lines_run_between_their_sides() -> None:
    y = mg.MLP(2, [12, 1], seed=1)([1.0, 2.0])
    source = draw(y, "neurons").source
    widths = re.findall(r"neuron.*, width=([\d.]+)", source)
    assert len(widths) == 10
    assert len(set(widths)) == 1
    assert "tailport=e, headport=w" in source
    assert "tailport=s, headport=n" in draw(y, "neurons", direction="TB").source
