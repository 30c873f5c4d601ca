"""What is printed where standard output is not UTF-8: ASCII, never a UnicodeEncodeError."""

import os
import subprocess
import sys

import pytest

from micrograd_tut.encoding import encodable
from micrograd_tut.support.text import Text

PRINTED = {
    "a step": ("mg.step(y)[-1]", "dL/db += dL/dL * a"),
    "a stepper": ("mg.step(y)", "step 0 of"),
    "a quiz": ("mg.quiz(y)", "dL/db = ?"),
    "an answer": ("mg.quiz(y).answer(2)", "Right: dL/db = 1.0 x 2.0"),
    "a hint": ("mg.quiz(y).hint()", "local"),
    "a nudge": ("mg.nudge(y, a)", "gradient    dL/da"),
    "a history": ("mg.fit(net, X, [0, 1], epochs=1, progress=False)", "-----"),
    "a diagnosis": ("mg.diagnose(net, X)", "-----"),
    "a summary": ("net.summary()", "-----"),
    "a neuron": ("net.layers[0].neurons[0].explain([1, 2])", " x 1 = "),
    "the activations": ("mg.activations()", "dout_i/dx_j"),
    "a text around a history": ('f"{mg.diagnose(net, X)}"', "-----"),
    "a data set": ('mg.train.data.DataSet("h\\u00f6hle", [[1.0]], [2.0], ["x"], "y")', "h?hle"),
    "an error": ('mg.errors.InputError("2 \\u00d7 3")', "2 x 3"),
}

PROGRAM = """
import micrograd_tut as mg, micrograd_tut.train.data
a, b = mg.Value(2.0, "a"), mg.Value(-3.0, "b")
y = a * b
y.label = "L"
X = [[0.0, 1.0], [1.0, 0.0]]
net = mg.MLP(2, [3, 1], output="sigmoid", seed=0)
print({expression})
"""


def on(encoding: str, *command: str, typed: str = "") -> str:
    """What the command prints on a console with this encoding, which takes only what it has."""
    environment = {**os.environ, "PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "micrograd_tut", *command],
        input=typed.encode(), capture_output=True, env=environment, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    return (done.stdout + done.stderr).decode(encoding)


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "cp1252", "cp932", "cp65001"])
def test_the_command_prints_on_consoles_of_windows(encoding: str) -> None:
    expression = ["größe*b + b", "größe=2", "b=-3"]
    assert "(step)" in on(encoding, "step", *expression, typed="n\nc\nq\n")
    assert "b = -3.0" in on(encoding, "quiz", *expression, typed="1\nh\ns\nq\n")
    assert "^" in on(encoding, "draw", "größe * ", "größe=1")
    assert "usage" in on(encoding, "train", "--help")


@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}])
@pytest.mark.parametrize("name", PRINTED)
def test_it_prints_without_unicode(name: str, environment: dict[str, str]) -> None:
    expression, expected = PRINTED[name]
    if "LC_ALL" in environment:  # Python takes UTF-8 in this locale, unless it is kept from it
        environment = {**environment, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(expression=expression)],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.stderr == b""
    assert expected in done.stdout.decode("ascii")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_unicode_encoding_keeps_every_character(encoding: str) -> None:
    assert encodable("∂L/∂a → 宽度 × 2", encoding) == "∂L/∂a → 宽度 × 2"


def test_an_encoding_keeps_the_characters_that_it_has() -> None:
    assert encodable("∂a × 2", "cp1252") == "da × 2"


def test_a_stream_without_encoding_takes_every_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert Text("∂a") == "∂a"
