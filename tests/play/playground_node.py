"""Run the script of a playground's page in node, without a page."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from micrograd_tut.pages.html_page import text_of
from micrograd_tut.play import page

RUN = """
import { readFileSync, writeFileSync } from "node:fs";
const [from, to] = process.argv.slice(2), given = JSON.parse(readFileSync(from));
const found = work(given);
writeFileSync(to, JSON.stringify(found));
"""


class Node:
    """Runs functions of JavaScript with the numeric part of the script."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("node")
        if not program:
            pytest.skip("JavaScript needs node on PATH")
        self.program, self.folder = program, folder

    def __call__(self, work: str, given: Any = None, programs: str = "") -> Any:
        """The result of ``work``, the body of a function of ``given``."""
        parts = [text_of("micrograd_tut.play", name) for name in page.COMPUTING]
        script = "\n".join([*parts, programs, f"function work(given) {{\n{work}\n}}", RUN])
        (self.folder / "work.mjs").write_text(script, encoding="utf-8")
        (self.folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        found = self.folder / "found.json"
        command = [self.program, self.folder / "work.mjs", self.folder / "given.json", found]
        subprocess.run(command, check=True, timeout=120)
        return json.loads(found.read_text(encoding="utf-8"))
