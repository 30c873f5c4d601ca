"""The race of single steps: forward, backward and update, each from the same weights.

The contestants take turns, round by round, so that a busy machine disturbs all alike; the figure
is the median step. All must find the same loss.
"""

from __future__ import annotations

import gc
import math
import statistics
from collections.abc import Callable

from _speed import arrays, scalars
from _speed.clock import clock
from _speed.tasks import Step, Task, TooSlowError

CONTESTANTS: dict[str, Callable[[Task], Step]] = {
    "micrograd": scalars.micrograd,
    "micrograd_tut, + and * by hand": scalars.eager_by_hand,
    "micrograd_tut, model(x)": scalars.eager,
    "micrograd_tut, compiled: f.backward": scalars.compiled,
    "micrograd_tut, inside fit": scalars.in_fit,
    "micrograd_tut, inside fit, float32": scalars.in_fit_float32,
    "micrograd_tut, inside fit, native": scalars.in_fit_native,
    "NumPy by hand": arrays.numpy_by_hand,
    "torch, eager": arrays.torch_eager,
    "torch, eager, float32": arrays.torch_float32,
    "torch.compile": arrays.torch_compiled,
    "jax.jit": arrays.jax_jit,
    "CasADi": arrays.casadi,
    "C, -O3": arrays.c_loops,
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


def race(steps: dict[str, Step], rounds: int, seconds: float, least: int = 3) -> dict[str, float]:
    """Let them take turns; the median step of each in seconds."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    gc.collect()
    gc.freeze()  # what has been loaded is not searched for garbage again and again
    for _ in range(rounds):
        for name, step in steps.items():
            gc.collect()  # no step pays for the garbage of another
            if least > 1:
                step()  # but everybody for what they leave themselves, from step to step
            times[name] += timed(step, seconds, least)
    return {name: statistics.median(found) for name, found in times.items()}


def timed(step: Step, seconds: float, least: int) -> list[float]:
    """How long each of some steps takes, in so many seconds, but at least so many of them."""
    found: list[float] = []
    until = clock() + seconds
    while len(found) < least or clock() < until:
        start = clock()
        step()
        found.append(clock() - start)
    return found


def show(task: Task, names: list[str], quick: bool) -> None:
    """Race for one task, and print its table."""
    steps, missing = ready(task, names)
    losses = {name: step() for name, step in steps.items()}
    first = next(iter(losses.values()))
    for name, loss in losses.items():
        close = 1e-5 if "float32" in name else 1e-9
        if abs(loss - first) > close * max(1.0, abs(first)):
            raise SystemExit(f"{name} finds the loss {loss}, others {first}: not the same task")
    median = race(steps, 1, 0.2, 1) if quick else race(steps, 3, 1.0)
    base, hand = next(iter(median)), median.get("NumPy by hand", math.nan)
    print(f"{task.name:<46}{'median':>12}   times as fast as {base}; share of NumPy by hand")
    for name, found in median.items():
        print(f"  {name:<44}{found * 1e6:>9,.1f} µs   {median[base] / found:>10,.1f} ×"
              f"   {found / hand:>8.2f} ×")  # fmt: skip
    for name, reason in missing.items():
        print(f"  {name:<44}{'':>12}   {reason}")
    print(flush=True)
