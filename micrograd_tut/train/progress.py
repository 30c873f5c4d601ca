"""What `fit` shows while it trains: a progress bar, or nothing."""

from __future__ import annotations

import time
import warnings
from typing import Any

_REFRESH = 0.1  # seconds between two updates of the loss beside the bar


class NoProgress:
    """Shows nothing."""

    def __enter__(self) -> NoProgress:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def start_epoch(self, epoch: int) -> None:
        """Show the number of the epoch."""

    def update(self, total: float, count: int) -> None:
        """Count an update; `total` is the sum of the losses of the `count` examples so far."""

    def end_epoch(self, row: dict[str, float]) -> None:
        """Show the loss and the metrics of an epoch."""


class ProgressBar(NoProgress):
    """A bar of tqdm, with the newest loss and metrics beside it.

    Args:
        epochs: The number of epochs.
        updates: The number of updates in all of them.
        done: The number of updates taken before, in a run that is continued.
    """

    def __init__(self, epochs: int, updates: int, done: int = 0) -> None:
        with warnings.catch_warnings():  # in a notebook without ipywidgets the plain bar will do
            warnings.filterwarnings("ignore", "IProgress not found")
            from tqdm.auto import tqdm

        class Bar(tqdm):  # type: ignore[misc]  # tqdm is Any
            monitor_interval = 0  # no thread to redraw it between updates: browsers have none

        layout = "{desc} {bar} {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
        self._bar: Any = Bar(total=updates, initial=done, dynamic_ncols=True, bar_format=layout)
        self._epochs = epochs
        self._shown: dict[str, str] = {}
        self._shown_at = 0.0

    def __exit__(self, *error: object) -> None:
        self._bar.close()

    def start_epoch(self, epoch: int) -> None:
        """See `NoProgress`."""
        self._bar.set_description_str(f"epoch {epoch}/{self._epochs}", refresh=False)
        self._shown_at = 0.0

    def update(self, total: float, count: int) -> None:
        """See `NoProgress`."""
        self._bar.update()
        if time.monotonic() - self._shown_at > _REFRESH:
            self._shown_at = time.monotonic()
            self.end_epoch({"loss": total / count})

    def end_epoch(self, row: dict[str, float]) -> None:
        """See `NoProgress`."""
        self._shown |= {k: f"{v:.3f}" for k, v in row.items() if k not in ("val_loss", "lr")}
        self._bar.set_postfix(self._shown, refresh=False)
