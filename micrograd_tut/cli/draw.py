"""``micrograd-tut draw``: a picture of an expression's graph, or of a net."""

from __future__ import annotations

import argparse

from micrograd_tut.cli.formula import (
    add_choice,
    add_formula,
    add_picture,
    picture_settings,
    recorded,
    sizes,
)
from micrograd_tut.drawing import Drawing, draw, draw_network
from micrograd_tut.drawing.network import SHOWN
from micrograd_tut.engine import Value, topological
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP
from micrograd_tut.tables import table, visible

EXAMPLES = """examples:
  micrograd-tut draw "tanh(a*b + c)" a=2 b=-3 c=6.5
  micrograd-tut draw "d = a*b; e = d + c; e.tanh()" a=2 b=-3 c=6.5 --edges flow -o g.png
  micrograd-tut draw "sigmoid(x)" x=0.5 --detail ops --expand sigmoid
  micrograd-tut draw --net 3,4,4,1 -o net.svg
  micrograd-tut draw --model iris.safetensors --x=-0.9,1,-1.3,-1.3 --show gradients -o iris.svg
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = "Draw the graph of an expression with its gradients, or a net."
    parser.usage = "%(prog)s (EXPRESSION NAME=NUMBER … | --net N,… | --model FILE) [option …]"
    parser.epilog = EXAMPLES
    add_formula(parser, nargs="?")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        default="graph.svg",
        help="where to; .svg, .png, .pdf, .html or .dot (default: %(default)s)",
    )
    parser.add_argument(
        "--animate", action="store_true", help="let the gradients flow back, in an SVG that moves"
    )
    add_picture(parser)
    net = parser.add_argument_group("a net instead of an expression")
    net.add_argument("--net", metavar="N,…", type=sizes, help="a new one: inputs,layer,…,outputs")
    net.add_argument("--model", metavar="FILE", help="a saved one")
    add_choice(net, "--show", SHOWN, "weights", "what the lines tell")
    net.add_argument(
        "--x",
        metavar="X,…",
        type=numbers,
        help="an example: what each neuron puts out, and the gradients of the largest output",
    )
    net.add_argument("--seed", metavar="N", type=int, default=0, help="of the weights of a new net")


def run(args: argparse.Namespace) -> None:
    """Draw it."""
    given = [args.expression is not None, args.net is not None, args.model is not None]
    if sum(given) != 1:
        raise InputError("tell what to draw: an expression, or --net, or --model")
    drawing = _drawn_graph(args) if args.expression is not None else _drawn_net(args)
    saved = drawing.animate(args.output) if args.animate else drawing.save(args.output)
    print(f"Wrote {visible(str(saved))}")


def _drawn_graph(args: argparse.Namespace) -> Drawing:
    """The graph of the expression; its value and the gradients are printed."""
    graph = [recorded(args)]  # in a list, so that no variable here gives the output a name
    graph[0].backward()
    drawing = draw(graph[0], **picture_settings(args))
    leaves = [v for v in topological(graph[0]) if v.op is None and v.label]
    print(f"value {graph[0].data!r}")
    if leaves:
        rows = [[v.label, f"{v.data!r}", f"{v.grad!r}"] for v in leaves]
        print(table(["name", "data", "gradient"], rows, align="<>>"))
    return drawing


def _drawn_net(args: argparse.Namespace) -> Drawing:
    if args.model is not None:
        from micrograd_tut.train.weights import load  # heavier than the rest

        model = load(args.model)
    elif len(args.net) > 1:
        model = MLP(args.net[0], args.net[1:], seed=args.seed)
    else:
        raise InputError("--net takes the inputs and at least one layer, such as 3,4,1")
    if args.show != "weights" and args.x is None:
        raise InputError(f"--show {args.show} needs an example, such as --x 1,2,3")
    told = [model.summary() if hasattr(model, "summary") else str(model)]
    if args.show == "gradients":
        told.append(_backward(model, args.x))
    drawing = draw_network(model, show=args.show, x=args.x, theme=args.theme)
    print("\n".join(told))
    return drawing


def _backward(model: MLP, x: list[float]) -> str:
    """Let the gradients of the largest output flow back, and tell which it is."""
    made = model(x)
    outputs = [made] if isinstance(made, Value) else made
    largest = max(range(len(outputs)), key=lambda i: outputs[i].data)
    outputs[largest].backward()
    which = f"output {largest + 1}, the largest" if len(outputs) > 1 else "the output"
    return f"The gradients are those of {which}: {outputs[largest].data!r}."


def numbers(text: str) -> list[float]:
    """Numbers with commas between them."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers") from None
