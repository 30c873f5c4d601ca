"""The picture of a graph at one step of a stepper: that of the last step, with other numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from micrograd_tut.drawing import edge_name, node_name
from micrograd_tut.drawing.theme import LIGHT
from micrograd_tut.engine import Value
from micrograd_tut.stepping.page_picture import picture
from micrograd_tut.stepping.stepper import Stepper
from micrograd_tut.support.numbers import shown

_GROUP = re.compile(r'(<g class="[^"]*\b(node|edge)-(\d+)">)(.*?)(</g>)', re.DOTALL)
_GRADIENT = re.compile(r'(class="grad"[^>]*>)[^<]*')
_DATA = re.compile(r">data [^<]*<")
_TEXT = re.compile(r"(<text[^>]*>)[^<]*")
_CURRENT = "{stroke: #a8441b; stroke-width: 3}"
_GREY = f"{{stroke: {LIGHT.arrows['none']}; fill: none; stroke-width: 1}}"


class StepPicture:
    """The picture of a graph at every step; boxes stay where they are.

    Args:
        stepper: The stepper. Of a graph of more than 60 Values there is one picture for all steps.
    """

    def __init__(self, stepper: Stepper) -> None:
        self.stepper = stepper
        self._last = picture(stepper, theme="light")
        self._edges = {n: edge for edge, n in self._last.arrows.items()}
        self._locals = {(s.node, s.position): shown(s.local) for s in stepper if s.input}

    def svg(self) -> str:
        """The picture at the step at which the stepper stands."""
        if self._last.folded:
            return self._last.svg
        here = self.stepper.here
        flowed = {(s.node, s.position) for s in self.stepper[: here.index + 1] if s.input}

        def changed(match: re.Match[str]) -> str:
            start, element, n, inside, end = match.groups()
            if element == "node":
                return start + self._box(self.stepper.order[int(n)], inside) + end
            edge = self._edges[int(n)]
            if edge not in flowed and edge in self._locals:
                inside = _TEXT.sub(rf"\g<1>{escape(self._locals[edge])}", inside)
            return start + inside + end

        svg = _GROUP.sub(changed, self._last.svg)
        rules = "".join(self._rules(here.node, flowed))
        return svg.replace("</svg>", f"<style>{rules}</style></svg>")

    def _box(self, v: Value, inside: str) -> str:
        """The inside of a box: its gradient now, and its number if that is computed."""
        inside = _GRADIENT.sub(rf"\g<1>grad {escape(shown(v.grad))}", inside)
        return inside if self.stepper.computed(v) else _DATA.sub(">data ?<", inside)

    def _rules(self, node: Value, flowed: set[tuple[Value, int]]) -> Iterator[str]:
        """The style of the current box, and of the edges that no gradient has flowed along yet."""
        box = f".{node_name(self._last.boxes[node])}"
        yield f"{box} > path, {box} > polygon, {box} > ellipse {_CURRENT}"
        for n, edge in self._edges.items():
            if edge not in flowed:
                yield f".{edge_name(n)} > path, .{edge_name(n)} > polygon {_GREY}"
