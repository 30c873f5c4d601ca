"""What goes wrong in a net, layer by layer: dead units, saturated ones, vanishing gradients.

>>> from micrograd_tut import MLP
>>> model = MLP(2, [4, 4, 1], activation="sigmoid", init="zeros")
>>> [problem.split(":")[0] for problem in diagnose(model, [[0.0, 1.0], [1.0, 0.0]]).problems]
['all units of layers 1, 2 are the same']
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from micrograd_tut import ops
from micrograd_tut.engine import Value, grad
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, Layer
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.support.text import Text, table
from micrograd_tut.train.examples import Rows, check_inputs, make_examples
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.objective import Objective

FLAT = 0.05
"""A sigmoid or tanh unit is saturated where its slope is below this share of its largest."""

MANY_DEAD = 0.5
"""A share of dead units that calls for a remedy."""

MANY_SATURATED = 0.75
"""A share of saturated outputs that calls for a remedy; a trained net has some."""

VANISHED = 0.01
"""The gradient of a layer has vanished below this share of that of the last layer."""

EXPLODED = 1e3
"""Activations or gradients have exploded beyond this size."""

FAINT = 1e-3
"""Below this size of activations in a hidden layer hardly a signal comes through."""

_LARGEST_SLOPE = {"sigmoid": 0.25, "tanh": 1.0}
_CAN_DIE = ("relu",)
_XAVIER_FOR = ("linear", "sigmoid", "tanh")


def recommended_init(activation: str) -> str:
    """The initialisation that keeps the size of a signal over layers with this activation."""
    return "xavier" if activation in _XAVIER_FOR else "he"


class LayerReport(NamedTuple):
    """One layer over all examples.

    Attributes:
        place: Its number, 1 for the first hidden one.
        activation: Its activation.
        init: How its weights were first drawn.
        dead: The share of units that are 0 for every example; None where units cannot die.
        saturated: The share of outputs, over units and examples, where the activation is flat;
            None where it is never.
        alike: Whether there are several units, and all do the same.
        activations: The root mean square of its outputs.
        gradients: The root mean square of the loss's derivatives by its weights.
    """

    place: int
    activation: str
    init: str
    dead: float | None
    saturated: float | None
    alike: bool
    activations: float
    gradients: float


class HealthReport:
    """What `diagnose` found; it prints as a table with a verdict.

    Attributes:
        layers: One `LayerReport` per layer.
        inputs: The root mean square of the inputs; standardised ones have 1.
        problems: What is wrong, each with the usual remedy; empty where nothing is.
    """

    def __init__(self, layers: list[LayerReport], inputs: float) -> None:
        self.layers = layers
        self.inputs = inputs
        self.problems = list(_problems(layers, "" if 0.5 < inputs < 2.0 else "standardised inputs"))

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    def __repr__(self) -> str:
        rows = [
            [
                str(layer.place),
                layer.activation,
                _share(layer.dead),
                _share(layer.saturated),
                f"{layer.activations:.3g}",
                f"{layer.gradients:.3g}",
            ]
            for layer in self.layers
        ]
        head = ["layer", "activation", "dead", "saturated", "activations", "gradients"]
        verdict = self.problems or ["nothing stands out: activations and gradients are in range"]
        lines = [table(head, rows, align="><>>>>"), "", *(f"- {line}" for line in verdict)]
        return Text("\n".join(lines))


def diagnose(
    model: MLP, X: Any, y: Any = None, loss: str | Loss | Formula | None = None
) -> HealthReport:
    """Look for dead and saturated units and for gradients that vanish or explode.

    Args:
        model: The net; its parameters' `grad` stay as they are.
        X: Rows of n numbers; a hundred are enough.
        y: Targets, as for `fit`. Without them the gradients are those of the mean of the outputs
            before the head, which show how well a gradient comes through.
        loss: As for `fit`.

    Returns:
        The findings, layer by layer, and a verdict in words.

    Raises:
        InputError, DataError: something does not fit.
    """
    if not isinstance(model, MLP):
        raise InputError(f"diagnose looks into an MLP; got {type(model).__name__}")
    rows = check_inputs(X, model.nin)
    flows = [model.activations(x) for x in rows]
    gradients = _gradients(model, rows, y, loss)
    reports = [
        _report(i, layer, [flow[i - 1 : i + 1] for flow in flows], gradients)
        for i, layer in enumerate(model.layers, 1)
    ]
    return HealthReport(reports, _root_mean_square([number for row in rows for number in row]))


def _gradients(
    model: MLP, rows: Rows, y: Any, loss: str | Loss | Formula | None
) -> dict[Value, float]:
    """The derivative of the loss by every parameter."""
    if y is None:
        outputs = [o for x in rows for o in model.logits(x)]
        cost = ops.mean(outputs)
    else:
        objective = Objective(model, loss)
        data = make_examples(rows, y, len(objective.outputs(rows[0])), objective.task)
        cost = ops.mean([objective(x, t) for x, t in zip(data.X, data.Y, strict=True)])
    parameters = model.parameters()
    return dict(zip(parameters, grad(cost, parameters), strict=True))


def _report(
    place: int, layer: Layer, flows: list[list[list[Value]]], gradients: dict[Value, float]
) -> LayerReport:
    """One layer, given for each example what flowed in and out."""
    outputs = [[v.data for v in out] for _, out in flows]
    every = [o for row in outputs for o in row]
    units = list(zip(*outputs, strict=True))
    dead = saturated = None
    if layer.activation in _CAN_DIE:
        dead = sum(not any(unit) for unit in units) / len(units)
    if layer.activation in _LARGEST_SLOPE:
        flat = FLAT * _LARGEST_SLOPE[layer.activation]
        saturated = sum(_slope(layer.activation, o) < flat for o in every) / len(every)
    weights = [w for neuron in layer.neurons for w in neuron.w]
    alike = (
        len(units) > 1 and len({tuple(w.data for w in n.parameters()) for n in layer.neurons}) == 1
    )
    return LayerReport(
        place, layer.activation, layer.init, dead, saturated, alike,
        _root_mean_square(every), _root_mean_square([gradients[w] for w in weights]),
    )  # fmt: skip


def _slope(activation: str, out: float) -> float:
    """The derivative of sigmoid or tanh where their output is `out`."""
    return float(textbook_partials(ops.OPS[activation], (0.0,), out)[0])


def _root_mean_square(numbers: list[float]) -> float:
    return math.hypot(*numbers) / math.sqrt(len(numbers))


def _problems(layers: list[LayerReport], standardise: str) -> Iterator[str]:
    """What is wrong, each kind once, with the layers where it is seen, and what is not yet done.

    Args:
        layers: The reports.
        standardise: What to advise for the inputs; "" where they need nothing.
    """
    hidden = layers[:-1]
    alike = [layer for layer in hidden if layer.alike]
    dead = [layer for layer in layers if (layer.dead or 0) >= MANY_DEAD and layer not in alike]
    saturated = [layer for layer in hidden if (layer.saturated or 0) >= MANY_SATURATED]
    exploded = [layer for layer in layers if max(layer.activations, layer.gradients) > EXPLODED]
    faint = [layer for layer in hidden if layer.activations < FAINT and layer not in alike + dead]
    if alike:
        yield _tell_alike(alike)
    if dead:
        yield _tell_dead(dead, standardise)
    if saturated:
        yield _tell_saturated(saturated, standardise)
    if exploded:
        yield _tell_exploded(exploded, standardise)
    if faint:
        yield _tell_faint(faint, standardise)
    ratio = layers[0].gradients / layers[-1].gradients if layers[-1].gradients else 1.0
    if ratio < VANISHED and not alike and not dead:
        yield _tell_vanished(layers, ratio)


def _tell_alike(layers: list[LayerReport]) -> str:
    return (
        f"all units of {_places(layers)} are the same: they get the same gradient and stay the "
        f"same. Draw the first weights at random: init='he' or 'xavier'"
    )


def _tell_dead(layers: list[LayerReport], standardise: str) -> str:
    shares = _range([layer.dead for layer in layers])
    remedies = "activation='leaky_relu'", _init(layers), standardise, "a smaller learning rate"
    return (
        f"{shares} of the units of {_places(layers)} are dead: 0 for every example, so "
        f"their weights get no gradient. {_use(*remedies)}"
    )


def _tell_saturated(layers: list[LayerReport], standardise: str) -> str:
    shares = _range([layer.saturated for layer in layers])
    remedies = _init(layers), standardise, "activation='relu'", "a smaller learning rate"
    return (
        f"{shares} of the outputs of {_places(layers)} are saturated: "
        f"{layers[0].activation} is flat there. {_use(*remedies)}"
    )


def _tell_exploded(layers: list[LayerReport], standardise: str) -> str:
    remedies = _init(layers), standardise, "fewer layers", "clipped gradients (clip=1.0)"
    return (
        f"activations or gradients of {_places(layers)} are above {EXPLODED:g}. {_use(*remedies)}"
    )


def _tell_faint(layers: list[LayerReport], standardise: str) -> str:
    return (
        f"activations of {_places(layers)} are below {FAINT:g}: hardly a signal comes through, "
        f"so hardly a gradient comes back. {_use(_init(layers), standardise, 'fewer layers')}"
    )


def _tell_vanished(layers: list[LayerReport], ratio: float) -> str:
    first = layers[0]
    better = [
        f"activation={activation!r} with init={init!r}"
        for activation, init in (("relu", "he"), ("tanh", "xavier"))
        if (activation, init) != (first.activation, first.init)
    ]
    return (
        f"the gradient vanishes on its way back: in layer 1 it is {ratio:.2g} times that of "
        f"layer {layers[-1].place}, so the first layers hardly learn. "
        f"{_use(*better, 'fewer layers')}"
    )


def _init(layers: list[LayerReport]) -> str:
    """The initialisation made for the activation of the first of the layers; "" if it is used."""
    init = recommended_init(layers[0].activation)
    return "" if all(layer.init == init for layer in layers) else f"init={init!r}"


def _use(*remedies: str) -> str:
    """``Use this, that, or the other``; what is "" is left out."""
    *others, last = filter(None, remedies)
    comma = "," if len(others) > 1 else ""
    return f"Use {', '.join(others)}{comma} or {last}" if others else f"Use {last}"


def _places(layers: list[LayerReport]) -> str:
    numbers = ", ".join(str(layer.place) for layer in layers)
    return f"layer{'s' if len(layers) > 1 else ''} {numbers}"


def _range(shares: Iterable[float | None]) -> str:
    shown = [_share(s) for s in sorted(s for s in shares if s is not None)]
    return shown[0] if shown[0] == shown[-1] else f"{shown[0]} to {shown[-1]}"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
