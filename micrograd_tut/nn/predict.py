"""From the outputs of a net to predictions, for each kind of task.

A net gives numbers. Whether 0.8 is a length, a margin or a probability depends on what it was
trained for, and so does the prediction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.support.validation import one_of

T = TypeVar("T")


class DecisionRule(NamedTuple):
    """From the outputs of a network to predictions.

    Attributes:
        predict: The prediction for one example, from its list of outputs.
        probabilities: One probability per class, from the list of logits; None if the outputs are
            not probabilities.
    """

    predict: Callable[[list[float]], object]
    probabilities: Callable[[list[float]], list[float]] | None = None


def squeeze(outputs: list[T]) -> T | list[T]:
    """A list as it is; of a list of one, its element."""
    return outputs[0] if len(outputs) == 1 else outputs


def _sign(outputs: list[float]) -> int:
    return 1 if outputs[0] >= 0 else -1


def _is_positive(logits: list[float]) -> int:
    return int(logits[0] >= 0)


def _two_probabilities(logits: list[float]) -> list[float]:
    return [ops.sigmoid(-logits[0]), ops.sigmoid(logits[0])]


def _largest(logits: list[float]) -> int:
    return max(range(len(logits)), key=logits.__getitem__)


def _each_positive(logits: list[float]) -> list[int]:
    return [int(z >= 0) for z in logits]


def _each_probability(logits: list[float]) -> list[float]:
    return [ops.sigmoid(z) for z in logits]


DECISION_RULES = {
    "regression": DecisionRule(squeeze),
    "margin": DecisionRule(_sign),
    "binary": DecisionRule(_is_positive, _two_probabilities),
    "multilabel": DecisionRule(_each_positive, _each_probability),
    "multiclass": DecisionRule(_largest, ops.softmax),
}
"""By task. "regression" gives the numbers; "margin" -1 or +1; "binary" 0 or 1; "multilabel" 0 or 1
for each output; "multiclass" the class, 0 to k - 1. The last three read logits."""

TASK_OF_ACTIVATION = {"sigmoid": "binary", "softmax": "multiclass"}
"""The task of a net with this output activation; with any other it is "regression"."""


def task_for(task: str, outputs: int) -> str:
    """The task of a net with this number of outputs: "binary" with several is "multilabel"."""
    return "multilabel" if task == "binary" and outputs > 1 else task


def check_outputs(task: str, outputs: int) -> None:
    """Check that a net with this number of outputs can do a task.

    Raises:
        InputError: several outputs for a task that takes one, or one where each class has its own.
    """
    if task == "multiclass" and outputs < 2:
        raise InputError(
            "a multiclass net needs one output per class, and the net has one output; for two "
            "classes use output='sigmoid' and loss='binary_cross_entropy'"
        )
    if task in ("binary", "margin") and outputs != 1:
        raise InputError(
            f"a {task} net has one output, and the net has {outputs}; for one class of several use "
            f"output='softmax' and loss='categorical_cross_entropy', for several labels of 0 or 1 "
            f"output='sigmoid' and loss='binary_cross_entropy'"
        )


class Predictor:
    """What every net can do that can be called on one example: give logits and predictions.

    Attributes:
        class_names: The names of the classes, in order, if it was trained on names; else empty.
    """

    class_names: tuple[str, ...] = ()

    def __call__(self, x: Iterable[Any]) -> Any:
        """The outputs for one example; a subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} has no outputs: define __call__(self, x)")

    @property
    def output_activation(self) -> str:
        """The activation that the outputs come through; "linear" for a model without one."""
        return str(vars(self).get("activation", "linear"))

    @property
    def task(self) -> str:
        """What `predict` predicts, one of `DECISION_RULES`.

        Training sets it from the loss; before, it follows from the output activation.
        """
        default = TASK_OF_ACTIVATION.get(self.output_activation, "regression")
        return str(vars(self).get("_task", default))

    @task.setter
    def task(self, task: str) -> None:
        self._task = one_of("task", task, DECISION_RULES)

    def logits(self, x: Iterable[Any]) -> list[Value]:
        """The outputs for one example as a list, before a sigmoid or softmax."""
        return output_list(self(x))

    def predict(self, X: Iterable[Iterable[Any]]) -> Any:
        """The prediction for each row of `X`, by `task`: numbers, -1 or +1, or the class.

        A net trained on names of classes predicts the names.

        Args:
            X: Rows of n numbers: lists, an array, or a data frame.

        Returns:
            An array of shape (rows,), or (rows, outputs) for a regression with several outputs
            and for "multilabel".

        Raises:
            InputError: a row has another length or a number that is not finite, or the number of
                outputs does not suit the task.
        """
        import numpy as np

        rows = self._outputs(X)
        task = task_for(self.task, len(rows[0]) if rows else 1)
        predictions: list[Any] = [DECISION_RULES[task].predict(row) for row in rows]
        if self.class_names and task in ("margin", "binary", "multiclass"):
            predictions = [self.class_names[max(k, 0)] for k in predictions]  # -1 is the first
        return np.array(predictions)

    def predict_proba(self, X: Iterable[Iterable[Any]]) -> Any:
        """The probability of each class for each row of `X`.

        Returns:
            An array of shape (rows, classes), in the order of `class_names`. A net with one output
            has two classes, 0 and 1. For "multilabel", of shape (rows, labels): the probability of
            each label.

        Raises:
            InputError: the outputs are not probabilities, or as for `predict`.
        """
        import numpy as np

        if DECISION_RULES[self.task].probabilities is None:
            raise InputError(
                f"the outputs of a {self.task} net are not probabilities; use predict, or a net "
                f"with output='sigmoid' (two classes) or output='softmax' (several)"
            )
        rows = self._outputs(X)
        task = task_for(self.task, len(rows[0]) if rows else 1)
        probabilities: Any = DECISION_RULES[task].probabilities
        return np.array([probabilities(row) for row in rows])

    def _outputs(self, X: Iterable[Iterable[Any]]) -> list[list[float]]:
        """One list per row: logits if the task has probabilities, else outputs."""
        X = X.to_numpy() if hasattr(X, "to_numpy") else X
        if not isinstance(X, Iterable):
            raise InputError(f"X is a list of rows, such as [[1, 2], [3, 4]]; got {X!r}")
        probabilities = DECISION_RULES[self.task].probabilities
        rows = []
        for i, x in enumerate(X):
            try:
                outputs = self.logits(x) if probabilities else output_list(self(x))
            except (InputError, NumberTypeError) as error:
                raise InputError(f"row {i}: {error}") from None
            rows.append([v.data for v in outputs])
            check_outputs(task_for(self.task, len(rows[i])), len(rows[i]))
            if not all(map(math.isfinite, rows[i])):
                raise InputError(
                    f"row {i} has no prediction: the outputs are {rows[i]}. Is there a nan in it?"
                )
        return rows


def output_list(outputs: Any) -> list[Value]:
    """Outputs as a list, also if there is only one."""
    return [outputs] if isinstance(outputs, Value) else list(outputs)
