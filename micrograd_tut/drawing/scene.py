"""What is drawn, before it is text: boxes, arrows, and what to say about them.

A `Scene` is made from a graph (`values.py`, `folding.py`), and read by `dot.py`, `svg.py`,
`legend.py` and `animation.py`. It knows nothing of layout engines and colours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

SIGNS = ("positive", "negative", "none", "undefined", "unknown")
"""What can be said of a flow: "none" is exactly 0, "undefined" is nan."""


@dataclass(slots=True)
class Box:
    """One node of the picture.

    Attributes:
        kind: One of `kinds.KINDS`.
        head: The text of its upper compartment, an operation's symbol; "" for none.
        lines: Its other lines: name, data, gradient.
        tooltip: What to say in full.
        frames: The frames around it, outermost first, such as ("layer 1", "neuron 3").
        place: Where its middle is, in inches, right and up; None lets the layout engine choose.
        operands: What to call its inputs where their order matters: ("1st", "2nd"), on the side
            where arrows arrive; () where it does not.
    """

    kind: str
    head: str
    lines: list[str]
    tooltip: str
    frames: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    operands: tuple[str, ...] = ()

    @property
    def headed(self) -> bool:
        """Whether its first line is a head: an operation, a title, or the name of a leaf."""
        known = any(line.startswith("data ") for line in self.lines[1:])  # the first is a name
        named = self.kind in ("leaf", "parameter") and known
        return bool(self.head) or named or self.kind == "caption"


@dataclass(slots=True)
class Arrow:
    """One edge of the picture, from an input to what it feeds.

    Attributes:
        tail, head: Positions in `Scene.boxes`.
        label: The number on it.
        tooltip: What to say in full.
        flow: How much gradient comes back along it; None where nothing is known.
        edges: How many edges of the graph it stands for.
        operand: Which input of its head's operation it is, from 0; None where no order matters.
    """

    tail: int
    head: int
    label: str
    tooltip: str
    flow: float | None = None
    edges: int = 1
    operand: int | None = None

    @property
    def sign(self) -> str:
        """One of `SIGNS`."""
        if self.flow is None:
            return "unknown"
        if self.flow > 0:
            return "positive"
        return "negative" if self.flow < 0 else "undefined" if math.isnan(self.flow) else "none"


@dataclass(slots=True)
class Scene:
    """A whole picture.

    Attributes:
        boxes, arrows: In topological order: node-0, node-1, … and edge-0, edge-1, …
        notes: Sentences to print under the picture.
        direction: "LR", "TB", "RL" or "BT".
        rows: Boxes that stand side by side in a given order.
        left_out: What is not drawn, and where to point for it.
        layered: Whether the rows are layers, with many lines from one to the next.
        edges: What the arrows' labels tell, "local" or "flow"; "plain" for lines without heads.
        flows: What the arrows' colours and widths tell.
        legend: What the legend calls a kind of box, where it is not as in `kinds.KINDS`.
        title: A short description of the whole.
    """

    boxes: list[Box]
    arrows: list[Arrow]
    notes: list[str] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    direction: str = "LR"
    edges: str = "local"
    title: str = "computation graph"
    flows: str = "gradient"
    legend: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    layered: bool = False

    def quieter(self, most: int) -> Scene:
        """Without the arrows' labels, and told so, where more than `most` would have one."""
        if sum(bool(arrow.label) for arrow in self.arrows) > most:
            for arrow in self.arrows:
                arrow.label = ""
            self.left_out["the numbers on edges are left out"] = "point at an edge for its own"
        return self

    @property
    def largest(self) -> float:
        """The size of the largest finite flow, or 0.0: the top of the scale of widths."""
        sizes = (math.fabs(a.flow) for a in self.arrows if a.flow is not None)
        return max((s for s in sizes if math.isfinite(s)), default=0.0)
