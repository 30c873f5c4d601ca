"""A model as named tensors, and its architecture as plain data.

A layer is two tensors: ``layers.0.weight`` of shape (neurons, inputs) and ``layers.0.bias`` of
shape (neurons,). A parameter that stands alone is a tensor of shape ().

>>> model = MLP(2, [3, 1], seed=0)
>>> {name: array.shape for name, array in state_dict(model).items()}["layers.0.weight"]
(3, 2)
>>> build_model(architecture_of(model), len(model.parameters()))
MLP of [Layer of 3 ReLUNeuron(2), Layer of 1 LinearNeuron(3)]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from micrograd_tut.engine import Value, set_data
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, Layer, Module, Neuron
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.initializers import INITS
from micrograd_tut.nn.module import children
from micrograd_tut.nn.predict import DECISION_RULES
from micrograd_tut.support.validation import flag, one_of, positive_int

Array = np.ndarray[Any, np.dtype[Any]]


class Tensor(NamedTuple):
    """Parameters that are stored as one tensor: its name, its shape, and the Values, row by row."""

    name: str
    shape: tuple[int, ...]
    values: list[Value]


def tensors(part: Any, name: str = "", inside: tuple[int, ...] = ()) -> Iterator[Tensor]:
    """The tensors of a Module, of a container of Modules or Values, or of one Value.

    Args:
        part: The Module, container or Value.
        name: Its name.
        inside: The ids of what it is in, so that a Module may hold itself.
    """
    prefix = f"{name}." if name else ""
    if type(part) is Neuron:
        yield Tensor(f"{prefix}weight", (part.nin,), part.w)
        if part.b.requires_grad:
            yield Tensor(f"{prefix}bias", (), [part.b])
    elif type(part) is Layer:
        shape = len(part.neurons), part.nin
        yield Tensor(f"{prefix}weight", shape, [w for n in part.neurons for w in n.w])
        if part.neurons[0].b.requires_grad:
            yield Tensor(f"{prefix}bias", shape[:1], [n.b for n in part.neurons])
    elif isinstance(part, Value):
        yield Tensor(name, (), [part])
    elif id(part) not in inside:
        for child_name, child in children(part, name):
            yield from tensors(child, f"{prefix}{child_name}", (*inside, id(part)))


def state_dict(model: Module) -> dict[str, Array]:
    """The numbers of a model: an array of 64-bit floats for each of its tensors, by name."""
    return {
        name: np.array([v.data for v in values], dtype="<f8").reshape(shape)
        for name, shape, values in tensors(model)
    }


def load_state_dict(model: Module, arrays: Mapping[str, Array]) -> None:
    """Set all parameters of a model at once, from arrays of the names and shapes of its tensors.

    Raises:
        InputError: a name is missing or unknown, or an array has another shape. Nothing is changed.
    """
    if different := {tensor.name for tensor in tensors(model)} ^ arrays.keys():
        names = ", ".join(sorted(different))
        raise InputError(f"the names of the arrays differ from those of the model: {names}")
    values, numbers = [], []
    for tensor in tensors(model):
        array = np.asarray(arrays[tensor.name], float)
        if array.shape != tensor.shape:
            raise InputError(f"{tensor.name} has the shape {tensor.shape}; got {array.shape}")
        values += tensor.values
        numbers += array.ravel().tolist()
    set_data(values, numbers)


# --- Architecture ---------------------------------------------------------------------------


def architecture_of(model: Module) -> Any:
    """What `build_model` needs, as JSON types.

    None if the model is of a class of the user's own, or has a layer whose neurons differ.
    """
    if type(model) is MLP:
        layers = [_layer_arguments(layer) for layer in model.layers]
    elif type(model) is Layer or type(model) is Neuron:
        layers = [_layer_arguments(model)]
    else:
        return None
    if not all(layers):
        return None
    return {"kind": type(model).__name__, "layers": layers, "task": model.task}


def _layer_arguments(part: Layer | Neuron) -> dict[str, Any] | None:
    """The arguments that create such a layer or neuron; None if its neurons differ."""
    neurons = [part] if isinstance(part, Neuron) else part.neurons
    activation = "linear" if part.activation == "softmax" else part.activation
    bias = neurons[0].b.requires_grad
    kinds = {(type(n), n.activation, n.nin, n.b.requires_grad) for n in neurons}
    uniform = kinds == {(Neuron, activation, part.nin, bias)}
    if type(part) not in (Layer, Neuron) or not uniform:
        return None
    names = {"activation": part.activation, "init": part.init}
    without = {} if bias else {"bias": False}
    return {"inputs": part.nin, "neurons": len(neurons), **names, **without}


def build_model(architecture: Any, size: int) -> Module:
    """A model of an architecture; its parameters still have to be set.

    Args:
        architecture: From `architecture_of`.
        size: How many parameters the model must have. It is compared before anything is built,
            so that a forged architecture cannot fill the memory.

    Raises:
        InputError: it does not describe such a model.
    """
    rows = check_architecture(architecture)
    count = sum(row["neurons"] * (row["inputs"] + row.get("bias", True)) for row in rows)
    if count != size:
        raise InputError(f"the layers have {count} parameters; the tensors hold {size}")
    model = _build(architecture["kind"], rows)
    if architecture["task"] is not None:
        model.task = architecture["task"]
    return model


def check_architecture(architecture: Any) -> list[dict[str, Any]]:
    """The rows of an architecture of unknown origin, one per layer.

    Raises:
        InputError: it is not what `architecture_of` returns.
    """
    _check_keys("the architecture", architecture, _KEYS)
    kind = one_of("kind", architecture["kind"], ("MLP", "Layer", "Neuron"))
    if architecture["task"] is not None:
        one_of("task", architecture["task"], DECISION_RULES)
    rows = architecture["layers"]
    if not isinstance(rows, list) or not rows or (kind != "MLP" and len(rows) > 1):
        raise InputError(f"layers must be a list, of one layer if the kind is not MLP; got {rows}")
    for row in rows:
        _check_keys("a layer", row, _LAYER_KEYS, {"bias"})
        for name in ("inputs", "neurons"):
            positive_int(name, row[name])
        one_of("activation", row["activation"], ACTIVATIONS)
        one_of("init", row["init"], INITS)
        flag("bias", row.get("bias", True))
    if kind == "Neuron" and (rows[0]["neurons"] != 1 or rows[0]["activation"] == "softmax"):
        raise InputError("a Neuron is one, and without softmax")
    for before, row in pairwise(rows):
        if before["neurons"] != row["inputs"]:
            raise InputError(
                f"a layer has {row['inputs']} inputs, but the layer before it has "
                f"{before['neurons']} outputs"
            )
    return rows


_KEYS = {"kind", "layers", "task"}
_LAYER_KEYS = {"inputs", "neurons", "activation", "init"}


def _check_keys(what: str, part: Any, needed: set[str], optional: Set[str] = frozenset()) -> None:
    if not isinstance(part, dict) or not needed <= part.keys() <= needed | optional:
        raise InputError(f"{what} must have {', '.join(sorted(needed))}; got {part}")


def _build(kind: str, rows: list[dict[str, Any]]) -> Module:
    layers = [
        Layer(r["inputs"], r["neurons"], True, r["activation"], r["init"], 0, r.get("bias", True))
        for r in rows
    ]
    if kind == "MLP":
        model = MLP(1, [1])
        model.layers = layers
        model.assign_paths()
        return model
    return layers[0] if kind == "Layer" else layers[0].neurons[0]
