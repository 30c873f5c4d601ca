"""Graphs of Values computed by torch: the same numbers, and the same gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut import Value
from micrograd_tut.engine import record
from micrograd_tut.errors import InputError, NotFiniteError

torch = pytest.importorskip("torch")

# Next to a singular point torch forms 1 - x * x, which has lost digits there.
LESS_EXACT = {"asin": 1e-10, "acos": 1e-10, "acosh": 1e-7, "atanh": 1e-10}


def gradients_in_torch(y: Value) -> dict[Value, float]:
    f = mg.to_torch(y)
    tensors = f.tensors()
    out = f(*tensors)
    if out.requires_grad:
        out.backward()
    grads = [0.0 if t.grad is None else t.grad.item() for t in tensors]
    return dict(zip(f.leaves, grads, strict=True))


@pytest.mark.parametrize("name", ROWS)
def test_every_operation_has_its_value_and_gradient_in_torch(name: str) -> None:
    op, row = mg.OPS[name], ROWS[name]
    for point in row.points:
        if name == "sum" and max(point) > 1e15:
            continue  # torch rounds each addition
        inputs = tuple(map(Value, point))
        y = record(op, inputs)
        y.backward()
        assert mg.to_torch(y)(*mg.to_torch(y).tensors()).item() == pytest.approx(y.data, rel=1e-12)
        grads = gradients_in_torch(y)
        for i, v in enumerate(inputs):
            if i not in row.constants:
                tolerance = LESS_EXACT.get(name, 1e-12)
                assert grads[v] == pytest.approx(v.grad, rel=tolerance, abs=1e-12), point


KINKS: dict[str, Callable[[Value, Value], Value]] = {
    "relu at 0": lambda a, b: mg.relu(a),
    "abs at 0": lambda a, b: abs(a),
    "relu6 at 6": lambda a, b: mg.relu6(a + 6.0),
    "a tie of maximum": lambda a, b: mg.maximum([a, b, a]),
    "a tie of minimum": lambda a, b: mg.minimum([a, b]) * 3.0,
    "clip at its end": lambda a, b: mg.clip(a, 0.0, 1.0) + b,
    "leaky_relu at 0": lambda a, b: mg.leaky_relu(a),
    "a product of zeros": lambda a, b: mg.prod([a, 2.0, b + 1.0]),
}


@pytest.mark.parametrize("case", KINKS)
def test_derivatives_at_kinks_are_those_of_torch(case: str) -> None:
    a, b = Value(0.0), Value(0.0)
    y = KINKS[case](a, b)
    y.backward()
    grads = gradients_in_torch(y)
    assert {v: v.grad for v in grads} == pytest.approx(grads)


def test_a_leaf_used_twice_gets_both_contributions() -> None:
    a = Value(3.0)
    assert gradients_in_torch(a * a + a) == {a: 7.0}


def test_constants_are_not_arguments() -> None:
    a = Value(3.0)
    assert mg.to_torch(2.0 * a + 1.0).leaves == [a]


def test_tensors_may_hold_a_batch() -> None:
    a, b = Value(1.0), Value(1.0)
    f = mg.to_torch(mg.dot([a, b], [b, a]) + mg.maximum([a, b]))
    rows = f(torch.tensor([1.0, 2.0]), torch.tensor([5.0, 7.0]))
    assert rows.tolist() == [15.0, 35.0]


def test_a_second_derivative_of_values_is_computed_in_torch_too() -> None:
    x = Value(0.7)
    (slope,) = mg.grad(mg.gelu(x) * mg.tanh(x), [x], create_graph=True)
    slope.backward()
    assert gradients_in_torch(slope)[x] == pytest.approx(x.grad, rel=1e-12)


def test_an_operation_of_the_users_own_keeps_its_derivative() -> None:
    op = mg.operation(
        "half", lambda x, y: math.exp(x) * y, lambda x, y, out: 0.5, lambda x, y, o: y
    )
    try:
        a, b = Value(0.3), Value(2.0)
        y = op(a, b) * 3.0
        assert gradients_in_torch(y) == {a: 1.5, b: 6.0}
        assert mg.to_torch(y)(torch.zeros(2), torch.ones(2)).tolist() == [3.0, 3.0]
    finally:
        del mg.OPS["half"]


def test_an_operation_written_by_hand_is_refused() -> None:
    a = Value(2.0)
    y = Value(4.0, (a,), "square")
    with pytest.raises(InputError, match=r"square was written by hand .* computed in torch"):
        mg.to_torch(y)


def test_a_wrong_number_of_tensors_is_refused() -> None:
    f = mg.to_torch(Value(1.0) * Value(2.0))
    with pytest.raises(InputError, match=r"one tensor per leaf, 2 in all; got 1\."):
        f(torch.tensor(1.0))


def test_a_deep_graph_needs_no_recursion() -> None:
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y + x
    assert gradients_in_torch(y) == {x: 20_001.0}


def test_the_repr_names_the_leaves() -> None:
    a: Any = Value(1.0, label="a")
    assert repr(mg.to_torch(a * Value(2.0))) == "<function of the tensors (a, _)>"


UNLIKE = {
    ("sinc", (0.0,)): "torch gives nan",
    ("prod", (1e100, 1e200, 1e-250)): "torch overflows on the way",
}


@pytest.mark.parametrize("name", [name for name in ROWS if name != "sinc_derivative"])
def test_every_operation_has_its_second_derivatives_in_torch(name: str) -> None:
    row = ROWS[name]
    for point in row.points:
        inputs = tuple(map(Value, point))
        variables = [v for i, v in enumerate(inputs) if i not in row.constants]
        y = record(mg.OPS[name], inputs)
        try:
            slopes = mg.grad(y, variables, create_graph=True)
            expected = [mg.grad(slope, variables) for slope in slopes]
        except NotFiniteError:
            continue
        found = [[second_in_torch(y, v, w) for w in variables] for v in variables]
        for ours, theirs in zip(expected, found, strict=True):
            same = theirs == pytest.approx(ours, rel=1e-7, abs=1e-9)
            assert same or (name, point) in UNLIKE, (point, ours, theirs)


def second_in_torch(y: Value, v: Value, w: Value) -> float:
    """The derivative with respect to v, then w."""
    f = mg.to_torch(y)
    tensors = dict(zip(f.leaves, f.tensors(), strict=True))
    out = f(*tensors.values())
    for x in (v, w):
        if x not in tensors or not out.requires_grad:
            return 0.0
        (slope,) = torch.autograd.grad(out, [tensors[x]], create_graph=True, allow_unused=True)
        if slope is None:
            return 0.0
        out = slope
    return float(out.detach())


def test_a_second_derivative_that_torch_cannot_compute_is_refused() -> None:
    x = Value(0.3)
    f = mg.to_torch(mg.OPS["sinc_derivative"](x, 1.0))
    (tensor,) = f.tensors()
    torch.autograd.grad(f(tensor), [tensor])
    with pytest.raises(InputError, match="second derivative of sinc_derivative"):
        torch.autograd.grad(f(tensor), [tensor], create_graph=True)
