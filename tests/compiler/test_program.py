"""Functions of the same structure share one program."""

from __future__ import annotations

import gc
import linecache
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.compiler import program

X, Y = np.random.default_rng(0).normal(size=(20, 3)), np.ones(20)


def _loss(model: mg.MLP, factor: float = 1.0) -> Any:
    return lambda x, y: factor * (model(x) - y) ** 2


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The programs that are written from now on."""
    made: list[Any] = []

    class Counted(program.Written):
        def __init__(self, *args: Any) -> None:
            made.append(args)
            super().__init__(*args)

    monkeypatch.setattr(program, "Written", Counted)
    monkeypatch.setattr(program, "_programs", {})
    return made


def test_a_second_fit_of_the_same_shape_compiles_nothing(written: list[Any]) -> None:
    for seed in (1, 2):
        model = mg.MLP(3, [5, 1], seed=seed)
        mg.fit(model, X, Y, loss="mse", epochs=1, progress=False)
        assert len(written) == 1


def test_each_function_of_a_program_has_its_own_parameters(written: list[Any]) -> None:
    models = [mg.MLP(3, [5, 1], activation="tanh", seed=seed) for seed in (1, 2)]
    for model in models:
        loss = mg.compile(_loss(model)).backward(X, Y)
        found = [p.grad for p in model.parameters()]
        model.zero_grad()
        eager = mg.mean([(model(x) - 1.0) ** 2 for x in X.tolist()])
        eager.backward()
        assert loss == pytest.approx(eager.data, rel=1e-12)
        np.testing.assert_allclose(found, [p.grad for p in model.parameters()], rtol=1e-9)
    assert len(written) == 1


class Picked(mg.Module):
    """A weighted sum with the first and one other of three weights."""

    nin = 2

    def __init__(self, other: int) -> None:
        self.weights = [mg.Value(1.0), mg.Value(10.0), mg.Value(100.0)]
        self.other = other

    def forward(self, x: Any) -> mg.Value:
        y: mg.Value = mg.dot([self.weights[0], self.weights[self.other]], x)
        return y


@pytest.mark.parametrize(("other", "grads"), [(1, [22.0, 22.0, 0.0]), (2, [202.0, 0.0, 202.0])])
def test_weights_side_by_side_and_further_apart_are_two_programs(
    other: int, grads: list[float]
) -> None:
    for i in (1, 2, other):  # in whatever order the two are compiled
        model = Picked(i)
        mg.fit(model, [[1.0, 1.0]], [0.0], optimizer=mg.SGD(lr=1e-9), epochs=1, progress=False)
    assert [p.grad for p in model.parameters()] == pytest.approx(grads)


def test_an_output_that_is_a_parameter_alone_keeps_its_number() -> None:
    class WithConstantOutput(mg.Module):
        nin = 1

        def __init__(self) -> None:
            self.unused, self.alone, self.slope = mg.Value(100.0), mg.Value(7.0), mg.Value(2.0)

        def forward(self, x: Any) -> list[Any]:
            return [self.slope * x[0], self.alone]

    def first_only(outputs: Any, targets: Any) -> Any:
        return (outputs[0] - targets[0]) ** 2

    history = mg.fit(
        WithConstantOutput(), [[1.0], [3.0]], [[2.0, 7.0], [6.0, 7.0]], first_only,
        metrics=["mae"], epochs=1, progress=False,
    )  # fmt: skip
    assert history.history["mae"] == [0.0]


def _swapped(model: mg.MLP) -> Any:
    return lambda x, y: (model([x[1], x[0], x[2]]) - y) ** 2


def _labelled(model: mg.MLP) -> Any:
    def fn(x: Any, y: Any) -> Any:
        out = model(x)
        out.label = "prediction"
        return (out - y) ** 2

    return fn


def _renamed(model: mg.MLP) -> Any:
    return lambda inputs, y: (model(inputs) - y) ** 2


def _tied(model: mg.MLP) -> Any:
    model.layers[0].neurons[1].w = model.layers[0].neurons[0].w
    return _loss(model)


@pytest.mark.parametrize(
    "other",
    [_swapped, _labelled, _renamed, _tied, lambda model: _loss(model, 2.0)],
)
def test_what_differs_in_more_than_numbers_is_another_program(
    other: Any, written: list[Any]
) -> None:
    model = mg.MLP(3, [5, 1], seed=1)
    first = mg.compile(_loss(model))
    first(X, Y)
    fn = other(mg.MLP(3, [5, 1], seed=1))
    second = mg.compile(fn)
    expected = [fn(x, 1.0).data for x in X.tolist()]
    np.testing.assert_allclose(second(X, Y), expected, rtol=1e-12)
    assert len(written) == 2


def test_the_code_of_a_shared_program_names_the_layers_of_each_network(written: list[Any]) -> None:
    model, other = mg.MLP(3, [5, 1], seed=1), mg.MLP(3, [5, 1], seed=1)
    for p in other.parameters():
        p.path = f"net.{p.path}"  # type: ignore[attr-defined]
    first, second = mg.compile(_loss(model)), mg.compile(_loss(other))
    first(X, Y)
    second(X, Y)
    assert len(written) == 1
    assert "# layers.0" in first.source
    assert "# net.layers.0" in second.source


def test_a_shared_program_shows_and_explains_its_code(written: list[Any]) -> None:
    first, second = (mg.compile(_loss(mg.MLP(3, [5, 1], seed=seed))) for seed in (1, 2))
    first(X, Y)
    second(X, Y)
    assert len(written) == 1
    assert second.source == first.source
    assert second.explain() == first.explain()
    assert second.native_source == first.native_source


def test_an_operation_of_your_own_is_read_again(written: list[Any]) -> None:
    factor = 2.0
    own = mg.operation("scaled_by_factor", lambda x: x * factor, lambda x, out: factor)
    try:
        assert mg.compile(lambda x: own(x))([3.0]).tolist() == [6.0]
        factor = 5.0
        assert mg.compile(lambda x: own(x))([3.0]).tolist() == [15.0]
    finally:
        del mg.OPS["scaled_by_factor"]


def test_few_programs_and_their_sources_are_kept(written: list[Any]) -> None:
    def sources() -> int:
        return len([name for name in linecache.cache if "compiled program" in name])

    gc.collect()
    before = sources()
    for i in range(40):
        mg.compile(lambda x, i=i: x * float(i), example=(1.0,))
    gc.collect()
    assert len(written) == 40
    assert sources() - before <= 16
