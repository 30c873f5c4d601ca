"""A stepper as a widget: its buttons move the gradients of the Values in Python."""

from __future__ import annotations

from typing import Any

from micrograd_tut.notebook.live import Live, script, traitlets
from micrograd_tut.notebook.step_picture import StepPicture
from micrograd_tut.stepping.stepper import Stepper
from micrograd_tut.support.html import paragraphs
from micrograd_tut.support.stills import image


class LiveStepper(Live):
    """A widget with the buttons of a stepper: each step changes `grad` of the Values in Python.

    Args:
        stepper: The stepper; it stays where it is.

    Attributes:
        stepper: The stepper, which moves with the widget.
        position: The step at which it stands; assign to it to go to another one.
        last, explanation, graph: What the widget shows.
    """

    _esm = script("live_stepper.js")
    position = traitlets.Int(0).tag(sync=True)
    last = traitlets.Int(0).tag(sync=True)
    explanation = traitlets.Unicode("").tag(sync=True)
    graph = traitlets.Unicode("").tag(sync=True)

    def __init__(self, stepper: Stepper) -> None:
        super().__init__(position=stepper.position, last=len(stepper) - 1)
        self.stepper = stepper
        self._picture = StepPicture(stepper)
        self.observe(self._move, "position")
        self.draw()

    def _move(self, change: Any) -> None:
        try:
            self.stepper.goto(change["new"])
        finally:  # if there is no such step, back to where it was
            self.draw()
        self.keep()

    def draw(self) -> None:
        """Show the step at which the stepper stands, also if it was moved in another way."""
        with self.hold_sync():
            self.position = self.stepper.position
            self.explanation = str(repr(self.stepper.here))  # a plain string, which marimo needs
            self.graph = self._picture.svg()

    def still(self) -> str:
        """See `Live`."""
        picture = image(self.graph, "The graph at this step")
        return paragraphs(*self.explanation.splitlines()) + picture
