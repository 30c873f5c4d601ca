"""Training history per epoch: numbers, table and curves."""

from __future__ import annotations

import io
import math
import os
from pathlib import Path
from typing import Any

from micrograd_tut.errors import InputError, MissingPartError
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import Text, table, visible
from micrograd_tut.train.surface import LossOf, Trail, loss_surface, plot_surface

_MAX_ROWS = 8  # of the table
_DIVERGED = 10  # training has diverged if the loss is above this many times the reference


class History:
    """Loss and metrics of each epoch.

    Attributes:
        rows: One dict of numbers per epoch.
        stopped: Why training stopped early; "" if it ran for all epochs.
        best_epoch: The epoch whose parameters early stopping restored, else None.
        reference: The larger one of the loss of the first batch before any update and of the loss
            of outputs that are all 0; None if they are not known.
        trail: The parameters after each epoch, for `surface`; of a long training, not after all.

    Args:
        loss_of: Gives the loss for parameters, for `surface`; None if there is no such function.
    """

    reference: float | None = None

    def __init__(self, loss_of: LossOf | None = None) -> None:
        self.trail = Trail()
        self._loss_of = loss_of
        self.rows: list[dict[str, float]] = []
        self.stopped = ""
        self.best_epoch: int | None = None

    @property
    def history(self) -> dict[str, list[float]]:
        """One list per metric: ``history["loss"][-1]`` is the loss of the last epoch."""
        return {name: [row[name] for row in self.rows] for name in (self.rows or [{}])[0]}

    @property
    def diverged(self) -> bool:
        """Whether the last loss is above 10 times the reference (else, that of the first epoch).

        Parameters that early stopping restored come from a better epoch.
        """
        if not self.rows or self.best_epoch is not None:
            return False
        reference = self.rows[0]["loss"] if self.reference is None else self.reference
        return not self.rows[-1]["loss"] <= _DIVERGED * reference

    @property
    def lowest_epoch(self) -> int:
        """The epoch with the lowest loss, from 1: of a held-out part if there is one."""
        names = [n for n in ("val_loss", "test_loss", "loss") if self.rows and n in self.rows[0]]
        losses = [row[names[0]] for row in self.rows]
        return 1 + min(range(len(losses)), key=lambda i: (math.isnan(losses[i]), losses[i]))

    @property
    def warning(self) -> str:
        """What went wrong in training and what to try; "" if nothing did."""
        if not self.diverged:
            return ""
        start = self.rows[0]["loss"] if self.reference is None else self.reference
        return (
            f"Training diverged: the loss is {figures(self.rows[-1]['loss'])} and was at most "
            f"{figures(start)} at the start. Use a smaller learning rate, or clip the gradients "
            f"(clip=1.0)."
        )

    def __len__(self) -> int:
        """The number of epochs."""
        return len(self.rows)

    def __repr__(self) -> str:
        names = list(self.history)
        last = len(self.rows) - 1
        shown = {round(i * last / (_MAX_ROWS - 1)) for i in range(_MAX_ROWS)} if names else set()
        if self.best_epoch is not None:
            shown.add(self.best_epoch - 1)
        lines = [
            [str(i + 1), *(figures(self.rows[i][name]) for name in names)] for i in sorted(shown)
        ]
        text = table(
            ["epoch", *(visible(name, 40) for name in names)], lines, align=">" * (len(names) + 1)
        )
        notes = [f"Stopped: {self.stopped}."] if self.stopped else []
        if self.best_epoch is not None:
            notes.append(f"Restored the parameters of epoch {self.best_epoch} (lowest loss).")
        if self.warning:
            notes.append(self.warning)
        return Text("\n".join([text, *notes]))

    def plot(self, path: str | os.PathLike[str] | None = None) -> object:
        """Draw the curves: losses on the left, then other metrics, then the learning rate.

        Curves of a validation or test set are dashed, beside those of the training set. A dotted
        line marks the best epoch: the one whose parameters early stopping restored, or else the
        one with the lowest loss, of a held-out part if there is one.

        Args:
            path: The file to write, such as "history.png" (default: none).

        Returns:
            The matplotlib figure.

        Raises:
            InputError: the history is empty.
            MissingPartError: matplotlib is not installed.
        """
        if not self.rows:
            raise InputError("the history is empty; train first: history = mg.fit(…)")
        figure = _figure(self)
        if path is not None:
            save_figure(figure, path)
        return figure

    def surface(
        self, path: str | os.PathLike[str] | None = None, size: int = 25, seed: int = 0
    ) -> object:
        """Draw the loss around the final parameters, and the path of training across it.

        The picture shows a plane through the final parameters: its directions are those in which
        the parameters moved most (Li et al. 2018, arXiv 1712.09913). The loss is the mean over the
        training examples, at most 500 of them, without an L2 penalty.

        Args:
            path: The file to write, such as "surface.png" (default: none).
            size: The number of points per side at which the loss is evaluated.
            seed: Random seed for directions in which the parameters did not move.

        Returns:
            The matplotlib figure.

        Raises:
            InputError: the history is empty or has been loaded without its network, or `size` is
                less than 2.
            MissingPartError: matplotlib is not installed.
        """
        if self._loss_of is None or not self.rows:
            raise InputError(
                "this history has no path of training; train first: history = mg.fit(…)"
            )
        figure = figure_class()(figsize=(6.0, 4.8), layout="constrained")
        surface = loss_surface(self.trail, self._loss_of, size, seed, self.best_epoch)
        plot_surface(surface, figure)
        if path is not None:
            save_figure(figure, path)
        return figure

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the network, which has losses that cannot be pickled."""
        return vars(self) | {"_loss_of": None}


def figures(number: float) -> str:
    """A metric for a table: four decimals, or an exponent for small and large numbers.

    >>> figures(0.98765432), figures(0.00002), figures(0.0), figures(3.2e9)
    ('0.9877', '2.0e-05', '0.0000', '3.2e+09')
    """
    return f"{number:.4f}" if number == 0 or 1e-3 <= abs(number) < 1e6 else f"{number:.1e}"


def _figure(run: History) -> object:
    """Up to three panels: losses, other metrics, and the learning rate."""
    curves = run.history
    losses = [name for name in curves if name.endswith("loss")]
    others = [name for name in curves if name not in (*losses, "lr")]
    rates = [name for name in curves if name == "lr"]
    panels = [names for names in (losses, others, rates) if names]
    figure = figure_class()(figsize=(5.0 * len(panels), 3.6), layout="constrained")
    best = run.best_epoch or run.lowest_epoch
    for axes, names in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _curves(axes, names, curves)
        axes.axvline(best, color="grey", linestyle=":", label=f"best: epoch {best}")
        for line, name in zip(axes.lines, names, strict=False):
            axes.plot(best, curves[name][best - 1], "o", color=line.get_color(), markersize=5)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


_PARTS = {"val_": "validation", "test_": "test"}
"""The held-out parts, by the prefix of their metrics."""

_TRAINING, _HELD_OUT = "#0067a8", "#b84a00"
"""Colours that stay apart for every kind of colour-blindness, as in drawings."""


def _curves(axes: Any, names: list[str], curves: dict[str, list[float]]) -> None:
    """The curves of one panel; those of a held-out part are dashed."""
    metrics = list(dict.fromkeys(_split(name)[0] for name in names))
    alone = not any(_split(name)[1] in _PARTS.values() for name in names)
    for name in names:
        metric, part = _split(name)
        epochs = range(1, len(curves[name]) + 1)
        marker = "." if len(epochs) < 30 else ""
        held_out = part in _PARTS.values()
        colour = f"C{metrics.index(metric)}"
        if len(metrics) == 1:
            colour = _HELD_OUT if held_out else _TRAINING
        axes.plot(
            epochs,
            curves[name],
            "--" if held_out else "-",
            color=colour,
            marker=marker,
            label=_label(metric, part, alone=alone),
        )


def _split(name: str) -> tuple[str, str]:
    """A metric and the part of the data that it was measured on.

    >>> _split("val_loss"), _split("accuracy")
    (('loss', 'validation'), ('accuracy', 'training'))
    """
    for prefix, part in _PARTS.items():
        if name.startswith(prefix):
            return name.removeprefix(prefix), part
    return name, "training"


def _label(metric: str, part: str, *, alone: bool) -> str:
    """What the legend calls a curve; `alone` if the panel has no other part of the data."""
    if metric == "lr":
        return "learning rate"
    return literal(metric) if alone else f"{literal(metric)}, {part}"


def literal(name: str) -> str:
    """A name that matplotlib shows literally, without reading dollar signs as a formula."""
    return visible(name, 40).replace("$", r"\$")


def figure_class() -> type:
    """A class of matplotlib figures that need no window, and that a notebook shows.

    Raises:
        MissingPartError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingPartError(
            'drawing curves needs matplotlib: pip install "micrograd-tut[plot]"'
        ) from None

    class Picture(Figure):
        """A figure that a notebook shows without pyplot."""

        def _repr_png_(self) -> bytes:
            data = io.BytesIO()
            self.savefig(data, format="png", dpi=120)
            return data.getvalue()

    return Picture


def save_figure(figure: object, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file atomically.

    Raises:
        InputError: the file name extension is not that of a picture format.
        OSError: the file cannot be written.
    """
    kind, data = Path(path).suffix[1:] or "png", io.BytesIO()
    try:
        figure.savefig(data, format=kind, dpi=120)  # type: ignore[attr-defined]
    except ValueError as error:
        raise InputError(f"{os.fspath(path)}: {error}") from None
    write_whole(path, data.getvalue())
