"""Networks to PyTorch and back: numbers, gradients, names and files."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.errors import InputError
from micrograd_tut.nn.activations import ACTIVATIONS

torch = pytest.importorskip("torch")
nn = torch.nn

SINGLE = "hard_sigmoid"  # its derivative in torch is 1/6 in single precision


def random_net(seed: int) -> mg.MLP:
    rng = random.Random(seed)
    sizes = [rng.randint(1, 6) for _ in range(rng.randint(1, 4))]
    names = list(ACTIVATIONS)
    hidden = [a for a in names if a != "softmax"]
    return mg.MLP(
        rng.randint(1, 5), sizes, activation=hidden[seed % len(hidden)], output=rng.choice(names),
        seed=seed, init="uniform", bias=rng.random() < 0.8,
    )  # fmt: skip


@pytest.mark.parametrize("part", range(3))
def test_outputs_and_gradients_of_random_networks_agree_with_torch(
    part: int, full: bool, figure: Callable[..., None]
) -> None:
    seeds = range(part, 300 if full else 90, 3)
    for seed in seeds:
        model = random_net(seed)
        module = mg.to_torch(model)
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(4, model.nin))
        weights = rng.normal(size=len(model.layers[-1].neurons))
        out = module(torch.from_numpy(X))
        (out @ torch.from_numpy(weights)).mean().backward()
        rows = [model.activations(x)[-1] for x in X]
        mg.mean([mg.dot(list(weights), row) for row in rows]).backward()
        ours = np.array([[v.data for v in row] for row in rows])
        np.testing.assert_allclose(out.detach().numpy(), ours, rtol=1e-12, atol=1e-12)
        for layer, name in ((layer, f"layers.{i}") for i, layer in enumerate(model.layers)):
            theirs = module.get_parameter(f"{name}.weight").grad.numpy()
            single = SINGLE in {layer.activation for layer in model.layers}
            grads = np.array([[w.grad for w in neuron.w] for neuron in layer.neurons])
            np.testing.assert_allclose(theirs, grads, rtol=1e-6 if single else 1e-12, atol=1e-12)
    figure("networks that torch computes alike, with their gradients", "{:,.0f}", len(seeds))


@pytest.mark.parametrize("seed", range(30))
def test_there_and_back_keeps_every_number(seed: int) -> None:
    model = random_net(seed)
    again = mg.from_torch(mg.to_torch(model))
    assert repr(again) == repr(model)
    assert again.task == model.task
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]


def test_a_file_of_ours_fits_the_module(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    model = mg.MLP(3, [4, 2], seed=1)
    mg.save(model, tmp_path / "net.safetensors")
    module = mg.to_torch(mg.MLP(3, [4, 2], seed=2))
    module.load_state_dict(load_file(tmp_path / "net.safetensors"))
    x = [0.3, -1.0, 2.0]
    assert module(torch.tensor([x], dtype=torch.float64)).tolist()[0] == pytest.approx(
        [v.data for v in model(x)], rel=1e-15
    )


def test_a_file_of_torch_fits_our_model(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    module = mg.to_torch(mg.MLP(3, [4, 2], seed=2)).float()
    save_file(module.state_dict(), tmp_path / "net.safetensors")
    model = mg.load(mg.MLP(3, [4, 2], seed=1), tmp_path / "net.safetensors")
    for name, array in model.state_dict().items():
        assert array.tolist() == module.state_dict()[name].double().tolist()


def test_a_nested_float32_module_without_biases_is_read() -> None:
    module = nn.Sequential(
        nn.Sequential(nn.Linear(2, 3, bias=False), nn.Identity(), nn.SELU()),
        nn.Linear(3, 2, bias=False),
        nn.Softmax(dim=1),
    )
    model = mg.from_torch(module)
    x = [0.4, -0.7]
    theirs = module.double()(torch.tensor([x], dtype=torch.float64)).tolist()[0]
    assert [v.data for v in model(x)] == pytest.approx(theirs, rel=1e-12)
    assert len(model.parameters()) == 12
    assert model.task == "multiclass"


def test_softplus_is_right_where_the_default_of_torch_is_not() -> None:
    model = mg.MLP(1, [1], output="softplus", init="zeros")
    model.layers[0].neurons[0].w = [1.0]
    outputs = mg.to_torch(model)(torch.tensor([[21.0], [45.0], [800.0]], dtype=torch.float64))
    assert outputs.flatten().tolist() == [21.0 + math.log1p(math.exp(-21.0)), 45.0, 800.0]


TIED = nn.Linear(2, 2)
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a convolution": (
        lambda: nn.Sequential(nn.Linear(2, 2), nn.Conv1d(1, 1, 1)),
        r"^1, Conv1d.* has no counterpart; use Linear, ReLU, ",
    ),
    "a nested part": (
        lambda: nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.5))),
        r"^1\.0, Dropout",
    ),
    "Softplus that is x above 20": (
        lambda: nn.Sequential(nn.Linear(2, 2), nn.Softplus()),
        r"is another function than softplus; use Softplus\(threshold=40\.0, beta=1\.0\)",
    ),
    "another slope": (
        lambda: nn.Sequential(nn.Linear(2, 2), nn.LeakyReLU(0.2)),
        r"another function than leaky_relu; use LeakyReLU\(negative_slope=0\.01\)",
    ),
    "an approximation": (
        lambda: nn.Sequential(nn.Linear(2, 2), nn.GELU("tanh")),
        "another function than gelu",
    ),
    "two activations": (
        lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Tanh()),
        r"^2, Tanh\(\), does not follow a Linear layer",
    ),
    "a shared layer": (lambda: nn.Sequential(TIED, TIED), r"^1, Linear.* is used twice"),
    "no layer": (lambda: nn.Sequential(nn.Identity()), "needs at least one Linear layer"),
    "a module of the user's own": (lambda: nn.Bilinear(2, 2, 1), "^the module, Bilinear"),
    "another thing": (lambda: [1.0], r"from_torch takes a torch module; got \[1\.0\]"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_an_mlp_cannot_be_is_named(case: str) -> None:
    make, message = REFUSED[case]
    with pytest.raises(InputError, match=message):
        mg.from_torch(make())


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="has 2 inputs, but the layer before it has 3 outputs"):
        mg.from_torch(nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1)))


def test_numbers_that_are_not_finite_are_refused() -> None:
    module = nn.Sequential(nn.Linear(2, 1))
    module[0].bias.data[0] = torch.nan
    with pytest.raises(InputError, match=r"layers\.0\.bias holds inf or nan"):
        mg.from_torch(module)


@pytest.mark.parametrize("model", [mg.Neuron(2), mg.Layer(2, 3), 1.0])
def test_what_is_not_an_mlp_is_refused(model: Any) -> None:
    with pytest.raises(InputError, match="to_torch takes"):
        mg.to_torch(model)


def test_a_layer_whose_neurons_differ_is_refused() -> None:
    model = mg.MLP(2, [2, 1])
    model.layers[0].neurons[1].activation = "tanh"
    with pytest.raises(InputError, match="the same activation"):
        mg.to_torch(model)


def test_without_torch_the_error_says_what_to_install() -> None:
    code = "import sys; sys.modules['torch'] = None; import micrograd_tut as mg; "
    for call in ("mg.to_torch(mg.MLP(2, [1]))", "mg.compare(mg.Value(1.0) * 2)"):
        done = subprocess.run([sys.executable, "-c", code + call], capture_output=True, text=True)
        assert done.stderr.splitlines()[-1].endswith(
            'MissingPartError: this needs torch: pip install "micrograd-tut[torch]"'
        )
