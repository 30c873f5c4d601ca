"""Pictures inside boxes: the pixels of an example, the weights of a neuron, a plane of outputs."""

from __future__ import annotations

from micrograd_tut.drawing.label_places import Rect
from micrograd_tut.drawing.laid_out import boxes_of, change
from micrograd_tut.drawing.pixels import Pixels
from micrograd_tut.drawing.scene import Scene
from micrograd_tut.drawing.theme import Theme

_SPOT = 2.0  # points, the radius of a point on a picture; a negative one is a square


def with_pictures(raw: str, scene: Scene, theme: Theme) -> str:
    """The SVG of Graphviz with the pictures of its boxes."""
    if not any(box.pixels for box in scene.boxes):
        return raw
    rects = boxes_of(raw)

    def filled(n: int, inside: str) -> str:
        pixels = scene.boxes[n].pixels
        return inside + _picture(pixels, rects[n], theme) if pixels else inside

    return change(raw, "node", filled)


def _picture(pixels: Pixels, rect: Rect, theme: Theme) -> str:
    """An image, and the points on it in a group, so that both keep their colours in the dark."""
    x, y, width, height = rect[0], rect[1], rect[2] - rect[0], rect[3] - rect[1]
    out = [
        f'<image x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" '
        f'preserveAspectRatio="none" href="{pixels.uri(theme)}"/>\n<g class="spots">\n'
    ]
    for right, down, number in pixels.spots:
        at, side = (x + right * width, y + down * height), 2 * _SPOT
        shape = f'<circle cx="{at[0]:.2f}" cy="{at[1]:.2f}" r="{_SPOT}"'
        if number <= 0:
            corner = f'x="{at[0] - _SPOT:.2f}" y="{at[1] - _SPOT:.2f}"'
            shape = f'<rect {corner} width="{side}" height="{side}"'
        colour = theme.arrows["positive" if number > 0 else "negative"]
        out.append(f'{shape} fill="{colour}" stroke="{theme.paper}" stroke-width="0.6"/>\n')
    return "".join([*out, "</g>\n"])
