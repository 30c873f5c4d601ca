"""The steps that the page's script makes, run by node, are those of Python, text by text."""

from __future__ import annotations

import json
import math
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from stepping_graphs import lecture, random_graph

import micrograd_tut as mg
from micrograd_tut.engine import Constant, Value, topological
from micrograd_tut.errors import MicrogradError
from micrograd_tut.pages.html_page import as_json, text_of
from micrograd_tut.stepping import page
from micrograd_tut.stepping.hints import step_hints
from micrograd_tut.stepping.mistakes import step_mistakes
from micrograd_tut.stepping.page_data import data
from micrograd_tut.stepping.page_operations import page_operations
from micrograd_tut.stepping.page_picture import Picture
from micrograd_tut.stepping.walk import Step, locals_of, story

RUNNER = """\
const { readFileSync, writeFileSync } = require("fs");
const [from, to] = process.argv.slice(2);
const driver = `
const story = (walk, i) => [madeLine(i, shown(walk.values.data[i])), ...storyLines(walk, i)];
const found = settings.map((leaves) => {
  try {
    const values = leaves === null ? original : valuesAt(leaves.map(finite));
    const walk = backwardWalk(values);
    const forward = nodes.flatMap((n, i) => n.leaf && !n.constant ? [forwardWalk(values, i)] : []);
    const texts = ({ steps }) => steps.map((s) => ({
      title: s.title, rule: s.rule, numbers: s.numbers, local: s.localDerivative, sum: s.sum,
      remark: s.remark, parts: s.parts, hints: s.ask && s.ask.hints,
      mistakes: s.ask && s.kind === "backward" ? s.ask.mistakes : undefined,
      after: s.after && exact(s.after.value),
    }));
    return {
      data: values.data.map(exact), locals: values.locals.map(exact),
      steps: texts(walk), flows: walk.flows, complete: walk.complete,
      stories: nodes.map((n, i) => (n.constant ? [] : story(walk, i))),
      forward: forward.map((w) => ({ leaf: w.leaf, ending: w.ending, steps: texts(w) })),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message };
  }
});
return found;
`;
const results = JSON.parse(readFileSync(from, "utf8")).map(({ code, data, settings }) =>
  new Function("data", "settings", code + driver)(JSON.parse(data), settings));
writeFileSync(to, JSON.stringify(results));
"""

Node = Callable[[list[tuple[Any, list[Any]]]], list[list[dict[str, Any]]]]
SCRIPT = "\n".join(text_of(page.__package__, f"script/{name}.js") for name in page.MAKING)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """Run the script for walks, each with numbers of its leaves, in one process of node."""
    program = shutil.which("node")
    if not program:
        pytest.skip("JavaScript needs node on PATH")

    def run(jobs: list[tuple[Any, list[Any]]]) -> list[list[dict[str, Any]]]:
        written = []
        for stepper, settings in jobs:
            operations = page_operations(stepper.order)
            drawn = Picture("", dict.fromkeys(stepper.order, 0), {}, folded=True)
            content = as_json(data(stepper, drawn, operations))
            code = f"{operations.code}\n{SCRIPT}"
            listed = [leaves and [strict(x) for x in leaves] for leaves in settings]
            written.append({"code": code, "data": content, "settings": listed})
        (tmp_path / "runner.cjs").write_text(RUNNER, encoding="utf-8")
        (tmp_path / "jobs.json").write_text(json.dumps(written), encoding="utf-8")
        found = tmp_path / "found.json"
        command = [program, tmp_path / "runner.cjs", tmp_path / "jobs.json", found]
        subprocess.run(command, check=True, timeout=300)
        result: list[list[dict[str, Any]]] = json.loads(found.read_text(encoding="utf-8"))
        return result

    return run


def strict(x: float) -> float | str:
    return x if math.isfinite(x) else repr(x)


def of_python(s: mg.Stepper) -> dict[str, Any]:
    """What the script has to give."""
    small = len(s.order) <= 400
    return {
        "data": [repr(v.data) for v in s.order],
        "steps": [texts(step, s, small) for step in s],
        "stories": [
            [] if isinstance(v, Constant) else story(v, s.paths[v], s.names) for v in s.order
        ],
        "complete": {
            str(i): s.completed(v) for i, v in enumerate(s.order) if s.completed(v) is not None
        },
    }


def texts(step: Step, s: mg.Stepper, small: bool) -> dict[str, Any]:
    edge = step.input is not None
    texts = {
        "title": step.title, "rule": step.rule, "numbers": step.numbers, "sum": step.running_sum,
        "local": step.local_derivative, "remark": step.remark,
    }  # fmt: skip
    if edge:
        texts["parts"] = list(step.parts)
    if edge or step.kind == "forward":
        texts["hints"] = list(step_hints(step, s.names))
    if edge:
        found = step_mistakes(step, s.names) if small and len(step.node.inputs) <= 32 else []
        texts["mistakes"] = [mistake.text for _, mistake in found]
    if edge or step.kind == "seed":
        texts["after"] = repr(step.after)
    return texts


def of_script(found: dict[str, Any], s: mg.Stepper) -> dict[str, Any]:
    """The same of the script's result."""
    steps = []
    for step, found_step in zip(s, found["steps"], strict=True):
        mistakes = [text for _, text in found_step.get("mistakes", [])]
        steps.append(found_step | ({"mistakes": mistakes} if step.input is not None else {}))
    return {key: found[key] for key in ("data", "stories", "complete")} | {"steps": steps}


def same_texts(found: dict[str, Any], s: mg.Stepper) -> None:
    got, wanted = of_script(found, s), of_python(s)
    for step, mine, theirs in zip(s, got["steps"], wanted["steps"], strict=True):
        if step.node.op and step.node.op.internal:  # Python divides before it chooses a branch
            mine, theirs = ({**each, "mistakes": []} for each in (mine, theirs))
        assert mine == theirs
    for key in ("data", "stories", "complete"):
        assert got[key] == wanted[key]


def net() -> Value:
    return (mg.MLP(2, [3, 1], activation="tanh", seed=1)([1.0, -2.0]) - 1) ** 2


def test_at_first_every_text_of_every_step_is_pythons(node: Node, full: bool) -> None:
    graphs = [lecture(), net(), *map(random_graph, range(120 if full else 40))]
    walks = living(map(mg.step, graphs))
    for s, (found,) in zip(walks, node([(s, [None]) for s in walks]), strict=True):
        same_texts(found, s)


NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.\d+|\d+)(?:e[-+]\d+)?|-?\b(?:inf|nan)\b")


def alike(mine: Any, theirs: Any) -> bool:
    """Whether texts are the same but for the last digits of numbers, in lists and dicts."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return mine.keys() == theirs.keys() and all(alike(mine[k], theirs[k]) for k in mine)
    if isinstance(mine, list) and isinstance(theirs, list):
        return len(mine) == len(theirs) and all(map(alike, mine, theirs))
    if not isinstance(mine, str) or not isinstance(theirs, str) or mine == theirs:
        return bool(mine == theirs)
    if NUMBER.sub("#", mine) != NUMBER.sub("#", theirs):
        return False
    numbers = zip(NUMBER.findall(mine), NUMBER.findall(theirs), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=2e-4) for a, b in numbers)


def moved(y: Value, rng: random.Random) -> list[float]:
    """Other numbers for the leaves of a graph, by its topological order."""
    return [
        v.data
        if v.op or isinstance(v, Constant)
        else v.data + rng.choice([0.0, 0.5, 1.0]) * rng.uniform(-1, 1)
        for v in topological(y)
    ]


def walk_at(s: mg.Stepper, leaves: list[float]) -> mg.Stepper:
    """The walk at these numbers."""
    for v, x in zip(s.order, leaves, strict=True):
        if not v.op:
            v.data = x
    s.output.forward()
    return mg.step(s.output, names=s.names.values())


def living(walks: Iterable[mg.Stepper]) -> list[mg.Stepper]:
    """The walks whose operations can be written in JavaScript."""
    found = [s for s in walks if not page_operations(s.order).missing]
    assert len(found) > 30
    return found


def differences(found: dict[str, Any], s: mg.Stepper) -> list[Any]:
    """Values, local derivatives and texts that are not those of Python, but for rounding."""
    if len(found["steps"]) != len(s):
        return [len(found["steps"]), len(s)]
    got, wanted = of_script(found, s), of_python(s)
    locals_ = [
        0.0 if isinstance(x, Constant) else local
        for v in s.order
        if v.op
        for x, local in zip(v.inputs, locals_of(v), strict=True)
    ]
    numbers = [*found["data"], *found["locals"]], [*wanted["data"], *map(repr, locals_)]
    different = [
        (a, b) for a, b in zip(*numbers, strict=True)
        if a != b and not math.isclose(float(a), float(b), rel_tol=1e-10, abs_tol=1e-12)
    ]  # fmt: skip
    different += [
        (step.title, key, mine[key], text)
        for step, mine, theirs in zip(s, got["steps"], wanted["steps"], strict=True)
        for key, text in theirs.items()
        if not alike(mine[key], text) and not (step.node.op and step.node.op.internal)
    ]
    pairs = zip(got["stories"], wanted["stories"], strict=True)
    return different + [(mine, theirs) for mine, theirs in pairs if not alike(mine, theirs)]


def test_after_a_change_every_text_is_that_of_python_at_these_numbers(
    node: Node, full: bool, figure: Callable[..., None]
) -> None:
    rng = random.Random(1)
    walks = living(mg.step(random_graph(seed)) for seed in range(150 if full else 40))
    jobs = [(s, [moved(s.output, rng) for _ in range(4)]) for s in walks]
    changes = 0
    for (s, settings), found in zip(jobs, node(jobs), strict=True):
        for leaves, got in zip(settings, found, strict=True):
            try:
                now = walk_at(s, leaves)
            except MicrogradError as error:
                refused = str(error)
            else:
                assert "refused" not in got, (s, leaves, got)
                assert differences(got, now) == [], (s, leaves)
                changes += 1
                continue
            assert refused.split(" (Value")[0] == got["refused"].split(" (Value")[0]
    figure("changed leaves on the page", "all {:,} give the texts of Python", changes)
