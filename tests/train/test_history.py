"""The history of a training run: numbers, table, curves."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError, MissingPartError
from micrograd_tut.train.history import History


def history(epochs: int) -> History:
    run = History()
    run.rows = [
        {"loss": 1 / (i + 1), "accuracy": i / epochs, "val_loss": 2 / (i + 1)}
        for i in range(epochs)
    ]
    return run


def test_history_is_one_list_per_metric() -> None:
    assert history(2).history == {
        "loss": [1.0, 0.5],
        "accuracy": [0.0, 0.5],
        "val_loss": [2.0, 1.0],
    }


def test_table_is_short_and_has_the_first_and_the_last_epoch() -> None:
    lines = repr(history(500)).splitlines()
    assert len(lines) == 2 + 8
    assert lines[0].split() == ["epoch", "loss", "accuracy", "val_loss"]
    assert lines[2].split() == ["1", "1.0000", "0.0000", "2.0000"]
    assert lines[-1].split() == ["500", "0.0020", "0.9980", "0.0040"]


def test_table_includes_the_best_epoch() -> None:
    run = history(500)
    run.best_epoch = 123
    assert "123" in [line.split()[0] for line in repr(run).splitlines()]


def test_table_of_few_epochs_has_them_all() -> None:
    assert [line.split()[0] for line in repr(history(3)).splitlines()[2:]] == ["1", "2", "3"]


def test_table_says_why_training_stopped() -> None:
    run = history(3)
    run.stopped, run.best_epoch = "no lower loss for 2 epochs", 1
    assert repr(run).splitlines()[-2:] == [
        "Stopped: no lower loss for 2 epochs.",
        "Restored the parameters of epoch 1 (lowest loss).",
    ]


def test_table_warns_if_the_loss_grew() -> None:
    run = history(3)
    assert not run.diverged
    assert run.warning == ""
    run.rows[-1]["loss"] = 2e138
    assert run.diverged
    assert "Training diverged: the loss is 2.0e+138" in repr(run)
    assert repr(run).endswith("Use a smaller learning rate, or clip the gradients (clip=1.0).")


def line(epochs: int, lr: float, **settings: Any) -> History:
    X = [[i / 10, 1 - i / 10] for i in range(10)]
    model = mg.MLP(2, [4, 1], seed=0)
    y = [3 * x for x, _ in X]
    return mg.fit(model, X, y, optimizer=mg.SGD(lr), epochs=epochs, progress=False, **settings)


@pytest.mark.parametrize("batch_size", [1, 10])
def test_divergence_within_the_first_epoch_is_reported(batch_size: int) -> None:
    run = line(epochs=2, lr=10.0, batch_size=batch_size)
    assert run.diverged


@pytest.mark.parametrize("batch_size", [1, 10])
def test_training_that_converges_is_not_reported(batch_size: int) -> None:
    assert not line(epochs=20, lr=0.05, batch_size=batch_size).diverged


def test_loss_that_starts_large_has_not_diverged() -> None:
    X = [[float(i)] for i in range(100)]
    y = [1e5 + x for (x,) in X]
    model = mg.MLP(1, [1], seed=0)
    run = mg.fit(model, X, y, loss="mse", optimizer=mg.SGD(1e-5), epochs=2, progress=False)
    assert run.rows[-1]["loss"] > 1e8
    assert not run.diverged


def test_fine_tuning_that_moves_a_little_has_not_diverged() -> None:
    X = [[i / 10] for i in range(10)]
    model = mg.MLP(1, [1], init="zeros")
    model.parameters()[0].data = 1.0
    y = [x + 1e-6 for (x,) in X]
    run = mg.fit(model, X, y, loss="mse", optimizer=mg.Adam(0.01), epochs=3, progress=False)
    assert run.rows[0]["loss"] < 1e-3
    assert not run.diverged


def labels(axes) -> list[str]:
    """What the legend of a panel says."""
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_losses_and_other_metrics_have_separate_panels(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    figure = history(5).plot(tmp_path / "history.png")
    left, right = figure.axes  # type: ignore[attr-defined]
    assert labels(left) == ["loss, training", "loss, validation", "best: epoch 5"]
    assert left.lines[0].get_ydata() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
    assert list(left.lines[0].get_xdata()) == [1, 2, 3, 4, 5]
    assert labels(right) == ["accuracy", "best: epoch 5"]
    assert (tmp_path / "history.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["history.png"]


def test_a_held_out_part_is_dashed_and_has_a_colour_of_its_own() -> None:
    pytest.importorskip("matplotlib")
    training, held_out = history(3).plot().axes[0].lines[:2]  # type: ignore[attr-defined]
    assert (training.get_linestyle(), held_out.get_linestyle()) == ("-", "--")
    assert training.get_color() != held_out.get_color()


def test_the_best_epoch_is_that_of_the_lowest_held_out_loss() -> None:
    pytest.importorskip("matplotlib")
    run = history(4)
    for row, loss in zip(run.rows, (0.4, 0.2, 0.3, math.nan), strict=True):
        row["val_loss"] = loss
    assert run.lowest_epoch == 2
    marks = [line for line in run.plot().axes[0].lines if len(line.get_xdata()) == 1]  # type: ignore[attr-defined]
    assert [list(line.get_xydata()[0]) for line in marks] == [[2.0, 0.5], [2.0, 0.2]]


def test_learning_rate_has_a_panel_and_the_best_epoch_a_line() -> None:
    pytest.importorskip("matplotlib")
    run = history(5)
    run.rows = [row | {"lr": 0.01 / (i + 1)} for i, row in enumerate(run.rows)]
    run.best_epoch = 4
    _, measures, rate = run.plot().axes  # type: ignore[attr-defined]
    assert labels(measures) == ["accuracy", "best: epoch 4"]
    assert labels(rate) == ["learning rate", "best: epoch 4"]
    assert list(rate.lines[1].get_xdata()) == [4, 4]


def test_notebook_shows_the_curves() -> None:
    pytest.importorskip("matplotlib")
    assert history(3).plot()._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]


def test_unknown_picture_format_raises_and_leaves_no_file(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(InputError, match=r"history\.xyz: .*xyz"):
        history(2).plot(tmp_path / "history.xyz")
    assert list(tmp_path.iterdir()) == []


def test_failed_save_keeps_the_old_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")

    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    (tmp_path / "history.png").write_bytes(b"old")
    with pytest.raises(OSError, match="No space left"):
        history(2).plot(tmp_path / "history.png")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("history.png", b"old")]


def test_empty_history_cannot_be_plotted() -> None:
    with pytest.raises(InputError, match="history is empty; train first"):
        History().plot()


def test_without_matplotlib_error_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingPartError, match=r'pip install "micrograd-tut\[plot\]"'):
        history(2).plot()
