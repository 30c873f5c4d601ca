"""Networks as ONNX files, which other languages, phones and browsers run.

The file holds the preprocessing and the decision rule as well: rows in the units of the table go
in; classes and their probabilities, or numbers in the units of the target, come out.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from micrograd_tut.bridges.layers import LayerData, layers_of
from micrograd_tut.bridges.libraries import onnx
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP
from micrograd_tut.nn.predict import DECISION_RULES, TASK_OF_ACTIVATION, task_for
from micrograd_tut.ops.activations import SELU_ALPHA, SELU_SCALE
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.validation import one_of
from micrograd_tut.train.preprocessing import Preprocessing

_OPSET = 20  # of the first ONNX with Gelu, 1.15 of 2023
_IR = 9

Name = str


def to_onnx(
    model: MLP,
    path: str | os.PathLike[str],
    preprocessing: Preprocessing | None = None,
    dtype: str = "float32",
) -> None:
    """Write a network as an ONNX file.

    Its input is ``X`` of shape (rows, inputs). With a preprocessing that has columns of categories,
    there is one input of shape (rows, 1) per column of the table, by its name: texts for categories
    ("" if missing), else numbers (nan if missing).

    Its outputs are for a classification ``label``, of shape (rows,), the class names or numbers;
    and ``probabilities``, of shape (rows, classes), unless it was trained with hinge. For several
    labels per row both have the shape (rows, labels). For a regression the output is
    ``prediction``, of shape (rows, outputs).

    Args:
        model: The network.
        path: The file; an existing one is replaced once the new one is complete.
        preprocessing: What fills in and scales the inputs and scales predictions back, as in a file
            of ``micrograd-tut train --save``.
        dtype: "float32" or "float64". Runtimes have fewer kernels for float64: onnxruntime has no
            gelu for it.

    Raises:
        InputError: it is not an MLP, or an argument does not fit.
        MissingPartError: onnx is not installed.
        OSError: the file cannot be written.
    """
    layers = layers_of(model, "to_onnx")
    one_of("dtype", dtype, ("float32", "float64"))
    if dtype == "float64" and any(layer.activation == "gelu" for layer in layers):
        raise InputError("onnxruntime has no gelu in float64; use dtype='float32'")
    graph = Graph(dtype)
    outputs = _network(graph, layers, _inputs(graph, layers, preprocessing), model)
    _results(graph, outputs, model, preprocessing)
    write_whole(path, graph.model(_metadata(model, preprocessing)).SerializeToString())


class Graph:
    """An ONNX graph that is being built, one node at a time.

    Args:
        dtype: The type of all real numbers.
    """

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self._type = onnx.helper.np_dtype_to_tensor_dtype(self.dtype)
        self._nodes: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._constants: dict[Name, Any] = {}

    def input(self, name: Name, columns: int, text: bool = False) -> Name:
        """An input of shape (rows, columns)."""
        kind = onnx.TensorProto.STRING if text else self._type
        self._inputs.append(onnx.helper.make_tensor_value_info(name, kind, ["rows", columns]))
        return name

    def real(self, value: Name) -> Name:
        """Numbers of another type as real numbers."""
        return self.node("Cast", value, to=self._type)

    def output(self, name: Name, value: Name, kind: Any = None, *columns: int) -> None:
        """Make a value an output, of real numbers by default, of shape (rows, *columns)."""
        self._nodes.append(onnx.helper.make_node("Identity", [value], [name]))
        info = onnx.helper.make_tensor_value_info(name, kind or self._type, ["rows", *columns])
        self._outputs.append(info)

    def constant(self, value: Any, name: Name = "") -> Name:
        """An array, a list of texts, or a number of the graph's type; its name."""
        name = name or f"constant{len(self._constants)}"
        array = np.asarray(value)
        if array.dtype == float:
            array = array.astype(self.dtype)
        if array.dtype.kind == "U":
            array = array.astype(object)
        self._constants[name] = onnx.numpy_helper.from_array(array, name)
        return name

    def node(self, op: str, *inputs: Any, **attributes: Any) -> Name:
        """The output of an operator; inputs that are not names become constants."""
        names = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        name = f"{op.lower()}{len(self._nodes)}"
        made = onnx.helper.make_node(op, names, [name], **attributes)
        self._nodes.append(made)
        return name

    def model(self, metadata: dict[str, str]) -> Any:
        """The whole model, checked."""
        constants = list(self._constants.values())
        parts = (self._nodes, "micrograd_tut", self._inputs, self._outputs, constants)
        model = onnx.helper.make_model(
            onnx.helper.make_graph(*parts),
            producer_name="micrograd_tut",
            opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
            ir_version=_IR,
        )
        onnx.helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model


# --- Inputs ---------------------------------------------------------------------------------


def _inputs(graph: Graph, layers: Sequence[LayerData], preprocessing: Preprocessing | None) -> Name:
    """The inputs of the network: those of the graph, filled in and scaled."""
    if preprocessing is None:
        return graph.input("X", layers[0].weight.shape[1])
    if any(column.kind == "categories" for column in preprocessing.columns):
        x = graph.node("Concat", *_columns(graph, preprocessing), axis=1)
    else:
        x = graph.input("X", len(preprocessing.inputs))
        if preprocessing.fillers:
            x = graph.node("Where", graph.node("IsNaN", x), np.array(preprocessing.fillers), x)
    centred = graph.node("Sub", x, np.array(preprocessing.scaling.mean))
    return graph.node("Div", centred, np.array(preprocessing.scaling.deviation))


def _columns(graph: Graph, preprocessing: Preprocessing) -> list[Name]:
    """The inputs from one column of the table each, filled in; a category is 1 in its own."""
    parts = []
    fillers = iter(preprocessing.fillers)
    for column in preprocessing.columns:
        if column.kind == "categories":
            cells = graph.input(column.name, 1, text=True)
            known = graph.node("Equal", cells, [list(column.categories)])
            x, missing = graph.real(known), graph.node("Equal", cells, [""])
        else:
            x = graph.input(column.name, 1)
            missing = graph.node("IsNaN", x)
        filler = np.array([list(itertools.islice(fillers, len(column.inputs)))])
        parts.append(graph.node("Where", missing, filler, x) if filler.size else x)
    return parts


# --- The network ----------------------------------------------------------------------------


def _network(graph: Graph, layers: Sequence[LayerData], x: Name, model: MLP) -> Name:
    """The outputs; before a sigmoid or softmax if the task has probabilities."""
    has_probabilities = DECISION_RULES[model.task].probabilities
    for i, (weight, bias, activation) in enumerate(layers):
        operands = [x, graph.constant(weight, f"layers.{i}.weight")]
        if bias is not None:
            operands.append(graph.constant(bias, f"layers.{i}.bias"))
        x = graph.node("Gemm", *operands, transB=1)
        if i < len(layers) - 1 or not (has_probabilities and activation in TASK_OF_ACTIVATION):
            x = _ACTIVATIONS[activation](graph, x)
    return x


def _softplus(graph: Graph, x: Name) -> Name:
    e = graph.node("Exp", graph.node("Neg", graph.node("Abs", x)))
    return graph.node("Add", _above_0(graph, x), graph.node("Log", graph.node("Add", e, 1.0)))


def _above_0(graph: Graph, x: Name) -> Name:
    return graph.node("Max", x, 0.0)


def _elu(graph: Graph, x: Name, alpha: float = 1.0) -> Name:
    below = graph.node("Sub", graph.node("Exp", graph.node("Min", x, 0.0)), 1.0)
    return graph.node("Add", _above_0(graph, x), graph.node("Mul", below, alpha))


def _leaky_relu(graph: Graph, x: Name) -> Name:
    below = graph.node("Mul", graph.node("Min", x, 0.0), 0.01)
    return graph.node("Add", _above_0(graph, x), below)


def _hard_sigmoid(graph: Graph, x: Name) -> Name:
    return graph.node("Div", graph.node("Clip", graph.node("Add", x, 3.0), 0.0, 6.0), 6.0)


_ACTIVATIONS: dict[str, Callable[[Graph, Name], Name]] = {
    "linear": lambda graph, x: x,
    "relu": lambda graph, x: graph.node("Relu", x),
    "leaky_relu": _leaky_relu,
    "sigmoid": lambda graph, x: graph.node("Sigmoid", x),
    "tanh": lambda graph, x: graph.node("Tanh", x),
    "softmax": lambda graph, x: graph.node("Softmax", x, axis=1),
    "gelu": lambda graph, x: graph.node("Gelu", x),
    "silu": lambda graph, x: graph.node("Mul", x, graph.node("Sigmoid", x)),
    "mish": lambda graph, x: graph.node("Mul", x, graph.node("Tanh", _softplus(graph, x))),
    "elu": _elu,
    "selu": lambda graph, x: graph.node("Mul", _elu(graph, x, SELU_ALPHA), SELU_SCALE),
    "softplus": _softplus,
    "softsign": lambda graph, x: graph.node("Div", x, graph.node("Add", graph.node("Abs", x), 1.0)),
    "relu6": lambda graph, x: graph.node("Clip", x, 0.0, 6.0),
    "hard_sigmoid": _hard_sigmoid,
}
"""In operators that have kernels in both types; their attributes would be float32 always."""


# --- Results --------------------------------------------------------------------------------


def _results(graph: Graph, z: Name, model: MLP, preprocessing: Preprocessing | None) -> None:
    """The outputs of the graph, for the task of the network."""
    count = len(model.layers[-1].neurons)
    task = task_for(model.task, count)
    if task == "regression":
        scaling = preprocessing and preprocessing.target_scaling
        if scaling:
            z = graph.node("Mul", z, np.array(scaling.deviation))
            z = graph.node("Add", z, np.array(scaling.mean))
        graph.output("prediction", z, None, count)
        return
    if task == "multiclass":
        number = graph.node("ArgMax", z, axis=1, keepdims=0)
        probabilities, width = graph.node("Softmax", z, axis=1), [count]
    else:
        positive = graph.node("GreaterOrEqual", z, 0.0)
        number = graph.node("Cast", positive, to=onnx.TensorProto.INT64)
        probabilities, width = graph.node("Sigmoid", z), [count]
    if task in ("binary", "margin"):
        number = graph.node("Squeeze", number, [1])
        other = graph.node("Sigmoid", graph.node("Neg", z))
        probabilities, width = graph.node("Concat", other, probabilities, axis=1), [2]
    names = _classes(model, preprocessing)
    if not names and task == "margin":
        number = graph.node("Gather", np.array([-1, 1]), number)
    kind = onnx.TensorProto.STRING if names else onnx.TensorProto.INT64
    label = graph.node("Gather", list(names), number) if names else number
    graph.output("label", label, kind, *(width if task == "multilabel" else []))
    if DECISION_RULES[task].probabilities:
        graph.output("probabilities", probabilities, None, *width)


def _classes(model: MLP, preprocessing: Preprocessing | None) -> tuple[str, ...]:
    return preprocessing.classes if preprocessing else model.class_names


def _metadata(model: MLP, preprocessing: Preprocessing | None) -> dict[str, str]:
    """What a reader of the file may want to know, as texts."""
    known: dict[str, Any] = {"task": model.task, "classes": _classes(model, preprocessing)}
    if preprocessing:
        known |= {"inputs": preprocessing.inputs, "target": preprocessing.target}
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in known.items()
        if value
    }
