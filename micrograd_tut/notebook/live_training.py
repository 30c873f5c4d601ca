"""A training run as a widget: its curves, its plane and its network, while it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from micrograd_tut.drawing import draw_network
from micrograd_tut.errors import MicrogradError
from micrograd_tut.notebook.live import Live, script, traitlets
from micrograd_tut.notebook.plane import Plane
from micrograd_tut.support.html import paragraphs
from micrograd_tut.support.stills import image
from micrograd_tut.train.curves import svg
from micrograd_tut.train.history import History, figures
from micrograd_tut.train.trainer import Training

_PAUSE = 0.1  # the least number of seconds between two pictures
_MOST = 4  # and as many times as long as drawing one takes, so that training is hardly slower


class LiveTraining(Live):
    """A widget that shows a training run. To train, iterate over it or call `run`.

    Args:
        training: The run.

    Attributes:
        history: The loss and metrics of the epochs so far.
        note, curves, plane, network, ended: What the widget shows.
    """

    _esm = script("live_training.js")
    note = traitlets.Unicode("").tag(sync=True)
    curves = traitlets.Unicode("").tag(sync=True)
    plane = traitlets.Unicode("").tag(sync=True)
    network = traitlets.Unicode("").tag(sync=True)
    ended = traitlets.Bool(False).tag(sync=True)

    def __init__(self, training: Training) -> None:
        super().__init__()
        self.history = training.history
        self._training = training
        self._plane: Plane | None = None
        self._shown = False
        self._next = 0.0  # when to draw again
        if training.data.X.shape[1] == 2:
            with suppress(MicrogradError):
                self._plane = Plane(training.model, training.data)
        self.draw()

    def __iter__(self) -> Iterator[dict[str, float]]:
        """Train: the rows of the run; the widget is displayed if no cell shows it yet."""
        self.ended = False
        if not self._shown:
            self.show()
        try:
            for row in self._training:
                if time.monotonic() >= self._next:
                    self.draw()
                yield row
        finally:  # also after a break, or an error
            self.draw()
            self.ended = True
            self.leave()
            self._shown = False

    def run(self) -> History:
        """Train to the end."""
        for _ in self:
            pass
        return self.history

    def draw(self) -> None:
        """Draw the run as it is now."""
        start = time.monotonic()
        history, model = self.history, self._training.model
        with self.hold_sync():  # so that everything arrives together
            self.note = self._words()
            if history.rows:
                best = history.best_epoch or history.lowest_epoch
                self.curves = svg(history.history, best)
            if self._plane:
                self.plane = self._plane.svg()
            with suppress(MicrogradError):  # a model that is not a network
                self.network = draw_network(model).svg()
        end = time.monotonic()
        self._next = end + max(_PAUSE, _MOST * (end - start))

    def still(self) -> str:
        """See `Live`."""
        pictures = {
            "Curves of the loss and the metrics": self.curves,
            "Output over the plane of the two inputs, with the examples": self.plane,
            "The network with its weights": self.network,
        }
        shown = [image(drawn, alt) for alt, drawn in pictures.items() if drawn]
        return paragraphs(self.note) + "".join(shown)

    def _words(self) -> str:
        """``Epoch 3 of 10: loss 0.1234, val_loss 0.2345``."""
        rows, epochs = self.history.rows, self._training.epochs
        if not rows:
            return f"{epochs} epochs to train"
        numbers = ", ".join(f"{name} {figures(number)}" for name, number in rows[-1].items())
        reason = f". Stopped: {self.history.stopped}." if self.history.stopped else ""
        return f"Epoch {len(rows)} of {epochs}: {numbers}{reason}"

    def _repr_mimebundle_(self, **kwargs: object) -> Any:
        self._shown = True
        return super()._repr_mimebundle_(**kwargs)
