"""What a notebook shows, also one that came by mail and is not trusted."""

from __future__ import annotations

import base64
import copy
import pickle
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import micrograd_tut as mg
from micrograd_tut.drawing import render
from micrograd_tut.errors import MissingPartError
from micrograd_tut.support.html import html_table
from micrograd_tut.support.stills import with_still

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]

REMOVED = {"script", "style", "svg", "iframe"}
"""What JupyterLab removes, with all that is inside, from an output that is not trusted."""


class Mailed(HTMLParser):
    """What is left of an output in a notebook that is not trusted."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.pictures: list[ElementTree.Element] = []
        self._removed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hidden = "display: none" in (dict(attrs).get("style") or "")
        if tag in REMOVED or hidden or (self._removed and tag == self._removed[-1]):
            self._removed.append(tag)
        elif tag == "img" and not self._removed:
            data = (dict(attrs)["src"] or "").removeprefix("data:image/svg+xml;base64,")
            self.pictures.append(ElementTree.fromstring(base64.b64decode(data)))

    def handle_endtag(self, tag: str) -> None:
        if self._removed and tag == self._removed[-1]:
            self._removed.pop()

    def handle_data(self, data: str) -> None:
        if not self._removed:
            self.text += f" {data}"

    @property
    def texts(self) -> list[str]:
        """The texts in the pictures."""
        return ["".join(e.itertext()) for p in self.pictures for e in p.iter() if "text" in e.tag]


def net() -> mg.MLP:
    return mg.MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)


def history() -> mg.History:
    return mg.fit(net(), X, Y, epochs=3, progress=False)


def loss() -> mg.Value:
    a, b = mg.Value(2.0, label="rate"), mg.Value(-3.0, label="b")
    y = a * b + a
    y.backward()
    return y


def compiled() -> Any:
    function = mg.compile(lambda x: mg.tanh(x) * 2.0)
    function([1.0])
    return function


OUTPUTS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "Value": (loss, "", "rate"),
    "drawing": (lambda: mg.draw(loss()), "", "rate"),
    "network drawing": (lambda: mg.draw_network(net()), "", "x1"),
    "animation": (lambda: mg.draw(loss()).animate(), "", "rate"),
    "stepper": (lambda: mg.step(loss()), "Run this cell to step through it", "rate"),
    "MLP": (net, "parameters", "x1"),
    "layer": (lambda: net().layers[0], "Layer of 3 TanhNeuron(2)", "x1"),
    "history": (history, "accuracy", "loss"),
    "training": (lambda: mg.training(net(), X, Y), "epoch", ""),
    "quiz": (lambda: mg.quiz(loss()), "∂L/∂v1 = ?", ""),
    "diagnosis": (lambda: mg.diagnose(net(), X, Y), "saturated", ""),
    "activations": (mg.activations, "typical use", ""),
    "numbers of the layers": (lambda: net().activations(X[1]), "layer 2", ""),
    "explanation": (lambda: net().explain(X[1]), "neuron 3", ""),
    "neuron": (lambda: net().layers[0].neurons[0].explain(X[1]), "products", ""),
    "summary": (lambda: net().summary(), "xavier", ""),
    "compiled": (compiled, "np.tanh(", ""),
}
"""What makes an output; a text in it, and a text in its picture."""


@pytest.mark.parametrize("name", OUTPUTS)
def test_mailed_notebook_keeps_text_and_picture(name: str) -> None:
    make, in_text, in_picture = OUTPUTS[name]
    mailed = Mailed(make()._repr_html_())
    assert in_text in mailed.text
    assert "Data flows from" not in mailed.text  # the description in an SVG
    assert any(in_picture in text for text in mailed.texts) or not in_picture


def test_style_of_a_trusted_notebook_hides_the_still_and_shows_the_drawing() -> None:
    html = mg.draw(loss())._repr_html_()
    assert html is not None
    style, _, rest = html.removeprefix("<style>").partition("</style>")
    still, shown = re.fullmatch(
        r"\.(\S+) \{display: none !important\} \.(\S+) \{display: block !important\}", style
    ).groups()  # type: ignore[union-attr]
    assert rest.startswith(f'<img class="{still}"')
    assert f'<div class="{shown}" style="display: none"><svg ' in rest


def test_stills_of_different_pictures_have_different_classes() -> None:
    first, second = (with_still("", f"<svg>{n}</svg>", "").partition("{")[0] for n in (1, 2))
    assert first != second


def test_network_without_a_layout_engine_shows_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def layout(source: str, seconds: float) -> str:
        raise MissingPartError("no layout engine")

    monkeypatch.setattr(render, "layout", layout)
    mailed = Mailed(net()._repr_html_())
    assert "xavier" in mailed.text
    assert not mailed.pictures


def test_module_shows_what_holds_its_parameters() -> None:
    class Line(mg.Module):
        def __init__(self) -> None:
            self.slope, self.rest = mg.Value(1.0), [mg.MLP(2, [1]), mg.Value(2.0)]
            self.name = "no parameters"

    rows = html_table(
        ["part", "", "parameters"],
        [["slope", "Value(data=1.0, grad=0.0)", "1"], ["rest", "list", "4"]],
        ["total", "", "5"],
        "<<>",
    )
    assert Line()._repr_html_() == rows


def test_function_that_has_not_been_called_says_how_to_see_its_program() -> None:
    shown = Mailed(mg.compile(lambda x: x * 2.0)._repr_html_()).text
    assert "Call it once to see its program here." in shown


def test_listing_is_the_source() -> None:
    function = compiled()
    listing = Mailed(function._repr_html_().partition("<pre>")[2])
    assert listing.text.replace(" ", "") == function.source.rstrip().replace(" ", "")


def test_empty_history_shows_no_picture() -> None:
    assert not Mailed(mg.History()._repr_html_()).pictures


def test_quiz_shows_no_gradient_that_it_asks_for() -> None:
    quiz = mg.quiz(loss())
    assert "∂L/∂v1 =  1.0" not in Mailed(quiz._repr_html_()).text
    assert ">∂L/∂v1 = 1.0<" not in quiz._repr_html_()
    quiz.answer(1)
    assert ">∂L/∂v1 = 1.0<" in quiz._repr_html_()


def pickled(x: Any) -> Any:
    return pickle.loads(pickle.dumps(x))  # noqa: S301 (its own)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_copy_of_a_summary_has_its_html(copied: Callable[[Any], Any]) -> None:
    summary = net().summary()
    again = copied(summary)
    assert (again, again.html, type(again)) == (summary, summary.html, type(summary))


def test_animation_without_a_path_is_what_the_file_would_hold(tmp_path: Path) -> None:
    drawing = mg.draw(loss())
    path = drawing.animate(tmp_path / "moving.svg")
    assert drawing.animate().svg() == path.read_text(encoding="utf-8")


def test_row_of_one_text_is_a_heading_over_all_columns() -> None:
    html = html_table([], [["layer 1"], ["neuron 1", "0.5"]])
    assert '<th colspan="2" style="text-align: left' in html
