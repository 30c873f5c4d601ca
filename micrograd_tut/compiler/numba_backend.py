"""Programs in loops as machine code, by numba."""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from micrograd_tut.errors import MissingPartError
from micrograd_tut.support.files import write_whole

_FLAGS = {"x86_64": 1 | 4 | 8, "AMD64": 1 | 4 | 8, "aarch64": 1 | 2 | 4, "arm64": 1 | 2 | 4}
"""The bits of a processor that tell of an invalid operation, a division by zero, an overflow."""


def chosen(backend: str) -> str:
    """The backend that is there: "numpy" in place of a "native" one that cannot be had."""
    return backend if backend == "numpy" or available() else "numpy"


def available() -> bool:
    """Whether numba is installed, and the processor's flags can be read."""
    try:
        _numba()
        _flags()
    except (MissingPartError, KeyError, OSError, AttributeError):
        return False
    return True


@cache
def _numba() -> Any:
    try:
        import numba
    except ImportError:
        raise MissingPartError(
            "the native backend needs numba: pip install 'micrograd-tut[native]'"
        ) from None
    return numba


@cache
def _flags() -> tuple[Callable[[int], int], Callable[[int], int], int]:
    library = ctypes.CDLL(ctypes.util.find_library("m"))
    return library.feclearexcept, library.fetestexcept, _FLAGS[platform.machine()]


def compiled(function: Callable[..., Any], keep: bool) -> Callable[..., Any]:
    """Loops as machine code; the order of sums is left to the compiler.

    Args:
        function: The loops.
        keep: Whether they are in a file, so that numba can keep what it has compiled beside it.
    """
    jit = _numba().njit(fastmath={"reassoc", "contract"}, error_model="numpy", cache=keep)
    fast: Callable[..., Any] = jit(function)
    return fast


def _folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "micrograd_tut"


def _module(text: str) -> tuple[ModuleType, bool]:
    """The text as a module, and whether it could be put into a file of the user's cache."""
    name = f"micrograd_tut_{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    path = _folder() / f"{name}.py"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text)
        kept = True
    except (OSError, RuntimeError):  # no home, or it cannot be written to
        kept = False
    module = sys.modules[name] = ModuleType(name)  # numba finds what it has kept by this name
    module.__file__ = str(path)
    exec(compile(text, str(path), "exec"), vars(module))  # noqa: S102
    return module, kept


def build(text: str) -> Any:
    """What a program in loops runs: like the ``build`` of a NumPy program."""
    clear, test, flags = _flags()
    module, kept = _module(text)
    forward_loops = compiled(module.forward, kept)
    gradient_loops = compiled(module.gradient_of, kept)

    def built(parameters: Any, gradient: Any, batch: int) -> Any:  # noqa: ARG001
        def checked(loops: Any, *arguments: Any) -> Any:
            clear(flags)
            found = loops(*arguments)
            if test(flags):
                raise FloatingPointError
            return found

        def forward(*columns: Any) -> Any:
            return checked(forward_loops, parameters, *map(np.ascontiguousarray, columns))

        def both(*columns: Any) -> Any:
            given = map(np.ascontiguousarray, columns[:-1])
            return checked(gradient_loops, parameters, *given, columns[-1], gradient)

        return forward, both

    return built
