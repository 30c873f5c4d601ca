"""A transparent scalar autograd engine with an MLP library on top.

>>> import micrograd_tut as mg
>>> a, b = mg.Value(2.0), mg.Value(-3.0)
>>> y = mg.tanh(a * b + 6.5)
>>> y.backward()
>>> round(a.grad, 4)
-2.3593
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from micrograd_tut.engine import Constant, Value, grad, zero_grad
from micrograd_tut.graph import copying as copying, freeing as _freeing
from micrograd_tut.graph.debug import debug
from micrograd_tut.graph.expand import expand, trace
from micrograd_tut.graph.no_grad import no_grad
from micrograd_tut.nn import MLP, Layer, Module, Neuron, Parameter
from micrograd_tut.nn.activations import activations
from micrograd_tut.ops import (
    OPS,
    abs as abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    degrees,
    dot,
    elu,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    gelu,
    hard_sigmoid,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    mish,
    operation,
    prod,
    radians,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    sin,
    sinc,
    sinh,
    softmax,
    softplus,
    softsign,
    sqrt,
    sum as sum,
    tan,
    tanh,
    where,
)
from micrograd_tut.support.libraries import explained_imports as _explained_imports
from micrograd_tut.support.modes import ieee
from micrograd_tut.train import engines as _engines, methods as _methods

if TYPE_CHECKING:
    from micrograd_tut.bridges.comparison import compare
    from micrograd_tut.bridges.onnx import to_onnx
    from micrograd_tut.bridges.pytorch import from_torch, to_torch
    from micrograd_tut.compiler import Compiled, compile as compile
    from micrograd_tut.drawing import Drawing, draw, draw_dot, draw_network
    from micrograd_tut.graph.derivatives import hessian, hvp, jacobian
    from micrograd_tut.graph.gradient_check import check_gradients
    from micrograd_tut.notebook.watch import watch
    from micrograd_tut.play import Playground, playground
    from micrograd_tut.stepping.nudge import nudge
    from micrograd_tut.stepping.quiz import quiz
    from micrograd_tut.stepping.stepper import Stepper, step
    from micrograd_tut.train.checkpoint import load, load_extra, save
    from micrograd_tut.train.csv_file import read_csv
    from micrograd_tut.train.data import DataSet, data_set
    from micrograd_tut.train.fit import evaluate, fit, training
    from micrograd_tut.train.health import diagnose
    from micrograd_tut.train.history import History
    from micrograd_tut.train.losses import (
        LOSSES,
        Loss,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        categorical_cross_entropy,
        categorical_cross_entropy_with_logits,
        hinge,
        huber,
        mae,
        mse,
    )
    from micrograd_tut.train.metrics import METRICS
    from micrograd_tut.train.optim import (
        OPTIMIZERS,
        SGD,
        Adagrad,
        Adam,
        Adamax,
        AdamW,
        Nadam,
        RAdam,
        RMSprop,
    )

__version__ = "0.1.0"

# Without names of built-in functions (abs, compile, sum), which a star import would hide.
__all__ = [
    "LOSSES",
    "METRICS",
    "MLP",
    "OPS",
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Compiled",
    "Constant",
    "DataSet",
    "Drawing",
    "History",
    "Layer",
    "Loss",
    "Module",
    "Nadam",
    "Neuron",
    "Parameter",
    "Playground",
    "RAdam",
    "RMSprop",
    "Stepper",
    "Value",
    "__version__",
    "acos",
    "acosh",
    "activations",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "categorical_cross_entropy",
    "categorical_cross_entropy_with_logits",
    "cbrt",
    "ceil",
    "check_gradients",
    "clip",
    "compare",
    "cos",
    "cosh",
    "data_set",
    "debug",
    "degrees",
    "diagnose",
    "dot",
    "draw",
    "draw_dot",
    "draw_network",
    "elu",
    "erf",
    "erfc",
    "evaluate",
    "exp",
    "exp2",
    "expand",
    "expm1",
    "fit",
    "floor",
    "from_torch",
    "gelu",
    "grad",
    "hard_sigmoid",
    "hessian",
    "hinge",
    "huber",
    "hvp",
    "hypot",
    "ieee",
    "jacobian",
    "leaky_relu",
    "load",
    "load_extra",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logsumexp",
    "mae",
    "maximum",
    "mean",
    "minimum",
    "mish",
    "mse",
    "no_grad",
    "nudge",
    "operation",
    "playground",
    "prod",
    "quiz",
    "radians",
    "read_csv",
    "relu",
    "relu6",
    "save",
    "selu",
    "sigmoid",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "step",
    "tan",
    "tanh",
    "to_onnx",
    "to_torch",
    "trace",
    "training",
    "watch",
    "where",
    "zero_grad",
]

# Heavier modules are imported at the first use of a name, so that a bare import is fast.
_LAZY: dict[str, str] = {
    "compare": "bridges.comparison",
    "from_torch": "bridges.pytorch",
    "to_onnx": "bridges.onnx",
    "to_torch": "bridges.pytorch",
    "check_gradients": "graph.gradient_check",
    "hessian": "graph.derivatives",
    "hvp": "graph.derivatives",
    "jacobian": "graph.derivatives",
    "DataSet": "train.data",
    "data_set": "train.data",
    "read_csv": "train.csv_file",
    "load": "train.checkpoint",
    "load_extra": "train.checkpoint",
    "save": "train.checkpoint",
    "Compiled": "compiler",
    "compile": "compiler",
    "Drawing": "drawing",
    "draw": "drawing",
    "draw_dot": "drawing",
    "draw_network": "drawing",
    "diagnose": "train.health",
    "evaluate": "train.fit",
    "fit": "train.fit",
    "training": "train.fit",
    "watch": "notebook.watch",
    "History": "train.history",
    "LOSSES": "train.losses",
    "Loss": "train.losses",
    "binary_cross_entropy": "train.losses",
    "binary_cross_entropy_with_logits": "train.losses",
    "categorical_cross_entropy": "train.losses",
    "categorical_cross_entropy_with_logits": "train.losses",
    "hinge": "train.losses",
    "huber": "train.losses",
    "mae": "train.losses",
    "mse": "train.losses",
    "METRICS": "train.metrics",
    "Adagrad": "train.optim",
    "Adam": "train.optim",
    "AdamW": "train.optim",
    "Adamax": "train.optim",
    "Nadam": "train.optim",
    "RAdam": "train.optim",
    "OPTIMIZERS": "train.optim",
    "RMSprop": "train.optim",
    "SGD": "train.optim",
    "Playground": "play.page",
    "playground": "play.page",
    "Stepper": "stepping.stepper",
    "nudge": "stepping.nudge",
    "quiz": "stepping.quiz",
    "step": "stepping.stepper",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'micrograd_tut' has no attribute {name!r}")
    with _explained_imports():
        value = globals()[name] = getattr(import_module(f"micrograd_tut.{_LAZY[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


def _repr_svg(value: Value) -> str | None:
    """The graph of a Value as SVG, for notebooks; None if it cannot be drawn."""
    from micrograd_tut.drawing import notebook_drawing

    drawing = notebook_drawing(value)
    return drawing._repr_svg_() if drawing else None


def _repr_html(value: Value) -> str | None:
    """The same as HTML, with a picture that a mailed notebook keeps."""
    from micrograd_tut.drawing import notebook_drawing

    drawing = notebook_drawing(value)
    return drawing._repr_html_() if drawing else None


def _model_html(model: Module) -> str:
    """A model as HTML, for notebooks: its parts and its picture."""
    from micrograd_tut.drawing import model_html

    return model_html(model)


# Here, because nn imports nothing of train, and train nothing of bridges.
Module.compile = _methods.compile
Module.fit = _methods.fit
Module.evaluate = _methods.evaluate
Module.predict = _methods.predict
Module.predict_proba = _methods.predict_proba
Module.save = _methods.save
Module.state_dict = _methods.state_dict
Module.load_state_dict = _methods.load_state_dict
_engines.ENGINES["torch"] = "micrograd_tut.bridges.torch_engine"
Value._repr_svg_ = _repr_svg  # type: ignore[attr-defined]  # here: the engine imports no drawing
Value._repr_html_ = _repr_html  # type: ignore[attr-defined]
Module._repr_html_ = _model_html
if sys.platform == "emscripten":  # Pyodide
    Value.__del__ = _freeing.release_inputs
