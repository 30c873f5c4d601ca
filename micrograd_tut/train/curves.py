"""The curves of a training run: losses, other metrics, and the learning rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from micrograd_tut.drawing.chart import Line, chart
from micrograd_tut.train.figures import figure_class, literal

_PARTS = {"val_": "validation", "test_": "test"}
"""The held-out parts, by the prefix of their metrics."""

_TRAINING, _HELD_OUT = "#0067a8", "#b84a00"
"""Colours that stay apart for every kind of colour-blindness, as in drawings."""

SEVERAL = (_TRAINING, _HELD_OUT, "#1b7a43", "#6b4fa0", "#946c00", "#52606d")
"""The colours of several metrics in one panel, or of several classes."""


def panels(history: Mapping[str, Sequence[float]]) -> list[list[Line]]:
    """Up to three panels: losses, other metrics, and the learning rate.

    Args:
        history: The numbers of each metric, by name.

    >>> [[line.label for line in panel] for panel in panels({"loss": [], "val_loss": [], "lr": []})]
    [['loss, training', 'loss, validation'], ['learning rate']]
    """
    losses = [name for name in history if name.endswith("loss")]
    others = [name for name in history if name not in (*losses, "lr")]
    rates = [name for name in history if name == "lr"]
    return [_panel(names, history) for names in (losses, others, rates) if names]


def _panel(names: list[str], history: Mapping[str, Sequence[float]]) -> list[Line]:
    """The curves of one panel; those of a held-out part are dashed."""
    metrics = list(dict.fromkeys(_split(name)[0] for name in names))
    alone = not any(_split(name)[1] in _PARTS.values() for name in names)
    lines = []
    for name in names:
        metric, part = _split(name)
        held_out = part in _PARTS.values()
        colour = SEVERAL[metrics.index(metric) % len(SEVERAL)]
        if len(metrics) == 1:
            colour = _HELD_OUT if held_out else _TRAINING
        lines.append(Line(_label(metric, part, alone=alone), history[name], colour, held_out))
    return lines


def _split(name: str) -> tuple[str, str]:
    """A metric and the part of the data that it was measured on.

    >>> _split("val_loss"), _split("accuracy")
    (('loss', 'validation'), ('accuracy', 'training'))
    """
    for prefix, part in _PARTS.items():
        if name.startswith(prefix):
            return name.removeprefix(prefix), part
    return name, "training"


def _label(metric: str, part: str, *, alone: bool) -> str:
    """What the legend calls a curve; `alone` if the panel has no other part of the data."""
    if metric == "lr":
        return "learning rate"
    return metric if alone else f"{metric}, {part}"


def svg(history: Mapping[str, Sequence[float]], best: int) -> str:
    """The curves as SVG.

    Args:
        history: The numbers of each metric, by name; at least one epoch.
        best: The epoch that a dotted line marks.
    """
    return chart(panels(history), "epoch", best, f"best: epoch {best}")


def figure(history: Mapping[str, Sequence[float]], best: int) -> object:
    """The curves as a figure of matplotlib.

    Args:
        history, best: As for `svg`.

    Raises:
        MissingPartError: matplotlib is not installed.
    """
    drawn = panels(history)
    figure = figure_class()(figsize=(5.0 * len(drawn), 3.6), layout="constrained")
    for axes, lines in zip(figure.subplots(1, len(drawn), squeeze=False)[0], drawn, strict=True):
        for line in lines:
            axes.plot(
                range(1, len(line.numbers) + 1),
                line.numbers,
                "--" if line.dashed else "-",
                color=line.colour,
                marker="." if len(line.numbers) < 30 else "",
                label=literal(line.label),
            )
        axes.axvline(best, color="grey", linestyle=":", label=f"best: epoch {best}")
        for line in lines:
            axes.plot(best, line.numbers[best - 1], "o", color=line.colour, markersize=5)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    return figure
