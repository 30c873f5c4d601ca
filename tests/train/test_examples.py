"""What may be trained on, and what is said where it may not."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.train.examples import examples, rows_of, split

inf, nan = float("inf"), float("nan")
ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


def test_classes_become_rows_with_a_single_1() -> None:
    data = examples(ROWS, [2, 0, 1], 3, "multiclass")
    assert data.Y == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert data.labels == [2, 0, 1]


def test_labels_that_are_floats_or_numpy_numbers_are_classes_too() -> None:
    assert examples(ROWS, np.array([1.0, 0.0, 1.0]), 1, "binary").labels == [1, 0, 1]
    assert examples(ROWS, [True, False, True], 1, "binary").labels == [1, 0, 1]


def test_a_column_of_targets_is_a_list_of_them() -> None:
    assert examples(ROWS, [[1.5], [2.5], [3.5]], 1, "regression").labels == [1.5, 2.5, 3.5]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "X is empty; training needs at least one row"),
        (np.empty((0, 2)), "X is empty"),
        ([[1.0, 2.0], [3.0]], r"X\[1\] has 1 number; it needs 2"),
        ([[1.0, 2.0, 3.0]], r"X\[0\] has 3 numbers; it needs 2"),
        ([[1.0, nan]], r"X\[0\]\[1\] is nan; leave the row out, or fill in"),
        ([[1.0, 2.0], [inf, 1.0]], r"X\[1\]\[0\] is inf"),
        ([1.0, 2.0], r"X\[0\] is 1.0, but a row is a list of numbers; .* \[\[x\] for x in X\]"),
        ([["1", 2.0]], r"X\[0\]\[0\] is '1', which is not a number"),
        ([[None, 2.0]], r"X\[0\]\[0\] is None, which is not a number"),
        (["ab"], r"X\[0\] is 'ab'"),
        (7.0, "X must be a list, an array or a frame of numbers; got 7.0"),
    ],
)
def test_rows_that_cannot_be_trained_on(X: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        rows_of(X, 2)


def test_rows_must_be_as_long_as_the_first_where_no_width_is_told() -> None:
    with pytest.raises(DataError, match=r"X\[1\] has 3 numbers; it needs 2"):
        rows_of([[1.0, 2.0], [1.0, 2.0, 3.0]])


def test_a_column_of_a_frame_is_named() -> None:
    class Frame:
        columns = ("size", "weight")

        def to_numpy(self) -> Any:
            return np.array([[1.0, 2.0], [3.0, nan]])

    with pytest.raises(DataError, match=r"X\[1\]\[1\] \(column 'weight'\) is nan"):
        rows_of(Frame())


@pytest.mark.parametrize(
    ("y", "outputs", "task", "error", "message"),
    [
        ([0, 1], 1, "binary", DataError, "X has 3 rows, but y has 2"),
        ([], 1, "binary", DataError, "X has 3 rows, but y has 0"),
        ([0, 1, 2], 1, "binary", DataError, r"y\[2\] is 2; .* 0 and 1.* output='softmax'"),
        ([-1, 1, 1], 1, "binary", DataError, r"y\[0\] is -1; .* \+1, use loss='hinge'"),
        ([0.5, 1, 1], 1, "binary", DataError, r"y\[0\] is 0.5"),
        ([0, 1, 1], 1, "margin", DataError, r"y\[0\] is 0; .*use \[2 \* t - 1 for t in y\]"),
        ([1, nan, 1], 1, "margin", DataError, r"y\[1\] is nan"),
        ([0, 1, 3], 3, "multiclass", DataError, r"y\[2\] is 3; .* whole numbers 0 to 2"),
        ([0, 1, -1], 3, "multiclass", DataError, r"y\[2\] is -1"),
        ([0, 1.5, 1], 3, "multiclass", DataError, r"y\[1\] is 1.5"),
        (
            ["cat", "dog", "cat"],
            3,
            "multiclass",
            DataError,
            r"y\[0\] is 'cat', but .* names = ",
        ),
        ([[0, 1], [1, 0], [1, 0]], 2, "multiclass", DataError, r"y\[0\] is \[0, 1\]"),
        ([0.0, inf, 1.0], 1, "regression", DataError, r"y\[1\] is inf"),
        ([1.0, 2.0, 3.0], 2, "regression", DataError, r"y\[0\] has 1 number, but .* 2 outputs"),
        ([0, 1, 1], 2, "binary", InputError, "has one output, and the net has 2"),
        ([0, 1, 1], 1, "multiclass", InputError, "one output per class, and the net has one"),
    ],
)
def test_targets_that_do_not_fit(
    y: Any, outputs: int, task: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        examples(ROWS, y, outputs, task)


def test_a_split_keeps_every_row_once_and_rows_with_their_targets() -> None:
    X = [[float(i)] for i in range(20)]
    data = examples(X, [2.0 * i for i in range(20)], 1, "regression")
    rest, held_out = split(data, 0.3, random.Random(0))
    assert (len(rest), len(held_out)) == (14, 6)
    assert sorted(rest.X + held_out.X) == X
    assert all(label == 2 * row[0] for part in (rest, held_out) for row, label in zip(
        part.X, part.labels, strict=True))  # fmt: skip


def test_a_split_is_drawn_from_the_whole_range() -> None:
    data = examples([[float(i)] for i in range(100)], [0.0] * 100, 1, "regression")
    _, held_out = split(data, 0.2, random.Random(0))
    assert min(held_out.X)[0] < 20
    assert max(held_out.X)[0] > 80
