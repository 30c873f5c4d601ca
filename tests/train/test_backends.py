"""Training on arrays and on Values agree, and what was learned is always written back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError, NotFiniteError, TraceError
from micrograd_tut.train import backends

NETS = {
    "mse": ("linear", lambda rng: rng.normal(size=20)),
    "huber": ("tanh", lambda rng: rng.uniform(-1, 1, 20)),
    "mae": ("linear", lambda rng: rng.normal(size=20)),
    "hinge": ("linear", lambda rng: rng.choice([-1.0, 1.0], 20)),
    "binary_cross_entropy": ("sigmoid", lambda rng: rng.integers(0, 2, 20)),
    "categorical_cross_entropy": ("softmax", lambda rng: rng.integers(0, 3, 20)),
}


def _net(output: str = "linear", outs: int = 1) -> mg.MLP:
    return mg.MLP(3, [5, outs], activation="tanh", output=output, seed=3)


def _points() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(20, 3)), rng.normal(size=20)


def _numbers(model: mg.Module) -> list[float]:
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize("loss", NETS)
def test_both_backends_agree_to_rounding(loss: str) -> None:
    output, targets = NETS[loss]
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 3)), targets(rng)
    curves = []
    for compiled in (True, False):
        model = _net(output, 3 if output == "softmax" else 1)
        history = mg.fit(
            model, X, y, loss, epochs=5, batch_size=8, validation=0.3, l2=0.01, clip=1.0,
            progress=False, compiled=compiled,
        )  # fmt: skip
        curves.append((history.history, _numbers(model), [p.grad for p in model.parameters()]))
    (on_arrays, w, g), (on_values, w2, g2) = curves
    assert on_arrays.keys() == on_values.keys()
    for name, column in on_arrays.items():
        np.testing.assert_allclose(column, on_values[name], rtol=1e-9)
    np.testing.assert_allclose(w, w2, rtol=1e-9)
    np.testing.assert_allclose(g, g2, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw"])
def test_float32_training_is_close_and_stays_in_float32(optimizer: str) -> None:
    curves = []
    for dtype in ("float32", "float64"):
        model = _net()
        history = mg.fit(
            model, *_points(), optimizer=optimizer, epochs=5, l2=0.01, clip=1.0, progress=False,
            validation=0.2, dtype=dtype,
        )  # fmt: skip
        curves.append(history.history)
        if dtype == "float32":
            assert [float(np.float32(w)) for w in _numbers(model)] == _numbers(model)
    for name, column in curves[0].items():
        np.testing.assert_allclose(column, curves[1][name], rtol=1e-4)
        assert column != curves[1][name]


@pytest.mark.parametrize("settings", [{}, {"compiled": False}, {"dtype": "float32"}], ids=str)
def test_inputs_of_32_bits_are_trained_on_as_the_same_numbers_of_64(settings: Any) -> None:
    X, y = _points()
    X = X.astype(np.float32)
    trained = []
    for inputs in (X, X.astype(float)):
        model = _net()
        history = mg.fit(model, inputs, y, validation=0.2, epochs=3, progress=False, **settings)
        trained.append((history.history, _numbers(model), mg.evaluate(model, inputs, y)))
    assert trained[0] == trained[1]


@pytest.mark.parametrize(("dtype", "compiled"), [("float16", True), ("float32", False)])
def test_other_dtype_raises(dtype: str, compiled: bool) -> None:
    with pytest.raises(InputError, match=f"'float64', or 'float32' unless .* got '{dtype}'"):
        mg.fit(_net(), *_points(), progress=False, dtype=dtype, compiled=compiled)


@pytest.mark.parametrize("numbers", [1, 3 * 7, 3 * 11])
def test_rows_that_are_shuffled_in_blocks_are_the_same(
    numbers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows() -> list[dict[str, float]]:
        return mg.fit(
            _net(), *_points(), epochs=3, batch_size=3, progress=False, validation=0.2,
            metrics=["mean_absolute_error"],
        ).rows  # fmt: skip

    expected = rows()
    monkeypatch.setattr(backends, "_BLOCK", numbers)
    assert rows() == expected


@pytest.mark.parametrize("compiled", [True, False])
def test_losses_whose_sum_overflows_have_a_mean(compiled: bool) -> None:
    model = mg.MLP(1, [1], seed=0)
    X, y = [[0.0]] * 4, [1.3e154] * 4
    history = mg.fit(
        model, X, y, optimizer=mg.SGD(lr=1e-300), epochs=1, progress=False, compiled=compiled,
        validation=(X, y),
    )  # fmt: skip
    assert history.history["val_loss"] == [pytest.approx(1.69e308)]


@pytest.mark.parametrize("compiled", [True, False])
def test_loss_that_is_too_large_before_training_is_no_divergence(compiled: bool) -> None:
    with pytest.raises(NotFiniteError, match=r"^x \*\* y is too large .* Scale the numbers down"):
        mg.fit(mg.MLP(1, [1]), [[0.0]] * 4, [1.4e154] * 4, progress=False, compiled=compiled)


@pytest.mark.parametrize("compiled", [True, False])
def test_loss_that_is_too_large_after_updates_is_reported_as_divergence(compiled: bool) -> None:
    X, y = [[0.0]] * 3 + [[1e200]], [0.0] * 4
    with pytest.raises(NotFiniteError, match="training diverged in epoch 1"):
        mg.fit(
            mg.MLP(1, [1]), X, y, batch_size=1, progress=False, compiled=compiled, seed=1,
        )  # fmt: skip


def test_data_too_large_for_float32_raises() -> None:
    with pytest.raises(NotFiniteError, match="too large for float32"):
        mg.fit(mg.MLP(1, [1]), [[1e300]] * 4, [0.0] * 4, progress=False, dtype="float32")


def test_callback_sees_the_parameters_after_the_epoch() -> None:
    model, parameters = _net(), []
    mg.fit(
        model, *_points(), epochs=3, progress=False,
        callbacks=[lambda epoch, row: parameters.append(_numbers(model))],
    )  # fmt: skip
    assert len(parameters) == 3
    assert parameters[0] != parameters[1] != parameters[2] == _numbers(model)


def test_callback_sees_the_gradients_of_the_last_batch() -> None:
    def gradients(compiled: bool) -> list[list[float]]:
        model = _net()
        seen: list[list[float]] = []
        mg.fit(
            model, *_points(), epochs=2, batch_size=7, progress=False, compiled=compiled,
            callbacks=[lambda epoch, row: seen.append([p.grad for p in model.parameters()])],
        )  # fmt: skip
        return seen

    np.testing.assert_allclose(gradients(True), gradients(False), rtol=1e-9)


@pytest.mark.parametrize("compiled", [True, False])
def test_metric_of_the_user_sees_the_parameters_after_the_epoch(compiled: bool) -> None:
    model, parameters = _net(), []

    def metric(targets: Any, predictions: Any) -> float:
        parameters.append(_numbers(model))
        return 0.0

    mg.fit(model, *_points(), epochs=2, metrics=[metric], progress=False, compiled=compiled)
    assert parameters[0] != parameters[1] == _numbers(model)


@pytest.mark.parametrize("compiled", [True, False])
def test_schedule_sees_the_parameters_at_the_start_of_an_epoch(compiled: bool) -> None:
    model, parameters = _net(), []

    def schedule(step: int) -> float:
        parameters.append(_numbers(model))
        return 1.0

    mg.fit(model, *_points(), epochs=2, schedule=schedule, progress=False, compiled=compiled)
    assert parameters[0] == parameters[1] == _numbers(_net())  # before training, and at its start
    assert parameters[2] not in (parameters[1], _numbers(model))


def test_training_goes_on_from_parameters_that_a_callback_sets() -> None:
    def start_again(epoch: int, row: dict[str, float]) -> None:
        for p, x in zip(model.parameters(), start, strict=True):
            p.data = x

    model = _net()
    start = _numbers(model)
    history = mg.fit(
        model, *_points(), optimizer="sgd", epochs=3, batch_size=20, progress=False,
        callbacks=[start_again],
    )  # fmt: skip
    assert len(set(history.history["loss"])) == 1


def test_parameters_set_by_a_callback_are_kept() -> None:
    model = _net()

    def start_again(epoch: int, row: dict[str, float]) -> None:
        for p in model.parameters():
            p.data = 0.0

    mg.fit(model, *_points(), optimizer="sgd", epochs=1, progress=False, callbacks=[start_again])
    assert _numbers(model) == [0.0] * len(model.parameters())


def test_ctrl_c_keeps_the_updates_before_it() -> None:
    def stop_at(last: int) -> Any:
        def schedule(step: int) -> float:
            if step == last:
                raise KeyboardInterrupt
            return 1.0

        return schedule

    nets = []
    for compiled in (True, False):
        model = _net()
        history = mg.fit(
            model, *_points(), optimizer="sgd", epochs=3, batch_size=5, progress=False,
            schedule=stop_at(6), compiled=compiled,
        )  # fmt: skip
        assert history.stopped == "interrupted in epoch 2"
        nets.append(_numbers(model))
    assert nets[0] != _numbers(_net())
    np.testing.assert_allclose(nets[0], nets[1], rtol=1e-12)


def test_error_for_a_loss_that_branches_suggests_training_on_values() -> None:
    def loss(output: mg.Value, target: mg.Value) -> Any:
        return output - target if output > target else target - output

    with pytest.raises(TraceError, match="compiled=False"):
        mg.fit(_net(), *_points(), loss, epochs=1, progress=False)
    mg.fit(_net(), *_points(), loss, epochs=1, progress=False, compiled=False)


def test_zero_times_inf_that_values_skip_does_not_stop_compiled_training() -> None:
    def loss(output: mg.Value, target: mg.Value) -> Any:
        return mg.sqrt(mg.relu(output - 1e9)) * 0.0 + (output - target) ** 2

    curves = [
        mg.fit(_net(), *_points(), loss, epochs=2, progress=False, compiled=on).history["loss"]
        for on in (True, False)
    ]
    np.testing.assert_allclose(*curves, rtol=1e-9)


def test_native_backend_agrees_and_unknown_backends_raise() -> None:
    pytest.importorskip("numba")
    curves = [
        mg.fit(_net(), *_points(), epochs=2, progress=False, compiled=how).history["loss"]
        for how in ("native", True)
    ]
    np.testing.assert_allclose(*curves, rtol=1e-9)
    with pytest.raises(InputError, match="True, False or 'native'"):
        mg.fit(_net(), *_points(), progress=False, compiled="gpu")


def test_both_backends_report_divergence_alike() -> None:
    messages = []
    for compiled in (True, False):
        with pytest.raises(NotFiniteError, match="diverged in epoch") as caught:
            mg.fit(
                mg.MLP(1, [1], seed=0), [[1e3]] * 4, [1.0] * 4, optimizer=mg.SGD(lr=1e9),
                epochs=200, progress=False, compiled=compiled,
            )  # fmt: skip
        messages.append(str(caught.value).split(":")[0])
    assert messages[0] == messages[1]


def test_unused_parameter_changes_by_the_penalty_only() -> None:
    class Spare(mg.MLP):
        def __init__(self) -> None:
            super().__init__(3, [1], seed=1)
            self.spare = mg.Value(1.0)

    nets = [Spare(), Spare()]
    for model, compiled in zip(nets, (True, False), strict=True):
        mg.fit(
            model, *_points(), optimizer="sgd", l2=0.1, epochs=2, progress=False, compiled=compiled
        )
    assert nets[0].spare.data < 1.0
    np.testing.assert_allclose(_numbers(nets[0]), _numbers(nets[1]), rtol=1e-12)


def test_a_penalty_without_biases_is_the_same_on_arrays_and_on_values() -> None:
    X, y = _points()
    nets = [_net(), _net()]
    for net, compiled in zip(nets, (True, False), strict=True):
        mg.fit(net, X, y, l2=0.1, l2_biases=False, epochs=3, compiled=compiled, progress=False)
    np.testing.assert_allclose(*map(_numbers, nets), rtol=1e-9)
