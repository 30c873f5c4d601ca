"""Draw a box again, small, beside each of its far uses.

A leaf that a loop uses in every step would need an edge across the whole picture for each. The
full box is drawn once, beside its first use; at every other use stands a small box with its name
and number.
"""

from __future__ import annotations

from micrograd_tut.drawing.columns import columns
from micrograd_tut.drawing.scene import Arrow, Box, Scene

_FAR = 5  # columns between a box and a use from which on the use is far
_MANY = 4  # far uses of the result of an operation from which on it is drawn again
_AGAIN = {  # the kind of the small box, by that of the full one
    "leaf": "leaf-again",
    "parameter": "parameter-again",
    "constant": "leaf-again",
}


def repeat_boxes(scene: Scene, repeat: bool | None = None) -> Scene:
    """The scene with small boxes beside the far uses of others; changes and returns it.

    The small boxes come after all others, so that the numbers of the others stay.

    Args:
        scene: The scene.
        repeat: None repeats what has far uses; True every leaf at each use after the first, too;
            False nothing.
    """
    if repeat is False:
        return scene
    column = columns(len(scene.boxes), scene.arrows)
    uses: dict[int, list[Arrow]] = {}
    for arrow in scene.arrows:
        uses.setdefault(arrow.tail, []).append(arrow)
    fed = {arrow.head for arrow in scene.arrows}
    nameless = 0
    for n, arrows in sorted(uses.items()):
        if len(arrows) < 2:
            continue
        box, leaf = scene.boxes[n], n not in fed
        first = min(column[arrow.head] for arrow in arrows)
        far = sum(column[arrow.head] - column[n] > _FAR for arrow in arrows)
        if far >= (1 if leaf else _MANY):
            others = [arrow for arrow in arrows if column[arrow.head] > first]
        elif repeat and leaf:
            others = [arrow for arrow in arrows if arrow.head != arrows[0].head]
        else:
            continue
        if not box.name:
            nameless += 1
            box.name = f"#{nameless}"
            box.lines.insert(0, box.name)
        _draw_again(scene, n, others)
    return scene


def _draw_again(scene: Scene, n: int, arrows: list[Arrow]) -> None:
    """Let the arrows start at small boxes, one for each head."""
    box = scene.boxes[n]
    small: dict[int, int] = {}
    for arrow in arrows:
        if arrow.head not in small:
            small[arrow.head] = len(scene.boxes)
            frames = scene.boxes[arrow.head].frames
            name = box.name if frames == box.frames else " · ".join([*box.frames, box.name])
            scene.boxes.append(
                Box(
                    _AGAIN.get(box.kind, "result-again"),
                    "",
                    [f"{name} = {box.number}" if box.number not in ("", box.name) else name],
                    box.tooltip,
                    frames,
                    again=n,
                )
            )
        arrow.tail = small[arrow.head]
