"""Which Values of a graph belong together in one box.

Neurons and layers are known by their parameters. Of the rest, those are alike that apply the same
operation to the same groups, and a chain of one operation is alike all along: 100 losses of 100
examples become ``100 × relu``. Groups made so never feed each other in a circle, for a group's
members have the same inputs, and those were grouped before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from micrograd_tut import ops
from micrograd_tut.drawing.annotated import AnnotatedGraph, head
from micrograd_tut.drawing.frames import layer_of, neuron_number
from micrograd_tut.engine import Constant, Value
from micrograd_tut.nn import Parameter

Key = tuple[Any, ...]
"""Of a group: what its members share; ("module", frames), ("alike", operation, number), …"""

Sources = frozenset[tuple[Key, bool]]
"""What feeds an operation: groups, and of each whether it is their leaves, such as weights."""

FEW = 6  # alike, but so few that each has its own box
WIDEST = 10  # neurons of a layer that are drawn; of a wider one, some
MOST = 60  # boxes; beyond, the middle of the graph becomes one box


def groups(graph: AnnotatedGraph, detail: str) -> list[list[Value]]:
    """The Values of a graph in groups, groups in topological order as far as there is one.

    Args:
        graph: The graph.
        detail: "neurons" or "layers".
    """
    keys = _layers(graph)
    _by_likeness(graph, keys)
    if detail == "neurons":
        keys |= _neurons(graph)
    found = _gathered(graph.order, keys)
    loose = [members for key, members in found.items() if not _is_module(key)]
    few = FEW if sum(len(m) if len(m) <= FEW else 1 for m in loose) <= MOST else 1
    for members in loose:
        if len(members) <= few:
            keys.update((v, ("single", v)) for v in members)
    ordered = _in_order(graph, keys)
    return ordered if len(ordered) <= MOST else _middle_folded(ordered, graph)


def _is_module(key: Key) -> bool:
    return bool(key[0] == "module")


def _gathered(order: list[Value], keys: dict[Value, Key]) -> dict[Key, list[Value]]:
    found: dict[Key, list[Value]] = {}
    for v in order:
        found.setdefault(keys[v], []).append(v)
    return found


def _layers(graph: AnnotatedGraph) -> dict[Value, Key]:
    """The layer of each Value that belongs to a neuron."""
    return {v: ("module", layer_of(frames)) for v, frames in graph.owners.items()}


def _neurons(graph: AnnotatedGraph) -> dict[Value, Key]:
    """The neuron of each, those in the middle of a wide layer together."""
    layers: dict[tuple[str, ...], dict[int, None]] = {}
    for frames in graph.owners.values():
        if number := neuron_number(frames):
            layers.setdefault(frames[:-1], {})[number] = None
    hidden = {
        layer: set(sorted(numbers)[WIDEST - 2 : -1])
        for layer, numbers in layers.items()
        if len(numbers) > WIDEST
    }
    keys: dict[Value, Key] = {}
    for v, frames in graph.owners.items():
        more = hidden.get(frames[:-1], set())
        name = f"+ {len(more)} more" if neuron_number(frames) in more else frames[-1]
        keys[v] = ("module", (*frames[:-1], name))
    return keys


def _by_likeness(graph: AnnotatedGraph, keys: dict[Value, Key]) -> None:
    """Give a key to every Value that has none."""
    consumers: dict[Value, Value] = {}
    for node in graph.order:
        for v in node.inputs:
            if v.op is None:
                consumers.setdefault(v, node)
    feeds: dict[Key, Sources] = {}
    alike: dict[tuple[str, Sources], Key] = {}
    for v in graph.order:
        if v in keys:
            continue
        if v is graph.output:
            keys[v] = ("output",)
        elif v.op is not None:
            keys[v] = _like(v, keys, feeds, alike)
        elif not isinstance(v, Constant) or consumers[v].op is ops.weighted_sum:
            name = graph.names(v).partition("[")[0] if not isinstance(v, Parameter) else ""
            keys[v] = ("leaf", graph.kind(v), name)
    for v, node in consumers.items():  # a literal goes with what it is written in
        keys.setdefault(v, keys[node])


def _like(
    v: Value,
    keys: dict[Value, Key],
    feeds: dict[Key, Sources],
    alike: dict[tuple[str, Sources], Key],
) -> Key:
    """The group of operations of one name whose inputs come from the same groups."""
    assert v.op is not None
    inputs = frozenset((keys[i], i.op is None) for i in v.inputs if i in keys)
    for before, leaf in inputs:  # a chain of one operation stays in its group
        chained = before[:2] == ("alike", v.op.name)
        if chained and inputs - {(before, leaf)} <= feeds[before]:
            return before
    made = alike.setdefault((v.op.name, inputs), ("alike", v.op.name, len(alike)))
    feeds[made] = inputs
    return made


def _in_order(graph: AnnotatedGraph, keys: dict[Value, Key]) -> list[list[Value]]:
    """The groups, inputs before what they feed: depth-first from the output."""
    members = _gathered(graph.order, keys)
    order: list[list[Value]] = []
    done: set[Key] = set()
    stack: list[tuple[Key, bool]] = [(keys[graph.output], False)]
    while stack:
        key, complete = stack.pop()
        if complete:
            order.append(members[key])
        elif key not in done:
            done.add(key)
            stack.append((key, True))
            before = dict.fromkeys(keys[i] for v in members[key] for i in v.inputs)
            stack += [(k, False) for k in reversed(before) if k not in done]
    return order


def _middle_folded(ordered: list[list[Value]], graph: AnnotatedGraph) -> list[list[Value]]:
    """The first and the last groups as they are, and one group of all between; neurons stay."""
    first, last = MOST // 4, MOST // 2
    between = ordered[first:-last]
    neurons = [group for group in between if any(v in graph.owners for v in group)]
    middle = [v for group in between if group not in neurons for v in group]
    return [*ordered[:first], *neurons, *([middle] if middle else []), *ordered[-last:]]


def tally(group: Iterable[Value], most: int = 3) -> str:
    """What operations a group holds: ``5,000 × tanh, 4,900 × *``, the rest counted together."""
    counted = Counter(head(v) for v in group if v.op).most_common()
    told = [f"{n:,} × {name}" for name, n in counted[:most]]
    rest = sum(n for _, n in counted[most:])
    return ", ".join(told + ([f"{rest:,} others"] if rest else []))
