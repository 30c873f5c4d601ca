"""Plot the decision boundary of a two-input network, with the examples."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from micrograd_tut.compiler import compile
from micrograd_tut.nn.predict import DECISION_RULES
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.data import DataSet
from micrograd_tut.train.figures import figure_class, literal, save_figure
from micrograd_tut.train.preprocessing import Preprocessing

_GRID = 150  # points per side at which the network is evaluated


def plot_boundary(
    model: Any,
    preprocessing: Preprocessing,
    train: DataSet,
    test: DataSet,
    path: str | os.PathLike[str],
) -> None:
    """Draw the predictions over the plane of the two inputs.

    Args:
        model: The network.
        preprocessing: Its preprocessing.
        train, test: The training set (drawn as circles) and the test set (squares).
        path: The file to write.

    Raises:
        MissingPartError: matplotlib is not installed.
    """
    figure = figure_class()(figsize=(5.8, 4.6), layout="constrained")
    axes = figure.subplots()
    both = np.concatenate([train.X, test.X])
    low, high = both.min(0), both.max(0)
    margin = np.where(low < high, 0.08 * (high - low), 1.0)
    xs, ys = (np.linspace(*ends, _GRID) for ends in zip(low - margin, high + margin, strict=True))
    plane = np.array([[x, y] for y in ys for x in xs])
    outputs = np.asarray(compile(model.logits)(preprocessing.transform(plane)))
    outputs = outputs.reshape(_GRID, _GRID, -1)
    if train.classes:
        colours = _colours(0, len(train.classes) - 1)
        _regions(axes, xs, ys, outputs, model.task, colours, train.classes)
    else:
        predictions = preprocessing.decode(outputs.ravel())
        numbers = np.concatenate([predictions, train.y, test.y])
        colours = _colours(numbers.min(), numbers.max())
        filled = axes.contourf(xs, ys, predictions.reshape(_GRID, -1), 20, alpha=0.55, **colours)
        figure.colorbar(filled, label=literal(train.target))
    for part, marker, edge in ((train, "o", "black"), (test, "s", "white")):
        axes.scatter(*part.X.T, c=part.y, marker=marker, edgecolors=edge, s=24, **colours)
    axes.set(xlabel=literal(train.inputs[0]), ylabel=literal(train.inputs[1]))
    _legend(axes, train.classes, colours)
    save_figure(figure, path)


def _colours(lowest: float, highest: float) -> dict[str, Any]:
    """The colour map for numbers, or for the indices of classes."""
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    if isinstance(highest, int) and highest > 1:  # more than two classes
        return {"cmap": colormaps["viridis"], "norm": Normalize(lowest, highest)}
    margin = 0.3 * (highest - lowest)  # at the ends of the map, red and blue are almost black
    return {"cmap": colormaps["RdBu"], "norm": Normalize(lowest - margin, highest + margin)}


def _regions(
    axes: Any,
    xs: Array,
    ys: Array,
    outputs: Array,
    task: str,
    colours: dict[str, Any],
    classes: Sequence[str],
) -> None:
    """Colour the plane by the predicted class, with the decision boundaries as lines.

    Two classes with probabilities are shaded by the probability of the second. Lines and regions
    are contours of a margin, the output of a class minus the largest other output: it is smooth,
    while the index of the predicted class jumps.
    """
    if outputs.shape[2] == 1:
        outputs = np.concatenate([0 * outputs, outputs], axis=2)
    count = outputs.shape[2]
    margins = [outputs[..., c] - np.delete(outputs, c, axis=2).max(2) for c in range(count)]
    shaded = count == 2 and DECISION_RULES[task].probabilities is not None
    if shaded:
        probability = 0.5 + 0.5 * np.tanh(0.5 * margins[1])
        bands = np.linspace(0, 1, 21)
        filled = axes.contourf(xs, ys, probability, bands, alpha=0.55, **colours)
        title = f"shading: probability of {literal(classes[1])}"
        axes.figure.colorbar(filled, label=title, ticks=[0, 0.25, 0.5, 0.75, 1])
    for label, margin in enumerate(margins):
        colour = colours["cmap"](colours["norm"](label))
        if margin.max() > 0 and not shaded:
            axes.contourf(xs, ys, margin, [0, 2 * margin.max()], colors=[colour], alpha=0.55)
        if margin.min() < 0 < margin.max():
            axes.contour(xs, ys, margin, [0], colors="black", linewidths=1.2)


def _legend(axes: Any, classes: Sequence[str], colours: dict[str, Any]) -> None:
    """Explain the colours of the classes, the markers, the boundary and the shading."""
    dot = {"linestyle": "", "markersize": 5.5}
    names = [literal(name) for name in classes]
    for label, name in enumerate(names):
        colour = colours["cmap"](colours["norm"](label))
        axes.plot([], [], "o", color=colour, label=name, **dot)
    axes.plot([], [], "o", color="white", markeredgecolor="black", label="training set", **dot)
    axes.plot([], [], "s", color="grey", markeredgecolor="white", label="test set", **dot)
    if any(not getattr(contour, "filled", True) for contour in axes.collections):
        axes.plot([], [], color="black", linewidth=1.2, label="decision boundary")
    if len(axes.figure.axes) == 1:  # there is no colour bar
        axes.fill([], [], color="grey", alpha=0.55, label="shading: prediction")
    columns = 4 if len("".join(names)) < 50 else 2
    axes.figure.legend(loc="outside upper center", ncols=columns, fontsize=8, frameon=False)
