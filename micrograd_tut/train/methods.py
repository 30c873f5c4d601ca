"""`compile`, `fit`, `evaluate`, `predict`, `save` and `state_dict` as methods of every model.

They are what ``mg.fit``, ``mg.evaluate`` and ``mg.save`` do; `compile` only keeps arguments for
them. The package attaches the methods to `Module`, because `nn` imports nothing of `train`.

>>> from micrograd_tut import MLP
>>> model = MLP(2, [4, 1], output="sigmoid", seed=0)
>>> model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
>>> history = model.fit([[0, 0], [1, 1]], [0, 1], epochs=2, progress=False)
>>> [*history.history]
['loss', 'accuracy']
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from micrograd_tut.support.libraries import explained_imports
from micrograd_tut.support.validation import explained_keywords

if TYPE_CHECKING:
    from micrograd_tut.nn import Module
    from micrograd_tut.train.history import History
    from micrograd_tut.train.losses import Formula, Loss
    from micrograd_tut.train.metrics import Metric
    from micrograd_tut.train.optimizer import Optimizer

_COMPILED = "_compiled"  # the attribute with the arguments of compile


@explained_keywords(
    run_eagerly="fit(compiled=False)",
    jit_compile="fit(compiled='native')",
    learning_rate="optimizer=mg.Adam(lr=0.01)",
    lr="optimizer=mg.Adam(lr=0.01)",
)
@explained_imports()
def compile(
    model: Module,
    optimizer: str | Optimizer | None = None,
    loss: str | Loss | Formula | None = None,
    metrics: Sequence[str | Metric] | None = None,
) -> None:
    """Keep the optimizer, loss and metrics for `fit` and `evaluate`. Nothing is compiled yet.

    Args:
        model: The model.
        optimizer, loss, metrics: As for ``mg.fit``; arguments of `fit` and `evaluate` go first.

    Raises:
        InputError: one of them is not known or does not fit the model.
    """
    from micrograd_tut.train.metrics import metrics_of
    from micrograd_tut.train.objective import Objective
    from micrograd_tut.train.optim import optimizer_of

    task = Objective(model, loss).task
    if optimizer is not None:
        optimizer = optimizer_of(optimizer)
    metrics_of(metrics or (), task)
    settings = {"optimizer": optimizer, "loss": loss, "metrics": metrics}
    setattr(model, _COMPILED, settings)


@explained_imports()
def fit(model: Module, X: Any, y: Any, **settings: Any) -> History:
    """Train the model: ``mg.fit(model, X, y, ...)``, with the arguments of `compile`.

    Args:
        model, X, y, settings: As for ``mg.fit``.
    """
    from micrograd_tut.train.fit import fit

    return fit(model, X, y, **{**vars(model).get(_COMPILED, {}), **settings})


@explained_imports()
def evaluate(model: Module, X: Any, y: Any, **settings: Any) -> dict[str, float]:
    """The loss and metrics by name: ``mg.evaluate(model, X, y)``, with the arguments of `compile`.

    Args:
        model, X, y, settings: As for ``mg.evaluate``.
    """
    from micrograd_tut.train.fit import evaluate

    kept = {k: v for k, v in vars(model).get(_COMPILED, {}).items() if k != "optimizer"}
    return evaluate(model, X, y, **{**kept, **settings})


@explained_imports()
def predict(model: Module, X: Any) -> Any:
    """The prediction for each row of `X`, by `task`: numbers, -1 or +1, or the class.

    A net trained on names of classes predicts the names. Many rows are computed by a compiled
    program, which agrees with ``model(x)`` to rounding.

    Args:
        model: The model.
        X: Rows of n numbers: lists, an array, or a DataFrame.

    Returns:
        An array of shape (rows,), or (rows, outputs) for a regression with several outputs and for
        "multilabel".

    Raises:
        InputError: a row has another length or a number that is not finite, or the number of
            outputs does not suit the task.
    """
    from micrograd_tut.train.predictions import predict

    return predict(model, X)


@explained_imports()
def predict_proba(model: Module, X: Any) -> Any:
    """The probability of each class for each row of `X`.

    Args:
        model, X: As for `predict`.

    Returns:
        An array of shape (rows, classes), in the order of `class_names`. A net with one output has
        two classes, 0 and 1. For "multilabel", of shape (rows, labels): the probability of each
        label.

    Raises:
        InputError: the outputs are not probabilities, or as for `predict`.
    """
    from micrograd_tut.train.predictions import predict_proba

    return predict_proba(model, X)


@explained_imports()
def save(
    model: Module, path: str | os.PathLike[str], extra: Mapping[str, Any] | None = None
) -> None:
    """Save the model in a file: ``mg.save(model, path)``; ``mg.load(path)`` loads it.

    Args:
        model, path, extra: As for ``mg.save``.
    """
    from micrograd_tut.train.checkpoint import save

    save(model, path, extra)


@explained_imports()
def state_dict(model: Module) -> dict[str, Any]:
    """The numbers of the model: an array for each of its tensors, by name, as in PyTorch."""
    from micrograd_tut.train.state_dict import state_dict

    return state_dict(model)


@explained_imports()
def load_state_dict(model: Module, arrays: Mapping[str, Any]) -> None:
    """Set all parameters at once, from arrays of the names and shapes of `state_dict`.

    Raises:
        InputError: a name is missing or unknown, or an array has another shape. Nothing is changed.
    """
    from micrograd_tut.train.state_dict import load_state_dict

    load_state_dict(model, arrays)
