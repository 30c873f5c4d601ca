"""Examples of a formula: its values at many points, to be learned.

>>> data = formula_data("sin(x) + 0.1*x")
>>> data.inputs, data.X.shape, data.target
(('x',), (150, 1), 'sin(x) + 0.1*x')
"""

from __future__ import annotations

import re

import numpy as np

from micrograd_tut.errors import ExpressionError, InputError
from micrograd_tut.expression import evaluate
from micrograd_tut.support.validation import generator
from micrograd_tut.train.data import DataSet

_POINTS = {1: 150, 2: 200}  # by the number of variables
_VARIABLES = re.compile(r"\b(?:x1|x2|x|y)\b")


def formula_data(text: str, low: float = -5.0, high: float = 5.0, seed: int = 0) -> DataSet:
    """The values of a formula of one or two variables as a data set.

    Args:
        text: The formula, of x, of x and y, or of x1 and x2.
        low, high: The range of each variable. One variable takes equally spaced numbers, two take
            random ones.
        seed: Random seed for those.

    Raises:
        InputError: it has no variable, more than two, or the range is empty.
        ExpressionError: the formula cannot be read, or has no value somewhere in the range.
    """
    names = sorted(set(_VARIABLES.findall(text)))
    if not 1 <= len(names) <= 2:
        raise InputError(
            f'a formula to learn has the variable x, or x and y, such as "sin(x) + 0.1*x"; got '
            f"{text!r}"
        )
    if not low < high:
        raise InputError(f"the range of the variables is empty: {low:g} to {high:g}")
    rng, count = generator(seed), _POINTS[len(names)]
    if len(names) == 1:
        X = np.linspace(low, high, count)[:, None]
    else:
        X = np.array([[rng.uniform(low, high) for _ in names] for _ in range(count)])
    y = np.array([float(evaluate(text, dict(zip(names, row, strict=True)))) for row in X.tolist()])
    return DataSet(text, X, y, tuple(names), text)


def is_formula(text: str) -> bool:
    """Whether a text can be read as a formula of numbers and names."""
    try:
        evaluate(text, dict.fromkeys(_VARIABLES.findall(text), 1.5))
    except ExpressionError:
        return False
    return True
