"""Checkpoints of a training run: `fit` keeps its state in a file, and can go on from there.

The file holds the model as `mg.save` writes it, and beside it all that decides how training goes
on: the optimizer's averages, the random state, the history, and the best parameters of early
stopping. So a run that was killed and continued gives the numbers of one that was not.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

import numpy as np

from micrograd_tut.errors import DataError
from micrograd_tut.nn import Module
from micrograd_tut.support.text import visible
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.backends import places
from micrograd_tut.train.checkpoint import Contents, load_training, save_training
from micrograd_tut.train.examples import Examples
from micrograd_tut.train.state_dict import load_state_dict, tensors
from micrograd_tut.train.surface import Trail
from micrograd_tut.train.trainer import Trainer

_PAUSE = 1.0  # the least number of seconds between two checkpoints
_MOST = 20  # and as many times as long as writing one takes


class State(NamedTuple):
    """What a checkpoint holds beside the model.

    Attributes:
        settings: As for `Checkpoint`.
        epoch, best: As in `Trainer`.
        steps, averages: The `steps` and the `state` of the optimizer.
        random: Shuffles the training set.
        rows, reference, stopped, trail: As in `History`.
    """

    settings: dict[str, str]
    epoch: int
    steps: int
    averages: tuple[Any, ...]
    random: np.random.Generator
    rows: list[dict[str, float]]
    reference: float | None
    stopped: str
    trail: Trail
    best: tuple[float, int, Array] | None


class Order(NamedTuple):
    """From arrays with a number per parameter to those in the order of the tensors of a file.

    Attributes:
        places: For each number in the file, the index of its parameter.
        size: The number of parameters.
    """

    places: Any
    size: int

    def save(self, numbers: Array) -> Array:
        """The numbers in the order of the file."""
        return np.asarray(numbers[self.places])

    def load(self, saved: Array) -> Array:
        """The numbers in the order of the parameters."""
        numbers = np.zeros(self.size)
        numbers[self.places] = saved
        return numbers


class Checkpoint:
    """The file with the state of a training run.

    Args:
        path: The file.
        model: The model.
        trainer: The run.
        settings: What decides the numbers of the run, by name, for people to read: a checkpoint
            with other settings is refused.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        model: Module,
        trainer: Trainer,
        settings: Mapping[str, str],
    ) -> None:
        self.path = path
        self.model = model
        self.trainer = trainer
        self.settings = dict(settings)
        self._next = 0.0  # when to write again
        saved = [v for tensor in tensors(model) for v in tensor.values]
        in_backend, in_model = trainer.backend.parameters, trainer.backend.objective.parameters
        self._averages = Order(places(saved, in_backend), len(in_backend))
        self._numbers = Order(places(saved, in_model), len(in_model))

    def keep(self) -> None:
        """Write the file if the run is over, or if the last time is long enough ago.

        Raises:
            InputError, OSError: the file cannot be written; the old one is left as it was.
        """
        start = time.monotonic()
        if start >= self._next or self.trainer.is_over:
            self.write()
            end = time.monotonic()
            self._next = end + max(_PAUSE, _MOST * (end - start))

    def write(self) -> None:
        """Write the file.

        Raises:
            InputError, OSError: as for `keep`.
        """
        trainer = self.trainer
        trainer.backend.write_back()
        averages, trail = trainer.optimizer.state, trainer.history.trail
        training = {
            "settings": self.settings,
            "dtype": str(averages[0].dtype) if averages else "float64",
            "epoch": trainer.epoch,
            "steps": trainer.optimizer.steps,
            "random": trainer.rng.bit_generator.state,
            "rows": trainer.history.rows,
            "reference": trainer.history.reference,
            "stopped": trainer.history.stopped,
            "trail": [trail.epochs, trail.stride],
        }
        state = {f"average{i}": self._averages.save(a) for i, a in enumerate(averages)}
        for i, point in enumerate(trail.points):
            state[f"trail{i}"] = self._numbers.save(point)
        if trainer.best:
            training["best"] = trainer.best[:2]
            state["best"] = self._numbers.save(trainer.best[2])
        save_training(self.model, self.path, state, training)

    def resume(self) -> None:
        """Give the model and the run the state in the file.

        Raises:
            DataError: the file is not a checkpoint of such a run. Nothing is changed.
            OSError: the file cannot be read.
        """
        contents = load_training(self.model, self.path)
        try:
            state = self._state(contents)
        except (LookupError, TypeError, ValueError, AttributeError):
            self._refuse("its state of training cannot be read")
        for name, setting in self.settings.items():
            if (saved := state.settings.get(name, "not recorded")) != setting:
                self._refuse(f"its {name} was {saved}, and now it is {setting}")
        if state.epoch > self.trainer.config.epochs:
            self._refuse(f"it has {state.epoch} epochs, and epochs is {self.trainer.config.epochs}")
        load_state_dict(self.model, contents.arrays)
        trainer = self.trainer
        trainer.epoch, trainer.rng, trainer.best = state.epoch, state.random, state.best
        trainer.optimizer.steps, trainer.optimizer.state = state.steps, state.averages
        trainer.history.rows, trainer.history.stopped = state.rows, state.stopped
        trainer.history.reference, trainer.history.trail = state.reference, state.trail

    def _state(self, contents: Contents) -> State:
        """The state in the file.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it is not one.
        """
        training, arrays = contents.training, contents.state
        random = np.random.default_rng()
        random.bit_generator.state = training["random"]
        reference, best = training["reference"], None
        if "best" in training:
            loss, epoch = training["best"]
            best = float(loss), int(epoch), self._numbers.load(arrays["best"])
        trail = Trail()
        epochs, trail.stride = training["trail"]
        trail.epochs = list(map(int, epochs))
        trail.points = [self._numbers.load(arrays[f"trail{i}"]) for i in range(len(epochs))]
        count = sum(name.startswith("average") for name in arrays)
        averages = [self._averages.load(arrays[f"average{i}"]) for i in range(count)]
        return State(
            settings=dict(training["settings"]),
            epoch=int(training["epoch"]),
            steps=int(training["steps"]),
            averages=tuple(a.astype(training["dtype"]) for a in averages),
            random=random,
            rows=[{name: float(x) for name, x in row.items()} for row in training["rows"]],
            reference=None if reference is None else float(reference),
            stopped=str(training["stopped"]),
            trail=trail,
            best=best,
        )

    def _refuse(self, problem: str) -> NoReturn:
        path = visible(os.fspath(self.path))
        raise DataError(
            f"{path} cannot be continued: {visible(problem)}. Repeat the arguments of that run, or "
            f"start a new one without resume"
        ) from None


def fingerprints(**sets: Examples | None) -> dict[str, str]:
    """Sets of examples in short: how many rows there are, and a hash of all numbers.

    >>> fingerprints(validation=None)
    {'validation set': 'None'}
    """
    texts = {}
    for name, data in sets.items():
        digest = hashlib.sha256()
        for rows in (data.X, data.Y) if data else ():
            digest.update(np.ascontiguousarray(rows, float).data)
        text = f"{len(data)} rows, SHA-256 {digest.hexdigest()[:16]}…" if data else "None"
        texts[f"{name} set"] = text
    return texts


def described(setting: object) -> str:
    """A setting as text that is the same in another process.

    >>> import math
    >>> described(math.sin), described(["accuracy", "f1"]), described(np.int64(3)), described(None)
    ('the function sin', '[accuracy, f1]', '3', 'None')
    """
    if isinstance(setting, (list, tuple)):
        return f"[{', '.join(map(described, setting))}]"
    if isinstance(setting, np.generic):
        return repr(setting.item())
    if isinstance(setting, str):
        return setting
    name = getattr(setting, "__qualname__", "")
    return f"the function {name}" if name else repr(setting)
