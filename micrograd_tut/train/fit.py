"""`fit`: train with batches, a validation set, a progress bar, and a history.

For each batch it does what a loop written by hand does:

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
from micrograd_tut.support.validation import generator, nonnegative, positive, positive_int
from micrograd_tut.train.backends import Backend, CompiledBackend, EagerBackend, evaluate_batch
from micrograd_tut.train.examples import Examples, check_inputs, make_examples, split
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.metrics import Metric, metrics_of
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Adam, Optimizer, optimizer_of
from micrograd_tut.train.schedules import Schedule, schedule_of
from micrograd_tut.train.trainer import Callback, Config, Trainer, interruptible, scores


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
    """Train a network. Ctrl-C stops early and keeps the parameters learned so far.

    Args:
        model: The network; its parameters change.
        X: Rows of n numbers: lists, an array, or a DataFrame.
        y: One target per row: a number or a list of them for a regression, -1 or +1 for hinge,
            0 or 1 for binary and 0 to k - 1 for categorical cross-entropy.
        loss: A name from `LOSSES`, a `Loss`, or a function ``(output, target)`` that returns a
            Value (default: chosen from the output activation).
        optimizer: An `Optimizer` or a name from `OPTIMIZERS` (default: ``Adam(lr=0.01)``). A copy
            of it is used, with its state reset.
        epochs: The number of passes over all examples.
        batch_size: The number of examples per update.
        metrics: Names from `METRICS` or functions ``(targets, predictions)`` (default: accuracy
            for classification, none for regression).
        validation: The fraction of the examples to use as a random validation set, or a pair
            (X, y).
        seed: Random seed for the validation set and for the order of the examples in each epoch:
            an integer, or a `random.Random`.
        progress: Whether to show a progress bar.
        schedule: A name from `SCHEDULES`, or a function of the update, counted from 0. It returns
            a factor of at least 0 for the optimizer's learning rate.
        l2: L2 regularisation: adds ``l2 * sum(w**2)`` over all parameters, biases included, to
            the objective. Its gradient is ``2 * l2 * w``, so PyTorch's ``weight_decay`` is
            ``2 * l2``. The reported loss excludes it.
        clip: Maximum norm of the gradient of all parameters.
        early_stopping: Stop after this many epochs without improvement of the validation loss (of
            the training loss if there is no validation set), and restore the best parameters.
        callbacks: Functions ``(epoch, row)`` called with the metrics after each epoch; if one
            returns True, training stops.
        compiled: Whether to train on arrays with the compiled loss (True), or on Values (False);
            the results agree to rounding. "native" compiles to machine code, which takes a few
            seconds and pays in long runs (without numba it is the same as True).
        dtype: "float64", or "float32" for arrays of half the size, with which large networks train
            faster; Values are always float64.

    Returns:
        The loss and metrics of each epoch. Training metrics are averages over the epoch, while the
        parameters change; those that start with "val_" are measured at its end.

    Raises:
        InputError, DataError: an argument does not fit; nothing has changed then. If only a later
            value of a schedule or metric is not a number, the updates before it remain.
        NotFiniteError: training diverged.
    """
    objective = Objective(model, loss)
    rng = generator(seed)
    data, validation_set = _sets(objective, _examples(objective, X, y), validation, rng)
    epochs, batch_size = positive_int("epochs", epochs), positive_int("batch_size", batch_size)
    updates = epochs * math.ceil(len(data) / batch_size)
    backend = _backend(objective, data, compiled, dtype)
    optimizer = optimizer_of(Adam(lr=0.01) if optimizer is None else optimizer).reset_copy()
    config = Config(
        epochs=epochs,
        batch_size=batch_size,
        metrics=_metrics(objective, metrics, data),
        schedule=schedule_of(schedule, updates),
        log_lr=schedule is not None,
        l2=nonnegative("l2", l2),
        clip=clip if clip is None else positive("clip", clip),
        patience=None if early_stopping is None else positive_int("early_stopping", early_stopping),
        callbacks=_functions("callbacks", callbacks),
    )
    order_rng = np.random.default_rng(rng.getrandbits(64))
    trainer = Trainer(config, backend, optimizer, data, validation_set, order_rng)
    trainer.learning_rate(0)  # raises before anything changes if the schedule is wrong
    if isinstance(objective.loss, Loss):
        model.task = objective.task
    with _progress_bar(progress, updates) as bar:
        if interruptible(lambda: trainer.run(bar), backend.write_back):
            trainer.history.stopped = f"interrupted in epoch {trainer.epoch}"
        trainer.restore_best()
    return trainer.history


def evaluate(
    model: Module,
    X: Any,
    y: Any,
    loss: str | Loss | Formula | None = None,
    metrics: Sequence[str | Metric] | None = None,
) -> dict[str, float]:
    """The loss and the metrics of a network on examples; nothing changes.

    Args:
        model, X, y, loss, metrics: As for `fit`.
    """
    objective = Objective(model, loss)
    data = _examples(objective, X, y)
    by_name = _metrics(objective, metrics, data)
    mean_loss, outputs = evaluate_batch(objective, data.X, data.Y)
    return scores(objective, by_name, data.labels, mean_loss, outputs)


def _backend(objective: Objective, data: Examples, compiled: bool | str, dtype: str) -> Backend:
    if compiled not in (True, False, "native"):
        raise InputError(f"compiled must be True, False or 'native'; got {compiled!r}")
    if dtype not in (("float64", "float32") if compiled else ("float64",)):
        raise InputError(
            f"dtype must be 'float64', or 'float32' unless compiled is False; got {dtype!r}"
        )
    if not compiled:
        return EagerBackend(objective)
    return CompiledBackend(objective, data, "native" if compiled == "native" else "numpy", dtype)


def _examples(objective: Objective, X: Any, y: Any) -> Examples:
    """The examples, checked against the network."""
    rows = check_inputs(X, getattr(objective.model, "nin", None))
    return make_examples(rows, y, len(objective.outputs(rows[0])), objective.task)


def _sets(
    objective: Objective, data: Examples, validation: Any, rng: random.Random
) -> tuple[Examples, Examples | None]:
    """The training set and the validation set."""
    if validation is None:
        return data, None
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        return split(data, validation, rng)
    try:
        return data, _examples(objective, *validation)
    except DataError as error:
        raise DataError(f"in the pair for validation, {error}") from None


def _functions(name: str, functions: Any) -> list[Any]:
    checked = list(functions) if hasattr(functions, "__iter__") else [functions]
    for function in checked:
        if not callable(function):
            raise InputError(f"{name} must be functions; got {function!r}")
    return checked


def _metrics(
    objective: Objective, metrics: Sequence[str | Metric] | None, data: Examples
) -> dict[str, Metric]:
    """The metrics by name."""
    default = [] if objective.task == "regression" else ["accuracy"]
    return metrics_of(default if metrics is None else metrics, objective.task, len(data.Y[0]))


class _NoBar:
    """A progress bar that shows nothing."""

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


def _progress_bar(progress: bool, updates: int) -> Any:
    if not progress:
        return _NoBar()
    from tqdm import tqdm

    layout = "{desc} {bar} {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
    return tqdm(total=updates, dynamic_ncols=True, bar_format=layout)
