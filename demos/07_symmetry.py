"""Symmetry: neurons that start the same stay the same.

You will see a net with four hidden neurons learn XOR from three starts: all weights 0, all
weights 0.5, and drawn at random; the weights of its hidden neurons afterwards; and what
mg.diagnose says. Takes about 3 seconds.

    python demos/07_symmetry.py --out out
"""

import argparse
from pathlib import Path

import micrograd_tut as mg
from micrograd_tut.errors import MissingPartError
from micrograd_tut.train.history import figure_class, save_figure

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the picture goes")
parser.add_argument("--quick", action="store_true", help="fewer epochs")
args = parser.parse_args()
args.out.mkdir(parents=True, exist_ok=True)
epochs = 40 if args.quick else 250

X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]


def started(start: str) -> mg.MLP:
    init = "xavier" if start == "random" else "zeros"
    model = mg.MLP(2, [4, 1], activation="tanh", output="sigmoid", init=init, seed=4)
    if start == "all 0.5":
        for neuron in (n for layer in model.layers for n in layer.neurons):
            for w in neuron.w:
                w.data = 0.5
    return model


paths: dict[str, list[list[float]]] = {}
for start in ("all 0", "all 0.5", "random"):
    model = started(start)
    hidden = model.layers[0].neurons
    path = paths[start] = [[neuron.w[0].data for neuron in hidden]]
    before = mg.diagnose(model, X, y)
    mg.fit(
        model, X, y, optimizer=mg.Adam(0.05), epochs=epochs, progress=False,
        callbacks=[lambda epoch, row, p=path, h=hidden: p.append([n.w[0].data for n in h])],
    )  # fmt: skip
    found = mg.evaluate(model, X, y)
    print(f"Start: {start}.  Loss {found['loss']:.4f}, accuracy {found['accuracy']:.0%}")
    for i, neuron in enumerate(hidden, 1):
        w1, w2, b = (p.data for p in neuron.parameters())
        print(f"   hidden neuron {i}:  w1 {w1:8.4f}  w2 {w2:8.4f}  b {b:8.4f}")
    for problem in before.problems:
        print(f"   diagnose, at the start: {problem}")
    print()


def picture() -> None:
    figure = figure_class()(figsize=(11, 3.4), layout="constrained")
    for axes, (start, path) in zip(figure.subplots(1, 3, sharey=True), paths.items(), strict=True):
        for i, weights in enumerate(zip(*path, strict=True), 1):
            axes.plot(weights, label=f"neuron {i}", linewidth=6.2 - 1.2 * i)
        equal = len({weights[-1] for weights in zip(*path, strict=True)}) == 1
        axes.set_title(f"start: {start}" + (" – four curves in one" if equal else ""))
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("first weight of each hidden neuron")
    figure.axes[0].legend(fontsize=8)
    save_figure(figure, args.out / "symmetry.png")
    print(f"The first weight of each hidden neuron, epoch by epoch: {args.out / 'symmetry.png'}")


try:
    picture()
except MissingPartError as error:
    print(f"No picture: {error}")
