"""The backward pass in motion, in CSS alone: gradients appear node by node, and edges light up.

One run has a step for every box that receives a gradient, from the output back to the inputs. The
scale of widths and colours is that of the finished picture, so nothing jumps.
"""

from __future__ import annotations

from micrograd_tut.drawing.dot import edge_id, node_id
from micrograd_tut.drawing.kinds import OUTPUT_BORDER
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.errors import InputError

_STEP = 0.9  # seconds
_LONGEST = 40.0  # seconds of one run, however many steps
_REST = 4  # steps for which the finished picture stands still


def schedule(scene: Scene) -> tuple[dict[int, int], dict[int, int]]:
    """When each box gets its gradient, and when each arrow carries its part, in steps from 0.

    An arrow carries after its head is known, and a box is known when all its arrows have carried.
    """
    boxes: dict[int, int] = {}
    arrows: dict[int, int] = {}
    order = sorted(range(len(scene.boxes)), reverse=True)
    leaving: dict[int, list[int]] = {n: [] for n in order}
    for n, arrow in enumerate(scene.arrows):
        if arrow.flow is not None:
            leaving[arrow.tail].append(n)
    last = len(scene.boxes) - 1
    step = 0
    for n in order:
        if n == last or leaving[n]:
            for edge in leaving[n]:
                arrows[edge] = step
            boxes[n] = step
            step += 1
    return boxes, arrows


def motion(scene: Scene, seconds: float | None = None) -> str:
    """The CSS that sets a finished picture of `scene` in motion.

    Args:
        scene: A graph with gradients.
        seconds: How long one run takes.

    Raises:
        InputError: a net, a graph without gradients, or `seconds` is not positive.
    """
    if scene.edges == "plain":
        raise InputError("a net stands still: animate the drawing of a graph, such as draw(loss)")
    if all(arrow.flow is None for arrow in scene.arrows):
        raise InputError("nothing flows back in this drawing: call backward() before drawing it")
    if seconds is not None and not seconds > 0:
        raise InputError(f"seconds must be more than 0; got {seconds!r}")
    boxes, arrows = schedule(scene)
    steps = max(boxes.values()) + 1 + _REST
    run = seconds or min(steps * _STEP, _LONGEST)
    rules = []
    for step in sorted({*boxes.values()}):
        start, end = 100 * (step + 0.2) / steps, 100 * (step + 0.7) / steps
        glow = 100 * (step + 1.4) / steps
        rules.append(
            f"@keyframes show-{step} {{0%, {start:.2f}% {{opacity: 0}} "
            f"{end:.2f}%, 100% {{opacity: 1}}}}"
            f"@keyframes flow-{step} {{0%, {start:.2f}% {{opacity: .12}} "
            f"{end:.2f}%, 100% {{opacity: 1}}}}"
            f"@keyframes glow-{step} {{0%, {start:.2f}% {{stroke-width: var(--rest, 1)}} "
            f"{end:.2f}% {{stroke-width: 5}} {glow:.2f}%, 100% {{stroke-width: var(--rest, 1)}}}}"
        )
    timing = f"{run:.2f}s linear infinite"
    shapes = ("polygon", "path", "ellipse")
    for n, step in boxes.items():
        rules.append(f"#{node_id(n)} .grad {{animation: show-{step} {timing}}}")
        where = ", ".join(f"#{node_id(n)} > {shape}" for shape in shapes)
        rules.append(f"{where} {{animation: glow-{step} {timing}}}")
    for n, step in arrows.items():
        lines = f"#{edge_id(n)} > path, #{edge_id(n)} > polygon"
        rules.append(f"{lines} {{animation: flow-{step} {timing}}}")
        rules.append(f"#{edge_id(n)} > text {{animation: show-{step} {timing}}}")
    rules.append(f".output {{--rest: {OUTPUT_BORDER}}}")
    return f"@media (prefers-reduced-motion: no-preference) {{{''.join(rules)}}}"
