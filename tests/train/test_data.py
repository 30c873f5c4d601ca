"""Data sets by name, their split, and the scaling of their columns."""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, strategies as st
from sklearn import datasets, preprocessing

from micrograd_tut.errors import DataError, InputError, MissingPartError
from micrograd_tut.train.data import DATA_SETS, DataSet, data_set
from micrograd_tut.train.preprocessing import StandardScaler


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_shipped_data_set_equals_scikit_learns(name: str) -> None:
    data = data_set(name)
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    assert (data.X == X).all()
    assert (data.y == y).all()
    assert len(data.inputs) == X.shape[1]
    assert len(data.classes) == len(set(y))


@pytest.mark.parametrize("name", ["moons", "circles", "xor"])
def test_generated_data_set_has_two_classes_of_100_points(name: str) -> None:
    data = data_set(name)
    assert data.X.shape == (200, 2)
    assert Counter(data.y) == {0: 100, 1: 100}


@pytest.mark.parametrize("name", ["moons", "circles", "xor"])
def test_seed_determines_the_points(name: str) -> None:
    assert (data_set(name, 3).X == data_set(name, 3).X).all()
    assert (data_set(name, 3).X != data_set(name, 4).X).any()


def test_xor_points_near_opposite_corners_share_a_class() -> None:
    xor = data_set("xor")
    corners = xor.X.round()
    near = abs(xor.X - corners).max(1) < 0.4
    inside = near & (corners >= 0).all(1) & (corners <= 1).all(1)
    assert inside.sum() > 190
    assert (xor.y == (corners[:, 0] != corners[:, 1]))[inside].all()


def test_unknown_name_error_lists_known_names() -> None:
    with pytest.raises(InputError, match="'irsi' is not known; use one of iris, wine"):
        data_set("irsi")


def test_without_scikit_learn_only_xor_is_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingPartError, match=r'iris .* pip install "micrograd-tut\[data\]"'):
        data_set("iris")
    assert len(data_set("xor").y) == 200


# --- Splitting ------------------------------------------------------------------------------


def numbered(classes: int, rows: int) -> DataSet:
    """Rows whose only input is their row number."""
    y = np.arange(rows) % classes if classes else np.arange(rows) / 7
    names = tuple(f"c{c}" for c in range(classes))
    return DataSet("numbered", np.arange(rows, dtype=float)[:, None], y * 1.0, ("x",), "y", names)


@given(st.integers(0, 5), st.integers(20, 60), st.floats(0.05, 0.95), st.integers(0, 9))
def test_each_row_is_in_one_set_with_its_target(
    classes: int, rows: int, fraction: float, seed: int
) -> None:
    data = numbered(classes, rows)
    parts = data.split(fraction, seed)
    assert sorted(x for part in parts for x in part.X[:, 0]) == list(range(rows))
    for part in parts:
        assert len(part.y)
        assert (part.y == data.y[part.X[:, 0].astype(int)]).all()


@given(st.integers(2, 5), st.integers(20, 60), st.floats(0.05, 0.95))
def test_split_is_stratified(classes: int, rows: int, fraction: float) -> None:
    data = numbered(classes, rows)
    _, test = data.split(fraction)
    for c in range(classes):
        n, in_test_set = (data.y == c).sum(), (test.y == c).sum()
        assert in_test_set == min(max(round(fraction * n), 1), n - 1)


def test_seed_determines_the_split() -> None:
    iris = data_set("iris")
    assert (iris.split(seed=1)[1].X == iris.split(seed=1)[1].X).all()
    assert (iris.split(seed=1)[1].X != iris.split(seed=2)[1].X).any()


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, float("nan")])
def test_fraction_outside_0_to_1_raises(fraction: float) -> None:
    with pytest.raises(InputError, match=r"must be between 0 and 1, such as 0.25"):
        numbered(2, 20).split(fraction)


def test_class_with_one_row_cannot_be_split() -> None:
    with pytest.raises(DataError, match="numbered: class 'c2' has 1 row"):
        numbered(3, 5).split()


# --- Scaling --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATA_SETS)
def test_scaler_agrees_with_scikit_learn(name: str) -> None:
    train, test = data_set(name).split()
    expected = preprocessing.StandardScaler().fit(train.X).transform(test.X)
    assert StandardScaler.fit(train.X).transform(test.X) == pytest.approx(
        expected, rel=1e-12, abs=1e-12
    )


def test_constant_column_becomes_zero_even_if_its_mean_is_rounded() -> None:
    X = np.full((7, 1), 0.7)
    assert X.std() > 0
    assert (abs(StandardScaler.fit(X).transform(X)) < 1e-15).all()


@pytest.mark.parametrize("size", [5e-324, 1e-310, 1e-200, 1e-162, 1e155, 1e200, 1e308])
def test_numbers_whose_squares_overflow_or_underflow_are_scaled(size: float) -> None:
    X = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, 0.0], [1.0, 0.0]]) * size
    scaling = StandardScaler.fit(X)
    assert scaling.deviation[0] == size
    assert scaling.transform(X)[:, 0].tolist() == [1.0, -1.0, -1.0, 1.0]
    if size == 5e-324:  # half of it is not a float
        assert np.isfinite(scaling.transform(X)).all()
    else:
        assert scaling.transform(X)[:, 1] == pytest.approx([1.0, 1.0, -1.0, -1.0], rel=1e-12)


@pytest.mark.parametrize("exponent", [-1000, -300, 300, 1000])
def test_scaler_follows_the_unit_of_a_column_exactly(exponent: int) -> None:
    X = data_set("wine").X
    scaling, scaled = StandardScaler.fit(X), StandardScaler.fit(np.ldexp(X, exponent))
    assert np.ldexp(scaling.mean, exponent).tolist() == list(scaled.mean)
    assert np.ldexp(scaling.deviation, exponent).tolist() == list(scaled.deviation)


def test_blocks_of_columns_are_scaled_like_single_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    X = data_set("wine").X
    monkeypatch.setattr("micrograd_tut.train.preprocessing._BLOCK", 4 * len(X))
    scaling = StandardScaler.fit(X)
    assert scaling.mean == pytest.approx(X.mean(0), rel=1e-14)
    assert scaling.deviation == pytest.approx(X.std(0), rel=1e-14)


def test_rows_are_scaled_in_place_on_request() -> None:
    X = data_set("wine").X
    scaling = StandardScaler.fit(X)
    expected = scaling.transform(X)
    assert scaling.transform(X, out=X) is X
    assert (expected == X).all()


def test_inverse_transform_undoes_transform() -> None:
    X = data_set("wine").X
    scaling = StandardScaler.fit(X)
    assert scaling.inverse_transform(scaling.transform(X)) == pytest.approx(X, rel=1e-14)
