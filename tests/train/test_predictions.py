"""Predictions for many rows, which are compiled, against those of the network row by row."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.train import batches
from micrograd_tut.train.batches import COMPILED_FROM, compiled_results

MANY = np.random.default_rng(0).normal(size=(COMPILED_FROM + 50, 3))


def net(output: str, outputs: int) -> mg.MLP:
    return mg.MLP(3, [5, outputs], activation="tanh", output=output, seed=2)


@pytest.mark.parametrize("X", [MANY, MANY.tolist(), MANY[:7]])
def test_outputs_of_a_regression_are_those_of_the_network(X: Any) -> None:
    model = net("linear", 2)
    expected = np.array([[v.data for v in model(x)] for x in np.array(X).tolist()])
    assert model.predict(X) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("X", [MANY, MANY[:7]])
def test_probabilities_are_those_of_the_textbook(X: Any) -> None:
    model = net("softmax", 4)
    logits = np.array([[v.data for v in model.logits(x)] for x in X.tolist()])
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert model.predict_proba(X) == pytest.approx(expected, rel=1e-12)
    assert (model.predict(X) == expected.argmax(1)).all()


def test_each_task_predicts_many_rows_as_it_predicts_few() -> None:
    for output, outputs, task in [
        ("sigmoid", 1, "binary"),
        ("sigmoid", 3, "binary"),
        ("linear", 1, "margin"),
        ("linear", 1, "regression"),
        ("softmax", 3, "multiclass"),
    ]:
        model = net(output, outputs)
        model.task = task
        one_by_one = np.concatenate([model.predict([x]) for x in MANY])
        together = model.predict(MANY)
        assert together.dtype == one_by_one.dtype
        assert together == pytest.approx(one_by_one, rel=1e-12)


def test_names_of_classes_are_predicted_for_many_rows() -> None:
    model = net("sigmoid", 1)
    mg.fit(model, MANY, ["yes" if x[0] > 0 else "no" for x in MANY], epochs=1, progress=False)
    expected = ["yes" if model(x).data >= 0.5 else "no" for x in MANY.tolist()]
    assert model.predict(MANY).tolist() == expected


def test_evaluate_gives_the_mean_loss_of_many_rows() -> None:
    model = net("linear", 1)
    y = MANY.sum(1)
    errors = [model(x).data - t for x, t in zip(MANY.tolist(), y.tolist(), strict=True)]
    expected = math.fsum(e * e for e in errors) / len(errors)
    assert mg.evaluate(model, MANY, y)["loss"] == pytest.approx(expected, rel=1e-12)


def test_many_rows_are_run_in_parts_by_one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    model = net("linear", 2)
    whole = model.predict(MANY)
    monkeypatch.setattr(batches, "_CHUNK", 64)
    assert model.predict(MANY) == pytest.approx(whole, rel=1e-13)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1.0, 2.0], "row 120: MLP takes 3 inputs; got 2"),
        ([1.0, 2.0, "3"], "row 120: .*not str '3'"),
        ([1.0, 2.0, math.nan], r"row 120 has no prediction: the outputs are \[nan\]"),
    ],
)
def test_error_names_the_row_among_many(row: list[Any], message: str) -> None:
    rows = MANY.tolist()
    rows[120] = row
    with pytest.raises(InputError, match=message):
        net("linear", 1).predict(rows)


def test_overflow_among_many_rows_is_the_error_of_values() -> None:
    model = net("linear", 1)
    model.layers[0].neurons[0].w[0].data = 1e300
    rows = MANY.tolist()
    rows[101][0] = 1e300
    with pytest.raises(mg.errors.NotFiniteError, match="1e\\+300"):
        model.predict(rows)


def test_model_that_depends_on_numbers_predicts_many_rows() -> None:
    class Branches(mg.Module):
        def __init__(self) -> None:
            self.w = mg.Value(2.0)

        def __call__(self, x: Iterable[Any]) -> Any:
            first, *_ = x
            return self.w * first if first > 0 else -first + self.w * 0.0

    model = Branches()
    assert compiled_results(lambda x: [model(x)], MANY) is None
    expected = [2.0 * x if x > 0 else -x for x in MANY[:, 0]]
    assert model.predict(MANY).tolist() == expected


def test_nan_parameter_is_not_hidden_by_a_comparison() -> None:
    class Step(mg.Module):
        def __init__(self) -> None:
            self.w = mg.Value(math.nan)

        def __call__(self, x: Iterable[Any]) -> Any:
            first, *_ = x
            return mg.OPS["heaviside"](self.w * first)

    with pytest.raises(InputError, match="row 0 has no prediction"):
        Step().predict(MANY)


def test_no_rows_have_no_predictions() -> None:
    assert net("softmax", 4).predict([]).tolist() == []
    assert net("softmax", 4).predict_proba([]).tolist() == []
