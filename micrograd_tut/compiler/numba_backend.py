"""Loops as machine code, compiled by numba."""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import platform
import sys
import warnings
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from micrograd_tut.errors import MissingPartError
from micrograd_tut.support.cache import private_cache
from micrograd_tut.support.files import write_whole

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


def compiled(function: Callable[..., Any], cache: bool) -> Callable[..., Any]:
    """A function as machine code. The compiler may reorder sums.

    Args:
        function: The function.
        cache: Whether it is in a file, so that numba can cache the machine code beside it.
    """
    jit = _numba().njit(fastmath={"reassoc", "contract"}, error_model="numpy", cache=cache)
    machine_code: Callable[..., Any] = jit(function)
    return machine_code


def _module(text: str) -> tuple[ModuleType, bool]:
    """The text as a module, and whether it is in a file of the user's cache."""
    name = f"micrograd_tut_{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    path = f"<{name}>"
    try:
        file = private_cache() / f"{name}.py"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            write_whole(file, text)
        path = str(file)
    except (OSError, RuntimeError):  # no home folder, not writable, or others can write there
        pass
    module = sys.modules[name] = ModuleType(name)  # numba finds its cache by this name
    module.__file__ = path
    exec(compile(text, path, "exec"), vars(module))  # noqa: S102
    return module, not path.startswith("<")


def build(text: str) -> Any:
    """The `Build` of the executor for a program in loops."""
    clear, test, flags = _flags()
    module, is_cached = _module(text)
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

    return build_for
