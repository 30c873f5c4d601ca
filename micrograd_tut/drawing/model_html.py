"""A network for a notebook: a table of its parts, and its picture."""

from __future__ import annotations

from micrograd_tut.drawing.api import draw_network
from micrograd_tut.engine import Value
from micrograd_tut.errors import MicrogradError
from micrograd_tut.nn import MLP, Layer, Module, Neuron
from micrograd_tut.nn.module import children
from micrograd_tut.support.html import html_table, paragraphs
from micrograd_tut.support.text import visible


def model_html(model: Module) -> str:
    """A model as HTML: for networks the layers and a picture, for others the attributes."""
    if not isinstance(model, (MLP, Layer, Neuron)):
        return html_table(["part", "", "parameters"], _parts(model), _total(model), "<<>")
    parts = model.summary().html if isinstance(model, MLP) else paragraphs(repr(model))
    try:
        return parts + (draw_network(model)._repr_html_() or "")
    except MicrogradError:  # such as layers that a subclass has changed
        return parts


def _parts(model: Module) -> list[list[str]]:
    """A row for each attribute with parameters."""
    rows = []
    for name, part in children(model):
        holder = Module()
        holder.part = part  # type: ignore[attr-defined]  # so that any container counts
        if count := len(holder.parameters()):
            rows.append([visible(name, 80), _what(part), f"{count:,}"])
    return rows


def _what(part: object) -> str:
    """The kind of an attribute; of a part of a network, its repr."""
    if isinstance(part, (Module, Value)):
        return visible(repr(part), 80)
    return f"{type(part).__name__}"


def _total(model: Module) -> list[str]:
    return ["total", "", f"{len(model.parameters()):,}"]
