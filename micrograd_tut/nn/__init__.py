"""Neurons, layers and multi-layer perceptrons made of Values.

In: numbers or Values, one list per example. Out: Values, or predictions for rows of a table.
Read `module` (parameters), then `layers` (Neuron, Layer, MLP). Beside them: `initializers`,
`activations` (what a course says about each), `predict` and `explain`.
"""

from micrograd_tut.nn.layers import MLP as MLP, Layer as Layer, Neuron as Neuron
from micrograd_tut.nn.module import Module as Module, Parameter as Parameter, as_values as as_values
