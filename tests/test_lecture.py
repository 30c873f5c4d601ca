"""What the well-known lecture on backpropagation types works here unchanged, with its numbers."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import pytest
from graphviz import Digraph

import micrograd_tut as mg
from micrograd_tut.engine import Value
from micrograd_tut.nn import MLP, Layer, Neuron

# The lecture's own two functions, as it types them.


def trace(root: Any) -> Any:
    nodes, edges = set(), set()

    def build(v: Any) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def draw_dot(root: Any) -> Any:
    dot = Digraph(format="svg", graph_attr={"rankdir": "LR"})

    nodes, edges = trace(root)
    for n in nodes:
        uid = str(id(n))
        dot.node(
            name=uid,
            label="{ %s | data %.4f | grad %.4f }" % (n.label, n.data, n.grad),  # noqa: UP031
            shape="record",
        )
        if n._op:
            dot.node(name=uid + n._op, label=n._op)
            dot.edge(uid + n._op, uid)

    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)

    return dot


def neuron() -> dict[str, Value]:
    """The lecture's neuron, with a label on everything."""
    x1 = Value(2.0, label="x1")
    x2 = Value(0.0, label="x2")
    w1 = Value(-3.0, label="w1")
    w2 = Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1 = x1 * w1
    x1w1.label = "x1*w1"
    x2w2 = x2 * w2
    x2w2.label = "x2*w2"
    x1w1x2w2 = x1w1 + x2w2
    x1w1x2w2.label = "x1*w1 + x2*w2"
    n = x1w1x2w2 + b
    n.label = "n"
    return locals()


GRADIENTS = {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5, "n": 0.5, "x1*w1": 0.5}


def gradients(parts: dict[str, Value]) -> dict[str, float]:
    by_label = {v.label: v.grad for v in parts.values()}
    return {label: by_label[label] for label in GRADIENTS}


def test_the_neuron_has_the_lectures_output_and_gradients() -> None:
    parts = neuron()
    o = parts["n"].tanh()
    assert o.data == pytest.approx(math.sqrt(0.5), abs=1e-15)
    o.backward()
    assert gradients(parts) == pytest.approx(GRADIENTS, abs=1e-14)


def test_the_lectures_tanh_made_of_exp_gives_the_same() -> None:
    parts = neuron()
    e = (2 * parts["n"]).exp()
    o = (e - 1) / (e + 1)
    o.backward()
    assert o.data == pytest.approx(math.sqrt(0.5), abs=1e-15)
    assert gradients(parts) == pytest.approx(GRADIENTS, abs=1e-14)


def test_calling_backward_node_by_node_gives_the_gradients() -> None:
    parts = neuron()
    o = parts["n"].tanh()
    o.grad = 1.0
    o._backward()
    for label in ("n", "b", "x1w1x2w2", "x2w2", "x1w1"):
        parts[label]._backward()
    assert gradients(parts) == pytest.approx(GRADIENTS, abs=1e-14)


def test_the_lectures_own_topological_sort_gives_the_gradients() -> None:
    parts = neuron()
    o = parts["n"].tanh()
    topo: list[Value] = []
    visited = set()

    def build_topo(v: Value) -> None:
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build_topo(child)
            topo.append(v)

    build_topo(o)
    o.grad = 1.0
    for node in reversed(topo):
        node._backward()
    assert gradients(parts) == pytest.approx(GRADIENTS, abs=1e-14)


def test_the_lectures_draw_dot_draws_our_graphs() -> None:
    parts = neuron()
    o = parts["n"].tanh()
    o.label = "o"
    o.backward()
    source = draw_dot(o).source
    assert source.count("shape=record") == 10
    assert source.count("->") == 5 + 9  # an arrow out of each operation, and one for each input
    assert "{ o | data 0.7071 | grad 1.0000 }" in source
    assert "{ x1 | data 2.0000 | grad -1.5000 }" in source
    assert sorted(re.findall(r"label=([^ \]]+)\]", source)) == [
        '"*"', '"*"', '"+"', '"+"', "tanh",
    ]  # fmt: skip


def test_a_power_is_labelled_as_in_micrograd() -> None:
    x = Value(3.0)
    assert (x**2)._op == "**2"
    assert (x**-1.5)._op == "**-1.5"
    assert x.relu()._op == "ReLU"
    assert [v._op for v in (x + 1, x - 1, x * 1, x / 1, -x)] == ["+", "-", "*", "/", "-"]
    assert x._op == ""
    assert set((x + x)._prev) == {x}


def test_micrograds_readme_example() -> None:
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f}" == "24.7041"
    assert f"{a.grad:.4f}" == "138.8338"
    assert f"{b.grad:.4f}" == "645.5773"
    assert g.data == pytest.approx(24.70408163265306, rel=1e-15)
    assert a.grad == pytest.approx(138.83381924198252, rel=1e-15)
    assert b.grad == pytest.approx(645.5772594752186, rel=1e-15)


def test_the_lectures_first_function_and_its_slope() -> None:
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    d = a * b + c
    assert d.data == 4.0
    f = d * Value(-2.0)
    f.backward()
    assert (f.data, a.grad, b.grad, c.grad) == (-8.0, 6.0, -4.0, -2.0)


def test_the_lectures_bug_of_a_variable_used_twice_is_not_here() -> None:
    a = Value(3.0)
    b = a + a
    b.backward()
    assert a.grad == 2.0
    a, b = Value(-2.0), Value(3.0)
    d, e = a * b, a + b
    (d * e).backward()
    assert (a.grad, b.grad) == (-3.0, -8.0)


def test_the_lectures_training_loop_brings_the_loss_down() -> None:
    random.seed(1337)
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    n = MLP(3, [4, 4, 1], activation="tanh", output="tanh")
    losses = []
    for _ in range(20):
        ypred = [n(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred))  # noqa: B905
        for p in n.parameters():
            p.grad = 0.0
        loss.backward()
        for p in n.parameters():
            p.data += -0.1 * p.grad
        losses.append(loss.data)
    assert losses[-1] < 0.3 * losses[0]


def test_the_moons_notebooks_loss_runs_as_it_is_typed() -> None:
    np = pytest.importorskip("numpy")
    np.random.seed(1337)
    random.seed(1337)
    X = np.random.randn(20, 2)
    y = np.sign(X[:, 0] * X[:, 1])
    model = MLP(2, [16, 16, 1])

    def loss() -> Any:
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]  # noqa: B905
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]  # noqa: B905
        return total_loss, sum(accuracy) / len(accuracy)

    first, _ = loss()
    for k in range(10):
        total_loss, acc = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= 0.1 * learning_rate * p.grad
    assert total_loss.data < first.data
    assert 0 <= acc <= 1


def test_neurons_and_layers_are_called_as_in_the_lecture() -> None:
    x = [2.0, 3.0]
    assert isinstance(Neuron(2)(x), Value)
    assert len(Layer(2, 3)(x)) == 3
    assert isinstance(MLP(3, [4, 4, 1])([2.0, 3.0, -1.0]), Value)
    assert mg.Value is Value
