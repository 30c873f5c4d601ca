"""Reports on a trained network: scores, confusion matrix, health."""

from __future__ import annotations

import math

from micrograd_tut.support.text import Text, table, visible
from micrograd_tut.train.experiment import Experiment
from micrograd_tut.train.fit import evaluate
from micrograd_tut.train.health import HealthReport, diagnose
from micrograd_tut.train.history import figures

_EXAMPLES = 100  # for the diagnosis


def score_table(experiment: Experiment) -> Text:
    """Loss and metric on training set and test set; errors in the units of the data set."""
    scaling = experiment.preprocessing.target_scaling
    rows = []
    for name, data in (("training set", experiment.train), ("test set", experiment.test)):
        examples = experiment.examples(data)
        scores = evaluate(experiment.model, *examples, experiment.loss, [experiment.metric])
        score = scores[experiment.metric]
        text = f"{score * scaling.deviation[0]:.4g}" if scaling else f"{score:.1%}"
        rows.append([name, figures(scores["loss"]), text])
    metric = experiment.metric.replace("_", " ")
    if scaling:
        metric += f" of {visible(experiment.train.target, 40)}"
    return Text(table(["", "loss", metric], rows, align="<>>"))


def confusion_matrix(experiment: Experiment) -> Text:
    """The number of test examples of each class (rows) for each predicted class (columns)."""
    classes = experiment.preprocessing.classes
    predictions = experiment.model.predict(experiment.examples(experiment.test)[0])
    predicted = experiment.preprocessing.decode(predictions)
    actual = [classes[int(c)] for c in experiment.test.y]
    pairs = list(zip(actual, predicted, strict=True))
    names = [visible(name, 20) for name in classes]
    counts = [[str(pairs.count((c, p))) for p in classes] for c in classes]
    rows = [[name, *row] for name, row in zip(names, counts, strict=True)]
    head = ["test set: true class ↓, predicted class →", *names]
    return Text(table(head, rows, align="<" + ">" * len(classes)))


def health(experiment: Experiment) -> HealthReport:
    """The diagnosis of the network on about 100 training examples of all classes."""
    X, y = experiment.examples(experiment.train)
    sample = slice(None, None, math.ceil(len(X) / _EXAMPLES))  # the rows may be sorted by class
    return diagnose(experiment.model, X[sample], y[sample], experiment.loss)
