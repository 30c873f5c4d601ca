r"""Pictures of graphs and nets, on which one sees what flows where.

>>> from micrograd_tut import Value
>>> a, b = Value(2.0), Value(-3.0)
>>> y = a * b
>>> y.backward()
>>> picture = draw(y)
>>> picture
<Drawing: computation graph of 3 Values, 3 boxes, 2 arrows>
>>> print(picture.source.splitlines()[5])  # doctest: +ELLIPSIS
  n0 [id="node-0", label="a\ldata 2\lgrad -3\l", shape=box, ...]

How a picture is made: `facts.py` looks at the graph, and `frames.py` finds the neurons in it;
`values.py` or `folding.py` turns it into a `Scene` of boxes and arrows (`scene.py`), `dot.py`
writes that as DOT, `render.py` has it laid out, and `svg.py` makes of it what people see, with the
legend of `legend.py` below it.

**Ids.** In the SVG, the n-th box has the id ``node-<n>`` and the n-th arrow ``edge-<n>``, counted
from 0. With ``detail="values"`` the n-th box is the n-th Value of ``mg.trace(y)[0]``, and the n-th
arrow the n-th edge of ``mg.trace(y)[1]``: topological order, inputs first, repeats kept. They
depend on nothing but the graph, so they are the same from run to run. `ids` computes them.
"""

from __future__ import annotations

from micrograd_tut.drawing.call import draw, draw_dot, draw_network, ids, shown
from micrograd_tut.drawing.dot import edge_id, node_id
from micrograd_tut.drawing.picture import Drawing

__all__ = ["Drawing", "draw", "draw_dot", "draw_network", "edge_id", "ids", "node_id", "shown"]
