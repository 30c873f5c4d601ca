"""Files: atomic writing, and a check before reading. Every file is written by `write_whole`."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write a file atomically: at each moment the old or the new file is there, complete.

    The content is written to a temporary file beside it, flushed to disk, and then renamed. An
    existing file keeps its mode and, where the system allows it, its owner.

    Args:
        path: The file; a symbolic link is followed and kept.
        content: Bytes, or text, which is written as UTF-8.

    Raises:
        OSError: it cannot be written, for example since it is read-only, a folder or a pipe; an
            existing file stays as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        existing = _status(path)
        target = Path(os.path.realpath(path))
        if existing is None or stat.S_ISREG(existing.st_mode):
            _replace(target, data, existing)
        else:
            target.write_bytes(data)  # a device; a directory refuses
    except OSError as error:
        raise _named(error, path) from None


def check_readable(path: str | os.PathLike[str]) -> None:
    """Raise the usual OSError if this is not a file that can be read."""
    try:
        status = _status(path)
        if status and not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            raise OSError(errno.EINVAL, "this is a device, not a file")
        with open(path, "rb"):
            pass
    except OSError as error:
        raise _named(error, path) from None


def _status(path: str | os.PathLike[str]) -> os.stat_result | None:
    """What is at the end of a path; None if nothing is."""
    if "\0" in os.fspath(path):
        raise OSError(errno.EINVAL, "a file name cannot contain a NUL character")
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode):
        raise OSError(errno.EINVAL, "this is a pipe or a socket; use a file")
    return status


def _replace(target: Path, data: bytes, existing: os.stat_result | None) -> None:
    if existing and not (existing.st_mode & 0o222 and os.access(target, os.W_OK)):
        raise PermissionError(errno.EACCES, "the file is read-only; choose another name")
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    mode = stat.S_IMODE(existing.st_mode) if existing else 0o666  # less the umask

    def create(name: str, flags: int) -> int:
        return os.open(name, flags, mode)

    try:
        with open(temporary, "xb", opener=create) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if existing:
            with suppress(OSError, AttributeError):  # not everyone may, and Windows has no owners
                os.chown(temporary, existing.st_uid, existing.st_gid)
            temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # elsewhere a directory cannot be opened
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _named(error: OSError, path: str | os.PathLike[str]) -> OSError:
    """The error with the name that the user gave."""
    return OSError(error.errno, error.strerror, os.fspath(path))
