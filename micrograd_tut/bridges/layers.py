"""The layers of a network as data: what every bridge for networks reads."""

from __future__ import annotations

from typing import Any, NamedTuple

from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, Module
from micrograd_tut.train.state_dict import Array, architecture_of, state_dict


class LayerData(NamedTuple):
    """A layer: its weights of shape (neurons, inputs), its biases, and the name of its activation.

    Attributes:
        weight: Shape (neurons, inputs).
        bias: Shape (neurons,); None for a layer without biases.
        activation: A name from `mg.activations()`.
    """

    weight: Array
    bias: Array | None
    activation: str


def layers_of(model: Any, function: str) -> list[LayerData]:
    """The layers of an MLP.

    Args:
        model: The network.
        function: The name of the caller, for messages.

    Raises:
        InputError: it is not an MLP, or the neurons of a layer differ.
    """
    if not isinstance(model, Module):
        raise InputError(f"{function} takes a network, such as mg.MLP(2, [8, 1]); got {model!r}")
    architecture = architecture_of(model) if type(model) is MLP else None
    if architecture is None:
        raise InputError(
            f"{function} takes an MLP in which the neurons of each layer have the same activation; "
            f"got {model!r}"
        )
    arrays = state_dict(model)
    return [
        LayerData(arrays[f"layers.{i}.weight"], arrays.get(f"layers.{i}.bias"), row["activation"])
        for i, row in enumerate(architecture["layers"])
    ]
