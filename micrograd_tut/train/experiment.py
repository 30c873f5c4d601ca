"""An experiment: a data set, split and preprocessed, and a network that fits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from micrograd_tut.engine import Value
from micrograd_tut.nn import MLP
from micrograd_tut.nn.initializers import recommended_init
from micrograd_tut.nn.predict import DECISION_RULES
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.batches import results_of
from micrograd_tut.train.data import DataSet
from micrograd_tut.train.examples import make_examples
from micrograd_tut.train.losses import Loss
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.preprocessing import Preprocessing, loss_for
from micrograd_tut.train.targets import Labels


class Experiment(NamedTuple):
    """A network, its loss, and the data.

    Attributes:
        model: The network.
        loss: The loss.
        preprocessing: Fitted to the training set.
        train, test: The training set and the test set, in the units of the data set, with missing
            numbers filled in.
    """

    model: MLP
    loss: Loss
    preprocessing: Preprocessing
    train: DataSet
    test: DataSet

    @classmethod
    def create(
        cls,
        data: DataSet,
        loss: str | None = None,
        hidden: Sequence[int] | None = None,
        activation: str = "relu",
        init: str = "auto",
        held_out: float = 0.25,
        seed: int = 0,
    ) -> Experiment:
        """Split a data set and build a network for it.

        Args:
            data: The data set.
            loss: The loss (default: chosen from the target).
            hidden: The sizes of the hidden layers (default: 16, or 32 with more than 50 inputs).
            activation: The activation of the hidden layers.
            init: The initialisation of the weights; "auto" is the one recommended for the
                activation.
            held_out: The fraction of the rows in the test set.
            seed: Random seed for the split and the initial weights.

        Raises:
            InputError, DataError: an argument does not fit, or the data set cannot be split.
        """
        chosen = loss_for(data, loss)
        train, test = data.split(held_out, seed)
        if hidden is None:
            hidden = [16 if len(data.inputs) <= 50 else 32]
        if init == "auto":
            init = recommended_init(activation if hidden else "linear")
        model = MLP(
            len(data.inputs),
            [*hidden, len(data.classes) if chosen.task == "multiclass" else 1],
            activation=activation,
            output=chosen.heads[0],
            init=init,
            seed=seed,
        )
        preprocessing = Preprocessing.fit(train)
        train, test = (replace(part, X=preprocessing.fill(part.X)) for part in (train, test))
        return cls(model, chosen, preprocessing, train, test)

    @property
    def metric(self) -> str:
        """The metric that fits the target."""
        return "accuracy" if self.preprocessing.classes else "mean_absolute_error"

    def examples(self, data: DataSet) -> tuple[Array, Array]:
        """The inputs and targets of the network for a data set."""
        X = self.preprocessing.transform(data.X)
        return X, self.preprocessing.transform_targets(data.y, self.loss.task)

    def losses(self, data: DataSet) -> tuple[Array, Labels]:
        """The loss and the prediction of each row of a data set."""
        objective = Objective(self.model, self.loss)
        X, y = self.examples(data)
        examples = make_examples(X, y, len(objective.outputs(X[0].tolist())), objective.task)
        results = results_of(objective.loss_and_outputs, examples.X, examples.Y)
        predictions: Labels = DECISION_RULES[objective.task].predict(results[:, 1:])
        return results[:, 0], predictions

    def worst_loss(self) -> Value:
        """The largest loss of a test example, after a backward pass, with names for the leaves."""
        objective = Objective(self.model, self.loss)
        X, y = self.examples(self.test)
        worst = int(np.argmax(self.losses(self.test)[0]))
        names = self.preprocessing.inputs
        inputs = [Value(x, label=name) for x, name in zip(X[worst].tolist(), names, strict=True)]
        outputs = objective.outputs(inputs)
        if len(outputs) == len(self.preprocessing.classes):
            for output, name in zip(outputs, self.preprocessing.classes, strict=True):
                output.label = name
        loss: Value = objective.loss_of(outputs, float(y[worst]))
        loss.label = "loss"
        self.model.zero_grad()
        loss.backward()
        return loss
