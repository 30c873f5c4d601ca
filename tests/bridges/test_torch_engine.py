"""Training by torch: the numbers of training on Values, for every setting."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError, NotFiniteError, TraceError
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.train.losses import LOSSES
from micrograd_tut.train.optim import OPTIMIZERS

pytest.importorskip("torch")

RNG = np.random.default_rng(0)
X, NUMBERS, CLASSES = RNG.normal(size=(23, 3)), RNG.normal(size=(23, 2)), RNG.integers(0, 3, 23)
TARGETS: dict[str, tuple[str, int, Any]] = {
    "mse": ("linear", 2, NUMBERS),
    "mae": ("linear", 2, NUMBERS),
    "huber": ("tanh", 1, NUMBERS[:, 0]),
    "hinge": ("linear", 1, 2 * (CLASSES > 0) - 1),
    "binary_cross_entropy": ("sigmoid", 2, NUMBERS > 0),
    "categorical_cross_entropy": ("softmax", 3, CLASSES),
}


def net(output: str = "softmax", outputs: int = 3, activation: str = "tanh") -> mg.MLP:
    return mg.MLP(3, [6, outputs], activation=activation, output=output, seed=3)


def assert_the_same(make: Any, y: Any, rtol: float = 1e-12, **settings: Any) -> None:
    """Training by torch and on Values gives the same history and parameters."""
    runs = []
    for compiled in ("torch", False):
        model = make()
        history = mg.fit(
            model, X, y, **{"epochs": 8, "batch_size": 8} | settings, compiled=compiled,
            progress=False,
        )  # fmt: skip
        runs.append((history.history, model.parameters()))
    (ours, w), (values, w2) = runs
    assert ours.keys() == values.keys()
    for name, column in ours.items():
        np.testing.assert_allclose(column, values[name], rtol=rtol, atol=rtol)
    np.testing.assert_allclose([p.data for p in w], [p.data for p in w2], rtol=rtol, atol=rtol)
    np.testing.assert_allclose([p.grad for p in w], [p.grad for p in w2], rtol=rtol, atol=rtol)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_gives_the_same_curve(loss: str) -> None:
    output, outputs, y = TARGETS[loss]
    assert_the_same(lambda: net(output, outputs), y, loss=loss)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_takes_the_same_steps(name: str) -> None:
    assert_the_same(net, CLASSES, optimizer=name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_gives_the_same_curve(activation: str) -> None:
    assert_the_same(lambda: net("linear", 2, activation), NUMBERS)


SETTINGS: dict[str, dict[str, Any]] = {
    "penalty and clipping": {"l2": 0.01, "clip": 0.3},
    "a penalty without biases": {"l2": 0.1, "l2_biases": False, "clip_value": 0.05},
    "a schedule and a validation set": {"schedule": "cosine", "validation": 0.3},
    "weights and smoothing": {"class_weight": {0: 3.0, 2: 0.5}, "label_smoothing": 0.1},
    "early stopping": {"early_stopping": 2, "validation": 0.3, "optimizer": mg.Adam(lr=0.3)},
    "metrics": {"metrics": ["f1", "accuracy"]},
    "one row per batch": {"batch_size": 1, "epochs": 2},
    "momentum": {"optimizer": mg.SGD(lr=0.1, momentum=0.9, nesterov=True)},
    "amsgrad": {"optimizer": mg.Adam(lr=0.05, amsgrad=True)},
    "weights of rows and a callback": {
        "callbacks": [lambda epoch, row: None], "sample_weight": np.arange(23.0)
    },
}  # fmt: skip


@pytest.mark.parametrize("case", SETTINGS)
def test_every_setting_has_the_same_effect(case: str) -> None:
    assert_the_same(net, CLASSES, **SETTINGS[case])


def test_a_network_without_biases() -> None:
    assert_the_same(lambda: mg.MLP(3, [4, 2], seed=1, bias=False), NUMBERS)


class Residual(mg.Module):
    """A network that is no MLP, with a parameter of its own and an operation of the user's."""

    def __init__(self) -> None:
        self.first = mg.Layer(3, 3, activation="tanh", seed=1)
        self.scale = mg.Value(0.5)

    def forward(self, x: Any) -> Any:
        h = self.first(x)
        return mg.sum([a + b for a, b in zip(h, x, strict=True)]) * mg.exp(self.scale)


def test_a_network_and_a_loss_of_the_users_own() -> None:
    def loss(output: Any, target: Any) -> Any:
        return mg.log(1.0 + (output - target) ** 2) * 2.0

    assert_the_same(Residual, NUMBERS[:, 0], loss=loss)


def test_layers_that_share_parameters() -> None:
    def shared() -> mg.MLP:
        model = mg.MLP(3, [3, 3, 2], activation="tanh", seed=1)
        model.layers[1] = model.layers[0]
        return model

    assert_the_same(shared, NUMBERS)


def test_float32_is_close_and_stays_in_float32() -> None:
    models = [net(), net()]
    for model, dtype in zip(models, ("float32", "float64"), strict=True):
        mg.fit(model, X, CLASSES, epochs=3, compiled="torch", dtype=dtype, progress=False)
    narrow, wide = ([p.data for p in model.parameters()] for model in models)
    assert narrow == [float(np.float32(x)) for x in narrow]
    np.testing.assert_allclose(narrow, wide, rtol=1e-3, atol=1e-5)
    assert narrow != wide


def test_divergence_is_the_error_of_values() -> None:
    messages = []
    for compiled in ("torch", False):
        with pytest.raises(NotFiniteError, match="diverged in epoch") as caught:
            mg.fit(
                net("linear", 2, "relu"), X, NUMBERS, optimizer=mg.SGD(lr=1e80), epochs=30,
                compiled=compiled, progress=False,
            )  # fmt: skip
        messages.append(str(caught.value).partition("got x")[0])  # numbers differ in the last digit
    assert messages[0] == messages[1]


def test_a_network_that_looks_at_a_number_is_refused() -> None:
    class Branch(mg.Module):
        def __init__(self) -> None:
            self.w = mg.Value(1.0)

        def forward(self, x: Any) -> Any:
            return self.w * x[0] if x[0] > 0 else self.w

    with pytest.raises(TraceError, match=r"To train on Values, pass compiled=False\."):
        mg.fit(Branch(), X, NUMBERS[:, 0], compiled="torch", progress=False)


def test_an_unknown_engine_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="True, False or 'native' or 'torch'; got 'jax'"):
        mg.fit(net(), X, CLASSES, compiled="jax", progress=False)


def test_without_torch_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['torch'] = None; import micrograd_tut as mg; "
        "mg.fit(mg.MLP(1, [1]), [[1], [2]], [1, 2], compiled='torch')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].endswith('pip install "micrograd-tut[torch]"')


def test_arrays_that_cannot_be_written_to_are_taken() -> None:
    rows = X.copy()
    rows.setflags(write=False)
    assert mg.fit(net(), rows, CLASSES, epochs=1, compiled="torch", progress=False)


def test_a_run_that_was_killed_continues_to_the_same_numbers(tmp_path: Any) -> None:
    path, settings = tmp_path / "run.safetensors", {"compiled": "torch", "progress": False}
    whole, parts = net(), net()
    mg.fit(whole, X, CLASSES, epochs=6, **settings)
    mg.fit(parts, X, CLASSES, epochs=3, checkpoint=path, **settings)
    again = net()
    history = mg.fit(again, X, CLASSES, epochs=6, checkpoint=path, resume=True, **settings)
    assert len(history) == 6
    assert [p.data for p in again.parameters()] == [p.data for p in whole.parameters()]
