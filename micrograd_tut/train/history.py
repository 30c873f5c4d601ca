"""Training history per epoch: numbers, table and curves."""

from __future__ import annotations

import io
import os
from pathlib import Path

from micrograd_tut.errors import InputError, MissingPartError
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import Text, table, visible

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
    """

    reference: float | None = None

    def __init__(self) -> None:
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

        A dotted line marks the epoch whose parameters early stopping restored.

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
        figure = _figure(self.history, self.best_epoch)
        if path is not None:
            save_figure(figure, path)
        return figure


def figures(number: float) -> str:
    """A metric for a table: four decimals, or an exponent for small and large numbers.

    >>> figures(0.98765432), figures(0.00002), figures(0.0), figures(3.2e9)
    ('0.9877', '2.0e-05', '0.0000', '3.2e+09')
    """
    return f"{number:.4f}" if number == 0 or 1e-3 <= abs(number) < 1e6 else f"{number:.1e}"


def _figure(history: dict[str, list[float]], best_epoch: int | None) -> object:
    """Up to three panels: losses, other metrics, and the learning rate."""
    new_figure = figure_class()
    losses = [name for name in history if name.endswith("loss")]
    others = [name for name in history if name not in (*losses, "lr")]
    rates = [name for name in history if name == "lr"]
    panels = [names for names in (losses, others, rates) if names]
    figure = new_figure(figsize=(5.0 * len(panels), 3.6), layout="constrained")
    for axes, names in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        for name in names:
            style = "--" if name.startswith("val_") else "-"
            epochs = range(1, len(history[name]) + 1)
            marker = "." if len(epochs) < 30 else ""
            label = "learning rate" if name == "lr" else literal(name)
            axes.plot(epochs, history[name], style, marker=marker, label=label)
        if best_epoch is not None:
            axes.axvline(best_epoch, color="grey", linestyle=":", label=f"best: epoch {best_epoch}")
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


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
