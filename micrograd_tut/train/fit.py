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
import os
import random
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from micrograd_tut import ops
from micrograd_tut.errors import DataError, InputError
from micrograd_tut.nn import Module
from micrograd_tut.support.modes import contained
from micrograd_tut.support.validation import (
    explained_keywords,
    flag,
    generator,
    nonnegative,
    positive_int,
)
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.backends import (
    Backend,
    CompiledBackend,
    EagerBackend,
    trainable,
)
from micrograd_tut.train.batches import results_of
from micrograd_tut.train.engines import ENGINES
from micrograd_tut.train.examples import Examples, examples_of, split
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.metrics import ON_SCORES, Metric, metrics_of
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Adam, optimizer_of
from micrograd_tut.train.optimizer import Adjustment, Optimizer
from micrograd_tut.train.progress import NoProgress, ProgressBar
from micrograd_tut.train.resume import Checkpoint, described, fingerprints
from micrograd_tut.train.schedules import Schedule, schedule_of
from micrograd_tut.train.trainer import Callback, Config, Trainer, interruptible, scores
from micrograd_tut.train.weights import weights_of

_ELSEWHERE = {
    "validation_split": "validation=0.2, the fraction of the rows",
    "validation_fraction": "validation=0.2, the fraction of the rows",
    "validation_data": "validation=(X, y)",
    "eval_set": "validation=(X, y)",
    "verbose": "progress=False to show no progress bar",
    "n_epochs": "epochs=10",
    "max_iter": "epochs=10",
    "nb_epoch": "epochs=10",
    "steps": "epochs=10",
    "lr": "optimizer=mg.Adam(lr=0.01)",
    "learning_rate": "optimizer=mg.Adam(lr=0.01)",
    "learning_rate_init": "optimizer=mg.Adam(lr=0.01)",
    "momentum": "optimizer=mg.SGD(lr=0.01, momentum=0.9)",
    "solver": "optimizer='adam'",
    "criterion": "loss='mse'",
    "loss_fn": "loss='mse'",
    "weight_decay": "l2=0.0005, half of it",
    "alpha": "l2=0.0001",
    "patience": "early_stopping=5",
    "n_iter_no_change": "early_stopping=5",
    "tol": "min_delta=0.0001, with early_stopping=5",
    "clipnorm": "clip=1.0",
    "max_norm": "clip=1.0",
    "clipvalue": "clip_value=0.5",
    "random_state": "seed=0",
    "shuffle": "seed=0: the rows are in a new order in each epoch",
    "class_weights": "class_weight={0: 1.0, 1: 5.0}",
    "sample_weights": "sample_weight=[...]",
    "checkpoint_path": "checkpoint='run.safetensors'",
    "ckpt_path": "checkpoint='run.safetensors', resume=True",
    "resume_from_checkpoint": "checkpoint='run.safetensors', resume=True",
}

_DECISIVE = (
    "loss", "optimizer", "batch_size", "metrics", "schedule", "l2", "l2_biases", "clip",
    "clip_value", "early_stopping", "min_delta", "label_smoothing", "compiled", "dtype",
)  # fmt: skip
"""The arguments that must be the same to continue a run, beside the examples and the epochs."""


@explained_keywords(**_ELSEWHERE)
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
    class_weight: Mapping[Any, float] | str | None = None,
    sample_weight: Sequence[float] | Array | None = None,
    label_smoothing: float = 0.0,
    l2_biases: bool = True,
    clip_value: float | None = None,
    min_delta: float = 0.0,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> History:
    """Train a network. Ctrl-C stops early and keeps the parameters learned so far.

    Args:
        model: The network; its parameters change.
        X: Rows of n numbers: lists, an array, or a DataFrame.
        y: One target per row: a number or a list of them for a regression, -1 or +1 for hinge,
            0 or 1 for binary and 0 to k - 1 for categorical cross-entropy. Classes may also be
            names, which `predict` then returns, or one-hot rows. With several sigmoid outputs, a
            row of 0 and 1: one label per output.
        loss: A name from `LOSSES` or `LOSS_ALIASES`, a `Loss`, or a function ``(output, target)``
            that returns a Value (default: chosen from the output activation).
        optimizer: An `Optimizer` or a name from `OPTIMIZERS` (default: ``Adam(lr=0.01)``). A copy
            of it is used, with its state reset.
        epochs: The number of passes over all examples.
        batch_size: The number of examples per update.
        metrics: Names from `METRICS` or functions ``(targets, predictions)`` (default: accuracy
            for classification, none for regression). Functions get classes as numbers.
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
            returns True, training stops; else it returns None or False. They see the current
            parameters and gradients in the Values, and may change the parameters.
        compiled: Whether to train on arrays with the compiled loss (True), or on Values (False);
            the results agree to rounding. "native" compiles to machine code, which takes a few
            seconds and pays in long runs (without numba it is the same as True). On arrays,
            parameters and gradients are written into the Values at the end, and after an epoch
            if a callback or a metric of yours runs then.
        dtype: "float64", or "float32" for arrays of half the size, with which large networks train
            faster; Values are always float64.
        class_weight: The weight of the loss of each class, such as ``{0: 1.0, 1: 5.0}`` (classes
            that it leaves out have weight 1), or "balanced".
        sample_weight: The weight of the loss of each row. The loss of a batch is the mean of
            weight times loss, as in Keras; weights do not apply to validation and to metrics.
        label_smoothing: For a cross-entropy, how much of each target is spread evenly over the
            classes, 0 or more and below 1. The reported loss includes it.
        l2_biases: Whether `l2` includes biases: parameters named ``b`` or ``bias``.
        clip_value: Maximum absolute value of each derivative; not together with `clip`.
        min_delta: By how much the loss must fall to count as an improvement for `early_stopping`.
        checkpoint: A file to keep the state of training in. It is written atomically before the
            first update, after each epoch that ends more than a second after the last writing,
            and at the end, so that a run that is killed loses little. It replaces an existing
            file; ``mg.load`` loads the model in it.
        resume: Whether to continue the run whose state is in the file `checkpoint`, from its last
            complete epoch there. The result is that of an uninterrupted run, to the last bit.
            Give the same arguments as before; only `epochs` may be larger (without a schedule
            that depends on it), and `progress` and `callbacks` may differ.

    Returns:
        The loss and metrics of each epoch. Training metrics are averages over the epoch, while the
        parameters change; those whose name starts with `val_` are measured at its end.

    Raises:
        InputError, DataError: an argument does not fit; nothing has changed then. If only a later
            value of a schedule or metric is not a number, the updates before it remain.
        KeywordError: there is no such argument; the message names the one to use.
        NotFiniteError: training diverged. If it diverges and stays finite, the history says so.
        DataError, OSError: with `checkpoint`, the file is one of another run, or cannot be read or
            written.
    """
    given = dict(locals())
    objective = Objective(model, loss, label_smoothing)
    rng = generator(seed)
    progress = flag("progress", progress)
    if flag("resume", resume) and checkpoint is None:
        raise InputError("resume=True needs the file of the run: checkpoint='run.safetensors'")
    examples = examples_of(objective, X, y, training=True)
    examples = _weighted(objective, examples, class_weight, sample_weight)
    data, validation_set = _sets(objective, examples, validation, rng)
    _check_parameters(objective)
    epochs, batch_size = positive_int("epochs", epochs), positive_int("batch_size", batch_size)
    updates = epochs * math.ceil(len(data) / batch_size)
    backend = _backend(objective, data, compiled, dtype)
    optimizer = optimizer_of(Adam(lr=0.01) if optimizer is None else optimizer).reset_copy()
    callbacks = _functions("callbacks", callbacks)
    metrics = metrics if metrics is None or isinstance(metrics, str) else list(metrics)
    config = Config(
        epochs=epochs,
        batch_size=batch_size,
        metrics=_metrics(objective, metrics, data),
        schedule=None if schedule is None else schedule_of(schedule, updates),
        watched=any(map(callable, [schedule, *(metrics or ()), *callbacks])),
        adjustment=_adjustment(backend, l2, l2_biases, clip, clip_value),
        min_delta=_min_delta(min_delta, early_stopping),
        patience=None if early_stopping is None else positive_int("early_stopping", early_stopping),
        callbacks=callbacks,
    )
    order_rng = np.random.default_rng(rng.getrandbits(64))
    _check_scores(config.metrics, data, validation_set)
    trainer = Trainer(config, backend, optimizer, data, validation_set, order_rng)
    trainer.learning_rate(0)  # raises before anything changes if the schedule is wrong
    kept = None
    if checkpoint is not None:
        given |= {"optimizer": optimizer, "updates": updates}
        settings = _settings(given) | fingerprints(training=data, validation=validation_set)
        kept = Checkpoint(checkpoint, model, trainer, settings)
        if resume:
            kept.resume()
    if isinstance(objective.loss, Loss):
        model.task = objective.task
    if objective.class_names:
        model.class_names = objective.class_names
    shows = progress and backend.leads
    done = updates // epochs * trainer.epoch
    with ProgressBar(epochs, updates, done) if shows else NoProgress() as shown:
        if interruptible(
            lambda: trainer.run(shown, kept.keep if kept and backend.leads else None),
            backend.write_back,
        ):
            trainer.history.stopped = f"interrupted in epoch {trainer.epoch}"
        trainer.restore_best()
    return trainer.history


@explained_keywords(
    verbose="mg.evaluate(model, X, y): it prints nothing",
    batch_size="mg.evaluate(model, X, y): it takes all rows at once",
    sample_weight="mg.evaluate(model, X, y): rows have the same weight",
    class_weight="mg.evaluate(model, X, y): rows have the same weight",
)
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
    data = examples_of(objective, X, y)
    by_name = _metrics(objective, metrics, data)
    results = results_of(objective.loss_and_outputs, data.X, data.Y)
    mean_loss = float(ops.mean(results[:, 0].tolist()))
    return scores(objective, by_name, data.labels, mean_loss, results[:, 1:])


def _backend(objective: Objective, data: Examples, compiled: bool | str, dtype: str) -> Backend:
    names = ["native", *ENGINES]
    if compiled not in (True, False, *names):
        raise InputError(
            f"compiled must be True, False or {' or '.join(map(repr, names))}; got {compiled!r}"
        )
    if dtype not in (("float64", "float32") if compiled else ("float64",)):
        raise InputError(
            f"dtype must be 'float64', or 'float32' unless compiled is False; got {dtype!r}"
        )
    if not compiled:
        return EagerBackend(objective)
    if isinstance(compiled, str) and compiled in ENGINES:
        made: Backend = import_module(ENGINES[compiled]).backend(objective, data, dtype)
        return made
    return CompiledBackend(objective, data, "native" if compiled == "native" else "numpy", dtype)


def _settings(given: Mapping[str, Any]) -> dict[str, str]:
    """The arguments of `fit` that decide the numbers of a run, as text.

    Args:
        given: The arguments, and `updates`, the number of updates.
    """
    settings = {name: described(given[name]) for name in _DECISIVE}
    if isinstance(given["schedule"], str):
        settings["schedule"] += f" over {given['updates']} updates"
    return settings


def _weighted(
    objective: Objective, examples: Examples, class_weight: Any, sample_weight: Any
) -> Examples:
    """The examples with the weights of their rows, if there are any."""
    weights = weights_of(
        examples.labels, objective.task, objective.class_names, class_weight, sample_weight
    )
    if weights is None:
        return examples
    objective.weighted = True
    return examples.weighted(weights)


def _check_parameters(objective: Objective) -> None:
    """Raise InputError if there are no parameters, or one of them is not finite."""
    model = objective.model
    if not trainable(objective):
        raise InputError(
            f"{type(model).__name__} has no parameters to train; keep its Values, Layers or "
            f"Modules in attributes: self.w = mg.Value(0.1)"
        )
    for name, p in model.named_parameters():
        if not math.isfinite(p.data):
            raise InputError(f"{name} is {p.data} before training; create the network again")


def _check_scores(metrics: Mapping[str, Metric], *parts: Examples | None) -> None:
    """Raise the error of a metric on probabilities if a part of the data lacks a class."""
    for part in filter(None, parts):
        for metric in set(metrics.values()) & set(ON_SCORES):
            metric(part.labels, np.zeros(len(part)))


def _sets(
    objective: Objective, data: Examples, validation: Any, rng: random.Random
) -> tuple[Examples, Examples | None]:
    """The training set and the validation set."""
    if validation is None:
        return data, None
    if isinstance(validation, (tuple, list)) and len(validation) == 2:
        try:
            held_out = examples_of(objective, *validation)
        except DataError as error:
            raise DataError(f"in the pair for validation, {error}") from None
        return data, held_out.weighted(1.0) if objective.weighted else held_out
    data, held_out = split(data, validation, rng)
    if objective.weighted:
        held_out.Y[:, -1] = 1.0
    return data, held_out


def _adjustment(
    backend: Backend, l2: Any, l2_biases: Any, clip: Any, clip_value: Any
) -> Adjustment:
    """The L2 penalty, per parameter if it leaves out biases, and the clipping."""
    adjustment = Adjustment.checked(l2, clip, clip_value)
    if flag("l2_biases", l2_biases):
        return adjustment
    if not l2:
        raise InputError("l2_biases=False needs an L2 penalty, such as l2=0.001")
    names = {p: name for name, p in backend.objective.model.named_parameters()}
    biased = [names[p].rpartition(".")[2] in ("b", "bias") for p in backend.parameters]
    return adjustment._replace(l2=adjustment.l2 * ~np.array(biased))


def _min_delta(min_delta: Any, early_stopping: Any) -> float:
    if min_delta and early_stopping is None:
        raise InputError("min_delta needs early stopping, such as early_stopping=5")
    return nonnegative("min_delta", min_delta)


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
    outputs = data.Y.shape[1] - objective.weighted
    return metrics_of(default if metrics is None else metrics, objective.task, outputs)
