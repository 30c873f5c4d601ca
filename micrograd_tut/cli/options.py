"""What several subcommands take: an expression with the numbers of its names, and how to draw."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any

from micrograd_tut.engine import Value
from micrograd_tut.errors import ExpressionError, InputError
from micrograd_tut.expression import expression


def add_formula(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    """Let a subcommand take an expression, and the numbers of the names in it."""
    parser.add_argument(
        "expression",
        metavar="EXPRESSION",
        nargs=nargs,
        help='such as "tanh(a*b + c)", or with named parts: "d = a*b; tanh(d + c)"',
    )
    parser.add_argument(
        "numbers",
        metavar="NAME=NUMBER",
        nargs="*",
        help="the number of each name in it, such as a=2 b=-3",
    )


def recorded(args: argparse.Namespace) -> Value:
    """The Value of the expression that was given.

    Raises:
        ExpressionError: it cannot be read, a name has no number, or a number no name in it.
    """
    text, numbers = args.expression.strip(), dict(map(_named_number, args.numbers))
    for name in numbers:
        if not re.search(rf"\b{name}\b", text):
            raise ExpressionError(f"{name} has a number, but is not in the expression")
    return expression(text, numbers)


def _named_number(text: str) -> tuple[str, float]:
    name, equals, number = map(str.strip, text.partition("="))
    if not equals or not name.isidentifier():
        raise ExpressionError(f"{text.strip()!r} gives no number to a name; write it as a=2")
    try:
        return name, float(number)
    except ValueError:
        raise ExpressionError(f"{text.strip()!r}: {number!r} is not a number") from None


def add_choice(
    group: argparse._ActionsContainer,
    option: str,
    names: Iterable[str],
    default: str | None,
    what: str = "",
) -> None:
    """Let a subcommand take one of some names, which its help lists."""
    names = list(names)
    told = f"{what}: {', '.join(names)}".removeprefix(": ")
    told += f" (default: {default})" if default else ""
    group.add_argument(option, metavar="NAME", choices=names, default=default, help=told)


def add_picture(parser: argparse.ArgumentParser) -> None:
    """Let a subcommand take how to draw a graph."""
    from micrograd_tut.drawing.call import DETAILS, DIRECTIONS, EDGES
    from micrograd_tut.drawing.theme import THEMES

    group = parser.add_argument_group("the drawing of the graph")
    add_choice(group, "--detail", DETAILS, "auto", "how much to show")
    add_choice(group, "--direction", DIRECTIONS, "LR", "where the numbers flow")
    add_choice(group, "--edges", EDGES, "local", "the local derivatives, or what flows back")
    add_choice(group, "--theme", THEMES, "light")
    group.add_argument(
        "--expand",
        metavar="OP,…",
        type=lambda text: tuple(text.split(",")),
        default=(),
        help="operations to take apart, such as tanh,sigmoid",
    )


def picture_settings(args: argparse.Namespace) -> dict[str, Any]:
    """The arguments of ``mg.draw`` that were given."""
    return {name: vars(args)[name] for name in ("detail", "direction", "edges", "expand", "theme")}


def refuse(args: argparse.Namespace, options: Iterable[str], place: str) -> None:
    """Tell of an option that would do nothing here.

    Args:
        args: What was given; the parser has put its own `get_default` into it.
        options: Those that do nothing.
        place: What they are for.

    Raises:
        InputError: one of them was given.
    """
    for option in options:
        if vars(args)[option] != args.default_of(option):
            raise InputError(f"--{option} is for {place}")


def sizes(text: str) -> list[int]:
    """Layer sizes, such as ``16,16``; none for an empty text."""
    try:
        found = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        found = [0]
    if any(size < 1 for size in found):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of sizes such as 16,16")
    return found
