"""Training history per epoch: numbers, table and curves."""

from __future__ import annotations

import math
import os
from typing import Any

from micrograd_tut.errors import InputError
from micrograd_tut.support.html import html_table, paragraphs
from micrograd_tut.support.stills import image
from micrograd_tut.support.text import Text, table, visible
from micrograd_tut.train import curves
from micrograd_tut.train.figures import figure_class, save_figure
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
        return Text("\n".join([table(*self._table()), *self._notes()]))

    def _repr_html_(self) -> str:
        picture = ""
        if self.rows:
            svg = curves.svg(self.history, self.best_epoch or self.lowest_epoch)
            picture = image(svg, f"Curves of {', '.join(self.history)} over {len(self)} epochs")
        return picture + html_table(*self._table()) + paragraphs(*self._notes())

    def _table(self) -> tuple[list[str], list[list[str]], None, str]:
        """The head, the rows and the alignment of the table of some epochs."""
        names = list(self.history)
        last = len(self.rows) - 1
        shown = {round(i * last / (_MAX_ROWS - 1)) for i in range(_MAX_ROWS)} if names else set()
        if self.best_epoch is not None:
            shown.add(self.best_epoch - 1)
        lines = [
            [str(i + 1), *(figures(self.rows[i][name]) for name in names)] for i in sorted(shown)
        ]
        head = ["epoch", *(visible(name, 40) for name in names)]
        return head, lines, None, ">" * len(head)

    def _notes(self) -> list[str]:
        notes = [f"Stopped: {self.stopped}."] if self.stopped else []
        if self.best_epoch is not None:
            notes.append(f"Restored the parameters of epoch {self.best_epoch} (lowest loss).")
        if self.warning:
            notes.append(self.warning)
        return notes

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
        figure = curves.figure(self.history, self.best_epoch or self.lowest_epoch)
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
