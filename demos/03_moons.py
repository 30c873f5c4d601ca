"""The two moons: a small network learns to separate them, in a training loop written by hand.

You will see the loss of MLP(2, [16, 16, 1]) with hinge loss and an L2 penalty fall and its accuracy
rise over 100 steps of gradient descent, and its decision boundary. Takes about 10 seconds.

    python demos/03_moons.py --out out
"""

import math
import random
from typing import Any

from _setup import options, save_picture

import micrograd_tut as mg

args = options(__doc__, quick="fewer points and steps")
points, steps, grid = (30, 12, 12) if args.quick else (100, 100, 50)

# Two interleaved half circles with a little noise; labels -1 and +1.
rng = random.Random(1337)
X, y = [], []
for i in range(points):
    angle, label = math.pi * rng.random(), 1 if i % 2 else -1
    cx, cy = (1.0, 0.5) if label > 0 else (0.0, 0.0)
    X.append([cx - label * math.cos(angle) + rng.gauss(0, 0.1),
              cy - label * math.sin(angle) + rng.gauss(0, 0.1)])  # fmt: skip
    y.append(label)

model = mg.MLP(2, [16, 16, 1], seed=1337)
print(model.summary(), end="\n\n")

for k in range(steps):
    scores = [model(x) for x in X]
    data_loss = mg.mean([mg.hinge(score, label) for score, label in zip(scores, y, strict=True)])
    penalty = 1e-4 * mg.sum([p * p for p in model.parameters()])
    loss = data_loss + penalty
    model.zero_grad()
    loss.backward()
    rate = 1.0 - 0.9 * k / 100
    for p in model.parameters():
        p.data -= rate * p.grad
    if k % 10 == 0 or k == steps - 1:
        right = sum((s.data > 0) == (t > 0) for s, t in zip(scores, y, strict=True))
        print(f"step {k:3}   loss {loss.data:.4f}   accuracy {right / points:.0%}")


def picture(figure: Any) -> None:
    axes = figure.subplots()
    xs = [min(x for x, _ in X) - 0.4 + 3.8 * i / grid for i in range(grid + 1)]
    ys = [min(y for _, y in X) - 0.4 + 2.6 * i / grid for i in range(grid + 1)]
    score = [[model([a, b]).data for a in xs] for b in ys]
    axes.contourf(xs, ys, score, [-100, 0, 100], colors=["#f4c7b8", "#bcd4ec"])
    axes.contour(xs, ys, score, [-1, 0, 1], colors="black", linewidths=[0.6, 1.6, 0.6])
    for label, colour in ((-1, "#c2431f"), (1, "#1f5fa8")):
        chosen = [x for x, t in zip(X, y, strict=True) if t == label]
        axes.scatter(
            *zip(*chosen, strict=True), c=colour, s=22, edgecolors="white", label=f"{label:+}"
        )
    axes.set_title("Decision boundary; thin lines: the margin, score -1 and +1")
    axes.set(xlabel="x1", ylabel="x2")
    axes.legend(loc="upper right", title="label")


save_picture(picture, args.out / "moons.png", (5.6, 4.2), "Decision regions of the network")
