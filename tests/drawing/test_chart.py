"""Line charts: where the points of a curve are, checked against the numbers on the axes."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from micrograd_tut.drawing.chart import Axis, Line, chart

SVG = "{http://www.w3.org/2000/svg}"


def drawn(numbers: list[float], mark: int = 1) -> ElementTree.Element:
    line = Line("loss", numbers, "#123456", False)
    return ElementTree.fromstring(chart([[line]], "epoch", mark, "best"))


def points(svg: ElementTree.Element) -> list[tuple[float, float]]:
    """The points of the curve, in pixels."""
    path = next(e for e in svg.iter(f"{SVG}path") if e.get("stroke") == "#123456")
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path.get("d", ""))]


def scale(svg: ElementTree.Element, *, vertical: bool) -> tuple[float, float]:
    """The slope and the intercept from pixels to numbers, by the texts on an axis."""
    texts = [e for e in svg.iter(f"{SVG}text") if re.fullmatch(r"[-\de.+]+", e.text or "")]
    middle = [e for e in texts if bool(e.get("text-anchor")) is not vertical]
    shift = 4 if vertical else 0  # from the line to the baseline of its text
    pixels = [float(e.get("y" if vertical else "x", "")) - shift for e in middle]
    numbers = [float(e.text or "") for e in middle]
    slope, intercept = np.polyfit(pixels, numbers, 1)
    return float(slope), float(intercept)


@pytest.mark.parametrize(
    "numbers", [[0.7, 0.3, 0.25, 0.2], [-3e5, 2e5, 0.0], [1e-7, 3e-7, 2e-7], [5.0, 5.5] * 20]
)
def test_points_are_where_the_axes_say(numbers: list[float]) -> None:
    svg = drawn(numbers)
    (sx, x0), (sy, y0) = scale(svg, vertical=False), scale(svg, vertical=True)
    size = max(numbers) - min(numbers)
    for epoch, (number, (x, y)) in enumerate(zip(numbers, points(svg), strict=True), 1):
        assert sx * x + x0 == pytest.approx(epoch, abs=0.02 * len(numbers))
        assert sy * y + y0 == pytest.approx(number, abs=0.005 * size)


@settings(max_examples=200)
@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12))
def test_ticks_are_few_round_and_on_the_axis(low: float, size: float) -> None:
    high = low + size
    if high - low < 1e-6 * abs(low):
        return
    ticks = Axis(low, high, 0, 100).ticks()
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-6 * size <= tick <= high + 1e-6 * size for tick in ticks)
    step = float(f"{(ticks[-1] - ticks[0]) / (len(ticks) - 1):.6e}")
    assert f"{step:.6e}"[0] in "125"


def test_whole_ticks_are_whole() -> None:
    assert Axis(1, 3, 0, 100).ticks(whole=True) == [1.0, 2.0, 3.0]


def test_number_that_is_not_finite_interrupts_the_curve() -> None:
    svg = drawn([1.0, 2.0, math.inf, 3.0, math.nan, 1.5])
    path = next(e for e in svg.iter(f"{SVG}path") if e.get("stroke") == "#123456")
    assert re.sub(r"[^ML]", "", path.get("d", "")) == "MLMM"


@pytest.mark.parametrize("numbers", [[2.0], [0.0, 0.0], [math.nan], [1e308, -1e308], [math.inf]])
def test_degenerate_numbers_are_drawn(numbers: list[float]) -> None:
    text = ElementTree.tostring(drawn(numbers), encoding="unicode")
    assert "nan" not in text
    assert "inf" not in text


def test_long_curve_keeps_its_lowest_and_highest_point() -> None:
    numbers = [1.0] * 5000
    numbers[1234], numbers[4321] = 9.0, -9.0
    svg = drawn(numbers)
    slope, intercept = scale(svg, vertical=True)
    shown = [slope * y + intercept for _, y in points(svg)]
    assert len(shown) <= 402
    assert (max(shown), min(shown)) == pytest.approx((9.0, -9.0), abs=0.1)


def test_mark_is_at_its_epoch() -> None:
    svg = drawn([3.0, 1.0, 2.0], mark=2)
    circle = next(svg.iter(f"{SVG}circle"))
    assert float(circle.get("cx", "")) == points(svg)[1][0]
