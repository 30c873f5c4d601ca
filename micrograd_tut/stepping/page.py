"""All steps as one HTML page that needs nothing else, neither a network nor a server.

Python computes everything and writes it into the page as data; the script only shows it. Without
scripts the page shows the graph after the last step and the list of steps. Labels are data and
escaped text, never markup, and the page's policy allows only the one style and the one script that
it was written with.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import re
from html import escape
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from micrograd_tut.drawing.text import visible
from micrograd_tut.stepping.page_data import data, forward_walks
from micrograd_tut.stepping.page_picture import picture
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCRIPTS = ("steps.js", "graph.js", "tables.js", "controls.js")
"""The files of the page's one script, in their order."""

MAX_LISTED = 1000
"""Steps in the list that a page without scripts shows."""


def html(stepper: Walkthrough) -> str:
    """The page, as text."""
    forward = forward_walks(stepper)
    drawn = picture(stepper, chain.from_iterable(forward.values()))
    style, program = template("page.css"), script()
    styles = [style, *re.findall(r"<style>(.*?)</style>", drawn.svg, re.DOTALL)]
    return filled(
        template("page.html"),
        {
            "policy": policy(styles, [program]),
            "title": escape(f"Backprop of {stepper.names.output}, step by step"),
            "formula": escape(visible(stepper.formula)),
            "style": style,
            "picture": drawn.svg,
            "folded": _folded(stepper) if drawn.folded else "",
            "steps": "\n".join(_listed(stepper)),
            "data": _as_json(data(stepper, forward, drawn)),
            "script": program,
        },
    )


def script() -> str:
    """The script of the page."""
    return "\n".join(template(f"script/{name}") for name in SCRIPTS)


def _folded(stepper: Walkthrough) -> str:
    return (
        f"{len(stepper.order):,} Values: similar ones share a box above; below it are the current "
        f"Value, its inputs and its users."
    )


def _listed(stepper: Walkthrough) -> Iterator[str]:
    """The steps as items of a list, for a page without scripts."""
    for s in stepper[:MAX_LISTED]:
        cells = (str(s.index), s.rule, s.numbers)
        yield f"<li>{' '.join(f'<span>{escape(cell)}</span>' for cell in cells)}</li>"
    if len(stepper) > MAX_LISTED:
        yield f"<li>and {len(stepper) - MAX_LISTED:,} more</li>"


def save(stepper: Walkthrough, path: str | os.PathLike[str]) -> Path:
    """Write the page atomically; returns the path.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(path, html(stepper))
    return Path(path)


def inline(stepper: Walkthrough, height: int = 800) -> str:
    """The page in an iframe, for a notebook."""
    return (
        f'<iframe title="Backprop, step by step" sandbox="allow-scripts" width="100%" '
        f'height="{height}" style="border: 0" srcdoc="{escape(html(stepper))}"></iframe>'
    )


def _as_json(entry: Any) -> str:
    """JSON that may stand inside a script element; inf and nan become text."""
    text = json.dumps(_finite(entry), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _finite(entry: Any) -> Any:
    if isinstance(entry, float):
        return entry if math.isfinite(entry) else repr(entry)
    if isinstance(entry, dict):
        return {key: _finite(value) for key, value in entry.items()}
    if isinstance(entry, (list, tuple)):
        return [_finite(value) for value in entry]
    return entry


# --- The file -------------------------------------------------------------------------------


def template(name: str) -> str:
    """A file of this folder, as text."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with ``{{name}}`` filled in, once: what is put in is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def policy(styles: list[str], scripts: list[str]) -> str:
    """A Content-Security-Policy that allows these texts and nothing else."""
    return (
        f"default-src 'none'; style-src {_hashes(styles)}; script-src {_hashes(scripts)}; "
        f"base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: list[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
