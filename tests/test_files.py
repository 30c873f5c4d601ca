"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from micrograd_tut.support import files
from micrograd_tut.support.files import check_readable, write_whole


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


@pytest.mark.parametrize(("place", "at"), [(os, "open"), (os, "fsync"), (Path, "replace")])
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
from micrograd_tut.support.files import write_whole
{at} = lambda *args: os.kill(os.getpid(), 9)
write_whole({str(path)!r}, b"new")
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


KILLED_AT_A_LINE = """
import os, sys
from micrograd_tut.support import files

path, left = sys.argv[1], int(sys.argv[2])

def at(frame, event, argument):
    global left
    if frame.f_code.co_filename != files.__file__:
        return None
    left -= event == "line"
    if left < 0:
        os.kill(os.getpid(), 9)
    return at

sys.settrace(at)
files.write_whole(path, b"new" * 1000)
"""


def test_the_file_is_the_old_or_the_new_one_at_whatever_line_the_program_is_killed(
    tmp_path: Path, figure: Callable[..., None]
) -> None:
    path, found = tmp_path / "f", []
    for line in range(100):
        path.write_bytes(b"old")
        command = [sys.executable, "-c", KILLED_AT_A_LINE, str(path), str(line)]
        code = subprocess.run(command, check=False).returncode
        found.append(path.read_bytes())
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert code == 0
    assert len(found) > 10
    replaced = found.index(b"new" * 1000)
    assert found == [b"old"] * replaced + [b"new" * 1000] * (len(found) - replaced)
    figure("killed at each line of a save", "all {:,} left a whole file", len(found) - 1)


@pytest.mark.parametrize("room", [0, 1, 511, 512, 4095, 4096, 9_999])
def test_the_old_file_stays_whole_where_the_disk_takes_no_more(tmp_path: Path, room: int) -> None:
    resource = pytest.importorskip("resource")
    path = tmp_path / "f"
    path.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            write_whole(path, b"x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


WITHOUT_PERMISSION = """
import os, sys
from micrograd_tut.support.files import write_whole

if os.getuid() == 0:  # root may do everything
    os.setuid(65534)
try:
    write_whole(sys.argv[1], b"new")
except PermissionError as error:
    print(error.filename)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of a Unix")
def test_the_old_file_stays_whole_without_permission() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f")
        path.write_bytes(b"old")
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", WITHOUT_PERMISSION, str(path)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        Path(folder).chmod(0o755)
        assert printed == f"{path}\n"
        assert path.read_bytes() == b"old"
        assert os.listdir(folder) == ["f"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the full device of Linux")
def test_a_full_device_is_told_by_its_name() -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole("/dev/full", b"more")
    assert caught.value.filename == "/dev/full"


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


# --- What an existing file keeps, and what is refused ---------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of a Unix")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_an_existing_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    path.chmod(mode)
    write_whole(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of a Unix")
def test_content_of_a_private_file_is_never_readable_by_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    path.chmod(0o600)
    modes, fsync = [], os.fsync

    def observe(descriptor: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", observe)
    write_whole(path, "new")
    assert modes[0] == 0o600


@pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="only root may give files away")
def test_an_existing_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    os.chown(path, 65534, 65533)
    write_whole(path, "new")
    assert (path.stat().st_uid, path.stat().st_gid) == (65534, 65533)


def test_a_read_only_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="read-only; choose another name"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    path.chmod(0o644)


def test_a_link_to_nothing_makes_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("use", [lambda p: write_whole(p, ""), check_readable])
def test_a_name_with_nul_is_refused(tmp_path: Path, use: Callable[[str], None]) -> None:
    with pytest.raises(OSError, match="cannot contain a NUL character") as caught:
        use(f"{tmp_path}/a\0b")
    assert caught.value.filename == f"{tmp_path}/a\0b"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs the pipes of a Unix")
@pytest.mark.parametrize("use", [lambda p: write_whole(p, ""), check_readable])
def test_a_pipe_is_refused_without_waiting_for_its_other_end(
    tmp_path: Path, use: Callable[[Path], None]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="this is a pipe or a socket; use a file"):
        use(tmp_path / "pipe")


def test_a_device_is_not_read() -> None:
    with pytest.raises(OSError, match="a device, not a file"):
        check_readable("/dev/zero")


def test_a_missing_file_and_a_folder_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_readable(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        check_readable(tmp_path)


WRITES = re.compile(r"\.write_(text|bytes)\(|open\([^)]*[\"'][wxa]b?[\"']|savefig\(|to_csv\(")


def test_every_file_is_written_by_one_function() -> None:
    package = Path(files.__file__).parent.parent
    writing = {
        f"{path.relative_to(package)}: {line.partition('#')[0].strip()}"
        for path in package.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if WRITES.search(line) and ">>> " not in line and "... " not in line
    }
    assert writing == {
        'support/files.py: with open(temporary, "xb", opener=create) as file:',
        "support/files.py: target.write_bytes(data)",
        'train/figures.py: self.savefig(data, format="png", dpi=120)',
        "train/figures.py: figure.savefig(data, format=kind, dpi=120)",
    }
