"""Real data: accuracy on the test set, compared with scikit-learn."""

from __future__ import annotations

import warnings
from statistics import fmean

import pytest

import micrograd_tut as mg

pytest.importorskip("sklearn")

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from micrograd_tut.train.data import data_set
from micrograd_tut.train.preprocessing import Preprocessing


def parts(name: str, seed: int) -> list[tuple[list[list[float]], list[int]]]:
    """Training set and test set, standardised with the statistics of the first."""
    train, test = data_set(name).split(held_out=0.25, seed=seed)
    preprocessing = Preprocessing.fit(train)
    return [(preprocessing.transform(p.X), p.y.astype(int).tolist()) for p in (train, test)]


def accuracy(name: str, hidden: int, epochs: int, seed: int) -> float:
    train, test = parts(name, seed)
    classes = len({*train[1]})
    head = "sigmoid" if classes == 2 else "softmax"
    nouts = [hidden, 1 if classes == 2 else classes]
    model = mg.MLP(len(train[0][0]), nouts, output=head, init="xavier", seed=seed)
    mg.fit(model, *train, epochs=epochs, batch_size=16, seed=seed, progress=False)
    return mg.evaluate(model, *test)["accuracy"]


def accuracy_of_scikit_learn(name: str, hidden: int, epochs: int, seed: int) -> float:
    train, test = parts(name, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = MLPClassifier(
            (hidden,), learning_rate_init=0.01, batch_size=16, max_iter=epochs, random_state=seed
        ).fit(*train)
    return float(model.score(*test))


def test_digits_accuracy_is_at_least_94_percent() -> None:
    assert accuracy("digits", 32, 5, seed=0) >= 0.94


def test_breast_cancer_accuracy_is_at_least_94_percent() -> None:
    assert accuracy("breast_cancer", 16, 10, seed=0) >= 0.94


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "hidden", "epochs"),
    [("iris", 16, 100), ("wine", 16, 20), ("breast_cancer", 16, 10), ("digits", 32, 10)],
)
def test_accuracy_is_within_1_point_of_scikit_learn(name: str, hidden: int, epochs: int) -> None:
    ours = fmean(accuracy(name, hidden, epochs, seed) for seed in range(5))
    theirs = fmean(accuracy_of_scikit_learn(name, hidden, epochs, seed) for seed in range(5))
    assert abs(ours - theirs) <= 0.01
