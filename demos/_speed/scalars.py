"""One training step with networks of scalars: micrograd, and every way of micrograd_tut."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

import micrograd_tut as mg
from _speed.tasks import L2, RATE, Step, Task, TooSlowError
from micrograd_tut.compiler import numba_backend
from micrograd_tut.train.backends import CompiledBackend
from micrograd_tut.train.examples import make_examples
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optimizer import Adjustment


def fill(model: Any, task: Task) -> Any:
    """Put the first weights into a micrograd-like MLP."""
    for layer, (rows, biases) in zip(model.layers, task.weights(), strict=True):
        for neuron, row, bias in zip(layer.neurons, rows, biases, strict=True):
            neuron.b.data = bias
            for w, value in zip(neuron.w, row, strict=True):
                w.data = value
    return model


def listed(outputs: Any) -> Any:
    return outputs if isinstance(outputs, list) else [outputs]


def by_micrograds_book(Value: Any, model: Any, forward: Callable[[Any], Any], task: Task) -> Step:
    """The step as micrograd's own demonstration writes it."""
    parameters = model.parameters()

    def step() -> float:
        inputs = [list(map(Value, row)) for row in task.X]
        scores = [listed(forward(row)) for row in inputs]
        losses = [
            (1 + -y * score).relu()
            for ys, row in zip(task.Y, scores, strict=True)
            for y, score in zip(ys, row, strict=True)
        ]
        total = sum(losses) * (1.0 / len(scores)) + L2 * sum(p * p for p in parameters)
        model.zero_grad()
        total.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return float(total.data)

    return step


def micrograd(task: Task) -> Step:
    import_module("micrograd")
    from micrograd.engine import Value
    from micrograd.nn import MLP

    if task.work() > 200_000:
        raise TooSlowError
    sys.setrecursionlimit(100_000)  # its backward is recursive
    model = fill(MLP(task.sizes[0], task.sizes[1:]), task)
    return by_micrograds_book(Value, model, model, task)


def net(task: Task) -> mg.MLP:
    return fill(mg.MLP(task.sizes[0], task.sizes[1:]), task)  # type: ignore[no-any-return]


def eager(task: Task) -> Step:
    model = net(task)
    return by_micrograds_book(mg.Value, model, model, task)


def eager_by_hand(task: Task) -> Step:
    """The net written out as scalar + and *, as micrograd's neurons are."""
    model = net(task)
    if task.work() > 200_000:
        raise TooSlowError

    def forward(x: list[mg.Value]) -> list[mg.Value]:
        for layer in model.layers:
            sums = [sum((w * v for w, v in zip(n.w, x, strict=True)), n.b) for n in layer.neurons]
            x = [s.relu() for s in sums] if layer is not model.layers[-1] else sums
        return x

    return by_micrograds_book(mg.Value, model, forward, task)


def hinge(outputs: Any, targets: Any) -> Any:
    margins = [mg.relu(1.0 - y * o) for o, y in zip(listed(outputs), listed(targets), strict=True)]
    return mg.sum(margins) if len(margins) > 1 else margins[0]


def compiled(task: Task) -> Step:
    """`f.backward`, which fills the Values' gradients; the update is on Values."""
    model = net(task)
    parameters = model.parameters()

    def loss(x: Any, y: Any) -> Any:
        return hinge(model(x), y) + L2 * mg.sum([p * p for p in parameters])

    f = mg.compile(loss)
    X, Y = np.array(task.X), np.array(task.Y)

    def step() -> float:
        for p in parameters:
            p.grad = 0.0
        found = f.backward(X, Y)
        for p in parameters:
            p.data -= RATE * p.grad
        return found

    return step


def in_fit(task: Task, backend: str = "numpy", dtype: str = "float64") -> Step:
    """What `fit` does for each batch."""
    model = net(task)
    data = make_examples(np.array(task.X), task.Y, task.sizes[-1], "regression")
    training = CompiledBackend(Objective(model, hinge), data, backend, dtype)
    optimizer, count = mg.SGD(lr=RATE), len(task.X)
    training.read()
    training.start_epoch(data, None, keep_outputs=False)
    w = training.buffers.parameters

    def step() -> float:
        penalty = L2 * float(w @ w)
        adjustment = Adjustment(l2=L2)
        return training.train_batch(0, count, optimizer, RATE, adjustment) + penalty

    return step


def in_fit_float32(task: Task) -> Step:
    return in_fit(task, dtype="float32")


def in_fit_native(task: Task) -> Step:
    if numba_backend.why_missing():
        raise ImportError("numba")
    return in_fit(task, "native")
