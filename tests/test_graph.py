"""Listing graphs, and rewriting them in simpler operations."""

from __future__ import annotations

from typing import Any

import pytest
from samples import ROWS

import micrograd_tut as mg
from micrograd_tut import Value, ops
from micrograd_tut.engine import topological
from micrograd_tut.errors import InputError, NotFiniteError
from micrograd_tut.graph.expand import EXPANSIONS


def names(y: Value) -> list[str]:
    """The operations of a graph, inputs first."""
    return [node.op.name for node in mg.trace(y)[0] if node.op]


def test_trace_lists_nodes_once_and_edges_with_repeats() -> None:
    a, b = Value(1.0), Value(2.0)
    c = a + a
    y = c * b
    nodes, edges = mg.trace(y)
    assert len(nodes) == 4
    assert nodes[-1] is y
    assert nodes.index(a) < nodes.index(c)
    assert [edge for edge in edges if edge[1] is c] == [(a, c), (a, c)]
    assert [edge for edge in edges if edge[1] is y] == [(c, y), (b, y)]
    assert len(edges) == 4


def test_the_trace_of_a_leaf_is_the_leaf() -> None:
    a = Value(1.0)
    assert mg.trace(a) == ([a], [])


def test_a_weighted_sum_expands_into_products_and_sums() -> None:
    w, x, b = [Value(2.0), Value(3.0)], [Value(5.0), Value(7.0)], Value(1.0)
    y = mg.dot(w, x, b)
    assert names(mg.expand(y)) == ["mul", "mul", "add", "add"]
    assert mg.expand(y).data == y.data == 32.0
    assert mg.grad(mg.expand(y), [*w, *x, b]) == [5.0, 7.0, 2.0, 3.0, 1.0]


def test_expand_goes_down_to_the_simplest_operations() -> None:
    y = mg.gelu(Value(0.5))
    simple = {name for name, op in ops.OPS.items() if name not in EXPANSIONS}
    assert set(names(mg.expand(y))) <= simple


@pytest.mark.parametrize("name", sorted(EXPANSIONS))
def test_every_expansion_ends_in_rows_that_have_none(name: str) -> None:
    point = next(p for p in ROWS[name].points if max(map(abs, p)) < 300)
    y = mg.expand(ops.OPS[name](*map(Value, point)))
    assert not EXPANSIONS.keys() & set(names(y))


def test_only_the_named_operations_are_rewritten() -> None:
    x = Value(0.5)
    y = mg.tanh(mg.sigmoid(x))
    assert names(mg.expand(y, ["sigmoid"])) == ["neg", "exp", "add", "div", "tanh"]
    assert names(mg.expand(y, [])) == ["sigmoid", "tanh"]


@pytest.mark.parametrize("name", ["exp", "nonsense"])
def test_a_name_that_cannot_be_expanded_is_told_with_those_that_can(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}' cannot be expanded; use one of .*tanh"):
        mg.expand(mg.exp(Value(1.0)), [name])


def test_expand_keeps_leaves_sharing_and_labels() -> None:
    x = Value(0.5, label="x")
    inner = mg.tanh(x)
    inner.label = "t"
    y = inner * inner
    y.label = "y"
    simpler = mg.expand(y)
    assert simpler.label == "y"
    assert simpler.inputs[0] is simpler.inputs[1]
    assert simpler.inputs[0].label == "t"
    assert x in mg.trace(simpler)[0]
    assert names(y) == ["tanh", "mul"]


def test_the_gradients_at_the_leaves_are_the_same_at_every_granularity() -> None:
    model = mg.MLP(3, [4, 2], activation="tanh", output="softmax", seed=3)
    y = mg.log(model([0.1, -0.4, 0.8])[0])
    parameters = model.parameters()
    whole = mg.grad(y, parameters)
    for chosen in (None, ["dot"], ["softmax"], ["tanh"]):
        assert mg.grad(mg.expand(y, chosen), parameters) == pytest.approx(whole, rel=1e-12)


def test_expanding_what_overflows_in_its_simpler_form_is_told() -> None:
    y = mg.tanh(Value(1000.0))
    with pytest.raises(NotFiniteError, match=r"exp\(x\) needs x <= 709"):
        mg.expand(y)


def test_expanding_a_leaf_gives_the_leaf() -> None:
    x = Value(1.0)
    assert mg.expand(x) is x


def test_an_expanded_graph_can_be_evaluated_again() -> None:
    x = Value(0.5)
    y = mg.expand(mg.sigmoid(x))
    x.data = -1.5
    assert y.forward().data == pytest.approx(mg.sigmoid(-1.5), rel=1e-15)


def test_expanding_a_chain_takes_time_in_proportion() -> None:
    y = Value(0.1)
    for _ in range(20_000):
        y = y.tanh()
    assert len(topological(mg.expand(y))) > 100_000


def test_one_name_to_expand_may_stand_alone() -> None:
    y = mg.tanh(mg.exp(Value(0.5)))
    assert mg.expand(y, "tanh").data == mg.expand(y, ["tanh"]).data


@pytest.mark.parametrize("takes", [mg.trace, mg.expand, mg.zero_grad, lambda y: mg.grad(y, [])])
@pytest.mark.parametrize("wrong", [3.0, [Value(1.0)], None])
def test_what_takes_a_graph_refuses_what_is_none(takes: Any, wrong: Any) -> None:
    with pytest.raises(
        InputError, match=r"^this takes one Value, the output of a graph; got [^X]+$"
    ):
        takes(wrong)
