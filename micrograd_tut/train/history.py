"""What training went through, epoch by epoch: as numbers, as a table, as curves."""

from __future__ import annotations

import io
import os
from pathlib import Path

from micrograd_tut.errors import InputError, MissingPartError
from micrograd_tut.support.text import Text, table, visible

_SHOWN = 8  # rows of the short table


class History:
    """The loss, the metrics and what else was measured in each epoch.

    Attributes:
        rows: One dict of numbers per epoch.
        stopped: Why training ended; "" where all epochs were done.
        best_epoch: The epoch whose parameters the net has, where early stopping gave them back.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []
        self.stopped = ""
        self.best_epoch: int | None = None

    @property
    def history(self) -> dict[str, list[float]]:
        """The same as one list per measure: ``history["loss"][-1]`` is of the last epoch."""
        return {name: [row[name] for row in self.rows] for name in (self.rows or [{}])[0]}

    def __len__(self) -> int:
        """The number of epochs."""
        return len(self.rows)

    def __repr__(self) -> str:
        names = list(self.history)
        last = len(self.rows) - 1
        shown = {round(i * last / (_SHOWN - 1)) for i in range(_SHOWN)} if names else set()
        if self.best_epoch is not None:
            shown.add(self.best_epoch - 1)
        lines = [
            [str(i + 1), *(figures(self.rows[i][name]) for name in names)] for i in sorted(shown)
        ]
        text = table(
            ["epoch", *(visible(name, 40) for name in names)], lines, align=">" * (len(names) + 1)
        )
        ending = [f"Stopped: {self.stopped}."] if self.stopped else []
        if self.best_epoch is not None:
            ending.append(f"The parameters are those of epoch {self.best_epoch}.")
        return Text("\n".join([text, *ending]))

    def plot(self, path: str | os.PathLike[str] | None = None) -> object:
        """Draw the curves: losses on the left, then what else was measured, then the rate.

        A dotted line marks the epoch whose parameters early stopping gave back.

        Args:
            path: Where to write the picture, such as "history.png"; None writes nothing.

        Returns:
            The matplotlib figure.

        Raises:
            InputError: there is no epoch to draw.
            MissingPartError: matplotlib is not installed.
        """
        if not self.rows:
            raise InputError("there is no epoch to draw yet")
        figure = _figure(self.history, self.best_epoch)
        if path is not None:
            save_figure(figure, path)
        return figure


def figures(number: float) -> str:
    """A measure as one reads it: four places, and in powers of ten where these would show nothing.

    >>> figures(0.98765432), figures(0.00002), figures(0.0), figures(3.2e9)
    ('0.9877', '2.0e-05', '0.0000', '3.2e+09')
    """
    return f"{number:.4f}" if number == 0 or 1e-3 <= abs(number) < 1e6 else f"{number:.1e}"


def _figure(history: dict[str, list[float]], best_epoch: int | None) -> object:
    """A panel for losses, one for other measures and one for the rate, where there are such."""
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
            dots = "." if len(epochs) < 30 else ""
            label = "learning rate" if name == "lr" else spelt(name)
            axes.plot(epochs, history[name], style, marker=dots, label=label)
        if best_epoch is not None:
            axes.axvline(best_epoch, color="grey", linestyle=":", label=f"best: epoch {best_epoch}")
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def spelt(name: str) -> str:
    """A name as matplotlib shows it letter by letter, and not as a formula between dollars."""
    return visible(name, 40).replace("$", r"\$")


def figure_class() -> type:
    """Matplotlib's Figure, which draws into files without a window, and shows itself in a notebook.

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
    """Write a figure to a file, whole or not at all.

    Raises:
        InputError: the ending of the name is not that of a picture.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        figure.savefig(partial, format=path.suffix[1:] or "png", dpi=120)  # type: ignore[attr-defined]
        os.replace(partial, path)
    except ValueError as error:
        raise InputError(f"{path.name}: {error}") from None
    finally:
        partial.unlink(missing_ok=True)
