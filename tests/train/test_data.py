"""Data sets by name, their split, and their scaling."""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

from micrograd_tut.errors import DataError, InputError, MissingPartError
from micrograd_tut.train.data import DATA_SETS, DataSet, Scaling, data_set


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_a_shipped_set_is_that_of_scikit_learn(name: str) -> None:
    found = data_set(name)
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    assert (found.X == X).all()
    assert (found.y == y).all()
    assert len(found.inputs) == X.shape[1]
    assert len(found.classes) == len(set(y))


@pytest.mark.parametrize("name", ["moons", "circles", "xor"])
def test_a_made_set_has_two_classes_of_a_hundred_points_in_the_plane(name: str) -> None:
    found = data_set(name)
    assert found.X.shape == (200, 2)
    assert Counter(found.y) == {0: 100, 1: 100}


@pytest.mark.parametrize("name", ["moons", "circles", "xor"])
def test_the_seed_tells_the_points(name: str) -> None:
    assert (data_set(name, 3).X == data_set(name, 3).X).all()
    assert (data_set(name, 3).X != data_set(name, 4).X).any()


def test_in_xor_points_near_opposite_corners_are_alike() -> None:
    xor = data_set("xor")
    corners = xor.X.round()
    near = abs(xor.X - corners).max(1) < 0.4
    inside = near & (corners >= 0).all(1) & (corners <= 1).all(1)
    assert inside.sum() > 190
    assert (xor.y == (corners[:, 0] != corners[:, 1]))[inside].all()


def test_a_name_that_is_not_known_is_told_with_those_that_are() -> None:
    with pytest.raises(InputError, match="'irsi' is not known; use one of iris, wine"):
        data_set("irsi")


def test_without_scikit_learn_only_xor_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingPartError, match=r'iris .* pip install "micrograd-tut\[data\]"'):
        data_set("iris")
    assert len(data_set("xor").y) == 200


# --- Splitting ------------------------------------------------------------------------------


def numbered(classes: int, rows: int) -> DataSet:
    """Rows that know their place."""
    y = np.arange(rows) % classes if classes else np.arange(rows) / 7
    names = tuple(f"c{c}" for c in range(classes))
    return DataSet("numbered", np.arange(rows, dtype=float)[:, None], y * 1.0, ("x",), "y", names)


@given(st.integers(0, 5), st.integers(20, 60), st.floats(0.05, 0.95), st.integers(0, 9))
def test_each_row_is_in_one_part_with_its_target(
    classes: int, rows: int, share: float, seed: int
) -> None:
    data = numbered(classes, rows)
    parts = data.split(share, seed)
    assert sorted(x for part in parts for x in part.X[:, 0]) == list(range(rows))
    for part in parts:
        assert len(part.y)
        assert (part.y == data.y[part.X[:, 0].astype(int)]).all()


@given(st.integers(2, 5), st.integers(20, 60), st.floats(0.05, 0.95))
def test_each_class_is_held_out_in_proportion(classes: int, rows: int, share: float) -> None:
    data = numbered(classes, rows)
    _, held_out = data.split(share)
    for c in range(classes):
        n, held = (data.y == c).sum(), (held_out.y == c).sum()
        assert held == min(max(round(share * n), 1), n - 1)


def test_the_seed_tells_the_split() -> None:
    iris = data_set("iris")
    assert (iris.split(seed=1)[1].X == iris.split(seed=1)[1].X).all()
    assert (iris.split(seed=1)[1].X != iris.split(seed=2)[1].X).any()


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, float("nan")])
def test_a_share_that_leaves_one_part_empty_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="must lie between 0 and 1"):
        numbered(2, 20).split(share)


def test_a_class_of_one_row_cannot_be_split() -> None:
    with pytest.raises(DataError, match="numbered: class 'c2' has 1 row"):
        numbered(3, 5).split()


# --- Scaling --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATA_SETS)
def test_scaling_agrees_with_scikit_learn(name: str) -> None:
    train, held_out = data_set(name).split()
    expected = StandardScaler().fit(train.X).transform(held_out.X)
    assert Scaling.of(train.X).apply(held_out.X) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_constant_column_becomes_zero_even_if_its_mean_is_rounded() -> None:
    X = np.full((7, 1), 0.7)
    assert X.std() > 0
    assert (abs(Scaling.of(X).apply(X)) < 1e-15).all()


@pytest.mark.parametrize("size", [5e-324, 1e-310, 1e-200, 1e-162, 1e155, 1e200, 1e308])
def test_numbers_whose_squares_are_no_floats_are_scaled_like_others(size: float) -> None:
    X = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, 0.0], [1.0, 0.0]]) * size
    scaling = Scaling.of(X)
    assert scaling.deviation[0] == size
    assert scaling.apply(X)[:, 0].tolist() == [1.0, -1.0, -1.0, 1.0]
    if size == 5e-324:  # half of it is none
        assert np.isfinite(scaling.apply(X)).all()
    else:
        assert scaling.apply(X)[:, 1] == pytest.approx([1.0, 1.0, -1.0, -1.0], rel=1e-12)


@pytest.mark.parametrize("exponent", [-1000, -300, 300, 1000])
def test_the_scaling_of_a_column_follows_its_unit_to_the_last_digit(exponent: int) -> None:
    X = data_set("wine").X
    scaling, scaled = Scaling.of(X), Scaling.of(np.ldexp(X, exponent))
    assert np.ldexp(scaling.mean, exponent).tolist() == list(scaled.mean)
    assert np.ldexp(scaling.deviation, exponent).tolist() == list(scaled.deviation)


def test_undo_gives_back_what_was_scaled() -> None:
    X = data_set("wine").X
    scaling = Scaling.of(X)
    assert scaling.undo(scaling.apply(X)) == pytest.approx(X, rel=1e-14)
