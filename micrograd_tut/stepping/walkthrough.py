"""Stepping through backprop, forward and backward: the state, without any display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, overload

from micrograd_tut.diagnostics import name_of
from micrograd_tut.engine import Value, set_grads, topological
from micrograd_tut.errors import InputError
from micrograd_tut.graph.expand import expansion
from micrograd_tut.stepping.formula_text import written_out
from micrograd_tut.stepping.naming import UniqueNames, check_single_value, display_names
from micrograd_tut.stepping.walk import Step, paths_of, walk

GRANULARITIES = ("functions", "ops")
"""How finely a graph is walked: as it was recorded, or every function in simpler operations."""


class Walkthrough(Sequence[Step]):
    """Steps through the forward and backward pass of one output, in both directions.

    Standing at step k, the gradients are those after steps 0 to k. Moving changes `.grad` and
    nothing else; at the last step they are those of `y.backward()`. Indexing and iterating give
    steps without moving. Do not change these gradients yourself meanwhile: that is overwritten.

    Args:
        y, granularity, names: As for `step`.
        formula: How the output was written, to be shown as it is (default: `written_out`).

    Attributes:
        output: What is walked over; with "ops" it is `mg.expand(y)`.
        order: Its Values, inputs first.
        names: What they are called.
        formula: How the output is computed: ``L = tanh(a * b)``.
        steps: The walk.
        paths: The backward steps into each Value.
        position: The index of the step at which it stands.

    Raises:
        StaleGraphError, NotFiniteError, InputError: as for `step`.
    """

    def __init__(
        self,
        y: Value,
        granularity: Literal["functions", "ops"] = "functions",
        names: Mapping[Any, Any] | None = None,
        formula: str | None = None,
    ) -> None:
        if granularity not in GRANULARITIES:
            allowed = " or ".join(map(repr, GRANULARITIES))
            raise InputError(f"unknown granularity {granularity!r}; use {allowed}")
        check_single_value(y, "step")
        self._twins = expansion([y]) if granularity == "ops" else {}
        self.output = self._twins.get(y, y)
        self.granularity = granularity
        self.order = topological(self.output)
        self.names = UniqueNames(self.order, display_names(names, self._twins))
        self.formula = self._written(formula)
        self.steps = walk(self.order, self.names)
        self.paths = paths_of(self.order, self.steps)
        self._computed = {s.node: s.index for s in self.steps if s.kind == "forward"}
        self._completed = _completed(self.steps)
        self.position = 0
        self._held = {v: v.grad for v in self.order}

    def _written(self, formula: str | None) -> str:
        """The given formula, with the name of the output in front if it has none."""
        if formula is None or self.granularity == "ops":
            return written_out(self.output, self.order, self.names)
        return formula if "=" in formula else f"{self.names.output} = {formula}"

    # --- Looking ---

    def __len__(self) -> int:
        return len(self.steps)

    @overload
    def __getitem__(self, k: int) -> Step: ...
    @overload
    def __getitem__(self, k: slice) -> list[Step]: ...
    def __getitem__(self, k: int | slice) -> Step | list[Step]:
        return self.steps[k]

    @property
    def here(self) -> Step:
        """The step at which the walk stands."""
        return self.steps[self.position]

    @property
    def done(self) -> bool:
        """Whether it stands at the last step."""
        return self.position == len(self.steps) - 1

    def __repr__(self) -> str:
        return repr(self.here)

    # --- Moving ---

    def next(self) -> Step:
        """Take one step; at the last step, stay. Returns the step at which the walk stands."""
        return self.here if self.done else self.goto(self.position + 1)

    def back(self) -> Step:
        """Undo one step; at the first step, stay. Returns the step at which the walk stands."""
        return self.goto(max(0, self.position - 1))

    def goto(self, k: int) -> Step:
        """Stand at step `k`, taking or undoing the steps between; -1 is the last.

        Raises:
            InputError: there is no such step.
        """
        count = len(self.steps)
        if not -count <= k < count:
            raise InputError(
                f"there is no step {k}; the steps are 0 to {count - 1} (-1 is the last)"
            )
        target, grads = k % count, dict[Value, float]()
        for step in self.steps[self.position + 1 : target + 1]:
            grads |= self._taken(step)
        for step in reversed(self.steps[target + 1 : self.position + 1]):
            grads |= self._undone(step)
        self._move(target, grads)
        return self.here

    def run(self) -> Step:
        """Walk to the end: every gradient is as `y.backward()` leaves it."""
        return self.goto(-1)

    def run_to(self, value: Value) -> Step:
        """Walk to the step with which the gradient of `value` is complete.

        Raises:
            InputError: `value` is a constant, or not in the graph.
        """
        value = self._twins.get(value, value)
        if value not in self._completed:
            raise InputError(
                f"{name_of(value) or value.data!r} has no gradient here: it is a constant, or not "
                f"in the graph of {self.names.output}"
            )
        return self.goto(self._completed[value])

    def reset(self) -> None:
        """Stand at the first step, with every gradient as it was before the walk."""
        self._move(0, self._held)

    def computed(self, v: Value) -> bool:
        """Whether the walk, where it stands, has come by the number of a Value."""
        return v.op is None or self.position >= self._computed[v]

    def completed(self, v: Value) -> int | None:
        """The index of the step with which the gradient of a Value is complete; None of others."""
        return self._completed.get(v)

    def held(self, v: Value) -> float:
        """The gradient that a Value had before the walk."""
        return self._held[v]

    def _move(self, position: int, grads: Mapping[Value, float]) -> None:
        """Stand at another step, with these gradients; or if interrupted, stay with the old."""
        before = self.position, [v.grad for v in grads]
        try:
            set_grads(grads, grads.values())
            self.position = position
        except BaseException:
            self.position = before[0]
            set_grads(grads, before[1])
            raise

    def _taken(self, step: Step) -> Mapping[Value, float]:
        """The gradients that a step changes, after it."""
        if step.kind == "seed":
            return {v: 0.0 for v in self.order if v.op} | {step.node: step.after}
        return {} if step.input is None else {step.input: step.after}

    def _undone(self, step: Step) -> Mapping[Value, float]:
        """The gradients that a step changes, before it."""
        if step.kind == "seed":
            return self._held
        return {} if step.input is None else {step.input: step.before}


def _completed(steps: list[Step]) -> dict[Value, int]:
    """The last step that has to do with the gradient of each Value."""
    last_step: dict[Value, int] = {}
    for s in steps:
        if s.kind == "seed":
            last_step[s.node] = s.index
        elif s.input is not None:
            last_step[s.input] = s.index
        elif s.kind == "backward":
            last_step |= {v: s.index for v in s.node.inputs if v.requires_grad}
    return last_step
