"""Figures of matplotlib: their class, their texts and their files."""

from __future__ import annotations

import io
import os
from pathlib import Path

from micrograd_tut.errors import InputError, MissingPartError
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.text import visible


def literal(name: str) -> str:
    """A name that matplotlib shows literally, without reading dollar signs as a formula."""
    return visible(name, 40).replace("$", r"\$")


def figure_class() -> type:
    """A class of matplotlib figures that need no window, and that a notebook shows.

    Raises:
        MissingPartError: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingPartError(
            'drawing curves needs matplotlib: pip install "micrograd-tut[plot]"'
        ) from None

    class Picture(Figure):
        """A figure that a notebook shows without pyplot."""

        def _repr_png_(self) -> bytes:
            data = io.BytesIO()
            self.savefig(data, format="png", dpi=120)
            return data.getvalue()

    return Picture


def save_figure(figure: object, path: str | os.PathLike[str]) -> None:
    """Write a figure to a file atomically.

    Raises:
        InputError: the file name extension is not that of a picture format.
        OSError: the file cannot be written.
    """
    kind, data = Path(path).suffix[1:] or "png", io.BytesIO()
    try:
        figure.savefig(data, format=kind, dpi=120)  # type: ignore[attr-defined]
    except ValueError as error:
        raise InputError(f"{os.fspath(path)}: {error}") from None
    write_whole(path, data.getvalue())
