import random

import pytest
from drawing_graphs import net_loss

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.drawing.annotated import annotate
from micrograd_tut.drawing.grouped_view import choose_detail
from micrograd_tut.drawing.groups import groups
from micrograd_tut.graph.naming import DisplayNames


def detail_of(y):
    return choose_detail(annotate([y], DisplayNames({}, {})))


def titles(drawing: mg.Drawing) -> list[str]:
    return [box.title for box in drawing.scene.boxes if box.title]


def test_each_neuron_is_a_box_inside_the_frame_of_its_layer() -> None:
    boxes = draw(net_loss((2, 3, 2)), "neurons").scene.boxes
    neurons = [(box.frames, box.title) for box in boxes if box.kind == "neuron"]
    assert sorted(neurons) == [
        (("layer 1",), "neuron 1"),
        (("layer 1",), "neuron 2"),
        (("layer 1",), "neuron 3"),
        (("layer 2",), "neuron 1"),
        (("layer 2",), "neuron 2"),
    ]


def test_a_neurons_box_holds_its_output_and_gradients() -> None:
    model = mg.MLP(2, [2, 1], activation="tanh", seed=1)
    y = model([1.0, 2.0])
    y.backward()
    hidden = next(v for v in mg.trace(y)[0] if v._op == "tanh")
    box = next(b for b in draw(y, "neurons").scene.boxes if b.frames == ("layer 1",))
    assert f"data {hidden.data:.4g}" in box.lines
    assert f"grad {hidden.grad:.4g}" in box.lines


def test_a_wide_layer_says_how_many_neurons_it_does_not_show() -> None:
    drawing = draw(net_loss((4, 16, 3)), "neurons")
    shown = sum(b.kind == "neuron" and b.frames == ("layer 1",) for b in drawing.scene.boxes)
    assert f"+ {16 - shown} more neurons" in titles(drawing)


def test_layers_show_their_neurons_parameters_and_gradient_norm() -> None:
    y = net_loss((4, 16, 3))
    first = next(b for b in draw(y, "layers").scene.boxes if b.title == "layer 1")
    grads = [v.grad for v in mg.trace(y)[0] if getattr(v, "path", "").startswith("layers.0.")]
    size = sum(g * g for g in grads) ** 0.5
    assert first.lines == ["16 neurons, relu", "80 parameters", f"‖grad w‖ {size:.4g}"]


def test_the_losses_of_many_examples_are_one_box_with_their_number() -> None:
    model = mg.MLP(2, [4, 1], seed=1)
    losses = [(1.0 - model([i / 20, 1.0])).relu() for i in range(20)]
    drawing = draw(mg.mean(losses))
    assert {"layer 1", "layer 2", "20 × -", "20 × ReLU", "mean"} <= set(titles(drawing))
    assert "20 examples" in drawing.source


def test_a_long_chain_is_one_box() -> None:
    x, c = mg.Value(1.0), mg.Value(0.001)
    y = x
    for _ in range(10_000):
        y = y + c
    y.backward()
    drawing = draw(y)
    assert "9,999 × +" in titles(drawing)
    assert len(drawing.scene.boxes) == 4
    assert any("10,002 Values in 4 boxes." in note for note in drawing.scene.notes)


def tangle(size: int) -> mg.Value:
    """A graph without any order to it."""
    rng = random.Random(1)
    pool = [mg.Value(rng.random()) for _ in range(20)]
    for _ in range(size):
        a, b = rng.choices(pool[-40:], k=2)
        pool.append(rng.choice([mg.tanh(a), a - b, mg.sin(a), (a + b) * 0.5]))
    y = mg.sum(pool[-40:])
    y.backward()
    return y


def test_no_graph_has_too_many_boxes_and_every_value_is_in_one() -> None:
    y = tangle(10_000)
    drawing = draw(y)
    assert len(drawing.scene.boxes) <= 60
    assert any(title.endswith("more operations") for title in titles(drawing))
    members = groups(annotate([y], DisplayNames({}, {})), "layers")
    grouped = [v for group in members for v in group]
    assert sorted(map(id, grouped)) == sorted(map(id, mg.trace(y)[0]))


@pytest.mark.parametrize("size", [50, 400, 3000])
def test_boxes_never_form_a_cycle(size: int) -> None:
    arrows = draw(tangle(size), "layers", repeat=False).scene.arrows
    assert all(arrow.tail < arrow.head for arrow in arrows)


def test_gradients_of_merged_edges_are_added() -> None:
    x = mg.Value(2.0)
    squares = [x * x for _ in range(10)]
    y = mg.sum(squares)
    y.backward()
    arrows = draw(y, "layers").scene.arrows
    assert sum(a.number or 0.0 for a in arrows if a.tail == 0) == x.grad == 40.0


def test_auto_shows_less_detail_of_a_larger_network() -> None:
    assert detail_of(mg.Neuron(2, seed=1)([1.0, 2.0])) == "ops"
    assert detail_of(mg.MLP(2, [4, 1], seed=1)([1.0, 2.0])) == "values"
    assert detail_of((mg.MLP(2, [4, 4, 1], seed=1)([1.0, 2.0]) - 1.0) ** 2.0) == "neurons"
    assert detail_of(net_loss((4, 16, 3))) == "neurons"
    assert detail_of(net_loss((4, 20, 20, 20, 20, 20, 3))) == "layers"
    a = mg.Value(1.0)
    assert detail_of(a * a) == "values"
    assert detail_of(mg.sum([a * i for i in range(2, 40)])) == "values"


def test_an_output_inside_a_neuron_is_marked() -> None:
    boxes = draw(mg.MLP(3, [8, 8, 1], seed=1)([1.0, 2.0, 3.0]), "neurons").scene.boxes
    assert [box.kind for box in boxes].count("output") == 1


def test_the_digits_net_is_laid_out_in_under_three_seconds() -> None:
    import time

    y = net_loss((64, 32, 10))
    start = time.process_time()
    svg = draw(y).svg()
    assert time.process_time() - start < 3
    assert "+ 23 more neurons" in svg


def test_a_single_neuron_is_one_box_at_either_detail() -> None:
    y = mg.Neuron(2, activation="tanh", seed=4)([2.0, -1.0])
    y.backward()
    for detail in ("neurons", "layers"):
        (box,) = [box for box in draw(y, detail).scene.boxes if box.title]
        assert (box.kind, box.title, box.lines[0]) == ("output", "neuron", "tanh")
        assert f"data {y.data:.4g}" in box.lines


def test_single_neurons_in_a_chain_are_distinguished() -> None:
    first, second = mg.Neuron(1, seed=1), mg.Neuron(1, seed=2)
    scene = draw(second([first([1.0])]), "layers").scene
    assert [box.title for box in scene.boxes if box.title] == ["neuron 1", "neuron 2"]
    assert all(arrow.tail < arrow.head for arrow in scene.arrows)


def framed(y: mg.Value) -> list[tuple[str, str]]:
    """The title and the first line of every layer's box."""
    boxes = draw(y, "layers").scene.boxes
    return [(box.title, box.lines[0]) for box in boxes if "layer" in box.title]


def test_two_networks_in_parallel_are_not_one_network_with_two_examples() -> None:
    left, right = mg.MLP(1, [2, 1], seed=1), mg.MLP(1, [4, 3, 1], seed=2)
    y = left([1.0]) * right([1.0])
    assert framed(y) == [
        ("network 1 · layer 1", "2 neurons, relu"),
        ("network 1 · layer 2", "1 neuron, linear"),
        ("network 2 · layer 1", "4 neurons, relu"),
        ("network 2 · layer 2", "3 neurons, relu"),
        ("network 2 · layer 3", "1 neuron, linear"),
    ]
    assert "examples" not in draw(y, "layers").source


def test_two_networks_in_a_chain_are_distinguished() -> None:
    makes, judges = mg.MLP(1, [2, 3], seed=1), mg.MLP(3, [4, 1], seed=2)
    assert [title for title, _ in framed(judges(makes([1.0])))] == [
        "network 1 · layer 1",
        "network 1 · layer 2",
        "network 2 · layer 1",
        "network 2 · layer 2",
    ]


def test_one_network_with_several_examples_is_one_network() -> None:
    model = mg.MLP(1, [2, 1], seed=1)
    assert [title for title, _ in framed(model([1.0]) + model([2.0]))] == ["layer 1", "layer 2"]


def test_a_layer_belongs_to_the_network_of_its_inputs_even_if_a_newer_one_exists() -> None:
    model, other = mg.MLP(1, [2, 1], seed=1), mg.MLP(1, [1, 1], seed=2)
    first, second = model.layers[0]([1.0])
    y = model.layers[1]([first, second * other.layers[0]([1.0])])
    assert sorted(title for title, _ in framed(y)) == [
        "network 1 · layer 1",
        "network 1 · layer 2",
        "network 2 · layer 1",
    ]


def test_products_of_a_layers_weights_and_of_its_outputs_are_two_groups() -> None:
    model = mg.MLP(2, [9, 1], seed=1)
    margins = [model([i / 10, 1.0]) * (-1.0) ** i for i in range(12)]
    squares = [p * p for p in model.layers[1].parameters()]
    drawing = draw(mg.mean(margins) + mg.sum(squares), "layers")
    assert {"12 × *", "10 × *"} <= set(titles(drawing))


def test_a_neuron_shows_its_number_of_examples() -> None:
    model = mg.MLP(2, [2, 1], seed=1)
    boxes = draw(mg.mean([model([i / 4, 1.0]) for i in range(4)]), "neurons").scene.boxes
    lines = [box.lines[0] for box in boxes if box.title.startswith("neuron")]
    assert lines == ["relu, 4 examples", "relu, 4 examples", "linear, 4 examples"]


def test_arrows_into_a_group_of_differences_show_which_input_they_are() -> None:
    model = mg.MLP(1, [1], seed=1)
    losses = [1.0 - model([i / 10]) for i in range(10)]
    drawing = draw(mg.mean(losses), "layers")
    (n,) = [n for n, box in enumerate(drawing.scene.boxes) if box.title == "10 × -"]
    assert [a.label for a in drawing.scene.arrows if a.head == n] == ["2nd × 10"]
    assert "order of the inputs" in drawing.svg()
    assert [a.label for a in drawing.scene.arrows if a.tail == n] == ["× 10"]


def test_an_activation_with_a_parameter_of_its_own_belongs_to_the_box_of_its_neuron() -> None:
    y = mg.MLP(1, [1, 1], activation="leaky_relu", seed=1)([1.0])
    boxes = draw(y, "neurons").scene.boxes
    assert [box.lines[0] for box in boxes if box.title] == ["leaky_relu", "linear"]
    assert len(boxes) == 3  # the third is the input


def test_the_softmax_of_a_layer_shows_its_number_of_outputs() -> None:
    outputs = mg.MLP(2, [3], output="softmax", seed=1)([1.0, 2.0])
    assert "3 × softmax" in titles(draw(mg.sum(outputs), "neurons"))
