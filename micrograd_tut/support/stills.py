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


def with_still(shown: str, svg: str = "", alt: str = "", sentence: str = "") -> str:
    """HTML that Jupyter removes from a mailed notebook, and a picture that it shows instead there.

    The style that hides the picture and shows the rest is removed, too, and of SVG the texts stay:
    so the rest is in an element that is hidden without a style.

    Args:
        shown: What a trusted notebook shows, such as a frame.
        svg, alt: The picture, as for `image`; without one, the sentence stands alone.
        sentence: What to do to see more.
    """
    key = hashlib.sha256((svg + sentence).encode()).hexdigest()[:8]
    name, live = f"mg-still-{key}", f"mg-live-{key}"
    style = f".{name} {{display: none !important}} .{live} {{display: block !important}}"
    words = f'<p class="{name}">{text(sentence)}</p>' if sentence else ""
    still = words + (image(svg, alt, name) if svg else "")
    return f'<style>{style}</style>{still}<div class="{live}" style="display: none">{shown}</div>'
