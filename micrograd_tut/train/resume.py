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
from micrograd_tut.train.checkpoint import Contents, load_training, save_training
from micrograd_tut.train.examples import Examples
from micrograd_tut.train.state_dict import load_state_dict, tensors
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
        rows, reference, stopped: As in `History`.
    """

    settings: dict[str, str]
    epoch: int
    steps: int
    averages: tuple[Any, ...]
    random: np.random.Generator
    rows: list[dict[str, float]]
    reference: float | None
    stopped: str
    best: tuple[float, int, list[float]] | None


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
        # the parameters of the backend in the order of the tensors of the model
        place = {p: i for i, p in enumerate(trainer.backend.parameters)}
        self._places = [place[v] for tensor in tensors(model) for v in tensor.values]

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
        averages = trainer.optimizer.state
        training = {
            "settings": self.settings,
            "dtype": str(averages[0].dtype) if averages else "float64",
            "epoch": trainer.epoch,
            "steps": trainer.optimizer.steps,
            "random": trainer.rng.bit_generator.state,
            "rows": trainer.history.rows,
            "reference": trainer.history.reference,
            "stopped": trainer.history.stopped,
        }
        state = {f"average{i}": average for i, average in enumerate(averages)}
        if trainer.best:
            training["best"] = trainer.best[:2]
            state["best"] = np.array(trainer.best[2], float)
        ordered = {name: array[self._places] for name, array in state.items()}
        save_training(self.model, self.path, ordered, training)

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
        trainer.history.reference = state.reference

    def _state(self, contents: Contents) -> State:
        """The state in the file.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it is not one.
        """
        arrays = {name: self._placed(array) for name, array in contents.state.items()}
        training = contents.training
        random = np.random.default_rng()
        random.bit_generator.state = training["random"]
        reference, best = training["reference"], None
        if "best" in training:
            loss, epoch = training["best"]
            best = float(loss), int(epoch), arrays.pop("best").tolist()
        averages = [arrays[f"average{i}"] for i in range(len(arrays))]
        return State(
            settings=dict(training["settings"]),
            epoch=int(training["epoch"]),
            steps=int(training["steps"]),
            averages=tuple(a.astype(training["dtype"]) for a in averages),
            random=random,
            rows=[{name: float(x) for name, x in row.items()} for row in training["rows"]],
            reference=None if reference is None else float(reference),
            stopped=str(training["stopped"]),
            best=best,
        )

    def _placed(self, saved: Any) -> Any:
        """Numbers in the order of the tensors of the model, in the order of the backend."""
        numbers = np.zeros(len(self.trainer.backend.parameters))
        numbers[self._places] = saved
        return numbers

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
