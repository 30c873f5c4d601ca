"""How long does a picture take? One table: each family of graphs, from 50 to 20,000 Values.

Each cell has the processor time of drawing and layout in seconds, and the number of boxes: with
--detail "values" (the default) one for each Value, and where that would take too long, fewer. Takes
about a minute (`--quick`: a few seconds, up to 300 Values).

    python demos/drawing_speed.py --detail auto
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

import micrograd_tut as mg
from micrograd_tut import Value
from micrograd_tut.drawing.api import DETAILS

SIZES = (50, 300, 1_500, 5_000, 20_000)


def shared_leaf(n: int) -> Value:
    """A chain that uses one leaf in every step."""
    a = Value(0.999, "a")
    y = a
    for _ in range(n):
        y = y * a
    return y


def two_shared_leaves(n: int) -> Value:
    """A chain that uses two leaves in turn."""
    a, b = Value(0.9, "a"), Value(0.1, "b")
    y = a
    for _ in range(n // 2):
        y = y * a + b
    return y


def fibonacci(n: int) -> Value:
    """Every Value is computed from the last two."""
    a, b = Value(1.0, "a"), Value(1.0, "b")
    for _ in range(n // 3):
        a, b = b, (a + b) * 0.5
    return b


def gradient_descent(n: int) -> Value:
    """Steps of gradient descent with their gradients, recorded as one graph."""

    def f(x: Value, y: Value) -> Value:
        return (x - 1) ** 2 + (x * y - 2) ** 2

    x, y = Value(3.0, "x"), Value(1.0, "y")
    for _ in range(n // 22):
        slope_x, slope_y = mg.grad(f(x, y), [x, y], create_graph=True)
        x, y = x - 0.05 * slope_x, y - 0.05 * slope_y
    return f(x, y)


def lstm(n: int) -> Value:
    """An LSTM with one unit, over a sequence."""
    gates = [
        [Value(0.3 + 0.1 * j, f"{letter}{gate}") for j, letter in enumerate("wub")]
        for gate in "ifog"
    ]
    h, c = Value(0.0, "h0"), Value(0.0, "c0")
    for t in range(n // 26):
        x = Value(math.sin(t), f"x{t + 1}")
        i, f, o, g = (w * x + u * h + b for w, u, b in gates)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
    return h


def shared_result(n: int) -> Value:
    """A chain that uses the result of one operation in every step."""
    h = mg.tanh(Value(0.3, "a"))
    h.label = "h"
    y = h
    for _ in range(n // 2):
        y = (y + h).tanh()
    return y


def plain_sum(n: int) -> Value:
    """The sum of many leaves, one after the other."""
    return sum((Value(0.01 * i, f"x{i}") for i in range(n // 2)), Value(0.0, "start"))


def rnn(n: int) -> Value:
    """A recurrent network with one unit, over a sequence."""
    w, u, b = Value(0.5, "w"), Value(0.9, "u"), Value(0.1, "b")
    h = Value(0.0, "h0")
    for t in range(n // 6):
        h = mg.tanh(w * Value(math.sin(t), f"x{t + 1}") + u * h + b)
    return (h - 1.0) ** 2


def mlp(n: int) -> Value:
    """A multi-layer perceptron with two hidden layers, for one example."""
    width = max(2, round(math.sqrt(n + 12) - 3))
    model = mg.MLP(3, [width, width, 1], activation="tanh", seed=1)
    y: Value = model([0.5, -1.0, 2.0])
    return y


FAMILIES: dict[str, Callable[[int], Value]] = {
    "a shared leaf": shared_leaf,
    "two shared leaves": two_shared_leaves,
    "Fibonacci": fibonacci,
    "gradient descent": gradient_descent,
    "LSTM": lstm,
    "a shared result": shared_result,
    "a plain sum": plain_sum,
    "RNN": rnn,
    "MLP": mlp,
}
"""Each makes a graph of about so many Values."""


def drawn(y: Value, detail: str) -> tuple[float, int]:
    """The processor time of a picture in seconds, and its boxes."""
    start = time.process_time()
    svg = mg.draw(y, detail).svg()
    return time.process_time() - start, svg.count('<g class="node ')


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="up to 300 Values only")
    parser.add_argument("--detail", choices=DETAILS, default="values", help="as for mg.draw")
    args = parser.parse_args()
    sizes = [size for size in SIZES if size <= 300] if args.quick else SIZES
    mg.draw(Value(1.0)).svg()  # starts the layout engine
    print(f"{'Values':20}" + "".join(f"{size:>16,}" for size in sizes))
    for name, make in FAMILIES.items():
        cells = []
        for size in sizes:
            y = make(size)
            y.backward()
            seconds, boxes = drawn(y, args.detail)
            cells.append(f"{seconds:.2f} s, {boxes:,}")
        print(f"{name:20}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
