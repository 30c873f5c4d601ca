"""Lists, arrays and DataFrames as arrays of finite numbers.

NumPy converts and checks a table at once; the numbers are looked at one by one only if something is
wrong, for an error that gives the position.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy as np

from micrograd_tut.errors import DataError, NotFiniteError, NumberTypeError
from micrograd_tut.ops import to_float
from micrograd_tut.support.text import visible

Array = np.ndarray[Any, np.dtype[np.float64]]

_NUMBERS = {bool, int, float, np.bool_, np.float16, np.float32, np.float64, np.int32, np.int64}


def check_inputs(X: Any, width: int | None = None, name: str = "X", single: bool = False) -> Array:
    """Inputs as an array of finite numbers, shape (rows, inputs).

    Args:
        X: Rows of numbers: lists, an array, or a DataFrame (anything with ``to_numpy``).
        width: The length of every row (default: that of the first row).
        name: The name of the inputs in error messages.
        single: As for `finite_array`.

    Returns:
        `X` itself if it is such an array already, else a new array.

    Raises:
        DataError: there are no rows, a row has another length, or a number is not finite. The
            message gives the index, and the column of a DataFrame.
    """
    rows = as_rows(X, name)
    if not len(rows):
        raise DataError(f"{name} is empty; training needs at least one row")
    array = finite_array(rows, single)
    if array is None or array.ndim != 2 or array.shape[1] != (width or array.shape[1]):
        columns = list(getattr(X, "columns", ())) if hasattr(X, "to_numpy") else []
        array = np.array(_checked_rows(as_list(rows), width, name, columns), float)
    return array


def as_rows(table: Any, name: str) -> Any:
    """An array as it is, the array of a DataFrame, or a list of the rows of any iterable.

    Raises:
        DataError: it has no rows in order, or holds dates or records.
    """
    if isinstance(table, (Mapping, Set)):
        raise DataError(
            f"{name} is a {type(table).__name__}, which has no rows in order; pass a list"
            + (f", such as list({name}.values())" if isinstance(table, Mapping) else "")
        )
    if hasattr(table, "to_numpy"):
        table = table.to_numpy()
    if isinstance(table, np.ndarray) and table.dtype.kind in "mMV":
        raise DataError(
            f"{name} is an array of {table.dtype}, not of numbers; convert it, such as dates to "
            f"days: (dates - dates.min()) / np.timedelta64(1, 'D')"
        )
    if type(table) is np.ndarray and table.ndim:
        return table
    if hasattr(table, "tolist"):
        table = table.tolist()
    if not isinstance(table, Iterable) or isinstance(table, (str, bytes)):
        raise DataError(f"{name} must be a list, an array or a DataFrame of numbers; got {table!r}")
    return list(table)


def as_list(rows: Any) -> list[Any]:
    """The same rows as lists and Python numbers."""
    return list(rows.tolist() if isinstance(rows, np.ndarray) else rows)


def finite_array(rows: Any, single: bool = False) -> Array | None:
    """Finite numbers as an array; None if there is anything else, or rows differ in length.

    Args:
        rows: An array, or a list of numbers or of rows; the array itself is returned if it is one
            of 64-bit floats.
        single: Whether an array of 32-bit floats is returned as it is, too.
    """
    try:
        array = np.asarray(rows)
        if array.dtype == object and not {*map(type, array.flat)} <= _NUMBERS:
            return None
        if array.dtype.kind not in "biufO":
            return None
        if not (single and array.dtype == np.float32):
            with np.errstate(over="ignore"):
                array = array.astype(float, copy=False)
    except (ValueError, TypeError, OverflowError):  # rows of different lengths; a large integer
        return None
    ends = (array.min(), array.max()) if array.size else ()  # nan if one is nan
    return array if all(map(math.isfinite, ends)) else None


def number(x: Any, position: str) -> float:
    """A finite number; `position` names it in error messages.

    Raises:
        DataError: it is something else.
    """
    try:
        converted = to_float(x)
    except NumberTypeError:
        raise DataError(f"{position} is {short(x)}, which is not a number") from None
    except NotFiniteError as error:
        raise DataError(f"{position} does not fit: {error}") from None
    if not math.isfinite(converted):
        raise DataError(f"{position} is {converted}; remove the row or impute a value")
    return converted


def short(x: Any) -> str:
    """The start of what something looks like, for an error message."""
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:59]}…"


def count(items: Any, noun: str) -> str:
    """``1 row``, or ``3 rows``."""
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def _checked_rows(
    rows: list[Any], width: int | None, name: str, columns: list[Any]
) -> list[list[float]]:
    """Rows converted number by number."""
    notes = [f" (column {visible(str(column), 40)!r})" for column in columns]
    checked: list[list[float]] = []
    for i, row in enumerate(rows):
        if not hasattr(row, "__iter__") or isinstance(row, (str, Mapping, Set)):
            raise DataError(
                f"{name}[{i}] is {row!r}, but a row is a list of numbers; for one input use "
                f"[[x] for x in {name}]"
            )
        checked.append(
            [number(x, f"{name}[{i}][{j}]{notes[j] if notes else ''}") for j, x in enumerate(row)]
        )
        expected = len(checked[0]) if width is None else width
        if len(checked[i]) != expected:
            raise DataError(f"{name}[{i}] has {count(checked[i], 'number')}; it needs {expected}")
    return checked
