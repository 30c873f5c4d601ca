"""Predictions for many rows: compiled if there are many, else on Values.

Both agree to about 1e-12 of the largest number in the weighted sums.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.nn import Module
from micrograd_tut.nn.predict import DECISION_RULES, check_outputs, output_list, task_for
from micrograd_tut.train.arrays import Array, finite_array
from micrograd_tut.train.batches import compiled_results


def predict(model: Module, X: Any) -> Any:
    """The prediction for each row; see `methods.predict`."""
    return predictions_of(model, outputs_of_rows(model, X))


def predict_proba(model: Module, X: Any) -> Any:
    """The probability of each class for each row; see `methods.predict_proba`."""
    if DECISION_RULES[model.task].probabilities is None:
        raise InputError(
            f"the outputs of a {model.task} net are not probabilities; use predict, or a net "
            f"with output='sigmoid' (two classes) or output='softmax' (several)"
        )
    return probabilities_of(model, outputs_of_rows(model, X))


def outputs_of_rows(model: Module, X: Any) -> Array:
    """The logits of each row if the task has probabilities, else its outputs.

    Args:
        model: The model.
        X: Rows of n numbers: lists, an array, or a DataFrame.

    Returns:
        Shape (rows, outputs).

    Raises:
        InputError: as for `methods.predict`.
    """
    rows = _rows(X)
    array = finite_array(rows) if len(rows) else None
    outputs = None
    if array is not None and array.ndim == 2:
        outputs = compiled_results(lambda x: outputs_of(model, x), array)
    return _on_values(model, rows) if outputs is None else outputs


def predictions_of(model: Module, outputs: Array) -> Any:
    """The predictions for what `outputs_of_rows` returned: numbers, classes, or their names."""
    task = task_for(model.task, outputs.shape[1])
    predictions = DECISION_RULES[task].predict(outputs)
    if model.class_names and task in ("margin", "binary", "multiclass"):
        return np.array(model.class_names)[np.maximum(predictions, 0)]  # -1 is the first
    return predictions


def probabilities_of(model: Module, logits: Array) -> Array:
    """The probability of each class for what `outputs_of_rows` returned, shape (rows, classes)."""
    rule: Any = DECISION_RULES[task_for(model.task, logits.shape[1])]
    probabilities = compiled_results(rule.probabilities, logits)
    if probabilities is None:
        return np.array([rule.probabilities(row) for row in logits.tolist()])
    return probabilities


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
