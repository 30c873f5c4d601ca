"""Programs in JavaScript, run by node, give the numbers of Values."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compiler_graphs import agrees, on_values, random_graph, random_numbers
from samples import ROWS, spread

import micrograd_tut as mg
from micrograd_tut.compiler.javascript_operations import Signature, operations
from micrograd_tut.errors import MicrogradError

RUNNER = """\
import { readFileSync, writeFileSync } from "node:fs";
const [from, to] = process.argv.slice(2), found = [];
for (const { path, parameters, args, batch, scale } of JSON.parse(readFileSync(from))) {
  const { build, columns } = await import(path);
  const gradient = new Float64Array(parameters.length).fill(NaN);
  try {
    const { forward, backward } = build(Float64Array.from(parameters), gradient, batch);
    const given = args.map(columns), outputs = [...forward(...given)];
    if (scale) backward(...given, scale);
    found.push({ outputs, gradient: [...gradient] });
  } catch (error) {
    found.push({ error: `${error.name}: ${error.message}` });
  }
}
writeFileSync(to, JSON.stringify(found));
"""

Job = dict[str, Any]
Node = Callable[[list[Job]], list[dict[str, Any]]]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """Run programs in one process of node."""
    program = shutil.which("node")
    if not program:
        pytest.skip("JavaScript needs node on PATH")

    def run(jobs: list[Job]) -> list[dict[str, Any]]:
        for k, job in enumerate(jobs):
            path = tmp_path / f"{k}.mjs"
            path.write_text(job.pop("text"), encoding="utf-8")
            job["path"] = path.as_uri()
        (tmp_path / "runner.mjs").write_text(RUNNER, encoding="utf-8")
        (tmp_path / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
        found = tmp_path / "found.json"
        command = [program, tmp_path / "runner.mjs", tmp_path / "jobs.json", found]
        subprocess.run(command, check=True, timeout=300)
        result: list[dict[str, Any]] = json.loads(found.read_text(encoding="utf-8"))
        return result

    return run


def job(compiled: Any, *args: Any, scale: float = 1.0) -> Job:
    """A program and the numbers to run it with."""
    executable = compiled.executable([len(x[0]) if np.ndim(x) > 1 else None for x in args])
    batch = len(args[0]) if args else 1
    numbers = [v.data for v in executable.parameters]
    text = executable.javascript
    return {"text": text, "parameters": numbers, "args": args, "batch": batch, "scale": scale}


def in_order(compiled: Any, found: dict[str, Any], values: list[mg.Value]) -> list[float]:
    """The gradient with respect to some Values; 0 for those that the function does not use."""
    (executable,) = compiled.executables.values()
    of = dict(zip(executable.parameters, found["gradient"], strict=True))
    return [of.get(v, 0.0) for v in values]


def test_random_graphs_in_javascript_agree_with_values(
    node: Node, full: bool, figure: Callable[..., None]
) -> None:
    jobs, expected = [], []
    for seed in range(800 if full else 60):
        numbers, rows = random_numbers(seed)
        try:
            wanted = on_values(seed, numbers, rows)
        except MicrogradError:
            continue
        if wanted is None:
            continue
        w = [mg.Value(v) for v in numbers]
        compiled = mg.compile(lambda x, seed=seed, w=w: random_graph(seed, w, x))
        jobs.append(job(compiled, rows))
        expected.append((seed, wanted, compiled, w))
    assert len(jobs) > 30
    for (seed, wanted, compiled, w), found in zip(expected, node(jobs), strict=True):
        assert "error" not in found, (seed, found)
        slopes = in_order(compiled, found, w)
        assert agrees(wanted, found["outputs"], slopes), (seed, wanted, found)
    figure("random graphs, JavaScript", "all {:,} give the numbers of Values", len(jobs))


@pytest.mark.parametrize("name", ROWS)
def test_an_operation_in_javascript_gives_the_value_and_gradient_of_values(
    name: str, node: Node
) -> None:
    jobs, expected = [], []
    for point in [*ROWS[name].points, *list(spread(name, 20))]:
        w = [mg.Value(0.0) for _ in point]
        constants = ROWS[name].constants

        def function(
            x: Any, w: Any = w, constants: Any = constants, order: float = point[-1]
        ) -> Any:
            shifted = [v if i in constants else v + w[i] for i, v in enumerate(x)]
            if name == "sinc_derivative":
                shifted[1] = order
            return mg.OPS[name](*shifted)

        try:
            y = function(list(point))
            y.backward()
        except MicrogradError:
            continue
        if any(map(math.isinf, [y.data, *(v.grad for v in w)])):
            continue
        compiled = mg.compile(function, example=(list(point),))
        jobs.append(job(compiled, [list(point)]))
        expected.append((point, y.data, w, compiled))
    assert len(jobs) > 2
    for (point, value, w, compiled), found in zip(expected, node(jobs), strict=True):
        assert "error" not in found, (point, found)
        slack = math.fsum(map(abs, point)) * 1e-15 if name in ("sum", "mean", "dot") else 1e-305
        numbers = [found["outputs"][0], *in_order(compiled, found, w)]
        for got, want in zip(numbers, [value, *(v.grad for v in w)], strict=True):
            assert got == want or math.isclose(got, want, rel_tol=1e-12, abs_tol=slack), (
                point, got, want,
            )  # fmt: skip


@pytest.mark.parametrize("sizes", [[3, 1], [9, 8, 1], [17, 12, 1]])
@pytest.mark.parametrize("batch", [1, 5])
def test_wide_layers_in_blocks_give_the_gradients_of_values(
    node: Node, sizes: list[int], batch: int
) -> None:
    rng = np.random.default_rng(1)
    model = mg.MLP(11, sizes, activation="tanh", seed=1)
    X, y = rng.normal(size=(batch, 11)).tolist(), rng.normal(size=batch).tolist()
    compiled = mg.compile(lambda x, t: (model(x) - t) ** 2)
    (found,) = node([job(compiled, X, y, scale=1 / batch)])
    loss = mg.mean([(model(x) - t) ** 2 for x, t in zip(X, y, strict=True)])
    loss.backward()
    assert np.mean(found["outputs"]) == pytest.approx(loss.data, rel=1e-13)
    slopes = in_order(compiled, found, model.parameters())
    assert slopes == pytest.approx([p.grad for p in model.parameters()], rel=1e-11, abs=1e-15)
    assert "j += 4" in compiled.javascript


def test_a_list_of_outputs_is_returned_row_by_row(node: Node) -> None:
    w = mg.Value(2.0)
    compiled = mg.compile(lambda x: [w * x, x + 1.0, w])
    (found,) = node([job(compiled, [1.0, 10.0], scale=0.0)])
    assert found["outputs"] == [2.0, 20.0, 2.0, 11.0, 2.0, 2.0]


def test_a_result_that_no_argument_changes_has_a_number_for_each_example(node: Node) -> None:
    w = mg.Value(3.0)
    compiled = mg.compile(lambda x: w * w)
    (found,) = node([job(compiled, [1.0, 2.0])])
    assert found == {"outputs": [9.0, 9.0], "gradient": [12.0]}


def test_finite_numbers_that_give_inf_or_nan_throw_an_error(node: Node) -> None:
    w = mg.Value(1.0)
    large = mg.compile(lambda x: mg.exp(w * x))
    root = mg.compile(lambda x: mg.sqrt(w * x))
    found = node([
        job(large, [1.0, 1000.0]), job(root, [1.0, -1.0]), job(root, [1.0, 0.0])
    ])  # fmt: skip
    assert found[0] == {
        "error": "RangeError: output 1 is Infinity, though all numbers given are finite"
    }
    assert "output 1 is NaN" in found[1]["error"]
    assert "the gradient of parameter 0 is" in found[2]["error"]


def test_numbers_that_are_not_finite_are_refused(node: Node) -> None:
    weight = mg.Value(2.0)
    step = mg.compile(lambda x, y: mg.relu(x) + y)
    product = mg.compile(lambda x: x * weight)
    jobs = [job(step, [1.0, 2.0], [3.0, 4.0]), job(product, [1.0])]
    jobs[0]["args"][1][1] = "NaN"
    jobs[1]["parameters"] = ["-Infinity"]
    assert [found["error"] for found in node(jobs)] == [
        "RangeError: y 1 is NaN, and must be finite",
        "RangeError: parameter 0 is -Infinity, and must be finite",
    ]


def test_names_that_mean_something_in_javascript_are_not_taken(node: Node) -> None:
    w = mg.Value(3.0)
    programs = [
        mg.compile(lambda new: new * w),
        mg.compile(lambda function: function * w),
        mg.compile(lambda Math: mg.exp(Math - Math) * Math * w),
        mg.compile(lambda left: left * w),
        mg.compile(lambda total0: total0 * w),
        mg.compile(lambda columns: columns * w),
        mg.compile(lambda checked: checked * w),
        mg.compile(lambda été: été * w),
    ]
    for found in node([job(program, [2.0]) for program in programs]):
        assert found == {"outputs": [6.0], "gradient": [2.0]}


def test_the_module_has_the_two_functions_and_imports_nothing() -> None:
    f = mg.compile(lambda x: mg.gelu(x) ** 2, example=(1.0,))
    assert "function forward(x) {" in f.javascript
    assert "function backward(x, scale) {" in f.javascript
    assert "import" not in f.javascript
    assert "Cody 1969" in f.javascript  # JavaScript has no erf


def test_a_long_sum_in_an_operation_is_written_in_several_lines() -> None:
    text = operations([Signature(mg.OPS["softmax"], (None,) * 300)])
    assert text.count("const t") > 10
