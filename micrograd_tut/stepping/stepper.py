"""The stepper: it steps through backprop, forward and backward.

>>> from micrograd_tut.engine import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> s = step(a * b + a)
>>> s.run_to(a)
step 6 of 7 · backward: from v1 = a * b into a
  ∂L/∂a += ∂L/∂v1 · b
  ∂v1/∂a = b = -3.0
  -3.0 = 1.0 × -3.0
  a.grad: 1.0 + -3.0 = -2.0 (path 2 of 2)
  a is used 2 times, so this contribution is added to the gradient so far.
>>> a.grad
-2.0
>>> s.reset()
>>> a.grad
0.0
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from micrograd_tut.engine import Value
from micrograd_tut.stepping.page import inline, save
from micrograd_tut.stepping.step_shell import StepShell
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.text import Text


class Stepper(Walkthrough):
    """Steps through backprop, shown at the prompt, in a terminal or as a page.

    `Walkthrough` says how it moves.
    """

    def page(self, path: str | os.PathLike[str]) -> Path:
        """Write all steps as one HTML file that needs nothing else, to open in a browser.

        Of a graph of more than 400 Values only the current one and its neighbours are shown.

        Args:
            path: The file, such as ``backprop.html``; it is written atomically.

        Returns:
            The path.

        Raises:
            OSError: it cannot be written.
        """
        return save(self, path)

    def terminal(self) -> None:
        """Step with the keys of the debugger pdb: n next, b back, c to the end, h for help."""
        with suppress(KeyboardInterrupt):
            StepShell(self).cmdloop()

    def __repr__(self) -> str:
        move = "s.back(), s.goto(0)" if self.done else "s.next(), s.run()"
        return Text(f'{self.here}\n({move}, s.terminal(), s.page("backprop.html"))')

    def _repr_html_(self) -> str:
        return inline(self)


def step(
    y: Value,
    granularity: Literal["functions", "ops"] = "functions",
    names: Mapping[Any, Any] | None = None,
) -> Stepper:
    """Step through backpropagation: a `Stepper`, positioned at step 0.

    Go on with::

        s = mg.step(y)
        s.next()                 # one step; s.back() undoes it
        s.run()                  # to the end; s.run_to(a) to the gradient of a; s.reset()
        s.terminal()             # step with the keys of a debugger
        s.page("backprop.html")  # a page to step through in the browser

    Args:
        y: The output; one Value.
        granularity: "functions" steps through the graph as it is; "ops" through `mg.expand(y)`,
            where every function is in simpler operations, on the same leaves.
        names: Names for Values, as ``{"x": x}`` or ``{x: "x"}``. Otherwise a Value has its label,
            its place in a net, or the name of the caller's variable that holds it.

    Raises:
        StaleGraphError: numbers have changed since the graph was recorded.
        NotFiniteError: a gradient is too large for a float.
        InputError: an unknown granularity, or `y` is not one Value.

    >>> a = Value(3.0, label="a")
    >>> s = step(a * a)
    >>> len(s), s[3].rule, s[3].numbers
    (5, '∂L/∂a += ∂L/∂L · a', '3.0 = 1.0 × 3.0')
    >>> s
    step 0 of 4 · start: the leaves and their values
      a = 3.0
    (s.next(), s.run(), s.terminal(), s.page("backprop.html"))
    """
    return Stepper(y, granularity, names)
