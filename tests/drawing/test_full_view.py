import pytest
from drawing_graphs import SVG, group, lecture_neuron, name_of, parsed, texts

import micrograd_tut as mg
from micrograd_tut.drawing import classes, draw, draw_plain
from micrograd_tut.drawing.notes import CHANGED, NO_GRADIENTS


def box_of(drawing: mg.Drawing, name: str) -> list[str]:
    (lines,) = [box.lines for box in drawing.scene.boxes if box.lines[0] == name]
    return lines


def test_boxes_hold_the_published_numbers_of_the_lecture() -> None:
    drawing = draw(lecture_neuron())
    assert box_of(drawing, "o") == ["o", "data 0.7071", "grad 1"]
    assert box_of(drawing, "x1")[2] == "grad -1.5"
    assert box_of(drawing, "w1")[2] == "grad 1"
    assert box_of(drawing, "x2")[2] == "grad 0.5"
    assert box_of(drawing, "w2")[2] == "grad 0"


def test_edges_carry_the_local_derivative() -> None:
    a, b = mg.Value(3.0), mg.Value(4.0)
    y = a * b
    assert [arrow.label for arrow in draw(y).scene.arrows] == ["4", "3"]


def test_after_a_backward_pass_edges_carry_the_gradient_that_flows_back() -> None:
    a, b = mg.Value(3.0), mg.Value(-4.0)
    y = 2.0 * (a * b)
    y.backward()
    drawing = draw(y)
    flows = [(arrow.label, arrow.number) for arrow in drawing.scene.arrows if arrow.label]
    assert flows == [("-8", -8.0), ("6", 6.0), ("2", 2.0)]
    assert drawing.source.count("dir=back") == 3
    assert drawing.source.count("dir=none") == 1  # from the constant


def test_local_derivatives_on_request_are_in_italics_on_grey_edges_that_point_forward() -> None:
    drawing = draw(lecture_neuron(), edges="local")
    assert {arrow.sign for arrow in drawing.scene.arrows} == {"unknown"}
    assert " dir=" not in drawing.source
    root = parsed(drawing.svg())
    edges = [g for g in root.iter(f"{SVG}g") if "edge" in (g.get("class") or "").split()]
    assert len(edges) == 9
    for text in (text for g in edges for text in g.findall(f"{SVG}text")):
        assert text.get("font-style") == "italic"


def test_without_gradients_edges_are_always_local() -> None:
    o = lecture_neuron(backward=False)
    assert draw(o, edges="flow").source == draw(o, edges="local").source == draw(o).source


def test_with_flow_edges_carry_local_times_upstream() -> None:
    o = lecture_neuron()
    labels = [arrow.label for arrow in draw(o, edges="flow").scene.arrows]
    assert "0.5 × 1\n= 0.5" in labels  # tanh' = 1 - o² = 1/2
    assert "-3 × 0.5\n= -1.5" in labels


def test_the_products_of_the_edges_of_a_leaf_add_up_to_its_gradient() -> None:
    x = mg.Value(1.7)
    y = (x * x + mg.sin(x)) / x
    y.backward()
    scene = draw(y, "values").scene
    (leaf,) = [n for n, box in enumerate(scene.boxes) if box.kind == "leaf"]
    total = sum(arrow.number or 0.0 for arrow in scene.arrows if arrow.tail == leaf)
    assert total == pytest.approx(x.grad, rel=1e-14)


def test_a_plus_a_has_two_edges() -> None:
    a = mg.Value(2.0)
    assert len(draw(a + a).scene.arrows) == 2
    assert draw(a + a).source.count("n0 -> n1") == 2


def test_before_backward_no_gradients_are_shown_and_the_drawing_says_so() -> None:
    drawing = draw(lecture_neuron(backward=False))
    assert "grad" not in drawing.source.replace(NO_GRADIENTS, "")
    assert NO_GRADIENTS in drawing.source
    assert NO_GRADIENTS in texts(parsed(drawing.svg()))


def test_after_backward_a_gradient_of_zero_is_shown() -> None:
    drawing = draw(lecture_neuron())
    assert "grad 0" in box_of(drawing, "w2")
    assert NO_GRADIENTS not in drawing.source


def test_leaf_gradients_of_another_graph_do_not_count_as_a_backward_pass() -> None:
    a = mg.Value(2.0)
    (a * a).backward()
    assert draw(a * 3.0).scene.notes == [NO_GRADIENTS]


def test_a_constant_is_a_literal_without_gradient() -> None:
    a = mg.Value(2.0)
    y = a * 3.0
    y.backward()
    (box,) = [box for box in draw(y).scene.boxes if box.kind == "constant"]
    assert box.lines == ["3"]
    assert [arrow.number for arrow in draw(y).scene.arrows] == [3.0, None]


def test_a_stale_graph_is_drawn_and_the_drawing_says_so() -> None:
    a = mg.Value(2.0)
    y = a * a
    y.backward()
    a.data = 3.0
    assert CHANGED in draw(y).scene.notes


def test_every_node_and_edge_is_in_the_svg_once_under_its_class() -> None:
    y = lecture_neuron()
    nodes, edges = classes(y)
    root = parsed(draw(y, "values").svg())
    drawn = [name_of(e) for e in root.iter(f"{SVG}g") if name_of(e)]
    assert sorted(drawn) == sorted([*nodes.values(), *(key for key, _, _ in edges)])
    for v, key in nodes.items():
        assert f"data {v.data:.4g}" in texts(group(root, key))


def test_tooltips_hold_the_formula_and_all_digits() -> None:
    y = lecture_neuron()
    nodes, edges = classes(y)
    root = parsed(draw(y, "values").svg())
    title = group(root, nodes[y]).find(f"{SVG}title")
    assert title is not None
    assert title.text == f"o = tanh(n)\ndata {y.data!r}\ngrad 1.0"
    (key,) = [key for key, v, _ in edges if v.label == "n"]
    about = group(root, key).find(f"{SVG}title")
    assert about is not None
    assert about.text is not None
    assert about.text.startswith("∂(o)/∂(n) = 1 - o ** 2 = 0.")


def test_ops_expands_weighted_sums_and_leaves_keep_their_gradients() -> None:
    neuron = mg.Neuron(2, activation="tanh", seed=4)
    y = neuron([2.0, -1.0])
    y.backward()
    before = [p.grad for p in neuron.parameters()]
    values, ops = draw(y, "values").scene, draw(y, "ops").scene
    assert [b.title for b in values.boxes if b.title] == ["w·x + b", "tanh"]
    assert [b.title for b in ops.boxes if b.title] == ["*", "*", "+", "+", "tanh"]
    flows = {}
    for arrow in ops.arrows:
        flows[arrow.tail] = flows.get(arrow.tail, 0.0) + (arrow.number or 0.0)
    shown = sorted(flows[n] for n, box in enumerate(ops.boxes) if box.kind == "parameter")
    assert shown == pytest.approx(sorted(before), rel=1e-12)
    assert [p.grad for p in neuron.parameters()] == before
    assert any("leaves" in note for note in ops.notes)


def test_expanded_functions_keep_the_leaves_and_the_drawing_says_so() -> None:
    scene = draw(lecture_neuron(), expand=("tanh",)).scene
    assert "exp" in {box.title for box in scene.boxes}
    assert "tanh" not in {box.title for box in scene.boxes}
    assert ["x1", "data 2", "grad -1.5"] in [box.lines for box in scene.boxes]
    assert "Expanded: tanh." in scene.notes[0]


def test_leaves_of_an_expanded_graph_show_their_accumulated_gradients() -> None:
    x = mg.Value(0.5, "x")
    y = x.tanh()
    y.backward()
    y.backward()
    assert box_of(draw(y, expand=("tanh",)), "x")[2] == f"grad {x.grad:.4g}"


def test_every_registered_operation_is_drawn() -> None:
    from samples import ROWS

    for name, row in ROWS.items():
        op = mg.OPS[name]
        y = op(*[mg.Value(x) for x in row.points[0]])
        with mg.ieee():
            y.backward()
        scene = draw(y, "values").scene
        assert name == "dot" or scene.boxes[-1].title == y._op


def test_inputs_are_marked_if_and_only_if_their_order_matters() -> None:
    from micrograd_tut.drawing.annotated import operand_names

    marked = {name for name, op in mg.OPS.items() if operand_names(op)}
    assert {"sub", "div", "pow", "where", "softmax", "leaky_relu"} <= marked
    assert not marked & {"add", "mul", "neg", "tanh", "dot", "sum", "maximum", "hypot"}


def test_the_order_of_inputs_is_marked_in_a_grouped_view_too() -> None:
    a, b = mg.Value(3.0), mg.Value(2.0)
    scene = draw(a - b, "layers").scene
    assert scene.boxes[-1].operands == ("1st", "2nd")
    assert [arrow.operand for arrow in scene.arrows] == [0, 1]
    assert [arrow.operand for arrow in draw(a - a, "layers").scene.arrows] == [None]


def test_a_note_names_the_leaf_with_a_gradient_of_another_pass() -> None:
    a, b = mg.Value(1.0, "a"), mg.Value(2.0, "b")
    y = a * b
    y.backward()
    assert draw(y).scene.notes == []
    y.backward()
    assert draw(y).scene.notes == [
        "a.grad holds 2 from another backward; zero_grad clears it.",
        "b.grad holds 1 from another backward; zero_grad clears it.",
    ]
    mg.zero_grad(y)
    y.backward()
    assert draw(y).scene.notes == []


def test_only_the_first_leaves_with_gradients_of_another_pass_are_named() -> None:
    y = mg.MLP(3, [4, 1], activation="tanh", seed=1)([1.0, 2.0, 3.0])
    y.backward()
    y.backward()
    for detail in ("values", "ops", "neurons", "layers"):
        notes = draw(y, detail).scene.notes
        assert sum("from another backward" in note for note in notes) == 3
        assert "The same is true of 18 other gradients." in notes


def test_a_gradient_from_a_larger_graph_is_not_called_one_of_another_pass() -> None:
    a, b = mg.Value(1.0, "a"), mg.Value(2.0, "b")
    inner = a * b
    (inner * 3.0 + a).backward()
    assert draw(inner).scene.notes == ["a.grad holds 1 from outside of this graph."]


def test_an_incomplete_backward_pass_by_hand_gives_no_note() -> None:
    o = lecture_neuron(backward=False)
    o.grad = 1.0
    for node in reversed(mg.trace(o)[0]):
        assert not [note for note in draw(o).scene.notes if "holds" in note]
        if node.op:
            node._backward()


@pytest.mark.parametrize("seed", range(20))
def test_one_pass_gives_no_note_in_a_large_graph(seed: int) -> None:
    model = mg.MLP(3, [8, 8, 1], activation="tanh", seed=seed)
    outs = [model([i / 7.0, -1.0, 2.0]) for i in range(10)]
    loss = mg.mean([(out - 1.0) ** 2 for out in outs]) + mg.sum([p * p for p in model.parameters()])
    loss.backward()
    for expand in ((), ("dot",), ("tanh", "dot", "mean")):
        notes = draw(loss, "layers", expand=expand).scene.notes
        assert not [note for note in notes if "holds" in note]


@pytest.mark.parametrize(
    ("activation", "target", "where"),
    [("softmax", [0.0, 1.0], "its softmax is inside the cross-entropy"),
     ("sigmoid", [1.0, 0.0], "its sigmoid is inside the cross-entropy")],
)  # fmt: skip
def test_a_note_names_the_output_activation_inside_a_loss(
    activation: str, target: list[float], where: str
) -> None:
    from micrograd_tut.train.objective import Objective

    model = mg.MLP(2, [3, 2], activation="softplus", output=activation, seed=1)
    loss = Objective(model, None)([1.0, 2.0], target)
    note = f"layer 2 is linear here: {where}."
    for detail in ("ops", "values", "neurons", "layers"):
        assert note in draw(loss, detail).scene.notes
    probability = -mg.log(model([1.0, 2.0])[0])
    assert draw(probability).scene.notes == [NO_GRADIENTS]


def test_the_title_of_a_weighted_sum_shows_whether_it_has_a_bias() -> None:
    a, b = mg.Value(1.0), mg.Value(2.0)
    for y, title in ((mg.dot([a], [b]), "w·x"), (mg.dot([a], [b], a), "w·x + b")):
        assert draw(y, "values").scene.boxes[-1].title == title


def test_a_plain_drawing_has_the_given_texts_and_nothing_else() -> None:
    y = lecture_neuron()
    values, _ = mg.trace(y)
    lines = {v: [f"box {n}"] for n, v in enumerate(values)}
    drawing = draw_plain(y, lines, label="<{:.3f}>".format)
    assert [box.lines for box in drawing.scene.boxes] == [[f"box {n}"] for n in range(10)]
    assert drawing.scene.arrows[-1].label == "<0.500>"
    assert drawing.scene.arrows[-1].number == pytest.approx(0.5)
    assert len(list(parsed(drawing.svg()).iter(f"{SVG}title"))) == 1  # no tooltips
    assert "legend" not in drawing.svg()


def test_a_plain_drawing_without_labels_shows_no_gradients_and_needs_no_style() -> None:
    y = lecture_neuron()
    drawing = draw_plain(y, {v: ["box"] for v in mg.trace(y)[0]})
    assert {(arrow.label, arrow.number) for arrow in drawing.scene.arrows} == {("", None)}
    assert "<style>" not in drawing.svg()
