"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from micrograd_tut.files import write_whole


def test_text_is_written_as_utf8(tmp_path: Path) -> None:
    write_whole(tmp_path / "f", "∂L/∂a")
    assert (tmp_path / "f").read_bytes() == "∂L/∂a".encode()


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_whole(tmp_path / "f", b"")
    assert (tmp_path / "f").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_link_keeps_pointing(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize(("place", "at"), [(Path, "open"), (os, "fsync"), (Path, "replace")])
@pytest.mark.parametrize("what", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_the_old_file_stays_whole_where_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, at: str, what: BaseException
) -> None:
    def fail(*_args: Any) -> None:
        raise what

    path = tmp_path / "f"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(place, at, fail)
        with pytest.raises(type(what)) as caught:
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]
    if isinstance(caught.value, OSError):
        assert caught.value.filename == str(path)


@pytest.mark.parametrize("at", ["os.fsync", "Path.replace"])
def test_the_old_file_stays_whole_where_the_program_is_killed(tmp_path: Path, at: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    program = f"""
import os
from pathlib import Path
from micrograd_tut.files import write_whole
{at} = lambda *args: os.kill(os.getpid(), 9)
write_whole({str(path)!r}, b"new")
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_a_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as caught:
        write_whole(tmp_path, b"")
    assert caught.value.filename == str(tmp_path)


def test_a_missing_folder_is_told_by_the_name_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "f"
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(path, b"")
    assert caught.value.filename == str(path)


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole("/dev/null", b"gone")
    assert Path("/dev/null").is_char_device()
