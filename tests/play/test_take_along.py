"""The network as text: the Python of the page gives the predictions of the network."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import numpy as np
import pytest
from playground_node import Node

import micrograd_tut as mg
from micrograd_tut.play import page, programs
from micrograd_tut.play.page import Playground
from micrograd_tut.train.data import data_set
from micrograd_tut.train.experiment import Experiment

TEXTS = """
const { problem } = given, { training, held } = problem;
const material = { ...problem, training: unpacked(training), held: unpacked(held) };
const set = prepared(material, problem, 0);
const run = newTraining(problem, { ...problem.settings, given: false }, set, NETWORKS, RULES);
for (let k = 0; k < 40; k++) run.step();
const { inputs, classes, settings: { activation } } = problem, { parameters } = run;
const { scaling, targetScaling, raw } = set, row = raw[0].rows[0];
const what = { problem, activation, parameters, inputs, classes, scaling, targetScaling, row };
const texts = { python: asPython(what), torch: asTorch(what), json: asJson(what) };
return { ...texts, parameters: [...parameters] };
"""

CASES: dict[str, dict[str, Any]] = {
    "iris": {"activation": "tanh", "hidden": [4]},
    "xor": {"activation": "relu", "hidden": [3, 2], "loss": "hinge"},
    "sine": {"activation": "tanh", "hidden": [4]},
    "spiral": {"activation": "sigmoid", "hidden": [3]},
    "moons": {"hidden": []},
}


@pytest.fixture(params=CASES)
def taken(request: Any, node: Node, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An experiment with the parameters that the page has learned, and the texts of the page."""
    monkeypatch.setattr(programs, "RULES", ())
    monkeypatch.setattr(page, "ACTIVATIONS", ())
    experiment = Experiment.create(data_set(request.param), seed=0, **CASES[request.param])
    made = Playground.of(experiment)
    texts = node(TEXTS, {"problem": made.data()}, made.programs())
    learned = iter(texts["parameters"])
    shapes = {name: array.shape for name, array in experiment.model.state_dict().items()}
    experiment.model.load_state_dict(
        {
            n: np.reshape([next(learned) for _ in range(int(np.prod(s)))], s)
            for n, s in shapes.items()
        }
    )
    experiment.model.task = experiment.loss.task
    return experiment, texts


def run(text: str) -> dict[str, Any]:
    """The names that a program defines."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(text, names)  # noqa: S102
    return names


def test_the_python_predicts_what_the_network_predicts(taken: Any) -> None:
    experiment, texts = taken
    rows = experiment.test.X.tolist()
    expected = experiment.model.predict(experiment.preprocessing.transform(rows))
    if experiment.loss.task != "margin":
        expected = experiment.preprocessing.decode(expected)
    found = run(texts["python"])["predict"](rows)
    if experiment.preprocessing.classes:
        assert list(found) == list(expected)
    else:
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_the_json_holds_every_parameter(taken: Any) -> None:
    experiment, texts = taken
    state = {n: array.tolist() for n, array in experiment.model.state_dict().items()}
    found = json.loads(texts["json"])
    assert found["state_dict"] == state
    assert found["scaling"]["mean"] == list(experiment.preprocessing.scaling.mean)


def test_the_module_of_pytorch_has_the_outputs_of_the_network(taken: Any) -> None:
    pytest.importorskip("torch")
    experiment, texts = taken
    rows = experiment.test.X.tolist()
    X = experiment.preprocessing.transform(rows)
    outputs = [mg.Value(o).data if isinstance(o, float) else o for o in map(experiment.model, X)]
    expected = np.array([[v.data for v in (o if isinstance(o, list) else [o])] for o in outputs])
    if scaling := experiment.preprocessing.target_scaling:
        expected = scaling.inverse_transform(expected)
    found = run(texts["torch"])["outputs"](rows).detach().numpy()
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)
