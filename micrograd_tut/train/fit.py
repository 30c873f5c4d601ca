"""`fit`: epochs, batches, held-out examples, a progress bar, and a history.

What it does for each batch is what one would write by hand:

>>> from micrograd_tut import MLP
>>> from micrograd_tut.train.losses import mse
>>> model = MLP(2, [1], seed=1)
>>> loss = mse(model([1.0, 2.0]), 3.0)
>>> model.zero_grad()
>>> loss.backward()
>>> for p in model.parameters():
...     p.data -= 0.01 * p.grad
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, InputError, NotFiniteError
from micrograd_tut.modes import contained
from micrograd_tut.nn import Module, whole
from micrograd_tut.readings import READINGS
from micrograd_tut.train.examples import Examples, Rows, examples, rows_of, split
from micrograd_tut.train.gradients import OnArrays, OnValues
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import Formula, Loss, Objective
from micrograd_tut.train.metrics import Metric, metrics_of
from micrograd_tut.train.optim import Adam, Optimizer, optimizer_of, write
from micrograd_tut.train.schedules import Schedule, schedule_of

Callback = Callable[[int, dict[str, float]], object]

_BLINK = 0.1  # seconds between two looks at the loss, while the bar is shown


@contained
def fit(
    model: Module,
    X: Any,
    y: Any,
    loss: str | Loss | Formula | None = None,
    optimizer: str | Optimizer | None = None,
    epochs: int = 10,
    batch_size: int = 32,
    metrics: Sequence[str | Metric] | None = None,
    validation: float | tuple[Any, Any] | None = None,
    seed: int = 0,
    progress: bool = True,
    schedule: str | Schedule | None = None,
    l2: float = 0.0,
    clip: float | None = None,
    early_stopping: int | None = None,
    callbacks: Sequence[Callback] = (),
    compiled: bool | str = True,
    dtype: str = "float64",
) -> History:
    """Train a net on examples. Ctrl-C ends it early and keeps what was learnt.

    Args:
        model: The net; it is changed.
        X: Rows of n numbers: lists, an array, or a frame.
        y: One target per row: a number or a list of them for a regression, -1 or +1 for hinge,
            0 or 1 for binary and 0 to k - 1 for categorical cross-entropy.
        loss: A name from `LOSSES`, a `Loss`, or a function ``(output, target)`` that gives a
            Value. Unless told, what fits the head of the net.
        optimizer: An `Optimizer` or a name from `OPTIMIZERS`; ``Adam(lr=0.01)`` unless told. Its
            running averages start anew.
        epochs: How often to go through all examples.
        batch_size: How many examples make one step.
        metrics: Names from `METRICS` or functions ``(targets, answers)``; accuracy unless told,
            where answers are classes.
        validation: The share of examples to hold out, drawn at random, or a pair (X, y).
        seed: Of the held-out part and of the order of examples, which is new in each epoch.
        progress: Whether to show a bar.
        schedule: A name from `SCHEDULES`, or a function of the step, counted from 0; what it
            gives multiplies the optimizer's rate.
        l2: Adds ``l2 * sum of w**2`` over all parameters to what is made small. The loss that is
            shown is without it.
        clip: The largest length of a gradient.
        early_stopping: After how many epochs without a lower loss (on the held-out part, if
            there is one) to stop; the net is given back its best parameters.
        callbacks: Functions ``(epoch, row)`` called after each epoch; True ends training.
        compiled: Whether to train on arrays, with the loss compiled once, or on Values; the
            curves agree to rounding. "native" compiles it to machine code, which takes a few
            seconds and pays in long runs (where numba is not installed, it is True).
        dtype: "float64", or "float32" for arrays of half the size, in which large nets train
            faster; Values are always float64.

    Returns:
        What was measured in each epoch. Training measures are means over the epoch, while the
        net was changing; those that start with "val_" are of the epoch's end.

    Raises:
        InputError, DataError: something does not fit; nothing has been changed then.
        NotFiniteError: training diverged.
    """
    objective = Objective(model, loss)
    rng = random.Random(seed)
    data, held_out = _parts(objective, _examples(objective, X, y), validation, rng)
    epochs, batch_size = whole("epochs", epochs), whole("batch_size", batch_size)
    steps = epochs * math.ceil(len(data) / batch_size)
    trainer = _Trainer(
        _gradients(objective, data, compiled, dtype),
        data,
        optimizer_of(optimizer or Adam(lr=0.01)).fresh(),
        batch_size,
        metrics_of(_usual(objective.task) if metrics is None else metrics, objective.task),
        rng,
        schedule_of(schedule, steps),
        _positive("l2", l2, 0.0),
        clip if clip is None else _positive("clip", clip),
        None if early_stopping is None else whole("early_stopping", early_stopping),
    )
    callbacks = _functions("callbacks", callbacks)
    if isinstance(objective.loss, Loss):
        model.task = objective.task
    with _bar(progress, steps) as bar:
        return trainer.run(epochs, held_out, callbacks, bar, schedule is not None)


def evaluate(
    model: Module,
    X: Any,
    y: Any,
    loss: str | Loss | Formula | None = None,
    metrics: Sequence[str | Metric] | None = None,
) -> dict[str, float]:
    """The loss and the metrics of a net on examples; nothing is changed.

    Args:
        model, X, y, loss, metrics: As for `fit`.
    """
    objective = Objective(model, loss)
    data = _examples(objective, X, y)
    chosen = metrics_of(_usual(objective.task) if metrics is None else metrics, objective.task)
    return _measured(objective, chosen, data.labels, *OnValues(objective).evaluate(data.X, data.Y))


class _Trainer:
    """One call of `fit`."""

    def __init__(
        self,
        gradients: OnValues,
        data: Examples,
        optimizer: Optimizer,
        batch_size: int,
        metrics: dict[str, Metric],
        rng: random.Random,
        schedule: Schedule,
        l2: float,
        clip: float | None,
        patience: int | None,
    ) -> None:
        self.gradients = gradients
        self.objective = gradients.objective
        self.data = data
        self.optimizer = optimizer
        self.batch_size = batch_size
        self.metrics = metrics
        self.rng = np.random.default_rng(rng.getrandbits(64))
        self.schedule = schedule
        self.l2, self.clip = l2, clip
        self.patience = patience
        self.begun = 0  # the number of the epoch
        self.shown: dict[str, str] = {}
        self.best: tuple[float, int, list[float]] | None = None

    def run(
        self,
        epochs: int,
        held_out: Examples | None,
        callbacks: Sequence[Callback],
        bar: Any,
        tell_rate: bool,
    ) -> History:
        """All epochs, or fewer if something ends them."""
        history = History()
        try:  # around a call: an interrupt at the end of a loop can slip past what is around it
            self.epochs(history, epochs, held_out, callbacks, bar, tell_rate)
        except KeyboardInterrupt:
            history.stopped = f"interrupted in epoch {self.begun}"
        if self.best:
            _, history.best_epoch, numbers = self.best
            write(self.gradients.parameters, numbers)
        return history

    def epochs(
        self,
        history: History,
        epochs: int,
        held_out: Examples | None,
        callbacks: Sequence[Callback],
        bar: Any,
        tell_rate: bool,
    ) -> None:
        """The same; what was measured goes into `history`."""
        for epoch in range(1, epochs + 1):
            self.begun = epoch
            bar.set_description_str(f"epoch {epoch}/{epochs}", refresh=False)
            row = self.epoch(bar)
            if held_out:
                row |= {f"val_{k}": v for k, v in self.measure(held_out).items()}
            if tell_rate:
                row["lr"] = self.rate(self.optimizer.steps - 1)
            history.rows.append(row)
            self.tell(bar, row)
            history.stopped = self.reason_to_stop(row, callbacks)
            if history.stopped:
                break

    def epoch(self, bar: Any) -> dict[str, float]:
        """One pass over the examples; what was measured."""
        count = len(self.data)
        order = self.rng.permutation(count).tolist()
        self.gradients.start(self.data, order)
        loss = self.steps(count, bar)
        if not self.metrics:
            return {"loss": loss}
        labels = [self.data.labels[i] for i in order]
        return _measured(self.objective, self.metrics, labels, loss, self.gradients.outputs())

    def steps(self, count: int, bar: Any) -> float:
        """The steps of an epoch, one for each batch; their mean loss."""
        with self.gradients.epoch():  # around a call, as in `run`
            return self.descend(count, bar) / count

    def descend(self, count: int, bar: Any) -> float:
        """The same; the sum of the examples' losses."""
        total, told = 0.0, 0.0
        for start in range(0, count, self.batch_size):
            stop = min(start + self.batch_size, count)
            total += self.step(start, stop) * (stop - start)
            bar.update()
            if time.monotonic() - told > _BLINK:
                told = time.monotonic()
                self.tell(bar, {"loss": total / stop})
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

    def tell(self, bar: Any, row: dict[str, float]) -> None:
        """Let the bar show the newest loss and metrics."""
        self.shown |= {k: f"{v:.3f}" for k, v in row.items() if k not in ("val_loss", "lr")}
        bar.set_postfix(self.shown, refresh=False)

    def rate(self, step: int) -> float:
        return self.optimizer.lr * float(self.schedule(step))

    def measure(self, data: Examples) -> dict[str, float]:
        loss, outputs = self.gradients.evaluate(data.X, data.Y)
        return _measured(self.objective, self.metrics, data.labels, loss, outputs)

    def reason_to_stop(self, row: dict[str, float], callbacks: Sequence[Callback]) -> str:
        """Why to end after this epoch, or ""; the best parameters are kept."""
        epoch = self.begun
        if self.patience is not None:
            loss = row.get("val_loss", row["loss"])
            if self.best is None or loss < self.best[0]:
                self.best = loss, epoch, [p.data for p in self.gradients.parameters]
            elif epoch - self.best[1] >= self.patience:
                return f"no lower loss for {self.patience} epochs"
        ended = [callback(epoch, row) for callback in callbacks]
        return "a callback asked for it" if any(answer is True for answer in ended) else ""


def _gradients(objective: Objective, data: Examples, compiled: bool | str, dtype: str) -> OnValues:
    """What finds the gradients of a batch."""
    if compiled not in (True, False, "native"):
        raise InputError(f"compiled is True, False or 'native'; got {compiled!r}")
    if dtype not in (("float64", "float32") if compiled else ("float64",)):
        raise InputError(
            f"dtype is 'float64', or 'float32' where compiled is not False; got {dtype!r}"
        )
    if not compiled:
        return OnValues(objective)
    return OnArrays(objective, data, "native" if compiled == "native" else "numpy", dtype)


def _examples(objective: Objective, X: Any, y: Any) -> Examples:
    """The examples, checked against the net."""
    rows = rows_of(X, getattr(objective.model, "nin", None))
    return examples(rows, y, len(objective.outputs(rows[0])), objective.task)


def _parts(
    objective: Objective, data: Examples, validation: Any, rng: random.Random
) -> tuple[Examples, Examples | None]:
    """The examples to train on, and those to validate with."""
    if validation is None:
        return data, None
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        return split(data, validation, rng)
    try:
        return data, _examples(objective, *validation)
    except DataError as error:
        raise DataError(f"in the pair for validation, {error}") from None


def _functions(name: str, given: Any) -> list[Any]:
    """What is called while training goes on, looked at before it starts."""
    found = list(given) if hasattr(given, "__iter__") else [given]
    for function in found:
        if not callable(function):
            raise InputError(f"{name} takes functions; got {function!r}")
    return found


def _measured(
    objective: Objective, metrics: dict[str, Metric], labels: list[Any], loss: float, outputs: Rows
) -> dict[str, float]:
    answer = READINGS[objective.task].answer
    answers = [answer(row) for row in outputs]
    return {"loss": loss} | {k: float(metric(labels, answers)) for k, metric in metrics.items()}


def _usual(task: str) -> list[str]:
    return [] if task == "regression" else ["accuracy"]


class _NoBar:
    """A bar that shows nothing."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def set_description_str(self, text: str, refresh: bool = True) -> None:
        pass

    def set_postfix(self, numbers: dict[str, str], refresh: bool = True) -> None:
        pass

    def update(self) -> None:
        pass


def _bar(progress: bool, steps: int) -> Any:
    if not progress:
        return _NoBar()
    from tqdm import tqdm

    shape = "{desc} {bar} {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
    return tqdm(total=steps, dynamic_ncols=True, bar_format=shape)


def _positive(name: str, number: float, least: float = math.ulp(0.0)) -> float:
    if not number >= least or number - number:
        raise InputError(f"{name} must be {'above' if least else 'at least'} 0; got {number!r}")
    return number
