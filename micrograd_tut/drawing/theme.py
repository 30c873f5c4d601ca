"""The colours of pictures, light and dark.

Positive and negative are a blue and an orange that stay apart for every kind of colour-blindness
(after Okabe and Ito, "Color Universal Design", darkened until text in them reads well).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """The colours of a picture.

    Attributes:
        paper, ink, faint: The background, the text, and what should stay behind.
        fills, borders: By kind of box.
        positive, negative, none, undefined, unknown: Of arrows, by what flows.
        frame: The border of frames.
    """

    paper: str
    ink: str
    faint: str
    frame: str
    fills: dict[str, str]
    borders: dict[str, str]
    positive: str
    negative: str
    none: str
    undefined: str
    unknown: str


LIGHT = Theme(
    paper="#ffffff",
    ink="#1f2933",
    faint="#52606d",
    frame="#9aa5b1",
    fills={
        "leaf": "#e3f0fa",
        "parameter": "#fdf3d0",
        "constant": "#ffffff",
        "operation": "#f5f7fa",
        "output": "#e2f4e8",
        "neuron": "#f5f7fa",
        "folded": "#ede9f6",
        "source": "#e3f0fa",
        "unit": "#f5f7fa",
        "negative-unit": "#fbe6d4",
        "dead": "#cbd2d9",
        "more": "#ffffff",
        "caption": "#ffffff",
    },
    borders={
        "leaf": "#2f6690",
        "parameter": "#946c00",
        "constant": "#7b8794",
        "operation": "#52606d",
        "output": "#1b7a43",
        "neuron": "#52606d",
        "folded": "#6b4fa0",
        "source": "#2f6690",
        "unit": "#52606d",
        "negative-unit": "#b84a00",
        "dead": "#52606d",
        "more": "#ffffff",
        "caption": "#ffffff",
    },
    positive="#0067a8",
    negative="#b84a00",
    none="#85919d",
    undefined="#1f2933",
    unknown="#7b8794",
)

DARK = Theme(
    paper="#12181f",
    ink="#e6edf3",
    faint="#a9b4c0",
    frame="#5b6773",
    fills={
        "leaf": "#16324a",
        "parameter": "#40351a",
        "constant": "#12181f",
        "operation": "#232c36",
        "output": "#163d28",
        "neuron": "#232c36",
        "folded": "#33294c",
        "source": "#16324a",
        "unit": "#232c36",
        "negative-unit": "#4a2b12",
        "dead": "#3e4c59",
        "more": "#12181f",
        "caption": "#12181f",
    },
    borders={
        "leaf": "#6fb1e0",
        "parameter": "#d9b44a",
        "constant": "#8b98a5",
        "operation": "#9aa7b4",
        "output": "#5cc98a",
        "neuron": "#9aa7b4",
        "folded": "#b39ddb",
        "source": "#6fb1e0",
        "unit": "#9aa7b4",
        "negative-unit": "#f2994a",
        "dead": "#9aa7b4",
        "more": "#12181f",
        "caption": "#12181f",
    },
    positive="#58b2f0",
    negative="#f2994a",
    none="#5b6773",
    undefined="#e6edf3",
    unknown="#8b98a5",
)

THEMES = {"light": LIGHT, "dark": DARK, "auto": LIGHT}
"""By name. "auto" is drawn in light, and turns dark where the reader's system is."""
