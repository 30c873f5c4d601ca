"""The stepper: it stands at a step of the walk over backprop, and moves forth and back.

>>> from micrograd_tut.engine import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> s = step(a * b + a)
>>> s.run_to(a)
step 6 of 7 · backward: from v1 = a * b into a
  ∂L/∂a += ∂L/∂v1 · b
  ∂v1/∂a = b = -3.0
  -3.0 = 1.0 × -3.0
  a.grad: 1.0 + -3.0 = -2.0 (path 2 of 2)
  a is used 2 times: this adds to what is there.
>>> a.grad
-2.0
>>> s.reset()
>>> a.grad
0.0
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from micrograd_tut.engine import Value
from micrograd_tut.stepping.page import inline, save
from micrograd_tut.stepping.step_shell import StepShell
from micrograd_tut.stepping.walkthrough import Walkthrough


class Stepper(Walkthrough):
    """A walk through backprop that can be shown at the prompt, in a terminal and as a page.

    It stands at one of its steps; `Walkthrough` says how it moves.
    """

    def page(self, path: str | os.PathLike[str]) -> Path:
        """Write the walk as one HTML file that needs nothing else, to look at in a browser.

        A graph of more than 400 Values is folded there to the one at hand and its neighbours.

        Args:
            path: Where to, as ``backprop.html``; the file is written whole or not at all.

        Returns:
            The path.

        Raises:
            OSError: it cannot be written.
        """
        return save(self, path)

    def terminal(self) -> None:
        """Walk with the keys of the debugger pdb: n next, b back, c to the end, h for help."""
        StepShell(self).cmdloop()

    def _repr_html_(self) -> str:
        return inline(self)


def step(
    y: Value,
    granularity: Literal["functions", "ops"] = "functions",
    names: Mapping[Any, Any] | None = None,
) -> Stepper:
    """Walk backprop by hand: a `Stepper` that stands before the first step.

    Args:
        y: The output; one Value.
        granularity: "functions" walks the graph as it is; "ops" walks `mg.expand(y)`, where
            every function is in simpler operations, on the same leaves.
        names: Names for Values, as ``{"x": x}`` or ``{x: "x"}``. Otherwise a Value has its label,
            its place in a net, or the name of the caller's variable that holds it.

    Raises:
        StaleGraphError: an input has changed since the graph was recorded.
        NotFiniteError: a gradient is too large for a float.
        InputError: a granularity that is not known, or `y` is not one Value.

    >>> a = Value(3.0, label="a")
    >>> s = step(a * a)
    >>> len(s), s[3].rule, s[3].numbers
    (5, '∂L/∂a += ∂L/∂L · a', '3.0 = 1.0 × 3.0')
    """
    return Stepper(y, granularity, names)
