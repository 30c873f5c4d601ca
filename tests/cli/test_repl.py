"""``micrograd-tut repl``."""

from __future__ import annotations

import subprocess
import sys

import micrograd_tut as mg
from micrograd_tut.cli.repl import public_names


def test_names_are_mg_and_its_public_names() -> None:
    names = public_names()
    assert names["mg"] is mg
    for name in ("Value", "MLP", "tanh", "OPS", "draw", "fit", "save", "Adam"):
        assert names[name] is getattr(mg, name)


def test_only_public_names_are_imported() -> None:
    assert not {"Any", "TYPE_CHECKING", "annotations", "import_module", "ops", "engine"} & {
        *public_names()
    }


def test_plain_prompt_exits_with_status_0() -> None:
    command = [sys.executable, "-m", "micrograd_tut", "repl", "--plain"]
    done = subprocess.run(command, input="exit()\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0


def test_plain_prompt_evaluates_input() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "micrograd_tut", "repl", "--plain"],
        input="a = Value(3.0); y = a * a; y.backward(); print('gradient', a.grad)\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "gradient 6.0" in done.stdout
    assert f"micrograd_tut {mg.__version__}" in done.stderr
