import random

import pytest
from drawing_graphs import net_loss

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.drawing.annotated import annotate
from micrograd_tut.drawing.grouped_view import choose_detail
from micrograd_tut.drawing.groups import groups
from micrograd_tut.graph.naming import Names


def detail_of(y):
    return choose_detail(annotate(y, Names({}, {})))


def heads(drawing: mg.Drawing) -> list[str]:
    return [box.title for box in drawing.scene.boxes if box.title]


def test_neurons_are_one_box_each_inside_their_layers_frame() -> None:
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
    assert f"+ {16 - shown} more neurons" in heads(drawing)


def test_layers_tell_their_neurons_parameters_and_the_size_of_the_gradient() -> None:
    y = net_loss((4, 16, 3))
    first = next(b for b in draw(y, "layers").scene.boxes if b.title == "layer 1")
    grads = [v.grad for v in mg.trace(y)[0] if getattr(v, "place", "").startswith("layers.0.")]
    size = sum(g * g for g in grads) ** 0.5
    assert first.lines == ["16 neurons, relu", "80 parameters", f"‖grad w‖ {size:.4g}"]


def test_the_losses_of_many_examples_are_one_box_that_says_how_many() -> None:
    model = mg.MLP(2, [4, 1], seed=1)
    losses = [(1.0 - model([i / 20, 1.0])).relu() for i in range(20)]
    drawing = draw(mg.mean(losses))
    assert {"layer 1", "layer 2", "20 × -", "20 × ReLU", "mean"} <= set(heads(drawing))
    assert "20 examples" in drawing.source


def test_a_long_chain_is_one_box() -> None:
    x, c = mg.Value(1.0), mg.Value(0.001)
    y = x
    for _ in range(10_000):
        y = y + c
    y.backward()
    drawing = draw(y)
    assert "9,999 × +" in heads(drawing)
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


def test_no_graph_has_more_boxes_than_can_be_read_and_none_vanish() -> None:
    y = tangle(10_000)
    drawing = draw(y)
    assert len(drawing.scene.boxes) <= 60
    assert any(head.endswith("more operations") for head in heads(drawing))
    found = groups(annotate(y, Names({}, {})), "layers")
    assert sorted(map(id, (v for group in found for v in group))) == sorted(map(id, mg.trace(y)[0]))


@pytest.mark.parametrize("size", [50, 400, 3000])
def test_boxes_never_feed_each_other_in_a_circle(size: int) -> None:
    arrows = draw(tangle(size), "layers").scene.arrows
    assert all(arrow.tail < arrow.head for arrow in arrows)


def test_what_flows_is_added_up_where_edges_are() -> None:
    x = mg.Value(2.0)
    squares = [x * x for _ in range(10)]
    y = mg.sum(squares)
    y.backward()
    arrows = draw(y, "layers").scene.arrows
    assert sum(a.number or 0.0 for a in arrows if a.tail == 0) == x.grad == 40.0


def test_auto_shows_every_multiplication_of_a_small_net_and_less_of_a_large_one() -> None:
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


def test_a_neuron_that_stands_alone_is_one_box_at_either_detail() -> None:
    y = mg.Neuron(2, activation="tanh", seed=4)([2.0, -1.0])
    y.backward()
    for detail in ("neurons", "layers"):
        (box,) = [box for box in draw(y, detail).scene.boxes if box.title]
        assert (box.kind, box.title, box.lines[0]) == ("output", "neuron", "tanh")
        assert f"data {y.data:.4g}" in box.lines


def test_neurons_that_feed_each_other_are_told_apart() -> None:
    first, second = mg.Neuron(1, seed=1), mg.Neuron(1, seed=2)
    scene = draw(second([first([1.0])]), "layers").scene
    assert [box.title for box in scene.boxes if box.title] == ["neuron 1", "neuron 2"]
    assert all(arrow.tail < arrow.head for arrow in scene.arrows)


def framed(y: mg.Value) -> list[tuple[str, str]]:
    """The head and the first line of every layer's box."""
    boxes = draw(y, "layers").scene.boxes
    return [(box.title, box.lines[0]) for box in boxes if "layer" in box.title]


def test_two_nets_side_by_side_are_not_one_net_with_two_examples() -> None:
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


def test_a_net_that_feeds_another_is_told_apart_from_it() -> None:
    makes, judges = mg.MLP(1, [2, 3], seed=1), mg.MLP(3, [4, 1], seed=2)
    assert [head for head, _ in framed(judges(makes([1.0])))] == [
        "network 1 · layer 1",
        "network 1 · layer 2",
        "network 2 · layer 1",
        "network 2 · layer 2",
    ]


def test_one_net_with_several_examples_is_one_net() -> None:
    model = mg.MLP(1, [2, 1], seed=1)
    assert [head for head, _ in framed(model([1.0]) + model([2.0]))] == ["layer 1", "layer 2"]


def test_a_layer_belongs_to_the_net_that_feeds_it_though_another_began_since() -> None:
    model, other = mg.MLP(1, [2, 1], seed=1), mg.MLP(1, [1, 1], seed=2)
    first, second = model.layers[0]([1.0])
    y = model.layers[1]([first, second * other.layers[0]([1.0])])
    assert sorted(head for head, _ in framed(y)) == [
        "network 1 · layer 1",
        "network 1 · layer 2",
        "network 2 · layer 1",
    ]


def test_products_of_a_layers_weights_and_of_its_outputs_are_not_alike() -> None:
    model = mg.MLP(2, [9, 1], seed=1)
    margins = [model([i / 10, 1.0]) * (-1.0) ** i for i in range(12)]
    squares = [p * p for p in model.layers[1].parameters()]
    drawing = draw(mg.mean(margins) + mg.sum(squares), "layers")
    assert {"12 × *", "10 × *"} <= set(heads(drawing))


def test_a_neuron_over_several_examples_says_how_many_they_are() -> None:
    model = mg.MLP(2, [2, 1], seed=1)
    boxes = draw(mg.mean([model([i / 4, 1.0]) for i in range(4)]), "neurons").scene.boxes
    lines = [box.lines[0] for box in boxes if box.title.startswith("neuron")]
    assert lines == ["relu, 4 examples", "relu, 4 examples", "linear, 4 examples"]


def test_arrows_into_many_differences_tell_which_input_they_are() -> None:
    model = mg.MLP(1, [1], seed=1)
    losses = [1.0 - model([i / 10]) for i in range(10)]
    drawing = draw(mg.mean(losses), "layers")
    (n,) = [n for n, box in enumerate(drawing.scene.boxes) if box.title == "10 × -"]
    assert [a.label for a in drawing.scene.arrows if a.head == n] == ["2nd × 10"]
    assert "position of the input" in drawing.svg()
    assert [a.label for a in drawing.scene.arrows if a.tail == n] == ["× 10"]
