"""What a first course says about each activation function.

What they compute is in `ops`; here is how a textbook writes it, and what it is used for.
"""

from __future__ import annotations

from typing import NamedTuple

from micrograd_tut.support.html import html_table, paragraphs
from micrograd_tut.support.text import Text, table


class Activation(NamedTuple):
    """What a textbook says about one activation; x is the weighted sum.

    In formulas cdf and pdf are those of the standard normal distribution, and α and λ the constants
    of selu, 1.6732632423543772 and 1.0507009873554805.

    Attributes:
        name: As in `MLP(..., activation=name)`.
        formula: The output, ``out``.
        derivative: The derivative of ``out`` with respect to x.
        range: The interval of the outputs.
        centred: Whether outputs have mean 0 if weighted sums are symmetric around 0.
        use: What it is usually used for.
        weakness: Its main disadvantage.
    """

    name: str
    formula: str
    derivative: str
    range: str
    centred: bool
    use: str
    weakness: str


_ROWS = (
    Activation(
        "linear", "x", "1", "(-inf, inf)", True,
        "output of a regression", "layers of it collapse into one",
    ),
    Activation(
        "relu", "max(0, x)", "1 if x > 0 else 0", "[0, inf)", False,
        "hidden layers, the first choice", "units can die: never positive, no gradient",
    ),
    Activation(
        "leaky_relu", "x if x > 0 else 0.01 * x", "1 if x > 0 else 0.01", "(-inf, inf)", False,
        "hidden layers where relu units die", "one more hyperparameter: the slope for x < 0",
    ),
    Activation(
        "sigmoid", "1 / (1 + exp(-x))", "out * (1 - out)", "(0, 1)", False,
        "output for yes or no: a probability", "saturates: derivative near 0 far out",
    ),
    Activation(
        "tanh", "(exp(2*x) - 1) / (exp(2*x) + 1)", "1 - out**2", "(-1, 1)", True,
        "hidden layers of small networks", "saturates: derivative near 0 far out",
    ),
    Activation(
        "softmax", "exp(x_i) / sum(exp(x_j))", "∂out_i/∂x_j = out_i * ((i == j) - out_j)",
        "(0, 1), sum 1", False,
        "output for one of k classes", "not for hidden layers: its units compete",
    ),
    Activation(
        "gelu", "x * cdf(x)",
        "cdf(x) + x * pdf(x)", "[-0.17, inf)", False,
        "hidden layers of transformers", "slower than relu, rarely better if small",
    ),
    Activation(
        "silu", "x / (1 + exp(-x))", "(1 + out * exp(-x)) / (1 + exp(-x))", "[-0.28, inf)", False,
        "hidden layers of deep networks", "slower than relu, rarely better if small",
    ),
    Activation(
        "elu", "x if x > 0 else exp(x) - 1", "1 if x > 0 else exp(x)", "(-1, inf)", False,
        "hidden layers where relu units die", "slower than relu; saturates for x < 0",
    ),
    Activation(
        "softplus", "log(1 + exp(x))", "1 / (1 + exp(-x))", "(0, inf)", False,
        "outputs that must be positive", "never 0, so all units stay active",
    ),
    Activation(
        "selu", "λ*x if x > 0 else λ*α*(exp(x) - 1)", "λ if x > 0 else λ*α*exp(x)",
        "(-1.76, inf)", True,
        "deep networks of dense layers", "needs standardised inputs and LeCun's weights",
    ),
    Activation(
        "mish", "x * tanh(log(1 + exp(x)))", "out/x + (x - out**2/x) / (1 + exp(-x))",
        "[-0.31, inf)", False,
        "hidden layers of vision networks", "slower than relu, rarely better if small",
    ),
    Activation(
        "softsign", "x / (1 + abs(x))", "1 / (1 + abs(x))**2", "(-1, 1)", True,
        "hidden layers of small networks", "saturates, though more slowly than tanh",
    ),
    Activation(
        "relu6", "min(max(0, x), 6)", "1 if 0 < x < 6 else 0", "[0, 6]", False,
        "hidden layers in 8-bit arithmetic", "no gradient below 0 and above 6",
    ),
    Activation(
        "hard_sigmoid", "min(max(0, x + 3), 6) / 6", "1/6 if -3 < x < 3 else 0", "[0, 1]", False,
        "gates where exp is too slow", "no gradient below -3 and above 3",
    ),
)  # fmt: skip

ACTIVATIONS = {row.name: row for row in _ROWS}
"""The activations by name: "linear" for none, or the name of an operation."""


_SYMBOLS = (
    "cdf and pdf are those of the standard normal distribution; "
    "α = 1.6732632423543772, λ = 1.0507009873554805."
)


class ActivationTable(tuple[Activation, ...]):
    """The rows of `Activation`, which print as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        return Text("\n\n".join([*(table(*part) for part in self._tables()), _SYMBOLS]))

    def _repr_html_(self) -> str:
        return "".join(html_table(*part) for part in self._tables()) + paragraphs(_SYMBOLS)

    def _tables(self) -> list[tuple[list[str], list[list[str]]]]:
        """The head and the rows of two tables."""
        formulas = [[a.name, a.formula, a.derivative, a.range] for a in self]
        advice = [[a.name, "yes" if a.centred else "no", a.use, a.weakness] for a in self]
        return [
            (["activation", "out", "derivative", "range"], formulas),
            (["activation", "zero-centred", "typical use", "main weakness"], advice),
        ]


def activations() -> ActivationTable:
    """A table of the activation functions: formula, derivative, range, zero-centred, use, weakness.

    Returns:
        One `Activation` per name, in a tuple that prints as a table.

    >>> activations()[3].derivative
    'out * (1 - out)'
    """
    return ActivationTable(_ROWS)
