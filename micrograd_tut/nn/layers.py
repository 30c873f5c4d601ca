"""Neurons, layers and multi-layer perceptrons made of Values.

>>> model = MLP(3, [4, 1], seed=1)
>>> model
MLP of [Layer of 4 ReLUNeuron(3), Layer of 1 LinearNeuron(4)]
>>> y = model([2.0, 3.0, -1.0])
>>> y.backward()
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from micrograd_tut import ops
from micrograd_tut.engine import Value, record
from micrograd_tut.errors import InputError
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.explain import explain_neuron, summarize
from micrograd_tut.nn.initializers import AUTO, INITS, recommended_init
from micrograd_tut.nn.module import Module, Parameter, as_values
from micrograd_tut.nn.predict import TASK_OF_ACTIVATION
from micrograd_tut.support.text import Text
from micrograd_tut.support.validation import explained_keywords, generator, one_of, positive_int

_ELSEWHERE = {
    "hidden_layer_sizes": "the size of each layer, the output layer last: MLP(2, [8, 8, 1])",
    "hidden": "the size of each layer, the output layer last: MLP(2, [8, 8, 1])",
    "layers": "the size of each layer, the output layer last: MLP(2, [8, 8, 1])",
    "units": "nout=8",
    "in_features": "nin=2",
    "input_dim": "nin=2",
    "input_shape": "nin=2",
    "out_features": "nout=8",
    "kernel_initializer": "init='he'",
    "hidden_activation": "activation='relu'",
    "output_activation": "output='sigmoid'",
    "random_state": "seed=0",
    "learning_rate": "mg.fit(model, X, y, optimizer=mg.Adam(lr=0.01))",
    "loss": "mg.fit(model, X, y, loss='mse')",
}


class Neuron(Module):
    """A weighted sum of the inputs plus a bias, passed through an activation.

    Args:
        nin: How many inputs it has, 1 or more.
        nonlin: False leaves the activation out (micrograd's name).
        activation: One of `ACTIVATIONS`, but not "softmax", which applies to a whole layer.
        init: How the weights are drawn: one of `INITS` ("uniform" is micrograd's), or "auto": "he"
            for relu and its relatives, "xavier" for other activations. The bias starts at 0.
        seed: A whole number or a `random.Random`. None draws from Python's `random` module, so
            that `random.seed` applies.
        nout: How many neurons its layer has; the initializer "xavier" needs it.

    Raises:
        InputError: an unknown name, a size below 1, or a seed of the wrong type.
    """

    @explained_keywords(**_ELSEWHERE)
    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        activation: str = "relu",
        init: str = AUTO,
        seed: int | random.Random | None = None,
        nout: int = 1,
    ) -> None:
        if activation == "softmax":
            raise InputError(
                "softmax compares the neurons of a layer: Layer(..., activation='softmax')"
            )
        self.activation = one_of("activation", activation, ACTIVATIONS) if nonlin else "linear"
        one_of("init", init, (AUTO, *INITS))
        self.init = recommended_init(self.activation) if init == AUTO else init
        rng, nin = generator(seed), positive_int("nin", nin)
        self.w: list[Value] = [Parameter(INITS[self.init](rng, nin, nout)) for _ in range(nin)]
        self.b: Value = Parameter(0.0)
        self.assign_paths()

    @classmethod
    def of(cls, weights: Iterable[Any], bias: Any, activation: str = "linear") -> Neuron:
        """A neuron with the given numbers: n weights and one bias.

        >>> round(Neuron.of([0.2, 0.00001], -5.0, "sigmoid")([35.0, 80000.0]).data, 6)
        0.942676
        """
        weights = list(weights)
        neuron = cls(len(weights), activation=activation, init="zeros")
        for p, data in zip(neuron.parameters(), [*weights, bias], strict=True):
            p.data = data
        return neuron

    @property
    def nin(self) -> int:
        """How many inputs it has."""
        return len(self.w)

    @property
    def nonlin(self) -> bool:
        """Whether it has an activation (micrograd's name)."""
        return self.activation != "linear"

    def forward(self, x: Sequence[Value], logits: bool = False) -> Value:
        """The output for a list of nin Values; with `logits`, before a sigmoid."""
        z = self.weighted_sum(x)
        return z if logits and self.activation in TASK_OF_ACTIVATION else self.activate(z)

    def weighted_sum(self, x: Sequence[Value]) -> Value:
        """w·x + b, for a list of nin Values."""
        return record(ops.weighted_sum, (*self.w, *x, self.b))

    def activate(self, z: Value) -> Value:
        """The output, given the weighted sum."""
        if self.activation == "linear":
            return z
        op = ops.OPS[self.activation]
        return record(op, (z,)) if op.arity == 1 else op(z)  # the first is faster

    def explain(self, x: Iterable[Any]) -> Text:
        """The forward pass for `x` in six steps, with the numbers in them."""
        return explain_neuron(self, as_values(x, self.nin, self))

    def __repr__(self) -> str:
        kind = ops.OPS[self.activation].symbol if self.nonlin else "Linear"
        return f"{kind[0].upper()}{kind[1:]}Neuron({self.nin})"


class Layer(Module):
    """Neurons side by side, over the same inputs.

    Args:
        nin: How many inputs it has.
        nout: How many neurons.
        nonlin, activation, init, seed: As for `Neuron`; the activation may be "softmax" too.

    Raises:
        InputError: as for `Neuron`.
    """

    @explained_keywords(**_ELSEWHERE)
    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        activation: str = "relu",
        init: str = AUTO,
        seed: int | random.Random | None = None,
    ) -> None:
        self.activation = one_of("activation", activation, ACTIVATIONS) if nonlin else "linear"
        each = "linear" if self.activation == "softmax" else self.activation
        rng, nout = generator(seed), positive_int("nout", nout)
        self.neurons = [Neuron(nin, nonlin, each, init, rng, nout) for _ in range(nout)]
        self.init = self.neurons[0].init
        self.assign_paths()

    @property
    def nin(self) -> int:
        """How many inputs each neuron has."""
        return self.neurons[0].nin

    def forward(self, x: Sequence[Value], logits: bool = False) -> list[Value]:
        """The outputs for a list of nin Values; with `logits`, before sigmoid or softmax."""
        outputs = [neuron.forward(x, logits) for neuron in self.neurons]
        return ops.softmax(outputs) if self.activation == "softmax" and not logits else outputs

    def __repr__(self) -> str:
        softmax = "Softmax " if self.activation == "softmax" else ""
        return f"{softmax}Layer of {len(self.neurons)} {self.neurons[0]}"


class MLP(Module):
    """A multi-layer perceptron: layers one after another, each on the outputs of the one before.

    Args:
        nin: How many inputs it has.
        nouts: The size of each layer, the output layer last.
        activation: The activation of the hidden layers; one of `ACTIVATIONS`.
        output: The activation of the output layer.
        init: As for `Neuron`. Biases start at 0.
        seed: A whole number or a `random.Random`; None draws from Python's `random` module.

    Raises:
        InputError: no layer, or as for `Neuron`.
    """

    @explained_keywords(**_ELSEWHERE)
    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        activation: str = "relu",
        output: str = "linear",
        init: str = AUTO,
        seed: int | random.Random | None = None,
    ) -> None:
        if not isinstance(nouts, Iterable):
            raise InputError(
                f"nouts is a list of sizes, one per layer, such as [4, 4, 1]; got {nouts!r}"
            )
        sizes = [nin, *nouts]
        if len(sizes) < 2:
            raise InputError("an MLP needs at least one layer, such as MLP(2, [4, 1]); got none")
        rng = generator(seed)
        one_of("activation", activation, ACTIVATIONS)
        each = [activation] * (len(sizes) - 2) + [output]
        self.layers = [
            Layer(n, m, activation=a, init=init, seed=rng)
            for (n, m), a in zip(pairwise(sizes), each, strict=True)
        ]
        self.assign_paths()

    @property
    def nin(self) -> int:
        """How many inputs it has."""
        return self.layers[0].nin

    @property
    def output_activation(self) -> str:
        """The activation of the output layer."""
        return self.layers[-1].activation

    def forward(self, x: Sequence[Value], logits: bool = False) -> list[Value]:
        """The outputs for a list of nin Values; with `logits`, before sigmoid or softmax."""
        *hidden, last = self.layers
        for layer in hidden:
            x = layer.forward(x)
        return last.forward(x, logits)

    def activations(self, x: Iterable[Any]) -> list[list[Value]]:
        """The inputs, then the outputs of each layer in order, for nin numbers or Values."""
        values = [as_values(x, self.nin, self)]
        for layer in self.layers:
            values.append(layer.forward(values[-1]))
        return values

    def summary(self) -> Text:
        """A table of the layers and how many parameters each has."""
        return summarize(self)

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"
