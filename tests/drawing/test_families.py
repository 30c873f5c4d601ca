"""Pictures of graphs of every shape and size stay within their budget."""

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import micrograd_tut as mg
from micrograd_tut.drawing import draw, render
from micrograd_tut.drawing.columns import layout_seconds

DEMO = Path(__file__).parents[2] / "demos/drawing_speed.py"


def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("drawing_speed", DEMO)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FAMILIES: dict[str, Callable[[int], mg.Value]] = demo().FAMILIES


@pytest.mark.parametrize("name", FAMILIES)
def test_three_hundred_values_are_drawn_one_by_one(name: str) -> None:
    y = FAMILIES[name](300)
    y.backward()
    drawing = draw(y, "values", seconds=60.0)
    assert layout_seconds(drawing.scene) < render.SECONDS
    svg = drawing.svg()
    assert svg.count('<g class="node ') == len(drawing.scene.boxes) >= len(mg.trace(y)[0])


@pytest.mark.parametrize("name", FAMILIES)
def test_past_the_budget_a_picture_of_few_boxes_is_drawn(name: str) -> None:
    y = FAMILIES[name](6_000)
    y.backward()
    for detail in ("auto", "values", "ops"):
        svg = draw(y, detail, seconds=3.0).svg()
        assert svg.count('<g class="node ') <= 100
        assert ("Folded: " in svg) == (detail != "auto")


@pytest.mark.full
@pytest.mark.parametrize("detail", ["auto", "values", "rolled"])
@pytest.mark.parametrize("name", FAMILIES)
def test_no_picture_takes_five_seconds(name: str, detail: str, figure: Callable[..., None]) -> None:
    for size in (50, 300, 1_500, 5_000, 20_000):
        y = FAMILIES[name](size)
        y.backward()
        start = time.process_time()
        draw(y, detail).svg()
        seconds = time.process_time() - start
        assert seconds < 5
        figure("the slowest picture of 50 to 20,000 Values", "{:.1f} s", seconds, worst=True)
