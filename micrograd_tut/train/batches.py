"""Run a function of one example on many rows: compiled if there are many of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from micrograd_tut.compiler.executor import Executable, narrowed
from micrograd_tut.train.arrays import Array

COMPILED_FROM = 100
"""The number of rows from which compiling takes less time than it saves."""

_CHUNK = 4096  # rows that run at once


def results_of(fn: Callable[..., Sequence[Any]], *arrays: Array) -> Array:
    """The results of a function of one example for each row, shape (rows, results).

    Args:
        fn: Takes one list of numbers for each of the arrays; returns a list of Values.
        arrays: Finite numbers, shape (rows, numbers) each.
    """
    results = compiled_results(fn, *arrays)
    return results_on_values(fn, *arrays) if results is None else results


def results_on_values(fn: Callable[..., Sequence[Any]], *arrays: Array) -> Array:
    """The same, row by row."""
    rows = zip(*arrays, strict=True)
    return np.array([[v.data for v in fn(*(x.tolist() for x in row))] for row in rows])


def compiled_results(fn: Callable[..., Sequence[Any]], *arrays: Array) -> Array | None:
    """The same, compiled; equal to rounding: to about 1e-12 of the largest number in the sums.

    Returns:
        None if there are few rows, or if the function must run on Values: it cannot be compiled, or
        a number is not finite.
    """
    if len(arrays[0]) < COMPILED_FROM:
        return None
    names = [f"x{i}" for i in range(len(arrays))]
    widths = [array.shape[1] for array in arrays]
    try:
        program = Executable(fn, names, widths, np.dtype(float))
    except Exception:
        return None
    program.buffers.parameters[:] = program.read()
    if not np.isfinite(program.buffers.parameters).all():
        return None
    return run_program(program, *arrays)


def run_program(program: Executable, *arrays: Array) -> Array | None:
    """Run a program, with the parameters in its buffers, on any number of rows.

    Returns:
        The results, shape (rows, results); None if a number is not finite.
    """
    results = np.empty((len(arrays[0]), len(program.traced.outputs)))
    for start in range(0, len(results), _CHUNK):
        part = results[start : start + _CHUNK]
        columns = [narrowed(x[start : start + _CHUNK], program.dtype).T for x in arrays]
        found = program.buffers.run_checked(columns, len(part))
        if found is None:
            return None
        part[:] = found.T
    return results
