"""The numbers of the leaves on the page, changed by mouse, keyboard and touch; and the nudge."""

from __future__ import annotations

import pytest
from stepping_graphs import SIZES, lecture

import micrograd_tut as mg
from micrograd_tut.engine import Value
from micrograd_tut.stepping import page as stepping_page
from micrograd_tut.support.numbers import shown

pytestmark = pytest.mark.browser


def product(a=2.0, b=-3.0):
    a, b = Value(a, label="a"), Value(b, label="b")
    y = a * b + a
    y.label = "y"
    return y


def field(page, name):
    return page.locator("#leaves").get_by_label(f"number of {name}")


def typed(page, name, text):
    field(page, name).fill(text)
    field(page, name).press("Enter")


def seen(page):
    """The texts of the page, and how its edges look."""
    page.evaluate("stop()")
    return [
        page.locator(where).all_text_contents()
        for where in ("#graph .node text", "#graph .edge text", "#steps", "#story", ".now", "#rows")
    ] + [
        page.eval_on_selector_all(
            "#graph .edge",
            "gs => gs.map(g => [[...g.classList].sort().join(' '), g.dataset.end,"
            " g.querySelector('path:not(.halo)').getAttribute('stroke-width')])",
        )
    ]


@pytest.mark.parametrize("k", [0, 3, 6, 9, -1])
def test_a_typed_number_gives_the_page_of_python_at_that_number(opened, k):
    page, other = opened(mg.step(product())), opened(mg.step(product(0.5)))
    for each in (page, other):
        each.evaluate(f"choose(0); go({k} < 0 ? last() : {k})")
    assert seen(page) != seen(other)
    typed(page, "a", "1/2")
    assert [
        [t.strip() for t in texts] if isinstance(texts[0], str) else texts for texts in seen(page)
    ] == [
        [t.strip() for t in texts] if isinstance(texts[0], str) else texts for texts in seen(other)
    ]
    assert page.locator("#result").inner_text() == "y = -1.0"


def test_what_a_change_turns_off_and_on_is_stepped_through(opened):
    a = Value(2.0, label="a")
    y = mg.relu(a) * 3.0
    page = opened(mg.step(y))
    steps = page.evaluate("walk.steps.length")
    page.evaluate("go(last())")
    typed(page, "a", "-2")
    assert page.evaluate("at === last()")
    assert "is 0 here" in page.locator("#remark").inner_text()
    typed(page, "a", "2")
    assert page.evaluate("walk.steps.length") == steps


def test_dragging_changes_a_number_and_reset_brings_it_back(opened):
    page = opened(mg.step(product()))
    before = seen(page)
    box = field(page, "a").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=5)
    page.mouse.up()
    assert field(page, "a").input_value() == "2.5"  # a unit of 0.1 for 4 pixels
    assert page.locator("#result").inner_text() == "y = -5.0"
    assert page.evaluate("getSelection().toString()") == ""
    page.click("#reset")
    assert seen(page) == before
    assert page.locator("#reset").is_disabled()


def test_touch_drags_a_number_and_scrolls_the_page_the_other_way(chromium, tmp_path):
    mg.step(product()).page(tmp_path / "p.html")
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto((tmp_path / "p.html").as_uri())
    box = field(page, "b").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = context.new_cdp_session(page)
    for kind, dx in (("touchStart", 0), ("touchMove", 20), ("touchMove", 40), ("touchEnd", None)):
        points = [] if dx is None else [{"x": x + dx, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert field(page, "b").input_value() == "-2.0"
    assert page.evaluate("getComputedStyle(document.querySelector('.leaf')).touchAction") == "pan-y"
    context.close()


def test_keys_change_a_number_and_do_not_step(opened):
    page = opened(mg.step(product()))
    page.evaluate("go(4)")
    field(page, "a").focus()
    for key in ("ArrowUp", "ArrowUp", "PageDown", "ArrowLeft", "Home"):
        page.keyboard.press(key)
    assert field(page, "a").input_value() == "1.2"
    assert page.evaluate("at") == 4


def test_a_screen_reader_hears_the_number_and_the_output(opened):
    page = opened(mg.step(product()))
    field(page, "a").focus()
    page.keyboard.press("ArrowUp")
    role, now, text = (
        field(page, "a").get_attribute(name) for name in ("role", "aria-valuenow", "aria-valuetext")
    )
    assert (role, now, text) == ("spinbutton", "2.1", "2.1")
    assert page.locator("#live").text_content() == "a = 2.1: y = -4.2"


def test_a_number_outside_the_domain_is_refused_at_the_leaf_and_nothing_changes(opened):
    a = Value(2.0, label="a")
    y = mg.log(a) * a
    page = opened(mg.step(y))
    before = seen(page)
    typed(page, "a", "-1")
    message = page.locator("#refused").inner_text()
    assert "log(x) needs x > 0; got x = -1.0 (Value 'a')." in message
    assert field(page, "a").get_attribute("aria-invalid") == "true"
    assert seen(page) == before
    typed(page, "a", "many")
    assert "Enter a number" in page.locator("#refused").inner_text()
    typed(page, "a", "4")
    assert page.locator("#refused").inner_text() == ""
    assert field(page, "a").get_attribute("aria-invalid") is None


def test_what_was_left_from_before_is_kept(opened):
    y = product()
    y.backward()
    s = mg.step(y)
    held = {v.label: v.grad for v in s.order if not v.op}
    page = opened(s)
    typed(page, "b", "5")
    page.evaluate("go(last())")
    cell = page.locator("#rows tr[data-name=a] td").nth(3)
    assert cell.inner_text() == shown(held["a"] + 6.0)
    assert page.evaluate("(go(0), $('remark').textContent)").startswith("Left from an earlier")


def test_predict_does_not_show_the_output_before_it_is_asked_for(opened):
    page = opened(mg.step(product()))
    assert page.locator("#result").inner_text() == "y = -4.0"
    page.check("#predict")
    assert page.locator("#result").inner_text() == "y = ?"
    typed(page, "a", "3")
    assert page.locator("#result").inner_text() == "y = ?"
    assert "?" in page.locator("#live").text_content()
    page.evaluate("go(last())")
    assert page.locator("#result").inner_text() == "y = -6.0"


def test_predict_asks_for_the_new_number(opened):
    page = opened(mg.step(product()))
    page.check("#predict")
    page.evaluate("go(4); advance()")
    typed(page, "b", "7")
    assert page.locator("#question").is_visible()
    answer = page.evaluate("walk.steps[asked].ask.answer.text")
    page.fill("#guess", answer)
    page.press("#guess", "Enter")
    assert page.locator("#remark").inner_text().startswith(f"Right: {answer}.")


def test_a_nudge_moves_the_leaf_and_reports_as_the_terminal_does(opened):
    y = product()
    a, wanted = next(v for v in mg.step(y).order if v.label == "a"), None
    wanted = repr(mg.nudge(y, a, 0.01)).split()
    page = opened(mg.step(y))
    page.select_option("#nudged", label="a")
    page.click("#nudge")
    assert page.locator("#report").inner_text().split() == wanted
    assert field(page, "a").input_value() == "2.01"
    assert page.locator("#h-story").inner_text() == "Gradient of a"
    page.click("#reset")
    assert page.locator("#report").is_hidden()


def test_in_the_table_every_leaf_of_a_large_graph_can_be_changed(opened):
    s = mg.step((mg.MLP(3, [6, 4, 1], seed=1)([1.0, 2.0, 3.0]) - 1) ** 2)
    page = opened(s)
    assert "more in the table" in page.locator("#more-leaves").inner_text()
    page.evaluate("go(last())")
    assert page.locator("#graph.before-end").count() == 0
    cell = page.locator("#rows input").last
    cell.fill("0.25")
    cell.press("Enter")
    assert page.evaluate("values.data.includes(0.25)")
    assert page.locator("#graph.before-end").count() == 1  # the numbers of a folded picture


def test_a_graph_that_the_page_cannot_compute_says_so(opened):
    x = Value(2.0, label="x")
    y = Value(8.0, (x,), "cube")

    def _backward():
        x.grad += 12.0 * y.grad

    y._backward = _backward
    page = opened(mg.step(y))
    assert "cannot be changed on this page" in page.locator("#more-leaves").inner_text()
    assert page.locator("input.leaf").count() == 0
    page.evaluate("go(last())")
    assert page.locator("#rows tr[data-name=x] td").nth(3).inner_text() == "12.0"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_after_changes(opened, axe, size, scheme):
    page = opened(mg.step(lecture()), size, scheme)
    page.evaluate(axe)
    typed(page, "x1", "0.75")
    typed(page, "w1", "what")
    page.click("#nudge")
    found = page.evaluate("axe.run()")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


@pytest.mark.parametrize("size", SIZES)
def test_a_long_number_stays_inside_its_box(opened, size):
    page = opened(mg.step(product()), size)
    typed(page, "a", "-1.23456e-7")
    page.evaluate("go(last())")
    outside = page.evaluate(
        "() => boxOf.filter(g => { const box = g.querySelector('path, polygon').getBBox();"
        " return [...g.querySelectorAll('text')].some(t => { const b = t.getBBox();"
        " return b.x < box.x - 1 || b.x + b.width > box.x + box.width + 1; }); }).length"
    )
    assert outside == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_usual_pages_are_below_150_kilobytes(figure):
    net = (mg.MLP(2, [3, 1], activation="tanh", seed=1)([1.0, -2.0]) - 1) ** 2
    graphs = {"a neuron": lecture(), "a small network": net}
    for name, y in graphs.items():
        size = len(stepping_page.html(mg.step(y)).encode())
        figure(f"stepping page of {name}", "{:.0f} kB", size / 1000)
        assert size < 150_000
