"""The same files and texts, byte for byte, in whatever environment Python runs."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import micrograd_tut as mg

PROGRAM = """
import hashlib, io, os, sys, warnings
from pathlib import Path
import micrograd_tut as mg
from micrograd_tut.cli import main

def succeed(status):  # -O drops assert statements
    if status:
        raise SystemExit(status)

folder = Path(sys.argv[1])
sys.stdin = io.StringIO("n\\nc\\nq\\n")
formula = ["tanh(a*b + c)", "a=2", "b=-3", "c=6.5"]
succeed(main(["step", *formula]))
succeed(main(["draw", *formula, "-o", str(folder / "g.svg")]))
succeed(main(["draw", *formula, "-o", str(folder / "g.dot")]))
succeed(main(["step", *formula, "--page", str(folder / "p.html")]))
model = mg.MLP(2, [3, 1], seed=1)
history = mg.fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], epochs=3, progress=False)
mg.save(model, folder / "m", extra={"ı": "İ"})
print(mg.load(folder / "m"), file=sys.stderr)
try:
    main(["draw", "∂a*é", "a=1"])
except SystemExit:
    pass
for name in ("g.svg", "g.dot", "p.html", "m"):
    print(name, hashlib.sha256((folder / name).read_bytes()).hexdigest(), file=sys.stderr)
print(history.rows, file=sys.stderr)
"""
ENVIRONMENTS: dict[str, tuple[list[str], dict[str, str | None]]] = {
    "-O": (["-O"], {}),
    "-OO": (["-OO"], {}),
    "-W error": (["-W", "error"], {}),
    "development mode": (["-X", "dev"], {}),
    "another hash seed": ([], {"PYTHONHASHSEED": "12345"}),
    "LC_ALL=C": ([], {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "LANG=tr_TR": ([], {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"}),
    "an ASCII terminal": ([], {"PYTHONIOENCODING": "ascii:strict"}),
    "a home that is read-only": ([], {"HOME": "/proc"}),
    "no home": ([], {"HOME": None}),
    "no programs": ([], {"PATH": "/nonexistent"}),
}


def run(arguments: list[str], changes: dict[str, str | None], folder: Path) -> list[str]:
    """What the program reports of its results."""
    environment = {k: v for k, v in os.environ.items() if k not in changes} | {
        "PYTHONPATH": str(Path(mg.__file__).parent.parent),
        "PATH": "",  # the embedded layout engine in every environment
        **{k: v for k, v in changes.items() if v is not None},
    }
    program = folder / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *arguments, str(program), str(folder)],
        capture_output=True, check=False, env=environment, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stderr.decode(errors="replace").splitlines()[-6:]


@cache
def plain(folder: Path) -> list[str]:
    return run([], {}, folder)


@pytest.mark.skipif(os.name != "posix", reason="needs the environment of a Unix")
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_results_are_those_of_the_plain_environment(
    name: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = plain(tmp_path_factory.getbasetemp())
    assert run(*ENVIRONMENTS[name], tmp_path) == expected
