"""The questions: complete, consistent with the lessons, and each wrong answer explained."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import micrograd_tut
from micrograd_tut.course.check import NUMBERS, OPTIONS, Check, Question
from micrograd_tut.course.source import check_of, checks, misconceptions, read_check
from micrograd_tut.errors import DataError, InputError

CHECKS = checks()
LESSONS = [check for check in CHECKS if check.page]
QUESTIONS = [(check, question) for check in CHECKS for question in check.questions]
PAGES = Path(micrograd_tut.__file__).parent.parent / "docs" / "lessons"


def name(check: Check, question: Question) -> str:
    return f"{check.key}/{question.id}"


def question_of(named: str) -> Question:
    return next(question for check, question in QUESTIONS if name(check, question) == named)


def test_there_are_fifteen_lessons_of_ten_questions_and_five_on_the_whole_course() -> None:
    assert [(check.key, len(check.questions)) for check in CHECKS] == [
        ("course", 5),
        *((str(n), 10) for n in range(1, 16)),
    ]


def test_ids_are_unique_in_a_check() -> None:
    counts = Counter(name(*pair) for pair in QUESTIONS)
    assert [key for key, count in counts.items() if count > 1] == []


def test_each_question_has_one_right_answer_and_at_least_two_in_all() -> None:
    for check, question in QUESTIONS:
        rights = [answer for answer in question.answers if answer.right]
        assert len(rights) == 1, name(check, question)
        assert 2 <= len(question.answers) <= 5, name(check, question)


def test_each_answer_has_an_explanation_in_whole_sentences() -> None:
    for check, question in QUESTIONS:
        for answer in question.answers:
            assert re.fullmatch(r"(?s).{20,}[.?!]", answer.why), name(check, question)


def test_no_explanation_is_given_twice_in_a_question() -> None:
    for check, question in QUESTIONS:
        whys = [answer.why for answer in question.answers]
        assert len(set(whys)) == len(whys), name(check, question)


def test_each_misconception_is_a_sentence_and_an_answer_to_some_question() -> None:
    believed = {a.misconception for _, question in QUESTIONS for a in question.wrong}
    assert believed == misconceptions().keys()
    for sentence in misconceptions().values():
        assert re.fullmatch(r"\w.{15,}[.…]", sentence), sentence


def test_options_of_a_question_differ() -> None:
    for check, question in QUESTIONS:
        texts = [answer.text for answer in question.answers]
        assert len(set(texts)) == len(texts), name(check, question)


def test_the_right_option_is_not_given_away_by_its_length_or_its_place() -> None:
    chosen = [question for _, question in QUESTIONS if question.kind == "choose"]
    longest = sum(
        max(question.answers, key=lambda answer: len(answer.text)).right for question in chosen
    )
    first = sum(question.answers[0].right for question in chosen)
    assert longest < 0.45 * len(chosen)
    assert 0.15 * len(chosen) < first < 0.45 * len(chosen)


def test_the_lines_of_a_program_are_offered_in_their_order() -> None:
    for check, question in QUESTIONS:
        if question.kind == "bug":
            lines = [answer.line for answer in question.answers]
            assert lines == sorted(lines), name(check, question)


def test_a_lesson_has_at_least_three_kinds_of_questions_and_the_course_all() -> None:
    for check in LESSONS:
        assert len({question.kind for question in check.questions}) >= 3, check.key
    counts = Counter(question.kind for _, question in QUESTIONS)
    assert counts.keys() == {*OPTIONS, *NUMBERS}
    assert min(counts.values()) >= 10


def test_no_name_in_a_formula_is_a_command_of_the_terminal() -> None:
    for check, question in QUESTIONS:
        names = question.names if question.kind == "gradient" else question.where
        assert not names.keys() & {"q", "quit", "show", "repeat", "help"}, name(check, question)


def test_only_the_right_letter_is_right() -> None:
    for check, question in QUESTIONS:
        if question.kind in OPTIONS:
            for answer in question.answers:
                verdict = question.judge(question.letter(answer))
                assert (verdict.right, verdict.why) == (answer.right, answer.why), name(
                    check, question
                )


def test_a_wrong_number_is_explained_by_the_mistake_that_gives_it() -> None:
    for check, question in QUESTIONS:
        if question.kind in NUMBERS:
            assert question.judge(question.right.text).right, name(check, question)
            for answer in question.wrong:
                verdict = question.judge(answer.text)
                assert not verdict.right, name(check, question)
                assert verdict.answer is answer, name(check, question)


def test_a_wrong_gradient_that_is_not_listed_is_explained_by_the_usual_mistakes() -> None:
    verdict = question_of("2/through-two").judge("2")
    assert not verdict.right
    assert verdict.answer is None
    assert "sign is wrong" in verdict.why


@pytest.mark.parametrize(
    ("typed", "right"), [("0,64", True), ("16/25", True), ("1 - 0.6**2", True), ("0.645", False)]
)
def test_a_number_may_be_typed_in_many_ways(typed: str, right: bool) -> None:
    assert question_of("2/tanh").judge(typed).right is right


def test_a_whole_number_has_to_be_exact() -> None:
    question = question_of("12/parameters")
    assert question.judge("1210").right
    assert question.judge("1,210").right
    assert not question.judge("1211").right


@pytest.mark.parametrize("typed", ["z", "", "ab", "\x1b[31m"])
def test_an_option_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(InputError, match="type one of a, b, c, d"):
        question_of("1/meaning").judge(typed)


@pytest.mark.parametrize("typed", ["zebra", "1 +", "[1, 2]", "log(-1)", "__import__('os')"])
def test_what_is_not_a_number_is_refused(typed: str) -> None:
    with pytest.raises(InputError, match="is not a number"):
        question_of("2/tanh").judge(typed)


# --- With the lessons -----------------------------------------------------------------------


def page(check: Check) -> str:
    if not PAGES.exists():
        pytest.skip("an installed package has no lessons beside it")
    return (PAGES / f"{check.page}.md").read_text(encoding="utf-8")


def words(text: str) -> str:
    """A text on one line, without the marks of formulas and code."""
    plain = text.replace("\\cdot", "·").replace("$", "").replace("`", "").replace("*", "")
    return " ".join(plain.split())


@pytest.mark.parametrize("check", LESSONS, ids=lambda check: check.key)
def test_title_time_goal_and_summary_are_those_of_the_lesson(check: Check) -> None:
    """Where this fails, a lesson was changed, and its file in ``course/checks`` was not."""
    text = page(check)
    assert f"\n# {check.key}. {check.title}\n" in text
    plain = words(text)
    assert f"takes about {check.minutes} minutes" in plain
    assert f"After this lesson {words(check.goal)}." in plain
    assert words(check.summary).replace(" ", "") in plain.replace(" ", "")


@pytest.mark.parametrize("check", LESSONS, ids=lambda check: check.key)
def test_a_lesson_has_its_time_three_exercises_with_hidden_answers_and_its_check(
    check: Check,
) -> None:
    text = page(check)
    assert 10 <= check.minutes <= 20
    for n in (1, 2, 3):
        after = text.split(f"\n**{n}.** ")[1].split("\n**")[0]
        assert ":::{admonition} Answer\n:class: tip\n:collapsible: closed\n" in after
    assert text.count(f"```{{knowledge-check}} {check.key}\n") == 1


# --- Mistakes in a file ---------------------------------------------------------------------


def entry(**changes: object) -> dict[str, object]:
    wrong = {"text": "4", "misconception": "chain-adds", "why": "No."}
    whole = {
        "id": "a",
        "kind": "choose",
        "text": "?",
        "right": "3",
        "why": "Yes.",
        "wrong": [wrong],
    }
    return {"title": "t", "question": [{**whole, **changes}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "guess"}, "there is no kind 'guess'; use choose, picture, bug, number, gradient"),
        ({"wrongs": []}, "there is no key 'wrongs'"),
        (
            {"wrong": [{"text": "4", "misconception": "none-such", "why": "No."}]},
            "there is no misconception 'none-such'",
        ),
    ],
)
def test_a_mistake_in_a_file_names_the_question(changes: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=re.escape(f"check 1, question 'a': {message}")):
        read_check("1", entry(**changes))


@pytest.mark.parametrize("key", ["0", "16", "two", "../../etc/passwd"])
def test_a_lesson_that_does_not_exist_is_refused(key: str) -> None:
    with pytest.raises(DataError, match="use 1 to 15, or course"):
        check_of(key)
