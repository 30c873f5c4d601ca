"""A gallery: every kind of picture, light and dark.

You will see a table of the pictures as they are written, and find them in the folder given by
--out (default: pictures/). Open index.html in a browser: it follows the light or dark mode of your
system, can be printed, and fits a phone. It takes about a minute.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import micrograd_tut as mg
from micrograd_tut.drawing.description import description
from micrograd_tut.errors import MissingPartError
from micrograd_tut.train.data import data_set

Draw = Callable[[str], mg.Drawing]
"""Draws a picture in a theme."""


# --- Graphs -----------------------------------------------------------------------------------


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
    """The cross-entropy of a network with three classes, for one flower of class 2."""
    model = mg.MLP(4, [5, 3], output="softmax", seed=3)
    logits = model.logits([-0.9, 1.0, -1.3, -1.3])
    loss: mg.Value = mg.categorical_cross_entropy_with_logits(logits, 2)
    loss.label = "loss"
    loss.backward()
    return loss


def batch_loss() -> mg.Value:
    """The loss of a network over 40 points, with a penalty on the weights."""
    rng = random.Random(1)
    points = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(40)]
    model = mg.MLP(2, [16, 16, 1], seed=3)
    losses = [(1 - (1 if x > y else -1) * model([x, y])).relu() for x, y in points]
    loss: mg.Value = mg.mean(losses) + 1e-4 * mg.sum([p * p for p in model.parameters()])
    loss.label = "loss"
    loss.backward()
    return loss


def recurrent(steps: int = 30) -> mg.Value:
    """A recurrent neuron: h = tanh(w·h + u·x + b), step by step."""
    w, u, b = mg.Value(0.9, "w"), mg.Value(0.5, "u"), mg.Value(0.1, "b")
    h = mg.Value(0.0, "h0")
    for t in range(1, steps + 1):
        h = (w * h + u * mg.Value(0.1 * t - 1.0, f"x{t}") + b).tanh()
    h.label = "h"
    h.backward()
    return h


def descent(steps: int = 50) -> mg.Value:
    """Gradient descent on (w - 3)**2, recorded as one graph."""
    w, rate = mg.Value(0.0, "w"), mg.Value(0.05, "rate")
    for _ in range(steps):
        w = w - rate * (2.0 * (w - 3.0))
    w.backward()
    return w


def shared_leaf(steps: int = 7) -> mg.Value:
    """A chain in which every step uses the same leaf."""
    x = mg.Value(0.7, "x")
    y = x
    for _ in range(steps):
        y = mg.sin(y) * x
    y.backward()
    return y


def graphs() -> Iterator[tuple[str, str, Draw]]:
    """Pictures of computation graphs: the file name, a description, and the picture."""
    before, o = lecture_neuron(), lecture_neuron()
    o.backward()
    words = "Before a backward pass: local derivatives in italics, grey edges point forward"
    yield "before_backward", words, lambda theme: mg.draw(before, theme=theme)
    words = "After it: number, colour, width and direction of an edge are the gradient along it"
    yield "gradient", words, lambda theme: mg.draw(o, theme=theme)
    words = "The gradient written out: local derivative × upstream gradient"
    yield "flow", words, lambda theme: mg.draw(o, edges="flow", theme=theme)
    words = "Local derivatives on request, downwards"
    yield "local", words, lambda theme: mg.draw(o, direction="TB", edges="local", theme=theme)
    words = "tanh expanded: the gradients of the leaves do not change"
    yield "expanded", words, lambda theme: mg.draw(o, expand=("tanh",), theme=theme)
    net = mg.MLP(3, [4, 4, 1], seed=1)([2.0, 3.0, -1.0])
    net.label = "y"
    net.backward()
    words = "A network: straight edges between layers, numbers where they fit"
    yield "neurons", words, lambda theme: mg.draw(net, theme=theme)
    small = mg.MLP(2, [2, 1], activation="tanh", seed=2)([2.0, 1.0])
    small.label = "y"
    small.backward()
    yield "values", "Every Value", lambda theme: mg.draw(small, "values", theme=theme)
    yield "ops", "Every multiplication", lambda theme: mg.draw(small, "ops", theme=theme)
    loss = class_loss()
    words = "A cross-entropy with its class: the gradient of a logit is probability - target"
    yield "cross_entropy", words, lambda theme: mg.draw(loss, "neurons", theme=theme)
    yield (
        "layers",
        "The same, one box per layer",
        lambda theme: mg.draw(loss, "layers", theme=theme),
    )
    batch = batch_loss()
    words = f"{len(mg.trace(batch)[0]):,} Values: 40 examples and a penalty on the weights"
    yield "batch", words, lambda theme: mg.draw(batch, direction="TB", theme=theme)
    shared = shared_leaf()
    words = "A leaf that every step uses is drawn again beside each use"
    yield "shared_leaf", words, lambda theme: mg.draw(shared, "values", theme=theme)
    h, w = recurrent(), descent()
    words = "A recurrent neuron, 30 steps: the first, the last, and 28 more like this"
    yield "recurrent", words, lambda theme: mg.draw(h, theme=theme)
    yield "descent", "50 steps of gradient descent", lambda theme: mg.draw(w, theme=theme)


# --- Networks ---------------------------------------------------------------------------------

FLOWERS: Any = {
    "inputs": ["sepal length", "sepal width", "petal length", "petal width"],
    "classes": ["setosa", "versicolor", "virginica"],
}


def networks() -> Iterator[tuple[str, str, Draw]]:
    """Pictures of networks: the file name, a description, and the picture."""
    small = mg.MLP(2, [3, 1], seed=1)
    small([1.0, -2.0]).backward()
    words = "A small network: the weights on the lines, the biases in the circles"
    yield "net_weights", words, lambda theme: mg.draw_network(small, theme=theme)
    words = "The gradients of these weights and biases"
    yield "net_gradients", words, lambda theme: mg.draw_network(small, "gradients", theme=theme)
    iris, x = mg.MLP(4, [6, 3], output="softmax", seed=1), [0.5, -1.0, 0.3, 0.2]
    words = "One example: its inputs, what each neuron outputs, and the names of the classes"
    yield "net_example", words, lambda theme: mg.draw_network(iris, x=x, theme=theme, **FLOWERS)
    words = "Weight × input for this example"
    yield (
        "net_activations",
        words,
        lambda theme: mg.draw_network(iris, "activations", x=x, theme=theme, **FLOWERS),
    )
    data = data_set("xor")
    planes = mg.MLP(2, [6, 4, 1], activation="tanh", output="sigmoid", seed=1)
    planes.fit(data.X, data.y, epochs=60, optimizer=mg.Adam(lr=0.03), progress=False)
    words = "The plane of two inputs as each neuron sees it, with the examples"
    yield (
        "planes",
        words,
        lambda theme: mg.draw_network(planes, "planes", x=data.X, y=data.y, theme=theme),
    )
    yield from digits()


def digits() -> Iterator[tuple[str, str, Draw]]:
    """A network that reads digits: what it sees, and what it gets wrong."""
    try:
        data = data_set("digits")
    except MissingPartError as error:
        print(f"{'(no digits)':22}{error}")
        return
    X, image = data.X / 16, (8, 8)
    model = mg.MLP(64, [12, 10], output="softmax", seed=1)
    model.fit(X, data.y, epochs=6, progress=False)
    names = list(data.classes)
    words = "A network that reads digits: the example and the weights of the first layer as images"
    yield (
        "digits",
        words,
        lambda theme: mg.draw_network(model, x=X[3], classes=names, image=image, theme=theme),
    )
    yield (
        "mistakes",
        "The digits that it gets wrong",
        lambda theme: mg.draw_network(
            model, "mistakes", x=X, y=data.y.astype(int), classes=names, image=image, theme=theme
        ),
    )


# --- Training ---------------------------------------------------------------------------------


def curves(out: Path) -> Iterator[tuple[str, str]]:
    """Write the pictures of a training run; yields the file names and descriptions."""
    data = data_set("xor")
    model = mg.MLP(2, [8, 8, 1], activation="tanh", output="sigmoid", seed=1)
    optimizer = mg.Adam(lr=0.02)
    history = model.fit(
        data.X, data.y, epochs=40, optimizer=optimizer, validation=0.3, progress=False
    )
    history.plot(out / "history.png")
    yield "history.png", "Training and validation together, and the best epoch"
    history.surface(out / "surface.png")
    yield "surface.png", "The loss around the trained weights, and the path of training across it"


# --- The page ---------------------------------------------------------------------------------


README = {"planes", "recurrent", "cross_entropy"}
"""Pictures that the README shows, from demos/pictures, in the mode of the reader's system."""


def for_the_readme(out: Path) -> None:
    """Write the pictures that the README shows."""
    for name, _, draw in (*graphs(), *networks()):
        if name in README:
            draw("auto").save(out / f"{name}.svg")
    animation(out)


def animation(out: Path) -> None:
    """Write the animated backward pass of a neuron."""
    o = lecture_neuron()
    o.backward()
    mg.draw(o, edges="flow", theme="auto").animate(out / "backward.svg")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("pictures"), help="output folder")
    parser.add_argument("--png", action="store_true", help="write PNGs too")
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.readme:
        for_the_readme(args.out)
        return
    figures = []
    for name, words, draw in (*graphs(), *networks()):
        light = draw("light")
        try:
            for file, drawing in ((name, light), (f"{name}.dark", draw("dark"))):
                drawing.save(args.out / f"{file}.svg")
                if args.png:
                    drawing.save(args.out / f"{file}.png")
        except MissingPartError as error:
            parser.exit(1, f"{error}\n")
        print(f"{name + '.svg':22}{words}")
        figures.append(figure(name, words, description(light.scene)))
    animation(args.out)
    words = "The backward pass in motion: gradients run along the edges, node by node"
    print(f"{'backward.svg':22}{words}")
    figures.append(plain_figure("backward.svg", words))
    mg.step(class_loss()).page(args.out / "step.html")
    figures.append('<p><a href="step.html">The backward pass of a cross-entropy, step by step</a>')
    try:
        for file, words in curves(args.out):
            print(f"{file:22}{words}")
            figures.append(plain_figure(file, words))
    except MissingPartError as error:
        print(f"{'(no curves)':22}{error}")
    (args.out / "index.html").write_text(page(figures), encoding="utf-8")
    print(f"\nOpen {args.out / 'index.html'}")


def figure(name: str, words: str, described: str) -> str:
    """A picture in light, and in dark if the reader's system is and it is not printed."""
    alt = escape(f"{words}. {described}")
    return (
        f'<figure><div><picture><source media="screen and (prefers-color-scheme: dark)" '
        f'srcset="{name}.dark.svg"><img src="{name}.svg" alt="{alt}"></picture></div>'
        f"<figcaption>{escape(words)}</figcaption></figure>"
    )


def plain_figure(file: str, words: str) -> str:
    """A picture that is the same in every mode."""
    words = escape(words)
    return (
        f'<figure><div><img src="{file}" alt="{words}"></div>'
        f"<figcaption>{words}</figcaption></figure>"
    )


STYLE = """
:root {color-scheme: light dark}
body {font: 16px/1.5 sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem}
figure {margin: 0 0 3rem}
figure div {overflow-x: auto}
img {height: auto; max-width: max(100%, 40rem)}
figcaption {padding-top: .5rem}
@media print {figure {break-inside: avoid} img {max-width: 100%; max-height: 23cm}}
"""


def page(figures: list[str]) -> str:
    """All pictures on one page."""
    shown = "\n".join(figures)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Pictures</title>\n'
        f"<style>{STYLE}</style>\n<h1>Pictures</h1>\n{shown}\n</html>\n"
    )


if __name__ == "__main__":
    main()
