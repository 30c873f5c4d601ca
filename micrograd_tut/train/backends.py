"""The two backends of `fit`, which agree to rounding.

`EagerBackend` builds a graph for each batch and differentiates it, like a loop written by hand.
`CompiledBackend` compiles the loss, and keeps parameters and gradients in two flat arrays, which it
writes into the Values when somebody may look at them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler import numba_backend
from micrograd_tut.compiler.executor import STRICT, Executable, narrowed
from micrograd_tut.engine import Value, set_data, set_grads
from micrograd_tut.errors import TraceError
from micrograd_tut.train.examples import Examples, Rows
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Adjustment, Optimizer


class Backend(Protocol):
    """What a training loop needs.

    Attributes:
        objective: The network and its loss.
        parameters: The Values that are trained.
    """

    objective: Objective
    parameters: list[Value]

    def read(self) -> None:
        """Take the parameters from the Values: before training, or if they may have changed."""

    def write_back(self) -> None:
        """Write parameters and gradients into the Values, if they are not there yet."""

    def numbers(self) -> Sequence[float]:
        """The parameters as they are now, in the order of `parameters`; a copy."""

    def start_epoch(self, data: Examples, order: Any, keep_outputs: bool) -> None:
        """Begin an epoch.

        Args:
            data: The examples.
            order: The row numbers in the order to use, an array; None for the order of the rows.
            keep_outputs: Whether `outputs` will be called.
        """

    def train_batch(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, adjustment: Adjustment
    ) -> float:
        """Take one optimizer step for the examples from `start` to `stop`.

        Returns:
            Their mean loss before the step.
        """

    def outputs(self) -> Rows:
        """The outputs for each example of the epoch, as they were before the step of its batch."""

    def evaluate(self, X: Rows, Y: Rows) -> tuple[float, Rows]:
        """The mean loss of many examples and their outputs; no gradients."""


class EagerBackend:
    """Training on Values.

    Args:
        objective: The network and its loss.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.parameters = trainable(objective)

    def read(self) -> None:
        """Do nothing: the Values themselves are trained."""

    def write_back(self) -> None:
        """Do nothing: the optimizer has changed the Values themselves."""

    def numbers(self) -> Sequence[float]:
        """See `Backend`."""
        return [p.data for p in self.parameters]

    def start_epoch(self, data: Examples, order: Any, keep_outputs: bool) -> None:
        """See `Backend`."""
        self._data = data if order is None else data.pick(order)
        self._outputs: Rows | None = [] if keep_outputs else None

    def train_batch(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, adjustment: Adjustment
    ) -> float:
        """See `Backend`."""
        X, Y = self._data.X[start:stop], self._data.Y[start:stop]
        loss, outputs = differentiate_batch(self.objective, self.parameters, X, Y)
        if self._outputs is not None:
            self._outputs += outputs
        optimizer.step_adjusted(self.parameters, lr, adjustment)
        return loss

    def outputs(self) -> Rows:
        """See `Backend`."""
        assert self._outputs is not None
        return self._outputs

    def evaluate(self, X: Rows, Y: Rows) -> tuple[float, Rows]:
        """See `Backend`."""
        return evaluate_batch(self.objective, X, Y)


class CompiledBackend:
    """Training on arrays, with the compiled loss.

    Args:
        objective: The network and its loss.
        data: Examples of the same shape as those to train on.
        backend: "numpy", or "native" for loops compiled by numba, if that is installed.
        dtype: The type of all arrays, those of the optimizer included.

    Raises:
        TraceError: the network or the loss depends on a number, as in ``if x > 0``.
    """

    def __init__(
        self,
        objective: Objective,
        data: Examples,
        backend: str = "numpy",
        dtype: str = "float64",
    ) -> None:
        self.objective = objective
        self.dtype = np.dtype(dtype)
        widths = len(data.X[0]), len(data.Y[0])
        try:
            self.program = Executable(
                self._loss_and_outputs,
                ["x", "target"],
                widths,
                self.dtype,
                more=trainable(objective),
                backend=numba_backend.chosen(backend),
            )
        except TraceError as error:
            raise TraceError(f"{error} To train on Values, pass compiled=False.") from None
        self.buffers = self.program.buffers
        self.parameters = self.program.parameters
        self._ahead = False  # whether the arrays know more than the Values
        self._load(data)

    def _loss_and_outputs(self, x: Any, target: Any) -> list[Any]:
        outputs = self.objective.outputs(x)
        return [self.objective.loss_of(outputs, target), *outputs]

    def _load(self, data: Examples) -> None:
        self._data = data
        self._X, self._Y = self._array(data.X), self._array(data.Y)

    def _array(self, rows: Rows) -> Any:
        return narrowed(np.array(rows, float), self.dtype)

    def read(self) -> None:
        """See `Backend`."""
        self.buffers.parameters[:] = self.program.read()

    def write_back(self) -> None:
        """See `Backend`."""
        if self._ahead:
            self._write()
            self._ahead = False

    def _write(self) -> None:
        set_data(self.parameters, self.buffers.parameters.tolist())
        set_grads(self.parameters, self.buffers.gradient.tolist())

    def numbers(self) -> Sequence[float]:
        """See `Backend`."""
        numbers: list[float] = self.buffers.parameters.tolist()
        return numbers

    def start_epoch(self, data: Examples, order: Any, keep_outputs: bool) -> None:
        """See `Backend`."""
        if data is not self._data:
            self._load(data)
        X, Y = (self._X, self._Y) if order is None else (self._X[order], self._Y[order])
        self._columns = X.T, Y.T
        shape = len(self.program.traced.outputs) - 1, len(data)
        self._outputs = np.empty(shape) if keep_outputs else None
        self._ahead = True

    def train_batch(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, adjustment: Adjustment
    ) -> float:
        """See `Backend`."""
        w = self.buffers.parameters
        X, Y = self._columns
        with np.errstate(**STRICT):
            loss, results = self._differentiate((X[:, start:stop], Y[:, start:stop]), stop - start)
            new, state = optimizer.checked_update(w, self.buffers.gradient, lr, adjustment)
        w[:] = new  # in one step of C code, so that an interrupt leaves whole steps
        optimizer.state, optimizer.steps = state, optimizer.steps + 1
        if self._outputs is not None:
            self._outputs[:, start:stop] = results[1:]
        return loss

    def _differentiate(self, columns: Sequence[Any], batch: int) -> tuple[float, Any]:
        """The mean loss of a batch, and each loss and output, shape (1 + outputs, batch).

        `buffers.gradient` becomes the gradient.
        """
        results = self.buffers.run(columns, batch, 1.0 / batch)
        if results is not None:
            loss = _mean(results[0])
            if math.isfinite(loss):
                return loss, results
        # A number is not finite: Values raise the error that says which, or find a finite result.
        self._write()
        X, Y = (x.T.tolist() for x in columns)
        loss, rows = differentiate_batch(self.objective, self.parameters, X, Y)
        gradient = np.array([p.grad for p in self.parameters], float)
        self.buffers.gradient[:] = narrowed(gradient, self.dtype)
        return loss, np.array([[loss, *row] for row in rows]).T

    def outputs(self) -> Rows:
        """See `Backend`."""
        assert self._outputs is not None
        rows: Rows = self._outputs.T.tolist()
        return rows

    def evaluate(self, X: Rows, Y: Rows) -> tuple[float, Rows]:
        """See `Backend`."""
        columns = self._array(X).T, self._array(Y).T
        results = self.buffers.run_checked(columns, len(X))
        if results is None:
            return evaluate_batch(self.objective, X, Y)
        with np.errstate(**STRICT):
            return _mean(results[0]), results[1:].T.tolist()


def trainable(objective: Objective) -> list[Value]:
    """The parameters of the model, once each."""
    return list(dict.fromkeys(objective.model.parameters()))


def differentiate_batch(
    objective: Objective, parameters: Sequence[Value], X: Rows, Y: Rows
) -> tuple[float, Rows]:
    """The mean loss of a batch and its outputs; each `grad` of the parameters is set."""
    rows = [objective.outputs(x) for x in X]
    loss = ops.mean([objective.loss_of(o, t) for o, t in zip(rows, Y, strict=True)])
    for p in parameters:
        p.grad = 0.0
    loss.backward()
    return loss.data, [[o.data for o in row] for row in rows]


def evaluate_batch(objective: Objective, X: Rows, Y: Rows) -> tuple[float, Rows]:
    """The mean loss of many examples and their outputs; no gradients."""
    losses, outputs = [], []
    for x, t in zip(X, Y, strict=True):
        row = objective.outputs(x)
        losses.append(objective.loss_of(row, t).data)
        outputs.append([o.data for o in row])
    return ops.mean(losses), outputs


def _mean(losses: Any) -> float:
    """The mean, inside ``np.errstate(**STRICT)``, even if the sum overflows."""
    try:
        return float(np.add.reduce(losses)) / len(losses)
    except FloatingPointError:
        return ops.mean.evaluate_ieee(losses.tolist())
