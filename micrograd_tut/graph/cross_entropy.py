"""Which operations of a graph compute a cross-entropy, for whatever shows the graph to a person.

The losses on logits are recorded in a form that cannot overflow, such as the log-sum-exp of
differences. A reader knows them by their name and by the formula of the textbook.

>>> from micrograd_tut.train.losses import categorical_cross_entropy_with_logits
>>> logits = [Value(1.0, "a"), Value(2.0, "b"), Value(0.5, "c")]
>>> loss = cross_entropy_of(categorical_cross_entropy_with_logits(logits, 1))
>>> loss.words, loss.formula(lambda v: v.label)
('cross-entropy, class 1 (b)', '-log(softmax(a, b, c)[1])')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from micrograd_tut import ops
from micrograd_tut.engine import Constant, Value

NAME = "cross-entropy"
"""What drawings and steppers call it."""

_LISTED = 4  # logits that a formula names


@dataclass(frozen=True, eq=False, slots=True)
class CrossEntropy:
    """What a node computes if it is a cross-entropy.

    Attributes:
        node: The node.
        activation: What it applies to its inputs: "softmax", "sigmoid", or "" to probabilities.
        inputs: The logits or probabilities, in the order of the classes.
        target: The true class, counted from 0; of a sigmoid the label, 0 or 1; None if the target
            is a probability for each class.
        inside: The nodes and constants between the inputs and `node`.
    """

    node: Value
    activation: str
    inputs: tuple[Value, ...]
    target: int | None
    inside: tuple[Value, ...]

    @property
    def target_words(self) -> str:
        """``class 2``, with the label of its logit if there is one: ``class 2 (virginica)``."""
        if self.target is None:
            return "soft labels"
        if self.activation == "sigmoid":
            return f"label {self.target}"
        label = self.inputs[self.target].label
        return f"class {self.target}" + (f" ({label})" if label else "")

    @property
    def words(self) -> str:
        """Its name and its class: ``cross-entropy, class 2``."""
        return f"{NAME}, {self.target_words}"

    def partial(self, k: int, name: Callable[[Value], object]) -> str:
        """The textbook's derivative with respect to the k-th input: ``softmax(z1, z2)[0] - 1``."""
        if not self.activation:
            return f"-1 / {name(self.inputs[k])}" if k == self.target else "0"
        applied = f"{self.activation}({self._listed(name)})"
        if self.activation == "sigmoid":
            return f"{applied} - 1" if self.target else applied
        if self.target is None:
            return f"{applied}[{k}] - t[{k}]"
        return f"{applied}[{k}]" + (" - 1" if k == self.target else "")

    def _listed(self, name: Callable[[Value], object]) -> str:
        names = [str(name(v)) for v in self.inputs[:_LISTED]]
        return ", ".join(names + (["…"] if len(self.inputs) > _LISTED else []))

    def formula(self, name: Callable[[Value], object]) -> str:
        """The formula of the textbook, such as ``-log(softmax(z1, z2, z3)[2])``.

        Args:
            name: What to call an input.
        """
        listed = self._listed(name)
        if self.activation == "sigmoid":
            probability = f"sigmoid({listed})"
            return f"-log({probability if self.target else f'1 - {probability}'})"
        if not self.activation:
            return f"-log({name(self.inputs[self.target or 0])})"
        if self.target is None:
            return f"-sum(t * log(softmax({listed})))"
        return f"-log(softmax({listed})[{self.target}])"


def cross_entropy_of(node: Value) -> CrossEntropy | None:
    """The cross-entropy that a node computes; None if it computes something else."""
    pattern = _PATTERNS.get(node.op.name) if node.op else None
    return pattern(node) if pattern else None


def cross_entropies(order: Iterable[Value]) -> dict[Value, CrossEntropy]:
    """Every cross-entropy of a graph whose inside has no other use, by its node.

    Args:
        order: All Values of the graph, inputs first.
    """
    nodes = list(order)
    found = {v: loss for v in nodes if (loss := cross_entropy_of(v))}
    if not found:
        return {}
    uses: dict[Value, set[Value]] = {}
    for node in nodes:
        for v in node.inputs:
            uses.setdefault(v, set()).add(node)
    return {
        v: loss
        for v, loss in found.items()
        if all(uses[part] <= {v, *loss.inside} for part in loss.inside)
    }


def _of_differences(node: Value) -> CrossEntropy | None:
    """logsumexp of ``z - z_true`` for every class, with 0 for the true one."""
    zeros = [k for k, v in enumerate(node.inputs) if isinstance(v, Constant) and v.data == 0.0]
    differences = [v for v in node.inputs if v.op is ops.sub]
    if len(zeros) != 1 or len(differences) != len(node.inputs) - 1 or not differences:
        return None
    (true,) = zeros
    logit = differences[0].inputs[1]
    if any(v.inputs[1] is not logit for v in differences):
        return None
    inputs = [logit if k == true else v.inputs[0] for k, v in enumerate(node.inputs)]
    return CrossEntropy(node, "softmax", tuple(inputs), true, tuple(dict.fromkeys(node.inputs)))


def _minus_a_logit(node: Value) -> CrossEntropy | None:
    """logsumexp of the logits, minus the true one or the dot product with the targets."""
    total, picked = node.inputs
    if total.op is not ops.logsumexp or any(isinstance(v, Constant) for v in total.inputs):
        return None
    logits = list(total.inputs)
    if picked in logits:
        return CrossEntropy(node, "softmax", tuple(logits), logits.index(picked), (total,))
    targets = _weights(picked, logits)
    if targets is None:
        return None
    weights = [v for v in picked.inputs if isinstance(v, Constant)]
    return CrossEntropy(node, "softmax", tuple(logits), _class(targets), (*weights, total, picked))


def _of_a_label(node: Value) -> CrossEntropy | None:
    """softplus of a logit times -1, for the label 1, or times 1, for the label 0."""
    (scaled,) = node.inputs
    if scaled.op is not ops.mul:
        return None
    sign, logit = scaled.inputs
    if not isinstance(sign, Constant) or sign.data not in (-1.0, 1.0):
        return None
    return CrossEntropy(node, "sigmoid", (logit,), int(sign.data < 0), (sign, scaled))


def _of_probabilities(node: Value) -> CrossEntropy | None:
    """Minus the log of the probability of the true class, picked by a dot product."""
    (log,) = node.inputs
    if log.op is not ops.log or log.inputs[0].op is not ops.weighted_sum:
        return None
    (picked,) = log.inputs
    probabilities = [v for v in picked.inputs if not isinstance(v, Constant)]
    targets = _weights(picked, probabilities)
    if targets is None or (true := _class(targets)) is None:
        return None
    weights = [v for v in picked.inputs if isinstance(v, Constant)]
    return CrossEntropy(node, "", tuple(probabilities), true, (*weights, picked, log))


def _weights(node: Value, values: Sequence[Value]) -> list[float] | None:
    """The constants by which a dot product weights exactly these Values, else None."""
    size = len(values)
    if node.op is not ops.weighted_sum or len(node.inputs) != 2 * size:
        return None
    weights, weighted = node.inputs[:size], node.inputs[size:]
    if list(weighted) != list(values) or not all(isinstance(v, Constant) for v in weights):
        return None
    return [v.data for v in weights]


def _class(targets: Sequence[float]) -> int | None:
    """The class of a one-hot list, else None."""
    one_hot = sorted(targets) == [0.0] * (len(targets) - 1) + [1.0]
    return targets.index(1.0) if one_hot else None


_PATTERNS: dict[str, Callable[[Value], CrossEntropy | None]] = {
    "logsumexp": _of_differences,
    "sub": _minus_a_logit,
    "softplus": _of_a_label,
    "neg": _of_probabilities,
}
"""What to look at, by the name of the last operation."""
