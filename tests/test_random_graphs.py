"""Graphs at random: every gradient is as exact as its graph allows.

How exact a gradient can be depends on the graph, so a fixed number of ulp is the wrong ruler.
Each graph is replayed in mpmath with 60 digits, once as it is, and 16 times with every operation
off by 2 ulp up or down. A gradient must be as close to the exact one as the farthest of these,
give or take 1 ulp. In the derivatives of gradients, the second derivatives of the operations are
off by what the table allows them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import oracle
import pytest
from mpmath import mp, mpf

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.chain import topological
from micrograd_tut.errors import MicrogradError

Figure = Callable[[str, object], None]
PASSED: Counter[str] = Counter()  # graphs, by order
REPLAYS = 16
TWO_ULP = mpf(2) ** -51
NODES = 40

SLOPES: dict[str, Callable[..., Sequence[Any]]] = {
    # the derivatives as a book prints them, of mpmath's numbers
    "add": lambda x, y: (1, 1),
    "sub": lambda x, y: (1, -1),
    "mul": lambda x, y: (y, x),
    "div": lambda x, y: (1 / y, -x / y**2),
    "neg": lambda x: (-1,),
    "exp": lambda x: (mp.exp(x),),
    "log": lambda x: (1 / x,),
    "log1p": lambda x: (1 / (1 + x),),
    "expm1": lambda x: (mp.exp(x),),
    "sqrt": lambda x: (1 / (2 * mp.sqrt(x)),),
    "sin": lambda x: (mp.cos(x),),
    "cos": lambda x: (-mp.sin(x),),
    "atan": lambda x: (1 / (1 + x**2),),
    "tanh": lambda x: (mp.sech(x) ** 2,),
    "sigmoid": lambda x: (mp.exp(-x) / (1 + mp.exp(-x)) ** 2,),
    "softplus": lambda x: (1 / (1 + mp.exp(-x)),),
    "relu": lambda x: (mpf(x > 0),),
    "hypot": lambda x, y: (x / mp.hypot(x, y), y / mp.hypot(x, y)) if x or y else (0, 0),
    "maximum": lambda x, y: [mpf(z == max(x, y)) / (1 + (x == y)) for z in (x, y)],
    "dot": lambda w, x, b: (x, w, 1),
}


def graph(seed: int) -> tuple[list[Value], Value]:
    """Leaves, and the output of a graph of `NODES` operations over them."""
    rng = random.Random(seed)
    leaves = [Value(rng.choice([-1, 1]) * 10 ** rng.uniform(-2, 1)) for _ in range(4)]
    nodes, unused = list(leaves), set[Value]()
    while len(nodes) < NODES - 1:
        op = ops.OPS[rng.choice(sorted(SLOPES))]
        inputs = [
            rng.choice(nodes[-12:] + leaves) for _ in range(op.arity or 2 + (op.name == "dot"))
        ]
        if op is ops.sqrt and not inputs[0].data:
            continue  # its slope is inf
        try:
            node = op(*inputs)
        except MicrogradError:
            continue
        if abs(node.data) < 1e6:
            nodes.append(node)
            unused = (unused | {node}) - set(inputs)
    y = mg.sum([node for node in nodes if node in unused] * 2) * 0.5
    return leaves, y


class Replay:
    """A graph in mpmath, with each operation off by the same factors every time it is run."""

    def __init__(self, y: Value, seed: int | None) -> None:
        self.order = topological(y)
        self.rng = random.Random(seed)
        self.exact = seed is None
        self.factors: list[Any] = []

    def gradient(self, leaves: Sequence[Value], moves: Sequence[Any] = ()) -> list[Any]:
        """The derivatives by the leaves, each leaf moved by a number."""
        self.place = 0
        moved = dict(zip(leaves, moves, strict=False))
        number: dict[Value, Any] = {}
        for node in self.order:
            if node.op is None:
                number[node] = mpf(node.data) + moved.get(node, 0)
            else:
                xs = [number[v] for v in node.inputs]
                number[node] = oracle.VALUE[node.op.name](*xs) * self.factor()
        gradient = dict.fromkeys(self.order, mpf(0))
        gradient[self.order[-1]] = mpf(1)
        for node in reversed(self.order):
            if node.op is not None and gradient[node]:
                xs = [number[v] for v in node.inputs]
                for v, local in zip(node.inputs, self.slopes(node, xs), strict=True):
                    off = self.factor() + (self.bend(xs, node.recorded) if moves else 0)
                    flow = gradient[node] * (local * off) * self.factor()
                    gradient[v] = (gradient[v] + flow) * self.factor()
        return [gradient.get(v, mpf(0)) for v in leaves]

    def slopes(self, node: Value, xs: Sequence[Any]) -> Sequence[Any]:
        return [mpf(1)] * len(xs) if node.op is ops.sum else SLOPES[node.op.name](*xs)  # type: ignore[union-attr]

    def bend(self, xs: Sequence[Any], recorded: Sequence[float]) -> Any:
        """What f' is off by around a point, so that f'' is off by 8 eps f' / max(1, |x|)."""
        return sum(
            4 * (self.factor() - 1) * (x - at) / max(1, abs(at))
            for x, at in zip(xs, recorded, strict=True)
        )

    def factor(self) -> Any:
        if self.exact:
            return 1
        if self.place == len(self.factors):
            self.factors.append(1 + self.rng.choice([-1, 1]) * TWO_ULP)
        self.place += 1
        return self.factors[self.place - 1]


def replays(y: Value, compute: Callable[[Replay], list[Any]]) -> tuple[list[Any], list[Any]]:
    """The exact result, and how far the replays lie from it."""
    with mp.workdps(60):
        exact = compute(Replay(y, None))
        others = [compute(Replay(y, seed)) for seed in range(REPLAYS)]
        spread = [max(abs(o[i] - x) for o in others) for i, x in enumerate(exact)]
        return exact, spread


def check(got: Sequence[float], exact: Sequence[Any], spread: Sequence[Any], what: str) -> None:
    for g, x, s in zip(got, exact, spread, strict=True):
        error = oracle.distance(g, x)
        assert error <= s + oracle.unit(x), f"{what}: {g!r} for {float(x)!r}, spread {float(s):.2g}"


def check_gradients_of(seed: int) -> None:
    leaves, y = graph(seed)
    exact, spread = replays(y, lambda replay: replay.gradient(leaves))
    check(mg.grad(y, leaves), exact, spread, f"graph {seed}")
    y.backward()
    check([v.grad for v in leaves], exact, spread, f"graph {seed}, backward")


def check_second_derivatives_of(seed: int) -> None:
    """The gradient of the gradient along a direction, which is a difference of gradients."""
    leaves, y = graph(seed)
    direction = [1.0, -0.5, 0.75, -1.25]
    slopes = mg.grad(y, leaves, create_graph=True)
    along = mg.sum([slope * d for slope, d in zip(slopes, direction, strict=True)])
    h = mpf(10) ** -22

    def difference(replay: Replay) -> list[Any]:
        ahead = replay.gradient(leaves, [h * d for d in direction])
        behind = replay.gradient(leaves, [-h * d for d in direction])
        return [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]

    exact, spread = replays(y, difference)
    check(mg.grad(along, leaves), exact, spread, f"graph {seed}, second order")


@pytest.mark.parametrize("part", range(5))
def test_gradients_of_random_graphs_are_as_exact_as_the_graphs_allow(
    part: int, full: bool, figure: Figure
) -> None:
    seeds = range(part, 1_000 if full else 10, 5)
    for seed in seeds:
        check_gradients_of(seed)
    PASSED["first"] += len(seeds)
    figure("random graphs", f"all {PASSED['first']:,} passed")


@pytest.mark.parametrize("part", range(5))
def test_second_derivatives_of_random_graphs_too(part: int, full: bool, figure: Figure) -> None:
    seeds = range(part, 50 if full else 2, 5)
    for seed in seeds:
        check_second_derivatives_of(seed)
    PASSED["second"] += len(seeds)
    figure("random graphs, second order", f"all {PASSED['second']:,} passed")


def test_the_expanded_graph_has_the_same_gradients() -> None:
    for seed in range(40):
        leaves, y = graph(seed)
        try:
            simpler = mg.expand(y)
        except MicrogradError:
            continue  # a simpler form overflows
        assert mg.grad(simpler, leaves) == pytest.approx(mg.grad(y, leaves), rel=1e-6, abs=1e-6)


def test_a_wrong_last_digit_in_one_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (lambda x, y, out: y * (1 + 1e-13), lambda x, y, out: x)
    monkeypatch.setattr(ops.mul, "derivatives", wrong)
    with pytest.raises(AssertionError, match="graph"):
        list(map(check_gradients_of, range(20)))
