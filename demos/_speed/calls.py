"""The race of whole calls: what somebody waits for who trains a network once.

Each call runs in a process of its own, after the imports: building the network, looking at the
data, compiling, and all epochs. The contestants take turns, round by round; a ratio is the median
over the rounds of the times of one round.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from _speed.clock import THREADS, clock
from _speed.training import CONTESTANTS, MODULES, Job

LADDER = [
    Job("xor: 4 rows", 4, 2, (8,), 2, 200, 4),
    Job("iris: 150 × 4", 150, 4, (16,), 3, 50, 16),
    Job("digits: 1,797 × 64", 1797, 64, (32,), 10, 20, 32),
    Job("100,000 × 20", 100_000, 20, (32,), 2, 2, 256),
    Job("6,000 × 784, 128 hidden", 6000, 784, (128,), 10, 3, 128),
    Job("2,000 × 784, 512-512", 2000, 784, (512, 512), 10, 2, 128),
    Job("60,000 × 784, 512-512", 60_000, 784, (512, 512), 10, 1, 128),
]
MOONS = Job("moons-sized: 100 × 2, 16-16", 100, 2, (16, 16), 2, 400, 100)
STEPS = {100: "a batch of 100 (one epoch)", 10: "a batch of 10", 1: "a batch of 1"}


class Call(NamedTuple):
    """One whole call: its time, the highest memory of its process, and the last loss."""

    seconds: float
    megabytes: float
    loss: float


def call(who: str, job: Job, dtype: str) -> None:
    """Make one call and print what it took; runs in a process of its own."""
    for module in MODULES[who]:
        import_module(module)
    X, y = job.data(dtype)
    times, loss = [], math.nan
    for train in CONTESTANTS[who]:
        start = clock()
        loss = train(job, X, y, job.epochs)
        times.append(clock() - start)
    print(json.dumps([min(times), peak_memory(), loss]))


def peak_memory() -> float:
    """The most memory that this process has held, in MB; nan if the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return math.nan
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def steps(who: str, batch: int, rounds: int) -> None:
    """Print the time of a step of `MOONS` with a batch size, as runs of `fit` grow longer."""
    for module in MODULES[who]:
        import_module(module)
    updates = 100 // batch
    job = MOONS._replace(batch=batch, epochs=max(4, MOONS.epochs // updates))
    X, y = job.data("float64")
    best = math.inf
    for train in CONTESTANTS[who]:
        train(job, X, y, 1)
        found = []
        for _ in range(rounds):
            times = []
            for epochs in (job.epochs, 2 * job.epochs):
                start = clock()
                train(job, X, y, epochs)
                times.append(clock() - start)
            found.append((times[1] - times[0]) / job.epochs / updates)
        best = min(best, statistics.median(found))
    print(json.dumps([best, 0.0, 0.0]))


def in_process(*arguments: str) -> Call | None:
    """What a process of its own printed; None if a module is missing."""
    program = Path(sys.argv[0]).resolve()
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(program), *arguments], capture_output=True, text=True, check=False
    )
    if "ModuleNotFoundError" in done.stderr or "ImportError" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    return Call(*json.loads(done.stdout.splitlines()[-1]))


def show_calls(jobs: list[Job], names: list[str], dtypes: list[str], rounds: int) -> None:
    """Race for each size and data type, and print a table."""
    print(f"Whole calls, {THREADS} thread{'s' * (THREADS > 1)} each: seconds after the imports, "
          f"ratio to micrograd_tut, peak memory of the process, last loss")  # fmt: skip
    for job in jobs:
        for dtype in dtypes:
            print(f"{job.name}, {job.parameters:,} parameters, {job.epochs} epochs, {dtype}")
            turns = [{who: in_process("--call", who, job.name, dtype) for who in names}
                     for _ in range(rounds)]  # fmt: skip
            for who in names:
                show_line(who, [turn[who] for turn in turns], [turn[names[0]] for turn in turns])
    print(flush=True)


def show_line(who: str, found: list[Call | None], base: list[Call | None]) -> None:
    """One line of a table: a contestant and its figures."""
    calls, bases = [c for c in found if c], [c for c in base if c]
    if not calls:
        print(f"  {who:<28}{'':>10}   not installed", flush=True)
        return
    ratio = statistics.median(c.seconds / b.seconds for b, c in zip(bases, calls, strict=True))
    seconds = statistics.median(c.seconds for c in calls)
    memory = max(c.megabytes for c in calls)
    print(f"  {who:<28}{seconds:>8.3f} s {ratio:>9.2f} ×{memory:>8,.0f} MB"
          f"{calls[0].loss:>9.4f}", flush=True)  # fmt: skip


def show_steps(names: list[str], quick: bool) -> None:
    """Print what one more step of `fit` costs, by batch size."""
    print("One more step of a training call (100 rows, MLP(2, [16, 16, 2]), Adam, float64): µs,\n"
          "and the time of micrograd_tut as a share of it")  # fmt: skip
    processes, repeats = (1, "3") if quick else (5, "7")
    for batch, title in list(STEPS.items())[:: 2 if quick else 1]:
        print(title)
        turns = [{who: in_process("--steps", who, str(batch), repeats) for who in names}
                 for _ in range(processes)]  # fmt: skip
        for who in names:
            pairs = [(turn[names[0]], turn[who]) for turn in turns]
            ratios = [ours.seconds / other.seconds for ours, other in pairs if ours and other]
            if not ratios:
                print(f"  {who:<28}{'':>10}   not installed")
                continue
            median = statistics.median(other.seconds for _, other in pairs if other)
            print(
                f"  {who:<28}{median * 1e6:>8.1f} µs{statistics.median(ratios):>9.2f} ×", flush=True
            )
    print(flush=True)
