"""Networks as JavaScript modules, which browsers and node run without anything else.

The module holds the preprocessing and the names of the classes as well: ``predict(row)`` takes a
row in the units of the table.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from micrograd_tut.bridges.layers import layers_of
from micrograd_tut.compiler import compile
from micrograd_tut.nn import MLP
from micrograd_tut.nn.predict import DECISION_RULES, task_for
from micrograd_tut.support.files import write_whole
from micrograd_tut.train.cells import NO, YES
from micrograd_tut.train.columns import Column
from micrograd_tut.train.predictions import outputs_of
from micrograd_tut.train.preprocessing import Preprocessing, StandardScaler


def to_javascript(
    model: MLP, path: str | os.PathLike[str], preprocessing: Preprocessing | None = None
) -> None:
    """Write a network as an ES module in JavaScript, without dependencies.

    It exports ``predict(row)``. A row is an array of cells, or an object with a cell for each
    column by its name. A class is returned as ``{label, probabilities}``, a number in the units of
    the target. The functions of `Compiled.javascript` are in it as well.

    Args:
        model: The network.
        path: The file; an existing one is replaced once the new one is complete.
        preprocessing: What fills in and scales the inputs and scales predictions back, as in a file
            of ``micrograd-tut train --save``.

    Raises:
        InputError: it is not an MLP.
        OSError: the file cannot be written.
    """
    layers_of(model, "to_javascript")
    write_whole(path, _module(model, preprocessing))


def _module(model: MLP, preprocessing: Preprocessing | None) -> str:
    compiled = compile(lambda x: _results(model, x, preprocessing), example=([0.0] * model.nin,))
    executable = compiled.executable([model.nin])
    numbers = [v.data for v in executable.parameters]
    columns = preprocessing.columns if preprocessing else _numbered(model.nin)
    constants = {
        "tableColumns": [
            {"name": c.name, "kind": c.kind, "categories": c.categories} for c in columns
        ],
        "inputs": [name for column in columns for name in column.inputs],
        "fillers": preprocessing.fillers if preprocessing else (),
        "task": _task(model),
        "classes": _classes(model, preprocessing),
        "yes": sorted({*YES, "1"}),
        "no": sorted({*NO, "0"}),
    }
    return "\n".join([
        str(compiled.javascript),
        f"const parameters = Float64Array.of({', '.join(map(repr, numbers))});",
        *(f"const {name} = {json.dumps(value)};" for name, value in constants.items()),
        "",
        (files(__package__) / "predict.js").read_text(encoding="utf-8"),
    ])  # fmt: skip


def _results(model: MLP, x: Sequence[Any], preprocessing: Preprocessing | None) -> list[Any]:
    """Probabilities, or outputs in the units of the target, for inputs in those of the table."""
    if preprocessing:
        x = _scaled(x, preprocessing.scaling)
    outputs = outputs_of(model, x)
    if probabilities := DECISION_RULES[_task(model)].probabilities:
        return list(probabilities(outputs))
    if preprocessing and (scaling := preprocessing.target_scaling):
        parts = zip(outputs, scaling.mean, scaling.deviation, strict=True)
        return [y * deviation + mean for y, mean, deviation in parts]
    return outputs


def _scaled(x: Sequence[Any], scaling: StandardScaler) -> list[Any]:
    parts = zip(x, scaling.mean, scaling.deviation, strict=True)
    return [(v - mean) / deviation for v, mean, deviation in parts]


def _task(model: MLP) -> str:
    return task_for(model.task, len(model.layers[-1].neurons))


def _classes(model: MLP, preprocessing: Preprocessing | None) -> Sequence[Any]:
    """The labels of the classes: their names, or the numbers that `predict` gives."""
    names = preprocessing.classes if preprocessing else model.class_names
    if names:
        return names
    return [-1, 1] if _task(model) == "margin" else list(range(len(model.layers[-1].neurons) + 1))


def _numbered(count: int) -> list[Column]:
    """Columns for the inputs of a network without preprocessing: x1, x2, …"""
    return [Column(f"x{i + 1}") for i in range(count)]
