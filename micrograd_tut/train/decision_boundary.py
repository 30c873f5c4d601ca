"""Where a net of two inputs draws the line: its answer over a plane, with the examples on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from micrograd_tut.compiler import compile
from micrograd_tut.nn.predict import READINGS
from micrograd_tut.train.data import Array, DataSet
from micrograd_tut.train.history import figure_class, literal, save_figure
from micrograd_tut.train.preprocessing import Preprocessing

_ACROSS = 150  # points per side at which the net is asked


def plot_boundary(
    model: Any,
    preprocessing: Preprocessing,
    train: DataSet,
    held_out: DataSet,
    path: str | os.PathLike[str],
) -> None:
    """Draw what a net answers over the plane of its two inputs.

    Args:
        model: The net.
        preprocessing: That of its inputs.
        train, held_out: The examples; those held out are drawn as squares.
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
    outputs = np.asarray(compile(model.logits)(np.array(preprocessing.transform(plane))))
    outputs = outputs.reshape(_ACROSS, _ACROSS, -1)
    if train.classes:
        shades = _shades(0, len(train.classes) - 1)
        _regions(axes, across, up, outputs, model.task, shades, train.classes)
    else:
        answers = np.array(preprocessing.decode(outputs.ravel().tolist()), float)
        every = np.concatenate([answers, train.y, held_out.y])
        shades = _shades(every.min(), every.max())
        filled = axes.contourf(across, up, answers.reshape(_ACROSS, -1), 20, alpha=0.55, **shades)
        figure.colorbar(filled, label=literal(train.target))
    for part, marker, edge in ((train, "o", "black"), (held_out, "s", "white")):
        axes.scatter(*part.X.T, c=part.y, marker=marker, edgecolors=edge, s=24, **shades)
    axes.set(xlabel=literal(train.inputs[0]), ylabel=literal(train.inputs[1]))
    _legend(axes, train.classes, shades)
    save_figure(figure, path)


def _shades(least: float, most: float) -> dict[str, Any]:
    """The colours for numbers, or for classes by their places."""
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    several = isinstance(most, int) and most > 1
    if several:
        return {"cmap": colormaps["viridis"], "norm": Normalize(least, most)}
    spare = 0.3 * (most - least)  # the ends of the map are so dark that red and blue look alike
    return {"cmap": colormaps["RdBu"], "norm": Normalize(least - spare, most + spare)}


def _regions(
    axes: Any,
    across: Array,
    up: Array,
    outputs: Array,
    task: str,
    shades: dict[str, Any],
    classes: Sequence[str],
) -> None:
    """Colour the plane by the class that leads, with a line where two are level.

    Two classes with probabilities are shaded by that of the second, with its scale beside. Lines
    and regions are those of a lead, which is smooth, and not of the number of a class, which jumps.
    """
    if outputs.shape[2] == 1:
        outputs = np.concatenate([0 * outputs, outputs], axis=2)
    count = outputs.shape[2]
    leads = [outputs[..., c] - np.delete(outputs, c, axis=2).max(2) for c in range(count)]
    shaded = count == 2 and READINGS[task].probabilities is not None
    if shaded:
        probability = 0.5 + 0.5 * np.tanh(0.5 * leads[1])
        bands = np.linspace(0, 1, 21)
        filled = axes.contourf(across, up, probability, bands, alpha=0.55, **shades)
        told = f"shading: probability of {literal(classes[1])}"
        axes.figure.colorbar(filled, label=told, ticks=[0, 0.25, 0.5, 0.75, 1])
    for place, lead in enumerate(leads):
        colour = shades["cmap"](shades["norm"](place))
        if lead.max() > 0 and not shaded:
            axes.contourf(across, up, lead, [0, 2 * lead.max()], colors=[colour], alpha=0.55)
        if lead.min() < 0 < lead.max():
            axes.contour(across, up, lead, [0], colors="black", linewidths=1.2)


def _legend(axes: Any, classes: Sequence[str], shades: dict[str, Any]) -> None:
    """Name the colours of the classes, the kinds of dots, the border and the shading."""
    dot = {"linestyle": "", "markersize": 5.5}
    names = [literal(name) for name in classes]
    for place, name in enumerate(names):
        colour = shades["cmap"](shades["norm"](place))
        axes.plot([], [], "o", color=colour, label=name, **dot)
    axes.plot([], [], "o", color="white", markeredgecolor="black", label="trained on", **dot)
    axes.plot([], [], "s", color="grey", markeredgecolor="white", label="held out", **dot)
    if any(not getattr(drawn, "filled", True) for drawn in axes.collections):
        level = "two classes level" if len(names) > 2 else "both classes level"
        axes.plot([], [], color="black", linewidth=1.2, label=level)
    if len(axes.figure.axes) == 1:  # there is no scale beside
        axes.fill([], [], color="grey", alpha=0.55, label="shading: the net's answer")
    columns = 4 if len("".join(names)) < 50 else 2
    axes.figure.legend(loc="outside upper center", ncols=columns, fontsize=8, frameon=False)
