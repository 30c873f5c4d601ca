"""The losses against their definitions in 50 digits, and which output layers they fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import micrograd_tut as mg
from micrograd_tut.errors import DomainError, InputError
from micrograd_tut.train.losses import LOSS_ALIASES, LOSSES, Loss, loss_of
from micrograd_tut.train.objective import Objective

mp.dps = 50


def _softmax(zs: Sequence[Any], k: int) -> Any:
    return mp.exp(zs[k]) / mp.fsum([mp.exp(z) for z in zs])


def _huber(d: Any) -> Any:
    return d * d / 2 if abs(d) <= 1 else abs(d) - mpf(1) / 2


def _mean(losses: list[Any]) -> Any:
    return mp.fsum(losses) / len(losses)


DEFINITION: dict[str, Callable[[list[Any], list[float]], Any]] = {
    "mse": lambda os, ts: _mean([(o - t) ** 2 for o, t in zip(os, ts, strict=True)]),
    "mae": lambda os, ts: _mean([abs(o - t) for o, t in zip(os, ts, strict=True)]),
    "huber": lambda os, ts: _mean([_huber(o - t) for o, t in zip(os, ts, strict=True)]),
    "hinge": lambda os, ts: max(mpf(0), 1 - ts[0] * os[0]),
    "binary_cross_entropy": lambda zs, ts: mp.log1p(mp.exp(-zs[0] if ts[0] else zs[0])),
    "categorical_cross_entropy": lambda zs, ts: -mp.log(_softmax(zs, ts.index(1.0))),
}
SAMPLES: dict[str, list[tuple[list[float], list[float]]]] = {
    "mse": [([0.5], [2.0]), ([1.0, -2.0, 0.3], [0.0, 1.0, 0.3]), ([1e8], [-1e8])],
    "mae": [([0.5], [2.0]), ([1.0, -2.0, 0.3], [0.0, 1.0, 0.7]), ([-3.0], [-7.0])],
    "huber": [([0.5], [2.0]), ([0.5], [0.25]), ([1.0, -2.0, 0.3], [0.0, 1.0, 0.7]), ([2.0], [1.0])],
    "hinge": [([0.5], [1.0]), ([0.5], [-1.0]), ([3.0], [1.0]), ([-3.0], [-1.0])],
    "binary_cross_entropy": [
        ([z], [t]) for z in (-700.0, -40.0, -1.5, 0.0, 0.25, 36.0, 700.0) for t in (0.0, 1.0)
    ],
    "categorical_cross_entropy": [
        ([2.0, 1.0, 0.1], [1.0, 0.0, 0.0]),
        ([2.0, 1.0, 0.1], [0.0, 0.0, 1.0]),
        ([1000.0, 0.0], [0.0, 1.0]),
        ([-5.0, 3.0, 3.0, 900.0], [0.0, 1.0, 0.0, 0.0]),
    ],
}
CASES = [(name, *sample) for name in LOSSES for sample in SAMPLES[name]]


@pytest.mark.parametrize(("name", "outputs", "target"), CASES)
def test_loss_equals_its_definition(name: str, outputs: list[float], target: list[float]) -> None:
    expected = float(DEFINITION[name]([mpf(o) for o in outputs], target))
    assert LOSSES[name].on_logits(outputs, target) == pytest.approx(expected, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(("name", "outputs", "target"), CASES)
def test_gradient_equals_the_derivative_of_the_definition(
    name: str, outputs: list[float], target: list[float]
) -> None:
    values = [mg.Value(o) for o in outputs]
    LOSSES[name].on_logits(values, target).backward()
    for i, value in enumerate(values):

        def along(h: Any, i: int = i) -> Any:
            moved = [mpf(o) + (h if j == i else 0) for j, o in enumerate(outputs)]
            return DEFINITION[name](moved, target)

        with mp.workdps(700):  # so that 1e-300 beside 700 still counts
            slope = float((along(mpf("1e-340")) - along(-mpf("1e-340"))) / mpf("2e-340"))
        assert value.grad == pytest.approx(slope, rel=1e-12, abs=1e-15 * (abs(slope) > 1e-16))


def test_every_loss_has_a_definition_and_samples_here() -> None:
    assert list(LOSSES) == list(DEFINITION) == list(SAMPLES)


@pytest.mark.parametrize(("p", "t"), [(0.25, 1.0), (0.25, 0.0), (1.0, 1.0), (1e-300, 1.0)])
def test_binary_cross_entropy_takes_a_probability(p: float, t: float) -> None:
    expected = -mp.log(mpf(p) if t else 1 - mpf(p))
    assert mg.binary_cross_entropy(p, t) == pytest.approx(float(expected), rel=1e-15, abs=0)


def test_categorical_cross_entropy_takes_probabilities() -> None:
    loss = mg.categorical_cross_entropy([0.25, 0.75], [0.0, 1.0])
    assert loss == pytest.approx(-math.log(0.75), rel=1e-15)


def test_class_index_is_a_one_hot_target() -> None:
    zs = [0.5, -1.0, 2.0]
    loss = mg.categorical_cross_entropy
    assert loss.on_logits(zs, 2) == loss.on_logits(zs, [0.0, 0.0, 1.0])
    assert loss(mg.softmax(zs), 1) == loss(mg.softmax(zs), [0.0, 1.0, 0.0])
    objective = Objective(mg.MLP(2, [3], output="softmax", seed=1))
    assert objective([1.0, 2.0], 1).data == objective([1.0, 2.0], [0.0, 1.0, 0.0]).data


@pytest.mark.parametrize("label", [3, -1, 0.5])
def test_class_out_of_range_raises(label: float) -> None:
    with pytest.raises(InputError, match=f"class {label} is not an integer from 0 to 2"):
        mg.categorical_cross_entropy([0.2, 0.3, 0.5], label)


def test_probability_and_logits_give_the_same_loss() -> None:
    z = 0.7
    assert mg.binary_cross_entropy(mg.sigmoid(z), 1.0) == pytest.approx(
        mg.binary_cross_entropy.on_logits(z, 1.0), rel=1e-15
    )


def test_zero_probability_of_the_true_class_suggests_logits() -> None:
    with pytest.raises(DomainError, match="cross-entropy on logits"):
        mg.categorical_cross_entropy([0.0, 1.0], [1.0, 0.0])


def test_huber_takes_another_delta() -> None:
    assert mg.huber([5.0], [0.0], delta=2.0) == 2.0 * (5.0 - 1.0)
    assert mg.huber([1.5], [0.0], delta=2.0) == 1.5**2 / 2


@pytest.mark.parametrize("t", [0.0, 0.25, 0.5, 1.0 - 1e-9, 1.0])
@pytest.mark.parametrize("z", [-30.0, -1.5, 0.0, 2.0, 30.0])
def test_binary_cross_entropy_takes_soft_labels(z: float, t: float) -> None:
    p = 1 / (1 + mp.exp(-mpf(z)))
    expected = float(-(mpf(t) * mp.log(p) + (1 - mpf(t)) * mp.log(1 - p)))
    logit, probability = mg.Value(z), mg.Value(mg.sigmoid(z))
    loss = mg.binary_cross_entropy.on_logits(logit, t)
    loss.backward()
    assert loss.data == pytest.approx(expected, rel=1e-14)
    assert logit.grad == pytest.approx(float(p - mpf(t)), rel=1e-14, abs=1e-16)
    by_hand = float(
        -(mpf(t) * mp.log(probability.data) + (1 - mpf(t)) * mp.log(1 - mpf(probability.data)))
    )
    assert mg.binary_cross_entropy(probability, t).data == pytest.approx(by_hand, rel=1e-12)


def test_categorical_cross_entropy_takes_soft_labels() -> None:
    zs, ts = [0.5, -1.0, 2.0], [0.25, 0.0, 0.75]
    probabilities = [_softmax([mpf(z) for z in zs], k) for k in range(3)]
    expected = float(-mp.fsum(t * mp.log(p) for t, p in zip(ts, probabilities, strict=True)))
    loss = mg.categorical_cross_entropy
    assert loss.on_logits(zs, ts) == pytest.approx(expected, rel=1e-14)
    assert loss([float(p) for p in probabilities], ts) == pytest.approx(expected, rel=1e-14)
    assert loss([0.0, 0.5, 0.5], [0.0, 0.5, 0.5]) == pytest.approx(math.log(2), rel=1e-15)


@pytest.mark.parametrize("logits", [[40.0, 0.0, 0.0], [0.0, -700.0, -690.0], [1e3, 960.0, 0.0]])
def test_saturated_categorical_cross_entropy_keeps_all_digits(logits: list[float]) -> None:
    values = [mg.Value(z) for z in logits]
    loss = mg.categorical_cross_entropy.on_logits(values, 0)
    loss.backward()
    with mp.workdps(400):
        exact = [_softmax([mpf(z) for z in logits], k) for k in range(3)]
        expected, slopes = -mp.log(exact[0]), [exact[0] - 1, *exact[1:]]
    assert loss.data == pytest.approx(float(expected), rel=1e-14, abs=0)
    for value, slope in zip(values, slopes, strict=True):
        assert value.grad == pytest.approx(float(slope), rel=1e-14, abs=0)


def test_logits_whose_difference_overflows_have_a_loss() -> None:
    assert mg.categorical_cross_entropy.on_logits([-1e308, 1e308], 1) == 0.0


@pytest.mark.parametrize(
    ("loss", "outputs", "target", "message"),
    [
        (mg.binary_cross_entropy, 0.9, 2, r"the target 2\.0; it takes 0, 1, or a probability"),
        (mg.binary_cross_entropy, 0.9, -1, r"the target -1\.0.*With labels -1 and \+1"),
        (mg.binary_cross_entropy, 0.9, math.nan, "the target nan"),
        (mg.categorical_cross_entropy, [0.2, 0.8], [2, -1], r"the target 2\.0; it takes a class"),
        (
            mg.categorical_cross_entropy,
            [0.2, 0.8],
            [0.5, 0.4],
            r"\[0\.5, 0\.4\] sums to 0\.9",
        ),
        (mg.hinge, 0.5, 0, r"the target 0\.0; it takes -1 or \+1"),
        (mg.mse, 1.0, "b", "one number per output, but the target 'b' is not a number"),
        (mg.mse, None, 1.0, "the output None is not a number"),
        (
            mg.mse,
            [[1.0], [2.0]],
            [[1.0], [2.0]],
            r"\[1\.0\] is not a number.*take the mean",
        ),
    ],
)
def test_error_about_a_target_says_what_is_allowed(
    loss: Any, outputs: Any, target: Any, message: str
) -> None:
    for form in (loss, loss.on_logits):
        with pytest.raises(InputError, match=message):
            form(outputs, target)


@pytest.mark.parametrize("delta", [0, -2, math.nan, math.inf, "a"])
def test_huber_needs_a_positive_delta(delta: Any) -> None:
    with pytest.raises(InputError, match=f"above 0; got {delta!r}"):
        mg.huber(3.0, 0.0, delta=delta)


def test_array_without_a_shape_is_a_number() -> None:
    assert mg.mse(np.array(1.0), np.array(2.0)) == 1.0
    zs = [0.5, -1.0]
    loss = mg.categorical_cross_entropy.on_logits
    assert loss(zs, np.array(1)) == loss(np.array(zs), 1)


def test_loss_takes_a_number_or_a_list_of_values_or_floats() -> None:
    o = mg.Value(0.5)
    assert mg.mse(o, 2.0).data == mg.mse([o], [2.0]).data == mg.mse(0.5, 2.0) == 2.25


def test_outputs_and_targets_of_unequal_length_raise() -> None:
    with pytest.raises(InputError, match="2 outputs but 1 target; they must have the same"):
        mg.mse([1.0, 2.0], 1.0)


# --- Which output layers a loss fits --------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "loss", "needed"),
    [
        ("softmax", "mse", "linear"),
        ("softmax", "hinge", "linear"),
        ("softmax", "binary_cross_entropy", "sigmoid"),
        ("sigmoid", "categorical_cross_entropy", "softmax"),
        ("sigmoid", "hinge", "linear"),
        ("relu", "binary_cross_entropy", "sigmoid"),
    ],
)
def test_error_for_an_incompatible_output_layer_names_one_that_fits(
    head: str, loss: str, needed: str
) -> None:
    with pytest.raises(InputError, match=rf"(?s){loss} does not fit.*{head}.*output='{needed}'"):
        Objective(mg.MLP(2, [2], output=head), loss)


def test_error_for_an_incompatible_loss_names_one_that_fits() -> None:
    with pytest.raises(InputError, match="To keep softmax, use loss='categorical_cross_entropy'"):
        Objective(mg.MLP(2, [2], output="softmax"), "mse")


@pytest.mark.parametrize(
    ("head", "loss"),
    [
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "categorical_cross_entropy"),
        ("linear", "mse"),
    ],
)
def test_default_loss_depends_on_the_output_activation(head: str, loss: str) -> None:
    assert Objective(mg.MLP(2, [2], output=head)).loss is LOSSES[loss]


def test_cross_entropy_is_computed_from_logits_and_stays_finite() -> None:
    model = mg.MLP(1, [1], output="sigmoid", init="zeros")
    model.layers[0].neurons[0].w[0].data = 1000.0
    loss = Objective(model, "binary_cross_entropy")([1.0], 0)
    loss.backward()
    assert model([1.0]).data == 1.0
    assert loss.data == 1000.0
    assert model.parameters()[0].grad == 1.0


def test_linear_and_softmax_outputs_have_the_same_cross_entropy() -> None:
    with_head = mg.MLP(3, [4, 3], output="softmax", seed=1)
    without = mg.MLP(3, [4, 3], output="linear", seed=1)
    x, t = [1.0, -0.5, 2.0], [0.0, 1.0, 0.0]
    losses = [Objective(m, "categorical_cross_entropy")(x, t).data for m in (with_head, without)]
    assert losses[0] == losses[1]


def test_function_of_output_and_target_is_a_loss() -> None:
    model = mg.MLP(1, [1], seed=1)
    objective = Objective(model, lambda o, t: (o - t) ** 4)
    assert objective([2.0], 3.0).data == (model([2.0]).data - 3.0) ** 4


def test_unknown_loss_error_lists_known_losses() -> None:
    with pytest.raises(InputError, match="'l7' is not known; use one of mse, mae, huber, hinge"):
        Objective(mg.MLP(1, [1]), "l7")


def test_loss_of_probabilities_needs_on_logits() -> None:
    with pytest.raises(InputError, match="on_logits"):
        Loss("mine", lambda o, t: o[0], heads=["sigmoid"], task="binary", doc="")
    assert "mine" not in LOSSES


def test_objective_takes_values_so_that_it_can_be_traced() -> None:
    model = mg.MLP(2, [3, 2], output="softmax", seed=1)
    x, t = [mg.Value(0.5), mg.Value(-1.0)], [mg.Value(0.0), mg.Value(1.0)]
    objective = Objective(model, "categorical_cross_entropy")
    loss = objective(x, t)
    assert {*x, *t} < set(mg.trace(loss)[0])
    assert loss.data == pytest.approx(objective([0.5, -1.0], [0.0, 1.0]).data, rel=1e-15)


def test_error_names_the_default_loss_first() -> None:
    model = mg.MLP(2, [1], output="sigmoid")
    with pytest.raises(InputError, match=r"To keep sigmoid, use loss='binary_cross_entropy' or"):
        mg.fit(model, [[0.0, 1.0]], [1], loss="hinge")


@pytest.mark.parametrize(
    ("loss", "outputs", "target"),
    [
        (mg.categorical_cross_entropy, [2.0, 1.0, 0.1], 0),
        (mg.categorical_cross_entropy, [0.5, 0.1, 0.1], 0),
        (mg.categorical_cross_entropy, [-0.5, 1.5], 1),
        (mg.binary_cross_entropy, [1.5], 1),
        (mg.binary_cross_entropy, [-0.1], 0),
    ],
)
@pytest.mark.parametrize("wrap", [float, mg.Value])
def test_cross_entropy_refuses_raw_outputs(
    loss: Loss, outputs: list[float], target: int, wrap: Any
) -> None:
    with pytest.raises(InputError, match=f"mg.{loss.name}_with_logits"):
        loss([wrap(o) for o in outputs], target)


def test_categorical_cross_entropy_of_logits_is_the_logarithm_of_the_softmax() -> None:
    z = [2.0, 1.0, 0.1]
    expected = math.log(sum(map(math.exp, z))) - z[0]
    assert mg.categorical_cross_entropy_with_logits(z, 0) == pytest.approx(expected, rel=1e-15)


def test_binary_cross_entropy_of_a_logit_is_softplus() -> None:
    expected = math.log1p(math.exp(-2.0))
    assert mg.binary_cross_entropy_with_logits([2.0], 1) == pytest.approx(expected, rel=1e-15)


def test_cross_entropy_takes_the_outputs_of_a_softmax() -> None:
    logits = [mg.Value(z) for z in (300.0, 0.1, -2.0)]
    mg.categorical_cross_entropy(mg.softmax(logits), 0).backward()
    assert logits[0].grad == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("binary_crossentropy", mg.binary_cross_entropy),
        ("bce", mg.binary_cross_entropy),
        ("BCE", mg.binary_cross_entropy),
        ("log_loss", mg.binary_cross_entropy),
        (mg.binary_cross_entropy_with_logits, mg.binary_cross_entropy),
        ("categorical_crossentropy", mg.categorical_cross_entropy),
        ("sparse_categorical_crossentropy", mg.categorical_cross_entropy),
        ("cross_entropy", mg.categorical_cross_entropy),
        ("categorical_cross_entropy_with_logits", mg.categorical_cross_entropy),
        ("mean_squared_error", mg.mse),
        ("MSE", mg.mse),
        ("mean_absolute_error", mg.mae),
    ],
)
def test_loss_answers_to_its_usual_spellings(name: Any, loss: Loss) -> None:
    assert loss_of(name) is loss


def test_unknown_loss_error_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'binary_crossentropy'"):
        loss_of("binary_crossentropie")


def test_no_alias_hides_a_loss() -> None:
    assert not LOSSES.keys() & LOSS_ALIASES.keys()
