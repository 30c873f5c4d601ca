"""The page "From Values to PyTorch" and the demos of the bridges."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_docs import run_snippets

pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "from-values-to-pytorch.md"


def output_of(demo: str, out: Path) -> str:
    command = [sys.executable, ROOT / "demos" / demo, "--quick", "--out", out]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not PAGE.exists():
        pytest.skip("an installed package has no documentation beside it")
    monkeypatch.chdir(tmp_path)
    run_snippets(PAGE.read_text(encoding="utf-8"), PAGE.name)


def test_every_line_of_the_loop_gives_the_number_of_torch(tmp_path: Path) -> None:
    output = output_of("13_the_same_in_torch.py", tmp_path)
    apart = [float(x) for x in re.findall(r"\d\.\d{12}  (\S+)$", output, re.MULTILINE)]
    assert len(apart) == 5
    assert max(apart) < 1e-12
    assert "All 6 gradients agree" in output


def test_two_processes_show_the_curve_of_one(tmp_path: Path) -> None:
    output = output_of("14_many_machines.py", tmp_path)
    apart = [float(x) for x in re.findall(r"^ +\d .*\d\.\d{15}  +(\S+)$", output, re.MULTILINE)]
    assert len(apart) == 3
    assert max(apart) < 1e-12
