"""Saving and loading a model as a safetensors file, atomically.

The file holds the tensors of `state_dict` in 64-bit floats. Its metadata hold the architecture,
so that `load` can rebuild the model, and a checksum over everything. Nothing in the file is
executed. A checkpoint of `fit` is such a file with more in it: the state of training.
Source: https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn, TypeVar, overload

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.nn import Module
from micrograd_tut.support.files import check_readable, write_whole
from micrograd_tut.support.limits import PARAMETERS
from micrograd_tut.support.text import visible
from micrograd_tut.train.state_dict import (
    Array,
    architecture_of,
    build_model,
    check_architecture,
    load_state_dict,
    state_dict,
    tensors,
)

M = TypeVar("M", bound=Module)
Path = str | os.PathLike[str]

_FORMAT = "1"
_KEYS = {"micrograd_tut", "architecture", "extra", "class_names", "training", "checksum"}
_FLOATS = ("F64", "F32", "F16")
_MOST_DIMENSIONS = 8
_TRAINING = "training/"  # starts the names of the tensors that hold the state of training


class Contents(NamedTuple):
    """What a file holds, after all checks: arrays by name, and the metadata.

    Attributes:
        arrays: The tensors of the model.
        state: The arrays of the state of training, one number per parameter in each; or empty.
        training: The rest of that state, as JSON types; None in a file without a training run.
        architecture, extra, class_names: As `save` wrote them; None for what is missing.
    """

    arrays: dict[str, Array]
    state: dict[str, Array]
    training: Any
    architecture: Any
    extra: Any
    class_names: Any


def save(model: Module, path: Path, extra: Mapping[str, Any] | None = None) -> None:
    """Save the parameters of a model, and its architecture, in a safetensors file.

    Args:
        model: A Neuron, Layer or MLP, or any Module; only the first three can be rebuilt by
            ``load(path)``.
        path: The file. An existing one is replaced once the new one is complete.
        extra: Further data to store, of JSON types; `load_extra` returns it.

    Raises:
        InputError: the model has no parameter, or one that is inf or nan.
        OSError: the file cannot be written; an existing file is left as it was.
    """
    more = {} if extra is None else {"extra": extra}
    _write(model, path, more)


def save_training(model: Module, path: Path, state: Mapping[str, Array], training: Any) -> None:
    """Save a model with the state of its training, from which training can go on.

    Args:
        model, path: As for `save`.
        state: Arrays of one number per parameter, in the order of the tensors, by name.
        training: The rest of the state, of JSON types.

    Raises:
        InputError, OSError: as for `save`.
    """
    _write(model, path, {"training": training}, {_TRAINING + k: v for k, v in state.items()})


def _write(
    model: Module, path: Path, more: Mapping[str, Any], state: Mapping[str, Array] | None = None
) -> None:
    """Write a file.

    Args:
        model, path: As for `save`.
        more: Further metadata, of JSON types.
        state: Further tensors.
    """
    for name, p in model.named_parameters():
        if not math.isfinite(p.data):
            raise InputError(
                f"{name} is {p.data}, so the model was not saved. Retrain it, for example with a "
                f"smaller learning rate"
            )
    arrays = state_dict(model)
    if not arrays:
        raise InputError(f"{type(model).__name__} has no parameter to save")
    metadata = {"micrograd_tut": _FORMAT, "architecture": json.dumps(architecture_of(model))}
    if model.class_names:
        metadata["class_names"] = json.dumps(model.class_names)
    for key, content in more.items():
        metadata[key] = json.dumps(content, allow_nan=key == "training")  # a metric may be nan
    arrays |= {name: np.asarray(array, "<f8") for name, array in (state or {}).items()}
    metadata["checksum"] = _checksum(arrays, metadata)
    write_whole(path, _with_sorted_metadata(to_bytes(arrays, metadata)))


def _with_sorted_metadata(data: bytes) -> bytes:
    """The same file with its metadata in order, so that one model always gives the same bytes."""
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors are aligned to 8 bytes
    return len(text).to_bytes(8, "little") + text + data[start:]


@overload
def load(path: Path, /) -> Any: ...
@overload
def load(model: M, path: Path, /) -> M: ...
def load(*model_and_path: Any) -> Any:
    """Load a saved model.

    ``load(path)`` rebuilds the model. ``load(model, path)`` loads the parameters into an existing
    model of the same shape; the file may then also come from another program, if its tensors have
    the same names and shapes.

    Returns:
        The model. All parameters of an existing model change at once, or none.

    Raises:
        DataError: the file is corrupt, is not a safetensors file, or does not fit the model.
        OSError: the file cannot be read.
    """
    *existing, path = model_and_path
    contents = _read(path, *existing)
    model = existing[0] if existing else _rebuild(path, contents)
    names = _class_names(path, contents)
    load_state_dict(model, contents.arrays)
    model.class_names = names
    return model


def load_extra(path: Path) -> Any:
    """The `extra` that was passed to `save`; None if there was none.

    Raises:
        DataError, OSError: as for `load`.
    """
    return _read(path).extra


def load_training(model: Module, path: Path) -> Contents:
    """What `save_training` wrote for this model; nothing changes.

    Raises:
        DataError: as for `load`, or the file holds a model, but no state of training.
        OSError: as for `load`.
    """
    contents = _read(path, model)
    if contents.training is None:
        _refuse(path, "it is a model that was saved with mg.save, not a checkpoint of fit")
    return contents


def _class_names(path: Path, contents: Contents) -> tuple[str, ...]:
    """The names of the classes; empty if there are none."""
    names = contents.class_names or []
    outputs = contents.architecture["layers"][-1]["neurons"] if contents.architecture else None
    if (
        not isinstance(names, list)
        or not all(isinstance(name, str) for name in names)
        or (names and outputs and len(names) != max(outputs, 2))
    ):
        _refuse(path, "its class_names are not one name per class")
    return tuple(names)


def _rebuild(path: Path, contents: Contents) -> Module:
    if contents.architecture is None:
        _refuse(
            path,
            "the file does not record the architecture; build the model first and call "
            "mg.load(model, path)",
        )
    size = sum(array.size for array in contents.arrays.values())
    try:
        model = build_model(contents.architecture, size)
    except InputError as error:
        _refuse_architecture(path, error)
    _check_shapes(path, model, {name: array.shape for name, array in contents.arrays.items()})
    return model


# --- Reading a file -------------------------------------------------------------------------


def _read(path: Path, model: Module | None = None) -> Contents:
    """Read and check a file.

    Args:
        path: The file.
        model: The model that it must fit; if it does not, hardly anything is read.
    """
    check_readable(path)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = list(file.keys())
            slices = {name: file.get_slice(name) for name in names}
            shapes = {name: tuple(tensor.get_shape()) for name, tensor in slices.items()}
            for name, tensor in slices.items():
                if tensor.get_dtype() not in _FLOATS:
                    kind = tensor.get_dtype()
                    _refuse(path, f"{name[:80]} holds {kind}, not {', '.join(_FLOATS)}")
            of_model = {n: shape for n, shape in shapes.items() if not n.startswith(_TRAINING)}
            if model is not None:
                _check_shapes(path, model, of_model)
            else:
                _check_sizes(path, of_model)
            count = sum(math.prod(shape) for shape in of_model.values())
            if any(shapes[name] != (count,) for name in shapes.keys() - of_model.keys()):
                _refuse(path, "its state of training does not fit its model")
            arrays = {name: np.asarray(file.get_tensor(name), dtype="<f8") for name in names}
    except SafetensorError as error:
        _refuse(path, f"it is corrupt, or not a safetensors file ({error})")
    _check_contents(path, arrays, metadata)
    contents = Contents(
        {name: arrays[name] for name in of_model},
        {name.removeprefix(_TRAINING): arrays[name] for name in names if name not in of_model},
        *(_parse(path, metadata, key) for key in Contents._fields[2:]),
    )
    saved, own = contents.architecture, architecture_of(model) if model is not None else None
    if saved is not None:
        try:
            check_architecture(saved)
        except InputError as error:
            _refuse_architecture(path, error)
    if saved and own and _activations(saved) != _activations(own):
        _refuse(path, f"it was saved with {_activations(saved)}; the model has {_activations(own)}")
    return contents


def _check_shapes(path: Path, model: Module, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse tensors that are not those of the model."""
    expected = {tensor.name: tensor.shape for tensor in tensors(model)}
    for name, shape in expected.items():
        if shapes.get(name) != shape:
            problem = f"is {str(shapes[name])[:80]}" if name in shapes else "is missing"
            _refuse(path, f"{name} {problem}; {type(model).__name__} needs {shape}")
    for name in shapes:
        if name not in expected:
            kind = type(model).__name__
            _refuse(
                path,
                f"it holds another model: this {kind} has no {name[:80]!r}; build one with the "
                f"layers of the saved model",
            )


def _check_sizes(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse tensors that no scalar network has, before they are read."""
    count = 0
    for name, shape in shapes.items():
        count += math.prod(n or 1 for n in shape)
        if count > PARAMETERS or len(shape) > _MOST_DIMENSIONS:
            most = f"{PARAMETERS:,} numbers and {_MOST_DIMENSIONS} dimensions"
            _refuse(path, f"{name[:80]} is too large; the most are {most}")


def _check_contents(path: Path, arrays: Mapping[str, Array], metadata: dict[str, str]) -> None:
    """Refuse numbers that are not finite, and a checksum or format that does not match.

    A file of another program has none of our metadata, and thus no checksum to compare.
    """
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            _refuse(path, f"{name[:80]} holds inf or nan")
    if metadata.keys().isdisjoint(_KEYS):
        return
    if metadata.get("checksum") != _checksum(arrays, metadata):
        _refuse(
            path,
            "the file is corrupt (checksum mismatch); restore a backup or save the model again",
        )
    if metadata.get("micrograd_tut") != _FORMAT:
        version = metadata.get("micrograd_tut")
        _refuse(path, f"it has format {version!r}, and this version reads {_FORMAT!r}")


def _checksum(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> str:
    """The SHA-256 of arrays and metadata, whatever their order in the file."""
    texts = sorted(item for item in metadata.items() if item[0] != "checksum")
    names = sorted(arrays)
    digest = hashlib.sha256(json.dumps([texts, [(n, arrays[n].shape) for n in names]]).encode())
    for name in names:
        digest.update(arrays[name].tobytes())
    return f"sha256:{digest.hexdigest()}"


def _parse(path: Path, metadata: Mapping[str, str], key: str) -> Any:
    try:
        return json.loads(metadata.get(key, "null"))
    except (ValueError, RecursionError):
        _refuse(path, f"its {key} cannot be read")


def _refuse_architecture(path: Path, error: InputError) -> NoReturn:
    _refuse(
        path,
        f"its architecture cannot be read ({visible(str(error), 200)}); build the model and call "
        f"mg.load(model, path), or update micrograd_tut",
    )


def _activations(architecture: Any) -> str:
    return ", ".join(str(row["activation"]) for row in architecture["layers"])


def _refuse(path: Path, problem: str) -> NoReturn:
    raise DataError(f"{os.fspath(path)} cannot be loaded: {visible(problem)}") from None
