"""Which neuron, layer and net each Value of a graph belongs to, as its parameters tell."""

from __future__ import annotations

import re

from micrograd_tut import ops
from micrograd_tut.engine import Constant, Value
from micrograd_tut.graph.naming import path_in_words
from micrograd_tut.nn import Parameter
from micrograd_tut.nn.activations import ACTIVATIONS


def owners(order: list[Value]) -> dict[Value, tuple[str, ...]]:
    """The neuron of each weighted sum, of the activation that follows it, and of its parameters."""
    found: dict[Value, tuple[str, ...]] = {}
    nets = _nets(order)
    for v in order:
        if v in nets:
            placed = [p for p in v.inputs if isinstance(p, Parameter) and p.path]
            number = nets[v] + 1 if len(set(nets.values())) > 1 else 0
            found |= dict.fromkeys([v, *placed], _frames(placed[0], number))
        elif v.op is not None and v.op.name in ACTIVATIONS and v.inputs[0] in nets:
            others = v.inputs[1:]
            if all(isinstance(other, Constant) for other in others):
                found[v] = found[v.inputs[0]]
            elif all(other in nets for other in others):  # softmax is a whole layer's
                found[v] = (*found[v.inputs[0]][:-1], v.op.name)
    return found


def _nets(order: list[Value]) -> dict[Value, int]:
    """The number, from 0, of the net that each neuron's weighted sum belongs to.

    A place says where in its net a neuron sits, not in which. Two neurons with the same place are
    of two nets; another is of the net that feeds it from the layer before, or of the last found.
    """
    nets: list[set[str]] = [set()]
    of_neuron: dict[Parameter, int] = {}
    layers: dict[Value, tuple[int, int]] = {}  # the net and the layer that a Value comes out of
    found: dict[Value, int] = {}
    for v in order:
        if v.op is not ops.weighted_sum:
            before = [layers[i] for i in v.inputs[:1] if i in layers]
            layers |= dict.fromkeys([v], before[0]) if before else {}
            continue
        first = next((p for p in v.inputs if isinstance(p, Parameter) and p.path), None)
        if first is None:
            continue
        layer = _layer_number(first.path)
        if first not in of_neuron:
            fed = [layers[i][0] for i in v.inputs if layers.get(i, (0, 0))[1] == layer - 1 > 0]
            free = [n for n in (*fed[:1], len(nets) - 1) if first.path not in nets[n]]
            if not free:
                nets.append(set())
            of_neuron[first] = free[0] if free else len(nets) - 1
            nets[of_neuron[first]].add(first.path)
        found[v] = of_neuron[first]
        layers[v] = found[v], layer
    return found


def _frames(p: Parameter, net: int) -> tuple[str, ...]:
    """The frames around a parameter; `net` is the number of its net, 0 if there is but one."""
    frames = tuple(path_in_words(p.path).split(" · ")[:-1])
    if not frames:
        return (f"neuron {net}" if net else "neuron",)
    if frames[0].startswith("neuron "):
        frames = ("layer", *frames)
    return (f"net {net} · {frames[0]}", *frames[1:]) if net else frames


def _layer_number(place: str) -> int:
    found = re.findall(r"layers\.(\d+)\.", place)
    return int(found[-1]) + 1 if found else 0


def layer_of(frames: tuple[str, ...]) -> tuple[str, ...]:
    """The layer of a neuron, by its frames; a neuron that stands alone is its own."""
    return frames[:-1] or frames


def neuron_number(frames: tuple[str, ...]) -> int | None:
    """Which neuron of its layer it is, from 1; None of one that is not in a layer."""
    found = re.fullmatch(r"neuron (\d+)", frames[-1])
    return int(found[1]) if found and len(frames) > 1 else None


def heads_in_words(order: list[Value], owned: dict[Value, tuple[str, ...]]) -> list[str]:
    """Which layers put out logits because the loss has their sigmoid or softmax inside it."""
    found: dict[str, None] = {}
    for node in order:
        head, logits = _head(node)
        layers = {layer_of(owned.get(v, ("",))) for v in logits}
        if head and len(layers) == 1 and all(v.op is ops.weighted_sum for v in logits):
            layer = " · ".join(layers.pop())
            told = f"{layer} is linear here: the loss has its {head} inside it, in {node._op}."
            found |= dict.fromkeys([told] if layer else [])
    return list(found)


def _head(node: Value) -> tuple[str, tuple[Value, ...]]:
    """The head that an operation of a loss stands for, and the logits that it takes."""
    if node.op is ops.logsumexp:  # of the logits, or of their leads over that of the class
        leads = [v.inputs if v.op is ops.sub else (v,) for v in node.inputs if v.op]
        return "softmax", tuple(dict.fromkeys(v for pair in leads for v in pair))
    scaled = node.inputs[0] if node.op is ops.softplus else node
    if node.op is ops.softplus and scaled.op is ops.mul:  # by -1 or 1, as the target tells
        return "sigmoid", tuple(v for v in scaled.inputs if not isinstance(v, Constant))
    return "", ()
