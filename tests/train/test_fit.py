"""`fit`: results, guarantees, early stopping, progress bar, and checks of the arguments."""

from __future__ import annotations

import gc
import itertools
import math
import random
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import DataError, InputError, NotFiniteError
from micrograd_tut.train.backends import differentiate_batch
from micrograd_tut.train.objective import Objective

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def points(n: int, seed: int = 0) -> tuple[list[list[float]], list[int]]:
    """Random points, and whether they lie below a slanted line."""
    rng = random.Random(seed)
    X = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(n)]
    return X, [int(2 * x - y > 0.3) for x, y in X]


def net(seed: int = 1, **more: Any) -> mg.MLP:
    return mg.MLP(2, [4, 1], **{"output": "sigmoid", "init": "xavier", "seed": seed, **more})


def numbers(model: mg.Module) -> list[float]:
    return [p.data for p in model.parameters()]


# --- Results --------------------------------------------------------------------------------


def test_linear_neuron_takes_the_steps_of_gradient_descent_on_least_squares() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    neuron = mg.Neuron.of([0.5, -1.0, 2.0], 0.25)
    mg.fit(neuron, X, y, "mse", mg.SGD(0.1), epochs=5, batch_size=20, progress=False)
    w, b = np.array([0.5, -1.0, 2.0]), 0.25
    for _ in range(5):
        error = X @ w + b - y
        w, b = w - 0.1 * 2 * X.T @ error / 20, b - 0.1 * 2 * error.mean()
    assert numbers(neuron) == pytest.approx([*w, b], rel=1e-12)


def test_gradient_of_a_batch_matches_a_mean_loss_by_hand() -> None:
    X, y = points(6)
    model, other = net(), net()
    objective = Objective(model, "binary_cross_entropy")
    batch = np.array(X), np.array(y)[:, None]
    loss, outputs = differentiate_batch(objective, model.parameters(), *batch)
    losses = [-(other(x) if t else 1.0 - other(x)).log() for x, t in zip(X, y, strict=True)]
    by_hand = mg.sum(losses) / 6
    by_hand.backward()
    assert loss == pytest.approx(by_hand.data, rel=1e-14)
    ours, theirs = ([p.grad for p in m.parameters()] for m in (model, other))
    assert ours == pytest.approx(theirs, rel=1e-12)
    assert [row[0] for row in outputs] == [model.logits(x)[0].data for x in X]


def test_batch_replaces_older_gradients() -> None:
    X, y = points(6)
    objective = Objective(net())
    parameters = objective.parameters
    gradients = []
    for _ in range(2):
        differentiate_batch(objective, parameters, np.array(X), np.array(y)[:, None])
        gradients.append([p.grad for p in parameters])
    assert gradients[0] == gradients[1]


@pytest.mark.parametrize("compiled", [True, False])
def test_shared_parameter_is_updated_once(compiled: bool) -> None:
    neuron = mg.Neuron.of([1.0, 1.0], 0.0)
    neuron.w[1] = neuron.w[0]
    mg.fit(neuron, [[1.0, 2.0]], [0.0], "mse", mg.SGD(0.01), 1, clip=1.0, progress=False,
           compiled=compiled)  # fmt: skip
    by_w, by_b = 2 * 3.0 * 3.0, 2 * 3.0
    assert neuron.w[0].data == pytest.approx(1.0 - 0.01 * by_w / (by_w**2 + by_b**2) ** 0.5)


@pytest.mark.parametrize("compiled", [True, False])
def test_parameters_that_a_model_lists_itself_are_trained(compiled: bool) -> None:
    model = mg.MLP(2, [3, 1], activation="tanh", seed=1)
    first, *_, last = model.parameters()
    before = first.data, last.data
    model.parameters = lambda: (p for p in [last, last])  # type: ignore[method-assign, assignment, return-value]
    mg.fit(model, [[0.0, 1.0]], [1.0], epochs=3, progress=False, compiled=compiled)
    assert first.data == before[0]
    assert last.data != before[1]


def test_a_last_layer_of_ones_own_counts_its_outputs_itself() -> None:
    class Scaled(mg.Module):
        activation = "linear"

        def __init__(self) -> None:
            self.scale = mg.Value(1.0)

        def compute(self, values: Any, logits: bool = False) -> list[mg.Value]:  # noqa: ARG002
            return [self.scale * v for v in values]

    model = mg.MLP(2, [3, 1], seed=1)
    model.layers[-1] = Scaled()  # type: ignore[call-overload]
    history = mg.fit(model, [[0.0, 1.0]], [[1.0, 2.0, 3.0]], "mse", epochs=1, progress=False)
    assert len(history.rows) == 1


def test_what_a_model_keeps_of_a_call_holds_numbers_after_evaluate() -> None:
    class Keeps(mg.Module):
        def __init__(self) -> None:
            self.w = mg.Value(0.5)
            self.scales: list[mg.Value] = []

        def forward(self, x: Any) -> mg.Value:
            if not self.scales:
                self.scales.append(mg.exp(self.w))
            return self.scales[0] * x[0]

    model = Keeps()
    assert mg.evaluate(model, [[0.0], [0.0]], [1.0, 1.0])["loss"] == 1.0
    assert model([1.0]).data == math.exp(0.5)


def test_loss_of_an_epoch_is_the_mean_over_its_examples() -> None:
    X, y = points(7)
    model = net()
    expected = mg.evaluate(model, X, y)["loss"]
    history = mg.fit(model, X, y, optimizer=mg.SGD(0.0), epochs=1, batch_size=3, progress=False)
    assert history.history["loss"] == [pytest.approx(expected, rel=1e-14)]


def test_xor_is_learned() -> None:
    model = mg.MLP(2, [8, 1], activation="tanh", output="sigmoid", seed=3)
    mg.fit(model, *XOR, epochs=150, optimizer=mg.Adam(0.05), progress=False)
    assert model.predict(XOR[0]).tolist() == XOR[1]
    assert mg.evaluate(model, *XOR)["loss"] < 0.05


@pytest.mark.parametrize(
    ("head", "loss", "outputs", "labels"),
    [
        ("linear", "hinge", 1, (-1, 1)),
        ("linear", "binary_cross_entropy", 1, (0, 1)),
        ("sigmoid", "binary_cross_entropy", 1, (0, 1)),
        ("linear", "categorical_cross_entropy", 2, (0, 1)),
        ("softmax", "categorical_cross_entropy", 2, (0, 1)),
    ],
)
def test_every_classification_loss_learns_a_line(
    head: str, loss: str, outputs: int, labels: tuple[int, int]
) -> None:
    X, y = points(60)
    y = [labels[t] for t in y]
    model = mg.MLP(2, [outputs], output=head, seed=1)
    history = mg.fit(model, X, y, loss, "adam", epochs=8, batch_size=4, seed=1, progress=False)
    mg.fit(model, X, y, loss, mg.Adam(0.1), epochs=15, batch_size=10, progress=False)
    assert (model.predict(X) == y).mean() >= 0.95
    assert history.history["loss"][-1] < history.history["loss"][0]


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_every_regression_loss_learns_a_slope(loss: str) -> None:
    X, _ = points(40)
    y = [3.0 * a - b + 0.5 for a, b in X]
    neuron = mg.Neuron(2, activation="linear", seed=1)
    mg.fit(neuron, X, y, loss, mg.Adam(0.2), 60, 20, schedule="cosine", progress=False)
    assert numbers(neuron) == pytest.approx([3.0, -1.0, 0.5], abs=0.1)


def test_several_outputs_are_fitted_to_lists_of_targets() -> None:
    X, _ = points(40)
    Y = [[a + b, a - b] for a, b in X]
    model = mg.MLP(2, [2], seed=1)
    history = mg.fit(
        model, X, Y, optimizer=mg.Adam(0.1), epochs=30, metrics=["mean_absolute_error"],
        progress=False,
    )  # fmt: skip
    assert model.predict(X) == pytest.approx(np.array(Y), abs=0.2)
    assert history.history["mean_absolute_error"][-1] < 0.1


class Parabola(mg.Module):
    """A user-defined module: a * x**2 + c."""

    def __init__(self) -> None:
        self.a, self.c = mg.Value(0.0), mg.Value(0.0)

    def __call__(self, x: Any) -> mg.Value:
        return self.a * x[0] ** 2 + self.c


@pytest.mark.parametrize("compiled", [True, False])
def test_user_defined_module_is_trained_and_predicts(compiled: bool) -> None:
    model = Parabola()
    X = [[x / 4] for x in range(-8, 9)]
    y = [3.0 * x**2 - 1.0 for (x,) in X]
    mg.fit(model, X, y, "mse", mg.Adam(0.1), 150, 17, progress=False, compiled=compiled)
    assert (model.a.data, model.c.data) == pytest.approx((3.0, -1.0), abs=0.05)
    assert model.predict([[2.0]]).tolist() == pytest.approx([11.0], abs=0.2)


# --- Guarantees -----------------------------------------------------------------------------


def test_same_seed_gives_exactly_the_same_history() -> None:
    X, y = points(30)
    runs = [
        mg.fit(net(), X, y, epochs=4, batch_size=8, validation=0.3, seed=5, progress=False)
        for _ in range(2)
    ]
    assert runs[0].history == runs[1].history


def test_other_seed_gives_another_order() -> None:
    X, y = points(30)
    losses = {
        mg.fit(net(), X, y, epochs=2, batch_size=8, seed=seed, progress=False).rows[1]["loss"]
        for seed in range(3)
    }
    assert len(losses) == 3


def test_training_does_not_touch_global_random_state() -> None:
    random.seed(7)
    expected = random.random()
    random.seed(7)
    mg.fit(net(), *points(10), epochs=1, progress=False)
    assert random.random() == expected


class Frame:
    """A minimal data frame."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def to_numpy(self) -> Any:
        return np.array(self.rows, dtype=object)


def test_lists_arrays_and_data_frames_are_the_same_examples() -> None:
    X, y = points(12)
    column = [[t] for t in y]
    kinds = [(X, y), (np.array(X), np.array(y)), (Frame(X), Frame(y)), (map(tuple, X), column)]
    losses = {mg.fit(net(), A, b, epochs=2, progress=False).rows[-1]["loss"] for A, b in kinds}
    assert len(losses) == 1


def test_validation_set_is_evaluated_and_not_trained_on() -> None:
    X, y = points(20)
    with_, without = net(), net()
    history = mg.fit(with_, X, y, epochs=3, validation=points(9, seed=1), progress=False)
    mg.fit(without, X, y, epochs=3, progress=False)
    assert numbers(with_) == numbers(without)
    measured = mg.evaluate(with_, *points(9, seed=1))
    assert {k: history.history[f"val_{k}"][-1] for k in measured} == measured


def test_fraction_of_the_examples_is_the_validation_set() -> None:
    sizes: list[int] = []

    def count(targets: Any, predictions: Any) -> float:
        sizes.append(len(targets))
        return 0.0

    history = mg.fit(net(), *points(20), epochs=1, validation=0.25, metrics=[count], progress=False)
    assert sizes == [15, 5]
    assert [*history.history] == ["loss", "count", "val_loss", "val_count"]


def test_metric_gets_labels_and_predictions_in_the_same_form() -> None:
    labels: list[set[Any]] = []

    def note(targets: Any, predictions: Any) -> float:
        labels.append({*targets, *predictions})
        return 0.5

    mg.fit(mg.MLP(2, [1]), *points(20), loss="binary_cross_entropy", epochs=1, metrics=[note],
           progress=False)  # fmt: skip
    assert labels == [{0, 1}]


def test_optimizer_argument_keeps_its_state() -> None:
    optimizer = mg.Adam(0.05)
    curves = [
        mg.fit(net(), *points(10), optimizer=optimizer, epochs=3, progress=False).history
        for _ in range(2)
    ]
    assert curves[0] == curves[1]
    assert optimizer.steps == 0


def test_schedule_multiplies_the_learning_rate_of_every_update() -> None:
    w = mg.Neuron.of([0.0], 0.0)
    history = mg.fit(
        w, [[1.0]] * 4, [1e6] * 4, "mae", mg.SGD(0.5), epochs=2, batch_size=2,
        schedule=lambda step: 1 / (1 + step), progress=False,
    )  # fmt: skip
    assert w.w[0].data == pytest.approx(0.5 * (1 + 1 / 2 + 1 / 3 + 1 / 4))
    assert history.history["lr"] == [0.5 / 2, 0.5 / 4]


def test_clip_bounds_the_norm_of_the_gradient() -> None:
    neuron = mg.Neuron.of([0.0, 0.0], 0.0)
    mg.fit(neuron, [[3.0, 4.0]], [1e6], "mse", mg.SGD(0.1), 1, clip=2.0, progress=False)
    assert sum(p.data**2 for p in neuron.parameters()) ** 0.5 == pytest.approx(0.2)


def test_l2_keeps_parameters_small_and_is_not_in_the_loss() -> None:
    sizes = []
    for l2 in (0.0, 0.1):
        model = net()
        history = mg.fit(model, *points(20), epochs=1, batch_size=20, l2=l2, progress=False)
        first = history.history["loss"][0]
        mg.fit(model, *points(20), epochs=20, l2=l2, progress=False)
        sizes.append((sum(w * w for w in numbers(model)), first))
    assert sizes[1][0] < sizes[0][0]
    assert sizes[1][1] == sizes[0][1]


def test_fit_sets_the_task_of_the_model() -> None:
    X, y = points(10)
    model = mg.MLP(2, [1])
    assert model.task == "regression"
    mg.fit(model, X, [2 * t - 1 for t in y], loss="hinge", epochs=1, progress=False)
    assert model.task == "margin"
    assert {*model.predict(X).tolist()} <= {-1, 1}


# --- Stopping -------------------------------------------------------------------------------


def test_early_stopping_restores_the_best_parameters() -> None:
    X, y = points(20)
    other = points(10, seed=4)
    wrong = other[0], [1 - t for t in other[1]]  # what helps on X hurts here
    model = net()
    history = mg.fit(model, X, y, epochs=50, validation=wrong, early_stopping=3, progress=False)
    losses = history.history["val_loss"]
    best = losses.index(min(losses)) + 1
    assert history.best_epoch == best
    assert len(history) == best + 3 < 50
    assert mg.evaluate(model, *wrong)["loss"] == pytest.approx(min(losses), rel=1e-13)
    assert history.stopped == "no lower loss for 3 epochs"


def test_early_stopping_without_a_validation_set_uses_the_training_loss() -> None:
    history = mg.fit(
        net(), *points(10), optimizer=mg.SGD(0.0), epochs=9, early_stopping=2, progress=False
    )
    assert len(history) == 3


def test_callback_is_called_every_epoch_and_can_stop_training() -> None:
    calls: list[tuple[int, dict[str, float]]] = []

    def look(epoch: int, row: dict[str, float]) -> bool:
        calls.append((epoch, row))
        return epoch == 3

    history = mg.fit(net(), *points(10), epochs=9, callbacks=[look], progress=False)
    assert [epoch for epoch, _ in calls] == [1, 2, 3]
    assert [row for _, row in calls] == history.rows
    assert history.stopped == "a callback returned True"


def test_callbacks_are_called_for_the_last_epoch_of_early_stopping() -> None:
    epochs: list[int] = []
    history = mg.fit(
        net(), *points(10), optimizer=mg.SGD(0.0), epochs=9, early_stopping=2, progress=False,
        callbacks=[lambda epoch, row: epochs.append(epoch)],
    )  # fmt: skip
    assert epochs == [1, 2, 3]
    assert history.stopped == "no lower loss for 2 epochs"


def interrupting(after: int) -> Any:
    """Hinge loss, during which the user presses Ctrl-C."""
    calls = itertools.count(1)

    def loss(output: mg.Value, target: float) -> mg.Value:
        if next(calls) > after:
            raise KeyboardInterrupt
        return (1.0 - output * (2 * target - 1)).relu()

    return loss


def test_ctrl_c_stops_training_and_keeps_what_was_learned() -> None:
    X, y = points(8)
    model, other = net(output="linear"), net(output="linear")
    history = mg.fit(model, X, y, interrupting(22), epochs=9, batch_size=4, progress=False,
                     compiled=False)  # fmt: skip
    assert history.stopped == "interrupted in epoch 3"
    assert len(history) == 2
    assert "Stopped: interrupted in epoch 3." in repr(history)
    mg.fit(
        other, X, y, interrupting(10**6), epochs=9, batch_size=4, progress=False,
        callbacks=[lambda epoch, row: epoch == 2], compiled=False,
    )  # fmt: skip
    changed = [a != b for a, b in zip(numbers(model), numbers(other), strict=True)]
    assert any(changed)  # by the first batch of epoch 3


def test_ctrl_c_in_the_first_batch_changes_nothing() -> None:
    model = net(output="linear")
    history = mg.fit(model, *points(8), interrupting(2), progress=False, compiled=False)
    assert numbers(model) == numbers(net(output="linear"))
    assert history.history == {}
    assert "interrupted in epoch 1" in repr(history)


@pytest.mark.parametrize("was_on", [True, False])
def test_garbage_collector_is_left_as_it_was(was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        for loss in (None, interrupting(2)):
            mg.fit(net(output="linear"), *points(4), loss, epochs=1, progress=False)
            assert gc.isenabled() == was_on
    finally:
        gc.enable()


def test_training_creates_no_reference_cycles() -> None:
    X, y = points(10)
    objective = Objective(net())
    parameters = objective.parameters
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)  # what only the collector can free is kept in gc.garbage
    try:
        for _ in range(20):
            differentiate_batch(objective, parameters, np.array(X), np.array(y)[:, None])
        gc.collect()
        assert not [x for x in gc.garbage if isinstance(x, mg.Value)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def test_divergence_error_suggests_a_remedy() -> None:
    X, y = [[1e3, 1e3]] * 4, [1.0] * 4
    model = mg.MLP(2, [1], seed=1)
    with pytest.raises(
        NotFiniteError, match=r"diverged in epoch \d+: use a smaller .* than 10, or"
    ):
        mg.fit(model, X, y, "mse", mg.SGD(10.0), epochs=100, progress=False)
    assert np.isfinite(numbers(model)).all()


# --- Progress bar ---------------------------------------------------------------------------


def test_progress_bar_shows_epoch_loss_and_accuracy(capfd: pytest.CaptureFixture[str]) -> None:
    history = mg.fit(net(), *points(10), epochs=2, validation=0.2, progress=True)
    shown = capfd.readouterr().err
    for text in ("epoch 2/2", "loss=", f"val_accuracy={history.rows[-1]['val_accuracy']:.3f}"):
        assert text in shown
    assert f"accuracy={history.rows[-1]['accuracy']:.3f}" in shown


def test_without_progress_bar_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    mg.fit(net(), *points(10), epochs=2, progress=False)
    assert capfd.readouterr() == ("", "")


# --- Checks before the first update ---------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, InputError, "epochs must be an integer of at least 1; got 0"),
        ({"batch_size": 0}, InputError, "batch_size must be an integer"),
        ({"batch_size": 2.5}, InputError, "batch_size must be an integer"),
        ({"early_stopping": 0}, InputError, "early_stopping must be"),
        ({"clip": 0.0}, InputError, "clip must be a number above 0; got 0.0"),
        ({"l2": -1.0}, InputError, "l2 must be a number of at least 0; got -1.0"),
        ({"l2": float("nan")}, InputError, "l2 must be"),
        ({"validation": 0.01}, InputError, "0.01 of 10 rows leaves one set empty"),
        ({"validation": 1.0}, InputError, "leaves one set empty"),
        ({"validation": ([[1.0]], [1])}, DataError, r"validation, X\[0\] has 1 number; it needs 2"),
        ({"loss": "mae2"}, InputError, "loss 'mae2' is not known"),
        ({"loss": "hinge"}, InputError, "hinge does not fit"),
        ({"optimizer": "lion"}, InputError, "optimizer 'lion' is not known"),
        ({"metrics": ["f2"]}, InputError, "metric 'f2' is not known"),
        ({"schedule": "linear"}, InputError, "schedule 'linear' is not known"),
        ({"schedule": 0.5}, InputError, "a name or a function of the update; got 0.5"),
        ({"metrics": [1]}, InputError, "a metric is a name or a function; got 1"),
        ({"callbacks": [None]}, InputError, "callbacks must be functions; got None"),
        ({"validation": ([[1.0, 2.0]], [1], [1])}, InputError, "or a pair"),
        ({"epochs": True}, InputError, "epochs must be an integer"),
        ({"l2": "a"}, InputError, "l2 must be a number of at least 0; got 'a'"),
        ({"clip": "a"}, InputError, "clip must be a number above 0; got 'a'"),
        ({"optimizer": [1]}, InputError, r"optimizer \[1\] is not known"),
        ({"loss": 3}, InputError, r"a loss is a name, or a function \(output, target\); got 3"),
        ({"loss": 0}, InputError, r"a loss is a name, or a function \(output, target\); got 0"),
        ({"seed": 1.5}, InputError, r"seed must be an integer, a random.Random or None; got 1\.5"),
        ({"schedule": lambda step: None}, InputError, "at update 0 must be .*; got None"),
        (
            {"schedule": lambda step: math.nan},
            InputError,
            "at update 0 must be .*; got nan",
        ),
    ],
)
def test_invalid_setting_raises_and_changes_nothing(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    model = net()
    with pytest.raises(error, match=message):
        mg.fit(model, *points(10), progress=False, **settings)
    assert numbers(model) == numbers(net())
    assert vars(model).keys() == vars(net()).keys()


def test_only_a_module_can_be_trained() -> None:
    with pytest.raises(InputError, match=r"must be a Module, such as mg\.MLP"):
        mg.fit(abs, *points(10), progress=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("compiled", [True, False])
def test_error_of_a_schedule_names_the_update(compiled: bool) -> None:
    with pytest.raises(InputError, match=r"value of the schedule at update 2 must be .*; got nan"):
        mg.fit(
            net(), *points(10), epochs=3, schedule=lambda step: math.nan if step == 2 else 1.0,
            progress=False, compiled=compiled,
        )  # fmt: skip


def test_loss_that_returns_a_float_raises_and_changes_nothing() -> None:
    def loss(output: mg.Value, target: float) -> float:
        return (output.data - target) ** 2

    model = net(output="linear")
    with pytest.raises(InputError, match=r"a loss must return one Value.*; loss returned \d"):
        mg.fit(model, *points(10), loss=loss, progress=False, compiled=False)
    assert numbers(model) == numbers(net(output="linear"))


def test_error_for_a_number_too_large_gives_its_index() -> None:
    with pytest.raises(DataError, match=r"X\[1\]\[0\].*too large for a float"):
        mg.fit(net(), [[1.0, 2.0], [10**400, 2.0]], [0, 1], progress=False)


def test_seed_can_be_a_numpy_integer() -> None:
    curves = [
        mg.fit(net(), *points(10), epochs=2, seed=seed, progress=False).rows
        for seed in (3, np.int64(3))
    ]
    assert curves[0] == curves[1]


def test_counts_can_be_numpy_integers() -> None:
    history = mg.fit(net(), *points(10), epochs=np.int64(2), batch_size=np.int8(4), progress=False)
    assert len(history) == 2


@pytest.mark.full
def test_a_net_of_3329_parameters_trains_on_1000_rows() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 10))
    y = (X[:, 0] * X[:, 1] + X[:, 2] > 0).astype(int)
    model = mg.MLP(10, [64, 32, 16, 1], output="sigmoid", init="he", seed=0)
    history = mg.fit(
        model, X, y, loss="binary_cross_entropy", optimizer=mg.Adam(lr=0.01), epochs=10,
        batch_size=32, metrics=["accuracy"], progress=False,
    )  # fmt: skip
    assert len(model.parameters()) == 3329
    assert history.history["accuracy"][-1] > 0.9


@pytest.mark.parametrize("x", [math.nan, math.inf])
def test_parameter_that_is_not_finite_before_training_is_named(x: float) -> None:
    model = mg.MLP(1, [1], seed=1)
    model.layers[0].neurons[0].w[0].data = x
    with pytest.raises(InputError, match=rf"layers\.0\.neurons\.0\.w\.0 is {x} before training"):
        mg.fit(model, [[1.0]], [1.0], progress=False)
