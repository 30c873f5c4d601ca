"""Which neuron, layer and network each Value of a graph belongs to, according to its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from micrograd_tut import ops
from micrograd_tut.engine import Constant, Value
from micrograd_tut.graph.cross_entropy import NAME, CrossEntropy
from micrograd_tut.nn import Parameter
from micrograd_tut.nn.activations import ACTIVATIONS


class Owner(NamedTuple):
    """The part of a network that a Value belongs to. All numbers count from 1.

    Attributes:
        network: The number of the network; 0 if the graph has only one.
        layer: The number of the layer; 0 for a `Layer` and None for a `Neuron` that is not part
            of an MLP.
        neuron: The number of the neuron in its layer; 0 for a whole layer.
        activation: The activation of a whole layer: "softmax", or "".
    """

    network: int = 0
    layer: int | None = None
    neuron: int = 0
    activation: str = ""

    @property
    def whole_layer(self) -> Owner:
        """The layer of a neuron or of a softmax; a single neuron is its own."""
        return self._replace(neuron=0, activation="")

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the frames around it, outermost first.

        >>> Owner(layer=1, neuron=3).titles, Owner(2, 1).titles, Owner().titles
        (('layer 1', 'neuron 3'), ('network 2 · layer 1',), ('neuron',))
        """
        if self.layer is None:
            return (_numbered("neuron", self.network),)
        layer = _numbered("layer", self.layer)
        if self.network:
            layer = f"network {self.network} · {layer}"
        inside = f"neuron {self.neuron}" if self.neuron else self.activation
        return (layer, inside) if inside else (layer,)


def _numbered(name: str, number: int) -> str:
    return f"{name} {number}" if number else name


def owners(order: list[Value]) -> dict[Value, Owner]:
    """The owner of each weighted sum, of the activation that follows it, and of its parameters."""
    result: dict[Value, Owner] = {}
    networks = _networks(order)
    several = len(set(networks.values())) > 1
    for v in order:
        if v in networks:
            parameters = _placed_parameters(v)
            owner = _owner(parameters[0])._replace(network=networks[v] if several else 0)
            result |= dict.fromkeys([v, *parameters], owner)
        elif v.op is not None and v.op.name in ACTIVATIONS and v.inputs[0] in networks:
            first, *others = v.inputs
            if all(isinstance(other, Constant) for other in others):
                result[v] = result[first]
            elif all(other in networks for other in others):  # softmax is of a whole layer
                result[v] = result[first].whole_layer._replace(activation=v.op.name)
    return result


def _networks(order: list[Value]) -> dict[Value, int]:
    """The number of the network that the weighted sum of each neuron belongs to.

    A parameter holds its position in its network, but not which network that is. Two neurons with
    the same position belong to two networks. Any other belongs to the network whose previous layer
    is its input, or else to the newest network.
    """
    neurons: list[set[Owner]] = [set()]  # of each network
    network_of: dict[Parameter, int] = {}  # by the first parameter of a neuron
    origins: dict[Value, tuple[int, int]] = {}  # the network and the layer that it comes out of
    result: dict[Value, int] = {}
    for v in order:
        if v.op is not ops.weighted_sum:
            if v.inputs and v.inputs[0] in origins:
                origins[v] = origins[v.inputs[0]]
            continue
        if not (parameters := _placed_parameters(v)):
            continue
        first, owner = parameters[0], _owner(parameters[0])
        layer = owner.layer or 0
        if first not in network_of:
            inputs = [origins[i] for i in v.inputs if i in origins]
            feeding = [network for network, before in inputs if before == layer - 1 > 0]
            newest = len(neurons) - 1
            free = [n for n in (*feeding[:1], newest) if owner not in neurons[n]]
            if not free:
                neurons.append(set())
            network_of[first] = free[0] if free else newest + 1
            neurons[network_of[first]].add(owner)
        origins[v] = network_of[first], layer
        result[v] = network_of[first] + 1
    return result


def _placed_parameters(v: Value) -> list[Parameter]:
    return [p for p in v.inputs if isinstance(p, Parameter) and p.path]


def _owner(p: Parameter) -> Owner:
    """The neuron of a parameter, as far as its `place` says."""
    match = re.search(r"(?:layers\.(\d+)\.)?neurons\.(\d+)\.", p.path)
    if match is None:
        return Owner()
    layer, neuron = match.groups()
    return Owner(layer=int(layer) + 1 if layer else 0, neuron=int(neuron) + 1)


def describe_fused_activations(
    losses: Iterable[CrossEntropy], owned: dict[Value, Owner]
) -> list[str]:
    """Which layers give logits, because the loss computes their sigmoid or softmax itself."""
    sentences: dict[str, None] = {}
    for loss in losses:
        layers = {owned[v].whole_layer if v in owned else None for v in loss.inputs}
        if len(layers) == 1 and all(v.op is ops.weighted_sum for v in loss.inputs):
            layer = layers.pop()
            if layer is not None:
                sentence = (
                    f"{' · '.join(layer.titles)} is linear here: its {loss.activation} is inside "
                    f"the {NAME}."
                )
                sentences[sentence] = None
    return list(sentences)
