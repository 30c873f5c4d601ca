"""The command in general: help, exit status, and errors in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_tut import __version__, cli
from micrograd_tut.cli import COMMANDS, main


def test_help_lists_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    output = capsys.readouterr().out
    assert all(name in output for name in COMMANDS)


def test_without_arguments_it_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    alone = capsys.readouterr().out
    assert main(["--help"]) == 0
    assert alone == capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    output = capsys.readouterr().out
    assert output.startswith(f"usage: micrograd-tut {name}")
    assert len(output) > 200


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"micrograd-tut {__version__}\n"


@pytest.mark.parametrize(
    "argv",
    ["fly", "train", "train iris --lr fast", "train iris --hidden 4,x", "draw --wings",
     "draw a --detail x", "predict m"],
)  # fmt: skip
def test_error_about_arguments_is_one_line(argv: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv.split()) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("micrograd-tut")
    assert output.err.count("\n") == 1
    assert "--help)" in output.err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["trian", "iris"], "there is no command 'trian'; did you mean train?"),
        (["fly"], "there is no command 'fly'; use one of train, predict"),
        (["draw", "a", "a=1", "--egdes=flow"], "there is no option --egdes; did you mean --edges?"),
        (["train", "iris", "--qqq"], "there is no option --qqq (see micrograd-tut train --help)"),
    ],
)
def test_error_about_the_command_says_what_to_type(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    assert message in capsys.readouterr().err


def test_file_error_names_the_file_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a\n\x1b[31mb.safetensors"
    assert main(["predict", str(path), "x.csv"]) == 2
    output = capsys.readouterr().err
    assert output == f"micrograd-tut: {tmp_path}/a �[31mb.safetensors: No such file or directory\n"


def test_error_about_a_name_with_line_ends_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "a\n\x1b[31mb"]) == 2
    output = capsys.readouterr().err
    assert output.startswith("micrograd-tut: a �[31mb is neither a file nor one of")
    assert output.count("\n") == 1


def test_ctrl_c_prints_no_traceback(
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


def test_closed_pipe_is_not_an_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m micrograd_tut draw --help | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("usage: micrograd-tut draw")
    assert done.stderr == ""


def test_every_subcommand_is_a_module_of_the_package() -> None:
    folder = Path(cli.__file__).parent
    assert all((folder / f"{name}.py").exists() for name in COMMANDS)
