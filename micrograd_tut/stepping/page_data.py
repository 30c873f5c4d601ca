"""What the page is made of, as data: the graph, its numbers, and the texts without numbers.

The script of the page makes the steps from it: it fills the numbers into `SENTENCES` and into the
formulas. The first numbers are Python's own; after a leaf is changed the page computes them with
the functions of `page_operations`. Texts stand in one list, each once, and are referred to by
index.
"""

from __future__ import annotations

from typing import Any

from micrograd_tut.chain_rule import NO_DERIVATIVE
from micrograd_tut.diagnostics import GRADIENT_TOO_LARGE
from micrograd_tut.drawing.dot import arrow_width
from micrograd_tut.engine import Constant, Value
from micrograd_tut.graph.cross_entropy import cross_entropy_of
from micrograd_tut.ops.domain import NEEDS, TOO_LARGE
from micrograd_tut.stepping.formula_text import (
    factor,
    formula,
    local_rule,
    numbers_template,
    textbook_definition,
)
from micrograd_tut.stepping.mistakes import CLOSE, NEARBY, SIGN, TOLERANCE, wrong_ways
from micrograd_tut.stepping.page_operations import PageOperations
from micrograd_tut.stepping.page_picture import Picture
from micrograd_tut.stepping.sentences import SENTENCES
from micrograd_tut.stepping.walk import locals_of
from micrograd_tut.stepping.walkthrough import Walkthrough

_MAX_INPUTS, _MAX_VALUES = 32, 400  # of a node, of a graph, whose usual mistakes are looked for

_ERRORS = {
    "needs": NEEDS,
    "too large": TOO_LARGE,
    "gradient too large": GRADIENT_TOO_LARGE,
    "no derivative": NO_DERIVATIVE,
}

Entry = dict[str, Any]


def data(stepper: Walkthrough, picture: Picture, operations: PageOperations) -> Entry:
    """Everything that the page shows, as lists, dicts, numbers and texts.

    Args:
        stepper: The walk.
        picture: The picture of its graph.
        operations: The operations of its graph.
    """
    page = _Page(stepper, picture, operations)
    entry = {
        "output": stepper.names.output,
        "before": stepper.held(stepper.output),
        "tolerance": TOLERANCE,
        "close": {"within": NEARBY, "text": CLOSE.text},
        "sign": SIGN.text,
        "sentences": SENTENCES | _ERRORS,
        "widths": [arrow_width(0.0, 1.0), arrow_width(1.0, 1.0) - arrow_width(0.0, 1.0)],
        "folded": picture.folded,
        "operations": operations.domains,
        "fixed": operations.missing,
        "nodes": [page.node(v) for v in stepper.order],
        "edges": [page.edge(v, i) for v in stepper.order for i in range(len(v.inputs))],
    }
    return entry | {"texts": list(page.texts)}


class _Page:
    """Collects the texts of a page while its parts are written."""

    def __init__(self, stepper: Walkthrough, picture: Picture, operations: PageOperations) -> None:
        self.stepper, self.names = stepper, stepper.names
        self.picture, self.operations = picture, operations
        self.index = {v: i for i, v in enumerate(stepper.order)}
        self.texts: dict[str, int] = {}

    def text(self, text: str) -> int:
        """The index of a text in the list of texts."""
        return self.texts.setdefault(text, len(self.texts))

    def node(self, v: Value) -> Entry:
        """A Value: its number, its names, and how it is computed."""
        entry: Entry = {"name": self.names.of(v), "data": v.data, "box": self.picture.boxes[v]}
        if isinstance(v, Constant):
            entry["constant"] = True
        if not v.op:
            held = self.stepper.held(v)
            return entry | ({"held": held} if held else {})
        loss = cross_entropy_of(v)
        if loss:
            definition = textbook_definition(v, self.names)
            entry |= {"loss": loss.words, "textbook": definition}
        return entry | {
            "how": formula(v, self.names),
            "numbers": numbers_template(v),
            "inputs": [self.index[x] for x in v.inputs],
            "locals": locals_of(v),
            "operation": self.operations.indices.get(v),
        }

    def edge(self, node: Value, i: int) -> Entry:
        """An edge: its arrow in the picture, its local derivative in symbols, usual mistakes."""
        entry: Entry = {"arrow": self.picture.arrows.get((node, i))}
        if isinstance(node.inputs[i], Constant):
            return entry
        rule, as_factor = local_rule(node, i, self.names), factor(node, i, self.names)
        entry |= {"rule": self.text(rule)}
        if as_factor != rule:
            entry["factor"] = self.text(as_factor)
        if len(node.inputs) <= _MAX_INPUTS and len(self.index) <= _MAX_VALUES:
            entry["wrong"] = list(wrong_ways(node, i, self.names))
        return entry
