"""The functions that people call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from micrograd_tut.drawing import folding, network, values
from micrograd_tut.drawing.annotated import annotate, expandable, expanded
from micrograd_tut.drawing.dot import edge_id, node_id
from micrograd_tut.drawing.notes import notes
from micrograd_tut.drawing.picture import Drawing
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError, MicrogradError
from micrograd_tut.graph.expand import trace
from micrograd_tut.graph.naming import Names, caller_names, given_names, notebook_names
from micrograd_tut.nn import Module

DETAILS = ("auto", "ops", "values", "neurons", "layers")
DIRECTIONS = ("LR", "TB", "RL", "BT")
EDGES = ("local", "flow")


def draw(
    y: Value,
    detail: str = "auto",
    direction: str = "LR",
    names: Mapping[Any, Any] | None = None,
    edges: str = "local",
    expand: Iterable[str] = (),
    theme: str = "light",
) -> Drawing:
    """Draw the graph of `y`, with its gradients if there has been a backward pass.

    Args:
        y: The output.
        detail: How much to show. "values": one box a Value, as recorded; "ops": the same with
            weighted sums taken apart into their products and sums; "neurons": one box a neuron,
            in its layer's frame; "layers": one box a layer; "auto": what the size of the graph
            allows. What is folded says what it holds.
        direction: Where the numbers flow: "LR" (left to right), "TB" (downwards), "RL", "BT".
        names: Names for Values, as ``{"x": x}`` or ``{x: "x"}``. Otherwise a Value has its label,
            its place in a net, or the name of the caller's variable that holds it.
        edges: What an edge tells: "local", the local derivative; "flow", that times the upstream
            gradient, which is what flows back.
        expand: Operations to take apart, such as ``("tanh",)``; the gradients stay the same.
        theme: "light", "dark", or "auto", which follows the reader's system.

    Raises:
        InputError: an argument is not one of those allowed.
    """
    if not isinstance(y, Value):
        raise InputError(
            f"draw takes the Value to draw; got {type(y).__name__}. Of a list, draw one of its "
            f"Values; a net is drawn by draw_network(model)."
        )
    for what, got, allowed in (
        ("detail", detail, DETAILS),
        ("direction", direction, DIRECTIONS),
        ("edges", edges, EDGES),
    ):
        if got not in allowed:
            raise InputError(f"{what} {got!r} is not known; use one of {', '.join(allowed)}")
    called = Names(given_names(names), caller_names())
    return _drawing(y, called, detail, direction, edges, expand, theme)


def _drawing(
    y: Value,
    called: Names,
    detail: str = "auto",
    direction: str = "LR",
    edges: str = "local",
    expand: Iterable[str] = (),
    theme: str = "light",
) -> Drawing:
    recorded = graph = annotate(y, called)
    chosen = folding.choose_detail(recorded) if detail == "auto" else detail
    apart = expandable(recorded, {"dot", *expand} if chosen == "ops" else expand)
    if apart:
        graph = expanded(recorded, apart)
    graph.notes = notes(graph, recorded, apart)
    if chosen in ("ops", "values"):
        return Drawing(values.scene(graph, direction, edges), theme)
    return Drawing(folding.scene(graph, chosen, direction, edges), theme)


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Drawing:  # noqa: A002 (its name)
    """Draw every Value of a graph: micrograd's call.

    Args:
        root: The output.
        format: What ``.render(filename)`` writes: "svg", "png", "pdf", "html" or "dot".
        rankdir: "LR" (left to right) or "TB" (downwards).
    """
    drawing = draw(root, detail="values", direction=rankdir)
    drawing.format = format
    return drawing


def ids(y: Value) -> tuple[dict[Value, str], list[tuple[str, Value, Value]]]:
    """The ids in the SVG of ``draw(y, detail="values")``.

    Returns:
        The id of each Value; and for each edge its id, its input, and the node it feeds.

    >>> a = Value(1.0)
    >>> y = a + a
    >>> nodes, edges = ids(y)
    >>> nodes[y], [name for name, _, _ in edges]
    ('node-1', ['edge-0', 'edge-1'])
    """
    nodes, edges = trace(y)
    return (
        {v: node_id(n) for n, v in enumerate(nodes)},
        [(edge_id(n), v, node) for n, (v, node) in enumerate(edges)],
    )


def draw_network(
    model: Module,
    show: str = "weights",
    x: Iterable[Any] | None = None,
    theme: str = "light",
) -> Drawing:
    """Draw a net as in a textbook: a circle a neuron, a line a weight.

    Args:
        model: An `MLP`, `Layer` or `Neuron`.
        show: What colour and width of the lines tell: "weights", "gradients" (of the weights, from
            the last backward pass), or "activations" (what each weight contributes for `x`:
            weight × input).
        x: An example, as the model takes it. With it every circle holds what its neuron puts out,
            and a relu that puts out 0 is marked.
        theme: "light", "dark", or "auto", which follows the reader's system.

    Raises:
        InputError: `model` has no layers of neurons, `show` is not known, or "activations" lacks
            an `x`.
    """
    return Drawing(network.scene(model, show, x), theme)


def shown(v: Value) -> str | None:
    """The SVG of a bare Value for a notebook, named after its variables; None if there is none."""
    try:
        return _drawing(v, Names({}, notebook_names()))._repr_svg_()
    except MicrogradError:
        return None
