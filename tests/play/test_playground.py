"""The page as a file: self-contained, within its size, and safe whatever the names are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.cli import main
from micrograd_tut.errors import InputError
from micrograd_tut.play import page, programs
from micrograd_tut.play.formula import formula_data
from micrograd_tut.train.data import data_set

NASTY = "</script><img src=x onerror=alert(1)>{{data}}&'\""
XOR: Any = ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what the reader could choose instead, which takes time to compile."""
    monkeypatch.setattr(programs, "RULES", ())
    monkeypatch.setattr(page, "ACTIVATIONS", ())


def network(**more: Any) -> mg.MLP:
    return mg.MLP(2, [3, 1], **{"activation": "tanh", "output": "sigmoid", "seed": 0, **more})


def data_of(text: str) -> Any:
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]


@pytest.mark.parametrize("name", ["moons", "iris", "digits", "sine"])
def test_a_page_of_the_command_has_less_than_150_kb(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], figure: Any
) -> None:
    path = tmp_path / f"{name}.html"
    assert main(["play", name, "--page", str(path)]) == 0
    assert f"Wrote {path}" in capsys.readouterr().out
    figure(f"playground, {name}", "{:.0f} kB", path.stat().st_size / 1000)
    assert path.stat().st_size < 150_000


@pytest.mark.usefixtures("lean")
def test_nothing_is_loaded_from_anywhere() -> None:
    text = mg.playground(network(), *XOR, validation=None).html()
    assert not re.search(
        r"\b(?:src|href|action)=|@import|url\(|https?:|\beval\(|new Function", text
    )
    assert not re.search(r"<[^>]* (?:style|on\w+)=", text)
    assert "unsafe" not in text


@pytest.mark.usefixtures("lean")
def test_names_are_never_markup() -> None:
    y = [NASTY, "other", "other", NASTY]
    made = mg.playground(network(), XOR[0], y, validation=None, inputs=[NASTY, "b"], title=NASTY)
    text = made.html()
    assert text.count("<script") == 2
    assert "<img" not in text
    assert NASTY in data_of(text)["classes"]
    assert data_of(text)["inputs"] == [NASTY, "b"]


@pytest.mark.usefixtures("lean")
def test_making_a_page_leaves_the_model_as_it_is() -> None:
    model = network()
    before = {k: v.copy() for k, v in model.state_dict().items()}
    mg.playground(model, XOR[0], ["a", "b", "b", "a"], validation=None).html()
    assert all((before[k] == v).all() for k, v in model.state_dict().items())
    assert model.class_names == ()
    assert not any(p.grad for p in model.parameters())


@pytest.mark.usefixtures("lean")
def test_a_notebook_shows_the_page_in_a_sandbox() -> None:
    frame = mg.playground(network(), *XOR, validation=None)._repr_html_()
    assert '<iframe title="A network that learns" sandbox="allow-scripts"' in frame
    assert "A page on which this network trains. Run this cell to see it." in frame


@pytest.mark.usefixtures("lean")
def test_the_examples_stand_in_the_page_to_the_last_bit() -> None:
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.linspace(-1, 1, 20)
    content = data_of(mg.playground(mg.MLP(2, [3, 1]), X, y, validation=(X[:5], y[:5])).html())
    assert content["training"] == {"rows": X.tolist(), "labels": y.tolist()}
    assert content["held"]["rows"] == X[:5].tolist()


@pytest.mark.parametrize(
    ("model", "y", "more", "said"),
    [
        (mg.MLP(2, [3, 2], output="sigmoid"), [[0, 1]] * 4, {}, "2 outputs for multilabel"),
        (mg.MLP(2, [3, 2]), [[0, 1]] * 4, {}, "2 outputs for regression"),
        (network(), XOR[1], {"validation": 1.5}, "validation must be a fraction from 0"),
        (network(), XOR[1], {"seed": -1}, "seed must be an integer from 0 to 4,294,967,295"),
        (network(), XOR[1], {"inputs": ["a"]}, "inputs must name the 2 inputs of the network"),
        (network(), XOR[1], {"image": (8, 8)}, "image must be the rows and columns"),
        (network(), XOR[1], {"batch_size": 0}, "batch_size"),
        (mg.Layer(2, 1), XOR[1], {}, "playground takes an MLP"),
    ],
)
def test_what_does_not_fit_is_refused(model: Any, y: Any, more: Any, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        mg.playground(model, XOR[0], y, **more)


def test_too_many_numbers_are_refused() -> None:
    X = np.zeros((30_001, 2))
    with pytest.raises(InputError, match=r"at most 60,000 numbers; X has 60,002. Pass a sample"):
        mg.playground(network(), X, np.zeros(len(X)))


# --- Formulas and data sets ---


def test_the_examples_of_a_formula_are_its_values() -> None:
    data = formula_data("x * y + 1", -2.0, 3.0, seed=4)
    assert data.inputs == ("x", "y")
    assert (data.y == data.X[:, 0] * data.X[:, 1] + 1).all()
    assert data.X.min() >= -2
    assert data.X.max() <= 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["play", "2 + 3"], "a formula to learn has the variable x"),
        (["play", "nothing.csv"], "is neither a file nor one of"),
        (["play", "x", "--from", "2", "--to", "1"], "the range of the variables is empty: 2 to 1"),
        (["play", "moons", "--from", "2"], "--from"),
        (["play", "x", "--target", "y"], "--target"),
        (["play", "log(x)"], "log(x)"),
        (["play", "moons", "--momentum", "0.5"], "--momentum only works with --optimizer sgd"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_the_arms_of_the_spiral_are_each_other_turned_by_half_a_circle() -> None:
    data = data_set("spiral")
    first, second = data.X[data.y == 0], data.X[data.y == 1]
    assert len(first) == len(second) == 100
    assert abs(first + second).max() < 0.15


def test_the_sine_is_a_sine_with_noise_of_a_tenth() -> None:
    data = data_set("sine")
    rest = data.y - np.sin(data.X[:, 0])
    assert data.classes == ()
    assert 0.07 < rest.std() < 0.13
