"""Many machines: the same training on one process and on two, started by torchrun.

You will see the loss of each epoch on one process, and on two that share every batch: the same
curve. Then the rows per second of both. The second process runs on this machine here, with the
command that starts one on another. Takes about a minute; needs torch (extra `torch`).

    python demos/14_many_machines.py --out out
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from _setup import options

import micrograd_tut as mg

args = options(__doc__, quick="a small network")

HIDDEN, ROWS = ([16], 512) if args.quick else ([256, 256], 8192)
EPOCHS = 3
RANK = os.environ.get("RANK")  # torchrun numbers the processes that it starts


def train(engine: bool | str) -> dict[str, Any]:
    """The losses and the rows per second of epochs 2 and 3."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS - 12, 64))  # the last batch is smaller than the others
    y = np.abs(X[:, :10]).argmax(axis=1)
    model = mg.MLP(64, [*HIDDEN, 10], output="softmax", seed=0)
    ends = []
    history = mg.fit(
        model, X, y, epochs=EPOCHS, batch_size=512, metrics=[], compiled=engine, progress=False,
        callbacks=[lambda epoch, row: ends.append(time.perf_counter())],
    )  # fmt: skip
    seconds = ends[-1] - ends[0]
    return {"loss": history.history["loss"], "rate": (EPOCHS - 1) * len(X) / seconds}


if RANK is not None:  # one of the processes of torchrun
    result = train("torch")
    if RANK == "0":
        (args.out / "two_processes.json").write_text(json.dumps(result))
    sys.exit()

command = ["torchrun", "--standalone", "--nproc-per-node", "2", *sys.argv]
print(f"$ {' '.join(command)}\n")
torchrun = [sys.executable, "-m", "torch.distributed.run", *command[1:]]
os.environ["OMP_NUM_THREADS"] = "1"  # a thread per process, here too
subprocess.run(torchrun, check=True)  # noqa: S603
two = json.loads(Path(args.out / "two_processes.json").read_text())
one = train("torch")
arrays = train(True)
print("epoch     one process        NumPy              two processes       apart")
for k, losses in enumerate(zip(one["loss"], arrays["loss"], two["loss"], strict=True), 1):
    apart = max(losses) - min(losses)
    print(f"{k:5} {'  '.join(f'{loss:18.15f}' for loss in losses)}  {apart:8.0e}")
print(f"\nrows per second: {one['rate']:,.0f} on one process, {two['rate']:,.0f} on two")
