"""The colours of pictures, light and dark.

Positive and negative are a blue and an orange that stay apart for every kind of colour-blindness
(after Okabe and Ito, "Color Universal Design", darkened until text in them reads well).
"""

from __future__ import annotations

from dataclasses import dataclass

# In light, in dark.
_PLAIN = {
    "paper": ("#ffffff", "#12181f"),
    "ink": ("#1f2933", "#e6edf3"),
    "faint": ("#52606d", "#a9b4c0"),
    "frame": ("#9aa5b1", "#5b6773"),
}
_ARROWS = {
    "positive": ("#0067a8", "#58b2f0"),
    "negative": ("#b84a00", "#f2994a"),
    "several": ("#6b4fa0", "#b39ddb"),
    "none": ("#85919d", "#5b6773"),
    "undefined": ("#1f2933", "#e6edf3"),
    "unknown": ("#7b8794", "#8b98a5"),
}
# Fill and border, in light and in dark.
_BOXES = {
    "input": (("#e3f0fa", "#2f6690"), ("#16324a", "#6fb1e0")),
    "parameter": (("#fdf3d0", "#946c00"), ("#40351a", "#d9b44a")),
    "constant": (("#ffffff", "#7b8794"), ("#12181f", "#8b98a5")),
    "computed": (("#f5f7fa", "#52606d"), ("#232c36", "#9aa7b4")),
    "output": (("#e2f4e8", "#1b7a43"), ("#163d28", "#5cc98a")),
    "folded": (("#ede9f6", "#6b4fa0"), ("#33294c", "#b39ddb")),
    "negative": (("#fbe6d4", "#b84a00"), ("#4a2b12", "#f2994a")),
    "inactive": (("#cbd2d9", "#52606d"), ("#3e4c59", "#9aa7b4")),
    "text": (("#ffffff", "#ffffff"), ("#12181f", "#12181f")),
}


@dataclass(frozen=True)
class Theme:
    """The colours of a picture.

    Attributes:
        paper, ink, faint, frame: Of the background, text, less important text, and frames.
        arrows: By sign, one of `scene.SIGNS`.
        boxes: Fill and border, by the `role` of a `Kind`.
    """

    paper: str
    ink: str
    faint: str
    frame: str
    arrows: dict[str, str]
    boxes: dict[str, tuple[str, str]]


LIGHT, DARK = (
    Theme(
        **{name: colours[i] for name, colours in _PLAIN.items()},
        arrows={sign: colours[i] for sign, colours in _ARROWS.items()},
        boxes={role: colours[i] for role, colours in _BOXES.items()},
    )
    for i in (0, 1)
)

THEMES = {"light": LIGHT, "dark": DARK, "auto": LIGHT}
"""By name. "auto" is drawn in light, and turns dark if the reader's system is."""
