"""Saving and loading a model, as a safetensors file: all of it or nothing.

The file holds one tensor per layer for the weights, ``layers.0.weight`` of shape (neurons,
inputs), and one for the biases, ``layers.0.bias`` of shape (neurons,), in 64-bit floats. Its
metadata hold the architecture, so that `load` can rebuild the model, and a checksum over
everything. Nothing in it is ever run. Source: https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, NoReturn, TypeVar, overload

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from micrograd_tut.engine import Value, set_data
from micrograd_tut.errors import DataError, InputError, MicrogradError
from micrograd_tut.nn import MLP, Layer, Module, Neuron
from micrograd_tut.support.files import write_whole

M = TypeVar("M", bound=Module)
Place = str | os.PathLike[str]
Array = np.ndarray[Any, np.dtype[Any]]

_FORMAT = "1"
_KEYS = {"micrograd_tut", "architecture", "extra", "checksum"}
_FLOATS = ("F64", "F32", "F16")


class Tensor(NamedTuple):
    """Parameters that are kept as one tensor: its name, its shape, and they, row by row."""

    name: str
    shape: tuple[int, ...]
    values: list[Value]


class Contents(NamedTuple):
    """What a file holds: the numbers by tensor, and the metadata, checked."""

    arrays: dict[str, Array]
    architecture: Any
    extra: Any


# --- Public ---------------------------------------------------------------------------------


def save(model: Module, path: Place, extra: Mapping[str, Any] | None = None) -> None:
    """Save the parameters of a model, and its architecture, in a safetensors file.

    Args:
        model: A Neuron, Layer or MLP, or any Module; only the first three can be rebuilt by
            ``load(path)``.
        path: Where to. A file that is there is replaced once the new one is complete.
        extra: More to keep with it, as JSON has it; `load_extra` gives it back.

    Raises:
        InputError: the model has no parameter, or one that is inf or nan.
        OSError: the file cannot be written; what was there before is left as it was.
    """
    arrays = {}
    for name, shape, values in _checked(model):
        arrays[name] = np.array([v.data for v in values], dtype="<f8").reshape(shape)
    metadata = {"micrograd_tut": _FORMAT, "architecture": json.dumps(_architecture(model))}
    if extra is not None:
        metadata["extra"] = json.dumps(extra, allow_nan=False)
    metadata["checksum"] = _checksum(arrays, metadata)
    write_whole(path, to_bytes(arrays, metadata))


@overload
def load(path: Place, /) -> Any: ...
@overload
def load(model: M, path: Place, /) -> M: ...
def load(*model_and_path: Any) -> Any:
    """Load a saved model: ``load(path)`` rebuilds it, ``load(model, path)`` fills one that fits.

    A file that the safetensors library has written for tensors of the same names and shapes
    fills a model too.

    Returns:
        The model. A model that was given is changed in one go, or not at all.

    Raises:
        DataError: the file is damaged, is not a safetensors file, or does not fit the model.
        OSError: the file cannot be read.
    """
    *given, path = model_and_path
    contents = _read(path, *given)
    model = given[0] if given else _rebuilt(path, contents)
    tensors = list(_tensors(model))
    values = [v for tensor in tensors for v in tensor.values]
    numbers = [x for tensor in tensors for x in contents.arrays[tensor.name].ravel().tolist()]
    set_data(values, numbers)
    return model


def load_extra(path: Place) -> Any:
    """Load what `save` was given as `extra`; None where it was given nothing.

    Raises:
        DataError, OSError: as for `load`.
    """
    return _read(path).extra


# --- A model as tensors ---------------------------------------------------------------------


def _tensors(part: object, prefix: str = "") -> Iterator[Tensor]:
    """A module's parameters, as the tensors that they are kept in."""
    if type(part) is Neuron:
        yield Tensor(f"{prefix}weight", (part.nin,), part.w)
        yield Tensor(f"{prefix}bias", (), [part.b])
    elif type(part) is Layer:
        shape = len(part.neurons), part.nin
        yield Tensor(f"{prefix}weight", shape, [w for n in part.neurons for w in n.w])
        yield Tensor(f"{prefix}bias", shape[:1], [n.b for n in part.neurons])
    elif isinstance(part, Module):
        for name, inner in vars(part).items():
            yield from _tensors(inner, prefix + (name if _is_leaf(inner) else f"{name}."))
    elif isinstance(part, (list, tuple)):
        for i, inner in enumerate(part):
            yield from _tensors(inner, f"{prefix}{i}" + ("" if _is_leaf(inner) else "."))
    elif _is_leaf(part):
        yield Tensor(prefix, (), [part])  # type: ignore[list-item]


def _is_leaf(part: object) -> bool:
    return isinstance(part, Value)


def _checked(model: Module) -> list[Tensor]:
    """The tensors of a model that can be saved.

    Raises:
        InputError: it has no parameter, or one that is inf or nan.
    """
    for name, p in model.named_parameters():
        if not math.isfinite(p.data):
            raise InputError(f"{name} is {p.data}, so the model is not saved; train it anew")
    tensors = list(_tensors(model))
    if not tensors:
        raise InputError(f"{type(model).__name__} has no parameter to save")
    return tensors


def _architecture(model: Module) -> Any:
    """How to build the model again, or None where only its maker knows."""
    if type(model) is MLP:
        rows = [_described(layer) for layer in model.layers]
    elif type(model) is Layer or type(model) is Neuron:
        rows = [_described(model)]
    else:
        return None
    return {"kind": type(model).__name__, "layers": rows, "task": model.task} if all(rows) else None


def _described(part: Layer | Neuron) -> dict[str, Any] | None:
    """The arguments that make such a part, or None where its neurons are not alike."""
    neurons = [part] if isinstance(part, Neuron) else part.neurons
    each = "linear" if part.activation == "softmax" else part.activation
    alike = {(type(n), n.activation, n.nin) for n in neurons} == {(Neuron, each, part.nin)}
    if type(part) not in (Layer, Neuron) or not alike:
        return None
    row = {"activation": part.activation, "init": part.init}
    return {"inputs": part.nin, "neurons": len(neurons), **row}


def _rebuilt(path: Place, contents: Contents) -> Module:
    """A model of the saved architecture; what its parameters are is still to be set."""
    if contents.architecture is None:
        _refuse(path, "it does not tell the architecture; build the model and load(model, path)")
    try:
        rows = contents.architecture["layers"]
        size = sum(row["neurons"] * (row["inputs"] + 1) for row in rows)
        if size != sum(array.size for array in contents.arrays.values()):
            raise InputError("the architecture has another number of parameters")
        model = _built(contents.architecture["kind"], rows)
        model.task = contents.architecture["task"]
    except (MicrogradError, LookupError, TypeError, ValueError):
        _refuse(path, "its architecture cannot be read")
    _must_fit(path, model, {name: array.shape for name, array in contents.arrays.items()})
    return model


def _built(kind: str, rows: list[dict[str, Any]]) -> Module:
    if kind == "Neuron":
        (row,) = rows
        return Neuron(row["inputs"], activation=row["activation"], init=row["init"], seed=0)
    layers = [Layer(r["inputs"], r["neurons"], True, r["activation"], r["init"], 0) for r in rows]
    if kind == "Layer":
        (layer,) = layers
        return layer
    model = {"MLP": MLP}[kind](rows[0]["inputs"], [row["neurons"] for row in rows], init="zeros")
    if [layer.nin for layer in model.layers] != [layer.nin for layer in layers]:
        raise InputError("a layer does not take what the one before it puts out")
    model.layers = layers
    model.assign_paths()
    return model


# --- A file ---------------------------------------------------------------------------------


def _read(path: Place, model: Module | None = None) -> Contents:
    """What a file holds, once everything in it has been checked.

    Args:
        path: The file.
        model: What it shall fill; one that does not fit is refused before much is read.
    """
    with open(path, "rb"):  # where it cannot be read, this says so best
        pass
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = list(file.keys())
            kinds = {name: file.get_slice(name) for name in names}
            for name, kind in kinds.items():
                if kind.get_dtype() not in _FLOATS:
                    _refuse(path, f"{name} holds {kind.get_dtype()}, not {', '.join(_FLOATS)}")
            if model is not None:
                shapes = {name: tuple(kind.get_shape()) for name, kind in kinds.items()}
                _must_fit(path, model, shapes)
            arrays = {name: np.asarray(file.get_tensor(name), dtype="<f8") for name in names}
    except SafetensorError as error:
        _refuse(path, f"it is damaged, or no safetensors file ({error})")
    _must_be_whole(path, arrays, metadata)
    contents = Contents(arrays, *(_parsed(path, metadata, key) for key in Contents._fields[1:]))
    saved, own = contents.architecture, _architecture(model) if model is not None else None
    if saved and own and _activations(saved) != _activations(own):
        _refuse(path, f"it was saved with {_activations(saved)}; the model has {_activations(own)}")
    return contents


def _must_fit(path: Place, model: Module, shapes: Mapping[str, tuple[int, ...]]) -> None:
    wanted = {tensor.name: tensor.shape for tensor in _tensors(model)}
    for name, shape in wanted.items():
        if shapes.get(name) != shape:
            found = f"is {shapes[name]}" if name in shapes else "is missing"
            _refuse(path, f"{name} {found}; {type(model).__name__} needs {shape}")
    for name in shapes:
        if name not in wanted:
            _refuse(path, f"{name[:80]!r} has no place in {type(model).__name__}")


def _must_be_whole(path: Place, arrays: Mapping[str, Array], metadata: dict[str, str]) -> None:
    """Refuse numbers that are not finite, and content that is not what was saved.

    A file of another writer has none of our metadata, so no checksum; the numbers are taken as
    they are.
    """
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            _refuse(path, f"{name[:80]} holds inf or nan")
    if metadata.keys().isdisjoint(_KEYS):
        return
    if metadata.get("checksum") != _checksum(arrays, metadata):
        _refuse(path, "it is damaged: its checksum is not that of its content")
    if metadata.get("micrograd_tut") != _FORMAT:
        found = metadata.get("micrograd_tut")
        _refuse(path, f"it has format {found!r}, and this version reads {_FORMAT!r}")


def _checksum(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> str:
    """The SHA-256 of everything in a file but itself, in an order of its own."""
    texts = sorted(item for item in metadata.items() if item[0] != "checksum")
    names = sorted(arrays)
    digest = hashlib.sha256(json.dumps([texts, [(n, arrays[n].shape) for n in names]]).encode())
    for name in names:
        digest.update(arrays[name].tobytes())
    return f"sha256:{digest.hexdigest()}"


def _parsed(path: Place, metadata: Mapping[str, str], key: str) -> Any:
    try:
        return json.loads(metadata.get(key, "null"))
    except (ValueError, RecursionError):
        _refuse(path, f"its {key} cannot be read")


def _activations(architecture: Any) -> str:
    return ", ".join(str(row["activation"]) for row in architecture["layers"])


def _refuse(path: Place, what: str) -> NoReturn:
    raise DataError(f"{os.fspath(path)} cannot be loaded: {what}") from None
