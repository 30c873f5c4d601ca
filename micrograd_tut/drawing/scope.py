"""Style rules that reach one picture only, though several stand on one page.

Every rule of a picture starts with the class `SCOPE`, and so does the name of every animation.
When the picture is written, a name that depends on the rules takes its place: two pictures share
it only if their rules are the same.
"""

from __future__ import annotations

import hashlib

SCOPE = "micrograd-tut"
"""The class of every picture, and the placeholder for the name of its own rules."""


def scoped(css: str) -> tuple[str, str]:
    """The name of some rules, and the rules under that name.

    >>> scoped(".micrograd-tut text {fill: red}")
    ('mg-2847c1d5', '.mg-2847c1d5 text {fill: red}')
    """
    name = f"mg-{hashlib.sha256(css.encode()).hexdigest()[:8]}"
    return name, css.replace(SCOPE, name)
