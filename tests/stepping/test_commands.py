"""The subcommands step, quiz and worksheet."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from micrograd_tut.cli import main

Capture = pytest.CaptureFixture[str]


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_step_through_an_expression(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    type_in(monkeypatch, "c\nq\n")
    assert main(["step", "a*b + a", "a=2", "b=-3"]) == 0
    out = capsys.readouterr().out
    assert "step 7 of 7" in out
    assert "∂L/∂b += ∂L/∂v1 · a" in out


def test_step_expands_functions(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    type_in(monkeypatch, "q\n")
    assert main(["step", "tanh(a)", "a=2", "--granularity", "ops"]) == 0
    assert "exp(v1)" in capsys.readouterr().out


def test_step_writes_a_page(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["step", "a*b", "a=2", "b=-3", "--page"]) == 0
    assert "∂L/∂a" in (tmp_path / "backprop.html").read_text(encoding="utf-8")
    assert main(["step", "a*b", "a=2", "b=-3", "--page", "other.html"]) == 0
    assert (tmp_path / "other.html").exists()


def test_step_through_the_loss_of_a_network(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    pytest.importorskip("sklearn")
    type_in(monkeypatch, "c\nq\n")
    assert main(["step", "--data", "iris"]) == 0
    assert "l1_n1_w1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["step"], "nothing to step through: give an expression"),
        (["step", "a", "a=1", "--data", "iris"], "give an expression or a data set, not both"),
        (["step", "a*", "a=1"], "expected here"),
        (["step", "--data", "zebras"], "zebras"),
        (["step", "--model", "zebras"], "zebras"),
        (["step", "a*2", "a=1", "--page", "no/such/folder.html"], "No such file"),
        (["worksheet", "--count", "0"], "is not an integer from 1 to"),
        (["worksheet", "--number", "0"], "is not an integer from 1 to"),
    ],
)
def test_errors_have_status_2_and_no_traceback(
    arguments: list[str], message: str, capsys: Capture
) -> None:
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err


def test_quiz_asks_exercise_17_of_a_level(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    type_in(monkeypatch, "s\n" * 20)
    assert main(["quiz", "--level", "3", "--number", "17"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("level 3, number 17: a Value that is used twice")
    assert "0 of 12 points" in out


def test_quiz_asks_about_an_expression(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    type_in(monkeypatch, "b\na\nb\n")
    assert main(["quiz", "a*b", "a=2", "b=-3"]) == 0
    assert "5 of 6 points" in capsys.readouterr().out


def test_worksheet_writes_a_sheet_and_its_key(capsys: Capture, tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.html", tmp_path / "answers.html"
    assert main(["worksheet", "-o", str(sheet), "--answers", str(key), "--number", "17"]) == 0
    assert sheet.read_text(encoding="utf-8").count("number 17") == 5
    assert key.read_text(encoding="utf-8").count("number 17") == 5


def test_worksheet_has_several_exercises_of_a_level(tmp_path: Path) -> None:
    sheet = tmp_path / "s.html"
    assert main(["worksheet", "-o", str(sheet), "--level", "2", "--count", "3"]) == 0
    text = sheet.read_text(encoding="utf-8")
    assert [f"level 2, number {n}" in text for n in (1, 2, 3, 4)] == [True, True, True, False]


def test_worksheet_takes_a_graph_of_your_own(tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.html", tmp_path / "key.html"
    arguments = ["tanh(a*b + c)", "a=2", "b=-3", "c=6.5", "-o", str(sheet), "--answers", str(key)]
    assert main(["worksheet", *arguments]) == 0
    assert "<h2>tanh(a*b + c)</h2>" in sheet.read_text(encoding="utf-8")
    assert "0.46212" not in sheet.read_text(encoding="utf-8")
    assert "0.46212" in key.read_text(encoding="utf-8")  # tanh(0.5)


@pytest.mark.parametrize("option", [["--level", "3"], ["--count", "2"], ["--lesson", "2"]])
def test_options_of_exercises_do_not_apply_to_an_expression(
    option: list[str], tmp_path: Path, capsys: Capture
) -> None:
    sheet = tmp_path / "sheet.html"
    assert main(["worksheet", "a*b", "a=2", "b=3", "-o", str(sheet), *option]) == 2
    assert f"{option[0]} only applies to worksheets without" in capsys.readouterr().err
    assert not sheet.exists()


def test_level_does_not_apply_to_an_expression(capsys: Capture) -> None:
    assert main(["quiz", "a*b", "a=1", "b=2", "--level", "3"]) == 2
    assert "--level only applies to exercises; remove it" in capsys.readouterr().err
