"""Networks as ONNX files, run by onnxruntime: the same outputs, labels and probabilities."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.nn.activations import ACTIVATIONS

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

X = np.random.default_rng(0).normal(size=(50, 3)) * 4
TOLERANCE = {"float32": 1e-5, "float64": 1e-13}


def session(path: Path) -> Any:
    return runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def run(path: Path, rows: Any = X, dtype: str = "float32") -> dict[str, Any]:
    """The outputs by name."""
    network = session(path)
    results = network.run(None, {"X": np.asarray(rows, dtype)})
    return dict(zip([output.name for output in network.get_outputs()], results, strict=True))


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_gives_the_same_outputs(
    activation: str, dtype: str, tmp_path: Path
) -> None:
    if (activation, dtype) == ("gelu", "float64"):
        pytest.skip("onnxruntime has no such kernel; a test of errors has the message")
    model = mg.MLP(3, [6, 2], activation=activation, output=activation, init="uniform", seed=1)
    model.task = "regression"
    mg.to_onnx(model, tmp_path / "net.onnx", dtype=dtype)
    found = run(tmp_path / "net.onnx", dtype=dtype)["prediction"]
    assert found.dtype == dtype
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(found, model.predict(X), rtol=tolerance, atol=tolerance)


TASKS: dict[str, tuple[int, str, str, tuple[str, ...]]] = {
    "binary": (1, "sigmoid", "binary", ()),
    "binary with names": (1, "sigmoid", "binary", ("no", "yes")),
    "binary on logits": (1, "linear", "binary", ()),
    "three classes": (3, "softmax", "multiclass", ()),
    "three names": (3, "softmax", "multiclass", ("é", "b", "c")),
    "three classes on logits": (3, "linear", "multiclass", ()),
    "labels": (2, "sigmoid", "binary", ()),
}


@pytest.mark.parametrize("case", TASKS)
def test_classes_and_probabilities_are_those_of_the_model(case: str, tmp_path: Path) -> None:
    outputs, head, task, names = TASKS[case]
    model = mg.MLP(3, [5, outputs], output=head, seed=2)
    model.task, model.class_names = task, names
    mg.to_onnx(model, tmp_path / "net.onnx", dtype="float64")
    found = run(tmp_path / "net.onnx", dtype="float64")
    assert found["label"].tolist() == model.predict(X).tolist()
    np.testing.assert_allclose(found["probabilities"], model.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("names", [(), ("low", "high")])
def test_a_network_trained_with_hinge_gives_labels_alone(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    model = mg.MLP(3, [5, 1], seed=2)
    model.task, model.class_names = "margin", names
    mg.to_onnx(model, tmp_path / "net.onnx", dtype="float64")
    found = run(tmp_path / "net.onnx", dtype="float64")
    assert {name: array.tolist() for name, array in found.items()} == {
        "label": model.predict(X).tolist()
    }


def test_the_file_says_what_it_is_and_keeps_the_names_of_the_tensors(tmp_path: Path) -> None:
    model = mg.MLP(3, [5, 2], output="softmax", bias=False, seed=2)
    model.class_names = ("a", "b")
    mg.to_onnx(model, tmp_path / "net.onnx", dtype="float64")
    loaded = onnx.load(str(tmp_path / "net.onnx"))
    onnx.checker.check_model(loaded, full_check=True)
    properties = {item.key: item.value for item in loaded.metadata_props}
    assert (properties["task"], json.loads(properties["classes"])) == ("multiclass", ["a", "b"])
    arrays = {t.name: onnx.numpy_helper.to_array(t) for t in loaded.graph.initializer}
    for name, array in model.state_dict().items():
        assert arrays[name].tolist() == array.tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: mg.to_onnx(mg.Layer(2, 2), p), "takes an MLP"),
        (lambda p: mg.to_onnx(1.0, p), "takes a network"),
        (lambda p: mg.to_onnx(mg.MLP(2, [1]), p, dtype="float16"), "unknown dtype 'float16'"),
        (
            lambda p: mg.to_onnx(mg.MLP(2, [2, 1], activation="gelu"), p, dtype="float64"),
            "no gelu in float64; use dtype='float32'",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(call: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        call(tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


def test_without_onnx_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['onnx'] = None; import micrograd_tut as mg; "
        "mg.to_onnx(mg.MLP(2, [1]), 'net.onnx')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].endswith(
        'MissingPartError: this needs onnx: pip install "micrograd-tut[onnx]"'
    )
