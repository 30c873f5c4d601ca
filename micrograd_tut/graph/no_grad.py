"""`no_grad`: compute with Values without recording a graph.

>>> x = Value(2.0)
>>> with no_grad():
...     y = x * 3.0
>>> y.data, y.inputs
(6.0, ())
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from micrograd_tut.engine import Constant, Value, new_node
from micrograd_tut.support.modes import Block


class Unrecorded(Constant):
    """The result of an operation inside `no_grad`: a number without inputs."""

    __slots__ = ()

    @property
    def op(self) -> None:
        """None: it is not kept."""
        return

    @op.setter
    def op(self, _op: Any) -> None:
        pass

    @property
    def _a(self) -> tuple[()]:
        return ()

    @_a.setter
    def _a(self, _input: Any) -> None:
        pass

    @property
    def _b(self) -> None:
        return None

    @_b.setter
    def _b(self, _input: Any) -> None:
        pass


_unrecorded: Callable[[], Value] = partial(object.__new__, Unrecorded)


def no_grad() -> Block:
    """Inside this context, operations give numbers without a graph, as in PyTorch.

    Predictions over many rows then keep no memory. It applies to this thread or task only.
    """
    return Block({new_node: _unrecorded})
