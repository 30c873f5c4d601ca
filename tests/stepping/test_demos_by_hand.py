"""The two demos of this room run, and show the lecture's gradients."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEMOS = Path(__file__).parents[2] / "demos"


def output_of(name, out):
    command = [sys.executable, DEMOS / name, "--out", out]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout


def test_by_hand_finds_the_gradients_three_ways(tmp_path):
    shown = output_of("11_by_hand.py", tmp_path)
    # Source: the lecture's numbers
    wanted = "x1.grad = -1.5000   w1.grad = 1.0000   x2.grad = 0.5000   w2.grad = 0.0000"
    assert wanted in shown
    assert "gradient    ∂o/∂x1 = -1.5" in shown
    assert "-1.5 = 0.5 × -3.0" in shown
    assert "x1.grad = 0.0000   w1.grad = 0.0000" in shown  # gone back
    assert "∂o/∂x1" in (tmp_path / "backprop.html").read_text(encoding="utf-8")


def test_tanh_in_pieces_gives_the_same_gradients(tmp_path):
    shown = output_of("12_expand_tanh.py", tmp_path)
    assert "x1       -1.500000000000   -1.500000000000" in shown
    assert (tmp_path / "tanh_functions.html").exists()
    assert "exp" in (tmp_path / "tanh_ops.html").read_text(encoding="utf-8")
