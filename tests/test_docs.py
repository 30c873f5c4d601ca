"""What is public is documented and typed, and the examples in the docs run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import micrograd_tut
from micrograd_tut.errors import MissingPartError

HOUSE = Path(micrograd_tut.__file__).parent
ROOT = HOUSE.parent
README = ROOT / "README.md"
MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages([str(HOUSE)], "micrograd_tut.")
    if not name.endswith("__main__")
]


def module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except MissingPartError as error:  # a module of an extra that is not installed
        pytest.skip(str(error))


def public(found: Any, owner: str) -> Iterator[tuple[str, Any]]:
    """The public classes, functions, methods and properties that are written in a module."""
    for name, item in vars(found).items():
        if name.startswith("_"):
            continue
        plain = item.fget if isinstance(item, property) else inspect.unwrap(item)
        plain = getattr(plain, "__func__", plain)
        if inspect.isclass(plain) and plain.__module__ == owner:
            yield f"{found.__name__}.{name}", plain
            yield from public(plain, owner)
        elif inspect.isfunction(plain) and plain.__module__ == owner and plain.__name__ == name:
            yield f"{found.__name__}.{name}", plain


@pytest.mark.parametrize("name", ["micrograd_tut", *MODULES])
def test_every_public_name_is_documented(name: str) -> None:
    found = module(name)
    missing = [n for n, item in public(found, name) if not inspect.getdoc(item)]
    if not found.__doc__ and Path(found.__file__).read_text(encoding="utf-8").strip():
        missing.append(name)
    assert missing == []


@pytest.mark.parametrize("name", ["micrograd_tut", *MODULES])
def test_every_public_function_is_typed(name: str) -> None:
    untyped = [
        n
        for n, item in public(module(name), name)
        if inspect.isfunction(item) and not wholly_typed(item)
    ]
    assert untyped == []


def wholly_typed(function: Callable[..., Any]) -> bool:
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    return signature.return_annotation is not inspect.Signature.empty and all(
        p.annotation is not inspect.Parameter.empty for p in parameters
    )


def test_every_row_says_what_it_computes() -> None:
    assert [name for name, op in micrograd_tut.OPS.items() if not op.__doc__] == []


NEEDS = {  # a library that the examples of a module need
    f"micrograd_tut.bridges.{name}": "torch" for name in ("comparison", "pytorch", "tensors")
}


@pytest.mark.parametrize("name", ["micrograd_tut", *MODULES])
def test_the_examples_in_the_docstrings_run(name: str, tmp_path: Path) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        failed, _ = doctest.testmod(module(name), optionflags=doctest.ELLIPSIS, verbose=False)
    finally:
        os.chdir(before)
    assert failed == 0


# --- The README and the pages of docs/ ----------------------------------------------------------


def snippets(text: str) -> list[tuple[int, str]]:
    """The Python blocks of a Markdown text, each with the number of its first line."""
    found = re.finditer(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text[: match.start(1)].count("\n") + 1, match[1]) for match in found]


def run_snippets(text: str, name: str) -> None:
    """Run the blocks in order, in one namespace: sessions with >>> as doctests."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for line, block in snippets(text):
        if ">>> " in block:
            test = doctest.DocTestParser().get_doctest(block, {}, name, name, line - 1)
            test.globs = namespace
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
            runner.run(test, clear_globs=False)
            assert runner.failures == 0, f"{name}, line {line}"
        else:
            code = compile("\n" * (line - 1) + block, name, "exec")
            exec(code, namespace)  # noqa: S102


PAGES = [
    path.relative_to(ROOT).as_posix()
    for path in (README, *sorted((ROOT / "docs").rglob("*.md")))
    if path.exists() and ">>> " in path.read_text(encoding="utf-8")
]
NEEDS["docs/howto/from-values-to-pytorch.md"] = "torch"


@pytest.mark.parametrize("page", PAGES)
def test_the_sessions_of_a_page_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page in NEEDS:
        pytest.importorskip(NEEDS[page])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [page])
    run_snippets((ROOT / page).read_text(encoding="utf-8"), page)


def test_a_snippet_that_gives_something_else_is_noticed() -> None:
    run_snippets("```python\nx = 1\n```\n```python\n>>> x + 1\n2\n```\n", "text")
    with pytest.raises(AssertionError, match="text, line 5"):
        run_snippets("```python\nx = 1\n```\n```python\n>>> x + 1\n3\n```\n", "text")
    with pytest.raises(ZeroDivisionError):
        run_snippets("```python\n1 / 0\n```\n", "text")


@pytest.fixture
def readme() -> str:
    if not README.exists():
        pytest.skip("an installed package has no README beside it")
    return README.read_text(encoding="utf-8")


def test_the_readme_and_the_tour_have_sessions(readme: str) -> None:
    assert {"README.md", "docs/tour.md"} <= set(PAGES)


def test_the_figures_of_the_readme_are_those_of_the_page_on_speed(readme: str) -> None:
    page = (ROOT / "docs/explanation/speed.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if re.search(r"\|.*\d\.\d\d.*\|$", line)]
    assert len(rows) >= 6
    assert [row for row in rows if row not in page.splitlines()] == []
