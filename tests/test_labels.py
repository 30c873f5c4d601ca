"""Labels that are not text: each view raises InputError, or takes None as no label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.stepping.exercises import Exercise
from micrograd_tut.stepping.worksheet import worksheet


def output(label: Any) -> mg.Value:
    """A graph in which an input and the output have the label."""
    x = mg.Value(2.0)
    y = mg.tanh(x * 3.0)
    y.backward()
    for v in (x, y):
        v.label = label
    return y


def network(label: Any) -> mg.Value:
    model = mg.MLP(1, [2, 1], seed=0)
    model.parameters()[0].label = label
    return model([1.0])


VIEWS: dict[str, Callable[[Any, Path], object]] = {
    "draw": lambda label, path: mg.draw(output(label)).svg(),
    "draw a network's graph": lambda label, path: mg.draw(network(label), detail="values").svg(),
    "animate": lambda label, path: mg.draw(output(label)).animate(path / "a.svg"),
    "step": lambda label, path: mg.step(output(label)),
    "page": lambda label, path: mg.step(output(label)).page(path / "a.html"),
    "quiz": lambda label, path: mg.quiz(output(label)),
    "worksheet": lambda label, path: worksheet([Exercise(1, 1, "topic", output(label))]),
}


@pytest.mark.parametrize("label", [3, 2.5, b"a", ("a",)])
@pytest.mark.parametrize("view", VIEWS)
def test_a_label_that_is_not_text_raises_and_shows_one_that_is(
    view: str, label: Any, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="label"):
        VIEWS[view](label, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("view", VIEWS)
def test_none_is_no_label(view: str, tmp_path: Path) -> None:
    VIEWS[view](None, tmp_path)
