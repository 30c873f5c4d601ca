"""A mode ends with its block, whatever interrupt, generator or thread comes between."""

from __future__ import annotations

import gc
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import FrameType
from typing import Any

import pytest

import micrograd_tut as mg
from micrograd_tut.support.modes import Block, Setting

Mode = Callable[[], Block]
MODES: dict[str, Mode] = {"ieee": mg.ieee, "debug": mg.debug, "no_grad": mg.no_grad}


def effects() -> tuple[object, ...]:
    """What an operation does in the modes that are in force."""
    y = mg.Value(2.0) * 3.0
    try:
        mg.Value(0.0).log()
    except ValueError:
        return type(y), y.op, "an error"
    return type(y), y.op, "-inf"


NORMAL = effects()


def interrupted_at(step: int, work: Callable[[], object]) -> BaseException | None:
    """Run `work` and raise KeyboardInterrupt at this step; returns it, or None after the end.

    A step is a call, a line or a return, in whatever frame; but not the return of a generator,
    where no Ctrl-C can come.
    """
    left = step

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        left -= not (event == "return" and frame.f_code.co_flags & inspect.CO_GENERATOR)
        if left < 0:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    try:
        sys.settrace(trace)
        work()
    except KeyboardInterrupt as interrupt:
        return interrupt  # with its traceback, which keeps the frames and their variables
    finally:
        sys.settrace(None)
    return None


def with_statement(mode: Mode) -> None:
    with mode():
        effects()


def nested(mode: Mode) -> None:
    with mode(), mg.ieee(), mode():
        effects()


def in_a_generator(mode: Mode) -> None:
    def steps() -> Iterator[int]:
        with mode():
            yield 1

    for _ in steps():
        effects()


def decorated(mode: Mode) -> None:
    mode()(effects)()


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("work", [with_statement, nested, in_a_generator, decorated])
def test_an_interrupt_at_whatever_step_ends_the_mode(
    name: str, work: Callable[[Mode], None]
) -> None:
    step = 0
    while interrupted_at(step, lambda: work(MODES[name])):
        assert effects() == NORMAL, step
        step += 1
    assert step > 50
    assert effects() == NORMAL


@pytest.mark.parametrize("name", MODES)
def test_a_mode_does_what_it_says_until_its_block_ends(name: str) -> None:
    block = MODES[name]()
    assert effects() == NORMAL
    with block:
        assert effects() != NORMAL
    assert effects() == NORMAL


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_generators_that_hold_a_mode_open_crosswise_leave_it_off(
    name: str, order: tuple[int, int]
) -> None:
    def steps() -> Iterator[int]:
        with MODES[name]():
            yield 1
            yield 2

    generators = steps(), steps()
    for g in generators:
        next(g)
    generators[order[0]].close()
    assert effects() != NORMAL  # the other one holds it open
    generators[order[1]].close()
    assert effects() == NORMAL


def test_a_mode_may_end_in_another_thread() -> None:
    stack = ExitStack()
    stack.enter_context(mg.ieee())
    thread = threading.Thread(target=stack.close)
    thread.start()
    thread.join()
    assert effects() == NORMAL


def test_a_mode_is_for_one_with_statement() -> None:
    block = mg.ieee()
    with block, pytest.raises(mg.errors.InputError, match="has been used"):
        block.__enter__()
    with pytest.raises(mg.errors.InputError, match="has been used"), block:
        pass
    assert effects() == NORMAL


def test_a_decorated_function_may_call_itself() -> None:
    @mg.ieee()
    def depth(n: int) -> int:
        return n if n == 5 else depth(n + 1)

    assert depth(0) == 5
    assert effects() == NORMAL


def test_an_inner_mode_gives_way_to_the_outer_one() -> None:
    with mg.debug():
        with mg.no_grad():
            assert (mg.Value(1.0) * 2.0).inputs == ()
        assert hasattr(mg.Value(1.0) * 2.0, "line")


def test_modes_that_end_in_the_order_in_which_they_began_keep_no_memory() -> None:
    with ExitStack() as last:
        for _ in range(1000):
            following = ExitStack()
            following.enter_context(mg.ieee())
            last.close()
            last.push(following)
        gc.collect()
        assert sum(type(x) is Setting for x in gc.get_objects()) < 10
    assert effects() == NORMAL
