"""The gradients of Values beside those of torch, as a table."""

from __future__ import annotations

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError

pytest.importorskip("torch")


def test_the_table_has_leaves_labelled_values_and_variables() -> None:
    a, b = mg.Value(2.0, label="a"), mg.Value(-3.0, label="b")
    product = a * b
    y = (product + 10.0).tanh() * a
    y.backward()
    shown = mg.compare(y)
    assert [row.name for row in shown.rows] == ["a", "b", "product", "y"]
    assert shown.different == []
    assert "All 4 gradients agree" in repr(shown)


def test_the_neuron_of_the_lecture_agrees() -> None:
    x1, x2 = mg.Value(2.0, label="x1"), mg.Value(0.0, label="x2")
    w1, w2 = mg.Value(-3.0, label="w1"), mg.Value(1.0, label="w2")
    b = mg.Value(6.8813735870195432, label="b")
    o = (x1 * w1 + x2 * w2 + b).tanh()
    o.backward()
    by_name = {row.name: row.torch for row in mg.compare(o).rows}
    expected = {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5, "o": 1.0}
    assert by_name == pytest.approx(expected, abs=1e-12)


def test_a_gradient_set_by_hand_that_is_wrong_is_named() -> None:
    a, b = mg.Value(2.0, label="a"), mg.Value(-3.0, label="b")
    y = a * b
    y.grad, a.grad, b.grad = 1.0, -3.0, 2.5
    shown = mg.compare(y)
    assert [(row.name, row.grad, row.torch) for row in shown.different] == [("b", 2.5, 2.0)]
    assert "1 of 3 gradients differ: b. To start again: mg.zero_grad(y); y.backward()" in repr(
        shown
    )


def test_no_gradient_yet_is_said() -> None:
    y = mg.Value(2.0, label="a") * 3.0
    assert "There are no gradients yet: call backward()" in repr(mg.compare(y))


def test_nothing_changes() -> None:
    a = mg.Value(2.0)
    y = a**2
    a.grad = 7.0
    mg.compare(y)
    assert (a.grad, y.grad) == (7.0, 0.0)


def test_a_long_table_is_cut_and_all_rows_are_compared() -> None:
    model = mg.MLP(3, [5, 1], seed=1)
    loss = mg.mse(model([1.0, 2.0, 3.0]), 1.0)
    loss.backward()
    shown = mg.compare(loss)
    assert len(shown.rows) == 26 + 1
    assert "… and 3 more" in repr(shown)
    assert "layer 1 · neuron 1 · w1" in repr(shown)
    assert "All 27 gradients agree" in repr(shown)


def test_a_graph_of_constants_has_no_gradient_to_compare() -> None:
    with pytest.raises(InputError, match="depends on constants alone"):
        mg.compare(mg.Constant(2.0) * 3.0)
