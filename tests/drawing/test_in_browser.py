"""Several pictures on one page in Chromium: none disturbs another, and each has a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawing_graphs import lecture_neuron

import micrograd_tut as mg
from micrograd_tut.drawing import draw

pytestmark = pytest.mark.browser
LOOK = """() => [...document.querySelectorAll("svg")].map((svg) => {
  const look = (selector) => getComputedStyle(svg.querySelector(selector));
  return [look(".paper").fill, look(".node text").fill, look(".edge > path").animationName];
})"""


@pytest.fixture
def opened(chromium: Any) -> Any:
    """Open a page with some pictures; it is closed after the test."""
    pages = []

    def open_(*svgs: str, scheme: str = "light") -> Any:
        pages.append(chromium.new_page(color_scheme=scheme))
        pages[-1].set_content(
            "<!doctype html><html lang=en><title>pictures</title><main><h1>Pictures</h1>"
            f"{''.join(svgs)}</main></html>"
        )
        return pages[-1]

    yield open_
    for page in pages:
        page.close()


def pictures(folder: Path) -> list[str]:
    o = lecture_neuron()
    themes = [draw(o, theme=theme).svg() for theme in ("light", "dark", "auto")]
    network = mg.draw_network(mg.MLP(2, [3, 1], seed=1), theme="auto").svg()
    moving = [
        draw(o).animate(folder / f"{seconds}.svg", seconds).read_text(encoding="utf-8")
        for seconds in (5.0, 3.0)
    ]
    return [*themes, network, *moving]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_picture_looks_as_it_does_alone(opened: Any, scheme: str, tmp_path: Path) -> None:
    svgs = pictures(tmp_path)
    alone = [opened(svg, scheme=scheme).evaluate(LOOK)[0] for svg in svgs]
    assert opened(*svgs, scheme=scheme).evaluate(LOOK) == alone
    assert alone[0][:2] != alone[1][:2]
    assert (alone[0] == alone[2]) == (scheme == "light")
    assert len({name for _, _, name in alone}) == 3  # none, and two movements


def test_a_screen_reader_has_a_name_and_a_description_of_each(opened: Any, tmp_path: Path) -> None:
    page = opened(*pictures(tmp_path))
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    images = [n for n in nodes if n.get("role", {}).get("value") in ("image", "img")]
    assert len(images) == 6
    assert {n["name"]["value"] for n in images} == {
        "computation graph of 10 Values", "network 2 → 3 → 1, 13 parameters",
    }  # fmt: skip
    assert all("flows from left to right" in n["description"]["value"] for n in images)


def test_axe_finds_nothing_in_pictures(opened: Any, axe: str, tmp_path: Path) -> None:
    page = opened(*pictures(tmp_path))
    page.evaluate(axe)
    found = page.evaluate("axe.run()")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
