"""The plot of the decision boundary of a two-input network."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.train import decision_boundary
from micrograd_tut.train.data import DataSet
from micrograd_tut.train.decision_boundary import plot_boundary
from micrograd_tut.train.preprocessing import Preprocessing

matplotlib = pytest.importorskip("matplotlib")

Draw = Callable[..., Any]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Draw:
    """Plots a linear network with given weights of two inputs; returns the axes."""
    figures: list[Any] = []
    monkeypatch.setattr(
        decision_boundary, "save_figure", lambda figure, path: figures.append(figure)
    )

    def draw(task: str, classes: Sequence[str], *weights: tuple[float, float, float]) -> Any:
        model = mg.MLP(2, [len(weights)])
        model.task = task
        for neuron, given in zip(model.layers[0].neurons, weights, strict=True):
            for p, number in zip(neuron.parameters(), given, strict=True):
                p.data = number
        X = np.array(list(itertools.product([-1.0, 0.0, 1.0], repeat=2)))
        y = np.arange(9) % max(len(classes), 1) * 1.0
        data = DataSet("square", X, y, ("a", "b"), "kind", tuple(classes))
        plot_boundary(model, Preprocessing.fit(data), data, data, "plane.png")
        return figures[-1].axes[0]

    return draw


def lines(axes: Any) -> list[Any]:
    """The points of each decision boundary."""
    contours = [c for c in axes.collections if not getattr(c, "filled", True)]
    return [c.get_paths()[0].vertices for c in contours]


@pytest.mark.parametrize(
    ("task", "weights"),
    [
        ("binary", [(1.0, 0.0, 0.0)]),
        ("margin", [(1.0, 0.0, 0.0)]),
        ("multiclass", [(-1.0, 0.0, 0.0), (1.0, 0.0, 0.0)]),
    ],
)
def test_boundary_is_where_two_outputs_are_equal(
    drawn: Draw, task: str, weights: list[tuple[float, float, float]]
) -> None:
    boundaries = lines(drawn(task, ["left", "right"], *weights))
    assert boundaries
    for line in boundaries:
        assert np.abs(line[:, 0]).max() < 1e-12


def test_no_strip_of_a_third_class_between_two_neighbours(drawn: Draw) -> None:
    axes = drawn("multiclass", "abc", (-1.0, 0.0, 0.0), (0.0, 0.0, -9.0), (1.0, 0.0, 0.0))
    regions = [c for c in axes.collections if getattr(c, "filled", False)]
    filled = [tuple(c.get_facecolor()[0][:3]) for c in regions]
    viridis = matplotlib.colormaps["viridis"]
    assert viridis(0.0)[:3] in filled
    assert viridis(1.0)[:3] in filled
    assert viridis(0.5)[:3] not in filled
    assert all(np.abs(line[:, 0]).max() < 1e-12 for line in lines(axes))


@pytest.mark.parametrize("task", ["binary", "margin"])
@pytest.mark.parametrize("bias", [0.0, 5.0, -5.0])
def test_constant_prediction_has_no_decision_boundary(drawn: Draw, task: str, bias: float) -> None:
    assert lines(drawn(task, ["no", "yes"], (0.0, 0.0, bias))) == []


def test_numbers_have_a_colour_bar_in_the_units_of_the_table(drawn: Draw) -> None:
    axes = drawn("regression", [], (1.0, 2.0, 0.0))
    assert axes.figure.axes[1].get_ylabel() == "kind"


def legend(axes: Any) -> list[str]:
    """The labels of the legend."""
    return [text.get_text() for text in axes.figure.legends[0].get_texts()]


def test_legend_explains_boundary_and_shading(drawn: Draw) -> None:
    shaded = drawn("binary", ["no", "yes"], (1.0, 0.0, 0.0))
    assert {"training set", "test set", "decision boundary"} <= set(legend(shaded))
    assert shaded.figure.axes[1].get_ylabel() == "shading: probability of yes"
    regions = drawn("multiclass", "abc", (-1.0, 0.0, 0.0), (0.0, 0.0, -9.0), (1.0, 0.0, 0.0))
    assert {"decision boundary", "shading: prediction"} <= set(legend(regions))
    flat = drawn("binary", ["no", "yes"], (0.0, 0.0, 5.0))
    assert "decision boundary" not in legend(flat)


def test_second_of_two_classes_is_blue_as_in_the_demos(drawn: Draw) -> None:
    axes = drawn("margin", ["no", "yes"], (1.0, 0.0, 0.0))
    colours = {line.get_label(): line.get_color() for line in axes.lines}
    assert colours["yes"][2] > 2 * colours["yes"][0]
    assert colours["no"][0] > 2 * colours["no"][2]
    for demo in ("05_what_one_neuron_can_do", "06_why_nonlinear"):
        text = (Path(__file__).parents[2] / f"demos/{demo}.py").read_text(encoding="utf-8")
        assert 'cmap="RdBu"' in text
