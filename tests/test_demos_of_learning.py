"""The demos of learning with --quick: their output and their pictures."""

from __future__ import annotations

import functools
import io
import re
import runpy
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from xml.etree import ElementTree

import pytest

DEMOS = Path(__file__).parent.parent / "demos"


def output_of(name: str, out: Path) -> str:
    """The printed output of a demo; its pictures go to `out`."""
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output):
        patch.syspath_prepend(DEMOS)  # as for a script
        patch.setattr(sys, "argv", [name, "--out", str(out), "--quick"])
        runpy.run_path(str(DEMOS / name))
    return output.getvalue()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demos")


@pytest.fixture(scope="module")
def run(out: Path) -> Callable[[str], str]:
    """Run a demo once, and return its output."""
    return functools.cache(lambda name: output_of(name, out))


def is_picture(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 5000


PICTURES = {
    "03_moons.py": "moons.png",
    "04_activations.py": "activations.png",
    "05_what_one_neuron_can_do.py": "one_neuron_gates.png",
    "06_why_nonlinear.py": "why_nonlinear.png",
    "07_symmetry.py": "symmetry.png",
    "08_vanishing_gradients.py": "vanishing_gradients.png",
}


@pytest.mark.parametrize(("name", "picture"), PICTURES.items())
def test_demo_writes_its_picture(run, out: Path, name: str, picture: str) -> None:
    pytest.importorskip("matplotlib")
    assert str(out / picture) in run(name)
    assert is_picture(out / picture)


def test_demo_prints_its_numbers_without_matplotlib(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    output = output_of("07_symmetry.py", tmp_path)
    assert "Initial weights: all 0.5." in output
    assert (
        'No picture: drawing curves needs matplotlib: pip install "micrograd-tut[plot]"' in output
    )
    assert list(tmp_path.iterdir()) == []


def test_gradients_of_an_expression_equal_finite_differences(run, out: Path) -> None:
    rows = re.findall(r"^[abc] +(\S+) +(\S+)$", run("01_one_expression.py"), re.MULTILINE)
    assert len(rows) == 3
    for gradient, slope in rows:
        assert float(gradient) == pytest.approx(float(slope), abs=1e-4)
    ElementTree.parse(out / "one_expression.svg")


def test_lecture_neuron_gradients_with_tanh_whole_and_expanded(run, out: Path) -> None:
    output = run("02_one_neuron.py")
    rows = re.findall(r"^([xwb]\d?) +(\S+) +(\S+)$", output, re.MULTILINE)
    gradients = {name: (float(whole), float(pieces)) for name, whole, pieces in rows}
    expected = {"x1": -1.5, "x2": 0.5, "w1": 1.0, "w2": 0.0, "b": 0.5}
    assert gradients == {name: (g, g) for name, g in expected.items()}
    assert "o = tanh(x1 * w1 + x2 * w2 + b) = 0.70710678" in output
    losses = [float(x) for x in re.findall(r"loss (\d\.\d+)", output)]
    assert losses == sorted(losses, reverse=True)
    for name in ("neuron.svg", "neuron_in_pieces.svg"):
        ElementTree.parse(out / name)


def test_loss_on_the_moons_falls(run) -> None:
    output = run("03_moons.py")
    losses = [float(x) for x in re.findall(r"loss (\d\.\d+)", output)]
    assert losses[-1] < losses[0] / 2


def test_softmax_does_not_change_if_a_constant_is_added(run) -> None:
    output = run("04_activations.py")
    assert output.count("0.659 0.242 0.099") == 2


def test_one_neuron_learns_and_and_or_but_not_xor(run) -> None:
    output = run("05_what_one_neuron_can_do.py")
    accuracies = dict(re.findall(r"^(AND|OR|XOR) .* (\d+)%", output, re.M))
    assert accuracies["AND"] == accuracies["OR"] == "100"
    assert int(accuracies["XOR"]) <= 75
    assert "6 output" in output


def test_linear_layers_equal_the_merged_layer(run) -> None:
    output = run("06_why_nonlinear.py")
    (worst,) = re.findall(r"largest difference .*: (\S+)", output)
    assert float(worst) < 1e-12
    (pair,) = [line for line in output.splitlines() if line.startswith("(+0.339")]
    assert abs(float(pair.split()[-1]) - float(pair.split()[-2])) < 1e-12


def test_identical_neurons_stay_identical(run) -> None:
    zeros, halves, drawn = run("07_symmetry.py").split("Initial weights: ")[1:4]
    neurons = [set(re.findall(r"w1 .*", part)) for part in (zeros, halves, drawn)]
    assert [len(found) for found in neurons] == [1, 1, 4]
    assert "0.0000  w2   0.0000" in zeros
    assert "diagnose" in halves
    assert "diagnose" not in drawn


def test_gradient_vanishes_with_depth_for_sigmoid_but_not_for_relu(run) -> None:
    lines = run("08_vanishing_gradients.py").splitlines()
    sizes = {line.split()[0]: [float(x) for x in line.split()[1:]] for line in lines[2:5]}
    assert sizes["10"][0] < 1e-4 * sizes["2"][0]
    assert sizes["10"][2] > 1e-2 * sizes["2"][2]


def test_accuracy_on_real_data_is_close_to_that_of_scikit_learn(run, out: Path) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    (line,) = [s for s in run("09_real_data.py").splitlines() if s.startswith("iris")]
    ours, theirs = (float(x) for x in re.findall(r"(\d+\.\d+)%", line))
    assert ours >= 85
    assert abs(ours - theirs) < 12
    assert is_picture(out / "real_data.png")


def test_estimators_score_close_to_those_of_scikit_learn(run) -> None:
    pytest.importorskip("sklearn")
    rows = re.findall(
        r"^(\w+) .*? ([+-]\d+\.\d) points", run("15_in_scikit_learn.py"), re.MULTILINE
    )
    assert [name for name, _ in rows] == ["iris", "friedman2"]
    assert all(abs(float(points)) < 5 for _, points in rows)
