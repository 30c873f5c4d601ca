"""The folder for machine code that later runs use again.

What lies in it is executed: numba reads it with pickle. So it is used only if nobody else can have
put anything there.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def private_cache() -> Path:
    """The folder ``micrograd_tut`` of the user's cache, made if need be.

    Returns:
        ``$XDG_CACHE_HOME/micrograd_tut``, or ``~/.cache/micrograd_tut``.

    Raises:
        PermissionError: others may use the folder or replace it, or something in it is a link or
            belongs to another user. On Windows, where a user's folders are private, nothing is
            checked.
        OSError, RuntimeError: it cannot be made, or there is no home folder.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "micrograd_tut"
    machine_code = folder / "__pycache__"  # where numba writes
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid"):
        around = folder.parent.stat().st_mode
        replaceable = around & stat.S_IWOTH and not around & stat.S_ISVTX  # /tmp has both
        if replaceable or folder.lstat().st_mode & 0o077:
            raise PermissionError(errno.EACCES, "others may write here", str(folder))
        machine_code.mkdir(mode=0o700, exist_ok=True)
        for path in (folder, *folder.iterdir(), *machine_code.iterdir()):
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode) or status.st_uid != os.getuid():
                raise PermissionError(errno.EACCES, "it may be of another user", str(path))
    return folder
