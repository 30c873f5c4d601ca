"""Which examples can be trained on, and the errors for all others."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.train.arrays import check_inputs
from micrograd_tut.train.examples import make_examples, split

inf, nan = float("inf"), float("nan")
ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def test_classes_become_one_hot_rows() -> None:
    data = make_examples(ROWS, [2, 0, 1], 3, "multiclass")
    assert data.Y.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert data.labels.tolist() == [2, 0, 1]


def test_float_bool_and_numpy_labels_are_classes() -> None:
    for y in (np.array([1.0, 0.0, 1.0]), [True, False, True], [1.0, np.int8(0), Fraction(1)]):
        assert make_examples(ROWS, y, 1, "binary").labels.tolist() == [1, 0, 1]


def test_column_of_targets_is_a_list_of_targets() -> None:
    for y in ([[1.5], [2.5], [3.5]], [[1.5], 2.5, [3.5]]):
        assert make_examples(ROWS, y, 1, "regression").labels.tolist() == [1.5, 2.5, 3.5]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "X is empty; training needs at least one row"),
        (np.empty((0, 2)), "X is empty"),
        ([[1.0, 2.0], [3.0]], r"X\[1\] has 1 number; it needs 2"),
        ([[1.0, 2.0, 3.0]], r"X\[0\] has 3 numbers; it needs 2"),
        ([[1.0, nan]], r"X\[0\]\[1\] is nan; remove the row or impute"),
        ([[1.0, 2.0], [inf, 1.0]], r"X\[1\]\[0\] is inf"),
        ([1.0, 2.0], r"X\[0\] is 1.0, but a row is a list of numbers; .* \[\[x\] for x in X\]"),
        ([["1", 2.0]], r"X\[0\]\[0\] is '1', which is not a number"),
        ([[None, 2.0]], r"X\[0\]\[0\] is None, which is not a number"),
        (["ab"], r"X\[0\] is 'ab'"),
        (7.0, "X must be a list, an array or a DataFrame of numbers; got 7.0"),
    ],
)
def test_invalid_inputs_raise(X: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_inputs(X, 2)


def test_rows_must_be_as_long_as_the_first_by_default() -> None:
    with pytest.raises(DataError, match=r"X\[1\] has 3 numbers; it needs 2"):
        check_inputs([[1.0, 2.0], [1.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    "X",
    [
        np.array([[1, 2], [3, 4]], np.int8),
        np.array([[1, 2], [3, 4]], np.float16),
        np.array([[1, 2], [3, 4]], np.longdouble),
        np.array([[1, 2.0], [np.float32(3), True + 3]], object),
        [(1, 2.0), np.array([3.0, 4.0])],
        [[Fraction(1), 2], [3, 4.0]],
        ([k, k + 1] for k in (1, 3)),
    ],
)
def test_numbers_of_any_type_become_floats(X: Any) -> None:
    checked = check_inputs(X, 2)
    assert checked.dtype == np.float64
    assert checked.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_array_of_floats_is_not_copied(dtype: Any) -> None:
    X = ROWS.astype(dtype)
    assert check_inputs(X, single=True) is X


def test_inputs_of_32_bits_are_checked() -> None:
    with pytest.raises(DataError, match=r"X\[1\]\[0\] is inf"):
        check_inputs(np.array([[1.0], [np.inf]], np.float32), single=True)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.array([["2020-01-01"]] * 2, "M8[ns]"), r"array of datetime64\[ns\], not of numbers"),
        (np.array([[1], [2]], "m8[ns]"), r"array of timedelta64\[ns\], not"),
        (np.zeros(2, [("a", float)]), r"array of \[\('a', '<f8'\)\], not"),
        (np.ma.masked_equal([[1.0], [2.0]], 2.0), r"\[1\]\[0\] is None|y\[1\] is None"),
        ([[10**400], [1]], r"\[0\](\[0\])? does not fit: the int 1000"),
        (np.array([[1.0], [np.longdouble("1e400")]]), r"\[1\](\[0\])? is inf"),
        ([{0: 1.0}, {0: 2.0}], r"\[0\] is \{0: 1.0\}"),
    ],
)
def test_dates_records_and_gaps_are_refused_as_inputs_and_as_targets(
    table: Any, message: str
) -> None:
    with pytest.raises(DataError, match=f"X.*{message}"):
        check_inputs(table)
    with pytest.raises(DataError, match=f"y.*{message}"):
        make_examples(ROWS[:2], table, 1, "regression")


def test_error_names_the_column_of_a_data_frame() -> None:
    class Frame:
        columns = ("size", "weight")

        def to_numpy(self) -> Any:
            return np.array([[1.0, 2.0], [3.0, nan]])

    with pytest.raises(DataError, match=r"X\[1\]\[1\] \(column 'weight'\) is nan"):
        check_inputs(Frame())


@pytest.mark.parametrize(
    ("y", "outputs", "task", "error", "message"),
    [
        ([0, 1], 1, "binary", DataError, "X has 3 rows but y has 2 targets"),
        ([], 1, "binary", DataError, "X has 3 rows but y has 0 targets"),
        ([0, 1, 2], 1, "binary", DataError, r"y\[2\] is 2; .* 0 and 1.* output='softmax'"),
        ([-1, 1, 1], 1, "binary", DataError, r"y\[0\] is -1; .* \+1, use loss='hinge'"),
        ([0.5, 1, 1], 1, "binary", DataError, r"y\[0\] is 0.5"),
        ([0, 1, 1], 1, "margin", DataError, r"y\[0\] is 0; .*use \[2 \* t - 1 for t in y\]"),
        ([1, nan, 1], 1, "margin", DataError, r"y\[1\] is nan"),
        ([0, 1, 3], 3, "multiclass", DataError, r"y\[2\] is 3; .* integers 0 to 2"),
        ([0, 1, -1], 3, "multiclass", DataError, r"y\[2\] is -1"),
        ([0, 1.5, 1], 3, "multiclass", DataError, r"y\[1\] is 1.5"),
        (
            ["cat", "dog", "cat"],
            3,
            "multiclass",
            DataError,
            r"y\[0\] is 'cat', which is not a number",
        ),
        ([[0, 1], [1, 1], [1, 0]], 2, "multiclass", DataError, r"y\[1\] is \[1, 1\]; .*one-hot"),
        ([[0, 1], [1, 0], [1]], 3, "multiclass", DataError, r"y\[0\] is \[0, 1\]; .*one-hot"),
        ([[0.2, 0.8]] * 3, 2, "multiclass", DataError, r"y\[0\] is \[0.2, 0.8\]; .*one-hot"),
        ([[0, 1], [1, 2], [1, 0]], 2, "multilabel", DataError, r"y\[1\] is \[1, 2\]; .*0 or 1"),
        ([0, 1, 1], 2, "multilabel", DataError, r"y\[0\] is 0; .*row of 2 numbers"),
        ({0: 1, 1: 0, 2: 1}, 1, "binary", DataError, r"y is a dict, .*list\(y.values\(\)\)"),
        ({0, 1, 2}, 3, "multiclass", DataError, "y is a set"),
        (["a", "b", "c"], 1, "regression", DataError, r"y\[0\] is 'a', .* output='softmax'"),
        ([0.0, inf, 1.0], 1, "regression", DataError, r"y\[1\] is inf"),
        (
            [1.0, 2.0, 3.0],
            2,
            "regression",
            DataError,
            r"y\[0\] has 1 number, .* of size 1",
        ),
        ([0, 1, 1], 2, "binary", InputError, "has one output, and the net has 2"),
        ([0, 1, 1], 1, "multiclass", InputError, "one output per class, and the net has one"),
    ],
)
def test_invalid_targets_raise(
    y: Any, outputs: int, task: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make_examples(ROWS, y, outputs, task)


def test_split_keeps_every_row_once_with_its_target() -> None:
    X = np.arange(20.0)[:, None]
    data = make_examples(X, [2.0 * i for i in range(20)], 1, "regression")
    parts = split(data, 0.3, random.Random(0))
    assert list(map(len, parts)) == [14, 6]
    assert sorted(np.concatenate([part.X[:, 0] for part in parts])) == [*range(20)]
    for part in parts:
        assert (part.labels == 2 * part.X[:, 0]).all()
        assert (part.Y == 2 * part.X).all()


def test_split_chooses_among_all_rows() -> None:
    data = make_examples(np.arange(100.0)[:, None], [0.0] * 100, 1, "regression")
    _, validation = split(data, 0.2, random.Random(0))
    assert validation.X.min() < 20
    assert validation.X.max() > 80
