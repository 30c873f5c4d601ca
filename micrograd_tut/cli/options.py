"""Options that several subcommands share: an expression with its variables, and how to draw."""

from __future__ import annotations

import argparse
import csv
import functools
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from micrograd_tut.engine import Value
from micrograd_tut.errors import ExpressionError, InputError
from micrograd_tut.expression import expression
from micrograd_tut.support.limits import INTEGER, LAYERS, NETWORK, SEED
from micrograd_tut.support.text import visible


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
        raise ExpressionError(
            f"{visible(text.strip(), 40)!r} is not of the form NAME=NUMBER, such as a=2"
        )
    try:
        return name, real(number)
    except argparse.ArgumentTypeError as error:
        raise ExpressionError(f"{visible(text.strip(), 40)}: {error}") from None


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


def real(text: str) -> float:
    """A number as Python writes a float, in ASCII digits.

    Raises:
        argparse.ArgumentTypeError: it is not one, or too large for a float.
    """
    if not _REAL.fullmatch(text.strip()):
        raise argparse.ArgumentTypeError(
            f"{visible(text.strip(), 40)!r} is not a number such as -2 or 0.5"
        )
    if math.isinf(number := float(text)):
        raise argparse.ArgumentTypeError(f"{visible(text, 40)} is too large for a float")
    return number


def integer(text: str, least: int = 0, most: int = INTEGER) -> int:
    """An integer in ASCII digits, from `least` to `most`.

    Raises:
        argparse.ArgumentTypeError: it is not one.
    """
    number = int(text) if _INTEGER.fullmatch(text.strip()) else None
    if number is None or not least <= number <= most:
        raise argparse.ArgumentTypeError(
            f"{visible(text.strip(), 40)!r} is not an integer from {least} to {most:,}"
        )
    return number


_REAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")


def add_number(
    group: argparse._ActionsContainer,
    option: str,
    default: float | None,
    text: str,
    note: str = "",
) -> None:
    """Add an option that takes a number.

    Args:
        group: The parser or group.
        option: The option, with its dashes.
        default: The default.
        text: What the number is.
        note: What the help says of the default (default: the number).
    """
    text += _default(note or default)
    group.add_argument(option, metavar="X", type=real, default=default, help=text)


def add_integer(
    group: argparse._ActionsContainer,
    option: str,
    default: int | None,
    text: str,
    note: str = "",
    least: int = 1,
    most: int = INTEGER,
) -> None:
    """Add an option that takes an integer.

    Args:
        group, option, default, text, note: As for `add_number`.
        least, most: The smallest and the largest that it takes; the help gives a limit.
    """
    text += f", at most {most:,}" if most < INTEGER else ""
    text += _default(note or default)
    kind = functools.partial(integer, least=least, most=most)
    group.add_argument(option, metavar="N", type=kind, default=default, help=text)


def add_seed(group: argparse._ActionsContainer, text: str) -> None:
    """Add the option for a random seed."""
    add_integer(group, "--seed", 0, text, least=0, most=SEED)


def _default(shown: object) -> str:
    return "" if shown is None else f" (default: {shown})"


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
    add_number(group, "--seconds", SECONDS, text)


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
        numbers = [integer(part.strip(), 1, NETWORK) for part in text.split(",") if part.strip()]
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"not a list of sizes such as 16,16: {error}") from None
    if len(numbers) > LAYERS:
        raise argparse.ArgumentTypeError(f"{len(numbers):,} layers are too many; at most {LAYERS}")
    return numbers


def check_network(layers: Sequence[int]) -> None:
    """Refuse a network that would fill the memory, given the sizes of its inputs and layers.

    Raises:
        InputError: it has too many parameters.
    """
    count = sum((inputs + 1) * neurons for inputs, neurons in pairwise(layers))
    if count > NETWORK:
        raise InputError(
            f"layers of {', '.join(map(str, layers))} have {count:,} parameters; at most "
            f"{NETWORK:,}. Choose smaller layers"
        )


def check_different(paths: Mapping[str, str | None]) -> None:
    """Refuse two options that name the same file.

    Args:
        paths: The file of each option.

    Raises:
        InputError: two are the same; links are followed.
    """
    seen: dict[str, str] = {}
    for option, path in paths.items():
        if path is not None:
            other = seen.setdefault(os.path.realpath(path.replace("\0", "")), option)
            if other != option:
                raise InputError(f"{other} and {option} are the same file, {path}; choose another")
