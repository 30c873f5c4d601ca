"""Reports on a trained network: scores, confusion matrix, health."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from micrograd_tut.support.text import Text, table, visible
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.experiment import Experiment
from micrograd_tut.train.health import HealthReport, diagnose
from micrograd_tut.train.history import History, figures
from micrograd_tut.train.metrics import accuracy

_MOST_CLASSES = 20  # in a confusion matrix
_EXAMPLES = 100  # for the diagnosis


def score_table(experiment: Experiment) -> Text:
    """Loss and metric on training set and test set; errors in the units of the data set.

    A regression has two metrics, and a row for always predicting the mean of the training set.
    """
    scaling = experiment.preprocessing.target_scaling
    rows = []
    for name, data in (("training set", experiment.train), ("test set", experiment.test)):
        losses, predictions = experiment.losses(data)
        loss = figures(float(losses.mean()))
        if scaling is None:
            rows.append([name, loss, f"{accuracy(data.y, np.maximum(predictions, 0)):.1%}"])
            continue
        numbers = experiment.preprocessing.decode(predictions)
        r2 = r_squared(data.y, numbers)
        mean = float(np.abs(data.y - scaling.mean[0]).mean())
        baseline = r_squared(data.y, np.full(len(data.y), scaling.mean[0]))
        error = float(np.abs(data.y - numbers).mean())
        rows.append([name, loss, f"{r2:.3f}", f"{error:.4g}"])
        rows.append(["  always the mean", "", f"{baseline:.3f}", f"{mean:.4g}"])
    metric = experiment.metric.replace("_", " ")
    if scaling:
        head = ["", "loss", "R²", f"{metric} of {visible(experiment.train.target, 40)}"]
        return Text(table(head, rows, align="<>>>"))
    return Text(table(["", "loss", metric], rows, align="<>>"))


def r_squared(targets: Array, predictions: Array) -> float:
    """The coefficient of determination: 1 - sum (y - p)^2 / sum (y - mean y)^2.

    It is nan if all targets are equal. Source: scikit-learn, `r2_score`.
    """
    total = float(((targets - targets.mean()) ** 2).sum())
    return 1 - float(((targets - predictions) ** 2).sum()) / total if total else math.nan


def confusion_matrix(experiment: Experiment) -> Text:
    """The number of test examples of each class (rows) for each predicted class (columns).

    With more than 20 classes, the ten most frequent mistakes.
    """
    classes = experiment.preprocessing.classes
    predicted = np.maximum(experiment.losses(experiment.test)[1], 0)  # -1: the first class
    pairs = Counter(zip(experiment.test.y.tolist(), predicted.tolist(), strict=True))
    if len(classes) > _MOST_CLASSES:
        wrong = {pair: count for pair, count in pairs.items() if pair[0] != pair[1]}
        largest = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:10]
        listed = [[*(visible(classes[int(c)], 20) for c in pair), str(n)] for pair, n in largest]
        head = ["test set: true class", "predicted class", "most frequent mistakes"]
        return Text(table(head, listed, align="<<>"))
    names = [visible(name, 20) for name in classes]
    codes = range(len(classes))
    counts = [[str(pairs[c, p]) for p in codes] for c in codes]
    rows = [[name, *row] for name, row in zip(names, counts, strict=True)]
    head = ["test set: true class ↓, predicted class →", *names]
    return Text(table(head, rows, align="<" + ">" * len(classes)))


def classified(experiment: Experiment) -> tuple[list[str], list[str]]:
    """The class of each test example, and its prediction."""
    classes = experiment.preprocessing.classes
    predicted = experiment.preprocessing.decode(experiment.losses(experiment.test)[1])
    return [classes[int(c)] for c in experiment.test.y], predicted.tolist()


def health(experiment: Experiment, history: History | None = None) -> HealthReport:
    """The diagnosis of the network on about 100 training examples of all classes."""
    X, y = experiment.examples(experiment.train)
    sample = slice(None, None, math.ceil(len(X) / _EXAMPLES))  # the rows may be sorted by class
    return diagnose(experiment.model, X[sample], y[sample], experiment.loss, history)
