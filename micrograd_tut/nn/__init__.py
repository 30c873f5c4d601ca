"""Neurons, layers and multi-layer perceptrons made of Values."""

from micrograd_tut.nn.layers import MLP as MLP
from micrograd_tut.nn.layers import Layer as Layer
from micrograd_tut.nn.layers import Module as Module
from micrograd_tut.nn.layers import Neuron as Neuron
from micrograd_tut.nn.layers import Parameter as Parameter
from micrograd_tut.nn.layers import as_values as as_values
