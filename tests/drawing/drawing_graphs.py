"""Graphs and helpers for the tests of drawings."""

import xml.etree.ElementTree as ElementTree

import micrograd_tut as mg

SVG = "{http://www.w3.org/2000/svg}"


def lecture_neuron(backward: bool = True) -> mg.Value:
    """The neuron of the well-known lecture; its gradients are published there."""
    x1, x2 = mg.Value(2.0, "x1"), mg.Value(0.0, "x2")
    w1, w2 = mg.Value(-3.0, "w1"), mg.Value(1.0, "w2")
    n = x1 * w1 + x2 * w2 + mg.Value(6.8813735870195432, "b")
    n.label = "n"
    o = n.tanh()
    o.label = "o"
    if backward:
        o.backward()
    return o


def net_loss(sizes: tuple[int, ...] = (4, 16, 3)) -> mg.Value:
    model = mg.MLP(sizes[0], list(sizes[1:]), output="softmax", seed=3)
    loss = -model([0.1 * i for i in range(sizes[0])])[0].log()
    loss.backward()
    return loss


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def name_of(element: ElementTree.Element) -> str:
    """The name of a node or an edge among its classes: ``node-3``; "" of another element."""
    return next((c for c in (element.get("class") or "").split() if c[5:].isdigit()), "")


def group(root: ElementTree.Element, key: str) -> ElementTree.Element:
    """The element of a node or an edge, by its name."""
    (element,) = [e for e in root.iter(f"{SVG}g") if name_of(e) == key]
    return element


def texts(element: ElementTree.Element) -> list[str]:
    return [(e.text or "").replace("\xa0", " ").strip() for e in element.iter(f"{SVG}text")]
