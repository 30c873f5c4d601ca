"""`fit` and `training`: train with batches, a validation set, a progress bar, and a history.

For each batch they do what a loop written by hand does:

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

import os
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from micrograd_tut import ops
from micrograd_tut.nn import Module
from micrograd_tut.support.modes import contained
from micrograd_tut.support.validation import arguments_of, explained_keywords
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.batches import results_of
from micrograd_tut.train.examples import examples_of
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.metrics import Metric
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optimizer import Optimizer
from micrograd_tut.train.schedules import Schedule
from micrograd_tut.train.setup import metrics_for, trainer_of
from micrograd_tut.train.trainer import Callback, Training, scores

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
    return trainer_of(SimpleNamespace(**locals()), watched=False).run()


@explained_keywords(**_ELSEWHERE)
@contained
@arguments_of(fit, progress=False)
def training(**settings: Any) -> Training:
    """The loop of `fit`, an epoch at a time: yields the row that `fit` adds to its history.

    >>> import micrograd_tut as mg
    >>> model = mg.MLP(1, [4, 1], activation="tanh", seed=1)
    >>> run = mg.training(model, [[-1.0], [0.0], [1.0]], [-1.0, 0.0, 1.0], epochs=200)
    >>> for row in run:
    ...     if row["loss"] < 0.01:
    ...         break
    >>> row == run.history.rows[-1], len(run.history) < 200
    (True, True)

    Between two rows the parameters and their gradients are those at the end of the epoch. You may
    change the parameters there: the next epoch starts from yours. A `checkpoint` is written before
    the row is yielded.

    Args:
        settings: Those of `fit`, without a progress bar by default.

    Returns:
        An iterator; training begins with its first row. After ``break``, another ``for`` loop goes
        on with the next epoch.

    Raises:
        InputError, DataError, KeywordError, OSError: as for `fit`, by this call.
        NotFiniteError: as for `fit`, by the iterator.
        KeyboardInterrupt: Ctrl-C, by the iterator, after a complete update. The run is over then.
    """
    return Training(trainer_of(SimpleNamespace(**settings), watched=True))


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
    by_name = metrics_for(objective, metrics, data)
    results = results_of(objective.loss_and_outputs, data.X, data.Y)
    mean_loss = float(ops.mean(results[:, 0].tolist()))
    return scores(objective, by_name, data.labels, mean_loss, results[:, 1:])
