r"""Draw computation graphs and networks.

>>> from micrograd_tut import Value
>>> a, b = Value(2.0), Value(-3.0)
>>> y = a * b
>>> y.backward()
>>> picture = draw(y)
>>> picture
<Drawing: computation graph of 3 Values, 3 boxes, 2 arrows; .save('graph.svg') or .show()>
>>> print(picture.source.splitlines()[5])  # doctest: +ELLIPSIS
  n0 [id="node-0", label="a\ldata 2\lgrad -3\l", shape=box, ...]

Input: a Value or a model. Output: a `Drawing`, rendered when it is shown or saved. Reading order:

- `api.py`, `drawing.py`: the public functions and the class `Drawing`
- `annotated.py`, `owners.py`, `notes.py`: everything about a graph that a drawing needs
- `scene.py`, then `full_view.py`, `grouped_view.py` with `groups.py`, `rolled_view.py` with
  `loops.py`, and `network_view.py`: from a graph or a model to a `Scene` of boxes and arrows
- `columns.py`, `repeated.py`: small boxes instead of long edges, and what a layout will cost
- `kinds.py`, `theme.py`, `dot.py`, `svg.py`, `legend.py`, `animation.py`, `png.py`: to DOT, SVG
  and PNG
- `render.py`, with `dot_program.py`, `graphviz_module.py`, `embedded.py`, `browser.py` and
  `limits.py`: the layout engines

**Classes.** In the SVG, the n-th box has the class ``node-<n>`` and the n-th arrow ``edge-<n>``,
counted from 0; there are no ids, so that several pictures can stand on one page. With
``detail="values"`` the n-th box is the n-th Value of ``mg.trace(y)[0]``, and the n-th arrow the
n-th edge of ``mg.trace(y)[1]``: topological order, inputs first, repeats kept. They depend only on
the graph, so they are the same in every run. `classes` computes them.
"""

from __future__ import annotations

from micrograd_tut.drawing.api import (
    classes,
    draw,
    draw_dot,
    draw_folded,
    draw_network,
    draw_plain,
    notebook_drawing,
)
from micrograd_tut.drawing.dot import edge_name, node_name
from micrograd_tut.drawing.drawing import Drawing
from micrograd_tut.drawing.model_html import model_html

__all__ = [
    "Drawing",
    "classes",
    "draw",
    "draw_dot",
    "draw_folded",
    "draw_network",
    "draw_plain",
    "edge_name",
    "model_html",
    "node_name",
    "notebook_drawing",
]
