"""Training with each loss, compared with the same network in torch."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

import micrograd_tut as mg

torch = pytest.importorskip("torch")
F = torch.nn.functional

rng = random.Random(0)
X = [[rng.gauss(0, 1) for _ in range(3)] for _ in range(12)]
NUMBERS = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in X]
CLASSES = [i % 3 for i in range(12)]

CASES: dict[str, tuple[str, int, Any, Callable[..., Any]]] = {
    "mse": ("linear", 2, NUMBERS, F.mse_loss),
    "mae": ("linear", 2, NUMBERS, F.l1_loss),
    "huber": ("linear", 2, NUMBERS, F.huber_loss),
    "hinge": (
        "linear", 1, [2 * (k > 0) - 1 for k in CLASSES], lambda o, t: F.relu(1 - t * o).mean()
    ),
    "binary_cross_entropy": (
        "sigmoid", 1, [k % 2 for k in CLASSES], F.binary_cross_entropy_with_logits
    ),
    "categorical_cross_entropy": ("softmax", 3, CLASSES, F.cross_entropy),
}  # fmt: skip


def numbers(nested: Any) -> Any:
    return torch.tensor(nested, dtype=torch.float64)


def torch_model(model: mg.MLP) -> Any:
    """The same network in torch, without its output activation."""
    parts: list[Any] = []
    for layer in model.layers:
        linear = torch.nn.Linear(layer.nin, len(layer.neurons), dtype=torch.float64)
        linear.weight.data = numbers([[w.data for w in neuron.w] for neuron in layer.neurons])
        linear.bias.data = numbers([neuron.b.data for neuron in layer.neurons])
        parts += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*parts[:-1])


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("loss", CASES)
def test_losses_of_100_steps_equal_those_of_torch(loss: str, compiled: bool) -> None:
    head, outputs, y, torch_loss = CASES[loss]
    model = mg.MLP(3, [4, outputs], activation="tanh", output=head, seed=1)
    net = torch_model(model)
    targets = torch.tensor(y) if head == "softmax" else numbers(y).reshape(len(X), outputs)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    theirs = []
    for _ in range(100):
        optimizer.zero_grad()
        value = torch_loss(net(numbers(X)), targets)
        value.backward()
        optimizer.step()
        theirs.append(value.item())
    ours = mg.fit(
        model, X, y, loss, mg.Adam(0.01), epochs=100, metrics=[], progress=False, compiled=compiled
    )
    assert ours.history["loss"] == pytest.approx(theirs, rel=1e-12, abs=1e-12)
