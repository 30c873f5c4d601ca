"""A loop as a scene: its first step, its last, and between them one box for all others.

The steps stand side by side, in the direction of time; within a step data flows across it. So the
same operation stands at the same height in both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from micrograd_tut import ops
from micrograd_tut.drawing.annotated import AnnotatedGraph
from micrograd_tut.drawing.columns import columns
from micrograd_tut.drawing.grouped_view import arrows_between, data_range, group_box, norm
from micrograd_tut.drawing.groups import (
    MAX_SEPARATE,
    Key,
    add_literals,
    in_order,
    parts_of_losses,
    similar_keys,
)
from micrograd_tut.drawing.loops import Loop
from micrograd_tut.drawing.owners import Owner
from micrograd_tut.drawing.repeated import repeat_boxes
from micrograd_tut.drawing.scene import Box, Scene
from micrograd_tut.drawing.text import count, short, text_width
from micrograd_tut.engine import Constant, Value
from micrograd_tut.support.numbers import rounded

_MAX_WIDTH = 1050  # points: 1,400 pixels; a wider picture has one box for similar Values of a step
_NARROWER = 0.8  # the width from which on that is worth it
_MAX_LABELS = 24
_MAX_ROWS = 6  # steps whose gradient is written in the box of the middle
_MAX_ROWS_OF_TOOLTIP = 50
_MAX_NAMES = 6  # leaves that are named there
_BAR = 8  # characters
_BOX_MARGIN = 36  # points, inside a box and to the next

_ACROSS = {"LR": "TB", "RL": "TB", "TB": "LR", "BT": "LR"}
"""Where data flows within a step, by the direction of time."""

_TIME = {
    "LR": "from left to right",
    "RL": "from right to left",
    "TB": "from top to bottom",
    "BT": "from bottom to top",
}

FIRST, MIDDLE, LAST, OUTSIDE = "first", "middle", "last", "outside"
"""The parts of the picture that a Value can be in."""


def rolled_view(
    graph: AnnotatedGraph,
    loop: Loop,
    direction: str = "LR",
    edges: str = "local",
    repeat: bool | None = None,
) -> Scene:
    """The scene at `detail` "rolled"."""
    rolled = _Rolled(graph, loop)
    scene = rolled.scene(rolled.fine_keys(), "neurons", edges)
    if (width := _width(scene)) > _MAX_WIDTH:
        coarse = rolled.scene(rolled.coarse_keys(), "layers", edges)
        scene = coarse if _width(coarse) < _NARROWER * width else scene
    time = f"A loop of {len(loop.steps):,} steps: time runs {_TIME[direction]}."
    scene.notes = [*graph.notes, time]
    scene.direction = _ACROSS[direction]
    if direction in ("RL", "BT"):
        scene.steps.reverse()
    return repeat_boxes(scene.hide_labels_above(_MAX_LABELS), repeat)


def _width(scene: Scene) -> float:
    """The width of the steps side by side, in points."""
    column = columns(len(scene.boxes), scene.arrows)
    widths: dict[tuple[str, ...], dict[int, float]] = {}
    for n, box in enumerate(scene.boxes):
        row = widths.setdefault(box.frames, {})
        texts = (box.title, *box.lines)
        width = max(text_width(text, 11) for text in texts) + _BOX_MARGIN
        row[column[n]] = row.get(column[n], 0.0) + width
    return sum(max(row.values()) for row in widths.values())


class _Rolled:
    """The parts of a loop, and the boxes of each.

    Attributes:
        part: The part that each Value is in; a leaf is in that of its first use.
        shared: The leaves that steps use which do not follow each other.
        norms: For each step the norm of the gradients of the Values that the next one uses; empty
            before a backward pass.
        frames: The frame around each part.
    """

    def __init__(self, graph: AnnotatedGraph, loop: Loop) -> None:
        self.graph, self.loop = graph, loop
        step_of = {v: t for t, step in enumerate(loop.steps) for v in step}
        uses: dict[Value, list[int]] = {}
        for node in step_of:
            for v in node.inputs:
                if v.op is None:
                    uses.setdefault(v, []).append(step_of[node])
        first = step_of | {v: min(steps) for v, steps in uses.items()}
        self.part = {v: self._part(first.get(v)) for v in graph.order}
        self.shared = {v for v, steps in uses.items() if max(steps) - min(steps) > 1}
        gradients = graph.gradients
        self.norms = (
            [norm(gradients[v] for v in states) for states in loop.states] if gradients else []
        )
        self.frames = {FIRST: self._frame(1), LAST: self._frame(len(loop.steps))}

    def _part(self, step: int | None) -> str:
        if step is None:
            return OUTSIDE
        return FIRST if step == 0 else LAST if step == len(self.loop.steps) - 1 else MIDDLE

    def _frame(self, step: int) -> tuple[str, ...]:
        grad = f" · ‖grad‖ {rounded(self.norms[step - 1])}" if self.norms else ""
        return (f"step {step:,}{grad}",)

    # --- Which Values share a box ---

    def fine_keys(self) -> dict[Value, Key]:
        """One box for each neuron and for each other Value of the first and of the last step."""
        consumer = {v: node for node in self.graph.order for v in node.inputs}
        inside = parts_of_losses(self.graph)
        keys: dict[Value, Key] = {}
        for v in self.graph.order:
            part = self.part[v]
            if v in inside:
                keys[v] = (self.part[inside[v]], "single", inside[v])
            elif v in self.graph.owners:
                keys[v] = (part, "module", self.graph.owners[v])
            elif not isinstance(v, Constant):
                keys[v] = (part, "single", v)
            elif v in consumer and consumer[v].op is ops.weighted_sum:
                keys[v] = (part, "constants")
        return keys

    def coarse_keys(self) -> dict[Value, Key]:
        """One box for each layer and for similar Values of the first and of the last step."""
        leaves = [v for v in self.graph.order if v.op is None and v not in self.graph.owners]
        known: dict[Value, Key] = {}
        for part in (FIRST, LAST, OUTSIDE):
            single = [v for v in leaves if self.part[v] == part and v not in self.shared]
            if len(single) <= MAX_SEPARATE:
                known |= {v: ("single", v) for v in single if not isinstance(v, Constant)}
        known |= {v: ("shared", self.graph.kind(v)) for v in self.shared if v in leaves}
        return {v: (self.part[v], *key) for v, key in similar_keys(self.graph, known).items()}

    # --- The scene ---

    def scene(self, keys: dict[Value, Key], detail: str, edges: str) -> Scene:
        """The scene with one box for each key, and one for the middle."""
        graph, part = self.graph, self.part
        keys = {v: (MIDDLE,) if part[v] == MIDDLE else key for v, key in keys.items()}
        add_literals(graph, keys)
        members = in_order(graph, keys)
        boxes = [self._box(group, detail) for group in members]
        index = {v: n for n, group in enumerate(members) for v in group}
        arrows = arrows_between(graph, index, edges, boxes, self._is_drawn)
        middle = next(n for n, group in enumerate(members) if part[group[-1]] == MIDDLE)
        for arrow in arrows:
            arrow.backwards = arrow.head == middle and bool(boxes[arrow.tail].frames)
        scene = Scene(boxes, arrows, edges=edges, title=graph.title)
        first, last = (_first_boxes(scene, self.frames[end]) for end in (FIRST, LAST))
        scene.steps = [first, [middle], last]
        return scene

    def _is_drawn(self, node: Value, v: Value) -> bool:
        """Not from a leaf of all steps into the middle, nor from the weights of a neuron."""
        return v not in self.shared or not (self.part[node] == MIDDLE or v in self.graph.owners)

    def _box(self, group: list[Value], detail: str) -> Box:
        part = self.part[group[-1]]
        if part == MIDDLE:
            return self._middle_box(group)
        box = group_box(group, self.graph, detail)
        box.frames = self.frames.get(part, ())
        if box.kind == "neuron":
            box.title = self._neuron(self.graph.owners[group[-1]])
        return box

    def _neuron(self, owner: Owner) -> str:
        """The network, layer and number of a neuron, as far as there are several."""
        others = set(self.graph.owners.values())
        layers = {other.layer for other in others if other.network == owner.network}
        neurons = {other for other in others if other.whole_layer == owner.whole_layer}
        network = [f"network {owner.network}"] if owner.network else []
        layer = [f"layer {owner.layer}"] if len(layers) > 1 and owner.layer else []
        neuron = [f"neuron {owner.neuron}"] if len(neurons) > 1 else []
        return " · ".join([*network, *layer, *neuron]) or "neuron"

    def _middle_box(self, group: list[Value]) -> Box:
        last = len(self.loop.steps) - 1
        states = [v for step in self.loop.states[1:last] for v in step]
        lines = [f"steps 2 … {last:,}", *self._names_of_shared(), *data_range(states)]
        if self.norms:
            lines.append("‖grad‖ of the result of each step:")
            lines += [
                f"{_bar(self.norms, t)} step {t + 1:,}: {rounded(self.norms[t])}"
                for t in _spread(1, last, _MAX_ROWS)
            ]
        title = f"{last - 1:,} more like this"
        rows = _spread(1, last, _MAX_ROWS_OF_TOOLTIP) if self.norms else ()
        norms = [f"‖grad‖ of step {t + 1:,}: {self.norms[t]!r}" for t in rows]
        tooltip = "\n".join([title, count(len(group), "Value"), *norms])
        kind = "output" if any(self.part[y] == MIDDLE for y in self.graph.outputs) else "folded"
        return Box(kind, title, lines, tooltip, name=title, values=group)

    def _names_of_shared(self) -> list[str]:
        shared = [v for v in self.graph.order if v in self.shared and v not in self.graph.owners]
        names = [name for v in shared if (name := self.graph.short_name(v))]
        more = ["…"] if len(names) > _MAX_NAMES else []
        return [short(f"uses {', '.join([*names[:_MAX_NAMES], *more])}")] if names else []


def _first_boxes(scene: Scene, frames: tuple[str, ...]) -> list[int]:
    """The boxes in the first column of a step."""
    column = columns(len(scene.boxes), scene.arrows)
    inside = [n for n, box in enumerate(scene.boxes) if box.frames == frames]
    first = min(column[n] for n in inside)
    return [n for n in inside if column[n] == first]


def _spread(start: int, stop: int, many: int) -> Sequence[int]:
    """At most so many whole numbers from `start` to before `stop`, evenly spread.

    >>> _spread(1, 4, 6), _spread(1, 30, 3)
    (range(1, 4), [1, 15, 29])
    """
    size = stop - start
    if size <= many:
        return range(start, stop)
    return [start + round(k * (size - 1) / (many - 1)) for k in range(many)]


def _bar(norms: list[float], t: int) -> str:
    """A bar whose length shows the power of ten of a norm, among all of them.

    >>> [len(_bar([0.001, 1.0, 0.1], t)) for t in range(3)]
    [1, 8, 6]
    """
    powers = [math.log10(x) for x in norms if 0 < x < math.inf]
    if not 0 < norms[t] < math.inf:
        return ""
    low, high = min(powers), max(powers)
    fraction = (math.log10(norms[t]) - low) / (high - low) if high > low else 1.0
    return "━" * (1 + round((_BAR - 1) * fraction))
