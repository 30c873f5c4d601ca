"""``micrograd-tut export``: write a saved network for other programs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from micrograd_tut.bridges.javascript import to_javascript
from micrograd_tut.bridges.onnx import to_onnx
from micrograd_tut.bridges.torch_export import save_exported
from micrograd_tut.cli.options import add_choice
from micrograd_tut.errors import InputError
from micrograd_tut.support.text import visible
from micrograd_tut.train.checkpoint import load
from micrograd_tut.train.preprocessing import Preprocessing

EXAMPLES = """examples:
  micrograd-tut train iris --save iris.safetensors
  micrograd-tut export iris.safetensors --onnx iris.onnx
  micrograd-tut export iris.safetensors --torch iris.pt2
  micrograd-tut export iris.safetensors --javascript iris.mjs
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.description = (
        "Write a network saved by `micrograd-tut train --save` for other programs. What is written "
        "takes rows in the units of the table and returns classes and their probabilities, or "
        "numbers in the units of the target."
    )
    parser.usage = "%(prog)s FILE (--onnx OUT | --torch OUT | --javascript OUT) [--dtype NAME]"
    parser.epilog = EXAMPLES
    parser.add_argument("model", metavar="FILE", help="the saved network")
    formats = parser.add_mutually_exclusive_group(required=True)
    text = "write an ONNX file, such as net.onnx"
    formats.add_argument("--onnx", metavar="OUT", help=text)
    text = "write a program of torch.export, such as net.pt2"
    formats.add_argument("--torch", metavar="OUT", help=text)
    text = "write a JavaScript module with a function predict(row), such as net.mjs"
    formats.add_argument("--javascript", metavar="OUT", help=text)
    note = "float32 for --onnx, float64 otherwise"
    add_choice(parser, "--dtype", ("float32", "float64"), None, "type of all numbers", note)


def run(args: argparse.Namespace) -> None:
    """Write the file."""
    output = args.onnx or args.torch or args.javascript
    if args.javascript and args.dtype == "float32":
        raise InputError("--dtype: JavaScript computes in float64; remove it")
    if not (folder := Path(output).absolute().parent).is_dir():
        raise InputError(f"there is no folder {folder}; create it first")
    model = load(args.model)
    preprocessing = Preprocessing.load(args.model, model)
    if preprocessing is None:
        print(
            f"{visible(args.model)} has no preprocessing: the inputs are those of the network",
            file=sys.stderr,
        )
    if args.onnx:
        to_onnx(model, output, preprocessing, args.dtype or "float32")
    elif args.javascript:
        to_javascript(model, output, preprocessing)
    else:
        save_exported(model, output, preprocessing, args.dtype or "float64")
    print(f"Wrote {visible(output)}", file=sys.stderr)
