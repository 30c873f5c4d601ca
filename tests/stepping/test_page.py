"""The page as a file: whole, self-contained, and with data that is the engine's."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time

import pytest
from stepping_graphs import bits, lecture, random_graph

import micrograd_tut as mg
from micrograd_tut.drawing.text import visible
from micrograd_tut.engine import Value, topological
from micrograd_tut.stepping import page

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{data}}&\u2028'\""


def data_of(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_the_data_are_the_steps_with_the_engines_numbers():
    for seed in range(20):
        s = mg.step(random_graph(seed))
        told = data_of(page.html(s))
        assert [n["data"] for n in told["nodes"]] == [v.data for v in s.order]
        for step, row in zip(s, told["steps"], strict=True):
            assert row["rule"] == step.rule
            if step.input is not None:
                assert (row["product"], row["after"]) == (step.product, step.after)


def test_making_the_page_leaves_the_gradients_as_they_are():
    y = random_graph(5)
    s = mg.step(y)
    s.goto(len(s) // 2)
    held, at = bits(y), s.position
    page.html(s)
    assert (bits(y), s.position) == (held, at)


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else():
    text = page.html(mg.step(lecture()))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy


def test_nothing_is_loaded_from_anywhere():
    text = page.html(mg.step(lecture()))
    assert not re.search(r"\b(?:src|href|action|data)=|@import|url\(", text)
    assert set(re.findall(r"https?://[^\"' <]*", text)) == {"http://www.w3.org/2000/svg"}
    assert " style=" not in text
    assert not re.search(r"\son\w+=", text)


def test_a_label_is_never_markup():
    a = Value(2.0, label=NASTY)
    y = a * a
    y.label = NASTY + "y"
    text = page.html(mg.step(y))
    assert text.count("<script") == 2
    assert "<img" not in text
    names = [node["name"] for node in data_of(text)["nodes"]]
    assert names == [visible(NASTY), visible(NASTY + "y")]


def test_inf_and_nan_can_be_in_the_data():
    with mg.ieee():
        x = Value(float("inf"), label="x")
        told = data_of(page.html(mg.step(x * 2.0)))
    assert told["nodes"][0]["data"] == "inf"


def test_no_tooltip_tells_a_number_before_the_walk_comes_to_it():
    text = page.html(mg.step(lecture()))
    assert len(re.findall(r"<title>", text)) == 2  # of the page, and of the picture as a whole


def test_a_story_says_with_which_step_each_of_its_lines_comes():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(a * b + a)
    told = data_of(page.html(s))["nodes"][s.order.index(a)]
    assert len(told["story"]) == len(told["paths"]) + 1
    assert told["complete"] == told["paths"][-1] == s.run_to(a).index


def test_a_large_graph_has_no_picture():
    y = x = Value(1.0, label="x")
    for _ in range(page.FOLDED_FROM):
        y = y + x
    text = page.html(mg.step(y))
    assert 'node-0"' not in text
    assert 'node-0"' in page.html(mg.step(x + x))


def test_the_file_is_written_whole_or_not_at_all(tmp_path):
    s = mg.step(lecture())
    s.page(tmp_path / "backprop.html")
    assert (tmp_path / "backprop.html").read_text(encoding="utf-8") == page.html(s)
    with pytest.raises(OSError, match="No such file"):
        s.page(tmp_path / "nowhere" / "backprop.html")
    assert [p.name for p in tmp_path.iterdir()] == ["backprop.html"]


def test_a_notebook_gets_the_page_in_a_sandboxed_frame():
    s = mg.step(lecture())
    shown = s._repr_html_()
    assert shown.startswith("<iframe ")
    assert 'sandbox="allow-scripts"' in shown
    assert "<script" not in shown  # it is inside srcdoc, escaped
    assert all(v.grad == 0 for v in topological(s.output))


def test_a_wide_sum_is_explained_in_time_that_grows_with_its_width():
    def seconds(width):
        s = mg.step(mg.sum([Value(1.0, label="x") for _ in range(width)]))
        started = time.process_time()  # whatever else the machine does meanwhile
        page.data(s)
        return time.process_time() - started

    narrow = min(seconds(200) for _ in range(5))
    wide = min(seconds(8000) for _ in range(2))
    assert wide < 200 * max(narrow, 0.001)  # 40 times the width; 1600 its square
