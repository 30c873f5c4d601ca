"""Predictions for many rows: compiled if there are many, else on Values.

Both agree to about 1e-12 of the largest number in the weighted sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.nn import Module
from micrograd_tut.nn.predict import DECISION_RULES, check_outputs, output_list, task_for
from micrograd_tut.train.arrays import Array, finite_array
from micrograd_tut.train.batches import compiled_results


def predict(model: Module, X: Any) -> Any:
    """The prediction for each row; see `methods.predict`."""
    rows = _rows(X)
    outputs = _compiled(lambda x: outputs_of(model, x), rows)
    if outputs is None:
        outputs = _on_values(model, rows)
    task = task_for(model.task, outputs.shape[1])
    predictions = DECISION_RULES[task].predict(outputs)
    if model.class_names and task in ("margin", "binary", "multiclass"):
        return np.array(model.class_names)[np.maximum(predictions, 0)]  # -1 is the first
    return predictions


def predict_proba(model: Module, X: Any) -> Any:
    """The probability of each class for each row; see `methods.predict_proba`."""
    if DECISION_RULES[model.task].probabilities is None:
        raise InputError(
            f"the outputs of a {model.task} net are not probabilities; use predict, or a net "
            f"with output='sigmoid' (two classes) or output='softmax' (several)"
        )

    def probabilities(logits: list[Any]) -> list[Any]:
        rule: Any = DECISION_RULES[task_for(model.task, len(logits))]
        found: list[Any] = rule.probabilities(logits)
        return found

    rows = _rows(X)
    compiled = _compiled(lambda x: probabilities(outputs_of(model, x)), rows)
    if compiled is not None:
        return compiled
    return np.array([probabilities(logits) for logits in _on_values(model, rows).tolist()])


def _rows(X: Any) -> Any:
    """The rows as an array or a list."""
    X = X.to_numpy() if hasattr(X, "to_numpy") else X
    if not isinstance(X, Iterable):
        raise InputError(f"X is a list of rows, such as [[1, 2], [3, 4]]; got {X!r}")
    return X if type(X) is np.ndarray else list(X)


def outputs_of(model: Module, x: Any) -> list[Any]:
    """The logits of a row if the task has probabilities, else its outputs."""
    has_logits = DECISION_RULES[model.task].probabilities is not None
    outputs = model.logits(x) if has_logits else output_list(model(x))
    check_outputs(task_for(model.task, len(outputs)), len(outputs))
    return outputs


def _compiled(fn: Callable[[Any], list[Any]], rows: Any) -> Array | None:
    """The results of a function for each row; None if it is to run on Values."""
    array = finite_array(rows) if len(rows) else None
    return compiled_results(fn, array) if array is not None and array.ndim == 2 else None


def _on_values(model: Module, rows: Any) -> Array:
    """The outputs for each row, one row after the other; errors name the row."""
    found = []
    for i, x in enumerate(rows):
        try:
            outputs = [v.data for v in outputs_of(model, x)]
        except (InputError, NumberTypeError) as error:
            raise InputError(f"row {i}: {error}") from None
        if not all(map(math.isfinite, outputs)):
            raise InputError(
                f"row {i} has no prediction: the outputs are {outputs}. Is there a nan in it?"
            )
        found.append(outputs)
    return np.array(found) if found else np.empty((0, 1))
