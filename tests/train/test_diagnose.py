"""Each illness of data, predictions and loss curves is reported, and healthy nets are not ill."""

from __future__ import annotations

import random
from typing import Any

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.train.health import HealthReport
from micrograd_tut.train.history import History

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def rows(count: int, seed: int = 0) -> list[list[float]]:
    rng = random.Random(seed)
    return [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(count)]


def has(report: HealthReport, text: str) -> bool:
    assert not report.healthy
    return any(text in problem for problem in report.problems)


def trained(model: mg.MLP, X: Any, y: Any, **settings: Any) -> tuple[HealthReport, History]:
    loss = settings.get("loss")
    history = mg.fit(model, X, y, progress=False, **settings)
    return mg.diagnose(model, X, y, loss, history), history


# --- Data -----------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [1e4, 1e-3])
def test_inputs_far_from_unit_scale_are_reported(factor: float) -> None:
    X = [[factor * x, x] if factor > 1 else [factor * x, factor * z] for x, z in rows(50)]
    report = mg.diagnose(mg.MLP(2, [8, 1], seed=0), X, [x + z for x, z in rows(50)])
    assert has(report, "inputs are far from unit scale")


def test_column_far_from_unit_scale_is_named() -> None:
    X = [[x, 2000 + 10 * z] for x, z in rows(50)]
    report = mg.diagnose(mg.MLP(2, [8, 1], seed=0), X)
    assert has(report, "(column 1)")


def test_targets_far_from_unit_scale_are_reported() -> None:
    report = mg.diagnose(mg.MLP(2, [8, 1], seed=0), rows(50), [2e5 + 1e4 * x for x, _ in rows(50)])
    assert has(report, "the targets are far from unit scale: mean")


def test_scale_is_not_reported_if_predictions_are_good() -> None:
    model = mg.MLP(1, [1])
    for p, data in zip(model.parameters(), (2.0, 5.0), strict=True):
        p.data = data
    X = [[float(x)] for x in range(100)]
    assert mg.diagnose(model, X, [5 + 2 * x for (x,) in X]).healthy


def test_constant_inputs_are_reported_and_not_blamed_on_units() -> None:
    model = mg.MLP(2, [8, 1], seed=0)
    for neuron in model.layers[0].neurons:
        neuron.b.data = -9.0
    report = mg.diagnose(model, [[1.0, 2.0]] * 10, [float(i) for i in range(10)])
    assert report.layers[0].dead == 1.0
    (problem,) = report.problems
    assert "all inputs are constant" in problem


def test_one_constant_column_is_no_problem() -> None:
    X = [[x, 1.0] for x, _ in rows(50)]
    assert mg.diagnose(mg.MLP(2, [8, 1], seed=0), X, [x for x, _ in rows(50)]).healthy


@pytest.mark.parametrize(("output", "target"), [("linear", 1.5), ("sigmoid", 1)])
def test_constant_targets_are_reported(output: str, target: float) -> None:
    report = mg.diagnose(mg.MLP(2, [8, 1], output=output, seed=0), rows(20), [target] * 20)
    assert has(report, f"all targets are the same ({target})")


# --- Predictions ----------------------------------------------------------------------------


def test_trivial_loss_of_a_regression_is_the_variance() -> None:
    report = mg.diagnose(mg.MLP(1, [1], seed=0), [[0.1], [0.2], [0.9]], [1.0, 2.0, 6.0])
    assert report.predictions is not None
    assert report.predictions.trivial_loss == pytest.approx((4 + 1 + 9) / 3, rel=1e-15)


def test_trivial_loss_of_mae_is_that_of_the_median() -> None:
    report = mg.diagnose(mg.MLP(1, [1], seed=0), [[0.1], [0.2], [0.9]], [1.0, 2.0, 6.0], "mae")
    assert report.predictions is not None
    assert report.predictions.trivial_loss == pytest.approx((1 + 0 + 4) / 3, rel=1e-15)


@pytest.mark.parametrize(
    ("outputs", "output", "y", "entropy"),
    [
        (1, "sigmoid", [0, 0, 0, 1], 0.5623351446188083),  # of (3/4, 1/4)
        (2, "softmax", [0, 0, 0, 1], 0.5623351446188083),
        (2, "sigmoid", [[0, 1], [0, 0], [0, 1], [1, 0]], (0.5623351446188083 + 0.6931471806) / 2),
    ],
)
def test_trivial_loss_of_a_cross_entropy_is_the_entropy(
    outputs: int, output: str, y: list[Any], entropy: float
) -> None:
    model = mg.MLP(2, [outputs], output=output, seed=0)
    report = mg.diagnose(model, XOR[0], y)
    assert report.predictions is not None
    assert report.predictions.trivial_loss == pytest.approx(entropy, rel=1e-9)


def test_report_shows_the_loss_beside_the_trivial_one() -> None:
    report = mg.diagnose(mg.MLP(1, [1], init="zeros"), [[0.1], [0.9]], [1.0, 3.0])
    assert "loss 5.0000; of the trivial prediction, the same for every example: 1.0000" in str(
        report
    )


def test_net_on_a_plateau_is_reported() -> None:
    model = mg.MLP(2, [2, 1], activation="sigmoid", output="sigmoid", seed=0)
    report, _ = trained(model, *XOR, loss="mse", optimizer=mg.SGD(0.1), epochs=100)
    assert has(report, "outputs hardly differ: about 0.")


@pytest.mark.parametrize("outputs", [1, 2])
def test_net_that_predicts_one_class_for_almost_all_rows_is_reported(outputs: int) -> None:
    rng = random.Random(3)
    X = [[rng.gauss(0, 1)] for _ in range(1000)]
    y = [int(x + rng.gauss(0, 2) > 3) for (x,) in X]
    X[0] = [5.0]
    head = "sigmoid" if outputs == 1 else "softmax"
    model = mg.MLP(1, [outputs], output=head, seed=0)
    report, _ = trained(model, X, y, optimizer=mg.Adam(0.05), epochs=10)
    assert 0.05 < sum(y) / 1000 < 0.2
    assert has(report, "the prediction is class 0 for ")
    assert has(report, "class_weight='balanced'")


def test_trained_net_worse_than_the_mean_is_reported() -> None:
    X, y = rows(50), [x + z for x, z in rows(50)]
    model = mg.MLP(2, [1], init="zeros")
    model.layers[0].neurons[0].b.data = 5.0
    report, _ = trained(model, X, y, optimizer=mg.SGD(1e-4), epochs=3)
    assert has(report, "is above that of the trivial prediction")


# --- Loss curves ----------------------------------------------------------------------------


def curve(losses: list[float]) -> HealthReport:
    history = History()
    history.rows = [{"loss": loss} for loss in losses]
    return mg.diagnose(mg.MLP(2, [8, 1], seed=0), rows(50), history=history)


@pytest.mark.parametrize("lr", [1.5, 100.0])
def test_divergence_is_reported(lr: float) -> None:
    X, y = rows(20), [x + z for x, z in rows(20)]
    report, history = trained(mg.MLP(2, [1], seed=0), X, y, optimizer=mg.SGD(lr), epochs=20)
    assert history.diverged
    assert has(report, "the learning rate is too large: training diverged")


def test_rate_so_large_that_the_loss_jumps_is_reported() -> None:
    X = rows(50)
    y = [int(x * z > 0) for x, z in X]
    model = mg.MLP(2, [8, 1], activation="tanh", output="sigmoid", seed=0)
    report, history = trained(model, X, y, optimizer=mg.SGD(10.0), batch_size=5, epochs=20)
    assert not history.diverged
    assert has(report, "the learning rate is too large: the loss jumps")


@pytest.mark.parametrize("optimizer", [mg.SGD(1e-4), mg.Adam(1e-5)])
def test_rate_that_is_too_small_is_reported(optimizer: Any) -> None:
    X, y = rows(50), [x + z for x, z in rows(50)]
    report, _ = trained(mg.MLP(2, [8, 1], seed=0), X, y, optimizer=optimizer, epochs=20)
    assert has(report, "the learning rate is too small")


@pytest.mark.parametrize(
    "losses",
    [
        [2.0**-k for k in range(12)],
        [1.0 / (1 + k) for k in range(30)],
        [0.3 + 0.7 * 2.0**-k for k in range(12)],
        [1e-9 * (1 + k % 2) for k in range(12)],
        [1.0, 0.8],
    ],
    ids=["exponential", "hyperbolic", "with noise left", "only rounding", "short"],
)
def test_healthy_curve_is_not_reported(losses: list[float]) -> None:
    if losses[0] < 1e-6:
        losses = [1.0, *losses]
    assert curve(losses).healthy


# --- Healthy nets ---------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu", "gelu", "elu"])
@pytest.mark.parametrize(("outputs", "output"), [(1, "linear"), (1, "sigmoid"), (2, "softmax")])
@pytest.mark.parametrize("seed", range(3))
def test_healthy_nets_have_no_problems_before_and_after_training(
    activation: str, outputs: int, output: str, seed: int
) -> None:
    X = rows(60, seed)
    y = [x * z if output == "linear" else int(x + z > 0) for x, z in X]
    model = mg.MLP(2, [8, outputs], activation=activation, output=output, seed=seed)
    before = mg.diagnose(model, X, y)
    after, _ = trained(model, X, y, optimizer=mg.Adam(0.03), batch_size=10, epochs=20)
    assert (before.problems, after.problems) == ([], [])


def test_history_must_be_a_history() -> None:
    with pytest.raises(InputError, match="history"):
        mg.diagnose(mg.MLP(2, [1]), rows(3), history=[1.0, 0.5])  # type: ignore[arg-type]
