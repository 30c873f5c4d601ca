"""How fast is a training step? One run, one table of ratios against whatever is installed.

A step is forward, backward and update of a net with relu on the hidden layers and a hinge loss on
each output, with an L2 term. Everybody starts from the same weights and must find the same loss.
The contestants take turns, round by round, so that a busy machine disturbs all alike; the figure
is the median step. Peers that are not installed are named. Takes some minutes (`--quick`: a few
seconds, the moons net alone).

    python demos/speed.py
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import math
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread each, so that all are alike

import numpy as np

import micrograd_tut as mg
from micrograd_tut.compiler import numba_backend
from micrograd_tut.drawing.render import layout
from micrograd_tut.drawing.svg import finish_svg
from micrograd_tut.train.backends import CompiledBackend
from micrograd_tut.train.examples import make_examples
from micrograd_tut.train.objective import Objective
from micrograd_tut.train.optim import Adjustment

Step = Callable[[], float]  # one training step; returns the loss before the update
RATE, L2 = 0.01, 1e-4


class Task(NamedTuple):
    """A net and a batch.

    Attributes:
        name: What it is called in the table.
        sizes: How many inputs, then how many neurons in each layer.
        X: One list of inputs per example.
        Y: One list of targets, -1 or +1, per example.
    """

    name: str
    sizes: list[int]
    X: list[list[float]]
    Y: list[list[float]]

    def weights(self) -> list[tuple[list[list[float]], list[float]]]:
        """The same first weights and biases for everybody, layer by layer."""
        rng = random.Random(1)
        return [
            ([[rng.uniform(-1, 1) / nin**0.5 for _ in range(nin)] for _ in range(nout)],
             [0.0] * nout)
            for nin, nout in pairwise(self.sizes)
        ]  # fmt: skip

    def work(self) -> int:
        """How often a weight meets an example."""
        return len(self.X) * sum(nin * nout for nin, nout in pairwise(self.sizes))


def moons(count: int = 100) -> Task:
    """Two interleaving half circles with a little noise, labelled -1 and +1."""
    rng = random.Random(0)
    X, y = [], []
    for i in range(count):
        angle, upper = math.pi * rng.random(), i % 2 == 0
        at = (math.cos(angle), math.sin(angle))
        at = at if upper else (1 - at[0], 0.5 - at[1])
        X.append([at[0] + rng.gauss(0, 0.1), at[1] + rng.gauss(0, 0.1)])
        y.append([1.0 if upper else -1.0])
    return Task("moons, MLP(2, [16, 16, 1]), 100 examples", [2, 16, 16, 1], X, y)


def random_task(name: str, sizes: list[int], count: int) -> Task:
    """Random examples for a net."""
    rng = random.Random(0)
    X = [[rng.gauss(0, 1) for _ in range(sizes[0])] for _ in range(count)]
    return Task(name, sizes, X, [[rng.choice([-1.0, 1.0]) for _ in range(sizes[-1])] for _ in X])


def tasks() -> list[Task]:
    return [
        moons(),
        random_task("the lecture's MLP(3, [4, 4, 1]), 4 examples", [3, 4, 4, 1], 4),
        random_task("MLP(10, [64, 32, 16, 1]), 32 examples", [10, 64, 32, 16, 1], 32),
        random_task("digits, MLP(64, [128, 64, 10]), 64 examples", [64, 128, 64, 10], 64),
    ]


class TooSlowError(Exception):
    """A contestant that would take minutes for one step."""


# --- Nets of scalars ------------------------------------------------------------------------


def fill(model: Any, task: Task) -> Any:
    """Put the first weights into a micrograd-like MLP."""
    for layer, (rows, biases) in zip(model.layers, task.weights(), strict=True):
        for neuron, row, bias in zip(layer.neurons, rows, biases, strict=True):
            neuron.b.data = bias
            for w, value in zip(neuron.w, row, strict=True):
                w.data = value
    return model


def listed(outputs: Any) -> Any:
    return outputs if isinstance(outputs, list) else [outputs]


def by_micrograds_book(Value: Any, model: Any, forward: Callable[[Any], Any], task: Task) -> Step:
    """The step as micrograd's own demonstration writes it."""
    parameters = model.parameters()

    def step() -> float:
        inputs = [list(map(Value, row)) for row in task.X]
        scores = [listed(forward(row)) for row in inputs]
        losses = [
            (1 + -y * score).relu()
            for ys, row in zip(task.Y, scores, strict=True)
            for y, score in zip(ys, row, strict=True)
        ]
        total = sum(losses) * (1.0 / len(scores)) + L2 * sum(p * p for p in parameters)
        model.zero_grad()
        total.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return float(total.data)

    return step


def micrograd(task: Task) -> Step:
    import_module("micrograd")
    from micrograd.engine import Value
    from micrograd.nn import MLP

    if task.work() > 200_000:
        raise TooSlowError
    sys.setrecursionlimit(100_000)  # its backward is recursive
    model = fill(MLP(task.sizes[0], task.sizes[1:]), task)
    return by_micrograds_book(Value, model, model, task)


def net(task: Task) -> mg.MLP:
    return fill(mg.MLP(task.sizes[0], task.sizes[1:]), task)  # type: ignore[no-any-return]


def eager(task: Task) -> Step:
    model = net(task)
    return by_micrograds_book(mg.Value, model, model, task)


def eager_by_hand(task: Task) -> Step:
    """The net written out as scalar + and *, as micrograd's neurons are."""
    model = net(task)
    if task.work() > 200_000:
        raise TooSlowError

    def forward(x: list[mg.Value]) -> list[mg.Value]:
        for layer in model.layers:
            sums = [sum((w * v for w, v in zip(n.w, x, strict=True)), n.b) for n in layer.neurons]
            x = [s.relu() for s in sums] if layer is not model.layers[-1] else sums
        return x

    return by_micrograds_book(mg.Value, model, forward, task)


def hinge(outputs: Any, targets: Any) -> Any:
    margins = [mg.relu(1.0 - y * o) for o, y in zip(listed(outputs), listed(targets), strict=True)]
    return mg.sum(margins) if len(margins) > 1 else margins[0]


def compiled(task: Task) -> Step:
    """`f.backward`, which fills the Values' gradients; the update is on Values."""
    model = net(task)
    parameters = model.parameters()

    def loss(x: Any, y: Any) -> Any:
        return hinge(model(x), y) + L2 * mg.sum([p * p for p in parameters])

    f = mg.compile(loss)
    X, Y = np.array(task.X), np.array(task.Y)

    def step() -> float:
        for p in parameters:
            p.grad = 0.0
        found = f.backward(X, Y)
        for p in parameters:
            p.data -= RATE * p.grad
        return found

    return step


def in_fit(task: Task, backend: str = "numpy", dtype: str = "float64") -> Step:
    """What `fit` does for each batch."""
    model = net(task)
    data = make_examples(np.array(task.X), task.Y, task.sizes[-1], "regression")
    training = CompiledBackend(Objective(model, hinge), data, backend, dtype)
    optimizer, count = mg.SGD(lr=RATE), len(task.X)
    training.read()
    training.start_epoch(data, None, keep_outputs=False)
    w = training.buffers.parameters

    def step() -> float:
        penalty = L2 * float(w @ w)
        adjustment = Adjustment(l2=L2)
        return training.train_batch(0, count, optimizer, RATE, adjustment) + penalty

    return step


def in_fit_float32(task: Task) -> Step:
    return in_fit(task, dtype="float32")


def in_fit_native(task: Task) -> Step:
    if numba_backend.why_missing():
        raise ImportError("numba")
    return in_fit(task, "native")


# --- Arrays ---------------------------------------------------------------------------------


def numpy_by_hand(task: Task) -> Step:
    """The same step as one would write it in NumPy, gradients derived by hand."""
    layers = [(np.array(w), np.array(b)) for w, b in task.weights()]
    x, y = np.array(task.X), np.array(task.Y)

    def step() -> float:
        hidden = [x]
        for w, b in layers[:-1]:
            hidden.append(np.maximum(hidden[-1] @ w.T + b, 0.0))
        w, b = layers[-1]
        margin = 1.0 - y * (hidden[-1] @ w.T + b)
        loss = np.maximum(margin, 0.0).sum() / len(x)
        loss += L2 * sum((w * w).sum() + (b * b).sum() for w, b in layers)
        d = (margin > 0) * -y / len(x)
        for (w, b), h in zip(reversed(layers), reversed(hidden), strict=True):
            dw, db = d.T @ h, d.sum(0)
            if h is not x:
                d = (d @ w) * (h > 0)
            w -= RATE * (dw + 2 * L2 * w)
            b -= RATE * (db + 2 * L2 * b)
        return float(loss)

    return step


def torch_loss(torch: Any, task: Task, dtype: str) -> tuple[Any, list[Any]]:
    torch.set_num_threads(1)
    kind = getattr(torch, dtype)
    x, y = torch.tensor(task.X, dtype=kind), torch.tensor(task.Y, dtype=kind)
    parameters = [
        torch.tensor(part, dtype=kind, requires_grad=True)
        for layer in task.weights()
        for part in layer
    ]

    def loss(*parameters: Any) -> Any:
        h = x
        for w, b in zip(parameters[0:-2:2], parameters[1:-2:2], strict=True):
            h = torch.relu(h @ w.T + b)
        out = h @ parameters[-2].T + parameters[-1]
        return torch.relu(1 - y * out).sum() / len(x) + L2 * sum((p * p).sum() for p in parameters)

    return loss, parameters


def torch_eager(task: Task, *, compile_it: bool = False, dtype: str = "float64") -> Step:
    torch = import_module("torch")
    loss_of, parameters = torch_loss(torch, task, dtype)
    loss_of = torch.compile(loss_of) if compile_it else loss_of

    def step() -> float:
        loss = loss_of(*parameters)
        for p in parameters:
            p.grad = None
        loss.backward()
        with torch.no_grad():
            for p in parameters:
                p -= RATE * p.grad
        return float(loss.detach())

    return step


def torch_float32(task: Task) -> Step:
    return torch_eager(task, dtype="float32")


def torch_compiled(task: Task) -> Step:
    return torch_eager(task, compile_it=True)


def jax_jit(task: Task) -> Step:
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = import_module("jax.numpy")
    x, y = jnp.array(task.X), jnp.array(task.Y)

    def loss_of(parameters: Any) -> Any:
        h = x
        for w, b in parameters[:-1]:
            h = jnp.maximum(h @ w.T + b, 0)
        w, b = parameters[-1]
        margins = jnp.maximum(1 - y * (h @ w.T + b), 0)
        return margins.sum() / len(x) + L2 * sum(
            (p * p).sum() for layer in parameters for p in layer
        )

    @jax.jit
    def update(parameters: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        return loss, jax.tree.map(lambda p, g: p - RATE * g, parameters, gradients)

    state = [[(jnp.array(w), jnp.array(b)) for w, b in task.weights()]]

    def step() -> float:
        loss, state[0] = update(state[0])
        return float(loss)

    return step


def casadi(task: Task) -> Step:
    ca = import_module("casadi")
    numbers = np.concatenate([np.ravel(part) for layer in task.weights() for part in layer])
    p = ca.MX.sym("p", len(numbers))
    h, start = ca.DM(np.array(task.X)).T, 0
    for i, (nin, nout) in enumerate(pairwise(task.sizes)):
        w = ca.reshape(p[start : start + nin * nout], nin, nout).T
        start += nin * nout
        h = w @ h + ca.repmat(p[start : start + nout], 1, len(task.X))
        start += nout
        h = ca.fmax(h, 0) if i < len(task.sizes) - 2 else h
    margins = ca.fmax(1 - ca.DM(np.array(task.Y)).T * h, 0)
    loss = ca.sum1(ca.sum2(margins)) / len(task.X) + L2 * ca.dot(p, p)
    f = ca.Function("step", [p], [loss, ca.gradient(loss, p)])
    state = [ca.DM(numbers)]

    def step() -> float:
        found, gradient = f(state[0])
        state[0] = state[0] - RATE * gradient
        return float(found)

    return step


def c_loops(task: Task) -> Step:
    """Loops in C, one example after the other, at -O3 for this processor."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler:
        raise ImportError("a C compiler")
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "step.c"), Path(folder, "step.so")
        source.write_text(c_source(task), encoding="utf-8")
        flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
        subprocess.run(  # noqa: S603
            [compiler, *flags, str(source), "-o", str(library)], check=True
        )
        run = ctypes.CDLL(str(library)).step
    run.restype = ctypes.c_double
    x, y = np.array(task.X), np.array(task.Y)
    p = np.concatenate([np.ravel(part) for layer in task.weights() for part in layer])
    arguments = [ctypes.c_void_p(a.ctypes.data) for a in (x, y, p)]
    kept = (x, y, p)

    def step() -> float:
        assert kept
        return float(run(*arguments))

    return step


def c_source(task: Task) -> str:
    """The step in C."""
    shapes = list(pairwise(task.sizes))
    count = sum(nin * nout + nout for nin, nout in shapes)
    lines = [
        "#include <string.h>",
        f"static double g[{count}];",
        "double step(const double *X, const double *Y, double *p) {",
        "  double loss = 0; memset(g, 0, sizeof g);",
        f"  for (int e = 0; e < {len(task.X)}; e++) {{",
        f"    const double *h0 = X + e * {task.sizes[0]}, *y = Y + e * {task.sizes[-1]};",
    ]
    back, start = [], 0
    for k, (n, m) in enumerate(shapes, 1):
        w, b, last = start, start + n * m, k == len(shapes)
        start = b + m
        lines += [
            f"    double h{k}[{m}], d{k}[{m}];",
            f"    for (int i = 0; i < {m}; i++) {{ double s = p[{b} + i];",
            f"      for (int j = 0; j < {n}; j++) s += p[{w} + i * {n} + j] * h{k - 1}[j];",
            f"      h{k}[i] = {'s' if last else 's > 0 ? s : 0'}; }}",
        ]
        code = [
            f"    for (int i = 0; i < {m}; i++) {{ g[{b} + i] += d{k}[i];",
            f"      for (int j = 0; j < {n}; j++)",
            f"        g[{w} + i * {n} + j] += d{k}[i] * h{k - 1}[j]; }}",
        ]
        if k > 1:
            code += [
                f"    memset(d{k - 1}, 0, sizeof d{k - 1});",
                f"    for (int i = 0; i < {m}; i++) for (int j = 0; j < {n}; j++)",
                f"      d{k - 1}[j] += p[{w} + i * {n} + j] * d{k}[i];",
                f"    for (int j = 0; j < {n}; j++) if (!(h{k - 1}[j] > 0)) d{k - 1}[j] = 0;",
            ]
        back.append(code)
    k, m, size = len(shapes), task.sizes[-1], len(task.X)
    lines += [
        f"    for (int i = 0; i < {m}; i++) {{ double s = 1 - y[i] * h{k}[i];",
        f"      loss += s > 0 ? s : 0; d{k}[i] = s > 0 ? -y[i] / {size} : 0; }}",
        *(line for code in reversed(back) for line in code),
        "  }",
        f"  double penalty = 0; loss /= {size};",
        f"  for (int i = 0; i < {count}; i++) {{ penalty += p[i] * p[i];",
        f"    p[i] -= {RATE} * (g[i] + {2 * L2} * p[i]); }}",
        f"  return loss + {L2} * penalty;",
        "}",
    ]
    return "\n".join(lines)


# --- The race -------------------------------------------------------------------------------

CONTESTANTS: dict[str, Callable[[Task], Step]] = {
    "micrograd": micrograd,
    "micrograd_tut, + and * by hand": eager_by_hand,
    "micrograd_tut, model(x)": eager,
    "micrograd_tut, compiled: f.backward": compiled,
    "micrograd_tut, inside fit": in_fit,
    "micrograd_tut, inside fit, float32": in_fit_float32,
    "micrograd_tut, inside fit, native": in_fit_native,
    "NumPy by hand": numpy_by_hand,
    "torch, eager": torch_eager,
    "torch, eager, float32": torch_float32,
    "torch.compile": torch_compiled,
    "jax.jit": jax_jit,
    "CasADi": casadi,
    "C, -O3": c_loops,
}


def ready(task: Task, names: list[str]) -> tuple[dict[str, Step], dict[str, str]]:
    """The contestants that can run here, and why the others do not."""
    steps, missing = {}, {}
    for name in names:
        try:
            steps[name] = CONTESTANTS[name](task)
        except ImportError:
            missing[name] = "not installed"
        except TooSlowError:
            missing[name] = "left out: many seconds a step"
    return steps, missing


def race(steps: dict[str, Step], rounds: int, seconds: float) -> dict[str, float]:
    """Let them take turns; the median step of each in seconds."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    gc.collect()
    gc.freeze()  # what has been loaded is not searched for garbage again and again
    for _ in range(rounds):
        for name, step in steps.items():
            gc.collect()  # no step pays for the garbage of another
            step()  # but everybody for what they leave themselves, from step to step
            times[name] += timed(step, seconds)
    return {name: statistics.median(found) for name, found in times.items()}


def timed(step: Step, seconds: float) -> list[float]:
    """How long each of some steps takes, in so many seconds, but three of them at least."""
    found: list[float] = []
    until = time.perf_counter() + seconds
    while len(found) < 3 or time.perf_counter() < until:
        start = time.perf_counter()
        step()
        found.append(time.perf_counter() - start)
    return found


def show(task: Task, names: list[str], rounds: int, seconds: float) -> None:
    """Race for one task, and print its table."""
    steps, missing = ready(task, names)
    losses = {name: step() for name, step in steps.items()}
    first = next(iter(losses.values()))
    for name, loss in losses.items():
        close = 1e-5 if "float32" in name else 1e-9
        if abs(loss - first) > close * max(1.0, abs(first)):
            raise SystemExit(f"{name} finds the loss {loss}, others {first}: not the same task")
    median = race(steps, rounds, seconds)
    base, hand = next(iter(median)), median.get("NumPy by hand", math.nan)
    print(f"{task.name:<46}{'median':>12}   times as fast as {base}; share of NumPy by hand")
    for name, found in median.items():
        print(f"  {name:<44}{found * 1e6:>9,.1f} µs   {median[base] / found:>10,.1f} ×"
              f"   {found / hand:>8.2f} ×")  # fmt: skip
    for name, reason in missing.items():
        print(f"  {name:<44}{'':>12}   {reason}")
    print(flush=True)


def show_growth(seconds: float) -> None:
    """How the time of a step inside fit grows with width, depth and batch."""
    print("µs of a step inside fit, as one size grows and the others stay (16 wide, 2 deep, 100)")
    grown = {
        "width": [([8, n, n, 1], 100) for n in (4, 16, 64, 256)],
        "depth": [([8, *[16] * n, 1], 100) for n in (1, 2, 4, 8)],
        "batch": [([8, 16, 16, 1], n) for n in (1, 10, 100, 1000)],
    }
    for what, sizes in grown.items():
        steps = {str(size): in_fit(random_task("", *size)) for size in sizes}
        figures = [f"{found * 1e6:,.0f}" for found in race(steps, 1, seconds).values()]
        print(f"  {what:<8}{' '.join(f'{figure:>9}' for figure in figures)}")


def show_drawing() -> None:
    """What drawing costs beside the layout engine, for a graph that is not easily laid out."""
    rng = random.Random(0)
    values = [mg.Value(rng.uniform(0.5, 1.5)) for _ in range(20)]
    while len(values) < 1000:
        a, b = rng.choice(values[-20:]), rng.choice(values[-100:])
        values.append(mg.tanh(a * b))
    y = mg.sum(values[-50:])
    y.backward()
    shares = []
    for _ in range(3):
        start = time.process_time()
        drawing = mg.draw(y, "values")
        source = drawing.source
        drawn = time.process_time()
        laid_out = layout(source)
        done = time.process_time()
        finish_svg(laid_out, drawing.scene, "light")
        shares.append((time.process_time() - done + drawn - start) / (done - drawn))
    print(f"drawing {len(drawing.scene.boxes):,} Values takes {statistics.median(shares):.0%} "
          f"longer than the layout engine by itself")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few seconds, rough figures")
    quick = parser.parse_args().quick

    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}\n")
    slow = {"torch.compile", "micrograd_tut, inside fit, native"} if quick else set()
    names = [name for name in CONTESTANTS if name not in slow]
    for task in tasks()[: 1 if quick else None]:
        show(task, names, rounds=1 if quick else 3, seconds=0.3 if quick else 1.0)
    if not quick:
        show_growth(0.5)
        show_drawing()


if __name__ == "__main__":
    main()
