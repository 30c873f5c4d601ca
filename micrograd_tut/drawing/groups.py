"""Which Values of a graph share one box.

The Values of a neuron or a layer are known by its parameters. Other Values are grouped if they
apply the same operation to the same groups, and a chain of one operation is one group: 100 losses
of 100 examples become ``100 × relu``. No such groups depend on each other in a circle, because the
members of a group have the same inputs, which were grouped before them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from micrograd_tut import ops
from micrograd_tut.drawing.annotated import AnnotatedGraph
from micrograd_tut.drawing.owners import Owner
from micrograd_tut.engine import Constant, Value
from micrograd_tut.nn import Parameter

Key = tuple[Any, ...]
"""What the members of a group have in common: ("module", owner), ("similar", operation, n), …"""

Sources = frozenset[tuple[Key, bool]]
"""The groups of an operation's inputs, each with whether these inputs are leaves."""

MAX_SEPARATE = 6  # similar Values up to which each has its own box
MAX_NEURONS = 10  # neurons of a layer up to which all are drawn
MAX_BOXES = 60  # if there are more, the middle of the graph becomes one box


def groups(graph: AnnotatedGraph, detail: str) -> list[list[Value]]:
    """The Values of a graph in groups; the groups in topological order, as far as there is one.

    Args:
        graph: The graph.
        detail: "neurons" or "layers".
    """
    keys = similar_keys(graph)
    if detail == "neurons":
        keys |= _neurons(graph)
    add_literals(graph, keys)
    inside = parts_of_losses(graph)
    others = [group for key, group in _members(graph, keys).items() if key[0] != "module"]
    sizes = [sum(v not in inside for v in group) for group in others]
    boxes = sum(size if size <= MAX_SEPARATE else 1 for size in sizes)
    limit = MAX_SEPARATE if boxes <= MAX_BOXES else 1
    for group, size in zip(others, sizes, strict=True):
        if size <= limit:
            keys.update((v, ("single", inside.get(v, v))) for v in group)
    ordered = in_order(graph, keys)
    return ordered if len(ordered) <= MAX_BOXES else _with_middle_merged(ordered, graph)


def parts_of_losses(graph: AnnotatedGraph) -> dict[Value, Value]:
    """What lies inside a cross-entropy, each with the node of its loss, whose box it shares."""
    return {part: node for node, loss in graph.losses.items() for part in loss.inside}


def similar_keys(
    graph: AnnotatedGraph, known: Mapping[Value, Key] | None = None
) -> dict[Value, Key]:
    """A key for each layer, and for similar Values outside of them; none for literals.

    Args:
        graph: The graph.
        known: The keys of some Values.
    """
    keys: dict[Value, Key] = {v: ("module", o.whole_layer) for v, o in graph.owners.items()}
    keys |= known or {}
    _group_similar(graph, keys)
    return keys


def add_literals(graph: AnnotatedGraph, keys: dict[Value, Key]) -> None:
    """Let each literal without a key belong to the operation that it is an input of."""
    for node in graph.order:
        for v in node.inputs:
            keys.setdefault(v, keys[node])


def _members(graph: AnnotatedGraph, keys: dict[Value, Key]) -> dict[Key, list[Value]]:
    members: dict[Key, list[Value]] = {}
    for v in graph.order:
        members.setdefault(keys[v], []).append(v)
    return members


def _neurons(graph: AnnotatedGraph) -> dict[Value, Key]:
    """A key for each neuron; those in the middle of a wide layer have one key."""
    layers: dict[Owner, set[Owner]] = {}
    for owner in graph.owners.values():
        if owner.neuron:
            layers.setdefault(owner.whole_layer, set()).add(owner)
    hidden = {
        neuron
        for neurons in layers.values()
        if len(neurons) > MAX_NEURONS
        for neuron in sorted(neurons, key=lambda owner: owner.neuron)[MAX_NEURONS - 2 : -1]
    }
    return {
        v: ("module", owner.whole_layer, "hidden") if owner in hidden else ("module", owner)
        for v, owner in graph.owners.items()
    }


def _group_similar(graph: AnnotatedGraph, keys: dict[Value, Key]) -> None:
    """Give a key to every Value that has none, except the literals in formulas."""
    consumers: dict[Value, Value] = {}
    for node in graph.order:
        for v in node.inputs:
            consumers.setdefault(v, node)
    few = graph.outputs if len(graph.outputs) <= MAX_SEPARATE else ()
    sources: dict[Key, Sources] = {}
    similar: dict[tuple[str, Sources], Key] = {}
    inside = parts_of_losses(graph)
    for v in graph.order:
        if v in keys or v in inside:
            continue
        if v in few:
            keys[v] = ("output", v)
        elif v.op is not None:
            inputs = graph.losses[v].inputs if v in graph.losses else v.inputs
            keys[v] = _similar_key(graph.heading(v), inputs, keys, sources, similar)
        elif not isinstance(v, Constant) or consumers[v].op is ops.weighted_sum:
            name = graph.names(v).partition("[")[0] if not isinstance(v, Parameter) else ""
            keys[v] = ("leaf", graph.kind(v), name)
    keys.update((part, keys[node]) for part, node in inside.items())


def _similar_key(
    title: str,
    inputs: Iterable[Value],
    keys: dict[Value, Key],
    sources: dict[Key, Sources],
    similar: dict[tuple[str, Sources], Key],
) -> Key:
    """The key of all operations of one title whose inputs come from the same groups."""
    origins = frozenset((keys[i], i.op is None) for i in inputs if i in keys)
    for key, is_leaf in origins:  # a chain of one operation is one group
        if key[:2] == ("similar", title) and origins - {(key, is_leaf)} <= sources[key]:
            return key
    key = similar.setdefault((title, origins), ("similar", title, len(similar)))
    sources[key] = origins
    return key


def in_order(graph: AnnotatedGraph, keys: dict[Value, Key]) -> list[list[Value]]:
    """The groups, each after the groups of its inputs: depth-first from the outputs."""
    members = _members(graph, keys)
    order: list[list[Value]] = []
    visited: set[Key] = set()
    stack: list[tuple[Key, bool]] = [(keys[y], False) for y in reversed(graph.outputs)]
    while stack:
        key, complete = stack.pop()
        if complete:
            order.append(members[key])
        elif key not in visited:
            visited.add(key)
            stack.append((key, True))
            inputs = dict.fromkeys(keys[i] for v in members[key] for i in v.inputs)
            stack += [(k, False) for k in reversed(inputs) if k not in visited]
    return order


def _with_middle_merged(ordered: list[list[Value]], graph: AnnotatedGraph) -> list[list[Value]]:
    """The first and last groups, the neurons between them, and one group of all other Values."""
    first, last = MAX_BOXES // 4, MAX_BOXES // 2
    between = ordered[first:-last]
    neurons = [group for group in between if any(v in graph.owners for v in group)]
    middle = [v for group in between if group not in neurons for v in group]
    return [*ordered[:first], *neurons, *([middle] if middle else []), *ordered[-last:]]


def count_ops(group: Iterable[Value], graph: AnnotatedGraph, limit: int = 3) -> str:
    """The operations of a group: ``5,000 × tanh, 4,900 × *``; the rest is counted together."""
    counts = Counter(graph.heading(v) for v in group if v.op).most_common()
    texts = [f"{n:,} × {title}" for title, n in counts[:limit]]
    rest = sum(n for _, n in counts[limit:])
    return ", ".join(texts + ([f"{rest:,} others"] if rest else []))
