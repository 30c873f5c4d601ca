"""The estimators of scikit-learn: its own checks, and its tools around them."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.nn.activations import ACTIVATIONS

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris, load_wine, make_friedman1, make_moons
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from micrograd_tut.sklearn import MGClassifier, MGRegressor

IRIS, MOONS = load_iris(return_X_y=True), make_moons(200, noise=0.2, random_state=0)
NAMES = np.array(load_iris().target_names)[IRIS[1]]
FAST: dict[str, Any] = {"hidden": (16,), "lr": 0.01, "epochs": 60, "random_state": 0}


@pytest.mark.parametrize("estimator", [MGClassifier, MGRegressor])
def test_every_check_of_scikit_learn_passes(estimator: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks cause warnings on purpose
        checks = check_estimator(estimator(hidden=(20,), lr=0.01), on_skip=None)
    statuses = {check["check_name"]: check["status"] for check in checks}
    assert len(statuses) > 40
    assert {name for name, status in statuses.items() if status != "passed"} <= {
        "check_array_api_input"  # needs another library
    }


def test_a_grid_search_in_two_processes_over_a_pipeline() -> None:
    pipeline = make_pipeline(StandardScaler(), MGClassifier(**FAST))
    grid = GridSearchCV(pipeline, {"mgclassifier__hidden": [(4,), (16,)]}, n_jobs=2, cv=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joblib's, of its worker processes
        grid.fit(*load_wine(return_X_y=True))
    assert grid.best_score_ > 0.9


def test_cross_validation_calibration_and_permutation_importance() -> None:
    assert cross_val_score(MGClassifier(**FAST), *IRIS, cv=3).mean() > 0.9
    calibrated = CalibratedClassifierCV(MGClassifier(**FAST), cv=2).fit(*IRIS)
    assert calibrated.score(*IRIS) > 0.9
    classifier = MGClassifier(**FAST).fit(*IRIS)
    importance = permutation_importance(classifier, *IRIS, n_repeats=3, random_state=0)
    assert importance.importances_mean.argmax() in (2, 3)  # the petals


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_are_those_of_the_network_of_values(activation: str) -> None:
    X, y = IRIS[0][::5], IRIS[1][::5]
    classifier = MGClassifier(**FAST | {"epochs": 2}, activation=activation).fit(X, y)
    expected = classifier.model_.predict_proba(X)
    np.testing.assert_allclose(classifier.predict_proba(X), expected, rtol=1e-10, atol=1e-15)
    assert classifier.predict(X).tolist() == classifier.model_.predict(X).tolist()
    regressor = MGRegressor(**FAST | {"epochs": 2}, activation=activation).fit(X, X[:, :2])
    np.testing.assert_allclose(regressor.predict(X), regressor.model_.predict(X), rtol=1e-10)


def test_names_of_classes_come_back_from_the_estimator_and_from_its_model() -> None:
    classifier = MGClassifier(**FAST).fit(IRIS[0], NAMES)
    assert set(classifier.predict(IRIS[0])) == {"setosa", "versicolor", "virginica"}
    assert classifier.model_.predict(IRIS[0][:2]).tolist() == ["setosa", "setosa"]


def test_two_classes_have_probabilities_that_sum_to_1() -> None:
    probabilities = MGClassifier(**FAST).fit(*MOONS).predict_proba(MOONS[0])
    assert probabilities.shape == (200, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)


def test_names_of_columns_are_kept_and_checked() -> None:
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(IRIS[0], columns=list("abcd"))
    classifier = MGClassifier(**FAST).fit(X, IRIS[1])
    assert classifier.feature_names_in_.tolist() == list("abcd")
    with pytest.raises(ValueError, match="feature names should match"):
        classifier.predict(X[list("dcba")])


def parameters(estimator: Any) -> list[float]:
    return [p.data for p in estimator.model_.parameters()]


def test_the_same_seed_gives_the_same_network_and_a_pickle_its_predictions() -> None:
    one, two = (MGClassifier(**FAST).fit(*MOONS) for _ in range(2))
    assert parameters(one) == parameters(two)
    again = pickle.loads(pickle.dumps(one))  # noqa: S301
    assert again.predict_proba(MOONS[0]).tolist() == one.predict_proba(MOONS[0]).tolist()


def test_partial_fit_continues_with_the_state_of_the_optimizer() -> None:
    X, y = MOONS
    settings = FAST | {"batch_size": 200, "early_stopping": None}
    whole = MGClassifier(**settings | {"epochs": 20}).fit(X, y)
    parts = MGClassifier(**settings)
    for _ in range(20):
        parts.partial_fit(X, y, classes=[0, 1])
    np.testing.assert_allclose(parameters(parts), parameters(whole), rtol=1e-6, atol=1e-9)


def test_partial_fit_of_a_regressor_lowers_the_loss() -> None:
    X, y = make_friedman1(100, random_state=0)
    regressor = MGRegressor(**FAST).partial_fit(X, y)
    first = regressor.loss_
    for _ in range(30):
        regressor.partial_fit(X, y)
    assert regressor.loss_ < first / 2


def test_warm_start_goes_on_from_the_parameters() -> None:
    regressor = MGRegressor(**FAST | {"epochs": 5}, warm_start=True).fit(*MOONS)
    first = regressor.history_.rows[-1]["loss"]
    assert regressor.fit(*MOONS).history_.rows[0]["loss"] < first
    cold = clone(regressor).set_params(warm_start=False).fit(*MOONS)
    assert cold.fit(*MOONS).history_.rows[-1]["loss"] == first


def test_whole_weights_are_like_repeated_rows() -> None:
    X, y = MOONS[0][:40], MOONS[1][:40]
    weights = np.arange(40) % 3
    settings = FAST | {"batch_size": 200, "early_stopping": None, "optimizer": "sgd"}
    weighted = MGClassifier(**settings).fit(X, y, sample_weight=weights)
    repeated = MGClassifier(**settings).fit(np.repeat(X, weights, 0), np.repeat(y, weights))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-6)


def test_a_class_with_more_weight_is_predicted_more_often() -> None:
    X, y = make_moons(200, noise=0.5, random_state=0)
    counts = [
        MGClassifier(**FAST, class_weight={0: 1.0, 1: w}).fit(X, y).predict(X).sum()
        for w in (0.2, 1.0, 5.0)
    ]
    assert counts == sorted(set(counts))


def test_early_stopping_ends_before_the_last_epoch_and_restores_the_best() -> None:
    settings = FAST | {"epochs": 500, "early_stopping": 3, "validation": 0.2}
    classifier = MGClassifier(**settings).fit(*MOONS)
    losses = classifier.history_.history["val_loss"]
    assert len(losses) == classifier.n_iter_ < 500
    assert classifier.history_.best_epoch == len(losses) - 3


def test_an_optimizer_object_keeps_its_own_settings() -> None:
    optimizer = mg.SGD(lr=0.05, momentum=0.9)
    assert MGClassifier(**FAST | {"optimizer": optimizer}).fit(*MOONS).score(*MOONS) > 0.8
    assert (optimizer.lr, optimizer.steps) == (0.05, 0)


def test_notebooks_show_scikit_learns_own_picture() -> None:
    assert "MGClassifier" in MGClassifier(hidden=(3,))._repr_html_()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MGClassifier().fit([[1.0], [2.0]], ["a", "a"]), "only one class"),
        (lambda: MGClassifier().fit(*IRIS, sample_weight=[0.0] * 150), "(?i)sample weights"),
        (lambda: MGClassifier().partial_fit(*IRIS), r"needs classes=\[\.\.\.\]"),
        (lambda: MGClassifier().partial_fit(*IRIS, classes=[0, 1]), "has the class 2"),
        (lambda: MGRegressor(loss="hinge").fit(*IRIS), "takes -1 and 1"),
        (lambda: MGRegressor(optimizer="adm").fit(*IRIS), "did you mean 'adam'"),
    ],
)
def test_errors_say_what_is_wrong(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_without_scikit_learn_the_error_says_what_to_install() -> None:
    code = "import sys; sys.modules['sklearn'] = None; import micrograd_tut.sklearn"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].endswith(
        'scikit-learn 1.6 or later: pip install "micrograd-tut[sklearn]"'
    )
