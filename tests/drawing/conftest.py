import pytest

from micrograd_tut.drawing import dot_program


@pytest.fixture(autouse=True)
def _no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    """No program `dot`: what the tests see does not depend on the machine."""
    monkeypatch.setattr(dot_program, "installed", lambda: False)
