"""A picture before it is text: boxes, arrows, notes.

A `Scene` is made by `full_view.py`, `grouped_view.py` and `network_view.py`, and read by `dot.py`,
`svg.py`, `legend.py` and `animation.py`. It holds neither colours nor positions of a layout engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from micrograd_tut.drawing.pixels import Pixels

if TYPE_CHECKING:
    from micrograd_tut.engine import Value

SIGNS = ("positive", "negative", "several", "none", "undefined", "unknown")
"""The signs of the number of an arrow: "none" is exactly 0, "undefined" is nan, and "several" the
norm of numbers with signs of their own."""


@dataclass(slots=True)
class Box:
    """One box of the picture.

    Attributes:
        kind: One of `kinds.KINDS`.
        title: The text of its upper compartment, such as an operation's symbol; "" for none.
        lines: Its other lines: name, data, gradient.
        about: All details, or what makes them when they are read as `tooltip`.
        frames: The titles of the frames around it, outermost first: ("layer 1", "neuron 3").
        position: The position of its centre in inches, right and up; None leaves it to the layout.
        operands: Names of its inputs if their order matters, ("1st", "2nd"), to be written where
            the arrows arrive; else ().
        name, number: What a small box that repeats it says, as far as it has a name and a number.
        again: The index of the box that this small one repeats; None for any other.
        pixels: The picture that fills it; None for none.
        size: Its width and height in inches; None leaves them to its kind.
        values: The Values that it stands for; none if it is not a box of a graph.
    """

    kind: str
    title: str
    lines: list[str]
    about: str | Callable[[], str]
    frames: tuple[str, ...] = ()
    position: tuple[float, float] | None = None
    operands: tuple[str, ...] = ()
    name: str = ""
    number: str = ""
    again: int | None = None
    pixels: Pixels | None = None
    size: tuple[float, float] | None = None
    values: Sequence[Value] = ()

    @property
    def tooltip(self) -> str:
        """All details."""
        return self.about if isinstance(self.about, str) else self.about()

    @property
    def has_bold_line(self) -> bool:
        """Whether its first line is bold: a title, or the name of a leaf."""
        named = any(line.startswith("data ") for line in self.lines[1:])
        leaf = self.kind in ("leaf", "parameter")
        return bool(self.title) or (leaf and named) or self.kind == "caption"


@dataclass(slots=True)
class Arrow:
    """One arrow of the picture, from an input to the node that uses it.

    Attributes:
        tail, head: Indices in `Scene.boxes`.
        label: The text on it.
        about: All details, or what makes them when they are read as `tooltip`.
        number: What its label, colour and width show, such as the gradient that flows back along
            it; None if they show nothing, as before a backward pass.
        edges: How many edges of the graph it stands for.
        several: Whether `number` is the norm of the gradients of several Values.
        operand: The index of its name in the `operands` of its head; None if it has no name.
        backwards: Whether its head stands in a column before that of its tail.
    """

    tail: int
    head: int
    label: str
    about: str | Callable[[], str]
    number: float | None = None
    edges: int = 1
    several: bool = False
    operand: int | None = None
    backwards: bool = False

    @property
    def tooltip(self) -> str:
        """All details."""
        return self.about if isinstance(self.about, str) else self.about()

    @property
    def sign(self) -> str:
        """One of `SIGNS`."""
        sign = sign_of(self.number)
        return "several" if sign == "positive" and self.several else sign


def sign_of(number: float | None) -> str:
    """One of `SIGNS`, for one number; None if it is not known."""
    if number is None:
        return "unknown"
    if number > 0:
        return "positive"
    return "negative" if number < 0 else "undefined" if math.isnan(number) else "none"


@dataclass(slots=True)
class Scene:
    """A picture.

    Attributes:
        boxes, arrows: In topological order: node-0, node-1, … and edge-0, edge-1, …
        notes: Sentences to print under the picture.
        ranks: Boxes that stand side by side in the given order.
        direction: "LR", "TB", "RL" or "BT".
        edges: What arrows show: "local", the local derivative; "gradient" and "flow", the gradient
            that flows back, as in `draw`; "plain" for lines without heads.
        title: A short description of the picture.
        quantity: What the numbers of the arrows are.
        legend: Whether there is a legend.
        kind_words: What the legend calls a kind of box, if not what `kinds.KINDS` says.
        marks: Texts with a meaning of their own, and what the legend says about them.
        left_out: What is not drawn, and how to see it.
        layered: Whether the ranks are layers, with many lines from one to the next.
        steps: The first boxes of each step of a loop; the steps stand side by side.
    """

    boxes: list[Box]
    arrows: list[Arrow]
    notes: list[str] = field(default_factory=list)
    ranks: list[list[int]] = field(default_factory=list)
    direction: str = "LR"
    edges: str = "local"
    title: str = "computation graph"
    quantity: str = "gradient"
    legend: bool = True
    kind_words: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    layered: bool = False
    steps: list[list[int]] = field(default_factory=list)

    @property
    def flows_back(self) -> bool:
        """Whether arrows show the gradient, and so point backwards."""
        return self.edges in ("gradient", "flow")

    @property
    def straight(self) -> bool:
        """Whether its edges are straight lines, on which the SVG places the numbers that fit."""
        return self.layered or self.edges == "plain"

    def hide_labels_above(self, limit: int) -> Scene:
        """Remove the labels of arrows, and say so, if there are more than `limit`."""
        if sum(bool(arrow.label) for arrow in self.arrows) > limit:
            for arrow in self.arrows:
                arrow.label = ""
            self.left_out["edge labels hidden"] = "hover over an edge to see its number"
        return self

    def without_labels(self, hidden: int) -> Scene:
        """The same scene; it says so if some of its labels are hidden."""
        if not hidden:
            return self
        hint = {"some numbers hidden": "hover over an edge to see its number"}
        return replace(self, left_out=self.left_out | hint)

    def in_words(self) -> Scene:
        """The same scene without the Values that it has been made of, to be pickled."""
        boxes = [replace(box, about=box.tooltip, values=()) for box in self.boxes]
        return replace(self, boxes=boxes, arrows=[replace(a, about=a.tooltip) for a in self.arrows])

    @property
    def largest(self) -> float:
        """The largest finite size of a number, or 0.0: the top of the scale of widths."""
        sizes = (math.fabs(a.number) for a in self.arrows if a.number is not None)
        return max((size for size in sizes if math.isfinite(size)), default=0.0)
