"""Saving and loading models: round trips, errors, and corrupt files."""

from __future__ import annotations

import json
import math
import os
import random
import struct
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from safetensors.numpy import load_file, save_file

from micrograd_tut.errors import DataError, InputError
from micrograd_tut.nn import MLP, Layer, Module, Neuron, Parameter
from micrograd_tut.nn.activations import ACTIVATIONS
from micrograd_tut.nn.initializers import INITS
from micrograd_tut.train.checkpoint import load, load_extra, save


def numbers(model: Module) -> list[str]:
    """Every parameter, exactly."""
    return [p.data.hex() for p in model.parameters()]


def net(seed: int = 1) -> MLP:
    return MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=seed)


# --- Round trips ----------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("init", INITS)
def test_network_is_rebuilt_from_its_file(tmp_path: Path, activation: str, init: str) -> None:
    hidden = "relu" if activation == "softmax" else activation
    model = MLP(3, [4, 4, 2], activation=hidden, output=activation, init=init, seed=3)
    save(model, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert repr(loaded) == repr(model)
    assert loaded.summary() == model.summary()
    assert [v.data for v in loaded([1, 2, 3])] == [v.data for v in model([1, 2, 3])]
    assert [n for n, _ in loaded.named_parameters()] == [n for n, _ in model.named_parameters()]
    assert [p.path for p in loaded.parameters()] == [p.path for p in model.parameters()]


@pytest.mark.parametrize(
    "part", [Neuron(3, activation="elu", seed=1), Layer(2, 3, activation="softmax", seed=1)]
)
def test_neuron_and_layer_are_rebuilt(tmp_path: Path, part: Any) -> None:
    save(part, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert repr(loaded) == repr(part)
    assert numbers(loaded) == numbers(part)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3))
def test_every_float_is_loaded_exactly(tmp_path: Path, data: list[float]) -> None:
    model = Neuron.of(data[:2], data[2])
    save(model, tmp_path / "m")
    assert numbers(load(tmp_path / "m")) == [x.hex() for x in data]


def test_task_is_saved(tmp_path: Path) -> None:
    model = MLP(2, [1], seed=0)
    model.task = "binary"
    save(model, tmp_path / "m")
    assert load(tmp_path / "m").task == "binary"


def test_extra_data_is_saved(tmp_path: Path) -> None:
    extra = {"classes": ["a", 'é"\\'], "mean": [0.1, 1e-300]}
    save(net(), tmp_path / "m", extra=extra)
    assert load_extra(tmp_path / "m") == extra
    save(net(), tmp_path / "m")
    assert load_extra(tmp_path / "m") is None


def test_one_model_always_gives_the_same_bytes(tmp_path: Path) -> None:
    contents = set()
    for i in range(20):
        save(net(), tmp_path / f"{i}", extra={"é": 1})
        contents.add((tmp_path / f"{i}").read_bytes())
    assert len(contents) == 1


def test_layer_is_a_tensor_of_weights_and_a_tensor_of_biases(tmp_path: Path) -> None:
    model = net()
    save(model, tmp_path / "m")
    arrays = load_file(tmp_path / "m")
    assert {name: array.shape for name, array in arrays.items()} == {
        "layers.0.weight": (3, 2), "layers.0.bias": (3,),
        "layers.1.weight": (1, 3), "layers.1.bias": (1,),
    }  # fmt: skip
    assert arrays["layers.0.weight"].tolist() == [
        [w.data for w in neuron.w] for neuron in model.layers[0].neurons
    ]


class Pair(Module):
    """A user-defined module."""

    def __init__(self, seed: int) -> None:
        self.scale = Parameter(0.5 + seed)
        self.nets = [MLP(2, [1], seed=seed), Neuron(2, seed=seed)]
        self.offsets = [Parameter(1.0 * seed), Parameter(2.0)]


def test_any_module_can_be_saved_and_loaded_into(tmp_path: Path) -> None:
    save(Pair(1), tmp_path / "m")
    model = Pair(2)
    assert load(model, tmp_path / "m") is model
    assert numbers(model) == numbers(Pair(1))


def test_user_defined_module_cannot_be_rebuilt(tmp_path: Path) -> None:
    save(Pair(1), tmp_path / "m")
    with pytest.raises(DataError, match=r"build the model first and call mg.load\(model, path\)"):
        load(tmp_path / "m")


def test_layer_whose_neurons_differ_is_loaded_into_but_not_rebuilt(tmp_path: Path) -> None:
    model, other = net(1), net(2)
    for m in (model, other):
        m.layers[0].neurons[0].activation = "relu"
    save(model, tmp_path / "m")
    assert numbers(load(other, tmp_path / "m")) == numbers(model)
    with pytest.raises(DataError, match="does not record the architecture"):
        load(tmp_path / "m")


@pytest.mark.parametrize("kind", ["f8", "f4", "f2"])
def test_file_of_the_safetensors_library_is_loaded_into_a_model(tmp_path: Path, kind: str) -> None:
    weight = np.array([[0.1, -2.0]], dtype=kind)
    save_file(
        {"layers.0.weight": weight, "layers.0.bias": np.array([3.0], dtype=kind)},
        tmp_path / "m",
        metadata={"format": "pt"},
    )
    model = load(MLP(2, [1]), tmp_path / "m")
    assert [p.data for p in model.parameters()] == [float(weight[0, 0]), -2.0, 3.0]


HEADER_OF_VERSION_0_1_0 = (
    '{"__metadata__":{"checksum":"sha256:f2be816b9d4e98a49deaef4ec2b849d048168967889c'
    '32f21ac17fb06dbebc56","architecture":"{\\"kind\\": \\"MLP\\", \\"layers\\": '
    '[{\\"inputs\\": 1, \\"neurons\\": 1, \\"activation\\": \\"sigmoid\\", \\"init\\": '
    '\\"uniform\\"}], \\"task\\": \\"binary\\"}","micrograd_tut":"1","extra":"{\\"a\\": 1}"},'
    '"layers.0.bias":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"layers.0.weigh'
    't":{"dtype":"F64","shape":[1,1],"data_offsets":[8,16]}}'
)


def test_file_of_an_earlier_version_is_loaded(tmp_path: Path) -> None:
    header = HEADER_OF_VERSION_0_1_0.encode().ljust(440)
    data = struct.pack("<Q", len(header)) + header + struct.pack("<2d", -2.0, 0.5)
    (tmp_path / "m").write_bytes(data)
    model = load(tmp_path / "m")
    assert repr(model) == "MLP of [Layer of 1 SigmoidNeuron(1)]"
    assert {name: p.data for name, p in model.named_parameters()} == {
        "layers.0.neurons.0.w.0": 0.5,
        "layers.0.neurons.0.b": -2.0,
    }
    assert model.task == "binary"
    assert load_extra(tmp_path / "m") == {"a": 1}


# --- Errors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (MLP(3, [3, 1]), r"layers.0.weight is \(3, 2\); MLP needs \(3, 3\)"),
        (MLP(2, [3, 1, 1]), r"layers.2.weight is missing; MLP needs \(1, 1\)"),
        (MLP(2, [3]), "this MLP has no 'layers.1.bias'"),
        (MLP(2, [3, 1], output="sigmoid"), "saved with tanh, sigmoid; the model has relu, sigmoid"),
        (Neuron(2), "weight is missing"),
    ],
)
def test_model_that_does_not_fit_is_not_changed(tmp_path: Path, model: Any, message: str) -> None:
    save(net(), tmp_path / "m")
    before = numbers(model)
    with pytest.raises(DataError, match=message):
        load(model, tmp_path / "m")
    assert numbers(model) == before


@pytest.mark.parametrize("kind", ["i8", "i4", "u1", "bool"])
def test_tensors_of_other_types_than_floats_raise(tmp_path: Path, kind: str) -> None:
    save_file({"weight": np.ones(2, kind), "bias": np.array(1, kind)}, tmp_path / "m")
    with pytest.raises(DataError, match="not F64, F32, F16"):
        load(Neuron(2), tmp_path / "m")


@pytest.mark.parametrize("x", [math.nan, math.inf])
def test_file_with_inf_or_nan_raises(tmp_path: Path, x: float) -> None:
    save_file({"weight": np.array([x, 1.0]), "bias": np.array(0.0)}, tmp_path / "m")
    with pytest.raises(DataError, match="weight holds inf or nan"):
        load(Neuron(2), tmp_path / "m")


def test_model_with_nan_is_not_saved(tmp_path: Path) -> None:
    save(net(), tmp_path / "m")
    before = (tmp_path / "m").read_bytes()
    model = net()
    model.layers[1].neurons[0].b.data = math.nan
    with pytest.raises(InputError, match=r"layers.1.neurons.0.b is nan"):
        save(model, tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == before


def test_model_without_parameters_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Module has no parameter"):
        save(Module(), tmp_path / "m")


def test_missing_file_and_directory_are_os_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


def test_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    save(net(1), tmp_path / "m")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(net(2), tmp_path / "m")
    assert numbers(load(tmp_path / "m")) == numbers(net(1))
    assert os.listdir(tmp_path) == ["m"]


KILLED_WHILE_SAVING = """
import os, random, signal, sys, time
import micrograd_tut as mg

path, tries = sys.argv[1], int(sys.argv[2])
nets = [mg.MLP(8, [32, 1], seed=seed) for seed in (1, 2)]
numbers = [[p.data for p in net.parameters()] for net in nets]
mg.save(nets[0], path)
start = time.perf_counter()
mg.save(nets[1], path)
once, moment, counts = time.perf_counter() - start, random.Random(1), [0, 0]
for _ in range(tries):
    child = os.fork()
    if not child:
        while True:
            for net in nets:
                mg.save(net, path)
    time.sleep(once * moment.uniform(1, 4))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    counts[numbers.index([p.data for p in mg.load(path).parameters()])] += 1
print(*counts)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs the fork of a Unix")
def test_process_killed_while_saving_leaves_a_complete_file(
    tmp_path: Path, full: bool, figure: Callable[..., None]
) -> None:
    tries = 150 if full else 20
    command = [sys.executable, "-c", KILLED_WHILE_SAVING, str(tmp_path / "m"), str(tries)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    old, new = map(int, output.split())
    assert old + new == tries
    assert not full or min(old, new) > tries / 10  # the kills were spread over both
    figure("killed while saving", "{:,} of {:,} left a complete file", old + new, tries)


# --- Corrupt files --------------------------------------------------------------------------

Mutation = Callable[[random.Random, bytearray], None]


def _flip_a_bit(rng: random.Random, data: bytearray) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _change_bytes(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.randrange(1, 9)):
        data[rng.randrange(len(data))] = rng.randrange(256)


def _cut_out(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.choice([1, 2, 8, 50, len(data)])]


def _insert(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(
        [rng.randbytes(rng.randrange(1, 40)), b"\0" * 8, b" ", b"NaN", b"1e400", b"[" * 1000,
         b'{"a":' * 500, b'"checksum":"x",', b'"__metadata__":{},', b"\xff"]
    )  # fmt: skip


def _repeat(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    piece = data[start : start + rng.choice([8, 24, 80])]
    at = rng.randrange(len(data) + 1)
    data[at:at] = piece


def _forge_the_length(rng: random.Random, data: bytearray) -> None:
    data[:8] = struct.pack("<Q", rng.choice([0, 1, 2**31, 2**63, 2**64 - 1, rng.getrandbits(10)]))


def _append(rng: random.Random, data: bytearray) -> None:
    data += rng.randbytes(rng.choice([1, 8, 64]))


PIECES = ["0", "1", "3", "8", "24", "F64", "weight", "bias", "layers", "tanh", "shape", "[", "}",
          "micrograd_tut", "architecture", "checksum", "__metadata__", '"', ","]  # fmt: skip


def _edit_the_header(rng: random.Random, data: bytearray) -> None:
    """Another number, name, or literal in the JSON, with the length corrected."""
    size = struct.unpack("<Q", data[:8])[0]
    header = data[8 : 8 + size].decode()
    old = rng.choice([piece for piece in PIECES if piece in header])
    new = rng.choice(
        [*PIECES, "NaN", "1e400", "-1", "I64", "F32", "99999999999999999999", "[" * 300]
    )
    places = [i for i in range(len(header)) if header.startswith(old, i)]
    at = rng.choice(places)
    header = header[:at] + new + header[at + len(old) :]
    header += " " * (-len(header) % 8)
    data[: 8 + size] = struct.pack("<Q", len(header)) + header.encode()


def _header(data: bytearray) -> tuple[int, dict[str, Any]]:
    size = struct.unpack("<Q", data[:8])[0]
    return size, json.loads(data[8 : 8 + size])


def _put_header(data: bytearray, size: int, text: str) -> None:
    text += " " * (-len(text) % 8)
    data[: 8 + size] = struct.pack("<Q", len(text)) + text.encode()


def _swap_tensors(rng: random.Random, data: bytearray) -> None:
    """Swap two entries: a well-formed file of other numbers."""
    size, header = _header(data)
    first, second = rng.sample([name for name in header if name != "__metadata__"], 2)
    header[first], header[second] = header[second], header[first]
    _put_header(data, size, json.dumps(header))


def _double_a_key(rng: random.Random, data: bytearray) -> None:
    """Repeat a name in the header, with the entry of another."""
    size, header = _header(data)
    name, other = rng.sample(sorted(header), 2)
    entry = f'"{name}": {json.dumps(header[other])}'
    text = json.dumps(header)
    _put_header(data, size, rng.choice([f"{{{entry}, {text[1:]}", f"{text[:-1]}, {entry}}}"]))


def _double_a_key_of_the_metadata(rng: random.Random, data: bytearray) -> None:
    size, header = _header(data)
    name, other = rng.sample(sorted(header["__metadata__"]), 2)
    entry = f'"{name}": {json.dumps(header["__metadata__"][other])}'
    text = json.dumps(header)
    at = text.index("{", text.index("__metadata__")) + 1
    _put_header(data, size, f"{text[:at]}{entry}, {text[at:]}")


def _nest(rng: random.Random, data: bytearray) -> None:
    """Nest a value of the header in thousands of lists or objects."""
    size, header = _header(data)
    text, deep = json.dumps(header), rng.choice([100, 10_000, 100_000])
    value = json.dumps(header[rng.choice(sorted(header))])
    inside = rng.choice(["[" * deep + value + "]" * deep, '{"a":' * deep + value + "}" * deep])
    _put_header(data, size, text.replace(value, inside))


def _reshape(rng: random.Random, data: bytearray) -> None:
    """Another shape, with the same count of numbers or another."""
    size, header = _header(data)
    entry = header[rng.choice([name for name in header if name != "__metadata__"])]
    entry["shape"] = rng.choice(
        [entry["shape"][::-1], [*entry["shape"], 1], [1, *entry["shape"]], [], [2**63], [-1],
         [0], [2**32, 2**32], [math.prod(entry["shape"])], [1e400], [math.nan]]
    )  # fmt: skip
    _put_header(data, size, json.dumps(header))


MUTATIONS: list[Mutation] = [
    _flip_a_bit, _change_bytes, _cut_out, _insert, _repeat, _forge_the_length, _append,
    _edit_the_header, _swap_tensors, _double_a_key, _double_a_key_of_the_metadata, _nest, _reshape,
]  # fmt: skip


def test_no_corrupt_file_loads_other_numbers(
    tmp_path: Path, full: bool, figure: Callable[..., None]
) -> None:
    rng = random.Random(7)
    path = tmp_path / "m"
    saved = net(1)
    save(saved, path, extra={"classes": ["a", "b"]})
    original = path.read_bytes()
    model, untouched = net(2), numbers(net(2))
    refused, changed, slowest = 0, 0, 0.0
    resource = pytest.importorskip("resource")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tries = 3_000 if full else 900
    for i in range(tries):
        data = bytearray(original)
        MUTATIONS[i % len(MUTATIONS)](rng, data)
        path.write_bytes(data)
        changed += data != original
        start = time.perf_counter()
        for target in ([model], []):
            try:
                loaded = load(*target, path)
            except DataError:
                refused += 1
                assert numbers(model) == untouched
            else:
                assert numbers(loaded) == numbers(saved)
                for p, q in zip(model.parameters(), net(2).parameters(), strict=True):
                    p.data = q.data
        slowest = max(slowest, time.perf_counter() - start)
    assert refused > 0.85 * 2 * tries
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory  # kB
    assert grown < 100_000
    figure(
        "corrupt files refused",
        "{:,} of {:,}, the rest gave the numbers that were saved; {:.0f} ms and {:.0f} MB at most",
        *(refused // 2, changed, slowest * 1e3, grown / 1e3),
    )
    assert slowest < 1.0


@pytest.mark.parametrize(
    "architecture",
    [
        {"kind": "MLP", "layers": [{"inputs": 10**9, "neurons": 10**9}], "task": "binary"},
        {"kind": "MLP", "layers": [{"inputs": 1, "neurons": 1e400}], "task": "binary"},
        {"kind": "MLP", "layers": [], "task": "binary"},
        {"kind": "Module", "layers": [{"inputs": 1, "neurons": 1, "activation": "relu",
                                       "init": "he"}], "task": "binary"},
        {"kind": "Layer", "layers": [{"inputs": 1, "neurons": 1, "activation": "exit",
                                      "init": "he"}], "task": "binary"},
        {"kind": "Layer", "layers": [{"inputs": 1, "neurons": 1, "activation": "relu",
                                      "init": "he"}], "task": "fly"},
        {"kind": "Layer", "layers": [{"inputs": True, "neurons": 1.0, "activation": "relu",
                                      "init": "he"}], "task": "binary"},
        [1, 2], "MLP", 3, {}, {"layers": None}, {"layers": [3]},
    ],
)  # fmt: skip
def test_forged_architecture_with_a_valid_checksum_raises_at_once(
    tmp_path: Path, architecture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "micrograd_tut.train.checkpoint.architecture_of", lambda model: architecture
    )
    save(Layer(1, 1), tmp_path / "m")
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(DataError):
        load(tmp_path / "m")
    assert time.perf_counter() - start < 1.0
    assert tracemalloc.get_traced_memory()[1] < 10e6
    tracemalloc.stop()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": NaN', "1e", "\ud800"])
def test_metadata_that_are_not_json_raise(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("micrograd_tut.train.checkpoint.json.dumps", _dumps(text))
    with monkeypatch.context():
        try:
            save(Neuron(1), tmp_path / "m", extra={"forged": True})
        except UnicodeEncodeError:
            return  # it cannot even be written
    monkeypatch.undo()
    with pytest.raises(DataError):
        load_extra(tmp_path / "m")


def _dumps(text: str) -> Callable[..., str]:
    real = json.dumps

    def dumps(value: Any, **more: Any) -> str:
        return text if value == {"forged": True} else real(value, **more)

    return dumps
