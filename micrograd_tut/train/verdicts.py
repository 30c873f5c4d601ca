"""What is wrong with data, predictions and loss curves: the part of `diagnose` beyond layers.

>>> data_problems([[1.0], [1.0]], None)
['all inputs are constant, so all outputs are the same: check that X holds the right columns']
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from statistics import fmean, median, pstdev
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.nn.predict import DECISION_RULES
from micrograd_tut.train.examples import Examples
from micrograd_tut.train.history import History, figures
from micrograd_tut.train.losses import Loss
from micrograd_tut.train.objective import Objective

Rows = list[list[float]]

LARGE = 10.0
"""The root mean square of a column from which it is far from unit scale."""

SMALL = 0.1
"""The same, below which all columns are far from unit scale."""

GOOD = 0.1
"""Predictions are good if the loss is below this fraction of the trivial one."""

ALIKE = 0.05
"""Outputs hardly differ if their spread is below this fraction of that of the targets."""

_MIN_PROBABILITY = 1e-12  # of a class that does not occur


class Predictions(NamedTuple):
    """The outputs of a network for some examples, beside the trivial prediction.

    The trivial prediction is the same for every example: the mean target (the median for mae), or
    the frequency of each class.

    Attributes:
        loss: The mean loss.
        trivial_loss: The mean loss of the trivial prediction.
        outputs: One list per example: probabilities if the task has them, else outputs.
        predictions: One prediction per example.
    """

    loss: float
    trivial_loss: float
    outputs: Rows
    predictions: list[Any]

    @property
    def good(self) -> bool:
        """Whether the loss is far below the trivial one."""
        return self.loss < GOOD * self.trivial_loss

    def __str__(self) -> str:
        return (
            f"loss {figures(self.loss)}; of the trivial prediction, the same for every example: "
            f"{figures(self.trivial_loss)}"
        )


def predictions_of(objective: Objective, data: Examples) -> Predictions | None:
    """The predictions for examples; None for a loss function of the user's own."""
    if not isinstance(objective.loss, Loss):
        return None
    rows = [[o.data for o in objective.outputs(x)] for x in data.X.tolist()]
    rule, targets = DECISION_RULES[objective.task], data.Y.tolist()
    trivial = _trivial_outputs(objective, targets)
    return Predictions(
        _mean_loss(objective, rows, targets),
        _mean_loss(objective, [trivial] * len(data), targets),
        [rule.probabilities(row) for row in rows] if rule.probabilities else rows,
        rule.predict(np.array(rows)).tolist(),
    )


def _mean_loss(objective: Objective, outputs: Rows, targets: Rows) -> float:
    losses = [objective.loss_of(o, t) for o, t in zip(outputs, targets, strict=True)]
    return fmean(float(getattr(loss, "data", loss)) for loss in losses)


def _trivial_outputs(objective: Objective, targets: Rows) -> list[float]:
    """The best outputs that are the same for every example."""
    columns = list(zip(*targets, strict=True))
    if objective.task == "margin":
        return [1.0 if fmean(columns[0]) >= 0 else -1.0]
    if getattr(objective.loss, "name", "") == "mae":
        return [median(column) for column in columns]
    means = [fmean(column) for column in columns]
    if objective.task == "multiclass":
        return [math.log(max(p, _MIN_PROBABILITY)) for p in means]
    if objective.uses_logits:
        clipped = [min(max(p, _MIN_PROBABILITY), 1 - _MIN_PROBABILITY) for p in means]
        return [math.log(p / (1 - p)) for p in clipped]
    return means


# --- Data -----------------------------------------------------------------------------------


def constant_inputs(rows: Rows) -> bool:
    """Whether there are several rows, and all are equal."""
    return len(rows) > 1 and all(row == rows[0] for row in rows)


def data_problems(
    rows: Rows, data: Examples | None, task: str = "", good: bool = False
) -> list[str]:
    """What is wrong with inputs and targets.

    Args:
        rows: The inputs.
        data: The examples, if there are targets.
        task: The task, one of `DECISION_RULES`.
        good: Whether predictions are good: then their scale does no harm.
    """
    problems = []
    if constant_inputs(rows):
        problems.append(
            "all inputs are constant, so all outputs are the same: check that X holds the right "
            "columns"
        )
    elif not good:
        problems += _scale_problem("inputs", rows, "(x - mean) / deviation for each column of X")
    if data is not None and len(data) > 1:
        if (data.Y[0] == data.Y).all():
            problems.append(
                f"all targets are the same ({data.labels[0]}), so there is nothing to learn: check "
                f"that y holds the right column"
            )
        elif task == "regression" and not good:
            problems += _scale_problem("targets", data.Y.tolist(), "(y - mean) / deviation")
    return problems


def _scale_problem(name: str, rows: Rows, formula: str) -> list[str]:
    """That a column is large, or that all columns are small."""
    columns = list(zip(*rows, strict=True))
    sizes = [math.hypot(*column) / math.sqrt(len(column)) for column in columns]
    if not any(sizes) or (max(sizes) <= LARGE and max(sizes) >= SMALL):
        return []
    k = sizes.index(max(sizes))
    where = f" (column {k})" if len(columns) > 1 else ""
    return [
        f"the {name} are far from unit scale: mean {fmean(columns[k]):.3g}, standard deviation "
        f"{pstdev(columns[k]):.3g}{where}. Standardise them: {formula}"
    ]


# --- Predictions ----------------------------------------------------------------------------


def prediction_problems(result: Predictions, data: Examples, task: str, trained: bool) -> list[str]:
    """Whether predictions hardly depend on the inputs, or are worse than trivial ones.

    Args:
        result: From `predictions_of`.
        data: The examples, whose targets are not all the same.
        task: The task, one of `DECISION_RULES`.
        trained: Whether the network is known to have been trained.
    """
    if result.loss > 1.1 * result.trivial_loss:
        if not trained:  # as a network is before training
            return []
        return [
            f"the loss, {figures(result.loss)}, is above that of the trivial prediction, "
            f"{figures(result.trivial_loss)}: a network that ignores its inputs does better. Try "
            f"a smaller learning rate, or more epochs"
        ]
    if task == "margin" or _spread(result.outputs) >= ALIKE * _spread(data.Y.tolist()):
        if result.loss > result.trivial_loss and not trained:
            return []
        return _one_class(result.predictions, data.labels.tolist(), task)
    means = ", ".join(f"{fmean(column):.3g}" for column in zip(*result.outputs, strict=True))
    return [
        f"the outputs hardly differ: about {means} for every example, as in the trivial "
        f"prediction. Training is on a plateau, or the network is too small. Try a larger "
        f"learning rate, more epochs, more units (tanh or relu in hidden layers), and "
        f"cross-entropy for classes"
    ]


def _spread(rows: Rows) -> float:
    """The root mean square deviation from the mean of each column."""
    return math.hypot(*map(pstdev, zip(*rows, strict=True)))


def _one_class(predictions: list[Any], labels: list[Any], task: str) -> list[str]:
    """That a classifier predicts one class for almost all examples, and others occur."""
    if task not in ("margin", "binary", "multiclass"):
        return []
    (label, count), *_ = Counter(predictions).most_common(1)
    others, predicted = len(labels) - labels.count(label), len(labels) - count
    if others < 0.02 * len(labels) or others <= 5 * predicted:
        return []
    but = f"all but {predicted}" if predicted else "each"
    return [
        f"the prediction is class {label} for {but} of the {len(labels)} examples, and {others} "
        f"are of another class. Try class_weight='balanced', more epochs, or a larger network"
    ]


# --- The loss curve -------------------------------------------------------------------------


def curve_problems(history: History) -> list[str]:
    """Whether the loss curve shows a learning rate that is too large or too small."""
    losses = [row["loss"] for row in history.rows]
    if history.diverged:
        return [
            f"the learning rate is too large: training diverged, from a loss of "
            f"{figures(losses[0])} in the first epoch to {figures(losses[-1])}. Try a tenth of it"
        ]
    if len(losses) < 5:
        return []
    start = max(losses[0], history.reference or 0.0)
    if _jumps(losses[len(losses) // 2 :]) and fmean(losses[len(losses) // 2 :]) > GOOD * start:
        return [
            "the learning rate is too large: the loss jumps up and down from epoch to epoch. Try a "
            "third of it, or larger batches"
        ]
    if _creeps(losses):
        return [
            f"the learning rate is too small, or there were too few epochs: the loss fell only "
            f"from {figures(losses[0])} to {figures(losses[-1])}, and still falls as fast as at "
            f"the start. Try three to ten times the rate"
        ]
    return []


def _jumps(losses: list[float]) -> bool:
    """Whether the loss rises by more than a fifth in a quarter of the steps."""
    steps = list(pairwise(losses))
    return sum(b > 1.2 * a for a, b in steps) >= max(2, len(steps) / 4)


def _creeps(losses: list[float]) -> bool:
    """Whether the loss falls in almost all steps, by little, and at almost constant speed."""
    falls = [a - b for a, b in pairwise(losses)]
    quarter = max(1, len(falls) // 4)
    first, last = fmean(falls[:quarter]), fmean(falls[-quarter:])
    steady = sum(fall > 0 for fall in falls) >= 0.9 * len(falls)
    return steady and losses[-1] > 0.5 * losses[0] and last > 0.5 * first
