"""Pictures that a mailed notebook keeps.

A notebook from somebody else is not trusted, and Jupyter removes scripts, styles, SVG and frames
from its outputs. What stays are texts, tables, and an ``<img>`` that holds its picture as data.
"""

from __future__ import annotations

import base64
import hashlib

from micrograd_tut.support.html import text


def image(svg: str, alt: str, name: str = "") -> str:
    """An SVG as an ``<img>`` that holds it as data.

    Args:
        svg: The picture.
        alt: What it shows, for readers who do not see it.
        name: Its class (default: none).
    """
    data = base64.b64encode(svg.encode()).decode()
    of_class = f'class="{name}" ' if name else ""
    return f'<img {of_class}alt="{text(alt)}" src="data:image/svg+xml;base64,{data}">'


def with_still(shown: str, svg: str, alt: str, sentence: str = "") -> str:
    """HTML that Jupyter removes from a mailed notebook, and a picture that it shows instead there.

    The style that hides the picture is removed together with `shown`.

    Args:
        shown: What a trusted notebook shows, such as a frame.
        svg, alt: The picture, as for `image`.
        sentence: What to do to see more.
    """
    name = f"mg-still-{hashlib.sha256(svg.encode()).hexdigest()[:8]}"
    words = f'<p class="{name}">{text(sentence)}</p>' if sentence else ""
    return f"<style>.{name} {{display: none}}</style>{words}{image(svg, alt, name)}{shown}"
