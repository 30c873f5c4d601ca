"""The walk as a page: one HTML file that needs nothing else, neither a network nor a server.

Python works everything out and writes it into the page as data; the script only shows it. What
people put into labels is data and escaped text throughout, never markup, and the page's own policy
forbids everything but the one style and the one script that it was written with.
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
    """The page of a walk, as text."""
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
    """Write the page of a walk, whole or not at all; returns the path.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(path, html(stepper))
    return Path(path)


def inline(stepper: Walkthrough, height: int = 800) -> str:
    """The page in a frame of its own, for a notebook."""
    return (
        f'<iframe title="Backprop, step by step" sandbox="allow-scripts" width="100%" '
        f'height="{height}" style="border: 0" srcdoc="{escape(html(stepper))}"></iframe>'
    )


# --- The picture ----------------------------------------------------------------------------


def _picture(stepper: Walkthrough) -> str:
    """The graph as it is after the whole walk; the script takes back what is not known yet."""
    longest = _longest(stepper)
    lines = {
        v: lines_of(v, stepper.names)
        + ([] if isinstance(v, Constant) else [f"grad {longest[v]}"])  # as wide as in any step
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
    """What stands in the box of a Value before its gradient: name and data; of a constant, data."""
    if isinstance(v, Constant):
        return [str(names.written(v))]
    return [*filter(str.strip, [short(names.of(v))]), f"data {shown(v.data)}"]


def _longest(stepper: Walkthrough) -> dict[Value, str]:
    """The longest number that a step of either walk puts into the box of each Value."""
    texts = {v: [shown(stepper.held(v))] for v in stepper.order}
    for s in stepper:
        into = s.node if s.kind == "seed" else s.input
        if into is not None:
            texts[into].append(shown(s.after))
    for v, slope in _forward_slopes(stepper):
        texts[v].append(f"{shown(slope)}0")  # a digit more: "slope" is as much longer than "grad"
    return {v: max(written, key=len) for v, written in texts.items()}


def _forward_slopes(stepper: Walkthrough) -> Iterator[tuple[Value, float]]:
    """Every derivative by a leaf, as far as it has come with each edge."""
    rules = {node: locals_of(node) for node in stepper.order if node.op}
    for leaf in stepper.order:
        if leaf.op or isinstance(leaf, Constant):
            continue
        slopes = {leaf: 1.0}
        for node, rule in rules.items():
            for v, local in zip(node.inputs, rule, strict=True):
                if slopes.get(v):
                    flow = slopes[v] * local if local else 0.0
                    slopes[node] = slopes.get(node, 0.0) + flow
                    yield node, slopes[node]


# --- The data -------------------------------------------------------------------------------


def data(stepper: Walkthrough) -> dict[str, Any]:
    """All that the page shows, as plain lists, dicts, numbers and texts."""
    place = {v: i for i, v in enumerate(stepper.order)}
    edges, number_of = _edges(stepper, place)
    return {
        "output": stepper.names.output,
        "tolerance": TOLERANCE,
        "nodes": [_node(stepper, v) for v in stepper.order],
        "edges": edges,
        "steps": [_step(s, place, number_of) for s in stepper],
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
    stepper: Walkthrough, place: Mapping[Value, int]
) -> tuple[list[dict[str, Any]], dict[tuple[Value, int], int]]:
    """Every edge in the order of the picture, and its number by node and place of the input."""
    edges: list[dict[str, Any]] = []
    number_of: dict[tuple[Value, int], int] = {}
    for node in stepper.order:
        if not node.op:
            continue
        for i, (v, local) in enumerate(zip(node.inputs, locals_of(node), strict=True)):
            number_of[node, i] = len(edges)
            edges.append(
                {
                    "from": place[v],
                    "to": place[node],
                    "local": local,
                    "factor": factor(node, i, stepper.names),
                }
            )
    return edges, number_of


def _step(
    s: Step, place: Mapping[Value, int], number_of: Mapping[tuple[Value, int], int]
) -> dict[str, Any]:
    """One step, in numbers for the state and in texts for the reader."""
    told: dict[str, Any] = {
        "kind": s.kind,
        "node": place[s.node],
        "title": s.title,
        "rule": s.rule,
        "numbers": s.numbers,
        "remark": s.remark,
    }
    if s.kind == "seed":
        told |= {"after": s.after, "before": s.before}
    if s.input is not None:
        told |= {
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
    return told


def _as_json(told: Any) -> str:
    """JSON that may stand inside a script element; inf and nan become text."""
    text = json.dumps(_finite(told), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _finite(told: Any) -> Any:
    if isinstance(told, float):
        return told if math.isfinite(told) else repr(told)
    if isinstance(told, dict):
        return {key: _finite(value) for key, value in told.items()}
    if isinstance(told, (list, tuple)):
        return [_finite(value) for value in told]
    return told


# --- The file -------------------------------------------------------------------------------


def template(name: str) -> str:
    """A file of this folder, as text."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with ``{{name}}`` filled in, once: what is put in is not looked at again."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def policy(styles: list[str], scripts: list[str]) -> str:
    """A Content-Security-Policy that allows these texts and nothing else."""
    return (
        f"default-src 'none'; style-src {_hashes(styles)}; script-src {_hashes(scripts)}; "
        f"base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: list[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
