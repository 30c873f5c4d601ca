"""Without NumPy, as in a browser: what needs no arrays works, and the rest says what to install."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from micrograd_tut.support.libraries import explained_imports

WITHOUT = """
    import sys
    sys.modules["numpy"] = None  # an import raises ModuleNotFoundError
    import micrograd_tut as mg
    from micrograd_tut.errors import MissingPartError
"""


def run(program: str) -> str:
    """What a program without NumPy prints."""
    code = textwrap.dedent(WITHOUT) + textwrap.dedent(program)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_needs_no_arrays_works() -> None:
    printed = run("""
        a = mg.Value(2.0, label="a")
        y = mg.tanh(a * 3 - 5)
        y.backward()
        model = mg.MLP(2, [3, 1], seed=1)
        loss = mg.mse(model([1.0, 2.0]), 3.0)
        loss.backward()
        mg.check_gradients(mg.tanh, 0.5)
        assert "<svg" in mg.draw(y).svg()
        assert "<svg" in mg.draw_network(model).svg()
        assert len(mg.step(y)) > 3
        assert "?" in repr(mg.quiz(y))
        print(len(model.parameters()), y.data)
    """)
    assert printed == "13 0.7615941559557649\n"


def test_what_needs_arrays_says_what_to_install() -> None:
    printed = run("""
        model = mg.MLP(2, [1])
        calls = [
            lambda: mg.fit, lambda: mg.compile, lambda: mg.Adam, lambda: mg.read_csv,
            lambda: model.fit([[1, 2]], [1]), lambda: model.predict([[1, 2]]),
            lambda: mg.draw_network(model, show="planes").svg(),
        ]
        for call in calls:
            try:
                call()
            except MissingPartError as error:
                print(error)
    """)
    lines = printed.splitlines()
    assert len(lines) == 7
    assert {line.partition(", or ")[0] for line in lines} == {
        "arrays (training, compiling, tables) need NumPy: run `pip install numpy`"
    }


def test_another_missing_module_is_not_explained() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"), explained_imports():
        import no_such_module  # type: ignore[import-not-found]  # noqa: F401
