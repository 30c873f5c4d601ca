"""Symmetry: neurons with identical initial weights stay identical.

You will see a network with four hidden neurons learn XOR from three initialisations: all weights 0,
all weights 0.5, and random weights; the weights of its hidden neurons after training; and the
problems that mg.diagnose reports. Takes about 3 seconds.

    python demos/07_symmetry.py --out out
"""

from collections.abc import Callable
from typing import Any

from _setup import options, save_picture

import micrograd_tut as mg

args = options(__doc__, quick="fewer epochs")
epochs = 40 if args.quick else 250

X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def initialised(start: str) -> mg.MLP:
    init = "xavier" if start == "random" else "zeros"
    model = mg.MLP(2, [4, 1], activation="tanh", output="sigmoid", init=init, seed=4)
    if start == "all 0.5":
        for neuron in (n for layer in model.layers for n in layer.neurons):
            for w in neuron.w:
                w.data = 0.5
    return model


def kept(path: list[list[float]], neurons: list[mg.Neuron]) -> Callable[[int, object], None]:
    """A callback that adds the first weight of each neuron to a path."""
    return lambda _epoch, _row: path.append([neuron.w[0].data for neuron in neurons])


paths: dict[str, list[list[float]]] = {}
for start in ("all 0", "all 0.5", "random"):
    model = initialised(start)
    hidden = model.layers[0].neurons
    path = paths[start] = [[neuron.w[0].data for neuron in hidden]]
    report = mg.diagnose(model, X, y)
    mg.fit(
        model, X, y, optimizer=mg.Adam(0.05), epochs=epochs, progress=False,
        callbacks=[kept(path, hidden)],
    )  # fmt: skip
    scores = mg.evaluate(model, X, y)
    print(f"Initial weights: {start}.  Final loss {scores['loss']:.4f}, ", end="")
    print(f"accuracy {scores['accuracy']:.0%}")
    for i, neuron in enumerate(hidden, 1):
        w1, w2, b = (p.data for p in neuron.parameters())
        print(f"   hidden neuron {i}:  w1 {w1:8.4f}  w2 {w2:8.4f}  b {b:8.4f}")
    for problem in report.problems:
        print(f"   diagnose, before training: {problem}")
    print()


def picture(figure: Any) -> None:
    for axes, (start, path) in zip(figure.subplots(1, 3, sharey=True), paths.items(), strict=True):
        for i, weights in enumerate(zip(*path, strict=True), 1):
            axes.plot(weights, label=f"neuron {i}", linewidth=6.2 - 1.2 * i)
        equal = len({weights[-1] for weights in zip(*path, strict=True)}) == 1
        axes.set_title(f"initial weights: {start}" + (" (identical curves)" if equal else ""))
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("first weight of each hidden neuron")
    figure.axes[0].legend(fontsize=8)


save_picture(
    picture,
    args.out / "symmetry.png",
    (11, 3.4),
    "First weight of each hidden neuron",
)
