"""The same in torch: a neuron and a training loop, line by line, with equal numbers.

You will see the gradients of a neuron beside those that torch computes, then the loop of a
well-known lecture on Values beside the same on tensors: each line, what it gives, and how far the
two are apart. Takes about four seconds; needs torch (extra `torch`).

    python demos/13_the_same_in_torch.py
"""

from typing import Any

import torch
from _setup import options

import micrograd_tut as mg

options(__doc__, quick="nothing less: it is quick")

x1, x2 = mg.Value(2.0, label="x1"), mg.Value(0.0, label="x2")
w1, w2 = mg.Value(-3.0, label="w1"), mg.Value(1.0, label="w2")
b = mg.Value(6.8813735870195432, label="b")
o = (x1 * w1 + x2 * w2 + b).tanh()
o.backward()
print("A neuron: the grad of each Value, and what torch computes.\n")
print(mg.compare(o))

xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
ys = [1.0, -1.0, -1.0, 1.0]
model = mg.MLP(3, [4, 4, 1], activation="tanh", output="tanh", seed=1)
module = mg.to_torch(model)  # the same numbers, in float64
X, Y = torch.tensor(xs, dtype=torch.float64), torch.tensor(ys, dtype=torch.float64)


def show(ours: str, theirs: str, number: float, tensor: Any) -> None:
    """A line of each loop, what it gives, and how far the two numbers are apart."""
    difference = abs(number - tensor.item())
    print(f"  {ours:47}  {theirs:35}  {number:+.12f}  {difference:.0e}")


print(f"\nThe loop, line by line.\n\n  {'on Values':47}  {'on tensors':35}  the number       apart")
for step in range(20):
    predictions = [model(x) for x in xs]
    tensors = module(X)[:, 0]
    loss = mg.sum([(p - y) ** 2 for p, y in zip(predictions, ys, strict=True)])
    torch_loss = ((tensors - Y) ** 2).sum()
    model.zero_grad()
    module.zero_grad()
    loss.backward()
    torch_loss.backward()
    for p in model.parameters():
        p.data -= 0.05 * p.grad
    with torch.no_grad():
        for t in module.parameters():
            t -= 0.05 * t.grad
    if step == 0:
        weight, tensor = model.layers[0].neurons[0].w[0], module.layers[0].weight
        show("predictions = [model(x) for x in xs]", "module(X)[:, 0]", predictions[0].data,
             tensors[0])  # fmt: skip
        show("loss = sum((p - y)**2 …)", "((tensors - Y)**2).sum()", loss.data, torch_loss)
        show("model.zero_grad(); loss.backward()", "the same", weight.grad, tensor.grad[0, 0])
        show("p.data -= 0.05 * p.grad", "t -= 0.05 * t.grad", weight.data, tensor[0, 0])
print()
show("the loss after 20 steps", "", loss.data, torch_loss)
numbers = torch.cat([t.detach().flatten() for t in mg.to_torch(model).parameters()])
theirs = torch.cat([t.detach().flatten() for t in module.parameters()])
print(f"  {len(numbers)} parameters, at most {float((numbers - theirs).abs().max()):.0e} apart")
