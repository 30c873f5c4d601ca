"""Copies of Values: ``copy.copy``, ``copy.deepcopy`` and ``pickle``, without recursion.

A deep copy or a pickle of a Value takes its whole graph along.
"""

from __future__ import annotations

import copy
import sys
from types import ModuleType
from typing import Any

from micrograd_tut import engine
from micrograd_tut.engine import Value, topological
from micrograd_tut.ops import OPS, Op
from micrograd_tut.ops.by_hand import ByHand

Row = tuple[Op, list[int], float, float, str]  # operation, positions of inputs, data, grad, label


def shallow_copy(v: Value) -> Value:
    """A Value with the same inputs, for ``copy.copy``."""
    _ = v.inputs  # literals that nobody has asked for become Constants, which both then share
    twin: Value = object.__new__(type(v))
    state: Any = object.__getstate__(v)
    _set_attributes(twin, state)
    return twin


def deep_copy(v: Value, memo: dict[int, Any]) -> Value:
    """A copy of the whole graph, for ``copy.deepcopy``."""
    for node in topological(v):
        if id(node) not in memo:
            memo[id(node)] = twin = shallow_copy(node)
            _connect(twin, [memo[id(i)] for i in node.inputs])
            if attributes := getattr(twin, "__dict__", None):  # of a subclass
                attributes.update(copy.deepcopy(attributes, memo))
    copied: Value = memo[id(v)]
    return copied


def reduce(v: Value, protocol: Any) -> Any:
    """What ``pickle`` keeps: the graph as a list, inputs first."""
    if not v.op:
        return object.__reduce_ex__(v, max(2, protocol))
    order = topological(v)  # of two outputs in one pickle, each gets its own copy of the nodes
    position = {node: i for i, node in enumerate(order)}
    rows: list[Row | Value] = [
        (n.op, [position[i] for i in n.inputs], n.data, n.grad, n.label) if n.op else n
        for n in order
    ]
    return _from_rows, (rows,)


def _from_rows(rows: list[Row | Value]) -> Value:
    nodes: list[Value] = []
    for row in rows:
        if isinstance(row, Value):
            nodes.append(row)
            continue
        node: Value = object.__new__(Value)
        node.op, positions, *_, node._data, node.grad, node.label = row
        _connect(node, [nodes[i] for i in positions])
        nodes.append(node)
    return nodes[-1]


def _connect(node: Value, inputs: list[Value]) -> None:
    if isinstance(node.op, ByHand):
        raise node.op.no_formula("copied or pickled")
    if node.op and node.op.arity == 2:
        node._a, node._b = inputs
    else:
        node._a, node._b = tuple(inputs), None


def _set_state(v: Value, state: Any) -> None:
    """Take the attributes of a pickled leaf."""
    v._a, v._b = (), None
    _set_attributes(v, state)


def _set_attributes(v: Value, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
    """Set what is in the `__dict__` of a subclass, and in slots."""
    attributes, slots = state
    for slot, value in slots.items():
        if slot != "_order":
            setattr(v, _RENAMED.get(slot, slot), value)
    if attributes:
        vars(v).update(attributes)


_RENAMED = {"place": "path"}  # slots, in pickles of earlier versions


# The engine knows nothing of copies; they are attached here.
Value.__copy__ = shallow_copy  # type: ignore[attr-defined]
Value.__deepcopy__ = deep_copy  # type: ignore[attr-defined]
Value.__reduce_ex__ = reduce  # type: ignore[method-assign, assignment]
Value.__setstate__ = _set_state  # type: ignore[attr-defined]

# Pickles of earlier versions name two functions by the places that they had.
engine._unpickled = _from_rows  # type: ignore[attr-defined]
_row_module = ModuleType("micrograd_tut.row")
_row_module._row = OPS.__getitem__  # type: ignore[attr-defined]
sys.modules["micrograd_tut.row"] = _row_module
