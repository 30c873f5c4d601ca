"""The legend explains the marks that occur, in a line or two."""

import pytest
from drawing_graphs import SVG, lecture_neuron, net_loss, parsed, texts

import micrograd_tut as mg
from micrograd_tut.drawing import draw, draw_network


def entries(drawing: mg.Drawing) -> list[str]:
    """The texts of the legend."""
    groups = [g for g in parsed(drawing.svg()).iter(f"{SVG}g") if g.get("class") == "legend"]
    return [text for g in groups for text in texts(g)]


def lines(drawing: mg.Drawing) -> int:
    """The number of lines of the legend."""
    (legend,) = [g for g in parsed(drawing.svg()).iter(f"{SVG}g") if g.get("class") == "legend"]
    return len({g.get("transform", "").split()[-1] for g in legend if "transform" in g.attrib})


def small_net() -> mg.Value:
    y = mg.MLP(2, [2, 1], activation="tanh", seed=1)([1.0, -2.0])
    y.backward()
    return y


def batch() -> mg.Value:
    """The mean output of a network over 20 examples."""
    model = mg.MLP(2, [4, 1], seed=1)
    return mg.mean([model([i / 20, 1.0]) for i in range(20)])


@pytest.mark.parametrize(
    "drawing",
    [
        lambda: draw(lecture_neuron()),
        lambda: draw(lecture_neuron(backward=False)),
        lambda: draw(lecture_neuron(), edges="flow"),
        lambda: draw(small_net(), "values"),
        lambda: draw(small_net(), "ops"),
        lambda: draw(net_loss(), "neurons"),
        lambda: draw(net_loss(), "layers"),
        lambda: draw(batch()),
        lambda: draw_network(mg.MLP(2, [16, 16, 1], seed=1)),
        lambda: draw_network(mg.MLP(3, [4, 1], seed=1), x=[1.0, 2.0, 3.0]),
    ],
)
def test_it_has_a_line_or_two(drawing) -> None:
    assert lines(drawing()) <= 2


def test_it_explains_the_signs_that_occur() -> None:
    a = mg.Value(2.0)
    y = mg.relu(a * 3.0) + mg.relu(-a) - a
    y.backward()
    assert {"positive", "negative", "0"} <= set(entries(draw(y)))
    positive = a * 3.0
    positive.backward()
    assert not {"negative", "0"} & set(entries(draw(positive)))


def test_a_gradient_of_nan_has_its_own_style_and_entry() -> None:
    x = mg.Value(-1.0, "x")
    with mg.ieee():
        y = mg.sqrt(x) * 1.0
        y.backward()
    drawing = draw(y)
    assert drawing.scene.arrows[0].sign == "undefined"
    assert "nan" in entries(drawing)


def test_constants_are_explained_if_there_are_any() -> None:
    assert "constant: no gradient" in entries(draw(mg.Value(2.0) * 3.0))
    assert "constant: no gradient" not in entries(draw(lecture_neuron()))


def test_inputs_are_explained_only_beside_other_leaves() -> None:
    assert "input" not in entries(draw(lecture_neuron()))
    y = mg.Neuron(1, seed=1)([mg.Value(2.0)])
    assert {"input", "parameter"} <= set(entries(draw(y, "values")))


def test_numbers_on_edges_are_the_local_derivative_before_a_backward_pass_only() -> None:
    assert entries(draw(lecture_neuron(backward=False))) == ["0.5", "local derivative"]
    after = entries(draw(lecture_neuron()))
    assert "gradient that flows back (width: up to 1.5)" in after
    assert "local derivative" not in after
    written_out = "local derivative × upstream gradient = gradient that flows back"
    assert any(written_out in text for text in entries(draw(lecture_neuron(), edges="flow")))


def test_merged_edges_are_explained_if_there_are_any() -> None:
    loss = batch()
    assert "edges drawn as one" in entries(draw(loss, "layers"))
    loss.backward()
    after = entries(draw(loss, "layers"))
    assert {"edges drawn as one", "of several Values"} <= set(after)
    a = mg.Value(2.0)
    y = a * a
    y.backward()
    assert "edges drawn as one, Σ: their sum" in entries(draw(y, "layers"))
    assert any("norm of several gradients" in text for text in after)
    small = entries(draw(lecture_neuron()))
    assert not [text for text in small if "edges" in text or "norm" in text]


def test_ranges_are_explained_if_there_are_any() -> None:
    assert "smallest … largest" in entries(draw(batch(), "neurons"))
    assert "smallest … largest" not in entries(draw(lecture_neuron()))


def test_the_order_of_inputs_is_explained_if_it_is_marked() -> None:
    assert "order of the inputs" in entries(draw(mg.Value(2.0) - 1.0))
    assert "order of the inputs" not in entries(draw(mg.Value(2.0) * 3.0))


def test_it_fits_between_the_edges_of_the_picture() -> None:
    root = parsed(draw(mg.Value(1.0) - 2.0).svg())
    width = float((root.get("viewBox") or "").split()[2])
    assert all(float(e.get("x", 0)) < width for e in root.iter(f"{SVG}text"))


def test_a_picture_that_explains_itself_has_none() -> None:
    assert entries(draw([mg.Value(1.0)])) == []
