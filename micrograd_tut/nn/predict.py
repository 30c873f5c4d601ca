"""From the outputs of a net to predictions, for each kind of task.

A net gives numbers. Whether 0.8 is a length, a margin or a probability depends on what it was
trained for, and so does the prediction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from micrograd_tut import ops
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.support.validation import one_of

T = TypeVar("T")


class DecisionRule(NamedTuple):
    """From the outputs of a network to predictions.

    Attributes:
        predict: The prediction for each example, from an array of outputs, shape (rows, outputs).
        probabilities: One probability per class, from the list of logits of one example, numbers or
            Values; None if the outputs are not probabilities.
    """

    predict: Callable[[Any], Any]
    probabilities: Callable[[list[Any]], list[Any]] | None = None


def squeeze(outputs: list[T]) -> T | list[T]:
    """A list as it is; of a list of one, its element."""
    return outputs[0] if len(outputs) == 1 else outputs


def _numbers(outputs: Any) -> Any:
    return outputs[:, 0] if outputs.shape[1] == 1 else outputs


def _sign(outputs: Any) -> Any:
    return 2 * (outputs[:, 0] >= 0) - 1


def _is_positive(logits: Any) -> Any:
    return (logits[:, 0] >= 0).astype(int)


def _two_probabilities(logits: list[Any]) -> list[Any]:
    return [ops.sigmoid(-logits[0]), ops.sigmoid(logits[0])]


def _largest(logits: Any) -> Any:
    return logits.argmax(1)


def _each_positive(logits: Any) -> Any:
    return (logits >= 0).astype(int)


def _each_probability(logits: list[Any]) -> list[Any]:
    return [ops.sigmoid(z) for z in logits]


DECISION_RULES = {
    "regression": DecisionRule(_numbers),
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
    """What a net says about its outputs: the task, the logits, the names of the classes.

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


def output_list(outputs: Any) -> list[Value]:
    """Outputs as a list, also if there is only one."""
    return [outputs] if isinstance(outputs, Value) else list(outputs)
