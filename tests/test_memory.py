"""Memory is level: what a call makes is gone after it, in Python and below it."""

from __future__ import annotations

import gc
import itertools
import linecache
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import micrograd_tut as mg
from micrograd_tut.compiler import numba_backend, program
from micrograd_tut.errors import DomainError, ExpressionError
from micrograd_tut.expression import expression

STATM = Path("/proc/self/statm")
NET = mg.MLP(3, [4, 4, 1], seed=1)
ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
SUM = mg.compile(lambda x: mg.sum(x))
COUNT = itertools.count(1)


def graph() -> mg.Value:
    a = mg.Value(2.0, label="a")
    y = mg.tanh(a * 0.5 + a * a)
    y.backward()
    return y


def backward() -> None:
    NET([1.0, 2.0, 3.0]).backward()


def second_order() -> None:
    x = mg.Value(1.0)
    (slope,) = mg.grad(mg.tanh(x * x), [x], create_graph=True)
    mg.grad(slope, [x])


def error() -> None:
    with pytest.raises(DomainError):
        mg.log(mg.Value(-1.0))
    with pytest.raises(ExpressionError):
        expression("a * ", {"a": 1.0})


def draw() -> None:
    assert "digraph" in mg.draw(graph()).source


def step() -> None:
    mg.step(graph()).run()


def quiz() -> None:
    mg.quiz(graph()).skip()


def compile_a_new_function() -> None:
    factor = float(next(COUNT))
    mg.compile(lambda x: mg.tanh(x * factor) + x)([1.0, 2.0])


def compile_for_another_width() -> None:
    SUM(np.ones((2, 1 + next(COUNT) % 40)))


def javascript() -> None:
    assert mg.compile(lambda x: mg.tanh(x) + x, example=[1.0]).javascript


def debug() -> None:
    with mg.debug():
        backward()


def fit() -> None:
    model = mg.MLP(2, [3, 1], output="sigmoid", seed=1)
    mg.fit(model, ROWS, TARGETS, epochs=1, progress=False)


CALLS: dict[Callable[[], object], int] = {
    backward: 1, second_order: 1, error: 1, draw: 5, step: 5, quiz: 5, compile_a_new_function: 2,
    compile_for_another_width: 2, javascript: 2, debug: 1, fit: 2,
}  # fmt: skip
"""The calls, and how much longer each takes than the first."""


@contextmanager
def collected_only_when_asked() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def resident() -> float:
    """Bytes of the process that are in memory."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if STATM.exists() else 0


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_a_call_leaves_nothing_behind(
    call: Callable[[], object], tries: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    rounds, count = 4, tries(400, 1_000) // CALLS[call] // 4
    grown = []  # in the first rounds caches are filled
    for _ in range(rounds):
        gc.collect()
        blocks, memory = sys.getallocatedblocks(), resident()
        for _ in range(count):
            call()
        gc.collect()
        grown.append((sys.getallocatedblocks() - blocks, resident() - memory))
    blocks, memory = map(min, zip(*grown, strict=True))
    assert blocks < count
    assert memory < 256 * 1024 + 10 * count  # pages come and go
    figure("calls that leave nothing behind", "{:,}", rounds * count)


@pytest.mark.parametrize("call", [backward, second_order, draw, step], ids=lambda f: f.__name__)
def test_reference_counts_free_it_without_the_collector(call: Callable[[], object]) -> None:
    for _ in range(10):
        call()
    grown = []  # in the first round free lists are filled
    with collected_only_when_asked():
        for _ in range(3):
            blocks = sys.getallocatedblocks()
            for _ in range(100):
                call()
            grown.append(sys.getallocatedblocks() - blocks)
    assert min(grown) < 300  # a graph that stays has at least 10 blocks


@pytest.mark.skipif(bool(numba_backend.why_missing()), reason="needs numba")
def test_a_native_program_leaves_no_text_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # where no machine code is kept yet
    monkeypatch.setattr(program, "_MAX_PROGRAMS", 2)

    def kept() -> list[str]:
        names = [Path(name).stem for name in (*sys.modules, *linecache.cache)]
        return [name for name in names if name.startswith("micrograd_tut_")]

    for factor in (0.11, 0.12, 0.13):
        mg.compile(lambda x, f=factor: mg.tanh(x * f), backend="native")([1.0, 2.0])
        gc.collect()
    assert len({*kept()}) == 2


def test_programs_for_many_widths_are_not_all_kept() -> None:
    f = mg.compile(lambda x: mg.sum(x))
    for width in [*range(1, 40), 1, 39]:
        assert f(np.full((2, width), 0.5)).tolist() == [width / 2] * 2
    assert len(f.executables) == 32
