"""Networks as files of ``torch.export``, which PyTorch runs without this package."""

from __future__ import annotations

import functools
import io
import json
import os
from typing import Any

from micrograd_tut.bridges.libraries import torch
from micrograd_tut.bridges.pytorch import to_torch
from micrograd_tut.nn import MLP
from micrograd_tut.nn.predict import DECISION_RULES, TASK_OF_ACTIVATION, task_for
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.validation import one_of
from micrograd_tut.train.preprocessing import Preprocessing

EXTRA_FILE = "micrograd_tut.json"
"""The file in the archive that holds the names of inputs and classes."""


def save_exported(
    model: MLP,
    path: str | os.PathLike[str],
    preprocessing: Preprocessing | None = None,
    dtype: str = "float64",
) -> None:
    """Write a network as an exported program: ``torch.export.load(path).module()(X)`` runs it.

    It takes a tensor of shape (rows, inputs), in the units of the table, with one-hot categories.
    It returns the probabilities of the classes, of shape (rows, classes), if the network has them,
    else its outputs, in the units of the target. The names of inputs and classes are in the file
    `EXTRA_FILE` of the archive.

    Args:
        model, preprocessing: As for `mg.to_onnx`.
        path: The file, which ends in ``.pt2``.
        dtype: "float64" or "float32".

    Raises:
        InputError: it is not an MLP, or an argument does not fit.
        MissingPartError: torch is not installed.
        OSError: the file cannot be written.
    """
    one_of("dtype", dtype, ("float64", "float32"))
    kind = getattr(torch, dtype)
    module = _exported_class()(model, preprocessing).to(kind)
    example = torch.zeros(2, model.nin, dtype=kind)
    rows = torch.export.Dim("rows", min=1)
    program = torch.export.export(module, (example,), dynamic_shapes=({0: rows},))
    names = {
        "task": model.task,
        "inputs": preprocessing.inputs if preprocessing else (),
        "classes": preprocessing.classes if preprocessing else model.class_names,
    }
    content = io.BytesIO()
    torch.export.save(program, content, extra_files={EXTRA_FILE: json.dumps(names)})
    write_whole(path, content.getvalue())


@functools.cache
def _exported_class() -> Any:
    """A class of modules; made here, because its base is in torch."""

    class Exported(torch.nn.Module):  # type: ignore[misc]
        """A network between its preprocessing and its probabilities."""

        def __init__(self, model: MLP, preprocessing: Preprocessing | None) -> None:
            super().__init__()
            self.task = task_for(model.task, len(model.layers[-1].neurons))
            self.network = to_torch(model)
            if self.has_probabilities() and model.output_activation in TASK_OF_ACTIVATION:
                self.network.layers = self.network.layers[:-1]
            if preprocessing:
                self._keep("fillers", preprocessing.fillers)
                self._keep("mean", preprocessing.scaling.mean)
                self._keep("deviation", preprocessing.scaling.deviation)
            if preprocessing and preprocessing.target_scaling:
                self._keep("target_mean", preprocessing.target_scaling.mean)
                self._keep("target_deviation", preprocessing.target_scaling.deviation)

        def has_probabilities(self) -> bool:
            """Whether it returns probabilities."""
            return DECISION_RULES[self.task].probabilities is not None

        def _keep(self, name: str, numbers: tuple[float, ...]) -> None:
            if numbers:
                self.register_buffer(name, torch.tensor(numbers, dtype=torch.float64))

        def forward(self, X: Any) -> Any:
            """Probabilities, or outputs in the units of the target."""
            if hasattr(self, "fillers"):
                X = torch.where(torch.isnan(X), self.fillers, X)
            if hasattr(self, "mean"):
                X = (X - self.mean) / self.deviation
            z = self.network(X)
            if self.task == "multiclass":
                return torch.softmax(z, dim=1)
            if self.task == "binary":
                return torch.cat([torch.sigmoid(-z), torch.sigmoid(z)], dim=1)
            if self.task == "multilabel":
                return torch.sigmoid(z)
            if hasattr(self, "target_mean"):
                return z * self.target_deviation + self.target_mean
            return z

    return Exported
