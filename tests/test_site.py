"""The built documentation in Chromium: for every reader, without requests outside, searchable."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

import pytest

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
DARK = re.compile(r"index|start|tour|lessons/0[1-3]|search|reference/values")
"""Pages that are looked at in the dark, too: together they have everything that has a colour."""
AXE = """async options => (await axe.run(options)).violations.map(
    v => v.id + ' at ' + v.nodes.map(n => n.target.join(' ')).join(', '))"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each page of the site; long ones from the same template only with --full."""
    if "path" in metafunc.fixturenames:
        folder = metafunc.config.getoption("--site")
        pages = sorted(Path(folder).rglob("*.html")) if folder else []
        left_out = (
            r"_static/" if metafunc.config.getoption("--full") else r"_static/|reference/[^vi]"
        )
        names = [page.relative_to(folder).as_posix() for page in pages]
        metafunc.parametrize("path", [name for name in names if not re.match(left_out, name)])


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(pytestconfig: pytest.Config) -> Iterator[str]:
    """The address of the site, on a server of this machine."""
    folder = pytestconfig.getoption("--site")
    if not folder:
        pytest.skip("--site names the folder of the built documentation")
    handler = functools.partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@dataclass
class Visit:
    """What was seen on a page, on a phone."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    light: list[str] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)
    width: int = 0


@pytest.fixture(scope="module")
def visited(chromium: Any, site: str, axe: str, full: bool) -> Iterator[Callable[[str], Visit]]:
    """Visit a page, once for all tests of it."""
    context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")

    @functools.cache
    def visit(path: str) -> Visit:
        found = Visit()
        page = context.new_page()
        page.on("request", lambda request: found.requests.append(request.url))
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and found.errors.append(m.text))
        page.goto(site + path)
        found.width = page.evaluate("document.querySelector('.content').scrollWidth")
        page.add_script_tag(content=axe)
        found.light = page.evaluate(AXE, {"resultTypes": ["violations"]})
        if full or DARK.search(path):
            page.emulate_media(color_scheme="dark")
            found.dark = page.evaluate(AXE, {"runOnly": ["color-contrast"]})
        page.close()
        return found

    yield visit
    context.close()


def test_axe_finds_nothing_on_a_page(visited: Callable[[str], Visit], path: str) -> None:
    found = visited(path)
    assert (found.light, found.dark) == ([], [])


def test_a_page_asks_for_nothing_outside(
    visited: Callable[[str], Visit], site: str, path: str
) -> None:
    found = visited(path)
    assert [url for url in found.requests if not url.startswith((site, "data:", "blob:"))] == []
    assert found.errors == []


def test_a_page_fits_a_phone(visited: Callable[[str], Visit], path: str) -> None:
    assert visited(path).width <= PHONE["width"]


@functools.cache
def attributes(file: Path, name: str) -> set[str]:
    """All values of an attribute in a page."""
    return set(re.findall(rf'\s{name}="([^"]*)"', file.read_text(encoding="utf-8")))


def test_every_link_of_a_page_leads_somewhere(pytestconfig: pytest.Config, path: str) -> None:
    page = Path(pytestconfig.getoption("--site")) / path
    broken = []
    for link in attributes(page, "href") | attributes(page, "src"):
        if not re.match(r"\w+:", link):
            address, anchor = urldefrag(link.replace("&amp;", "&"))
            file = (page.parent / unquote(address).partition("?")[0]) if address else page
            if not file.is_file() or (anchor and unquote(anchor) not in attributes(file, "id")):
                broken.append(link)
    assert broken == []


def test_every_picture_has_a_text_that_is_not_its_file(
    pytestconfig: pytest.Config, path: str
) -> None:
    texts = attributes(Path(pytestconfig.getoption("--site")) / path, "alt")
    assert [text for text in texts if re.search(r"/|\.(png|svg)$", text)] == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("backpropagation", "lessons/"),
        ("worksheet", "howto/hand-out-a-worksheet.html"),
        ("check_gradients", "reference/values.html"),
        ("vanish", "lessons/11-what-goes-wrong.html"),
    ],
)
def test_search_finds(chromium: Any, site: str, word: str, expected: str) -> None:
    page = chromium.new_page()
    page.goto(site + f"search.html?q={word}")
    page.wait_for_selector(f"#search-results a[href*='{expected}']", timeout=10_000)
    page.close()
