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
from micrograd_tut.compiler.executor import STRICT, Executable, check, narrowed
from micrograd_tut.engine import Value, set_data, set_grads
from micrograd_tut.errors import TraceError
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.batches import results_on_values, run_program
from micrograd_tut.train.examples import Examples
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optimizer import Adjustment, Optimizer

_BLOCK = 1 << 20  # numbers of the training set that are put in a new order at once


class Backend(Protocol):
    """What a training loop needs.

    Attributes:
        objective: The network and its loss.
        parameters: The Values that are trained.
        leads: Whether this process shows progress and writes files: not if it is one of several,
            and not the first.
    """

    objective: Objective
    parameters: list[Value]
    leads: bool

    def read(self) -> None:
        """Take the parameters from the Values: before training, or if they may have changed."""

    def write_back(self) -> None:
        """Write parameters and gradients into the Values, if they are not there yet."""

    def numbers(self) -> Array:
        """The parameters as they are now, in the order of the model; a copy."""

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

    def outputs(self) -> Array:
        """The outputs for each example of the epoch, as they were before the step of its batch.

        Shape (rows, outputs).
        """

    def evaluate(self, data: Examples) -> tuple[float, Array]:
        """The mean loss of many examples, and their outputs, shape (rows, outputs)."""


class EagerBackend:
    """Training on Values.

    Args:
        objective: The network and its loss.
    """

    leads = True

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.parameters = objective.parameters

    def read(self) -> None:
        """Do nothing: the Values themselves are trained."""

    def write_back(self) -> None:
        """Do nothing: the optimizer has changed the Values themselves."""

    def numbers(self) -> Array:
        """See `Backend`."""
        return np.array([p.data for p in self.parameters])

    def start_epoch(self, data: Examples, order: Any, keep_outputs: bool) -> None:
        """See `Backend`."""
        self._data = data if order is None else data.pick(order)
        self._outputs: list[Array] | None = [] if keep_outputs else None

    def train_batch(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, adjustment: Adjustment
    ) -> float:
        """See `Backend`."""
        X, Y = self._data.X[start:stop], self._data.Y[start:stop]
        loss, outputs = differentiate_batch(self.objective, self.parameters, X, Y)
        if self._outputs is not None:
            self._outputs.append(outputs)
        optimizer.step_adjusted(self.parameters, lr, adjustment)
        return loss

    def outputs(self) -> Array:
        """See `Backend`."""
        assert self._outputs is not None
        return np.concatenate(self._outputs)

    def evaluate(self, data: Examples) -> tuple[float, Array]:
        """See `Backend`."""
        return evaluate_on_values(self.objective, data)


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

    leads = True

    def __init__(
        self,
        objective: Objective,
        data: Examples,
        backend: str = "numpy",
        dtype: str = "float64",
    ) -> None:
        self.objective = objective
        self.dtype = np.dtype(dtype)
        widths = data.X.shape[1], data.Y.shape[1]
        try:
            self.program = Executable(
                objective.loss_and_outputs,
                ["x", "target"],
                widths,
                self.dtype,
                more=objective.parameters,
                backend=numba_backend.chosen(backend),
            )
        except TraceError as error:
            raise TraceError(f"{error} To train on Values, pass compiled=False.") from None
        self.buffers = self.program.buffers
        self.parameters = self.program.parameters
        self._places = self.program.places
        self._ahead = False  # whether the arrays know more than the Values
        self._load(data)

    def _load(self, data: Examples) -> None:
        self._data = data
        self._X, self._Y = (narrowed(x, self.dtype) for x in (data.X, data.Y))

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

    def numbers(self) -> Array:
        """See `Backend`."""
        return np.asarray(self.buffers.parameters[self._places], float)

    def start_epoch(self, data: Examples, order: Any, keep_outputs: bool) -> None:
        """See `Backend`."""
        if data is not self._data:
            self._load(data)
        self._order, self._block = order, range(0)  # the rows in `_columns`
        if order is None:
            self._columns, self._block = (self._X.T, self._Y.T), range(len(data))
        shape = len(self.program.traced.outputs) - 1, len(data)
        self._outputs = np.empty(shape) if keep_outputs else None
        self._ahead = True

    def train_batch(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, adjustment: Adjustment
    ) -> float:
        """See `Backend`."""
        w = self.buffers.parameters
        columns = self._columns_of(start, stop)
        with np.errstate(**STRICT):
            loss, results = self._differentiate(columns, stop - start)
            new, state = optimizer.checked_update(w, self.buffers.gradient, lr, adjustment)
        w[:] = new  # in one step of C code, so that an interrupt leaves whole steps
        optimizer.state, optimizer.steps = state, optimizer.steps + 1
        if self._outputs is not None:
            self._outputs[:, start:stop] = results[1:]
        return loss

    def _columns_of(self, start: int, stop: int) -> tuple[Any, Any]:
        """The columns of a batch; the shuffled rows are put in order a block at a time."""
        if stop > self._block.stop:
            self._block = range(start, max(stop, start + _BLOCK // self._X.shape[1]))
            rows = self._order[start : self._block.stop]
            self._columns = self._X[rows].T, self._Y[rows].T
        X, Y = self._columns
        first = self._block.start
        return X[:, start - first : stop - first], Y[:, start - first : stop - first]

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
        X, Y = (x.T for x in columns)
        loss, outputs = differentiate_batch(self.objective, self.parameters, X, Y)
        gradient = np.array([p.grad for p in self.parameters], float)
        self.buffers.gradient[:] = narrowed(gradient, self.dtype)
        return loss, np.column_stack([np.full(batch, loss), outputs]).T

    def outputs(self) -> Array:
        """See `Backend`."""
        assert self._outputs is not None
        return self._outputs.T

    def evaluate(self, data: Examples) -> tuple[float, Array]:
        """See `Backend`."""
        results = run_program(self.program, data.X, data.Y)
        if results is None:
            self.write_back()
            return evaluate_on_values(self.objective, data)
        with np.errstate(**STRICT):
            return _mean(results[:, 0]), results[:, 1:]


def differentiate_batch(
    objective: Objective, parameters: Sequence[Value], X: Array, Y: Array
) -> tuple[float, Array]:
    """The mean loss of a batch and its outputs; each `grad` of the parameters is set."""
    rows = [objective.outputs(x) for x in X.tolist()]
    loss = ops.mean([objective.loss_of(o, t) for o, t in zip(rows, Y.tolist(), strict=True)])
    for p in parameters:
        p.grad = 0.0
    loss.backward()
    return loss.data, np.array([[o.data for o in row] for row in rows])


def evaluate_on_values(objective: Objective, data: Examples) -> tuple[float, Array]:
    """The mean loss of many examples, and their outputs, shape (rows, outputs)."""
    results = results_on_values(objective.loss_and_outputs, data.X, data.Y)
    return float(ops.mean(results[:, 0].tolist())), results[:, 1:]


def _mean(losses: Any) -> float:
    """The mean, inside ``np.errstate(**STRICT)``, even if the sum overflows."""
    try:
        total = float(np.add.reduce(losses))
        check(total)
        return total / len(losses)
    except FloatingPointError:
        return ops.mean.evaluate_ieee(losses.tolist())


def places(parameters: Sequence[Value], within: Sequence[Value]) -> Any:
    """Where each parameter is within a list of them, as an array of indices."""
    place = {p: i for i, p in enumerate(within)}
    return np.array([place[p] for p in parameters], int)
