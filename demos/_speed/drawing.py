"""What drawing costs beside the layout engine."""

from __future__ import annotations

import random
import statistics
import time

import micrograd_tut as mg
from micrograd_tut.drawing.render import layout
from micrograd_tut.drawing.svg import finish_svg


def show_drawing() -> None:
    """What drawing costs beside the layout engine, for a graph that is not easily laid out."""
    rng = random.Random(0)
    values = [mg.Value(rng.uniform(0.5, 1.5)) for _ in range(20)]
    while len(values) < 1000:
        a, b = rng.choice(values[-20:]), rng.choice(values[-100:])
        values.append(mg.tanh(a * b))
    y = mg.sum(values[-50:])
    y.backward()
    shares = []
    for _ in range(3):
        start = time.process_time()
        drawing = mg.draw(y, "values")
        source = drawing.source
        drawn = time.process_time()
        laid_out = layout(source)
        done = time.process_time()
        finish_svg(laid_out, drawing.scene, "light")
        shares.append((time.process_time() - done + drawn - start) / (done - drawn))
    print(f"drawing {len(drawing.scene.boxes):,} Values takes {statistics.median(shares):.0%} "
          f"longer than the layout engine by itself")  # fmt: skip
