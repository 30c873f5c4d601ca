import pytest
from drawing_graphs import group, parsed, texts

import micrograd_tut as mg
from micrograd_tut.drawing import draw_network
from micrograd_tut.errors import InputError


def kinds(drawing: mg.Drawing) -> list[str]:
    return [box.kind for box in drawing.scene.boxes]


def test_a_network_has_a_circle_for_each_neuron_and_a_line_for_each_weight() -> None:
    scene = draw_network(mg.MLP(2, [16, 16, 1], seed=1)).scene
    assert kinds(draw_network(mg.MLP(2, [16, 16, 1], seed=1))).count("unit") == 33
    assert len(scene.arrows) == 2 * 16 + 16 * 16 + 16


def test_lines_show_the_weights() -> None:
    model = mg.MLP(2, [2, 1], seed=1)
    weights = [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    assert [arrow.number for arrow in draw_network(model).scene.arrows] == weights


def test_lines_show_the_gradients_after_a_backward_pass() -> None:
    model = mg.MLP(2, [2, 1], activation="tanh", seed=1)
    model([1.0, 2.0]).backward()
    grads = [w.grad for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    assert [arrow.number for arrow in draw_network(model, "gradients").scene.arrows] == grads


def test_before_a_backward_pass_no_gradients_are_shown_and_the_drawing_says_so() -> None:
    drawing = draw_network(mg.MLP(2, [2, 1], seed=1), "gradients")
    assert {arrow.number for arrow in drawing.scene.arrows} == {None}
    assert "inactive-unit" not in kinds(drawing)
    assert "No gradients yet" in drawing.source


def test_with_an_example_each_circle_shows_the_output_of_its_neuron() -> None:
    model = mg.MLP(2, [3, 1], activation="tanh", seed=1)
    root = parsed(draw_network(model, x=[0.5, -1.0]).svg())
    shown = [texts(group(root, f"node-{n}"))[0] for n in range(9) if n not in (0, 3, 7)]
    flat = [v.data for layer in model.activations([0.5, -1.0]) for v in layer][2:]
    assert [float(text) for text in shown[2:5]] == pytest.approx(flat[:3], abs=0.005)


def test_a_line_shows_weight_times_input_for_activations() -> None:
    model = mg.Neuron(2, activation="tanh", seed=1)
    scene = draw_network(model, "activations", [3.0, -2.0]).scene
    assert [a.number for a in scene.arrows] == [model.w[0].data * 3.0, model.w[1].data * -2.0]


def test_a_relu_that_outputs_0_for_every_example_is_marked() -> None:
    model = mg.MLP(1, [2, 1], init="zeros")
    on, off = model.layers[0].neurons
    on.b.data, off.b.data = 1.0, -1.0
    drawing = draw_network(model, x=[[1.0], [2.0]])
    assert kinds(drawing).count("inactive-unit") == 1
    assert drawing.scene.boxes[4].kind == "inactive-unit"
    assert "outputs 0 (inactive) for these examples" in drawing.svg()


def test_a_relu_that_is_active_for_one_example_is_not_marked() -> None:
    model = mg.Neuron(1, init="zeros")
    model.w[0].data = 1.0
    assert "inactive-unit" not in kinds(draw_network(model, x=[[1.0], [-1.0]]))


def test_wide_layers_are_folded_and_say_so() -> None:
    drawing = draw_network(mg.MLP(64, [32, 10], seed=1))
    more = [box.lines[1] for box in drawing.scene.boxes if box.kind == "more"]
    assert more == ["+ 49 more", "+ 17 more"]


def test_softmax_is_applied_over_the_whole_layer() -> None:
    drawing = draw_network(mg.MLP(2, [3], output="softmax", seed=1), x=[1.0, 2.0])
    outs = [float(box.lines[0]) for box in drawing.scene.boxes if box.kind == "unit"]
    assert sum(outs) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: draw_network(m, "biases"), "show 'biases'"),
        (lambda m: draw_network(m, "activations"), "needs an example"),
        (lambda m: draw_network(m, x=[1.0]), "2 inputs"),
        (lambda m: draw_network(mg.Module()), "needs an MLP"),
        (lambda m: draw_network(m, theme="pink"), "theme 'pink'"),
    ],
)
def test_wrong_arguments_are_named(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(mg.MLP(2, [2, 1], seed=1))


def test_the_legend_says_that_an_inactive_neuron_has_weights_without_gradient() -> None:
    model = mg.MLP(1, [2, 1], init="zeros")
    alive, dead = model.layers[0].neurons
    alive.b.data, dead.b.data = 1.0, -1.0
    for w in model.layers[1].neurons[0].w:
        w.data = 1.0
    y = model([1.0])
    y.backward()
    drawing = draw_network(model, "gradients")
    assert kinds(drawing).count("inactive-unit") == 1
    assert next(v.grad for v in mg.trace(y)[0] if v._op == "ReLU" and not v.data) == 1.0
    assert "its weights get no gradient" in drawing.svg()


def test_circles_show_their_bias_and_with_an_example_their_output() -> None:
    model = mg.MLP(2, [1], seed=1)
    model.layers[0].neurons[0].b.data = 0.25
    drawing = draw_network(model)
    (circle,) = [box for box in drawing.scene.boxes if box.kind == "unit"]
    assert circle.lines == ["b", "0.25"]
    assert "bias 0.25, gradient 0.0" in circle.tooltip
    assert drawing.scene.marks == {"b": "bias"}
    with_example = draw_network(model, x=[1.0, 2.0])
    assert "biases are not drawn; hover over a neuron to see its bias" in with_example.svg()


def test_with_gradients_circles_show_that_of_their_bias() -> None:
    model = mg.MLP(2, [1], seed=1)
    (3.0 * model([1.0, 2.0])).backward()
    drawing = draw_network(model, "gradients")
    (circle,) = [box for box in drawing.scene.boxes if box.kind == "unit"]
    assert circle.lines == ["b", "3.00"]
    assert drawing.scene.marks == {"b": "gradient of the bias"}


def test_inputs_and_classes_have_their_names() -> None:
    model = mg.MLP(2, [2, 3], output="softmax", seed=1)
    names, classes = ["width", "height"], ["small", "medium", "large"]
    for x in (None, [1.0, 2.0]):
        root = parsed(draw_network(model, x=x, inputs=names, classes=classes).svg())
        assert {*names, *classes} <= set(texts(root))


def test_classes_are_those_that_the_network_was_trained_on() -> None:
    model = mg.MLP(1, [3], output="softmax", seed=1)
    assert {"class 0", "class 1", "class 2"} <= set(texts(parsed(draw_network(model).svg())))
    mg.fit(model, [[0.0], [1.0], [2.0]], ["red", "green", "blue"], epochs=1, progress=False)
    assert {"red", "green", "blue"} <= set(texts(parsed(draw_network(model).svg())))


def test_a_few_weights_are_written_on_their_lines() -> None:
    model = mg.MLP(2, [3, 1], seed=1)
    drawing = draw_network(model)
    weights = [w.data for layer in model.layers for neuron in layer.neurons for w in neuron.w]
    assert [float(a.label) for a in drawing.scene.arrows] == pytest.approx(weights, abs=0.0051)
    written = [t for n in range(9) for t in texts(group(parsed(drawing.svg()), f"edge-{n}")) if t]
    assert set(written) <= {arrow.label for arrow in drawing.scene.arrows}
    assert len(written) >= 6


def test_many_weights_are_not_written() -> None:
    assert {arrow.label for arrow in draw_network(mg.MLP(8, [8, 1], seed=1)).scene.arrows} == {""}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: draw_network(m, inputs=["a"]), "one name for each of the 2 inputs; got 1"),
        (lambda m: draw_network(m, inputs="ab"), "needs a list of names"),
        (lambda m: draw_network(m, classes=["a", "b"]), "one name for each of the 1 output; got 2"),
        (lambda m: draw_network(m, image=(2, 2)), r"image=\(8, 8\) for 64; got \(2, 2\)"),
        (lambda m: draw_network(m, image="large"), "got 'large'"),
        (
            lambda m: draw_network(m, "mistakes", x=[[1.0, 2.0]]),
            "needs the examples, their cl",
        ),
        (
            lambda m: draw_network(m, "mistakes", x=[[1.0, 2.0]], y=[1, 0], image=(1, 2)),
            "one class for each of the 1 example of x; got 2",
        ),
        (lambda m: draw_network(mg.MLP(3, [1]), "planes"), "this network has 3 inputs"),
        (lambda m: draw_network(m, "planes", x=[[1.0]]), "rows of 2 numbers; got one of 1"),
        (lambda m: draw_network(m, "planes", x=[[1.0, 2.0]], y=[1, 2]), "of x; got 2"),
    ],
)
def test_names_images_and_targets_that_do_not_fit_are_refused(call, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(mg.MLP(2, [2, 1], seed=1))
