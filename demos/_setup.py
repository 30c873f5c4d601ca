"""Shared by the demos: the command-line options, and saving a picture."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from micrograd_tut.errors import MissingPartError
from micrograd_tut.train.figures import figure_class, save_figure


def options(doc: str | None, quick: str) -> argparse.Namespace:
    """Parse ``--out`` (a folder, which is created) and ``--quick``.

    Args:
        doc: The docstring of the demo; its first line is the description.
        quick: What ``--quick`` does.
    """
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the picture")
    parser.add_argument("--quick", action="store_true", help=quick)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    return args


def save_picture(
    draw: Callable[[Any], None], path: Path, size: tuple[float, float], caption: str
) -> None:
    """Draw on a matplotlib figure and save it; without matplotlib, say what to install."""
    try:
        figure = figure_class()(figsize=size, layout="constrained")
    except MissingPartError as error:
        print(f"\nNo picture: {error}")
        return
    draw(figure)
    save_figure(figure, path)
    print(f"\n{caption}: {path}")
