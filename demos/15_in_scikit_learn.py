"""Networks as estimators of scikit-learn, beside its own multi-layer perceptrons.

You will see, for ten data sets, the score on a test set of a quarter of the rows (accuracy, or R²)
and the time of training: of MGClassifier or MGRegressor, and of MLPClassifier or MLPRegressor,
each with its defaults, which are the same layers, initialisation, learning rate, batches, epochs
and stopping. Means over three splits. Takes about half a minute.

    python demos/15_in_scikit_learn.py
"""

import time
import warnings
from statistics import fmean
from typing import Any

from _setup import options
from sklearn import datasets
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from micrograd_tut.sklearn import MGClassifier, MGRegressor

args = options(__doc__, quick="iris and friedman2 only, one split")

SEEDS = range(1 if args.quick else 3)
CLASSES: dict[str, Any] = {
    "iris": datasets.load_iris(return_X_y=True),
    "wine": datasets.load_wine(return_X_y=True),
    "breast cancer": datasets.load_breast_cancer(return_X_y=True),
    "digits": datasets.load_digits(return_X_y=True),
    "moons": datasets.make_moons(1000, noise=0.25, random_state=0),
    "circles": datasets.make_circles(1000, noise=0.1, factor=0.5, random_state=0),
    "four classes": datasets.make_classification(
        2000, 20, n_informative=8, n_classes=4, random_state=0
    ),
}
NUMBERS: dict[str, Any] = {
    "diabetes": datasets.load_diabetes(return_X_y=True),
    "friedman1": datasets.make_friedman1(1000, noise=0.5, random_state=0),
    "friedman2": datasets.make_friedman2(1000, noise=10.0, random_state=0),
}
EVERY = {**CLASSES, **NUMBERS}


def score_and_seconds(name: str, estimator: Any, seed: int) -> tuple[float, float]:
    """The score on the test set, and the time that `fit` takes on the training set."""
    X, y = EVERY[name]
    stratify = y if name in CLASSES else None
    X, X_test, y, y_test = train_test_split(X, y, random_state=seed, stratify=stratify)
    pipeline: Any = make_pipeline(StandardScaler(), estimator)
    if name in NUMBERS:
        pipeline = TransformedTargetRegressor(pipeline, transformer=StandardScaler())
    started = time.perf_counter()
    pipeline.fit(X, y)
    return pipeline.score(X_test, y_test), time.perf_counter() - started


warnings.simplefilter("ignore", ConvergenceWarning)  # 200 epochs do not always suffice
print("data set         ours   scikit-learn   difference   seconds   scikit-learn")
for name in ("iris", "friedman2") if args.quick else EVERY:
    kinds = (MGClassifier, MLPClassifier) if name in CLASSES else (MGRegressor, MLPRegressor)
    runs = [[score_and_seconds(name, kind(random_state=s), s) for s in SEEDS] for kind in kinds]
    (ours, seconds), (theirs, their_seconds) = (map(fmean, zip(*r, strict=True)) for r in runs)
    print(f"{name:14} {ours:6.1%} {theirs:14.1%} {100 * (ours - theirs):+6.1f} points "
          f"{seconds:9.2f} {their_seconds:14.2f}")  # fmt: skip
