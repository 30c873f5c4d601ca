"""One run of training: its epochs and batches, what it measures, and when it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from micrograd_tut.engine import set_data
from micrograd_tut.errors import NotFiniteError
from micrograd_tut.nn.predict import READINGS
from micrograd_tut.support.validation import at_least_0
from micrograd_tut.train.backends import EagerBackend
from micrograd_tut.train.examples import Examples, Rows
from micrograd_tut.train.history import History
from micrograd_tut.train.metrics import Metric, score
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Optimizer
from micrograd_tut.train.schedules import Schedule

Callback = Callable[[int, dict[str, float]], object]

_BLINK = 0.1  # seconds between two looks at the loss, while the bar is shown


@dataclass
class Trainer:
    """One call of `fit`, whose arguments have been checked."""

    gradients: EagerBackend
    data: Examples
    held_out: Examples | None
    optimizer: Optimizer
    epochs: int
    batch_size: int
    metrics: dict[str, Metric]
    rng: np.random.Generator
    schedule: Schedule
    tells_rate: bool
    l2: float
    clip: float | None
    patience: int | None
    callbacks: Sequence[Callback]
    # How far it is
    history: History = field(default_factory=History)
    begun: int = 0  # the number of the epoch
    best: tuple[float, int, list[float]] | None = None  # loss, epoch, parameters
    shown: dict[str, str] = field(default_factory=dict)

    def run(self, bar: Any) -> History:
        """All epochs, or fewer if something ends them."""
        self.bar = bar
        try:  # around a call: an interrupt at the end of a loop can slip past what is around it
            self.all_epochs()
        except KeyboardInterrupt:
            self.history.stopped = f"interrupted in epoch {self.begun}"
        if self.best:
            _, self.history.best_epoch, numbers = self.best
            set_data(self.gradients.parameters, numbers)
        return self.history

    def all_epochs(self) -> None:
        """The same; what was measured goes into the history."""
        for epoch in range(1, self.epochs + 1):
            self.begun = epoch
            self.bar.set_description_str(f"epoch {epoch}/{self.epochs}", refresh=False)
            row = self.epoch()
            if self.held_out:
                row |= {f"val_{k}": v for k, v in self.measure(self.held_out).items()}
            if self.tells_rate:
                row["lr"] = self.rate(self.optimizer.steps - 1)
            self.history.rows.append(row)
            self.tell(row)
            self.history.stopped = self.reason_to_stop(row)
            if self.history.stopped:
                break

    def epoch(self) -> dict[str, float]:
        """One pass over the examples; what was measured."""
        order = self.rng.permutation(len(self.data)).tolist()
        self.gradients.start(self.data, order)
        loss = self.steps()
        if not self.metrics:
            return {"loss": loss}
        labels = [self.data.labels[i] for i in order]
        return measured(
            self.gradients.objective, self.metrics, labels, loss, self.gradients.outputs()
        )

    def steps(self) -> float:
        """The steps of an epoch, one for each batch; their mean loss."""
        with self.gradients.epoch():  # around a call, as in `run`
            return self.descend() / len(self.data)

    def descend(self) -> float:
        """The same; the sum of the examples' losses."""
        count, total, told = len(self.data), 0.0, 0.0
        for start in range(0, count, self.batch_size):
            stop = min(start + self.batch_size, count)
            total += self.step(start, stop) * (stop - start)
            self.bar.update()
            if time.monotonic() - told > _BLINK:
                told = time.monotonic()
                self.tell({"loss": total / stop})
        return total

    def step(self, start: int, stop: int) -> float:
        """One step of the optimizer, for some of the examples; their loss before it."""
        rate = self.rate(self.optimizer.steps)
        try:
            return self.gradients.step(start, stop, self.optimizer, rate, self.l2, self.clip)
        except NotFiniteError as error:
            raise NotFiniteError(
                f"training diverged in epoch {self.begun}: use a smaller learning rate than "
                f"{self.optimizer.lr:g}, or clip the gradients (clip=1.0). {error}"
            ) from error

    def tell(self, row: dict[str, float]) -> None:
        """Let the bar show the newest loss and metrics."""
        self.shown |= {k: f"{v:.3f}" for k, v in row.items() if k not in ("val_loss", "lr")}
        self.bar.set_postfix(self.shown, refresh=False)

    def rate(self, step: int) -> float:
        """The learning rate at a step, counted from 0.

        Raises:
            InputError: the schedule gives no number of at least 0.
        """
        factor = self.schedule(step)
        return self.optimizer.lr * at_least_0(f"what the schedule gives at step {step}", factor)

    def measure(self, data: Examples) -> dict[str, float]:
        """The loss and the metrics on examples that are not trained on."""
        loss, outputs = self.gradients.evaluate(data.X, data.Y)
        return measured(self.gradients.objective, self.metrics, data.labels, loss, outputs)

    def reason_to_stop(self, row: dict[str, float]) -> str:
        """Why to end after this epoch, or ""; every callback has seen the epoch then."""
        waited = self.patience is not None and self.epochs_since_best(row) >= self.patience
        ended = [callback(self.begun, row) for callback in self.callbacks]
        if waited:
            return f"no lower loss for {self.patience} epochs"
        return "a callback asked for it" if any(answer is True for answer in ended) else ""

    def epochs_since_best(self, row: dict[str, float]) -> int:
        """How long ago the loss was lowest; the parameters of that epoch are kept."""
        loss = row.get("val_loss", row["loss"])
        if self.best is None or loss < self.best[0]:
            self.best = loss, self.begun, [p.data for p in self.gradients.parameters]
        return self.begun - self.best[1]


def measured(
    objective: Objective, metrics: dict[str, Metric], labels: list[Any], loss: float, outputs: Rows
) -> dict[str, float]:
    """The loss and the metrics of some outputs, by name."""
    answer = READINGS[objective.task].answer
    answers = [answer(row) for row in outputs]
    return {"loss": loss} | {k: score(k, metric, labels, answers) for k, metric in metrics.items()}
