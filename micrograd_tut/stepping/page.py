"""All steps as one HTML page that needs nothing else, neither a network nor a server.

Python computes everything and writes it into the page as data; the script only shows it. Labels
are data and escaped text, never markup, and the page's policy allows only the one style and the one
script that it was written with.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from micrograd_tut.drawing import draw_plain
from micrograd_tut.drawing.text import short
from micrograd_tut.engine import Constant, Value
from micrograd_tut.stepping.formula_text import definition, factor, formula
from micrograd_tut.stepping.mistakes import TOLERANCE
from micrograd_tut.stepping.walk import Step, locals_of, story
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.numbers import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from micrograd_tut.stepping.naming import UniqueNames

FOLDED_FROM = 400
"""Values from which on the picture is folded to the current Value and its neighbours."""


def html(stepper: Walkthrough) -> str:
    """The page, as text."""
    folded = len(stepper.order) > FOLDED_FROM
    picture = "" if folded else _picture(stepper)
    style, script = template("page.css"), template("page.js")
    styles = [style, *re.findall(r"<style>(.*?)</style>", picture, re.DOTALL)]
    output = stepper.output
    return filled(
        template("page.html"),
        {
            "policy": policy(styles, [script]),
            "title": escape(f"Backprop of {stepper.names.output}, step by step"),
            "formula": escape(definition(output, stepper.names)),
            "style": style,
            "picture": picture,
            "data": _as_json(data(stepper)),
            "script": script,
        },
    )


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


# --- The picture ----------------------------------------------------------------------------


def _picture(stepper: Walkthrough) -> str:
    """The graph after the last step; the script hides what is not computed yet."""
    longest = _longest(stepper)
    lines = {
        v: lines_of(v, stepper.names)
        + ([] if isinstance(v, Constant) else [f"grad {longest[v]}"])  # the widest of all steps
        for v in stepper.order
    }
    position = stepper.position
    try:
        stepper.run()
        drawing = draw_plain(stepper.output, lines, shown, theme="auto")
    finally:
        stepper.goto(position)
    return drawing.svg()


def lines_of(v: Value, names: UniqueNames) -> list[str]:
    """The lines in the box of a Value before its gradient: name and data; of a constant, data."""
    if isinstance(v, Constant):
        return [str(names.written(v))]
    return [*filter(str.strip, [short(names.of(v))]), f"data {shown(v.data)}"]


def _longest(stepper: Walkthrough) -> dict[Value, str]:
    """The longest number that a step, backward or forward, writes into the box of each Value."""
    texts = {v: [shown(stepper.held(v))] for v in stepper.order}
    for s in stepper:
        into = s.node if s.kind == "seed" else s.input
        if into is not None:
            texts[into].append(shown(s.after))
    for v, derivative in _forward_mode(stepper):
        texts[v].append(f"{shown(derivative)}0")  # "slope" is longer than "grad"
    return {v: max(written, key=len) for v, written in texts.items()}


def _forward_mode(stepper: Walkthrough) -> Iterator[tuple[Value, float]]:
    """Forward mode: the derivative of each node with respect to each leaf, edge by edge."""
    rules = {node: locals_of(node) for node in stepper.order if node.op}
    for leaf in stepper.order:
        if leaf.op or isinstance(leaf, Constant):
            continue
        derivative = {leaf: 1.0}
        for node, rule in rules.items():
            for v, local in zip(node.inputs, rule, strict=True):
                if derivative.get(v):
                    product = derivative[v] * local if local else 0.0
                    derivative[node] = derivative.get(node, 0.0) + product
                    yield node, derivative[node]


# --- The data -------------------------------------------------------------------------------


def data(stepper: Walkthrough) -> dict[str, Any]:
    """Everything that the page shows, as lists, dicts, numbers and texts."""
    index = {v: i for i, v in enumerate(stepper.order)}
    edges, number_of = _edges(stepper, index)
    return {
        "output": stepper.names.output,
        "tolerance": TOLERANCE,
        "nodes": [_node(stepper, v) for v in stepper.order],
        "edges": edges,
        "steps": [_step(s, index, number_of) for s in stepper],
    }


def _node(stepper: Walkthrough, v: Value) -> dict[str, Any]:
    names = stepper.names
    return {
        "name": names.of(v),
        "how": formula(v, names) if v.op else "leaf",
        "data": v.data,
        "held": stepper.held(v),
        "leaf": v.op is None,
        "constant": isinstance(v, Constant),
        "story": story(v, stepper.paths[v], names)[1:],
        "paths": [s.index for s in stepper.paths[v]],
        "complete": stepper.completed(v),
    }


def _edges(
    stepper: Walkthrough, index: Mapping[Value, int]
) -> tuple[list[dict[str, Any]], dict[tuple[Value, int], int]]:
    """Every edge in the order of the picture, and its number by node and index of the input."""
    edges: list[dict[str, Any]] = []
    number_of: dict[tuple[Value, int], int] = {}
    for node in stepper.order:
        if not node.op:
            continue
        for i, (v, local) in enumerate(zip(node.inputs, locals_of(node), strict=True)):
            number_of[node, i] = len(edges)
            edges.append(
                {
                    "from": index[v],
                    "to": index[node],
                    "local": local,
                    "factor": factor(node, i, stepper.names),
                }
            )
    return edges, number_of


def _step(
    s: Step, index: Mapping[Value, int], number_of: Mapping[tuple[Value, int], int]
) -> dict[str, Any]:
    """One step, in numbers for the state and in texts for the reader."""
    entry: dict[str, Any] = {
        "kind": s.kind,
        "node": index[s.node],
        "title": s.title,
        "rule": s.rule,
        "numbers": s.numbers,
        "remark": s.remark,
    }
    if s.kind == "seed":
        entry |= {"after": s.after, "before": s.before}
    if s.input is not None:
        entry |= {
            "edge": number_of[s.node, s.position],
            "parts": s.parts,
            "shown": [shown(s.product), shown(s.upstream), shown(s.local)],
            "local": s.local_derivative,
            "product": s.product,
            "before": s.before,
            "after": s.after,
            "path": s.path,
            "paths": s.paths,
        }
    return entry


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
