"""Training on several processes of torchrun: the numbers of one, and what a failure does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from micrograd_tut.bridges.workers import Workers

pytest.importorskip("torch")

TRAIN = """
import json, os, sys
import numpy as np
import micrograd_tut as mg

rng = np.random.default_rng(0)
X, y = rng.normal(size=(53, 3)), rng.integers(0, 3, 53)
runs = {}
for batch_size in (26, 13):  # with 42 rows for training: last batches of 16 rows, and of 3
    model = mg.MLP(3, [8, 3], activation="tanh", output="softmax", seed=1)
    history = mg.fit(
        model, X, y, epochs=5, batch_size=batch_size, compiled=ENGINE, validation=0.2, l2=0.01,
        metrics=["f1", "accuracy"], early_stopping=2, optimizer=mg.Adam(lr=0.1),
        class_weight="balanced", progress=False,
    )
    runs[batch_size] = history.history, [p.data for p in model.parameters()]
with open(f"{sys.argv[1]}/{os.environ.get('RANK', 'one')}.json", "w") as file:
    json.dump(runs, file)
"""


def torchrun(*arguments: Any, count: int = 2) -> subprocess.CompletedProcess[str]:
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    return subprocess.run(
        [sys.executable, *command, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def numbers(run: Any) -> np.ndarray[Any, Any]:
    history, parameters = run
    return np.array([*(x for column in history.values() for x in column), *parameters])


def test_two_processes_give_the_curve_of_one(tmp_path: Path, figure: Callable[..., None]) -> None:
    script = tmp_path / "train.py"
    script.write_text(TRAIN.replace("ENGINE", "'torch'"), encoding="utf-8")
    done = torchrun(script, tmp_path)
    assert done.returncode == 0, done.stderr
    script.write_text(TRAIN.replace("ENGINE", "True"), encoding="utf-8")
    subprocess.run([sys.executable, script, tmp_path], check=True)
    first, second, one = (
        json.loads((tmp_path / f"{name}.json").read_text()) for name in ("0", "1", "one")
    )
    assert first == second
    for batch_size in one:
        difference = float(np.abs(numbers(first[batch_size]) - numbers(one[batch_size])).max())
        assert difference < 1e-12
        name = "two processes of torchrun and one: largest difference"
        figure(name, "{:.1g}", difference, worst=True)


def test_the_first_process_of_the_command_prints_and_writes_alone(tmp_path: Path) -> None:
    options = ["train", "iris", "--engine", "torch", "--epochs", "2", "--quiet"]
    done = torchrun("-m", "micrograd_tut", *options, "--out", tmp_path, "--save", tmp_path / "net")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Loss categorical_cross_entropy") == 1
    assert done.stdout.count("test set   ") == 1
    assert {path.name for path in tmp_path.iterdir()} >= {"net", "graph.svg", "network.svg"}


@pytest.mark.full
def test_a_setting_that_does_not_fit_is_reported_once(tmp_path: Path) -> None:
    options = ["train", "iris", "--engine", "torch", "--l2", "-1", "--out", tmp_path]
    done = torchrun("-m", "micrograd_tut", *options)
    assert done.returncode != 0
    assert done.stderr.count("micrograd-tut: l2 must be a number of at least 0") == 1


KILLED = """
import os, signal, sys
import micrograd_tut as mg

def end(epoch, row):
    if os.environ["RANK"] == "1" and epoch == 300 and len(sys.argv) < 3:
        os.kill(os.getpid(), signal.SIGKILL)

history = mg.fit(mg.MLP(1, [1], seed=1), [[1.0], [2.0]], [1.0, 3.0], epochs=400, compiled="torch",
                 callbacks=[end], progress=False, checkpoint=sys.argv[1], resume=len(sys.argv) > 2)
print(f"all {len(history)} epochs")
"""


def test_a_killed_process_ends_the_run_with_a_message_and_it_can_be_continued(
    tmp_path: Path,
) -> None:
    script = tmp_path / "train.py"
    script.write_text(KILLED, encoding="utf-8")
    done = torchrun(script, tmp_path / "run")
    assert done.returncode != 0
    assert "another process of the run has ended" in done.stderr
    assert "epochs" not in done.stdout
    again = torchrun(script, tmp_path / "run", "resume")
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("all 400 epochs") == 2


@pytest.mark.parametrize(("count", "rows"), [(1, 5), (2, 5), (3, 2), (4, 16), (3, 0)])
def test_the_shares_of_a_batch_are_all_of_its_rows_once(count: int, rows: int) -> None:
    shares = []
    for rank in range(count):
        workers: Any = SimpleNamespace(rank=rank, count=count)
        shares.append(range(100)[Workers.share(workers, 10, 10 + rows)])
    assert [i for share in shares for i in share] == list(range(10, 10 + rows))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
