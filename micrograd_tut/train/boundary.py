"""Where a net of two inputs draws the line: its answer over a plane, with the examples on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from micrograd_tut.compiler import compile
from micrograd_tut.readings import READINGS
from micrograd_tut.train.data import Array, DataSet
from micrograd_tut.train.history import figure_class, save_figure, spelt
from micrograd_tut.train.preparation import Preparation

_ACROSS = 150  # points per side at which the net is asked


def plot_boundary(
    model: Any,
    preparation: Preparation,
    train: DataSet,
    held_out: DataSet,
    path: str | os.PathLike[str],
) -> None:
    """Draw what a net answers over the plane of its two inputs.

    Args:
        model: The net.
        preparation: That of its inputs.
        train, held_out: The examples; those held out are drawn as rings.
        path: Where to write the picture.

    Raises:
        MissingPartError: matplotlib is not installed.
    """
    figure = figure_class()(figsize=(5.8, 4.6), layout="constrained")
    axes = figure.subplots()
    both = np.concatenate([train.X, held_out.X])
    low, high = both.min(0), both.max(0)
    margin = np.where(low < high, 0.08 * (high - low), 1.0)
    across, up = (
        np.linspace(*ends, _ACROSS) for ends in zip(low - margin, high + margin, strict=True)
    )
    plane = np.array([[x, y] for y in up for x in across])
    levels = _levels(model, preparation, plane).reshape(_ACROSS, _ACROSS)
    every = np.concatenate([levels.ravel(), train.y, held_out.y])
    colours = "coolwarm" if len(train.classes) < 3 else "viridis"
    shades = {"cmap": colours, "vmin": every.min(), "vmax": every.max()}
    steps = np.linspace(every.min(), every.max(), 21) if train.classes else 20
    filled = axes.contourf(across, up, levels, steps, alpha=0.55, **shades)
    for part, marker, edge in ((train, "o", "black"), (held_out, "s", "white")):
        axes.scatter(*part.X.T, c=part.y, marker=marker, edgecolors=edge, s=24, **shades)
    if train.classes:
        borders = [place + 0.5 for place in range(len(train.classes) - 1)]
        axes.contour(across, up, levels, borders, colors="black", linewidths=1.2)
    else:
        figure.colorbar(filled, label=spelt(train.target))
    axes.set(xlabel=spelt(train.inputs[0]), ylabel=spelt(train.inputs[1]))
    _legend(axes, filled, train.classes)
    save_figure(figure, path)


def _legend(axes: Any, filled: Any, classes: Sequence[str]) -> None:
    """Name the colours of the classes, and the two kinds of dots."""
    dot = {"linestyle": "", "markersize": 5.5}
    for place, name in enumerate(classes):
        colour = filled.cmap(filled.norm(place))
        axes.plot([], [], "o", color=colour, label=spelt(name), **dot)
    axes.plot([], [], "o", color="white", markeredgecolor="black", label="trained on", **dot)
    axes.plot([], [], "s", color="grey", markeredgecolor="white", label="held out", **dot)
    axes.figure.legend(loc="outside upper center", ncols=4, fontsize=8, frameon=False)


def _levels(model: Any, preparation: Preparation, plane: Array) -> Array:
    """The height at each point: the probability of the second of two classes, else the answer."""
    outputs = np.asarray(compile(model.logits)(np.array(preparation.rows(plane))))
    rows = outputs.reshape(len(plane), -1).tolist()
    reading = READINGS[model.task]
    if len(preparation.classes) == 2 and reading.probabilities:
        return np.array([reading.probabilities(row)[1] for row in rows])
    words = preparation.words([reading.answer(row) for row in rows])
    names = preparation.classes
    return np.array([names.index(word) if isinstance(word, str) else word for word in words], float)
