r"""A page as one file: text that is filled in, data in JSON, and a policy with hashes.

>>> filled("<h1>{{title}}</h1>", {"title": "{{title}}"})
'<h1>{{title}}</h1>'
>>> as_json({"x": [0.5, math.inf], "name": "</script>"})
'{"x":[0.5,"inf"],"name":"\\u003c/script\\u003e"}'
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any


def text_of(package: str | None, name: str) -> str:
    """A file of a package, as text."""
    return (files(package or __package__) / name).read_text(encoding="utf-8")


def style_of(package: str | None, name: str) -> str:
    """The style of a page: that of all pages, and then its own file."""
    return text_of(__package__, "page.css") + text_of(package, name)


def script_of(package: str | None, names: Sequence[str]) -> str:
    """The script of a page: the part that all pages share, and then its own files in order."""
    parts = [text_of(__package__, "page.js"), *(text_of(package, name) for name in names)]
    return "\n".join(parts)


def filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with ``{{name}}`` filled in, once: what is put in is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def document(
    template: str,
    parts: Mapping[str, str],
    style: str,
    script: str = "",
    picture: str = "",
    scheme: str = "light dark",
) -> str:
    """A whole page.

    Args:
        template: Its body; it may contain ``{{script}}`` and ``{{picture}}``.
        parts: What is filled in there, and the title, all escaped.
        style: Its style.
        script: Its script.
        picture: A picture in SVG, which may have styles of its own.
        scheme: "light dark", or "light" for a page that is printed.
    """
    styles = [style, *re.findall(r"<style>(.*?)</style>", picture, re.DOTALL)]
    head = {
        "policy": policy(styles, [script] if script else []),
        "scheme": scheme,
        "title": parts["title"],
        "style": style,
        "body": filled(template, {**parts, "script": script, "picture": picture}),
    }
    return filled(text_of(__package__, "page.html"), head)


def policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """A Content-Security-Policy that allows these texts and nothing else."""
    return (
        f"default-src 'none'; style-src {_hashes(styles)}; script-src {_hashes(scripts)}; "
        f"base-uri 'none'; form-action 'none'"
    )


def as_json(entry: Any) -> str:
    """JSON that may stand inside a script element; inf and nan become text."""
    text = json.dumps(_finite(entry), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def iframe(page: str, title: str, height: int = 800) -> str:
    """A page in a sandboxed iframe, for a notebook; `height` in pixels."""
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" width="100%" '
        f'height="{height}" style="border: 0" srcdoc="{escape(page)}"></iframe>'
    )


def _finite(entry: Any) -> Any:
    if isinstance(entry, float):
        return entry if math.isfinite(entry) else repr(entry)
    if isinstance(entry, dict):
        return {key: _finite(value) for key, value in entry.items()}
    if isinstance(entry, (list, tuple)):
        return [_finite(value) for value in entry]
    return entry


def _hashes(texts: Sequence[str]) -> str:
    if not texts:
        return "'none'"
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
