"""Repairs of the written pages, for readers who use a keyboard or a screen reader."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

REPAIRS = [
    # what scrolls sideways must be reached by the keyboard
    (r"<pre>", '<pre tabindex="0">'),
    (r'<div class="table-wrapper ([^"]*)">', r'<div class="table-wrapper \1" tabindex="0">'),
    (
        r'<div class="cell_output docutils container">(?=\s*<div class="output text_html">)',
        '<div class="cell_output docutils container" tabindex="0">',
    ),
    # headings have a level, and regions of the same kind have names
    (r'role="heading">', 'role="heading" aria-level="2">'),
    (r'<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    (r'<aside class="toc-drawer([^"]*)">', r'<aside class="toc-drawer\1" aria-label="This page">'),
    # the corner of a table is not a heading
    (r'<th class="head[^"]*"><p></p></th>', "<td></td>"),
]
"""Patterns, and what to write in their place."""


def repaired(page: str) -> str:
    """A page with all repairs; the page of the search gets a heading, too."""
    for pattern, better in REPAIRS:
        page = re.sub(pattern, better, page)
    if "<h1" not in page:
        page = page.replace(
            '<div id="search-results">', '<h1>Search</h1>\n<div id="search-results">'
        )
    return page


def repair(app: Sphinx, exception: Exception | None) -> None:
    """Repair every page that was written."""
    if exception or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        before = path.read_text(encoding="utf-8")
        if (after := repaired(before)) != before:
            path.write_text(after, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the event."""
    app.connect("build-finished", repair, priority=900)  # after those that add to pages
    return {"parallel_read_safe": True}
