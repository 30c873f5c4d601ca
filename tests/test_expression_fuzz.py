"""Whatever is typed as a formula gives a number, or one error that points at its place."""

from __future__ import annotations

import math
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from formulas import KINDS, NUMBERS, any_text

import micrograd_tut as mg
from micrograd_tut.errors import ExpressionError
from micrograd_tut.expression import evaluate, expression
from micrograd_tut.support.limits import EXPRESSION

resource = pytest.importorskip("resource", reason="needs a Unix")

LONGEST = 700  # characters of a message, and half as many columns
SECONDS = 10  # of CPU time: a formula of 200,000 characters takes less than one
MEMORY = 300 * 1024  # kB that a run may add to what the process has used before


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End a call that takes more CPU time than this."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def assert_clear(message: str) -> None:
    """A message is short, and has a caret under the place."""
    assert len(message) < LONGEST
    if "nothing to differentiate" not in message:
        first, line, carets = message.split("\n")
        assert first
        assert len(line) < LONGEST / 2
        assert set(carets.strip()) == {"^"}


def read(text: str, reader: Callable[..., object]) -> bool:
    """Read a text as a formula; returns whether it is one, and checks what comes of it."""
    try:
        with limited(SECONDS):
            found = reader(text, NUMBERS)
    except ExpressionError as error:
        assert_clear(str(error))
        return False
    number = found.data if isinstance(found, mg.Value) else found
    assert isinstance(number, (int, float))
    assert math.isfinite(number)
    return True


@pytest.mark.parametrize("reader", [evaluate, expression])
def test_any_text_gives_a_number_or_an_error_with_its_place(
    reader: Callable[..., object],
    tries: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    rng, count = random.Random(f"{reader.__name__}"), tries(1_000, 3_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    formulas = 0
    for _ in range(count):
        text = any_text(rng)
        try:
            formulas += read(text, reader)
        except BaseException as error:
            error.add_note(f"the text: {text[:300]!a}")
            raise
    assert formulas > count / 50
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < before + MEMORY
    figure("texts read as formulas", "{:,}, of which {:,} are formulas", count, formulas)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_texts_of_each_kind_are_short_enough_to_be_read(
    kind: Callable[[random.Random], str],
) -> None:
    rng = random.Random(1)
    assert all(len(kind(rng)) <= EXPRESSION for _ in range(200))


@pytest.mark.parametrize(
    "text", ["9" * 5_000, "a" * 5_000, "softmax([a])[" + "0" * 5_000, "a" + "²" * 500]
)
def test_a_message_shows_only_the_beginning_of_a_long_piece(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, NUMBERS)
    assert len(str(caught.value)) < LONGEST
    assert "…" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "softmax([" + "a," * 1_001 + "])[0]",
        "s=softmax([" + "a," * 300 + "]);" + "s=softmax(s);" * 12 + "s[0]",
        "s=[" + "a," * 1_000 + "];" + "t=sum(s);" * 1_001 + "t",
    ],
)
def test_a_graph_with_too_many_inputs_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"too large here: .* the most are 1,000,000"):
        evaluate(text, NUMBERS)


def test_a_large_list_is_taken_several_times() -> None:
    text = f"s=softmax([{'a,' * 300}]);{'s=softmax(s);' * 9}s[299] * 300"
    assert expression(text, NUMBERS).data == pytest.approx(1.0)
