"""Several pictures on one page, and what a screen reader says of a picture."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from drawing_graphs import SVG, lecture_neuron, net_loss, parsed

import micrograd_tut as mg
from micrograd_tut.drawing import draw


def moving(seconds: float) -> str:
    with TemporaryDirectory() as folder:
        path = draw(lecture_neuron()).animate(Path(folder, "moving.svg"), seconds)
        return path.read_text(encoding="utf-8")


def pictures() -> dict[str, str]:
    """Pictures whose styles differ."""
    return {
        "light": draw(lecture_neuron()).svg(),
        "dark": draw(lecture_neuron(), theme="dark").svg(),
        "auto": draw(lecture_neuron(), theme="auto").svg(),
        "network": mg.draw_network(mg.MLP(8, [8, 1], seed=1), theme="auto").svg(),
        "moving": moving(5.0),
        "faster": moving(3.0),
    }


def css_of(svg: str) -> str:
    found = re.search(r"<style>(.*?)</style>", svg, re.DOTALL)
    return found[1] if found else ""


def test_no_element_has_an_id() -> None:
    for svg in pictures().values():
        assert not [e for e in parsed(svg).iter() if e.get("id")]


def test_every_rule_starts_with_a_class_that_only_its_picture_has() -> None:
    drawn = pictures()
    for (name, svg), (other, another) in product(drawn.items(), repeat=2):
        own = set((parsed(svg).get("class") or "").split())
        rules = re.sub(
            r"@keyframes [\w-]+ \{(?:[^{}]*\{[^{}]*\})*\}|@media [^{]*\{", "", css_of(svg)
        )
        for selectors in re.findall(r"([^{}]+)\{", rules):
            for selector in selectors.split(","):
                scope = selector.split()[0].removeprefix(".")
                assert scope in own
                assert name == other or scope not in (parsed(another).get("class") or "").split()


def test_two_animations_do_not_share_the_name_of_a_movement() -> None:
    slow, fast = css_of(moving(5.0)), css_of(moving(3.0))
    names = [set(re.findall(r"@keyframes ([\w-]+)", css)) for css in (slow, fast)]
    assert all(names)
    assert not names[0] & names[1]
    assert set(re.findall(r"animation: ([\w-]+)", slow)) <= names[0]


@pytest.mark.parametrize("name", pictures())
def test_every_picture_has_a_role_a_name_and_a_description(name: str) -> None:
    root = parsed(pictures()[name])
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == root.get("aria-label")


def test_the_description_says_what_the_boxes_show() -> None:
    words = parsed(draw(lecture_neuron()).svg())[1].text or ""
    assert "from left to right" in words
    assert "Input: b, data 6.881, grad 0.5; x1, data 2, grad -1.5; " in words
    assert words.endswith("Output: tanh, o, data 0.7071, grad 1.")


def test_the_description_of_a_large_picture_counts_what_it_leaves_out() -> None:
    words = parsed(draw(net_loss(), "values").svg())[1].text or ""
    assert "and 119 more." in words  # of 131 parameters
    assert len(words) < 4000
