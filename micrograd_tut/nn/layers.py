"""Neurons, layers and nets made of Values.

>>> model = MLP(3, [4, 4, 1], seed=1)
>>> model
MLP of [Layer of 4 ReLUNeuron(3), Layer of 4 ReLUNeuron(4), Layer of 1 LinearNeuron(4)]
>>> len(model.parameters())
41
>>> y = model([2.0, 3.0, -1.0])
>>> y.backward()
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from micrograd_tut import ops
from micrograd_tut.engine import Constant, Value, constant, record
from micrograd_tut.errors import InputError
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.explain import six_steps
from micrograd_tut.nn.initializers import INITS
from micrograd_tut.nn.predict import TASK_OF_HEAD, Answers
from micrograd_tut.support.text import Text, table
from micrograd_tut.support.validation import generator, known, whole


class Parameter(Value):
    """A Value that training changes; `place` tells where it sits, as ``layers.0.neurons.3.w.1``."""

    __slots__ = ("place",)

    place: str

    def __init__(self, data: Any, label: str = "", place: str = "") -> None:
        super().__init__(data, label)
        self.place = place


class Module(Answers):
    """Something with parameters: a subclass keeps Values, Modules, or lists of them."""

    def parameters(self) -> list[Value]:
        """Every leaf Value below, once each, in the order of the attributes."""
        return [p for _, p in self.named_parameters()]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The same, with names such as ``layers.0.neurons.3.w.1``; of several, the first."""
        names: dict[Value, str] = {}
        for name, p in _named(self, ""):
            names.setdefault(p, name)
        return [(name, p) for p, name in names.items()]

    def zero_grad(self) -> None:
        """Set the `grad` of every parameter to 0."""
        for p in self.parameters():
            p.grad = 0.0

    def _tell_places(self) -> None:
        """Let every Parameter know its name, seen from here."""
        for name, p in self.named_parameters():
            if isinstance(p, Parameter):
                p.place = name


def _named(part: object, prefix: str) -> Iterator[tuple[str, Value]]:
    if isinstance(part, Value):
        if part.op is None and not isinstance(part, Constant):
            yield prefix, part
    elif isinstance(part, Module):
        for name, inner in vars(part).items():
            yield from _named(inner, f"{prefix}.{name}" if prefix else name)
    elif isinstance(part, (list, tuple)):
        for i, inner in enumerate(part):
            yield from _named(inner, f"{prefix}.{i}")


class Neuron(Module):
    """A weighted sum of the inputs plus a bias, through an activation.

    Args:
        nin: How many inputs it has, 1 or more.
        nonlin: False leaves the activation out (micrograd's name).
        activation: One of `ACTIVATIONS`, but not "softmax", which is a whole layer's.
        init: One of `INITS`: how the weights are drawn. The bias starts at 0.
        seed: A whole number or a `random.Random`. None draws from Python's `random` module, so
            that `random.seed` counts.
        nout: How many neurons stand side by side, this one included; "xavier" asks for it.

    Raises:
        InputError: a name that is not known, a size below 1, or a seed of another kind.
    """

    w: list[Value]
    b: Value

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        activation: str = "relu",
        init: str = "uniform",
        seed: int | random.Random | None = None,
        nout: int = 1,
    ) -> None:
        if activation == "softmax":
            raise InputError(
                "softmax compares the neurons of a layer: Layer(..., activation='softmax')"
            )
        self.activation = known("activation", activation, ACTIVATIONS) if nonlin else "linear"
        self.init = known("init", init, INITS)
        rng = generator(seed)
        count = whole("nin", nin)
        self.w = [Parameter(INITS[init](rng, count, nout)) for _ in range(count)]
        self.b = Parameter(0.0)
        self._tell_places()

    @classmethod
    def of(cls, weights: Iterable[Any], bias: Any, activation: str = "linear") -> Neuron:
        """A neuron with the given numbers.

        Args:
            weights: n numbers.
            bias: One number.
            activation: As for `Neuron`.

        >>> round(Neuron.of([0.2, 0.00001], -5.0, "sigmoid")([35.0, 80000.0]).data, 6)
        0.942676
        """
        numbers = list(weights)
        neuron = cls(len(numbers), activation=activation, init="zeros")
        for parameter, data in zip(neuron.parameters(), [*numbers, bias], strict=True):
            parameter.data = ops.to_float(data)
        return neuron

    @property
    def nin(self) -> int:
        """How many inputs it has."""
        return len(self.w)

    @property
    def head(self) -> str:
        """The activation."""
        return self.activation

    @property
    def nonlin(self) -> bool:
        """Whether it has an activation (micrograd's name)."""
        return self.activation != "linear"

    def __call__(self, x: Iterable[Any]) -> Value:
        """The output for `x`, n numbers or Values.

        Raises:
            InputError: `x` has another length.
        """
        return self.forward(as_values(x, len(self.w), self))

    def forward(self, x: Sequence[Value]) -> Value:
        """The output for Values of the right number."""
        return self.activated(self.weighted_sum(x))

    def weighted_sum(self, x: Sequence[Value]) -> Value:
        """w·x + b, for Values of the right number."""
        return record(ops.weighted_sum, (*self.w, *x, self.b))

    def activated(self, weighted_sum: Value) -> Value:
        """The output, given the weighted sum."""
        if self.activation == "linear":
            return weighted_sum
        op = ops.OPS[self.activation]
        return record(op, (weighted_sum,)) if op.arity == 1 else getattr(weighted_sum, op.name)()

    def logits(self, x: Iterable[Any]) -> list[Value]:
        """The output for `x` in a list, before a sigmoid."""
        z = self.weighted_sum(as_values(x, len(self.w), self))
        return [z if self.head in TASK_OF_HEAD else self.activated(z)]

    def explain(self, x: Iterable[Any]) -> Text:
        """The forward pass for `x` in six steps, with the numbers in them.

        >>> Neuron.of([2.0, 1.5, -0.5], -1.0, "sigmoid").explain([1.0, 1.0, 3.0])
        1 inputs      1, 1, 3
        2 products    2 × 1 = 2;  1.5 × 1 = 1.5;  -0.5 × 3 = -1.5
        3 sum         2 + 1.5 - 1.5 = 2
        4 bias        2 - 1 = 1
        5 activation  sigmoid(1)
        6 output      0.731059
        """
        xs = as_values(x, len(self.w), self)
        z = self.weighted_sum(xs)
        numbers = [v.data for v in xs], [w.data for w in self.w], self.b.data, z.data
        return six_steps(*numbers, self.activation, self.activated(z).data)

    def __repr__(self) -> str:
        kind = ops.OPS[self.activation].symbol if self.nonlin else "Linear"
        return f"{kind[0].upper()}{kind[1:]}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, over the same inputs.

    Args:
        nin: How many inputs it has.
        nout: How many neurons.
        nonlin, activation, init, seed: as for `Neuron`; the activation may be "softmax" too.

    Raises:
        InputError: a name that is not known, a size below 1, or a seed of another kind.
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        activation: str = "relu",
        init: str = "uniform",
        seed: int | random.Random | None = None,
    ) -> None:
        self.activation = known("activation", activation, ACTIVATIONS) if nonlin else "linear"
        each = "linear" if self.activation == "softmax" else self.activation
        rng = generator(seed)
        count = whole("nout", nout)
        self.neurons = [Neuron(nin, nonlin, each, init, rng, count) for _ in range(count)]
        self.init = init
        self._tell_places()

    @property
    def nin(self) -> int:
        """How many inputs each neuron has."""
        return len(self.neurons[0].w)

    def __call__(self, x: Iterable[Any]) -> Any:
        """The outputs for `x`, nin numbers or Values: a list, or the Value where it is only one.

        Raises:
            InputError: `x` has another length.
        """
        return _unwrapped(self.forward(as_values(x, self.nin, self)))

    @property
    def head(self) -> str:
        """The activation."""
        return self.activation

    def forward(self, x: Sequence[Value]) -> list[Value]:
        """The list of outputs for Values of the right number."""
        outs = [neuron.forward(x) for neuron in self.neurons]
        return ops.softmax(outs) if self.activation == "softmax" else outs

    def logits(self, x: Iterable[Any]) -> list[Value]:
        """The outputs for `x`, before a sigmoid or softmax."""
        values = as_values(x, self.nin, self)
        return [logit for neuron in self.neurons for logit in neuron.logits(values)]

    def __repr__(self) -> str:
        softmax = "Softmax " if self.activation == "softmax" else ""
        return f"{softmax}Layer of {len(self.neurons)} {self.neurons[0]}"


class MLP(Module):
    """A multi-layer perceptron: layers in a row, each fed by the one before.

    Args:
        nin: How many inputs it has.
        nouts: The size of each layer, the output layer last.
        activation: What the hidden layers do with their weighted sums; one of `ACTIVATIONS`.
        output: What the output layer does.
        init: One of `INITS`: how the weights are drawn. Biases start at 0.
        seed: A whole number or a `random.Random`; None draws from Python's `random` module.

    Raises:
        InputError: a name that is not known, no layer, a size below 1, or a seed of another kind.

    >>> print(MLP(10, [64, 32, 16, 1], activation="tanh", init="xavier").summary())
    layer  inputs  neurons  activation  init    parameters
    ─────  ──────  ───────  ──────────  ──────  ──────────
        1      10       64  tanh        xavier         704
        2      64       32  tanh        xavier       2,080
        3      32       16  tanh        xavier         528
        4      16        1  linear      xavier          17
    ─────  ──────  ───────  ──────────  ──────  ──────────
    total                                            3,329
    """

    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        activation: str = "relu",
        output: str = "linear",
        init: str = "uniform",
        seed: int | random.Random | None = None,
    ) -> None:
        if not isinstance(nouts, Iterable):
            raise InputError(
                f"nouts is a list of sizes, one per layer, as [4, 4, 1]; got {nouts!r}"
            )
        sizes = [nin, *nouts]
        if len(sizes) < 2:
            raise InputError("an MLP needs at least one layer; nouts is empty")
        rng = generator(seed)
        kinds = [activation] * (len(sizes) - 2) + [output]
        known("activation", activation, ACTIVATIONS)
        self.layers = [
            Layer(sizes[i], sizes[i + 1], activation=kind, init=init, seed=rng)
            for i, kind in enumerate(kinds)
        ]
        self._tell_places()

    @property
    def nin(self) -> int:
        """How many inputs it has."""
        return self.layers[0].nin

    def __call__(self, x: Iterable[Any]) -> Any:
        """The outputs for `x`, nin numbers or Values: a list, or the Value where it is only one.

        Raises:
            InputError: `x` has another length.
        """
        return _unwrapped(self.forward(as_values(x, self.nin, self)))

    def forward(self, x: Sequence[Value]) -> list[Value]:
        """The list of outputs for Values of the right number."""
        for layer in self.layers:
            x = layer.forward(x)
        return list(x)

    @property
    def head(self) -> str:
        """The activation of the output layer."""
        return self.layers[-1].activation

    def logits(self, x: Iterable[Any]) -> list[Value]:
        """The outputs for `x`, before a sigmoid or softmax: what a loss on logits takes."""
        values: Sequence[Value] = as_values(x, self.nin, self)
        for layer in self.layers[:-1]:
            values = layer.forward(values)
        return self.layers[-1].logits(values)

    def activations(self, x: Iterable[Any]) -> list[list[Value]]:
        """What flows through the net: the inputs, then what each layer put out.

        Args:
            x: nin numbers or Values.

        Returns:
            One list per layer and one for the inputs, first to last.
        """
        found = [as_values(x, self.nin, self)]
        for layer in self.layers:
            found.append(layer.forward(found[-1]))
        return found

    def summary(self) -> Text:
        """A table of the layers and how many parameters each has."""
        rows = [
            [
                str(i + 1),
                f"{layer.nin:,}",
                f"{len(layer.neurons):,}",
                layer.activation,
                layer.init,
                f"{len(layer.parameters()):,}",
            ]
            for i, layer in enumerate(self.layers)
        ]
        total = ["total", "", "", "", "", f"{len(self.parameters()):,}"]
        head = ["layer", "inputs", "neurons", "activation", "init", "parameters"]
        return Text(table(head, rows, total, align=">>><<>"))

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


def as_values(x: Iterable[Any], count: int, taker: object) -> list[Value]:
    """One example as Values; numbers become constants.

    Raises:
        InputError: it is not a list of `count` numbers or Values; `taker` is named.
    """
    name, many = type(taker).__name__, "s" if count > 1 else ""
    if isinstance(x, Value) or not isinstance(x, Iterable) or isinstance(x, (str, bytes)):
        raise InputError(f"{name} takes a list of {count} number{many}; got {x!r}")
    values = [v if isinstance(v, Value) else constant(v) for v in x]
    if len(values) != count:
        raise InputError(
            f"{name} takes {count} input{many}; got {len(values)}"
            + (f": {[v.data for v in values]}" if len(values) < 12 else "")
        )
    return values


def _unwrapped(outs: list[Value]) -> Any:
    return outs[0] if len(outs) == 1 else outs
