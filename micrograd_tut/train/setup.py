"""From the arguments of `fit` to a training run; all are checked before anything changes."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np

from micrograd_tut.engine import get_data
from micrograd_tut.errors import DataError, InputError
from micrograd_tut.support.validation import flag, generator, nonnegative, positive_int
from micrograd_tut.train.backends import Backend, CompiledBackend, EagerBackend
from micrograd_tut.train.engines import ENGINES
from micrograd_tut.train.examples import Examples, examples_of, split
from micrograd_tut.train.losses import Loss
from micrograd_tut.train.metrics import ON_SCORES, Metric, metrics_of
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Adam, optimizer_of
from micrograd_tut.train.optimizer import Adjustment
from micrograd_tut.train.resume import Checkpoint, described, fingerprints
from micrograd_tut.train.schedules import schedule_of
from micrograd_tut.train.trainer import Config, Trainer
from micrograd_tut.train.weights import weights_of

_DECISIVE = (
    "loss", "optimizer", "batch_size", "metrics", "schedule", "l2", "l2_biases", "clip",
    "clip_value", "early_stopping", "min_delta", "label_smoothing", "compiled", "dtype",
)  # fmt: skip
"""The arguments that must be the same to continue a run, beside the examples and the epochs."""


def trainer_of(given: SimpleNamespace, watched: bool) -> Trainer:
    """The training run that the arguments of `fit` describe; with `resume`, where it stopped.

    Args:
        given: The arguments, by name.
        watched: As for `Config`; also True if a function among the arguments runs meanwhile.

    Raises:
        InputError, DataError, OSError: as for `fit`; nothing has changed then.
    """
    objective = Objective(given.model, given.loss, given.label_smoothing)
    rng = generator(given.seed)
    if flag("resume", given.resume) and given.checkpoint is None:
        raise InputError("resume=True needs the file of the run: checkpoint='run.safetensors'")
    data, validation = _sets(objective, _examples(objective, given), given.validation, rng)
    _check_parameters(objective)
    backend = _backend(objective, data, given.compiled, given.dtype)
    optimizer = optimizer_of(Adam(lr=0.01) if given.optimizer is None else given.optimizer)
    config = _config(given, backend, data, watched)
    order_rng = np.random.default_rng(rng.getrandbits(64))
    _check_scores(config.metrics, data, validation)
    trainer = Trainer(config, backend, optimizer.reset_copy(), data, validation, order_rng)
    trainer.learning_rate(0)  # raises before anything changes if the schedule is wrong
    if given.checkpoint is not None:
        _keep_checkpoint(trainer, given)
    if isinstance(objective.loss, Loss):
        objective.model.task = objective.task
    if objective.class_names:
        objective.model.class_names = objective.class_names
    return trainer


def _config(given: SimpleNamespace, backend: Backend, data: Examples, watched: bool) -> Config:
    epochs, size = (
        positive_int("epochs", given.epochs),
        positive_int("batch_size", given.batch_size),
    )
    schedule = given.schedule
    if schedule is not None:
        schedule = schedule_of(schedule, epochs * math.ceil(len(data) / size))
    callbacks = _functions("callbacks", given.callbacks)
    metrics = given.metrics
    if metrics is not None and not isinstance(metrics, str):
        metrics = list(metrics)
    patience = given.early_stopping
    return Config(
        epochs=epochs,
        batch_size=size,
        metrics=metrics_for(backend.objective, metrics, data),
        schedule=schedule,
        watched=watched or any(map(callable, [given.schedule, *(metrics or ()), *callbacks])),
        adjustment=_adjustment(backend, given.l2, given.l2_biases, given.clip, given.clip_value),
        min_delta=_min_delta(given.min_delta, patience),
        patience=None if patience is None else positive_int("early_stopping", patience),
        callbacks=callbacks,
        progress=flag("progress", given.progress),
    )


def _keep_checkpoint(trainer: Trainer, given: SimpleNamespace) -> None:
    """Let a run keep its state in a file; with `resume`, go on from the state that is there."""
    parts = fingerprints(training=trainer.data, validation=trainer.validation)
    kept = Checkpoint(given.checkpoint, given.model, trainer, _settings(given, trainer) | parts)
    if given.resume:
        kept.resume()
    trainer.keep = kept.keep


def _settings(given: SimpleNamespace, trainer: Trainer) -> dict[str, str]:
    """The arguments of `fit` that decide the numbers of a run, as text."""
    settings = {name: described(getattr(given, name)) for name in _DECISIVE}
    settings["optimizer"] = described(trainer.optimizer)
    if isinstance(given.schedule, str):
        settings["schedule"] += f" over {trainer.updates} updates"
    return settings


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


def _examples(objective: Objective, given: SimpleNamespace) -> Examples:
    """All examples, with the weights of their rows if there are any."""
    single = given.dtype == "float32"
    examples = examples_of(objective, given.X, given.y, training=True, single=single)
    weights = weights_of(
        examples.labels,
        objective.task,
        objective.class_names,
        given.class_weight,
        given.sample_weight,
    )
    if weights is None:
        return examples
    objective.weighted = True
    return examples.weighted(weights)


def _check_parameters(objective: Objective) -> None:
    """Raise InputError if there are no parameters, or one of them is not finite."""
    model = objective.model
    if not objective.parameters:
        raise InputError(
            f"{type(model).__name__} has no parameters to train; keep its Values, Layers or "
            f"Modules in attributes: self.w = mg.Value(0.1)"
        )
    if all(map(math.isfinite, get_data(objective.parameters))):
        return
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
            X, y = validation
            held_out = examples_of(objective, X, y, single=data.X.dtype == np.float32)
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


def metrics_for(
    objective: Objective, metrics: Sequence[str | Metric] | None, data: Examples
) -> dict[str, Metric]:
    """The metrics by name."""
    if metrics is None:
        metrics = [] if objective.task == "regression" else ["accuracy"]
    outputs = data.Y.shape[1] - objective.weighted
    return metrics_of(metrics, objective.task, outputs)
