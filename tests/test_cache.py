"""The folder for machine code is used only if it is the user's own."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import micrograd_tut as mg
from micrograd_tut.compiler import numba_backend, program
from micrograd_tut.support.cache import private_cache

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the permissions of a Unix")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of all caches."""
    home = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    return home


def test_folder_is_made_for_the_user_alone(home: Path) -> None:
    folder = private_cache()
    assert folder == home / "micrograd_tut"
    for path in (folder, folder / "__pycache__"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert private_cache() == folder


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o755])
def test_folder_that_others_may_use_is_refused(home: Path, mode: int) -> None:
    folder = private_cache()
    folder.chmod(mode)
    with pytest.raises(PermissionError):
        private_cache()


def test_folder_that_others_may_replace_is_refused(home: Path) -> None:
    private_cache()
    home.chmod(0o777)
    with pytest.raises(PermissionError):
        private_cache()
    home.chmod(0o1777)  # as /tmp
    private_cache()


def test_linked_folder_is_refused(home: Path, tmp_path: Path) -> None:
    home.mkdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (home / "micrograd_tut").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        private_cache()


@pytest.mark.parametrize("inside", [".", "__pycache__"])
def test_folder_with_a_link_in_it_is_refused(home: Path, inside: str, tmp_path: Path) -> None:
    (private_cache() / inside / "link").symlink_to(tmp_path / "victim")
    with pytest.raises(PermissionError):
        private_cache()


@pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="only root may give files away")
@pytest.mark.parametrize("inside", [".", "__pycache__", "__pycache__/f"])
def test_folder_with_something_of_another_user_is_refused(home: Path, inside: str) -> None:
    path = private_cache() / inside
    if not path.exists():
        path.touch()
    os.chown(path, 65534, 65534)
    with pytest.raises(PermissionError):
        private_cache()


COMPILE = """
import micrograd_tut as mg
print(mg.compile(lambda x: x * 2.5 + 1.0, backend="native")([1.0]))
"""


class Planted:
    """What runs a command when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> object:
        return os.mkdir, (str(self.trace),)


def test_planted_machine_code_does_not_run(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("numba")

    def output() -> str:
        command = [sys.executable, "-c", COMPILE]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert output() == "[3.5]\n"
    indexes = list((home / "micrograd_tut" / "__pycache__").glob("*.nbi"))
    assert indexes
    for path in indexes:
        with path.open("rb") as file:
            version = pickle.load(file)  # noqa: S301
        path.write_bytes(pickle.dumps(version) + pickle.dumps(Planted(tmp_path / "ran")))
    (home / "micrograd_tut").chmod(0o777)
    assert output() == "[3.5]\n"
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(bool(numba_backend.why_missing()), reason="needs numba")
@pytest.mark.parametrize("elsewhere", [False, True])
def test_machine_code_is_kept_in_the_private_folder_only(
    elsewhere: bool, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numba

    other = tmp_path / "other"
    monkeypatch.setattr(program, "_programs", {})
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(other) if elsewhere else "")
    f = mg.compile(lambda x: mg.tanh(x) * 0.375, backend="native")
    assert f([0.0]).tolist() == [0.0]
    assert not other.exists()
    assert bool([*home.rglob("*.nbc")]) != elsewhere
