"""The command as a whole: its help, its exit status, and errors in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_tut import __version__, cli
from micrograd_tut.cli import COMMANDS, main


def test_the_help_names_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: micrograd-tut {name}")
    assert len(told) > 200


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"micrograd-tut {__version__}\n"


@pytest.mark.parametrize(
    "argv",
    ["", "fly", "train", "train iris --lr fast", "train iris --hidden 4,x", "draw --wings",
     "draw a --detail x", "predict m"],
)  # fmt: skip
def test_wrong_arguments_are_told_in_one_line(
    argv: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv.split()) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("micrograd-tut")
    assert told.err.count("\n") == 1
    assert "--help)" in told.err


def test_a_file_error_names_the_file_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a\n\x1b[31mb.safetensors"
    assert main(["predict", str(path), "x.csv"]) == 2
    told = capsys.readouterr().err
    assert told == f"micrograd-tut: {tmp_path}/a �[31mb.safetensors: No such file or directory\n"


def test_a_name_with_line_ends_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "a\n\x1b[31mb"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("micrograd-tut: a �[31mb is neither a file nor one of")
    assert told.count("\n") == 1


def test_ctrl_c_ends_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("micrograd_tut.cli.draw.run", interrupted)
    assert main(["draw", "a", "a=1"]) == 130
    assert capsys.readouterr().err == "micrograd-tut: interrupted\n"


def test_only_the_module_of_the_subcommand_is_imported() -> None:
    program = (
        "import sys; from micrograd_tut.cli import main; main(['--help']);"
        "main(['draw', '--help']);"
        "print([m for m in ('numpy', 'matplotlib', 'sklearn', 'wasmtime') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("\n[]\n")


def test_python_dash_m_is_the_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "micrograd_tut", "draw", "a*b", "a=2", "b=-3", "-o", "g.dot"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "digraph" in (tmp_path / "g.dot").read_text()


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m micrograd_tut draw --help | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("usage: micrograd-tut draw")
    assert done.stderr == ""


def test_every_subcommand_is_a_module_of_the_package() -> None:
    folder = Path(cli.__file__).parent
    assert all((folder / f"{name}.py").exists() for name in COMMANDS)
