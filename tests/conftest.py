"""How long the tests run: a sample by default, everything with ``--full``; what they measured."""

from __future__ import annotations

from collections.abc import Callable

import pytest

measured: dict[str, str] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long versions of the tests too")
    parser.addoption("--browser", action="store_true", help="run the tests that drive Chromium")
    parser.addoption("--axe", metavar="FILE", help="axe.min.js of axe-core, for --browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for kind, reason in (
        ("full", "a long version: run with --full"),
        ("browser", "drives Chromium through playwright: run with --browser"),
    ):
        if not config.getoption(f"--{kind}"):
            for item in items:
                if kind in item.keywords:
                    item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether the long versions run: a test may take more samples then."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture(scope="session")
def figure() -> Callable[[str, object], None]:
    """Print a figure, by its name, at the end of the run: the README's table tells it."""

    def tell(name: str, value: object) -> None:
        measured[name] = str(value)

    return tell


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if measured:
        terminalreporter.section("figures")
        for name, value in sorted(measured.items()):
            terminalreporter.write_line(f"{name}: {value}")
