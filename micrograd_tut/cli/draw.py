"""``micrograd-tut draw``: a picture of an expression's graph, or of a network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from micrograd_tut.cli.options import (
    add_choice,
    add_expression,
    add_picture,
    add_seed,
    check_network,
    picture_settings,
    real,
    refuse,
    sizes,
    value_from_args,
)
from micrograd_tut.drawing import Drawing, draw, draw_network
from micrograd_tut.drawing.network_columns import image_of_names
from micrograd_tut.drawing.network_view import QUANTITIES
from micrograd_tut.engine import Value, topological
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, as_values
from micrograd_tut.support.limits import NETWORK
from micrograd_tut.support.text import table, visible

if TYPE_CHECKING:
    from micrograd_tut.train.preprocessing import Preprocessing

EXAMPLES = """examples:
  micrograd-tut draw "tanh(a*b + c)" a=2 b=-3 c=6.5
  micrograd-tut draw "d = a*b; e = d + c; e.tanh()" a=2 b=-3 c=6.5 --edges flow -o g.png
  micrograd-tut draw "sigmoid(x)" x=0.5 --detail ops --expand sigmoid
  micrograd-tut draw --net 3,4,4,1 -o net.svg
  micrograd-tut draw --model iris.safetensors --x 5.1,3.5,1.4,0.2 --show gradients -o iris.svg
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = "Draw the graph of an expression with its gradients, or a network."
    parser.usage = "%(prog)s (EXPRESSION NAME=NUMBER … | --net N,… | --model FILE) [option …]"
    parser.epilog = EXAMPLES
    add_expression(parser, nargs="?")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        default="graph.svg",
        help="output file: .svg, .png, .pdf, .html or .dot (default: %(default)s)",
    )
    parser.add_argument(
        "--animate",
        action="store_true",
        help="write an animated SVG in which the gradients flow back",
    )
    add_picture(parser)
    group = parser.add_argument_group("a network instead of an expression")
    group.add_argument(
        "--net",
        metavar="N,…",
        type=sizes,
        help="layer sizes of a new network: inputs,hidden,…,outputs (e.g. 3,4,4,1), with at most "
        f"{NETWORK:,} parameters",
    )
    group.add_argument(
        "--model", metavar="FILE", help="a network saved by micrograd-tut train --save"
    )
    add_choice(
        group,
        "--show",
        QUANTITIES,
        "weights",
        "what the lines show; planes: each neuron over the plane of two inputs",
    )
    group.add_argument(
        "--x",
        metavar="X,…",
        type=numbers,
        help="an input example (for a saved network: in original units); shows each neuron's "
        "output and the gradients of the largest output",
    )
    add_seed(group, "random seed for the weights of a new network")
    parser.set_defaults(default_of=parser.get_default)


def run(args: argparse.Namespace) -> None:
    """Draw the graph or the network."""
    given = sum(source is not None for source in (args.expression, args.net, args.model))
    if given > 1:
        raise InputError("give only one of an expression, --net and --model")
    if not given:
        raise InputError(
            'nothing to draw: give an expression such as "a*b" a=2 b=3, or --net, or --model'
        )
    if args.expression is not None:
        refuse(args, ("show", "x", "seed"), "networks", "draw a network, such as --net 3,4,1")
        drawing, text = _draw_graph(args)
    else:
        options = "detail", "direction", "edges", "expand", "repeat", "seconds"
        refuse(args, options, "expressions", "draw an expression")
        drawing, text = _draw_network(args)
    path = drawing.animate(args.output) if args.animate else drawing.save(args.output)
    print(text)
    print(f"Wrote {visible(str(path))}")


def _draw_graph(args: argparse.Namespace) -> tuple[Drawing, str]:
    """The graph of the expression, and a text with its value and gradients."""
    outputs = [value_from_args(args)]  # in a list, so that no variable here names the output
    outputs[0].backward()
    drawing = draw(outputs[0], **picture_settings(args))
    lines = [f"value {outputs[0].data!r}"]
    leaves = [v for v in topological(outputs[0]) if v.op is None and v.label]
    if leaves:
        rows = [[v.label, f"{v.data!r}", f"{v.grad!r}"] for v in leaves]
        lines.append(table(["name", "value", "gradient"], rows, align="<>>"))
    return drawing, "\n".join(lines)


def _draw_network(args: argparse.Namespace) -> tuple[Drawing, str]:
    """The network, and a text with its layers and the example."""
    if args.show in ("gradients", "activations") and args.x is None:
        raise InputError(f"--show {args.show} needs an example, such as --x 1,2,3")
    model, preprocessing = _network(args)
    lines = [model.summary() if hasattr(model, "summary") else str(model)]
    x = args.x
    if x is not None and preprocessing is not None:
        (x,) = preprocessing.transform([[v.data for v in as_values(x, model.nin, model)]])
        rows = [
            [visible(name), f"{original:g}", f"{scaled:.4g}"]
            for name, original, scaled in zip(preprocessing.inputs, args.x, x, strict=True)
        ]
        lines.append(table(["input", "original", "standardised"], rows, align="<>>"))
    if args.show == "gradients":
        lines.append(_backward(model, x, preprocessing.classes if preprocessing else ()))
    names = names_of(model, preprocessing) if preprocessing else {}
    drawing = draw_network(model, show=args.show, x=x, theme=args.theme, **names)
    return drawing, "\n".join(lines)


def names_of(model: Any, preprocessing: Preprocessing) -> dict[str, Any]:
    """What a saved network knows about its inputs and outputs, as arguments of `draw_network`."""
    one_each = len(preprocessing.classes) == len(model.layers[-1].neurons)
    classes = preprocessing.classes if one_each else ()
    image = image_of_names(preprocessing.inputs)
    return {"inputs": preprocessing.inputs, "classes": classes, "image": image}


def _network(args: argparse.Namespace) -> tuple[Any, Preprocessing | None]:
    """The network, and its preprocessing if it was saved with one."""
    if args.model is not None:
        from micrograd_tut.train.checkpoint import load  # imports NumPy
        from micrograd_tut.train.preprocessing import Preprocessing

        model = load(args.model)
        return model, Preprocessing.load(args.model, model)
    if len(args.net) < 2:
        raise InputError("--net needs the inputs and at least one layer, such as 3,4,1")
    check_network(args.net)
    return MLP(args.net[0], args.net[1:], seed=args.seed), None


def _backward(model: MLP, x: list[float], classes: Sequence[str]) -> str:
    """Backpropagate from the largest output; returns a text that says which it is."""
    result = model(x)
    outputs = [result] if isinstance(result, Value) else result
    largest = max(range(len(outputs)), key=lambda i: outputs[i].data)
    outputs[largest].backward()
    name = f"output {largest + 1}, the largest" if len(outputs) > 1 else "the output"
    if len(classes) == len(outputs):
        name += f" ({visible(classes[largest])})"
    return f"Gradients shown are of {name} = {outputs[largest].data!r}."


def numbers(text: str) -> list[float]:
    """Numbers separated by commas."""
    try:
        return [real(part.strip()) for part in text.split(",")]
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"not a list of numbers: {error}") from None
