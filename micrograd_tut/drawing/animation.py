"""The backward pass as an animation in CSS: gradients run along the edges, and appear in boxes.

There is one step for every box that receives a gradient, from the output back to the inputs. The
widths and colours are those of the complete picture from the start. A gradient is a short piece of
a line that moves from the head of an edge, the node that uses the input, to its tail.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from micrograd_tut.drawing.dot import edge_name, node_name
from micrograd_tut.drawing.kinds import OUTPUT_BORDER
from micrograd_tut.drawing.laid_out import change
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.scope import SCOPE
from micrograd_tut.errors import InputError
from micrograd_tut.support.files import write_whole
from micrograd_tut.support.stills import image

_STEP = 0.9  # seconds
_MAX_SECONDS = 40.0  # for all steps
_PAUSE = 4  # steps at the end

_MOVING = 6.0  # points, the width of the piece of a line that moves
_LENGTH = 0.15  # its length, as a fraction of the edge
_at_head = f"stroke-dasharray: {_LENGTH} 2; stroke-dashoffset: -1"
_at_tail = f"stroke-dasharray: {_LENGTH} 2; stroke-dashoffset: {_LENGTH}"
_PATH = re.compile(r"<path [^>]*/>")
_DECORATION = re.compile(r' stroke-(?:width|dasharray)="[^"]*"')


class Animation:
    """A picture that moves. A notebook displays it.

    Args:
        svg: The picture.
        title: What it shows.
    """

    def __init__(self, svg: str, title: str) -> None:
        self._svg = svg
        self.title = title

    def svg(self) -> str:
        """The picture as SVG: one element with no scripts and no links."""
        return self._svg

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture, atomically; returns the path.

        Raises:
            InputError: the name does not end in .svg.
            OSError: it cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() != ".svg":
            raise InputError(f"an animation is an SVG: {str(path)!r} must end in .svg")
        write_whole(path, self._svg)
        return path

    def __repr__(self) -> str:
        return f"<Animation: {self.title}; .save('backward.svg')>"

    def _repr_html_(self) -> str:
        return image(self._svg, self.title)


def schedule(scene: Scene) -> tuple[dict[int, int], dict[int, int]]:
    """The steps, from 0, in which boxes get their gradients and in which arrows light up.

    An arrow lights up after its head has its gradient. A box has its gradient when all arrows that
    leave it have lit up.
    """
    boxes: dict[int, int] = {}
    arrows: dict[int, int] = {}
    order = sorted(range(len(scene.boxes)), reverse=True)
    leaving: dict[int, list[int]] = {n: [] for n in order}
    for n, arrow in enumerate(scene.arrows):
        if arrow.number is not None:
            again = scene.boxes[arrow.tail].again
            leaving[arrow.tail if again is None else again].append(n)
    step = 0
    for n in order:
        if scene.boxes[n].kind == "output" or leaving[n]:
            for edge in leaving[n]:
                arrows[edge] = step
            boxes[n] = step
            step += 1
    return boxes, arrows


def animation_css(scene: Scene, seconds: float | None = None) -> str:
    """The CSS that animates the picture of a scene, under the name `SCOPE`.

    Args:
        scene: The scene of a graph with gradients.
        seconds: The duration (default: chosen by the number of steps).

    Raises:
        InputError: a network, a graph without gradients, or `seconds` is not positive.
    """
    if scene.edges == "plain":
        raise InputError(
            'only computation graphs can be animated: use draw(loss).animate("backward.svg")'
        )
    if all(arrow.number is None for arrow in scene.arrows):
        raise InputError(
            "this drawing shows no gradients to animate: call backward() before draw(), and draw "
            'without edges="local"'
        )
    if seconds is not None and not seconds > 0:
        raise InputError(f"seconds must be more than 0, such as 6; got {seconds!r}")
    boxes, arrows = schedule(scene)
    steps = max(boxes.values()) + 1 + _PAUSE
    run = seconds or min(steps * _STEP, _MAX_SECONDS)
    rules = []
    for step in sorted({*boxes.values()}):
        start, end = 100 * (step + 0.2) / steps, 100 * (step + 0.7) / steps
        glow, arrived = 100 * (step + 1.4) / steps, 100 * (step + 0.95) / steps
        rules.append(
            f"@keyframes {SCOPE}-show-{step} {{0%, {start:.2f}% {{opacity: 0}} "
            f"{end:.2f}%, 100% {{opacity: 1}}}}"
            f"@keyframes {SCOPE}-flow-{step} {{0%, {start:.2f}% {{opacity: .12}} "
            f"{end:.2f}%, 100% {{opacity: 1}}}}"
            f"@keyframes {SCOPE}-glow-{step} {{0%, {start:.2f}% {{stroke-width: var(--rest, 1)}} "
            f"{end:.2f}% {{stroke-width: 5}} {glow:.2f}%, 100% {{stroke-width: var(--rest, 1)}}}}"
            f"@keyframes {SCOPE}-run-{step} {{0%, {start:.2f}% {{opacity: 0; {_at_head}}} "
            f"{start + 0.01:.2f}% {{opacity: .8; {_at_head}}} "
            f"{arrived:.2f}% {{opacity: .8; {_at_tail}}} "
            f"{arrived + 0.01:.2f}%, 100% {{opacity: 0; {_at_tail}}}}}"
        )
    timing = f"{run:.2f}s linear infinite"
    shapes = ("polygon", "path", "ellipse")
    for n, step in boxes.items():
        box = f".{SCOPE} .{node_name(n)}"
        rules.append(f"{box} .grad {{animation: {SCOPE}-show-{step} {timing}}}")
        where = ", ".join(f"{box} > {shape}" for shape in shapes)
        rules.append(f"{where} {{animation: {SCOPE}-glow-{step} {timing}}}")
    for n, step in arrows.items():
        arrow = f".{SCOPE} .{edge_name(n)}"
        lines = f"{arrow} > path, {arrow} > polygon"
        rules.append(f"{lines} {{animation: {SCOPE}-flow-{step} {timing}}}")
        rules.append(f"{arrow} > .gradient {{animation: {SCOPE}-run-{step} {timing}}}")
        label = f"{arrow} > text, {arrow} > rect"
        rules.append(f"{label} {{animation: {SCOPE}-show-{step} {timing}}}")
    rules.append(f".{SCOPE} .output {{--rest: {OUTPUT_BORDER}}}")
    moving = f"@media (prefers-reduced-motion: no-preference) {{{''.join(rules)}}}"
    return f".{SCOPE} .gradient {{opacity: 0; {_at_head}}}{moving}"


def with_gradients(raw: str, scene: Scene) -> str:
    """The SVG of the layout engine with the piece of line that moves along each edge."""

    def added(n: int, inside: str) -> str:
        if not scene.arrows[n].number:
            return inside
        path = _PATH.search(inside)
        assert path
        shaft = _DECORATION.sub("", path[0]).replace(
            "<path ", f'<path class="gradient" pathLength="1" stroke-width="{_MOVING}" '
        )
        return inside.replace(path[0], f"{path[0]}\n{shaft}", 1)

    return change(raw, "edge", added)
