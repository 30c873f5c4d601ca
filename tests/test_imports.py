"""The layout of the package: imports have no cycle, and a few parts stay apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="module")
def layout(ci_script: Callable[[str], ModuleType]) -> Any:
    return ci_script("imports")


def test_imports_have_no_cycle_even_inside_functions_or_for_type_checking(layout: Any) -> None:
    assert layout.cycle(layout.imports()) == []


def test_a_cycle_would_be_found(layout: Any) -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b"}}
    assert layout.cycle(graph) == ["b", "c", "b"]


@pytest.mark.parametrize(
    ("part", "banned"),
    [
        ("ops", ["engine", "chain_rule", "diagnostics", "nn", "graph", "drawing"]),
        ("engine", ["nn", "graph", "drawing", "compiler"]),
        ("drawing", ["stepping", "train"]),
        ("compiler", ["stepping", "train", "drawing"]),
        ("train", ["bridges"]),
        ("", ["cli"]),
    ],
)
def test_lower_parts_import_nothing_from_higher_ones(
    layout: Any, part: str, banned: list[str]
) -> None:
    prefix = f"micrograd_tut.{part}" if part else "micrograd_tut"
    for name, others in layout.imports().items():
        if name.startswith(prefix) and not name.startswith(
            ("micrograd_tut.cli", "micrograd_tut.__main__")
        ):
            for other in others:
                assert other.split(".")[1:2] not in [[b] for b in banned], f"{name}: {other}"


def test_the_picture_of_the_imports_has_a_box_for_every_part(layout: Any) -> None:
    boxes = {part for level in layout.LEVELS for part in level}
    parts = {name.split(".")[1] for name in layout.modules() if name.count(".")}
    inside = {"chain_rule", "diagnostics", "encoding", "interop", "sklearn", "__main__"}
    assert parts - inside == boxes


def test_the_picture_of_the_imports_is_up_to_date(layout: Any) -> None:
    # if this fails: python .ci/imports.py
    picture = (Path(__file__).parents[1] / "docs/imports.svg").read_text(encoding="utf-8")
    titles = {unescape(title) for title in re.findall("<title>(.*?)</title>", picture)}
    arrows = {f"{low}->{high}" for high, lows in layout.by_package().items() for low in lows}
    assert {title for title in titles if "->" in title} == arrows
