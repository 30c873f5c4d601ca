"""Networks to PyTorch and back, with the same numbers and the same names of tensors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from micrograd_tut.bridges.layers import layers_of
from micrograd_tut.bridges.libraries import torch
from micrograd_tut.bridges.tensors import TensorFunction
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, Module
from micrograd_tut.nn.initializers import recommended_init
from micrograd_tut.nn.predict import TASK_OF_ACTIVATION
from micrograd_tut.train.state_dict import (
    build_model,
    load_state_dict,
    state_dict,
)

_MODULES: dict[str, tuple[str, dict[str, tuple[Any, ...]]]] = {
    "relu": ("ReLU", {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": (0.01,)}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softmax": ("Softmax", {"dim": (-1, 1)}),
    "gelu": ("GELU", {"approximate": ("none",)}),
    "silu": ("SiLU", {}),
    "mish": ("Mish", {}),
    "elu": ("ELU", {"alpha": (1.0,)}),
    "selu": ("SELU", {}),
    "softplus": ("Softplus", {"threshold": (40.0, 1e300), "beta": (1.0,)}),
    "softsign": ("Softsign", {}),
    "relu6": ("ReLU6", {}),
    "hard_sigmoid": ("Hardsigmoid", {}),
}
"""For each activation the class of torch, and the settings with which it is the same function, the
one to use first. Softplus is x above its threshold: at 20, torch's default, that is wrong by 2e-9,
and at 40 by less than a float shows."""


def to_torch(model: Module | Value) -> Any:
    """A network as a `torch.nn.Sequential`, or a graph of Values as a function of tensors.

    Args:
        model: An MLP, or the output of a graph.

    Returns:
        For an MLP a float64 module with the same numbers. It takes a tensor of shape (rows, nin)
        and returns one of shape (rows, outputs); its ``state_dict`` has the names and shapes of
        ``model.state_dict()``, so ``safetensors.torch.load_file`` of a file of `mg.save` fits it.
        For a Value a `TensorFunction`.

    Raises:
        InputError: it is neither, the neurons of a layer differ, or an operation was written by
            hand. For a network of your own pass an output: ``mg.to_torch(model(x))``.
        MissingPartError: torch is not installed.

    >>> module = to_torch(MLP(2, [3, 1], activation="tanh", seed=0))
    >>> module
    Sequential(
      (layers): Sequential(
        (0): Linear(in_features=2, out_features=3, bias=True)
        (0 tanh): Tanh()
        (1): Linear(in_features=3, out_features=1, bias=True)
      )
    )
    >>> list(module.state_dict())
    ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias']
    """
    if isinstance(model, Value):
        return TensorFunction(model)
    parts = {}
    for i, (weight, bias, activation) in enumerate(layers_of(model, "to_torch")):
        neurons, inputs = weight.shape
        parts[f"{i}"] = torch.nn.Linear(inputs, neurons, bias is not None, dtype=torch.float64)
        if activation != "linear":
            parts[f"{i} {activation}"] = _activation(activation)
    layers = torch.nn.Sequential(OrderedDict(parts))
    module = torch.nn.Sequential(OrderedDict(layers=layers))
    arrays = state_dict(model)
    module.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return module


def from_torch(module: Any) -> MLP:
    """A network with the numbers of a `torch.nn.Sequential`, which may be nested.

    Args:
        module: Linear layers, each with at most one activation after it.

    Raises:
        InputError: it has a part that an MLP does not have, such as a convolution or a
            `Softplus()` that is x above 20; a layer that is used twice; or a number that is not
            finite. The message names the part.
        MissingPartError: torch is not installed.

    >>> module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    >>> from_torch(module)
    MLP of [Layer of 3 TanhNeuron(2), Layer of 1 LinearNeuron(3)]
    """
    linears: list[Any] = []
    activations: list[str] = []
    for name, part in _parts(module):
        if isinstance(part, torch.nn.Linear):
            if any(part is other for other in linears):
                raise _refused(name, part, "is used twice, and an MLP has no shared layers")
            linears.append(part)
            activations.append("linear")
        elif not isinstance(part, torch.nn.Identity):
            activation = _name_of(name, part)
            if not linears or activations[-1] != "linear":
                raise _refused(name, part, "does not follow a Linear layer")
            activations[-1] = activation
    if not linears:
        raise InputError(f"an MLP needs at least one Linear layer; got {_short(module)}")
    rows = [_row(*layer) for layer in zip(linears, activations, strict=True)]
    arrays = {
        f"layers.{i}.{name}": _numbers(f"layers.{i}.{name}", tensor)
        for i, linear in enumerate(linears)
        for name, tensor in linear.named_parameters()
    }
    task = TASK_OF_ACTIVATION.get(activations[-1], "regression")
    architecture = {"kind": "MLP", "layers": rows, "task": task}
    model = build_model(architecture, sum(array.size for array in arrays.values()))
    load_state_dict(model, arrays)
    assert isinstance(model, MLP)
    return model


def module_text(activation: str) -> str:
    """The module of an activation as Python code; "" if torch has none, as for "linear".

    >>> module_text("leaky_relu")
    'torch.nn.LeakyReLU(negative_slope=0.01)'
    """
    if activation not in _MODULES:
        return ""
    kind, settings = _MODULES[activation]
    return f"torch.nn.{kind}({', '.join(f'{key}={a[0]!r}' for key, a in settings.items())})"


def _activation(name: str) -> Any:
    """The module of an activation."""
    kind, settings = _MODULES[name]
    return getattr(torch.nn, kind)(**{key: allowed[0] for key, allowed in settings.items()})


def _name_of(where: str, part: Any) -> str:
    """The activation that a module is.

    Raises:
        InputError: it is not one of `_MODULES`.
    """
    for name, (kind, settings) in _MODULES.items():
        if type(part) is getattr(torch.nn, kind):
            if all(getattr(part, key) in allowed for key, allowed in settings.items()):
                return name
            use = ", ".join(f"{key}={allowed[0]!r}" for key, allowed in settings.items())
            raise _refused(where, part, f"is another function than {name}; use {kind}({use})")
    raise _refused(where, part, f"has no counterpart; use Linear, {', '.join(_kinds())}")


def _kinds() -> list[str]:
    return [kind for kind, _ in _MODULES.values()]


def _parts(module: Any) -> Iterator[tuple[str, Any]]:
    """The modules in a Sequential, however nested, with their names; a repeated one each time."""
    if not isinstance(module, torch.nn.Module):
        raise InputError(f"from_torch takes a torch module; got {module!r}")
    for name, part in module.named_modules(remove_duplicate=False):
        if type(part) is not torch.nn.Sequential:
            yield name or "the module", part


def _row(linear: Any, activation: str) -> dict[str, Any]:
    """A layer as in `architecture_of`."""
    return {
        "inputs": linear.in_features,
        "neurons": linear.out_features,
        "activation": activation,
        "init": recommended_init(activation),
        "bias": linear.bias is not None,
    }


def _numbers(name: str, tensor: Any) -> Any:
    if not torch.isfinite(tensor).all():
        raise InputError(f"{name} holds inf or nan; train the module again")
    return tensor.detach().cpu().double().numpy()


def _refused(name: str, part: Any, problem: str) -> InputError:
    return InputError(f"{name}, {_short(part)}, {problem}")


def _short(part: Any) -> str:
    text = " ".join(repr(part).split())
    return text if len(text) <= 80 else f"{text[:79]}…"
