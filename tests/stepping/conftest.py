"""A page in Chromium, and parts of its script in node."""

from __future__ import annotations

import json
import shutil
import subprocess

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


RUNNER = """\
const { readFileSync, writeFileSync } = require("fs");
const [from, to] = process.argv.slice(2);
const run = ([code, given]) => new Function(...Object.keys(given), code)(...Object.values(given));
writeFileSync(to, JSON.stringify(JSON.parse(readFileSync(from, "utf8")).map(run)));
"""


@pytest.fixture
def javascript(tmp_path):
    """Run bodies of functions, each with the numbers given by name, in one process of node."""
    program = shutil.which("node")
    if not program:
        pytest.skip("JavaScript needs node on PATH")

    def run(jobs):
        runner, given, found = (tmp_path / name for name in ("run.cjs", "given.json", "found.json"))
        runner.write_text(RUNNER, encoding="utf-8")
        given.write_text(json.dumps(jobs), encoding="utf-8")
        subprocess.run([program, runner, given, found], check=True, timeout=300)
        return json.loads(found.read_text(encoding="utf-8"))

    return run
