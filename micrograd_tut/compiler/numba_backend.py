"""Loops as machine code, compiled by numba."""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import linecache
import os
import platform
import sys
import warnings
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from micrograd_tut.errors import MissingPartError
from micrograd_tut.support.cache import private_cache
from micrograd_tut.support.files import write_whole

_STEM = "micrograd_tut_"
_MAX_PROGRAMS = 64  # whose machine code is kept in the user's cache

_FLAGS = {"x86_64": 1 | 4 | 8, "AMD64": 1 | 4 | 8, "aarch64": 1 | 2 | 4, "arm64": 1 | 2 | 4}
"""By processor: the flags of an invalid operation, a division by zero and an overflow."""


def chosen(backend: str) -> str:
    """The backend to use: "numpy", with a warning, if "native" is not available."""
    problem = why_missing() if backend == "native" else ""
    if problem:  # Python shows the same warning once
        warnings.warn(f"{problem}; NumPy is used instead", RuntimeWarning, stacklevel=2)
    return "numpy" if problem else backend


def why_missing() -> str:
    """Why the native backend is not available: numba, or the processor's flags; else ""."""
    try:
        _numba()
        _flags()
    except MissingPartError as error:
        return str(error)
    except (KeyError, OSError, AttributeError):
        return f"the native backend cannot read the floating-point flags of {platform.machine()}"
    return ""


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


def compiled(function: Callable[..., Any], cache: bool, reorder: bool = False) -> Any:
    """A function as machine code.

    Args:
        function: The function.
        cache: Whether it is in a file, so that numba can cache the machine code beside it.
        reorder: Whether the processor may compute a sum in any order, several terms at a time.
    """
    fastmath = {"reassoc", "contract"} if reorder else False
    return _numba().njit(fastmath=fastmath, error_model="numpy", cache=cache)(function)


def _caches_elsewhere() -> bool:
    """Whether numba is set, by NUMBA_CACHE_DIR, to read machine code from an unchecked folder."""
    return bool(getattr(getattr(_numba(), "config", None), "CACHE_DIR", ""))


def _module(text: str) -> ModuleType:
    """The text as a module, in a file of the user's cache if there is one."""
    name = f"{_STEM}{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    path = f"<{name}>"
    try:
        folder = private_cache()
        file = folder / f"{name}.py"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_whole(file, text)
        forget_old_programs(folder, keep=name)
        path = str(file)
    except (OSError, RuntimeError):  # no home folder, not writable, or others can write there
        pass
    module = ModuleType(name)
    module.__file__ = path
    exec(compile(text, path, "exec"), vars(module))  # noqa: S102
    return module


def forget_old_programs(folder: Path, keep: str) -> None:
    """Delete the machine code of all programs but the 64 used last; `keep` is used now.

    Args:
        folder: The user's cache.
        keep: The name of a program.
    """
    files: dict[str, list[Path]] = {}
    for file in [*folder.glob(f"{_STEM}*"), *folder.glob(f"__pycache__/{_STEM}*")]:
        files.setdefault(file.name.partition(".")[0], []).append(file)
    for file in files.get(keep, ()):
        if file.parent != folder:  # numba compares the time of the source
            os.utime(file)
    used = {name: max(file.stat().st_mtime for file in group) for name, group in files.items()}
    oldest = sorted(used.keys() - {keep}, key=used.__getitem__)
    for name in oldest[: max(0, len(files) - _MAX_PROGRAMS)]:
        for file in files[name]:
            file.unlink(missing_ok=True)


def _forget(name: str) -> None:
    """Drop a module, and its lines, which numba has read under several forms of its path."""
    sys.modules.pop(name, None)
    for path in [path for path in linecache.cache if name in path]:
        del linecache.cache[path]


def build(text: str) -> Any:
    """The `Build` of the executor for a program in loops."""
    clear, test, flags = _flags()
    module = _module(text)
    sys.modules[module.__name__] = module  # numba finds its cache by this name
    is_cached = not (str(module.__file__).startswith("<") or _caches_elsewhere())
    if hasattr(module, "add"):
        vars(module)["add"] = compiled(module.add, is_cached, reorder=True)
    forward = compiled(module.forward, is_cached)
    gradient_of = compiled(module.gradient_of, is_cached)

    def build_for(parameters: Any, gradient: Any, batch: int) -> Any:  # noqa: ARG001
        def run(columns: Any, scale: float | None) -> Any:
            arrays = [np.ascontiguousarray(x) for x in columns]
            clear(flags)
            if scale is None:
                outputs = forward(parameters, *arrays)
            else:
                outputs = gradient_of(parameters, *arrays, scale, gradient)
            if test(flags):
                raise FloatingPointError
            return outputs

        return run

    weakref.finalize(build_for, _forget, module.__name__)
    return build_for
