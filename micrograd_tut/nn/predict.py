"""How the outputs of a net are read as an answer, for each kind of task.

A net gives numbers. Whether 0.8 is a length, a margin or a probability depends on what it was
trained for, and so does the answer that one reads from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError, NumberTypeError


class Reading(NamedTuple):
    """How outputs are read.

    Attributes:
        answer: The answer for one example, of its list of outputs.
        probabilities: One probability per class, of the list of logits; None where the outputs
            are none.
    """

    answer: Callable[[list[float]], object]
    probabilities: Callable[[list[float]], list[float]] | None = None


def _alone(outputs: list[float]) -> object:
    return outputs[0] if len(outputs) == 1 else outputs


def _sign(outputs: list[float]) -> int:
    return 1 if outputs[0] >= 0 else -1


def _yes(logits: list[float]) -> int:
    return int(logits[0] >= 0)


def _no_and_yes(logits: list[float]) -> list[float]:
    return [ops.sigmoid(-logits[0]), ops.sigmoid(logits[0])]


def _largest(logits: list[float]) -> int:
    return max(range(len(logits)), key=logits.__getitem__)


READINGS = {
    "regression": Reading(_alone),
    "margin": Reading(_sign),
    "binary": Reading(_yes, _no_and_yes),
    "multiclass": Reading(_largest, ops.softmax),
}
"""By task. "regression" gives the numbers; "margin" -1 or +1; "binary" 0 or 1; "multiclass" the
class, 0 to k - 1. The last two read logits."""

TASK_OF_HEAD = {"sigmoid": "binary", "softmax": "multiclass"}
"""The task that the activation of an output layer tells; for every other one "regression"."""


def check_outputs(task: str, outputs: int) -> None:
    """Look whether a net with as many outputs can answer.

    Raises:
        InputError: several outputs where one is read, or one where each class has its own.
    """
    if task == "multiclass" and outputs < 2:
        raise InputError(
            "classes are told by one output per class, and the net has one; for two classes use "
            "output='sigmoid' and loss='binary_cross_entropy'"
        )
    if task in ("binary", "margin") and outputs != 1:
        raise InputError(
            f"a {task} net answers by one output, and the net has {outputs}; for one class of "
            f"several use output='softmax' and loss='categorical_cross_entropy'. Several yes or "
            f"no answers are read from the outputs themselves: model(x)"
        )


class Answers:
    """What every net can tell once it can be called on a row: its logits and its answers."""

    def __call__(self, x: Iterable[Any]) -> Any:
        """The outputs for one row; a subclass tells how."""
        raise NotImplementedError(
            f"{type(self).__name__} does not tell its outputs: give it __call__"
        )

    @property
    def head(self) -> str:
        """The activation that the outputs come through; "linear" unless a subclass tells."""
        return "linear"

    @property
    def task(self) -> str:
        """How `predict` reads the outputs: "regression", "margin", "binary" or "multiclass".

        Training sets it from the loss; before, the head tells.
        """
        return self.__dict__.get("_task") or TASK_OF_HEAD.get(self.head, "regression")

    @task.setter
    def task(self, task: str) -> None:
        if task not in READINGS:
            raise InputError(f"task {task!r} is not known; use one of {', '.join(READINGS)}")
        self._task = task

    def logits(self, x: Iterable[Any]) -> list[Value]:
        """The outputs for `x` as a list, before the head where that is sigmoid or softmax."""
        return listed(self(x))

    def predict(self, X: Iterable[Iterable[Any]]) -> Any:
        """The answer for each row of `X`, as `task` says: numbers, -1 or +1, or the class.

        Args:
            X: Rows of n numbers: lists, an array, or a frame.

        Returns:
            An array of shape (rows,), or (rows, outputs) for a regression with several outputs.

        Raises:
            InputError: a row has another length, or holds a number that is not finite; the net
                has several outputs where `task` reads one, or one where it reads one per class.
        """
        import numpy as np

        answer = READINGS[self.task].answer
        return np.array([answer(row) for row in self._outputs(X)])

    def predict_proba(self, X: Iterable[Iterable[Any]]) -> Any:
        """The probability of each class for each row of `X`.

        Returns:
            An array of shape (rows, classes). A net with one output has two classes, 0 and 1.

        Raises:
            InputError: the outputs are not probabilities, or a row does not fit, as in `predict`.
        """
        import numpy as np

        probabilities = READINGS[self.task].probabilities
        if probabilities is None:
            raise InputError(
                f"the outputs of a {self.task} net are not probabilities; use predict, or a net "
                f"with output='sigmoid' (two classes) or output='softmax' (several)"
            )
        return np.array([probabilities(row) for row in self._outputs(X)])

    def _outputs(self, X: Iterable[Iterable[Any]]) -> list[list[float]]:
        """What `READINGS` takes: one list per row, logits where the task reads them."""
        X = X.to_numpy() if hasattr(X, "to_numpy") else X
        of = self.logits if READINGS[self.task].probabilities else lambda x: listed(self(x))
        if not isinstance(X, Iterable):
            raise InputError(f"an answer is given for each of several rows, as [[1, 2]]; got {X!r}")
        rows = []
        for i, x in enumerate(X):
            try:
                rows.append([v.data for v in of(x)])
            except (InputError, NumberTypeError) as error:
                raise InputError(f"row {i}: {error}") from None
            check_outputs(self.task, len(rows[i]))
            if not all(map(math.isfinite, rows[i])):
                raise InputError(
                    f"row {i} has no answer: the net gives {rows[i]}. Is nan in the row?"
                )
        return rows


def listed(outs: Any) -> list[Value]:
    """Outputs as a list, also where there is only one."""
    return [outs] if isinstance(outs, Value) else list(outs)
