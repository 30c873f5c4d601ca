"""How long the tests run: a sample by default, everything with ``--full``; what they measured."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

Figure = tuple[str, list[float], bool]
figures: dict[str, Figure] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long versions of the tests too")
    parser.addoption("--tries", type=int, metavar="N", help="samples of each test with random ones")
    parser.addoption("--browser", action="store_true", help="run the tests that drive Chromium")
    parser.addoption("--pyodide", metavar="FOLDER", help="the npm package pyodide, to test in it")
    parser.addoption("--axe", metavar="FILE", help="axe.min.js of axe-core, for --browser")
    parser.addoption("--site", metavar="DIR", help="the built documentation, for --browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for kind, reason in (
        ("full", "a long version: run with --full"),
        ("browser", "drives Chromium through playwright: run with --browser"),
        ("pyodide", "runs in Pyodide: npm install pyodide, then --pyodide node_modules/pyodide"),
    ):
        if not config.getoption(f"--{kind}"):
            for item in items:
                if item.get_closest_marker(kind):
                    item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether the long versions run: a test may take more samples then."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture(scope="session")
def tries(pytestconfig: pytest.Config, full: bool) -> Callable[[int, int], int]:
    """How many samples a test takes: few, many with ``--full``, or as many as ``--tries`` says."""
    asked = pytestconfig.getoption("--tries")
    return lambda few, many: int(asked or (many if full else few))


@pytest.fixture(scope="session")
def ci_script() -> Callable[[str], ModuleType]:
    """Load a script of `.ci` by its name."""

    def load(name: str) -> ModuleType:
        path = Path(__file__).parent.parent / ".ci" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser without a window, driven by playwright."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "--browser needs chromium on PATH: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> str:
    """The text of axe-core, which checks a page for what keeps people out."""
    path = pytestconfig.getoption("--axe") or os.environ.get("AXE_CORE")
    assert path, "give the file axe.min.js: npm install axe-core, then --axe or AXE_CORE"
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Print a figure at the end of the run, for the README's table: its name, form and numbers.

    Where several tests report the same figure, in whatever process, their numbers are added up;
    with ``worst=True`` the largest are kept.
    """

    def report(name: str, form: str, *numbers: object, worst: bool = False) -> None:
        record_property(f"figure: {name}", (form, list(numbers), worst))

    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when != "teardown":
        return
    for key, value in report.user_properties:
        if key.startswith("figure: "):
            form, numbers, worst = cast(Figure, value)
            name = key.removeprefix("figure: ")
            if name in figures:
                before = figures[name][1]
                pairs = zip(before, numbers, strict=True)
                numbers = max(before, numbers) if worst else [a + b for a, b in pairs]
            figures[name] = form, numbers, worst


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if figures:
        terminalreporter.section("figures")
        for name, (form, numbers, _) in sorted(figures.items()):
            terminalreporter.write_line(f"{name}: {form.format(*numbers)}")
