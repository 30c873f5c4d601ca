"""What a playground computes, compiled to JavaScript: the loss of a network, and update rules.

The page trains with the same code as Python: `compile` writes both from the same definitions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from micrograd_tut.compiler import compile
from micrograd_tut.compiler.javascript_codegen import CHECKS
from micrograd_tut.errors import InputError, MicrogradError
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import OPTIMIZERS, SGD, optimizer_of
from micrograd_tut.train.optimizer import Adjustment, Optimizer
from micrograd_tut.train.state_dict import tensors

ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")
"""The activations to choose from on a page, beside that of the network."""

RULES = ("sgd", "rmsprop", "adagrad", "adam", "adamw")
"""The optimizers to choose from on a page, beside the given one and SGD with momentum."""

_MOMENTUM = SGD(momentum=0.9)


class Rule(NamedTuple):
    """An optimizer as a program.

    Attributes:
        averages: The number of its running averages per parameter.
        lr: Its learning rate.
        source: The program: a function ``(w, g, lr, steps, l2, *averages)`` of one parameter, which
            returns the new parameter and averages.
    """

    averages: int
    lr: float
    source: str


def network_program(objective: Objective, targets: int) -> str:
    """The loss of one example as a program of the parameters in the order of the state dict.

    Args:
        objective: An MLP and its loss.
        targets: The number of targets of an example.

    Returns:
        The source of a program ``(x, target)`` that returns the loss, what the loss is computed
        from, and the outputs of all hidden neurons.
    """
    model = objective.model

    def example(x: list[Any], target: list[Any]) -> list[Any]:
        *hidden, last = model.layers
        found: list[Any] = []
        for layer in hidden:
            x = layer.compute(x)
            found += x
        outputs = last.compute(x, logits=objective.uses_logits)
        return [objective.loss_of(outputs, target), *outputs, *found]

    compiled = compile(example, example=([0.0] * model.nin, [0.0] * targets))
    parameters = compiled.executable([model.nin, targets]).parameters
    assert parameters == [v for tensor in tensors(model) for v in tensor.values]
    return _function(str(compiled.javascript))


def rules(optimizer: str | Optimizer) -> dict[str, Rule]:
    """The optimizers to choose from by name, the given one first.

    Raises:
        InputError: the given one is not known, or it cannot be compiled.
    """
    given = optimizer_of(optimizer)
    others = [*(OPTIMIZERS[name]() for name in RULES), _MOMENTUM]
    chosen = {_name(given): given}
    for other in others:
        chosen.setdefault(_name(other), other)
    return {name: _rule(each) for name, each in chosen.items()}


def _name(optimizer: Optimizer) -> str:
    """``SGD``, or with settings that are not the defaults ``SGD(momentum=0.9)``."""
    name = type(optimizer).__name__
    try:
        default = vars(type(optimizer)(optimizer.lr))
    except TypeError:  # a class of the user's own
        return name
    own = [f"{k}={v!r}" for k, v in vars(optimizer).items() if k in default and v != default[k]]
    hidden = ("steps=", "state=", "averages=")
    settings = ", ".join(text for text in own if not text.startswith(hidden))
    return f"{name}({settings})" if settings else name


def _rule(optimizer: Optimizer) -> Rule:
    rule = optimizer.reset_copy()

    def update(w: Any, g: Any, lr: Any, steps: Any, l2: Any, *averages: Any) -> list[Any]:
        rule.steps = steps
        new, state = rule.update(w, Adjustment(l2).apply(w, g), lr, *averages)
        return [new, *state]

    name = _name(optimizer)
    try:
        compiled = compile(update, example=(0.0,) * (5 + rule.averages))
    except (MicrogradError, AttributeError, TypeError) as error:
        raise InputError(
            f"{name} cannot run on a page, because its update rule is more than arithmetic; use "
            f"one of {', '.join(RULES)}"
        ) from error
    return Rule(rule.averages, optimizer.lr, _function(str(compiled.javascript)))


def script(networks: Mapping[str, str], rules: Mapping[str, Rule]) -> str:
    """The part of the page's script that has the programs, by name.

    Args:
        networks: The programs of the network, by activation.
        rules: The optimizers, by name.
    """
    sources = {name: rule.source for name, rule in rules.items()}
    return "\n".join([_plain(CHECKS), _table("NETWORKS", networks), _table("RULES", sources)])


def _table(name: str, sources: Mapping[str, str]) -> str:
    """A constant: an object with the function `build` of a program for each name."""
    rows = "".join(f"{json.dumps(key)}: {source},\n" for key, source in sources.items())
    return f"const {name} = {{\n{rows}}};\n"


def _function(module: str) -> str:
    """A module of `compile` as an expression whose value is its function `build`."""
    return f"(() => {{\n{_plain(module.replace(CHECKS, ''))}\nreturn build;\n}})()"


def _plain(module: str) -> str:
    """A module as a part of a script: without exports, comments and indentation, to be short."""
    lines = (line.strip().removeprefix("export ") for line in module.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*", "*")))
