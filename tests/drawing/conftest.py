import pytest

from micrograd_tut.drawing import render


@pytest.fixture(autouse=True)
def _no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    """No program `dot`: what the tests see does not depend on the machine."""
    monkeypatch.setattr(render.shutil, "which", lambda name: None)
