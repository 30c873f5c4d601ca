"""Cross-entropies are found in a graph, named, and shown with the textbook's derivatives."""

import math

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.drawing import draw
from micrograd_tut.graph.cross_entropy import cross_entropies, cross_entropy_of


def logits() -> list[mg.Value]:
    return [mg.Value(1.5, "a"), mg.Value(-0.5, "b"), mg.Value(0.25, "c")]


def softmax(zs: list[mg.Value]) -> np.ndarray:
    powers = np.exp([z.data for z in zs])
    return powers / powers.sum()


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


FORMS = {
    "logits and a class": lambda zs, k: mg.categorical_cross_entropy_with_logits(zs, k),
    "probabilities and a class": lambda zs, k: mg.categorical_cross_entropy(mg.softmax(zs), k),
    "logsumexp minus a logit": lambda zs, k: mg.logsumexp(zs) - zs[k],
}


@pytest.mark.parametrize("true", [0, 1, 2])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_known_class_is_found(form: str, true: int) -> None:
    zs = logits()
    loss = cross_entropy_of(FORMS[form](zs, true))
    assert loss is not None
    assert loss.target == true
    probabilities = softmax(zs) if loss.activation else [p.data for p in loss.inputs]
    assert loss.node.data == pytest.approx(-math.log(probabilities[true]), rel=1e-12)


@pytest.mark.parametrize("label", [0, 1])
def test_a_binary_cross_entropy_on_a_logit_is_found(label: int) -> None:
    z = mg.Value(0.75, "z")
    loss = cross_entropy_of(mg.binary_cross_entropy_with_logits(z, label))
    assert loss is not None
    assert loss.words == f"cross-entropy, label {label}"
    p = sigmoid(0.75)
    assert loss.node.data == pytest.approx(-math.log(p if label else 1 - p), rel=1e-12)
    assert loss.formula(lambda v: v.label) == (
        "-log(sigmoid(z))" if label else "-log(1 - sigmoid(z))"
    )


def test_soft_labels_are_named() -> None:
    loss = cross_entropy_of(mg.categorical_cross_entropy_with_logits(logits(), [0.2, 0.3, 0.5]))
    assert loss is not None
    assert loss.words == "cross-entropy, soft labels"


def test_the_label_of_the_true_logit_names_the_class() -> None:
    loss = cross_entropy_of(mg.categorical_cross_entropy_with_logits(logits(), 1))
    assert loss is not None
    assert loss.words == "cross-entropy, class 1 (b)"


@pytest.mark.parametrize(
    "other",
    [
        lambda a, b, c: mg.logsumexp([a, b, c]),
        lambda a, b, c: mg.softplus(a),
        lambda a, b, c: mg.softplus(2.0 * a),
        lambda a, b, c: mg.logsumexp([a - b, a - c, 0.0]),  # two logits are subtracted
        lambda a, b, c: mg.logsumexp([a, b]) - c,
        lambda a, b, c: -mg.log(a),
        lambda a, b, c: -mg.log(mg.dot([0.5, 0.5], [a, a])),
        lambda a, b, c: a - b,
    ],
)
def test_nothing_else_is_taken_for_one(other) -> None:
    assert cross_entropy_of(other(*logits())) is None


def test_one_whose_inside_is_used_elsewhere_is_not_folded() -> None:
    zs = logits()
    loss = mg.categorical_cross_entropy_with_logits(zs, 2)
    difference = loss.inputs[0]
    assert loss in cross_entropies(mg.trace(loss)[0])
    both = loss + difference
    assert loss not in cross_entropies(mg.trace(both)[0])


# --- Drawings ---------------------------------------------------------------------------------


def classified(true: int = 2) -> tuple[mg.Value, list[mg.Value]]:
    model = mg.MLP(2, [4, 3], activation="tanh", output="softmax", seed=1)
    zs = model.logits([1.0, 2.0])
    loss = mg.categorical_cross_entropy_with_logits(zs, true)
    loss.backward()
    return loss, zs


def test_a_drawing_shows_one_box_with_the_name_and_the_class() -> None:
    scene = draw(classified()[0], "neurons").scene
    (box,) = [box for box in scene.boxes if box.title == "cross-entropy"]
    assert box.lines[0] == "class 2"
    assert "-log(softmax(" in box.tooltip
    assert not [box for box in scene.boxes if box.title in ("-", "logsumexp")]


def test_its_edges_show_probability_minus_target() -> None:
    loss, zs = classified()
    scene = draw(loss, "neurons").scene
    head = next(n for n, box in enumerate(scene.boxes) if box.title == "cross-entropy")
    into = [arrow for arrow in scene.arrows if arrow.head == head]
    flows = {scene.boxes[arrow.tail].title: arrow.number for arrow in into}
    expected = softmax(zs) - [0, 0, 1]
    for k in range(3):
        assert flows[f"neuron {k + 1}"] == pytest.approx(expected[k], rel=1e-12)
    (last,) = [a for a in scene.arrows if a.head == head and a.number and a.number < 0]
    assert "[2] - 1 = " in last.tooltip


def test_the_edge_of_a_binary_one_shows_probability_minus_label() -> None:
    model = mg.MLP(2, [12, 1], activation="tanh", output="sigmoid", seed=1)
    z = model.logits([1.0, 2.0])
    loss = mg.binary_cross_entropy_with_logits(z, 1)
    loss.backward()
    scene = draw(loss, "neurons").scene
    assert scene.boxes[-1].title == "cross-entropy"
    logit = z[0] if isinstance(z, list) else z
    (flow,) = [arrow.number for arrow in scene.arrows if arrow.head == len(scene.boxes) - 1]
    assert flow == pytest.approx(sigmoid(logit.data) - 1, rel=1e-12)


def test_a_batch_has_one_group_of_losses() -> None:
    model = mg.MLP(2, [4, 3], output="softmax", seed=1)
    rows = [model.logits([1.0, i / 5]) for i in range(20)]
    losses = [mg.categorical_cross_entropy_with_logits(zs, i % 3) for i, zs in enumerate(rows)]
    scene = draw(mg.mean(losses), "layers").scene
    assert "20 × cross-entropy" in [box.title for box in scene.boxes]
    assert not [box for box in scene.boxes if "logsumexp" in box.title or box.title.endswith("× -")]


def test_with_values_every_value_keeps_its_box() -> None:
    loss, _ = classified()
    scene = draw(loss, "values").scene
    assert len(scene.boxes) == len(mg.trace(loss)[0])
    assert scene.boxes[-1].title == "cross-entropy"


def test_merged_gradients_of_several_values_are_a_norm_and_those_of_one_a_sum() -> None:
    loss, zs = classified()
    arrow = draw(loss, "layers").scene.arrows[-1]
    assert arrow.sign == "several"
    assert arrow.number == pytest.approx(np.linalg.norm(softmax(zs) - [0, 0, 1]), rel=1e-12)
    a = mg.Value(2.0)
    y = a * a
    y.backward()
    (arrow,) = draw(y, "layers").scene.arrows
    assert (arrow.sign, arrow.number, arrow.label) == ("positive", 4.0, "× 2\nΣ 4")


# --- Stepping ---------------------------------------------------------------------------------


def test_the_stepper_names_it_with_the_formula_of_the_textbook() -> None:
    s = mg.step(mg.categorical_cross_entropy_with_logits(logits(), 1))
    (forward,) = [step for step in s if step.title == "forward: L (cross-entropy, class 1 (b))"]
    assert forward.rule.startswith("L = -log(softmax(a, b, c)[1]) = logsumexp(")
    assert "does not overflow" in forward.remark
    backward = [
        step.title for step in s if "from L (cross-entropy, class 1 (b)) into" in step.title
    ]
    assert len(backward) == 2
