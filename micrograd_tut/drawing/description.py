"""What a picture shows, in words: its description for people who do not see it."""

from __future__ import annotations

from micrograd_tut.drawing.kinds import KINDS
from micrograd_tut.drawing.scene import Box, Scene
from micrograd_tut.drawing.text import short

_MANY = 12  # boxes of one kind: the others are counted
_FLOW = {
    "LR": "from left to right",
    "RL": "from right to left",
    "TB": "from top to bottom",
    "BT": "from bottom to top",
}


def description(scene: Scene) -> str:
    """The boxes of a scene, kind by kind, and its notes.

    >>> boxes = [Box("leaf", "", ["a", "data 2"], ""), Box("output", "tanh", ["data 0.964"], "")]
    >>> description(Scene(boxes, []))
    'Data flows from left to right. Input: a, data 2. Output: tanh, data 0.964.'
    """
    sentences = [f"Data flows {_FLOW[scene.direction]}."]
    for name, kind in KINDS.items():
        boxes = [_words(box) for box in scene.boxes if box.kind == name and box.again is None]
        if boxes and kind.words:
            words = scene.kind_words.get(name, kind.words)
            more = [f"and {len(boxes) - _MANY:,} more"] if len(boxes) > _MANY else []
            sentences.append(f"{words[0].upper()}{words[1:]}: {'; '.join(boxes[:_MANY] + more)}.")
    return " ".join([*sentences, *scene.notes])


def _words(box: Box) -> str:
    return ", ".join(short(text.rstrip()) for text in (box.title, *box.lines) if text.strip())
