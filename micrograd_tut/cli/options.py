"""Options that several subcommands share: an expression with its variables, and how to draw."""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterable, Mapping
from typing import Any

from micrograd_tut.engine import Value
from micrograd_tut.errors import ExpressionError, InputError
from micrograd_tut.expression import expression


def add_expression(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    """Add the arguments for an expression and its variables."""
    parser.add_argument(
        "expression",
        metavar="EXPRESSION",
        nargs=nargs,
        help='e.g. "tanh(a*b + c)", or with intermediate names: "d = a*b; tanh(d + c)"',
    )
    parser.add_argument(
        "numbers",
        metavar="NAME=NUMBER",
        nargs="*",
        help="a value for each variable, e.g. a=2 b=-3",
    )


def value_from_args(args: argparse.Namespace) -> Value:
    """The Value of the expression.

    Raises:
        ExpressionError: the expression cannot be read, or its variables are not those given.
    """
    text, numbers = args.expression.strip(), _variables(args.numbers)
    value = expression(text, numbers)
    for name, number in numbers.items():
        if not re.search(rf"\b{name}\b", text):
            raise ExpressionError(
                f"{name}={number:g} was given, but {name} does not appear in the expression; "
                f"remove it"
            )
    return value


def _variables(texts: Iterable[str]) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for name, number in map(_variable, texts):
        if name in numbers:
            raise ExpressionError(
                f"{name} was given twice, {name}={numbers[name]:g} and {name}={number:g}; "
                f"remove one"
            )
        numbers[name] = number
    return numbers


def _variable(text: str) -> tuple[str, float]:
    name, equals, number = map(str.strip, text.partition("="))
    if not equals or not name.isidentifier():
        raise ExpressionError(f"{text.strip()!r} is not of the form NAME=NUMBER, such as a=2")
    try:
        return name, float(number)
    except ValueError:
        raise ExpressionError(f"{text.strip()!r}: {number!r} is not a number") from None


def add_choice(
    group: argparse._ActionsContainer,
    option: str,
    names: Iterable[str],
    default: str | None,
    noun: str,
    note: str = "",
    aliases: Mapping[str, str] | None = None,
) -> None:
    """Add an option with a choice of names, which its help lists.

    Args:
        group: The parser or group.
        option: The option, with its dashes.
        names: The choices.
        default: The default.
        noun: What the option sets.
        note: What the help says of the default (default: its name).
        aliases: Other spellings of the names.
    """
    others = aliases or {}
    names = list(names)
    text = f"{noun}: {', '.join(names)} (default: {note or default})"
    group.add_argument(
        option,
        metavar="NAME",
        choices=names,
        default=default,
        help=text,
        type=lambda name: others.get(name.lower(), name),
    )


def add_number(
    group: argparse._ActionsContainer,
    option: str,
    kind: type[int] | type[float],
    default: float | None,
    text: str,
    note: str = "",
) -> None:
    """Add an option that takes a number.

    Args:
        group: The parser or group.
        option: The option, with its dashes.
        kind: int or float.
        default: The default.
        text: What the number is.
        note: What the help says of the default (default: the number).
    """
    shown = note or default
    text += "" if shown is None else f" (default: {shown})"
    metavar = "N" if kind is int else "X"
    group.add_argument(option, metavar=metavar, type=kind, default=default, help=text)


def add_picture(parser: argparse.ArgumentParser) -> None:
    """Add the options for drawing a graph."""
    from micrograd_tut.drawing.api import DETAILS, DIRECTIONS, EDGES
    from micrograd_tut.drawing.render import SECONDS
    from micrograd_tut.drawing.theme import THEMES

    group = parser.add_argument_group("drawing of the graph")
    add_choice(group, "--detail", DETAILS, "auto", "level of detail")
    add_choice(group, "--direction", DIRECTIONS, "LR", "layout direction of the forward pass")
    edges = "what edges show: local derivatives, or gradients, written out with flow"
    add_choice(group, "--edges", EDGES, "auto", edges)
    add_choice(group, "--theme", THEMES, "light", "colour theme")
    group.add_argument(
        "--expand",
        metavar="OP,…",
        type=lambda text: tuple(text.split(",")),
        default=(),
        help="operations to expand into simpler ones, e.g. tanh,sigmoid",
    )
    group.add_argument(
        "--repeat",
        action=argparse.BooleanOptionalAction,
        help="draw a shared leaf again beside each use (default: where a use is far away)",
    )
    text = "time that the layout may take, in seconds; past it, the picture has fewer boxes"
    add_number(group, "--seconds", float, SECONDS, text)


def add_header(group: argparse._ActionsContainer) -> None:
    """Add the options for the first line of a table."""
    group.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="whether the first line names the columns (default: yes; an error if it looks like a "
        "row). Without it they are 'column 1', …",
    )
    text = "names for the columns of a file whose first line is a row"
    group.add_argument("--columns", metavar="NAME,…", type=names, help=text)


def names(text: str) -> list[str]:
    """Names separated by commas, such as ``age,fare``; quote one that contains a comma."""
    try:
        parts = next(csv.reader([text], skipinitialspace=True, strict=True), [])
    except csv.Error:
        parts = []
    parts = [part.strip() for part in parts]
    if not all(parts) or not parts:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of names such as age,fare")
    return parts


def picture_settings(args: argparse.Namespace) -> dict[str, Any]:
    """The options of `add_picture` as arguments of ``mg.draw``."""
    settings = "detail", "direction", "edges", "expand", "theme", "repeat", "seconds"
    return {name: vars(args)[name] for name in settings}


def refuse(args: argparse.Namespace, options: Iterable[str], purpose: str, remedy: str) -> None:
    """Raise InputError if an option was given that has no effect.

    Args:
        args: The arguments; ``args.default_of`` is the parser's `get_default`.
        options: The options that have no effect.
        purpose: What they apply to.
        remedy: What to do instead of removing the option.
    """
    for option in options:
        if vars(args)[option] != args.default_of(option):
            raise InputError(f"--{option} only applies to {purpose}; remove it, or {remedy}")


def sizes(text: str) -> list[int]:
    """Layer sizes, such as ``16,16``; an empty list for an empty text."""
    try:
        numbers = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        numbers = [0]
    if any(size < 1 for size in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of sizes such as 16,16")
    return numbers
