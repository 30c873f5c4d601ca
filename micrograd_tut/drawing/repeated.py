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
        elsewhere = {a.head for a in arrows if leaf and _is_elsewhere(scene, n, a.head)}
        far = sum(column[a.head] - column[n] > _FAR or a.head in elsewhere for a in arrows)
        if far >= (1 if leaf else _MANY):
            others = [a for a in arrows if column[a.head] > first or a.head in elsewhere]
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


def _is_elsewhere(scene: Scene, n: int, other: int) -> bool:
    """Whether two boxes are in two frames, such as those of two steps of a loop."""
    frame, frame_of_other = scene.boxes[n].frames[:1], scene.boxes[other].frames[:1]
    return bool(frame and frame_of_other) and frame != frame_of_other


def _draw_again(scene: Scene, n: int, arrows: list[Arrow]) -> None:
    """Let the arrows start at small boxes, one for each head."""
    box = scene.boxes[n]
    small: dict[int, int] = {}
    for arrow in arrows:
        if arrow.head not in small:
            small[arrow.head] = len(scene.boxes)
            scene.boxes.append(
                Box(
                    _AGAIN.get(box.kind, "result-again"),
                    "",
                    [box.name if box.number in ("", box.name) else f"{box.name} = {box.number}"],
                    box.about,
                    scene.boxes[arrow.head].frames,
                    again=n,
                )
            )
        arrow.tail = small[arrow.head]
