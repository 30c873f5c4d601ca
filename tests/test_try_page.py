"""The Python prompt of the documentation, in Chromium, with --browser and --pyodide."""

from __future__ import annotations

import http.server
import importlib.util
import inspect
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from test_lecture import draw_dot, trace

ROOT = Path(__file__).parent.parent
in_chromium = [pytest.mark.browser, pytest.mark.pyodide]
LECTURE = """\
x1 = Value(2.0, label='x1')
w1 = Value(-3.0, label='w1')
x1w1 = x1*w1; x1w1.label = 'x1*w1'
o = x1w1.tanh(); o.label = 'o'
o.backward()
"""


@pytest.fixture(scope="module")
def console() -> ModuleType:
    """The extension of Sphinx that writes the prompt."""
    path = ROOT / "docs/extensions/browser_python.py"
    spec = importlib.util.spec_from_file_location("browser_python", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(
    console: ModuleType, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server of a page with the prompt and one example."""
    site, pyodide = tmp_path_factory.mktemp("site"), Path(pytestconfig.getoption("--pyodide"))
    console.write_files(pyodide, site)
    page = console.fragment(pyodide)
    example = f'<div class="highlight-python"><pre>{LECTURE}o</pre></div>'
    (site / "index.html").write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Try</title>'
        f'<link rel="icon" href="data:,"><main><h1>Try</h1>{page}{example}</main></html>',
        encoding="utf-8",
    )
    handler = partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def page(chromium: Any, address: str) -> Iterator[Any]:
    """The page, with Python started; `requests` has all that it loads."""
    page = chromium.new_page(viewport={"width": 800, "height": 900})
    page.requests, page.problems = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(address)
    start = time.perf_counter()
    button = page.get_by_role("button", name="Start Python")
    page.megabytes = int("".join(filter(str.isdigit, button.inner_text())))
    button.press("Enter")
    page.get_by_text("Python is ready.").wait_for(timeout=120_000)
    page.seconds = time.perf_counter() - start
    yield page
    assert page.problems == []
    page.close()


@pytest.fixture
def enter(page: Any) -> Callable[[str], Any]:
    """Type something with the keyboard; returns what it has added to the log, once it has run."""

    def enter(text: str) -> Any:
        before = page.locator(".console-log > *").count()
        page.get_by_label("Python to run").press_sequentially(text)
        page.wait_for_selector(".console[aria-busy=false]", timeout=60_000)
        return page.locator(f".console-log > :nth-child(n + {before + 2})")  # after the input

    return enter


def given_at_once(page: Any, text: str) -> None:
    """Paste a program and run it."""
    page.get_by_label("Python to run").fill(text)
    page.get_by_role("button", name="Run", exact=True).first.click()
    page.wait_for_selector(".console[aria-busy=false]", timeout=60_000)


class TestInChromium:
    pytestmark = in_chromium

    def test_a_result_is_shown_and_nothing_for_a_statement(self, enter: Any) -> None:
        assert enter("x = Value(3.0)\n").count() == 0
        assert enter("x.data ** 2\n").all_inner_texts() == ["9.0\n"]

    def test_a_block_runs_at_an_empty_line_and_is_indented_by_itself(self, enter: Any) -> None:
        assert enter("for k in range(2):\nprint(k)\n\n").inner_text() == "0\n1\n"

    def test_the_arrows_go_through_what_was_typed(self, page: Any, enter: Any) -> None:
        enter("6 * 7\n")
        box = page.get_by_label("Python to run")
        box.press("ArrowUp")
        assert box.input_value() == "6 * 7"
        box.press("ArrowDown")
        assert box.input_value() == ""

    def test_the_lecture_as_it_is_typed_draws_its_graph(self, enter: Any) -> None:
        assert enter(LECTURE).count() == 4  # inputs
        svg = enter("o\n").locator("svg")
        assert {"x1", "w1", "x1*w1", "o"} <= set(svg.locator("text").all_text_contents())

    def test_the_lectures_own_draw_dot_draws_its_picture(self, page: Any, enter: Any) -> None:
        functions = inspect.getsource(trace) + inspect.getsource(draw_dot)
        given_at_once(page, f"from typing import Any\nfrom graphviz import Digraph\n{functions}")
        enter(LECTURE)
        picture = enter("draw_dot(o)\n").locator("svg")
        assert {"x1*w1", "data -6.0000", "tanh"} <= set(picture.locator("text").all_text_contents())

    def test_an_error_shows_the_lines_that_were_typed(self, enter: Any) -> None:
        lines = enter("mg.log(-1.0)\n").inner_text().splitlines()
        assert lines[0] == "Traceback (most recent call last):"
        assert lines[1].strip().startswith('File "<input')
        assert lines[2].strip() == "mg.log(-1.0)"
        assert lines[-1].startswith("micrograd_tut.errors.DomainError: log(x) needs x > 0")

    def test_a_page_of_a_result_is_in_a_frame_that_reaches_nothing(self, enter: Any) -> None:
        frame = enter("MLP(2, [3, 1], seed=1)\n")
        assert frame.get_attribute("sandbox") == "allow-scripts"
        assert frame.content_frame.get_by_role("columnheader", name="parameters").is_visible()

    def test_a_button_runs_an_example(self, page: Any) -> None:
        before = page.locator(".console-picture").count()
        page.get_by_role("button", name="Run", exact=True).last.click()
        page.locator(".console-picture").nth(before).wait_for()

    def test_what_needs_numpy_says_so(self, page: Any, enter: Any) -> None:
        assert page.get_by_text("This copy has no NumPy").is_visible()
        assert "MissingPartError: arrays" in enter("mg.fit\n").inner_text()

    def test_pictures_have_the_theme_of_the_page(self, page: Any, enter: Any) -> None:
        enter("a = Value(1.0)\n")
        light = enter("a.exp()\n").inner_html()
        page.emulate_media(color_scheme="dark")
        assert enter("a.exp()\n").inner_html() != light
        page.emulate_media(color_scheme="light")

    def test_axe_finds_nothing(self, page: Any, axe: str) -> None:
        page.evaluate(axe)
        assert page.evaluate("axe.run()")["violations"] == []

    def test_stop_ends_an_endless_loop_and_python_starts_again(self, page: Any, enter: Any) -> None:
        page.get_by_label("Python to run").press_sequentially("while True: pass\n")
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Start Python").click()
        page.get_by_text("Python is ready.").wait_for(timeout=120_000)
        assert enter("1 + 1\n").inner_text() == "2\n"

    def test_nothing_is_asked_of_another_host(self, page: Any, address: str, figure: Any) -> None:
        assert len(page.requests) > 8
        assert [url for url in page.requests if not url.startswith((address, "data:"))] == []
        figure("the prompt of the site", "{} MB, started in {:.1f} s", page.megabytes, page.seconds)


def test_without_the_files_of_pyodide_the_page_says_how_to_get_them(
    console: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYODIDE", raising=False)
    assert console.runtime() is None
    assert "npm install pyodide" in console.MISSING


def test_a_folder_without_pyodide_is_refused(
    console: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYODIDE", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"folder of Pyodide; .*pyodide\.mjs is missing"):
        console.runtime()
