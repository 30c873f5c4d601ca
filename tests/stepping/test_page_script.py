"""The steps that the page's script makes, run by node, are those of Python, text by text."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from samples import ROWS, spread
from stepping_graphs import lecture, random_graph

import micrograd_tut as mg
from micrograd_tut import expression
from micrograd_tut.engine import Constant, Value, topological
from micrograd_tut.errors import MicrogradError
from micrograd_tut.pages.html_page import as_json, text_of
from micrograd_tut.stepping import page, quiz_page
from micrograd_tut.stepping.hints import step_hints
from micrograd_tut.stepping.mistakes import step_mistakes
from micrograd_tut.stepping.page_data import data
from micrograd_tut.stepping.page_operations import page_operations
from micrograd_tut.stepping.page_picture import Picture
from micrograd_tut.stepping.questions import as_formula
from micrograd_tut.stepping.sentences import SENTENCES
from micrograd_tut.stepping.walk import Step, locals_of, story
from micrograd_tut.support.numbers import in_formula, shown

STEPS = """
const story = (walk, i) => [madeLine(i, shown(walk.values.data[i])), ...storyLines(walk, i)];
return settings.map((leaves) => {
  try {
    const values = leaves === null ? original : valuesAt(leaves.map(finite));
    const walk = backwardWalk(values);
    const texts = ({ steps }) => steps.map((s) => ({
      title: s.title, rule: s.rule, numbers: s.numbers, local: s.localDerivative, sum: s.sum,
      remark: s.remark, parts: s.parts, hints: s.ask && s.ask.hints,
      mistakes: s.ask && s.kind === "backward" ? s.ask.mistakes : undefined,
      after: s.after && exact(s.after.value),
    }));
    return {
      data: values.data.map(exact), locals: values.locals.map(exact),
      steps: texts(walk), complete: walk.complete,
      stories: nodes.map((n, i) => (n.constant ? [] : story(walk, i))),
      forward: nodes.map((n, i) => (n.leaf && !n.constant ? texts(forwardWalk(values, i)) : null)),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message };
  }
});
"""
"""What the script makes of each list of numbers of the leaves; null stands for those of Python."""

Node = Callable[[list[tuple[Any, list[Any]]]], list[list[dict[str, Any]]]]


@pytest.fixture
def node(javascript: Callable[..., Any]) -> Node:
    """Run the script for walks, each with numbers of its leaves."""

    def run(jobs: list[tuple[Any, list[Any]]]) -> list[list[dict[str, Any]]]:
        written = []
        for stepper, settings in jobs:
            operations = page_operations(stepper.order)
            drawn = Picture("", dict.fromkeys(stepper.order, 0), {}, folded=True)
            content = json.loads(as_json(data(stepper, drawn, operations)))
            listed = [leaves and [strict(x) for x in leaves] for leaves in settings]
            code = f"{operations.code}\n{scripts(*page.MAKING)}\n{STEPS}"
            written.append((code, {"data": content, "settings": listed}))
        found: list[list[dict[str, Any]]] = javascript(written)
        return found

    return run


def scripts(*names: str) -> str:
    return "\n".join(text_of(page.__package__, f"script/{name}.js") for name in names)


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
    graphs = [lecture(), net(), *map(random_graph, range(100 if full else 40))]
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
    assert len(found) > 20
    return found


def cancels(steps: list[dict[str, Any]]) -> bool:
    """Whether a gradient is what rounding leaves of 0; other rounding may leave 0."""
    return any(0 < abs(float(step["after"])) < 1e-12 for step in steps if "after" in step)


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
    graphs = map(random_graph, range(200 if full else 60))
    public = (y for y in graphs if not any(v.op and v.op.internal for v in topological(y)))
    walks = living(map(mg.step, public))  # helpers of derivatives have narrower domains
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
                if not cancels([*got["steps"], *of_python(now)["steps"]]):
                    assert differences(got, now) == [], (s, leaves)
                    changes += 1
                continue
            assert refused.split(" (Value")[0] == got["refused"].split(" (Value")[0]
    figure("changed leaves on the page", "all {:,} give the texts of Python", changes)


def test_forward_mode_carries_the_gradient_of_each_leaf_to_the_output(node: Node) -> None:
    walks = living(mg.step(random_graph(seed)) for seed in range(40))
    for s, (found,) in zip(walks, node([(s, [None]) for s in walks]), strict=True):
        leaves = [v for v in s.order if not v.op and not isinstance(v, Constant)]
        slopes = dict(zip(leaves, mg.grad(s.output, leaves), strict=True))
        for v, steps in zip(s.order, found["forward"], strict=True):
            if v not in slopes:
                assert steps is None
            elif len(steps) > 2:
                slope = float(steps[-1]["after"])
                assert slope == pytest.approx(slopes[v], rel=1e-10, abs=1e-12)
                parts = steps[-1]["parts"]
                assert slope == 0 or parts[0] == f"∂{s.names.output}/∂{s.names.of(v)}"
                assert steps[-1]["rule"] == f"{parts[0]} += {parts[1]} · {parts[2]}"
            else:
                assert slopes[v] == float(v is s.output)


def test_every_operation_on_the_page_has_the_value_and_derivatives_of_python(
    node: Node, full: bool
) -> None:
    jobs, wanted = [], []
    for name, row in ROWS.items():
        for point in [*row.points, *list(spread(name, 20 if full else 2))]:
            inputs: list[Any] = [
                Constant(x) if i in row.constants else Value(x, label=f"a{i}")
                for i, x in enumerate(point)
            ]
            try:
                s = mg.step(mg.OPS[name](*inputs))
            except MicrogradError:
                continue
            jobs.append((s, [[v.data for v in s.order]]))
            wanted.append((name, point, [s.output.data, *s_locals(s)]))
    assert {name for name, *_ in wanted} == set(ROWS)
    for (name, point, numbers), (found,) in zip(wanted, node(jobs), strict=True):
        assert "refused" not in found, (name, point, found)
        slack = math.fsum(map(abs, point)) * 1e-15 if name in ("sum", "mean", "dot") else 1e-305
        for got, want in zip([found["data"][-1], *found["locals"]], numbers, strict=True):
            close = math.isclose(float(got), want, rel_tol=1e-12, abs_tol=slack)
            assert close or math.isnan(want), (name, point, got, want)


def s_locals(s: mg.Stepper) -> list[float]:
    pairs = zip(s.output.inputs, locals_of(s.output), strict=True)
    return [0.0 if isinstance(v, Constant) else local for v, local in pairs]


OUTSIDE = [
    ("log", [2.0], [-1.0]), ("log", [2.0], [0.0]), ("sqrt", [2.0], [-2.0]),
    ("div", [1.0, 2.0], [1.0, 0.0]), ("div", [1.0, 2.0], [1e308, 1e-10]),
    ("pow", [2.0, 3.0], [0.0, -1.0]), ("pow", [2.0, 3.0], [-8.0, 0.5]),
    ("pow", [2.0, 3.0], [1e200, 2.0]), ("mod", [5.0, 2.0], [5.0, 0.0]),
    ("log_base", [2.0, 3.0], [-1.0, 3.0]), ("log_base", [2.0, 3.0], [2.0, 1.0]),
    ("exp", [1.0], [800.0]), ("asin", [0.5], [1.5]), ("acosh", [2.0], [0.5]),
    ("log1p", [1.0], [-1.0]), ("mul", [1.0, 2.0], [1e200, 1e200]),
    ("clip", [0.5, 0.0, 1.0], [0.5, 2.0, 1.0]), ("atanh", [0.5], [1.0]),
]  # fmt: skip
"""Operations, numbers inside their domain, and numbers outside."""


def test_a_number_outside_the_domain_is_refused_in_the_words_of_python(node: Node) -> None:
    jobs = []
    for name, inputs, outside in OUTSIDE:
        leaves = [Value(x, label=f"a{i}") for i, x in enumerate(inputs)]
        jobs.append((mg.step(mg.OPS[name](*leaves)), [[*outside, 0.0]]))
    for (name, _, outside), (found,) in zip(OUTSIDE, node(jobs), strict=True):
        with pytest.raises(MicrogradError) as error:
            mg.OPS[name](*[Value(x, label=f"a{i}") for i, x in enumerate(outside)])
        assert str(error.value).startswith(found["refused"]), name


def test_a_gradient_that_is_too_large_is_refused(node: Node) -> None:
    a, b = Value(1.0, label="a"), Value(1.0, label="b")
    s = mg.step(a * 1e200 * b)
    leaves = [{"a": 1e-200, "b": 1e200}.get(v.label, v.data) for v in s.order]
    ((found,),) = node([(s, [leaves])])
    assert "the gradient of " in found["refused"]
    assert "is too large for a float" in found["refused"]


def numbers_to_write() -> list[float]:
    rng = random.Random(7)
    spread_ = [rng.uniform(-1, 1) * 10.0 ** rng.randint(-320, 308) for _ in range(3000)]
    plain = [round(rng.uniform(-1e6, 1e6), rng.randint(0, 6)) for _ in range(3000)]
    ties = [rng.randint(-(10**7), 10**7) / 2.0 ** rng.randint(1, 12) for _ in range(3000)]
    edges = [0.0, -0.0, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 5e-324, 1.7e308, 1e22]
    return [*spread_, *plain, *ties, *edges, 99999.5, 9999.95, 0.0703125, 2.5, 100000.0]


def test_numbers_are_written_as_python_writes_them(javascript: Callable[..., Any]) -> None:
    xs = numbers_to_write()
    code = (
        scripts("numbers")
        + """
    return xs.map((x) => [exact(x), shown(x), inFormula(x), significant(x, 2), significant(x, 10)]);
    """
    )
    (found,) = javascript([(code, {"xs": xs})])
    for x, texts in zip(xs, found, strict=True):
        assert texts == [repr(x), shown(x), in_formula(x), f"{x:.2g}", f"{x:.10g}"]


FORMULAS = [
    "1", "-1.5", "3/4", "1,5", "−2", "2 * a", "a*b + c", "a - b - c", "a / b / c", "-a**2",
    "2 ** -b", "2**3**0.5", "(a + b) * c", "a · b × c", "tanh(a) + exp(-b)", "a // b", "a % b",
    "-7.5 % b", "1 if a > 0 else 0", "∂L/∂a · b", "dL/da * 2", "a.grad + 1", "pi * 2", "+3",
    "1e3", ".5", "2*-b", "sqrt(abs(c))",
]  # fmt: skip


def test_an_answer_is_the_number_that_it_is_in_the_terminal(javascript: Callable[..., Any]) -> None:
    values = {"a": 2.0, "b": -3.0, "c": 0.7}
    a, b, c = (Value(x, label=name) for name, x in values.items())
    y = a * b + mg.tanh(c)
    y.label = "L"
    functions, operations = quiz_page.answer_functions(mg.quiz(y))
    names = values | {"∂L/∂a": -3.0, "dL/da": -3.0, "a.grad": -3.0}
    content = {"functions": functions, "sentences": SENTENCES, "output": "L"}
    code = f"{operations}\n{scripts('numbers', 'sentences', 'answers')}"
    code += "return formulas.map((text) => evaluated(text, names));"
    (found,) = javascript([(code, {"data": content, "formulas": FORMULAS, "names": names})])
    for text, got in zip(FORMULAS, found, strict=True):
        wanted = float(expression.evaluate(as_formula(text), names))
        assert got == pytest.approx(wanted, rel=1e-13), text
