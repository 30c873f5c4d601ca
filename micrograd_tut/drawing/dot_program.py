"""The program `dot` of Graphviz, with limits of time and memory; it never outlives its caller."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys

from micrograd_tut.drawing.limits import MEMORY, limit_error
from micrograd_tut.errors import LayoutError

# A shell sets the limits, so that no Python code runs between fork and exec, where another thread
# could hold a lock. Where the system lacks a limit, the time-out below still holds.
_LIMITED = 'ulimit -t {seconds} 2>/dev/null; ulimit -v {kilobytes} 2>/dev/null; exec "$@"'
_ADDRESSES = MEMORY + 2**29  # the libraries of `dot` take addresses, too


class DotProgram:
    """The layout engine `dot`."""

    def svg(self, source: str, seconds: float) -> str:
        """The SVG of a DOT text; arguments and errors as for `LayoutEngine.svg`."""
        return run(source, "svg", seconds).decode()


def installed() -> bool:
    """Whether `dot` is on PATH."""
    return shutil.which("dot") is not None


def run(source: str, suffix: str, seconds: float) -> bytes:
    """The picture of a DOT text in the format `suffix`.

    Raises:
        LayoutError: the text is not DOT.
        LayoutLimitError: it needs more than `seconds`, or too much memory.
    """
    command = [*_limits(seconds), "dot", f"-T{suffix}"]
    pipe = subprocess.PIPE
    # a session of its own: Ctrl-C reaches this process alone, which then ends the whole group
    with subprocess.Popen(  # noqa: S603 (a fixed command)
        command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    ) as process:
        try:
            picture, complaint = process.communicate(source.encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            raise limit_error(f"it takes more than {seconds:g} seconds") from None
        finally:
            _end(process)
    if process.returncode:
        message = complaint.decode(errors="replace").strip()
        if process.returncode < 0 or "memory" in message:
            raise limit_error(f"dot ended with status {process.returncode}: {message[:200]}")
        raise LayoutError(f"dot could not lay out this drawing: {message}")
    return picture


def _limits(seconds: float) -> list[str]:
    """The start of a command line that limits what follows, if the system can."""
    if os.name != "posix":
        return []
    limited = _LIMITED.format(seconds=int(seconds) + 2, kilobytes=_ADDRESSES // 1024)
    return ["sh", "-c", limited, "sh", *_ends_with_its_parent()]


@functools.cache
def _ends_with_its_parent() -> tuple[str, ...]:
    """The start of a command line whose process the system ends if this one is killed (Linux)."""
    command = ("setpriv", "--pdeathsig", "KILL")
    if sys.platform != "linux" or not shutil.which(command[0]):
        return ()
    done = subprocess.run([*command, "true"], capture_output=True, check=False)  # noqa: S603
    return () if done.returncode else command


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process, and all that it has started, if it still runs."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
