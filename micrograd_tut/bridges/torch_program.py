"""The losses and outputs of many examples as tensors, differentiable in the parameters.

The layers of an MLP become matrix products. Any other network, and every loss, is traced once, as
for `mg.compile`, and its graph computed on columns of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from micrograd_tut.bridges.libraries import torch
from micrograd_tut.bridges.tensors import TensorFunction, evaluate
from micrograd_tut.compiler.tracer import TracedFunction, trace_function
from micrograd_tut.engine import Value
from micrograd_tut.errors import TraceError
from micrograd_tut.nn import MLP
from micrograd_tut.nn.predict import TASK_OF_ACTIVATION
from micrograd_tut.ops import OPS
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.state_dict import architecture_of, tensors

Tensor = Any


class TorchProgram:
    """An objective on tensors.

    Args:
        objective: The network and its loss.
        inputs: The number of inputs of an example.
        targets: The number of its targets, with the weight if there is one.

    Attributes:
        parameters: The parameters, in the order of the flat vector.
        outputs: The number of outputs.

    Raises:
        TraceError: the network or the loss depends on a number, as in ``if x > 0``.
    """

    def __init__(self, objective: Objective, inputs: int, targets: int) -> None:
        kind = Layers if _is_layered(objective) else Scalars
        try:
            self._network: Layers | Scalars = kind(objective, inputs)
            self.outputs = self._network.outputs
            self._loss = trace_function(
                objective.loss_of, ["outputs", "target"], [self.outputs, targets]
            )
        except TraceError as error:
            raise TraceError(f"{error} To train on Values, pass compiled=False.") from None
        self.parameters = self._network.parameters

    def parts(self, flat: Tensor) -> list[Tensor]:
        """Views of the flat vector of parameters, from which gradients are asked for."""
        views, start = [], 0
        for shape in self._network.shapes:
            size = torch.Size(shape).numel()
            views.append(flat[start : start + size].view(shape).requires_grad_())
            start += size
        return views

    def run(self, parts: Sequence[Tensor], X: Tensor, Y: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of each row, shape (rows,), and the outputs, shape (rows, outputs).

        Args:
            parts: From `parts`.
            X, Y: Inputs and targets, one row per example.
        """
        outputs = self._network(parts, X)
        (losses,) = _columns(self._loss, [outputs, Y], {})
        return losses, outputs


class Layers:
    """An MLP as matrix products.

    Args:
        objective: The network and its loss.
        inputs: Not needed: the network knows it.

    Attributes:
        parameters: The parameters, one tensor after the other.
        shapes: The shapes of these tensors.
        outputs: The number of outputs.
    """

    def __init__(self, objective: Objective, inputs: int) -> None:  # noqa: ARG002
        model = objective.model
        found = list(tensors(model))
        self.parameters = [v for tensor in found for v in tensor.values]
        self.shapes = [tensor.shape for tensor in found]
        self.outputs = len(model.layers[-1].neurons)
        self._has_bias = [layer.neurons[0].b.requires_grad for layer in model.layers]
        names = [layer.activation for layer in model.layers]
        if objective.uses_logits and names[-1] in TASK_OF_ACTIVATION:
            names[-1] = "linear"
        self._activations = list(map(_activation, names))

    def __call__(self, parts: Sequence[Tensor], X: Tensor) -> Tensor:
        """The outputs, shape (rows, outputs)."""
        rest: Iterator[Tensor] = iter(parts)
        for has_bias, activation in zip(self._has_bias, self._activations, strict=True):
            weight = next(rest)
            bias = next(rest) if has_bias else None
            X = activation(torch.nn.functional.linear(X, weight, bias))
        return X


class Scalars:
    """Any other network: its scalar graph, computed on columns.

    Args:
        objective: The network and its loss.
        inputs: The number of inputs of an example.

    Attributes:
        parameters, shapes, outputs: As for `Layers`.
    """

    def __init__(self, objective: Objective, inputs: int) -> None:
        self.parameters = objective.parameters
        self.shapes: list[tuple[int, ...]] = [(len(self.parameters),)]
        self._traced = trace_function(objective.outputs, ["x"], [inputs])
        self.outputs = len(self._traced.outputs)

    def __call__(self, parts: Sequence[Tensor], X: Tensor) -> Tensor:
        """The outputs, shape (rows, outputs)."""
        numbers = dict(zip(self.parameters, parts[0].unbind(), strict=True))
        return torch.stack(_columns(self._traced, [X], numbers), 1)


def _is_layered(objective: Objective) -> bool:
    """Whether the network is an MLP whose layers share no parameters."""
    model = objective.model
    if type(model) is not MLP or architecture_of(model) is None:
        return False
    return sum(len(tensor.values) for tensor in tensors(model)) == len(objective.parameters)


def _activation(name: str) -> Callable[[Tensor], Tensor]:
    """An activation of the weighted sums of a layer, shape (rows, neurons)."""
    if name == "linear":
        return lambda z: z
    if name == "softmax":
        return lambda z: torch.softmax(z, 1)
    return TensorFunction(OPS[name](Value(0.5)))


def _columns(
    traced: TracedFunction, tables: Sequence[Tensor], numbers: dict[Value, Tensor]
) -> list[Tensor]:
    """The outputs of a traced function for each row of its arguments, shape (rows,) each.

    Args:
        traced: The function.
        tables: For each argument a tensor with a row per example.
        numbers: The tensors of parameters.
    """
    known = dict(numbers)
    for argument, table in zip(traced.arguments, tables, strict=True):
        known |= dict(zip(argument.tracers, table.unbind(1), strict=True))
    found = evaluate(traced.nodes, known)
    return [found[v].expand(len(tables[0])) for v in traced.outputs]
