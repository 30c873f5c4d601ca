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
from micrograd_tut.engine import Constant, Value, record, set_data
from micrograd_tut.errors import InputError
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.explain import LayerOutputs, explain_layers, explain_neuron, summarize
from micrograd_tut.nn.initializers import AUTO, INITS, recommended_init
from micrograd_tut.nn.module import Module, ParameterList, as_values, new_parameters
from micrograd_tut.nn.predict import TASK_OF_ACTIVATION
from micrograd_tut.support.collector import uncollected
from micrograd_tut.support.text import RichText
from micrograd_tut.support.validation import (
    explained_keywords,
    flag,
    generator,
    one_of,
    positive_int,
    to_float,
)

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
        nonlin: False leaves the activation out (micrograd's name). A text is the activation.
        activation: One of `ACTIVATIONS`, but not "softmax", which applies to a whole layer.
        init: How the weights are drawn: one of `INITS` ("uniform" is micrograd's), or "auto": "he"
            for relu and its relatives, "xavier" for other activations. The bias starts at 0.
        seed: An integer or a `random.Random`. None draws from Python's `random` module, so
            that `random.seed` applies.
        nout: How many neurons its layer has; the initializer "xavier" needs it.
        bias: Whether it has a bias. Without one, `b` is the constant 0.

    Raises:
        InputError: an unknown name, a size below 1, or a seed of the wrong type.
    """

    @explained_keywords(**_ELSEWHERE)
    def __init__(
        self,
        nin: int,
        nonlin: bool | str = True,
        activation: str = "relu",
        init: str = AUTO,
        seed: int | random.Random | None = None,
        nout: int = 1,
        bias: bool = True,
    ) -> None:
        activation = _chosen_activation(nonlin, activation)
        if activation == "softmax":
            raise InputError(
                "softmax compares the neurons of a layer: Layer(..., activation='softmax')"
            )
        init, rng = _chosen_init(init, activation), generator(seed)
        nin, bias = positive_int("nin", nin), flag("bias", bias)
        self._initialise(nin, nout, activation, init, rng, bias)
        self.assign_paths()

    def _initialise(
        self, nin: int, nout: int, activation: str, init: str, rng: random.Random, bias: bool
    ) -> None:
        """New weights and a new bias, without paths; nothing is checked."""
        self.activation, self.init = activation, init
        self.__dict__["w"] = ParameterList(new_parameters(INITS[init](rng, nin, nout)))
        self.__dict__["b"] = new_parameters([0.0])[0] if bias else Constant(0.0)

    @classmethod
    def of(cls, weights: Iterable[Any], bias: Any, activation: str = "linear") -> Neuron:
        """A neuron with the given numbers: n weights and one bias.

        >>> round(Neuron.of([0.2, 0.00001], -5.0, "sigmoid")([35.0, 80000.0]).data, 6)
        0.942676
        """
        weights = list(weights)
        neuron = cls(len(weights), activation=activation, init="zeros")
        neuron.w, neuron.b = weights, bias
        return neuron

    @property
    def w(self) -> list[Value]:
        """The weights. Assign n numbers to set their data, or n Values to replace them."""
        weights: list[Value] = self.__dict__["w"]
        return weights

    @w.setter
    def w(self, weights: Iterable[Any]) -> None:
        self.__dict__["w"] = ParameterList(_assigned("w", self.w, list(weights)))

    @property
    def b(self) -> Value:
        """The bias. Assign a number to set its data, or a Value to replace it."""
        bias: Value = self.__dict__["b"]
        return bias

    @b.setter
    def b(self, bias: Any) -> None:
        if not self.b.requires_grad:
            raise InputError("this neuron has no bias; create it with bias=True")
        (self.__dict__["b"],) = _assigned("b", [self.b], [bias])

    weights, bias = w, b  # Keras' names

    @property
    def nin(self) -> int:
        """How many inputs it has."""
        return len(self.w)

    @property
    def nonlin(self) -> bool:
        """Whether it has an activation (micrograd's name)."""
        return self.activation != "linear"

    def compute(self, values: Sequence[Value], logits: bool = False) -> Value:
        """The output for a list of nin Values; with `logits`, before a sigmoid."""
        z = self.weighted_sum(values)
        return z if logits and self.activation in TASK_OF_ACTIVATION else self.activate(z)

    def weighted_sum(self, x: Sequence[Value]) -> Value:
        """w·x + b, for a list of nin Values."""
        bias = (self.b,) if self.b.requires_grad else ()
        return record(ops.weighted_sum, (*self.w, *x, *bias))

    def activate(self, z: Value) -> Value:
        """The output, given the weighted sum."""
        if self.activation == "linear":
            return z
        op = ops.OPS[self.activation]
        output: Value = record(op, (z,)) if op.arity == 1 else op(z)
        return output

    def explain(self, x: Iterable[Any]) -> RichText:
        """The forward pass for `x` in six steps, with the numbers in them."""
        return explain_neuron(self, as_values(x, self.nin, self))

    def __repr__(self) -> str:
        kind = ops.OPS[self.activation].symbol if self.nonlin else "Linear"
        return f"{kind[0].upper()}{kind[1:]}Neuron({self.nin})"


def _chosen_activation(nonlin: bool | str, activation: str) -> str:
    """The activation; a text in the place of `nonlin` is meant as one."""
    if isinstance(nonlin, str):
        return one_of("activation", nonlin, ACTIVATIONS)
    if nonlin not in (True, False):
        raise InputError(f"nonlin is True, False or the name of an activation; got {nonlin!r}")
    return one_of("activation", activation, ACTIVATIONS) if nonlin else "linear"


def _chosen_init(init: str, activation: str) -> str:
    """The initializer, given the activation after it."""
    one_of("init", init, (AUTO, *INITS))
    return recommended_init(activation) if init == AUTO else init


def _assigned(name: str, before: list[Value], new: list[Any]) -> list[Value]:
    """The new parameters: Values as they are; for numbers the ones from before, set to them."""
    if len(new) != len(before):
        raise InputError(f"{name} has {len(before)} numbers; got {len(new)}")
    if all(isinstance(v, Value) for v in new):
        return new
    set_data(before, [to_float(x) for x in new])
    return before


class Layer(Module):
    """Neurons side by side, over the same inputs.

    Args:
        nin: How many inputs it has.
        nout: How many neurons.
        nonlin, activation, init, seed, bias: As for `Neuron`; the activation may be "softmax" too.

    Raises:
        InputError: as for `Neuron`.
    """

    @explained_keywords(**_ELSEWHERE)
    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool | str = True,
        activation: str = "relu",
        init: str = AUTO,
        seed: int | random.Random | None = None,
        bias: bool = True,
    ) -> None:
        self._initialise(nin, nout, _chosen_activation(nonlin, activation), init, seed, bias)
        self.assign_paths()

    @uncollected
    def _initialise(
        self,
        nin: int,
        nout: int,
        activation: str,
        init: str,
        seed: int | random.Random | None,
        bias: bool,
    ) -> None:
        """New neurons, without paths."""
        self.activation = activation
        each = "linear" if activation == "softmax" else activation
        rng, nout, self.init = generator(seed), positive_int("nout", nout), _chosen_init(init, each)
        nin, bias = positive_int("nin", nin), flag("bias", bias)
        self.neurons = [Neuron.__new__(Neuron) for _ in range(nout)]
        for neuron in self.neurons:
            neuron._initialise(nin, nout, each, self.init, rng, bias)

    @property
    def nin(self) -> int:
        """How many inputs each neuron has."""
        return self.neurons[0].nin

    @property
    def nout(self) -> int:
        """How many neurons it has."""
        return len(self.neurons)

    def compute(self, values: Sequence[Value], logits: bool = False) -> list[Value]:
        """The outputs for a list of nin Values; with `logits`, before sigmoid or softmax."""
        outputs = [neuron.compute(values, logits) for neuron in self.neurons]
        return ops.softmax(outputs) if self.activation == "softmax" and not logits else outputs

    def explain(self, x: Iterable[Any]) -> RichText:
        """The weighted sum and the output of each neuron for `x`, with the numbers in them."""
        return explain_layers([self], as_values(x, self.nin, self))

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
        seed: An integer or a `random.Random`; None draws from Python's `random` module.
        bias: Whether the neurons have biases.

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
        bias: bool = True,
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
        each = [activation] * (len(sizes) - 2) + [_chosen_activation(True, output)]
        self.layers = [Layer.__new__(Layer) for _ in each]
        for layer, (n, m), a in zip(self.layers, pairwise(sizes), each, strict=True):
            layer._initialise(n, m, a, init, rng, bias)
        self.assign_paths()

    @property
    def nin(self) -> int:
        """How many inputs it has."""
        return self.layers[0].nin

    @property
    def output_activation(self) -> str:
        """The activation of the output layer."""
        return self.layers[-1].activation

    def compute(self, values: Sequence[Value], logits: bool = False) -> list[Value]:
        """The outputs for a list of nin Values; with `logits`, before sigmoid or softmax."""
        *hidden, last = self.layers
        for layer in hidden:
            values = layer.compute(values)
        return last.compute(values, logits)

    def explain(self, x: Iterable[Any]) -> RichText:
        """The forward pass for `x`, layer by layer, with the numbers of each neuron."""
        return explain_layers(self.layers, as_values(x, self.nin, self))

    def activations(self, x: Iterable[Any]) -> LayerOutputs:
        """The inputs, then the outputs of each layer, for nin numbers or Values: a list of lists.

        Its repr shows the numbers, one line per layer.
        """
        values = LayerOutputs([as_values(x, self.nin, self)])
        for layer in self.layers:
            values.append(layer.compute(values[-1]))
        return values

    def summary(self) -> RichText:
        """A table of the layers and how many parameters each has."""
        return summarize(self)

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"
