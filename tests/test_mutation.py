"""The tests are tested: each rule of the table is made wrong in turn, and they must notice.

A rule is made zero, larger by 0.09 %, negative, swapped with its neighbour's, flat where the
function saturates, or not differentiable; a value is made larger by 0.09 %; and where the engine
adds a contribution to a gradient, it is made to overwrite what was there.
"""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import oracle
import pytest
import test_ops
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut import Value, engine, ops

NAMES = sorted(ops.OPS)
Rule = Callable[..., Any]


@pytest.fixture(autouse=True)
def oracle_with_a_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("value", "slope", "curvature"):
        monkeypatch.setattr(oracle, name, REMEMBERED[name])


REMEMBERED = {
    name: functools.cache(getattr(oracle, name)) for name in ("value", "slope", "curvature")
}


def notices(name: str) -> bool:
    """Whether the checks of the table against mpmath fail for a row."""
    for point in ROWS[name].points:
        for check in (test_ops.check_value, test_ops.check_slopes, test_ops.check_curvatures):
            try:
                check(name, point)
            except (AssertionError, ArithmeticError, ValueError, TypeError, AttributeError):
                return True
    try:
        for corner in ROWS[name].corners:
            test_ops.check_value(name, corner)
    except AssertionError:
        return True
    return False


# --- Rules ----------------------------------------------------------------------------------

CORRUPTIONS: dict[str, Callable[[Rule], Rule]] = {
    "zero": lambda rule: lambda *a: rule(*a) * 0.0,
    "off by 0.09 %": lambda rule: lambda *a: rule(*a) * 1.0009,
    "sign": lambda rule: lambda *a: rule(*a) * -1.0,
    "flat where it saturates": lambda rule: lambda *a: rule(*a) * float(not beyond(a)),
    "not differentiable": lambda rule: lambda *a: number(rule(*a)),
}


def number(x: Any) -> float:
    return x.data if isinstance(x, Value) else x


def beyond(inputs_and_out: tuple[Any, ...]) -> bool:
    return max(abs(number(x)) for x in inputs_and_out[:-1]) >= 7


def matters(name: str, i: int, kind: str) -> bool:
    """Whether a corruption of the rule for input `i` changes any number at all."""
    points = ROWS[name].points
    if kind == "flat where it saturates":
        points = [p for p in points if max(map(abs, p)) >= 7]
    if kind == "not differentiable":
        free = set(range(len(points[0]))) - set(ROWS[name].constants)
        return any(
            abs(REMEMBERED["curvature"](name, p, i, j)) > 1e-300 for p in points for j in free
        )
    return any(REMEMBERED["slope"](name, p, i) for p in points)


FIXED = [
    (name, i, kind)
    for name in NAMES
    for i in range(ops.OPS[name].arity or 0)
    if i not in ROWS[name].constants
    for kind in CORRUPTIONS
]


@pytest.mark.parametrize("name", [name for name in NAMES if ops.OPS[name].arity])
def test_a_corrupted_rule_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch, figure: Callable[..., None]
) -> None:
    op = ops.OPS[name]
    survivors, noticed = [], 0
    for _, i, kind in (mutant for mutant in FIXED if mutant[0] == name):
        rules = list(op.partials)
        rules[i] = CORRUPTIONS[kind](rules[i])
        with monkeypatch.context() as patch:
            patch.setattr(op, "partials", tuple(rules))
            if matters(name, i, kind):
                noticed += 1
                if not notices(name):
                    survivors.append((i, kind))
    assert survivors == []
    figure("corrupted rules noticed", "all {:,}", noticed)


@pytest.mark.parametrize("name", [name for name in NAMES if (ops.OPS[name].arity or 0) > 1])
def test_swapped_rules_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    op = ops.OPS[name]
    if name in ("add", "equal", "floor_div"):  # their rules are the same for both inputs
        assert not notices(name)
        return
    monkeypatch.setattr(op, "partials", op.partials[::-1])
    assert notices(name)


@pytest.mark.parametrize("name", [name for name in NAMES if (ops.OPS[name].arity or 0) > 1])
def test_swapped_operands_within_the_rules_are_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    op = ops.OPS[name]
    if all(not matters(name, i, "zero") for i in range(op.arity or 0)):
        return
    if name in ("add", "sub", "gaussian"):  # their rules are constants, or a product
        return
    rules = tuple(lambda *a, rule=rule: rule(*a[-2::-1], a[-1]) for rule in op.partials)
    monkeypatch.setattr(op, "partials", rules)
    assert notices(name)


WIDE = [name for name in NAMES if ops.OPS[name].arity is None]
WIDE_CORRUPTIONS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "zero": lambda locals_: [local * 0.0 for local in locals_],
    "first zero": lambda locals_: [locals_[0] * 0.0, *locals_[1:]],
    "last off by 0.09 %": lambda locals_: [*locals_[:-1], locals_[-1] * 1.0009],
    "sign": lambda locals_: [local * -1.0 for local in locals_],
    "not differentiable": lambda locals_: [number(local) for local in locals_],
    "reversed": lambda locals_: locals_[::-1],
}


@pytest.mark.parametrize("kind", WIDE_CORRUPTIONS)
@pytest.mark.parametrize("name", WIDE)
def test_a_corrupted_rule_of_a_wide_row_is_noticed(
    name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    op = ops.OPS[name]
    (rule,) = op.partials
    linear = name in ("sum", "mean", "maximum", "minimum")
    if (linear and kind == "not differentiable") or (
        name in ("sum", "mean") and kind == "reversed"
    ):
        return  # nothing changes
    corrupted = lambda *a: WIDE_CORRUPTIONS[kind](list(rule(*a)))  # noqa: E731
    monkeypatch.setattr(op, "partials", (corrupted,))
    assert notices(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_is_off_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    op = ops.OPS[name]
    forward = op.forward
    monkeypatch.setattr(op, "forward", lambda *xs: forward(*xs) * 1.0009)
    assert notices(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_as_it_is_passes(name: str) -> None:
    assert not notices(name)


# --- Accumulation ---------------------------------------------------------------------------


def accumulates() -> None:
    """What holds only if each contribution is added to those before it."""
    for f, slope in (
        (lambda x: mg.sin(x) + mg.sin(x), 2.0),
        (lambda x: x + x, 2.0),
        (lambda x: 2.0 * x - x, 1.0),
        (lambda x: mg.sum([x, x, x]), 3.0),
        (lambda x: mg.exp(x) + x * mg.exp(x), 2.0),
        (lambda x: mg.where(1.0, x, x) + mg.where(0.0, x, x), 2.0),
    ):
        x = Value(0.0)
        y = f(x)
        y.backward()
        assert x.grad == slope
        y.backward()
        assert x.grad == 2 * slope
        assert mg.grad(y, [x]) == [slope]
        (again,) = mg.grad(y, [x], create_graph=True)
        assert again.data == slope
        x.grad = 0.0
        by_hand(y)
        assert x.grad == slope


def by_hand(y: Value) -> None:
    mg.zero_grad(y)
    y.grad = 1.0
    for node in reversed(engine.topological(y)):
        node._backward()


PLACES = [
    (engine, "backpropagate", "a.grad +=", "a.grad ="),
    (engine, "backpropagate", "b.grad +=", "b.grad ="),
    (engine, "backpropagate", "v.grad += upstream * op", "v.grad = upstream * op"),
    (engine, "backpropagate", "v.grad += upstream * local", "v.grad = upstream * local"),
    (engine, "chain_rule", "if before is None else summed(node, v, before, product)", ""),
    (Value, "backward", "set_grads(nodes, repeat(0.0))", "set_grads(order, repeat(0.0))"),
    (Value, "_backward", "grad +=", "grad ="),
]
"""Where a gradient is added to what was there, and what would overwrite it."""


def test_gradients_accumulate() -> None:
    accumulates()


@pytest.mark.parametrize(("owner", "name", "adds", "overwrites"), PLACES, ids=lambda p: str(p)[:24])
def test_an_assignment_for_an_accumulation_is_noticed(
    owner: Any, name: str, adds: str, overwrites: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = getattr(owner, name)
    code = function.fget if isinstance(function, property) else function
    source = textwrap.dedent(inspect.getsource(code))
    assert source.count(adds) == 1
    scope = dict(code.__globals__)
    exec(source.replace(adds, overwrites), scope)  # noqa: S102
    monkeypatch.setattr(owner, name, scope[name])
    with pytest.raises(AssertionError):
        accumulates()
