"""One training step on arrays: NumPy by hand, torch, jax, CasADi, and loops in C."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from _speed.tasks import L2, RATE, Step, Task


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

    def updated(parameters: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        return loss, jax.tree.map(lambda p, g: p - RATE * g, parameters, gradients)

    state = [[(jnp.array(w), jnp.array(b)) for w, b in task.weights()]]
    update = jax.jit(updated)

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
