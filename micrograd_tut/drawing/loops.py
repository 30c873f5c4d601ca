"""Find the repeated steps of a loop in a recorded graph.

A loop that was recorded, such as an RNN or gradient descent, leaves the same operations again and
again along the longest path of its graph. From the period of that path follows which Values end a
step, and from those, which step every other Value belongs to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from micrograd_tut.engine import Value

MIN_STEPS = 4
_MAX_PERIOD = 1000  # operations on the longest path through one step
_MAX_PHASES = 64  # places in a step where it is tried to cut
_WINDOW = 12  # steps from which the best cut is found


@dataclass
class Loop:
    """The steps of a loop.

    Attributes:
        steps: The operations of each step, inputs first, in the order of the steps.
        states: For each step those of its Values that the next step uses; for the last step, those
            that correspond to them.
    """

    steps: list[list[Value]]
    states: list[list[Value]]


def find_loop(order: Sequence[Value]) -> Loop | None:
    """The outermost loop of a graph, or None if it has none of `MIN_STEPS` equal steps.

    Args:
        order: The Values of the graph, inputs first.

    >>> x = Value(1.0)
    >>> y = x
    >>> for _ in range(6):
    ...     y = (y * x).tanh()
    >>> from micrograd_tut.engine import topological
    >>> steps = find_loop(topological(y)).steps
    >>> len(steps), [v.op.name for v in steps[0]]
    (6, ['mul', 'tanh'])
    """
    graph = _Graph(order)
    path = graph.longest_path()
    found = _period([graph.letters[n] for n in path])
    if found is None:
        return None
    start, end, period = found
    graph.leave_out(path[:start])
    phase = graph.best_phase(path[start:end], period)
    steps = graph.equal_steps(graph.steps(path[start + phase : end : period]))
    if len(steps) < MIN_STEPS:
        return None
    return Loop([[order[n] for n in step] for step in steps], graph.states(steps))


def _period(letters: Sequence[Hashable]) -> tuple[int, int, int] | None:
    """The start, end and period of the part of a sequence that repeats.

    The part contains the middle of the sequence and at least half of it. The period is the smallest
    of such a part.

    >>> _period("xxabcabcabcabcyy"), _period("abcdefgh")
    ((2, 14, 3), None)
    """
    length, middle = len(letters), len(letters) // 2
    for period in range(1, min(length // MIN_STEPS, _MAX_PERIOD) + 1):
        start = end = middle
        while end + period < length and letters[end] == letters[end + period]:
            end += 1
        while start > 0 and letters[start - 1] == letters[start - 1 + period]:
            start -= 1
        end += period
        if end - start >= max(length / 2, MIN_STEPS * period):
            return start, end, period
    return None


def _split(keys: dict[int, int], pattern: Sequence[int]) -> tuple[list[int], list[int]]:
    """The operations of a step that a pattern has, too, and the others."""
    left = Counter(pattern)
    like: list[int] = []
    others: list[int] = []
    for n, key in keys.items():
        (like if left[key] > 0 else others).append(n)
        left[key] -= 1
    return like, others


class _Graph:
    """The operations of a graph as numbers: indices in `order`."""

    def __init__(self, order: Sequence[Value]) -> None:
        index = {v: n for n, v in enumerate(order)}
        self.order = order
        self.size = len(order)
        self.inputs = [[index[v] for v in node.inputs] for node in order]
        self.uses: list[list[int]] = [[] for _ in order]
        for n, inputs in enumerate(self.inputs):
            for i in inputs:
                self.uses[i].append(n)
        self.left_out: set[int] = set()
        self.letters = [node.op.name if node.op else "" for node in order]
        self.depth = self._depths()

    def _depths(self) -> list[int]:
        """The length of the longest path from a leaf to each node."""
        depth = [0] * self.size
        for n, inputs in enumerate(self.inputs):
            if inputs:
                depth[n] = 1 + max([depth[i] for i in inputs])
        return depth

    def best_phase(self, path: list[int], period: int) -> int:
        """Where in a period a step ends, found from the first steps of the loop."""
        path = path[: _WINDOW * period]
        needed = sorted(self.needed_by(path[-1]))
        part = _Graph([self.order[n] for n in needed])
        index = {n: k for k, n in enumerate(needed)}
        part.left_out = {index[n] for n in self.left_out}
        path = [index[n] for n in path]
        phases = range(min(period, _MAX_PHASES))
        return max(phases, key=lambda phase: part.quality(path[phase::period]))

    def needed_by(self, n: int) -> set[int]:
        """A node and everything that it was computed from."""
        found: set[int] = set()
        stack = [n]
        while stack:
            n = stack.pop()
            if n not in found:
                found.add(n)
                stack += self.inputs[n]
        return found

    def leave_out(self, path: list[int]) -> None:
        """Let all that a path before the first step needs belong to no step."""
        if path:
            self.left_out = self.needed_by(path[-1])

    def longest_path(self) -> list[int]:
        """The operations on the longest path, from the first."""
        n = max(range(self.size), key=self.depth.__getitem__)
        path = []
        while self.inputs[n]:
            path.append(n)
            n = max(self.inputs[n], key=self.depth.__getitem__)
        return path[::-1]

    def steps(self, ends: list[int]) -> list[list[int]]:
        """The operations of each step, given one of those that end it.

        An operation that uses an earlier end, and that a later one uses, belongs to the step after
        the last end that it uses; one that no later end uses, to the step of that end, unless
        operations of its form belong to the next. One that uses no end belongs to the step of its
        uses, or to none if they are of several.
        """
        number = {n: step for step, n in enumerate(ends)}
        done = [-1] * self.size  # the last end that each node uses
        forms = [0] * self.size
        for n, inputs in enumerate(self.inputs):
            if inputs:
                done[n] = max([number.get(i, done[i]) for i in inputs])
                forms[n] = hash((self.letters[n], *[self._part(n, i, done, forms) for i in inputs]))
        needed = [n in number for n in range(self.size)]
        for n in range(self.size - 1, -1, -1):
            if needed[n]:
                for i in self.inputs[n]:
                    needed[i] = True
        of_next = {forms[n] for n in range(self.size) if needed[n] and done[n] >= 0}
        place = self._places(number, done, forms, of_next)
        # What the first step computes from leaves looks like what the second computes from them;
        # but what every step computes from leaves is in the third, too.
        always = {forms[n] for n in range(self.size) if done[n] < 0 and place[n] == 2}
        place = self._places(number, done, forms, of_next, always)
        steps: list[list[int]] = [[] for _ in ends]
        for n, step in enumerate(place):
            if step is not None:
                steps[step].append(n)
        return steps

    def _places(
        self,
        number: dict[int, int],
        done: list[int],
        forms: list[int],
        of_next: set[int],
        always: set[int] | None = None,
    ) -> list[int | None]:
        """The step of each operation; None for leaves, and for what is used in several steps."""
        place: list[int | None] = [None] * self.size
        for n in range(self.size - 1, -1, -1):
            if n in self.left_out:
                continue
            if n in number:
                place[n] = number[n]
            elif self.inputs[n] and done[n] >= 0:
                place[n] = min(done[n] + (forms[n] in of_next), len(number) - 1)
            elif self.inputs[n]:
                uses = {place[use] for use in self.uses[n]}
                first = min((use for use in uses if use is not None), default=None)
                place[n] = first if first is not None and uses <= {first, first + 1} else None
                if place[n] == 1 and always is not None and forms[n] not in always:
                    place[n] = 0
        return place

    def _part(self, n: int, i: int, done: list[int], forms: list[int]) -> Hashable:
        """What the form of an operation has of one of its inputs."""
        return (self.letters[i], forms[i] if done[i] == done[n] else 0)

    def equal_steps(self, steps: list[list[int]]) -> list[list[int]]:
        """The steps that are alike; what else the first and the last have is left out.

        The very first may lack something, because it starts from leaves.
        """
        place = {n: t for t, step in enumerate(steps) for n in step}
        keys = [self._keys(step, place) for step in steps]
        forms = [tuple(sorted(key.values())) for key in keys]
        pattern, _ = Counter(forms).most_common(1)[0]
        first = last = forms.index(pattern)
        while last + 1 < len(steps) and forms[last + 1] == pattern:
            last += 1
        found = steps[first : last + 1]
        if last + 1 < len(steps):
            like, _ = _split(keys[last + 1], pattern)
            if len(like) == len(pattern):
                found.append(like)
        before: list[int] = []
        if first:
            like, before = _split(keys[first - 1], pattern)
            if len(like) == len(pattern):
                found.insert(0, like)
                before += steps[first - 2] if first > 1 else []
            else:
                before = steps[first - 1]
        much = 2 * len(before) > len(pattern)
        if much and self._letters(before) <= self._letters(found[0]):
            found.insert(0, sorted(before))
        return found

    def _keys(self, step: list[int], place: dict[int, int]) -> dict[int, int]:
        """For each operation of a step a number that says how it is computed within the step."""
        keys: dict[int, int] = {}
        for n in step:
            inputs = [keys.get(i, -1 if i in place else -2) for i in self.inputs[n]]
            keys[n] = hash((self.letters[n], *inputs))
        return keys

    def _letters(self, step: list[int]) -> Counter[str]:
        return Counter(self.letters[n] for n in step)

    def quality(self, ends: list[int]) -> tuple[int, int, int]:
        """How good a cut is: many equal steps, few Values between them that are used much."""
        *others, last = self.equal_steps(self.steps(ends))
        earlier = {n for step in others for n in step}
        crossing = [i for n in last for i in self.inputs[n] if i in earlier]
        complete = sum(len(step) for step in (*others, last) if len(step) == len(last))
        return complete, -len(set(crossing)), len(crossing)

    def states(self, steps: list[list[int]]) -> list[list[Value]]:
        """The Values of each step that the next one uses; of the last, those in their places."""
        place = {n: (t, k) for t, step in enumerate(steps) for k, n in enumerate(step)}
        used: list[set[int]] = [set() for _ in steps]
        for n, (t, _) in place.items():
            for i in self.inputs[n]:
                if i in place and place[i][0] < t:
                    used[place[i][0]].add(place[i][1])
        if len(steps) > 1 and len(steps[-2]) == len(steps[-1]):
            used[-1] = used[-2]
        return [
            [self.order[step[k]] for k in sorted(u)] for step, u in zip(steps, used, strict=True)
        ]
