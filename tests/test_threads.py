"""Threads and tasks that work on their own graphs never disturb each other."""

from __future__ import annotations

import asyncio
import math
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import micrograd_tut as mg
from micrograd_tut import Value
from micrograd_tut.errors import DomainError


@pytest.fixture(autouse=True)
def switching_all_the_time() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def side_by_side(work: Callable[[int], object], threads: int = 8) -> list[object]:
    """What `work` gives in each of some threads that start together."""
    start = threading.Barrier(threads)

    def run(i: int) -> object:
        start.wait()
        return work(i)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def numbers(seed: int, rounds: int) -> list[float]:
    """What building, differentiating and evaluating again some graphs gives."""
    found = []
    for k in range(rounds):
        x, w = Value(0.1 * seed + 0.01 * k), Value(-1.3 + seed)
        y = mg.tanh(w * x + mg.dot([w, x], [x, 0.5], 0.1)) / (1 + mg.exp(-x))
        y.backward()
        (slope,) = mg.grad(y, [x], create_graph=True)
        second = mg.grad(slope, [x, w])
        x.data += 0.5
        found += [x.grad, w.grad, slope.data, *second, y.forward().data]
    return found


def test_eight_threads_get_the_numbers_of_one(full: bool, figure: Callable[..., None]) -> None:
    rounds = 150 if full else 40
    alone = [numbers(seed, rounds) for seed in range(8)]
    assert side_by_side(lambda seed: numbers(seed, rounds)) == alone
    figure("eight threads", "all {:,} numbers are those of one", sum(map(len, alone)))


def test_ieee_holds_for_its_own_thread() -> None:
    def work(i: int) -> bool:
        right = True
        for _ in range(200):
            if i % 2:
                with mg.ieee():
                    right &= mg.log(Value(0.0)).data == -math.inf
            else:
                try:
                    mg.log(Value(0.0))
                    right = False
                except DomainError:
                    pass
        return right

    assert side_by_side(work) == [True] * 8


def test_debug_holds_for_its_own_thread() -> None:
    def work(i: int) -> bool:
        right = True
        for _ in range(200):
            if i % 2:
                with mg.debug():
                    right &= hasattr(Value(1.0) * 2, "line")
            else:
                right &= type(Value(1.0) * 2) is Value
        return right

    assert side_by_side(work) == [True] * 8
    assert type(Value(1.0) + 1) is Value


def test_a_new_thread_starts_with_neither() -> None:
    with mg.ieee(), mg.debug():
        (raised,) = side_by_side(lambda _: log_of_zero_raises(), threads=1)
    assert raised


def log_of_zero_raises() -> bool:
    try:
        mg.log(Value(0.0))
    except DomainError as error:
        return "recorded at" not in str(error)
    return False


def test_modes_hold_for_their_own_task() -> None:
    async def inside() -> bool:
        with mg.ieee(), mg.debug():
            await asyncio.sleep(0)
            right = mg.log(Value(0.0)).data == -math.inf
            await asyncio.sleep(0)
            return right and hasattr(Value(1.0) + 1, "line")

    async def outside() -> bool:
        right = True
        for _ in range(3):
            right &= log_of_zero_raises() and type(Value(1.0) + 1) is Value
            await asyncio.sleep(0)
        return right

    async def together() -> list[bool]:
        return await asyncio.gather(inside(), outside(), inside(), outside())

    assert asyncio.run(together()) == [True] * 4


def test_blocks_that_overlap_between_threads_leave_no_trace() -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold_open() -> None:
        with mg.debug():
            entered.set()
            leave.wait(5)

    other = threading.Thread(target=hold_open)
    with mg.debug():
        other.start()
        entered.wait(5)
    assert type(Value(1.0) + 1) is Value
    leave.set()
    other.join()
    assert type(Value(1.0) + 1) is Value


def test_threads_that_read_one_leaf_get_right_numbers() -> None:
    shared = Value(2.0)

    def work(i: int) -> list[float]:
        return [mg.grad(shared**3 * float(i), [shared])[0] for _ in range(100)]

    assert side_by_side(work) == [[12.0 * i] * 100 for i in range(8)]
    assert shared.grad == 0.0
