"""The loss around trained parameters, and the path of training across it."""

import pickle
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.train.history import History
from micrograd_tut.train.surface import Surface, Trail, loss_surface

X = [[0.0, 1.0], [1.0, 0.5], [2.0, -1.0], [-1.0, 1.5]]
Y = [1.0, 2.0, 3.0, -0.5]


def trained(epochs: int = 12, **options) -> tuple[mg.MLP, History]:
    """A linear model, whose loss is known in closed form."""
    model = mg.MLP(2, [1], seed=1)
    optimizer = mg.Adam(lr=0.1)
    run = mg.fit(model, X, Y, loss="mse", optimizer=optimizer, epochs=epochs, batch_size=2,
                 progress=False, **options)  # fmt: skip
    return model, run


def closed_form(parameters: np.ndarray) -> float:
    """The mean squared error of a linear model with these weights and this bias."""
    return float(np.mean((np.array(X) @ parameters[:2] + parameters[2] - Y) ** 2))


def surface_of(run: History, **options) -> Surface:
    return loss_surface(run.trail, run._loss_of, **options)


def test_every_point_of_the_plane_has_the_loss_of_its_parameters() -> None:
    model, run = trained()
    surface = surface_of(run, size=5)
    end = np.array([p.data for p in model.parameters()])
    for i, y in enumerate(surface.ys):
        for j, x in enumerate(surface.xs):
            point = end + x * surface.directions[0] + y * surface.directions[1]
            assert surface.losses[i, j] == pytest.approx(closed_form(point), rel=1e-12)


def test_the_path_has_every_epoch_and_its_loss() -> None:
    _, run = trained()
    surface = surface_of(run, size=2)
    assert surface.epochs == list(range(13))
    expected = [closed_form(point) for point in run.trail.points]
    assert surface.path_losses == pytest.approx(expected, rel=1e-12)
    assert surface.path[-1] == pytest.approx([0.0, 0.0], abs=1e-15)


def test_every_engine_gives_the_losses_of_its_path() -> None:
    native = ["native"] if find_spec("numba") else []
    for compiled in (True, False, *native):
        model = mg.MLP(2, [3, 2, 1], activation="tanh", seed=1)
        run = mg.fit(model, X, Y, epochs=3, batch_size=4, compiled=compiled, progress=False)
        before = [row["loss"] for row in run.rows]  # one batch: the loss before its update
        losses = surface_of(run, size=2).path_losses
        assert losses[:-1] == pytest.approx(before, rel=1e-12)
        assert losses[-1] == pytest.approx(mg.evaluate(model, X, Y)["loss"], rel=1e-12)


def test_the_directions_are_the_principal_components_of_the_path() -> None:
    _, run = trained()
    surface = surface_of(run, size=2)
    moves = np.array(run.trail.points) - run.trail.points[-1]
    values, vectors = np.linalg.eigh(moves.T @ moves)  # an independent way to find them
    for k in range(2):
        assert abs(surface.directions[k] @ vectors[:, -1 - k]) == pytest.approx(1, rel=1e-9)
        assert surface.explained[k] == pytest.approx(values[-1 - k] / values.sum(), rel=1e-9)
    assert surface.directions @ surface.directions.T == pytest.approx(np.eye(2), abs=1e-12)


def test_the_plane_covers_the_path() -> None:
    _, run = trained()
    surface = surface_of(run, size=3)
    for positions, axis in zip(surface.path.T, (surface.xs, surface.ys), strict=True):
        assert axis[0] < positions.min()
        assert positions.max() < axis[-1]


def test_a_direction_without_movement_is_random_and_at_right_angles() -> None:
    _, run = trained(epochs=1)  # two points are on one line
    surface = surface_of(run, size=2, seed=3)
    assert surface.explained == (pytest.approx(1.0), 0.0)
    assert surface.directions @ surface.directions.T == pytest.approx(np.eye(2), abs=1e-12)
    same, other = (surface_of(run, size=2, seed=seed).directions[1] for seed in (3, 4))
    assert same.tolist() == surface.directions[1].tolist()
    assert abs(other @ same) < 0.999


def test_after_early_stopping_the_restored_parameters_are_the_centre() -> None:
    model, run = trained(epochs=40, early_stopping=3)
    assert run.best_epoch is not None
    surface = surface_of(run, size=3, best_epoch=run.best_epoch)
    assert surface.epochs[surface.final] == run.best_epoch
    loss = closed_form(np.array([p.data for p in model.parameters()]))
    assert surface.path_losses[surface.final] == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize("compiled", [True, False])
def test_the_model_does_not_change(compiled: bool) -> None:
    model, run = trained(compiled=compiled)
    before = [(p.data, p.grad) for p in model.parameters()]
    surface_of(run, size=3)
    assert [(p.data, p.grad) for p in model.parameters()] == before


def test_a_loss_that_cannot_be_compiled_is_evaluated_on_values() -> None:
    def branching(output, target):
        error = output - target
        return error * error if error.data > 0 else error**2

    model = mg.MLP(2, [1], seed=1)
    run = mg.fit(model, X, Y, loss=branching, epochs=2, compiled=False, progress=False)
    before = [p.data for p in model.parameters()]
    surface = surface_of(run, size=2)
    assert surface.path_losses[-1] == pytest.approx(closed_form(np.array(before)), rel=1e-12)
    assert [p.data for p in model.parameters()] == before


def test_a_long_training_keeps_a_part_of_its_points() -> None:
    trail = Trail()
    for epoch in range(5001):
        trail.add(epoch, [float(epoch)])
    assert len(trail.points) <= 200
    assert trail.epochs[0] == 0
    assert trail.epochs[-1] == 5000
    assert len({b - a for a, b in zip(trail.epochs[:-2], trail.epochs[1:-1], strict=True)}) == 1
    assert [point[0] for point in trail.points] == trail.epochs


def test_a_large_network_keeps_few_points() -> None:
    trail = Trail()
    for epoch in range(100):
        trail.add(epoch, [0.0] * 200_000)
    assert 3 <= len(trail.points) <= 20


def test_the_picture_marks_the_first_and_the_last_epoch(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    _, run = trained()
    figure = run.surface(tmp_path / "surface.png", size=4)
    words = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]  # type: ignore[attr-defined]
    first, last = (closed_form(run.trail.points[i]) for i in (0, -1))
    assert words == ["training", f"epoch 0: loss {first:.3g}", f"epoch 12: loss {last:.3g}"]
    assert "% of the movement" in figure.axes[0].get_xlabel()  # type: ignore[attr-defined]
    assert (tmp_path / "surface.png").read_bytes().startswith(b"\x89PNG")


def test_a_history_can_be_pickled_and_says_what_is_missing() -> None:
    _, run = trained()
    loaded = pickle.loads(pickle.dumps(run))  # noqa: S301 (its own)
    assert loaded.rows == run.rows
    for history in (loaded, History()):
        with pytest.raises(InputError, match="no path of training"):
            history.surface()


@pytest.mark.parametrize("size", [1, 2.5, "large"])
def test_a_size_that_is_no_number_of_points_is_refused(size) -> None:
    _, run = trained()
    with pytest.raises(InputError, match="size needs a whole number"):
        surface_of(run, size=size)
