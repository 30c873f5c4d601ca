"""Neurons, layers and multi-layer perceptrons made of Values.

In: numbers or Values, one list per example. Out: Values, or predictions for rows of a table.
Read `module` (parameters), then `layers` (Neuron, Layer, MLP). Beside them: `initializers`,
`activations` (what a course says about each), `predict` and `explain`.
"""

from micrograd_tut.nn.layers import MLP as MLP
from micrograd_tut.nn.layers import Layer as Layer
from micrograd_tut.nn.layers import Neuron as Neuron
from micrograd_tut.nn.module import Module as Module
from micrograd_tut.nn.module import Parameter as Parameter
from micrograd_tut.nn.module import as_values as as_values
