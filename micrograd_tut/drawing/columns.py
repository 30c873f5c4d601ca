"""Estimate where the layout puts the boxes of a scene, and how long it takes.

Graphviz puts every box into a rank (a column, if data flows from left to right), so that edges are
short. An edge over several ranks gets one more point to place in each: a box used in a thousand
ranks gets 500,000 of them. Source: Gansner et al., "A Technique for Drawing Directed Graphs", 1993.
"""

from __future__ import annotations

from collections.abc import Sequence

from micrograd_tut.drawing.scene import Arrow, Scene


def columns(boxes: int, arrows: Sequence[Arrow]) -> list[int]:
    """The column of each box: after its inputs, but next to its first use if only leaves feed it.

    >>> columns(4, [Arrow(0, 1, "", ""), Arrow(1, 2, "", ""), Arrow(3, 2, "", "")])
    [0, 1, 2, 1]
    """
    inputs: list[list[int]] = [[] for _ in range(boxes)]
    uses: list[list[int]] = [[] for _ in range(boxes)]
    for arrow in arrows:
        if arrow.backwards:
            continue
        inputs[arrow.head].append(arrow.tail)
        uses[arrow.tail].append(arrow.head)
    order = _order(inputs, uses)
    column = [0] * boxes
    for n in order:
        column[n] = max((column[i] + 1 for i in inputs[n]), default=0)
    movable = [False] * boxes
    for n in order:
        movable[n] = all(not inputs[i] or (movable[i] and len(uses[i]) == 1) for i in inputs[n])
    for n in reversed(order):
        if uses[n] and (movable[n] or not inputs[n]):
            column[n] = min(column[use] for use in uses[n]) - 1
    return column


def _order(inputs: list[list[int]], uses: list[list[int]]) -> list[int]:
    """The boxes, each after its inputs; those in a circle are left out."""
    waiting = [len(found) for found in inputs]
    order = [n for n, count in enumerate(waiting) if not count]
    for n in order:
        for use in uses[n]:
            waiting[use] -= 1
            if not waiting[use]:
                order.append(use)
    return order


def layout_seconds(scene: Scene) -> float:
    """An estimate of the time that the layout takes: a millisecond for each point it has to place.

    Those are the boxes, and a point in every column that an edge passes.
    """
    column = columns(len(scene.boxes), scene.arrows)
    passed = sum(max(column[a.head] - column[a.tail] - 1, 0) for a in scene.arrows)
    return (len(scene.boxes) + passed) / 1000
