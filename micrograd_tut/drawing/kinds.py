"""The kinds of boxes, and how each one looks in DOT and in the legend."""

from __future__ import annotations

from dataclasses import dataclass

OUTPUT_BORDER = 2.4  # points

AGAIN = "the same Value, drawn again near its use"
"""What the legend calls a small box that repeats another."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of box.

    Attributes:
        name: The kind, which is also the class of such boxes in the SVG.
        role: Which colours of a `Theme` it has.
        shape: A shape of Graphviz.
        words: What the legend and the description call it; "" if they leave it out.
        outline: Its outline in the legend, as SVG, with ``{}`` for the colours; "" if it explains
            itself.
        style: More attributes for Graphviz.
        centred: Whether its lines are centred; otherwise they start at the left.
    """

    name: str
    role: str
    shape: str
    words: str = ""
    outline: str = ""
    style: str = ""
    centred: bool = False


_RECT = '<rect x="0" y="-6" width="20" height="12" {}/>'
_NOTE = '<path d="M0,-6H15L20,-1V6H0Z" {0}/><path d="M15,-6V-1H20" {0}/>'
_ELLIPSE = '<ellipse cx="10" cy="0" rx="10" ry="6" stroke-dasharray="3,2" {}/>'
_SMALL_BOX = '<rect x="0" y="-5" width="20" height="10" rx="4" stroke-dasharray="3,2" {}/>'
_DOUBLE = (
    '<rect x="-1.5" y="-7.5" width="23" height="15" {0}/>'
    '<rect x="1" y="-5" width="18" height="10" {0}/>'
)
_CIRCLE = '<circle cx="10" cy="0" r="7" {}/>'
_DASHED_CIRCLE = '<circle cx="10" cy="0" r="7" stroke-dasharray="3,2" {}/>'

_SMALL = "fixedsize=true, width=0.46, height=0.46, fontsize=9"
_ROUND = 'style="filled,rounded"'
_DASHED = 'style="filled,dashed"'
_AGAIN = 'style="filled,rounded,dashed", fontsize=9, height=0.2, margin="0.06,0.03"'

KINDS = {
    kind.name: kind
    for kind in (
        # of a computation graph
        Kind("leaf", "input", "box", "input", _RECT),
        Kind("parameter", "parameter", "note", "parameter", _NOTE),
        Kind("constant", "constant", "ellipse", "constant: no gradient", _ELLIPSE,
             f'{_DASHED}, margin="0.04,0.02"', centred=True),
        Kind("operation", "computed", "record", "operation", style=_ROUND),
        Kind("output", "output", "record", "output", style=f"penwidth={OUTPUT_BORDER}"),
        Kind("neuron", "computed", "box", "neuron", style=_ROUND),
        Kind("folded", "folded", "box", "several Values", _DOUBLE, "peripheries=2"),
        Kind("leaf-again", "input", "box", AGAIN, _SMALL_BOX, _AGAIN, centred=True),
        Kind("parameter-again", "parameter", "box", AGAIN, _SMALL_BOX, _AGAIN, centred=True),
        Kind("result-again", "computed", "box", AGAIN, _SMALL_BOX, _AGAIN, centred=True),
        # of a network
        Kind("input-unit", "input", "square", "input", style=_SMALL, centred=True),
        Kind("named-input", "input", "box", "input", style="fixedsize=true, fontsize=9",
             centred=True),
        Kind("unit", "computed", "circle", "neuron", style=_SMALL, centred=True),
        Kind("negative-unit", "negative", "circle", "neuron with a negative output", _CIRCLE,
             _SMALL, centred=True),
        Kind("inactive-unit", "inactive", "circle", "inactive neuron", _DASHED_CIRCLE,
             f"{_DASHED}, {_SMALL}", centred=True),
        Kind("picture", "constant", "box", "picture", style="fixedsize=true", centred=True),
        Kind("more", "text", "plaintext", style="fontsize=9", centred=True),
        Kind("caption", "text", "plaintext", centred=True),
        Kind("name", "text", "plaintext", centred=True,
             style='fontsize=10, margin="0,0", width=0.05, height=0.05'),
    )
}  # fmt: skip
"""By name, in the order of the legend."""
