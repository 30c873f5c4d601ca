"""`mg.training`: the epochs of `fit`, one at a time."""

from __future__ import annotations

import gc
import inspect
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from interrupt import lines_of, some

import micrograd_tut as mg
from micrograd_tut.errors import DataError, InputError, KeywordError, NotFiniteError

X = [[x / 4, y / 3] for x in range(4) for y in range(3)]
Y = [float(x + y > 1) for x, y in X]
SETTINGS: dict[str, Any] = {"epochs": 5, "batch_size": 4, "validation": 0.25, "schedule": "cosine"}
BACKENDS = pytest.mark.parametrize("compiled", [True, False])


def net(seed: int = 1) -> mg.MLP:
    return mg.MLP(2, [3, 1], output="sigmoid", seed=seed)


def numbers(model: mg.Module) -> list[float]:
    return [p.data for p in model.parameters()]


def gradients(model: mg.Module) -> list[float]:
    return [p.grad for p in model.parameters()]


@BACKENDS
def test_rows_and_parameters_are_those_of_fit(compiled: bool) -> None:
    by_fit, by_row = net(), net()
    history = mg.fit(by_fit, X, Y, compiled=compiled, progress=False, **SETTINGS)
    run = mg.training(by_row, X, Y, compiled=compiled, **SETTINGS)
    assert list(run) == history.rows == run.history.rows
    assert numbers(by_row) == numbers(by_fit)


@BACKENDS
def test_parameters_and_gradients_between_rows_are_those_of_the_epoch(compiled: bool) -> None:
    model, other = net(), net()
    seen: list[tuple[list[float], list[float]]] = []

    def look(epoch: int, row: dict[str, float]) -> None:
        seen.append((numbers(other), gradients(other)))

    mg.fit(other, X, Y, compiled=compiled, callbacks=[look], progress=False, **SETTINGS)
    run = mg.training(model, X, Y, compiled=compiled, **SETTINGS)
    assert [(numbers(model), gradients(model)) for _ in run] == seen
    assert len({tuple(data) for data, _ in seen}) == 5


@BACKENDS
def test_next_epoch_starts_from_parameters_changed_between_rows(compiled: bool) -> None:
    model = net()
    for _ in mg.training(model, X, Y, optimizer=mg.SGD(0.0), epochs=2, compiled=compiled):
        expected = mg.evaluate(model, X, Y)["loss"]
        for p, q in zip(model.parameters(), net(seed=2).parameters(), strict=True):
            p.data = q.data
    last = mg.training(model, X, Y, optimizer=mg.SGD(0.0), epochs=1, compiled=compiled)
    assert numbers(model) == numbers(net(seed=2))
    assert expected == pytest.approx(mg.evaluate(net(seed=2), X, Y)["loss"], rel=1e-13)
    assert next(last)["loss"] == pytest.approx(expected, rel=1e-13)


@BACKENDS
def test_break_leaves_the_last_finished_epoch_and_another_loop_goes_on(compiled: bool) -> None:
    model, two, five = net(), net(), net()
    rows = mg.fit(five, X, Y, compiled=compiled, progress=False, **SETTINGS).rows
    mg.fit(
        two, X, Y, compiled=compiled, progress=False, callbacks=[lambda e, _: e == 2], **SETTINGS
    )
    run = mg.training(model, X, Y, compiled=compiled, **SETTINGS)
    for row in run:
        if row == rows[1]:
            break
    assert numbers(model) == numbers(two)
    assert run.history.rows == rows[:2]
    assert "val_accuracy" in repr(run.history)
    assert list(run) == rows[2:]
    assert numbers(model) == numbers(five)


def test_nothing_happens_before_the_first_row() -> None:
    model = net()
    run = mg.training(model, X, Y)
    assert numbers(model) == numbers(net())
    assert len(run.history) == 0


def test_wrong_argument_raises_at_the_call() -> None:
    with pytest.raises(InputError, match="epochs must be an integer of at least 1; got 0"):
        mg.training(net(), X, Y, epochs=0)


def test_keyword_of_another_library_is_explained() -> None:
    with pytest.raises(KeywordError, match=r"training has no keyword lr=\. Write optimizer=mg\.A"):
        mg.training(net(), X, Y, lr=0.1)  # type: ignore[call-arg]


def test_arguments_are_those_of_fit_without_a_bar() -> None:
    ours, theirs = (inspect.signature(f).parameters for f in (mg.training, mg.fit))
    different = {name for name in theirs if ours[name].default != theirs[name].default}
    assert list(ours) == list(theirs)
    assert different == {"progress"}
    assert ours["progress"].default is False


def test_early_stopping_ends_the_loop_and_restores_the_best_parameters() -> None:
    wrong = X, [1 - t for t in Y]  # what helps on X hurts here
    model, other = net(), net()
    settings: dict[str, Any] = {"validation": wrong, "early_stopping": 2, "epochs": 50}
    history = mg.fit(other, X, Y, progress=False, **settings)
    run = mg.training(model, X, Y, **settings)
    assert list(run) == history.rows
    assert (run.history.best_epoch, run.history.stopped) == (
        history.best_epoch,
        "no lower loss for 2 epochs",
    )
    assert numbers(model) == numbers(other)
    model.parameters()[0].data = 7.0
    assert next(run, None) is None  # and does not restore them again
    assert numbers(model)[0] == 7.0


def interrupting(update: int) -> float:
    if update == 7:
        raise KeyboardInterrupt
    return 1.0


@BACKENDS
def test_ctrl_c_is_raised_and_leaves_complete_updates(compiled: bool) -> None:
    model, other = net(), net()
    settings: dict[str, Any] = {"batch_size": 4, "compiled": compiled, "schedule": interrupting}
    history = mg.fit(other, X, Y, progress=False, **settings)
    run, before = mg.training(model, X, Y, **settings), np.geterr()
    with pytest.raises(KeyboardInterrupt):
        list(run)
    assert run.history.stopped == history.stopped == "interrupted in epoch 3"
    assert run.history.rows == history.rows
    assert numbers(model) == numbers(other) != numbers(net())
    assert list(run) == []
    assert np.geterr() == before
    assert gc.isenabled()


@BACKENDS
def test_ctrl_c_at_any_line_leaves_complete_updates(compiled: bool, full: bool) -> None:
    settings: dict[str, Any] = {"epochs": 2, "batch_size": 4, "compiled": compiled}

    def train(model: mg.MLP, **more: Any) -> None:
        for _ in mg.training(model, X, Y, **settings, **more):
            pass

    states = []
    for last in range(7):  # updates

        def stop(update: int, last: int = last) -> float:
            if update == last:
                raise KeyboardInterrupt
            return 1.0

        model = net()
        with pytest.raises(KeyboardInterrupt) if last < 6 else nullcontext():
            train(model, schedule=stop)
        states.append(numbers(model))
    for place in some(range(lines_of(lambda: train(net()))), 120 if full else 30):
        model = net()
        with suppress(KeyboardInterrupt):
            lines_of(lambda model=model: train(model), place)  # type: ignore[misc]
        assert numbers(model) in states, place


def test_divergence_is_raised_and_leaves_finite_parameters() -> None:
    model = mg.MLP(2, [1], seed=1)
    run = mg.training(model, [[1e3, 1e3]] * 4, [1.0] * 4, "mse", mg.SGD(10.0), epochs=100)
    with pytest.raises(NotFiniteError, match=r"training diverged in epoch \d+: use a smaller"):
        list(run)
    assert np.isfinite(numbers(model)).all()
    assert list(run) == []
    assert len(run.history) > 3


def test_resumed_run_goes_on_with_the_next_epoch(tmp_path: Path) -> None:
    path, model, whole = tmp_path / "run.safetensors", net(), net()
    settings: dict[str, Any] = {"epochs": 4, "batch_size": 4}
    rows = mg.fit(whole, X, Y, progress=False, **settings).rows
    list(mg.training(net(), X, Y, checkpoint=path, **{**settings, "epochs": 2}))
    run = mg.training(model, X, Y, checkpoint=path, resume=True, **settings)
    assert list(run) == rows[2:]
    assert run.history.rows == rows
    assert numbers(model) == numbers(whole)


def test_file_of_another_run_is_refused_at_the_call(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    list(mg.training(net(), X, Y, checkpoint=path, epochs=2))
    with pytest.raises(DataError, match="its batch_size was 32, and now it is 4"):
        mg.training(net(), X, Y, checkpoint=path, resume=True, epochs=2, batch_size=4)


def test_progress_bar_ends_when_the_loop_is_left(capfd: pytest.CaptureFixture[str]) -> None:
    for _ in mg.training(net(), X, Y, epochs=2):
        pass
    assert capfd.readouterr().err == ""
    for _ in mg.training(net(), X, Y, epochs=2, progress=True):
        break
    shown = capfd.readouterr().err
    assert "epoch 1/2" in shown
    assert shown.endswith("\n")  # tqdm ends the line when a bar is closed
