"""The pages of the course in Chromium: nothing is loaded, and nobody is kept out."""

from __future__ import annotations

from typing import Any

import pytest

from micrograd_tut.course.certificate import certificate
from micrograd_tut.course.progress import Given, Progress
from micrograd_tut.course.sheet import check_sheet
from micrograd_tut.course.source import check_of, checks

pytestmark = pytest.mark.browser


def finished(tmp_path: Any) -> Progress:
    progress = Progress(tmp_path / "course.json")
    for check in checks():
        progress.answers[check.key] = {
            question.id: Given(0, False, "2026-01-31") for question in check.questions
        }
    return progress


@pytest.mark.parametrize("width", [390, 1200])
def test_axe_finds_nothing_and_pages_fit_the_screen(
    width: int, chromium: Any, axe: str, tmp_path: Any
) -> None:
    pages = [*check_sheet(check_of("2")), certificate("Ada", finished(tmp_path))]
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for n, text in enumerate(pages):
        path = tmp_path / f"{n}.html"
        path.write_text(text, encoding="utf-8")
        page.goto(path.as_uri())
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(requests) == len(pages)
    context.close()
