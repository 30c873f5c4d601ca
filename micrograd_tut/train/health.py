"""Diagnosis of a network: its data, its predictions, its loss curve, and each of its layers.

>>> from micrograd_tut import MLP
>>> model = MLP(2, [4, 4, 1], activation="sigmoid", init="zeros")
>>> [problem.split(",")[0] for problem in diagnose(model, [[0.0, 1.0], [1.0, 0.0]]).problems]
['all units within each of layers 1']
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from micrograd_tut import ops
from micrograd_tut.engine import Value, grad
from micrograd_tut.errors import InputError
from micrograd_tut.nn import MLP, Layer
from micrograd_tut.nn.initializers import recommended_init
from micrograd_tut.ops.textbook import textbook_partials
from micrograd_tut.support.html import html_table, paragraphs, text
from micrograd_tut.support.text import Text, table
from micrograd_tut.train.arrays import check_inputs
from micrograd_tut.train.examples import examples_of
from micrograd_tut.train.history import History
from micrograd_tut.train.losses import Formula, Loss
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.verdicts import (
    Predictions,
    constant_inputs,
    curve_problems,
    data_problems,
    prediction_problems,
    predictions_of,
)

SATURATION = 0.05
"""A sigmoid or tanh unit is saturated if its derivative is below this fraction of the maximum."""

MANY_DEAD = 0.5
"""The fraction of dead units in a layer from which it is a problem."""

MANY_SATURATED = 0.75
"""The fraction of saturated outputs from which it is a problem; a trained network has some."""

VANISHED = 0.01
"""The gradient has vanished if its RMS in layer 1 is below this fraction of the last layer's."""

EXPLODED = 1e3
"""Activations or gradients have exploded if their RMS is above this."""

FAINT = 1e-3
"""The signal has vanished if the RMS of the activations of a hidden layer is below this."""

_MAX_DERIVATIVE = {"sigmoid": 0.25, "tanh": 1.0}
_CAN_DIE = ("relu",)


class LayerReport(NamedTuple):
    """One layer, over all examples. RMS is the root mean square.

    Attributes:
        number: The number of the layer, 1 for the first hidden one.
        activation: Its activation.
        init: Its initialisation.
        dead: The fraction of units that output 0 for every example; None if its units cannot die.
        saturated: The fraction of saturated outputs, over units and examples; None if its
            activation does not saturate.
        identical: Whether there are several units, all with the same weights.
        activations: The RMS of its outputs.
        gradients: The RMS of the derivatives of the loss with respect to its weights.
    """

    number: int
    activation: str
    init: str
    dead: float | None
    saturated: float | None
    identical: bool
    activations: float
    gradients: float


class HealthReport:
    """The result of `diagnose`; it prints as a table with the problems.

    Attributes:
        layers: One `LayerReport` per layer.
        inputs: The RMS of the inputs; 1 if they are standardised.
        predictions: The loss beside that of the trivial prediction; None without targets.
        problems: Each problem with the usual remedies; empty for a healthy model.
    """

    def __init__(
        self,
        layers: list[LayerReport],
        inputs: float,
        predictions: Predictions | None = None,
        causes: Sequence[str] = (),
        symptoms: Sequence[str] = (),
        inputs_differ: bool = True,
    ) -> None:
        self.layers = layers
        self.inputs = inputs
        self.predictions = predictions
        standardise = "" if 0.5 < inputs < 2.0 else "standardised inputs"
        of_layers = list(_problems(layers, standardise)) if inputs_differ else []
        self.problems = [*causes, *of_layers] or [*symptoms]

    @property
    def healthy(self) -> bool:
        """Whether there is no problem."""
        return not self.problems

    def __repr__(self) -> str:
        lines = [table(*self._table()), ""]
        if self.predictions:
            lines += [f"{self.predictions}.", ""]
        return Text("\n".join([*lines, *(f"- {line}" for line in self._verdict())]))

    def _repr_html_(self) -> str:
        predictions = f"{self.predictions}." if self.predictions else ""
        verdict = "".join(f"<li>{text(line)}</li>" for line in self._verdict())
        return f"{html_table(*self._table())}{paragraphs(predictions)}<ul>{verdict}</ul>"

    def _verdict(self) -> Sequence[str]:
        """The problems, or that there are none."""
        healthy = "No problems found: activations and gradients are in a normal range."
        return self.problems or [healthy]

    def _table(self) -> tuple[list[str], list[list[str]], None, str]:
        """The head, the rows and the alignment of the table of the layers."""
        rows = [
            [
                str(layer.number),
                layer.activation,
                _percent(layer.dead),
                _percent(layer.saturated),
                f"{layer.activations:.3g}",
                f"{layer.gradients:.3g}",
            ]
            for layer in self.layers
        ]
        head = ["layer", "activation", "dead", "saturated", "activations", "gradients"]
        return head, rows, None, "><>>>>"


def diagnose(
    model: MLP,
    X: Any,
    y: Any = None,
    loss: str | Loss | Formula | None = None,
    history: History | None = None,
) -> HealthReport:
    """Look for what hinders learning, from the data to the last layer.

    Inputs: constant, or far from unit scale. Targets: all the same, or far from unit scale.
    Predictions: hardly different from the trivial prediction, which is the same for every example
    (the mean target, or the frequency of each class); one class for almost all examples. Loss
    curve: a learning rate too large or too small. Layers: dead units, saturated units, identical
    units, vanishing or exploding gradients.

    Args:
        model: The network; neither its parameters nor their `grad` change.
        X: Rows of n numbers; a hundred are enough.
        y: Targets, as for `fit`. Without them the gradients are those of the mean logit, which
            show how well a gradient reaches the first layers.
        loss: As for `fit`.
        history: What `fit` returned, for a verdict on the learning rate.

    Returns:
        A report on each layer, and the problems with remedies.

    Raises:
        InputError, DataError: an argument does not fit.
    """
    if not isinstance(model, MLP):
        raise InputError(
            f"diagnose needs an MLP; got {type(model).__name__}. Pass the whole model: "
            f"mg.diagnose(model, X)"
        )
    inputs = check_inputs(X, model.nin)
    rows = inputs.tolist()
    activations = [model.activations(x) for x in rows]
    if history is not None and not isinstance(history, History):
        raise InputError(f"history is what mg.fit returned; got {history!r}")
    causes = curve_problems(history) if history is not None else []
    symptoms: list[str] = []
    predictions, differ = None, not constant_inputs(rows)
    if y is None:
        mean = ops.mean([logit for x in rows for logit in model.logits(x)])
        causes += data_problems(rows, None)
    else:
        objective = Objective(model, loss)
        data = examples_of(objective, inputs, y)
        mean = ops.mean([objective(x, t) for x, t in zip(rows, data.Y.tolist(), strict=True)])
        predictions = predictions_of(objective, data)
        good = predictions is not None and predictions.good
        causes += data_problems(rows, data, objective.task, good)
        if predictions and differ and (data.Y[0] != data.Y).any():
            trained = history is not None
            symptoms = prediction_problems(predictions, data, objective.task, trained)
    parameters = model.parameters()
    gradients = dict(zip(parameters, grad(mean, parameters), strict=True))
    reports = [
        _report(i, layer, [example[i] for example in activations], gradients)
        for i, layer in enumerate(model.layers, 1)
    ]
    size = _rms([number for row in rows for number in row])
    return HealthReport(reports, size, predictions, causes, symptoms, differ)


def _report(
    number: int, layer: Layer, activations: list[list[Value]], gradients: dict[Value, float]
) -> LayerReport:
    """The report on a layer, from its outputs for each example."""
    examples = [[v.data for v in row] for row in activations]
    outputs = [out for row in examples for out in row]
    units = list(zip(*examples, strict=True))
    dead = saturated = None
    if layer.activation in _CAN_DIE:
        dead = sum(not any(unit) for unit in units) / len(units)
    if layer.activation in _MAX_DERIVATIVE:
        limit = SATURATION * _MAX_DERIVATIVE[layer.activation]
        count = sum(_derivative(layer.activation, out) < limit for out in outputs)
        saturated = count / len(outputs)
    weights = [w for neuron in layer.neurons for w in neuron.w]
    parameters = {tuple(p.data for p in neuron.parameters()) for neuron in layer.neurons}
    return LayerReport(
        number,
        layer.activation,
        layer.init,
        dead,
        saturated,
        identical=len(units) > 1 and len(parameters) == 1,
        activations=_rms(outputs),
        gradients=_rms([gradients[w] for w in weights]),
    )


def _derivative(activation: str, out: float) -> float:
    """The derivative of sigmoid or tanh, given their output."""
    return float(textbook_partials(ops.OPS[activation], (0.0,), out)[0])


def _rms(numbers: list[float]) -> float:
    """The root mean square."""
    return math.hypot(*numbers) / math.sqrt(len(numbers))


# --- Problems and remedies ------------------------------------------------------------------


def _problems(layers: list[LayerReport], standardise: str) -> Iterator[str]:
    """The problems, each kind once, with its layers and the remedies that are not in use yet.

    Args:
        layers: The reports.
        standardise: The advice for the inputs; "" if they are standardised.
    """
    hidden = layers[:-1]
    identical = [layer for layer in hidden if layer.identical]
    dead = [layer for layer in layers if (layer.dead or 0) >= MANY_DEAD and layer not in identical]
    saturated = [layer for layer in hidden if (layer.saturated or 0) >= MANY_SATURATED]
    exploded = [layer for layer in layers if max(layer.activations, layer.gradients) > EXPLODED]
    faint = [
        layer for layer in hidden if layer.activations < FAINT and layer not in identical + dead
    ]
    if identical:
        yield _identical(identical)
    if dead:
        yield _dead(dead, standardise)
    if saturated:
        yield _saturated(saturated, standardise)
    if exploded:
        yield _exploded(exploded, standardise)
    if faint:
        yield _faint(faint, standardise)
    ratio = layers[0].gradients / layers[-1].gradients if layers[-1].gradients else 1.0
    if ratio < VANISHED and not identical and not dead:
        yield _vanished(layers, ratio)


def _identical(layers: list[LayerReport]) -> str:
    return (
        f"all units within {'each of ' if len(layers) > 1 else ''}{_numbers(layers)} are "
        f"identical: with the same weights they receive the same gradients and can never differ "
        f"(symmetry is not broken). Initialise the weights randomly: init='he' or 'xavier'"
    )


def _dead(layers: list[LayerReport], standardise: str) -> str:
    remedies = "activation='leaky_relu'", _init(layers), standardise, "a smaller learning rate"
    return (
        f"{_range(layer.dead for layer in layers)} of the units of {_numbers(layers)} are dead: "
        f"they output 0 for every example, so no gradient reaches their weights. "
        f"{_advice(remedies)}"
    )


def _saturated(layers: list[LayerReport], standardise: str) -> str:
    remedies = _init(layers), standardise, "activation='relu'", "a smaller learning rate"
    return (
        f"{_range(layer.saturated for layer in layers)} of the outputs of {_numbers(layers)} are "
        f"saturated: there the derivative of {layers[0].activation} is close to 0. "
        f"{_advice(remedies)}"
    )


def _exploded(layers: list[LayerReport], standardise: str) -> str:
    remedies = _init(layers), standardise, "fewer layers", "gradient clipping (clip=1.0)"
    return (
        f"activations or gradients of {_numbers(layers)} are above {EXPLODED:g}. "
        f"{_advice(remedies)}"
    )


def _faint(layers: list[LayerReport], standardise: str) -> str:
    return (
        f"activations of {_numbers(layers)} are below {FAINT:g}: almost no signal gets through, "
        f"so almost no gradient comes back. "
        f"{_advice((_init(layers), standardise, 'fewer layers'))}"
    )


def _vanished(layers: list[LayerReport], ratio: float) -> str:
    first = layers[0]
    alternatives = [
        f"activation={activation!r} with init={init!r}"
        for activation, init in (("relu", "he"), ("tanh", "xavier"))
        if (activation, init) != (first.activation, first.init)
    ]
    return (
        f"the gradient vanishes: in layer 1 it is only {ratio:.2g} times as large as in layer "
        f"{layers[-1].number}, so the first layers barely learn. "
        f"Try {'; or '.join([*alternatives, 'fewer layers'])}"
    )


def _init(layers: list[LayerReport]) -> str:
    """The initialisation for the activation of the first of the layers; "" if it is in use."""
    init = recommended_init(layers[0].activation)
    return "" if all(layer.init == init for layer in layers) else f"init={init!r}"


def _advice(remedies: Iterable[str]) -> str:
    """``Try this, that, or the other``, without empty remedies."""
    *others, last = filter(None, remedies)
    comma = "," if len(others) > 1 else ""
    return f"Try {', '.join(others)}{comma} or {last}" if others else f"Try {last}"


def _numbers(layers: list[LayerReport]) -> str:
    numbers = ", ".join(str(layer.number) for layer in layers)
    return f"layer{'s' if len(layers) > 1 else ''} {numbers}"


def _range(fractions: Iterable[float | None]) -> str:
    texts = [_percent(f) for f in sorted(f for f in fractions if f is not None)]
    return texts[0] if texts[0] == texts[-1] else f"{texts[0]} to {texts[-1]}"


def _percent(fraction: float | None) -> str:
    return "–" if fraction is None else f"{fraction:.0%}"
