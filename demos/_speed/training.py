"""Whole trainings, from the data to the trained network, with everybody's public calls.

Each takes a job, the data and a number of epochs, builds its network, trains it by Adam with the
same batches, and returns the loss of the last epoch. Everything is computed on one thread, unless
`demos/speed.py` is given another number.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import micrograd_tut as mg
from _speed.clock import THREADS
from micrograd_tut.compiler import numba_backend

RATE, BETA1, BETA2, EPS = 0.001, 0.9, 0.999, 1e-8


class Job(NamedTuple):
    """What to train: a softmax network with relu on its hidden layers."""

    name: str
    rows: int
    inputs: int
    hidden: tuple[int, ...]
    classes: int
    epochs: int
    batch: int

    @property
    def sizes(self) -> list[int]:
        return [self.inputs, *self.hidden, self.classes]

    @property
    def parameters(self) -> int:
        return sum(nin * nout + nout for nin, nout in pairwise(self.sizes))

    def data(self, dtype: str) -> tuple[Any, Any]:
        """Rows, and the class that a random linear function gives each."""
        rng = np.random.default_rng(0)
        X = rng.normal(size=(self.rows, self.inputs))
        y = np.argmax(X @ rng.normal(size=(self.inputs, self.classes)), axis=1)
        if self.rows == 4:  # xor
            X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
        return X.astype(dtype), y

    def batches(self, rng: np.random.Generator) -> Iterator[Any]:
        """The row numbers of each batch of an epoch."""
        order = rng.permutation(self.rows)
        for start in range(0, self.rows, self.batch):
            yield order[start : start + self.batch]


Train = Callable[[Job, Any, Any, int], float]


def ours(job: Job, X: Any, y: Any, epochs: int, compiled: Any = True) -> float:
    model = mg.MLP(job.inputs, [*job.hidden, job.classes], output="softmax", seed=0)
    history = mg.fit(
        model, X, y, optimizer=mg.Adam(RATE), epochs=epochs, batch_size=job.batch, metrics=[],
        progress=False, compiled=compiled, dtype=str(X.dtype),
    )  # fmt: skip
    return history.history["loss"][-1]


def ours_native(job: Job, X: Any, y: Any, epochs: int) -> float:
    if numba_backend.why_missing():
        raise ImportError("numba")
    return ours(job, X, y, epochs, "native")


# --- NumPy by hand, in two ways -------------------------------------------------------------


def weights(job: Job, dtype: Any) -> list[Any]:
    """The first weights and biases, layer by layer."""
    rng = np.random.default_rng(0)
    shapes = list(pairwise(job.sizes))
    return [
        part.astype(dtype)
        for n, m in shapes
        for part in (rng.normal(size=(n, m)) * (2 / n) ** 0.5, np.zeros(m))
    ]


def gradients(x: Any, y: Any, parts: list[Any], out: list[Any]) -> float:
    """Forward and backward by hand; returns the mean loss."""
    hidden = [x]
    for w, b in zip(parts[0:-2:2], parts[1:-2:2], strict=True):
        hidden.append(np.maximum(hidden[-1] @ w + b, 0))
    scores = hidden[-1] @ parts[-2] + parts[-1]
    scores -= scores.max(1, keepdims=True)
    d = np.exp(scores)
    total = d.sum(1, keepdims=True)
    rows = np.arange(len(x))
    loss = float(np.mean(np.log(total[:, 0]) - scores[rows, y]))
    d /= total
    d[rows, y] -= 1
    d /= len(x)
    for i in reversed(range(len(hidden))):
        np.matmul(hidden[i].T, d, out=out[2 * i])
        np.sum(d, 0, out=out[2 * i + 1])
        if i:
            d = (d @ parts[2 * i].T) * (hidden[i] > 0)
    return loss


def numpy_by_layer(job: Job, X: Any, y: Any, epochs: int) -> float:
    """Each weight matrix and each bias has its own Adam."""
    parts = weights(job, X.dtype)
    grads, ms, vs = ([np.zeros_like(p) for p in parts] for _ in range(3))
    rng, step = np.random.default_rng(0), 0
    for _ in range(epochs):
        total = 0.0
        for rows in job.batches(rng):
            step += 1
            total += gradients(X[rows], y[rows], parts, grads) * len(rows)
            scale = (1 - BETA2**step) ** 0.5
            rate = RATE * scale / (1 - BETA1**step)
            for p, g, m, v in zip(parts, grads, ms, vs, strict=True):
                m *= BETA1
                m += (1 - BETA1) * g
                v *= BETA2
                v += (1 - BETA2) * g * g
                p -= rate * m / (np.sqrt(v) + scale * EPS)
    return total / job.rows


def numpy_flat(job: Job, X: Any, y: Any, epochs: int) -> float:
    """All parameters are views of one vector, which Adam changes at once."""
    first = weights(job, X.dtype)
    p, g, m, v = (np.zeros(job.parameters, X.dtype) for _ in range(4))
    ends = np.cumsum([part.size for part in first])
    parts, grads = (
        [
            a[end - part.size : end].reshape(part.shape)
            for part, end in zip(first, ends, strict=True)
        ]
        for a in (p, g)
    )
    for part, values in zip(parts, first, strict=True):
        part[...] = values
    rng, step = np.random.default_rng(0), 0
    for _ in range(epochs):
        total = 0.0
        for rows in job.batches(rng):
            step += 1
            total += gradients(X[rows], y[rows], parts, grads) * len(rows)
            scale = (1 - BETA2**step) ** 0.5
            m *= BETA1
            m += (1 - BETA1) * g
            v *= BETA2
            v += (1 - BETA2) * g * g
            p -= RATE * scale / (1 - BETA1**step) * m / (np.sqrt(v) + scale * EPS)
    return total / job.rows


# --- Other libraries ------------------------------------------------------------------------


def scikit_learn(job: Job, X: Any, y: Any, epochs: int) -> float:
    network = import_module("sklearn.neural_network").MLPClassifier(
        job.hidden, alpha=0.0, batch_size=job.batch, learning_rate_init=RATE, max_iter=epochs,
        tol=0.0, n_iter_no_change=epochs + 1, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings(action="ignore"):  # "did not converge"
        network.fit(X, y)
    return float(network.loss_)


def torch(job: Job, X: Any, y: Any, epochs: int, compiled: bool = False) -> float:
    torch = import_module("torch")
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    nn, x, y = torch.nn, torch.from_numpy(X), torch.from_numpy(y)
    layers = [part for n, m in pairwise(job.sizes) for part in (nn.Linear(n, m), nn.ReLU())]
    network = nn.Sequential(*layers[:-1]).to(x.dtype)
    run = torch.compile(network) if compiled else network
    optimizer, criterion = torch.optim.Adam(network.parameters(), RATE), nn.CrossEntropyLoss()
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(job.rows).split(job.batch):
            optimizer.zero_grad()
            loss = criterion(run(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
    return total / job.rows


def torch_compiled(job: Job, X: Any, y: Any, epochs: int) -> float:
    return torch(job, X, y, epochs, compiled=True)


def jax(job: Job, X: Any, y: Any, epochs: int) -> float:
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", X.dtype == np.float64)
    jnp = jax.numpy

    def loss_of(parts: Any, x: Any, y: Any) -> Any:
        for w, b in zip(parts[0:-2:2], parts[1:-2:2], strict=True):
            x = jnp.maximum(x @ w + b, 0)
        logs = jax.nn.log_softmax(x @ parts[-2] + parts[-1])
        return -jnp.mean(logs[jnp.arange(len(y)), y])

    def updated(parts: Any, ms: Any, vs: Any, step: Any, x: Any, y: Any) -> Any:
        loss, gs = jax.value_and_grad(loss_of)(parts, x, y)
        ms = [BETA1 * m + (1 - BETA1) * g for m, g in zip(ms, gs, strict=True)]
        vs = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(vs, gs, strict=True)]
        scale = jnp.sqrt(1 - BETA2**step)
        rate = RATE * scale / (1 - BETA1**step)
        parts = [
            p - rate * m / (jnp.sqrt(v) + scale * EPS)
            for p, m, v in zip(parts, ms, vs, strict=True)
        ]
        return loss, parts, ms, vs

    update = jax.jit(updated)
    parts = [jnp.array(part) for part in weights(job, X.dtype)]
    ms, vs = ([jnp.zeros_like(p) for p in parts] for _ in range(2))
    rng, step = np.random.default_rng(0), X.dtype.type(0)
    for _ in range(epochs):
        total = 0.0
        for rows in job.batches(rng):
            step += 1
            loss, parts, ms, vs = update(parts, ms, vs, step, X[rows], y[rows])
            total += float(loss) * len(rows)
    return total / job.rows


CONTESTANTS: dict[str, tuple[Train, ...]] = {
    "micrograd_tut": (ours,),
    "micrograd_tut, native": (ours_native,),
    "NumPy by hand": (numpy_by_layer, numpy_flat),
    "scikit-learn": (scikit_learn,),
    "torch": (torch,),
    "torch.compile": (torch_compiled,),
    "jax.jit": (jax,),
}
"""Of several ways, the better one counts."""

MODULES = {
    "micrograd_tut": ("micrograd_tut.train.fit",),
    "micrograd_tut, native": ("micrograd_tut.train.fit", "numba"),
    "NumPy by hand": (),
    "scikit-learn": ("sklearn.neural_network",),
    "torch": ("torch", "torch._dynamo"),  # which its optimizers import
    "torch.compile": ("torch", "torch._dynamo"),
    "jax.jit": ("jax",),
}
"""What is imported before the clock starts; ImportError if it is missing."""
