"""Ctrl-C at any moment of training leaves complete steps.

A timer raises KeyboardInterrupt at a random moment. The state after that is compared exactly with
the states between the steps of an uninterrupted run.
"""

from __future__ import annotations

import dis
import gc
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType

import numpy as np
import pytest
from interrupt import lines_of, some

import micrograd_tut as mg
from micrograd_tut.engine import set_data, set_grads
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.optimizer import Optimizer
from micrograd_tut.train.trainer import interruptible

pytestmark = [
    pytest.mark.skipif(
        not hasattr(signal, "setitimer"), reason="needs the interval timer of a Unix"
    ),
    # an interrupt inside a callback of the collector is lost by Python itself
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

X = [[x / 4, y / 3] for x in range(4) for y in range(3)]
Y = [x * y - 0.5 for x, y in X]
STEPS = 12
EPOCHS, BATCH = 4, 4
STEPS_IN_EPOCH = len(X) // BATCH
SURVIVED = "interrupts survived by loops by hand, optimizers' steps and fit"

Figure = Callable[..., None]
State = tuple[tuple[float, ...], int, tuple[tuple[float, ...], ...]]


@pytest.fixture(scope="module")
def tries(full: bool) -> int:
    return 800 if full else 150


@pytest.fixture(autouse=True)
def alarm_interrupts() -> Iterator[None]:
    """Make the timer raise what Ctrl-C raises; check that settings are restored afterwards."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    errors = np.geterr()
    callbacks = gc.callbacks[:]  # hypothesis has one
    gc.callbacks.clear()
    before = signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    gc.callbacks[:] = callbacks
    assert gc.isenabled()
    assert np.geterr() == errors


def interrupted(seconds: float, work: Callable[[], object]) -> object:
    """The result of `work`, interrupted after a time; None if it raised KeyboardInterrupt."""
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        result = work()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        return None
    return result


def duration(work: Callable[[], object]) -> float:
    """The shortest of three durations of `work`, in seconds."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def state(model: mg.MLP, optimizer: Optimizer) -> State:
    averages = tuple(tuple(a.tolist()) for a in optimizer.state)
    return numbers(model), optimizer.steps, averages


def numbers(model: mg.MLP) -> tuple[float, ...]:
    return tuple(p.data for p in model.parameters())


# --- A loop by hand -------------------------------------------------------------------------


def loop(model: mg.MLP, optimizer: Optimizer, until: int = STEPS) -> None:
    """Steps by hand, continuing after those that the optimizer has taken."""
    while optimizer.steps < until:
        rows = range(optimizer.steps % 3, len(X), 3)
        loss = mg.mean([(model(X[i]) - Y[i]) ** 2 for i in rows])
        model.zero_grad()
        loss.backward()
        optimizer.step(model.parameters(), clip=1.0)


OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "momentum": lambda: mg.SGD(lr=0.05, momentum=0.9),
    "adam": lambda: mg.Adam(lr=0.05),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_loop_by_hand_is_left_between_two_steps_and_can_continue(
    name: str, tries: int, figure: Figure
) -> None:
    tries, moment = tries // 4, random.Random(1)
    between = []
    for until in range(STEPS + 1):
        model, optimizer = mg.MLP(2, [2, 1], seed=1), OPTIMIZERS[name]()
        loop(model, optimizer, until)
        between.append(state(model, optimizer))
    seconds = duration(lambda: loop(mg.MLP(2, [2, 1], seed=1), OPTIMIZERS[name]()))
    caught = set()
    for _ in range(tries):
        model, optimizer = mg.MLP(2, [2, 1], seed=1), OPTIMIZERS[name]()
        interrupted(moment.uniform(0, seconds), lambda m=model, o=optimizer: loop(m, o))  # type: ignore[misc]
        caught.add(optimizer.steps)
        assert state(model, optimizer) == between[optimizer.steps]
        loop(model, optimizer)
        assert state(model, optimizer) == between[STEPS]
    assert len(caught) > STEPS / 2  # the interrupts were spread over the loop
    figure(SURVIVED, "{:,}", tries)


def test_optimizer_step_is_atomic(tries: int, figure: Figure) -> None:
    """Most interrupts of a training loop hit the backward pass; here all hit the optimizer."""
    moment = random.Random(2)
    leaves = [mg.Value(float(i)) for i in range(300)]
    for p in leaves:
        p.grad = 1.0
    start = [p.data for p in leaves]

    def steps() -> None:
        for _ in range(5):
            optimizer.step(leaves)

    between = []
    optimizer: Optimizer = mg.Adam(lr=0.1)
    for _ in range(6):
        between.append(([p.data for p in leaves], [a.tolist() for a in optimizer.state]))
        optimizer.step(leaves)
    seconds, taken = duration(steps) * 1.2, set()
    for _ in range(tries):
        optimizer = mg.Adam(lr=0.1)
        for p, x in zip(leaves, start, strict=True):
            p.data = x
        interrupted(moment.uniform(0, seconds), steps)
        taken.add(optimizer.steps)
        after = [p.data for p in leaves], [a.tolist() for a in optimizer.state]
        assert after == between[optimizer.steps]
    assert len(taken) > 2
    figure(SURVIVED, "{:,}", tries)


def test_setting_all_parameters_is_atomic(tries: int) -> None:
    moment = random.Random(5)
    leaves = [mg.Value(0.0) for _ in range(300)]

    def flips() -> None:
        for x in (1.0, 2.0) * 5:
            set_data(leaves, [x] * 300)
            set_grads(leaves, [x] * 300)

    seconds = duration(flips)
    for _ in range(tries):
        interrupted(moment.uniform(0, seconds), flips)
        assert len({p.data for p in leaves}) == 1
        assert len({p.grad for p in leaves}) == 1


# --- fit ------------------------------------------------------------------------------------


class RecordingAdam(mg.Adam):
    """Adam that records the parameters after each of its steps."""

    def __init__(self) -> None:
        super().__init__(lr=0.05)
        self.parameters: list[tuple[float, ...]] = []

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        new, averages = super().update(w, g, lr, *state)
        self.parameters.append(tuple(new.tolist()))
        return new, averages


def fit(
    model: mg.MLP,
    compiled: bool,
    optimizer: Optimizer,
    begun: list[int],
    at_first: Callable[[], object] = lambda: None,
) -> mg.History:
    """Train; `begun` records the number of each step before it is taken."""

    def schedule(step: int) -> float:
        if not begun:
            at_first()
        begun.append(step)
        return 1.0

    return mg.fit(
        model,
        X,
        Y,
        optimizer=optimizer,
        epochs=EPOCHS,
        batch_size=BATCH,
        progress=False,
        schedule=schedule,
        compiled=compiled,
    )


def uninterrupted(compiled: bool) -> tuple[list[dict[str, float]], list[tuple[float, ...]]]:
    """The history of training without an interrupt, and the parameters between the steps."""
    model, recorder = mg.MLP(2, [2, 1], seed=1), RecordingAdam()
    start = numbers(model)
    rows = fit(model, compiled, recorder, []).rows
    # the compiled program has its own order
    order = [recorder.parameters[-1].index(x) for x in numbers(model)]
    between = [start, *(tuple(w[i] for i in order) for w in recorder.parameters)]
    assert len(set(between)) == EPOCHS * STEPS_IN_EPOCH + 1
    return rows, between


@pytest.mark.parametrize("compiled", [True, False])
def test_fit_interrupted_at_whatever_line_leaves_complete_steps(
    compiled: bool, full: bool, figure: Figure
) -> None:
    _, between = uninterrupted(compiled)
    model = mg.MLP(2, [2, 1], seed=1)
    lines = lines_of(lambda: fit(model, compiled, mg.Adam(lr=0.05), []))
    places = some(range(lines), 300 if full else 60)
    for place in places:
        model, begun = mg.MLP(2, [2, 1], seed=1), list[int]()
        with suppress(KeyboardInterrupt):
            lines_of(lambda m=model, b=begun: fit(m, compiled, mg.Adam(lr=0.05), b), place)  # type: ignore[misc]
        done = between.index(numbers(model))
        assert done in ({max(begun), max(begun) + 1} if begun else {0}), place
        assert gc.isenabled()
    figure(SURVIVED, "{:,}", len(places))


@pytest.mark.parametrize("compiled", [True, False])
def test_interrupted_fit_leaves_complete_steps_and_returns_its_history(
    compiled: bool, tries: int, figure: Figure
) -> None:
    tries, moment = tries // 2, random.Random(3)
    rows, between = uninterrupted(compiled)
    marks: list[float] = []

    def mark() -> None:
        marks.append(time.perf_counter())

    seconds = duration(lambda: fit(mg.MLP(2, [2, 1], seed=1), compiled, RecordingAdam(), [], mark))
    training = time.perf_counter() - marks[-1]
    reported = 0
    for i in range(tries):
        model, optimizer = mg.MLP(2, [2, 1], seed=1), mg.Adam(lr=0.05)
        begun: list[int] = []
        within = moment.uniform(0, training)

        def later(seconds: float = within) -> None:
            signal.setitimer(signal.ITIMER_REAL, seconds)

        # at any moment of the call, and every other time in the training itself
        delay, at_first = (0.0, later) if i % 2 else (moment.uniform(0, seconds), lambda: None)
        history = interrupted(
            delay,
            lambda m=model, o=optimizer, b=begun, f=at_first: fit(m, compiled, o, b, f),  # type: ignore[misc]
        )
        done = between.index(numbers(model))  # fails if a step is incomplete
        assert done in ({max(begun), max(begun) + 1} if begun else {0})  # nothing learned is lost
        assert (optimizer.steps, optimizer.state) == (0, ())  # fit uses a copy
        assert gc.isenabled()
        if history is None:  # before training began, or after its end
            assert done in (0, EPOCHS * STEPS_IN_EPOCH)
            continue
        assert isinstance(history, mg.History)
        assert history.rows == rows[: len(history.rows)]
        assert len(history.rows) >= done // STEPS_IN_EPOCH - 1
        reported += bool(history.stopped)
        if history.stopped:
            assert history.stopped.startswith("interrupted in epoch ")
    assert reported > tries / 10
    figure(SURVIVED, "{:,}", tries)


def test_no_loop_is_inside_the_try_that_catches_interrupts() -> None:
    """Python can leave the jump at the end of a loop out of the range that a `try` covers."""
    instructions = dis.get_instructions(interruptible)
    assert "JUMP_BACKWARD" not in {instruction.opname for instruction in instructions}


@pytest.mark.parametrize("compiled", [True, False])
def test_fit_after_an_interrupt_starts_from_the_interrupted_parameters(compiled: bool) -> None:
    model = mg.MLP(2, [2, 1], seed=1)

    def schedule(step: int) -> float:
        if step == 7:
            raise KeyboardInterrupt
        return 1.0

    history = mg.fit(
        model,
        X,
        Y,
        epochs=9,
        batch_size=BATCH,
        progress=False,
        schedule=schedule,
        compiled=compiled,
    )
    assert history.stopped == "interrupted in epoch 3"
    other = mg.MLP(2, [2, 1], seed=2)
    for p, q in zip(other.parameters(), model.parameters(), strict=True):
        p.data = q.data
    rows = [fit(net, compiled, mg.Adam(lr=0.05), []).rows for net in (model, other)]
    assert rows[0] == rows[1]
    assert numbers(model) == numbers(other)


def test_interrupted_compilation_leaves_the_engine_as_it_was(tries: int) -> None:
    """While `compile` traces a function, the engine creates Values of another class."""
    moment = random.Random(4)

    def recorded() -> object:
        return mg.compile(lambda x: mg.tanh(x) * 2.0)

    seconds = duration(recorded)
    for _ in range(tries):
        interrupted(moment.uniform(0, seconds), recorded)
        assert (mg.Value(1.0) + 1.0).data == 2.0
