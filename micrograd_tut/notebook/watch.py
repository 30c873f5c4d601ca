"""`watch`: a widget for a training run or a stepper."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from micrograd_tut.errors import InputError
from micrograd_tut.stepping.stepper import Stepper
from micrograd_tut.train.trainer import Training

if TYPE_CHECKING:
    from micrograd_tut.notebook.live_stepper import LiveStepper
    from micrograd_tut.notebook.live_training import LiveTraining


@overload
def watch(run: Training) -> LiveTraining: ...
@overload
def watch(run: Stepper) -> LiveStepper: ...
def watch(run: Training | Stepper) -> LiveTraining | LiveStepper:
    """A widget for a notebook that shows a training run while it runs, or steps with buttons.

    A training run::

        for row in mg.watch(mg.training(model, X, y, epochs=100)):
            ...                                        # or nothing: pass
        history = mg.watch(mg.training(model, X, y)).run()     # without a loop of your own

    The widget shows the curves, the network and, for a network with two inputs, the plane of its
    inputs. It is displayed when training begins, and draws up to ten times a second, in about a
    fifth of the time. At the end pictures take its place in the notebook, so that the file shows
    them wherever it is opened.

    A stepper::

        mg.watch(mg.step(loss))                        # the buttons change loss.grad, a.grad, …

    Args:
        run: What `mg.training` or `mg.step` returned.

    Raises:
        InputError: it is something else.
        MissingPartError: the extra "widgets" is not installed.
    """
    if isinstance(run, Training):
        from micrograd_tut.notebook.live_training import LiveTraining

        return LiveTraining(run)
    if isinstance(run, Stepper):
        from micrograd_tut.notebook.live_stepper import LiveStepper

        return LiveStepper(run)
    raise InputError(
        f"watch needs a training run or a stepper; got {type(run).__name__}. Write "
        f"mg.watch(mg.training(model, X, y)) or mg.watch(mg.step(y))"
    )
