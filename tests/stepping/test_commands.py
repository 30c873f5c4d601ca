"""The subcommands step, quiz and worksheet."""

from __future__ import annotations

import io

import pytest

from micrograd_tut.cli import main


def typed(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_step_walks_an_expression(monkeypatch, capsys):
    typed(monkeypatch, "c\nq\n")
    assert main(["step", "a*b + a", "a=2", "b=-3"]) == 0
    out = capsys.readouterr().out
    assert "step 7 of 7" in out
    assert "∂L/∂b += ∂L/∂v1 · a" in out


def test_step_takes_functions_apart_when_asked(monkeypatch, capsys):
    typed(monkeypatch, "q\n")
    assert main(["step", "tanh(a)", "a=2", "--granularity", "ops"]) == 0
    assert "exp(v1)" in capsys.readouterr().out


def test_step_writes_the_page_instead(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["step", "a*b", "a=2", "b=-3", "--page"]) == 0
    assert "∂L/∂a" in (tmp_path / "backprop.html").read_text(encoding="utf-8")
    assert main(["step", "a*b", "a=2", "b=-3", "--page", "other.html"]) == 0
    assert (tmp_path / "other.html").exists()


def test_step_walks_the_loss_of_a_small_net(monkeypatch, capsys):
    pytest.importorskip("sklearn")
    typed(monkeypatch, "c\nq\n")
    assert main(["step", "--data", "iris"]) == 0
    assert "l1_n1_w1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["step"], "nothing to step through: give an expression"),
        (["step", "a", "a=1", "--data", "iris"], "give an expression or a data set, not both"),
        (["step", "a*", "a=1"], "expected here"),
        (["step", "--data", "zebras"], "zebras"),
        (["step", "--model", "zebras"], "zebras"),
        (["step", "a*2", "a=1", "--page", "no/such/folder.html"], "No such file"),
        (["worksheet", "--count", "0"], "at least 1"),
        (["worksheet", "--number", "0"], "numbered from 1"),
    ],
)
def test_what_is_wrong_is_told_in_a_line_with_status_two(arguments, told, capsys):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "Traceback" not in err


def test_quiz_asks_exercise_17_of_a_level(monkeypatch, capsys):
    typed(monkeypatch, "s\n" * 20)
    assert main(["quiz", "--level", "3", "--number", "17"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("level 3, number 17: a Value used twice")
    assert "0 of 12 points" in out


def test_quiz_asks_about_an_expression(monkeypatch, capsys):
    typed(monkeypatch, "b\na\nb\n")
    assert main(["quiz", "a*b", "a=2", "b=-3"]) == 0
    assert "5 of 6 points" in capsys.readouterr().out


def test_worksheet_writes_a_sheet_and_its_key(capsys, tmp_path):
    sheet, key = tmp_path / "sheet.html", tmp_path / "answers.html"
    assert main(["worksheet", "-o", str(sheet), "--answers", str(key), "--number", "17"]) == 0
    assert sheet.read_text(encoding="utf-8").count("number 17") == 5
    assert key.read_text(encoding="utf-8").count("number 17") == 5


def test_worksheet_takes_several_of_a_level(tmp_path, capsys):
    sheet = tmp_path / "s.html"
    assert main(["worksheet", "-o", str(sheet), "--level", "2", "--count", "3"]) == 0
    text = sheet.read_text(encoding="utf-8")
    assert [f"level 2, number {n}" in text for n in (1, 2, 3, 4)] == [True, True, True, False]


def test_the_level_of_an_exercise_says_nothing_of_an_expression(capsys):
    assert main(["quiz", "a*b", "a=1", "b=2", "--level", "3"]) == 2
    assert "--level is for exercises" in capsys.readouterr().err
