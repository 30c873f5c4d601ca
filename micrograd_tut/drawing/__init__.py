r"""Draw computation graphs and networks.

>>> from micrograd_tut import Value
>>> a, b = Value(2.0), Value(-3.0)
>>> y = a * b
>>> y.backward()
>>> picture = draw(y)
>>> picture
<Drawing: computation graph of 3 Values, 3 boxes, 2 arrows>
>>> print(picture.source.splitlines()[5])  # doctest: +ELLIPSIS
  n0 [id="node-0", label="a\ldata 2\lgrad -3\l", shape=box, ...]

In comes a Value or a model, out goes a `Drawing` (`drawing.py`), which is rendered when it is shown
or saved. Read in this order: `api.py` (the functions), `annotated.py`, `owners.py` and `notes.py`
(what is known about a graph), `scene.py` (boxes and arrows), `full_view.py`, `groups.py` and
`grouped_view.py`, `network_view.py` (from a graph or model to a scene), then from a scene to SVG:
`kinds.py`, `theme.py`, `dot.py`, `render.py`, `svg.py`, `legend.py`, `animation.py`.

**Ids.** In the SVG, the n-th box has the id ``node-<n>`` and the n-th arrow ``edge-<n>``, counted
from 0. With ``detail="values"`` the n-th box is the n-th Value of ``mg.trace(y)[0]``, and the n-th
arrow the n-th edge of ``mg.trace(y)[1]``: topological order, inputs first, repeats kept. They
depend only on the graph, so they are the same in every run. `ids` computes them.
"""

from __future__ import annotations

from micrograd_tut.drawing.api import (
    draw,
    draw_dot,
    draw_network,
    draw_plain,
    ids,
    notebook_svg,
)
from micrograd_tut.drawing.dot import edge_id, node_id
from micrograd_tut.drawing.drawing import Drawing

__all__ = [
    "Drawing",
    "draw",
    "draw_dot",
    "draw_network",
    "draw_plain",
    "edge_id",
    "ids",
    "node_id",
    "notebook_svg",
]
