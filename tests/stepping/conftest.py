"""A page in Chromium."""

from __future__ import annotations

import pytest
from stepping_graphs import SIZES


@pytest.fixture
def opened(chromium, tmp_path):
    """Open the page of a walk or a quiz; afterwards, no error and no request may have happened."""
    problems = []
    contexts = []

    def open_(stepper, size="wide", scheme="light", motion="reduce"):
        path = tmp_path / f"{len(contexts)}.html"
        stepper.page(path)
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion=motion
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.on("request", lambda r: r.url == path.as_uri() or problems.append(f"asks {r.url}"))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert problems == []
