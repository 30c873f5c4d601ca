"""``micrograd-tut learn``: by scripted input, in a pipe, and through a pseudo-terminal."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from micrograd_tut.cli import main
from micrograd_tut.course.check import NUMBERS, Check
from micrograd_tut.course.progress import Progress, progress_file
from micrograd_tut.course.source import check_of, checks

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the progress is kept."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "micrograd-tut" / "course.json"


def learn(monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["learn", *arguments])


def right_answers(check: Check) -> str:
    """What to type to answer every question at the first attempt."""
    typed = (
        repr(question.number) if question.kind in NUMBERS else question.letter(question.right)
        for question in check.questions
    )
    return "\n".join(typed) + "\n"


def finish(home: Path) -> None:
    """Answer everything, and one question of lesson 1 only after two wrong answers."""
    answers = {
        check.key: {
            question.id: {"wrong": 0, "shown": False, "on": "2026-01-31"}
            for question in check.questions
        }
        for check in checks()
    }
    answers["1"]["leaf"]["wrong"] = 2
    home.parent.mkdir()
    home.write_text(json.dumps({"version": 1, "checks": answers}))


def test_without_a_lesson_it_lists_all(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert learn(monkeypatch, "") == 0
    out = capsys.readouterr().out
    assert [check.title for check in checks() if check.title not in out] == []
    assert "Go on with: micrograd-tut learn 1" in out
    assert not home.exists()


@pytest.mark.parametrize("key", ["course", "2", "9", "15"])
def test_a_check_can_be_answered_from_beginning_to_end(
    key: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    check = check_of(key)
    assert learn(monkeypatch, right_answers(check), key) == 0
    out = capsys.readouterr().out
    count = len(check.questions)
    assert f"{count} of {count} questions answered, {count} at the first attempt" in out
    assert out.count("Right.") == count
    assert out.endswith("\nGo on with: micrograd-tut learn 1\n")
    kept = json.loads(home.read_text())["checks"][key]
    assert list(kept) == [question.id for question in check.questions]


def test_it_starts_with_the_lesson_in_short(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    learn(monkeypatch, "", "3")
    out = capsys.readouterr().out
    assert out.startswith("Lesson 3: A neuron\nAfter this lesson you can compute the output")
    assert "docs/lessons/03-a-neuron.md" in out


def test_it_goes_on_where_it_was_left(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    learn(monkeypatch, "show\nshow\nq\n", "2")
    capsys.readouterr()
    learn(monkeypatch, "q\n", "2")
    out = capsys.readouterr().out
    assert "\n3. What is the gradient of a?" in out
    assert "2 of 10 questions answered, 0 at the first attempt" in out


def test_a_wrong_answer_is_explained_and_the_question_asked_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    check = check_of("3")
    learn(monkeypatch, "10\n7\nq\n", "3")
    out = capsys.readouterr().out
    wrong = next(a for a in check.questions[0].wrong if a.misconception == "bias-is-a-factor")
    assert f"Not quite. {wrong.why}" in " ".join(out.split())
    assert "1 of 10 questions answered, 0 at the first attempt" in out


def test_what_is_no_answer_costs_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    learn(monkeypatch, "zebra\n\n?\nrepeat\n7\nq\n", "3")
    out = capsys.readouterr().out
    assert "'zebra' is not a number" in out
    assert "1 of 10 questions answered, 1 at the first attempt" in out


def test_a_finished_check_is_not_asked_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    learn(monkeypatch, right_answers(check_of("5")), "5")
    capsys.readouterr()
    assert learn(monkeypatch, "", "5") == 0
    out = capsys.readouterr().out
    assert "10 of 10 questions answered" in out
    assert "micrograd-tut learn 5 --reset" in out


def test_reset_forgets_a_lesson_and_no_other(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    for key in ("1", "2"):
        learn(monkeypatch, "show\nq\n", key)
    assert learn(monkeypatch, "", "1", "--reset") == 0
    assert list(json.loads(home.read_text())["checks"]) == ["2"]
    assert learn(monkeypatch, "", "--reset") == 0
    assert json.loads(home.read_text())["checks"] == {}


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{", "null", "{}", '{"version": 2, "checks": {}}', '{"version": 1}',
        '{"version": 1, "checks": {"1": {"a": {"wrong": -1, "shown": false, "on": "2026-01-31"}}}}',
        '{"version": 1, "checks": {"1": {"a": {"wrong": 0, "shown": false, "on": "today"}}}}',
        '{"version": 1, "checks": {"1": [1]}}', "\x00\x01", "[" * 10_000, "x" * 1_000_001,
    ],
)  # fmt: skip
def test_a_damaged_file_is_reported_and_left_as_it_is(
    content: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    home.parent.mkdir()
    home.write_text(content)
    assert learn(monkeypatch, "show\n", "1") == 2
    err = capsys.readouterr().err
    assert f"{home} does not hold the progress of a course, or is damaged" in err
    assert err.count("\n") == 1
    assert home.read_text() == content


def test_answers_of_a_newer_set_of_questions_are_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.parent.mkdir()
    given = {"wrong": 0, "shown": False, "on": "2026-01-01"}
    home.write_text(json.dumps({"version": 1, "checks": {"99": {"new": given}}}))
    learn(monkeypatch, "show\nq\n", "1")
    assert json.loads(home.read_text())["checks"]["99"] == {"new": given}


def test_two_sessions_at_the_same_time_lose_no_answer(home: Path) -> None:
    check = check_of("1")
    first, second = Progress(home), Progress(home)
    first.record(check, check.questions[0], 0)
    second.record(check, check.questions[1], 0)
    assert len(Progress(home).answered(check)) == 2


def test_a_home_that_cannot_be_written_is_noted_and_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert learn(monkeypatch, right_answers(check_of("course")), "course") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("Note: your answers cannot be kept") == 1
    assert "5 of 5 questions answered, 5 at the first attempt" in out


def test_without_a_home_nothing_is_written_and_the_session_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", unknown)
    assert learn(monkeypatch, "show\nq\n", "1") == 0
    assert "1 of 10 questions answered" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("platform", "variables", "path"),
    [
        ("linux", {"XDG_STATE_HOME": "/x"}, "/x/micrograd-tut/course.json"),
        ("linux", {"XDG_STATE_HOME": "x"}, "~/.local/state/micrograd-tut/course.json"),
        ("linux", {}, "~/.local/state/micrograd-tut/course.json"),
        ("darwin", {}, "~/Library/Application Support/micrograd-tut/course.json"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/micrograd-tut/course.json"),
    ],
)
def test_the_file_is_where_the_system_keeps_such_things(
    platform: str, variables: dict[str, str], path: str
) -> None:
    assert progress_file(variables, platform) == Path(path).expanduser()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["16"], "there is no lesson '16'; use 1 to 15, or course"),
        (["1", "--certificate", "c.html"], "leave out the lesson"),
        (["--name", "A"], "--name only applies to --certificate"),
        (["--reset", "--certificate", "c.html"], "not allowed with argument --reset"),
        (["--certificate", "c.html", "--name", "A"], "open: course, 1, 2"),
    ],
)
def test_errors_have_status_2_and_one_line(
    arguments: list[str],
    message: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    assert learn(monkeypatch, "", *arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


# --- The certificate ------------------------------------------------------------------------


def test_the_certificate_says_what_was_worked_out(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    finish(home)
    assert learn(monkeypatch, "") == 0
    assert "learn --certificate certificate.html" in capsys.readouterr().out
    path = tmp_path / "c.html"
    assert learn(monkeypatch, "Ada <b>L</b>\n", "--certificate", str(path)) == 0
    page = path.read_text(encoding="utf-8")
    assert '<p class="name">Ada &lt;b&gt;L&lt;/b&gt;</p>' in page
    assert "2026-01-31" in page
    assert "155 questions, 154 of them right at the first attempt" in page
    assert "<td>Lesson 1: A number that remembers</td><td>10</td><td>9</td>" in page
    assert page.count("<tr>") == 17


def test_the_certificate_needs_nothing_and_asks_for_nothing(home: Path, tmp_path: Path) -> None:
    finish(home)
    path = tmp_path / "c.html"
    assert main(["learn", "--certificate", str(path), "--name", "Ada"]) == 0
    page = path.read_text(encoding="utf-8")
    assert "default-src 'none'; style-src 'sha256-" in page
    assert not [part for part in ("<script", "src=", "href=", "url(", " style=") if part in page]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_certificate_needs_a_name(
    name: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    finish(home)
    path = tmp_path / "c.html"
    assert learn(monkeypatch, "", "--certificate", str(path), "--name", name) == 2
    assert "the name needs 1 to 100 characters" in capsys.readouterr().err
    assert not path.exists()


# --- On any stream --------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [30, 40, 80])
def test_lines_fit_a_narrow_terminal(
    columns: int, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    learn(monkeypatch, "show\n" * 5, "course")
    assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


def run(tmp_path: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    return subprocess.run(
        [sys.executable, "-m", "micrograd_tut", "learn", *arguments],
        env=environment, capture_output=True, text=True, check=False, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def test_a_stream_without_unicode_gets_ascii(tmp_path: Path) -> None:
    done = run(tmp_path, "7", input="show\n" * 10)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_a_closed_input_ends_it_quietly(tmp_path: Path) -> None:
    done = run(tmp_path, "2", stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 of 10 questions answered" in done.stdout


def test_in_a_terminal_control_c_leaves_and_the_answers_are_kept(tmp_path: Path) -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "micrograd_tut", "learn", "1"], encoding="utf-8", timeout=60,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path), "TERM": "dumb"},
    )  # fmt: skip
    child.expect_exact("1. After y.backward()")
    child.sendline("show")
    child.expect_exact("2. A computation gives")
    child.send("\x03")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 130
    assert "micrograd-tut: interrupted" in child.before
    assert "Traceback" not in child.before
    assert len(Progress(tmp_path / "micrograd-tut" / "course.json").answered(check_of("1"))) == 1
