"""The page in Chromium: every control, by mouse and by keyboard, and the numbers at every step."""

from __future__ import annotations

import struct
import time

import pytest
from stepping_graphs import SIZES, lecture, random_graph
from test_page import NASTY

import micrograd_tut as mg
from micrograd_tut.drawing.dot import arrow_width
from micrograd_tut.drawing.text import short
from micrograd_tut.engine import Value
from micrograd_tut.stepping.exercises import LEVELS, exercise
from micrograd_tut.stepping.worksheet import worksheet
from micrograd_tut.support.numbers import shown

pytestmark = pytest.mark.browser


def at(page):
    return int(page.locator("#count").inner_text().split()[1])


def gradients(page):
    """Each derivative, to the last bit; the table shows the same numbers."""
    found = page.evaluate(
        "() => slopesAt(at).map((x, i) => [nodes[i].name, x && (Object.is(x.value, -0) ? '-0' "
        ": String(x.value)), x && x.text]).filter((_, i) => !nodes[i].constant)"
    )
    rows = page.eval_on_selector_all(
        "#rows tr", "rows => rows.map(r => [r.dataset.name, r.children[3].textContent])"
    )
    texts = {name: text for name, _, text in found}
    assert all(shown in ("", texts[name]) for name, shown in rows)
    return {name: x and struct.pack("<d", float(x)) for name, x, _ in found}


def engines(stepper):
    """The same from the Values; of a computed one None before its pass begins at 0."""
    begun = stepper.here.kind in ("seed", "backward")
    return {
        name: struct.pack("<d", v.grad) if begun or not v.op else None
        for name, v in stepper.names.values().items()
    }


def pressed(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def until(page, condition, seconds=20):
    """Wait for it (playwright's own way needs eval, which the page's policy forbids)."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        page.wait_for_timeout(50)


# --- The numbers ---


@pytest.mark.parametrize("graph", ["lecture", "twice", "net", *range(3)])
def test_the_numbers_equal_the_engines_at_every_step(opened, graph):
    x = Value(3.0, label="x")
    y = {
        "lecture": lecture,
        "twice": lambda: x * x + x,
        "net": lambda: (mg.MLP(2, [3, 1], activation="tanh", seed=1)([1.0, -2.0]) - 1) ** 2,
    }.get(graph, lambda: random_graph(graph))()
    s = mg.step(y)
    page = opened(s)
    for k in range(len(s)):
        assert at(page) == k
        s.goto(k)
        assert gradients(page) == engines(s)
        if s.here.input is not None:
            assert page.locator("#equation .number").all_inner_texts() == s.here.numbers.replace(
                " = ", " "
            ).replace(" × ", " ").split(" ")
        if k < len(s) - 1:
            page.click("#next")
    for k in reversed(range(len(s))):
        s.goto(k)
        assert gradients(page) == engines(s)
        if k:
            page.keyboard.press("ArrowLeft")


def test_the_graph_shows_a_gradient_from_the_step_that_computes_it(opened):
    s = mg.step(lecture())
    page = opened(s)
    place = {s.names.of(v): i for i, v in enumerate(s.order)}
    grad = page.locator(f"#graph .node-{place['x1']} .grad")
    assert grad.text_content() == "grad"
    k = next(step.index for step in s if step.input and s.names.of(step.input) == "x1")
    page.evaluate(f"go({k})")
    assert grad.text_content() == "grad -1.5"
    assert "into" in page.locator(f"#graph .node-{place['x1']}").get_attribute("class")
    assert "lit" in page.locator(f"#graph .node-{place['v1']}").get_attribute("class")
    assert page.locator("#graph .edge.lit").count() == 1
    page.keyboard.press("Home")
    assert grad.text_content() == "grad"


def test_values_not_computed_yet_are_hidden(opened):
    s = mg.step(lecture())
    page = opened(s)
    o = page.locator(f"#graph .node-{len(s.order) - 1}")
    assert "data ?" in o.text_content()
    page.evaluate("go(5)")
    assert "data 0.7071" in o.text_content()


@pytest.mark.parametrize("name", ["x1", "w1", "x2", "w2", "b"])
def test_forward_mode_finds_the_gradient_of_its_leaf(opened, name):
    s = mg.step(lecture())
    page = opened(s)
    page.select_option("#from", label=name)
    page.locator("#from").blur()
    pressed(page, "End")
    s.run()
    (wanted,) = (v.grad for n, v in s.names.values().items() if n == name)
    shown = page.evaluate("slopesAt(last())[root].value")
    assert shown == pytest.approx(wanted, rel=1e-12)
    assert "forward" in page.locator("#phase").inner_text()
    page.check("input[value=backward]")
    assert page.locator("#phase").inner_text() == "start"


@pytest.mark.parametrize("seed", range(4))
def test_forward_mode_adds_up_over_every_path(opened, seed):
    y = random_graph(seed)
    s = mg.step(y)
    leaves = {n: v for n, v in s.names.values().items() if v.op is None}
    page = opened(s)
    for (name, leaf), wanted in zip(leaves.items(), mg.grad(y, leaves.values()), strict=True):
        page.select_option("#from", label=name)
        page.click("#last")
        found = gradients(page)[s.names.output]
        if y is not leaf:
            assert struct.unpack("<d", found)[0] == pytest.approx(wanted, rel=1e-9, abs=1e-12)


# --- The edges ---


def edges(page):
    """The sign, the colour, the width and the dashes of every edge."""
    return page.evaluate(
        "() => arrowOf.map((g, i) => { const look = getComputedStyle(shafts[i]);"
        " const sign = SIGNS.filter(name => g.classList.contains(name)).join();"
        " return [sign, look.stroke, parseFloat(look.strokeWidth), look.strokeDasharray]; })"
    )


def test_an_edge_shows_the_local_derivative_in_italics_until_something_flows(opened):
    s = mg.step(lecture())
    page = opened(s)
    look = "t => [t.textContent, getComputedStyle(t).fontStyle]"
    k = next(step.index for step in s if step.input is not None and step.input.label == "x1")
    edge = f"#graph .edge-{page.evaluate(f'edges[walk.steps[{k}].edge].arrow')} > text"
    page.evaluate(f"go({k - 1})")
    assert page.eval_on_selector(edge, look) == ["-3.0", "italic"]
    page.evaluate(f"go({k})")
    assert page.eval_on_selector(edge, look) == ["-1.5", "normal"]


def test_an_edge_is_grey_until_its_step_and_again_when_one_goes_back(opened):
    s = mg.step(lecture())
    page = opened(s)
    begin = next(step.index for step in s if step.kind == "seed")
    before = edges(page)
    assert {sign for sign, *_ in before} == {"waiting"}
    assert len({tuple(look) for _, *look in before}) == 1
    for k in range(begin, len(s)):
        page.evaluate(f"go({k})")
        assert sum(sign != "waiting" for sign, *_ in edges(page)) == k - begin
    assert {sign for sign, *_ in edges(page)} == {"positive", "negative", "none"}
    pressed(page, "Home")
    assert edges(page) == before


def test_an_edge_has_the_colour_of_what_flows_and_the_width_of_a_drawing(opened):
    s = mg.step(lecture())
    page = opened(s)
    pressed(page, "End")
    flows = {(step.node, step.position): step.product for step in s if step.input is not None}
    flows = [flows[node, i] for node in s.order for i in range(len(node.inputs))]
    top = max(map(abs, flows))
    for flow, (sign, _, width_, dashes) in zip(flows, edges(page), strict=True):
        assert sign == ("positive" if flow > 0 else "negative" if flow < 0 else "none")
        assert (dashes != "none") == (flow == 0)
        if flow:
            assert width_ == pytest.approx(arrow_width(flow, top), abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_this_step_keeps_its_colour_and_has_a_halo(opened, scheme):
    s = mg.step(lecture())
    page = opened(s, scheme=scheme)
    page.evaluate("go(7)")
    lit = "document.querySelector('#graph .edge.lit')"
    stroke = f"getComputedStyle({lit}.querySelector('path:not(.halo)')).stroke"
    there = page.evaluate(stroke)
    halo = page.evaluate(f"getComputedStyle({lit}.querySelector('.halo')).stroke")
    positive, negative = (
        page.evaluate(f"getComputedStyle(document.querySelector('.legend .{sign} path')).stroke")
        for sign in ("positive", "negative")
    )
    assert there == positive
    assert len({positive, negative, halo}) == 3
    assert page.locator("#graph .edge > .halo").first.is_visible() is False


def test_in_forward_mode_edges_show_what_flows_forward(opened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    y = a * b  # backward -3 flows into a and 2 into b; forward from b only its own edge has a flow
    page = opened(mg.step(y))
    page.select_option("#from", label="b")
    page.evaluate("go(walk.steps.length - 1)")
    (from_a, _, _, dashes), (from_b, _, width_, _) = edges(page)
    assert (from_a, from_b) == ("none", "positive")
    assert dashes != "none"
    assert width_ == pytest.approx(arrow_width(2.0, 2.0), abs=0.01)
    page.check("input[value=backward]")
    page.evaluate("go(walk.steps.length - 1)")
    assert [sign for sign, *_ in edges(page)] == ["negative", "positive"]


STICKS_OUT = (
    "() => [...document.querySelectorAll('#graph .node:not(.constant)')].filter(g => {"
    " const box = g.querySelector('path, polygon').getBBox();"
    " return [...g.querySelectorAll('text')].some(t => { const b = t.getBBox();"
    " return b.x < box.x - 1 || b.x + b.width > box.x + box.width + 1; }); })"
    ".map(g => g.textContent)"
)


@pytest.mark.parametrize("graph", ["page", "lecture", *range(3)])
def test_no_number_sticks_out_of_its_box_in_either_walk(opened, graph):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    y = {"page": (a * b + 10.0) * mg.tanh(a), "lecture": lecture()}.get(graph)
    s = mg.step(y or random_graph(graph))
    page = opened(s)
    ways = page.locator("#from option").all_text_contents()
    for way in [None, *ways]:
        if way:
            page.select_option("#from", label=way)
        for k in range(page.evaluate("walk.steps.length")):
            page.evaluate(f"go({k})")
            assert page.evaluate(STICKS_OUT) == [], (way, k)


def test_the_legend_tells_every_look_of_an_edge(opened):
    page = opened(mg.step(lecture()))
    entries = page.locator("#legend li").all_inner_texts()
    assert [t.strip() for t in entries] == [
        "gradient > 0", "< 0", "= 0", "wider = larger",
        "not yet: local derivative", "this step",
    ]  # fmt: skip


def test_the_graph_and_the_table_show_a_number_with_the_same_digits(opened):
    for y in (lecture(), random_graph(3), mg.MLP(2, [2, 1], seed=1)([0.0, 1.0])):
        s = mg.step(y)
        page = opened(s)
        pressed(page, "End")
        for name, v in s.names.values().items():
            row = page.locator(f"#rows tr[data-name={name}]")
            box = page.locator(f"#graph .node-{s.order.index(v)}").text_content()
            cell = row.locator("td").nth(2)
            number = cell.locator("input").input_value() if not v.op else cell.inner_text()
            assert f"data {number}" in box
            assert number == shown(v.data)
            assert f"grad {row.locator('td').nth(3).inner_text()}" in box


# --- The controls ---


@pytest.mark.parametrize("control", ["input[value=forward]", "#from", "#speed", "#slider", "#fit"])
def test_the_arrow_keys_step_wherever_the_focus_is(opened, control):
    page = opened(mg.step(lecture()))
    page.click(control)
    page.keyboard.press("Escape")  # closes the list of a select
    way = page.locator("input[name=way]:checked").get_attribute("value")
    chosen, start = page.locator("#from").input_value(), at(page)
    pressed(page, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert at(page) == start + 1
    pressed(page, "End")
    assert at(page) == page.evaluate("last()")
    assert page.locator("input[name=way]:checked").get_attribute("value") == way
    assert page.locator("#from").input_value() == chosen


def test_up_and_down_choose_where_the_keyboard_brought_the_focus(opened):
    page = opened(mg.step(lecture()))
    page.focus("input[value=backward]")
    pressed(page, "ArrowDown")
    assert page.locator("input[name=way]:checked").get_attribute("value") == "forward"
    page.focus("#from")
    before = page.locator("#from").input_value()
    pressed(page, "ArrowDown")
    assert page.locator("#from").input_value() != before


def test_the_page_says_which_keys_step_and_where_they_do_not(opened):
    page = opened(mg.step(lecture()))
    assert "not in a text field" in page.locator("#keys").inner_text()
    assert page.locator("fieldset").get_attribute("aria-describedby") == "keys"


def test_in_the_text_field_the_arrow_keys_move_the_cursor(opened):
    page = opened(mg.step(lecture()))
    page.check("#predict")
    page.evaluate("go(6); advance()")
    page.fill("#guess", "12")
    pressed(page, "ArrowLeft", "3", "Home", "4")
    assert page.locator("#guess").input_value() == "4132"
    assert page.locator("#question").is_visible()


def test_every_button_moves_as_it_says(opened):
    s = mg.step(lecture())
    page, last = opened(s), len(s) - 1
    assert page.locator("#back").is_disabled()
    page.click("#next")
    page.click("#next")
    assert at(page) == 2
    page.click("#back")
    assert at(page) == 1
    page.click("#last")
    assert at(page) == last
    assert page.locator("#next").is_disabled()
    page.click("#first")
    assert at(page) == 0
    page.fill("#slider", "7")
    assert at(page) == 7
    page.locator("#steps button").nth(3).click()
    assert at(page) == 3
    assert page.locator("#steps [aria-current=step]").inner_text().startswith("3")


def test_play_runs_to_the_end_and_stops(opened):
    s = mg.step(lecture())
    page = opened(s)
    page.select_option("#speed", "200")
    page.click("#play")
    assert page.locator("#play").inner_text() == "Pause"
    until(page, f"at === {len(s) - 1} && timer === null")
    assert page.locator("#play").inner_text() == "Play"


def test_by_keyboard_alone(opened):
    s = mg.step(lecture())
    page = opened(s)
    pressed(page, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert at(page) == 1
    pressed(page, "End")
    assert at(page) == len(s) - 1
    pressed(page, "Home", " ")
    assert page.locator("#play").inner_text() == "Pause"
    pressed(page, " ")
    assert page.locator("#play").inner_text() == "Play"
    reached = set()
    for _ in range(60):
        pressed(page, "Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
    controls = {"play", "next", "last", "slider", "speed", "predict", "from", "graph", "fit"}
    assert controls <= reached
    assert {"x1", "o"} <= reached  # the Values, whose story one can ask for
    page.focus("#rows tr[data-name=n] button")
    pressed(page, "Enter")
    assert page.locator("#h-story").inner_text() == "Gradient of n"
    page.focus("#slider")
    pressed(page, "Home", "ArrowRight", "ArrowRight", "ArrowRight")
    assert at(page) == 3


def test_the_story_of_a_value_by_clicking_it(opened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(a * b + a)
    page = opened(s)
    page.locator(f"#graph .node-{s.order.index(a)}").click()
    pressed(page, "End")
    assert story(page) == [
        "a = 2.0, a leaf",
        "through L = v1 + a: 1.0 × 1.0 = 1.0",
        "through v1 = a * b: 1.0 × -3.0 = -3.0",
        "∂L/∂a = 1.0 + -3.0 = -2.0",
    ]


def story(page):
    return page.locator("#story li").all_inner_texts()


def test_the_story_goes_no_further_than_the_walk(opened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(a * b + a)
    page = opened(s)
    page.evaluate(f"choose({s.order.index(a)})")
    assert story(page) == ["a = 2.0, a leaf", "No gradient flows yet."]
    page.evaluate("go(5)")
    assert story(page)[1:] == ["through L = v1 + a: 1.0 × 1.0 = 1.0", "∂L/∂a so far: 1.0"]
    page.evaluate(f"go(0); choose({len(s.order) - 1})")
    assert story(page)[0] == "L = ?, computed as v1 + a"


def test_the_story_of_a_value_that_nothing_flows_to_ends_where_that_is_known(opened):
    a, b = Value(-3.0, label="a"), Value(2.0, label="b")
    s = mg.step(mg.relu(a * b))
    page = opened(s)
    page.evaluate(f"choose({s.order.index(a)}); go({len(s) - 2})")
    assert story(page)[-1] == "∂L/∂a so far: 0.0"
    pressed(page, "End")
    assert story(page)[-1] == "∂L/∂a = 0: nothing flows back to it"


def test_the_story_in_forward_mode_is_that_of_the_forward_walk(opened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(a * b + a)
    page = opened(s)
    page.select_option("#from", label="a")
    page.evaluate(f"choose({len(s.order) - 1}); go(walk.steps.length - 1)")
    assert story(page)[1:] == [
        "from v1: -3.0 = -3.0 × 1.0",
        "from a: 1.0 = 1.0 × 1.0",
        "∂L/∂a so far: -2.0",
    ]


def test_the_running_sum_of_a_second_path(opened):
    a = Value(3.0, label="a")
    page = opened(mg.step(a + a))
    pressed(page, "End")
    assert page.locator("#sum").inner_text() == "a.grad: 1.0 + 1.0 = 2.0 (path 2 of 2)"


def test_predict_asks_before_it_reveals(opened):
    s = mg.step(lecture())
    page = opened(s)
    page.check("#predict")
    page.evaluate("go(6)")
    page.locator("#predict").blur()
    pressed(page, "ArrowRight")
    assert at(page) == 7
    assert page.locator("#equation .number.flow").inner_text() == "?"
    assert page.locator("#equation .number.loc").inner_text() == "?"
    assert page.locator("#graph .edge.lit > text").text_content() == "?"
    assert page.evaluate("document.activeElement.id") == "guess"
    page.fill("#guess", "-0.5")
    pressed(page, "Enter")
    assert "sign is wrong" in page.locator("#judged").inner_text()
    page.fill("#guess", "half")
    pressed(page, "Enter")
    assert "a fraction" in page.locator("#judged").inner_text()
    page.fill("#guess", "1/2")
    pressed(page, "Enter")
    assert page.locator("#equation .number.flow").inner_text() == "0.5"
    assert page.locator("#remark").inner_text().startswith("Right: 0.5")
    pressed(page, "ArrowRight")
    page.click("#reveal")
    assert at(page) == 8
    assert page.locator("#question").is_hidden()


@pytest.mark.parametrize(
    ("guess", "explanation"),
    [
        ("-3", "only the local derivative"),
        ("0.5", "That is the upstream gradient ∂o/∂v1"),
        ("7", "Multiply the gradient of v1 by the local derivative of v1 with respect to x1."),
    ],
)
def test_predict_explains_a_usual_mistake(opened, guess, explanation):
    s = mg.step(lecture())
    page = opened(s)
    page.check("#predict")
    page.evaluate("go(13); advance()")  # from v1 = x1 * w1 into x1: 0.5 × -3.0
    page.fill("#guess", guess)
    page.click("text=Check")
    assert explanation in page.locator("#judged").inner_text()
    assert at(page) == 14
    assert page.locator("#equation .number.flow").inner_text() == "?"


def test_predict_hides_the_local_derivatives_that_are_still_to_come(opened):
    s = mg.step(lecture())
    page = opened(s)
    labels = "labels => labels.map(t => t.textContent)"
    page.check("#predict")
    page.evaluate("go(6)")
    assert set(page.eval_on_selector_all("#graph .edge > text", labels)) == {""}
    page.evaluate("go(9); advance()")
    written = page.eval_on_selector_all("#graph .edge > text", labels)
    assert sorted(filter(None, written)) == ["0.5", "0.5", "0.5", "?"]  # what has flowed
    page.uncheck("#predict")
    assert "" not in page.eval_on_selector_all("#graph .edge > text", labels)


def test_predict_asks_in_the_forward_phase_too(opened):
    s = mg.step(lecture())
    page = opened(s)
    page.check("#predict")
    page.evaluate("advance()")
    assert page.locator("#asking").inner_text() == "What is the value of v1?"
    assert page.locator("#rule").inner_text() == "v1 = x1 * w1"
    assert page.locator("#numbers").inner_text() == ""
    assert page.locator("#rows tr[data-name=v1] td").nth(2).inner_text() == "?"
    page.fill("#guess", "-6")
    pressed(page, "Enter")
    assert at(page) == 1
    assert page.locator("#remark").inner_text().startswith("Right: -6.0")


def test_predict_hides_the_rules_that_are_still_to_come(opened):
    s = mg.step(lecture())
    page = opened(s)
    page.check("#predict")
    page.evaluate("go(8)")
    listed = page.locator("#steps button span:last-child").all_inner_texts()
    assert listed[8] == s[8].rule
    assert listed[9:] == [step.title for step in s[9:]]
    page.evaluate("advance()")
    symbols = page.locator("#equation b").all_inner_texts()
    assert symbols == [*s[9].parts[:2], "?"]


def test_predict_gives_hints_one_by_one_and_the_first_is_not_the_answer(opened):
    s = mg.step(lecture())
    page = opened(s)
    page.check("#predict")
    page.evaluate("go(13); advance()")
    given = []
    for _ in range(3):
        page.click("#hint")
        given.append(page.locator("#judged").inner_text())
    words = "Multiply the gradient of v1 by the local derivative of v1 with respect to x1."
    assert given == [words, s[14].rule, "0.5 × -3.0"]


def test_predict_does_not_tell_the_gradient_in_a_story(opened):
    s = mg.step(lecture())
    page = opened(s)
    page.check("#predict")
    place = next(i for i, v in enumerate(s.order) if v.label == "x1")
    page.evaluate(f"go(13); advance(); choose({place})")
    assert story(page) == ["x1 = 2.0, a leaf", "∂o/∂x1 so far: 0.0"]


@pytest.mark.parametrize("guess", ["-1.5", "-1,5", "−1,5", "-3/2", "-3,0/2,0"])
def test_predict_takes_a_number_as_the_quiz_does(opened, guess):
    o = lecture()
    page = opened(mg.step(o))
    page.check("#predict")
    page.evaluate("go(13); advance()")
    page.fill("#guess", guess)
    pressed(page, "Enter")
    assert page.locator("#remark").inner_text().startswith("Right: -1.5")
    q = mg.quiz(o)
    while q.names.of(q.open.value) != "x1":
        q.skip()
    assert q.answer(guess).right


def test_the_space_bar_plays_after_a_click_on_another_control(opened):
    page = opened(mg.step(lecture()))
    for control in ("#next", "#predict"):
        page.click(control)
        pressed(page, " ")
        assert page.locator("#play").inner_text() == "Pause"
        pressed(page, " ")
        assert page.locator("#play").inner_text() == "Play"
    assert page.locator("#predict").is_checked()
    page.focus("#play")
    pressed(page, "Tab", " ")  # by keyboard the space bar is the button's own
    assert at(page) == 2
    assert page.locator("#play").inner_text() == "Play"


def test_a_local_derivative_is_not_shown_before_its_numbers_are_there(opened):
    s = mg.step(lecture())
    page = opened(s)
    labels = page.locator("#graph .edge > text")
    visible_ = "labels => labels.filter(t => getComputedStyle(t).visibility === 'visible').length"
    seen = []
    for k in range(6):
        page.evaluate(f"go({k})")
        seen.append(page.eval_on_selector_all("#graph .edge > text", visible_))
    assert seen == [0, 2, 4, 6, 8, labels.count()]


def test_a_gradient_of_zero_is_told_from_one_that_is_not_reached(opened):
    s = mg.step(lecture())
    page = opened(s)
    cell = page.locator("#rows tr[data-name=w2] td.gradient")
    page.evaluate("go(12)")
    assert cell.inner_text() == "0.0"
    assert "untouched" in cell.get_attribute("class")
    page.evaluate("go(13)")
    assert cell.inner_text() == "0.0"
    assert "untouched" not in cell.get_attribute("class")


@pytest.mark.parametrize("size", [(1280, 900), (960, 760)])
def test_a_wide_window_shows_all_that_the_step_is_about_without_scrolling(opened, size):
    s = mg.step((mg.MLP(2, [3, 1], activation="tanh", seed=1)([1.0, -2.0]) - 1) ** 2)
    page = opened(s)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("choose(0)")
    bottom = page.evaluate("$('slider').closest('footer').getBoundingClientRect().top")
    for k in range(len(s)):
        page.evaluate(f"go({k})")
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        marked = ["#steps [aria-current]", "#rows tr.into", "#h-now", "#sum"]
        for selector in marked:
            if page.locator(selector).count():
                box = page.locator(selector).bounding_box()
                assert box is None or box["y"] + box["height"] <= bottom + 1, (k, selector)


@pytest.mark.parametrize("size", SIZES)
def test_both_ends_of_the_step_are_in_the_frame(opened, size):
    s = mg.step(lecture())
    page = opened(s, size)
    inside = (
        "() => { const f = $('graph').getBoundingClientRect();"
        " return [...document.querySelectorAll('#graph .node.lit, #graph .node.into')].every(g => {"
        " const b = g.getBoundingClientRect();"
        " return b.left >= f.left - 1 && b.right <= f.right + 1"
        " && b.top >= f.top - 1 && b.bottom <= f.bottom + 1; }); }"
    )
    for k in range(1, len(s)):
        page.evaluate(f"go({k})")
        assert page.evaluate(inside), k


def test_a_graph_slightly_too_large_is_shrunk_to_its_frame_from_the_beginning(opened):
    page = opened(mg.step(lecture()))
    page.set_viewport_size({"width": 1800, "height": 1050})
    until(page, "!$('fit').checked")  # it has room
    page.set_viewport_size({"width": 1100, "height": 800})
    until(page, "$('fit').checked")
    page.set_viewport_size({"width": 390, "height": 844})
    until(page, "!$('fit').checked")  # too small to read
    page.check("#fit")
    page.set_viewport_size({"width": 380, "height": 844})
    page.wait_for_timeout(100)
    assert page.is_checked("#fit")  # as was asked


def test_the_whole_graph_fits_when_asked(opened):
    page = opened(mg.step((mg.MLP(3, [4, 4, 1], seed=1)([1.0, 2.0, 3.0]) - 1) ** 2))
    overflows = (
        "() => { const g = document.getElementById('graph');"
        " return g.scrollWidth > g.clientWidth + 1 || g.scrollHeight > g.clientHeight + 1; }"
    )
    assert page.evaluate(overflows)
    page.check("#fit")
    assert not page.evaluate(overflows)


# --- Before the first step, and without scripts ---


def test_after_an_earlier_backward_nothing_unknown_has_a_gradient(opened):
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    y = mg.tanh(a * b)
    y.backward()
    page = opened(mg.step(y))
    rows = {
        name: cells
        for name, *cells in page.eval_on_selector_all(
            "#rows tr",
            "rows => rows.map(r => [...r.children].map("
            "c => c.querySelector('input')?.value ?? c.textContent))",
        )
    }
    assert [cells[1:] for cells in rows.values()] == [
        ["2.0", shown(a.grad)], ["-3.0", shown(b.grad)], ["?", ""], ["?", ""],
    ]  # fmt: skip
    assert (
        page.locator("#remark").inner_text().startswith("Left from an earlier backward(): a.grad")
    )
    texts = page.locator("#graph .grad").all_text_contents()
    assert sorted(t.strip() for t in texts) == sorted(
        [f"grad {shown(a.grad)}", f"grad {shown(b.grad)}", "grad", "grad"]
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("graph", ["small", "folded"])
def test_without_scripts_the_final_graph_and_the_steps_are_seen(chromium, tmp_path, size, graph):
    y = lecture() if graph == "small" else mg.MLP(3, [6, 4, 1], seed=1)([1.0, 2.0, 3.0])
    s = mg.step(y)
    s.page(tmp_path / "p.html")
    width, height = SIZES[size]
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": width, "height": height}
    )
    page = context.new_page()
    page.goto((tmp_path / "p.html").as_uri())
    assert page.locator("#graph svg").bounding_box()["height"] > 100
    assert page.locator("#steps li").count() == len(s)
    for hidden in (".controls", ".now", ".values", ".story", ".ways"):
        assert page.locator(hidden).is_hidden()
    context.close()


def test_a_folded_graph_shows_where_the_step_is_and_no_number_before_its_time(opened):
    model = mg.MLP(2, [3, 1], activation="tanh", seed=1)
    rows = [[2.0, 3.0], [3.0, -1.0], [0.5, 1.0], [1.0, 1.0]]
    losses = [(model(row) - 1) ** 2 for row in rows]
    s = mg.step(losses[0] + losses[1] + losses[2] + losses[3])
    page = opened(s)
    seen = (
        "kind => [...document.querySelectorAll(`#graph .${kind}`)]"
        ".filter(t => t.tagName === 'text' && getComputedStyle(t).visibility === 'visible').length"
    )
    assert [page.evaluate(seen, kind) for kind in ("data", "grad")] == [0, 0]
    for k in range(1, len(s)):
        page.evaluate(f"go({k})")
        boxes = page.evaluate(
            "() => [...document.querySelectorAll('#graph .node.lit')]"
            ".map(g => g.getAttribute('class'))"
        )
        assert len(boxes) == 1
        place = page.evaluate(f"nodes[{s.order.index(s[k].node)}].box")
        assert f"node-{place}" in boxes[0].split()
    assert page.evaluate(seen, "grad") > 3
    assert page.evaluate(seen, "data") > 3


def test_a_loop_is_rolled_up_and_its_inputs_keep_their_numbers(opened):
    w, y = Value(0.5, label="w"), Value(0.1, label="h")
    for k in range(20):
        y = mg.tanh(w * y + Value(k / 10))
    s = mg.step(y)
    page = opened(s)
    assert "more like this" in page.locator("#graph").text_content()
    seen = (
        "() => [...document.querySelectorAll('#graph .node.leaf text')]"
        ".filter(t => getComputedStyle(t).visibility === 'visible').map(t => t.textContent)"
    )
    assert "data 1.9" in map(str.strip, page.evaluate(seen))
    for k in range(len(s)):
        page.evaluate(f"go({k})")
        assert page.locator("#graph .node.lit").count() == (0 if k == 0 else 1)
    assert "‖grad‖" in page.locator("#graph .cluster text").first.text_content()
    page.evaluate("go(1)")
    assert "‖grad‖" not in page.locator("#graph .cluster text").first.text_content()


def test_a_leaf_that_is_drawn_again_has_its_full_box_once(opened):
    x = y = Value(1.1, label="x")
    for _ in range(20):
        y = y * x
    s = mg.step(y)
    page = opened(s)
    assert page.locator("#graph .leaf-again").count() > 10
    for k in range(len(s)):
        page.evaluate(f"go({k})")
        assert page.locator("#graph .edge.lit").count() == (1 if s[k].input is not None else 0)
        assert page.locator("#graph .node.into").count() == (1 if s[k].input is not None else 0)


# --- What it must never do ---


def test_a_label_is_shown_as_it_is_and_never_becomes_markup(opened):
    a = Value(2.0, label=NASTY)
    y = a * a
    y.label = "y" + NASTY
    page = opened(mg.step(y))
    pressed(page, "End")
    page.locator("#rows button").first.click()
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert page.locator("#rows button").first.text_content() == short(NASTY)


def test_the_policy_keeps_out_scripts_and_requests(chromium, tmp_path):
    mg.step(lecture()).page(tmp_path / "p.html")
    page = chromium.new_page()
    page.goto((tmp_path / "p.html").as_uri())
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.got = 1';"
        " document.body.append(s); }"
    )
    assert page.evaluate("window.got") is None
    outcome = page.evaluate("fetch('https://example.org').then(() => 'sent', e => e.message)")
    assert "fetch" in outcome
    page.close()


# --- For everybody ---


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, axe, size, scheme):
    net = (mg.MLP(2, [2, 1], seed=1)([1.0, -2.0]) - 1) ** 2
    page = opened(mg.step(net if scheme == "dark" else lecture()), size, scheme)
    page.evaluate(axe)
    for state in (
        "go(0)",
        "choose(0); go(14)",
        "go(8); $('predict').checked = true; advance()",
        "document.querySelector('input[value=forward]').click(); go(3)",
    ):
        page.evaluate(f"() => {{ {state} }}")
        found = page.evaluate("axe.run()")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
        assert len(found["passes"]) > 20


def test_axe_finds_nothing_on_a_folded_graph(opened, axe):
    page = opened(mg.step(mg.MLP(8, [32, 24, 1], seed=1)([0.1] * 8)), "phone", "dark")
    page.evaluate(axe)
    page.evaluate("choose(5); go(700)")
    assert page.locator("#near").is_visible()
    found = page.evaluate("axe.run()")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_a_screen_reader_is_told_each_step(opened):
    page = opened(mg.step(lecture()))
    assert page.locator("#live").get_attribute("aria-live") == "polite"
    page.evaluate("go(14)")
    spoken = page.locator("#live").text_content()
    assert "Step 14 of 15" in spoken
    assert "d o by d x1 gains d o by d v1 times w1" in spoken
    assert "-1.5 = 0.5 times -3.0" in spoken


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_sideways(opened, size):
    for y in (lecture(), (mg.MLP(3, [4, 1], seed=1)([1.0, 2.0, 3.0]) - 1) ** 2):
        page = opened(mg.step(y), size)
        pressed(page, "End")
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]


BROKEN = (
    "() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
    " const broken = [], range = document.createRange();"
    " while (walk.nextNode()) { const node = walk.currentNode;"
    " if (node.parentElement.closest('svg')) continue;"
    " for (const word of node.textContent.matchAll(/[\\w.-]+/g)) {"
    " range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);"
    " const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));"
    " if (tops.size > 1) broken.push(word[0]); } } return broken; }"
)


@pytest.mark.parametrize("level", LEVELS)
def test_on_a_phone_no_word_of_the_worksheet_is_broken(chromium, level):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    for text in worksheet([exercise(number, level) for number in range(1, 9)]):
        page.set_content(text)
        assert page.evaluate(BROKEN) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_with_reduced_motion_nothing_moves_by_itself(opened):
    durations = "getComputedStyle(document.querySelector('#graph .node')).transitionDuration"
    assert opened(mg.step(lecture())).evaluate(durations) == "0s"
    assert opened(mg.step(lecture()), motion="no-preference").evaluate(durations) != "0s"
    moving = (
        "go(8); getComputedStyle("
        "document.querySelector('#graph .edge.lit > path:not(.halo)')).animationName"
    )
    assert opened(mg.step(lecture())).evaluate(moving) == "none"
    assert opened(mg.step(lecture()), motion="no-preference").evaluate(moving) == "flow"


def test_dark_and_light_follow_the_system(opened):
    colour = "getComputedStyle(document.body).backgroundColor"
    light = opened(mg.step(lecture())).evaluate(colour)
    dark = opened(mg.step(lecture()), scheme="dark").evaluate(colour)
    assert light != dark


# --- Size ---


def test_two_hundred_steps_stay_smooth(opened):
    s = mg.step((mg.MLP(3, [7, 7, 1], activation="tanh", seed=1)([1.0, 2.0, 3.0]) - 1) ** 2)
    assert len(s) > 190
    page = opened(s)
    usual = page.evaluate(
        "async () => { const times = []; for (let k = 1; k < walk.steps.length; k++) {"
        " const t = performance.now(); go(k); document.body.offsetHeight;"
        " times.push(performance.now() - t); await new Promise(requestAnimationFrame); }"
        " times.sort((a, b) => a - b); return times[Math.floor(times.length / 2)]; }"
    )
    assert usual < 50  # milliseconds, on a busy machine


def test_three_thousand_values_open_in_three_seconds_and_are_folded(opened):
    model = mg.MLP(8, [32, 24, 1], activation="tanh", seed=1)
    s = mg.step((model([0.1 * i for i in range(8)]) - 1) ** 2, granularity="ops")
    assert len(s.order) > 3000
    page = opened(s)
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert loaded < 3000  # milliseconds, the whole of it shown
    assert (
        f"{len(s.order):,} Values: similar ones share a box" in page.locator("#folded").inner_text()
    )
    pressed(page, "End")
    s.run()
    shown, held = gradients(page), engines(s)
    assert shown
    assert all(held[name] == bits for name, bits in shown.items())
    page.locator("#near button").first.click()
    assert "Gradient of" in page.locator("#h-story").inner_text()


def test_in_a_notebooks_frame_it_works_too(chromium):
    page = chromium.new_page()
    page.set_content(f"<!doctype html><title>notebook</title>{mg.step(lecture())._repr_html_()}")
    frame = page.frame_locator("iframe")
    frame.locator("#next").click()
    assert frame.locator("#count").inner_text() == "step 1 of 15"
    page.close()


HEADS = (
    "() => [...document.querySelectorAll('#graph .edge')].map((g) => {"
    " const head = g.querySelector('polygon'); if (!head) return null;"
    " const ns = [...head.points].map((p) => p.x);"
    " const shaft = g.querySelector('path:not(.halo)').getBBox();"
    " return ns.reduce((a, b) => a + b) / ns.length < shaft.x + shaft.width / 2 ? 'tail' : 'head'})"
)
"""At which end of each edge its arrowhead is; the graph of these tests runs from left to right."""


def test_arrows_point_where_the_gradient_flows_once_it_does(opened):
    page = opened(mg.step(lecture()))
    assert set(page.evaluate(HEADS)) == {"head"}
    page.keyboard.press("End")
    assert set(page.evaluate(HEADS)) == {"tail"}
    page.keyboard.press("Home")
    assert set(page.evaluate(HEADS)) == {"head"}


def test_in_forward_mode_arrows_point_forward(opened):
    page = opened(mg.step(lecture()))
    page.locator("input[type=radio]").nth(1).check()
    page.keyboard.press("End")
    assert set(page.evaluate(HEADS)) == {"head"}
