"""The page as a file: whole, self-contained, and with data that is the engine's."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from html import unescape

import pytest
from stepping_graphs import bits, lecture, random_graph

import micrograd_tut as mg
from micrograd_tut.cli import main
from micrograd_tut.drawing.text import short
from micrograd_tut.engine import Value, topological
from micrograd_tut.stepping import page, page_data
from micrograd_tut.stepping.page_operations import page_operations
from micrograd_tut.stepping.page_picture import Picture
from micrograd_tut.stepping.walk import locals_of
from micrograd_tut.support.numbers import shown

NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{data}}&\u2028'\""


def data_of(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_the_data_are_the_graph_with_the_engines_numbers():
    for seed in range(20):
        s = mg.step(random_graph(seed))
        nodes = data_of(page.html(s))["nodes"]
        assert [n["data"] for n in nodes] == [v.data for v in s.order]
        assert [n.get("inputs", []) for n in nodes] == [
            [s.order.index(x) for x in v.inputs] for v in s.order
        ]
        for v, n in zip(s.order, nodes, strict=True):
            assert not v.op or n["locals"] == locals_of(v)


def test_a_text_is_written_once():
    content = data_of(page.html(mg.step(random_graph(4))))
    assert len(set(content["texts"])) == len(content["texts"])


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
    assert names == [short(NASTY), f"{short(NASTY)}_2"]


def test_inf_and_nan_can_be_in_the_data():
    with mg.ieee():
        x = Value(float("inf"), label="x")
        content = data_of(page.html(mg.step(x * 2.0)))
    assert content["nodes"][0]["data"] == "inf"


def test_no_tooltip_tells_a_number_before_the_walk_comes_to_it():
    text = page.html(mg.step(lecture()))
    assert len(re.findall(r"<title>", text)) == 2  # of the page, and of the picture as a whole


def test_in_a_large_graph_similar_values_share_a_box_and_every_one_has_a_box():
    model = mg.MLP(2, [3, 1], activation="tanh", seed=1)
    rows = [[2.0, 3.0], [3.0, -1.0], [0.5, 1.0], [1.0, 1.0]]
    losses = [(model(row) - 1) ** 2 for row in rows]
    s = mg.step(losses[0] + losses[1] + losses[2] + losses[3])
    text = page.html(s)
    content = data_of(text)
    boxes = {n["box"] for n in content["nodes"]}
    assert content["folded"]
    assert len(boxes) < len(s.order) / 4
    assert all(f'node-{n}"' in text for n in boxes)
    for squares in zip(*(loss.inputs for loss in losses), strict=True):  # examples alike
        assert len({content["nodes"][s.order.index(v)]["box"] for v in squares}) == 1


def test_without_scripts_the_page_has_the_final_graph_and_the_steps():
    s = mg.step(lecture())
    text = page.html(s)
    drawn = text[text.index("<svg xmlns") : text.index("</svg>")]
    listed = unescape(
        re.sub(r"<[^>]+>", "", text[text.index('<ol id="steps">') : text.index("</ol>")])
    )
    s.run()
    for v in s.order:
        for line in (s.names.of(v), f"data {shown(v.data)}", f"grad {shown(v.grad)}"):
            assert f">{line}" in unescape(drawn)
    for step in s:
        assert f"{step.index} {step.rule} {step.numbers}".rstrip() in listed


def test_the_title_shows_the_formula_as_it_was_typed(tmp_path):
    path = tmp_path / "page.html"
    assert main(["step", "tanh(a*b + c)", "a=2", "b=-3", "c=6.5", "--page", str(path)]) == 0
    assert "<code>L = tanh(a*b + c)</code>" in path.read_text(encoding="utf-8")
    assert main(["step", "d = a*b; d + a", "a=2", "b=-3", "--page", str(path)]) == 0
    assert "<code>d = a*b; d + a</code>" in path.read_text(encoding="utf-8")


def test_without_a_typed_formula_the_title_writes_out_what_has_no_name():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    assert mg.step((a * b + a) ** 2).formula == "L = (a * b + a) ** 2"
    c = a * b
    c.label = "c"
    assert mg.step((c + a) * 2.0).formula == "L = (c + a) * 2"


def test_a_page_of_long_labels_is_as_small_as_one_of_short_labels():
    def size(length):
        a, b = (Value(x, label=name * length) for x, name in ((2.0, "a"), (-3.0, "b")))
        y = mg.tanh(a * b + a)
        y.label = "y" * length
        return len(page.html(mg.step(y)))

    assert size(1_000_000) < 1.1 * size(40)


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
    assert shown.count("<iframe ") == 1
    assert 'sandbox="allow-scripts"' in shown
    assert "<script" not in shown  # it is inside srcdoc, escaped
    assert all(v.grad == 0 for v in topological(s.output))


def test_a_wide_sum_is_explained_in_time_that_grows_with_its_width():
    none = page_operations([])

    def seconds(width):
        s = mg.step(mg.sum([Value(1.0, label="x") for _ in range(width)]))
        drawn = Picture("", dict.fromkeys(s.order, 0), {}, folded=True)
        started = time.process_time()  # whatever else the machine does meanwhile
        page_data.data(s, drawn, none)
        return time.process_time() - started

    narrow = min(seconds(200) for _ in range(5))
    wide = min(seconds(8000) for _ in range(2))
    assert wide < 200 * max(narrow, 0.001)  # 40 times the width; 1600 its square
