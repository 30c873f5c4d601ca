"""The page trains as `fit` does: the same numbers after the same epochs, to 1e-12."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from playground_node import Node

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.play import page, programs
from micrograd_tut.train.data import data_set

TRAIN = """
const { problem, epochs } = given;
for (const part of ["training", "held"]) problem[part] = unpacked(problem[part]);
const settings = { ...problem.settings, given: false };
const set = prepared(problem, problem, settings.seed);
const run = newTraining(problem, settings, set, NETWORKS, RULES);
const start = [...run.parameters];
while (run.rows.length < epochs) run.step();
return { rows: run.rows, start, parameters: [...run.parameters], best: run.best };
"""
EPOCHS = 12


@pytest.fixture(autouse=True)
def only_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out of the pages what the reader could choose instead, which takes time to compile."""
    monkeypatch.setattr(programs, "RULES", ())
    monkeypatch.setattr(page, "ACTIVATIONS", ())


def examples(task: str, count: int = 60) -> tuple[Any, Any]:
    """Rows of two numbers, and a target of the task."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(count, 2))
    inside = np.hypot(*X.T) < 1.1
    return X, {
        "binary": inside.astype(int),
        "margin": 2 * inside.astype(int) - 1,
        "multiclass": inside + (X[:, 0] > 0).astype(int),
        "regression": np.sin(X[:, 0]) + X[:, 1],
    }[task]


def network(task: str, activation: str = "tanh", seed: int = 0, **more: Any) -> mg.MLP:
    outputs = 3 if task == "multiclass" else 1
    output = {"binary": "sigmoid", "multiclass": "softmax"}.get(task, "linear")
    return mg.MLP(2, [6, 5, outputs], activation=activation, output=output, seed=seed, **more)


def far(a: Any, b: Any) -> float:
    """The largest difference, relative to numbers above 1."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    assert a.shape == b.shape
    return float((abs(a - b) / np.maximum(1.0, abs(b))).max())


def trained(node: Node, model: mg.MLP, X: Any, y: Any, **settings: Any) -> float:
    """The largest difference between the page and `fit` after some epochs."""
    settings = {"validation": 0.25, **settings}
    made = mg.playground(model, X, y, **settings)
    found = node(TRAIN, {"problem": made.data(), "epochs": EPOCHS}, made.programs())
    history = mg.fit(model, X, y, epochs=EPOCHS, progress=False, **settings)
    names = {"loss": "loss", "accuracy": "accuracy"}
    names |= {"heldLoss": "val_loss", "heldAccuracy": "val_accuracy"}
    rows = [{names[k]: v for k, v in row.items()} for row in found["rows"]]
    parameters = [x for array in model.state_dict().values() for x in np.ravel(array)]
    assert [set(row) for row in rows] == [set(row) for row in history.rows]
    assert found["best"]["epoch"] == history.lowest_epoch
    return max(
        far(parameters, found["parameters"]),
        *(
            far(row[k], theirs[k])
            for row, theirs in zip(rows, history.rows, strict=True)
            for k in row
        ),
    )


@pytest.mark.parametrize(
    "optimizer",
    [
        mg.SGD(0.1), mg.SGD(0.05, momentum=0.9), mg.SGD(0.05, momentum=0.5, nesterov=True),
        mg.RMSprop(0.01), mg.Adagrad(0.1), mg.Adam(0.02), mg.AdamW(0.02, weight_decay=0.1),
        mg.Nadam(0.02), mg.Adam(0.02, betas=(0.8, 0.99)),
    ],
    ids=repr,
)  # fmt: skip
def test_every_optimizer_gives_what_fit_gives(node: Node, optimizer: Any) -> None:
    X, y = examples("binary")
    assert trained(node, network("binary"), X, y, optimizer=optimizer, batch_size=16) < 1e-12


# Adam divides a gradient by its size, so a gradient that cancels to rounding becomes a step that
# differs; the losses with kinks, whose gradients cancel, are trained with SGD.
@pytest.mark.parametrize(
    ("task", "loss"),
    [
        ("binary", "binary_cross_entropy"), ("margin", "hinge"),
        ("multiclass", "categorical_cross_entropy"),
        ("regression", "mse"), ("regression", "mae"), ("regression", "huber"),
    ],
)  # fmt: skip
def test_every_loss_gives_what_fit_gives(node: Node, task: str, loss: str) -> None:
    X, y = examples(task)
    assert (
        trained(node, network(task), X, y, loss=loss, optimizer=mg.SGD(0.1), batch_size=20, l2=0.01)
        < 1e-12
    )


@pytest.mark.parametrize(
    ("batch_size", "seed"), [(1, 0), (7, 1), (45, 2), (44, 2**32 - 1), (1000, 3)]
)
def test_every_size_of_a_batch_and_every_seed_give_what_fit_gives(
    node: Node, batch_size: int, seed: int
) -> None:
    X, y = examples("binary")
    model = network("binary", seed=seed)
    assert trained(node, model, X, y, batch_size=batch_size, seed=seed) < 1e-12


@pytest.mark.parametrize("validation", [None, 0.5, 0.025, (np.eye(2), [0, 1])])
def test_every_kind_of_held_out_set_gives_what_fit_gives(node: Node, validation: Any) -> None:
    X, y = examples("binary")
    assert trained(node, network("binary"), X, y, validation=validation) < 1e-12


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu"])
def test_every_activation_gives_what_fit_gives(node: Node, activation: str) -> None:
    X, y = examples("binary")
    assert trained(node, network("binary", activation), X, y) < 1e-12


@pytest.mark.parametrize(
    ("init", "bias"),
    [("uniform", True), ("normal", False), ("xavier", True), ("he", True), ("zeros", True)],
)
def test_the_page_draws_the_weights_of_mlp(node: Node, init: str, bias: bool) -> None:
    X, y = examples("binary")
    model = network("binary", init=init, bias=bias, seed=3)
    expected = [x for array in model.state_dict().values() for x in np.ravel(array)]
    made = mg.playground(model, X, y, seed=3)
    entry = made.data()
    assert entry["given"] is None
    found = node(TRAIN, {"problem": entry, "epochs": 1}, made.programs())
    assert far(found["start"], expected) < 1e-15


def test_the_page_starts_with_the_given_weights_if_they_are_of_another_seed(node: Node) -> None:
    X, y = examples("binary")
    model = network("binary", seed=9)
    entry = mg.playground(model, X, y).data()
    assert entry["given"] == [x for a in model.state_dict().values() for x in np.ravel(a)]


def test_another_activation_on_the_page_is_another_network_in_python(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "RULES", ("sgd",))
    monkeypatch.setattr(page, "ACTIVATIONS", ("relu",))
    X, y = examples("binary")
    made = mg.playground(network("binary"), X, y, batch_size=16)
    entry = made.data()
    entry["settings"] |= {"activation": "relu", "optimizer": "SGD", "lr": 0.1, "seed": 4}
    found = node(TRAIN, {"problem": entry, "epochs": EPOCHS}, made.programs())
    model = network("binary", "relu", seed=4)
    mg.fit(
        model, X, y, optimizer=mg.SGD(0.1), epochs=EPOCHS, batch_size=16, validation=0.25, seed=4,
        progress=False,
    )  # fmt: skip
    expected = [x for array in model.state_dict().values() for x in np.ravel(array)]
    assert far(found["parameters"], expected) < 1e-12


def test_names_of_classes_and_iris_give_what_fit_gives(node: Node) -> None:
    data = data_set("iris")
    y = [data.classes[int(k)] for k in data.y]
    model = mg.MLP(4, [5, 3], activation="tanh", output="softmax", seed=0)
    assert trained(node, model, data.X, y, optimizer=mg.Adam(0.05)) < 1e-12


# --- The random generators ---


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1, 2**32, 2**53 - 1])
def test_the_random_numbers_are_pythons(node: Node, seed: int) -> None:
    import random

    work = """
    const r = new PythonRandom(given);
    const exact = [r.random(), r.uniform(-1, 1), r.order(5), r.order(700), r.twoWords()];
    return [...exact, r.gauss(1, 2), r.gauss(0, 1)];
    """
    r = random.Random(seed)
    expected = [
        r.random(), r.uniform(-1, 1), r.sample(range(5), 5), r.sample(range(700), 700),
        [r.getrandbits(32), r.getrandbits(32)],
    ]  # fmt: skip
    *exact, first, second = node(work, seed)
    assert exact == expected
    assert math.isclose(first, r.gauss(1, 2), rel_tol=1e-15)
    assert math.isclose(second, r.gauss(0, 1), rel_tol=1e-15)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**64 - 1, 12345678901234567890])
def test_the_orders_are_numpys(node: Node, seed: int) -> None:
    words = [seed & 0xFFFFFFFF, seed >> 32][: 1 + (seed >= 2**32)]
    work = "const r = new NumpyRandom(given); return [2, 1, 33, 1000].map((n) => r.permutation(n));"
    rng = np.random.default_rng(seed)
    assert node(work, words) == [rng.permutation(n).tolist() for n in (2, 1, 33, 1000)]


# --- What is refused ---


@pytest.mark.parametrize("optimizer", ["radam", "adamax"])
def test_a_rule_with_branches_is_refused(optimizer: str) -> None:
    X, y = examples("binary")
    with pytest.raises(InputError, match="more than arithmetic; use one of"):
        mg.playground(network("binary"), X, y, optimizer=optimizer)
