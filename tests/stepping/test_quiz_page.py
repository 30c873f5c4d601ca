"""The quiz as a page: the data in the file, and in Chromium what it says to every answer."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from stepping_graphs import SIZES, lecture
from test_page import NASTY

import micrograd_tut as mg
from micrograd_tut.cli import main
from micrograd_tut.engine import Value
from micrograd_tut.errors import MicrogradError
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.mistakes import mistakes
from micrograd_tut.stepping.quiz_page import html

EXERCISES = [(level, number) for level, number in zip(LEVELS, (2, 5, 17, 4, 8), strict=True)]


def data_of(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_the_file_has_every_question_with_its_hints_and_solution():
    q = mg.quiz(exercise(17, 3).output)
    content = data_of(html(q))
    for question in content["questions"]:
        heading = f"{question['heading']}\n  {q.names.gradient(q.open.value)} = ?"
        assert heading == q.asked()
        assert question["hints"] == [str(q.hint()) for _ in range(3)]
        assert question["solution"] == str(q.skip())


def test_without_scripts_there_are_the_questions_with_solutions_to_open():
    q = mg.quiz(exercise(17, 3).output)
    listed = unescape(html(q).split('<section class="solutions"')[1].split("</section>")[0])
    for question in q.questions:
        assert f"<summary>Solution</summary>{q.solution(question)}</details>" in listed
    assert listed.count("<summary>Hint 1</summary>") == len(q.questions)


def test_a_label_is_never_markup_in_the_quiz():
    a = Value(2.0, label=NASTY)
    text = html(mg.quiz(a * a * 3.0))
    assert text.count("<script") == 2
    assert "<img" not in text


def test_nothing_is_loaded_from_anywhere_and_nothing_is_sent():
    text = html(mg.quiz(lecture()))
    assert not re.search(r"\b(?:src|href|action)=|@import|url\(|fetch|XMLHttp|sendBeacon", text)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "form-action 'none'" in policy
    assert "unsafe" not in policy


def test_the_command_writes_the_page_of_the_exercise(tmp_path, capsys):
    path = tmp_path / "quiz.html"
    assert main(["quiz", "--level", "3", "--number", "17", "--page", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert "level 3, number 17: a Value that is used twice" in text
    assert capsys.readouterr().out == f"Wrote {path}\n"
    assert main(["quiz", "a*b", "a=2", "b=3", "--page", str(path)]) == 0
    assert data_of(path.read_text(encoding="utf-8"))["questions"][0]["wanted"] == 2.0


def test_a_page_that_cannot_be_written_is_one_line_and_exit_2(tmp_path, capsys):
    assert main(["quiz", "--page", str(tmp_path / "nowhere" / "quiz.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_page_is_written_whole_and_the_path_is_returned(tmp_path):
    q = mg.quiz(lecture())
    assert q.page(tmp_path / "quiz.html") == tmp_path / "quiz.html"
    assert (tmp_path / "quiz.html").read_text(encoding="utf-8") == html(q)


# --- In Chromium ---


def verdict(page):
    return page.locator("#verdict").inner_text()


def answer(page, text):
    page.fill("#guess", text)
    page.press("#guess", "Enter")


def answers(q):
    """Wrong answers to the open question: usual mistakes, others, formulas, and unreadable ones."""
    question = q.open
    usual = [x for x, _ in mistakes(question.value, question.paths, q.names)]
    others = [question.wanted * 1.02, 77.0, question.wanted + 0.3]
    names = [name for name in q.names.values() if name.isidentifier()]
    formulas = [f"{names[0]} * 2 + 40", f"-{names[-1]}**2 - 30", "exp(1) × 50", "1/3 + 90", "zz"]
    asked = q.names.of(question.value)
    return [*map(repr, usual[:9] + others), *formulas, f"2 * {asked}.grad", "1 +", ")"]


@pytest.mark.browser
@pytest.mark.parametrize(("level", "number"), EXERCISES)
def test_every_answer_gets_the_verdict_of_the_terminal(opened, level, number):
    q = mg.quiz(exercise(number, level).output)
    page = opened(q)
    while not q.done:
        for text in answers(q):
            answer(page, text)
            try:
                wanted = repr(q.answer(text)).replace(": h, or q.hint()", "")
            except MicrogradError as error:
                first = str(error).splitlines()[0]
                assert verdict(page) == first or verdict(page).startswith("Type a number")
            else:
                assert verdict(page) == wanted
        page.click("#hint")
        assert verdict(page) == str(q.hint())
        right = repr(q.open.wanted)
        answer(page, right)
        assert verdict(page) == repr(q.answer(right))
    review = [line.strip() for line in str(q.review()).splitlines()]
    found = page.locator("#total, #mistakes dt, #mistakes dd").all_inner_texts()
    assert found == [line.replace(": h, or q.hint()", "") for line in review]


@pytest.mark.browser
def test_a_formula_of_known_gradients_is_an_answer(opened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    page = opened(mg.quiz(a * b + a))
    for text in ("L.grad * 1", "∂L/∂v1 · a", "dL/dv1 * b + 1"):
        answer(page, text)
        assert verdict(page).startswith("Right: ")
    assert page.locator("#total").inner_text() == "9 of 9 points"


@pytest.mark.browser
def test_progress_is_kept_in_the_browser_and_can_be_started_again(opened):
    q = mg.quiz(exercise(17, 3).output)
    page = opened(q)
    page.click("#skip")
    page.click("#hint")
    answer(page, "77")
    before = page.locator("#score, #heading, #rows").all_inner_texts()
    page.reload()
    assert page.locator("#score, #heading, #rows").all_inner_texts() == before
    while page.locator("#asking").is_visible():
        page.click("#skip")
    page.click("#again")
    assert page.locator("#score").inner_text() == "0 of 12 points"
    page.reload()
    assert page.locator("#heading").text_content().startswith("question 1")


@pytest.mark.browser
def test_without_storage_the_quiz_works(chromium, tmp_path):
    mg.quiz(exercise(3, 1).output).page(tmp_path / "q.html")
    context = chromium.new_context()
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })"
    )
    page.goto((tmp_path / "q.html").as_uri())
    page.click("#skip")
    assert page.locator("#heading").text_content().startswith("question 2")
    assert problems == []
    context.close()


@pytest.mark.browser
def test_storage_that_someone_else_wrote_is_ignored(opened):
    q = mg.quiz(exercise(3, 1).output)
    page = opened(q)
    for kept in ("[1, 2, 3]", "nonsense", '{"a": 1}', "[null, null]"):
        page.evaluate("kept => localStorage.setItem(data.key, kept)", kept)
        page.reload()
        assert page.locator("#heading").text_content().startswith("question 1")
        page.click("#hint")


@pytest.mark.browser
def test_the_graph_and_the_table_show_a_gradient_once_it_is_known(opened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    q = mg.quiz(a * b + a)
    page = opened(q)
    box = page.locator(f"#graph .node-{q.order.index(q.open.value)}")
    assert "grad ?" in box.text_content()
    assert "asked" in box.get_attribute("class")
    answer(page, "1")
    assert "grad 1.0" in box.text_content()
    row = page.locator("#rows tr", has_text="v1").first
    assert row.locator("td").nth(3).inner_text() == "1.0"


@pytest.mark.browser
def test_the_quiz_by_keyboard_alone(opened):
    page = opened(mg.quiz(exercise(3, 1).output))
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "guess":
            break
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    assert verdict(page).startswith("Not quite.")
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    assert page.locator("#verdict").get_attribute("class") == "hint"
    assert page.evaluate("document.activeElement.id") == "guess"


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_quiz(opened, axe, size, scheme):
    page = opened(mg.quiz(exercise(17, 3).output), size, scheme)
    page.evaluate(axe)
    for act in ("77", "0", None):
        if act:
            answer(page, act)
        else:
            while page.locator("#asking").is_visible():
                page.click("#skip")
        found = page.evaluate("axe.run()")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
