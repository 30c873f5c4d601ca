"""Every number, gradient, picture and program in the questions, against an independent oracle."""

from __future__ import annotations

import itertools
import math
import random
import statistics
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from oracle import rows

import micrograd_tut as mg
from micrograd_tut.course.check import Question
from micrograd_tut.course.pictures import Curve, curves
from micrograd_tut.course.source import check_of, checks
from micrograd_tut.expression import expression

FILES = Path(mg.__file__).parent / "course" / "checks"
NAMES = [f"{check.key}/{question.id}" for check in checks() for question in check.questions]


def question(name: str) -> Question:
    key, _, own = name.partition("/")
    return next(q for q in check_of(key).questions if q.id == own)


def of_kind(kind: str) -> list[str]:
    return [name for name in NAMES if question(name).kind == kind]


# --- Numbers --------------------------------------------------------------------------------


def three_passes() -> float:
    a = mg.Value(4.0)
    y = a * a
    for _ in range(3):
        y.backward()
    return a.grad


def neuron(weights: list[float], bias: float, activation: str, x: list[float]) -> float:
    return mg.Neuron.of(weights, bias, activation)(x).data


def parameters(inputs: int, sizes: list[int]) -> int:
    return len(mg.MLP(inputs, sizes).parameters())


def two_layers(x: float) -> float:
    return -2 * (3 * x + 1) + 5


def updates(examples: int, size: int, epochs: int) -> int:
    return sum(1 for _ in range(epochs) for _ in range(0, examples, size))


def with_momentum() -> float:
    weight = mg.Value(1.0)
    optimizer = mg.SGD(lr=0.1, momentum=0.5)
    for _ in range(2):
        weight.grad = 2.0
        optimizer.step([weight])
    return weight.data


def best_epoch(losses: list[float], patience: int) -> int:
    for n in range(1, len(losses) + 1):
        best = losses.index(min(losses[:n])) + 1
        if n - best == patience:
            return best
    raise AssertionError("it never stops")


def spam(called: int, found: int, present: int) -> tuple[list[int], list[int]]:
    """Truths and answers of 1,000 messages."""
    truth = [1] * present + [0] * (1000 - present)
    answers = [1] * found + [0] * (present - found) + [1] * (called - found)
    return truth, answers + [0] * (1000 - len(answers))


def ill_among_alarms() -> float:
    people = 1_000_000
    ill = people // 100
    true, false = ill * 9 // 10, (people - ill) * 5 // 100
    return true / (true + false)


def state(sequence: list[float]) -> float:
    h = 0.0
    for x in sequence:
        h = 0.5 * h + 2 * x
    return h


def places(size: int, kernel: int) -> int:
    """How often a square fits into another."""
    fits = [i for i in range(size) if i + kernel <= size]
    return len(list(itertools.product(fits, fits)))


SPAM = spam(50, 30, 40)
ORACLES: dict[str, Callable[[], Any]] = {
    "1/measure": lambda: mpf("0.03") / mpf("0.01"),
    "1/again": three_passes,
    "2/tanh": lambda: mp.diff(mp.tanh, mp.atanh(mpf("0.6"))),
    "3/weighted-sum": lambda: np.dot([2, -3], [4, 2]) + 5,
    "3/sigmoid-output": lambda: neuron([1.0, -2.0], 0.5, "sigmoid", [3.0, 1.0]),
    "3/sigmoid-at-zero": lambda: neuron([0.7, -9.0], 0.0, "sigmoid", [0.0, 0.0]),
    "4/two-linear-layers": lambda: two_layers(1) - two_layers(0),
    "4/and-the-bias": lambda: two_layers(0),
    "4/steepest-sigmoid": lambda: mp.diff(lambda x: 1 / (1 + mp.exp(-x)), 0),
    "5/one-layer": lambda: parameters(3, [5]),
    "5/whole-network": lambda: parameters(4, [8, 3]),
    "5/hidden-neurons": lambda: next(h for h in range(99) if parameters(3, [h + 1, 1]) == 51) + 1,
    "6/hidden-layer": lambda: neuron([1.0, 3.0], 0.5, "relu", [2.0, -1.0]),
    "6/second-layer": lambda: neuron([10.0, -1.0], 1.0, "relu", [0.0, 4.0]),
    "6/output": lambda: neuron([2.0, -1.0], 1.0, "sigmoid", [1.0, 3.0]),
    "7/mse": lambda: np.mean(np.square(np.subtract([2, 5, 3], [1, 5, 5]))),
    "7/one-update": lambda: mpf("0.8") + mpf("0.2"),
    "7/rates-that-work": lambda: next(r for r in np.arange(1, 99) / 100 if 3 - r * 2 * 3 == 0),
    "8/updates": lambda: updates(600, 20, 5),
    "8/last-batch": lambda: updates(100, 32, 1),
    "8/momentum": with_momentum,
    "9/noise": lambda: mpf("0.04"),
    "9/stopped": lambda: best_epoch([0.9, 0.6, 0.5, 0.55, 0.45, 0.5, 0.52], 2),
    "10/standardise": lambda: statistics.NormalDist(40, 8).zscore(52),
    "10/precision": lambda: mg.METRICS["precision"](*map(np.array, SPAM)),
    "10/recall": lambda: mg.METRICS["recall"](*map(np.array, SPAM)),
    "10/rare-disease": ill_among_alarms,
    "11/ln-two": lambda: mp.log(2),
    "11/through-three": lambda: mpf(8) / 1000,
    "12/parameters": lambda: parameters(64, [16, 10]),
    "12/guessing": lambda: mpf(1) / len(range(10)),
    "12/softmax": lambda: np.exp(3.0) / np.exp([1.0, 1.0, 3.0]).sum(),
    "13/parameters": lambda: len(("w", "u", "b")),
    "13/two-steps": lambda: state([1.0, 3.0]),
    "13/through-twenty": lambda: mp.diff(lambda h: mpf("0.8") ** 20 * h, 1),
    "13/clipping": lambda: (np.array([6.0, 8.0]) / np.linalg.norm([6.0, 8.0]) * 5)[0],
    "14/size": lambda: places(10, 3),
    "14/parameters": lambda: len(mg.Neuron(5 * 5).parameters()),
    "14/by-hand": lambda: np.correlate([5, 5, 1, 1], [1, 0, -1])[0],
    "15/multiplications": lambda: 100 * sum(
        len(n.w) for layer in mg.MLP(3, [10, 2]).layers for n in layer.neurons
    ),
}  # fmt: skip


def test_every_number_has_an_oracle() -> None:
    assert of_kind("number") == list(ORACLES)


@pytest.mark.parametrize("name", ORACLES)
def test_a_number_is_that_of_an_independent_computation(name: str) -> None:
    assert question(name).number == pytest.approx(float(ORACLES[name]()), rel=1e-9, abs=1e-12)


# --- Gradients ------------------------------------------------------------------------------

AT_A_KINK = {"6/no-gradient": 0.0}
"""Where a difference would give one half of the slope: there relu has the derivative 0."""


def difference(q: Question) -> Any:
    """The gradient that a question asks for, as a central difference with 50 digits."""

    def output(x: Any) -> Any:
        numbers = {name: mpf(number) for name, number in q.where.items()} | {q.of: x}
        *steps, last = q.picture["graph"].split(";")
        scope = {**rows(mp), **numbers}
        exec("\n".join(step.strip() for step in steps), scope)  # noqa: S102
        return scope[last.strip()]

    with mp.workdps(50):
        h, x = mpf(10) ** -20, mpf(q.where[q.of])
        return (output(x + h) - output(x - h)) / (2 * h)


@pytest.mark.parametrize("name", of_kind("gradient"))
def test_a_gradient_is_the_difference_quotient(name: str) -> None:
    q = question(name)
    wanted = AT_A_KINK[name] if name in AT_A_KINK else float(difference(q))
    assert q.number == pytest.approx(wanted, rel=1e-12, abs=1e-12)
    assert q.value(q.right) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", of_kind("gradient"))
def test_every_computed_value_of_a_graph_has_a_name(name: str) -> None:
    nodes, _ = mg.trace(question(name).graph)
    assert all(node.label for node in nodes if node.op)


# --- Pictures -------------------------------------------------------------------------------


def follows(function: Callable[[float], float]) -> Callable[[dict[str, Curve]], bool]:
    """Whether a curve is that of a function."""
    return lambda drawn: all(abs(function(x) - y) < 1e-9 for x, y in drawn[""])


def slopes(curve: Curve) -> list[float]:
    return [(d - b) / (c - a) for (a, b), (c, d) in itertools.pairwise(curve)]


def jumps(curve: Curve) -> int:
    """How often a curve turns."""
    signs = [s > 0 for s in slopes(curve)]
    return sum(a != b for a, b in itertools.pairwise(signs))


def overfits(drawn: dict[str, Curve]) -> bool:
    validation = [y for _, y in drawn["validation"]]
    turned = min(validation) < 0.6 * validation[-1]
    return turned and all(slope < 0 for slope in slopes(drawn["training"]))


def feature_map(x: float) -> float:
    """The row of pixels 0 and 1 under the kernel -1, 0, 1."""
    pixels = [0.0 if place < 0 else 1.0 for place in (x - 1, x, x + 1)]
    return float(np.dot(pixels, [-1, 0, 1]))


def bent(weight: float, bias: float, x: float) -> float:
    return max(0.0, weight * x + bias)


PICTURES: dict[str, Callable[[dict[str, Curve]], bool]] = {
    "2/relu-edge": follows(lambda x: max(0.0, x + 1e-6) * 1e6 - max(0.0, x) * 1e6 > 0.5),
    "3/which-sigmoid": follows(lambda x: neuron([2.0], -4.0, "sigmoid", [x])),
    "4/which-is-relu": follows(lambda x: bent(1, 0, x)),
    "6/which-outputs": follows(lambda x: -2 * bent(1, -1, x) + 3),
    "7/which-curve": lambda drawn: min(slopes(drawn[""])) > 0,
    "8/which-curve": lambda drawn: jumps(drawn[""]) > 20 and drawn[""][-1][1] < drawn[""][0][1],
    "9/which-curves": overfits,
    "11/which-saturates": lambda drawn: min(slopes(drawn[""])) > 0.1,
    "13/which-fading": follows(lambda x: math.exp(x * math.log(0.7))),
    "14/which-map": follows(feature_map),
    "15/which-program": follows(lambda x: float(np.maximum(-1.0 * x + 2.0, 0.0))),
}


@pytest.mark.parametrize("name", PICTURES)
def test_only_the_right_curve_shows_what_is_asked_for(name: str) -> None:
    for answer in question(name).answers:
        assert PICTURES[name](curves(answer.picture)) is answer.right, answer.text


def test_only_the_right_graph_is_that_of_the_formula() -> None:
    q = question("1/which-graph")
    a, b = q.where["a"], q.where["b"]
    for answer in q.answers:
        y = expression(answer.picture["graph"], q.where)
        assert (y.data == (a + b) * b) is answer.right


def test_only_the_right_network_has_the_shape_that_is_asked_for() -> None:
    model = mg.MLP(3, [2, 2, 1])
    shape = [len(model.layers[0].neurons[0].w), *(len(layer.neurons) for layer in model.layers)]
    for answer in question("5/which-network").answers:
        assert (answer.picture["network"] == shape) is answer.right


def test_every_picture_to_choose_is_held_against_something() -> None:
    assert {*PICTURES, "1/which-graph", "5/which-network"} == set(of_kind("picture"))


# --- Programs -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", of_kind("bug"))
def test_a_program_is_wrong_as_it_stands_and_right_with_the_line_replaced(name: str) -> None:
    key, _, own = name.partition("/")
    text = (FILES / f"{key:0>2}.toml").read_text(encoding="utf-8")
    entry = next(e for e in tomllib.loads(text)["question"] if e["id"] == own)
    broken = entry["code"].strip("\n").splitlines()
    line = entry["right"] - 1
    fixed = [*broken[:line], entry["fix"], *broken[line + 1 :]]
    assert not holds(broken, entry["holds"])
    assert holds(fixed, entry["holds"])


def holds(lines: list[str], statement: str) -> bool:
    scope: dict[str, Any] = {"mg": mg, "np": np, "random": random}
    exec("\n".join(lines), scope)  # noqa: S102
    return bool(eval(statement, scope))  # noqa: S307
