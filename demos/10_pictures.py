"""A gallery: computation graphs and networks, drawn in every way.

You will see a table of the pictures as they are written, and find them in the folder given by
--out (default: pictures/). Open index.html in a browser. It takes about 10 seconds.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from html import escape
from pathlib import Path

import micrograd_tut as mg
from micrograd_tut.errors import MissingPartError


def lecture_neuron() -> mg.Value:
    """A neuron with two inputs, x1·w1 + x2·w2 + b through tanh."""
    x1, x2 = mg.Value(2.0, "x1"), mg.Value(0.0, "x2")
    w1, w2 = mg.Value(-3.0, "w1"), mg.Value(1.0, "w2")
    b = mg.Value(6.8813735870195432, "b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    return o


def class_loss() -> mg.Value:
    """The cross-entropy of a network with three classes, for one flower."""
    model = mg.MLP(4, [16, 3], output="softmax", init="xavier", seed=3)
    loss = -model([-0.9, 1.0, -1.3, -1.3])[0].log()
    loss.backward()
    return loss


def moons_net() -> tuple[mg.MLP, mg.Value, list[list[float]]]:
    """A network, its loss over 40 points, and the points."""
    rng = random.Random(1)
    points = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(40)]
    model = mg.MLP(2, [16, 16, 1], seed=3)
    losses = [(1 - (1 if x > y else -1) * model([x, y])).relu() for x, y in points]
    loss = mg.mean(losses) + 1e-4 * mg.sum([p * p for p in model.parameters()])
    loss.backward()
    return model, loss, points


def gallery() -> Iterator[tuple[str, str, mg.Drawing]]:
    """The file name of each picture, a description, and the picture."""
    o = lecture_neuron()
    yield "before_backward", "No gradients yet, and the picture says so", mg.draw(o)
    o.backward()
    yield "local", "Data, gradients, and a local derivative on each edge", mg.draw(o)
    yield "flow", "What flows back: local × upstream gradient", mg.draw(o, edges="flow")
    yield "dark", "The same in dark, downwards", mg.draw(o, direction="TB", theme="dark")
    words = "tanh expanded: the gradients of the leaves do not change"
    yield "expanded", words, mg.draw(o, expand=("tanh",))
    a = mg.Value(3.0)
    twice = a + a
    twice.backward()
    yield "twice", "a + a has two edges", mg.draw(twice)
    small = mg.MLP(2, [3, 1], seed=2)([2.0, 1.0])
    small.backward()
    yield "ops", "A small network, each multiplication", mg.draw(small, "ops")
    yield "values", "The same, a weighted sum in one box", mg.draw(small, "values")
    loss = class_loss()
    yield "neurons", "A loss over three classes, one box per neuron", mg.draw(loss, "neurons")
    yield "layers", "The same, one box per layer", mg.draw(loss, "layers")
    model, loss, points = moons_net()
    values = len(mg.trace(loss)[0])
    words = f"{values:,} Values: 40 examples and a penalty on the weights"
    yield "batch", words, mg.draw(loss, direction="TB")
    yield "net_weights", "The weights of a network", mg.draw_network(model)
    yield "net_gradients", "The gradients of these weights", mg.draw_network(model, "gradients")
    activations = mg.draw_network(model, "activations", points[0])
    yield "net_activations", "Weight × input for one example", activations
    digits = mg.MLP(64, [32, 10], init="he", seed=1)
    drawing = mg.draw_network(digits, x=[0.5] * 64, theme="auto")
    yield "net_wide", "Wide layers are folded; dark if your system is", drawing


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("pictures"), help="output folder")
    parser.add_argument("--png", action="store_true", help="write PNGs too")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    figures = []
    for name, words, drawing in gallery():
        drawing.save(out / f"{name}.svg")
        if parser.parse_args().png:
            try:
                drawing.save(out / f"{name}.png")
            except MissingPartError as error:
                parser.exit(1, f"{error}\n")
        print(f"{name + '.svg':22}{words}")
        figures.append((f"{name}.svg", words))
    o = lecture_neuron()
    o.backward()
    mg.draw(o, edges="flow", theme="auto").animate(out / "backward.svg")
    print(f"{'backward.svg':22}The backward pass in motion, node by node")
    figures.append(("backward.svg", "The backward pass in motion, node by node"))
    (out / "index.html").write_text(page(figures), encoding="utf-8")
    print(f"\nOpen {out / 'index.html'}")


def page(figures: list[tuple[str, str]]) -> str:
    """All pictures on one page."""
    shown = "\n".join(
        f'<figure><img src="{name}" alt="{escape(words)}"><figcaption>{escape(words)}</figcaption>'
        f"</figure>"
        for name, words in figures
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Pictures</title>\n'
        "<style>body {font: 16px sans-serif; margin: 2rem} img {max-width: 100%}"
        f" figure {{margin: 0 0 3rem}}</style>\n{shown}\n</html>\n"
    )


if __name__ == "__main__":
    main()
