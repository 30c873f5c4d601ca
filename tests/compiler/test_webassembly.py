"""NumPy compiled to WebAssembly raises no floating-point errors: results are checked instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.compiler import executor
from micrograd_tut.errors import NotFiniteError


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let NumPy raise no floating-point errors, whatever is set."""

    class Silent(np.errstate):
        def __init__(self, **_: str) -> None:
            super().__init__(all="ignore")

    monkeypatch.setattr(np, "errstate", Silent)
    monkeypatch.setattr(executor, "RAISES", executor._raises())


def test_it_is_noticed_that_numpy_raises_nothing() -> None:
    assert not executor.RAISES


def test_an_output_that_overflows_is_an_error_which_names_the_example() -> None:
    f = mg.compile(lambda x: mg.exp(x) * 1e300)
    assert f([0.0]).tolist() == [1e300]
    with pytest.raises(NotFiniteError, match="example 1"):
        f([0.0, 700.0])


def test_a_gradient_that_overflows_is_an_error_and_changes_no_grad() -> None:
    w = mg.Value(1e-300, label="w")
    f = mg.compile(lambda x: w * x * x)
    with pytest.raises(NotFiniteError, match="gradient of w is too large"):
        f.backward([1e160])
    assert w.grad == 0.0


def test_a_gradient_that_overflows_ends_training_with_its_name() -> None:
    model = mg.MLP(1, [1], init="zeros")
    before = [p.data for p in model.parameters()]
    X, y = [[1e308], [1.7e308]], [5.0, 7.0]
    with pytest.raises(NotFiniteError, match=r"^the gradient of"):
        mg.fit(model, X, y, loss=steep, optimizer=mg.SGD(lr=1e-10), progress=False)
    assert [p.data for p in model.parameters()] == before


def steep(output: Any, target: float) -> Any:
    """A loss whose gradient is too large for a float where the loss is not."""
    return (output - target) * 3.0


def test_a_running_average_that_overflows_is_an_error() -> None:
    w = mg.Value(1.0)
    w.grad = 1e200
    with pytest.raises(NotFiniteError, match="a running average too large"):
        mg.Adam(lr=0.1).step([w])
    assert w.data == 1.0


def test_losses_whose_sum_overflows_have_a_mean() -> None:
    X, y = [[0.0]] * 4, [1.3e154] * 4
    slow = mg.SGD(lr=1e-300)
    history = mg.fit(
        mg.MLP(1, [1], seed=0), X, y, optimizer=slow, validation=(X, y), epochs=1, progress=False
    )
    assert history.history["val_loss"] == [pytest.approx(1.69e308)]
