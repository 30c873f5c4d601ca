"""``micrograd-tut draw``."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

import micrograd_tut as mg
from micrograd_tut.cli import main


@pytest.fixture(autouse=True)
def _in_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def texts(path: str) -> list[str]:
    """Every text in an SVG."""
    root = ElementTree.parse(path).getroot()
    return ["".join(e.itertext()).strip() for e in root.iter() if e.tag.endswith("}text")]


def test_lecture_neuron_is_drawn_with_its_gradients(
    capsys: pytest.CaptureFixture[str],
) -> None:
    numbers = ["x1=2", "x2=0", "w1=-3", "w2=1", "b=6.8813735870195432"]
    assert main(["draw", "tanh(x1*w1 + x2*w2 + b)", *numbers, "-o", "g.svg"]) == 0
    output = capsys.readouterr().out
    assert "value 0.70710678" in output
    shown = {line.split()[0]: float(line.split()[-1]) for line in output.splitlines()[3:-1]}
    expected = {"x1": -1.5, "x2": 0.5, "w1": 1.0, "w2": 0.0, "b": 0.5}
    assert shown == pytest.approx(expected, abs=1e-12)
    drawn = " ".join(texts("g.svg"))
    assert all(name in drawn for name in expected)
    assert "0.7071" in drawn
    assert "-1.5" in drawn


@pytest.mark.parametrize("suffix", ["svg", "dot", "html", "png"])
def test_suffix_determines_the_format(suffix: str) -> None:
    assert main(["draw", "a + b", "a=1", "b=2", "-o", f"g.{suffix}"]) == 0
    start = {"svg": b"<", "dot": b"", "html": b"<!doctype html>", "png": b"\x89PNG"}[suffix]
    assert Path(f"g.{suffix}").read_bytes().startswith(start)


def test_expression_can_begin_with_a_minus() -> None:
    assert main(["draw", "-a*b", "a=1", "b=-2", "-o", "g.svg"]) == 0
    assert Path("g.svg").exists()


def test_syntax_error_is_marked_with_a_caret_and_no_file_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["draw", "tanh(a * )", "a=2"]) == 2
    output = capsys.readouterr().err
    assert output == (
        "micrograd-tut: a number, a name or ( is expected here\n"
        "    tanh(a * )\n"
        "             ^\n"
    )  # fmt: skip
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["a*b", "a=2"], "b has no value; add b=NUMBER, such as b=1.0"),
        (["a*b", "a=2", "b"], "'b' is not of the form NAME=NUMBER, such as a=2"),
        (["a*b", "a=2", "b=two"], "'two' is not a number"),
        (["a*b", "a=2", "1=2"], "'1=2' is not of the form NAME=NUMBER"),
        (["log(a)", "a=-1"], "log(x) needs x > 0; got x = -1.0 (Value 'a')"),
        (["1 + 2"], "nothing to differentiate"),
        (["a", "a=1", "-o", "g.gif"], "must end in one of .svg, .png"),
        (["a", "a=1", "-o", "none/g.svg"], "none/g.svg: No such file or directory"),
        ([], "nothing to draw: give an expression"),
        (["a", "a=1", "--net", "2,1"], "give only one of an expression, --net and --model"),
        (["--net", "3"], "at least one layer"),
        (["--net", "3,1", "--show", "gradients"], "--show gradients needs an example"),
        (["--net", "3,1", "--show", "activations", "--x", "1"], "3 inputs"),
        (["--net", "3,1", "--animate"], "only computation graphs can be animated"),
        (["--model", "none"], "none: No such file or directory"),
        (["a*a", "a=1", "--expand", "fly"], "fly"),
        (
            ["a*a", "a=1", "c=2"],
            "c=2 was given, but c does not appear in the expression",
        ),
        (["a*a", "a=1", "a=2"], "a was given twice, a=1 and a=2; remove one"),
        (["2a", "a=1"], "an operator such as * is missing before this\n    2a\n     ^"),
        (["a*a", "a=1", "--x", "1"], "--x only applies to networks; remove it"),
        (["a*a", "a=1", "--show", "gradients"], "--show only applies to networks; remove it"),
        (["--net", "3,1", "--detail", "ops"], "--detail only applies to expressions; remove it"),
        (["--net", "3,1", "--edges", "flow"], "--edges only applies to expressions; remove it"),
    ],
)
def test_errors_write_no_file(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draw", *argv]) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert "Traceback" not in output.err
    assert output.out == ""
    assert not list(Path().iterdir())


def test_edges_and_detail_change_the_drawing() -> None:
    expression = ["draw", "sigmoid(a*b)", "a=1", "b=2"]
    assert main([*expression, "-o", "plain.dot"]) == 0
    assert main([*expression, "-o", "flow.dot", "--edges", "flow"]) == 0
    assert main([*expression, "-o", "ops.dot", "--detail", "ops", "--expand", "sigmoid"]) == 0
    plain, flow, ops = (Path(f"{name}.dot").read_text() for name in ("plain", "flow", "ops"))
    assert plain != flow
    assert "exp" in ops
    assert "exp" not in plain


def test_network_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "--net", "3,4,1", "--x", "1,2,3", "-o", "net.svg"]) == 0
    assert "total" in capsys.readouterr().out
    ElementTree.parse("net.svg")


def test_network_is_drawn_with_the_gradients_of_its_largest_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = mg.MLP(2, [3, 2], seed=0)
    mg.save(model, "m")
    argv = ["draw", "--model", "m", "--x=1,-2", "-o", "net.svg"]
    assert main([*argv, "--show", "gradients"]) == 0
    outputs = model([1.0, -2.0])
    largest = max(outputs, key=lambda v: v.data)
    largest.backward()
    text = f"of output {outputs.index(largest) + 1}, the largest = {largest.data!r}"
    assert text in capsys.readouterr().out
    titles = " ".join(e.text or "" for e in ElementTree.parse("net.svg").iter() if "title" in e.tag)
    for weight in (w for layer in model.layers for neuron in layer.neurons for w in neuron.w):
        assert f"{weight.data!r}, gradient {weight.grad!r}" in titles


def test_numbers_may_follow_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "a*b", "a=2", "--edges", "flow", "b=3"]) == 0
    assert "value 6.0" in capsys.readouterr().out


def test_saved_network_is_drawn() -> None:
    mg.save(mg.MLP(2, [3, 1], seed=0), "m")
    assert main(["draw", "--model", "m", "-o", "net.svg"]) == 0
    ElementTree.parse("net.svg")


def test_trained_network_is_drawn_for_a_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    head, rows = (
        "size,weight,kind",
        [f"{i},{100 - i},{'low' if i < 50 else 'high'}" for i in range(99)],
    )
    Path("t.csv").write_text("\n".join([head, *rows]))
    train = ["train", "t.csv", "--target", "kind", "--loss", "categorical_cross_entropy"]
    assert main([*train, "--epochs", "20", "--save", "m", "--quiet"]) == 0
    for size, kind in ((5, "low"), (90, "high")):
        Path("row.csv").write_text(f"size,weight\n{size},{100 - size}\n")
        capsys.readouterr()
        assert main(["predict", "m", "row.csv"]) == 0
        assert kind in capsys.readouterr().out
        argv = ["draw", "--model", "m", f"--x={size},{100 - size}", "--show", "gradients"]
        assert main(argv) == 0
        assert f"the largest ({kind})" in capsys.readouterr().out


def test_backward_pass_can_be_animated() -> None:
    assert main(["draw", "a*b", "a=2", "b=3", "--animate", "-o", "move.svg"]) == 0
    assert "animation" in Path("move.svg").read_text()


def test_shared_leaves_can_be_drawn_again_at_each_use() -> None:
    assert main(["draw", "(a*b + a)*b", "a=2", "b=3", "--repeat", "-o", "g.svg"]) == 0
    assert {"a = 2", "b = 3"} <= set(texts("g.svg"))


def test_a_picture_past_its_budget_is_folded() -> None:
    power = "*".join(["a"] * 50)
    assert main(["draw", power, "a=1", "--detail", "values", "--seconds", "0.01"]) == 0
    assert "Folded: " in " ".join(texts("graph.svg"))
