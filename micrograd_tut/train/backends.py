"""The gradients of a batch, in two ways that agree to rounding.

`EagerBackend` builds a graph, differentiates it and drops it, as one would by hand. `CompiledBackend` has
the loss compiled, and keeps parameters and optimizer state in arrays until the end of an epoch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np

from micrograd_tut import ops
from micrograd_tut.compiler import native
from micrograd_tut.compiler.program import STRICT, Program, narrowed
from micrograd_tut.engine import Value, set_data, set_grads
from micrograd_tut.errors import TraceError
from micrograd_tut.train.examples import Examples, Rows
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Optimizer


class EagerBackend:
    """Training on Values.

    Args:
        objective: The net and its loss.

    Attributes:
        parameters: What is trained.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.parameters: list[Value] = list(dict.fromkeys(objective.model.parameters()))

    def start(self, data: Examples, order: Sequence[int]) -> None:
        """Begin an epoch over the examples in this order."""
        self.X, self.Y, _ = data.pick(order)
        self._outputs: Rows = []

    def step(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, l2: float, clip: float | None
    ) -> float:
        """One step of the optimizer, for the examples from `start` to `stop`.

        Returns:
            Their mean loss before the step.
        """
        loss, outputs = self.batch(self.X[start:stop], self.Y[start:stop])
        self._outputs += outputs
        optimizer.step(self.parameters, lr, l2, clip)
        return loss

    def batch(self, X: Rows, Y: Rows) -> tuple[float, Rows]:
        """The mean loss of a batch and its outputs; the parameters' `grad` become its gradients."""
        rows = [self.objective.outputs(x) for x in X]
        loss = ops.mean([self.objective.loss_of(o, t) for o, t in zip(rows, Y, strict=True)])
        for p in self.parameters:
            p.grad = 0.0
        loss.backward()
        return loss.data, [[o.data for o in row] for row in rows]

    def epoch(self) -> AbstractContextManager[Any]:
        """What the steps of an epoch stand in; at its end the Values know what was learnt."""
        return nullcontext()

    def outputs(self) -> Rows:
        """What the net gave for each example of the epoch, before the step that it was in."""
        return self._outputs

    def evaluate(self, X: Rows, Y: Rows) -> tuple[float, Rows]:
        """The mean loss of many examples and their outputs; no gradients."""
        costs, outputs = [], []
        for x, t in zip(X, Y, strict=True):
            row = self.objective.outputs(x)
            costs.append(self.objective.loss_of(row, t).data)
            outputs.append([o.data for o in row])
        return ops.mean(costs), outputs


class CompiledBackend(EagerBackend):
    """Training on the compiled loss.

    Args:
        objective: The net and its loss.
        data: Examples like those to train on.
        backend: "numpy", or "native" for loops compiled by numba, where it is installed.
        dtype: Of all arrays, the optimizer's state among them.

    Raises:
        TraceError: the net or the loss looks at a number, as in ``if x > 0``.
    """

    def __init__(
        self,
        objective: Objective,
        data: Examples,
        backend: str = "numpy",
        dtype: str = "float64",
    ) -> None:
        super().__init__(objective)
        self.dtype = np.dtype(dtype)
        self.values = EagerBackend(objective)
        widths = len(data.X[0]), len(data.Y[0])
        try:
            self.program = Program(
                self._loss,
                ["x", "target"],
                widths,
                self.dtype,
                more=self.parameters,
                backend=native.chosen(backend),
            )
        except TraceError as error:
            raise TraceError(f"{error} To train on Values, pass compiled=False.") from None
        self.space = self.program.space
        self.parameters = self.program.parameters
        self._read(data)

    def _read(self, data: Examples) -> None:
        self._data = data
        self._all_X, self._all_Y = self._array(data.X), self._array(data.Y)

    def _array(self, rows: Rows) -> Any:
        return narrowed(np.array(rows, float), self.dtype)

    def _loss(self, x: Any, target: Any) -> list[Any]:
        outputs = self.objective.outputs(x)
        return [self.objective.loss_of(outputs, target), *outputs]

    def start(self, data: Examples, order: Sequence[int]) -> None:
        if data is not self._data:
            self._read(data)
        self._inputs, self._targets = self._all_X[order], self._all_Y[order]
        self._rows = np.empty((len(self.program.trace.outputs) - 1, len(order)))
        self.space.parameters[:] = self.program.read()

    def step(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, l2: float, clip: float | None
    ) -> float:
        X, Y = self._inputs[start:stop], self._targets[start:stop]
        loss, gradient, outputs = self._batch(X, Y, stop - start)
        w = self.space.parameters
        new, state = optimizer.checked_update(w, gradient, lr, l2, clip)
        optimizer.commit(state, map(w.__setitem__, (...,), (new,)))
        self._rows[:, start:stop] = outputs
        return loss

    def _batch(self, X: Any, Y: Any, size: int) -> tuple[float, Any, Any]:
        """The mean loss, its gradient, and the outputs."""
        found = self.space.run((X, Y), size, 1.0 / size)
        if found is not None:
            loss = _mean(found[0])
            if math.isfinite(loss):
                return loss, self.space.gradient, found[1:]
        self.keep()  # Values tell what is wrong, or that all is well
        loss, rows = self.values.batch(X.tolist(), Y.tolist())
        gradient = np.array([p.grad for p in self.parameters], float)
        return loss, narrowed(gradient, self.dtype), np.array(rows).T

    @contextmanager
    def epoch(self) -> Iterator[None]:
        """What the steps of an epoch stand in; at its end the Values know what was learnt."""
        try:
            with np.errstate(**STRICT):
                yield
        finally:
            try:
                self.keep()
            except KeyboardInterrupt:  # at the very end: nothing that was learnt is lost
                self.keep()
                raise

    def outputs(self) -> Rows:
        rows: Rows = self._rows.T.tolist()
        return rows

    def keep(self) -> None:
        """Write what has been learnt into the Values."""
        set_data(self.parameters, self.space.parameters.tolist())
        set_grads(self.parameters, self.space.gradient.tolist())

    def evaluate(self, X: Rows, Y: Rows) -> tuple[float, Rows]:
        found = self.space.forward((self._array(X), self._array(Y)), len(X))
        if found is None:
            return self.values.evaluate(X, Y)
        with np.errstate(**STRICT):
            return _mean(found[0]), found[1:].T.tolist()


def _mean(losses: Any) -> float:
    """The mean, inside ``np.errstate(**STRICT)``; also where the sum is too large for a float."""
    try:
        return float(losses.sum()) / len(losses)
    except FloatingPointError:
        return ops.mean.evaluate_ieee(losses.tolist())
