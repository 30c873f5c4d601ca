"""Networks as estimators of scikit-learn: `MGClassifier` and `MGRegressor`."""

from micrograd_tut.bridges.scikit_learn import (
    MGClassifier as MGClassifier,
    MGRegressor as MGRegressor,
)
