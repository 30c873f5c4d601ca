"""``micrograd-tut draw``: a picture of an expression's graph, or of a net."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from micrograd_tut.cli.options import (
    add_choice,
    add_formula,
    add_picture,
    picture_settings,
    recorded,
    refuse,
    sizes,
)
from micrograd_tut.drawing import Drawing, draw, draw_network
from micrograd_tut.drawing.network import SHOWN
from micrograd_tut.engine import Value, topological
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, as_values
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
        help="an example, a saved net's in the units of its table: what each neuron puts out, "
        "and the gradients of the largest output",
    )
    net.add_argument("--seed", metavar="N", type=int, default=0, help="of the weights of a new net")
    parser.set_defaults(default_of=parser.get_default)


def run(args: argparse.Namespace) -> None:
    """Draw it."""
    given = [args.expression is not None, args.net is not None, args.model is not None]
    if sum(given) != 1:
        raise InputError("tell what to draw: an expression, or --net, or --model")
    if args.expression is not None:
        refuse(args, ("show", "x", "seed"), "nets")
        drawing, told = _drawn_graph(args)
    else:
        refuse(args, ("detail", "direction", "edges", "expand"), "expressions")
        drawing, told = _drawn_net(args)
    saved = drawing.animate(args.output) if args.animate else drawing.save(args.output)
    print(told)
    print(f"Wrote {visible(str(saved))}")


def _drawn_graph(args: argparse.Namespace) -> tuple[Drawing, str]:
    """The graph of the expression; its value and the gradients in words."""
    graph = [recorded(args)]  # in a list, so that no variable here gives the output a name
    graph[0].backward()
    drawing = draw(graph[0], **picture_settings(args))
    told = [f"value {graph[0].data!r}"]
    leaves = [v for v in topological(graph[0]) if v.op is None and v.label]
    if leaves:
        rows = [[v.label, f"{v.data!r}", f"{v.grad!r}"] for v in leaves]
        told.append(table(["name", "data", "gradient"], rows, align="<>>"))
    return drawing, "\n".join(told)


def _drawn_net(args: argparse.Namespace) -> tuple[Drawing, str]:
    """The net; its layers, and what becomes of an example, in words."""
    if args.show != "weights" and args.x is None:
        raise InputError(f"--show {args.show} needs an example, such as --x 1,2,3")
    model, preprocessing = _net(args)
    told = [model.summary() if hasattr(model, "summary") else str(model)]
    x = args.x
    if x is not None and preprocessing is not None:
        (x,) = preprocessing.transform([[v.data for v in as_values(x, model.nin, model)]])
        rows = [[visible(n), f"{a:g}", f"{b:.4g}"]
                for n, a, b in zip(preprocessing.inputs, args.x, x, strict=True)]  # fmt: skip
        told.append(table(["input", "given", "standardised"], rows, align="<>>"))
    if args.show == "gradients":
        told.append(_backward(model, x, preprocessing.classes if preprocessing else ()))
    drawing = draw_network(model, show=args.show, x=x, theme=args.theme)
    return drawing, "\n".join(told)


def _net(args: argparse.Namespace) -> tuple[Any, Preprocessing | None]:
    """The net, and what prepares its inputs."""
    if args.model is not None:
        from micrograd_tut.train.checkpoint import load
        from micrograd_tut.train.preprocessing import Preprocessing  # heavier than the rest

        model = load(args.model)
        return model, Preprocessing.load(args.model, model)
    if len(args.net) < 2:
        raise InputError("--net takes the inputs and at least one layer, such as 3,4,1")
    return MLP(args.net[0], args.net[1:], seed=args.seed), None


def _backward(model: MLP, x: list[float], classes: Sequence[str]) -> str:
    """Let the gradients of the largest output flow back, and tell which it is."""
    made = model(x)
    outputs = [made] if isinstance(made, Value) else made
    largest = max(range(len(outputs)), key=lambda i: outputs[i].data)
    outputs[largest].backward()
    which = f"output {largest + 1}, the largest" if len(outputs) > 1 else "the output"
    if len(classes) == len(outputs):
        which += f" ({visible(classes[largest])})"
    return f"The gradients are those of {which}: {outputs[largest].data!r}."


def numbers(text: str) -> list[float]:
    """Numbers with commas between them."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers") from None
