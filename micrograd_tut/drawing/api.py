"""Public drawing functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from micrograd_tut.drawing.annotated import annotate, expandable, expanded
from micrograd_tut.drawing.dot import edge_name, node_name
from micrograd_tut.drawing.drawing import Drawing
from micrograd_tut.drawing.full_view import full_view, plain_view
from micrograd_tut.drawing.grouped_view import choose_detail, grouped_view
from micrograd_tut.drawing.network_view import network_view
from micrograd_tut.drawing.notes import notes
from micrograd_tut.drawing.render import SECONDS
from micrograd_tut.drawing.rolled_view import rolled_view
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError, MicrogradError
from micrograd_tut.graph.expand import trace
from micrograd_tut.graph.naming import DisplayNames, caller_names, given_names, notebook_names
from micrograd_tut.nn import Module

DETAILS = ("auto", "ops", "values", "neurons", "layers", "rolled")
DIRECTIONS = ("LR", "TB", "RL", "BT")
FOLDED = (
    "Folded: with one box for each, the layout would take too long. Draw a part of the graph, save "
    "it as .dot, or allow more time, such as seconds=60."
)
NO_LOOP = "Not rolled: this graph has no steps that repeat."
EDGES = ("auto", "local", "gradient", "flow")


def draw(
    y: Value | Iterable[Value],
    detail: str = "auto",
    direction: str = "LR",
    names: Mapping[Any, Any] | None = None,
    edges: str = "auto",
    expand: Iterable[str] = (),
    theme: str = "light",
    repeat: bool | None = None,
    seconds: float = SECONDS,
) -> Drawing:
    """Draw the graph of `y`, with its gradients if there has been a backward pass.

    Args:
        y: The output, or a list of several, whose graphs become one picture: what they share is
            drawn once.
        detail: "values": one box per Value; "ops": the same, with weighted sums expanded into
            products and sums; "neurons": one box per neuron, in a frame per layer; "layers": one
            box per layer; "rolled": the first and the last step of a loop, and one box for all
            steps between them; "auto": chosen by the size of the graph. A box that stands for
            several Values says how many and which they are.
        direction: Where data flows: "LR" (left to right), "TB" (downwards), "RL" or "BT". For
            "rolled", where time runs.
        names: Names for Values, as ``{"x": x}`` or ``{x: "x"}``. By default a Value is called by
            its label, its position in a network, or the caller's variable that holds it.
        edges: What edges show: "local", the local derivative, in italics on grey edges that point
            forward; "gradient", the gradient that flows back along the edge, as its number,
            colour, width and direction; "flow", the same with the number written out as the local
            derivative × the upstream gradient; "auto", "gradient" after a backward pass. Without
            gradients it is always "local".
        expand: Operations to expand into simpler ones, such as ``("tanh",)``. The gradients of
            the leaves do not change.
        theme: "light", "dark", or "auto", which follows the reader's system.
        repeat: Whether to draw a Value again, as a small box, beside each use after the first.
            By default, where a use is far away; True repeats every shared leaf, False nothing.
        seconds: The time that the layout may take. If it would take longer, the picture has fewer
            boxes, and says so.

    Raises:
        InputError: `y` is not a Value or a list of Values, or another argument is not one of
            those allowed.
    """
    outputs = _outputs(y)
    for name, value, allowed in (
        ("detail", detail, DETAILS),
        ("direction", direction, DIRECTIONS),
        ("edges", edges, EDGES),
    ):
        if value not in allowed:
            raise InputError(f"{name} {value!r} is not known; use one of {', '.join(allowed)}")
    if not seconds > 0:
        raise InputError(f"seconds must be more than 0, such as 10; got {seconds!r}")
    called = DisplayNames(given_names(names), caller_names())
    return _draw(outputs, called, detail, direction, edges, expand, theme, repeat, seconds)


def _outputs(y: Any) -> list[Value]:
    """One or several outputs, each once.

    Raises:
        InputError: `y` is not a Value or a list of Values.
    """
    if isinstance(y, Value):
        return [y]
    if isinstance(y, Module) or not isinstance(y, Iterable):
        raise InputError(
            f"draw needs a Value; got {type(y).__name__}. To draw a network use "
            f"mg.draw_network(model)."
        )
    outputs = list(y)
    for i, v in enumerate(outputs):
        if not isinstance(v, Value):
            raise InputError(
                f"draw needs a Value or a list of Values; element {i} of the list is {v!r}. Pass "
                f"the outputs, such as draw([a, b])."
            )
    if not outputs:
        raise InputError("draw needs a Value or a list of Values; the list is empty")
    return list(dict.fromkeys(outputs))


def _draw(
    ys: list[Value],
    names: DisplayNames,
    detail: str = "auto",
    direction: str = "LR",
    edges: str = "auto",
    expand: Iterable[str] = (),
    theme: str = "light",
    repeat: bool | None = None,
    seconds: float = SECONDS,
) -> Drawing:
    recorded = graph = annotate(ys, names)
    if detail == "auto":
        detail = choose_detail(recorded)
    operations = expandable(recorded, {"dot", *expand} if detail == "ops" else expand)
    if operations:
        graph = expanded(recorded, operations)
    graph.notes = notes(graph, recorded, operations)
    edges = "local" if graph.gradients is None else "gradient" if edges == "auto" else edges

    def scene(detail: str) -> Scene:
        if detail in ("ops", "values"):
            return full_view(graph, direction, edges, repeat)
        if detail == "rolled" and graph.loop:
            return rolled_view(graph, graph.loop, direction, edges, repeat)
        if detail == "rolled":
            graph.notes.insert(0, NO_LOOP)
        return grouped_view(graph, detail.replace("rolled", "layers"), direction, edges, repeat)

    def folded(detail: str) -> Scene:
        coarse = scene("layers" if detail == "rolled" and not graph.loop else detail)
        coarse.notes.insert(0, FOLDED)
        return coarse

    coarser = {"layers": (), "neurons": ("layers",), "rolled": ("layers",)}
    details = coarser.get(detail, ("rolled", "layers"))
    return Drawing(scene(detail), theme, seconds, [partial(folded, name) for name in details])


def draw_plain(
    y: Value,
    lines: Mapping[Value, list[str]],
    label: Callable[[float, float | None], str] | None = None,
    theme: str = "light",
) -> Drawing:
    """Draw every Value of a graph with the given texts; no tooltips, no notes and no legend.

    Args:
        y: The output.
        lines: The lines in the box of each Value.
        label: The text on an edge, given its local derivative and what flows back along it. None
            shows neither texts nor gradients on the edges.
        theme: As for `draw`.
    """
    return Drawing(plain_view(annotate([y], DisplayNames({}, {})), lines, label), theme)


def draw_folded(y: Value, theme: str = "light") -> Drawing:
    """Draw a graph with similar Values in one box; no tooltips, no notes and no legend.

    Args:
        y: The output.
        theme: As for `draw`.
    """
    graph = annotate([y], DisplayNames({}, {}))
    detail = choose_detail(graph)
    if detail == "rolled" and graph.loop:
        scene = rolled_view(graph, graph.loop, edges="gradient")
    else:
        scene = grouped_view(graph, detail if detail == "neurons" else "layers", edges="gradient")
    scene.notes, scene.legend = [], False
    for box in scene.boxes:
        box.about = ""
    for arrow in scene.arrows:
        arrow.about = ""
    return Drawing(scene, theme)


def draw_dot(
    root: Value | Iterable[Value],
    format: str = "svg",  # noqa: A002 (its name)
    rankdir: str = "LR",
) -> Drawing:
    """Draw every Value of a graph, as micrograd's function of this name does.

    Args:
        root: The output, or a list of several.
        format: The format that ``.render(filename)`` writes: "svg", "png", "pdf", "html" or "dot".
        rankdir: "LR" (left to right) or "TB" (downwards).
    """
    drawing = draw(root, detail="values", direction=rankdir)
    drawing.format = format
    return drawing


def classes(y: Value) -> tuple[dict[Value, str], list[tuple[str, Value, Value]]]:
    """The class of each element in the SVG of ``draw(y, detail="values")``, for scripts and styles.

    Returns:
        The class of each Value; and for each edge its class, the input, and the node that uses it.

    >>> a = Value(1.0)
    >>> y = a + a
    >>> nodes, edges = classes(y)
    >>> nodes[y], [name for name, _, _ in edges]
    ('node-1', ['edge-0', 'edge-1'])
    """
    nodes, edges = trace(y)
    return (
        {v: node_name(n) for n, v in enumerate(nodes)},
        [(edge_name(n), v, node) for n, (v, node) in enumerate(edges)],
    )


def draw_network(
    model: Module,
    show: str = "weights",
    x: Iterable[Any] | None = None,
    theme: str = "light",
    y: Iterable[Any] | None = None,
    inputs: Iterable[str] | None = None,
    classes: Iterable[str] | None = None,
    image: tuple[int, int] | None = None,
) -> Drawing:
    """Draw a network as in a textbook: one circle per neuron, one line per weight.

    Args:
        model: An `MLP`, `Layer` or `Neuron`.
        show: What the number, colour and width of the lines show: "weights", "gradients" (of the
            weights, from the last backward pass), or "activations" (weight × input, for `x`).
            "planes" shows the weights, and instead of each circle the output of the neuron over
            the plane of the two inputs. "mistakes" shows the examples of `x` whose class the
            network does not predict.
        x: One example or a list of examples, as the model takes them. Every circle then shows the
            output of its neuron, or the mean of its outputs, and relus that output 0 are marked;
            without it, circles show the biases. With "planes", points on the plane.
        theme: "light", "dark", or "auto", which follows the reader's system.
        y: The target of each example, for "planes" and "mistakes".
        inputs: A name for each input (default: x1, x2, …).
        classes: A name for each output (default: the classes that the network was trained on).
        image: The rows and columns of inputs that are the pixels of an image, such as (8, 8). The
            example and the weights of the first layer are then drawn as images.

    Raises:
        InputError: `model` has no layers of neurons, `show` is not known, an argument that it
            needs is missing, or names, targets or the image do not fit.
    """
    return Drawing(network_view(model, show, x, y, inputs, classes, image), theme)


def notebook_drawing(v: Value) -> Drawing | None:
    """The drawing of a Value for a notebook, whose variables give the names; None if that fails."""
    try:
        return _draw([v], DisplayNames({}, notebook_names()))
    except MicrogradError:
        return None
