"""``fit(..., compiled="torch")``: gradients and steps by torch, on a GPU if there is one.

Under ``torchrun`` each process computes its share of every batch, and the sum of their gradients
is the gradient that one process computes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from micrograd_tut.bridges.libraries import torch
from micrograd_tut.bridges.torch_program import TorchProgram
from micrograd_tut.bridges.workers import Workers
from micrograd_tut.compiler.executor import STRICT, narrowed
from micrograd_tut.engine import set_data, set_grads
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.backends import (
    differentiate_batch,
    evaluate_on_values,
    places,
)
from micrograd_tut.train.examples import Examples
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optimizer import Adjustment, Optimizer

Tensor = Any

_CHUNK = 8192  # rows that are evaluated at once


def backend(objective: Objective, data: Examples, dtype: str) -> TorchBackend:
    """The backend of the engine "torch"; see `TorchBackend`."""
    return TorchBackend(objective, data, dtype)


class TorchBackend:
    """Training on tensors.

    Args:
        objective: The network and its loss.
        data: Examples of the same shape as those to train on.
        dtype: The type of all tensors, "float64" or "float32".

    Attributes:
        leads: Whether this process is the one that shows progress and writes files.

    Raises:
        TraceError: the network or the loss depends on a number, as in ``if x > 0``.
        MissingPartError: torch is not installed.
    """

    def __init__(self, objective: Objective, data: Examples, dtype: str) -> None:
        self.objective = objective
        self.dtype = np.dtype(dtype)
        self.workers = Workers()
        self.leads = self.workers.rank == 0
        self.program = TorchProgram(objective, len(data.X[0]), len(data.Y[0]))
        self.parameters = self.program.parameters
        self._places = places(objective.parameters, self.parameters)
        self._flat = self._zeros(len(self.parameters))
        self._parts = self.program.parts(self._flat)
        self._sums = self._zeros(len(self.parameters) + 1)  # the gradient, then the loss
        self._optimizer: Optimizer | None = None
        self._ahead = False  # whether the tensors know more than the Values
        self._kept: list[tuple[Examples, Tensor, Tensor]] = []

    def _zeros(self, *shape: int) -> Tensor:
        return torch.zeros(shape, dtype=getattr(torch, self.dtype.name), device=self.workers.device)

    def _tensor(self, numbers: Any) -> Tensor:
        array = np.ascontiguousarray(narrowed(np.asarray(numbers, float), self.dtype))
        if not array.flags.writeable:  # torch cannot share it
            array = array.copy()
        return torch.from_numpy(array).to(self.workers.device)

    def read(self) -> None:
        """See `Backend`."""
        self._flat.copy_(self._tensor([p.data for p in self.parameters]))
        self.workers.agree_on(self._flat)

    def write_back(self) -> None:
        """See `Backend`; the state of the optimizer becomes arrays."""
        if self._ahead:
            set_data(self.parameters, self._flat.tolist())
            set_grads(self.parameters, self._sums[:-1].tolist())
            self._ahead = False
        if self._optimizer:
            self._optimizer.state = tuple(map(_array, self._optimizer.state))

    def numbers(self) -> Array:
        """See `Backend`."""
        return np.asarray(np.array(self._flat.tolist(), float)[self._places])

    def start_epoch(self, data: Examples, order: Any, keep_outputs: bool) -> None:
        """See `Backend`."""
        self._data = data
        self._X, self._Y = self._tables_of(data)
        indices = np.arange(len(data)) if order is None else np.asarray(order)
        self._order = self.workers.agree_on(torch.from_numpy(indices).to(self.workers.device))
        self._outputs = self._zeros(len(data), self.program.outputs) if keep_outputs else None
        self._ahead = True

    def train_batch(
        self, start: int, stop: int, optimizer: Optimizer, lr: float, adjustment: Adjustment
    ) -> float:
        """See `Backend`."""
        loss = self._differentiate(start, stop)
        self._step(optimizer, float(lr), adjustment)
        return loss

    def _differentiate(self, start: int, stop: int) -> float:
        """The mean loss of a batch; `_sums` becomes its gradient."""
        own = self.workers.share(start, stop)
        rows = self._order[own]
        losses, outputs = self.program.run(self._parts, self._X[rows], self._Y[rows])
        loss = losses.sum() / (stop - start)
        slopes = torch.autograd.grad(loss, self._parts, allow_unused=True, materialize_grads=True)
        flat = [*(slope.reshape(-1) for slope in slopes), loss.detach().reshape(1)]
        torch.cat(flat, out=self._sums)
        if self._outputs is not None:
            self._outputs[own] = outputs.detach()
        self.workers.add_up(self._sums)
        if torch.isfinite(self._sums).all():
            return float(self._sums[-1])
        # A number is not finite: Values raise the error that says which, or find a finite result.
        self.write_back()
        batch = self._data.pick(_array(self._order[start:stop]))
        value, _ = differentiate_batch(self.objective, self.parameters, batch.X, batch.Y)
        self._sums.copy_(self._tensor([*(p.grad for p in self.parameters), value]))
        self._ahead = True
        return value

    def _step(self, optimizer: Optimizer, lr: float, adjustment: Adjustment) -> None:
        """Take one optimizer step.

        Raises:
            NotFiniteError: as for `Optimizer.step`.
        """
        w = self._flat
        if not isinstance(adjustment.l2, float):
            adjustment = adjustment._replace(l2=self._placed(adjustment.l2))
        g = adjustment.apply(w, self._sums[:-1])
        averages = optimizer.state or [torch.zeros_like(w) for _ in range(optimizer.averages)]
        averages = [self._placed(average) for average in averages]
        new, state = optimizer.update(w, g, lr, *averages)
        if not all(bool(torch.isfinite(x).all()) for x in (new, *state)):
            optimizer.state = tuple(map(_array, averages))
            with np.errstate(**STRICT):  # raises the error that says what is not finite
                found, state = optimizer.checked_update(_array(w), _array(g), lr)
            new = self._placed(found)
        self._flat.copy_(new)
        optimizer.state, optimizer.steps = tuple(state), optimizer.steps + 1
        self._optimizer = optimizer

    def _placed(self, numbers: Any) -> Tensor:
        """Numbers as a tensor on the device."""
        return torch.as_tensor(numbers, dtype=self._flat.dtype, device=self._flat.device)

    def outputs(self) -> Array:
        """See `Backend`."""
        assert self._outputs is not None
        return _array(self.workers.add_up(self._outputs.clone()))

    def evaluate(self, data: Examples) -> tuple[float, Array]:
        """See `Backend`."""
        X, Y = self._tables_of(data)
        results = self._zeros(len(data), 1 + self.program.outputs)
        own = self.workers.share(0, len(data))
        with torch.no_grad():
            for start in range(own.start, own.stop, _CHUNK):
                rows = slice(start, min(start + _CHUNK, own.stop))
                losses, outputs = self.program.run(self._parts, X[rows], Y[rows])
                results[rows] = torch.cat([losses[:, None], outputs], 1)
        self.workers.add_up(results)
        if not torch.isfinite(results).all():
            self.write_back()
            return evaluate_on_values(self.objective, data)
        return float(results[:, 0].mean()), _array(results[:, 1:])

    def _tables_of(self, data: Examples) -> tuple[Tensor, Tensor]:
        """The inputs and targets as tensors; those of the last two sets of examples are kept."""
        for held, X, Y in self._kept:
            if held is data:
                return X, Y
        self._kept = [*self._kept[-1:], (data, self._tensor(data.X), self._tensor(data.Y))]
        return self._kept[-1][1:]


def _array(numbers: Any) -> Array:
    """A tensor as an array."""
    array: Array = numbers.cpu().numpy() if isinstance(numbers, torch.Tensor) else numbers
    return array
