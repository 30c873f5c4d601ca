"""Graphs at random: every gradient is as exact as its graph allows.

How exact a gradient can be depends on the graph, so a fixed number of ulp is the wrong ruler.
Each graph is replayed with 60 digits, once as it is, and 16 times with every operation off by
2 ulp up or down. A gradient must be as close to the exact one as the farthest of these, give or
take 1 ulp. In the derivatives of gradients, all that the chain rule and the product rule add up is
off as well: how each number moves, term by term, and the second derivatives of the operations, by
what the table allows them.

The digits are those of MPFR, through gmpy2, where that is installed: it replays a graph 8 times
as fast as mpmath, which serves elsewhere.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import mpmath
import oracle
import pytest

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.chain_rule import local_derivatives
from micrograd_tut.engine import topological
from micrograd_tut.errors import MicrogradError, NotFiniteError

try:
    import gmpy2
except ImportError:
    mp: Any = mpmath.mp
else:
    mp = SimpleNamespace(**vars(gmpy2), mpf=gmpy2.mpfr)

Figure = Callable[..., None]
REPLAYS = 16
NODES = 40
PARTS = 10


def sixty_digits() -> AbstractContextManager[object]:
    if mp is mpmath.mp:
        return mpmath.workdps(60)  # type: ignore[no-any-return]
    return gmpy2.context(gmpy2.get_context(), precision=200)  # type: ignore[no-any-return]


def phi(x: Any) -> Any:
    return mp.exp(-x * x / 2) / mp.sqrt(8 * mp.atan(mp.mpf(1)))


def shares(*xs: Any) -> list[Any]:
    powers = [mp.exp(x - max(xs)) for x in xs]
    return [p / mp.fsum(powers) for p in powers]


def ties(xs: Sequence[Any], at: Any) -> list[Any]:
    return [mp.mpf(x == at) / sum(x == at for x in xs) for x in xs]


VALUE = oracle.rows(mp)
SLOPES: dict[str, Callable[..., Sequence[Any]]] = {
    # the derivatives as a book prints them
    "add": lambda x, y: (1, 1),
    "sub": lambda x, y: (1, -1),
    "mul": lambda x, y: (y, x),
    "div": lambda x, y: (1 / y, -x / y**2),
    "neg": lambda x: (-1,),
    "pow": lambda x, y: (y * x ** (y - 1), x**y * mp.log(x)),
    "exp": lambda x: (mp.exp(x),),
    "log": lambda x: (1 / x,),
    "log1p": lambda x: (1 / (1 + x),),
    "expm1": lambda x: (mp.exp(x),),
    "sqrt": lambda x: (1 / (2 * mp.sqrt(x)),),
    "cbrt": lambda x: (1 / (3 * mp.cbrt(abs(x)) ** 2),),
    "abs": lambda x: (mp.sign(x),),
    "hypot": lambda x, y: [z / mp.sqrt(x * x + y * y) if z else 0 for z in (x, y)],
    "sin": lambda x: (mp.cos(x),),
    "cos": lambda x: (-mp.sin(x),),
    "tan": lambda x: (1 / mp.cos(x) ** 2,),
    "asin": lambda x: (1 / mp.sqrt(1 - x * x),),
    "acos": lambda x: (-1 / mp.sqrt(1 - x * x),),
    "atan": lambda x: (1 / (1 + x * x),),
    "sinh": lambda x: (mp.cosh(x),),
    "cosh": lambda x: (mp.sinh(x),),
    "tanh": lambda x: (mp.sech(x) ** 2,),
    "asinh": lambda x: (1 / mp.sqrt(1 + x * x),),
    "acosh": lambda x: (1 / mp.sqrt(x * x - 1),),
    "atanh": lambda x: (1 / (1 - x * x),),
    "erf": lambda x: (mp.exp(-x * x) / mp.sqrt(mp.atan(mp.mpf(1))),),
    "normal_cdf": lambda x: (phi(x),),
    "relu": lambda x: (mp.mpf(x > 0),),
    "leaky_relu": lambda x, alpha: (1, 0) if x > 0 else (alpha, x),
    "sigmoid": lambda x: (mp.exp(-x) / (1 + mp.exp(-x)) ** 2,),
    "softplus": lambda x: (1 / (1 + mp.exp(-x)),),
    "elu": lambda x, alpha: (1, 0) if x > 0 else (alpha * mp.exp(x), mp.exp(x) - 1),
    "sum": lambda *xs: [1] * len(xs),
    "mean": lambda *xs: [mp.mpf(1) / len(xs)] * len(xs),
    "dot": lambda w, x, b: (x, w, 1),
    "maximum": lambda *xs: ties(xs, max(xs)),
    "minimum": lambda *xs: ties(xs, min(xs)),
    "logsumexp": shares,
    "softmax": lambda *xs: [
        shares(*xs)[0] * (mp.mpf(i == 0) - share) for i, share in enumerate(shares(*xs))
    ],
}
WIDE = {"dot": 3, "maximum": 2}  # how many inputs; 3 unless it stands here


def graph(seed: int) -> tuple[list[Value], Value]:
    """Leaves, and the output of a graph of `NODES` operations over them."""
    rng = random.Random(seed)
    names = sorted(SLOPES)
    leaves = [Value(rng.choice([-1, 1]) * 10 ** rng.uniform(-2, 1)) for _ in range(4)]
    nodes, unused = list(leaves), set[Value]()
    while len(nodes) < NODES - 1:
        op = ops.OPS[rng.choice(names)]
        count = op.arity or WIDE.get(op.name, 3)
        inputs = [rng.choice(nodes[-12:] + leaves) for _ in range(count)]
        if op is ops.pow and inputs[0].data <= 0:
            continue  # by its exponent it has no derivative
        try:
            node = op(*inputs)
            for off in (1e-9, -1e-9):  # from the ends of its domain: rounding may not leave it
                op(*[v.data + off for v in inputs])
        except MicrogradError:
            continue
        slopes = local_derivatives(node, Value)
        if abs(node.data) < 1e6 and all(map(math.isfinite, slopes)):
            nodes.append(node)
            unused = (unused | {node}) - set(inputs)
    y = mg.sum([node for node in nodes if node in unused] * 2) * 0.5
    return leaves, y


class Replay:
    """A graph with many digits, each operation off by the same factors every time it is run."""

    def __init__(self, order: Sequence[Value]) -> None:
        self.place = {node: i for i, node in enumerate(order)}
        self.start = [mp.mpf(node.data) for node in order]
        self.scale = [max(1, abs(x)) for x in self.start]
        self.rows = [
            node.op and (node.op.name, [self.place[v] for v in node.inputs]) for node in order
        ]
        self.slopes = [
            row and SLOPES[row[0]](*[self.start[i] for i in row[1]]) for row in self.rows
        ]
        self.uses = sum(2 + len(row[1]) * (5 + len(row[1])) for row in self.rows if row)
        self.offsets: Sequence[Any] = [mp.mpf(0)] * self.uses
        self.factors: Sequence[Any] = [mp.mpf(1)] * self.uses
        self.before = self.gradients({})

    def put_off(self, seed: int) -> None:
        """Put each operation off by 2 ulp, up or down."""
        either = [(mp.mpf(ulps), 1 + mp.mpf(ulps)) for ulps in (2.0**-51, -(2.0**-51))]
        chosen = random.Random(seed).choices(either, k=self.uses)
        self.offsets, self.factors = zip(*chosen, strict=True)

    def gradient(self, leaves: Sequence[Value], moves: Sequence[Any] = ()) -> list[Any]:
        """The derivatives by the leaves, each leaf moved by a number."""
        places = [self.place.get(v) for v in leaves]
        gradients = self.gradients(dict(zip(places, moves, strict=False)))
        return [mp.mpf(0) if i is None else gradients[i] for i in places]

    def gradients(self, moves: dict[int | None, Any]) -> list[Any]:
        factor, off = iter(self.factors).__next__, reversed(self.offsets).__next__
        number = [x + moves.get(i, 0) for i, x in enumerate(self.start)]
        for at, row in enumerate(self.rows):
            if row:
                name, places = row
                number[at] = VALUE[name](*[number[i] for i in places]) * factor()
                if moves:  # how it moves is a sum, each term of which is off by itself
                    number[at] += mp.fsum(
                        [
                            local * (number[i] - self.start[i]) * off()
                            for i, local in zip(places, self.slopes[at], strict=True)
                        ]
                    )
        gradient = [mp.mpf(0)] * len(number)
        gradient[-1] = mp.mpf(1)
        for at in reversed(range(len(number))):
            if self.rows[at] and gradient[at]:
                name, places = self.rows[at]
                upstream, locals_ = gradient[at], SLOPES[name](*[number[i] for i in places])
                if moves:
                    upstream += (upstream - self.before[at]) * off()
                    locals_ = self.bent(at, number, locals_, off)
                for i, local in zip(places, locals_, strict=True):
                    flow = upstream * (local * factor()) * factor()
                    gradient[i] = (gradient[i] + flow) * factor()
        return gradient

    def bent(
        self, at: int, number: list[Any], locals_: Sequence[Any], off: Callable[[], Any]
    ) -> list[Any]:
        """f' around a point, so that f'' is off by 16 ulp and by 8 eps f' / max(1, |x|)."""
        name, places = self.rows[at]
        moved = [number[i] - self.start[i] for i in places]
        bend = mp.fsum([m / self.scale[i] * off() for m, i in zip(moved, places, strict=True)])
        found = [local + 4 * local * bend for local in locals_]
        if name in ("maximum", "minimum"):  # the shares of a tie are no slope
            return found
        for k in range(len(places)):  # each second derivative by itself: they may cancel
            xs = [self.start[i] + (moved[k] if j == k else 0) for j, i in enumerate(places)]
            by_one = SLOPES[name](*xs) if len(places) > 1 else locals_
            for j, (local, before) in enumerate(zip(by_one, self.slopes[at], strict=True)):
                found[j] += 8 * (local - before) * off()
        return found


def replays(y: Value, compute: Callable[[Replay], list[Any]]) -> tuple[list[Any], list[Any]]:
    """The exact result, and how far the farthest of some replays lies from it."""
    with sixty_digits():
        replay = Replay(topological(y))
        exact, others = compute(replay), []
        for seed in range(REPLAYS):
            replay.put_off(seed)
            others.append(compute(replay))
        spread = [max(abs(o[i] - x) for o in others) for i, x in enumerate(exact)]
        return exact, spread


def check(got: Sequence[float], exact: Sequence[Any], spread: Sequence[Any], what: str) -> None:
    for g, x, s in zip(got, exact, spread, strict=True):
        with sixty_digits():
            near = abs(mp.mpf(g) - x) <= s + oracle.unit(x)
        assert near, f"{what}: {g!r} for {float(x)!r}, spread {float(s):.2g}"


def check_gradients_of(seed: int) -> None:
    leaves, y = graph(seed)
    exact, spread = replays(y, lambda replay: replay.gradient(leaves))
    check(mg.grad(y, leaves), exact, spread, f"graph {seed}")
    y.backward()
    check([v.grad for v in leaves], exact, spread, f"graph {seed}, backward")


def check_second_derivatives_of(seed: int) -> bool:
    """The gradient of the gradient along a direction, which is a difference of gradients.

    False where a number on the way is too large, as the curvature of cbrt at 1e-267.
    """
    leaves, y = graph(seed)
    direction = [1.0, -0.5, 0.75, -1.25]
    slopes = mg.grad(y, leaves, create_graph=True)
    along = mg.sum([slope * d for slope, d in zip(slopes, direction, strict=True)])

    def difference(replay: Replay) -> list[Any]:
        h = mp.mpf(10) ** -22
        ahead = replay.gradient(leaves, [h * d for d in direction])
        behind = replay.gradient(leaves, [-h * d for d in direction])
        return [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]

    try:
        got = mg.grad(along, leaves)
    except NotFiniteError:
        return False
    check(got, *replays(y, difference), f"graph {seed}, second order")
    return True


@pytest.mark.parametrize("part", range(PARTS))
def test_gradients_of_random_graphs_are_as_exact_as_the_graphs_allow(
    part: int, full: bool, figure: Figure
) -> None:
    seeds = range(part, 800 if full else 4 * PARTS, PARTS)
    for seed in seeds:
        check_gradients_of(seed)
    figure("random graphs", "all {:,} passed", len(seeds))


@pytest.mark.parametrize("part", range(PARTS))
def test_second_derivatives_of_random_graphs_too(part: int, full: bool, figure: Figure) -> None:
    seeds = range(part, 150 if full else PARTS, PARTS)
    passed = sum(map(check_second_derivatives_of, seeds))
    refused = len(seeds) - passed
    form = "{:,} passed, {:,} refused as too large for a float"
    figure("random graphs, second order", form, passed, refused)
    assert refused <= 1


def test_the_expanded_graph_has_the_same_gradients() -> None:
    for seed in range(40):
        leaves, y = graph(seed)
        try:
            simpler = mg.expand(y)
        except MicrogradError:
            continue  # a simpler form overflows
        gradient = mg.grad(simpler, leaves)
        if all(map(math.isfinite, gradient)):  # sqrt(1 + erf(-9)) has lost all its digits
            assert gradient == pytest.approx(mg.grad(y, leaves), rel=1e-6, abs=1e-6)


def test_a_wrong_last_digit_in_one_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (lambda x, y, out: y * (1 + 1e-13), lambda x, y, out: x)
    monkeypatch.setattr(ops.mul, "partials", wrong)
    with pytest.raises(AssertionError, match="graph"):
        list(map(check_gradients_of, range(20)))
