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
from collections.abc import Sequence
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.nn import Module
from micrograd_tut.support.modes import contained
from micrograd_tut.support.validation import above_0, at_least_0, generator, whole
from micrograd_tut.train.backends import CompiledBackend, EagerBackend
from micrograd_tut.train.examples import Examples, examples, rows_of, split
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.metrics import Metric, metrics_of
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Adam, Optimizer, optimizer_of
from micrograd_tut.train.schedules import Schedule, schedule_of
from micrograd_tut.train.trainer import Callback, Trainer, measured


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
        seed: Of the held-out part and of the order of examples, which is new in each epoch: a
            whole number, or a `random.Random`.
        progress: Whether to show a bar.
        schedule: A name from `SCHEDULES`, or a function of the step, counted from 0; what it
            gives, a number of at least 0, multiplies the optimizer's rate.
        l2: L2 regularisation: adds ``l2 * sum(w**2)`` over all parameters, biases included, to
            the objective. Its gradient is ``2 * l2 * w``, so PyTorch's ``weight_decay`` is
            ``2 * l2``. The reported loss excludes it.
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
        InputError, DataError: something does not fit; nothing has been changed then. Only where
            a schedule or a metric gives no number after some steps, these have been taken.
        NotFiniteError: training diverged.
    """
    objective = Objective(model, loss)
    rng = generator(seed)
    data, held_out = _parts(objective, _examples(objective, X, y), validation, rng)
    epochs, batch_size = whole("epochs", epochs), whole("batch_size", batch_size)
    steps = epochs * math.ceil(len(data) / batch_size)
    trainer = Trainer(
        gradients=_gradients(objective, data, compiled, dtype),
        data=data,
        held_out=held_out,
        optimizer=optimizer_of(Adam(lr=0.01) if optimizer is None else optimizer).reset_copy(),
        epochs=epochs,
        batch_size=batch_size,
        metrics=_metrics(objective, metrics, data),
        rng=np.random.default_rng(rng.getrandbits(64)),
        schedule=schedule_of(schedule, steps),
        tells_rate=schedule is not None,
        l2=at_least_0("l2", l2),
        clip=clip if clip is None else above_0("clip", clip),
        patience=None if early_stopping is None else whole("early_stopping", early_stopping),
        callbacks=_functions("callbacks", callbacks),
    )
    trainer.rate(0)  # a schedule that gives no number is told before anything is changed
    if isinstance(objective.loss, Loss):
        model.task = objective.task
    with _bar(progress, steps) as bar:
        return trainer.run(bar)


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
    chosen = _metrics(objective, metrics, data)
    mean_loss, outputs = EagerBackend(objective).evaluate(data.X, data.Y)
    return measured(objective, chosen, data.labels, mean_loss, outputs)


def _gradients(
    objective: Objective, data: Examples, compiled: bool | str, dtype: str
) -> EagerBackend:
    """What finds the gradients of a batch."""
    if compiled not in (True, False, "native"):
        raise InputError(f"compiled is True, False or 'native'; got {compiled!r}")
    if dtype not in (("float64", "float32") if compiled else ("float64",)):
        raise InputError(
            f"dtype is 'float64', or 'float32' where compiled is not False; got {dtype!r}"
        )
    if not compiled:
        return EagerBackend(objective)
    return CompiledBackend(objective, data, "native" if compiled == "native" else "numpy", dtype)


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


def _metrics(
    objective: Objective, chosen: Sequence[str | Metric] | None, data: Examples
) -> dict[str, Metric]:
    """The metrics by name; the usual ones of the task, unless some are chosen."""
    usual = [] if objective.task == "regression" else ["accuracy"]
    return metrics_of(usual if chosen is None else chosen, objective.task, len(data.Y[0]))


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
