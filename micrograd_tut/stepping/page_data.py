"""What the page shows, as data: every number with its text, every sentence, every step.

The script of the page computes nothing and words nothing that Python does. Numbers and texts stand
in two lists, each once; everything else refers to them by index.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from micrograd_tut.drawing.dot import arrow_width
from micrograd_tut.drawing.scene import sign_of
from micrograd_tut.engine import Constant, Value
from micrograd_tut.stepping.formula_text import formula
from micrograd_tut.stepping.forward_mode import ForwardStep, forward_mode, locals_by_node
from micrograd_tut.stepping.hints import step_hints
from micrograd_tut.stepping.mistakes import CLOSE, NEARBY, SIGN, TOLERANCE, Mistake, step_mistakes
from micrograd_tut.stepping.naming import partial
from micrograd_tut.stepping.page_picture import Picture
from micrograd_tut.stepping.walk import Step, story
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.numbers import shown

MAX_FORWARD_STEPS = 1000  # of all leaves together; the others have no forward mode on the page
_MAX_INPUTS, _MAX_VALUES = 32, 400  # of a node, of a graph, whose usual mistakes are looked for

Entry = dict[str, Any]
Edge = tuple[Value, int]


def forward_walks(stepper: Walkthrough) -> dict[Value, list[ForwardStep]]:
    """The steps of forward mode from each leaf, up to `MAX_FORWARD_STEPS` in all."""
    rules = locals_by_node(stepper.order)
    walks: dict[Value, list[ForwardStep]] = {}
    left = MAX_FORWARD_STEPS
    for leaf in stepper.order:
        if leaf.op or isinstance(leaf, Constant):
            continue
        steps = forward_mode(leaf, stepper.names, rules)
        left -= len(steps)
        if left < 0:
            break
        walks[leaf] = steps
    return walks


def data(
    stepper: Walkthrough, forward: Mapping[Value, list[ForwardStep]], picture: Picture
) -> Entry:
    """Everything that the page shows, as lists, dicts, numbers and texts.

    Args:
        stepper: The walk.
        forward: What `forward_walks` gives.
        picture: The picture of its graph.
    """
    page = _Page(stepper, picture)
    entry = {
        "output": stepper.names.output,
        "tolerance": TOLERANCE,
        "close": {"within": NEARBY, "text": CLOSE.text},
        "folded": picture.folded,
        "zero": page.number(0.0),
        "nodes": [page.node(v) for v in stepper.order],
        "edges": [page.edge(node, i) for node, i in page.edges],
        "walks": [page.backward(), *(page.forward(leaf, steps) for leaf, steps in forward.items())],
    }
    return entry | {"numbers": page.numbers, "texts": list(page.texts)}


class _Page:
    """Collects the numbers and texts of a page while its parts are written."""

    def __init__(self, stepper: Walkthrough, picture: Picture) -> None:
        self.stepper, self.names, self.picture = stepper, stepper.names, picture
        self.index = {v: i for i, v in enumerate(stepper.order)}
        edges = [(node, i) for node in stepper.order for i in range(len(node.inputs))]
        self.rules = locals_by_node(stepper.order)
        self.edges: dict[Edge, int] = {edge: n for n, edge in enumerate(edges)}
        self.numbers: list[tuple[float, str]] = []
        self.texts: dict[str, int] = {}
        self._index_of: dict[str, int] = {}

    def number(self, x: float) -> int:
        """The index of a number in the list of numbers."""
        key = repr(x)
        if key not in self._index_of:
            self._index_of[key] = len(self.numbers)
            self.numbers.append((x, shown(x)))
        return self._index_of[key]

    def text(self, text: str) -> int:
        """The index of a text in the list of texts."""
        return self.texts.setdefault(text, len(self.texts))

    # --- The graph ---

    def node(self, v: Value) -> Entry:
        """A Value: its texts, and which steps belong to the sum of its gradient."""
        stepper, names = self.stepper, self.names
        first, *lines = story(v, stepper.paths[v], names)
        return {
            "name": names.of(v),
            "how": formula(v, names) if v.op else "leaf",
            "gradient": names.gradient(v),
            "data": self.number(v.data),
            "held": self.number(0.0 if v.op else stepper.held(v)),
            "leaf": v.op is None,
            "constant": isinstance(v, Constant),
            "box": self.picture.boxes[v],
            "made": first,
            "story": lines,
            "paths": [s.index for s in stepper.paths[v]],
            "complete": stepper.completed(v),
        }

    def edge(self, node: Value, i: int) -> Entry:
        """An edge: its ends, and its arrow in the picture."""
        return {
            "from": self.index[node.inputs[i]],
            "to": self.index[node],
            "local": self.number(self.rules[node][i]),
            "arrow": self.picture.arrows.get((node, i)),
        }

    # --- The walks ---

    def backward(self) -> Entry:
        """The walk forward and back."""
        steps = self.stepper.steps
        flows = _Flows(self)
        for s in steps:
            if s.input is not None:
                flows.add((s.node, s.position), s.product, s.index)
            elif s.kind == "backward":
                flows.stop(s.node, s.index)
        output = self.names.output
        return {
            "leaf": None,
            "word": "grad",
            "ending": f"These are the gradients that {output}.backward() computes.",
            "steps": [self._step(s) for s in steps],
            "flows": flows.entries(),
        }

    def forward(self, leaf: Value, steps: Sequence[ForwardStep]) -> Entry:
        """Forward mode from a leaf."""
        names, name = self.names, self.names.of(leaf)
        flows = _Flows(self)
        for k, s in enumerate(steps, 2):
            flows.add((s.node, s.position), s.product, k)
        reached = self.stepper.output is leaf
        slope = steps[-1].after if steps else float(reached)
        return {
            "leaf": self.index[leaf],
            "word": f"∂ / ∂{name}",
            "ending": f"{partial(names.output, name)} = {shown(slope)}. Reverse mode (backprop) "
            f"gives the same number, and the gradients of all other leaves in the same pass.",
            "steps": [*self._beginning(leaf), *map(self._step, steps)],
            "flows": flows.entries(),
        }

    def _beginning(self, leaf: Value) -> Iterator[Entry]:
        """The first two steps of forward mode."""
        name = self.names.of(leaf)
        itself, node = partial(name, name), self.index[leaf]
        yield self._entry(
            kind="start",
            node=node,
            title="start: the values of the graph",
            rule=f"How does each number change with {name}?",
            remark="The values are already computed; in forward mode the derivatives travel with "
            "them, from the leaf to the output.",
        )
        yield self._entry(
            kind="seed",
            node=node,
            target=node,
            after=1.0,
            title=f"start of the forward mode: {itself} = 1",
            rule=f"{itself} = 1",
            remark=f"The derivative of {name} with respect to itself is 1; that of the other "
            f"leaves is 0.",
        )

    def _step(self, s: Step | ForwardStep) -> Entry:
        """One step, in numbers for the state and in texts for the reader."""
        if isinstance(s, ForwardStep):
            texts = {
                "kind": "forward mode",
                "target": self.index[s.node],
                "local": "",
                "remark": "",
            }
        else:
            target = s.node if s.kind == "seed" else s.input
            texts = {"kind": s.kind, "local": s.local_derivative, "remark": s.remark}
            texts |= {} if target is None else {"target": self.index[target]}
        texts |= {"title": s.title, "rule": s.rule, "numbers": s.numbers, "sum": s.running_sum}
        entry = self._entry(node=self.index[s.node], **texts)
        if "target" in texts:
            entry["after"] = self.number(s.after)
        if isinstance(s, ForwardStep) or s.input is not None:
            entry |= {
                "edge": self.edges[s.node, s.position],
                "parts": [self.text(part) for part in s.parts],
                "factors": [self.number(x) for x in (s.product, s.upstream, s.local)],
                "ask": self._question(s, s.product),
            }
        elif s.kind == "forward":
            entry["ask"] = self._question(s, s.node.data)
        return entry

    def _entry(self, **parts: Any) -> Entry:
        """An entry in which texts and numbers are replaced by their indices, "" left out."""
        kind = parts.pop("kind")
        entry = {"kind": kind}
        for key, part in parts.items():
            if isinstance(part, str):
                entry |= {key: self.text(part)} if part else {}
            else:
                entry[key] = self.number(part) if isinstance(part, float) else part
        return entry

    def _question(self, s: Step | ForwardStep, answer: float) -> Entry:
        """What is asked before the step is shown, with hints and the usual mistakes."""
        return {
            "text": self.text(_asked(s)),
            "answer": self.number(answer),
            "hints": [self.text(hint) for hint in step_hints(s, self.names)],
            "mistakes": [[self.number(x), self.text(m.text)] for x, m in self._mistakes(s)],
        }

    def _mistakes(self, s: Step | ForwardStep) -> Iterable[tuple[float, Mistake]]:
        if isinstance(s, ForwardStep):
            return [(-s.product, SIGN)] if s.product else []
        small = len(s.node.inputs) <= _MAX_INPUTS and len(self.index) <= _MAX_VALUES
        return step_mistakes(s, self.names) if s.kind == "backward" and small else []


def _asked(s: Step | ForwardStep) -> str:
    if isinstance(s, ForwardStep):
        return "What derivative flows forward along this edge?"
    if s.kind == "forward":
        return f"What is the value of {s.names.of(s.node)}?"
    return "What gradient flows back along this edge?"


class _Flows:
    """What flows along edges in a walk, and with which step it is known.

    The other edges are known when the pass begins; nothing flows along them.
    """

    def __init__(self, page: _Page) -> None:
        self.page = page
        self.flows: dict[Edge, tuple[float | None, int]] = {}

    def add(self, edge: Edge, flow: float | None, step: int) -> None:
        """Something flows along an edge; None along that of a constant."""
        self.flows[edge] = flow, step

    def stop(self, node: Value, step: int) -> None:
        """Nothing flows through a node."""
        for i, v in enumerate(node.inputs):
            self.add((node, i), None if isinstance(v, Constant) else 0.0, step)

    def entries(self) -> dict[int, tuple[int, str, float, int]]:
        """The number, its sign, the width in points, and the step, by the index of the edge."""
        sizes = [abs(flow) for flow, _ in self.flows.values() if flow is not None]
        largest = max(filter(math.isfinite, sizes), default=0.0)
        return {
            self.page.edges[edge]: (
                self.page.number(flow or 0.0),
                sign_of(flow),
                _width(flow, largest),
                since,
            )
            for edge, (flow, since) in self.flows.items()
        }


def _width(flow: float | None, largest: float) -> float:
    return 1.0 if not flow or math.isnan(flow) else round(arrow_width(flow, largest), 2)
