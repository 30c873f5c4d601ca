"""The questions, read from the TOML files in ``checks/``.

>>> [check.key for check in checks()][:3]
['course', '1', '2']
>>> len(check_of("2").questions)
10

A file has the title, page, minutes, goal and summary of its lesson, and for each question a table
``[[question]]`` with

- ``id``, ``kind`` and ``text``; `code` and *emphasis* are marked as here;
- ``right``: the text of the right option, the number of a line, or a formula; and ``why``;
- ``[[question.wrong]]`` for each wrong answer: its ``text``, ``why``, and ``misconception``, a name
  from ``misconceptions.toml``;
- ``where``, the numbers of names in formulas; ``tolerance``;
- a picture: ``graph``, a formula; ``plot``, a formula in x or a table of them, over ``range``;
  ``network``, the sizes of layers. For the kind "picture" each answer has one, and ``right`` is a
  table;
- ``of``, the Value whose gradient is asked;
- for a bug: ``code``; ``fix``, the right line; and ``holds``, an expression that is true after the
  code has run with that line, and false without it. The tests run both.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

from micrograd_tut.course.check import NUMBERS, OPTIONS, Answer, Check, Question
from micrograd_tut.errors import DataError
from micrograd_tut.pages.html_page import text_of

LESSONS = 15
"""How many lessons there are."""

COURSE = "course"
"""The key of the check on the whole course."""

PICTURES = ("graph", "plot", "network")
"""What a picture is made from."""

_CHECK = {"title", "page", "minutes", "goal", "summary", "question"}
_ANSWER = {"text", "why", "misconception", "range", *PICTURES}
_QUESTION = {
    "id", "kind", "text", "right", "why", "wrong", "where", "tolerance", "of", "code", "fix",
    "holds", "range", *PICTURES,
}  # fmt: skip


@cache
def misconceptions() -> dict[str, str]:
    """Every misconception by its name, each in one sentence."""
    return {name: flowing(text) for name, text in _read("misconceptions").items()}


@cache
def check_of(key: str) -> Check:
    """A knowledge check.

    Args:
        key: "1" to "15", or "course".

    Raises:
        DataError: there is no such lesson, or a mistake in its file.
    """
    if key != COURSE and key not in {str(n) for n in range(1, LESSONS + 1)}:
        raise DataError(f"there is no lesson {key!r}; use 1 to {LESSONS}, or {COURSE}")
    name = key if key == COURSE else f"{int(key):02}"
    return read_check(key, _read(name))


def checks() -> list[Check]:
    """The check on the whole course, and those of all lessons in order."""
    return [check_of(COURSE), *(check_of(str(n)) for n in range(1, LESSONS + 1))]


def flowing(text: str) -> str:
    """A text with its lines joined; empty lines part paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def read_check(key: str, data: dict[str, Any]) -> Check:
    """A check from the contents of its file.

    Raises:
        DataError: a key is unknown or missing, or an answer does not fit the kind.
    """
    _known(f"check {key}", data, _CHECK)
    return Check(
        key,
        data["title"],
        data.get("page", ""),
        data.get("minutes", 0),
        flowing(data.get("goal", "")),
        flowing(data.get("summary", "")),
        tuple(_question(key, entry) for entry in data["question"]),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(text_of(__package__, f"checks/{name}.toml"))


def _question(key: str, entry: dict[str, Any]) -> Question:
    place = f"check {key}, question {entry.get('id')!r}"
    _known(place, entry, _QUESTION)
    kind = entry["kind"]
    if kind not in (*OPTIONS, *NUMBERS):
        raise DataError(f"{place}: there is no kind {kind!r}; use {', '.join(OPTIONS + NUMBERS)}")
    code = entry.get("code", "").strip("\n")
    return Question(
        entry["id"],
        kind,
        flowing(entry["text"]),
        tuple(_in_order(key, entry, list(_answers(place, entry, code.splitlines())))),
        entry.get("where", {}),
        _picture(entry),
        entry.get("of", ""),
        code,
        entry.get("tolerance"),
    )


def _answers(place: str, entry: dict[str, Any], code: list[str]) -> Iterator[Answer]:
    """The right answer, then the wrong ones."""
    right = entry["right"] if isinstance(entry["right"], dict) else {"text": entry["right"]}
    for given in ({**right, "why": entry["why"]}, *entry["wrong"]):
        _known(place, given, _ANSWER)
        name = given.get("misconception", "")
        if name and name not in misconceptions():
            raise DataError(f"{place}: there is no misconception {name!r}")
        line = int(given["text"]) if entry["kind"] == "bug" else 0
        text = f"line {line}: `{code[line - 1].strip()}`" if line else flowing(str(given["text"]))
        yield Answer(text, flowing(given["why"]), name, _picture(given), line)


def _in_order(key: str, entry: dict[str, Any], answers: list[Answer]) -> list[Answer]:
    """Lines by number, formulas as they are, other options shuffled, always in the same way."""
    if entry["kind"] == "bug":
        return sorted(answers, key=lambda answer: answer.line)
    if entry["kind"] in OPTIONS:
        random.Random(f"{key}/{entry['id']}").shuffle(answers)
    return answers


def _picture(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in (*PICTURES, "range") if name in entry}


def _known(place: str, entry: dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(entry.keys() - known):
        raise DataError(f"{place}: there is no key {unknown[0]!r}; use {', '.join(sorted(known))}")
