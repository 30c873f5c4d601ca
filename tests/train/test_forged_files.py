"""Forged files of weights, with a valid checksum: refused before anything is built."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import random
import struct
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as to_bytes

import micrograd_tut as mg
from micrograd_tut.errors import DataError

ROWS = [
    {"inputs": 2, "neurons": 2, "activation": "relu", "init": "he"},
    {"inputs": 2, "neurons": 1, "activation": "linear", "init": "xavier"},
]
ARCHITECTURE: dict[str, Any] = {"kind": "MLP", "layers": ROWS, "task": "regression"}
ARRAYS = {
    "layers.0.weight": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "layers.0.bias": np.array([5.0, 6.0]),
    "layers.1.weight": np.array([[7.0, 8.0]]),
    "layers.1.bias": np.array([9.0]),
}


def signed(architecture: Any, arrays: Mapping[str, Any] = ARRAYS, **metadata: str) -> bytes:
    """A file with these contents and the checksum that belongs to them.

    Args:
        architecture: JSON types, or JSON as text.
        arrays: The tensors.
        metadata: Further entries, as text.
    """
    text = architecture if isinstance(architecture, str) else json.dumps(architecture)
    texts = {"micrograd_tut": "1", "architecture": text, **metadata}
    shapes = [(name, np.shape(arrays[name])) for name in sorted(arrays)]
    digest = hashlib.sha256(json.dumps([sorted(texts.items()), shapes]).encode())
    for name in sorted(arrays):
        digest.update(np.asarray(arrays[name], "<f8").tobytes())
    return to_bytes(dict(arrays), {**texts, "checksum": f"sha256:{digest.hexdigest()}"})


def unsigned(header: Any, data: bytes = b"") -> bytes:
    """A file with this header, and no checksum."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(shape: list[int], size: int) -> dict[str, Any]:
    return {"dtype": "F64", "shape": shape, "data_offsets": [0, size]}


def with_row(i: int, **changes: Any) -> Any:
    """The architecture with another value in one layer."""
    architecture = copy.deepcopy(ARCHITECTURE)
    architecture["layers"][i].update(changes)
    return architecture


def layers(*sizes: tuple[int, int]) -> Any:
    """An architecture of layers with these numbers of inputs and neurons."""
    rows = [{"inputs": n, "neurons": m, "activation": "relu", "init": "zeros"} for n, m in sizes]
    return {"kind": "MLP", "layers": rows, "task": None}


NONE = {"x": np.zeros(0)}
BOMBS = {
    "sizes that cancel": signed(layers((1, 10**7), (10**7, 1), (-30_000_002, 1)), NONE),
    "sizes that cancel in pairs": signed(layers((10**8 - 1, 1), (-2, 10**8)), NONE),
    "no inputs, but a thousand million neurons": signed(layers((-1, 10**9)), NONE),
    "sizes beyond the tensors": signed(layers((2, 10**9), (10**9, 1))),
    "a shape with a zero": unsigned({"a": tensor([0, 2**60], 0)}),
    "100 dimensions": unsigned({"a": tensor([1] * 100, 8)}, b"\0" * 8),
}
NOT_ARCHITECTURES = {
    "a number": "5", "a text": '"x"', "true": "true", "a list": "[]", "an empty object": "{}",
    "nan": "NaN", "nested": "[" * 100_000, "many digits": '{"layers": ' + "9" * 5000 + "}",
    "layers null": {**ARCHITECTURE, "layers": None},
    "no layers": {**ARCHITECTURE, "layers": []},
    "layers an object": {**ARCHITECTURE, "layers": {}},
    "layers 5": {**ARCHITECTURE, "layers": 5},
    "layers of 5": {**ARCHITECTURE, "layers": [5]},
    "a row empty": {**ARCHITECTURE, "layers": [{}]},
    "kind unknown": {**ARCHITECTURE, "kind": "__class__"},
    "kind a list": {**ARCHITECTURE, "kind": []},
    "kind Neuron": {**ARCHITECTURE, "kind": "Neuron"},
    "kind Layer": {**ARCHITECTURE, "kind": "Layer"},
    "task an object": {**ARCHITECTURE, "task": {"a": []}},
    "task 5": {**ARCHITECTURE, "task": 5},
    "activation 5": with_row(0, activation=5),
    "activation a list": with_row(0, activation=["relu"]),
    "activation unknown": with_row(0, activation="os.system"),
    "activation coloured": with_row(0, activation="\x1b[31m"),
    "init null": with_row(0, init=None),
    "bias a text": with_row(0, bias="x"),
    "inputs a float": with_row(0, inputs=2.0),
    "neurons true": with_row(1, neurons=True),
    "inputs that do not fit": with_row(1, inputs=3),
    "another key": with_row(0, module="os"),
}  # fmt: skip


def outcome(load: Callable[[], Any]) -> Any:
    """What loading gives: the result, or the message of its error."""
    try:
        return load()
    except DataError as error:
        return str(error)


@pytest.mark.parametrize("name", [*BOMBS, *NOT_ARCHITECTURES])
def test_forged_file_is_refused_at_once_and_without_memory(tmp_path: Path, name: str) -> None:
    path, model = tmp_path / "m", mg.MLP(2, [2, 1], seed=1)
    before = [p.data for p in model.parameters()]
    path.write_bytes(BOMBS[name] if name in BOMBS else signed(NOT_ARCHITECTURES[name]))
    tracemalloc.start()
    for load in (lambda: mg.load(path), lambda: mg.load(model, path)):
        message = outcome(load)
        assert isinstance(message, str)
        assert message.startswith(f"{path} cannot be loaded: ")
        assert message.isprintable()
        assert len(message) < 1000
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()
    assert [p.data for p in model.parameters()] == before


def test_sparse_file_of_16_gigabytes_is_refused(tmp_path: Path) -> None:
    path, n = tmp_path / "m", 2 * 10**9
    header = unsigned({"layers.0.weight": tensor([n], 8 * n)})
    path.write_bytes(header)
    os.truncate(path, len(header) + 8 * n)
    with pytest.raises(DataError, match=r"layers\.0\.weight is too large; the most are 10,000,000"):
        mg.load(path)


def test_architecture_is_loaded_if_it_is_what_was_saved(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(signed(ARCHITECTURE))
    assert [p.data for p in mg.load(tmp_path / "m").parameters()] == [1, 2, 5, 3, 4, 6, 7, 8, 9]


# --- Random changes -------------------------------------------------------------------------

ODD = [None, True, False, 0, 1, 2, 3, -1, -2, 2.0, 10**9, -(10**9), 2**63, 10**400, 1e308, "", "x",
       "relu", "softmax", "MLP", "Layer", "Neuron", "he", "\x1b[31m", "\u202e", [], {}, [[]],
       {"a": 1}, [1, 2], "0" * 10_000]  # fmt: skip


def places(part: Any) -> list[tuple[Any, Any]]:
    """Every place in nested lists and dicts: what holds it, and its key."""
    keys = list(part) if isinstance(part, dict) else range(len(part))
    inner = [part[key] for key in keys if isinstance(part[key], (dict, list))]
    return [(part, key) for key in keys] + [place for p in inner for place in places(p)]


def change(rng: random.Random, contents: Any) -> None:
    """Change one place: another value, that of another place, or nothing."""
    holder, key = rng.choice(places(contents))
    match rng.randrange(5):
        case 0:
            del holder[key]
        case 1:
            holder[key] = copy.deepcopy(rng.choice([h[k] for h, k in places(contents)]))
        case 2 if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        case _:
            holder[key] = copy.deepcopy(rng.choice(ODD))


def test_forged_files_load_what_they_hold_or_raise_data_error(
    tmp_path: Path, full: bool, figure: Callable[..., None]
) -> None:
    rng, path = random.Random(17), tmp_path / "m"
    model, tries, refused = mg.MLP(2, [2, 1], seed=1), 3_000 if full else 400, 0
    untouched = [p.data for p in model.parameters()]
    for _ in range(tries):
        contents: dict[str, Any] = {
            "architecture": copy.deepcopy(ARCHITECTURE),
            "extra": {"inputs": ["a", "b"], "classes": []},
            "class_names": ["no", "yes"],
        }
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            change(rng, contents)
            contents = contents or {"architecture": None}
        texts = {key: json.dumps(part) for key, part in contents.items()}
        arrays = {k: v for k, v in ARRAYS.items() if rng.random() > 0.02}
        path.write_bytes(signed(texts.pop("architecture", "null"), arrays, **texts))
        for load in (lambda: mg.load(path), lambda: mg.load(model, path)):
            loaded = outcome(load)
            if isinstance(loaded, str):
                refused += 1
                assert [p.data for p in model.parameters()] == untouched
            else:
                numbers = sorted(p.data for p in loaded.parameters())
                assert numbers == sorted(x for a in arrays.values() for x in a.ravel())
                for p, x in zip(model.parameters(), untouched, strict=True):
                    p.data = x
        outcome(lambda: mg.load_extra(path))
    assert tries * 0.3 < refused < tries * 1.9  # of two loads each
    figure("forged files", "{:,} with a valid checksum: refused, or loaded as they are", tries)
