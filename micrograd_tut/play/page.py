"""A network that trains inside one HTML file, with no Python on the machine of the reader.

>>> from micrograd_tut import MLP
>>> model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
>>> page = playground(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], validation=None)
>>> page
playground: MLP of [Layer of 4 TanhNeuron(2), Layer of 1 SigmoidNeuron(4)], 4 examples
(p.page("playground.html"))
"""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, Self

from micrograd_tut.drawing.network_columns import image_of_names
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP
from micrograd_tut.nn.initializers import AUTO, recommended_init
from micrograd_tut.pages.html_page import (
    as_json,
    document,
    iframe,
    script_of,
    style_of,
    text_of,
)
from micrograd_tut.play.preview import preview
from micrograd_tut.play.problem import Entry, Problem, parameters_of
from micrograd_tut.play.programs import ACTIVATIONS, network_program, rules, script
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.limits import SEED
from micrograd_tut.support.stills import with_still
from micrograd_tut.support.text import Text, visible
from micrograd_tut.support.validation import (
    explained_keywords,
    nonnegative,
    positive_int,
)
from micrograd_tut.train.experiment import Experiment
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Adam
from micrograd_tut.train.optimizer import Optimizer

_COMPUTING = ("python_random", "numpy_random", "network", "training", "setup", "csv", "take_along")
_SHOWING = (
    "state", "colours", "plane", "curve", "pictures", "losses", "lines", "boxes", "graph",
    "own_data", "numbers", "loop", "settings", "pointer", "controls",
)  # fmt: skip

COMPUTING = tuple(f"script/{name}.js" for name in _COMPUTING)
"""The files of the script that compute; they need no page."""

SCRIPTS = COMPUTING + tuple(f"script/{name}.js" for name in _SHOWING)
"""The files of the script, in their order."""

START = "opened();\n"
"""The last line of the script; the programs stand before it."""


class Playground:
    """A network with its examples, to train on a page; `playground` makes it.

    Args:
        problem: The network and the examples.
        optimizer, batch_size, seed, l2: As for `fit`.
        title: The title of the page.
        note: A sentence about the data, shown on the page.

    Raises:
        InputError: an argument does not fit, or the optimizer cannot be compiled.
    """

    def __init__(
        self,
        problem: Problem,
        optimizer: str | Optimizer | None = None,
        batch_size: int = 32,
        seed: int = 0,
        l2: float = 0.0,
        title: str = "A network that learns",
        note: str = "",
    ) -> None:
        self.problem, self.title, self.note = problem, title, note
        self._batch, self._seed = positive_int("batch_size", batch_size), _checked_seed(seed)
        self._l2 = nonnegative("l2", l2)
        self._rules = rules(Adam(lr=0.01) if optimizer is None else optimizer)

    @classmethod
    def of(cls, experiment: Experiment, **more: Any) -> Self:
        """The playground of an experiment, whose test set is held out.

        Args:
            experiment: The network, its loss, and the data in the units of their table.
            more: The other arguments of the class.
        """
        parts = experiment.preprocessing
        is_margin = experiment.loss.task == "margin"
        train, test = (
            (part.X, 2 * part.y - 1 if is_margin else part.y)
            for part in (experiment.train, experiment.test)
        )
        problem = Problem(
            experiment.model,
            *train,
            loss=experiment.loss,
            validation=test,
            inputs=parts.inputs,
            target=parts.target,
            classes=parts.classes,
            scaling=parts.scaling,
            target_scaling=parts.target_scaling,
            image=image_of_names(parts.inputs),
        )
        return cls(problem, **more)

    def page(self, path: str | os.PathLike[str]) -> Path:
        """Write the page as one HTML file that needs nothing else, to open in a browser.

        Args:
            path: The file, such as ``moons.html``; it is written atomically.

        Returns:
            The path.

        Raises:
            OSError: it cannot be written.
        """
        write_whole(path, self.html())
        return Path(path)

    def html(self) -> str:
        """The page, as text."""
        program = f"{script_of(__package__, SCRIPTS)}\n{self.programs()}\n{START}"
        return document(
            text_of(__package__, "page.html"),
            {
                "title": escape(visible(self.title)),
                "note": escape(visible(self.note)),
                "data": as_json(self.data()),
            },
            style_of(__package__, "page.css"),
            program,
            preview(self.problem),
        )

    def programs(self) -> str:
        """The compiled programs: a network for each activation, and the optimizers."""
        return script({name: self._program(name) for name in self._activations}, self._rules)

    @property
    def _activations(self) -> Sequence[str]:
        """The activations to choose from, that of the network first."""
        hidden = [layer.activation for layer in self.problem.model.layers[:-1]]
        return list(dict.fromkeys([*hidden, *ACTIVATIONS])) if hidden else ["linear"]

    def _program(self, activation: str) -> str:
        objective = Objective(self._fresh(activation, "zeros"), self.problem.objective.loss)
        return network_program(objective, self.problem.targets)

    def data(self) -> Entry:
        """What the page shows, as lists, dicts, numbers and texts."""
        problem, rules = self.problem, self._rules
        optimizer = next(iter(rules))
        given = parameters_of(problem.model)
        return problem.entry() | {
            "settings": {
                "batch": self._batch,
                "seed": self._seed,
                "l2": self._l2,
                "lr": rules[optimizer].lr,
                "optimizer": optimizer,
                "activation": self._activations[0],
            },
            "activations": problem.activations(self._activations),
            "averages": {name: rule.averages for name, rule in rules.items()},
            "given": None if given == self._drawn() else given,
        }

    def _drawn(self) -> list[float]:
        """The parameters that a new network of the same form gets from the seed."""
        layers = self.problem.model.layers
        is_auto = all(layer.init == recommended_init(layer.activation) for layer in layers)
        init = AUTO if is_auto else layers[0].init
        return parameters_of(self._fresh(self._activations[0], init))

    def _fresh(self, activation: str, init: str) -> MLP:
        """A new network of the same form."""
        given = self.problem.model
        return MLP(
            given.nin,
            [len(layer.neurons) for layer in given.layers],
            activation=activation,
            output=given.output_activation,
            init=init,
            seed=self._seed,
            bias=given.layers[0].neurons[0].b.requires_grad,
        )

    def __repr__(self) -> str:
        count = len(self.problem.training)
        return Text(
            f"playground: {self.problem.model}, {count:,} example{'s' if count > 1 else ''}\n"
            f'(p.page("playground.html"))'
        )

    def _repr_html_(self) -> str:
        return with_still(
            iframe(self.html(), visible(self.title), 1000),
            sentence="A page on which this network trains. Run this cell to see it.",
        )


def _checked_seed(seed: Any) -> int:
    if not hasattr(seed, "__index__") or not 0 <= operator.index(seed) <= SEED:
        raise InputError(f"seed must be an integer from 0 to {SEED:,}; got {seed!r}")
    return operator.index(seed)


@explained_keywords(
    lr="optimizer=mg.Adam(lr=0.01)",
    learning_rate="optimizer=mg.Adam(lr=0.01)",
    epochs="mg.playground(model, X, y): the reader starts and stops the training",
    names="inputs=['length', 'width']",
    validation_split="validation=0.25, the fraction of the rows",
)
def playground(
    model: MLP,
    X: Any,
    y: Any,
    loss: str | Loss | Formula | None = None,
    optimizer: str | Optimizer | None = None,
    batch_size: int = 32,
    validation: float | tuple[Any, Any] | None = 0.25,
    seed: int = 0,
    l2: float = 0.0,
    inputs: Sequence[str] = (),
    image: tuple[int, int] | None = None,
    title: str = "A network that learns",
) -> Playground:
    """A page on which the network trains: ``mg.playground(model, X, y).page("moons.html")``.

    The page is one file; it runs in any browser and asks for nothing. It computes what `fit`
    computes with the same arguments, epoch by epoch, to rounding. The model does not change.

    Args:
        model: An MLP for a regression with one output, or for classes; its hidden layers have one
            activation, which the page can change. Its parameters are those to start with.
        X, y: As for `fit`; at most 60,000 numbers.
        loss, batch_size, l2: As for `fit`.
        optimizer: As for `fit`; its update rule must be arithmetic, which excludes RAdam and
            Adamax.
        validation: The fraction of the examples to hold out, or a pair (X, y), or None.
        seed: Random seed for the held-out set and the order of the examples, as for `fit`, and for
            new weights, as for `MLP`: an integer from 0 to 4,294,967,295.
        inputs: The names of the inputs (default: x1, x2, …).
        image: The rows and columns of inputs that are the pixels of an image, such as ``(8, 8)``.
        title: The title of the page.

    Raises:
        InputError, DataError: an argument does not fit.
    """
    problem = Problem(model, X, y, loss, validation, inputs, image=image)
    return Playground(problem, optimizer, batch_size, seed, l2, title)
