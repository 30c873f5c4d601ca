"""The training loop: epochs, batches, metrics and stopping."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from micrograd_tut import ops
from micrograd_tut.engine import constant, set_data
from micrograd_tut.errors import InputError, NotFiniteError
from micrograd_tut.nn.predict import DECISION_RULES
from micrograd_tut.support.modes import contained
from micrograd_tut.support.validation import nonnegative
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.backends import Backend
from micrograd_tut.train.examples import Examples
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import Loss
from micrograd_tut.train.metrics import ON_SCORES, Metric, score
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optimizer import Adjustment, Optimizer
from micrograd_tut.train.progress import NoProgress, ProgressBar
from micrograd_tut.train.schedules import Schedule
from micrograd_tut.train.surface import LossOf
from micrograd_tut.train.targets import Labels

Callback = Callable[[int, dict[str, float]], object]

_SAMPLE = 100  # examples for the loss of outputs that are all 0


@dataclass(frozen=True)
class Config:
    """Settings of a training run, checked.

    Attributes:
        epochs, batch_size, min_delta, callbacks, progress: As for `fit`.
        metrics: The metrics, by name.
        schedule: The schedule, which makes the history record the learning rate; None for a
            constant one.
        watched: Whether code of the user runs during training: it sees the current parameters and
            gradients in the Values, and may change them.
        adjustment: L2 penalty and gradient clipping.
        patience: Epochs without improvement after which to stop; None never stops early.
    """

    epochs: int
    batch_size: int
    metrics: dict[str, Metric]
    schedule: Schedule | None
    watched: bool
    adjustment: Adjustment
    patience: int | None
    min_delta: float
    callbacks: Sequence[Callback]
    progress: bool


class Trainer:
    """One training run.

    Args:
        config: The settings.
        backend: The backend, with the network and its loss.
        optimizer: An optimizer that nothing else uses.
        data: The training set.
        validation: The validation set, if there is one.
        rng: Shuffles the training set in each epoch.

    Attributes:
        history: The metrics of the epochs so far.
        epoch: The number of the current epoch; 0 before the first.
        best: Loss, epoch and parameters of the best epoch, with early stopping.
        keep: If it is not None, called before the first epoch and after each.
    """

    def __init__(
        self,
        config: Config,
        backend: Backend,
        optimizer: Optimizer,
        data: Examples,
        validation: Examples | None,
        rng: np.random.Generator,
    ) -> None:
        self.config = config
        self.backend = backend
        self.optimizer = optimizer
        self.data = data
        self.validation = validation
        self.rng = rng
        self.history = History(LossOf(backend.objective, data))
        self.epoch = 0
        self.best: tuple[float, int, Array] | None = None
        self.keep: Callable[[], object] | None = None
        self._in_place = len(data) <= config.batch_size  # all in one batch: the order is the same

    @property
    def is_over(self) -> bool:
        """Whether no epoch remains, or training has stopped early."""
        return bool(self.history.stopped) or self.epoch >= self.config.epochs

    @property
    def updates(self) -> int:
        """The number of updates in all epochs."""
        return self.config.epochs * math.ceil(len(self.data) / self.config.batch_size)

    def run(self) -> History:
        """Run the epochs that remain; Ctrl-C stops early."""
        if interruptible(lambda: deque(self.rows(), maxlen=0), self.backend.write_back):
            self.history.stopped = f"interrupted in epoch {self.epoch}"
            self.restore_best()
        return self.history

    def rows(self) -> Iterator[dict[str, float]]:
        """Run the epochs that remain, or stop early; yields the metrics of each.

        Call each step of it through `interruptible`.
        """
        self.backend.read()
        if not self.history.trail.epochs:
            self.history.trail.add(0, self.backend.numbers())
        keep = self.keep if self.keep and self.backend.leads else lambda: None
        keep()
        with self.progress() as progress:
            while not self.is_over:
                self.epoch += 1
                progress.start_epoch(self.epoch)
                row = self.run_epoch(progress)
                self.history.rows.append(row)
                self.history.trail.add(self.epoch, self.backend.numbers())
                progress.end_epoch(row)
                self.history.stopped = self.reason_to_stop(row)
                keep()
                yield row
        self.backend.write_back()
        self.restore_best()

    def progress(self) -> NoProgress:
        """The progress bar, or none."""
        if not (self.config.progress and self.backend.leads):
            return NoProgress()
        done = self.updates // self.config.epochs * self.epoch
        return ProgressBar(self.config.epochs, self.updates, done)

    def run_epoch(self, progress: NoProgress) -> dict[str, float]:
        """Train on every example once; returns the metrics of the epoch."""
        count, size = len(self.data), self.config.batch_size
        order = None if self._in_place else self.rng.permutation(count)
        if self.config.watched:
            self.backend.read()
        self.backend.start_epoch(self.data, order, bool(self.config.metrics))
        total = 0.0
        for start in range(0, count, size):
            stop = min(start + size, count)
            loss = self.run_batch(start, stop)
            if self.history.reference is None:
                self.history.reference = max(loss, self.loss_of_zeros())
            total += loss * (stop - start)
            progress.update(total, stop)
        if self.config.watched:
            self.backend.write_back()
        row = {"loss": total / count}
        if self.config.metrics:
            labels = self.data.labels if order is None else self.data.labels[order]
            row = self.scores(labels, row["loss"], self.backend.outputs())
        if self.validation:
            loss, outputs = self.backend.evaluate(self.validation)
            scores = self.scores(self.validation.labels, loss, outputs)
            row |= {f"val_{name}": number for name, number in scores.items()}
        if self.config.schedule:
            row["lr"] = self.learning_rate(self.optimizer.steps - 1)
        return row

    def run_batch(self, start: int, stop: int) -> float:
        """Take one optimizer step; returns the mean loss of the batch before it."""
        lr = self.learning_rate(self.optimizer.steps)
        try:
            return self.backend.train_batch(start, stop, self.optimizer, lr, self.config.adjustment)
        except NotFiniteError as error:
            if not self.optimizer.steps:  # it was too large before training
                raise
            raise NotFiniteError(
                f"training diverged in epoch {self.epoch}: use a smaller learning rate than "
                f"{self.optimizer.lr:g}, or clip the gradients (clip=1.0). {error}"
            ) from error

    def loss_of_zeros(self) -> float:
        """The mean loss of outputs that are all 0, over about 100 examples; 0 if not known."""
        objective, data = self.backend.objective, self.data
        if not isinstance(objective.loss, Loss):  # it may not be defined there
            return 0.0
        zeros = [constant(0.0)] * objective.count_outputs(data.X[0].tolist())
        sample = data.Y[:: math.ceil(len(data) / _SAMPLE)].tolist()
        return float(ops.mean([objective.loss_of(zeros, target).data for target in sample]))

    def learning_rate(self, update: int) -> float:
        """The learning rate of an update, counted from 0.

        Raises:
            InputError: the schedule does not return a number of at least 0.
        """
        if self.config.schedule is None:
            return self.optimizer.lr
        factor = self.config.schedule(update)
        name = f"the value of the schedule at update {update}"
        return self.optimizer.lr * nonnegative(name, factor)

    def scores(self, labels: Labels, loss: float, outputs: Array) -> dict[str, float]:
        """The loss and the metrics, by name."""
        return scores(self.backend.objective, self.config.metrics, labels, loss, outputs)

    def reason_to_stop(self, row: dict[str, float]) -> str:
        """Why to stop after this epoch, or ""; calls every callback."""
        patience = self.config.patience
        exhausted = patience is not None and self.epochs_since_best(row) >= patience
        answers = [self.call(callback, row) for callback in self.config.callbacks]
        if exhausted:
            by = f" by more than {self.config.min_delta:g}" if self.config.min_delta else ""
            return f"no lower loss{by} for {patience} epochs"
        return "a callback returned True" if any(answers) else ""

    def call(self, callback: Callback, row: dict[str, float]) -> bool:
        """What a callback returns: whether to stop; InputError if that is not True, False, None."""
        answer = callback(self.epoch, row)
        if answer is not None and not isinstance(answer, (bool, np.bool_)):
            raise InputError(
                f"a callback returns True to stop, and False or None to go on; "
                f"{getattr(callback, '__name__', callback)} returned {answer!r}"
            )
        return bool(answer)

    def epochs_since_best(self, row: dict[str, float]) -> int:
        """Epochs since the loss last fell by min_delta; copies the parameters if it just did."""
        loss = row.get("val_loss", row["loss"])
        if self.best is None or loss < self.best[0] - self.config.min_delta:
            self.best = loss, self.epoch, self.backend.numbers()
        return self.epoch - self.best[1]

    def restore_best(self) -> None:
        """With early stopping, restore the parameters of the best epoch."""
        if self.best:
            _, self.history.best_epoch, numbers = self.best
            set_data(self.backend.objective.parameters, numbers.tolist())


class Training(Iterator[dict[str, float]]):
    """The epochs of a training run, which `mg.training` returns.

    Attributes:
        history: The loss and metrics of the epochs so far.
        model: The network.
        data: The training set.
        epochs: The number of epochs in all.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.history = trainer.history
        self.model = trainer.backend.objective.model
        self.data = trainer.data
        self.epochs = trainer.config.epochs
        self._trainer = trainer
        self._rows = trainer.rows()

    @contained
    def __next__(self) -> dict[str, float]:
        """Train for one epoch; returns its loss and metrics."""
        rows: list[dict[str, float]] = []
        write_back = self._trainer.backend.write_back
        if interruptible(lambda: rows.extend(islice(self._rows, 1)), write_back):
            self.history.stopped = f"interrupted in epoch {self._trainer.epoch}"
            raise KeyboardInterrupt
        if not rows:
            raise StopIteration
        return rows[0]

    def __repr__(self) -> str:
        return repr(self.history)

    def _repr_html_(self) -> str:
        return self.history._repr_html_()


def scores(
    objective: Objective, metrics: dict[str, Metric], labels: Labels, loss: float, outputs: Array
) -> dict[str, float]:
    """The loss and the metrics of some outputs, by name."""
    predictions = DECISION_RULES[objective.task].predict(outputs)
    return {"loss": loss} | {
        name: score(name, metric, labels, outputs[:, 0] if metric in ON_SCORES else predictions)
        for name, metric in metrics.items()
    }


def interruptible(loop: Callable[[], object], cleanup: Callable[[], object]) -> bool:
    """Call `loop`, then `cleanup`, even if `loop` raises; returns whether Ctrl-C ended it.

    The loop must be a call: Python can handle a signal at the jump that ends a loop's body, and
    that jump can lie outside of what a ``try`` around the loop covers. A second Ctrl-C during
    `cleanup` calls it again.
    """
    interrupted = False
    try:
        loop()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        try:
            cleanup()
        except KeyboardInterrupt:
            interrupted = True
            cleanup()
    return interrupted
