"""Checkpoints of `fit`: a run that is killed and continued gives the numbers of one that is not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

import micrograd_tut as mg
from micrograd_tut.errors import DataError, InputError, KeywordError
from micrograd_tut.train import resume
from micrograd_tut.train.checkpoint import save_training
from micrograd_tut.train.optim import OPTIMIZERS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
Y = (X.sum(1) > 0).astype(int)
ENGINES = [True, False, "native", "torch"]


def net(seed: int = 1, **more: Any) -> mg.MLP:
    return mg.MLP(3, [4, 1], **{"activation": "tanh", "output": "sigmoid", "seed": seed, **more})


def numbers(model: mg.Module) -> list[str]:
    """Every parameter, exactly."""
    return [p.data.hex() for p in model.parameters()]


def record(history: mg.History) -> dict[str, Any]:
    """All that a history holds, exactly."""
    trail = history.trail
    points = [point.tolist() for point in trail.points]
    held = {name: vars(history)[name] for name in ("rows", "stopped", "best_epoch")}
    return held | {"reference": history.reference, "trail": [trail.epochs, trail.stride, points]}


def train(model: mg.Module, **settings: Any) -> mg.History:
    return mg.fit(model, X, Y, **{"epochs": 6, "batch_size": 8, "progress": False, **settings})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.safetensors"


@pytest.fixture(autouse=True)
def after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a checkpoint after every epoch, however fast the epochs are."""
    monkeypatch.setattr(resume, "_PAUSE", 0.0)
    monkeypatch.setattr(resume, "_MOST", 0)


class KilledError(Exception):
    """What a callback raises in place of the end of the process."""


def killed_in(epoch: int) -> list[Callable[..., None]]:
    def callback(now: int, row: dict[str, float]) -> None:
        if now == epoch:
            raise KilledError

    return [callback]


# --- The same numbers -----------------------------------------------------------------------

SETTINGS: dict[str, dict[str, Any]] = {
    "by default": {},
    "one batch per epoch": {"batch_size": 20},
    "a schedule": {"schedule": "cosine", "l2": 0.01, "clip": 1.0},
    "a validation set": {"validation": 0.3, "metrics": ["accuracy", "f1"]},
    "weights and smoothing": {"class_weight": "balanced", "label_smoothing": 0.1},
    "early stopping": {
        "early_stopping": 5, "validation": 0.3, "min_delta": 0.001, "optimizer": mg.Adam(0.3),
        "epochs": 40,
    },
    "float32": {"dtype": "float32"},
}  # fmt: skip


@pytest.mark.parametrize("killed", [1, 2, 5])
@pytest.mark.parametrize("name", SETTINGS)
def test_continued_run_equals_an_uninterrupted_one(path: Path, name: str, killed: int) -> None:
    whole, part = net(), net()
    history = train(whole, **SETTINGS[name])
    with pytest.raises(KilledError):
        train(part, checkpoint=path, callbacks=killed_in(killed), **SETTINGS[name])
    other = net(seed=9)
    continued = train(other, checkpoint=path, resume=True, **SETTINGS[name])
    assert continued.rows == history.rows
    assert numbers(other) == numbers(whole)
    assert record(continued) == record(history)
    assert [p.grad for p in other.parameters()] == [p.grad for p in whole.parameters()]


@pytest.mark.parametrize("compiled", ENGINES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_every_engine_continues(path: Path, compiled: Any, optimizer: str) -> None:
    if compiled in ("native", "torch"):
        pytest.importorskip({"native": "numba", "torch": "torch"}[compiled])
    whole, part = net(), net()
    settings = {"compiled": compiled, "optimizer": optimizer, "epochs": 4}
    history = train(whole, **settings)
    with pytest.raises(KilledError):
        train(part, checkpoint=path, callbacks=killed_in(3), **settings)
    other = net(seed=9)
    assert train(other, checkpoint=path, resume=True, **settings).rows == history.rows
    assert numbers(other) == numbers(whole)


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, mg.SGD(0.1, momentum=0.9)], ids=str)
def test_every_optimizer_continues_with_its_averages(path: Path, optimizer: Any) -> None:
    whole, part = net(), net()
    train(whole, optimizer=optimizer)
    with pytest.raises(KilledError):
        train(part, optimizer=optimizer, checkpoint=path, callbacks=killed_in(4))
    train(part, optimizer=optimizer, checkpoint=path, resume=True)
    assert numbers(part) == numbers(whole)


def test_more_epochs_continue_a_run_that_has_ended(path: Path) -> None:
    whole, part = net(), net()
    train(whole, epochs=6)
    train(part, epochs=2, checkpoint=path)
    history = train(part, epochs=6, checkpoint=path, resume=True)
    assert len(history) == 6
    assert numbers(part) == numbers(whole)


def test_run_that_has_ended_is_given_back(path: Path) -> None:
    settings = {"early_stopping": 1, "optimizer": mg.Adam(0.5), "epochs": 50}
    model, other = net(), net(seed=9)
    history = train(model, checkpoint=path, **settings)
    assert history.stopped == "no lower loss for 1 epochs"
    again = train(other, checkpoint=path, resume=True, **settings)
    assert record(again) == record(history)
    assert numbers(other) == numbers(model)


def test_parameters_that_a_callback_set_are_kept(path: Path) -> None:
    def halve(epoch: int, row: dict[str, float]) -> None:
        for p in model.parameters():
            p.data /= 2

    model = net()
    train(model, checkpoint=path, epochs=1, callbacks=[halve])
    assert numbers(mg.load(path)) == numbers(model)


class Shared(mg.Module):
    """A model of the user's own, with a parameter in two places and one that does not count."""

    def __init__(self) -> None:
        self.a = mg.Value(0.5)
        self.parts = [mg.Value(0.1), self.a]
        self.spare = mg.Value(1.0)

    def __call__(self, x: Any) -> mg.Value:
        return self.a * x[0] + self.parts[0] * x[1] + self.parts[1] * x[2]


@pytest.mark.parametrize("compiled", [True, False])
def test_model_of_the_user_with_a_shared_parameter_continues(path: Path, compiled: bool) -> None:
    whole, part = Shared(), Shared()
    settings = {"loss": "mse", "compiled": compiled, "l2": 0.1}
    train(whole, **settings)
    with pytest.raises(KilledError):
        train(part, checkpoint=path, callbacks=killed_in(3), **settings)
    other = Shared()
    train(other, checkpoint=path, resume=True, **settings)
    assert numbers(other) == numbers(whole)


def test_metric_that_is_not_finite_is_kept(path: Path) -> None:
    def metric(targets: Any, predictions: Any) -> float:
        return float("nan")

    train(net(), checkpoint=path, epochs=1, metrics=[metric])
    history = train(net(), checkpoint=path, epochs=2, metrics=[metric], resume=True)
    assert [str(row["metric"]) for row in history.rows] == ["nan", "nan"]


# --- The file -------------------------------------------------------------------------------


def test_checkpoint_is_a_saved_model(path: Path) -> None:
    model = net()
    train(model, checkpoint=path)
    assert numbers(mg.load(path)) == numbers(model)
    assert numbers(mg.load(net(seed=9), path)) == numbers(model)


def test_checkpoint_holds_averages_epoch_and_history_in_one_file(path: Path) -> None:
    history = train(net(), checkpoint=path)
    with safe_open(path, framework="numpy") as file:
        names = set(file.keys())
        training = json.loads(file.metadata()["training"])
    state = {"average0", "average1", *(f"trail{i}" for i in range(7))}
    assert {name for name in names if name.startswith("training/")} == {
        f"training/{name}" for name in state
    }
    assert training["rows"] == history.rows
    assert (training["epoch"], training["steps"]) == (6, 18)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_checkpoint_is_there_before_the_first_update(path: Path) -> None:
    def schedule(step: int) -> float:
        if path.exists():
            found.append(numbers(mg.load(path)))
        return 1.0

    found: list[list[str]] = []
    train(net(), checkpoint=path, epochs=1, schedule=schedule)
    assert found[0] == numbers(net())


def test_fast_epochs_do_not_each_write_a_checkpoint(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "_PAUSE", 1000.0)
    epochs: list[int] = []

    def note(model: Any, path: Any, state: Any, training: Any) -> None:
        epochs.append(training["epoch"])

    monkeypatch.setattr(resume, "save_training", note)
    train(net(), checkpoint=path, epochs=30)
    assert epochs == [0, 30]


KILLED = """
import sys
import micrograd_tut as mg
from micrograd_tut.train import resume
sys.path.insert(0, {folder!r})
from test_resume import X, Y, net

resume._PAUSE = resume._MOST = 0
print("ready", flush=True)
mg.fit(
    net(), X, Y, epochs=10**6, batch_size=8, progress=False, checkpoint={path!r},
    resume={resume}, early_stopping=10**6,
)
"""


def test_run_that_is_killed_at_any_moment_continues_to_the_same_numbers(
    path: Path, full: bool, figure: Callable[..., None]
) -> None:
    """The process is killed again and again, and each time continued."""
    delay, tries = np.random.default_rng(1), 8 if full else 4
    for i in range(tries):
        program = KILLED.format(folder=str(Path(__file__).parent), path=str(path), resume=i > 0)
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
            assert child.stdout
            child.stdout.readline()
            while not path.exists():
                time.sleep(0.01)
            time.sleep(delay.uniform(0, 0.5))
            child.kill()
        assert child.returncode == -signal.SIGKILL
    with safe_open(path, framework="numpy") as file:
        epoch = json.loads(file.metadata()["training"])["epoch"]
    assert epoch > 0
    model, other = net(), net(seed=9)
    history = train(model, epochs=epoch + 3, early_stopping=10**6)
    continued = train(other, epochs=epoch + 3, early_stopping=10**6, checkpoint=path, resume=True)
    assert continued.rows == history.rows
    assert numbers(other) == numbers(model)
    figure("killed while training with a checkpoint", "{:,} times, and continued exactly", tries)


# --- Refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "sgd"}, r"optimizer was Adam\(lr=0.01,.*, and now it is SGD\(lr=0.01"),
        ({"optimizer": mg.Adam(0.02)}, r"optimizer was Adam\(lr=0.01,.* now it is Adam\(lr=0.02"),
        ({"batch_size": 4}, "batch_size was 8, and now it is 4"),
        ({"loss": "mse"}, "loss was None, and now it is mse"),
        ({"l2": 0.1}, "l2 was 0.0, and now it is 0.1"),
        ({"compiled": False}, "compiled was True, and now it is False"),
        ({"dtype": "float32"}, "dtype was float64, and now it is float32"),
        ({"schedule": "cosine"}, "schedule was None, and now it is cosine over 18 updates"),
        ({"validation": 0.2}, "training set was 20 rows, .* now it is 16 rows, SHA-256"),
        ({"validation": (X, Y)}, "validation set was None, and now it is 20 rows"),
        ({"sample_weight": [1.0] * 19 + [2.0]}, "training set was 20 rows"),
    ],
)
def test_other_arguments_are_refused_and_nothing_changes(
    path: Path, settings: dict[str, Any], message: str
) -> None:
    train(net(), checkpoint=path, epochs=2)
    before, model = path.read_bytes(), net(seed=9)
    with pytest.raises(DataError, match=f"run.safetensors cannot be continued: its {message}"):
        train(model, checkpoint=path, resume=True, **settings)
    assert numbers(model) == numbers(net(seed=9))
    assert path.read_bytes() == before


def test_fewer_epochs_than_there_are_are_refused(path: Path) -> None:
    train(net(), checkpoint=path, epochs=2)
    with pytest.raises(DataError, match="it has 2 epochs, and epochs is 1"):
        train(net(), checkpoint=path, epochs=1, resume=True)


def test_random_state_is_the_one_in_the_file_whatever_the_seed(path: Path) -> None:
    whole, part = net(), net()
    train(whole, seed=0)
    train(part, seed=0, checkpoint=path, epochs=2)
    train(part, seed=3, checkpoint=path, resume=True)
    assert numbers(part) == numbers(whole)


def test_other_examples_are_refused(path: Path) -> None:
    train(net(), checkpoint=path, epochs=2)
    changed = X.copy()
    changed[3, 1] += 1e-12
    with pytest.raises(DataError, match="training set was 20 rows, SHA-256"):
        mg.fit(net(), changed, Y, epochs=6, batch_size=8, checkpoint=path, resume=True)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (mg.MLP(3, [5, 1], output="sigmoid"), r"layers.0.weight is \(4, 3\); MLP needs \(5, 3\)"),
        (net(activation="relu"), "it was saved with tanh, sigmoid; the model has relu, sigmoid"),
        (mg.MLP(3, [4, 4, 1], output="sigmoid"), r"layers.1.weight is \(1, 4\)"),
    ],
)
def test_other_model_is_refused(path: Path, other: mg.MLP, message: str) -> None:
    train(net(), checkpoint=path, epochs=2)
    before = numbers(other)
    with pytest.raises(DataError, match=f"cannot be loaded: {message}"):
        train(other, checkpoint=path, resume=True)
    assert numbers(other) == before


def test_more_epochs_of_a_schedule_that_depends_on_them_are_refused(path: Path) -> None:
    train(net(), checkpoint=path, schedule="cosine", epochs=2)
    with pytest.raises(DataError, match=r"cosine over 6 updates, and now .* over 18 updates"):
        train(net(), checkpoint=path, schedule="cosine", resume=True)


def test_saved_model_is_not_a_checkpoint(path: Path) -> None:
    mg.save(net(), path)
    with pytest.raises(DataError, match=r"saved with mg\.save, not a checkpoint of fit"):
        train(net(), checkpoint=path, resume=True)


def test_missing_file_raises_the_usual_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"run\.safetensors"):
        train(net(), checkpoint=path, resume=True)


def test_folder_that_does_not_exist_raises_before_training(tmp_path: Path) -> None:
    model = net()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        train(model, checkpoint=tmp_path / "nowhere" / "run.safetensors")
    assert numbers(model) == numbers(net())


def test_resume_needs_a_file() -> None:
    with pytest.raises(InputError, match=r"needs the file .*: checkpoint='run.safetensors'"):
        train(net(), resume=True)
    with pytest.raises(KeywordError, match="Write checkpoint="):
        train(net(), ckpt_path="run")


@pytest.mark.parametrize(
    "change",
    [
        lambda training: training.pop("random"),
        lambda training: training.update(random=3),
        lambda training: training.update(rows=[[1]]),
        lambda training: training.update(steps="many"),
        lambda training: training.update(settings=3),
        lambda training: training.update(best=[1.0, 2]),  # without its array
    ],
)
def test_state_that_cannot_be_read_is_refused(path: Path, change: Any) -> None:
    train(net(), checkpoint=path, epochs=2)
    with safe_open(path, framework="numpy") as file:
        training = json.loads(file.metadata()["training"])
        names = ["average0", "average1", "trail0", "trail1", "trail2"]
        state = {name: file.get_tensor(f"training/{name}") for name in names}
    change(training)
    save_training(net(), path, state, training)
    model = net(seed=9)
    with pytest.raises(DataError, match="its state of training cannot be read"):
        train(model, checkpoint=path, resume=True)
    assert numbers(model) == numbers(net(seed=9))


def test_state_of_another_size_is_refused(path: Path) -> None:
    train(net(), checkpoint=path, epochs=2)
    save_training(net(), path, {"average0": np.zeros(3)}, {})
    for load in (lambda: mg.load(path), lambda: train(net(), checkpoint=path, resume=True)):
        with pytest.raises(DataError, match="its state of training does not fit its model"):
            load()
