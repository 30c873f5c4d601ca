"""The command with absurd arguments, odd terminals, closed streams and readers that left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_tut.cli import main

posix = pytest.mark.skipif(os.name != "posix", reason="needs the shell of a Unix")
COMMAND = f"{sys.executable} -m micrograd_tut"
STEP = ["step", "tanh(a*b + c)", "a=2", "b=-3", "c=6.5"]


@pytest.fixture(autouse=True)
def _in_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell."""
    variables = {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "", **environment}
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, check=False, timeout=120,
        stdin=subprocess.DEVNULL, env=variables,
    )  # fmt: skip


# --- Numbers and sizes ----------------------------------------------------------------------

NUMBERS = {
    "a=1e400": "1e400 is too large for a float",
    "a=nan": "'nan' is not a number such as -2 or 0.5",
    "a=inf": "'inf' is not a number",
    "a=1_0": "'1_0' is not a number",
    "a=١": "is not a number",
    "a=１": "is not a number",
    "a=0x10": "is not a number",
    "a=": "'' is not a number",
    "a=1 a=2": "a was given twice, a=1 and a=2",
    "a=\x1b[31m": "'�[31m' is not a number",
}


@pytest.mark.parametrize("given", NUMBERS)
def test_what_is_not_an_ordinary_number_is_refused(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draw", "a * 2", *given.split(" ")]) == 2
    assert NUMBERS[given] in capsys.readouterr().err


@pytest.mark.parametrize("given", ["a=-2", "a=+.5", "a=1.", "a=2E-3", "a= 2"])
def test_ordinary_numbers_are_taken(given: str) -> None:
    assert main(["draw", "a * 2", given, "-o", "g.dot"]) == 0


TOO_LARGE = {
    "train xor --hidden 1000000000": "'1000000000' is not an integer from 1 to 1,000,000",
    "train xor --hidden 1000,1000": "have 1,005,001 parameters; at most 1,000,000",
    f"train xor --hidden {'9' * 5000}": "is not an integer from 1 to 1,000,000",
    f"train xor --hidden {','.join(['1'] * 3000)}": "3,000 layers are too many; at most 100",
    "draw --net 1000000,1000000": "have 1,000,001,000,000 parameters; at most 1,000,000",
    "train xor --epochs 99999999999999999999": "is not an integer from 1 to 1,000,000",
    "train xor --batch-size 0": "'0' is not an integer from 1 to",
    "train xor --seed -1": "'-1' is not an integer from 0 to 4,294,967,295",
    "train moons --seed 99999999999": "is not an integer from 0 to 4,294,967,295",
    "draw --net 2,2 --seed ٣": "is not an integer from 0",
    "worksheet --count 100000000": "makes 500,000,000 exercises; at most 1,000",
    "worksheet --number -5": "'-5' is not an integer from 1",
    f"quiz --number {'9' * 400}": "is not an integer from 1",
    "train xor --lr 1e400": "1e400 is too large for a float",
    "train xor --held-out nan": "'nan' is not a number",
}


@pytest.mark.parametrize("line", TOO_LARGE)
def test_absurd_size_is_refused_at_once_in_one_short_line(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split(" ")) == 2
    shown = capsys.readouterr()
    assert TOO_LARGE[line] in shown.err
    assert shown.err.count("\n") == 1
    assert len(shown.err) < 300


@pytest.mark.parametrize("command", ["train", "draw", "worksheet"])
def test_help_gives_the_limits(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([command, "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    wanted = {"train": ["1,000,000 parameters", "at most 100", "at most 1,000,000"],
              "draw": ["at most 1,000,000 parameters"], "worksheet": ["1,000 in all"]}  # fmt: skip
    assert all(limit in shown for limit in wanted[command])


EXPRESSIONS = {
    "9**9**9**9 + a": "too large for a float",
    "(" * 90_000 + "a" + ")" * 90_000: "nested too deeply",
    "a*" + "-" * 50_000 + "a": "nested too deeply",
    "**".join(["a"] * 3000): "nested too deeply",
    "+".join(["a"] * 150_000): "299,999 characters; an expression has at most 200,000",
    "softmax([a, a])[" + "9" * 5000 + "]": "the list has 2, and they are counted from 0",
}


@pytest.mark.parametrize("i", range(len(EXPRESSIONS)))
def test_monstrous_expression_is_refused(i: int, capsys: pytest.CaptureFixture[str]) -> None:
    expression, message = list(EXPRESSIONS.items())[i]
    assert main(["draw", expression, "a=1"]) == 2
    assert message in capsys.readouterr().err


def test_twenty_thousand_terms_are_evaluated() -> None:
    assert main(["draw", "+".join(["a"] * 20_000), "a=1", "-o", "g.dot"]) == 0


def test_answer_that_is_monstrous_does_not_end_a_quiz(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    answers = "**".join(["a"] * 3000) + "\nsoftmax([a])[" + "9" * 5000 + "]\nq\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    assert main(["quiz", "a * b", "a=2", "b=3"]) == 0
    assert "nested too deeply" in capsys.readouterr().out


# --- Files ----------------------------------------------------------------------------------


def test_output_and_answers_in_the_same_file_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("link").symlink_to("sheet.html")
    assert main(["worksheet", "-o", "sheet.html", "--answers", "./link"]) == 2
    assert "--output and --answers are the same file, ./link" in capsys.readouterr().err
    assert not Path("sheet.html").exists()


def test_table_is_not_overwritten_with_its_predictions(capsys: pytest.CaptureFixture[str]) -> None:
    Path("t.csv").write_text("a,b\n1,2\n")
    assert main(["predict", "m", "t.csv", "-o", "t.csv"]) == 2
    assert "TABLE.csv and --output are the same file" in capsys.readouterr().err
    assert main(["train", "t.csv", "--save", "t.csv"]) == 2
    assert Path("t.csv").read_text() == "a,b\n1,2\n"


def test_predictions_in_a_terminal_have_no_signs_that_act(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{i},{'no' if i < 10 else chr(27) + '[31myes'}\n" for i in range(20))
    Path("t.csv").write_text(f"size,kind\n{rows}")
    monkeypatch.setattr("micrograd_tut.cli.train._draw", lambda *args: None)
    assert main(["train", "t.csv", "--target", "kind", "--save", "m", "--quiet"]) == 0
    capsys.readouterr()
    for terminal, cell in ((False, "\x1b[31myes"), (True, "�[31myes")):
        monkeypatch.setattr("sys.stdout.isatty", lambda shown=terminal: shown)
        assert main(["predict", "m", "t.csv"]) == 0
        assert f"\n{cell}," in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a\0b.svg", "folder.svg"])
def test_impossible_output_is_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder.svg").mkdir()
    assert main(["draw", "a * 2", "a=1", "-o", name]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- Terminals ------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("columns", ["1", "20", "abc"])
def test_any_width_of_the_terminal_will_do(columns: str) -> None:
    lines = [
        f"printf 'n\\nc\\nl\\np a\\nh\\nq\\n' | {COMMAND} step 'tanh(a*b + c)' a=2 b=-3 c=6.5",
        f"printf '1\\nh\\nl\\nq\\n' | {COMMAND} quiz",
        f"{COMMAND} step --help",
    ]
    for line in lines:
        done = shell(line, COLUMNS=columns)
        assert (done.returncode, done.stderr) == (0, "")


@posix
@pytest.mark.parametrize(
    ("command", "closed"),
    [
        ("step 'a*b' a=2 b=3", "<&-"),
        ("quiz", "2>&-"),
        ("repl --plain", "<&- >&-"),
        ("draw 'a*b' a=2 b=3 -o g.dot", ">&-"),
        ("step 'a*b' a=2 b=3 --page p.html", "<&- >&- 2>&-"),
        ("", ">&-"),
    ],
)
def test_closed_streams_are_not_an_error(command: str, closed: str) -> None:
    done = shell(f"{COMMAND} {command} {closed}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@posix
def test_training_writes_its_files_though_the_reader_has_left() -> None:
    line = f"{COMMAND} train xor --epochs 2 --quiet --save m | head -1; exit ${{PIPESTATUS[0]}}"
    done = shell(line, PYTHONUNBUFFERED="1")
    assert (done.returncode, done.stderr) == (141, "")
    assert Path("m").exists()
    assert Path("out", "graph.svg").exists()


@posix
def test_command_whose_reader_has_left_is_quiet_and_ends_as_shells_expect() -> None:
    line = f"{COMMAND} draw --help | true; exit ${{PIPESTATUS[0]}}"
    done = shell(line)
    assert (done.returncode, done.stderr) == (141, "")


@posix
def test_terminal_of_latin_1_gets_what_it_can_show() -> None:
    line = f"printf 'n\\nc\\nq\\n' | {COMMAND} step 'a*b' a=2 b=3 | iconv -f latin1 -t utf-8"
    done = shell(line, PYTHONUTF8="0", PYTHONIOENCODING="latin-1")
    assert done.stderr == ""
    assert "dL/db = a = 2.0" in done.stdout


@posix
@pytest.mark.parametrize(
    ("size", "environment", "coloured"),
    [
        ((24, 80), {}, True),
        ((1, 1), {}, True),
        ((5, 20), {"TERM": "dumb"}, False),
        ((24, 29), {"NO_COLOR": "1"}, False),
    ],
)
def test_step_in_a_terminal(
    size: tuple[int, int], environment: dict[str, str], coloured: bool
) -> None:
    pexpect = pytest.importorskip("pexpect")
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    child = pexpect.spawn(
        sys.executable, ["-m", "micrograd_tut", *STEP], dimensions=size, timeout=60,
        env={**env, "TERM": "xterm", "PYTHONUTF8": "1", **environment}, encoding="utf-8",
    )  # fmt: skip
    child.expect("step")
    for key in "nlcq":
        child.sendline(key)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert ("\x1b[1m" in child.before) == coloured


@posix
@pytest.mark.parametrize("command", ["step", "quiz"])
@pytest.mark.parametrize(("encoding", "status"), [("utf-8", 0), ("cp437", 0), ("utf-16", 2)])
def test_bytes_that_are_no_text_are_read_or_refused(
    command: str, encoding: str, status: int
) -> None:
    line = rf"printf '\xff\x81\xfe\nn\nq\n' | {COMMAND} {command} 'a*b' a=1 b=2"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, check=False, timeout=120, env=environment
    )
    lines = done.stderr.decode(encoding).splitlines()
    assert (done.returncode, len(lines)) == (status, status // 2)
    assert all("the input is not text in the encoding" in line for line in lines)
