"""Operations as methods: ``x.tanh()`` is ``tanh(x)``.

Editors and type checkers read the signatures in ``methods.pyi``, which ``.ci/methods_stub.py``
writes.
"""

from __future__ import annotations

from typing import Any

from micrograd_tut.ops import activations, piecewise, powers, trigonometry
from micrograd_tut.ops.op import Op


class Methods:
    """The base of `Value` that has every operation on it as a method."""

    __slots__ = ()


def _method(op: Op) -> Any:
    def method(self: Any, *others: Any, **named: Any) -> Any:
        if others or named or op.arity != 1:
            return op(self, *others, **named)
        return self._apply_op(op, (self,))  # what the operation does: a quarter faster

    method.__name__, method.__doc__ = op.name, op.__doc__
    method.__qualname__ = f"Methods.{op.name}"
    return method


METHODS = list(
    dict.fromkeys(
        op
        for family in (powers, trigonometry, activations, piecewise)
        for op in vars(family).values()
        if isinstance(op, Op) and not op.internal and op.name not in ("pow", "where")
    )
)
"""The operations that are methods: all but those on a list, and those that have an operator."""

for _op in METHODS:
    setattr(Methods, _op.name, _method(_op))
