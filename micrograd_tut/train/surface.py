"""The loss around trained parameters, in the plane in which they moved most.

The plane passes through the final parameters. Its directions are the first two principal
components of the path of training.

Source: Li et al. 2018, Visualizing the Loss Landscape of Neural Nets, arXiv 1712.09913, sections 4
(random directions, scaled as the weights of each neuron) and 7 (principal components of a path).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from micrograd_tut.engine import Value, set_data
from micrograd_tut.errors import InputError, MicrogradError, TraceError
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.backends import CompiledBackend, places
from micrograd_tut.train.batches import results_on_values
from micrograd_tut.train.examples import Examples
from micrograd_tut.train.objective import Objective

_MAX_NUMBERS = 4_000_000  # numbers of a path that are kept, 32 MB
_MAX_POINTS = 200  # points of a path that are kept
_MAX_EXAMPLES = 500  # for the loss of a point of the surface
_MARGIN = 0.35  # around the path, as a fraction of its extent


class Trail:
    """The parameters after some epochs of training: all, or at equal distances.

    Attributes:
        epochs: The epochs, from 0: the parameters before the first update.
        points: The parameters after each of them, in the order of the model.
        stride: The distance between two epochs.
    """

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.points: list[Array] = []
        self.stride = 1

    def add(self, epoch: int, numbers: Sequence[float] | Array) -> None:
        """Keep the parameters after an epoch; in a long training every second, fourth, … only."""
        if self.epochs and self.epochs[-1] % self.stride:  # the newest one, kept until the next
            self.epochs.pop()
            self.points.pop()
        self.epochs.append(epoch)
        self.points.append(np.asarray(numbers, float))
        limit = max(3, min(_MAX_POINTS, _MAX_NUMBERS // max(len(numbers), 1)))
        if len(self.epochs) > limit:
            self.stride *= 2
            kept = [i for i, e in enumerate(self.epochs) if e % self.stride == 0]
            kept += [len(self.epochs) - 1] if self.epochs[-1] % self.stride else []
            self.epochs = [self.epochs[i] for i in kept]
            self.points = [self.points[i] for i in kept]


@dataclass(frozen=True)
class Surface:
    """The loss over a plane of parameters.

    Attributes:
        losses: The loss at each point of the plane, shape (ys, xs); nan if it is not finite.
        xs, ys: The distances from the final parameters along the two directions.
        path: Where the path is on the plane, shape (points, 2).
        epochs: The epoch of each point of the path.
        final: The index of the final parameters in the path; they are at (0, 0).
        path_losses: The loss of each point of the path, which may lie off the plane.
        directions: Two directions of length 1, at right angles, shape (2, parameters).
        explained: The fraction of the path's movement along each direction.
    """

    losses: Array
    xs: Array
    ys: Array
    path: Array
    epochs: list[int]
    final: int
    path_losses: Array
    directions: Array
    explained: tuple[float, float]


class LossOf:
    """The mean loss of some training examples for any parameters; the model does not change.

    Args:
        objective: The network and its loss.
        data: The training set; of more than 500 examples, every n-th is used.
    """

    def __init__(self, objective: Objective, data: Examples) -> None:
        self.objective = objective
        self.data = data.pick(np.arange(0, len(data), math.ceil(len(data) / _MAX_EXAMPLES)))
        self.parameters: list[Value] = objective.parameters

    def __call__(self, points: Iterable[Array]) -> Array:
        """The loss of each point; nan if it is not finite."""
        try:
            backend = CompiledBackend(self.objective, self.data)
        except TraceError:
            return self._on_values(points)

        order = places(backend.parameters, self.parameters)

        def loss(numbers: Array) -> float:
            backend.buffers.parameters[:] = numbers[order]
            return backend.evaluate(self.data)[0]

        return np.array([_finite(loss, numbers) for numbers in points])

    def _on_values(self, points: Iterable[Array]) -> Array:
        before = [p.data for p in self.parameters]

        def loss(numbers: Array) -> float:
            set_data(self.parameters, numbers.tolist())
            results = results_on_values(self.objective.loss_and_outputs, self.data.X, self.data.Y)
            return float(results[:, 0].mean())

        try:
            return np.array([_finite(loss, numbers) for numbers in points])
        finally:
            set_data(self.parameters, before)


def _finite(loss: Callable[[Array], float], numbers: Array) -> float:
    """The loss for some parameters; nan if it is not finite."""
    try:
        with np.errstate(all="ignore"):
            number = loss(numbers)
    except (ArithmeticError, MicrogradError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def loss_surface(
    trail: Trail, loss_of: LossOf, size: int = 25, seed: int = 0, best_epoch: int | None = None
) -> Surface:
    """The loss around the final parameters of a path.

    Args:
        trail: The path.
        loss_of: Gives the loss for parameters.
        size: The number of points per side of the plane, at least 2.
        seed: Random seed for directions in which the path does not move.
        best_epoch: The epoch whose parameters were restored; None for the last.

    Raises:
        InputError: `size` is too small.
    """
    if not isinstance(size, int) or size < 2:
        raise InputError(f"size needs a whole number of points per side, such as 25; got {size!r}")
    points = np.array(trail.points)
    final = len(points) - 1
    if best_epoch is not None:
        final = min(range(len(points)), key=lambda i: abs(trail.epochs[i] - best_epoch))
    end = points[final]
    directions, explained = _directions(points - end, loss_of.parameters, seed)
    path = (points - end) @ directions.T
    xs, ys = (_range(path[:, k], size) for k in (0, 1))
    grid = (end + x * directions[0] + y * directions[1] for y in ys for x in xs)
    losses = loss_of(grid).reshape(size, size)
    epochs, on_path = list(trail.epochs), loss_of(points)
    return Surface(losses, xs, ys, path, epochs, final, on_path, directions, explained)


def _directions(
    moves: Array, parameters: Sequence[Value], seed: int
) -> tuple[Array, tuple[float, float]]:
    """The first two principal components of the path, and the fraction that each explains.

    If the path has fewer, random directions at right angles to it take their place.
    """
    _, sizes, components = np.linalg.svd(moves, full_matrices=False)
    total = float((sizes**2).sum())
    found = [c for c, s in zip(components[:2], sizes[:2], strict=False) if s > 1e-9 * sizes[0] > 0]
    shares = [float(s**2) / total for s in sizes[: len(found)]]
    rng = np.random.default_rng(seed)
    while len(found) < 2:
        found.append(_random_direction(parameters, found, rng))
        shares.append(0.0)
    return np.array(found), (shares[0], shares[1])


def _random_direction(
    parameters: Sequence[Value], others: list[Array], rng: np.random.Generator
) -> Array:
    """A random direction, scaled by the size of each parameter, at right angles to the others."""
    scale = np.array([abs(p.data) for p in parameters])
    direction = rng.standard_normal(len(parameters)) * np.where(scale > 0, scale, 1.0)
    for other in others:
        direction -= (direction @ other) * other
    norm = float(np.linalg.norm(direction))
    return direction / norm if norm > 0 else np.zeros(len(parameters))


def _range(positions: Array, size: int) -> Array:
    """Distances that cover the path, with a margin, and the end of the path in the same scale."""
    low, high = min(positions.min(), 0.0), max(positions.max(), 0.0)
    margin = _MARGIN * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, size)


def plot_surface(surface: Surface, figure: Any) -> None:
    """Draw the loss as shades and contour lines, with the path of training."""
    axes = figure.subplots()
    levels, norm = _levels(surface)
    plane = surface.xs, surface.ys, surface.losses
    shades = axes.contourf(*plane, levels, cmap="viridis_r", norm=norm, alpha=0.6)
    axes.contour(*plane, levels, colors="white", linewidths=0.5)
    figure.colorbar(shades, label="loss on training examples", format="%.3g")
    axes.plot(*surface.path.T, "-o", color="black", markersize=2.5, linewidth=1.2, label="training")
    for i, marker in ((0, "s"), (surface.final, "*")):
        axes.plot(
            *surface.path[i],
            marker,
            color="white",
            markeredgecolor="black",
            markersize=9 if marker == "s" else 15,
            linestyle="",
            label=f"epoch {surface.epochs[i]}: loss {surface.path_losses[i]:.3g}",
        )
    for k, set_label in enumerate((axes.set_xlabel, axes.set_ylabel)):
        share = surface.explained[k]
        words = f"{share:.0%} of the movement" if share else "random: no movement"
        set_label(f"direction {k + 1} ({words})")
    axes.legend(fontsize=8, loc="best")


def _levels(surface: Surface) -> tuple[Array, Any]:
    """Contour levels, and the scale of colours: logarithmic for a wide range above 0."""
    from matplotlib.colors import LogNorm

    losses = surface.losses[np.isfinite(surface.losses)]
    low, high = (float(losses.min()), float(losses.max())) if len(losses) else (0.0, 1.0)
    if not high > low:
        high = low + 1.0
    if low > 0 and high / low > 10:
        return np.geomspace(low, high, 15), LogNorm()
    return np.linspace(low, high, 15), None
