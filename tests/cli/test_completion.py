"""Completions: what Tab offers in a shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from micrograd_tut.bridges import libraries
from micrograd_tut.cli import COMMANDS, main


def printed(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    pytest.importorskip("shtab")
    assert main(["--print-completion", shell]) == 0
    return capsys.readouterr().out


def offered(script: str, typed: str, folder: Path) -> set[str]:
    """What bash offers when Tab is pressed after these words."""
    press = f"""{script}
        COMP_WORDS=({typed}) COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
        function=$(complete -p micrograd-tut | sed 's/.* -F \\([^ ]*\\).*/\\1/')
        $function; printf '%s\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", press], capture_output=True, text=True, cwd=folder)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("micrograd-tut ''", set(COMMANDS)),
        ("micrograd-tut tr", {"train"}),
        ("micrograd-tut draw --det", {"--detail"}),
        ("micrograd-tut draw --theme a", {"auto"}),
        ("micrograd-tut train flo", {"flowers.csv"}),
        ("micrograd-tut train iris --save flo", {"flowers.csv"}),
        ("micrograd-tut predict --zzz", set()),
    ],
)
def test_bash_offers(
    typed: str, expected: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "flowers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    found = offered(printed("bash", capsys), typed, tmp_path)
    assert found >= expected
    assert expected or not found


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completions_of_every_shell_know_every_command(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script = printed(shell, capsys)
    assert [name for name in COMMANDS if name not in script] == []


def test_an_unknown_shell_is_an_error_that_names_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--print-completion", "ksh"]) == 2
    assert "--print-completion takes bash, zsh, fish; got 'ksh'" in capsys.readouterr().err


def test_without_shtab_the_error_names_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = libraries.Library("no_such_library", "completion")
    monkeypatch.setattr("micrograd_tut.cli.completion.shtab", missing)
    assert main(["--print-completion", "bash"]) == 2
    output = capsys.readouterr()
    assert 'pip install "micrograd-tut[completion]"' in output.err
    assert (output.out, output.err.count("\n")) == ("", 1)
