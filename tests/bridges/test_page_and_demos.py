"""The demos of the bridges."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]


def output_of(demo: str, out: Path) -> str:
    command = [sys.executable, ROOT / "demos" / demo, "--quick", "--out", out]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


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
