"""Completions: what a shell needs so that Tab completes the command, its options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from micrograd_tut.bridges.libraries import Library

shtab: Any = Library("shtab", "completion")

SHELLS = ("bash", "zsh", "fish")
"""The shells that can complete the command."""

_FILES = {"FILE": "FILE", "OUT": "FILE", "TABLE.csv": "FILE", "DATASET": "FILE", "DIR": "DIRECTORY"}


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script that a shell reads.

    Args:
        parser: The parser, with the arguments of all its subcommands.
        shell: One of `SHELLS`.

    Raises:
        MissingPartError: shtab is not installed.
    """
    for action in _actions(parser):
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                command.description = None  # so that the shorter help is shown
        elif action.metavar in _FILES:
            action.complete = getattr(shtab, _FILES[action.metavar])  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every argument of a parser and of its subcommands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
