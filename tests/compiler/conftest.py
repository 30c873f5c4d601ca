"""Fixtures of the compiler's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from micrograd_tut.compiler import numba_backend
from micrograd_tut.compiler.executor import Executable


@pytest.fixture
def loops_in_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run loops as plain Python, without numba."""
    monkeypatch.setattr(numba_backend, "compiled", lambda function, cache, reorder=False: function)
    monkeypatch.setattr(numba_backend, "_numba", lambda: None)  # it may not be installed
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(numba_backend, "_flags", lambda: (lambda flags: 0, lambda flags: 0, 0))


@pytest.fixture
def no_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if compiled code falls back to Values."""

    def fail(*_: object) -> None:
        pytest.fail("the compiled code fell back to Values")

    monkeypatch.setattr(Executable, "_fallback", fail)
